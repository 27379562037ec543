/* Log lines: typed fields, nothing from a peer that could pass for ours, and no secret. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"

struct capture {
    char line[SX_LOG_LINE_MAX + 1];
    enum sx_log_level level;
    unsigned count;
};

static void capture_write(void *ctx, enum sx_log_level level, const char *line)
{
    struct capture *capture = ctx;

    assert_true(strlen(line) < SX_LOG_LINE_MAX);
    memcpy(capture->line, line, strlen(line) + 1);
    capture->level = level;
    capture->count++;
}

static struct sx_log log_into(struct capture *capture, enum sx_log_level level)
{
    struct sx_log log = { level, false, capture_write, capture, { NULL, NULL } };

    memset(capture, 0, sizeof *capture);
    return log;
}

static void test_line_shows_each_kind_of_field(void **state)
{
    struct capture capture;
    struct sx_log log = log_into(&capture, SX_LOG_DEBUG);

    (void)state;
    SX_LOG(&log, SX_LOG_VERBOSE, "key exchange", SX_PUBLIC("kex", "ecdh-sha2-nistp256"),
           SX_PEER("version", sx_slice_text("SSH-2.0-x")),
           SX_NUMBER("bytes", 18446744073709551615U),
           SX_SECRET("password", sx_slice_text("hunter2")));
    assert_string_equal(capture.line, "key exchange kex=ecdh-sha2-nistp256 version=\"SSH-2.0-x\" "
                                      "bytes=18446744073709551615 password=****(7)");
    assert_int_equal(capture.level, SX_LOG_VERBOSE);
    assert_int_equal(capture.count, 1);
}

static void test_line_without_fields_is_its_text(void **state)
{
    struct capture capture;
    struct sx_log log = log_into(&capture, SX_LOG_INFO);

    (void)state;
    sx_log_write(&log, SX_LOG_INFO, "connected", NULL, 0);
    assert_string_equal(capture.line, "connected");
}

static void test_level_decides_what_is_written(void **state)
{
    struct capture capture;
    struct sx_log log = log_into(&capture, SX_LOG_VERBOSE);

    (void)state;
    SX_LOG(&log, SX_LOG_DEBUG, "x", SX_NUMBER("n", 1));
    sx_log_write(&log, SX_LOG_DEBUG, "x", NULL, 0);
    sx_log_write(&log, SX_LOG_NONE, "x", NULL, 0);
    assert_int_equal(capture.count, 0);
    SX_LOG(&log, SX_LOG_VERBOSE, "x", SX_NUMBER("n", 1));
    SX_LOG(&log, SX_LOG_INFO, "x", SX_NUMBER("n", 1));
    assert_int_equal(capture.count, 2);

    log.level = SX_LOG_NONE;
    SX_LOG(&log, SX_LOG_INFO, "x", SX_NUMBER("n", 1));
    assert_int_equal(capture.count, 2);
}

static struct sx_slice counted(unsigned *calls)
{
    (*calls)++;
    return sx_slice_text("x");
}

static void test_fields_of_a_line_that_is_off_are_not_made(void **state)
{
    struct capture capture;
    struct sx_log log = log_into(&capture, SX_LOG_INFO);
    unsigned calls = 0;

    (void)state;
    SX_LOG(&log, SX_LOG_DEBUG, "x", SX_PEER("f", counted(&calls)));
    assert_int_equal(calls, 0);
    SX_LOG(&log, SX_LOG_INFO, "x", SX_PEER("f", counted(&calls)));
    assert_int_equal(calls, 1);
}

static void test_log_may_be_absent(void **state)
{
    struct sx_log silent = { SX_LOG_DEBUG, false, NULL, NULL, { NULL, NULL } };

    (void)state;
    assert_false(sx_log_is_on(NULL, SX_LOG_INFO));
    assert_false(sx_log_is_on(&silent, SX_LOG_INFO));
    sx_log_write(NULL, SX_LOG_INFO, "x", NULL, 0);
    sx_log_write(&silent, SX_LOG_INFO, "x", NULL, 0);
    SX_LOG((const struct sx_log *)NULL, SX_LOG_INFO, "x", SX_NUMBER("n", 1));
}

static void test_peer_text_cannot_pass_for_a_line_or_a_field(void **state)
{
    struct capture capture;
    struct sx_log log = log_into(&capture, SX_LOG_INFO);

    (void)state;
    SX_LOG(&log, SX_LOG_INFO, "banner",
           SX_PEER("text", sx_slice_text("hi\nlogged on user=\"root\" \x1b[0m\\")));
    assert_string_equal(capture.line, "banner text=\"hi\\x0alogged on user=\\x22root\\x22 "
                                      "\\x1b[0m\\\\\"");
}

static void test_peer_text_is_capped(void **state)
{
    struct capture capture;
    struct sx_log log = log_into(&capture, SX_LOG_INFO);
    char text[2000];

    (void)state;
    memset(text, 'a', sizeof text);
    SX_LOG(&log, SX_LOG_INFO, "x", SX_PEER("one", sx_slice_of(text, sizeof text)),
           SX_NUMBER("two", 2));
    assert_true(strlen(capture.line) < SX_LOG_TEXT_MAX + 32);
    assert_non_null(strstr(capture.line, "aaa...\" two=2"));
}

static void test_public_text_stays_on_its_line(void **state)
{
    struct capture capture;
    struct sx_log log = log_into(&capture, SX_LOG_INFO);

    (void)state;
    SX_LOG(&log, SX_LOG_INFO, "x", SX_PUBLIC("path", "a\nb"), SX_PUBLIC("none", NULL));
    assert_string_equal(capture.line, "x path=a\\x0ab none=");
}

static void test_secret_never_shows_while_masked(void **state)
{
    static const char sentinel[] = "s3ntinel-S3CRET";
    struct capture capture;
    struct sx_log log = log_into(&capture, SX_LOG_DEBUG);

    (void)state;
    for (int level = SX_LOG_INFO; level <= SX_LOG_DEBUG; level++) {
        SX_LOG(&log, (enum sx_log_level)level, "try", SX_SECRET("a", sx_slice_text(sentinel)),
               SX_SECRET("b", SX_SLICE_NONE));
        assert_string_equal(capture.line, "try a=****(15) b=****(0)");
    }
}

static void test_secret_shows_when_unmasked(void **state)
{
    struct capture capture;
    struct sx_log log = log_into(&capture, SX_LOG_INFO);

    (void)state;
    log.is_unmasked = true;
    SX_LOG(&log, SX_LOG_INFO, "try", SX_SECRET("a", sx_slice_text("hunter2\n")));
    assert_string_equal(capture.line, "try a=\"hunter2\\x0a\"");
}

static void test_command_shows_without_its_secrets(void **state)
{
    struct capture capture;
    struct sx_log log = log_into(&capture, SX_LOG_INFO);
    const struct sx_slice command = sx_slice_text("a --pin=1234 \"x\"\n; PASSWORD=geheim b");

    (void)state;
    SX_LOG(&log, SX_LOG_INFO, "run", SX_COMMAND("command", command));
    assert_string_equal(capture.line,
                        "run command=\"a --pin=1234 \\x22x\\x22\\x0a; PASSWORD=**** b\"");
    log.mask.names = "p?n";
    SX_LOG(&log, SX_LOG_INFO, "run", SX_COMMAND("command", command));
    assert_string_equal(capture.line,
                        "run command=\"a --pin=**** \\x22x\\x22\\x0a; PASSWORD=**** b\"");
    log.is_unmasked = true;
    SX_LOG(&log, SX_LOG_INFO, "run", SX_COMMAND("command", command));
    assert_non_null(strstr(capture.line, "PASSWORD=geheim"));
}

static void test_data_shows_in_hex_and_is_capped(void **state)
{
    struct capture capture;
    struct sx_log log = log_into(&capture, SX_LOG_INFO);
    uint8_t bytes[SX_LOG_DATA_MAX + 1] = { 0x00, 0xff };
    char expected[8 + 2 * SX_LOG_DATA_MAX + 1] = "x d=00ff";

    (void)state;
    memset(expected + 8, '0', sizeof expected - 9);
    expected[4 + 2 * SX_LOG_DATA_MAX] = '\0';
    SX_LOG(&log, SX_LOG_INFO, "x", SX_DATA("d", sx_slice_of(bytes, SX_LOG_DATA_MAX)));
    assert_string_equal(capture.line, expected);
    SX_LOG(&log, SX_LOG_INFO, "x", SX_DATA("d", sx_slice_of(bytes, sizeof bytes)));
    assert_memory_equal(capture.line, expected, strlen(expected));
    assert_string_equal(capture.line + strlen(expected), "...(65)");
}

static void test_field_of_unknown_kind_is_masked(void **state)
{
    struct capture capture;
    struct sx_log log = log_into(&capture, SX_LOG_INFO);
    struct sx_field field = { "a", (enum sx_field_kind)77, { NULL, 0 }, 0 };

    (void)state;
    log.is_unmasked = true;
    field.bytes = sx_slice_text("what");
    sx_log_write(&log, SX_LOG_INFO, "x", &field, 1);
    assert_string_equal(capture.line, "x a=****(4)");
}

static void test_long_line_is_cut_between_characters(void **state)
{
    struct capture capture;
    struct sx_log log = log_into(&capture, SX_LOG_INFO);
    char what[SX_LOG_LINE_MAX + 100];

    (void)state;
    /* with one more letter in front each time, the cut falls on every byte of a character */
    for (size_t shift = 0; shift < 4; shift++) {
        size_t len = shift;
        size_t end;

        memset(what, 0, sizeof what);
        memset(what, 'x', shift);
        for (; len + 4 < sizeof what; len += 4)
            memcpy(what + len, "\xf0\x9f\x98\x80", 4);
        sx_log_write(&log, SX_LOG_INFO, what, NULL, 0);
        end = strlen(capture.line);
        assert_true(end > SX_LOG_LINE_MAX - 8);
        assert_string_equal(capture.line + end - 3, "...");
        assert_memory_equal(capture.line + end - 7, "\xf0\x9f\x98\x80", 4);
        assert_memory_equal(capture.line, what, end - 3);
    }
}

static void test_line_of_many_fields_is_cut(void **state)
{
    struct capture capture;
    struct sx_log log = log_into(&capture, SX_LOG_INFO);
    struct sx_field fields[40];
    char text[100];

    (void)state;
    memset(text, 'a', sizeof text);
    for (size_t i = 0; i < 40; i++)
        fields[i] = SX_PEER("field", sx_slice_of(text, sizeof text));
    sx_log_write(&log, SX_LOG_INFO, "x", fields, 40);
    assert_int_equal(strlen(capture.line), SX_LOG_LINE_MAX - 1);
    assert_string_equal(capture.line + SX_LOG_LINE_MAX - 4, "...");
}

static void test_line_of_exactly_the_maximum_is_whole(void **state)
{
    struct capture capture;
    struct sx_log log = log_into(&capture, SX_LOG_INFO);
    char what[SX_LOG_LINE_MAX + 1];

    (void)state;
    memset(what, 'x', sizeof what);
    what[SX_LOG_LINE_MAX - 1] = '\0';
    sx_log_write(&log, SX_LOG_INFO, what, NULL, 0);
    assert_string_equal(capture.line, what);

    what[SX_LOG_LINE_MAX - 1] = 'x';
    what[SX_LOG_LINE_MAX] = '\0';
    sx_log_write(&log, SX_LOG_INFO, what, NULL, 0);
    assert_int_equal(strlen(capture.line), SX_LOG_LINE_MAX - 1);
    assert_string_equal(capture.line + SX_LOG_LINE_MAX - 4, "...");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_shows_each_kind_of_field),
        cmocka_unit_test(test_line_without_fields_is_its_text),
        cmocka_unit_test(test_level_decides_what_is_written),
        cmocka_unit_test(test_fields_of_a_line_that_is_off_are_not_made),
        cmocka_unit_test(test_log_may_be_absent),
        cmocka_unit_test(test_peer_text_cannot_pass_for_a_line_or_a_field),
        cmocka_unit_test(test_peer_text_is_capped),
        cmocka_unit_test(test_public_text_stays_on_its_line),
        cmocka_unit_test(test_secret_never_shows_while_masked),
        cmocka_unit_test(test_secret_shows_when_unmasked),
        cmocka_unit_test(test_command_shows_without_its_secrets),
        cmocka_unit_test(test_data_shows_in_hex_and_is_capped),
        cmocka_unit_test(test_field_of_unknown_kind_is_masked),
        cmocka_unit_test(test_long_line_is_cut_between_characters),
        cmocka_unit_test(test_line_of_many_fields_is_cut),
        cmocka_unit_test(test_line_of_exactly_the_maximum_is_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
