/* Properties and methods of an object that is not connected. */
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

static void test_defaults(void **state)
{
    const struct sexec *ssh = *state;
    size_t length = 99;

    assert_string_equal(sexec_get_ssh_host(ssh), "");
    assert_int_equal(sexec_get_ssh_port(ssh), 22);
    assert_string_equal(sexec_get_ssh_user(ssh), "");
    assert_string_equal(sexec_get_ssh_password(ssh), "");
    assert_int_equal(sexec_get_ssh_auth_mode(ssh), 2);
    assert_memory_equal(sexec_get_ssh_cert_store(ssh, &length), "MY", 2);
    assert_int_equal(length, 2);
    assert_int_equal(sexec_get_ssh_cert_store_type(ssh), 0);
    assert_string_equal(sexec_get_local_host(ssh), "");
    assert_int_equal(sexec_get_local_port(ssh), 0);
    assert_int_equal(sexec_get_timeout(ssh), 60);
    assert_false(sexec_get_connected(ssh));
    assert_string_equal(sexec_get_command(ssh), "");
    assert_int_equal(sexec_get_exit_status(ssh), 0);
    assert_string_equal(sexec_get_error_message(ssh), "");
    assert_int_equal(sexec_get_result(ssh), SEXEC_RESULT_NONE);
    assert_false(sexec_get_may_still_run(ssh));
    assert_false(sexec_is_busy(ssh));
}

static void test_ports_are_checked(void **state)
{
    assert_int_equal(sexec_set_ssh_port(*state, 0), 116);
    assert_int_equal(sexec_set_ssh_port(*state, -1), SEXEC_INVALID_ARGUMENT);
    assert_int_equal(sexec_set_ssh_port(*state, 65536), SEXEC_INVALID_ARGUMENT);
    assert_int_equal(sexec_set_local_port(*state, 65536), SEXEC_INVALID_ARGUMENT);
    assert_int_equal(sexec_get_ssh_port(*state), 22);
    assert_int_equal(sexec_set_timeout(*state, -1), SEXEC_INVALID_ARGUMENT);
}

static void test_bytes_keep_their_nul(void **state)
{
    static const char store[] = { 'a', 0, 'b', 0 };
    size_t length;

    assert_int_equal(sexec_set_ssh_cert_store(*state, store, sizeof store), 0);
    assert_memory_equal(sexec_get_ssh_cert_store(*state, &length), store, sizeof store);
    assert_int_equal(length, sizeof store);
    assert_int_equal(sexec_set_ssh_cert_store(*state, NULL, 0), 0);
    assert_non_null(sexec_get_ssh_cert_store(*state, &length));
    assert_int_equal(length, 0);
}

static void test_null_counts_as_empty(void **state)
{
    assert_int_equal(sexec_set_ssh_user(*state, NULL), 0);
    assert_string_equal(sexec_get_ssh_user(*state), "");
    assert_int_equal(sexec_set_ssh_password(*state, NULL), 0);
    assert_string_equal(sexec_get_ssh_password(*state), "");
}

static void test_unavailable_modes_are_refused(void **state)
{
    assert_int_equal(sexec_set_ssh_auth_mode(*state, 8), SEXEC_INVALID_ARGUMENT);
    assert_int_equal(sexec_set_ssh_cert_store_type(*state, 20), SEXEC_INVALID_ARGUMENT);
    assert_int_equal(sexec_get_ssh_auth_mode(*state), 2);
}

static void test_methods_need_what_they_need(void **state)
{
    assert_int_equal(sexec_send(*state, "x", 1), SEXEC_NOT_CONNECTED);
    assert_int_equal(sexec_send_signal(*state, "TERM"), SEXEC_NOT_CONNECTED);
    assert_int_equal(sexec_ssh_logoff(*state), 0);
    assert_int_equal(sexec_execute(*state, ""), SEXEC_INVALID_ARGUMENT);
    assert_int_equal(sexec_execute(*state, NULL), SEXEC_INVALID_ARGUMENT);
    assert_int_equal(sexec_execute(*state, "true"), SEXEC_INVALID_ARGUMENT); /* no host */
    assert_non_null(strstr(sexec_get_last_error(*state), "ssh_host"));
    assert_int_equal(sexec_do_events(*state), 0);
    sexec_interrupt(*state);
    assert_int_equal(sexec_release_output(*state, 10), 0);
}

static void test_refused_connection_has_the_references_number(void **state)
{
    /* Port 1 of loopback: nothing listens there in a test machine; 10061 is connection refused. */
    assert_int_equal(sexec_set_ssh_user(*state, "u"), 0);
    assert_int_equal(sexec_ssh_logon(*state, "127.0.0.1", 1), 10061);
    assert_false(sexec_get_connected(*state));
    assert_non_null(strstr(sexec_get_last_error(*state), "127.0.0.1"));
}

static void test_unknown_host_has_the_references_number(void **state)
{
    int code;

    assert_int_equal(sexec_set_ssh_user(*state, "u"), 0);
    code = sexec_ssh_logon(*state, "no-such-host.invalid", 22);
    assert_true(code >= 11001 && code <= 11004);
    assert_non_null(strstr(sexec_get_last_error(*state), "no-such-host.invalid"));
}

static void test_missing_stdin_file_starts_nothing(void **state)
{
    assert_int_equal(sexec_set_ssh_host(*state, "127.0.0.1"), 0);
    assert_int_equal(sexec_set_ssh_user(*state, "u"), 0);
    assert_int_equal(sexec_config(*state, "StdInFile=/nonexistent/file", NULL), 0);
    assert_int_equal(sexec_execute(*state, "cat"), SEXEC_FILE);
}

static void test_texts_of_codes(void **state)
{
    (void)state;
    assert_string_equal(sexec_error_text(0), "OK");
    assert_string_equal(sexec_error_text(1003), "Cannot negotiate algorithms.");
    assert_string_equal(sexec_error_text(10061), "[10061] Connection refused.");
    assert_string_equal(sexec_error_text(-5), "Unknown error.");
    for (int code = SEXEC_EXITED_NON_ZERO; code <= SEXEC_RANDOM; code++)
        assert_string_not_equal(sexec_error_text(code), "Unknown error.");
    for (int code = SEXEC_AGENT; code <= SEXEC_FIREWALL_ANSWER; code++)
        assert_string_not_equal(sexec_error_text(code), "Unknown error.");
}

static void test_free_of_null_is_nothing(void **state)
{
    (void)state;
    sexec_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_defaults, make, drop),
        cmocka_unit_test_setup_teardown(test_ports_are_checked, make, drop),
        cmocka_unit_test_setup_teardown(test_bytes_keep_their_nul, make, drop),
        cmocka_unit_test_setup_teardown(test_null_counts_as_empty, make, drop),
        cmocka_unit_test_setup_teardown(test_unavailable_modes_are_refused, make, drop),
        cmocka_unit_test_setup_teardown(test_methods_need_what_they_need, make, drop),
        cmocka_unit_test_setup_teardown(test_refused_connection_has_the_references_number, make,
                                        drop),
        cmocka_unit_test_setup_teardown(test_unknown_host_has_the_references_number, make, drop),
        cmocka_unit_test_setup_teardown(test_missing_stdin_file_starts_nothing, make, drop),
        cmocka_unit_test(test_texts_of_codes),
        cmocka_unit_test(test_free_of_null_is_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
