/* A private key is proven once; another one, however alike, isn't proven by it. */
#include "unit/crypto/key_checks.h"

#include "crypto/key_proven.h"

#include <openssl/core_names.h>

struct pair {
    struct sx_key *key;
    uint8_t point[65];
    size_t point_len;
    uint8_t scalar[32];
};

static struct sx_slice point_of(const struct pair *pair)
{
    return sx_slice_of(pair->point, pair->point_len);
}

static struct sx_slice scalar_of(const struct pair *pair)
{
    return sx_slice_of(pair->scalar, sizeof pair->scalar);
}

static struct pair make(struct sx_provider *provider)
{
    struct pair pair = { .key = generate(provider, SX_KEY_ECDSA_P256) };
    BIGNUM *d = NULL;

    assert_int_equal(EVP_PKEY_get_octet_string_param(pair.key->pkey,
                                                     OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, pair.point,
                                                     sizeof pair.point, &pair.point_len),
                     1);
    assert_int_equal(EVP_PKEY_get_bn_param(pair.key->pkey, OSSL_PKEY_PARAM_PRIV_KEY, &d), 1);
    assert_int_equal(BN_bn2binpad(d, pair.scalar, sizeof pair.scalar), sizeof pair.scalar);
    BN_clear_free(d);
    return pair;
}

static bool is_proven(struct sx_provider *provider, struct sx_slice point, struct sx_slice scalar)
{
    const struct sx_slice parts[] = { point, scalar };
    uint8_t tag[SX_KEY_TAG_SIZE];

    assert_ok(sx_key_tag(provider, SX_KEY_ECDSA_P256, parts, 2, tag));
    return sx_key_is_proven(provider, tag);
}

static enum sx_err load(struct sx_provider *provider, struct sx_slice point, struct sx_slice scalar)
{
    struct sx_key *key = NULL;
    enum sx_err err = sx_key_from_ec(provider, SX_KEY_ECDSA_P256, point, scalar, NULL, &key);

    sx_key_free(key);
    return err;
}

static void check_load(const struct test_provider *tp)
{
    struct pair one = make(tp->provider);
    struct pair other = make(tp->provider);

    assert_false(is_proven(tp->provider, point_of(&one), scalar_of(&one)));
    assert_ok(load(tp->provider, point_of(&one), scalar_of(&one)));
    assert_true(is_proven(tp->provider, point_of(&one), scalar_of(&one)));
    assert_ok(load(tp->provider, point_of(&one), scalar_of(&one)));
    assert_ok(load(tp->provider, point_of(&other), scalar_of(&other)));

    /* Halves of two proven keys are no proven key, and are refused each time. */
    for (int i = 0; i < 2; i++) {
        assert_err(load(tp->provider, point_of(&one), scalar_of(&other)), SX_ERR_KEY_FORMAT);
        assert_false(is_proven(tp->provider, point_of(&one), scalar_of(&other)));
    }
    sx_key_free(one.key);
    sx_key_free(other.key);
}

static void test_only_what_was_found_good_is_proven(void **state)
{
    (void)state;
    for_each_provider(check_load);
}

static void test_tags_tell_types_and_parts_apart(void **state)
{
    struct sx_provider *provider = providers_default();
    const struct sx_slice ab_c[] = { sx_slice_text("ab"), sx_slice_text("c") };
    const struct sx_slice a_bc[] = { sx_slice_text("a"), sx_slice_text("bc") };
    uint8_t tags[3][SX_KEY_TAG_SIZE];

    (void)state;
    assert_ok(sx_key_tag(provider, SX_KEY_ECDSA_P256, ab_c, 2, tags[0]));
    assert_ok(sx_key_tag(provider, SX_KEY_ECDSA_P256, a_bc, 2, tags[1]));
    assert_ok(sx_key_tag(provider, SX_KEY_ED25519, ab_c, 2, tags[2]));
    assert_memory_not_equal(tags[0], tags[1], SX_KEY_TAG_SIZE);
    assert_memory_not_equal(tags[0], tags[2], SX_KEY_TAG_SIZE);
}

static void test_the_oldest_are_forgotten(void **state)
{
    struct sx_provider *provider = providers_default();
    uint8_t tag[SX_KEY_TAG_SIZE] = { 0xa5 };

    (void)state;
    for (int i = 0; i <= SX_PROVEN_MAX; i++) {
        tag[1] = (uint8_t)i;
        sx_key_prove(provider, tag);
    }
    assert_true(sx_key_is_proven(provider, tag));
    tag[1] = 1;
    assert_true(sx_key_is_proven(provider, tag));
    tag[1] = 0;
    assert_false(sx_key_is_proven(provider, tag));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tags_tell_types_and_parts_apart),
        cmocka_unit_test(test_only_what_was_found_good_is_proven),
        cmocka_unit_test(test_the_oldest_are_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
