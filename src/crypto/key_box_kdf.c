/* crypto/key_box_kdf.c: keys out of passwords, and HMAC, for key containers. */
#include "crypto/key_box.h"

#include <string.h>

#include "base/memory.h"
#include "crypto/openssl.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

enum { MD5_SIZE = 16, MD5_SALT = 8 };

static OSSL_PARAM text_param(const char *name, const char *text)
{
    return OSSL_PARAM_construct_utf8_string(name, (char *)(uintptr_t)text, 0);
}

/* OpenSSL tells "none" from "empty" by the pointer. */
static OSSL_PARAM octets_param(const char *name, struct sx_slice bytes)
{
    static const uint8_t none[1];

    return OSSL_PARAM_construct_octet_string(
        name, (void *)(uintptr_t)(bytes.ptr != NULL ? bytes.ptr : none), bytes.len);
}

static enum sx_err derive(struct sx_provider *provider, const char *name, const OSSL_PARAM *params,
                          uint8_t *out, size_t n)
{
    EVP_KDF *kdf = EVP_KDF_fetch(provider->libctx, name, sx_provider_properties(provider));
    EVP_KDF_CTX *ctx = NULL;
    enum sx_err err = SX_ERR_PROVIDER_FETCH;

    if (kdf != NULL && sx_provider_is_maker(provider, EVP_KDF_get0_provider(kdf))) {
        ctx = EVP_KDF_CTX_new(kdf);
        err = ctx != NULL && EVP_KDF_derive(ctx, out, n, params) == 1 ? SX_OK : SX_ERR_PROVIDER;
    }
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    return err == SX_OK ? SX_OK : sx_openssl_fault(NULL, err, name);
}

enum sx_err sx_box_pbkdf2(struct sx_provider *provider, enum sx_hash hash,
                          const struct sx_box_password *password, uint8_t *out, size_t n)
{
    uint64_t count = password->count;
    int without_bounds = provider->info.is_fips ? 0 : 1; /* the module checks once more itself */
    const OSSL_PARAM params[] = {
        text_param(OSSL_KDF_PARAM_DIGEST, sx_hash_name(hash)),
        text_param(OSSL_KDF_PARAM_PROPERTIES, sx_provider_properties(provider)),
        octets_param(OSSL_KDF_PARAM_PASSWORD, password->text),
        octets_param(OSSL_KDF_PARAM_SALT, password->salt),
        OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_ITER, &count),
        OSSL_PARAM_construct_int(OSSL_KDF_PARAM_PKCS5, &without_bounds),
        OSSL_PARAM_construct_end(),
    };

    return derive(provider, "PBKDF2", params, out, n);
}

/* UTF-8 to UTF-16BE with two zero bytes behind it (RFC 7292 appendix B.1). */
static enum sx_err bmp_string(struct sx_slice text, struct sx_secret *out)
{
    size_t i = 0;

    SX_TRY(sx_secret_reserve(out, 2 * text.len + 2));
    while (i < text.len) {
        uint32_t c = text.ptr[i];
        unsigned more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
        uint8_t units[4];
        size_t n = 2;

        c &= more == 0 ? 0x7fU : 0x3fU >> more;
        for (i++; more > 0 && i < text.len; more--, i++)
            c = c << 6 | (text.ptr[i] & 0x3fU);
        if (c > 0xffff) {
            c -= 0x10000;
            units[2] = (uint8_t)(0xdc | (c >> 8 & 3));
            units[3] = (uint8_t)c;
            c = 0xd800 | (c >> 10 & 0x3ff);
            n = 4;
        }
        units[0] = (uint8_t)(c >> 8);
        units[1] = (uint8_t)c;
        SX_TRY(sx_secret_append(out, sx_slice_of(units, n)));
        sx_wipe(units, sizeof units);
    }
    return sx_secret_append(out, sx_slice_of("\0", 2));
}

enum sx_err sx_box_pkcs12(struct sx_provider *provider, enum sx_hash hash,
                          enum sx_box_purpose purpose, const struct sx_box_password *password,
                          uint8_t *out, size_t n)
{
    struct sx_secret text = { 0 };
    uint64_t count = password->count;
    int id = (int)purpose;
    enum sx_err err = bmp_string(password->text, &text);

    if (err == SX_OK) {
        const OSSL_PARAM params[] = {
            text_param(OSSL_KDF_PARAM_DIGEST, sx_hash_name(hash)),
            text_param(OSSL_KDF_PARAM_PROPERTIES, sx_provider_properties(provider)),
            octets_param(OSSL_KDF_PARAM_PASSWORD, sx_secret_slice(&text)),
            octets_param(OSSL_KDF_PARAM_SALT, password->salt),
            OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_ITER, &count),
            OSSL_PARAM_construct_int(OSSL_KDF_PARAM_PKCS12_ID, &id),
            OSSL_PARAM_construct_end(),
        };

        err = derive(provider, "PKCS12KDF", params, out, n);
    }
    sx_secret_clear(&text);
    return err;
}

enum sx_err sx_box_md5(struct sx_provider *provider, const struct sx_box_password *password,
                       uint8_t *out, size_t n)
{
    struct sx_digest *digest = NULL;
    uint8_t last[SX_DIGEST_MAX] = { 0 };
    size_t last_len = 0;
    enum sx_err err = password->salt.len < MD5_SALT ? SX_ERR_ARGUMENT : SX_OK;

    for (size_t done = 0; err == SX_OK && done < n; done += MD5_SIZE) {
        err = sx_digest_new(provider, SX_HASH_MD5, &digest);
        if (err == SX_OK)
            err = sx_digest_update(digest, sx_slice_of(last, last_len));
        if (err == SX_OK)
            err = sx_digest_update(digest, password->text);
        if (err == SX_OK)
            err = sx_digest_update(digest, sx_slice_of(password->salt.ptr, MD5_SALT));
        if (err == SX_OK)
            err = sx_digest_final(digest, last, &last_len);
        if (err == SX_OK)
            memcpy(out + done, last, n - done < MD5_SIZE ? n - done : MD5_SIZE);
        sx_digest_free(digest);
        digest = NULL;
    }
    sx_wipe(last, sizeof last);
    return err;
}

/* libcrypto 3.0's headers have no names for Argon2's parameters. */
enum sx_err sx_box_argon2(struct sx_provider *provider, enum sx_box_argon2 flavour,
                          const struct sx_box_password *password, uint32_t memory_kib,
                          uint32_t lanes, uint8_t *out, size_t n)
{
    static const char *const names[] = { "ARGON2D", "ARGON2I", "ARGON2ID" };
    uint32_t passes = (uint32_t)password->count;
    uint32_t threads = 1;
    const OSSL_PARAM params[] = {
        octets_param(OSSL_KDF_PARAM_PASSWORD, password->text),
        octets_param(OSSL_KDF_PARAM_SALT, password->salt),
        OSSL_PARAM_construct_uint32("iter", &passes),
        OSSL_PARAM_construct_uint32("lanes", &lanes),
        OSSL_PARAM_construct_uint32("threads", &threads),
        OSSL_PARAM_construct_uint32("memcost", &memory_kib),
        OSSL_PARAM_construct_end(),
    };

    return derive(provider, names[flavour], params, out, n);
}

enum sx_err sx_box_hmac(struct sx_provider *provider, enum sx_hash hash, struct sx_slice key,
                        struct sx_slice data, uint8_t *out)
{
    static const uint8_t none[1];
    EVP_MAC *mac = EVP_MAC_fetch(provider->libctx, "HMAC", sx_provider_properties(provider));
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
    const OSSL_PARAM params[] = {
        text_param(OSSL_MAC_PARAM_DIGEST, sx_hash_name(hash)),
        text_param(OSSL_MAC_PARAM_PROPERTIES, sx_provider_properties(provider)),
        OSSL_PARAM_construct_end(),
    };
    size_t n = 0;
    enum sx_err err = SX_OK;

    if (ctx == NULL || !sx_provider_is_maker(provider, EVP_MAC_get0_provider(mac)))
        err = SX_ERR_PROVIDER_FETCH;
    else if (EVP_MAC_init(ctx, key.len != 0 ? key.ptr : none, key.len, params) != 1 ||
             EVP_MAC_update(ctx, data.ptr, data.len) != 1 ||
             EVP_MAC_final(ctx, out, &n, SX_DIGEST_MAX) != 1 || n != sx_hash_size(hash))
        err = SX_ERR_PROVIDER;
    EVP_MAC_CTX_free(ctx);
    EVP_MAC_free(mac);
    return err == SX_OK ? SX_OK : sx_openssl_fault(NULL, err, "HMAC");
}
