/* crypto/cipher.c: the ciphers of the binary packet protocol over EVP, and the one door to those
 * that are composed in files of their own (cipher_inside.h).
 *
 * GCM's nonces are never ours to choose: the initial IV from the key derivation is handed to the
 * provider once, which then steps its own 64-bit counter for every packet (IG C.H scenario 1.d,
 * RFC 5647 section 7.1). A new key comes long before the counter could wrap. */
#include "crypto/cipher_inside.h"

#include "base/memory.h"

#include <limits.h>

enum { SX_GCM_IV_SIZE = 12, SX_DISCARD_CHUNK = 256 };

struct sx_cipher {
    EVP_CIPHER_CTX *ctx; /* a mode of EVP; else NULL, and state is the composed cipher's own */
    void *state;
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

EVP_CIPHER *sx_cipher_fetch(const struct sx_provider *provider, const char *evp_name)
{
    return EVP_CIPHER_fetch(provider->libctx, evp_name, sx_provider_properties(provider));
}

static EVP_CIPHER *fetch_legacy(const struct sx_provider *provider, const char *evp_name)
{
    if (provider->legacy == NULL)
        return NULL;
    return EVP_CIPHER_fetch(provider->libctx, evp_name, "provider=legacy");
}

static EVP_CIPHER *fetch_cipher(const struct sx_provider *provider, const struct sx_cipher_alg *alg)
{
    EVP_CIPHER *cipher;

    if (alg->evp_name == NULL)
        return NULL;
    cipher = alg->is_legacy ? fetch_legacy(provider, alg->evp_name)
                            : sx_cipher_fetch(provider, alg->evp_name);
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

    if (alg->ops != NULL)
        return alg->ops->is_available(provider, alg);
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

/* Chooses the implementation before it sees a key, and tells whose it is. */
static const OSSL_PROVIDER *choose(EVP_CIPHER_CTX *ctx, EVP_CIPHER *evp, bool is_encrypt)
{
    if (EVP_CipherInit_ex2(ctx, evp, NULL, NULL, is_encrypt ? 1 : 0, NULL) != 1)
        return NULL;
    return EVP_CIPHER_get0_provider(EVP_CIPHER_CTX_get0_cipher(ctx));
}

bool sx_cipher_start(const struct sx_provider *provider, EVP_CIPHER_CTX *ctx, EVP_CIPHER *evp,
                     bool is_encrypt)
{
    return sx_provider_is_maker(provider, choose(ctx, evp, is_encrypt));
}

static bool start(const struct sx_provider *provider, struct sx_cipher *cipher, EVP_CIPHER *evp)
{
    if (!cipher->alg->is_legacy)
        return sx_cipher_start(provider, cipher->ctx, evp, cipher->is_encrypt);
    return provider->legacy != NULL &&
           choose(cipher->ctx, evp, cipher->is_encrypt) == provider->legacy;
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

/* Fills in a cipher that one mode of EVP is. */
static enum sx_err key_evp(struct sx_provider *provider, struct sx_cipher *cipher,
                           struct sx_slice key, struct sx_slice iv)
{
    const struct sx_cipher_alg *alg = cipher->alg;
    EVP_CIPHER *evp = fetch_cipher(provider, alg);
    bool is_set = false;

    if (evp == NULL)
        return sx_openssl_fault(NULL, SX_ERR_PROVIDER_FETCH, alg->name);
    cipher->ctx = EVP_CIPHER_CTX_new();
    if (cipher->ctx != NULL && start(provider, cipher, evp))
        is_set = alg->mode == SX_CIPHER_GCM ? set_key_gcm(cipher, key.ptr, iv.ptr)
                                            : set_key_plain(cipher, key.ptr, iv.ptr);
    EVP_CIPHER_free(evp);
    if (cipher->ctx == NULL)
        return SX_ERR_MEMORY;
    return is_set ? SX_OK : sx_openssl_fault(NULL, SX_ERR_SET_KEYS, alg->name);
}

enum sx_err sx_cipher_new(struct sx_provider *provider, const struct sx_cipher_alg *alg,
                          struct sx_slice key, struct sx_slice iv, bool is_encrypt,
                          struct sx_cipher **out)
{
    struct sx_cipher *cipher;
    enum sx_err err;

    if (key.len < alg->key_len || iv.len < alg->iv_len)
        return SX_ERR_ARGUMENT;
    cipher = sx_alloc(sizeof *cipher);
    if (cipher == NULL)
        return SX_ERR_MEMORY;
    cipher->alg = alg;
    cipher->is_encrypt = is_encrypt;
    err = alg->ops != NULL ? alg->ops->make(provider, alg, key, iv, &cipher->state)
                           : key_evp(provider, cipher, key, iv);
    if (err != SX_OK) {
        sx_cipher_free(cipher);
        return err;
    }
    *out = cipher;
    return SX_OK;
}

/* One update that must give as many bytes as it takes. */
static bool update(EVP_CIPHER_CTX *ctx, uint8_t *out, const uint8_t *in, size_t n)
{
    int done = 0;

    return n <= INT_MAX && EVP_CipherUpdate(ctx, out, &done, in, (int)n) == 1 && done == (int)n;
}

bool sx_cipher_update_from(EVP_CIPHER_CTX *ctx, uint8_t *data, size_t n,
                           const struct sx_cipher_borrowed *borrowed)
{
    size_t behind;

    if (borrowed == NULL)
        return update(ctx, data, data, n);
    behind = borrowed->at + borrowed->bytes.len;
    return update(ctx, data, data, borrowed->at) &&
           update(ctx, data + borrowed->at, borrowed->bytes.ptr, borrowed->bytes.len) &&
           update(ctx, data + behind, data + behind, n - behind);
}

bool sx_cipher_can_borrow(const struct sx_cipher_alg *alg)
{
    return alg->mode == SX_CIPHER_GCM || alg->mode == SX_CIPHER_CHACHA20 ||
           (alg->mode == SX_CIPHER_CTR && alg->ops == NULL);
}

static bool is_borrowed_right(const struct sx_cipher *cipher, size_t n,
                              const struct sx_cipher_borrowed *borrowed)
{
    return borrowed == NULL || (sx_cipher_can_borrow(cipher->alg) && borrowed->at <= n &&
                                borrowed->bytes.len <= n - borrowed->at);
}

enum sx_err sx_cipher_crypt(struct sx_cipher *cipher, uint8_t *data, size_t n)
{
    return sx_cipher_crypt_from(cipher, data, n, NULL);
}

enum sx_err sx_cipher_crypt_from(struct sx_cipher *cipher, uint8_t *data, size_t n,
                                 const struct sx_cipher_borrowed *borrowed)
{
    if (cipher->is_broken || sx_cipher_is_aead(cipher->alg))
        return SX_ERR_STATE;
    if (n == 0)
        return SX_OK;
    if (n % cipher->alg->block_len != 0 || !is_borrowed_right(cipher, n, borrowed))
        return SX_ERR_ARGUMENT;
    if (!(cipher->alg->ops != NULL ? cipher->alg->ops->crypt(cipher->state, data, n)
                                   : sx_cipher_update_from(cipher->ctx, data, n, borrowed))) {
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

static enum sx_err seal_gcm(struct sx_cipher *cipher, uint8_t *packet, size_t n,
                            const struct sx_cipher_borrowed *borrowed)
{
    uint8_t *body = packet + SX_LENGTH_SIZE;
    int done = 0;

    if (!start_packet(cipher, packet) || !sx_cipher_update_from(cipher->ctx, body, n, borrowed) ||
        EVP_CipherFinal_ex(cipher->ctx, body + n, &done) != 1 || done != 0 ||
        EVP_CIPHER_CTX_ctrl(cipher->ctx, EVP_CTRL_AEAD_GET_TAG, (int)cipher->alg->tag_len,
                            body + n) != 1)
        return sx_openssl_fault(NULL, SX_ERR_ENCRYPT, cipher->alg->name);
    return SX_OK;
}

static enum sx_err open_gcm(struct sx_cipher *cipher, uint8_t *packet, size_t n)
{
    uint8_t *body = packet + SX_LENGTH_SIZE;
    uint8_t none[EVP_MAX_BLOCK_LENGTH];
    int done = 0;

    if (!start_packet(cipher, packet) ||
        EVP_CIPHER_CTX_ctrl(cipher->ctx, EVP_CTRL_AEAD_SET_TAG, (int)cipher->alg->tag_len,
                            body + n) != 1 ||
        !update(cipher->ctx, body, body, n))
        return sx_openssl_fault(NULL, SX_ERR_ENCRYPT, cipher->alg->name);
    if (EVP_CipherFinal_ex(cipher->ctx, none, &done) != 1 || done != 0)
        return sx_openssl_fault(NULL, SX_ERR_PEER_MAC, cipher->alg->name);
    return SX_OK;
}

/* What holds for every AEAD before a packet is touched. */
static enum sx_err check_packet(const struct sx_cipher *cipher, bool is_encrypt, size_t n)
{
    if (cipher->is_broken || cipher->is_encrypt != is_encrypt || !sx_cipher_is_aead(cipher->alg))
        return SX_ERR_STATE;
    return n == 0 || n % cipher->alg->block_len != 0 ? SX_ERR_ARGUMENT : SX_OK;
}

enum sx_err sx_cipher_seal(struct sx_cipher *cipher, uint32_t sequence, uint8_t *packet, size_t n)
{
    return sx_cipher_seal_from(cipher, sequence, packet, n, NULL);
}

enum sx_err sx_cipher_seal_from(struct sx_cipher *cipher, uint32_t sequence, uint8_t *packet,
                                size_t n, const struct sx_cipher_borrowed *borrowed)
{
    enum sx_err err;

    SX_TRY(check_packet(cipher, true, n));
    if (!is_borrowed_right(cipher, n, borrowed))
        return SX_ERR_ARGUMENT;
    /* GCM counts for itself */
    err = cipher->alg->ops != NULL
              ? cipher->alg->ops->seal(cipher->state, sequence, packet, n, borrowed)
              : seal_gcm(cipher, packet, n, borrowed);
    cipher->is_broken = err != SX_OK;
    return err;
}

enum sx_err sx_cipher_open(struct sx_cipher *cipher, uint32_t sequence, uint8_t *packet, size_t n)
{
    enum sx_err err;

    SX_TRY(check_packet(cipher, false, n));
    err = cipher->alg->ops != NULL ? cipher->alg->ops->open(cipher->state, sequence, packet, n)
                                   : open_gcm(cipher, packet, n);
    if (err != SX_OK) {
        cipher->is_broken = true;
        sx_wipe(packet + SX_LENGTH_SIZE, n); /* unauthenticated plain text is nobody's business */
    }
    return err;
}

enum sx_err sx_cipher_peek_length(struct sx_cipher *cipher, uint32_t sequence,
                                  const uint8_t *packet, uint32_t *out_length)
{
    if (!sx_cipher_is_aead(cipher->alg))
        return SX_ERR_STATE;
    if (cipher->alg->ops != NULL)
        return cipher->alg->ops->peek_length(cipher->state, sequence, packet, out_length);
    *out_length = sx_load_u32(packet);
    return SX_OK;
}

void sx_cipher_free(struct sx_cipher *cipher)
{
    if (cipher == NULL)
        return;
    EVP_CIPHER_CTX_free(cipher->ctx); /* the provider clears the key schedule */
    if (cipher->alg->ops != NULL && cipher->state != NULL)
        cipher->alg->ops->destroy(cipher->state);
    sx_free_wiped(cipher, sizeof *cipher);
}
