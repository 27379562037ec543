/* How log collectors are named: four forms, their parts, and what is wrong with others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/syslog_target.h"

static void test_local_forms(void **state)
{
    struct sx_syslog_target target;

    (void)state;
    assert_int_equal(sx_syslog_target_read("local", NULL, &target), SX_OK);
    assert_int_equal(target.kind, SX_SYSLOG_LOCAL);
    assert_string_equal(target.path, "/dev/log");
    assert_int_equal(sx_syslog_target_read("/run/other", NULL, &target), SX_OK);
    assert_string_equal(target.path, "/run/other");
}

static void test_tcp_takes_the_last_colon(void **state)
{
    struct sx_syslog_target target;

    (void)state;
    assert_int_equal(sx_syslog_target_read("tcp:logs.example:514", NULL, &target), SX_OK);
    assert_int_equal(target.kind, SX_SYSLOG_TCP);
    assert_string_equal(target.host, "logs.example");
    assert_string_equal(target.port, "514");
    assert_int_equal(sx_syslog_target_read("tcp:[2001:db8::1]:514", NULL, &target), SX_OK);
    assert_string_equal(target.host, "2001:db8::1");
    assert_string_equal(target.port, "514");
}

static void test_tls_has_files_and_a_name(void **state)
{
    struct sx_syslog_target target;

    (void)state;
    assert_int_equal(sx_syslog_target_read("tls://h:6514?ca=/a", NULL, &target), SX_OK);
    assert_int_equal(target.kind, SX_SYSLOG_TLS);
    assert_string_equal(target.name, "h"); /* the host, when nothing else is said */
    assert_string_equal(target.ca, "/a");
    assert_null(target.cert);
    sx_syslog_target_clear(&target);
    assert_int_equal(
        sx_syslog_target_read("tls://[::1]:6514?name=n&key=/k&ca=/a&cert=/c&crl=/r", NULL, &target),
        SX_OK);
    assert_string_equal(target.host, "::1");
    assert_string_equal(target.name, "n");
    assert_string_equal(target.cert, "/c");
    assert_string_equal(target.key, "/k");
    assert_string_equal(target.crl, "/r");
    sx_syslog_target_clear(&target);
}

static void test_others_are_refused_with_a_reason(void **state)
{
    static const char *const bad[] = { "",
                                       "here",
                                       "udp:h:1",
                                       "tcp:",
                                       "tcp:h",
                                       "tcp::514",
                                       "tcp:h:",
                                       "tcp:h:12345678",
                                       "tls:h:1?ca=/a",
                                       "tls://h:1",
                                       "tls://h:1?",
                                       "tls://h?ca=/a",
                                       "tls://:1?ca=/a",
                                       "tls://h:1?ca=a",
                                       "tls://h:1?ca=",
                                       "tls://h:1?ca=/a&ca=/b",
                                       "tls://h:1?ca=/a&name=",
                                       "tls://h:1?ca=/a&cert=/b",
                                       "tls://h:1?ca=/a&key=/b",
                                       "tls://h:1?ca=/a&verify=no" };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct sx_syslog_target target;
        struct sx_fault fault = { 0 };

        assert_int_equal(sx_syslog_target_read(bad[i], &fault, &target), SX_ERR_ARGUMENT);
        assert_non_null(strstr(fault.text, "tls://HOST:PORT"));
    }
}

static void test_lengths_are_bounded(void **state)
{
    char text[SX_SYSLOG_TARGET_MAX + 2];
    struct sx_syslog_target target;

    (void)state;
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    text[0] = '/';
    assert_int_equal(sx_syslog_target_read(text, NULL, &target), SX_ERR_ARGUMENT);
    text[108] = '\0';
    assert_int_equal(sx_syslog_target_read(text, NULL, &target), SX_ERR_ARGUMENT);
    text[107] = '\0';
    assert_int_equal(sx_syslog_target_read(text, NULL, &target), SX_OK);
    memcpy(text, "tcp:", 4);
    memset(text + 4, 'h', SX_SYSLOG_HOST_MAX);
    memcpy(text + 4 + SX_SYSLOG_HOST_MAX, ":1", 3);
    assert_int_equal(sx_syslog_target_read(text, NULL, &target), SX_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_local_forms),
        cmocka_unit_test(test_tcp_takes_the_last_colon),
        cmocka_unit_test(test_tls_has_files_and_a_name),
        cmocka_unit_test(test_others_are_refused_with_a_reason),
        cmocka_unit_test(test_lengths_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
