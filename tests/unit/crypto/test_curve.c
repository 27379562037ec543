/* Keys that are copied from a curve's parameters are as good as those made by the curve's name. */
#include "unit/crypto/key_checks.h"

#include "crypto/curve.h"
#include "crypto/key_inside.h"

#include <pthread.h>

static const struct sx_sig_alg *const on_curves[] = { &sx_sig_ecdsa_nistp256,
                                                      &sx_sig_ecdsa_nistp384,
                                                      &sx_sig_ecdsa_nistp521, NULL };

/* The point at the end of a public key blob. */
static struct sx_slice point_of(const struct sx_key *key)
{
    struct sx_slice blob = sx_key_public_blob(key);
    size_t n = 1 + 2 * sx_key_row(sx_key_get_type(key))->field_size;

    return sx_slice_of(blob.ptr + blob.len - n, n);
}

static void check_copies(const struct test_provider *tp)
{
    for (size_t i = 0; on_curves[i] != NULL; i++) {
        const struct sx_key_row *row = sx_key_row(on_curves[i]->type);
        struct sx_key *key = generate(tp->provider, on_curves[i]->type);
        EVP_PKEY *params = sx_curve_params(tp->provider, row->evp_group);
        EVP_PKEY *copy = sx_curve_public(tp->provider, row->evp_group, point_of(key));

        assert_non_null(params);
        assert_ptr_equal(params, sx_curve_params(tp->provider, row->evp_group));
        assert_non_null(copy);
        assert_int_equal(EVP_PKEY_eq(copy, key->pkey), 1);
        assert_true(sx_provider_is_maker(tp->provider, EVP_PKEY_get0_provider(copy)));
        assert_int_equal(EVP_PKEY_get_bits(copy), EVP_PKEY_get_bits(key->pkey));
        /* What a copy was made into doesn't show in what it was copied from. */
        assert_int_equal(EVP_PKEY_get_octet_string_param(params, "pub", NULL, 0, NULL), 0);
        EVP_PKEY_free(copy);
        sx_key_free(key);
    }
}

static void test_copies_are_whole_keys_of_the_provider(void **state)
{
    (void)state;
    for_each_provider(check_copies);
}

static void check_points(const struct test_provider *tp)
{
    struct sx_key *key = generate(tp->provider, SX_KEY_ECDSA_P256);
    uint8_t point[65];

    memcpy(point, point_of(key).ptr, sizeof point);
    point[64] ^= 1;
    assert_null(sx_curve_public(tp->provider, "P-256", sx_slice_of(point, sizeof point)));
    point[64] ^= 1;
    assert_null(sx_curve_public(tp->provider, "P-256", sx_slice_of(point, sizeof point - 1)));
    assert_null(sx_curve_public(tp->provider, "P-384", sx_slice_of(point, sizeof point)));
    assert_null(sx_curve_params(tp->provider, "P-224"));
    sx_key_free(key);
}

static void test_points_off_the_curve_and_unknown_curves_are_refused(void **state)
{
    (void)state;
    for_each_provider(check_points);
}

static void *take(void *provider)
{
    return sx_curve_params(provider, "P-521");
}

static void test_threads_share_one_curve(void **state)
{
    enum { THREADS = 8 };
    pthread_t threads[THREADS];
    void *first = sx_curve_params(providers_default(), "P-521");
    void *got;

    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take, providers_default()), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], &got), 0);
        assert_ptr_equal(got, first);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_share_one_curve),
        cmocka_unit_test(test_copies_are_whole_keys_of_the_provider),
        cmocka_unit_test(test_points_off_the_curve_and_unknown_curves_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
