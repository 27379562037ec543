/* keys/ppk_parts.h: the public and the private blob of a PuTTY key, put together. */
#ifndef SX_KEYS_PPK_PARTS_H
#define SX_KEYS_PPK_PARTS_H

#include "crypto/key.h"

/* sx_ppk_key_make makes the key of the type that is named. public_blob is as in RFC 4253; the
 * private part is decrypted and may have padding behind it. SX_ERR_KEY_FORMAT. */
SX_MUST_USE enum sx_err sx_ppk_key_make(struct sx_provider *provider, struct sx_slice type,
                                        struct sx_slice public_blob, struct sx_slice private_part,
                                        struct sx_fault *fault, struct sx_key **out);

#endif
