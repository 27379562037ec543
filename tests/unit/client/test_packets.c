/* The packet methods of the public interface: chains of calls, texts and bytes, and errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <sexec/sexec.h>

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

/* What a handler does to sign on with a password: each result is the next call's input. */
static void test_a_packet_is_built_field_by_field(void **state)
{
    static const char *const fields[][2] = {
        { "b", "50" },       { "s", "joe" },   { "s", "ssh-connection" },
        { "s", "password" }, { "f", "false" }, { "s", "correct horse" },
    };
    const void *payload = NULL;
    size_t length = 0;
    const char *hex = NULL;

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        assert_int_equal(sexec_set_ssh_param(*state, payload, length, fields[i][0], fields[i][1],
                                             &payload, &length),
                         0);
    assert_int_equal(sexec_encode_packet(*state, payload, length, &hex), 0);
    assert_string_equal(hex, "32"
                             "000000036A6F65"
                             "0000000E7373682D636F6E6E656374696F6E"
                             "0000000870617373776F7264"
                             "00"
                             "0000000D636F727265637420686F727365");
}

static void test_a_packet_is_read_field_by_field(void **state)
{
    const void *payload = NULL;
    const void *bytes = NULL;
    size_t length = 0;
    const char *text = NULL;

    assert_int_equal(sexec_decode_packet(*state, "33000000127075626c69636b65792c70617373776f726401",
                                         &payload, &length),
                     0);
    assert_int_equal(length, 24);
    assert_int_equal(sexec_get_ssh_param(*state, payload, length, "%b", &text), 0);
    assert_string_equal(text, "51");
    assert_int_equal(sexec_get_ssh_param(*state, payload, length, "%b,s", &text), 0);
    assert_string_equal(text, "publickey,password");
    assert_int_equal(sexec_get_ssh_param(*state, payload, length, "%b,s,f", &text), 0);
    assert_string_equal(text, "true");
    assert_int_equal(sexec_get_ssh_param_bytes(*state, payload, length, "%b,s", &bytes, &length),
                     0);
    assert_int_equal(length, 18);
    assert_memory_equal(bytes, "publickey,password", 18);
}

static void test_bytes_with_zeros(void **state)
{
    static const uint8_t payload[] = { 0, 0, 0, 3, 'a', 0, 'b', 0, 0, 1, 2 };
    const void *bytes = NULL;
    size_t length = 0;
    const char *text = NULL;

    assert_int_equal(sexec_get_ssh_param(*state, payload, sizeof payload, "%s", &text),
                     SEXEC_SSH_PARAM);
    assert_non_null(strstr(sexec_get_last_error(*state), "_bytes"));
    assert_int_equal(
        sexec_get_ssh_param_bytes(*state, payload, sizeof payload, "%s", &bytes, &length), 0);
    assert_int_equal(length, 3);
    assert_memory_equal(bytes, "a\0b", 3);
    assert_int_equal(
        sexec_get_ssh_param_bytes(*state, payload, sizeof payload, "%s,i", &bytes, &length), 0);
    assert_int_equal(length, 4);
    assert_memory_equal(bytes, "\0\0\1\2", 4);
    assert_int_equal(sexec_get_ssh_param(*state, payload, sizeof payload, "%sb", &text), 0);
    assert_string_equal(text, "610062");
}

static void test_errors_have_a_code_and_no_value(void **state)
{
    const void *payload = "kept";
    size_t length = 4;
    const char *text = "kept";

    assert_int_equal(sexec_decode_packet(*state, "no hex: horse", &payload, &length),
                     SEXEC_SSH_PARAM);
    assert_null(strstr(sexec_get_last_error(*state), "horse"));
    assert_int_equal(sexec_decode_packet(*state, NULL, &payload, &length), SEXEC_SSH_PARAM);
    assert_int_equal(sexec_encode_packet(*state, NULL, 5, &text), SEXEC_SSH_PARAM);
    assert_int_equal(sexec_encode_packet(*state, "x", 33000, &text), SEXEC_SSH_PARAM);
    assert_int_equal(sexec_set_ssh_param(*state, NULL, 0, "i", "horse", &payload, &length),
                     SEXEC_SSH_PARAM);
    assert_null(strstr(sexec_get_last_error(*state), "horse"));
    assert_non_null(strstr(sexec_get_last_error(*state), "\"i\""));
    assert_int_equal(sexec_set_ssh_param(*state, NULL, 0, NULL, "1", &payload, &length),
                     SEXEC_SSH_PARAM);
    assert_int_equal(sexec_set_ssh_param(*state, NULL, 0, "s", NULL, &payload, &length),
                     SEXEC_SSH_PARAM);
    assert_int_equal(sexec_get_ssh_param(*state, "\1", 1, "%s", &text), SEXEC_SSH_PARAM);
    assert_int_equal(sexec_get_ssh_param(*state, "\1", 1, "Color", &text), SEXEC_SSH_PARAM);
    assert_non_null(strstr(sexec_get_last_error(*state), "Color"));
    assert_int_equal(sexec_get_ssh_param(*state, NULL, 1, "%b", &text), SEXEC_SSH_PARAM);
    assert_int_equal(sexec_get_ssh_param_bytes(*state, "\1", 1, NULL, &payload, &length),
                     SEXEC_SSH_PARAM);
    assert_string_equal(text, "kept");
    assert_string_equal(payload, "kept");
    assert_int_equal(length, 4);
}

static void test_an_empty_packet_is_one(void **state)
{
    const void *payload = "x";
    size_t length = 9;
    const char *text = NULL;

    assert_int_equal(sexec_encode_packet(*state, NULL, 0, &text), 0);
    assert_string_equal(text, "");
    assert_int_equal(sexec_decode_packet(*state, "", &payload, &length), 0);
    assert_int_equal(length, 0);
}

static void test_custom_authentication_wants_a_handler(void **state)
{
    assert_int_equal(sexec_set_ssh_auth_mode(*state, SEXEC_AM_CUSTOM), 0);
    assert_int_equal(sexec_ssh_logon(*state, "127.0.0.1", 1), SEXEC_AUTHENTICATION);
    assert_non_null(strstr(sexec_get_last_error(*state), "on_ssh_custom_auth"));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_a_packet_is_built_field_by_field),
        CASE(test_a_packet_is_read_field_by_field),
        CASE(test_bytes_with_zeros),
        CASE(test_errors_have_a_code_and_no_value),
        CASE(test_an_empty_packet_is_one),
        CASE(test_custom_authentication_wants_a_handler),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
