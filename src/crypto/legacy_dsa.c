/* crypto/legacy_dsa.c: ssh-dss (RFC 4253 section 6.6): DSA over 160-bit subgroups, with SHA-1. Only
 * the policies compat and legacy reach it; left out by -DSEXEC_LEGACY=OFF. */
#include "crypto/legacy_dsa.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/dsa.h>
#include <openssl/params.h>

#include <string.h>

enum dsa_number { DSA_P, DSA_Q, DSA_G, DSA_Y, DSA_PUBLIC_NUMBERS, DSA_X = DSA_PUBLIC_NUMBERS };
enum { DSA_NUMBERS = DSA_X + 1 };

static const char *const dsa_params[DSA_NUMBERS] = {
    [DSA_P] = OSSL_PKEY_PARAM_FFC_P,    [DSA_Q] = OSSL_PKEY_PARAM_FFC_Q,
    [DSA_G] = OSSL_PKEY_PARAM_FFC_G,    [DSA_Y] = OSSL_PKEY_PARAM_PUB_KEY,
    [DSA_X] = OSSL_PKEY_PARAM_PRIV_KEY,
};

/* A key of count numbers; NULL when one is absurd, or OpenSSL refuses them. */
static EVP_PKEY *from_numbers(struct sx_provider *provider, const struct sx_slice *given,
                              size_t count)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *numbers[DSA_NUMBERS] = { NULL };
    EVP_PKEY *pkey = NULL;
    bool is_ok = build != NULL;

    for (size_t i = 0; is_ok && i < count; i++) {
        is_ok = given[i].len > 0 && given[i].len <= SX_DSA_BITS_MAX / 8;
        if (is_ok)
            numbers[i] = BN_bin2bn(given[i].ptr, (int)given[i].len, NULL);
        is_ok = numbers[i] != NULL && OSSL_PARAM_BLD_push_BN(build, dsa_params[i], numbers[i]) == 1;
    }
    if (is_ok)
        pkey = sx_key_from_build(provider, sx_key_row(SX_KEY_DSA), build,
                                 count == DSA_NUMBERS ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY);
    for (size_t i = 0; i < DSA_NUMBERS; i++)
        BN_clear_free(numbers[i]);
    OSSL_PARAM_BLD_free(build);
    return pkey;
}

enum sx_err sx_dsa_from_public_blob(struct sx_provider *provider, struct sx_reader *reader,
                                    struct sx_fault *fault, struct sx_key **out)
{
    struct sx_slice given[DSA_PUBLIC_NUMBERS];
    EVP_PKEY *pkey;

    for (size_t i = 0; i < DSA_PUBLIC_NUMBERS; i++)
        given[i] = sx_reader_mpint(reader);
    if (sx_reader_finish(reader) != SX_OK)
        return sx_fault_set(fault, SX_ERR_PEER_HOST_KEY,
                            "ssh-dss: the public key ends early, has bytes left over, or numbers "
                            "that are not in their shortest form");
    pkey = from_numbers(provider, given, DSA_PUBLIC_NUMBERS);
    if (pkey == NULL)
        return sx_openssl_fault(fault, SX_ERR_PEER_HOST_KEY, "ssh-dss");
    return sx_key_wrap(provider, pkey, false, SX_ERR_PEER_HOST_KEY, fault, out);
}

enum sx_err sx_key_from_dsa(struct sx_provider *provider, const struct sx_dsa_parts *parts,
                            struct sx_fault *fault, struct sx_key **out)
{
    const struct sx_slice given[DSA_NUMBERS] = { parts->p, parts->q, parts->g, parts->y, parts->x };
    EVP_PKEY *pkey = from_numbers(provider, given, DSA_NUMBERS);

    if (pkey == NULL)
        return sx_openssl_fault(fault, SX_ERR_KEY_FORMAT, "DSA private key");
    return sx_key_wrap_private(provider, pkey, given, DSA_NUMBERS, fault, out);
}

/* 1 < value < p */
static bool is_inside(const BIGNUM *value, const BIGNUM *p)
{
    return BN_cmp(value, BN_value_one()) > 0 && BN_cmp(value, p) < 0;
}

static bool is_sane(BIGNUM *const *numbers)
{
    int bits = BN_num_bits(numbers[DSA_P]);

    return bits >= SX_DSA_BITS_MIN && bits <= SX_DSA_BITS_MAX && BN_is_odd(numbers[DSA_P]) &&
           BN_num_bits(numbers[DSA_Q]) == SX_DSA_Q_BITS && BN_is_odd(numbers[DSA_Q]) &&
           is_inside(numbers[DSA_G], numbers[DSA_P]) && is_inside(numbers[DSA_Y], numbers[DSA_P]);
}

enum sx_err sx_dsa_fields(EVP_PKEY *pkey, enum sx_err bad, struct sx_fault *fault,
                          struct sx_writer *writer, unsigned *out_bits)
{
    uint8_t bytes[SX_DSA_BITS_MAX / 8];
    BIGNUM *numbers[DSA_PUBLIC_NUMBERS] = { NULL };
    enum sx_err err = SX_OK;

    for (size_t i = 0; i < DSA_PUBLIC_NUMBERS; i++) {
        if (EVP_PKEY_get_bn_param(pkey, dsa_params[i], &numbers[i]) != 1) {
            err = sx_openssl_fault(fault, bad, "DSA key");
            goto out;
        }
    }
    if (!is_sane(numbers)) {
        err = sx_fault_set(fault, bad,
                           "DSA key: expected a prime of %d to %d bits, a subgroup of %d bits and "
                           "values below the prime; came %d and %d bits",
                           SX_DSA_BITS_MIN, SX_DSA_BITS_MAX, SX_DSA_Q_BITS,
                           BN_num_bits(numbers[DSA_P]), BN_num_bits(numbers[DSA_Q]));
        goto out;
    }
    for (size_t i = 0; i < DSA_PUBLIC_NUMBERS; i++) {
        int len = BN_bn2bin(numbers[i], bytes);

        sx_writer_mpint(writer, sx_slice_of(bytes, (size_t)len));
    }
    *out_bits = (unsigned)BN_num_bits(numbers[DSA_P]);
out:
    for (size_t i = 0; i < DSA_PUBLIC_NUMBERS; i++)
        BN_free(numbers[i]);
    return err;
}

EVP_PKEY *sx_dsa_generate(struct sx_provider *provider, unsigned bits)
{
    const char *properties = sx_provider_properties(provider);
    size_t p_bits = bits;
    size_t q_bits = SX_DSA_Q_BITS;
    OSSL_PARAM params[] = { OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_FFC_PBITS, &p_bits),
                            OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_FFC_QBITS, &q_bits),
                            OSSL_PARAM_construct_end() };
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(provider->libctx, "DSA", properties);
    EVP_PKEY_CTX *keygen = NULL;
    EVP_PKEY *group = NULL;
    EVP_PKEY *pkey = NULL;

    if (ctx != NULL && EVP_PKEY_paramgen_init(ctx) == 1 &&
        EVP_PKEY_CTX_set_params(ctx, params) == 1 && EVP_PKEY_paramgen(ctx, &group) == 1)
        keygen = EVP_PKEY_CTX_new_from_pkey(provider->libctx, group, properties);
    if (keygen == NULL || EVP_PKEY_keygen_init(keygen) != 1 ||
        EVP_PKEY_generate(keygen, &pkey) != 1)
        pkey = NULL;
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_CTX_free(keygen);
    EVP_PKEY_free(group);
    return pkey;
}

/* --- Signatures ------------------------------------------------------------------------------- */

enum sx_err sx_dsa_to_ssh(const struct sx_sig_alg *alg, const uint8_t *der, size_t n,
                          struct sx_writer *writer)
{
    const uint8_t *ptr = der;
    uint8_t raw[2 * SX_DSA_NUMBER_SIZE];
    const BIGNUM *r;
    const BIGNUM *s;
    DSA_SIG *pair;
    bool is_ok;

    if (alg->form == SX_SIG_X509_SIGN) {
        sx_writer_bytes(writer, sx_slice_of(der, n));
        return SX_OK;
    }
    pair = d2i_DSA_SIG(NULL, &ptr, (long)n);
    if (pair == NULL)
        return SX_ERR_SIGN;
    DSA_SIG_get0(pair, &r, &s);
    is_ok = BN_bn2binpad(r, raw, SX_DSA_NUMBER_SIZE) == SX_DSA_NUMBER_SIZE &&
            BN_bn2binpad(s, raw + SX_DSA_NUMBER_SIZE, SX_DSA_NUMBER_SIZE) == SX_DSA_NUMBER_SIZE;
    DSA_SIG_free(pair);
    if (!is_ok)
        return SX_ERR_SIGN;
    sx_writer_bytes(writer, sx_slice_of(raw, sizeof raw));
    return SX_OK;
}

static enum sx_err pair_to_der(BIGNUM *take_r, BIGNUM *take_s, uint8_t *out, size_t cap,
                               size_t *out_len)
{
    DSA_SIG *pair = DSA_SIG_new();
    int n;

    if (pair == NULL || take_r == NULL || take_s == NULL ||
        DSA_SIG_set0(pair, take_r, take_s) != 1) {
        BN_free(take_r);
        BN_free(take_s);
        DSA_SIG_free(pair);
        return SX_ERR_MEMORY;
    }
    n = i2d_DSA_SIG(pair, NULL);
    if (n > 0 && (size_t)n <= cap)
        *out_len = (size_t)i2d_DSA_SIG(pair, &out);
    DSA_SIG_free(pair);
    return n > 0 && (size_t)n <= cap ? SX_OK : SX_ERR_PEER_SIGNATURE;
}

enum sx_err sx_dsa_to_der(const struct sx_sig_alg *alg, struct sx_slice field, uint8_t *out,
                          size_t cap, size_t *out_len)
{
    if (field.len == 2 * (size_t)SX_DSA_NUMBER_SIZE)
        return pair_to_der(BN_bin2bn(field.ptr, SX_DSA_NUMBER_SIZE, NULL),
                           BN_bin2bn(field.ptr + SX_DSA_NUMBER_SIZE, SX_DSA_NUMBER_SIZE, NULL), out,
                           cap, out_len);
    if (alg->form != SX_SIG_X509_SIGN || field.len == 0 || field.len > cap)
        return SX_ERR_PEER_SIGNATURE;
    memcpy(out, field.ptr, field.len); /* OpenSSL insists on DER that it would write itself */
    *out_len = field.len;
    return SX_OK;
}
