/* crypto/hmac.h: HMAC of one message, for file formats; packets have crypto/mac.h. */
#ifndef SX_CRYPTO_HMAC_H
#define SX_CRYPTO_HMAC_H

#include "crypto/digest.h"

/* sx_hmac_once writes HMAC (RFC 2104) of message: sx_hash_size(hash) bytes into out, which holds
 * SX_DIGEST_MAX. SX_ERR_PROVIDER_FETCH when the provider lacks it or refuses the key's size. */
SX_MUST_USE enum sx_err sx_hmac_once(struct sx_provider *provider, enum sx_hash hash,
                                     struct sx_slice key, struct sx_slice message, uint8_t *out);

#endif
