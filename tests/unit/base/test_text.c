/* Text helpers: what a peer wrote can fool nobody, and parsers take exactly what they promise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

static void assert_escapes_to(struct sx_slice bytes, const char *expected)
{
    char out[128];

    assert_ptr_equal(sx_escape(out, sizeof out, bytes), out);
    assert_string_equal(out, expected);
}

static void test_escape_keeps_printable_text(void **state)
{
    (void)state;
    assert_escapes_to(SX_SLICE_NONE, "");
    assert_escapes_to(sx_slice_text("OpenSSH_9.2 \"x\" <&>~"), "OpenSSH_9.2 \"x\" <&>~");
    assert_escapes_to(sx_slice_text("na\xc3\xafve \xe2\x82\xac \xf0\x9f\x98\x80"),
                      "na\xc3\xafve \xe2\x82\xac \xf0\x9f\x98\x80");
    assert_escapes_to(sx_slice_text("a\\x1b"), "a\\\\x1b");
}

static void test_escape_shows_control_bytes(void **state)
{
    (void)state;
    assert_escapes_to(sx_slice_of("a\0b", 3), "a\\x00b");
    assert_escapes_to(sx_slice_text("one\r\ntwo\t"), "one\\x0d\\x0atwo\\x09");
    assert_escapes_to(sx_slice_text("\x1b[2J"), "\\x1b[2J");
    assert_escapes_to(sx_slice_text("\x7f"), "\\x7f");
    assert_escapes_to(sx_slice_text("\xc2\x9b"), "\\xc2\\x9b"); /* C1's CSI */
}

static void test_escape_shows_characters_that_hide_or_turn_text(void **state)
{
    (void)state;
    assert_escapes_to(sx_slice_text("\xe2\x80\xae"), "\\xe2\\x80\\xae"); /* U+202E override */
    assert_escapes_to(sx_slice_text("\xe2\x81\xa6"), "\\xe2\\x81\\xa6"); /* U+2066 isolate */
    assert_escapes_to(sx_slice_text("\xe2\x80\x8f"), "\\xe2\\x80\\x8f"); /* U+200F mark */
    assert_escapes_to(sx_slice_text("\xd8\x9c"), "\\xd8\\x9c");          /* U+061C mark */
    assert_escapes_to(sx_slice_text("\xe2\x80\xa8"), "\\xe2\\x80\\xa8"); /* U+2028 line */
    assert_escapes_to(sx_slice_text("\xe2\x80\xa9"), "\\xe2\\x80\\xa9"); /* U+2029 paragraph */
    assert_escapes_to(sx_slice_text("\xe2\x80\x8b"), "\\xe2\\x80\\x8b"); /* U+200B zero width */
    assert_escapes_to(sx_slice_text("\xef\xbb\xbf"), "\\xef\\xbb\\xbf"); /* U+FEFF */
    assert_escapes_to(sx_slice_text("\xef\xbf\xbf"), "\\xef\\xbf\\xbf"); /* U+FFFF */
    assert_escapes_to(sx_slice_text("\xf3\xa0\x81\x81"), "\\xf3\\xa0\\x81\\x81"); /* tag A */
    assert_escapes_to(sx_slice_text("\xe2\x80\xa7"), "\xe2\x80\xa7"); /* U+2027 next to them */
    assert_escapes_to(sx_slice_text("\xe2\x80\xaf"), "\xe2\x80\xaf"); /* U+202F next to them */
}

static size_t utf8_of(uint32_t point, char out[4])
{
    if (point < 0x800) {
        out[0] = (char)(0xc0 | point >> 6);
        out[1] = (char)(0x80 | (point & 0x3f));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xe0 | point >> 12);
        out[1] = (char)(0x80 | (point >> 6 & 0x3f));
        out[2] = (char)(0x80 | (point & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | point >> 18);
    out[1] = (char)(0x80 | (point >> 12 & 0x3f));
    out[2] = (char)(0x80 | (point >> 6 & 0x3f));
    out[3] = (char)(0x80 | (point & 0x3f));
    return 4;
}

static bool is_escaped(uint32_t point)
{
    char bytes[4];
    char out[24];
    size_t len = utf8_of(point, bytes);

    sx_escape(out, sizeof out, sx_slice_of(bytes, len));
    if (strlen(out) == len && memcmp(out, bytes, len) == 0)
        return false;
    assert_int_equal(strlen(out), 4 * len);
    return true;
}

/* Unicode's default ignorable code points, the controls and separators, what is not a character,
 * and private use: the first and last of each run, and their neighbours that do print. */
static void test_escape_knows_where_hidden_characters_begin_and_end(void **state)
{
    static const uint32_t runs[][2] = {
        { 0x80, 0x9f },       { 0xad, 0xad },       { 0x34f, 0x34f },      { 0x61c, 0x61c },
        { 0x115f, 0x1160 },   { 0x17b4, 0x17b5 },   { 0x180b, 0x180f },    { 0x200b, 0x200f },
        { 0x2028, 0x202e },   { 0x2060, 0x206f },   { 0x3164, 0x3164 },    { 0xe000, 0xf8ff },
        { 0xfdd0, 0xfdef },   { 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff },    { 0xffa0, 0xffa0 },
        { 0xfff0, 0xfffb },   { 0xfffe, 0xffff },   { 0x1bca0, 0x1bca3 },  { 0x1d173, 0x1d17a },
        { 0x1fffe, 0x1ffff }, { 0xe0000, 0xe0fff }, { 0xf0000, 0x10ffff },
    };
    static const uint32_t shown[] = {
        0xa0,    0xac,    0xae,    0x34e,   0x350,   0x61b,   0x61d,   0x7ff,   0x800,
        0x115e,  0x1161,  0x17b3,  0x17b6,  0x180a,  0x1810,  0x200a,  0x2010,  0x2027,
        0x202f,  0x205f,  0x2070,  0x3163,  0x3165,  0xd7ff,  0xf900,  0xfdcf,  0xfdf0,
        0xfdff,  0xfe10,  0xfefe,  0xff00,  0xff9f,  0xffa1,  0xffef,  0xfffc,  0xfffd,
        0x10000, 0x1bc9f, 0x1bca4, 0x1d172, 0x1d17b, 0x1fffd, 0x20000, 0xdfffd, 0xe1000,
    };

    (void)state;
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        for (uint32_t point = runs[i][0]; point <= runs[i][1]; point++)
            assert_true(is_escaped(point));
    }
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        assert_false(is_escaped(shown[i]));
}

static void test_escape_shows_invalid_utf8(void **state)
{
    (void)state;
    assert_escapes_to(sx_slice_text("\xff\xfe"), "\\xff\\xfe");
    assert_escapes_to(sx_slice_text("\x80"), "\\x80");
    assert_escapes_to(sx_slice_text("\xc0\xaf"), "\\xc0\\xaf");                   /* overlong / */
    assert_escapes_to(sx_slice_text("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");          /* overlong / */
    assert_escapes_to(sx_slice_text("\xf0\x80\x80\xaf"), "\\xf0\\x80\\x80\\xaf"); /* overlong / */
    assert_escapes_to(sx_slice_text("\xed\xa0\x80"), "\\xed\\xa0\\x80");          /* surrogate */
    assert_escapes_to(sx_slice_text("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"); /* 0x110000 */
    assert_escapes_to(sx_slice_text("\xf5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80");
    assert_escapes_to(sx_slice_text("\xc3"), "\\xc3");                   /* ends too early */
    assert_escapes_to(sx_slice_text("\xe2\x82"), "\\xe2\\x82");          /* ends too early */
    assert_escapes_to(sx_slice_text("\xc3(\xc3\xa9"), "\\xc3(\xc3\xa9"); /* goes on after it */
}

static void test_escape_cuts_with_dots(void **state)
{
    char out[12];

    (void)state;
    assert_string_equal(sx_escape(out, 8, sx_slice_text("1234567")), "1234567");
    assert_string_equal(sx_escape(out, 8, sx_slice_text("12345678")), "1234...");
    /* never inside an escape or a character */
    assert_string_equal(sx_escape(out, 8, sx_slice_text("\n\n")), "\\x0a...");
    assert_string_equal(sx_escape(out, 8, sx_slice_text("1\n\n")), "1...");
    assert_string_equal(sx_escape(out, 8,
                                  sx_slice_text("123\xc3\xa9"
                                                "123")),
                        "123...");
    assert_string_equal(sx_escape(out, 9,
                                  sx_slice_text("123\xc3\xa9"
                                                "1234")),
                        "123\xc3\xa9...");
    /* what fits whole is not cut, also where only its last character lies beyond the dots */
    assert_string_equal(sx_escape(out, 9, sx_slice_text("1234\n")), "1234\\x0a");
}

static void test_escape_never_writes_past_its_room(void **state)
{
    static const char text[] = "ab\n\xc3\xa9\\\xff"
                               "cdefgh";

    (void)state;
    for (size_t cap = 8; cap < 40; cap++) {
        char *out = sx_alloc(cap); /* of exact size, so that a checker sees one byte too many */

        assert_non_null(out);
        memset(out, 'x', cap);
        sx_escape(out, cap, sx_slice_text(text));
        assert_non_null(memchr(out, '\0', cap));
        sx_free(out);
    }
}

static void test_hex_encode(void **state)
{
    static const uint8_t bytes[] = { 0x00, 0x9f, 0xa0, 0xff };
    char out[3 * sizeof bytes + 1];

    (void)state;
    assert_ptr_equal(sx_hex_encode(out, sx_slice_of(bytes, 4), 0), out);
    assert_string_equal(out, "009fa0ff");
    assert_string_equal(sx_hex_encode(out, sx_slice_of(bytes, 4), ':'), "00:9f:a0:ff");
    assert_string_equal(sx_hex_encode(out, sx_slice_of(bytes, 1), ':'), "00");
    assert_string_equal(sx_hex_encode(out, SX_SLICE_NONE, ':'), "");
}

static void test_hex_decode_takes_both_cases_and_separators(void **state)
{
    static const char *const texts[] = { "00abCDef", "00:ab:cd:ef", "00 AB CD EF", "00ab:cd ef" };
    uint8_t out[4];
    size_t len;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        memset(out, 0xee, sizeof out);
        len = 99;
        assert_int_equal(sx_hex_decode(sx_slice_text(texts[i]), out, sizeof out, &len), SX_OK);
        assert_int_equal(len, 4);
        assert_memory_equal(out, "\x00\xab\xcd\xef", 4);
    }
    assert_int_equal(sx_hex_decode(SX_SLICE_NONE, out, sizeof out, &len), SX_OK);
    assert_int_equal(len, 0);
}

static void test_hex_decode_knows_every_digit(void **state)
{
    uint8_t out[11];
    size_t len;

    (void)state;
    assert_int_equal(sx_hex_decode(sx_slice_text("0123456789abcdefABCDEF"), out, sizeof out, &len),
                     SX_OK);
    assert_int_equal(len, 11);
    assert_memory_equal(out, "\x01\x23\x45\x67\x89\xab\xcd\xef\xab\xcd\xef", 11);
}

static void test_hex_decode_refuses_what_is_no_hex(void **state)
{
    static const char *const texts[] = {
        "0",      "0g",   "g0",    "000",  ":00",    "00:", " 00", "00 ", "0:0", "00::00",
        "00: 00", "0 00", "00-00", "0x00", "00\n00", "@0",  "/0",  "G0",  "`0",
    };
    uint8_t out[8];
    size_t len = 99;

    (void)state;
    memset(out, 0xee, sizeof out);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(sx_hex_decode(sx_slice_text(texts[i]), out, sizeof out, &len),
                         SX_ERR_ARGUMENT);
    assert_int_equal(sx_hex_decode(sx_slice_text("00:11:22"), out, 2, &len), SX_ERR_ARGUMENT);
    assert_int_equal(len, 99);
    for (size_t i = 0; i < sizeof out; i++)
        assert_int_equal(out[i], 0xee);
}

/* Joins the entries with '|', so that a table can show what a walk gives. */
static const char *walk(const char *list, char out[64])
{
    struct sx_slice rest = sx_slice_text(list);
    struct sx_slice entry;
    size_t len = 0;

    while (sx_list_next(&rest, &entry)) {
        assert_true(len + entry.len + 2 < 64);
        if (entry.len != 0)
            memcpy(out + len, entry.ptr, entry.len);
        len += entry.len;
        out[len++] = '|';
    }
    out[len] = '\0';
    return out;
}

static void test_list_next_walks_the_entries(void **state)
{
    char out[64];

    (void)state;
    assert_string_equal(walk("a,bc,d", out), "a|bc|d|");
    assert_string_equal(walk("a", out), "a|");
    assert_string_equal(walk(" a b ,\tc\t, d", out), "a b|c|d|");
    assert_string_equal(walk("", out), "");
    assert_string_equal(walk(NULL, out), "");
}

static void test_list_next_returns_empty_entries(void **state)
{
    char out[64];

    (void)state;
    assert_string_equal(walk("a,,b", out), "a||b|");
    assert_string_equal(walk(",a", out), "|a|");
    assert_string_equal(walk("a, ,b", out), "a||b|");
    assert_string_equal(walk(" ", out), "|");
    assert_string_equal(walk("a,", out), "a|"); /* a comma at the end begins no entry */
}

static void test_list_next_leaves_its_output_at_the_end(void **state)
{
    struct sx_slice rest = SX_SLICE_NONE;
    struct sx_slice entry = sx_slice_text("before");

    (void)state;
    assert_false(sx_list_next(&rest, &entry));
    assert_true(sx_slice_is_text(entry, "before"));
}

static void test_list_has_whole_names_only(void **state)
{
    struct sx_slice list = sx_slice_text("publickey, password,none");

    (void)state;
    assert_true(sx_list_has(list, "publickey"));
    assert_true(sx_list_has(list, "password"));
    assert_true(sx_list_has(list, "none"));
    assert_false(sx_list_has(list, "pass"));
    assert_false(sx_list_has(list, "passwords"));
    assert_false(sx_list_has(list, "None"));
    assert_false(sx_list_has(list, "publickey, password"));
    assert_false(sx_list_has(SX_SLICE_NONE, "none"));
    assert_false(sx_list_has(list, ""));
}

static void test_pattern_matches_like_the_reference(void **state)
{
    static const struct {
        const char *pattern;
        const char *text;
        bool is_match;
    } rows[] = {
        { "*SSH-2.0-*", "SSH-2.0-OpenSSH_9.2", true },
        { "*SSH-1.99-*", "SSH-2.0-OpenSSH_9.2", false },
        { "C*t", "Cat", true },
        { "C*t", "Ct", true },
        { "C*t", "Coast", true },
        { "C*t", "Coasts", false },
        { "C*t", "cat", false },
        { "?", "a", true },
        { "?", "", false },
        { "?", "ab", false },
        { "?", "\xc3\xa9", true },
        { "??", "\xc3\xa9", false },
        { "a?c",
          "a\xf0\x9f\x98\x80"
          "c",
          true },
        { "*?", "", false },
        { "*?", "x", true },
        { "?*?", "x", false },
        { "?*?", "xy", true },
        { "", "", true },
        { "", "a", false },
        { "*", "", true },
        { "**", "anything", true },
        { "abc", "abc", true },
        { "abc", "ab", false },
        { "ab", "abc", false },
        { "*ab", "aab", true },
        { "*aab", "aaab", true },
        { "a*b*c", "axbxbxc", true },
        { "a*b*c", "axcxb", false },
        { "*.*", "nodot", false },
        { "[a-z]", "q", true },
        { "[a-z]", "Q", false },
        { "[a-z]", "", false },
        { "[a]", "a", true },
        { "[0-9,a-d,f,r-z]", "5", true },
        { "[0-9,a-d,f,r-z]", "d", true },
        { "[0-9,a-d,f,r-z]", "e", false },
        { "[0-9,a-d,f,r-z]", "f", true },
        { "[0-9,a-d,f,r-z]", "z", true },
        { "[0-9,a-d,f,r-z]", ",", false },
        { "[0-9,a-d,f,r-z]", "-", false },
        { "[abx-z]", "y", true }, /* commas may be missing */
        { "[z-a]", "m", false },
        { "[[]Something].txt", "[Something].txt", true },
        { "[[]Something].txt", "[something].txt", false },
        { "[?]", "?", true },
        { "[?]", "a", false },
        { "[*]", "*", true },
        { "[*]", "**", false },
        { "[[]", "[", true },
        { "[\\]", "\\", true },
        { "[]]", "]", true },
        { "[]", "[]", true }, /* no set: nothing ends it */
        { "[abc", "[abc", true },
        { "[", "[", true },
        { "[,]", ",", true },
        { "[a,]", ",", true },
        { "[-]", "-", true },
        { "[a-]", "-", true },
        { "[a-]", "b", false },
        { "[+--]", ",", true },
        { "[\xc3\xa0-\xc3\xa9]", "\xc3\xa5", true },
        { "[\xc3\xa0-\xc3\xa9]", "\xc3\xaa", false },
        { "[\xc3\xa9]", "\xc3", false },
        { "[\xc3]x", "\xc3x", true }, /* bytes that are no UTF-8 are themselves */
        { "\\*", "*", true },
        { "\\*", "a", false },
        { "\\?\\[a]", "?[a]", true },
        { "\\\\", "\\", true },
        { "\\a", "a", true },
        { "x\\", "x\\", true }, /* with nothing behind it, itself */
        { "*\\**", "one * two", true },
        { "*\\**", "one two", false },
        { "*[Pp]assword*:*", "user@host's password: ", true },
        { "*[Pp]assword*:*", "Verification code: ", false },
        { "*[0-9]", "a1b2", true },
        { "*[0-9]b", "a1b2", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(sx_pattern_is_match(rows[i].pattern, rows[i].text), rows[i].is_match);
    assert_false(sx_pattern_is_match(NULL, "a"));
    assert_false(sx_pattern_is_match("a", NULL));
}

static void test_lines_of_a_text_for_people_stay(void **state)
{
    static const char text[] = "one\r\n\ttwo\rthree\033[m\n\\\0";
    char out[64];
    char small[8];

    (void)state;
    assert_string_equal(sx_escape_lines(out, sizeof out, sx_slice_of(text, sizeof text - 1)),
                        "one\n\ttwo\\x0dthree\\x1b[m\n\\\\\\x00");
    assert_string_equal(sx_escape(out, sizeof out, sx_slice_text("a\nb")), "a\\x0ab");
    assert_string_equal(sx_escape_lines(small, sizeof small, sx_slice_text("\n\n\n\n\n\n\n\n")),
                        "\n\n\n\n...");
    assert_string_equal(sx_escape_lines(out, sizeof out, sx_slice_text("\r\n")), "\n");
    assert_string_equal(sx_escape_lines(out, sizeof out, SX_SLICE_NONE), "");
}

/* With backtracking into every star this would not end within the test's time limit. */
static void test_pattern_with_many_stars_ends_soon(void **state)
{
    char pattern[2001];
    char text[4001];

    (void)state;
    for (size_t i = 0; i + 1 < sizeof pattern; i += 2) {
        pattern[i] = '*';
        pattern[i + 1] = 'a';
    }
    pattern[sizeof pattern - 2] = 'b';
    pattern[sizeof pattern - 1] = '\0';
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_false(sx_pattern_is_match(pattern, text));
    text[sizeof text - 2] = 'b';
    assert_true(sx_pattern_is_match(pattern, text));
}

static void test_nocase_compare_folds_ascii_alone(void **state)
{
    (void)state;
    assert_true(sx_text_is_equal_nocase("AbZz09", "aBzZ09"));
    assert_true(sx_text_is_equal_nocase("", ""));
    assert_false(sx_text_is_equal_nocase("abc", "abd"));
    assert_false(sx_text_is_equal_nocase("ab", "abc"));
    assert_false(sx_text_is_equal_nocase("abc", "ab"));
    assert_false(sx_text_is_equal_nocase("@[", "`{")); /* next to the letters */
    assert_false(sx_text_is_equal_nocase("\xc3\x89", "\xc3\xa9"));
    assert_false(sx_text_is_equal_nocase(NULL, "a"));
    assert_false(sx_text_is_equal_nocase("a", NULL));
    assert_true(sx_text_is_equal_nocase(NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escape_keeps_printable_text),
        cmocka_unit_test(test_escape_shows_control_bytes),
        cmocka_unit_test(test_escape_shows_characters_that_hide_or_turn_text),
        cmocka_unit_test(test_escape_knows_where_hidden_characters_begin_and_end),
        cmocka_unit_test(test_escape_shows_invalid_utf8),
        cmocka_unit_test(test_escape_cuts_with_dots),
        cmocka_unit_test(test_escape_never_writes_past_its_room),
        cmocka_unit_test(test_hex_encode),
        cmocka_unit_test(test_hex_decode_takes_both_cases_and_separators),
        cmocka_unit_test(test_hex_decode_knows_every_digit),
        cmocka_unit_test(test_hex_decode_refuses_what_is_no_hex),
        cmocka_unit_test(test_list_next_walks_the_entries),
        cmocka_unit_test(test_list_next_returns_empty_entries),
        cmocka_unit_test(test_list_next_leaves_its_output_at_the_end),
        cmocka_unit_test(test_list_has_whole_names_only),
        cmocka_unit_test(test_pattern_matches_like_the_reference),
        cmocka_unit_test(test_lines_of_a_text_for_people_stay),
        cmocka_unit_test(test_pattern_with_many_stars_ends_soon),
        cmocka_unit_test(test_nocase_compare_folds_ascii_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
