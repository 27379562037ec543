/* crypto/agree_peer.c: checks and codes of key exchange values.
 *
 * RFC 4253 section 8 (e and f within 1 .. p-1; the ends are refused too, as they give away K),
 * RFC 5656 section 4 (points, uncompressed, on the curve), RFC 8731 section 3 (32 bytes, non-zero
 * result, K as an mpint of the raw bytes). */
#include "crypto/agree_peer.h"

#include "crypto/agree_group.h"
#include "crypto/curve.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/params.h>

#include <string.h>

enum { SX_X25519_SIZE = 32, SX_POINT_UNCOMPRESSED = 0x04 };

static enum sx_err dh_share_from_key(EVP_PKEY *key, uint8_t *out, size_t *out_len)
{
    enum sx_err err = SX_ERR_MAKE_KEY;
    BIGNUM *e = NULL;

    if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PUB_KEY, &e) == 1) {
        int n = BN_num_bytes(e);
        int sign = BN_num_bits(e) % 8 == 0 ? 1 : 0;

        if (n > 0 && n + sign <= SX_SHARE_MAX && BN_bn2binpad(e, out + sign, n) == n) {
            if (sign != 0)
                out[0] = 0;
            *out_len = (size_t)(n + sign);
            err = SX_OK;
        }
    }
    BN_free(e);
    return err;
}

enum sx_err sx_share_from_key(EVP_PKEY *key, const struct sx_kex_alg *alg, uint8_t *out,
                              size_t *out_len)
{
    if (sx_kex_is_dh(alg))
        return dh_share_from_key(key, out, out_len);
    if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, out, SX_SHARE_MAX,
                                        out_len) != 1)
        return SX_ERR_MAKE_KEY;
    return SX_OK;
}

/* A public key of a named group of Diffie-Hellman. */
static EVP_PKEY *dh_public(struct sx_provider *provider, const struct sx_kex_alg *alg,
                           const BIGNUM *value)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *ctx =
        EVP_PKEY_CTX_new_from_name(provider->libctx, "DH", sx_provider_properties(provider));
    OSSL_PARAM *params = NULL;
    EVP_PKEY *key = NULL;

    if (build != NULL && ctx != NULL &&
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, alg->group, 0) == 1 &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PUB_KEY, value) == 1)
        params = OSSL_PARAM_BLD_to_param(build);
    if (params != NULL && (EVP_PKEY_fromdata_init(ctx) != 1 ||
                           EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1))
        key = NULL;
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    EVP_PKEY_CTX_free(ctx);
    return key; /* whether it is the provider's, derive finds out */
}

static bool is_minimal_positive(struct sx_slice mpint)
{
    if (mpint.len == 0 || (mpint.ptr[0] & 0x80) != 0)
        return false;
    return mpint.ptr[0] != 0 || (mpint.len > 1 && (mpint.ptr[1] & 0x80) != 0);
}

static enum sx_err dh_to_key(struct sx_provider *provider, const struct sx_kex_alg *alg,
                             EVP_PKEY *own, struct sx_slice share, struct sx_fault *fault,
                             EVP_PKEY **out)
{
    BIGNUM *p = NULL;
    BIGNUM *f = NULL;
    EVP_PKEY *key = NULL;
    enum sx_err err = SX_OK;

    if (!is_minimal_positive(share) || share.len > SX_SHARE_MAX)
        return sx_fault_set(fault, SX_ERR_PEER_DH_VALUE,
                            "%s: the server's value (%zu bytes) is not a positive integer in its "
                            "shortest form",
                            alg->name, share.len);
    f = BN_bin2bn(share.ptr, (int)share.len, NULL);
    if (f == NULL || EVP_PKEY_get_bn_param(own, OSSL_PKEY_PARAM_FFC_P, &p) != 1) {
        err = sx_openssl_fault(fault, SX_ERR_MAKE_KEY, alg->name);
        goto out;
    }
    /* 1 < f < p-1: p is turned into p-1 for the comparison. */
    if (BN_sub_word(p, 1) != 1) {
        err = sx_openssl_fault(fault, SX_ERR_MAKE_KEY, alg->name);
        goto out;
    }
    if (BN_cmp(f, BN_value_one()) <= 0 || BN_cmp(f, p) >= 0) {
        err = sx_fault_set(fault, SX_ERR_PEER_DH_VALUE,
                           "%s: the server's value lies outside 1 < f < p-1", alg->name);
        goto out;
    }
    key = alg->group != NULL ? dh_public(provider, alg, f) : sx_group_public(provider, own, f);
    if (key == NULL) {
        err = sx_openssl_fault(fault, SX_ERR_PEER_DH_VALUE, alg->name);
        goto out;
    }
    *out = key;
out:
    BN_free(p);
    BN_free(f);
    return err;
}

/* Bytes of one coordinate. */
static size_t field_size(const struct sx_kex_alg *alg)
{
    if (strcmp(alg->group, "P-256") == 0)
        return 32;
    return strcmp(alg->group, "P-384") == 0 ? 48 : 66;
}

static enum sx_err ec_to_key(struct sx_provider *provider, const struct sx_kex_alg *alg,
                             struct sx_slice share, struct sx_fault *fault, EVP_PKEY **out)
{
    size_t expected = 1 + 2 * field_size(alg);
    EVP_PKEY *key;

    if (share.len != expected || share.ptr[0] != SX_POINT_UNCOMPRESSED)
        return sx_fault_set(fault, SX_ERR_PEER_EC_POINT,
                            "%s: expected an uncompressed point of %zu bytes, came %zu bytes",
                            alg->name, expected, share.len);
    key = sx_curve_public(provider, alg->group, share);
    if (key == NULL)
        return sx_openssl_fault(fault, SX_ERR_PEER_EC_POINT,
                                "the server's point is not on the curve");
    *out = key;
    return SX_OK;
}

static enum sx_err x25519_to_key(struct sx_provider *provider, const struct sx_kex_alg *alg,
                                 struct sx_slice share, struct sx_fault *fault, EVP_PKEY **out)
{
    EVP_PKEY *key;

    if (share.len != SX_X25519_SIZE)
        return sx_fault_set(fault, SX_ERR_PEER_EC_POINT, "%s: expected 32 bytes, came %zu",
                            alg->name, share.len);
    key = EVP_PKEY_new_raw_public_key_ex(provider->libctx, "X25519",
                                         sx_provider_properties(provider), share.ptr, share.len);
    if (key == NULL)
        return sx_openssl_fault(fault, SX_ERR_PEER_EC_POINT, alg->name);
    *out = key;
    return SX_OK;
}

enum sx_err sx_share_to_key(struct sx_provider *provider, const struct sx_kex_alg *alg,
                            EVP_PKEY *own, struct sx_slice share, struct sx_fault *fault,
                            EVP_PKEY **out)
{
    switch (alg->family) {
    case SX_KEX_DH:
    case SX_KEX_DH_GEX: return dh_to_key(provider, alg, own, share, fault, out);
    case SX_KEX_ECDH: return ec_to_key(provider, alg, share, fault, out);
    case SX_KEX_X25519: return x25519_to_key(provider, alg, share, fault, out);
    case SX_KEX_HYBRID: break; /* its halves come here one by one */
    }
    return SX_ERR_INTERNAL;
}

enum sx_err sx_share_encode_k(const struct sx_kex_alg *alg, struct sx_slice z,
                              struct sx_fault *fault, struct sx_secret *out)
{
    struct sx_secret k = { 0 };
    size_t skip = 0;
    size_t n;
    bool has_sign;
    uint8_t prefix[5] = { 0 };

    while (skip < z.len && z.ptr[skip] == 0)
        skip++;
    if (skip == z.len)
        return sx_fault_set(fault, sx_kex_is_dh(alg) ? SX_ERR_PEER_DH_VALUE : SX_ERR_PEER_EC_POINT,
                            "%s: the server's value makes the shared secret zero", alg->name);
    has_sign = (z.ptr[skip] & 0x80) != 0;
    n = z.len - skip + (has_sign ? 1 : 0);
    prefix[0] = (uint8_t)(n >> 24);
    prefix[1] = (uint8_t)(n >> 16);
    prefix[2] = (uint8_t)(n >> 8);
    prefix[3] = (uint8_t)n;
    SX_TRY(sx_secret_reserve(&k, sizeof prefix + z.len));
    if (sx_secret_append(&k, sx_slice_of(prefix, has_sign ? 5 : 4)) != SX_OK ||
        sx_secret_append(&k, sx_slice_of(z.ptr + skip, z.len - skip)) != SX_OK) {
        sx_secret_clear(&k);
        return SX_ERR_INTERNAL;
    }
    sx_secret_move(out, &k);
    return SX_OK;
}
