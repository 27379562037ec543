/* keys/p7b.h: PKCS#7 with nothing but certificates (RFC 2315, "P7B"). */
#ifndef SX_KEYS_P7B_H
#define SX_KEYS_P7B_H

#include "keys/key_sink.h"

bool sx_p7b_is(struct sx_slice der);

/* sx_p7b_decode hands on each certificate of a SignedData in DER. Its signatures, which a P7B has
 * none of, are not looked at. SX_ERR_KEY_FORMAT. */
SX_MUST_USE enum sx_err sx_p7b_decode(struct sx_slice der, struct sx_fault *fault,
                                      const struct sx_key_sink *sink);

#endif
