/* Key exchanges with SHA-1: the group that OpenSSL has no name for, and who serves. */
#include "unit/crypto/group_checks.h"

#include "crypto/legacy.h"

static const struct sx_kex_alg *const all[] = { &sx_kex_dh_group1_sha1, &sx_kex_dh_group14_sha1,
                                                &sx_kex_dh_gex_sha1, NULL };

static void test_group1_is_oakley_group_2(void **state)
{
    BIGNUM *p = BN_get_rfc2409_prime_1024(NULL);
    uint8_t bytes[128];

    (void)state;
    assert_int_equal(BN_bn2binpad(p, bytes, sizeof bytes), sizeof bytes);
    assert_int_equal(sx_kex_dh_group1_sha1.prime.len, sizeof bytes);
    assert_memory_equal(sx_kex_dh_group1_sha1.prime.ptr, bytes, sizeof bytes);
    BN_free(p);
}

static void check_one(struct sx_provider *provider, const struct sx_kex_alg *alg)
{
    const uint8_t two[1] = { 2 };
    struct bytes p = prime_named("modp_2048");
    struct sx_agree *agree = NULL;
    struct sx_fault fault = { 0 };
    enum sx_err err;

    if (alg->prime.len != 0) {
        memcpy(p.data, alg->prime.ptr, alg->prime.len);
        p.len = alg->prime.len;
    }
    assert_int_equal(alg->hash, SX_HASH_SHA1);
    err = alg->family == SX_KEX_DH_GEX
              ? sx_agree_new_group(provider, alg, slice_of(&p), sx_slice_of(two, 1), &fault, &agree)
              : sx_agree_new(provider, alg, &fault, &agree);
    assert_no_fault(err, &fault);
    check_against_arithmetic(agree, &p);
    sx_agree_free(agree);
}

/* 1024 bits are too few for a module; SHA-1 in itself is not. */
static void check_availability(const struct test_provider *tp)
{
    struct sx_agree *agree = NULL;

    for (size_t i = 0; all[i] != NULL; i++) {
        bool is_there = sx_kex_is_available(tp->provider, all[i]);

        assert_int_equal(is_there, !tp->is_fips || all[i] != &sx_kex_dh_group1_sha1);
        if (is_there)
            check_one(tp->provider, all[i]);
        else
            assert_int_not_equal(sx_agree_new(tp->provider, all[i], NULL, &agree), SX_OK);
    }
    assert_null(agree);
}

static void test_old_exchanges_are_what_arithmetic_says(void **state)
{
    (void)state;
    for_each_provider(check_availability);
}

static void test_bad_value_in_group1_is_refused(void **state)
{
    struct bytes p = { .len = sx_kex_dh_group1_sha1.prime.len };

    (void)state;
    memcpy(p.data, sx_kex_dh_group1_sha1.prime.ptr, p.len);
    check_bad_values(&sx_kex_dh_group1_sha1, &p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_group1_is_oakley_group_2),
        cmocka_unit_test(test_old_exchanges_are_what_arithmetic_says),
        cmocka_unit_test(test_bad_value_in_group1_is_refused),
    };

    return cmocka_run_group_tests_name("crypto/legacy_kex", tests, empty_default_context,
                                       restore_default_context);
}
