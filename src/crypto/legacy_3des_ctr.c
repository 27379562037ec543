/* crypto/legacy_3des_ctr.c: 3des-ctr (RFC 4344 section 4), which EVP has no mode for: a counter,
 * encrypted block by block with EVP's DES-EDE3-ECB, gives the keystream. Only the policies compat
 * and legacy reach it; left out by -DSEXEC_LEGACY=OFF. */
#include "crypto/legacy.h"

#include "base/memory.h"
#include "crypto/cipher_inside.h"

#include <string.h>

enum { SX_DES_BLOCK = 8, SX_DES3_KEY_SIZE = 24, SX_STREAM_SIZE = 64 * SX_DES_BLOCK };

struct des3_ctr {
    EVP_CIPHER_CTX *ecb;
    uint8_t counter[SX_DES_BLOCK]; /* the next block's, in network byte order */
    uint8_t stream[SX_STREAM_SIZE];
};

static const struct sx_cipher_ops des3_ctr_ops;

const struct sx_cipher_alg sx_cipher_3des_ctr = {
    .name = "3des-ctr",
    .evp_name = "DES-EDE3-ECB",
    .mode = SX_CIPHER_CTR,
    .key_len = SX_DES3_KEY_SIZE,
    .iv_len = SX_DES_BLOCK,
    .block_len = SX_DES_BLOCK,
    .ops = &des3_ctr_ops,
};

static bool des3_ctr_is_available(struct sx_provider *provider, const struct sx_cipher_alg *alg)
{
    EVP_CIPHER *cipher = sx_cipher_fetch(provider, alg->evp_name);
    bool is_there = cipher != NULL && EVP_CIPHER_get_key_length(cipher) == SX_DES3_KEY_SIZE &&
                    EVP_CIPHER_get_block_size(cipher) == SX_DES_BLOCK;
    char reason[8];

    EVP_CIPHER_free(cipher);
    if (!is_there)
        sx_openssl_reason(reason, sizeof reason);
    return is_there;
}

static void des3_ctr_destroy(void *state)
{
    struct des3_ctr *ctr = state;

    EVP_CIPHER_CTX_free(ctr->ecb);
    sx_free_wiped(ctr, sizeof *ctr);
}

static enum sx_err des3_ctr_make(struct sx_provider *provider, const struct sx_cipher_alg *alg,
                                 struct sx_slice key, struct sx_slice iv, void **out_state)
{
    EVP_CIPHER *cipher = sx_cipher_fetch(provider, alg->evp_name);
    struct des3_ctr *ctr;
    bool is_ok;

    if (cipher == NULL)
        return sx_openssl_fault(NULL, SX_ERR_PROVIDER_FETCH, alg->name);
    ctr = sx_alloc(sizeof *ctr);
    if (ctr != NULL)
        ctr->ecb = EVP_CIPHER_CTX_new();
    if (ctr == NULL || ctr->ecb == NULL) {
        EVP_CIPHER_free(cipher);
        sx_free(ctr);
        return SX_ERR_MEMORY;
    }
    memcpy(ctr->counter, iv.ptr, sizeof ctr->counter);
    is_ok = sx_cipher_start(provider, ctr->ecb, cipher, true) &&
            EVP_CipherInit_ex2(ctr->ecb, NULL, key.ptr, NULL, -1, NULL) == 1 &&
            EVP_CIPHER_CTX_set_padding(ctr->ecb, 0) == 1;
    EVP_CIPHER_free(cipher);
    if (!is_ok) {
        des3_ctr_destroy(ctr);
        return sx_openssl_fault(NULL, SX_ERR_SET_KEYS, alg->name);
    }
    *out_state = ctr;
    return SX_OK;
}

/* The counter's next value, modulo 2^64. */
static void step(uint8_t *counter)
{
    for (int i = SX_DES_BLOCK - 1; i >= 0; i--) {
        if (++counter[i] != 0)
            return;
    }
}

static bool des3_ctr_crypt(void *state, uint8_t *data, size_t n)
{
    struct des3_ctr *ctr = state;

    while (n > 0) {
        size_t part = n < sizeof ctr->stream ? n : sizeof ctr->stream;
        int done = 0;

        for (size_t at = 0; at < part; at += SX_DES_BLOCK) {
            memcpy(ctr->stream + at, ctr->counter, SX_DES_BLOCK);
            step(ctr->counter);
        }
        if (EVP_CipherUpdate(ctr->ecb, ctr->stream, &done, ctr->stream, (int)part) != 1 ||
            done != (int)part)
            return false;
        for (size_t i = 0; i < part; i++)
            data[i] ^= ctr->stream[i];
        data += part;
        n -= part;
    }
    return true;
}

static const struct sx_cipher_ops des3_ctr_ops = {
    .is_available = des3_ctr_is_available,
    .make = des3_ctr_make,
    .destroy = des3_ctr_destroy,
    .crypt = des3_ctr_crypt,
};
