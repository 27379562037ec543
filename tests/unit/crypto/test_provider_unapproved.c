/* The FIPS module for a policy that isn't approved-only: the same module, as strict and as alone,
 * whose unapproved services are found too; and that this changes nothing for anybody else. */
#include "unit/crypto/crypto_checks.h"

#include "crypto/agree.h"
#include "crypto/key.h"
#include "crypto/openssl.h"

static struct sx_provider *open_with(const char *name, const char *dir, bool is_unapproved_allowed)
{
    const struct sx_provider_spec spec = { .name = name,
                                           .module_dir = dir,
                                           .is_unapproved_allowed = is_unapproved_allowed };
    struct sx_provider *provider = NULL;
    struct sx_fault fault = { 0 };

    assert_no_fault(sx_provider_open(&spec, &fault, &provider), &fault);
    return provider;
}

static bool has_digest(const struct sx_provider *provider, const char *name, const char *query)
{
    EVP_MD *md = EVP_MD_fetch(provider->libctx, name, query);

    EVP_MD_free(md);
    return md != NULL;
}

static void check_open(const struct test_provider *tp)
{
    const struct sx_provider_info *strict = sx_provider_get_info(tp->provider);
    const struct sx_provider_info *info;
    struct sx_provider *provider;
    struct sx_provider *again;

    if (!tp->is_fips)
        return;
    provider = open_with("fips", tp->dir, true);
    again = open_with("fips", tp->dir, true);
    info = sx_provider_get_info(provider);
    assert_ptr_not_equal(provider, tp->provider);
    assert_ptr_equal(provider, again);

    /* it doesn't pass for an approved one */
    assert_false(info->is_fips);
    assert_string_equal(info->name, "fips");
    assert_string_equal(info->properties, "provider=fips");
    assert_false(info->has_indicator);
    /* yet it is the same module, loaded alone and strict, with its evidence */
    assert_string_equal(info->module_path, strict->module_path);
    assert_string_equal(info->module_sha256, strict->module_sha256);
    assert_int_equal(info->option_count, strict->option_count);
    for (size_t i = 0; i < info->option_count; i++)
        assert_true(info->options[i].is_on);
    assert_true(info->is_running);
    assert_false(has_digest(provider, "MD5", NULL));
    assert_false(has_digest(provider, "MD5", "-fips"));
    assert_false(has_digest(provider, "MD5", "provider=default"));
    assert_true(sx_kex_is_available(provider, &sx_kex_curve25519_sha256));
    sx_provider_close(provider);
    sx_provider_close(again);
}

static void test_module_opens_without_fips_yes(void **state)
{
    (void)state;
    for_each_provider(check_open);
}

/* X25519 serves in the one and not in the other, in the same process, in this order and in that;
 * keys work through decoders, too. */
static void check_serves(const struct test_provider *tp)
{
    struct sx_provider *provider;
    struct sx_agree *a = NULL;
    struct sx_agree *b = NULL;
    struct sx_secret k1 = { 0 };
    struct sx_secret k2 = { 0 };
    struct sx_key *key = NULL;
    bool was_there = sx_kex_is_available(tp->provider, &sx_kex_curve25519_sha256);
    unsigned long unapproved = sx_provider_unapproved_count(tp->provider);

    if (!tp->is_fips)
        return;
    provider = open_with("fips", tp->dir, true);
    assert_ok(sx_agree_new(provider, &sx_kex_curve25519_sha256, NULL, &a));
    assert_ok(sx_agree_new(providers_default(), &sx_kex_curve25519_sha256, NULL, &b));
    assert_ok(sx_agree_finish(a, sx_agree_share(b), NULL, &k1));
    assert_ok(sx_agree_finish(b, sx_agree_share(a), NULL, &k2));
    assert_true(sx_slice_is_equal(sx_secret_slice(&k1), sx_secret_slice(&k2)));
    assert_ok(sx_key_generate(provider, SX_KEY_ECDSA_P256, 0, &key));

    assert_int_equal(sx_kex_is_available(tp->provider, &sx_kex_curve25519_sha256), was_there);
    assert_int_equal(sx_provider_unapproved_count(tp->provider), unapproved);
    sx_key_free(key);
    sx_secret_clear(&k1);
    sx_secret_clear(&k2);
    sx_agree_free(a);
    sx_agree_free(b);
    sx_provider_close(provider);
}

static void test_unapproved_service_serves_there_alone(void **state)
{
    (void)state;
    for_each_provider(check_serves);
}

static void test_wish_has_no_meaning_for_others(void **state)
{
    struct sx_provider *plain = open_with("default", NULL, false);
    struct sx_provider *wished = open_with("default", NULL, true);

    (void)state;
    assert_ptr_equal(plain, wished);
    sx_provider_close(plain);
    sx_provider_close(wished);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_module_opens_without_fips_yes),
        cmocka_unit_test(test_unapproved_service_serves_there_alone),
        cmocka_unit_test(test_wish_has_no_meaning_for_others),
    };

    return cmocka_run_group_tests_name("crypto/provider_unapproved", tests, empty_default_context,
                                       restore_default_context);
}
