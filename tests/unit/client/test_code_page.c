/* Code pages: the reference's list of 150, each known here, with the bytes of one character, or 434. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sexec/sexec.h>
#include <stdio.h>

#include "client/code_page.h"

/* bytes NULL: only that it has some; text NULL: a page that iconv doesn't have. The bytes are those
 * that Python's codecs and the pages' published tables give. */
static const struct {
    int page;
    const char *text;
    const char *bytes;
    size_t len;
} rows[] = {
    { 37, "\xc3\xa9", "\x51", 1 },
    { 437, "\xc3\xa9", "\x82", 1 },
    { 500, "\xc3\xa9", "\x51", 1 },
    { 708, "\xd8\xa8", "\xc8", 1 },
    { 709, NULL, NULL, 0 },
    { 710, NULL, NULL, 0 },
    { 720, NULL, NULL, 0 },
    { 737, "\xce\xa9", "\x97", 1 },
    { 775, "\xc3\xa9", "\x82", 1 },
    { 850, "\xc3\xa9", "\x82", 1 },
    { 852, "\xc3\xa9", "\x82", 1 },
    { 855, "\xd0\x96", "\xea", 1 },
    { 857, "\xc3\xa9", "\x82", 1 },
    { 858, "\xc3\xa9", "\x82", 1 },
    { 860, "\xc3\xa9", "\x82", 1 },
    { 861, "\xc3\xa9", "\x82", 1 },
    { 862, "\xce\xa9", "\xea", 1 },
    { 863, "\xc3\xa9", "\x82", 1 },
    { 864, "A", "\x41", 1 },
    { 865, "\xc3\xa9", "\x82", 1 },
    { 866, "\xd0\x96", "\x86", 1 },
    { 869, "\xce\xa9", "\xd5", 1 },
    { 870, "A", NULL, 0 },
    { 874, "\xe0\xb8\x81", "\xa1", 1 },
    { 875, "\xce\xa9", "\x67", 1 },
    { 932, "\xd0\x96", "\x84\x47", 2 },
    { 936, "\xc3\xa9", "\xa8\xa6", 2 },
    { 949, "\xd0\x96", "\xac\xa8", 2 },
    { 950, "\xe4\xb8\xad", "\xa4\xa4", 2 },
    { 1026, "\xc3\xa9", "\x51", 1 },
    { 1047, "[", "\xad", 1 },
    { 1140, "\xc3\xa9", "\x51", 1 },
    { 1141, "\xe2\x82\xac", "\x9f", 1 },
    { 1142, "A", NULL, 0 },
    { 1143, "A", NULL, 0 },
    { 1144, "A", NULL, 0 },
    { 1145, "A", NULL, 0 },
    { 1146, "A", NULL, 0 },
    { 1147, "A", NULL, 0 },
    { 1148, "\xe2\x82\xac", "\x9f", 1 },
    { 1149, "A", NULL, 0 },
    { 1200, "\xc3\xa9", "\xe9\x00", 2 },
    { 1201, "\xc3\xa9", "\x00\xe9", 2 },
    { 1250, "\xc3\xa9", "\xe9", 1 },
    { 1251, "\xd0\x96", "\xc6", 1 },
    { 1252, "\xc3\xa9", "\xe9", 1 },
    { 1253, "\xce\xa9", "\xd9", 1 },
    { 1254, "\xc3\xa9", "\xe9", 1 },
    { 1255, "\xd7\x90", "\xe0", 1 },
    { 1256, "\xc3\xa9", "\xe9", 1 },
    { 1257, "\xc3\xa9", "\xe9", 1 },
    { 1258, "\xc3\xa9", "\xe9", 1 },
    { 1361, "\xd0\x96", "\xde\xa8", 2 },
    { 10000, "\xc3\xa9", "\x8e", 1 },
    { 10001, NULL, NULL, 0 },
    { 10002, NULL, NULL, 0 },
    { 10003, NULL, NULL, 0 },
    { 10004, NULL, NULL, 0 },
    { 10005, NULL, NULL, 0 },
    { 10006, NULL, NULL, 0 },
    { 10007, "\xd0\x96", "\x86", 1 },
    { 10008, NULL, NULL, 0 },
    { 10010, NULL, NULL, 0 },
    { 10017, "\xd0\x96", "\x86", 1 },
    { 10021, NULL, NULL, 0 },
    { 10029, "\xc3\xa9", "\x8e", 1 },
    { 10079, "\xc3\xa9", "\x8e", 1 },
    { 10081, NULL, NULL, 0 },
    { 10082, NULL, NULL, 0 },
    { 12000, "\xc3\xa9", "\xe9\x00\x00\x00", 4 },
    { 12001, "\xc3\xa9", "\x00\x00\x00\xe9", 4 },
    { 20000, NULL, NULL, 0 },
    { 20001, NULL, NULL, 0 },
    { 20002, NULL, NULL, 0 },
    { 20003, NULL, NULL, 0 },
    { 20004, NULL, NULL, 0 },
    { 20005, NULL, NULL, 0 },
    { 20105, "A", "\x41", 1 },
    { 20106, "\xc3\x84", "\x5b", 1 },
    { 20107, "\xc3\x85", "\x5d", 1 },
    { 20108, "\xc3\x98", "\x5c", 1 },
    { 20127, "A", "\x41", 1 },
    { 20261, "A", NULL, 0 },
    { 20269, "A", NULL, 0 },
    { 20273, "\xc3\xa9", "\x51", 1 },
    { 20277, "A", NULL, 0 },
    { 20278, "A", NULL, 0 },
    { 20280, "A", NULL, 0 },
    { 20284, "A", NULL, 0 },
    { 20285, "\xc2\xa3", "\x5b", 1 },
    { 20290, "A", NULL, 0 },
    { 20297, "\xc3\xa9", "\xc0", 1 },
    { 20420, "A", NULL, 0 },
    { 20423, "A", NULL, 0 },
    { 20424, "A", NULL, 0 },
    { 20833, NULL, NULL, 0 },
    { 20838, NULL, NULL, 0 },
    { 20866, "\xd0\x96", "\xf6", 1 },
    { 20871, "A", NULL, 0 },
    { 20880, "A", NULL, 0 },
    { 20905, "A", NULL, 0 },
    { 20924, NULL, NULL, 0 },
    { 20932, "\xc3\xa9", "\x8f\xab\xb1", 3 },
    { 20936, "\xc3\xa9", "\xa8\xa6", 2 },
    { 21025, "A", NULL, 0 },
    { 21027, NULL, NULL, 0 },
    { 21866, "\xd0\x96", "\xf6", 1 },
    { 28591, "\xc3\xa9", "\xe9", 1 },
    { 28592, "\xc3\xa9", "\xe9", 1 },
    { 28593, "\xc3\xa9", "\xe9", 1 },
    { 28594, "\xc3\xa9", "\xe9", 1 },
    { 28595, "\xd0\x96", "\xb6", 1 },
    { 28596, "\xd8\xa8", "\xc8", 1 },
    { 28597, "\xce\xa9", "\xd9", 1 },
    { 28598, "\xd7\x90", "\xe0", 1 },
    { 28599, "\xc3\xa9", "\xe9", 1 },
    { 28605, "\xc3\xa9", "\xe9", 1 },
    { 29001, NULL, NULL, 0 },
    { 38598, "\xd7\x90", "\xe0", 1 },
    { 50220, "\xd0\x96", "\x1b\x24\x42\x27\x28\x1b\x28\x42", 8 },
    { 50221, "A", NULL, 0 },
    { 50222, "A", NULL, 0 },
    { 50225, "\xd0\x96", "\x1b\x24\x29\x43\x0e\x2c\x28\x0f", 8 },
    { 50227, "A", NULL, 0 },
    { 50229, NULL, NULL, 0 },
    { 50930, "A", NULL, 0 },
    { 50931, NULL, NULL, 0 },
    { 50933, "A", NULL, 0 },
    { 50935, "A", NULL, 0 },
    { 50936, NULL, NULL, 0 },
    { 50937, "A", NULL, 0 },
    { 50939, "A", NULL, 0 },
    { 51932, "\xc3\xa9", "\x8f\xab\xb1", 3 },
    { 51936, "\xc3\xa9", "\xa8\xa6", 2 },
    { 51949, "\xd0\x96", "\xac\xa8", 2 },
    { 51950, "A", NULL, 0 },
    { 52936, NULL, NULL, 0 },
    { 54936, "\xc3\xa9", "\xa8\xa6", 2 },
    { 57002, NULL, NULL, 0 },
    { 57003, NULL, NULL, 0 },
    { 57004, NULL, NULL, 0 },
    { 57005, NULL, NULL, 0 },
    { 57006, NULL, NULL, 0 },
    { 57007, NULL, NULL, 0 },
    { 57008, NULL, NULL, 0 },
    { 57009, NULL, NULL, 0 },
    { 57010, NULL, NULL, 0 },
    { 57011, NULL, NULL, 0 },
    { 65000, "\xc3\xa9", "\x2b\x41\x4f\x6b\x2d", 5 },
    { 65001, "\xc3\xa9", "\xc3\xa9", 2 },
};
enum { ROWS = sizeof rows / sizeof rows[0] };

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

static void test_each_page_is_known_or_434(void **state)
{
    unsigned known = 0;
    char setting[32];

    for (size_t i = 0; i < ROWS; i++) {
        int code;

        (void)snprintf(setting, sizeof setting, "CodePage=%d", rows[i].page);
        code = sexec_config(*state, setting, NULL);
        if (code != (rows[i].text != NULL ? 0 : SEXEC_CODE_PAGE))
            print_error("page %d: %d\n", rows[i].page, code);
        assert_int_equal(code, rows[i].text != NULL ? 0 : SEXEC_CODE_PAGE);
        known += code == 0;
    }
    assert_int_equal(ROWS, 150);
    print_message("%u of 150 pages are known\n", known);
    assert_int_equal(known, 111);
}

static void test_characters_have_the_pages_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        struct sx_buffer out;
        struct sx_slice bytes;
        enum sx_err err;

        if (rows[i].text == NULL)
            continue;
        sx_buffer_init(&out, 64);
        err = sx_code_page_encode(rows[i].page, sx_slice_text(rows[i].text), &out);
        if (err != SX_OK)
            print_error("page %d doesn't have its character\n", rows[i].page);
        assert_int_equal(err, SX_OK);
        bytes = sx_buffer_unread(&out);
        assert_true(bytes.len > 0);
        if (rows[i].bytes != NULL &&
            (bytes.len != rows[i].len || memcmp(bytes.ptr, rows[i].bytes, bytes.len) != 0))
            print_error("page %d: %zu bytes, the first %02x\n", rows[i].page, bytes.len,
                        bytes.ptr[0]);
        if (rows[i].bytes != NULL) {
            assert_int_equal(bytes.len, rows[i].len);
            assert_memory_equal(bytes.ptr, rows[i].bytes, rows[i].len);
        }
        sx_buffer_clear(&out);
    }
}

/* What is converted is UTF-8, and nothing is replaced or left out. */
static void test_what_a_page_lacks_is_434(void **state)
{
    assert_int_equal(sexec_config(*state, "CodePage=1252", NULL), 0);
    assert_int_equal(sexec_send_stdin_text(*state, "\xd0\x96"), SEXEC_CODE_PAGE);
    assert_int_equal(sexec_send_stdin_text(*state, "\xff"), SEXEC_CODE_PAGE);
    assert_int_equal(sexec_send_stdin_text(*state, "fine"), SEXEC_NOT_CONNECTED);
    assert_int_equal(sexec_config(*state, "CodePage=709", NULL), SEXEC_CODE_PAGE);
    assert_int_equal(sexec_send_stdin_text(*state, "\xd0\x96"), SEXEC_CODE_PAGE); /* still 1252 */
    assert_int_equal(sexec_config(*state, "CodePage=0x6", NULL), SEXEC_SETTING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_page_is_known_or_434, make, drop),
        cmocka_unit_test(test_characters_have_the_pages_bytes),
        cmocka_unit_test_setup_teardown(test_what_a_page_lacks_is_434, make, drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
