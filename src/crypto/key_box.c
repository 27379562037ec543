/* crypto/key_box.c: the encryption of key containers, over EVP. */
#include "crypto/key_box.h"

#include "crypto/openssl.h"

#include <limits.h>

/* libcrypto's switch between providers is the property query alone. */
static EVP_CIPHER *fetch(struct sx_provider *provider, const struct sx_box_cipher *cipher)
{
    if (cipher->is_legacy && provider->legacy == NULL)
        return NULL;
    return EVP_CIPHER_fetch(provider->libctx, cipher->evp_name,
                            cipher->is_legacy ? "provider=legacy"
                                              : sx_provider_properties(provider));
}

static bool is_maker(const struct sx_provider *provider, const struct sx_box_cipher *cipher,
                     const EVP_CIPHER_CTX *ctx)
{
    const OSSL_PROVIDER *maker = EVP_CIPHER_get0_provider(EVP_CIPHER_CTX_get0_cipher(ctx));

    return cipher->is_legacy ? maker == provider->legacy : sx_provider_is_maker(provider, maker);
}

static bool is_usable(const EVP_CIPHER *evp)
{
    int mode = EVP_CIPHER_get_mode(evp);

    return (mode == EVP_CIPH_CBC_MODE || mode == EVP_CIPH_CTR_MODE) &&
           EVP_CIPHER_get_key_length(evp) > 0 && EVP_CIPHER_get_key_length(evp) <= SX_BOX_KEY_MAX &&
           EVP_CIPHER_get_iv_length(evp) >= 0 && EVP_CIPHER_get_iv_length(evp) <= SX_BOX_IV_MAX;
}

enum sx_err sx_box_sizes(struct sx_provider *provider, const struct sx_box_cipher *cipher,
                         size_t *out_key_len, size_t *out_iv_len)
{
    EVP_CIPHER *evp = fetch(provider, cipher);

    if (evp == NULL || !is_usable(evp)) {
        EVP_CIPHER_free(evp);
        return sx_openssl_fault(NULL, SX_ERR_PROVIDER_FETCH, cipher->evp_name);
    }
    *out_key_len = (size_t)EVP_CIPHER_get_key_length(evp);
    *out_iv_len = (size_t)EVP_CIPHER_get_iv_length(evp);
    EVP_CIPHER_free(evp);
    return SX_OK;
}

static enum sx_err run(EVP_CIPHER_CTX *ctx, struct sx_slice data, struct sx_secret *out)
{
    int n = 0;
    int tail = 0;

    if (EVP_CipherUpdate(ctx, out->ptr, &n, data.ptr, (int)data.len) != 1 ||
        EVP_CipherFinal_ex(ctx, out->ptr + n, &tail) != 1)
        return SX_ERR_KEY_PASSPHRASE;
    out->len = (size_t)n + (size_t)tail;
    return SX_OK;
}

enum sx_err sx_box_crypt(struct sx_provider *provider, const struct sx_box_cipher *cipher,
                         struct sx_slice key, struct sx_slice iv, bool is_encrypt,
                         struct sx_slice data, struct sx_secret *out)
{
    EVP_CIPHER *evp = fetch(provider, cipher);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    enum sx_err err = SX_OK;

    sx_secret_clear(out);
    if (evp == NULL || !is_usable(evp))
        err = SX_ERR_PROVIDER_FETCH;
    else if (ctx == NULL)
        err = SX_ERR_MEMORY;
    else if (EVP_CIPHER_get_key_length(evp) != (int)key.len ||
             EVP_CIPHER_get_iv_length(evp) != (int)iv.len || data.len > SX_BOX_SIZE_MAX)
        err = SX_ERR_ARGUMENT;
    else
        err = sx_secret_reserve(out, data.len + SX_BOX_BLOCK_MAX);
    if (err != SX_OK)
        goto out;
    if (EVP_CipherInit_ex2(ctx, evp, NULL, NULL, is_encrypt ? 1 : 0, NULL) != 1 ||
        !is_maker(provider, cipher, ctx) ||
        EVP_CipherInit_ex2(ctx, NULL, key.ptr, iv.ptr, -1, NULL) != 1 ||
        EVP_CIPHER_CTX_set_padding(ctx, cipher->is_padded ? 1 : 0) != 1)
        err = SX_ERR_PROVIDER;
    else
        err = run(ctx, data, out);
out:
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(evp);
    if (err != SX_OK) {
        sx_secret_clear(out);
        err = sx_openssl_fault(NULL, err, cipher->evp_name);
    }
    return err;
}
