/* crypto/key_box_aead.c: the two ciphers of OpenSSH's private key files that authenticate by
 * themselves. No other container here has such. */
#include "crypto/key_box.h"

#include <string.h>

#include "base/memory.h"
#include "crypto/openssl.h"

enum { GCM_KEY = 32, GCM_IV = 12, CHACHA_KEY = 64, CHACHA_HALF = 32, CHACHA_BLOCK = 64, TAG = 16 };

static EVP_CIPHER_CTX *start(struct sx_provider *provider, const char *name, const uint8_t *key,
                             const uint8_t *iv)
{
    EVP_CIPHER *evp = EVP_CIPHER_fetch(provider->libctx, name, sx_provider_properties(provider));
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool is_ok =
        evp != NULL && ctx != NULL && EVP_DecryptInit_ex2(ctx, evp, NULL, NULL, NULL) == 1 &&
        sx_provider_is_maker(provider, EVP_CIPHER_get0_provider(EVP_CIPHER_CTX_get0_cipher(ctx))) &&
        EVP_DecryptInit_ex2(ctx, NULL, key, iv, NULL) == 1;

    EVP_CIPHER_free(evp);
    if (is_ok)
        return ctx;
    EVP_CIPHER_CTX_free(ctx);
    return NULL;
}

enum sx_err sx_box_open_gcm(struct sx_provider *provider, struct sx_slice key, struct sx_slice iv,
                            struct sx_slice data, struct sx_slice tag, struct sx_secret *out)
{
    EVP_CIPHER_CTX *ctx;
    int n = 0;
    int tail = 0;
    enum sx_err err;

    if (key.len != GCM_KEY || iv.len != GCM_IV || tag.len != TAG || data.len > SX_BOX_SIZE_MAX)
        return SX_ERR_ARGUMENT;
    SX_TRY(sx_secret_reserve(out, data.len + SX_BOX_BLOCK_MAX));
    ctx = start(provider, "AES-256-GCM", key.ptr, iv.ptr);
    if (ctx == NULL)
        err = SX_ERR_PROVIDER_FETCH;
    else if (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG, (void *)(uintptr_t)tag.ptr) !=
                 1 ||
             EVP_DecryptUpdate(ctx, out->ptr, &n, data.ptr, (int)data.len) != 1 ||
             EVP_DecryptFinal_ex(ctx, out->ptr + n, &tail) != 1)
        err = SX_ERR_KEY_PASSPHRASE;
    else
        err = SX_OK;
    out->len = (size_t)n + (size_t)tail;
    EVP_CIPHER_CTX_free(ctx);
    if (err == SX_OK)
        return SX_OK;
    sx_secret_clear(out);
    return sx_openssl_fault(NULL, err, "AES-256-GCM");
}

static bool poly1305(struct sx_provider *provider, const uint8_t *key, struct sx_slice data,
                     uint8_t *out)
{
    EVP_MAC *mac = EVP_MAC_fetch(provider->libctx, "POLY1305", sx_provider_properties(provider));
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
    size_t n = 0;
    bool is_ok = ctx != NULL && sx_provider_is_maker(provider, EVP_MAC_get0_provider(mac)) &&
                 EVP_MAC_init(ctx, key, CHACHA_HALF, NULL) == 1 &&
                 EVP_MAC_update(ctx, data.ptr, data.len) == 1 &&
                 EVP_MAC_final(ctx, out, &n, TAG) == 1 && n == TAG;

    EVP_MAC_CTX_free(ctx);
    EVP_MAC_free(mac);
    return is_ok;
}

/* As in a packet with the number 0 and no length (PROTOCOL.chacha20poly1305): block 0 of the first
 * half's stream is the MAC's key, and the data begins at block 1. */
enum sx_err sx_box_open_chacha(struct sx_provider *provider, struct sx_slice key,
                               struct sx_slice data, struct sx_slice tag, struct sx_secret *out)
{
    static const uint8_t zero[CHACHA_BLOCK];
    uint8_t first[CHACHA_BLOCK];
    uint8_t mac[TAG];
    EVP_CIPHER_CTX *ctx;
    int n = 0;
    enum sx_err err = SX_ERR_PROVIDER_FETCH;

    if (key.len != CHACHA_KEY || tag.len != TAG || data.len > SX_BOX_SIZE_MAX)
        return SX_ERR_ARGUMENT;
    SX_TRY(sx_secret_reserve(out, data.len));
    ctx = start(provider, "ChaCha20", key.ptr, zero);
    if (ctx != NULL && EVP_DecryptUpdate(ctx, first, &n, zero, CHACHA_BLOCK) == 1 &&
        poly1305(provider, first, data, mac)) {
        if (!sx_is_equal_secret(mac, tag.ptr, TAG))
            err = SX_ERR_KEY_PASSPHRASE;
        else if (EVP_DecryptUpdate(ctx, out->ptr, &n, data.ptr, (int)data.len) != 1)
            err = SX_ERR_PROVIDER;
        else
            err = SX_OK;
    }
    out->len = (size_t)n;
    sx_wipe(first, sizeof first);
    EVP_CIPHER_CTX_free(ctx);
    if (err == SX_OK)
        return SX_OK;
    sx_secret_clear(out);
    return sx_openssl_fault(NULL, err, "ChaCha20");
}
