/* The machine's rules in an object's life: what a new one has, what it may change, what connects.
 * This test links its own sx_machine_paths in the library's place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <sexec/settings.h>

#include "policy/machine.h"
#include "support/providers.h"

static char folder[64], site[128], kernel[128], lists[128];
static struct sx_machine_paths paths;

const struct sx_machine_paths *sx_machine_paths(void)
{
    return &paths;
}

static int make_box(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/sexec-rules.XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chmod(folder, 0755), 0);
    (void)snprintf(site, sizeof site, "%s/policy.conf", folder);
    (void)snprintf(kernel, sizeof kernel, "%s/fips_enabled", folder);
    (void)snprintf(lists, sizeof lists, "%s/openssh.config", folder);
    paths = (struct sx_machine_paths){ site, kernel, lists, geteuid() };
    return 0;
}

static int drop_box(void **state)
{
    sexec_free(*state);
    *state = NULL;
    (void)unlink(site);
    (void)unlink(kernel);
    (void)unlink(lists);
    return rmdir(folder);
}

static void put(const char *path, const char *text)
{
    file_write(path, text, strlen(text));
    assert_int_equal(chmod(path, 0644), 0);
}

/* A new object on a machine with this site file (NULL: none); drop_box frees it. */
static struct sexec *on_site(void **state, const char *text)
{
    if (text != NULL)
        put(site, text);
    sexec_free(*state);
    *state = sexec_new();
    assert_non_null(*state);
    return *state;
}

static void expect(struct sexec *ssh, const char *name, const char *value)
{
    const char *got = NULL;

    assert_int_equal(sexec_config(ssh, name, &got), 0);
    assert_string_equal(got, value);
}

static void refuse(struct sexec *ssh, const char *setting, const char *word)
{
    assert_int_equal(sexec_config(ssh, setting, NULL), SEXEC_POLICY);
    if (strstr(sexec_get_last_error(ssh), word) == NULL)
        fail_msg("\"%s\" is not in: %s", word, sexec_get_last_error(ssh));
}

/* Nothing listens there, and with a reason of its own nobody gets so far as to find out. */
static void refuse_logon(struct sexec *ssh, const char *word)
{
    assert_int_equal(sexec_set_ssh_user(ssh, "u"), 0);
    assert_int_equal(sexec_ssh_logon(ssh, "127.0.0.1", 1), SEXEC_POLICY);
    if (strstr(sexec_get_last_error(ssh), word) == NULL)
        fail_msg("\"%s\" is not in: %s", word, sexec_get_last_error(ssh));
}

static void test_machine_that_says_nothing_changes_nothing(void **state)
{
    struct sexec *ssh = on_site(state, NULL);
    const char *text = NULL;

    expect(ssh, "Policy", "default");
    expect(ssh, "Provider", "");
    expect(ssh, "UseFIPSCompliantAPI", "False");
    assert_int_equal(sexec_config(ssh, "Policy=fips", NULL), 0);
    assert_int_equal(sexec_describe_machine(ssh, &text), 0);
    assert_non_null(strstr(text, "site file: none\nlocked: no\npolicy: default\n"));
    assert_int_equal(sexec_set_ssh_user(ssh, "u"), 0);
    assert_int_equal(sexec_config(ssh, "Policy=default", NULL), 0);
    assert_int_equal(sexec_ssh_logon(ssh, "127.0.0.1", 1), 10061); /* so far it gets */
}

static void test_site_is_the_default_and_comes_back_with_reset(void **state)
{
    struct sexec *ssh = on_site(state, "policy = stig\nprovider = fips\nmodule-dir = /opt/m\n"
                                       "provider-config = /opt/m/x.cnf\n");

    expect(ssh, "Policy", "stig");
    expect(ssh, "Provider", "fips");
    expect(ssh, "ProviderModuleDir", "/opt/m");
    expect(ssh, "ProviderConfigFile", "/opt/m/x.cnf");
    assert_int_equal(sexec_config(ssh, "Policy=default", NULL), 0);
    assert_int_equal(sexec_config(ssh, "Provider=default", NULL), 0);
    expect(ssh, "Policy", "default");
    assert_int_equal(sexec_reset(ssh), 0);
    expect(ssh, "Policy", "stig");
    expect(ssh, "Provider", "fips");
    /* back to what a new object has */
    assert_int_equal(sexec_config(ssh, "UseFIPSCompliantAPI=True", NULL), 0);
    expect(ssh, "Policy", "fips");
    assert_int_equal(sexec_config(ssh, "UseFIPSCompliantAPI=False", NULL), 0);
    expect(ssh, "Policy", "stig");
}

static void test_lock_holds(void **state)
{
    struct sexec *ssh = on_site(state, "policy = fips\nlock = yes\nmodule-dir = /opt/m\n");

    refuse(ssh, "Policy=default", "locks policy fips");
    refuse(ssh, "Policy=niap", site);
    refuse(ssh, "Provider=default", "locks it");
    refuse(ssh, "ProviderModuleDir=/home/me/modules", "locks it");
    refuse(ssh, "ProviderConfigFile=/home/me/x.cnf", "locks it");
    /* what changes nothing is no change */
    assert_int_equal(sexec_config(ssh, "Policy=fips", NULL), 0);
    assert_int_equal(sexec_config(ssh, "ProviderModuleDir=/opt/m", NULL), 0);
    expect(ssh, "Policy", "fips");
    expect(ssh, "ProviderModuleDir", "/opt/m");
    assert_int_equal(sexec_reset(ssh), 0);
    refuse(ssh, "Policy=default", "locks");
}

static void test_lock_on_default_keeps_fips_out_too(void **state)
{
    struct sexec *ssh = on_site(state, "lock = yes\n");

    refuse(ssh, "UseFIPSCompliantAPI=True", "locks policy default");
    expect(ssh, "Policy", "default");
    expect(ssh, "Provider", "");
    assert_int_equal(sexec_config(ssh, "UseFIPSCompliantAPI=False", NULL), 0);
}

static void test_lists_can_not_widen_what_the_site_narrowed(void **state)
{
    struct sexec *ssh = on_site(state, "ciphers = aes256-gcm@openssh.com,aes256-ctr\n"
                                       "macs = -*-etm@openssh.com\n");

    assert_string_equal(sexec_get_ssh_encryption_algorithms(ssh),
                        "aes256-gcm@openssh.com,aes256-ctr");
    expect(ssh, "SSHMacAlgorithms", "hmac-sha2-256,hmac-sha2-512");
    assert_int_equal(sexec_set_ssh_encryption_algorithms(ssh, "aes128-ctr"), 0);
    refuse_logon(ssh, "site file");
    assert_int_equal(sexec_set_ssh_encryption_algorithms(ssh, "+aes128-ctr"), 0);
    refuse_logon(ssh, "aes128-ctr");
    assert_int_equal(sexec_set_ssh_encryption_algorithms(ssh, "-aes256-gcm@openssh.com"), 0);
    assert_string_equal(sexec_get_ssh_encryption_algorithms(ssh), "aes256-ctr");
}

static void test_limits_can_not_be_loosened(void **state)
{
    struct sexec *ssh = on_site(state, "strict-kex = 3\nrekey-bytes = 1048576\n");

    expect(ssh, "UseStrictKeyExchange", "3");
    expect(ssh, "KeyRenegotiationThreshold", "1048576");
    assert_int_equal(sexec_config(ssh, "UseStrictKeyExchange=2", NULL), 0);
    refuse_logon(ssh, "level 3 at least");
    assert_int_equal(sexec_config(ssh, "UseStrictKeyExchange=3", NULL), 0);
    assert_int_equal(sexec_config(ssh, "KeyRenegotiationThreshold=1048577", NULL), 0);
    refuse_logon(ssh, "1048576 bytes at most");
}

/* Broken or unsafe rules: the object is there and can be asked, and nothing connects. */
static void test_broken_rules_let_nothing_connect(void **state)
{
    static const struct {
        const char *text;
        mode_t mode;
        const char *word;
    } rows[] = {
        { "policy = fips\nlok = yes\n", 0644, "line 2" },
        { "policy = nonesuch\n", 0644, "no policy \"nonesuch\"" },
        { "policy = default\n", 0666, "can be written by others" },
        { "policy = default", 0644, "may be cut" },
        { "ciphers = aes256-cbc\n", 0644, "CBC" },
    };
    const char *text = NULL;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sexec *ssh;

        put(site, rows[i].text);
        assert_int_equal(chmod(site, rows[i].mode), 0);
        ssh = on_site(state, NULL);
        refuse_logon(ssh, rows[i].word);
        refuse_logon(ssh, site);
        assert_int_equal(sexec_describe_machine(ssh, &text), SEXEC_POLICY);
        assert_int_equal(sexec_describe_provider(ssh, &text), SEXEC_POLICY);
        assert_int_equal(sexec_explain_server(ssh, "127.0.0.1", 1, &text), SEXEC_POLICY);
        /* no other policy helps */
        assert_int_equal(sexec_config(ssh, "Policy=fips", NULL), 0);
        refuse_logon(ssh, rows[i].word);
        assert_int_equal(sexec_reset(ssh), 0);
        refuse_logon(ssh, rows[i].word);
    }
}

static void test_kernel_in_fips_mode_makes_fips_the_floor(void **state)
{
    struct sexec *ssh;
    const char *text = NULL;

    put(kernel, "1\n");
    ssh = on_site(state, NULL);
    expect(ssh, "Policy", "fips");
    expect(ssh, "UseFIPSCompliantAPI", "True");
    refuse(ssh, "Policy=default", "the kernel is in FIPS mode");
    assert_int_equal(sexec_config(ssh, "Policy=niap", NULL), 0);
    assert_int_equal(sexec_config(ssh, "UseFIPSCompliantAPI=False", NULL), 0);
    expect(ssh, "Policy", "fips");
    refuse(ssh, "SSHAcceptAnyServerHostKey=True", "policy fips");
    assert_int_equal(sexec_describe_machine(ssh, &text), 0);
    assert_non_null(strstr(text, "policy: fips\n"));
    assert_non_null(strstr(text, "kernel in FIPS mode: yes\n"));
}

static void test_system_lists_reach_the_object(void **state)
{
    const char *text = NULL;
    struct sexec *ssh;

    put(lists, "Ciphers aes128-ctr,aes256-cbc\nMACs hmac-sha2-512\n");
    ssh = on_site(state, "policy = system\nlock = yes\n");
    expect(ssh, "Policy", "default");
    assert_string_equal(sexec_get_ssh_encryption_algorithms(ssh), "aes128-ctr");
    assert_int_equal(sexec_describe_policy(ssh, "default", &text), 0);
    assert_non_null(strstr(text, "narrowed-by: crypto-policies"));
    assert_null(strstr(text, "chacha20"));
    assert_int_equal(sexec_explain(ssh, "default", "aes256-ctr", &text), 0);
    assert_non_null(strstr(text, "verdict: refused\n"));
    assert_non_null(strstr(text, lists));
}

#define IN_BOX(test) cmocka_unit_test_setup_teardown(test, make_box, drop_box)

static void test_site_says_where_audits_go(void **state)
{
    struct sexec *object = on_site(state, "audit = /tmp/sexec-none/%u.log\n"
                                          "audit-key = /tmp/sexec-none/%u.key\n");
    const char *value = NULL;

    assert_int_equal(sexec_config(object, "AuditFile", &value), 0);
    assert_ptr_equal(strstr(value, "/tmp/sexec-none/"), value);
    assert_null(strstr(value, "%u")); /* the user's name stands there */
    assert_int_equal(sexec_config(object, "AuditFile=", NULL), SEXEC_POLICY);
    assert_int_equal(sexec_config(object, "AuditKeyFile=/tmp/other", NULL), SEXEC_POLICY);
    assert_int_equal(sexec_set_ssh_user(object, "me"), 0);
    assert_int_equal(sexec_ssh_logon(object, "127.0.0.1", 1), SEXEC_AUDIT); /* no key is there */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOX(test_machine_that_says_nothing_changes_nothing),
        IN_BOX(test_site_is_the_default_and_comes_back_with_reset),
        IN_BOX(test_lock_holds),
        IN_BOX(test_lock_on_default_keeps_fips_out_too),
        IN_BOX(test_lists_can_not_widen_what_the_site_narrowed),
        IN_BOX(test_limits_can_not_be_loosened),
        IN_BOX(test_broken_rules_let_nothing_connect),
        IN_BOX(test_kernel_in_fips_mode_makes_fips_the_floor),
        IN_BOX(test_system_lists_reach_the_object),
        IN_BOX(test_site_says_where_audits_go),
    };

    return cmocka_run_group_tests_name("client/rules", tests, NULL, NULL);
}
