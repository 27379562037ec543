/* Values of options as numbers: what ssh_config writes, and nothing that only looks like it. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cli/values.h"

static void assert_number(const char *text, long long expected)
{
    long long value = -7;

    assert_true(sx_cli_number(text, 0, LLONG_MAX, &value));
    assert_int_equal(value, expected);
}

static void refuse_number(const char *text, long long min, long long max)
{
    long long value = -7;

    assert_false(sx_cli_number(text, min, max, &value));
    assert_int_equal(value, -7); /* untouched */
}

static void test_number_takes_digits_in_range(void **state)
{
    (void)state;
    assert_number("0", 0);
    assert_number("22", 22);
    assert_number("0022", 22);
    assert_number("9223372036854775807", LLONG_MAX);
}

static void test_number_refuses_all_else(void **state)
{
    (void)state;
    refuse_number("", 0, 100);
    refuse_number(" 1", 0, 100);
    refuse_number("1 ", 0, 100);
    refuse_number("+1", 0, 100);
    refuse_number("-1", 0, 100);
    refuse_number("0x10", 0, 100);
    refuse_number("1.0", 0, 100);
    refuse_number("101", 0, 100);
    refuse_number("0", 1, 100);
    refuse_number("9223372036854775808", 0, LLONG_MAX);
    refuse_number("99999999999999999999999999", 0, LLONG_MAX);
}

static void assert_bytes(const char *text, long long expected)
{
    long long value = -7;

    assert_true(sx_cli_bytes(text, &value));
    assert_int_equal(value, expected);
}

static void refuse_bytes(const char *text)
{
    long long value = -7;

    assert_false(sx_cli_bytes(text, &value));
    assert_int_equal(value, -7);
}

static void test_bytes_take_one_unit(void **state)
{
    (void)state;
    assert_bytes("4096", 4096);
    assert_bytes("16K", 16 * 1024);
    assert_bytes("16k", 16 * 1024);
    assert_bytes("16M", 16 * 1024 * 1024);
    assert_bytes("1G", 1024LL * 1024 * 1024);
    assert_bytes("8589934591G", 8589934591LL * 1024 * 1024 * 1024);
    refuse_bytes("");
    refuse_bytes("K");
    refuse_bytes("1T");
    refuse_bytes("1KB");
    refuse_bytes("1 K");
    refuse_bytes("1K1");
    refuse_bytes("8589934592G"); /* 2^63 */
    refuse_bytes("-1K");
}

static void assert_seconds(const char *text, int expected)
{
    int value = -7;

    assert_true(sx_cli_seconds(text, &value));
    assert_int_equal(value, expected);
}

static void refuse_seconds(const char *text)
{
    int value = -7;

    assert_false(sx_cli_seconds(text, &value));
    assert_int_equal(value, -7);
}

static void test_seconds_take_units_one_after_another(void **state)
{
    (void)state;
    assert_seconds("600", 600);
    assert_seconds("10m", 600);
    assert_seconds("1h30m", 5400);
    assert_seconds("1H30M10", 5410);
    assert_seconds("1w1d", 691200);
    assert_seconds("2147483647", INT_MAX);
    refuse_seconds("");
    refuse_seconds("m");
    refuse_seconds("1y");
    refuse_seconds("1h ");
    refuse_seconds("1h-1m");
    refuse_seconds("2147483648");
    refuse_seconds("3551w"); /* more than an int of seconds */
    refuse_seconds("2147483647s1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number_takes_digits_in_range),
        cmocka_unit_test(test_number_refuses_all_else),
        cmocka_unit_test(test_bytes_take_one_unit),
        cmocka_unit_test(test_seconds_take_units_one_after_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
