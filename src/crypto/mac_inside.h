/* crypto/mac_inside.h: private to this room: what a MAC that EVP doesn't have has to give. */
#ifndef SX_CRYPTO_MAC_INSIDE_H
#define SX_CRYPTO_MAC_INSIDE_H

#include "crypto/mac.h"

struct sx_mac_ops {
    bool (*is_available)(struct sx_provider *provider, const struct sx_mac_alg *alg);

    /* key has the descriptor's size at least. SX_ERR_PROVIDER_FETCH, SX_ERR_SET_KEYS. */
    enum sx_err (*make)(struct sx_provider *provider, const struct sx_mac_alg *alg,
                        struct sx_slice key, void **out_state);
    void (*destroy)(void *state); /* never called with NULL */

    /* Writes the descriptor's tag_len bytes. */
    enum sx_err (*compute)(void *state, uint32_t sequence, const uint8_t *packet, size_t n,
                           uint8_t *out_tag);
};

#endif
