/* crypto/hmac.c: HMAC of one message. */
#include "crypto/hmac.h"

#include "base/memory.h"
#include "crypto/openssl.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <string.h>

enum sx_err sx_hmac_once(struct sx_provider *provider, enum sx_hash hash, struct sx_slice key,
                         struct sx_slice message, uint8_t *out)
{
    EVP_MAC_CTX *ctx = provider->hmac != NULL ? EVP_MAC_CTX_new(provider->hmac) : NULL;
    uint8_t tag[SX_DIGEST_MAX];
    OSSL_PARAM params[3];
    size_t len = 0;
    enum sx_err err = SX_OK;

    if (ctx == NULL)
        return provider->hmac == NULL ? SX_ERR_PROVIDER_FETCH : SX_ERR_MEMORY;
    /* OSSL_PARAM has no const, yet an init only reads. */
    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
                                                 (char *)(uintptr_t)sx_hash_name(hash), 0);
    params[1] = OSSL_PARAM_construct_utf8_string(
        OSSL_MAC_PARAM_PROPERTIES, (char *)(uintptr_t)sx_provider_properties(provider), 0);
    params[2] = OSSL_PARAM_construct_end();
    if (EVP_MAC_init(ctx, key.ptr, key.len, params) != 1 ||
        EVP_MAC_update(ctx, message.ptr, message.len) != 1 ||
        EVP_MAC_final(ctx, tag, &len, sizeof tag) != 1 || len != sx_hash_size(hash))
        err = sx_openssl_fault(NULL, SX_ERR_PROVIDER_FETCH, "HMAC");
    else
        memcpy(out, tag, len);
    sx_wipe(tag, sizeof tag);
    EVP_MAC_CTX_free(ctx);
    return err;
}
