/* The reader: RFC 4251 section 5 types, a sticky error, and an end that nothing may follow. */
#include "unit/wire/decode_checks.h"

#include "wire/reader.h"

static struct sx_reader reader_on(struct sx_slice bytes)
{
    struct sx_reader r;

    sx_reader_init(&r, bytes);
    return r;
}

static void test_reader_reads_numbers_big_endian(void **state)
{
    struct sx_reader r = reader_on(BYTES("\xfe"
                                         "\x29\xb7\xf4\xaa"
                                         "\x01\x23\x45\x67\x89\xab\xcd\xef"));

    (void)state;
    assert_int_equal(sx_reader_u8(&r), 0xfe);
    assert_int_equal(sx_reader_u32(&r), 699921578); /* the RFC's example */
    assert_true(sx_reader_u64(&r) == UINT64_C(0x0123456789abcdef));
    assert_int_equal(sx_reader_finish(&r), SX_OK);
}

static void test_reader_takes_any_byte_but_zero_as_true(void **state)
{
    (void)state;
    for (unsigned value = 0; value < 256; value++) {
        uint8_t byte = (uint8_t)value;
        struct sx_reader r = reader_on(sx_slice_of(&byte, 1));

        assert_int_equal(sx_reader_bool(&r), value != 0);
        assert_int_equal(sx_reader_finish(&r), SX_OK);
    }
}

static void test_reader_borrows_strings_and_bytes(void **state)
{
    struct sx_slice input = BYTES("\0\0\0\x07"
                                  "testing"
                                  "\0\0\0\0"
                                  "raw"
                                  "rest");
    struct sx_reader r = reader_on(input);
    struct sx_slice string = sx_reader_string(&r);

    (void)state;
    assert_true(sx_slice_is_text(string, "testing"));
    assert_ptr_equal(string.ptr, input.ptr + 4);
    assert_int_equal(sx_reader_string(&r).len, 0);
    assert_true(sx_slice_is_text(sx_reader_bytes(&r, 3), "raw"));
    assert_int_equal(sx_reader_bytes(&r, 0).len, 0);
    assert_int_equal(sx_reader_finish(&r), SX_ERR_PEER_DECODE); /* not at the end yet */
    assert_true(sx_slice_is_text(sx_reader_rest(&r), "rest"));
    assert_int_equal(sx_reader_rest(&r).len, 0);
    assert_int_equal(sx_reader_finish(&r), SX_OK);
}

static void test_reader_of_nothing(void **state)
{
    struct sx_reader r = reader_on(SX_SLICE_NONE);

    (void)state;
    assert_int_equal(sx_reader_finish(&r), SX_OK);
    assert_int_equal(sx_reader_bytes(&r, 0).len, 0);
    assert_int_equal(sx_reader_rest(&r).len, 0);
    assert_int_equal(sx_reader_finish(&r), SX_OK);
    assert_int_equal(sx_reader_u8(&r), 0);
    assert_int_equal(sx_reader_finish(&r), SX_ERR_PEER_DECODE);
}

static void test_reader_rejects_short_numbers(void **state)
{
    struct sx_slice input = BYTES("\x01\x02\x03\x04\x05\x06\x07");
    struct sx_reader r;

    (void)state;
    for (size_t len = 0; len < 4; len++) {
        r = reader_on(sx_slice_of(input.ptr, len));
        assert_int_equal(sx_reader_u32(&r), 0);
        assert_int_equal(sx_reader_finish(&r), SX_ERR_PEER_DECODE);
    }
    for (size_t len = 0; len < 8; len++) {
        r = reader_on(sx_slice_of(input.ptr, len));
        assert_true(sx_reader_u64(&r) == 0);
        assert_int_equal(sx_reader_finish(&r), SX_ERR_PEER_DECODE);
    }
}

static void test_reader_rejects_short_string(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } rows[] = {
        { "\0\0\0", 3 },
        { "\0\0\0\x01", 4 },
        { "\0\0\0\x04"
          "abc",
          7 },
        { "\x7f\xff\xff\xff"
          "abc",
          7 },
        { "\x80\0\0\0"
          "abc",
          7 },
        { "\xff\xff\xff\xff"
          "abc",
          7 },
        { "\xff\xff\xff\xfc"
          "abc",
          7 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sx_reader r = reader_on(sx_slice_of(rows[i].bytes, rows[i].len));

        assert_int_equal(sx_reader_string(&r).len, 0);
        assert_true(sx_reader_is_bad(&r));
        assert_int_equal(sx_reader_finish(&r), SX_ERR_PEER_DECODE);
    }
}

static void test_reader_error_is_sticky(void **state)
{
    struct sx_reader r = reader_on(BYTES("\x01\x02\x03"));

    (void)state;
    assert_int_equal(sx_reader_u8(&r), 1);
    assert_false(sx_reader_is_bad(&r));
    assert_int_equal(sx_reader_bytes(&r, 3).len, 0);
    assert_true(sx_reader_is_bad(&r));
    /* two good bytes are still there, but not for a bad reader */
    assert_int_equal(sx_reader_u8(&r), 0);
    assert_false(sx_reader_bool(&r));
    assert_int_equal(sx_reader_bytes(&r, 0).len, 0);
    assert_int_equal(sx_reader_rest(&r).len, 0);
    assert_int_equal(sx_reader_string(&r).len, 0);
    assert_int_equal(sx_reader_name_list(&r).len, 0);
    assert_int_equal(sx_reader_mpint(&r).len, 0);
    sx_reader_expect_u8(&r, 0);
    assert_int_equal(sx_reader_finish(&r), SX_ERR_PEER_DECODE);
}

static void test_reader_rejects_bytes_left_over(void **state)
{
    struct sx_reader r = reader_on(BYTES("\x01\x02"));

    (void)state;
    assert_int_equal(sx_reader_u8(&r), 1);
    assert_int_equal(sx_reader_finish(&r), SX_ERR_PEER_DECODE);
    assert_false(sx_reader_is_bad(&r)); /* asking too early does no harm */
    assert_int_equal(sx_reader_u8(&r), 2);
    assert_int_equal(sx_reader_finish(&r), SX_OK);
}

static void test_reader_expects_the_message_number(void **state)
{
    struct sx_reader r = reader_on(BYTES("\x14"));

    (void)state;
    sx_reader_expect_u8(&r, 0x14);
    assert_int_equal(sx_reader_finish(&r), SX_OK);
    r = reader_on(BYTES("\x14"));
    sx_reader_expect_u8(&r, 0x15);
    assert_int_equal(sx_reader_finish(&r), SX_ERR_PEER_DECODE);
    r = reader_on(SX_SLICE_NONE);
    sx_reader_expect_u8(&r, 0); /* what an empty reader gives is no match either */
    assert_int_equal(sx_reader_finish(&r), SX_ERR_PEER_DECODE);
}

/* A length of up to 255 and then the text. */
static struct sx_reader reader_on_string(uint8_t storage[64], const void *text, size_t len)
{
    assert_true(len <= 60);
    memset(storage, 0, 4);
    storage[3] = (uint8_t)len;
    if (len != 0)
        memcpy(storage + 4, text, len);
    return reader_on(sx_slice_of(storage, 4 + len));
}

static void test_reader_takes_good_name_lists(void **state)
{
    /* the first three are the RFC's examples */
    static const char *const lists[] = {
        "", "zlib", "zlib,none", "a,b,c", "aes128-gcm@openssh.com", "!,~"
    };
    uint8_t storage[64];

    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct sx_reader r = reader_on_string(storage, lists[i], strlen(lists[i]));

        assert_true(sx_slice_is_text(sx_reader_name_list(&r), lists[i]));
        assert_int_equal(sx_reader_finish(&r), SX_OK);
    }
}

static void test_reader_rejects_bad_name_lists(void **state)
{
    static const struct {
        const char *text;
        size_t len;
    } rows[] = {
        { ",", 1 },     { ",a", 2 },    { "a,", 2 },    { "a,,b", 4 },     { " ", 1 },
        { "a, b", 4 },  { "a b", 3 },   { "a\0", 2 },   { "\0", 1 },       { "a\n", 2 },
        { "a\x1f", 2 }, { "a\x7f", 2 }, { "a\x80", 2 }, { "\xc3\xa9", 2 },
    };
    uint8_t storage[64];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sx_reader r = reader_on_string(storage, rows[i].text, rows[i].len);

        assert_int_equal(sx_reader_name_list(&r).len, 0);
        assert_int_equal(sx_reader_finish(&r), SX_ERR_PEER_DECODE);
    }
}

static void test_reader_takes_the_mpints_of_the_rfc(void **state)
{
    static const struct {
        struct sx_slice encoded;
        struct sx_slice magnitude;
    } rows[] = {
        { { (const uint8_t *)"\0\0\0\0", 4 }, { NULL, 0 } },
        { { (const uint8_t *)"\0\0\0\x08\x09\xa3\x78\xf9\xb2\xe3\x32\xa7", 12 },
          { (const uint8_t *)"\x09\xa3\x78\xf9\xb2\xe3\x32\xa7", 8 } },
        { { (const uint8_t *)"\0\0\0\x02\0\x80", 6 }, { (const uint8_t *)"\x80", 1 } },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sx_reader r = reader_on(rows[i].encoded);

        assert_true(sx_slice_is_equal(sx_reader_mpint(&r), rows[i].magnitude));
        assert_int_equal(sx_reader_finish(&r), SX_OK);
    }
}

static void test_reader_rejects_other_mpints(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } rows[] = {
        { "\xed\xcc", 2 },             /* -1234, from the RFC */
        { "\xff\x21\x52\x41\x11", 5 }, /* -deadbeef, from the RFC */
        { "\x80", 1 },                 /* -128 */
        { "\0", 1 },                   /* zero is the empty string */
        { "\0\x7f", 2 },               /* not minimal */
        { "\0\0\x80", 3 },             /* not minimal */
        { "\0\0", 2 },
    };
    uint8_t storage[64];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sx_reader r = reader_on_string(storage, rows[i].bytes, rows[i].len);

        assert_int_equal(sx_reader_mpint(&r).len, 0);
        assert_int_equal(sx_reader_finish(&r), SX_ERR_PEER_DECODE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reader_reads_numbers_big_endian),
        cmocka_unit_test(test_reader_takes_any_byte_but_zero_as_true),
        cmocka_unit_test(test_reader_borrows_strings_and_bytes),
        cmocka_unit_test(test_reader_of_nothing),
        cmocka_unit_test(test_reader_rejects_short_numbers),
        cmocka_unit_test(test_reader_rejects_short_string),
        cmocka_unit_test(test_reader_error_is_sticky),
        cmocka_unit_test(test_reader_rejects_bytes_left_over),
        cmocka_unit_test(test_reader_expects_the_message_number),
        cmocka_unit_test(test_reader_takes_good_name_lists),
        cmocka_unit_test(test_reader_rejects_bad_name_lists),
        cmocka_unit_test(test_reader_takes_the_mpints_of_the_rfc),
        cmocka_unit_test(test_reader_rejects_other_mpints),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
