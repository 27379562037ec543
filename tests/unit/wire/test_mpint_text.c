/* Large integers as texts and back. */
#include "unit/wire/decode_checks.h"

#include "wire/mpint_text.h"

static void check_both_ways(const char *text, struct sx_slice contents)
{
    static char shown[SX_MPINT_TEXT_CHARS];
    static uint8_t bytes[SX_MPINT_TEXT_BYTES];
    size_t len = 99;

    assert_int_equal(sx_mpint_from_text(text, bytes, &len), SX_OK);
    assert_int_equal(len, contents.len);
    assert_memory_equal(bytes, contents.ptr, contents.len);
    assert_int_equal(sx_mpint_to_text(contents, shown), SX_OK);
    assert_string_equal(shown, text);
}

/* The examples of RFC 4251 section 5, in decimal, and the edges of a byte. */
static void test_known_numbers(void **state)
{
    (void)state;
    check_both_ways("0", BYTES(""));
    check_both_ways("699", BYTES("\x02\xbb"));
    check_both_ways("128", BYTES("\x00\x80"));
    check_both_ways("-4660", BYTES("\xed\xcc"));
    check_both_ways("-3735928559", BYTES("\xff\x21\x52\x41\x11"));
    check_both_ways("1", BYTES("\x01"));
    check_both_ways("127", BYTES("\x7f"));
    check_both_ways("255", BYTES("\x00\xff"));
    check_both_ways("256", BYTES("\x01\x00"));
    check_both_ways("-1", BYTES("\xff"));
    check_both_ways("-128", BYTES("\x80"));
    check_both_ways("-129", BYTES("\xff\x7f"));
    check_both_ways("-256", BYTES("\xff\x00"));
    check_both_ways("18446744073709551616", BYTES("\x01\0\0\0\0\0\0\0\0"));
    check_both_ways("1234567890123456789012345678901234567890",
                    BYTES("\x03\xa0\xc9\x20\x75\xc0\xdb\xf3\xb8\xac\xbc\x5f\x96\xce\x3f\x0a\xd2"));
}

static void check_hex(const char *text, struct sx_slice contents)
{
    uint8_t bytes[SX_MPINT_TEXT_BYTES];
    size_t len = 99;

    assert_int_equal(sx_mpint_from_text(text, bytes, &len), SX_OK);
    assert_int_equal(len, contents.len);
    assert_memory_equal(bytes, contents.ptr, contents.len);
}

static void test_hexadecimal_and_leading_zeros(void **state)
{
    (void)state;
    check_hex("0x9a378f9b2e332a7", BYTES("\x09\xa3\x78\xf9\xb2\xe3\x32\xa7"));
    check_hex("0X80", BYTES("\x00\x80"));
    check_hex("-0xDEADBEEF", BYTES("\xff\x21\x52\x41\x11"));
    check_hex("-0x1234", BYTES("\xed\xcc"));
    check_hex("0x0", BYTES(""));
    check_hex("-0", BYTES(""));
    check_hex("000000012", BYTES("\x0c"));
    check_hex("0x00000080", BYTES("\x00\x80"));
}

static void test_what_is_no_number(void **state)
{
    static const char *const bad[] = {
        "", "-", "0x", "-0x", "+1", " 1", "1 ", "1a", "0x1g", "--1", "0x-1", "1,000", "\xd9\xa1",
    };
    uint8_t bytes[SX_MPINT_TEXT_BYTES];
    size_t len = 99;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(sx_mpint_from_text(bad[i], bytes, &len), SX_ERR_ARGUMENT);
    assert_int_equal(len, 99);
}

static void test_the_largest_number(void **state)
{
    static char text[2 + 2 * 2049 + 1] = "0x";
    static char shown[SX_MPINT_TEXT_CHARS];
    static uint8_t bytes[SX_MPINT_TEXT_BYTES];
    static uint8_t again[SX_MPINT_TEXT_BYTES];
    size_t len = 0, len_again = 0;

    (void)state;
    memset(text + 2, 'f', 2 * 2048);
    assert_int_equal(sx_mpint_from_text(text, bytes, &len), SX_OK);
    assert_int_equal(len, SX_MPINT_TEXT_BYTES);
    assert_int_equal(bytes[0], 0);
    assert_int_equal(bytes[1], 0xff);
    assert_int_equal(sx_mpint_to_text(sx_slice_of(bytes, len), shown), SX_OK);
    assert_int_equal(strlen(shown), 4933); /* 2^16384 has so many digits */
    assert_int_equal(sx_mpint_from_text(shown, again, &len_again), SX_OK);
    assert_int_equal(len_again, len);
    assert_memory_equal(again, bytes, len);
    text[2 + 2 * 2048] = '0';
    assert_int_equal(sx_mpint_from_text(text, bytes, &len), SX_ERR_ARGUMENT);
}

static void test_contents_that_are_not_the_shortest(void **state)
{
    static uint8_t large[SX_MPINT_TEXT_BYTES + 1] = { 1 };
    char shown[SX_MPINT_TEXT_CHARS];

    (void)state;
    assert_int_equal(sx_mpint_to_text(BYTES("\x00"), shown), SX_ERR_PEER_DECODE);
    assert_int_equal(sx_mpint_to_text(BYTES("\x00\x7f"), shown), SX_ERR_PEER_DECODE);
    assert_int_equal(sx_mpint_to_text(BYTES("\xff\x80"), shown), SX_ERR_PEER_DECODE);
    assert_int_equal(sx_mpint_to_text(BYTES("\x00\x00\x80"), shown), SX_ERR_PEER_DECODE);
    assert_int_equal(sx_mpint_to_text(sx_slice_of(large, sizeof large), shown), SX_ERR_PEER_DECODE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_numbers),
        cmocka_unit_test(test_hexadecimal_and_leading_zeros),
        cmocka_unit_test(test_what_is_no_number),
        cmocka_unit_test(test_the_largest_number),
        cmocka_unit_test(test_contents_that_are_not_the_shortest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
