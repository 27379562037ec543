/* DER: definite, shortest lengths and low tags alone; what else there is makes the reader bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/der.h"

#define BYTES(...)                                                                                 \
    sx_slice_of((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static bool is_read(struct sx_slice bytes, uint8_t tag, struct sx_slice *out)
{
    struct sx_reader reader;

    sx_reader_init(&reader, bytes);
    *out = sx_der_read(&reader, tag);
    return sx_reader_finish(&reader) == SX_OK;
}

static void test_element_is_read_with_and_without_its_head(void **state)
{
    const struct sx_slice bytes = BYTES(0x30, 0x05, 0x02, 0x01, 0x07, 0x05, 0x00);
    struct sx_reader outer;
    struct sx_reader reader;

    (void)state;
    sx_reader_init(&outer, bytes);
    sx_reader_init(&reader, sx_der_read(&outer, SX_DER_SEQUENCE));
    assert_int_equal(sx_der_peek(&reader), SX_DER_INTEGER);
    assert_true(sx_slice_is_equal(sx_der_whole(&reader, SX_DER_INTEGER), BYTES(0x02, 0x01, 0x07)));
    assert_int_equal(sx_der_peek(&reader), 0x05);
    assert_int_equal(sx_der_read(&reader, 0x05).len, 0);
    assert_int_equal(sx_der_peek(&reader), 0);
    assert_int_equal(sx_reader_finish(&reader), SX_OK);
    assert_int_equal(sx_reader_finish(&outer), SX_OK);
}

static void test_long_lengths_are_read(void **state)
{
    uint8_t bytes[4 + 0x1234] = { SX_DER_OCTET_STRING, 0x82, 0x12, 0x34 };
    struct sx_slice content;

    (void)state;
    assert_true(is_read(sx_slice_of(bytes, sizeof bytes), SX_DER_OCTET_STRING, &content));
    assert_int_equal(content.len, 0x1234);
    assert_false(is_read(sx_slice_of(bytes, sizeof bytes - 1), SX_DER_OCTET_STRING, &content));
}

static void test_everything_but_der_is_refused(void **state)
{
    struct sx_slice content;

    (void)state;
    assert_false(is_read(SX_SLICE_NONE, SX_DER_INTEGER, &content));
    assert_false(is_read(BYTES(0x02), SX_DER_INTEGER, &content));
    assert_false(is_read(BYTES(0x02, 0x01), SX_DER_INTEGER, &content));
    assert_false(is_read(BYTES(0x04, 0x00), SX_DER_INTEGER, &content));             /* tag */
    assert_false(is_read(BYTES(0x02, 0x81, 0x01, 0x07), SX_DER_INTEGER, &content)); /* not short */
    assert_false(is_read(BYTES(0x04, 0x82, 0x00, 0x01, 0x07), SX_DER_OCTET_STRING, &content));
    assert_false(is_read(BYTES(0x30, 0x80, 0x00, 0x00), SX_DER_SEQUENCE, &content)); /* BER */
    assert_false(is_read(BYTES(0x04, 0x85, 0, 0, 0, 0, 1, 7), SX_DER_OCTET_STRING, &content));
    assert_false(is_read(BYTES(0x1f, 0x01, 0x07), 0x1f, &content)); /* a high tag */
    assert_false(is_read(BYTES(0x04, 0x84, 0xff, 0xff, 0xff, 0xff), SX_DER_OCTET_STRING, &content));
}

static uint32_t number(struct sx_slice bytes, bool *out_is_good)
{
    struct sx_reader reader;
    uint32_t value;

    sx_reader_init(&reader, bytes);
    value = sx_der_u32(&reader);
    *out_is_good = sx_reader_finish(&reader) == SX_OK;
    return value;
}

static void test_numbers_are_not_negative_and_have_32_bits(void **state)
{
    bool is_good;

    (void)state;
    assert_int_equal(number(BYTES(2, 1, 0x7f), &is_good), 0x7f);
    assert_true(is_good);
    assert_int_equal(number(BYTES(2, 5, 0, 0xff, 0xff, 0xff, 0xff), &is_good), 0xffffffff);
    assert_true(is_good);
    (void)number(BYTES(2, 1, 0x80), &is_good);
    assert_false(is_good);
    (void)number(BYTES(2, 0), &is_good);
    assert_false(is_good);
    (void)number(BYTES(2, 5, 1, 0, 0, 0, 0), &is_good);
    assert_false(is_good);
}

static void test_one_element_is_told_from_more(void **state)
{
    (void)state;
    assert_true(sx_der_is_one(BYTES(0x30, 0x01, 0x00), SX_DER_SEQUENCE));
    assert_false(sx_der_is_one(BYTES(0x30, 0x01, 0x00, 0x00), SX_DER_SEQUENCE));
    assert_false(sx_der_is_one(BYTES(0x30, 0x02, 0x00), SX_DER_SEQUENCE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_element_is_read_with_and_without_its_head),
        cmocka_unit_test(test_long_lengths_are_read),
        cmocka_unit_test(test_everything_but_der_is_refused),
        cmocka_unit_test(test_numbers_are_not_negative_and_have_32_bits),
        cmocka_unit_test(test_one_element_is_told_from_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
