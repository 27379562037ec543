/* Choosing a policy, and that lists and limits read back what holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sexec/settings.h>

#include "support/providers.h"

static int make(void **state)
{
    *state = sexec_new();
    return *state == NULL;
}

static int drop(void **state)
{
    sexec_free(*state);
    return 0;
}

static void expect(struct sexec *ssh, const char *name, const char *value)
{
    const char *got = NULL;

    assert_int_equal(sexec_config(ssh, name, &got), 0);
    assert_string_equal(got, value);
}

static void test_every_policy_can_be_chosen(void **state)
{
    static const char *const names[] = {
        "fips",
        "niap",
        "cnsa1",
        "stig",
        "default",
#if SX_LEGACY
        "compat",
        "legacy"
#endif
    };
    const char *text = NULL;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char setting[64];

        (void)snprintf(setting, sizeof setting, "Policy=%s", names[i]);
        assert_int_equal(sexec_config(*state, setting, NULL), 0);
        expect(*state, "Policy", names[i]);
        assert_string_equal(sexec_get_policy(*state), names[i]);
        assert_int_equal(sexec_describe_policy(*state, names[i], &text), 0);
        assert_int_equal(strncmp(text, "policy: ", 8), 0);
    }
    assert_int_equal(sexec_describe_policy(*state, NULL, &text), 0);
#if SX_LEGACY
    assert_string_equal(text, "fips\nniap\ncnsa1\nstig\ndefault\ncompat\nlegacy\n");
#else
    assert_string_equal(text, "fips\nniap\ncnsa1\nstig\ndefault\n");
    assert_int_equal(sexec_config(*state, "Policy=compat", NULL), SEXEC_SETTING);
    assert_non_null(strstr(sexec_get_last_error(*state), "SEXEC_LEGACY=OFF"));
#endif
    assert_int_equal(sexec_config(*state, "Policy=cnsa2", NULL), SEXEC_SETTING);
}

#if SX_LEGACY
static void test_defaults_of_the_reference_hold_under_compat(void **state)
{
    static const char *const rows[][2] = {
        { "SSHKeyExchangeAlgorithms",
          "curve25519-sha256,curve25519-sha256@libssh.org,diffie-hellman-group-exchange-sha256,"
          "diffie-hellman-group14-sha256,diffie-hellman-group16-sha512,"
          "diffie-hellman-group18-sha512,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"
          "ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha1,diffie-hellman-group14-sha1,"
          "diffie-hellman-group1-sha1,gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g==,"
          "gss-group16-sha512-toWM5Slw5Ew8Mqkay+al2g==,"
          "gss-nistp256-sha256-toWM5Slw5Ew8Mqkay+al2g==,"
          "gss-curve25519-sha256-toWM5Slw5Ew8Mqkay+al2g==,"
          "gss-group14-sha1-toWM5Slw5Ew8Mqkay+al2g==,gss-gex-sha1-toWM5Slw5Ew8Mqkay+al2g==" },
        { "SSHMacAlgorithms",
          "hmac-sha2-256,hmac-sha2-512,hmac-sha1,hmac-md5,hmac-ripemd160,hmac-sha1-96,hmac-md5-96,"
          "hmac-sha2-256-96,hmac-sha2-512-96,hmac-ripemd160-96,hmac-sha2-256-etm@openssh.com,"
          "hmac-sha2-512-etm@openssh.com,umac-64@openssh.com,umac-64-etm@openssh.com,"
          "umac-128@openssh.com,umac-128-etm@openssh.com" },
        { "SSHPublicKeyAlgorithms",
          "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-256,"
          "rsa-sha2-512,ssh-rsa,ssh-dss,x509v3-sign-rsa,x509v3-sign-dss" },
        { "SSHPubKeyAuthSigAlgorithms",
          "ssh-rsa,rsa-sha2-256,rsa-sha2-512,ssh-dss,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,"
          "ecdsa-sha2-nistp521,ssh-ed25519" },
        { "UseStrictKeyExchange", "1" },
        { "KeyRenegotiationThreshold", "1073741824" },
    };

    assert_int_equal(sexec_config(*state, "Policy=compat", NULL), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(*state, rows[i][0], rows[i][1]);
    assert_string_equal(
        sexec_get_ssh_encryption_algorithms(*state),
        "aes256-ctr,aes192-ctr,aes128-ctr,aes256-cbc,aes192-cbc,aes128-cbc,3des-ctr,3des-cbc,"
        "blowfish-cbc,arcfour256,arcfour128,arcfour,cast128-cbc,aes256-gcm@openssh.com,"
        "aes128-gcm@openssh.com,chacha20-poly1305@openssh.com");
    assert_string_equal(sexec_get_ssh_compression_algorithms(*state), "none,zlib");
}
#endif

static void test_lists_read_back_what_they_come_to(void **state)
{
    assert_int_equal(sexec_config(*state, "SSHMacAlgorithms=^hmac-sha2-512", NULL), 0);
    expect(*state, "SSHMacAlgorithms",
           "hmac-sha2-512,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,"
           "hmac-sha2-256");
    assert_int_equal(sexec_config(*state, "SSHMacAlgorithms=-*-etm@openssh.com", NULL), 0);
    expect(*state, "SSHMacAlgorithms", "hmac-sha2-256,hmac-sha2-512");
    /* the policy may change under a wish */
    assert_int_equal(sexec_set_ssh_encryption_algorithms(*state, "-*gcm*"), 0);
    assert_string_equal(sexec_get_ssh_encryption_algorithms(*state),
                        "aes256-ctr,aes192-ctr,aes128-ctr,chacha20-poly1305@openssh.com");
    assert_int_equal(sexec_config(*state, "Policy=stig", NULL), 0);
    assert_string_equal(sexec_get_ssh_encryption_algorithms(*state), "aes256-ctr,aes128-ctr");
    /* what will be refused reads back as it was written */
    assert_int_equal(sexec_set_ssh_encryption_algorithms(*state, "arcfour,aes256-ctr"), 0);
    assert_string_equal(sexec_get_ssh_encryption_algorithms(*state), "arcfour,aes256-ctr");
    assert_int_equal(sexec_set_ssh_encryption_algorithms(*state, ""), 0);
    assert_string_equal(sexec_get_ssh_encryption_algorithms(*state),
                        "aes256-gcm@openssh.com,aes256-ctr,aes128-gcm@openssh.com,aes128-ctr");
    assert_int_equal(sexec_set_ssh_compression_algorithms(*state, "none"), 0);
    assert_string_equal(sexec_get_ssh_compression_algorithms(*state), "none");
}

static void test_limits_read_back_what_holds(void **state)
{
    expect(*state, "UseStrictKeyExchange", "2");
    expect(*state, "KeyRenegotiationThreshold", "1073741824");
    expect(*state, "RekeySeconds", "3600");
    expect(*state, "PreferredDHGroupBits", "3072");
    assert_int_equal(sexec_config(*state, "UseStrictKeyExchange=3", NULL), 0);
    assert_int_equal(sexec_config(*state, "RekeySeconds=60", NULL), 0);
    assert_int_equal(sexec_config(*state, "PreferredDHGroupBits=8192", NULL), 0);
    expect(*state, "UseStrictKeyExchange", "3");
    expect(*state, "RekeySeconds", "60");
    expect(*state, "PreferredDHGroupBits", "8192");
    assert_int_equal(sexec_config(*state, "PreferredDHGroupBits=0", NULL), 0);
    expect(*state, "PreferredDHGroupBits", "3072");
    assert_int_equal(sexec_config(*state, "PreferredDHGroupBits=1023", NULL), SEXEC_SETTING);
    assert_int_equal(sexec_config(*state, "PreferredDHGroupBits=8193", NULL), SEXEC_SETTING);
    assert_int_equal(sexec_config(*state, "PreferredDHGroupBits=x", NULL), SEXEC_SETTING);
}

static void expect_refused_logon(struct sexec *ssh, const char *word)
{
    assert_int_equal(sexec_set_ssh_user(ssh, "u"), 0);
    assert_int_equal(sexec_ssh_logon(ssh, "127.0.0.1", 1), SEXEC_POLICY);
    if (strstr(sexec_get_last_error(ssh), word) == NULL)
        fail_msg("\"%s\" is not in: %s", word, sexec_get_last_error(ssh));
}

/* The error names the algorithm, the rule and its source. */
static void test_refused_name_fails_the_logon_with_its_rule(void **state)
{
    assert_int_equal(sexec_set_ssh_encryption_algorithms(*state, "aes256-ctr,arcfour"), 0);
    expect_refused_logon(*state, "policy default refuses the cipher algorithm arcfour: RC4 is "
                                 "broken (RFC 8758)");
    assert_int_equal(sexec_set_ssh_encryption_algorithms(*state, ""), 0);
    assert_int_equal(sexec_set_ssh_compression_algorithms(*state, "lzma"), 0);
    expect_refused_logon(*state, "compression algorithm lzma");
    assert_int_equal(sexec_set_ssh_compression_algorithms(*state, ""), 0);
    assert_int_equal(sexec_config(*state, "PreferredDHGroupBits=1024", NULL), 0);
    expect_refused_logon(*state, "2048 bits at least, not 1024");
}

static void test_explanation_is_given_by_kind(void **state)
{
    const char *text = NULL;

    assert_int_equal(sexec_explain(*state, "default", "aes256-ctr", &text), 0);
    assert_non_null(strstr(text, "cipher: aes256-ctr\nverdict: allowed\nrule: policy default lists "
                                 "it\nsource: RFC 9142"));
    assert_non_null(strstr(text, "provider: default (version "));
    assert_int_equal(sexec_explain(*state, "default", "zlib", &text), 0);
    assert_non_null(strstr(text, "verdict: allowed when a list names it\n"));
    assert_int_equal(sexec_explain(*state, "default", "ssh-rsa", &text), 0);
    assert_non_null(strstr(text, "host key: ssh-rsa\nverdict: refused\n"));
    assert_non_null(strstr(text, "user key: ssh-rsa\nverdict: refused\n"));
    assert_non_null(strstr(text, "source: RFC 8332 section 1"));
    assert_int_equal(sexec_explain(*state, "default", "made\033-up", &text), 0);
    assert_non_null(strstr(text, "verdict: refused\nrule: no algorithm of this name is known"));
    assert_null(strchr(text, '\033'));
    assert_int_equal(sexec_explain(*state, "nonesuch", "aes256-ctr", &text), SEXEC_POLICY);
}

/* A policy that its provider can't serve here allows nothing, and says why. */
static void test_explanation_without_a_provider_says_so(void **state)
{
    const char *text = NULL;

    assert_int_equal(sexec_config(*state, "ProviderModuleDir=/nonexistent", NULL), 0);
    assert_int_equal(sexec_explain(*state, "fips", "aes256-ctr", &text), 0);
    assert_non_null(strstr(text, "verdict: refused\nrule: policy fips lists it\n"));
    assert_non_null(strstr(text, "/nonexistent"));
}

static void check_module(const struct test_provider *tp)
{
    struct sexec *ssh;
    const char *text = NULL;
    char setting[MODULE_PATH_MAX + 32];
    bool is_new;

    if (!tp->is_fips)
        return;
    is_new = strncmp(sx_provider_get_info(tp->provider)->version, "3.0", 3) != 0;
    ssh = sexec_new();
    assert_non_null(ssh);
    (void)snprintf(setting, sizeof setting, "ProviderModuleDir=%s", tp->dir);
    assert_int_equal(sexec_config(ssh, setting, NULL), 0);
    assert_int_equal(sexec_explain(ssh, "fips", "mlkem768nistp256-sha256", &text), 0);
    assert_int_equal(strstr(text, "verdict: allowed\n") != NULL, is_new);
    assert_int_equal(strstr(text, "doesn't have it") != NULL, !is_new);
    assert_int_equal(sexec_explain(ssh, "fips", "mlkem768x25519-sha256", &text), 0);
    assert_non_null(strstr(text, "verdict: refused\nrule: policy fips refuses it: its other half"));
    /* under default the same module serves with what it holds beside its approved services */
    assert_int_equal(sexec_config(ssh, "Provider=fips", NULL), 0);
    assert_int_equal(sexec_explain(ssh, "default", "mlkem768x25519-sha256", &text), 0);
    assert_int_equal(strstr(text, "verdict: allowed\n") != NULL, is_new);
    assert_int_equal(sexec_explain(ssh, "default", "curve25519-sha256", &text), 0);
    assert_non_null(strstr(text, "verdict: allowed\n"));
    assert_int_equal(sexec_explain(ssh, "default", "chacha20-poly1305@openssh.com", &text), 0);
    assert_non_null(strstr(text, "doesn't have it"));
    sexec_free(ssh);
}

static void test_explanation_knows_the_module(void **state)
{
    (void)state;
    for_each_provider(check_module);
}

static void test_server_that_is_not_there_has_no_offer(void **state)
{
    const char *text = NULL;

    assert_int_equal(sexec_explain_server(*state, "127.0.0.1", 1, &text), 10061);
    assert_string_equal(text, "");
    assert_string_equal(sexec_get_server_offer(*state), "");
    /* and nobody is left explaining */
    assert_int_equal(sexec_ssh_logon(*state, NULL, 0), SEXEC_INVALID_ARGUMENT);
    assert_non_null(strstr(sexec_get_last_error(*state), "ssh_user"));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_every_policy_can_be_chosen),
#if SX_LEGACY
        CASE(test_defaults_of_the_reference_hold_under_compat),
#endif
        CASE(test_lists_read_back_what_they_come_to),
        CASE(test_limits_read_back_what_holds),
        CASE(test_refused_name_fails_the_logon_with_its_rule),
        CASE(test_explanation_is_given_by_kind),
        CASE(test_explanation_without_a_provider_says_so),
        CASE(test_explanation_knows_the_module),
        CASE(test_server_that_is_not_there_has_no_offer),
    };

    return cmocka_run_group_tests_name("client/policy_settings", tests, NULL, NULL);
}
