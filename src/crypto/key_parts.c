/* crypto/key_parts.c: keys from their numbers: public blobs, OpenSSH's private parts, and fresh
 * key pairs. Containers in DER are key_der.c's. */
#include "crypto/key_inside.h"

#include "base/memory.h"
#include "crypto/curve.h"
#include "crypto/legacy_dsa.h"
#include "wire/reader.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/params.h>

EVP_PKEY *sx_key_from_build(struct sx_provider *provider, const struct sx_key_row *row,
                            OSSL_PARAM_BLD *build, int selection)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(provider->libctx, row->evp_type,
                                                   sx_provider_properties(provider));
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY *pkey = NULL;

    if (ctx != NULL && params != NULL &&
        (EVP_PKEY_fromdata_init(ctx) != 1 || EVP_PKEY_fromdata(ctx, &pkey, selection, params) != 1))
        pkey = NULL;
    /* Freeing clears only what came from secure memory. */
    for (OSSL_PARAM *p = params; p != NULL && p->key != NULL; p++)
        sx_wipe(p->data, p->data_size);
    OSSL_PARAM_free(params);
    EVP_PKEY_CTX_free(ctx);
    return pkey;
}

/* --- Public blobs --------------------------------------------------------------------------- */

static EVP_PKEY *rsa_public(struct sx_provider *provider, struct sx_slice n, struct sx_slice e)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *bn_n = BN_bin2bn(n.ptr, (int)n.len, NULL);
    BIGNUM *bn_e = BN_bin2bn(e.ptr, (int)e.len, NULL);
    EVP_PKEY *pkey = NULL;

    if (build != NULL && bn_n != NULL && bn_e != NULL &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, bn_n) == 1 &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, bn_e) == 1)
        pkey = sx_key_from_build(provider, sx_key_row(SX_KEY_RSA), build, EVP_PKEY_PUBLIC_KEY);
    BN_free(bn_n);
    BN_free(bn_e);
    OSSL_PARAM_BLD_free(build);
    return pkey;
}

static EVP_PKEY *ec_public(struct sx_provider *provider, const struct sx_key_row *row,
                           struct sx_slice point)
{
    if (point.len != 1 + 2 * row->field_size || point.ptr[0] != 0x04)
        return NULL;
    return sx_curve_public(provider, row->evp_group, point);
}

static bool type_by_name(struct sx_slice name, enum sx_key_type *out)
{
    for (int i = 0; i < SX_KEY_TYPE_COUNT; i++) {
        if (sx_slice_is_text(name, sx_key_type_name((enum sx_key_type)i))) {
            *out = (enum sx_key_type)i;
            return true;
        }
    }
    return false;
}

enum sx_err sx_key_from_public_blob(struct sx_provider *provider, struct sx_slice blob,
                                    struct sx_fault *fault, struct sx_key **out)
{
    const enum sx_err bad = SX_ERR_PEER_HOST_KEY;
    const struct sx_key_row *row;
    enum sx_key_type type;
    struct sx_reader reader;
    struct sx_slice e = SX_SLICE_NONE;
    struct sx_slice value;
    EVP_PKEY *pkey = NULL;

    sx_reader_init(&reader, blob);
    if (!type_by_name(sx_reader_string(&reader), &type))
        return sx_fault_set(fault, bad, "the public key is of a type that isn't known");
    row = sx_key_row(type);
#if SX_LEGACY
    if (type == SX_KEY_DSA)
        return sx_dsa_from_public_blob(provider, &reader, fault, out);
#endif
    if (type == SX_KEY_RSA) {
        e = sx_reader_mpint(&reader);
        value = sx_reader_mpint(&reader);
    } else {
        if (row->ssh_curve != NULL && !sx_slice_is_text(sx_reader_string(&reader), row->ssh_curve))
            return sx_fault_set(fault, bad, "%s: the key names another curve", row->ssh_name);
        value = sx_reader_string(&reader);
    }
    if (sx_reader_finish(&reader) != SX_OK)
        return sx_fault_set(fault, bad,
                            "%s: the public key ends early, has bytes left over, or numbers that "
                            "are not in their shortest form",
                            row->ssh_name);

    if (type == SX_KEY_RSA) {
        /* Bounded here, so that no arithmetic runs on an absurd number; key.c checks the bits. */
        if (value.len <= SX_RSA_BITS_MAX / 8 && e.len <= SX_RSA_EXPONENT_BITS_MAX / 8)
            pkey = rsa_public(provider, value, e);
        else
            return sx_fault_set(fault, bad, "ssh-rsa: modulus or exponent is too long");
    } else if (type == SX_KEY_ED25519) {
        pkey =
            EVP_PKEY_new_raw_public_key_ex(provider->libctx, row->evp_type,
                                           sx_provider_properties(provider), value.ptr, value.len);
    } else {
        pkey = ec_public(provider, row, value);
    }
    if (pkey == NULL)
        return sx_openssl_fault(fault, bad, row->ssh_name);
    return sx_key_wrap_point(provider, pkey, false, row->field_size != 0 ? value : SX_SLICE_NONE,
                             bad, fault, out);
}

/* --- Private parts --------------------------------------------------------------------------- */

enum rsa_number { RSA_N, RSA_E, RSA_D, RSA_P, RSA_Q, RSA_IQMP, RSA_DMP1, RSA_DMQ1, RSA_NUMBERS };

static const char *const rsa_params[RSA_NUMBERS] = {
    [RSA_N] = OSSL_PKEY_PARAM_RSA_N,
    [RSA_E] = OSSL_PKEY_PARAM_RSA_E,
    [RSA_D] = OSSL_PKEY_PARAM_RSA_D,
    [RSA_P] = OSSL_PKEY_PARAM_RSA_FACTOR1,
    [RSA_Q] = OSSL_PKEY_PARAM_RSA_FACTOR2,
    [RSA_IQMP] = OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
    [RSA_DMP1] = OSSL_PKEY_PARAM_RSA_EXPONENT1,
    [RSA_DMQ1] = OSSL_PKEY_PARAM_RSA_EXPONENT2,
};

/* out = d mod (prime - 1), in constant time as far as BIGNUM goes. */
static BIGNUM *exponent_for(const BIGNUM *d, const BIGNUM *prime, BN_CTX *ctx)
{
    BIGNUM *less = BN_dup(prime);
    BIGNUM *out = BN_new();

    if (less != NULL)
        BN_set_flags(less, BN_FLG_CONSTTIME);
    if (less == NULL || out == NULL || BN_sub_word(less, 1) != 1 || BN_is_zero(less) ||
        BN_mod(out, d, less, ctx) != 1) {
        BN_clear_free(out);
        out = NULL;
    }
    BN_clear_free(less);
    return out;
}

enum sx_err sx_key_from_rsa(struct sx_provider *provider, const struct sx_rsa_parts *parts,
                            struct sx_fault *fault, struct sx_key **out)
{
    const struct sx_slice given[] = {
        parts->n, parts->e, parts->d, parts->p, parts->q, parts->iqmp
    };
    BIGNUM *numbers[RSA_NUMBERS] = { NULL };
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BN_CTX *ctx = BN_CTX_secure_new_ex(provider->libctx);
    EVP_PKEY *pkey = NULL;
    bool is_ok = build != NULL && ctx != NULL;
    enum sx_err err = SX_OK;

    for (size_t i = 0; is_ok && i < sizeof given / sizeof given[0]; i++) {
        is_ok = given[i].len > 0 && given[i].len <= SX_RSA_BITS_MAX / 8;
        if (is_ok)
            numbers[i] = BN_bin2bn(given[i].ptr, (int)given[i].len, NULL);
        is_ok = is_ok && numbers[i] != NULL;
    }
    if (is_ok) {
        numbers[RSA_DMP1] = exponent_for(numbers[RSA_D], numbers[RSA_P], ctx);
        numbers[RSA_DMQ1] = exponent_for(numbers[RSA_D], numbers[RSA_Q], ctx);
    }
    for (size_t i = 0; is_ok && i < RSA_NUMBERS; i++)
        is_ok = numbers[i] != NULL && OSSL_PARAM_BLD_push_BN(build, rsa_params[i], numbers[i]) == 1;
    if (is_ok)
        pkey = sx_key_from_build(provider, sx_key_row(SX_KEY_RSA), build, EVP_PKEY_KEYPAIR);
    if (pkey == NULL)
        err = sx_openssl_fault(fault, SX_ERR_KEY_FORMAT, "RSA private key");
    else
        err =
            sx_key_wrap_private(provider, pkey, given, sizeof given / sizeof given[0], fault, out);

    for (size_t i = 0; i < RSA_NUMBERS; i++)
        BN_clear_free(numbers[i]);
    OSSL_PARAM_BLD_free(build);
    BN_CTX_free(ctx);
    return err;
}

enum sx_err sx_key_from_ec(struct sx_provider *provider, enum sx_key_type type,
                           struct sx_slice point, struct sx_slice scalar, struct sx_fault *fault,
                           struct sx_key **out)
{
    const struct sx_key_row *row = sx_key_row(type);
    const struct sx_slice given[] = { point, scalar };
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *d = NULL;
    EVP_PKEY *pkey = NULL;

    if (row->field_size != 0 && point.len == 1 + 2 * row->field_size && point.ptr[0] == 0x04 &&
        scalar.len > 0 && scalar.len <= row->field_size)
        d = BN_bin2bn(scalar.ptr, (int)scalar.len, NULL);
    if (build != NULL && d != NULL &&
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, row->evp_group, 0) ==
            1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point.ptr, point.len) ==
            1 &&
        OSSL_PARAM_BLD_push_BN_pad(build, OSSL_PKEY_PARAM_PRIV_KEY, d, row->field_size) == 1)
        pkey = sx_key_from_build(provider, row, build, EVP_PKEY_KEYPAIR);
    BN_clear_free(d);
    OSSL_PARAM_BLD_free(build);
    if (pkey == NULL)
        return sx_openssl_fault(fault, SX_ERR_KEY_FORMAT, "EC private key");
    return sx_key_wrap_private(provider, pkey, given, sizeof given / sizeof given[0], fault, out);
}

enum sx_err sx_key_from_ed25519(struct sx_provider *provider, struct sx_slice public_key,
                                struct sx_slice seed, struct sx_fault *fault, struct sx_key **out)
{
    const struct sx_slice given[] = { public_key, seed };
    uint8_t derived[SX_ED25519_SIZE];
    size_t n = sizeof derived;
    EVP_PKEY *pkey = NULL;

    if (seed.len == SX_ED25519_SIZE && public_key.len == SX_ED25519_SIZE)
        pkey = EVP_PKEY_new_raw_private_key_ex(
            provider->libctx, "ED25519", sx_provider_properties(provider), seed.ptr, seed.len);
    if (pkey == NULL)
        return sx_openssl_fault(fault, SX_ERR_KEY_FORMAT, "Ed25519 private key");
    /* Signing with a public part that isn't the seed's own gives the seed away. */
    if (EVP_PKEY_get_raw_public_key(pkey, derived, &n) != 1 || n != sizeof derived ||
        !sx_is_equal_secret(derived, public_key.ptr, sizeof derived)) {
        EVP_PKEY_free(pkey);
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "Ed25519 private key: its public part belongs to another key");
    }
    return sx_key_wrap_private(provider, pkey, given, sizeof given / sizeof given[0], fault, out);
}

static EVP_PKEY *generate(struct sx_provider *provider, enum sx_key_type type, unsigned bits)
{
    const struct sx_key_row *row = sx_key_row(type);
    size_t size = bits;
    OSSL_PARAM params[2] = { OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end() };
    EVP_PKEY *pkey = NULL;
    EVP_PKEY_CTX *ctx;

#if SX_LEGACY
    if (type == SX_KEY_DSA)
        return sx_dsa_generate(provider, bits);
#endif
    ctx = EVP_PKEY_CTX_new_from_name(provider->libctx, row->evp_type,
                                     sx_provider_properties(provider));
    if (type == SX_KEY_RSA)
        params[0] = OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_RSA_BITS, &size);
    else if (row->evp_group != NULL)
        params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                                     (char *)(uintptr_t)row->evp_group, 0);
    if (ctx == NULL || EVP_PKEY_keygen_init(ctx) != 1 ||
        !sx_provider_is_maker(provider, EVP_PKEY_CTX_get0_provider(ctx)) ||
        (params[0].key != NULL && EVP_PKEY_CTX_set_params(ctx, params) != 1) ||
        EVP_PKEY_generate(ctx, &pkey) != 1)
        pkey = NULL;
    EVP_PKEY_CTX_free(ctx);
    return pkey;
}

enum sx_err sx_key_generate(struct sx_provider *provider, enum sx_key_type type, unsigned bits,
                            struct sx_key **out)
{
    EVP_PKEY *pkey = generate(provider, type, bits);

    if (pkey == NULL)
        return sx_openssl_fault(NULL, SX_ERR_MAKE_KEY, sx_key_row(type)->ssh_name);
    return sx_key_wrap(provider, pkey, true, SX_ERR_MAKE_KEY, NULL, out);
}
