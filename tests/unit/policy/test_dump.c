/* The golden dumps: what a policy was when somebody last looked at it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "policy/dump.h"
#include "support/providers.h"

/* The dump as text; free with sx_free. */
static char *dump_text(const struct sx_policy *policy)
{
    struct sx_buffer buffer;
    char *text;

    sx_buffer_init(&buffer, 65536);
    assert_int_equal(sx_policy_dump(policy, &buffer), SX_OK);
    text = sx_alloc(sx_buffer_len(&buffer) + 1);
    assert_non_null(text);
    memcpy(text, sx_buffer_unread(&buffer).ptr, sx_buffer_len(&buffer));
    sx_buffer_clear(&buffer);
    return text;
}

/* The first line in which they differ; NULL when there is none. */
static const char *first_difference(const char *was, const char *is, char *out, size_t cap)
{
    while (*was != '\0' || *is != '\0') {
        size_t was_len = strcspn(was, "\n");
        size_t is_len = strcspn(is, "\n");

        if (was_len != is_len || strncmp(was, is, was_len) != 0) {
            (void)snprintf(out, cap, "\n  was: %.*s\n  is:  %.*s", (int)was_len, was, (int)is_len,
                           is);
            return out;
        }
        was += was_len + (was[was_len] == '\n');
        is += is_len + (is[is_len] == '\n');
    }
    return NULL;
}

static void golden_path(const struct sx_policy *policy, char *out, size_t cap)
{
    (void)snprintf(out, cap, "%s/golden/policy-%s.txt", SX_TESTS_DIR, policy->name);
}

static void test_policies_are_what_they_were(void **state)
{
    bool is_update = getenv("SEXEC_UPDATE_GOLDEN") != NULL;

    (void)state;
    for (size_t i = 0; sx_policies[i] != NULL; i++) {
        char path[MODULE_PATH_MAX];
        char difference[1024];
        char *is = dump_text(sx_policies[i]);
        char *was;
        size_t n = 0;

        golden_path(sx_policies[i], path, sizeof path);
        if (is_update)
            file_write(path, is, strlen(is));
        was = file_read(path, &n);
        if (first_difference(was, is, difference, sizeof difference) != NULL)
            fail_msg("policy %s is not what %s says:%s\nIf the change is meant, run this test once "
                     "with SEXEC_UPDATE_GOLDEN=1 and look at the diff.",
                     sx_policies[i]->name, path, difference);
        sx_free(was);
        sx_free(is);
    }
}

/* A change of one row, of one row's descriptor, of one field, or of the order alone must show. */
static void expect_seen(const struct sx_policy *changed, const char *word)
{
    char path[MODULE_PATH_MAX];
    char difference[1024];
    char *is = dump_text(changed);
    char *was;
    size_t n = 0;

    golden_path(&sx_policy_fips, path, sizeof path);
    was = file_read(path, &n);
    assert_non_null(first_difference(was, is, difference, sizeof difference));
    if (strstr(difference, word) == NULL)
        fail_msg("\"%s\" is not in the difference:%s", word, difference);
    sx_free(was);
    sx_free(is);
}

static void test_change_of_one_row_is_seen(void **state)
{
    static const struct sx_cipher_alg *const one_more[] = {
        &sx_cipher_aes256_gcm, &sx_cipher_aes256_ctr, &sx_cipher_aes128_gcm,
        &sx_cipher_aes128_ctr, &sx_cipher_aes192_ctr, NULL
    };
    static const struct sx_cipher_alg *const one_less[] = { &sx_cipher_aes256_gcm,
                                                            &sx_cipher_aes256_ctr,
                                                            &sx_cipher_aes128_gcm, NULL };
    static const struct sx_cipher_alg *const swapped[] = { &sx_cipher_aes256_ctr,
                                                           &sx_cipher_aes256_gcm,
                                                           &sx_cipher_aes128_gcm,
                                                           &sx_cipher_aes128_ctr, NULL };
    struct sx_cipher_alg other = sx_cipher_aes256_gcm;
    const struct sx_cipher_alg *const redefined[] = { &other, &sx_cipher_aes256_ctr,
                                                      &sx_cipher_aes128_gcm, &sx_cipher_aes128_ctr,
                                                      NULL };
    struct sx_policy changed = sx_policy_fips;

    (void)state;
    changed.ciphers = one_more;
    expect_seen(&changed, "cipher 5: aes192-ctr");
    changed.ciphers = one_less;
    expect_seen(&changed, "was: cipher 4: aes128-ctr");
    changed.ciphers = swapped;
    expect_seen(&changed, "cipher 1: aes256-ctr");
    other.tag_len = 12;
    changed.ciphers = redefined;
    expect_seen(&changed, "tag=12");
}

static void test_change_of_an_opt_in_row_is_seen(void **state)
{
    static const struct sx_compression_alg *const early[] = { &sx_compression_zlib, NULL };
    struct sx_policy changed = sx_policy_fips;

    (void)state;
    changed.kex_opt_in = sx_policy_niap.kex;
    expect_seen(&changed, "kex-opt-in 1: ecdh-sha2-nistp384");
    changed = sx_policy_fips;
    changed.host_key_opt_in = sx_policy_niap.host_key;
    expect_seen(&changed, "host-key-opt-in 1: ecdsa-sha2-nistp384");
    changed = sx_policy_fips;
    changed.user_key_opt_in = sx_policy_niap.user_key;
    expect_seen(&changed, "user-key-opt-in 1: ecdsa-sha2-nistp384");
    changed = sx_policy_fips;
    changed.ciphers_opt_in = sx_policy_niap.ciphers;
    expect_seen(&changed, "cipher-opt-in 1: aes256-gcm@openssh.com");
    changed = sx_policy_fips;
    changed.macs_opt_in = sx_policy_stig.macs;
    expect_seen(&changed, "mac-opt-in 1: hmac-sha2-256-etm@openssh.com");
    changed = sx_policy_fips;
    changed.compressions_opt_in = early;
    expect_seen(&changed, "compression-opt-in 1: zlib");
}

static void test_change_of_one_field_is_seen(void **state)
{
    static const char *const any[] = { "*", NULL };
    struct sx_policy changed;

    (void)state;
    changed = sx_policy_fips;
    changed.providers = any;
    expect_seen(&changed, "provider 1: *");
    changed = sx_policy_fips;
    changed.rsa_min_bits = 1024;
    expect_seen(&changed, "rsa-min-bits: 1024");
    changed = sx_policy_fips;
    changed.rekey_bytes = 2;
    expect_seen(&changed, "rekey-bytes: 2");
    changed = sx_policy_fips;
    changed.rekey_packets = 2;
    expect_seen(&changed, "rekey-packets: 2");
    changed = sx_policy_fips;
    changed.rekey_seconds = 2;
    expect_seen(&changed, "rekey-seconds: 2");
    changed = sx_policy_fips;
    changed.dsa_min_bits = 1024;
    expect_seen(&changed, "dsa-min-bits: 1024");
    changed = sx_policy_fips;
    changed.dh_min_bits = 1024;
    expect_seen(&changed, "dh-min-bits: 1024");
    changed = sx_policy_fips;
    changed.dh_preferred_bits = 2048;
    expect_seen(&changed, "dh-preferred-bits: 2048");
    changed = sx_policy_fips;
    changed.is_known_group_only = false;
    expect_seen(&changed, "known-group-only: no");
    changed = sx_policy_fips;
    changed.strict_kex_min = SX_STRICT_OFF;
    expect_seen(&changed, "strict-kex-min: 0");
    changed = sx_policy_fips;
    changed.is_weak_allowed = true;
    expect_seen(&changed, "weak-allowed: yes");
    changed = sx_policy_fips;
    changed.is_audit_required = changed.is_stream_digested = false;
    expect_seen(&changed, "audit-required: no");
    changed = sx_policy_fips;
    changed.may_use_kerberos = false;
    expect_seen(&changed, "may-use-kerberos: no");
    changed = sx_policy_fips;
    changed.may_delegate = false;
    expect_seen(&changed, "may-delegate: no");
    changed = sx_policy_fips;
    changed.may_use_agent = true;
    expect_seen(&changed, "may-use-agent: yes");
    changed = sx_policy_fips;
    changed.may_use_token = false;
    expect_seen(&changed, "may-use-token: no");
    changed = sx_policy_fips;
    changed.rest = "because";
    expect_seen(&changed, "rest: because");
    changed = sx_policy_fips;
    changed.strict_kex = SX_STRICT_OFF;
    expect_seen(&changed, "strict-kex: 0");
    changed = sx_policy_fips;
    changed.is_approved_only = false;
    expect_seen(&changed, "approved-only: no");
    changed = sx_policy_fips;
    changed.may_accept_any_host_key = true;
    expect_seen(&changed, "may-accept-any-host-key: yes");
    changed = sx_policy_fips;
    changed.may_unmask_logs = true;
    expect_seen(&changed, "may-unmask-logs: yes");
    changed = sx_policy_fips;
    changed.may_accept_without_proof = true;
    expect_seen(&changed, "may-accept-without-proof: yes");
}

static void test_dump_that_does_not_fit_is_an_error(void **state)
{
    struct sx_buffer buffer;

    (void)state;
    sx_buffer_init(&buffer, 100);
    assert_int_equal(sx_policy_dump(&sx_policy_fips, &buffer), SX_ERR_SPACE);
    sx_buffer_clear(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policies_are_what_they_were),
        cmocka_unit_test(test_change_of_one_row_is_seen),
        cmocka_unit_test(test_change_of_an_opt_in_row_is_seen),
        cmocka_unit_test(test_change_of_one_field_is_seen),
        cmocka_unit_test(test_dump_that_does_not_fit_is_an_error),
    };

    return cmocka_run_group_tests_name("policy/dump", tests, NULL, NULL);
}
