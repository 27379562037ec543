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
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(sexec_config(*state, bad[i], NULL), SEXEC_SETTING);
        assert_true(strlen(sexec_get_last_error(*state)) > 10);
        assert_int_equal(sexec_get_last_error_code(*state), SEXEC_SETTING);
    }
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
    assert_int_equal(sexec_config(*state, "SSHKeyRenegotiate", NULL), SEXEC_NOT_CONNECTED);
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
