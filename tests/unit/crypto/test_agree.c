/* Key agreement: published vectors, an independent calculation, and every bad share. */
#include "unit/crypto/crypto_checks.h"
#include "unit/crypto/vectors_agree.h"

#include "crypto/agree_peer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

static const struct sx_kex_alg *const all[] = { &sx_kex_ecdh_nistp256,
                                                &sx_kex_ecdh_nistp384,
                                                &sx_kex_ecdh_nistp521,
                                                &sx_kex_dh_group14_sha256,
                                                &sx_kex_dh_group15_sha512,
                                                &sx_kex_dh_group16_sha512,
                                                &sx_kex_dh_group17_sha512,
                                                &sx_kex_dh_group18_sha512,
                                                &sx_kex_curve25519_sha256,
                                                &sx_kex_curve25519_sha256_libssh,
                                                NULL };
static const struct sx_kex_alg *const dh[] = { &sx_kex_dh_group14_sha256, &sx_kex_dh_group16_sha512,
                                               &sx_kex_dh_group18_sha512, &sx_kex_dh_group15_sha512,
                                               &sx_kex_dh_group17_sha512, NULL };
static const struct sx_kex_alg *const ec[] = { &sx_kex_ecdh_nistp256, &sx_kex_ecdh_nistp384,
                                               &sx_kex_ecdh_nistp521, NULL };

static struct sx_agree *new_agree(struct sx_provider *provider, const struct sx_kex_alg *alg)
{
    struct sx_agree *agree = NULL;
    struct sx_fault fault = { 0 };

    assert_no_fault(sx_agree_new(provider, alg, &fault, &agree), &fault);
    return agree;
}

/* Finishes a fresh exchange with share. The error must have its text; K must stay untouched. */
static enum sx_err finish_with(struct sx_provider *provider, const struct sx_kex_alg *alg,
                               struct sx_slice share)
{
    struct sx_agree *agree = new_agree(provider, alg);
    struct sx_secret k = { 0 };
    struct sx_fault fault = { 0 };
    enum sx_err err = sx_agree_finish(agree, share, &fault, &k);

    if (err != SX_OK) {
        assert_int_equal(fault.err, err);
        assert_true(strlen(fault.text) > 10);
        assert_null(k.ptr);
    }
    sx_secret_clear(&k);
    sx_agree_free(agree);
    return err;
}

/* --- Both sides agree --------------------------------------------------------------------------- */

static void check_round_trips(const struct test_provider *tp)
{
    for (size_t i = 0; all[i] != NULL; i++) {
        struct sx_secret k1 = { 0 };
        struct sx_secret k2 = { 0 };
        struct sx_agree *a;
        struct sx_agree *b;

        if (!sx_kex_is_available(tp->provider, all[i])) {
            assert_true(tp->is_fips && all[i]->family == SX_KEX_X25519);
            continue;
        }
        a = new_agree(tp->provider, all[i]);
        b = new_agree(tp->provider, all[i]);
        assert_ok(sx_agree_finish(a, sx_agree_share(b), NULL, &k1));
        assert_ok(sx_agree_finish(b, sx_agree_share(a), NULL, &k2));
        assert_int_equal(k1.len, k2.len);
        assert_memory_equal(k1.ptr, k2.ptr, k1.len);
        assert_err(sx_agree_finish(a, sx_agree_share(b), NULL, &k1), SX_ERR_STATE);
        sx_secret_clear(&k1);
        sx_secret_clear(&k2);
        sx_agree_free(a);
        sx_agree_free(b);
    }
}

static void test_both_sides_reach_the_same_k(void **state)
{
    (void)state;
    for_each_provider(check_round_trips);
}

static void test_default_and_fips_providers_reach_the_same_k(void **state)
{
    const struct test_providers *providers = providers_at_hand();

    (void)state;
    for (size_t p = 1; p < providers->count; p++) {
        for (size_t i = 0; i < 4; i++) { /* the curves and group14; the rest only takes longer */
            struct sx_secret k1 = { 0 };
            struct sx_secret k2 = { 0 };
            struct sx_agree *a = new_agree(providers->all[0].provider, all[i]);
            struct sx_agree *b = new_agree(providers->all[p].provider, all[i]);

            assert_ok(sx_agree_finish(a, sx_agree_share(b), NULL, &k1));
            assert_ok(sx_agree_finish(b, sx_agree_share(a), NULL, &k2));
            assert_int_equal(k1.len, k2.len);
            assert_memory_equal(k1.ptr, k2.ptr, k1.len);
            sx_secret_clear(&k1);
            sx_secret_clear(&k2);
            sx_agree_free(a);
            sx_agree_free(b);
        }
    }
}

/* --- Published vectors --------------------------------------------------------------------------- */

static EVP_PKEY *key_pair(struct sx_provider *provider, const struct agree_vector *v)
{
    struct bytes private_key = from_hex(v->private_key);
    struct bytes public_key = from_hex(v->public_key);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *d = BN_bin2bn(private_key.data, (int)private_key.len, NULL);
    EVP_PKEY_CTX *ctx;
    OSSL_PARAM *params;
    EVP_PKEY *key = NULL;

    if (v->alg->family == SX_KEX_X25519) {
        key = EVP_PKEY_new_raw_private_key_ex(provider->libctx, "X25519",
                                              sx_provider_properties(provider), private_key.data,
                                              private_key.len);
    } else {
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, v->alg->group, 0);
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, public_key.data,
                                         public_key.len);
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, d);
        params = OSSL_PARAM_BLD_to_param(build);
        ctx = EVP_PKEY_CTX_new_from_name(provider->libctx, "EC", sx_provider_properties(provider));
        assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
        assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params), 1);
        OSSL_PARAM_free(params);
        EVP_PKEY_CTX_free(ctx);
    }
    BN_clear_free(d);
    OSSL_PARAM_BLD_free(build);
    assert_non_null(key);
    return key;
}

/* K must be the length-prefixed mpint of these bytes. */
static void assert_is_mpint_of(struct sx_slice k, struct sx_slice magnitude)
{
    size_t sign;

    while (magnitude.len > 0 && magnitude.ptr[0] == 0)
        magnitude = sx_slice_of(magnitude.ptr + 1, magnitude.len - 1);
    assert_true(magnitude.len > 0);
    sign = magnitude.ptr[0] >> 7;
    assert_int_equal(k.len, 4 + sign + magnitude.len);
    assert_int_equal((size_t)k.ptr[2] << 8 | k.ptr[3], sign + magnitude.len);
    assert_int_equal(k.ptr[0] | k.ptr[1], 0);
    if (sign != 0)
        assert_int_equal(k.ptr[4], 0);
    assert_memory_equal(k.ptr + 4 + sign, magnitude.ptr, magnitude.len);
}

static void check_vectors(const struct test_provider *tp)
{
    for (size_t i = 0; i < sizeof agree_vectors / sizeof agree_vectors[0]; i++) {
        const struct agree_vector *v = &agree_vectors[i];
        struct bytes peer = from_hex(v->peer);
        struct bytes own = from_hex(v->public_key);
        struct bytes shared = from_hex(v->shared);
        struct sx_agree *agree = NULL;
        struct sx_secret k = { 0 };

        if (!sx_kex_is_available(tp->provider, v->alg))
            continue; /* which ones may be absent, check_round_trips says */
        assert_ok(sx_agree_adopt(tp->provider, v->alg, key_pair(tp->provider, v), NULL, &agree));
        assert_true(sx_slice_is_equal(sx_agree_share(agree), slice_of(&own)));
        assert_ok(sx_agree_finish(agree, slice_of(&peer), NULL, &k));
        assert_is_mpint_of(sx_secret_slice(&k), slice_of(&shared));
        sx_secret_clear(&k);
        sx_agree_free(agree);
    }
}

static void test_agreement_matches_published_vectors(void **state)
{
    (void)state;
    for_each_provider(check_vectors);
}

/* --- Diffie-Hellman, calculated a second time ---------------------------------------------------- */

/* RFC 3526's primes, as libcrypto's own table has them. */
static BIGNUM *prime_of(const struct sx_kex_alg *alg)
{
    if (alg == &sx_kex_dh_group14_sha256)
        return BN_get_rfc3526_prime_2048(NULL);
    if (alg == &sx_kex_dh_group15_sha512)
        return BN_get_rfc3526_prime_3072(NULL);
    if (alg == &sx_kex_dh_group16_sha512)
        return BN_get_rfc3526_prime_4096(NULL);
    return alg == &sx_kex_dh_group17_sha512 ? BN_get_rfc3526_prime_6144(NULL)
                                            : BN_get_rfc3526_prime_8192(NULL);
}

/* A number as a share: the mpint's bytes. */
static struct sx_slice share_of(const BIGNUM *number, uint8_t *out)
{
    int sign = BN_num_bits(number) % 8 == 0 && !BN_is_zero(number) ? 1 : 0;

    out[0] = 0;
    return sx_slice_of(out, (size_t)(sign + BN_bn2bin(number, out + sign)));
}

static void check_dh(const struct test_provider *tp)
{
    static const uint8_t exponent[] = "any forty bytes do for the other side's ";

    for (size_t i = 0; dh[i] != NULL; i++) {
        uint8_t share[SX_SHARE_MAX];
        uint8_t raw[SX_SHARE_MAX];
        struct sx_agree *agree = new_agree(tp->provider, dh[i]);
        struct sx_slice ours = sx_agree_share(agree);
        BN_CTX *ctx = BN_CTX_new();
        BIGNUM *p = prime_of(dh[i]);
        BIGNUM *y = BN_bin2bn(exponent, sizeof exponent - 1, NULL);
        BIGNUM *g = BN_new();
        BIGNUM *f = BN_new();
        BIGNUM *e = BN_bin2bn(ours.ptr, (int)ours.len, NULL);
        BIGNUM *k = BN_new();
        struct sx_secret secret = { 0 };
        int n;

        assert_true(ours.ptr[0] < 0x80); /* an mpint's bytes are never negative */
        assert_int_equal(BN_set_word(g, 2), 1);
        assert_int_equal(BN_mod_exp(f, g, y, p, ctx), 1);
        assert_int_equal(BN_mod_exp(k, e, y, p, ctx), 1);
        assert_ok(sx_agree_finish(agree, share_of(f, share), NULL, &secret));
        n = BN_bn2bin(k, raw);
        assert_is_mpint_of(sx_secret_slice(&secret), sx_slice_of(raw, (size_t)n));
        sx_secret_clear(&secret);
        sx_agree_free(agree);
        BN_free(p);
        BN_free(y);
        BN_free(g);
        BN_free(f);
        BN_free(e);
        BN_free(k);
        BN_CTX_free(ctx);
    }
}

static void test_dh_is_what_arithmetic_says(void **state)
{
    (void)state;
    for_each_provider(check_dh);
}

static void expect_dh(struct sx_provider *provider, const struct sx_kex_alg *alg,
                      struct sx_slice share, enum sx_err expected)
{
    assert_err(finish_with(provider, alg, share), expected);
}

static void check_bad_dh(const struct test_provider *tp)
{
    for (size_t i = 0; i < 2; i++) { /* group14 and group16: the others are the same code */
        uint8_t bytes[SX_SHARE_MAX + 1] = { 0 };
        BIGNUM *p = prime_of(dh[i]);
        BIGNUM *n = BN_dup(p);

        expect_dh(tp->provider, dh[i], SX_SLICE_NONE, SX_ERR_PEER_DH_VALUE); /* 0 */
        bytes[0] = 1;
        expect_dh(tp->provider, dh[i], sx_slice_of(bytes, 1), SX_ERR_PEER_DH_VALUE); /* 1 */
        expect_dh(tp->provider, dh[i], share_of(p, bytes), SX_ERR_PEER_DH_VALUE);
        assert_int_equal(BN_add_word(n, 1), 1);
        expect_dh(tp->provider, dh[i], share_of(n, bytes), SX_ERR_PEER_DH_VALUE); /* p + 1 */
        assert_int_equal(BN_sub_word(n, 2), 1);
        expect_dh(tp->provider, dh[i], share_of(n, bytes), SX_ERR_PEER_DH_VALUE); /* p - 1 */
        assert_int_equal(BN_lshift1(n, p), 1);
        expect_dh(tp->provider, dh[i], share_of(n, bytes), SX_ERR_PEER_DH_VALUE); /* 2p */

        /* 0 and 4 with needless zeros; a value whose top bit makes it negative */
        memset(bytes, 0, sizeof bytes);
        expect_dh(tp->provider, dh[i], sx_slice_of(bytes, 1), SX_ERR_PEER_DH_VALUE);
        bytes[1] = 4;
        expect_dh(tp->provider, dh[i], sx_slice_of(bytes, 2), SX_ERR_PEER_DH_VALUE);
        bytes[0] = 0x84;
        expect_dh(tp->provider, dh[i], sx_slice_of(bytes, 256), SX_ERR_PEER_DH_VALUE);
        bytes[0] = 0x7f;
        expect_dh(tp->provider, dh[i], sx_slice_of(bytes, sizeof bytes), SX_ERR_PEER_DH_VALUE);

        /* g itself is in order, so that all this is not refused for another reason */
        bytes[0] = 2;
        expect_dh(tp->provider, dh[i], sx_slice_of(bytes, 1), SX_OK);
        BN_free(p);
        BN_free(n);
    }
}

static void test_dh_value_out_of_range_is_refused(void **state)
{
    (void)state;
    for_each_provider(check_bad_dh);
}

/* --- Curves ---------------------------------------------------------------------------------------- */

static void check_bad_points(const struct test_provider *tp)
{
    const uint8_t infinity[1] = { 0 };

    for (size_t i = 0; ec[i] != NULL; i++) {
        struct sx_agree *other = new_agree(tp->provider, ec[i]);
        struct sx_slice good = sx_agree_share(other);
        uint8_t point[160] = { 0 };

        memcpy(point, good.ptr, good.len);
        assert_ok(finish_with(tp->provider, ec[i], sx_slice_of(point, good.len)));

        /* off the curve: y, then x changed; x and y beyond the field */
        point[good.len - 1] ^= 1;
        assert_err(finish_with(tp->provider, ec[i], sx_slice_of(point, good.len)),
                   SX_ERR_PEER_EC_POINT);
        point[good.len - 1] ^= 1;
        point[1 + good.len / 4] ^= 1;
        assert_err(finish_with(tp->provider, ec[i], sx_slice_of(point, good.len)),
                   SX_ERR_PEER_EC_POINT);
        memset(point + 1, 0xff, good.len - 1);
        assert_err(finish_with(tp->provider, ec[i], sx_slice_of(point, good.len)),
                   SX_ERR_PEER_EC_POINT);
        memset(point + 1, 0, good.len - 1);
        assert_err(finish_with(tp->provider, ec[i], sx_slice_of(point, good.len)),
                   SX_ERR_PEER_EC_POINT);

        /* infinity; the compressed and the hybrid form of a good point */
        assert_err(finish_with(tp->provider, ec[i], sx_slice_of(infinity, 1)),
                   SX_ERR_PEER_EC_POINT);
        memcpy(point, good.ptr, good.len);
        point[0] = (uint8_t)(2 | (good.ptr[good.len - 1] & 1));
        assert_err(finish_with(tp->provider, ec[i], sx_slice_of(point, 1 + good.len / 2)),
                   SX_ERR_PEER_EC_POINT);
        point[0] = (uint8_t)(6 | (good.ptr[good.len - 1] & 1));
        assert_err(finish_with(tp->provider, ec[i], sx_slice_of(point, good.len)),
                   SX_ERR_PEER_EC_POINT);

        /* wrong lengths: nothing, without y, one byte less or more */
        memcpy(point, good.ptr, good.len);
        const size_t lengths[] = { 0, 1, good.len / 2, good.len - 1, good.len + 1 };

        for (size_t j = 0; j < sizeof lengths / sizeof lengths[0]; j++)
            assert_err(finish_with(tp->provider, ec[i], sx_slice_of(point, lengths[j])),
                       SX_ERR_PEER_EC_POINT);
        sx_agree_free(other);
    }
}

static void test_point_that_is_not_one_is_refused(void **state)
{
    (void)state;
    for_each_provider(check_bad_points);
}

static void test_point_of_another_curve_is_refused(void **state)
{
    struct sx_provider *provider = providers_default();
    struct sx_agree *p256 = new_agree(provider, &sx_kex_ecdh_nistp256);
    struct sx_agree *x25519 = new_agree(provider, &sx_kex_curve25519_sha256);

    (void)state;
    assert_err(finish_with(provider, &sx_kex_ecdh_nistp384, sx_agree_share(p256)),
               SX_ERR_PEER_EC_POINT);
    assert_err(finish_with(provider, &sx_kex_curve25519_sha256, sx_agree_share(p256)),
               SX_ERR_PEER_EC_POINT);
    assert_err(finish_with(provider, &sx_kex_ecdh_nistp256, sx_agree_share(x25519)),
               SX_ERR_PEER_EC_POINT);
    sx_agree_free(p256);
    sx_agree_free(x25519);
}

/* The points of order 1, 2, 4 and 8 of the curve and its twist, with their non-canonical forms:
 * 0, 1, two of order 8, p-1, p, p+1 (RFC 7748 section 6.1 warns of the all-zero result). */
static const char *const low_order[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

static void test_x25519_point_of_low_order_is_refused(void **state)
{
    struct sx_provider *provider = providers_default();
    struct bytes share;

    (void)state;
    for (size_t i = 0; i < sizeof low_order / sizeof low_order[0]; i++) {
        share = from_hex(low_order[i]);
        assert_err(finish_with(provider, &sx_kex_curve25519_sha256, slice_of(&share)),
                   SX_ERR_PEER_EC_POINT);
    }
    share = from_hex("0900000000000000000000000000000000000000000000000000000000000000");
    assert_ok(finish_with(provider, &sx_kex_curve25519_sha256, slice_of(&share)));
    for (size_t n = 0; n < 40; n++) {
        if (n != 32)
            assert_err(finish_with(provider, &sx_kex_curve25519_sha256, sx_slice_of(share.data, n)),
                       SX_ERR_PEER_EC_POINT);
    }
}

/* --- K --------------------------------------------------------------------------------------------- */

static void test_k_is_a_minimal_mpint(void **state)
{
    const struct sx_kex_alg *alg = &sx_kex_curve25519_sha256;
    const uint8_t zeros[32] = { 0 };
    const struct {
        const char *z;
        const char *k;
    } rows[] = { { "01", "0000000101" },
                 { "7f", "000000017f" },
                 { "80", "000000020080" },
                 { "0000007f00", "000000027f00" },
                 { "000000ff00", "0000000300ff00" } };
    struct sx_secret k = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes z = from_hex(rows[i].z);
        struct bytes expected = from_hex(rows[i].k);

        assert_ok(sx_share_encode_k(alg, slice_of(&z), NULL, &k));
        assert_true(sx_slice_is_equal(sx_secret_slice(&k), slice_of(&expected)));
    }
    assert_err(sx_share_encode_k(alg, sx_slice_of(zeros, 32), NULL, &k), SX_ERR_PEER_EC_POINT);
    assert_err(sx_share_encode_k(&sx_kex_dh_group14_sha256, sx_slice_of(zeros, 32), NULL, &k),
               SX_ERR_PEER_DH_VALUE);
    sx_secret_clear(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_sides_reach_the_same_k),
        cmocka_unit_test(test_default_and_fips_providers_reach_the_same_k),
        cmocka_unit_test(test_agreement_matches_published_vectors),
        cmocka_unit_test(test_dh_is_what_arithmetic_says),
        cmocka_unit_test(test_dh_value_out_of_range_is_refused),
        cmocka_unit_test(test_point_that_is_not_one_is_refused),
        cmocka_unit_test(test_point_of_another_curve_is_refused),
        cmocka_unit_test(test_x25519_point_of_low_order_is_refused),
        cmocka_unit_test(test_k_is_a_minimal_mpint),
    };

    return cmocka_run_group_tests_name("crypto/agree", tests, NULL, NULL);
}
