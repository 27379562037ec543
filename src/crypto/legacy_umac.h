/* crypto/legacy_umac.h: private to this room: UMAC (RFC 4418) over the provider's AES-128, with tags
 * of 64 or 128 bits and nonces of 64 bits, as umac-64@openssh.com and umac-128@openssh.com use it. */
#ifndef SX_CRYPTO_LEGACY_UMAC_H
#define SX_CRYPTO_LEGACY_UMAC_H

#include "base/error.h"
#include "base/slice.h"
#include "crypto/provider.h"

enum {
    SX_UMAC_KEY_SIZE = 16,
    SX_UMAC_NONCE_SIZE = 8,
    SX_UMAC_TAG_MAX = 16,
    SX_UMAC_MESSAGE_MAX = 1 << 24 /* up to here the second hash layer needs 64-bit numbers only */
};

struct sx_umac;

/* tag_len is 8 or 16. SX_ERR_PROVIDER_FETCH, SX_ERR_SET_KEYS. */
SX_MUST_USE enum sx_err sx_umac_new(struct sx_provider *provider, const uint8_t *key,
                                    size_t tag_len, struct sx_umac **out);

/* Writes tag_len bytes; SX_ERR_ARGUMENT for a message above SX_UMAC_MESSAGE_MAX bytes. */
SX_MUST_USE enum sx_err sx_umac_compute(struct sx_umac *umac, const uint8_t *nonce,
                                        struct sx_slice message, uint8_t *out_tag);

/* Wipes; NULL-safe. */
void sx_umac_free(struct sx_umac *umac);

#endif
