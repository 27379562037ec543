/* crypto/kdf.c: SSHKDF (RFC 4253 section 7.2, SP 800-135). */
#include "crypto/kdf.h"

#include "crypto/openssl.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

enum { SX_KDF_OUT_MAX = 1024 };

static OSSL_PARAM octets(const char *key, struct sx_slice bytes)
{
    /* OSSL_PARAM has no const, yet a derivation only reads. */
    return OSSL_PARAM_construct_octet_string(key, (void *)(uintptr_t)bytes.ptr, bytes.len);
}

enum sx_err sx_kdf_ssh(struct sx_provider *provider, enum sx_hash hash, struct sx_slice k,
                       struct sx_slice exchange_hash, struct sx_slice session_id, char letter,
                       size_t n, struct sx_secret *out)
{
    char type[2] = { letter, '\0' };
    OSSL_PARAM params[7];
    struct sx_secret result = { 0 };
    EVP_KDF_CTX *ctx;
    enum sx_err err = SX_OK;

    if (letter < 'A' || letter > 'F' || n == 0 || n > SX_KDF_OUT_MAX || k.len == 0)
        return SX_ERR_ARGUMENT;
    if (provider->sshkdf == NULL || sx_provider_digest(provider, hash) == NULL)
        return SX_ERR_PROVIDER_FETCH;
    ctx = EVP_KDF_CTX_new(provider->sshkdf);
    if (ctx == NULL)
        return SX_ERR_MEMORY;
    err = sx_secret_reserve(&result, n);
    if (err != SX_OK)
        goto out;
    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
                                                 (char *)(uintptr_t)sx_hash_name(hash), 0);
    params[1] = OSSL_PARAM_construct_utf8_string(
        OSSL_KDF_PARAM_PROPERTIES, (char *)(uintptr_t)sx_provider_properties(provider), 0);
    params[2] = octets(OSSL_KDF_PARAM_KEY, k);
    params[3] = octets(OSSL_KDF_PARAM_SSHKDF_XCGHASH, exchange_hash);
    params[4] = octets(OSSL_KDF_PARAM_SSHKDF_SESSION_ID, session_id);
    params[5] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_SSHKDF_TYPE, type, 0);
    params[6] = OSSL_PARAM_construct_end();
    if (EVP_KDF_derive(ctx, result.ptr, n, params) != 1) {
        err = sx_openssl_fault(NULL, SX_ERR_SET_KEYS, "SSHKDF");
        goto out;
    }
    result.len = n;
    sx_secret_move(out, &result);
out:
    EVP_KDF_CTX_free(ctx);
    sx_secret_clear(&result);
    return err;
}
