/* crypto/curve.c: one key of each curve, with its parameters alone, for others to be copied from. */
#include "crypto/curve.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <string.h>

static const char *const names[SX_CURVE_COUNT] = { "P-256", "P-384", "P-521" };

static EVP_PKEY *make(struct sx_provider *provider, const char *curve)
{
    OSSL_PARAM params[2] = { OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                                              (char *)(uintptr_t)curve, 0),
                             OSSL_PARAM_construct_end() };
    EVP_PKEY_CTX *ctx =
        EVP_PKEY_CTX_new_from_name(provider->libctx, "EC", sx_provider_properties(provider));
    EVP_PKEY *key = NULL;

    if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEY_PARAMETERS, params) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(ctx);
    return key;
}

EVP_PKEY *sx_curve_params(struct sx_provider *provider, const char *curve)
{
    size_t i = 0;
    EVP_PKEY *kept;
    EVP_PKEY *made;

    while (i < SX_CURVE_COUNT && strcmp(names[i], curve) != 0)
        i++;
    if (i == SX_CURVE_COUNT)
        return NULL;
    kept = atomic_load(&provider->curves[i]);
    if (kept != NULL)
        return kept;
    made = make(provider, curve);
    /* Another thread may have been faster: then its key is everybody's. */
    if (made == NULL || atomic_compare_exchange_strong(&provider->curves[i], &kept, made))
        return made;
    EVP_PKEY_free(made);
    return kept;
}

EVP_PKEY *sx_curve_public(struct sx_provider *provider, const char *curve, struct sx_slice point)
{
    EVP_PKEY *params = sx_curve_params(provider, curve);
    EVP_PKEY *key = params != NULL ? EVP_PKEY_dup(params) : NULL;

    if (key != NULL && EVP_PKEY_set1_encoded_public_key(key, point.ptr, point.len) == 1)
        return key;
    EVP_PKEY_free(key);
    return NULL;
}

void sx_curve_clear(struct sx_provider *provider)
{
    for (size_t i = 0; i < SX_CURVE_COUNT; i++)
        EVP_PKEY_free(atomic_exchange(&provider->curves[i], NULL));
}
