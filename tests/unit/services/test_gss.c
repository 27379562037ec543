/* Kerberos without a KDC: how the server's principal is named, and what is said when there is
 * nothing to authenticate with. With KDCs: tests/interop/test_kerberos*.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "services/gss.h"

static char folder[] = "/tmp/sexec-gss-XXXXXX";
static char config_path[64];

static void write_config(const char *text)
{
    FILE *file = fopen(config_path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* A realm whose KDC nobody runs. */
static const char good_config[] = "[libdefaults]\n"
                                  "    default_realm = HOME.TEST\n"
                                  "    dns_lookup_kdc = false\n"
                                  "    dns_lookup_realm = false\n"
                                  "[realms]\n"
                                  "    HOME.TEST = {\n"
                                  "        kdc = 127.0.0.1:1\n"
                                  "    }\n"
                                  "[domain_realm]\n"
                                  "    .far.test = FAR.TEST\n";

static int make_world(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(config_path, sizeof config_path, "%s/krb5.conf", folder);
    write_config(good_config);
    return setenv("KRB5_CONFIG", config_path, 1) |
           setenv("KRB5CCNAME", "FILE:/nonexistent/cache", 1) |
           setenv("KRB5_CLIENT_KTNAME", "FILE:/nonexistent/keytab", 1);
}

static int clear_world(void **state)
{
    (void)state;
    return unlink(config_path) | rmdir(folder);
}

static struct sx_gss_config no_settings(const char *host)
{
    return (struct sx_gss_config){
        .host = host, .spn = "", .realm = "", .user = "joe", .keytab = "", .cache = ""
    };
}

/* One request; the text of what came. */
static const char *serve(const struct sx_gss_config *config, enum sx_gss_action action,
                         struct sx_gss_facts *facts)
{
    static struct sx_gss_reply reply;
    const struct sx_event_gss request = { .action = action, .context = SX_GSS_CONTEXT_AUTH };
    struct sx_fault fault = { .err = SX_OK };
    struct sx_gss *gss = NULL;

    if (sx_gss_new(config, &fault, &gss) != SX_OK)
        fail_msg("no Kerberos: %s", fault.text);
    sx_gss_reply_init(&reply);
    sx_gss_serve(gss, &request, &reply);
    assert_int_equal(reply.err, SX_ERR_AUTH_SERVICE);
    assert_false(reply.is_complete);
    if (facts != NULL)
        *facts = *sx_gss_get_facts(gss);
    sx_gss_reply_clear(&reply);
    sx_gss_free(gss);
    return reply.fault.text;
}

static void check_server(const char *host, const char *spn, const char *realm, const char *expected)
{
    struct sx_gss_config config = no_settings(host);
    struct sx_gss_facts facts;

    config.spn = spn;
    config.realm = realm;
    (void)serve(&config, SX_GSS_BEGIN, &facts);
    assert_string_equal(facts.server, expected);
}

/* RFC 4462 section 3.4, less DNS: the name that the user gave, in lower case. */
static void test_server_is_named_as_the_user_names_it(void **state)
{
    (void)state;
    check_server("Server.Example", "", "", "host/server.example@");
    check_server("server.example.", "", "", "host/server.example@");
    check_server("127.0.0.1", "", "", "host/127.0.0.1@");
    check_server("a.far.test", "", "", "host/a.far.test@FAR.TEST");
    check_server("a.far.test", "", "HOME.TEST", "host/a.far.test@HOME.TEST");
    check_server("localhost", "", "", "host/localhost@");
}

static void test_name_that_is_set_by_hand_counts(void **state)
{
    (void)state;
    check_server("server", "host/b.far.test", "", "host/b.far.test@FAR.TEST");
    check_server("server", "ssh/other@ELSE.TEST", "HOME.TEST", "ssh/other@ELSE.TEST");
    check_server("server", "host/other", "HOME.TEST", "host/other@HOME.TEST");
}

static void test_no_ticket_says_what_to_do(void **state)
{
    struct sx_gss_config config = no_settings("server");
    const char *text = serve(&config, SX_GSS_BEGIN, NULL);

    (void)state;
    assert_non_null(strstr(text, "there is no ticket"));
    assert_non_null(strstr(text, "kinit"));
    assert_non_null(strstr(text, "/nonexistent/cache"));
}

static void test_cache_and_keytab_that_are_not_there_are_named(void **state)
{
    struct sx_gss_config config = no_settings("server");

    (void)state;
    config.cache = "FILE:/nonexistent/mine";
    assert_non_null(strstr(serve(&config, SX_GSS_BEGIN, NULL), "credential cache"));
    config.cache = "NOSUCH:thing";
    assert_non_null(strstr(serve(&config, SX_GSS_BEGIN, NULL), "credential cache"));
    config.keytab = "/nonexistent/keys";
    assert_non_null(strstr(serve(&config, SX_GSS_BEGIN, NULL), "/nonexistent/keys"));
}

static void test_password_needs_a_kdc_and_is_never_told(void **state)
{
    struct sx_gss_config config = no_settings("server");
    const char *text;

    (void)state;
    config.password = sx_slice_text("sentinel 5561");
    text = serve(&config, SX_GSS_BEGIN, NULL);
    assert_non_null(strstr(text, "no KDC of the realm answers"));
    assert_null(strstr(text, "sentinel"));
    config.realm = "NOWHERE.TEST";
    text = serve(&config, SX_GSS_BEGIN, NULL);
    assert_non_null(strstr(text, "NOWHERE.TEST"));
}

static void test_nothing_comes_before_a_context_begins(void **state)
{
    static const enum sx_gss_action actions[] = { SX_GSS_STEP, SX_GSS_GET_MIC, SX_GSS_VERIFY_MIC };
    struct sx_gss_config config = no_settings("server");

    (void)state;
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        assert_non_null(strstr(serve(&config, actions[i], NULL), "out of order"));
}

static void test_bad_configuration_is_told(void **state)
{
    struct sx_gss_config config = no_settings("server");
    struct sx_fault fault = { .err = SX_OK };
    struct sx_gss *gss = NULL;

    (void)state;
    write_config("[libdefaults\n");
    assert_int_equal(sx_gss_new(&config, &fault, &gss), SX_ERR_AUTH_SERVICE);
    assert_null(gss);
    assert_non_null(strstr(fault.text, "configuration"));
    write_config(good_config);
    sx_gss_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_server_is_named_as_the_user_names_it),
        cmocka_unit_test(test_name_that_is_set_by_hand_counts),
        cmocka_unit_test(test_no_ticket_says_what_to_do),
        cmocka_unit_test(test_cache_and_keytab_that_are_not_there_are_named),
        cmocka_unit_test(test_password_needs_a_kdc_and_is_never_told),
        cmocka_unit_test(test_nothing_comes_before_a_context_begins),
        cmocka_unit_test(test_bad_configuration_is_told),
    };

    return cmocka_run_group_tests_name("services/gss", tests, make_world, clear_world);
}
