/* crypto/seal.h: a sealing key that only moves forward.
 *
 * From the key of one step come, by one derivation (SP 800-108 in counter mode over HMAC with
 * SHA-256, the provider's KBKDF), a tag key and the key of the next step. The tag is HMAC with
 * SHA-256. Who has the key of a step can make every later tag and none of the earlier ones. */
#ifndef SX_CRYPTO_SEAL_H
#define SX_CRYPTO_SEAL_H

#include "base/error.h"
#include "base/slice.h"
#include "crypto/provider.h"

enum { SX_SEAL_KEY_LEN = 32, SX_SEAL_TAG_LEN = 32 };

/* The contexts that each step needs. After steps they hold the last one's keys, until
 * sx_sealer_rest, which whoever made some steps calls in the end. */
struct sx_sealer;
SX_MUST_USE enum sx_err sx_sealer_new(struct sx_provider *provider, struct sx_sealer **out);
void sx_sealer_free(struct sx_sealer *sealer);

/* sx_sealer_step makes the tag of bytes under this step's key, and turns the key into the next
 * step's. On failure key and out_tag are untouched. SX_ERR_SET_KEYS, SX_ERR_ENCRYPT. */
SX_MUST_USE enum sx_err sx_sealer_step(struct sx_sealer *sealer, uint8_t key[SX_SEAL_KEY_LEN],
                                       struct sx_slice bytes, uint8_t out_tag[SX_SEAL_TAG_LEN]);

/* sx_sealer_skip only turns the key into the next step's. */
SX_MUST_USE enum sx_err sx_sealer_skip(struct sx_sealer *sealer, uint8_t key[SX_SEAL_KEY_LEN]);

/* sx_sealer_rest takes the last step's keys out of the contexts. SX_ERR_SET_KEYS. */
SX_MUST_USE enum sx_err sx_sealer_rest(struct sx_sealer *sealer);

/* A fresh first key from the provider's private DRBG. SX_ERR_RANDOM. */
SX_MUST_USE enum sx_err sx_seal_key_generate(struct sx_provider *provider,
                                             uint8_t out[SX_SEAL_KEY_LEN]);

#endif
