/* crypto/cipher_chacha.c: chacha20-poly1305@openssh.com, composed over EVP's ChaCha20 and Poly1305,
 * as OpenSSH's PROTOCOL.chacha20poly1305 describes it. It is not the AEAD of RFC 8439: the length is
 * encrypted under a key of its own, and the nonce is the packet's sequence number in 64 bits.
 *
 * Both contexts are keyed once and get a new nonce for each packet; nothing is allocated then. */
#include "crypto/cipher_inside.h"

#include "base/memory.h"

#include <limits.h>
#include <string.h>

enum {
    SX_CHACHA_KEY_SIZE = 32,
    SX_CHACHA_IV_SIZE = 16, /* EVP's: 8 bytes of block counter, little-endian, then the nonce */
    SX_CHACHA_BLOCK = 64,
    SX_POLY_KEY_SIZE = 32,
    SX_POLY_TAG_SIZE = 16
};

struct chacha {
    EVP_CIPHER_CTX *payload; /* K_2: the body, and each packet's Poly1305 key */
    EVP_CIPHER_CTX *header;  /* K_1: the length */
    EVP_MAC_CTX *poly;
};

static const struct sx_cipher_ops chacha_ops;

const struct sx_cipher_alg sx_cipher_chacha20_poly1305 = {
    .name = "chacha20-poly1305@openssh.com",
    .evp_name = "ChaCha20",
    .mode = SX_CIPHER_CHACHA20,
    .key_len = 2 * (size_t)SX_CHACHA_KEY_SIZE,
    .block_len = 8,
    .tag_len = SX_POLY_TAG_SIZE,
    .ops = &chacha_ops,
};

static EVP_MAC *fetch_poly(const struct sx_provider *provider)
{
    return EVP_MAC_fetch(provider->libctx, "POLY1305", sx_provider_properties(provider));
}

static bool chacha_is_available(struct sx_provider *provider, const struct sx_cipher_alg *alg)
{
    EVP_CIPHER *cipher = sx_cipher_fetch(provider, alg->evp_name);
    EVP_MAC *poly = fetch_poly(provider);
    bool is_there = cipher != NULL && poly != NULL &&
                    EVP_CIPHER_get_key_length(cipher) == SX_CHACHA_KEY_SIZE &&
                    EVP_CIPHER_get_iv_length(cipher) == SX_CHACHA_IV_SIZE;
    char reason[8];

    EVP_CIPHER_free(cipher);
    EVP_MAC_free(poly);
    if (!is_there)
        sx_openssl_reason(reason, sizeof reason);
    return is_there;
}

static void chacha_destroy(void *state)
{
    struct chacha *chacha = state;

    EVP_CIPHER_CTX_free(chacha->payload); /* the provider clears keys and states */
    EVP_CIPHER_CTX_free(chacha->header);
    EVP_MAC_CTX_free(chacha->poly);
    sx_free_wiped(chacha, sizeof *chacha);
}

/* ChaCha20 only adds a keystream, so that one direction of EVP serves both of ours. */
static bool set_key(const struct sx_provider *provider, EVP_CIPHER *cipher, EVP_CIPHER_CTX *ctx,
                    const uint8_t *key)
{
    static const uint8_t iv[SX_CHACHA_IV_SIZE] = { 0 };

    return sx_cipher_start(provider, ctx, cipher, true) &&
           EVP_CipherInit_ex2(ctx, NULL, key, iv, -1, NULL) == 1;
}

static enum sx_err chacha_make(struct sx_provider *provider, const struct sx_cipher_alg *alg,
                               struct sx_slice key, struct sx_slice iv, void **out_state)
{
    EVP_CIPHER *cipher = sx_cipher_fetch(provider, alg->evp_name);
    EVP_MAC *poly = fetch_poly(provider);
    struct chacha *chacha = sx_alloc(sizeof *chacha);
    enum sx_err err = SX_OK;

    (void)iv;
    if (cipher == NULL || poly == NULL) {
        err = sx_openssl_fault(NULL, SX_ERR_PROVIDER_FETCH, alg->name);
        goto out;
    }
    if (chacha != NULL) {
        chacha->payload = EVP_CIPHER_CTX_new();
        chacha->header = EVP_CIPHER_CTX_new();
        chacha->poly = EVP_MAC_CTX_new(poly);
    }
    if (chacha == NULL || chacha->payload == NULL || chacha->header == NULL ||
        chacha->poly == NULL) {
        err = SX_ERR_MEMORY;
        goto out;
    }
    /* The first half of what the key derivation gives is K_2. */
    if (!set_key(provider, cipher, chacha->payload, key.ptr) ||
        !set_key(provider, cipher, chacha->header, key.ptr + SX_CHACHA_KEY_SIZE) ||
        !sx_provider_is_maker(provider,
                              EVP_MAC_get0_provider(EVP_MAC_CTX_get0_mac(chacha->poly)))) {
        err = sx_openssl_fault(NULL, SX_ERR_SET_KEYS, alg->name);
        goto out;
    }
    *out_state = chacha;
    chacha = NULL;
out:
    if (chacha != NULL)
        chacha_destroy(chacha);
    EVP_CIPHER_free(cipher);
    EVP_MAC_free(poly);
    return err;
}

/* Starts the keystream of a packet at block 0. */
static bool set_nonce(EVP_CIPHER_CTX *ctx, uint32_t sequence)
{
    uint8_t iv[SX_CHACHA_IV_SIZE] = { 0 };

    sx_store_u32(iv + SX_CHACHA_IV_SIZE - sizeof sequence, sequence);
    return EVP_CipherInit_ex2(ctx, NULL, NULL, iv, -1, NULL) == 1;
}

static bool add_keystream(EVP_CIPHER_CTX *ctx, uint8_t *out, const uint8_t *in, size_t n)
{
    int done = 0;

    return n <= INT_MAX && EVP_CipherUpdate(ctx, out, &done, in, (int)n) == 1 && done == (int)n;
}

/* Block 0 of the payload's keystream keys Poly1305; the whole block is drawn, so that the payload
 * starts at block 1, as it must. */
static bool start_packet(struct chacha *chacha, uint32_t sequence)
{
    uint8_t block[SX_CHACHA_BLOCK] = { 0 };
    bool is_ok = set_nonce(chacha->payload, sequence) &&
                 add_keystream(chacha->payload, block, block, sizeof block) &&
                 EVP_MAC_init(chacha->poly, block, SX_POLY_KEY_SIZE, NULL) == 1;

    sx_wipe(block, sizeof block);
    return is_ok;
}

static bool make_tag(struct chacha *chacha, const uint8_t *bytes, size_t n, uint8_t *out_tag)
{
    size_t len = 0;

    return EVP_MAC_update(chacha->poly, bytes, n) == 1 &&
           EVP_MAC_final(chacha->poly, out_tag, &len, SX_POLY_TAG_SIZE) == 1 &&
           len == SX_POLY_TAG_SIZE;
}

static enum sx_err chacha_seal(void *state, uint32_t sequence, uint8_t *packet, size_t n,
                               const struct sx_cipher_borrowed *borrowed)
{
    struct chacha *chacha = state;
    uint8_t *body = packet + SX_LENGTH_SIZE;

    if (!start_packet(chacha, sequence) || !set_nonce(chacha->header, sequence) ||
        !add_keystream(chacha->header, packet, packet, SX_LENGTH_SIZE) ||
        !sx_cipher_update_from(chacha->payload, body, n, borrowed) ||
        !make_tag(chacha, packet, SX_LENGTH_SIZE + n, body + n))
        return sx_openssl_fault(NULL, SX_ERR_ENCRYPT, sx_cipher_chacha20_poly1305.name);
    return SX_OK;
}

static enum sx_err chacha_open(void *state, uint32_t sequence, uint8_t *packet, size_t n)
{
    struct chacha *chacha = state;
    uint8_t *body = packet + SX_LENGTH_SIZE;
    uint8_t tag[SX_POLY_TAG_SIZE];
    bool is_equal;

    if (!start_packet(chacha, sequence) || !make_tag(chacha, packet, SX_LENGTH_SIZE + n, tag))
        return sx_openssl_fault(NULL, SX_ERR_ENCRYPT, sx_cipher_chacha20_poly1305.name);
    is_equal = sx_is_equal_secret(tag, body + n, sizeof tag);
    sx_wipe(tag, sizeof tag); /* a right tag for a wrong packet must not stay behind */
    if (!is_equal)
        return SX_ERR_PEER_MAC;
    if (!add_keystream(chacha->payload, body, body, n))
        return sx_openssl_fault(NULL, SX_ERR_ENCRYPT, sx_cipher_chacha20_poly1305.name);
    return SX_OK;
}

static enum sx_err chacha_peek_length(void *state, uint32_t sequence, const uint8_t *packet,
                                      uint32_t *out_length)
{
    struct chacha *chacha = state;
    uint8_t plain[SX_LENGTH_SIZE];

    if (!set_nonce(chacha->header, sequence) ||
        !add_keystream(chacha->header, plain, packet, sizeof plain))
        return sx_openssl_fault(NULL, SX_ERR_ENCRYPT, sx_cipher_chacha20_poly1305.name);
    *out_length = sx_load_u32(plain);
    return SX_OK;
}

static const struct sx_cipher_ops chacha_ops = {
    .is_available = chacha_is_available,
    .make = chacha_make,
    .destroy = chacha_destroy,
    .seal = chacha_seal,
    .open = chacha_open,
    .peek_length = chacha_peek_length,
};
