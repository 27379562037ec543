/* Every way in which a FIPS module can fail to be one: each is refused, says why, leaves nothing
 * behind, and never lets another provider serve in its place. */
#include "unit/crypto/module_checks.h"

#include "crypto/openssl.h"

#include <openssl/self_test.h>

#include <sys/stat.h>
#include <unistd.h>

/* --- No module ----------------------------------------------------------------------------------- */

static void test_missing_module_says_what_where_and_how(void **state)
{
    (void)state;
    refuse("/nowhere/at/all", NULL, "/nowhere/at/all/fips.so", "openssl-provider-fips");
    refuse("/nowhere/at/all", NULL, "--module-dir", "enable-fips");
    refuse("relative/folder", NULL, "absolute", "relative/folder");
    refuse("/dev/null", NULL, "/dev/null/fips.so", "not found");
}

static void check_module_is_no_file(struct module_copy *copy)
{
    assert_int_equal(unlink(copy->module), 0);
    refuse(copy->dir, NULL, "fips.so", "not found");
    assert_int_equal(mkdir(copy->module, 0700), 0);
    refuse(copy->dir, NULL, "fips.so", "not found");
    assert_int_equal(rmdir(copy->module), 0);
    file_write(copy->module, "no module", 9);
    refuse(copy->dir, NULL, copy->module, "doesn't load");
}

static void test_what_is_no_module_is_refused(void **state)
{
    (void)state;
    for_each_copy(check_module_is_no_file);
}

/* --- A damaged module ------------------------------------------------------------------------------ */

static void check_damaged(struct module_copy *copy)
{
    size_t n = 0;
    char *bytes = file_read(copy->module, &n);
    size_t at = 0;

    /* in a text, so that the loader still takes the file and the module must notice for itself */
    while (at + 8 < n && memcmp(bytes + at, "OpenSSL ", 8) != 0)
        at++;
    assert_true(at + 8 < n);
    bytes[at] ^= 1;
    file_write(copy->module, bytes, n);
    refuse(copy->dir, NULL, "Module_Integrity", copy->module);
    bytes[at] ^= 1;
    file_write(copy->module, bytes, n);
    sx_free(bytes);
    /* whole again: the process still has the failed one, which nothing but a new process mends */
    refuse(copy->dir, NULL, "start this program anew", copy->module);
}

static void test_module_with_one_bit_flipped_is_refused(void **state)
{
    (void)state;
    for_each_copy(check_damaged);
}

static void check_longer(struct module_copy *copy)
{
    size_t n = 0;
    char *bytes = file_read(copy->module, &n);

    file_write(copy->module, bytes, n + 1); /* the NUL that file_read put there */
    sx_free(bytes);
    refuse(copy->dir, NULL, "Module_Integrity", copy->module);
}

static void test_module_with_one_byte_more_is_refused(void **state)
{
    (void)state;
    for_each_copy(check_longer);
}

/* A module whose self-test fails while it runs stops for good, and we say so. */
static int corrupt(const OSSL_PARAM params[], void *arg)
{
    (void)params;
    (void)arg;
    return 0; /* at the phase "Corrupt" this asks the module to falsify the test's result */
}

static void check_error_state(struct module_copy *copy)
{
    struct sx_provider *provider = accept(copy->dir, NULL);
    struct sx_fault fault = { 0 };
    uint8_t bytes[SX_DIGEST_MAX];
    size_t n = 0;

    assert_ok(sx_provider_check(provider, &fault));
    OSSL_SELF_TEST_set_callback(provider->libctx, corrupt, NULL);
    assert_int_equal(OSSL_PROVIDER_self_test(provider->handle), 0);
    assert_err(sx_provider_check(provider, &fault), SX_ERR_PROVIDER);
    assert_non_null(strstr(fault.text, "error state"));
    assert_int_not_equal(sx_digest_once(provider, SX_HASH_SHA256, sx_slice_text("abc"), bytes, &n),
                         SX_OK);
    assert_int_not_equal(sx_random_bytes(provider, bytes, sizeof bytes), SX_OK);
    sx_provider_close(provider);
}

static void test_module_in_its_error_state_serves_nothing(void **state)
{
    (void)state;
    for_each_copy(check_error_state);
}

/* --- Another MAC ----------------------------------------------------------------------------------- */

static void check_wrong_mac(struct module_copy *copy)
{
    size_t n = 0;
    char *text = file_read(copy->config, &n);
    char *mac = strstr(text, "module-mac = ");

    assert_non_null(mac);
    mac += strlen("module-mac = ");
    *mac = *mac == 'A' ? 'B' : 'A';
    file_write(copy->config, text, n);
    refuse(copy->dir, NULL, "Module_Integrity", copy->config);
    sx_free(text);
}

static void test_wrong_mac_is_refused(void **state)
{
    (void)state;
    for_each_copy(check_wrong_mac);
}

/* A module checks itself once in a process; another MAC must not ride on that. */
static void check_wrong_mac_later(struct module_copy *copy)
{
    struct sx_provider *good = accept(copy->dir, NULL);
    char other[MODULE_PATH_MAX + 32];
    size_t n = 0;
    char *text = file_read(copy->config, &n);
    char *mac = strstr(text, "module-mac = ");

    assert_non_null(mac);
    mac += strlen("module-mac = ");
    *mac = *mac == 'A' ? 'B' : 'A';
    (void)snprintf(other, sizeof other, "%s/other.cnf", copy->dir);
    file_write(other, text, n);
    sx_free(text);
    refuse(copy->dir, other, "another module-mac", other);
    assert_ok(sx_provider_check(good, NULL)); /* and the one that is open goes on */
    assert_int_equal(unlink(other), 0);
    sx_provider_close(good);
}

static void test_wrong_mac_is_refused_for_a_module_that_runs_already(void **state)
{
    (void)state;
    for_each_copy(check_wrong_mac_later);
}

/* --- Strictness ------------------------------------------------------------------------------------ */

/* The copy's config without the lines that begin with name. */
static void drop_line(const struct module_copy *copy, const char *name)
{
    size_t n = 0;
    char *text = file_read(copy->config, &n);
    char *line = strstr(text, name);
    size_t len;

    assert_non_null(line);
    len = strcspn(line, "\n") + 1;
    memmove(line, line + len, strlen(line + len) + 1);
    file_write(copy->config, text, n - len);
    sx_free(text);
}

static void check_tolerant(struct module_copy *copy)
{
    static const char *const checks[] = { "signature-digest-check", "sshkdf-key-check",
                                          "hmac-key-check", "tdes-encrypt-disabled" };
    size_t n = 0;
    char *text = file_read(copy->config, &n);

    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        if (strstr(text, checks[i]) == NULL)
            continue; /* modules before 3.4 have no such check, and always enforce */
        drop_line(copy, checks[i]);
        refuse(copy->dir, NULL, "tolerant", checks[i]);
        file_write(copy->config, text, n);
    }
    sx_free(text);
}

static void test_tolerant_module_is_refused_by_the_check_that_is_off(void **state)
{
    (void)state;
    for_each_copy(check_tolerant);
}

/* What tests/support/modules.sh lays beside a module as openssl fipsinstall would write it. */
static void test_tolerant_config_of_the_tool_is_refused(void **state)
{
    const struct modules *modules = modules_at_hand();

    (void)state;
    for (size_t i = 0; i < modules->count; i++) {
        char path[MODULE_PATH_MAX + 40];
        struct stat st;

        (void)snprintf(path, sizeof path, "%s/fipsmodule-tolerant.cnf", modules->dirs[i]);
        if (stat(path, &st) == 0)
            refuse(modules->dirs[i], path, "tolerant", path);
    }
}

/* A config that lets a module skip its self-tests: they are run all the same. The MAC is the same
 * for every installation, as it covers this very text. */
static void check_install_status(struct module_copy *copy)
{
    const struct sx_provider_info *info;
    struct sx_provider *provider;
    size_t kats = 0;

    append_config(copy, "install-mac = 41:9C:38:C2:8F:59:09:43:2C:AA:2F:58:36:2D:D9:04:F9:6C:56:"
                        "8B:09:E0:18:3A:2E:D6:CC:69:05:04:E1:11\n"
                        "install-status = INSTALL_SELF_TEST_KATS_RUN\n");
    provider = accept(copy->dir, NULL);
    info = sx_provider_get_info(provider);
    assert_true(info->has_install_status);
    for (size_t i = 0; i < info->test_count; i++)
        kats += strncmp(info->tests[i].type, "KAT_", 4) == 0;
    assert_true(kats >= 10);
    sx_provider_close(provider);
}

static void test_skipped_self_tests_are_run_all_the_same(void **state)
{
    (void)state;
    for_each_copy(check_install_status);
}

/* A module that ran its self-tests for the host program before we came. */
static void check_loaded_before(struct module_copy *copy)
{
    char config[MODULE_PATH_MAX + 32];
    char mac[512];
    char text[2048];
    OSSL_LIB_CTX *host = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *theirs;
    struct sx_provider *provider;

    mac_line(copy, mac, sizeof mac);
    (void)snprintf(config, sizeof config, "%s/host.cnf", copy->dir);
    (void)snprintf(text, sizeof text,
                   "openssl_conf = init\n[init]\nproviders = p\n[p]\nfips = f\n[f]\n%s\n", mac);
    file_write(config, text, strlen(text));
    assert_non_null(host);
    assert_int_equal(OSSL_PROVIDER_set_default_search_path(host, copy->dir), 1);
    assert_int_equal(OSSL_LIB_CTX_load_config(host, config), 1);
    theirs = OSSL_PROVIDER_load(host, "fips");
    assert_non_null(theirs);

    provider = accept(copy->dir, NULL);
    assert_true(sx_provider_get_info(provider)->test_count >= 10);
    sx_provider_close(provider);
    assert_int_equal(OSSL_PROVIDER_unload(theirs), 1);
    OSSL_LIB_CTX_free(host);
    assert_int_equal(unlink(config), 0);
}

static void test_module_that_the_host_loaded_before_is_tested_again(void **state)
{
    (void)state;
    for_each_copy(check_loaded_before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_missing_module_says_what_where_and_how),
        cmocka_unit_test(test_what_is_no_module_is_refused),
        cmocka_unit_test(test_module_with_one_bit_flipped_is_refused),
        cmocka_unit_test(test_module_with_one_byte_more_is_refused),
        cmocka_unit_test(test_module_in_its_error_state_serves_nothing),
        cmocka_unit_test(test_wrong_mac_is_refused),
        cmocka_unit_test(test_wrong_mac_is_refused_for_a_module_that_runs_already),
        cmocka_unit_test(test_tolerant_module_is_refused_by_the_check_that_is_off),
        cmocka_unit_test(test_tolerant_config_of_the_tool_is_refused),
        cmocka_unit_test(test_skipped_self_tests_are_run_all_the_same),
        cmocka_unit_test(test_module_that_the_host_loaded_before_is_tested_again),
    };

    return cmocka_run_group_tests_name("crypto/provider_closed", tests, NULL, NULL);
}
