/* unit/crypto/group_checks.h: what the tests of Diffie-Hellman by numbers share. */
#ifndef SX_TESTS_GROUP_CHECKS_H
#define SX_TESTS_GROUP_CHECKS_H

#include "unit/crypto/crypto_checks.h"

#include "crypto/agree_peer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>

/* The prime that OpenSSL has by this name. */
static inline struct bytes prime_named(const char *name)
{
    struct sx_provider *provider = providers_default();
    OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                                             (char *)(uintptr_t)name, 0),
                            OSSL_PARAM_construct_end() };
    EVP_PKEY_CTX *ctx =
        EVP_PKEY_CTX_new_from_name(provider->libctx, "DH", sx_provider_properties(provider));
    EVP_PKEY *group = NULL;
    BIGNUM *p = NULL;
    struct bytes out = { .len = 0 };

    assert_int_equal(EVP_PKEY_paramgen_init(ctx), 1);
    assert_int_equal(EVP_PKEY_CTX_set_params(ctx, params), 1);
    assert_int_equal(EVP_PKEY_generate(ctx, &group), 1);
    assert_int_equal(EVP_PKEY_get_bn_param(group, OSSL_PKEY_PARAM_FFC_P, &p), 1);
    out.len = (size_t)BN_bn2bin(p, out.data);
    BN_free(p);
    EVP_PKEY_free(group);
    EVP_PKEY_CTX_free(ctx);
    return out;
}

/* Writes n as the content of an mpint, with its sign byte. */
static inline struct sx_slice share_of(const BIGNUM *n, uint8_t *out)
{
    int size = BN_num_bytes(n);
    int sign = BN_num_bits(n) % 8 == 0 && !BN_is_zero(n) ? 1 : 0;

    out[0] = 0;
    BN_bn2bin(n, out + sign);
    return sx_slice_of(out, (size_t)(size + sign));
}

/* Plays the peer with an exponent of its own and generator 2: K must be our share to that power. */
static inline void check_against_arithmetic(struct sx_agree *agree, const struct bytes *p)
{
    BN_CTX *ctx = BN_CTX_new();
    BIGNUM *bn_p = BN_bin2bn(p->data, (int)p->len, NULL);
    BIGNUM *x = NULL;
    BIGNUM *f = BN_new();
    BIGNUM *e = BN_bin2bn(sx_agree_share(agree).ptr, (int)sx_agree_share(agree).len, NULL);
    BIGNUM *expected = BN_new();
    uint8_t share[SX_SHARE_MAX];
    uint8_t k_bytes[SX_SHARE_MAX];
    struct sx_slice k_content;
    struct sx_secret k = { 0 };
    struct sx_fault fault = { 0 };

    BN_hex2bn(&x, "6f0a1b5fd2d9a3e4c7b8a99817263544536271809fadbccbdae9f807162534435261");
    assert_int_equal(BN_set_word(f, 2), 1);
    assert_int_equal(BN_mod_exp(f, f, x, bn_p, ctx), 1);
    assert_int_equal(BN_mod_exp(expected, e, x, bn_p, ctx), 1);
    assert_no_fault(sx_agree_finish(agree, share_of(f, share), &fault, &k), &fault);
    k_content = share_of(expected, k_bytes);
    assert_int_equal(k.len, 4 + k_content.len);
    assert_memory_equal(k.ptr + 4, k_content.ptr, k_content.len);
    sx_secret_clear(&k);
    BN_free(bn_p);
    BN_free(x);
    BN_free(f);
    BN_free(e);
    BN_free(expected);
    BN_CTX_free(ctx);
}

/* 0, 1, p-1, p, p+1, and needless zeros; 2 is in order. */
static inline void check_bad_values(const struct sx_kex_alg *alg, const struct bytes *p)
{
    const uint8_t zeros[2] = { 0, 4 };
    BIGNUM *bn_p = BN_bin2bn(p->data, (int)p->len, NULL);
    BIGNUM *n = BN_new();
    uint8_t bytes[SX_SHARE_MAX];

    for (int i = 0; i < 7; i++) {
        const uint8_t generator[1] = { 2 };
        struct sx_agree *agree = NULL;
        struct sx_secret k = { 0 };
        struct sx_fault fault = { 0 };
        struct sx_slice share;

        assert_non_null(BN_copy(n, bn_p));
        assert_int_equal(i == 0 || i == 1 || i == 6 ? BN_set_word(n, i == 6 ? 2 : (BN_ULONG)i)
                         : i == 2                   ? BN_sub_word(n, 1)
                         : i == 4                   ? BN_add_word(n, 1)
                                                    : 1,
                         1);
        share = i == 5 ? sx_slice_of(zeros, 2) : share_of(n, bytes);
        if (alg->family == SX_KEX_DH_GEX)
            assert_ok(sx_agree_new_group(providers_default(), alg, slice_of(p),
                                         sx_slice_of(generator, 1), NULL, &agree));
        else
            assert_ok(sx_agree_new(providers_default(), alg, NULL, &agree));
        assert_err(sx_agree_finish(agree, share, &fault, &k),
                   i == 6 ? SX_OK : SX_ERR_PEER_DH_VALUE);
        sx_secret_clear(&k);
        sx_agree_free(agree);
    }
    BN_free(bn_p);
    BN_free(n);
}

#endif
