/* crypto/cipher.c: the ciphers of the binary packet protocol over EVP.
 *
 * GCM's nonces are never ours to choose: the initial IV from the key derivation is handed to the
 * provider once, which then steps its own 64-bit counter for every packet (IG C.H scenario 1.d,
 * RFC 5647 section 7.1). A new key comes long before the counter could wrap. */
#include "crypto/cipher.h"

#include "base/memory.h"
#include "crypto/openssl.h"

#include <limits.h>

enum { SX_LENGTH_SIZE = 4, SX_GCM_IV_SIZE = 12, SX_DISCARD_CHUNK = 256 };

struct sx_cipher {
    EVP_CIPHER_CTX *ctx;
    const struct sx_cipher_alg *alg;
    bool is_encrypt;
    bool is_broken; /* after an error nothing is opened or sealed any more */
};

#define SX_CTR(bits)                                                                               \
    {                                                                                              \
        .name = "aes" #bits "-ctr", .evp_name = "AES-" #bits "-CTR", .mode = SX_CIPHER_CTR,        \
        .key_len = bits / 8, .iv_len = 16, .block_len = 16                                         \
    }
#define SX_GCM(bits)                                                                               \
    {                                                                                              \
        .name = "aes" #bits "-gcm@openssh.com", .evp_name = "AES-" #bits "-GCM",                   \
        .mode = SX_CIPHER_GCM, .key_len = bits / 8, .iv_len = SX_GCM_IV_SIZE, .block_len = 16,     \
        .tag_len = 16                                                                              \
    }

const struct sx_cipher_alg sx_cipher_aes128_ctr = SX_CTR(128);
const struct sx_cipher_alg sx_cipher_aes192_ctr = SX_CTR(192);
const struct sx_cipher_alg sx_cipher_aes256_ctr = SX_CTR(256);
const struct sx_cipher_alg sx_cipher_aes128_gcm = SX_GCM(128);
const struct sx_cipher_alg sx_cipher_aes256_gcm = SX_GCM(256);

static EVP_CIPHER *fetch_cipher(const struct sx_provider *provider, const struct sx_cipher_alg *alg)
{
    EVP_CIPHER *cipher;

    if (alg->evp_name == NULL)
        return NULL;
    cipher = EVP_CIPHER_fetch(provider->libctx, alg->evp_name, sx_provider_properties(provider));
    if (cipher == NULL)
        return NULL;
    /* A provider that gives something else under the name is not to be used. */
    if ((alg->mode != SX_CIPHER_STREAM && EVP_CIPHER_get_key_length(cipher) != (int)alg->key_len) ||
        EVP_CIPHER_get_iv_length(cipher) != (int)alg->iv_len) {
        EVP_CIPHER_free(cipher);
        return NULL;
    }
    return cipher;
}

bool sx_cipher_is_available(struct sx_provider *provider, const struct sx_cipher_alg *alg)
{
    EVP_CIPHER *cipher;
    char reason[8];

    if (alg->mode == SX_CIPHER_CHACHA20)
        return false;
    cipher = fetch_cipher(provider, alg);
    if (cipher == NULL) {
        sx_openssl_reason(reason, sizeof reason);
        return false;
    }
    EVP_CIPHER_free(cipher);
    return true;
}

bool sx_cipher_is_aead(const struct sx_cipher_alg *alg)
{
    return alg->tag_len != 0;
}

/* Chooses the implementation before it sees a key, and makes sure whose it is. */
static bool choose(const struct sx_provider *provider, struct sx_cipher *cipher, EVP_CIPHER *evp)
{
    EVP_CIPHER_CTX *ctx = cipher->ctx;

    return EVP_CipherInit_ex2(ctx, evp, NULL, NULL, cipher->is_encrypt ? 1 : 0, NULL) == 1 &&
           sx_provider_is_maker(provider,
                                EVP_CIPHER_get0_provider(EVP_CIPHER_CTX_get0_cipher(ctx)));
}

static bool set_key_gcm(struct sx_cipher *cipher, const uint8_t *key, const uint8_t *iv)
{
    uint8_t fixed[SX_GCM_IV_SIZE];
    bool is_ok;

    for (size_t i = 0; i < sizeof fixed; i++)
        fixed[i] = iv[i];
    /* -1 hands over the whole IV as the start of the provider's own counter. */
    is_ok = EVP_CipherInit_ex2(cipher->ctx, NULL, key, NULL, -1, NULL) == 1 &&
            EVP_CIPHER_CTX_ctrl(cipher->ctx, EVP_CTRL_GCM_SET_IV_FIXED, -1, fixed) == 1;
    sx_wipe(fixed, sizeof fixed);
    return is_ok;
}

static bool set_key_plain(struct sx_cipher *cipher, const uint8_t *key, const uint8_t *iv)
{
    const struct sx_cipher_alg *alg = cipher->alg;
    uint8_t chunk[SX_DISCARD_CHUNK] = { 0 };
    size_t left = alg->discard;
    int n = 0;

    if (EVP_CIPHER_CTX_set_key_length(cipher->ctx, (int)alg->key_len) != 1 ||
        EVP_CipherInit_ex2(cipher->ctx, NULL, key, alg->iv_len != 0 ? iv : NULL, -1, NULL) != 1 ||
        EVP_CIPHER_CTX_set_padding(cipher->ctx, 0) != 1)
        return false;
    while (left > 0) {
        size_t part = left < sizeof chunk ? left : sizeof chunk;

        if (EVP_CipherUpdate(cipher->ctx, chunk, &n, chunk, (int)part) != 1)
            return false;
        left -= part;
    }
    sx_wipe(chunk, sizeof chunk);
    return true;
}

enum sx_err sx_cipher_new(struct sx_provider *provider, const struct sx_cipher_alg *alg,
                          struct sx_slice key, struct sx_slice iv, bool is_encrypt,
                          struct sx_cipher **out)
{
    struct sx_cipher *cipher = NULL;
    EVP_CIPHER *evp = NULL;
    enum sx_err err = SX_OK;
    bool is_set = false;

    if (key.len < alg->key_len || iv.len < alg->iv_len)
        return SX_ERR_ARGUMENT;
    if (alg->mode == SX_CIPHER_CHACHA20)
        return SX_ERR_PROVIDER_FETCH;
    evp = fetch_cipher(provider, alg);
    if (evp == NULL)
        return sx_openssl_fault(NULL, SX_ERR_PROVIDER_FETCH, alg->name);
    cipher = sx_alloc(sizeof *cipher);
    if (cipher != NULL)
        cipher->ctx = EVP_CIPHER_CTX_new();
    if (cipher == NULL || cipher->ctx == NULL) {
        err = SX_ERR_MEMORY;
        goto out;
    }
    cipher->alg = alg;
    cipher->is_encrypt = is_encrypt;
    if (choose(provider, cipher, evp))
        is_set = alg->mode == SX_CIPHER_GCM ? set_key_gcm(cipher, key.ptr, iv.ptr)
                                            : set_key_plain(cipher, key.ptr, iv.ptr);
    if (!is_set) {
        err = sx_openssl_fault(NULL, SX_ERR_SET_KEYS, alg->name);
        goto out;
    }
    *out = cipher;
    cipher = NULL;
out:
    EVP_CIPHER_free(evp);
    sx_cipher_free(cipher);
    return err;
}

/* One update in place that must give as many bytes as it takes. */
static bool crypt_in_place(struct sx_cipher *cipher, uint8_t *data, size_t n)
{
    int done = 0;

    return n <= INT_MAX && EVP_CipherUpdate(cipher->ctx, data, &done, data, (int)n) == 1 &&
           done == (int)n;
}

enum sx_err sx_cipher_crypt(struct sx_cipher *cipher, uint8_t *data, size_t n)
{
    if (cipher->is_broken || sx_cipher_is_aead(cipher->alg))
        return SX_ERR_STATE;
    if (n == 0)
        return SX_OK;
    if (n % cipher->alg->block_len != 0)
        return SX_ERR_ARGUMENT;
    if (!crypt_in_place(cipher, data, n)) {
        cipher->is_broken = true;
        return sx_openssl_fault(NULL, SX_ERR_ENCRYPT, cipher->alg->name);
    }
    return SX_OK;
}

/* Steps the provider's nonce counter and feeds the length field as additional data. */
static bool start_packet(struct sx_cipher *cipher, const uint8_t *packet)
{
    uint8_t last[1]; /* the provider wants to show a part of the nonce it made */
    int done = 0;

    return EVP_CIPHER_CTX_ctrl(cipher->ctx, EVP_CTRL_GCM_IV_GEN, sizeof last, last) == 1 &&
           EVP_CipherUpdate(cipher->ctx, NULL, &done, packet, SX_LENGTH_SIZE) == 1;
}

enum sx_err sx_cipher_seal(struct sx_cipher *cipher, uint32_t sequence, uint8_t *packet, size_t n)
{
    uint8_t *body = packet + SX_LENGTH_SIZE;
    int done = 0;

    (void)sequence; /* GCM counts for itself */
    if (cipher->is_broken || !cipher->is_encrypt || !sx_cipher_is_aead(cipher->alg))
        return SX_ERR_STATE;
    if (n == 0 || n % cipher->alg->block_len != 0)
        return SX_ERR_ARGUMENT;
    if (!start_packet(cipher, packet) || !crypt_in_place(cipher, body, n) ||
        EVP_CipherFinal_ex(cipher->ctx, body + n, &done) != 1 || done != 0 ||
        EVP_CIPHER_CTX_ctrl(cipher->ctx, EVP_CTRL_AEAD_GET_TAG, (int)cipher->alg->tag_len,
                            body + n) != 1) {
        cipher->is_broken = true;
        return sx_openssl_fault(NULL, SX_ERR_ENCRYPT, cipher->alg->name);
    }
    return SX_OK;
}

enum sx_err sx_cipher_open(struct sx_cipher *cipher, uint32_t sequence, uint8_t *packet, size_t n)
{
    uint8_t *body = packet + SX_LENGTH_SIZE;
    uint8_t none[EVP_MAX_BLOCK_LENGTH];
    int done = 0;

    (void)sequence;
    if (cipher->is_broken || cipher->is_encrypt || !sx_cipher_is_aead(cipher->alg))
        return SX_ERR_STATE;
    if (n == 0 || n % cipher->alg->block_len != 0)
        return SX_ERR_ARGUMENT;
    if (!start_packet(cipher, packet) ||
        EVP_CIPHER_CTX_ctrl(cipher->ctx, EVP_CTRL_AEAD_SET_TAG, (int)cipher->alg->tag_len,
                            body + n) != 1 ||
        !crypt_in_place(cipher, body, n)) {
        cipher->is_broken = true;
        sx_wipe(body, n);
        return sx_openssl_fault(NULL, SX_ERR_ENCRYPT, cipher->alg->name);
    }
    if (EVP_CipherFinal_ex(cipher->ctx, none, &done) != 1 || done != 0) {
        cipher->is_broken = true;
        sx_wipe(body, n); /* unauthenticated plain text is nobody's business */
        return sx_openssl_fault(NULL, SX_ERR_PEER_MAC, cipher->alg->name);
    }
    return SX_OK;
}

enum sx_err sx_cipher_peek_length(struct sx_cipher *cipher, uint32_t sequence,
                                  const uint8_t *packet, uint32_t *out_length)
{
    (void)sequence;
    if (cipher->alg->mode != SX_CIPHER_GCM)
        return SX_ERR_STATE;
    *out_length = (uint32_t)packet[0] << 24 | (uint32_t)packet[1] << 16 | (uint32_t)packet[2] << 8 |
                  (uint32_t)packet[3];
    return SX_OK;
}

void sx_cipher_free(struct sx_cipher *cipher)
{
    if (cipher == NULL)
        return;
    EVP_CIPHER_CTX_free(cipher->ctx); /* the provider clears the key schedule */
    sx_free_wiped(cipher, sizeof *cipher);
}
