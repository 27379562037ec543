/* Group exchange: known groups by name, unknown ones by numbers, an independent calculation, and
 * every bad group and value. */
#include "unit/crypto/group_checks.h"

/* A safe prime of OpenSSH's moduli file (2022-07-14, 2047 bits of order), generator 2. */
static const char moduli_2048[] =
    "e98f2a209ba9f4c8c1ffb02490e599a99fbe28f6a053e240a4bd5fede80b23fea8a1476e9ef6605a4b4b41cc"
    "74cb945c7e168a91db112424480a85cbf5853234b9b1f60f030d38f678ba80ae1461f716c463d7396151eb5f"
    "037cc88690feef8d16a1b67f56c11874db5aa3d541beff390077c79c86434edbc2b46821d2ae5d2fa4fff1b0"
    "86b07669b09498ea11b0fe26c773f79aca044e085e0ba43bbe1ebe954aa1ec7a465a3232699e54958b1760ab"
    "7a04d9627ec1810970706c96b58bf84999ebed8846d8b384cb945bf782141b1be2b7c0e04d531a2334db41bb"
    "fd1bea428c5fd22f50babdbdfcc5b848f64cba8d039636311f8d844dfffbd77a429a9923";

static const uint8_t two[1] = { 2 };

static const char *const known[] = { "modp_2048", "modp_3072", "modp_4096", "modp_6144",
                                     "modp_8192", "ffdhe2048", "ffdhe3072", "ffdhe4096",
                                     "ffdhe6144", "ffdhe8192", NULL };

/* --- Names ---------------------------------------------------------------------------------------- */

static void test_group_name_knows_the_ten(void **state)
{
    (void)state;
    for (size_t i = 0; known[i] != NULL; i++) {
        struct bytes p = prime_named(known[i]);

        assert_string_equal(sx_group_name(slice_of(&p), sx_slice_of(two, 1)), known[i]);
    }
}

/* Close by is not it: another generator, a changed bit anywhere, a shorter or longer number. */
static void test_group_name_knows_no_other(void **state)
{
    static const char *const unknown[] = { "modp_1536", NULL };
    const uint8_t three[1] = { 3 };
    const uint8_t padded_two[2] = { 0, 2 };
    struct bytes p = from_hex(moduli_2048);

    (void)state;
    assert_null(sx_group_name(slice_of(&p), sx_slice_of(two, 1)));
    assert_null(sx_group_name(SX_SLICE_NONE, SX_SLICE_NONE));
    for (size_t i = 0; unknown[i] != NULL; i++) {
        p = prime_named(unknown[i]);
        assert_null(sx_group_name(slice_of(&p), sx_slice_of(two, 1)));
    }
    for (size_t i = 0; known[i] != NULL; i++) {
        p = prime_named(known[i]);
        assert_null(sx_group_name(slice_of(&p), sx_slice_of(three, 1)));
        assert_null(sx_group_name(slice_of(&p), sx_slice_of(padded_two, 2)));
        assert_null(sx_group_name(slice_of(&p), SX_SLICE_NONE));
        assert_null(sx_group_name(sx_slice_of(p.data, p.len - 1), sx_slice_of(two, 1)));
        assert_null(sx_group_name(sx_slice_of(p.data, p.len + 1), sx_slice_of(two, 1)));
        for (size_t at = 0; at < p.len; at += p.len / 8) {
            p.data[at] ^= 4;
            assert_null(sx_group_name(slice_of(&p), sx_slice_of(two, 1)));
            p.data[at] ^= 4;
        }
    }
}

/* --- Exchanges ------------------------------------------------------------------------------------ */

/* What g, our share and the peer's exponent give, by plain arithmetic. */
static void check_exchange(struct sx_provider *provider, const struct bytes *p)
{
    struct sx_agree *agree = NULL;
    struct sx_fault fault = { 0 };
    struct sx_secret k = { 0 };

    assert_no_fault(sx_agree_new_group(provider, &sx_kex_dh_gex_sha256, slice_of(p),
                                       sx_slice_of(two, 1), &fault, &agree),
                    &fault);
    check_against_arithmetic(agree, p);
    sx_agree_free(agree);
    sx_secret_clear(&k);
}

/* The groups that a module computes with, and OpenSSL's default beside it. */
static void check_known(const struct test_provider *tp)
{
    static const char *const some[] = { "modp_2048", "ffdhe2048", "modp_3072", "modp_4096", NULL };

    assert_true(sx_kex_is_available(tp->provider, &sx_kex_dh_gex_sha256));
    for (size_t i = 0; some[i] != NULL; i++) {
        struct bytes p = prime_named(some[i]);

        check_exchange(tp->provider, &p);
    }
}

static void test_group_exchange_in_known_groups(void **state)
{
    (void)state;
    for_each_provider(check_known);
}

/* A group from a server's moduli file: never under fips=yes, told when the key pair is made. */
static void check_unknown(const struct test_provider *tp)
{
    struct bytes p = from_hex(moduli_2048);
    struct sx_agree *agree = NULL;
    struct sx_fault fault = { 0 };
    enum sx_err err;

    if (!tp->is_fips) {
        check_exchange(tp->provider, &p);
        return;
    }
    err = sx_agree_new_group(tp->provider, &sx_kex_dh_gex_sha256, slice_of(&p), sx_slice_of(two, 1),
                             &fault, &agree);
    assert_true(err == SX_ERR_MAKE_KEY || err == SX_ERR_UNAPPROVED);
    assert_true(strlen(fault.text) > 10);
    assert_null(agree);
}

static void test_group_of_a_moduli_file_is_not_for_a_module(void **state)
{
    (void)state;
    for_each_provider(check_unknown);
}

/* --- Bad groups ------------------------------------------------------------------------------------- */

static void refuse(struct sx_slice p, struct sx_slice g)
{
    struct sx_agree *agree = NULL;
    struct sx_fault fault = { 0 };

    assert_err(sx_agree_new_group(providers_default(), &sx_kex_dh_gex_sha256, p, g, &fault, &agree),
               SX_ERR_PEER_DH_VALUE);
    assert_int_equal(fault.err, SX_ERR_PEER_DH_VALUE);
    assert_true(strlen(fault.text) > 10);
    assert_null(agree);
}

static void test_bad_group_is_refused(void **state)
{
    struct bytes p = prime_named("modp_2048");
    struct bytes g = p;
    uint8_t huge[1 + SX_DH_BITS_MAX / 8];
    const uint8_t one[1] = { 1 };

    (void)state;
    /* generators: none, 0, 1, p-1, p, p+1, longer than p */
    refuse(slice_of(&p), SX_SLICE_NONE);
    refuse(slice_of(&p), sx_slice_of(one, 1));
    g.data[g.len - 1] = (uint8_t)(p.data[p.len - 1] - 1);
    refuse(slice_of(&p), slice_of(&g));
    refuse(slice_of(&p), slice_of(&p));
    memset(g.data, 0xff, g.len + 1);
    refuse(slice_of(&p), slice_of(&g));
    g.len++;
    refuse(slice_of(&p), slice_of(&g));

    /* primes: none, 0, even, one bit too few, far too many */
    refuse(SX_SLICE_NONE, SX_SLICE_NONE);
    refuse(SX_SLICE_NONE, sx_slice_of(two, 1));
    refuse(sx_slice_of(two, 1), sx_slice_of(two, 1));
    p.data[p.len - 1] ^= 1;
    refuse(slice_of(&p), sx_slice_of(two, 1));
    p.data[p.len - 1] ^= 1;
    p.data[p.len - 128] = 0x7f;
    refuse(sx_slice_of(p.data + p.len - 128, 128), sx_slice_of(two, 1));
    memset(huge, 0xff, sizeof huge);
    refuse(sx_slice_of(huge, sizeof huge), sx_slice_of(two, 1));
}

static void test_group_is_for_group_exchange_alone(void **state)
{
    struct bytes p = prime_named("modp_2048");
    struct sx_agree *agree = NULL;

    (void)state;
    assert_err(sx_agree_new_group(providers_default(), &sx_kex_dh_group14_sha256, slice_of(&p),
                                  sx_slice_of(two, 1), NULL, &agree),
               SX_ERR_ARGUMENT);
    assert_err(sx_agree_new(providers_default(), &sx_kex_dh_gex_sha256, NULL, &agree),
               SX_ERR_ARGUMENT);
    assert_null(agree);
}

/* The peer's value is judged in the group that was agreed on. */
static void test_bad_value_in_a_proposed_group_is_refused(void **state)
{
    struct bytes p = from_hex(moduli_2048);

    (void)state;
    check_bad_values(&sx_kex_dh_gex_sha256, &p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_group_name_knows_the_ten),
        cmocka_unit_test(test_group_name_knows_no_other),
        cmocka_unit_test(test_group_exchange_in_known_groups),
        cmocka_unit_test(test_group_of_a_moduli_file_is_not_for_a_module),
        cmocka_unit_test(test_bad_group_is_refused),
        cmocka_unit_test(test_group_is_for_group_exchange_alone),
        cmocka_unit_test(test_bad_value_in_a_proposed_group_is_refused),
    };

    return cmocka_run_group_tests_name("crypto/agree_group", tests, empty_default_context,
                                       restore_default_context);
}
