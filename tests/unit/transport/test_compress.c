/* Compression of payloads: zlib's own streams are understood both ways, packet by packet, and
 * nothing grows past its bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "transport/compress.h"

enum { OUT_MAX = 64 * 1024, BIG = 200 * 1000 };

/* Bytes that hardly compress; the same for each call. */
static void fill_noise(uint8_t *out, size_t n)
{
    uint32_t state = 1;

    for (size_t i = 0; i < n; i++) {
        state = state * 1664525 + 1013904223;
        out[i] = (uint8_t)(state >> 24);
    }
}

/* Compresses into a block of the bound's size; returns the length. */
static size_t deflated(struct sx_deflate *state, struct sx_slice payload, uint8_t *out, size_t cap)
{
    struct sx_writer writer;

    sx_writer_init(&writer, out, cap);
    assert_int_equal(sx_deflate_packet(state, payload, &writer), SX_OK);
    return writer.len;
}

/* Every packet can be read when it came, and none needs more than the bound. */
static void test_packets_round_trip_one_by_one(void **state)
{
    static uint8_t in[OUT_MAX], packed[2 * OUT_MAX];
    struct sx_deflate *deflate = NULL;
    struct sx_inflate *inflate = NULL;
    struct sx_buffer out;

    (void)state;
    assert_int_equal(sx_deflate_new(&deflate), SX_OK);
    assert_int_equal(sx_inflate_new(&inflate), SX_OK);
    sx_buffer_init(&out, OUT_MAX);
    fill_noise(in, sizeof in);
    for (size_t n = 1; n <= sizeof in; n = n * 3 / 2 + 1) {
        size_t bound = sx_deflate_bound(n);
        size_t len = deflated(deflate, sx_slice_of(in, n), packed, bound);

        assert_true(len <= bound);
        assert_int_equal(sx_inflate_packet(inflate, sx_slice_of(packed, len), &out), SX_OK);
        assert_true(sx_slice_is_equal(sx_buffer_unread(&out), sx_slice_of(in, n)));
    }
    sx_buffer_clear(&out);
    sx_deflate_free(deflate);
    sx_inflate_free(inflate);
}

/* The history goes on from packet to packet: what came before costs next to nothing again. */
static void test_history_goes_on(void **state)
{
    static uint8_t in[4000], packed[8000];
    struct sx_deflate *deflate = NULL;
    size_t first, again;

    (void)state;
    assert_int_equal(sx_deflate_new(&deflate), SX_OK);
    fill_noise(in, sizeof in);
    first = deflated(deflate, sx_slice_of(in, sizeof in), packed, sizeof packed);
    again = deflated(deflate, sx_slice_of(in, sizeof in), packed, sizeof packed);
    assert_true(first >= sizeof in);
    assert_true(again < 200);
    sx_deflate_free(deflate);
}

/* zlib itself reads what we write, and we read what zlib writes with either flush. */
static void test_it_is_zlib(void **state)
{
    static const int flushes[] = { Z_PARTIAL_FLUSH, Z_SYNC_FLUSH };
    static uint8_t in[3000], packed[8000], unpacked[8000];
    struct sx_deflate *ours = NULL;
    z_stream stream = { 0 };
    size_t len;

    (void)state;
    fill_noise(in, sizeof in / 2);
    assert_int_equal(sx_deflate_new(&ours), SX_OK);
    len = deflated(ours, sx_slice_of(in, sizeof in), packed, sizeof packed);
    assert_int_equal(inflateInit(&stream), Z_OK);
    stream.next_in = packed;
    stream.avail_in = (uInt)len;
    stream.next_out = unpacked;
    stream.avail_out = sizeof unpacked;
    assert_int_equal(inflate(&stream, Z_SYNC_FLUSH), Z_OK);
    assert_int_equal(stream.total_out, sizeof in);
    assert_memory_equal(unpacked, in, sizeof in);
    assert_int_equal(inflateEnd(&stream), Z_OK);
    sx_deflate_free(ours);

    for (size_t i = 0; i < 2; i++) {
        struct sx_inflate *reading = NULL;
        struct sx_buffer out;

        assert_int_equal(sx_inflate_new(&reading), SX_OK);
        sx_buffer_init(&out, OUT_MAX);
        memset(&stream, 0, sizeof stream);
        assert_int_equal(deflateInit(&stream, 9), Z_OK);
        for (int packet = 0; packet < 3; packet++) {
            stream.next_in = in;
            stream.avail_in = sizeof in;
            stream.next_out = packed;
            stream.avail_out = sizeof packed;
            assert_int_equal(deflate(&stream, flushes[i]), Z_OK);
            len = sizeof packed - stream.avail_out;
            assert_int_equal(sx_inflate_packet(reading, sx_slice_of(packed, len), &out), SX_OK);
            assert_true(sx_slice_is_equal(sx_buffer_unread(&out), sx_slice_of(in, sizeof in)));
        }
        (void)deflateEnd(&stream);
        sx_buffer_clear(&out);
        sx_inflate_free(reading);
    }
}

/* As much as fits is taken, one byte more isn't, and a bomb costs no more memory than the bound. */
static void test_nothing_inflates_past_the_bound(void **state)
{
    static const size_t sizes[] = { OUT_MAX - 1, OUT_MAX, OUT_MAX + 1, BIG };
    static uint8_t packed[2000];
    uint8_t *zeros = calloc(1, BIG);

    (void)state;
    assert_non_null(zeros);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct sx_deflate *deflate = NULL;
        struct sx_inflate *inflate = NULL;
        struct sx_buffer out;
        size_t len;

        assert_int_equal(sx_deflate_new(&deflate), SX_OK);
        assert_int_equal(sx_inflate_new(&inflate), SX_OK);
        sx_buffer_init(&out, OUT_MAX);
        len = deflated(deflate, sx_slice_of(zeros, sizes[i]), packed, sizeof packed);
        assert_int_equal(sx_inflate_packet(inflate, sx_slice_of(packed, len), &out),
                         sizes[i] < OUT_MAX ? SX_OK : SX_ERR_PEER_DECOMPRESS);
        assert_true(sx_buffer_len(&out) <= OUT_MAX);
        assert_true(out.cap <= OUT_MAX);
        sx_buffer_clear(&out);
        sx_deflate_free(deflate);
        sx_inflate_free(inflate);
    }
    free(zeros);
}

/* Every byte of a packet changed in turn: another text or a refusal, never a fault. */
static void test_damaged_packets_do_no_harm(void **state)
{
    static const char text[] = "a text of some length, of some length, of some length";
    uint8_t packed[256];
    struct sx_deflate *deflate = NULL;
    size_t len, refused = 0;

    (void)state;
    assert_int_equal(sx_deflate_new(&deflate), SX_OK);
    len = deflated(deflate, sx_slice_text(text), packed, sizeof packed);
    sx_deflate_free(deflate);
    for (size_t at = 0; at < len; at++) {
        for (unsigned mask = 1; mask < 256; mask++) {
            struct sx_inflate *inflate = NULL;
            struct sx_buffer out;

            assert_int_equal(sx_inflate_new(&inflate), SX_OK);
            sx_buffer_init(&out, OUT_MAX);
            packed[at] ^= (uint8_t)mask;
            if (sx_inflate_packet(inflate, sx_slice_of(packed, len), &out) != SX_OK)
                refused++;
            packed[at] ^= (uint8_t)mask;
            sx_buffer_clear(&out);
            sx_inflate_free(inflate);
        }
    }
    assert_true(refused > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packets_round_trip_one_by_one),
        cmocka_unit_test(test_history_goes_on),
        cmocka_unit_test(test_it_is_zlib),
        cmocka_unit_test(test_nothing_inflates_past_the_bound),
        cmocka_unit_test(test_damaged_packets_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
