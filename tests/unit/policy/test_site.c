/* The site file's bytes: every key, every wrong line, and that a wrong line is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/site.h"

static struct sx_site decode(const char *text)
{
    struct sx_site site;
    struct sx_fault fault = { 0 };

    if (sx_site_decode(sx_slice_text(text), "FILE", &fault, &site) != SX_OK)
        fail_msg("refused: %s", fault.text);
    return site;
}

/* It is refused, and the text holds both words. The outcome is untouched. */
static void refuse_bytes(struct sx_slice bytes, const char *word, const char *line)
{
    struct sx_site site;
    struct sx_fault fault = { 0 };
    uint8_t was[sizeof site];

    memset(&site, 0x5a, sizeof site);
    memcpy(was, &site, sizeof site);
    assert_int_equal(sx_site_decode(bytes, "FILE", &fault, &site), SX_ERR_POLICY_SETTING);
    if (strstr(fault.text, word) == NULL || strstr(fault.text, line) == NULL ||
        strstr(fault.text, "FILE") == NULL)
        fail_msg("\"%s\" or \"%s\" is not in: %s", word, line, fault.text);
    assert_memory_equal(&site, was, sizeof site);
}

static void refuse(const char *text, const char *word, const char *line)
{
    refuse_bytes(sx_slice_text(text), word, line);
}

static void test_empty_file_says_nothing(void **state)
{
    static const char *const texts[] = { "", "\n", "# only a comment\n", "\n  \t\n   # x\n" };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sx_site site = decode(texts[i]);

        assert_string_equal(site.policy, "");
        assert_false(site.is_locked);
        assert_string_equal(site.provider, "");
        assert_int_equal(site.strict_kex, -1);
        assert_int_equal(site.rsa_min_bits, 0);
        assert_false(site.forbids_kerberos);
        for (int kind = 0; kind < SX_ALG_KIND_COUNT; kind++)
            assert_string_equal(site.lists[kind], "");
    }
}

static void test_every_key_is_read(void **state)
{
    struct sx_site site = decode("policy = fips\n"
                                 "lock=yes\n"
                                 "\tprovider =fips \n"
                                 "module-dir = /opt/modules\n"
                                 "provider-config = /etc/fipsmodule.cnf\n"
                                 "kex = -mlkem*\n"
                                 "host-keys = ecdsa-sha2-nistp256, rsa-sha2-512\n"
                                 "user-keys = ^rsa-sha2-512\n"
                                 "ciphers = aes256-gcm@openssh.com\n"
                                 "macs = hmac-sha2-256\n"
                                 "compression = none\n"
                                 "strict-kex = 3\n"
                                 "rsa-min-bits = 3072\n"
                                 "dh-min-bits = 4096\n"
                                 "rekey-bytes = 4294967296\n"
                                 "rekey-seconds = 600\n"
                                 "allow-kerberos = no\n"
                                 "allow-delegation = no\n"
                                 "allow-agent = yes\n"
                                 "allow-token = no\n"
                                 "audit = /var/log/%u\n"
                                 "audit-key = /var/lib/key\n"
                                 "audit-syslog = tcp:h:514\n"
                                 "mask-names = *-pin, db_key\n"
                                 "mask-arguments = tool:-w\n");

    (void)state;
    assert_string_equal(site.policy, "fips");
    assert_true(site.is_locked);
    assert_string_equal(site.provider, "fips");
    assert_string_equal(site.module_dir, "/opt/modules");
    assert_string_equal(site.provider_config, "/etc/fipsmodule.cnf");
    assert_string_equal(site.lists[SX_ALG_KEX], "-mlkem*");
    assert_string_equal(site.lists[SX_ALG_HOST_KEY], "ecdsa-sha2-nistp256, rsa-sha2-512");
    assert_string_equal(site.lists[SX_ALG_USER_KEY], "^rsa-sha2-512");
    assert_string_equal(site.lists[SX_ALG_CIPHER], "aes256-gcm@openssh.com");
    assert_string_equal(site.lists[SX_ALG_MAC], "hmac-sha2-256");
    assert_string_equal(site.lists[SX_ALG_COMPRESSION], "none");
    assert_int_equal(site.strict_kex, 3);
    assert_int_equal(site.rsa_min_bits, 3072);
    assert_int_equal(site.dh_min_bits, 4096);
    assert_true(site.rekey_bytes == 4294967296);
    assert_int_equal(site.rekey_seconds, 600);
    assert_true(site.forbids_kerberos);
    assert_true(site.forbids_delegation);
    assert_false(site.forbids_agent);
    assert_true(site.forbids_token);
    assert_string_equal(site.audit, "/var/log/%u");
    assert_string_equal(site.audit_key, "/var/lib/key");
    assert_string_equal(site.audit_syslog, "tcp:h:514");
    assert_string_equal(site.mask_names, "*-pin, db_key");
    assert_string_equal(site.mask_arguments, "tool:-w");
}

static void test_wrong_line_is_named(void **state)
{
    (void)state;
    refuse("policy\n", "key = value", "line 1");
    refuse("# a\n\npolicy fips\n", "key = value", "line 3");
    refuse("= fips\n", "no such key", "line 1");
    refuse("Policy = fips\n", "no such key: Policy", "line 1");
    refuse("policies = fips\n", "no such key", "line 1");
    refuse("policy = \n", "no value", "line 1");
    refuse("policy =\n", "no value", "line 1");
    refuse("policy = fips\nlock = yes\npolicy = default\n", "second time: policy", "line 3");
    refuse("lock = True\n", "yes or no, not: True", "line 1");
    refuse("lock = YES\n", "yes or no", "line 1");
    refuse("allow-agent = never\n", "yes or no", "line 1");
    refuse("module-dir = modules\n", "absolute", "line 1");
    refuse("provider-config = ./x\n", "absolute", "line 1");
    refuse("audit = audit.log\n", "absolute", "line 1");
    refuse("audit-key = key\n", "absolute", "line 1");
    refuse("mask-names = a=b\n", "wildcards", "line 1");
    refuse("mask-names =\n", "no value", "line 1");
    refuse("mask-arguments = tool\n", "PROGRAM:-OPTION", "line 1");
    refuse("\n\nlock = yes # really\n", "yes or no", "line 3");
}

static void test_numbers_are_bounded(void **state)
{
    (void)state;
    refuse("strict-kex = 4\n", "range", "line 1");
    refuse("strict-kex = -1\n", "must be a number", "line 1");
    refuse("strict-kex = 0x1\n", "must be a number", "line 1");
    refuse("rsa-min-bits = 1023\n", "range", "line 1");
    refuse("rsa-min-bits = 16385\n", "range", "line 1");
    refuse("dh-min-bits = 8193\n", "range", "line 1");
    refuse("rekey-bytes = 0\n", "range", "line 1");
    refuse("rekey-bytes = 18446744073709551616\n", "must be a number", "line 1");
    refuse("rekey-seconds = 86401\n", "range", "line 1");
    refuse("rekey-seconds = 1 0\n", "must be a number", "line 1");
    assert_true(decode("rekey-bytes = 18446744073709551615\n").rekey_bytes == UINT64_MAX);
}

/* A file that was cut, by whatever, must not lose its lock with its end. */
static void test_file_without_a_last_line_end_is_refused(void **state)
{
    const char *whole = "policy = fips\nlock = yes\n";
    size_t len = strlen(whole);

    (void)state;
    for (size_t n = 1; n < len; n++) {
        if (whole[n - 1] == '\n')
            continue;
        refuse_bytes(sx_slice_of(whole, n), "cut", n <= 14 ? "line 1" : "line 2");
    }
    assert_true(decode(whole).is_locked);
}

static void test_bytes_that_are_no_text_are_refused(void **state)
{
    static const char nul[] = "policy = fi\0ps\n";

    (void)state;
    refuse_bytes(sx_slice_of(nul, sizeof nul - 1), "printable ASCII", "line 1");
    refuse("policy = fips\r\n", "printable ASCII", "line 1");
    refuse("policy = fips\x1b[2J\n", "\\x1b", "line 1");
    refuse("policy = f\xc3\xbcr\n", "printable ASCII", "line 1");
    /* in a comment anything may stand but a line's end */
    assert_string_equal(decode("# f\xc3\xbcr \x01\n").policy, "");
}

static void test_lengths_are_bounded(void **state)
{
    static char text[SX_SITE_BYTES_MAX + 2];
    int n;

    (void)state;
    n = snprintf(text, sizeof text, "policy = %0*d\n", SX_SITE_NAME_MAX - 1, 7);
    assert_int_equal(strlen(decode(text).policy), SX_SITE_NAME_MAX - 1);
    n = snprintf(text, sizeof text, "policy = %0*d\n", SX_SITE_NAME_MAX, 7);
    refuse(text, "too long", "line 1");
    n = snprintf(text, sizeof text, "ciphers = %0*d\n", SX_SITE_LIST_MAX, 7);
    refuse(text, "too long", "line 1");
    n = snprintf(text, sizeof text, "module-dir = /%0*d\n", SX_SITE_PATH_MAX - 1, 7);
    refuse(text, "too long", "line 1");
    assert_true(n > 0);
    memset(text, '#', sizeof text);
    text[SX_SITE_BYTES_MAX - 1] = '\n';
    assert_int_equal(
        sx_site_decode(sx_slice_of(text, SX_SITE_BYTES_MAX), "FILE", NULL, &(struct sx_site){ 0 }),
        SX_OK);
    text[SX_SITE_BYTES_MAX] = '\n';
    refuse_bytes(sx_slice_of(text, SX_SITE_BYTES_MAX + 1), "too large", "line 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_file_says_nothing),
        cmocka_unit_test(test_every_key_is_read),
        cmocka_unit_test(test_wrong_line_is_named),
        cmocka_unit_test(test_numbers_are_bounded),
        cmocka_unit_test(test_file_without_a_last_line_end_is_refused),
        cmocka_unit_test(test_bytes_that_are_no_text_are_refused),
        cmocka_unit_test(test_lengths_are_bounded),
    };

    return cmocka_run_group_tests_name("policy/site", tests, NULL, NULL);
}
