/* sexec_config without a connection: names, types, ranges, rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <sexec/settings.h>

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

static void test_defaults_are_those_of_the_reference(void **state)
{
    static const char *const rows[][2] = {
        { "AbsoluteTimeout", "False" },
        { "EnablePageantAuth", "0" },
        { "SignedSSHCert", "" },
        { "SSHAgentSocket", "" },
        { "FirewallAutoDetect", "False" },
        { "FirewallData", "" },
        { "FirewallHost", "" },
        { "FirewallPassword", "" },
        { "FirewallPort", "0" },
        { "FirewallType", "0" },
        { "FirewallUser", "" },
        { "ProxyExceptionsList", "" },
        { "TCPKeepAlive", "False" },
        { "KeepAliveInterval", "0" },
        { "KeepAliveTime", "0" },
        { "Linger", "True" },
        { "LingerTime", "0" },
        { "InBufferSize", "0" },
        { "OutBufferSize", "0" },
        { "MaxTransferRate", "0" },
        { "ConnectionTimeout", "0" },
        { "LogLevel", "1" },
        { "MaskSensitive", "True" },
        { "MaxLineLength", "2048" },
        { "OutputMode", "lines" },
        { "PasswordPrompt", "" },
        { "Policy", "default" },
        { "SSHAcceptAnyServerHostKey", "False" },
        { "SSHAcceptServerHostKeyFingerPrint", "" },
        { "SSHFingerprintHashAlgorithm", "SHA256" },
        { "SSHVersionPattern", "*SSH-1.99-*,*SSH-2.0-*" },
        { "SelectWaitMillis", "20" },
        { "ServerSSHVersionString", "" },
        { "TryAllAvailableAuthMethods", "False" },
        { "UseFIPSCompliantAPI", "False" },
        { "UseIPv6", "0" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(*state, rows[i][0], rows[i][1]);
}

static void test_names_and_booleans_know_no_case(void **state)
{
    assert_int_equal(sexec_config(*state, "absolutetimeout=YES", NULL), 0);
    expect(*state, "ABSOLUTETIMEOUT", "True");
    assert_int_equal(sexec_config(*state, "AbsoluteTimeout=0", NULL), 0);
    expect(*state, "AbsoluteTimeout", "False");
}

static void test_a_value_may_hold_an_equals_sign(void **state)
{
    assert_int_equal(sexec_config(*state, "SSHVersionPattern=a=b,c=", NULL), 0);
    expect(*state, "SSHVersionPattern", "a=b,c=");
}

static void test_unknown_names_and_bad_values_are_errors_that_say_so(void **state)
{
    static const char *const bad[] = {
        "NoSuchSetting=1",
        "NoSuchSetting",
        "",
        "=1",
        "LogLevel=4",
        "LogLevel=-1",
        "LogLevel=1x",
        "LogLevel=",
        "MaxLineLength=255",
        "AbsoluteTimeout=2",
        "AbsoluteTimeout=",
        "OutputMode=words",
        "UseIPv6=3",
        "Policy=nonesuch",
        "ClientSSHVersionString=SSH-1.5-x",
        "ProviderModuleDir=./x",
        "MaxWindowSize=99999999999",
        "MaxPacketSize=1",
        "BuildInfo=x",
        "ServerSSHVersionString=x",
        "UseStrictKeyExchange=4",
        "SSHFingerprintHashAlgorithm=SHA512",
        "LocalPort=65536",
        "EnablePageantAuth=3",
        "FirewallType=4",
        "FirewallType=11",
        "FirewallType=x",
        "FirewallPort=65536",
        "KeepAliveTime=-1",
        "KeepAliveInterval=x",
        "MaxTransferRate=99999999999",
        "Linger=maybe",
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(sexec_config(*state, bad[i], NULL), SEXEC_SETTING);
        assert_true(strlen(sexec_get_last_error(*state)) > 10);
        assert_int_equal(sexec_get_last_error_code(*state), SEXEC_SETTING);
    }
}

/* FirewallType brings its port; either of the keep-alive's times switches it on. */
static void test_settings_that_set_others(void **state)
{
    static const struct {
        const char *type;
        const char *port;
    } types[] = { { "FirewallType=1", "80" },
                  { "FirewallType=2", "1080" },
                  { "FirewallType=3", "1080" },
                  { "FirewallType=10", "1080" },
                  { "FirewallType=0", "0" } };
    static const char *const times[] = { "KeepAliveTime=5000", "KeepAliveInterval=0" };

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        assert_int_equal(sexec_config(*state, "FirewallPort=7", NULL), 0);
        assert_int_equal(sexec_config(*state, types[i].type, NULL), 0);
        expect(*state, "FirewallPort", types[i].port);
    }
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        assert_int_equal(sexec_config(*state, "TCPKeepAlive=False", NULL), 0);
        assert_int_equal(sexec_config(*state, times[i], NULL), 0);
        expect(*state, "TCPKeepAlive", "True");
    }
    expect(*state, "KeepAliveTime", "5000");
}

static void test_firewall_properties_are_the_settings(void **state)
{
    struct sexec *ssh = *state;

    assert_int_equal(sexec_set_firewall_type(ssh, SEXEC_FW_SOCKS4A), 0);
    assert_int_equal(sexec_set_firewall_type(ssh, 7), SEXEC_INVALID_ARGUMENT);
    assert_int_equal(sexec_get_firewall_type(ssh), SEXEC_FW_SOCKS4A);
    assert_int_equal(sexec_get_firewall_port(ssh), 1080);
    assert_int_equal(sexec_set_firewall_port(ssh, 65536), SEXEC_INVALID_ARGUMENT);
    assert_int_equal(sexec_set_firewall_port(ssh, 9), 0);
    assert_int_equal(sexec_set_firewall_host(ssh, "proxy"), 0);
    assert_int_equal(sexec_set_firewall_user(ssh, "me"), 0);
    assert_int_equal(sexec_set_firewall_password(ssh, "sesame"), 0);
    assert_int_equal(sexec_set_firewall_auto_detect(ssh, true), 0);
    expect(ssh, "FirewallType", "10");
    expect(ssh, "FirewallPort", "9");
    expect(ssh, "FirewallHost", "proxy");
    expect(ssh, "FirewallUser", "me");
    expect(ssh, "FirewallPassword", "sesame");
    expect(ssh, "FirewallAutoDetect", "True");
    assert_string_equal(sexec_get_firewall_host(ssh), "proxy");
    assert_string_equal(sexec_get_firewall_user(ssh), "me");
    assert_string_equal(sexec_get_firewall_password(ssh), "sesame");
    assert_true(sexec_get_firewall_auto_detect(ssh));
}

static void test_a_refused_value_leaves_the_old_one(void **state)
{
    assert_int_equal(sexec_config(*state, "MaxLineLength=4096", NULL), 0);
    assert_int_equal(sexec_config(*state, "MaxLineLength=1", NULL), SEXEC_SETTING);
    expect(*state, "MaxLineLength", "4096");
}

static void test_fips_policy_locks_what_weakens(void **state)
{
    assert_int_equal(sexec_config(*state, "UseFIPSCompliantAPI=True", NULL), 0);
    expect(*state, "Policy", "fips");
    expect(*state, "Provider", "fips");
    expect(*state, "UseFIPSCompliantAPI", "True");
    assert_int_equal(sexec_config(*state, "SSHAcceptAnyServerHostKey=True", NULL), SEXEC_POLICY);
    assert_int_equal(sexec_config(*state, "MaskSensitive=False", NULL), SEXEC_POLICY);
    expect(*state, "SSHAcceptAnyServerHostKey", "False");
    expect(*state, "MaskSensitive", "True");
}

/* The order of settings must not matter: what was allowed before the policy changed is refused
 * when it would be used. */
static void test_weakening_set_before_the_policy_does_not_connect(void **state)
{
    const char *modules = "ProviderModuleDir=/nonexistent";

    assert_int_equal(sexec_config(*state, "SSHAcceptAnyServerHostKey=True", NULL), 0);
    assert_int_equal(sexec_config(*state, "Policy=fips", NULL), 0);
    assert_int_equal(sexec_config(*state, "Provider=default", NULL), 0);
    assert_int_equal(sexec_config(*state, modules, NULL), 0);
    assert_int_equal(sexec_set_ssh_host(*state, "127.0.0.1"), 0);
    assert_int_equal(sexec_set_ssh_user(*state, "u"), 0);
    assert_int_not_equal(sexec_ssh_logon(*state, NULL, 0), 0);
    assert_int_equal(sexec_get_last_error_code(*state), SEXEC_POLICY);
}

static void test_renegotiate_needs_a_connection(void **state)
{
    assert_int_equal(sexec_config(*state, "SSHKeyRenegotiate", NULL), SEXEC_CONNECT_FIRST);
}

static void test_build_info_names_the_library(void **state)
{
    const char *info = NULL;

    assert_int_equal(sexec_config(*state, "BuildInfo", &info), 0);
    assert_non_null(strstr(info, "libsexec"));
    assert_non_null(strstr(info, sexec_version()));
}

static void test_reset_gives_defaults_back(void **state)
{
    assert_int_equal(sexec_config(*state, "Policy=fips", NULL), 0);
    assert_int_equal(sexec_set_ssh_password(*state, "secret"), 0);
    assert_int_equal(sexec_set_ssh_port(*state, 2222), 0);
    assert_int_equal(sexec_reset(*state), 0);
    expect(*state, "Policy", "default");
    assert_string_equal(sexec_get_ssh_password(*state), "");
    assert_int_equal(sexec_get_ssh_port(*state), 22);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_defaults_are_those_of_the_reference, make, drop),
        cmocka_unit_test_setup_teardown(test_names_and_booleans_know_no_case, make, drop),
        cmocka_unit_test_setup_teardown(test_a_value_may_hold_an_equals_sign, make, drop),
        cmocka_unit_test_setup_teardown(test_unknown_names_and_bad_values_are_errors_that_say_so,
                                        make, drop),
        cmocka_unit_test_setup_teardown(test_settings_that_set_others, make, drop),
        cmocka_unit_test_setup_teardown(test_firewall_properties_are_the_settings, make, drop),
        cmocka_unit_test_setup_teardown(test_a_refused_value_leaves_the_old_one, make, drop),
        cmocka_unit_test_setup_teardown(test_fips_policy_locks_what_weakens, make, drop),
        cmocka_unit_test_setup_teardown(test_weakening_set_before_the_policy_does_not_connect, make,
                                        drop),
        cmocka_unit_test_setup_teardown(test_renegotiate_needs_a_connection, make, drop),
        cmocka_unit_test_setup_teardown(test_build_info_names_the_library, make, drop),
        cmocka_unit_test_setup_teardown(test_reset_gives_defaults_back, make, drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
