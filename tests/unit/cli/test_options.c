/* The command line, parsed into an object: what each form sets, and where the command begins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/options.h"

enum { WORDS_MAX = 32 };

static int set_up(void **state)
{
    struct sx_cli *cli = calloc(1, sizeof *cli);

    if (cli == NULL)
        return -1;
    cli->ssh = sexec_new();
    *state = cli;
    return cli->ssh == NULL ? -1 : sx_cli_defaults(cli);
}

static int tear_down(void **state)
{
    struct sx_cli *cli = *state;

    sexec_free(cli->ssh);
    free(cli);
    return 0;
}

/* Parses a line of words with single blanks between them; words must outlive cli's use of it. */
static int parse(struct sx_cli *cli, char *line, char **words)
{
    size_t count = 0;

    words[count++] = line;
    for (char *blank = strchr(line, ' '); blank != NULL; blank = strchr(blank + 1, ' ')) {
        *blank = '\0';
        assert_true(count < WORDS_MAX - 1);
        words[count++] = blank + 1;
    }
    words[count] = NULL;
    return sx_cli_parse(cli, words);
}

static void assert_setting(struct sx_cli *cli, const char *name, const char *expected)
{
    const char *value = NULL;

    assert_int_equal(sexec_config(cli->ssh, name, &value), 0);
    assert_string_equal(value, expected);
}

static void test_options_stand_before_and_after_the_host(void **state)
{
    struct sx_cli *cli = *state;
    char line[] = "sexec -p 2222 me@host -l you -v -- ls -l -p 1";
    char *words[WORDS_MAX];

    assert_int_equal(parse(cli, line, words), 0);
    assert_int_equal(sexec_get_ssh_port(cli->ssh), 2222);
    assert_string_equal(sexec_get_ssh_user(cli->ssh), "you");
    assert_true(cli->has_user);
    assert_int_equal(cli->verbosity, 1);
    assert_string_equal(cli->destination, "me@host");
    assert_string_equal(cli->words[0], "ls");
    assert_string_equal(cli->words[1], "-l");
    assert_string_equal(cli->words[2], "-p");
    assert_string_equal(cli->words[3], "1");
    assert_null(cli->words[4]);
}

static void test_letters_come_in_bundles(void **state)
{
    struct sx_cli *cli = *state;
    char line[] = "sexec -nqvvp2022 -4 host command";
    char *words[WORDS_MAX];

    assert_int_equal(parse(cli, line, words), 0);
    assert_true(cli->is_stdin_null);
    assert_true(cli->is_quiet);
    assert_int_equal(cli->verbosity, 2);
    assert_int_equal(sexec_get_ssh_port(cli->ssh), 2022);
    assert_setting(cli, "UseIPv6", "0");
    assert_string_equal(cli->words[0], "command");
}

static void test_long_options_take_either_form(void **state)
{
    struct sx_cli *cli = *state;
    char line[] = "sexec --policy=fips --module-dir /a/b --host-key-fingerprint=SHA256:one "
                  "--host-key-fingerprint SHA256:two host true";
    char *words[WORDS_MAX];

    assert_int_equal(parse(cli, line, words), 0);
    assert_setting(cli, "Policy", "fips");
    assert_setting(cli, "ProviderModuleDir", "/a/b");
    assert_setting(cli, "SSHAcceptServerHostKeyFingerPrint", "SHA256:one,SHA256:two");
}

static void test_keys_of_ssh_config_reach_their_settings(void **state)
{
    struct sx_cli *cli = *state;
    char line[] = "sexec -o port=77 -oMACs=hmac-sha2-256 -o KexAlgorithms=ecdh-sha2-nistp256 "
                  "-o RekeyLimit=16M -o ConnectTimeout=1m -o AddressFamily=inet6 "
                  "-o PreferredAuthentications=password host true";
    char *words[WORDS_MAX];

    assert_int_equal(parse(cli, line, words), 0);
    assert_int_equal(sexec_get_ssh_port(cli->ssh), 77);
    assert_setting(cli, "SSHMacAlgorithms", "hmac-sha2-256");
    assert_setting(cli, "SSHKeyExchangeAlgorithms", "ecdh-sha2-nistp256");
    assert_setting(cli, "KeyRenegotiationThreshold", "16777216");
    assert_setting(cli, "ConnectionTimeout", "60");
    assert_setting(cli, "UseIPv6", "1");
    assert_int_equal(sexec_get_ssh_auth_mode(cli->ssh), SEXEC_AM_PASSWORD);
    assert_true(cli->has_auth_mode);
}

static void test_kerberos_by_its_letters_and_keys(void **state)
{
    struct sx_cli *cli = *state;
    char first[] = "sexec -K host true";
    char second[] = "sexec -k -o GSSAPIServerIdentity=gate.example -o GSSAPITrustDns=yes "
                    "-o PreferredAuthentications=gssapi-keyex host true";
    char third[] = "sexec -o GSSAPIDelegateCredentials=yes -o GSSAPIServerIdentity=ssh/gate host "
                   "true";
    char *words[WORDS_MAX];

    assert_int_equal(parse(cli, first, words), 0);
    assert_int_equal(sexec_get_ssh_auth_mode(cli->ssh), SEXEC_AM_GSSAPI_WITH_MIC);
    assert_true(cli->has_auth_mode);
    assert_setting(cli, "KerberosDelegation", "True");
    assert_int_equal(parse(cli, second, words), 0);
    assert_int_equal(sexec_get_ssh_auth_mode(cli->ssh), SEXEC_AM_GSSAPI_KEYEX);
    assert_setting(cli, "KerberosDelegation", "False");
    assert_setting(cli, "KerberosSPN", "host/gate.example");
    assert_setting(cli, "KerberosCanonicalizeHost", "True");
    assert_int_equal(parse(cli, third, words), 0);
    assert_setting(cli, "KerberosDelegation", "True");
    assert_setting(cli, "KerberosSPN", "ssh/gate");
}

static void test_timeout_is_the_loops_and_the_logons(void **state)
{
    struct sx_cli *cli = *state;
    char line[] = "sexec --set timeout=9 host true";
    char *words[WORDS_MAX];

    assert_setting(cli, "ConnectionTimeout", "60");
    assert_int_equal(parse(cli, line, words), 0);
    assert_int_equal(cli->timeout, 9);
    assert_setting(cli, "ConnectionTimeout", "9");
}

static void test_own_logon_time_stays(void **state)
{
    struct sx_cli *cli = *state;
    char line[] = "sexec -o ConnectTimeout=5 --set timeout=9 host true";
    char *words[WORDS_MAX];

    assert_int_equal(parse(cli, line, words), 0);
    assert_int_equal(cli->timeout, 9);
    assert_setting(cli, "ConnectionTimeout", "5");
}

static void test_table_has_no_option_twice(void **state)
{
    const struct sx_cli_option *one = sx_cli_options;

    (void)state;
    for (; one->letter != '\0' || one->name != NULL; one++) {
        assert_non_null(one->take);
        for (const struct sx_cli_option *other = one + 1;
             other->letter != '\0' || other->name != NULL; other++) {
            assert_true(one->letter == '\0' || one->letter != other->letter);
            assert_true(one->name == NULL || other->name == NULL ||
                        strcmp(one->name, other->name) != 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_options_stand_before_and_after_the_host, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_letters_come_in_bundles, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_options_take_either_form, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_keys_of_ssh_config_reach_their_settings, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_kerberos_by_its_letters_and_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_timeout_is_the_loops_and_the_logons, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_own_logon_time_stays, set_up, tear_down),
        cmocka_unit_test(test_table_has_no_option_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
