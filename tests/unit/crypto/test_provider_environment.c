/* OPENSSL_CONF and OPENSSL_MODULES rule OpenSSL's default context, and nothing of ours. A group of
 * its own, since libcrypto reads them once in a process. */
#include "unit/crypto/crypto_checks.h"

#include "crypto/openssl.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

#include <unistd.h>

static char folder[] = "/tmp/sexec-test.XXXXXX"; /* holds a decoy of a module, and a config */
static char decoy[64];
static char config[64];

/* It makes the default context ask for fips=yes of a provider that doesn't have it, so that
 * nothing fetches there any more: what still works, doesn't come from there. */
static const char config_text[] = "openssl_conf = init\n"
                                  "config_diagnostics = 0\n"
                                  "[init]\n"
                                  "providers = providers\n"
                                  "alg_section = algorithms\n"
                                  "[providers]\n"
                                  "default = default_sect\n"
                                  "[default_sect]\n"
                                  "activate = 1\n"
                                  "[algorithms]\n"
                                  "default_properties = fips=yes\n";

static int set_environment(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(decoy, sizeof decoy, "%s/fips.so", folder);
    (void)snprintf(config, sizeof config, "%s/openssl.cnf", folder);
    file_write(decoy, "a decoy", 7);
    file_write(config, config_text, sizeof config_text - 1);
    return setenv("OPENSSL_CONF", config, 1) != 0 || setenv("OPENSSL_MODULES", folder, 1) != 0;
}

static int remove_files(void **state)
{
    (void)state;
    (void)unlink(decoy);
    (void)unlink(config);
    return rmdir(folder);
}

/* Whether OpenSSL's last errors name the decoy. */
static bool is_decoy_blamed(void)
{
    const char *data = NULL;
    bool is = false;

    while (ERR_get_error_all(NULL, NULL, NULL, &data, NULL) != 0)
        is = is || (data != NULL && strstr(data, decoy) != NULL);
    return is;
}

static void test_environment_has_its_effect_elsewhere(void **state)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();

    (void)state;
    assert_int_equal(OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL), 1);
    assert_int_equal(EVP_default_properties_is_fips_enabled(NULL), 1);
    assert_null(EVP_MD_fetch(NULL, "SHA2-256", NULL));
    assert_null(OSSL_PROVIDER_load(libctx, "fips"));
    assert_true(is_decoy_blamed());
    OSSL_LIB_CTX_free(libctx);
}

static void check_untouched(const struct test_provider *tp)
{
    const struct sx_provider_info *info = sx_provider_get_info(tp->provider);
    uint8_t sum[SX_DIGEST_MAX];
    size_t n = 0;

    assert_ok(sx_digest_once(tp->provider, SX_HASH_SHA256, sx_slice_text("abc"), sum, &n));
    assert_int_equal(EVP_default_properties_is_fips_enabled(tp->provider->libctx), tp->is_fips);
    assert_null(strstr(info->module_path, folder));
    assert_null(strstr(info->config_path, folder));
    if (tp->is_fips) {
        assert_null(EVP_MD_fetch(tp->provider->libctx, "MD5", "-fips"));
        assert_int_equal(strncmp(info->module_path, tp->dir, strlen(tp->dir)), 0);
    } else {
        /* the default provider's digest has no fips=yes: the config would have it not fetch */
        EVP_MD *md = EVP_MD_fetch(tp->provider->libctx, "MD5", NULL);

        assert_non_null(md);
        EVP_MD_free(md);
    }
}

static void test_environment_has_no_effect_here(void **state)
{
    (void)state;
    for_each_provider(check_untouched);
}

/* Without a folder the system's own is searched, not the environment's. */
static void test_environment_does_not_choose_the_module(void **state)
{
    struct sx_provider_spec spec = { .name = "fips", .config_file = "/nowhere/fipsmodule.cnf" };
    struct sx_provider *provider = NULL;
    struct sx_fault fault = { 0 };

    (void)state;
    assert_err(sx_provider_open(&spec, &fault, &provider), SX_ERR_PROVIDER);
    assert_null(strstr(fault.text, folder));
    assert_true(strstr(fault.text, OPENSSL_info(OPENSSL_INFO_MODULES_DIR)) != NULL ||
                strstr(fault.text, "/nowhere/fipsmodule.cnf") != NULL);
    spec = (struct sx_provider_spec){ .name = "nosuchprovider" };
    memset(&fault, 0, sizeof fault);
    assert_err(sx_provider_open(&spec, &fault, &provider), SX_ERR_PROVIDER);
    assert_null(strstr(fault.text, folder));
    assert_non_null(strstr(fault.text, OPENSSL_info(OPENSSL_INFO_MODULES_DIR)));
    assert_null(provider);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_environment_has_its_effect_elsewhere),
        cmocka_unit_test(test_environment_has_no_effect_here),
        cmocka_unit_test(test_environment_does_not_choose_the_module),
    };

    return cmocka_run_group_tests_name("crypto/provider_environment", tests, set_environment,
                                       remove_files);
}
