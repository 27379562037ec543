/* Keys from their numbers, as OpenSSH's own format carries them. */
#include "unit/crypto/key_checks.h"
#include "unit/crypto/vectors_sign.h"

#include "crypto/key_inside.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>

/* --- RSA ---------------------------------------------------------------------------------------------- */

enum { PART_N, PART_E, PART_D, PART_P, PART_Q, PART_IQMP, PARTS };

struct rsa_numbers {
    struct bytes part[PARTS];
};

static struct rsa_numbers numbers_of(const struct sx_key *key)
{
    static const char *const names[PARTS] = {
        OSSL_PKEY_PARAM_RSA_N,       OSSL_PKEY_PARAM_RSA_E,       OSSL_PKEY_PARAM_RSA_D,
        OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1
    };
    struct rsa_numbers numbers;

    for (int i = 0; i < PARTS; i++) {
        BIGNUM *bn = NULL;

        assert_int_equal(EVP_PKEY_get_bn_param(key->pkey, names[i], &bn), 1);
        numbers.part[i].len = (size_t)BN_bn2bin(bn, numbers.part[i].data);
        BN_clear_free(bn);
    }
    return numbers;
}

static enum sx_err from_numbers(struct sx_provider *provider, const struct rsa_numbers *numbers,
                                struct sx_key **out)
{
    const struct sx_rsa_parts parts = { .n = slice_of(&numbers->part[PART_N]),
                                        .e = slice_of(&numbers->part[PART_E]),
                                        .d = slice_of(&numbers->part[PART_D]),
                                        .p = slice_of(&numbers->part[PART_P]),
                                        .q = slice_of(&numbers->part[PART_Q]),
                                        .iqmp = slice_of(&numbers->part[PART_IQMP]) };

    return sx_key_from_rsa(provider, &parts, NULL, out);
}

static void check_rsa(const struct test_provider *tp)
{
    const struct sx_slice text = sx_slice_text("signed by the parts");
    struct sx_key *whole = generate(providers_default(), SX_KEY_RSA);
    struct rsa_numbers numbers = numbers_of(whole);
    struct sx_key *key = NULL;
    struct sx_buffer made;

    assert_ok(from_numbers(tp->provider, &numbers, &key));
    assert_true(sx_slice_is_equal(sx_key_public_blob(key), sx_key_public_blob(whole)));
    assert_true(sx_key_is_private(key));
    made = sign(key, &sx_sig_rsa_sha2_512, text);
    assert_ok(sx_key_verify(whole, &sx_sig_rsa_sha2_512, text, sx_buffer_unread(&made), NULL));
    sx_buffer_clear(&made);
    sx_key_free(key);
    sx_key_free(whole);
}

static void test_rsa_parts_make_the_same_key(void **state)
{
    (void)state;
    for_each_provider(check_rsa);
}

/* With a wrong part either nothing comes of it, or a key that is whole all the same (OpenSSL checks
 * what the factors gave and falls back to n and d). */
static void test_rsa_parts_that_do_not_fit_never_make_a_bad_key(void **state)
{
    struct sx_provider *provider = providers_default();
    const struct sx_slice text = sx_slice_text("signed by the parts");
    struct sx_key *whole = generate(provider, SX_KEY_RSA);

    (void)state;
    for (int i = 0; i < PARTS; i++) {
        struct rsa_numbers numbers = numbers_of(whole);
        struct sx_key *key = NULL;

        numbers.part[i].data[numbers.part[i].len / 2] ^= 0x10;
        if (from_numbers(provider, &numbers, &key) == SX_OK) {
            struct sx_buffer made = sign(key, &sx_sig_rsa_sha2_256, text);

            assert_true(i != PART_N && i != PART_E);
            assert_ok(
                sx_key_verify(whole, &sx_sig_rsa_sha2_256, text, sx_buffer_unread(&made), NULL));
            sx_buffer_clear(&made);
            sx_key_free(key);
            key = NULL;
        }
        numbers.part[i].len = 0;
        assert_err(from_numbers(provider, &numbers, &key), SX_ERR_KEY_FORMAT);
        assert_null(key);
        numbers.part[i].len = 1;
        numbers.part[i].data[0] = 1; /* p - 1 of 0 must not be divided by */
        assert_int_not_equal(from_numbers(provider, &numbers, &key) == SX_OK && i <= PART_E, 1);
        sx_key_free(key);
    }
    sx_key_free(whole);
}

/* --- EC ------------------------------------------------------------------------------------------------- */

static const struct sx_sig_alg *const curves[] = { &sx_sig_ecdsa_nistp256, &sx_sig_ecdsa_nistp384,
                                                   &sx_sig_ecdsa_nistp521, NULL };

/* Point and scalar of a fresh key. */
static void ec_numbers(enum sx_key_type type, struct bytes *point, struct bytes *scalar)
{
    struct sx_key *key = generate(providers_default(), type);
    BIGNUM *d = NULL;

    assert_int_equal(EVP_PKEY_get_octet_string_param(key->pkey, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY,
                                                     point->data, BYTES_MAX, &point->len),
                     1);
    assert_int_equal(EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_PRIV_KEY, &d), 1);
    scalar->len = (size_t)BN_bn2bin(d, scalar->data);
    BN_clear_free(d);
    sx_key_free(key);
}

static void check_ec(const struct test_provider *tp)
{
    const struct sx_slice text = sx_slice_text("signed by the scalar");

    for (size_t i = 0; curves[i] != NULL; i++) {
        enum sx_key_type type = curves[i]->type;
        struct bytes point = { .len = 0 };
        struct bytes scalar = { .len = 0 };
        struct bytes other_point = { .len = 0 };
        struct bytes other_scalar = { .len = 0 };
        struct sx_key *key = NULL;
        struct sx_key *public_part;
        struct sx_buffer made;

        ec_numbers(type, &point, &scalar);
        ec_numbers(type, &other_point, &other_scalar);
        assert_ok(
            sx_key_from_ec(tp->provider, type, slice_of(&point), slice_of(&scalar), NULL, &key));
        public_part = from_blob(tp->provider, sx_key_public_blob(key));
        made = sign(key, curves[i], text);
        assert_ok(sx_key_verify(public_part, curves[i], text, sx_buffer_unread(&made), NULL));
        sx_buffer_clear(&made);
        sx_key_free(public_part);
        sx_key_free(key);
        key = NULL;

        /* the halves of two keys; no scalar, zero, one too long; a point that is none */
        assert_err(sx_key_from_ec(tp->provider, type, slice_of(&other_point), slice_of(&scalar),
                                  NULL, &key),
                   SX_ERR_KEY_FORMAT);
        assert_err(sx_key_from_ec(tp->provider, type, slice_of(&point), SX_SLICE_NONE, NULL, &key),
                   SX_ERR_KEY_FORMAT);
        memset(scalar.data, 0, scalar.len);
        assert_err(
            sx_key_from_ec(tp->provider, type, slice_of(&point), slice_of(&scalar), NULL, &key),
            SX_ERR_KEY_FORMAT);
        memset(scalar.data, 0xff, sizeof scalar.data);
        assert_err(sx_key_from_ec(tp->provider, type, slice_of(&point),
                                  sx_slice_of(scalar.data, point.len / 2), NULL, &key),
                   SX_ERR_KEY_FORMAT);
        assert_err(sx_key_from_ec(tp->provider, type, slice_of(&point),
                                  sx_slice_of(scalar.data, point.len / 2 + 1), NULL, &key),
                   SX_ERR_KEY_FORMAT);
        point.data[point.len - 1] ^= 1;
        assert_err(sx_key_from_ec(tp->provider, type, slice_of(&point), slice_of(&other_scalar),
                                  NULL, &key),
                   SX_ERR_KEY_FORMAT);
        assert_null(key);
    }
}

static void test_ec_parts_make_a_key_only_when_they_fit(void **state)
{
    (void)state;
    for_each_provider(check_ec);
}

static void test_ec_parts_of_no_curve_are_refused(void **state)
{
    struct bytes point = { .len = 0 };
    struct bytes scalar = { .len = 0 };
    struct sx_key *key = NULL;

    (void)state;
    ec_numbers(SX_KEY_ECDSA_P256, &point, &scalar);
    assert_err(sx_key_from_ec(providers_default(), SX_KEY_RSA, slice_of(&point), slice_of(&scalar),
                              NULL, &key),
               SX_ERR_KEY_FORMAT);
    assert_err(sx_key_from_ec(providers_default(), SX_KEY_ECDSA_P384, slice_of(&point),
                              slice_of(&scalar), NULL, &key),
               SX_ERR_KEY_FORMAT);
    assert_null(key);
}

/* --- Ed25519 ---------------------------------------------------------------------------------------------- */

static void test_ed25519_parts_must_fit(void **state)
{
    struct sx_provider *provider = providers_default();
    struct bytes seed = from_hex(ed25519_vectors[0].seed);
    struct bytes public_key = from_hex(ed25519_vectors[0].public_key);
    struct bytes other = from_hex(ed25519_vectors[1].public_key);
    struct sx_key *key = NULL;
    struct sx_fault fault = { 0 };

    (void)state;
    assert_err(sx_key_from_ed25519(provider, slice_of(&other), slice_of(&seed), &fault, &key),
               SX_ERR_KEY_FORMAT);
    assert_non_null(strstr(fault.text, "another key"));
    assert_err(sx_key_from_ed25519(provider, slice_of(&public_key), sx_slice_of(seed.data, 31),
                                   NULL, &key),
               SX_ERR_KEY_FORMAT);
    assert_err(sx_key_from_ed25519(provider, sx_slice_of(public_key.data, 31), slice_of(&seed),
                                   NULL, &key),
               SX_ERR_KEY_FORMAT);
    assert_null(key);
    assert_ok(sx_key_from_ed25519(provider, slice_of(&public_key), slice_of(&seed), NULL, &key));
    sx_key_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rsa_parts_make_the_same_key),
        cmocka_unit_test(test_rsa_parts_that_do_not_fit_never_make_a_bad_key),
        cmocka_unit_test(test_ec_parts_make_a_key_only_when_they_fit),
        cmocka_unit_test(test_ec_parts_of_no_curve_are_refused),
        cmocka_unit_test(test_ed25519_parts_must_fit),
    };

    return cmocka_run_group_tests_name("crypto/key_parts", tests, NULL, NULL);
}
