/* crypto/provider_selftest.c: keeps what a FIPS module says about its self-tests.
 *
 * While the module is being loaded, each test becomes a line of evidence. Later ones, such as the
 * pairwise test of every fresh key pair, are only counted, as they come from any thread. */
#include "crypto/openssl.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/self_test.h>

#include <stdio.h>
#include <string.h>

static const char *text_of(const OSSL_PARAM params[], const char *key)
{
    const OSSL_PARAM *p = OSSL_PARAM_locate_const(params, key);
    const char *text = NULL;

    return p != NULL && OSSL_PARAM_get_utf8_string_ptr(p, &text) == 1 && text != NULL ? text : "";
}

/* The row of this test, an earlier run's or a new one; NULL when there is no more room. */
static struct sx_provider_test *row_of(struct sx_provider_info *info, const char *type,
                                       const char *desc)
{
    struct sx_provider_test *row;

    for (size_t i = 0; i < info->test_count; i++) {
        row = &info->tests[i];
        if (strncmp(row->type, type, sizeof row->type - 1) == 0 &&
            strncmp(row->desc, desc, sizeof row->desc - 1) == 0)
            return row;
    }
    if (info->test_count == SX_PROVIDER_TESTS_MAX)
        return NULL;
    row = &info->tests[info->test_count++];
    (void)snprintf(row->type, sizeof row->type, "%s", type);
    (void)snprintf(row->desc, sizeof row->desc, "%s", desc);
    return row;
}

static int on_test(const OSSL_PARAM params[], void *arg)
{
    struct sx_provider *provider = arg;
    const char *phase = text_of(params, OSSL_PROV_PARAM_SELF_TEST_PHASE);
    const char *type = text_of(params, OSSL_PROV_PARAM_SELF_TEST_TYPE);
    bool is_passed = strcmp(phase, OSSL_SELF_TEST_PHASE_PASS) == 0;
    bool is_failed = strcmp(phase, OSSL_SELF_TEST_PHASE_FAIL) == 0;
    struct sx_provider_test *row;

    if (!is_passed && !is_failed)
        return 1; /* start of a test, and the offer to corrupt it */
    if (!provider->is_collecting) {
        atomic_fetch_add(is_passed ? &provider->later_passed : &provider->later_failed, 1);
        return 1;
    }
    if (is_failed)
        provider->is_test_failed = true;
    if (strncmp(type, "KAT_", 4) == 0)
        provider->has_kat = true;
    if (strcmp(type, OSSL_SELF_TEST_TYPE_MODULE_INTEGRITY) == 0)
        provider->has_integrity = true;
    row = row_of(&provider->info, type, text_of(params, OSSL_PROV_PARAM_SELF_TEST_DESC));
    if (row != NULL) {
        (void)snprintf(row->phase, sizeof row->phase, "%s", phase);
        row->is_passed = is_passed;
    }
    return 1;
}

void sx_provider_watch_tests(struct sx_provider *provider)
{
    provider->is_collecting = true;
    OSSL_SELF_TEST_set_callback(provider->libctx, on_test, provider);
}

/* A module that ran its known-answer tests while we watched needs no second run, which would cost
 * as much again. One that skipped them (install-status in its config) or ran them for somebody
 * else in this process is asked to run them now, so that there is evidence. */
enum sx_err sx_provider_finish_tests(struct sx_provider *provider, struct sx_fault *fault)
{
    if (provider->info.has_install_status || !provider->has_kat || !provider->has_integrity) {
        if (OSSL_PROVIDER_self_test(provider->handle) != 1)
            provider->is_test_failed = true;
    }
    provider->is_collecting = false;
    if (provider->is_test_failed || !provider->has_kat || !provider->has_integrity) {
        char failed[160];

        (void)sx_openssl_fault(NULL, SX_ERR_PROVIDER, "");
        return sx_fault_set(fault, SX_ERR_PROVIDER, "the FIPS module %s failed its self-tests (%s)",
                            provider->info.module_path,
                            sx_provider_failed_test(provider, failed, sizeof failed));
    }
    return SX_OK;
}

const char *sx_provider_failed_test(const struct sx_provider *provider, char *out, size_t cap)
{
    const struct sx_provider_info *info = &provider->info;

    for (size_t i = 0; i < info->test_count; i++) {
        if (!info->tests[i].is_passed) {
            (void)snprintf(out, cap, "%s %s", info->tests[i].type, info->tests[i].desc);
            return out;
        }
    }
    (void)snprintf(out, cap, "it named none");
    return out;
}

void sx_provider_later_tests(const struct sx_provider *provider, unsigned long *out_passed,
                             unsigned long *out_failed)
{
    *out_passed = atomic_load(&provider->later_passed);
    *out_failed = atomic_load(&provider->later_failed);
}
