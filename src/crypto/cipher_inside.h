/* crypto/cipher_inside.h: private to this room: what a cipher that no single mode of EVP is has to
 * give. cipher.c checks sizes, directions and broken states before it calls any of these. */
#ifndef SX_CRYPTO_CIPHER_INSIDE_H
#define SX_CRYPTO_CIPHER_INSIDE_H

#include "crypto/cipher.h"
#include "crypto/openssl.h"

enum { SX_LENGTH_SIZE = 4 };

struct sx_cipher_ops {
    bool (*is_available)(struct sx_provider *provider, const struct sx_cipher_alg *alg);

    /* key and iv have the descriptor's sizes at least. SX_ERR_PROVIDER_FETCH, SX_ERR_SET_KEYS. */
    enum sx_err (*make)(struct sx_provider *provider, const struct sx_cipher_alg *alg,
                        struct sx_slice key, struct sx_slice iv, void **out_state);
    void (*destroy)(void *state); /* never called with NULL */

    /* No AEAD; NULL otherwise. False when the provider fails. */
    bool (*crypt)(void *state, uint8_t *data, size_t n);

    /* AEAD; NULL otherwise. As in cipher.h; open reports SX_ERR_PEER_MAC before it decrypts. */
    enum sx_err (*seal)(void *state, uint32_t sequence, uint8_t *packet, size_t n,
                        const struct sx_cipher_borrowed *borrowed);
    enum sx_err (*open)(void *state, uint32_t sequence, uint8_t *packet, size_t n);
    enum sx_err (*peek_length)(void *state, uint32_t sequence, const uint8_t *packet,
                               uint32_t *out_length);
};

/* sx_cipher_fetch gives the implementation that the descriptor names, or NULL with OpenSSL's
 * errors in its queue. */
EVP_CIPHER *sx_cipher_fetch(const struct sx_provider *provider, const char *evp_name);

/* sx_cipher_start binds ctx to evp for one direction, before any key is there, and makes sure that
 * it is the provider's own. */
bool sx_cipher_start(const struct sx_provider *provider, EVP_CIPHER_CTX *ctx, EVP_CIPHER *evp,
                     bool is_encrypt);

/* sx_cipher_update_from encrypts n bytes of data in place but for what is borrowed (NULL: nothing),
 * and must get as many bytes as it gives. */
bool sx_cipher_update_from(EVP_CIPHER_CTX *ctx, uint8_t *data, size_t n,
                           const struct sx_cipher_borrowed *borrowed);

static inline uint32_t sx_load_u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static inline void sx_store_u32(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)(value >> 24);
    p[1] = (uint8_t)(value >> 16);
    p[2] = (uint8_t)(value >> 8);
    p[3] = (uint8_t)value;
}

#endif
