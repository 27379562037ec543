/* crypto/agree_group.c: Diffie-Hellman in a group that is given by numbers: what a server proposes
 * in a group exchange (RFC 4419), and what OpenSSL has no name for. Whether a proposed prime is one
 * is not asked: the server's signature over the exchange covers the group, so that nobody else can
 * have chosen it, and the server knows K in any group. */
#include "crypto/agree_group.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/dh.h>
#include <openssl/param_build.h>
#include <openssl/params.h>

const struct sx_kex_alg sx_kex_dh_gex_sha256 = { .name = "diffie-hellman-group-exchange-sha256",
                                                 .family = SX_KEX_DH_GEX,
                                                 .hash = SX_HASH_SHA256 };

/* RFC 4419 section 6.2: an exponent of twice the bits of the longest key that is derived. */
enum { SX_EXPONENT_BITS = 512 };

enum sx_err sx_group_check(const struct sx_kex_alg *alg, struct sx_slice p, struct sx_slice g,
                           struct sx_fault *fault)
{
    const enum sx_err bad = SX_ERR_PEER_DH_VALUE;
    BIGNUM *bn_p = NULL;
    BIGNUM *bn_g = NULL;
    enum sx_err err = SX_OK;

    if (p.len > SX_DH_BITS_MAX / 8 || g.len > p.len)
        return sx_fault_set(fault, bad,
                            "%s: the server's group has a prime of %zu bytes and a generator of "
                            "%zu; at most %d are taken",
                            alg->name, p.len, g.len, SX_DH_BITS_MAX / 8);
    bn_p = BN_bin2bn(p.ptr, (int)p.len, NULL);
    bn_g = BN_bin2bn(g.ptr, (int)g.len, NULL);
    if (bn_p == NULL || bn_g == NULL) {
        err = SX_ERR_MEMORY;
        goto out;
    }
    if (BN_num_bits(bn_p) < SX_DH_BITS_MIN || !BN_is_odd(bn_p)) {
        err = sx_fault_set(fault, bad,
                           "%s: the server's group has an %s prime of %d bits; expected an odd one "
                           "of %d to %d",
                           alg->name, BN_is_odd(bn_p) ? "odd" : "even", BN_num_bits(bn_p),
                           SX_DH_BITS_MIN, SX_DH_BITS_MAX);
        goto out;
    }
    /* 2 <= g < p-1; p is odd, so that p-1 comes by clearing a bit */
    if (BN_clear_bit(bn_p, 0) != 1 || BN_cmp(bn_g, BN_value_one()) <= 0 || BN_cmp(bn_g, bn_p) >= 0)
        err = sx_fault_set(fault, bad, "%s: the server's generator lies outside 1 < g < p-1",
                           alg->name);
out:
    BN_free(bn_p);
    BN_free(bn_g);
    return err;
}

/* Makes what selection says of p, g and perhaps a public value. */
static EVP_PKEY *from_numbers(struct sx_provider *provider, const BIGNUM *p, const BIGNUM *g,
                              const BIGNUM *value, int selection)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *ctx =
        EVP_PKEY_CTX_new_from_name(provider->libctx, "DH", sx_provider_properties(provider));
    OSSL_PARAM *params = NULL;
    EVP_PKEY *key = NULL;

    if (build != NULL && ctx != NULL && p != NULL && g != NULL &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_FFC_P, p) == 1 &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_FFC_G, g) == 1 &&
        (value == NULL || OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PUB_KEY, value) == 1))
        params = OSSL_PARAM_BLD_to_param(build);
    if (params != NULL &&
        (EVP_PKEY_fromdata_init(ctx) != 1 || EVP_PKEY_fromdata(ctx, &key, selection, params) != 1))
        key = NULL;
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

EVP_PKEY *sx_group_generate(struct sx_provider *provider, struct sx_slice p, struct sx_slice g)
{
    BIGNUM *bn_p = BN_bin2bn(p.ptr, (int)p.len, NULL);
    BIGNUM *bn_g = BN_bin2bn(g.ptr, (int)g.len, NULL);
    EVP_PKEY *group = from_numbers(provider, bn_p, bn_g, NULL, EVP_PKEY_KEY_PARAMETERS);
    EVP_PKEY_CTX *ctx = NULL;
    EVP_PKEY *key = NULL;
    int bits = SX_EXPONENT_BITS;
    OSSL_PARAM params[2] = { OSSL_PARAM_construct_int(OSSL_PKEY_PARAM_DH_PRIV_LEN, &bits),
                             OSSL_PARAM_construct_end() };

    if (group != NULL)
        ctx = EVP_PKEY_CTX_new_from_pkey(provider->libctx, group, sx_provider_properties(provider));
    if (ctx == NULL || EVP_PKEY_keygen_init(ctx) != 1 ||
        !sx_provider_is_maker(provider, EVP_PKEY_CTX_get0_provider(ctx)) ||
        EVP_PKEY_CTX_set_params(ctx, params) != 1 || EVP_PKEY_generate(ctx, &key) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(group);
    BN_free(bn_p);
    BN_free(bn_g);
    return key;
}

EVP_PKEY *sx_group_public(struct sx_provider *provider, EVP_PKEY *own, const BIGNUM *value)
{
    BIGNUM *p = NULL;
    BIGNUM *g = NULL;
    EVP_PKEY *key = NULL;

    if (EVP_PKEY_get_bn_param(own, OSSL_PKEY_PARAM_FFC_P, &p) == 1 &&
        EVP_PKEY_get_bn_param(own, OSSL_PKEY_PARAM_FFC_G, &g) == 1)
        key = from_numbers(provider, p, g, value, EVP_PKEY_PUBLIC_KEY);
    BN_free(p);
    BN_free(g);
    return key;
}
