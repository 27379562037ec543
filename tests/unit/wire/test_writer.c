/* The writer: RFC 4251 section 5 types into bounded storage, whole fields or nothing. */
#include "unit/wire/decode_checks.h"

#include "wire/reader.h"
#include "wire/writer.h"

static void test_writer_writes_numbers_big_endian(void **state)
{
    WRITER(w, 32);

    (void)state;
    sx_writer_u8(&w, 0xfe);
    sx_writer_u32(&w, 699921578);
    sx_writer_u64(&w, UINT64_C(0x0123456789abcdef));
    sx_writer_bool(&w, true);
    sx_writer_bool(&w, false);
    check_written(&w, BYTES("\xfe"
                            "\x29\xb7\xf4\xaa"
                            "\x01\x23\x45\x67\x89\xab\xcd\xef"
                            "\x01\0"));
}

static void test_writer_writes_strings_and_bytes(void **state)
{
    WRITER(w, 64);

    (void)state;
    sx_writer_text(&w, "testing");
    sx_writer_string(&w, BYTES("a\0b"));
    sx_writer_bytes(&w, BYTES("raw"));
    sx_writer_string(&w, SX_SLICE_NONE);
    sx_writer_bytes(&w, SX_SLICE_NONE);
    sx_writer_text(&w, "");
    check_written(&w, BYTES("\0\0\0\x07"
                            "testing"
                            "\0\0\0\x03"
                            "a\0b"
                            "raw"
                            "\0\0\0\0"
                            "\0\0\0\0"));
}

static void test_writer_writes_the_mpints_of_the_rfc(void **state)
{
    WRITER(w, 64);

    (void)state;
    sx_writer_mpint(&w, SX_SLICE_NONE);
    sx_writer_mpint(&w, BYTES("\x09\xa3\x78\xf9\xb2\xe3\x32\xa7"));
    sx_writer_mpint(&w, BYTES("\x80"));
    check_written(&w, BYTES("\0\0\0\0"
                            "\0\0\0\x08\x09\xa3\x78\xf9\xb2\xe3\x32\xa7"
                            "\0\0\0\x02\0\x80"));
}

static void test_writer_drops_leading_zeros_of_an_mpint(void **state)
{
    WRITER(w, 64);

    (void)state;
    sx_writer_mpint(&w, BYTES("\0"));
    sx_writer_mpint(&w, BYTES("\0\0\0\x7f"));
    sx_writer_mpint(&w, BYTES("\0\0\xff\0"));
    check_written(&w, BYTES("\0\0\0\0"
                            "\0\0\0\x01\x7f"
                            "\0\0\0\x03\0\xff\0"));
}

static void test_mpints_round_trip(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 70000; i += 13) {
        uint8_t magnitude[4] = { 0, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i };
        struct sx_slice bytes = SX_SLICE_NONE;
        struct sx_slice back;
        struct sx_reader r;
        uint32_t value = 0;
        WRITER(w, 16);

        sx_writer_mpint(&w, sx_slice_of(magnitude, sizeof magnitude));
        assert_int_equal(sx_writer_finish(&w, &bytes), SX_OK);
        sx_reader_init(&r, bytes);
        back = sx_reader_mpint(&r);
        assert_int_equal(sx_reader_finish(&r), SX_OK);
        for (size_t k = 0; k < back.len; k++)
            value = value << 8 | back.ptr[k];
        assert_int_equal(value, i);
        assert_true(back.len == 0 || back.ptr[0] != 0);
    }
}

static void test_strings_nest(void **state)
{
    size_t outer;
    size_t inner;
    WRITER(w, 64);

    (void)state;
    sx_writer_u8(&w, 9);
    outer = sx_writer_begin_string(&w);
    sx_writer_text(&w, "ab");
    inner = sx_writer_begin_string(&w);
    sx_writer_u8(&w, 7);
    sx_writer_end_string(&w, inner);
    sx_writer_end_string(&w, outer);
    sx_writer_end_string(&w, sx_writer_begin_string(&w));
    check_written(&w, BYTES("\x09"
                            "\0\0\0\x0b"
                            "\0\0\0\x02"
                            "ab"
                            "\0\0\0\x01"
                            "\x07"
                            "\0\0\0\0"));
}

static void test_end_string_refuses_a_mark_that_is_none(void **state)
{
    static const size_t marks[] = { 0, 3, 6, SIZE_MAX };

    (void)state;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        struct sx_slice out;
        WRITER(w, 16);

        sx_writer_u32(&w, 1);
        sx_writer_u8(&w, 2);
        sx_writer_end_string(&w, marks[i]);
        assert_int_equal(sx_writer_finish(&w, &out), SX_ERR_SPACE);
    }
}

typedef void write_fn(struct sx_writer *writer);

static void write_u8(struct sx_writer *writer)
{
    sx_writer_u8(writer, 1);
}

static void write_u32(struct sx_writer *writer)
{
    sx_writer_u32(writer, 1);
}

static void write_u64(struct sx_writer *writer)
{
    sx_writer_u64(writer, 1);
}

static void write_bytes(struct sx_writer *writer)
{
    sx_writer_bytes(writer, BYTES("abc"));
}

static void write_string(struct sx_writer *writer)
{
    sx_writer_string(writer, BYTES("abc"));
}

static void write_empty_string(struct sx_writer *writer)
{
    sx_writer_string(writer, SX_SLICE_NONE);
}

static void write_mpint(struct sx_writer *writer)
{
    sx_writer_mpint(writer, BYTES("\x80\x01"));
}

static void write_nested(struct sx_writer *writer)
{
    size_t mark = sx_writer_begin_string(writer);

    sx_writer_u8(writer, 1);
    sx_writer_end_string(writer, mark);
}

static const struct {
    write_fn *write;
    size_t need;
} fields[] = {
    { write_u8, 1 },     { write_u32, 4 },          { write_u64, 8 },   { write_bytes, 3 },
    { write_string, 7 }, { write_empty_string, 4 }, { write_mpint, 7 }, { write_nested, 5 },
};

static void test_writer_is_bad_when_a_field_does_not_fit(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        for (size_t cap = 0; cap <= fields[i].need; cap++) {
            uint8_t *storage = cap != 0 ? sx_alloc(cap) : NULL;
            struct sx_slice out = sx_slice_text("before");
            struct sx_writer w;

            sx_writer_init(&w, storage, cap);
            fields[i].write(&w);
            if (cap == fields[i].need) {
                assert_int_equal(sx_writer_finish(&w, &out), SX_OK);
                assert_int_equal(out.len, cap);
            } else {
                assert_int_equal(sx_writer_finish(&w, &out), SX_ERR_SPACE);
                assert_true(sx_slice_is_text(out, "before"));
            }
            sx_free(storage);
        }
    }
}

static void test_writer_writes_nothing_after_what_did_not_fit(void **state)
{
    uint8_t storage[8];
    struct sx_slice out;
    struct sx_writer w;

    (void)state;
    memset(storage, 0xee, sizeof storage);
    sx_writer_init(&w, storage, sizeof storage);
    sx_writer_u8(&w, 1);
    sx_writer_text(&w, "abcd"); /* 8 more bytes; 7 are left */
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        fields[i].write(&w);
    assert_memory_equal(storage, "\x01\xee\xee\xee\xee\xee\xee\xee", 8);
    assert_int_equal(sx_writer_finish(&w, &out), SX_ERR_SPACE);
}

#if SIZE_MAX > UINT32_MAX /* elsewhere no slice can be that long */
static void test_writer_refuses_a_length_beyond_32_bits(void **state)
{
    struct sx_slice out;
    uint8_t storage[8];
    struct sx_writer w;

    (void)state;
    /* the writer is told of room that it hasn't; it must not come to using it */
    sx_writer_init(&w, storage, SIZE_MAX);
    sx_writer_string(&w, sx_slice_of(storage, (size_t)UINT32_MAX + 1));
    assert_int_equal(sx_writer_finish(&w, &out), SX_ERR_SPACE);
    assert_int_equal(w.len, 0);
}
#endif

static void test_writer_of_nothing(void **state)
{
    struct sx_slice out = sx_slice_text("before");
    struct sx_writer w;

    (void)state;
    sx_writer_init(&w, NULL, 0);
    sx_writer_bytes(&w, SX_SLICE_NONE);
    assert_int_equal(sx_writer_finish(&w, &out), SX_OK);
    assert_int_equal(out.len, 0);
}

static void test_a_borrowed_string_is_counted_and_settled(void **state)
{
    uint8_t storage[16] = { 0 };
    struct sx_slice out = SX_SLICE_NONE;
    struct sx_writer w;

    (void)state;
    sx_writer_init(&w, storage, sizeof storage);
    sx_writer_u8(&w, 94);
    sx_writer_string_borrowed(&w, sx_slice_text("data"));
    sx_writer_u8(&w, 7);
    assert_int_equal(w.len, 10);
    assert_int_equal(w.borrowed_at, 5);
    assert_int_equal(sx_writer_finish(&w, &out), SX_ERR_STATE);
    sx_writer_settle(&w);
    assert_int_equal(sx_writer_finish(&w, &out), SX_OK);
    assert_int_equal(out.len, 10);
    assert_memory_equal(out.ptr, "\x5e\0\0\0\4data\7", 10);

    /* one is all that can be borrowed, and what doesn't fit isn't */
    sx_writer_init(&w, storage, sizeof storage);
    sx_writer_string_borrowed(&w, sx_slice_text("a"));
    sx_writer_string_borrowed(&w, sx_slice_text("b"));
    assert_int_equal(sx_writer_finish(&w, &out), SX_ERR_SPACE);
    sx_writer_init(&w, storage, 4);
    sx_writer_string_borrowed(&w, sx_slice_text("a"));
    assert_int_equal(w.borrowed.len, 0);
    assert_int_equal(sx_writer_finish(&w, &out), SX_ERR_SPACE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writer_writes_numbers_big_endian),
        cmocka_unit_test(test_writer_writes_strings_and_bytes),
        cmocka_unit_test(test_writer_writes_the_mpints_of_the_rfc),
        cmocka_unit_test(test_writer_drops_leading_zeros_of_an_mpint),
        cmocka_unit_test(test_mpints_round_trip),
        cmocka_unit_test(test_strings_nest),
        cmocka_unit_test(test_end_string_refuses_a_mark_that_is_none),
        cmocka_unit_test(test_writer_is_bad_when_a_field_does_not_fit),
        cmocka_unit_test(test_writer_writes_nothing_after_what_did_not_fit),
#if SIZE_MAX > UINT32_MAX
        cmocka_unit_test(test_writer_refuses_a_length_beyond_32_bits),
#endif
        cmocka_unit_test(test_writer_of_nothing),
        cmocka_unit_test(test_a_borrowed_string_is_counted_and_settled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
