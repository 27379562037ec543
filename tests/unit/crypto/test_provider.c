/* Providers that open: what they say of themselves, that they are shared, and that nothing but
 * them serves. What must not open is test_provider_closed.c's. */
#include "unit/crypto/crypto_checks.h"

#include "crypto/agree.h"
#include "crypto/key.h"
#include "crypto/openssl.h"

#include <openssl/crypto.h>

#include <pthread.h>

static const struct sx_provider_option *option_named(const struct sx_provider_info *info,
                                                     const char *name)
{
    for (size_t i = 0; i < info->option_count; i++) {
        if (strcmp(info->options[i].name, name) == 0)
            return &info->options[i];
    }
    return NULL;
}

/* --- What they say ------------------------------------------------------------------------------- */

static void check_common(const struct test_provider *tp)
{
    const struct sx_provider_info *info = sx_provider_get_info(tp->provider);

    assert_string_equal(info->name, tp->is_fips ? "fips" : "default");
    assert_true(strlen(info->full_name) > 0);
    assert_true(strlen(info->version) >= 5);
    assert_string_equal(info->libcrypto_version, OpenSSL_version(OPENSSL_VERSION));
    assert_true(info->is_running);
    assert_int_equal(info->is_fips, tp->is_fips);
    assert_string_equal(info->properties,
                        tp->is_fips ? "provider=fips,fips=yes" : "provider=default");
    assert_ok(sx_provider_check(tp->provider, NULL));
    assert_int_equal(sx_provider_unapproved_count(tp->provider), 0);
}

static void test_provider_describes_itself(void **state)
{
    (void)state;
    for_each_provider(check_common);
}

static void check_module_evidence(const struct test_provider *tp)
{
    const struct sx_provider_info *info = sx_provider_get_info(tp->provider);
    char path[MODULE_PATH_MAX + 32];
    char hex[3 * SX_DIGEST_MAX + 1];
    uint8_t sum[SX_DIGEST_MAX];
    size_t kats = 0;
    bool has_integrity = false;
    size_t n = 0;
    char *bytes;

    if (!tp->is_fips) {
        assert_string_equal(info->module_path, "");
        assert_string_equal(info->module_sha256, "");
        assert_string_equal(info->config_path, "");
        assert_int_equal(info->test_count, 0);
        return;
    }
    (void)snprintf(path, sizeof path, "%s/fips.so", tp->dir);
    assert_string_equal(info->module_path, path);
    bytes = file_read(path, &n);
    assert_ok(sx_digest_once(providers_default(), SX_HASH_SHA256, sx_slice_of(bytes, n), sum, &n));
    sx_free(bytes);
    assert_string_equal(info->module_sha256, sx_hex_encode(hex, sx_slice_of(sum, n), 0));
    (void)snprintf(path, sizeof path, "%s/fipsmodule.cnf", tp->dir);
    assert_string_equal(info->config_path, path);

    for (size_t i = 0; i < info->test_count; i++) {
        assert_true(info->tests[i].is_passed);
        assert_string_equal(info->tests[i].phase, "Pass");
        kats += strncmp(info->tests[i].type, "KAT_", 4) == 0;
        has_integrity = has_integrity || strcmp(info->tests[i].type, "Module_Integrity") == 0;
    }
    assert_true(has_integrity);
    assert_true(kats >= 10);
    assert_true(info->test_count < SX_PROVIDER_TESTS_MAX); /* none was left out */

    assert_non_null(option_named(info, "security-checks"));
    for (size_t i = 0; i < info->option_count; i++)
        assert_true(info->options[i].is_on);
}

static void test_fips_provider_gives_evidence(void **state)
{
    (void)state;
    for_each_provider(check_module_evidence);
}

static void check_later_tests(const struct test_provider *tp)
{
    unsigned long before = 0;
    unsigned long after = 0;
    unsigned long failed = 0;
    struct sx_key *key = NULL;

    sx_provider_later_tests(tp->provider, &before, &failed);
    assert_ok(sx_key_generate(tp->provider, SX_KEY_RSA, 2048, &key));
    sx_key_free(key);
    sx_provider_later_tests(tp->provider, &after, &failed);
    assert_int_equal(failed, 0);
    if (tp->is_fips)
        assert_true(after > before); /* the pairwise test of the fresh key pair */
    else
        assert_int_equal(after, 0);
}

static void test_pairwise_tests_are_counted(void **state)
{
    (void)state;
    for_each_provider(check_later_tests);
}

/* --- Nothing else serves ------------------------------------------------------------------------- */

static void check_nothing_else(const struct test_provider *tp)
{
    static const char *const queries[] = {
        NULL, "", "-fips", "fips=no", "provider=default", "?fips=yes", "-provider"
    };
    OSSL_LIB_CTX *libctx = tp->provider->libctx;

    if (!tp->is_fips)
        return;
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        assert_null(EVP_MD_fetch(libctx, "MD5", queries[i]));
        assert_null(EVP_CIPHER_fetch(libctx, "ChaCha20", queries[i]));
        assert_null(EVP_MAC_fetch(libctx, "POLY1305", queries[i]));
        assert_null(EVP_CIPHER_fetch(libctx, "BF-CBC", queries[i]));
    }
    assert_int_equal(OSSL_PROVIDER_available(libctx, "default"), 0);
    assert_int_equal(OSSL_PROVIDER_available(libctx, "legacy"), 0);
    assert_int_equal(OSSL_PROVIDER_available(libctx, "fips"), 1);
    assert_int_equal(EVP_default_properties_is_fips_enabled(libctx), 1);
    assert_true(sx_provider_is_maker(tp->provider, EVP_KDF_get0_provider(tp->provider->sshkdf)));
    assert_false(sx_provider_is_maker(tp->provider, NULL));
    assert_false(
        sx_provider_is_maker(tp->provider, EVP_KDF_get0_provider(providers_default()->sshkdf)));
}

static void test_fips_context_holds_nothing_else(void **state)
{
    (void)state;
    for_each_provider(check_nothing_else);
}

/* X25519 is in a 3.5 module as not approved. Taking back fips=yes gets at it, and then it is the
 * indicator (libcrypto and module from 3.4 on) that must stop it. */
static void check_indicator(const struct test_provider *tp)
{
    const struct sx_provider_info *info = sx_provider_get_info(tp->provider);
    const char *const query = "provider=fips,-fips";
    OSSL_LIB_CTX *libctx = tp->provider->libctx;
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx;
    unsigned char z[32];
    size_t n = sizeof z;

    if (!info->has_indicator) {
        /* both halves are needed, so one of them is older than 3.4 */
        assert_true(!tp->is_fips || option_named(info, "signature-digest-check") == NULL ||
                    OPENSSL_version_major() * 100 + OPENSSL_version_minor() < 304);
        assert_int_equal(sx_provider_unapproved_count(tp->provider), 0);
        return;
    }
    ctx = EVP_PKEY_CTX_new_from_name(libctx, "X25519", query);
    if (ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1)
        (void)EVP_PKEY_generate(ctx, &key);
    EVP_PKEY_CTX_free(ctx);
    if (key != NULL) {
        ctx = EVP_PKEY_CTX_new_from_pkey(libctx, key, query);
        assert_false(EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, key) == 1 &&
                     EVP_PKEY_derive(ctx, z, &n) == 1);
        EVP_PKEY_CTX_free(ctx);
        EVP_PKEY_free(key);
    }
    assert_true(sx_provider_unapproved_count(tp->provider) > 0);
    assert_err(sx_openssl_fault(NULL, SX_ERR_MAKE_KEY, "X25519"), SX_ERR_UNAPPROVED);
}

static void test_indicator_stops_what_is_not_approved(void **state)
{
    (void)state;
    for_each_provider(check_indicator);
}

/* The host program's own providers are its own: ours see nothing of them. */
static void test_providers_of_the_host_stay_outside(void **state)
{
    OSSL_PROVIDER *host = OSSL_PROVIDER_load(NULL, "default");
    EVP_MD *md5 = EVP_MD_fetch(NULL, "MD5", NULL);

    (void)state;
    assert_non_null(host);
    assert_non_null(md5);
    for_each_provider(check_nothing_else);
    EVP_MD_free(md5);
    assert_int_equal(OSSL_PROVIDER_unload(host), 1);
}

/* --- Sharing ------------------------------------------------------------------------------------- */

static void check_shared(const struct test_provider *tp)
{
    struct sx_provider_spec spec = { .name = tp->is_fips ? "fips" : "default",
                                     .module_dir = tp->dir,
                                     .config_file = "" };
    struct sx_provider *again = NULL;
    unsigned long users = tp->provider->users;

    assert_ok(sx_provider_open(&spec, NULL, &again));
    assert_ptr_equal(again, tp->provider);
    assert_int_equal(tp->provider->users, users + 1);
    assert_ptr_equal(sx_provider_hold(again), again);
    assert_int_equal(tp->provider->users, users + 2);
    sx_provider_close(again);
    sx_provider_close(again);
    assert_int_equal(tp->provider->users, users);
    sx_provider_close(NULL);
}

static void test_same_wish_gives_the_same_provider(void **state)
{
    (void)state;
    for_each_provider(check_shared);
}

static void test_objects_hold_their_provider(void **state)
{
    struct sx_provider *provider = providers_default();
    unsigned long users = provider->users;
    struct sx_key *key = NULL;
    struct sx_agree *agree = NULL;

    (void)state;
    assert_ok(sx_key_generate(provider, SX_KEY_ED25519, 0, &key));
    assert_ok(sx_agree_new(provider, &sx_kex_ecdh_nistp256, NULL, &agree));
    assert_int_equal(provider->users, users + 2);
    sx_key_free(key);
    sx_agree_free(agree);
    assert_int_equal(provider->users, users);
}

enum { THREADS = 8 };

static void *open_in_thread(void *arg)
{
    const struct sx_provider_spec *spec = arg;
    struct sx_provider *provider = NULL;
    uint8_t sum[SX_DIGEST_MAX];
    size_t n = 0;

    if (sx_provider_open(spec, NULL, &provider) != SX_OK ||
        sx_digest_once(provider, SX_HASH_SHA256, sx_slice_text("abc"), sum, &n) != SX_OK)
        return NULL;
    sx_provider_close(provider);
    return provider;
}

static void test_threads_get_one_provider_for_one_wish(void **state)
{
    const struct modules *modules = modules_at_hand();
    struct module_copy copy = { .dir = "" };
    /* one that nobody opened yet */
    struct sx_provider_spec spec = { .name = "default", .module_dir = "/nowhere" };
    pthread_t threads[THREADS];
    void *first = NULL;

    (void)state;
    if (modules->count > 0) {
        module_copy_make(&copy, modules->dirs[0]);
        spec = (struct sx_provider_spec){ .name = "fips", .module_dir = copy.dir };
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, open_in_thread, &spec), 0);
    for (int i = 0; i < THREADS; i++) {
        void *provider = NULL;

        assert_int_equal(pthread_join(threads[i], &provider), 0);
        assert_non_null(provider);
        first = i == 0 ? provider : first;
        assert_ptr_equal(provider, first);
    }
    if (modules->count > 0)
        module_copy_free(&copy);
}

/* --- Random -------------------------------------------------------------------------------------- */

static void check_random(const struct test_provider *tp)
{
    static uint8_t a[100000]; /* more than one request to a DRBG may be */
    static uint8_t b[100000];
    unsigned counts[256] = { 0 };

    memset(a, 0, sizeof a);
    memset(b, 0, sizeof b);
    assert_ok(sx_random_bytes(tp->provider, a, sizeof a));
    assert_ok(sx_random_bytes(tp->provider, b, sizeof b));
    assert_memory_not_equal(a, b, sizeof a);
    for (size_t i = 0; i < sizeof a; i++)
        counts[a[i]]++;
    for (int i = 0; i < 256; i++)
        assert_in_range(counts[i], 200, 600); /* 391 expected, deviation 20 */
    assert_ok(sx_random_bytes(tp->provider, a, 0));
}

static void test_random_bytes_come_in_any_number(void **state)
{
    (void)state;
    for_each_provider(check_random);
}

/* --- Other providers ----------------------------------------------------------------------------- */

static void test_provider_that_lacks_ssh_is_refused_by_name(void **state)
{
    static const char *const names[] = { "base", "null" };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct sx_provider_spec spec = { .name = names[i] };
        struct sx_provider *provider = NULL;
        struct sx_fault fault = { 0 };

        assert_err(sx_provider_open(&spec, &fault, &provider), SX_ERR_PROVIDER);
        assert_non_null(strstr(fault.text, names[i]));
        assert_null(provider);
    }
}

static void test_provider_names_lead_nowhere_else(void **state)
{
    static const char *const names[] = {
        "", "../fips", "/tmp/fips", "a/b", ".hidden", "x y", "fips,provider=default", NULL
    };

    (void)state;
    for (size_t i = 0; i == 0 || names[i - 1] != NULL; i++) {
        struct sx_provider_spec spec = { .name = names[i] };
        struct sx_provider *provider = NULL;
        struct sx_fault fault = { 0 };

        assert_err(sx_provider_open(&spec, &fault, &provider), SX_ERR_PROVIDER);
        assert_non_null(strstr(fault.text, "name"));
        assert_null(provider);
    }
}

static void test_unknown_provider_says_where_it_was_looked_for(void **state)
{
    struct sx_provider_spec spec = { .name = "nosuchprovider", .module_dir = "/nowhere/at/all" };
    struct sx_provider *provider = NULL;
    struct sx_fault fault = { 0 };

    (void)state;
    assert_err(sx_provider_open(&spec, &fault, &provider), SX_ERR_PROVIDER);
    assert_non_null(strstr(fault.text, "nosuchprovider"));
    assert_non_null(strstr(fault.text, "/nowhere/at/all"));
    assert_non_null(strstr(fault.text, "--module-dir"));
}

/* A module of the site: here the FIPS module's file under a name of its own, which must bring
 * everything itself. It calls itself otherwise, so what it offers can't be asked for by its name. */
static void test_named_provider_must_serve_under_its_name(void **state)
{
    const struct modules *modules = modules_at_hand();
    struct sx_provider_spec spec = { .name = "legacy" };
    struct sx_provider *provider = NULL;
    struct sx_fault fault = { 0 };

    (void)state;
    assert_err(sx_provider_open(&spec, &fault, &provider), SX_ERR_PROVIDER);
    assert_null(provider);
    if (modules->count > 0) {
        struct module_copy copy;
        char moved[MODULE_PATH_MAX + 32];

        module_copy_make(&copy, modules->dirs[0]);
        (void)snprintf(moved, sizeof moved, "%s/ours.so", copy.dir);
        assert_int_equal(rename(copy.module, moved), 0);
        spec = (struct sx_provider_spec){ .name = "ours", .module_dir = copy.dir };
        assert_err(sx_provider_open(&spec, NULL, &provider), SX_ERR_PROVIDER);
        assert_null(provider);
        assert_int_equal(remove(moved), 0);
        module_copy_free(&copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_provider_describes_itself),
        cmocka_unit_test(test_fips_provider_gives_evidence),
        cmocka_unit_test(test_pairwise_tests_are_counted),
        cmocka_unit_test(test_fips_context_holds_nothing_else),
        cmocka_unit_test(test_indicator_stops_what_is_not_approved),
        cmocka_unit_test(test_providers_of_the_host_stay_outside),
        cmocka_unit_test(test_same_wish_gives_the_same_provider),
        cmocka_unit_test(test_objects_hold_their_provider),
        cmocka_unit_test(test_threads_get_one_provider_for_one_wish),
        cmocka_unit_test(test_random_bytes_come_in_any_number),
        cmocka_unit_test(test_provider_that_lacks_ssh_is_refused_by_name),
        cmocka_unit_test(test_provider_names_lead_nowhere_else),
        cmocka_unit_test(test_unknown_provider_says_where_it_was_looked_for),
        cmocka_unit_test(test_named_provider_must_serve_under_its_name),
    };

    return cmocka_run_group_tests_name("crypto/provider", tests, NULL, NULL);
}
