/* Reading audit lines: exactly what is written is taken, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "audit/line.h"

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define GOOD                                                                                       \
    "{\"v\":1,\"seq\":5,\"type\":\"x\",\"a\":\"b\",\"prev\":\"" HASH "\",\"tag\":\"" HASH "\"}"

static enum sx_err read_text(const char *text, struct sx_audit_line *line)
{
    return sx_audit_line_read(sx_slice_text(text), line);
}

static void test_a_line_is_taken_apart(void **state)
{
    struct sx_audit_line line;
    char text[16];

    (void)state;
    assert_int_equal(read_text(GOOD, &line), SX_OK);
    assert_int_equal(line.count, 6);
    assert_int_equal(line.sequence, 5);
    assert_true(line.has_previous);
    assert_int_equal(line.previous[1], 0x11);
    assert_int_equal(line.tag[31], 0xff);
    assert_int_equal(line.sealed.len, strlen(GOOD) - 74);
    assert_string_equal(sx_audit_member_text(sx_audit_line_find(&line, "a"), text, sizeof text),
                        "b");
    assert_null(sx_audit_line_find(&line, "A"));
    assert_string_equal(sx_audit_member_text(NULL, text, sizeof text), "");
}

static void test_what_is_no_line_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "{}",
        "[]",
        "null",
        " " GOOD,
        GOOD " ",
        GOOD "\n",
        GOOD GOOD,
        "{\"v\":2,\"seq\":5,\"type\":\"x\",\"prev\":null,\"tag\":\"" HASH "\"}",
        "{\"v\":1,\"type\":\"x\",\"a\":1,\"prev\":null,\"tag\":\"" HASH "\"}",
        "{\"seq\":1,\"v\":1,\"type\":\"x\",\"prev\":null,\"tag\":\"" HASH "\"}",
        "{\"v\":1,\"seq\":\"5\",\"type\":\"x\",\"prev\":null,\"tag\":\"" HASH "\"}",
        "{\"v\":1,\"seq\":05,\"type\":\"x\",\"prev\":null,\"tag\":\"" HASH "\"}",
        "{\"v\":1,\"seq\":-5,\"type\":\"x\",\"prev\":null,\"tag\":\"" HASH "\"}",
        "{\"v\":1,\"seq\":5.0,\"type\":\"x\",\"prev\":null,\"tag\":\"" HASH "\"}",
        "{\"v\":1,\"seq\":5e1,\"type\":\"x\",\"prev\":null,\"tag\":\"" HASH "\"}",
        "{\"v\":1,\"seq\":9007199254740992,\"type\":\"x\",\"prev\":null,\"tag\":\"" HASH "\"}",
        "{\"v\":1,\"seq\":5,\"type\":\"x\",\"prev\":\"00\",\"tag\":\"" HASH "\"}",
        "{\"v\":1,\"seq\":5,\"type\":\"x\",\"prev\":0,\"tag\":\"" HASH "\"}",
        "{\"v\":1,\"seq\":5,\"type\":\"x\",\"prev\":null,\"tag\":null}",
        "{\"v\":1,\"seq\":5,\"type\":\"x\",\"prev\":null,\"tag\":\"00\"}",
        "{\"v\":1,\"seq\":5,\"type\":\"x\",\"tag\":\"" HASH "\",\"prev\":null}",
        "{\"v\":1,\"seq\":5,\"seq\":5,\"type\":\"x\",\"prev\":null,\"tag\":\"" HASH "\"}",
        "{\"v\":1,\"seq\":5,\"type\":\"\\n\",\"prev\":null,\"tag\":\"" HASH "\"}",
        "{\"v\":1,\"seq\":5,\"type\":\"\\u0041\",\"prev\":null,\"tag\":\"" HASH "\"}",
        "{\"v\":1,\"seq\":5,\"type\":\"\x01\",\"prev\":null,\"tag\":\"" HASH "\"}",
        "{\"v\":1,\"seq\":5,\"type\":\"\x7f\",\"prev\":null,\"tag\":\"" HASH "\"}",
        "{\"v\":1,\"seq\":5,\"type\":\"\xc0\x80\",\"prev\":null,\"tag\":\"" HASH "\"}",
        "{\"v\":1,\"seq\":5,\"type\":\"\xc2\x85\",\"prev\":null,\"tag\":\"" HASH "\"}",
        "{\"v\":1,\"seq\":5,\"type\":\"\xed\xa0\x80\",\"prev\":null,\"tag\":\"" HASH "\"}",
        "{\"v\":1,\"seq\":5,\"type\":\"\xf4\x90\x80\x80\",\"prev\":null,\"tag\":\"" HASH "\"}",
        "{\"v\":1,\"seq\":5,\"type\":{},\"prev\":null,\"tag\":\"" HASH "\"}",
        "{\"v\":1,\"seq\":5,\"type\":[1],\"prev\":null,\"tag\":\"" HASH "\"}",
        "{\"v\":1, \"seq\":5,\"type\":\"x\",\"prev\":null,\"tag\":\"" HASH "\"}",
        "{\"v\":1,\"seq\":5,\"type\":True,\"prev\":null,\"tag\":\"" HASH "\"}",
        "{,\"v\":1,\"seq\":5,\"type\":\"x\",\"prev\":null,\"tag\":\"" HASH "\"}",
        "{\"v\":1,\"seq\":5,\"type\":\"x\",\"prev\":null,\"tag\":\"" HASH "\",}",
    };
    struct sx_audit_line line;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (read_text(bad[i], &line) != SX_ERR_AUDIT)
            fail_msg("taken: %s", bad[i]);
}

static void test_every_cut_and_every_upper_case_digit_is_refused(void **state)
{
    struct sx_audit_line line;
    char upper[] = GOOD;

    (void)state;
    for (size_t n = 0; n < strlen(GOOD); n++)
        assert_int_equal(sx_audit_line_read(sx_slice_of(GOOD, n), &line), SX_ERR_AUDIT);
    *strrchr(upper, 'f') = 'F';
    assert_int_equal(read_text(upper, &line), SX_ERR_AUDIT);
}

static void test_members_are_bounded(void **state)
{
    char text[2048] = "{\"v\":1,\"seq\":1";
    struct sx_audit_line line;

    (void)state;
    for (unsigned i = 0; i < SX_AUDIT_MEMBERS_MAX - 4; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), ",\"m%u\":%u", i, i);
    (void)snprintf(text + strlen(text), sizeof text - strlen(text),
                   ",\"prev\":null,\"tag\":\"%s\"}", HASH);
    assert_int_equal(read_text(text, &line), SX_OK);
    assert_false(line.has_previous);
    (void)snprintf(strstr(text, ",\"prev\""), sizeof text / 4,
                   ",\"more\":1,\"prev\":null,\"tag\":\"%s\"}", HASH);
    assert_int_equal(read_text(text, &line), SX_ERR_AUDIT);
}

static void test_texts_come_back_and_are_cut_between_characters(void **state)
{
    struct sx_audit_line line;
    char text[8];

    (void)state;
    assert_int_equal(sx_audit_members_read(sx_slice_text("{\"a\":\"\\\"\\\\x1b\"}"), &line), SX_OK);
    assert_string_equal(sx_audit_member_text(&line.members[0], text, sizeof text), "\"\\x1b");
    assert_int_equal(
        sx_audit_members_read(sx_slice_text("{\"a\":\"12345\xc3\xa9\xc3\xa9\"}"), &line), SX_OK);
    assert_string_equal(sx_audit_member_text(&line.members[0], text, sizeof text), "12345\xc3\xa9");
    assert_string_equal(sx_audit_member_text(&line.members[0], text, 7), "12345");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_is_taken_apart),
        cmocka_unit_test(test_what_is_no_line_is_refused),
        cmocka_unit_test(test_every_cut_and_every_upper_case_digit_is_refused),
        cmocka_unit_test(test_members_are_bounded),
        cmocka_unit_test(test_texts_come_back_and_are_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
