/* The byte queue: order, bounds, growth, and blocks that are wiped before they are let go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "unit/base/wipe_spy.h"

static void append(struct sx_buffer *buf, const char *text)
{
    assert_int_equal(sx_buffer_append(buf, sx_slice_text(text)), SX_OK);
}

static void append_fill(struct sx_buffer *buf, size_t n)
{
    uint8_t *room = NULL;

    assert_int_equal(sx_buffer_reserve(buf, n, &room), SX_OK);
    assert_non_null(room);
    memset(room, 'f', n);
    sx_buffer_commit(buf, n);
}

static void assert_unread(const struct sx_buffer *buf, const char *text)
{
    assert_true(sx_slice_is_text(sx_buffer_unread(buf), text));
    assert_int_equal(sx_buffer_len(buf), strlen(text));
}

static void test_new_buffer_is_empty(void **state)
{
    struct sx_buffer buf;

    (void)state;
    sx_buffer_init(&buf, 100);
    assert_int_equal(sx_buffer_len(&buf), 0);
    assert_int_equal(sx_buffer_unread(&buf).len, 0);
    assert_null(sx_buffer_mut(&buf));
    assert_int_equal(sx_buffer_append(&buf, SX_SLICE_NONE), SX_OK);
    sx_buffer_consume(&buf, 1);
    sx_buffer_commit(&buf, 1);
    assert_int_equal(sx_buffer_len(&buf), 0);
    sx_buffer_trim(&buf);
    sx_buffer_clear(&buf);
}

static void test_bytes_come_out_in_order(void **state)
{
    struct sx_buffer buf;

    (void)state;
    sx_buffer_init(&buf, 100);
    append(&buf, "abc");
    append(&buf, "def");
    assert_unread(&buf, "abcdef");
    sx_buffer_consume(&buf, 2);
    assert_unread(&buf, "cdef");
    assert_ptr_equal(sx_buffer_mut(&buf), sx_buffer_unread(&buf).ptr);
    sx_buffer_mut(&buf)[0] = 'C';
    assert_unread(&buf, "Cdef");
    sx_buffer_consume(&buf, 4);
    assert_unread(&buf, "");
    append(&buf, "g");
    sx_buffer_consume(&buf, 99);
    assert_unread(&buf, "");
    sx_buffer_clear(&buf);
}

static void test_reserve_appends_only_what_is_committed(void **state)
{
    struct sx_buffer buf;
    uint8_t *room;

    (void)state;
    sx_buffer_init(&buf, 100);
    assert_int_equal(sx_buffer_reserve(&buf, 10, &room), SX_OK);
    memcpy(room, "0123456789", 10);
    assert_unread(&buf, "");
    sx_buffer_commit(&buf, 4);
    assert_unread(&buf, "0123");
    assert_int_equal(sx_buffer_reserve(&buf, 0, &room), SX_OK);
    assert_ptr_equal(room, sx_buffer_unread(&buf).ptr + 4);
    sx_buffer_clear(&buf);
}

static void test_commit_never_passes_the_block(void **state)
{
    struct sx_buffer buf;
    uint8_t *room;

    (void)state;
    sx_buffer_init(&buf, 16);
    assert_int_equal(sx_buffer_reserve(&buf, 16, &room), SX_OK);
    sx_buffer_commit(&buf, SIZE_MAX);
    assert_int_equal(sx_buffer_len(&buf), 16);
    sx_buffer_commit(&buf, 1);
    assert_int_equal(sx_buffer_len(&buf), 16);
    sx_buffer_clear(&buf);
}

static void test_reserve_is_bounded_by_the_maximum(void **state)
{
    struct sx_buffer buf;
    uint8_t *room = NULL;

    (void)state;
    sx_buffer_init(&buf, 8);
    append(&buf, "abcde");
    assert_int_equal(sx_buffer_reserve(&buf, 4, &room), SX_ERR_SPACE);
    assert_int_equal(sx_buffer_reserve(&buf, SIZE_MAX, &room), SX_ERR_SPACE);
    assert_int_equal(sx_buffer_append(&buf, sx_slice_text("fghi")), SX_ERR_SPACE);
    assert_null(room);
    assert_unread(&buf, "abcde");

    append(&buf, "fgh"); /* exactly full */
    assert_unread(&buf, "abcdefgh");
    assert_true(buf.cap <= 8);
    sx_buffer_consume(&buf, 3); /* what was read counts no more */
    append(&buf, "ijk");
    assert_unread(&buf, "defghijk");
    sx_buffer_clear(&buf);
}

static void test_a_maximum_of_zero_holds_nothing(void **state)
{
    struct sx_buffer buf;

    (void)state;
    sx_buffer_init(&buf, 0);
    assert_int_equal(sx_buffer_append(&buf, sx_slice_text("a")), SX_ERR_SPACE);
    assert_int_equal(sx_buffer_append(&buf, SX_SLICE_NONE), SX_OK);
    sx_buffer_clear(&buf);
}

static void test_unread_bytes_move_before_the_block_grows(void **state)
{
    struct sx_buffer buf;
    size_t cap;

    (void)state;
    sx_buffer_init(&buf, 1 << 20);
    append_fill(&buf, 200);
    cap = buf.cap;
    append_fill(&buf, cap - 200); /* to the last byte, without growing */
    assert_int_equal(buf.cap, cap);
    sx_buffer_consume(&buf, cap - 3);
    append(&buf, "abc");
    assert_unread(&buf, "fffabc");
    assert_int_equal(buf.cap, cap);
    sx_buffer_clear(&buf);
}

static void test_the_block_grows_by_doubling_up_to_the_maximum(void **state)
{
    struct sx_buffer buf;
    unsigned growths = 0;
    size_t cap = 0;

    (void)state;
    sx_buffer_init(&buf, 100000);
    for (size_t i = 0; i < 100000; i++) {
        append(&buf, "x");
        if (buf.cap == cap)
            continue;
        assert_true(cap == 0 || buf.cap == 2 * cap || buf.cap == 100000);
        cap = buf.cap;
        growths++;
    }
    assert_int_equal(cap, 100000);
    assert_true(growths < 20);
    sx_buffer_clear(&buf);
}

static void test_growth_wipes_the_old_block(void **state)
{
    struct sx_buffer buf;
    uintptr_t old;
    size_t old_cap;

    (void)state;
    sx_buffer_init(&buf, 4096);
    append(&buf, "password");
    old = (uintptr_t)buf.block;
    old_cap = buf.cap;
    sx_buffer_consume(&buf, 4);
    wipes_forget();
    append_fill(&buf, old_cap);
    assert_true(was_wiped((const void *)old, old_cap));
    assert_memory_equal(sx_buffer_unread(&buf).ptr, "wordffff", 8);
    assert_int_equal(sx_buffer_len(&buf), 4 + old_cap);
    sx_buffer_clear(&buf);
}

static void test_clear_wipes_and_keeps_the_maximum(void **state)
{
    struct sx_buffer buf;
    uintptr_t old;
    size_t old_cap;

    (void)state;
    sx_buffer_init(&buf, 300);
    append(&buf, "password");
    old = (uintptr_t)buf.block;
    old_cap = buf.cap;
    wipes_forget();
    sx_buffer_clear(&buf);
    assert_true(was_wiped((const void *)old, old_cap));
    assert_unread(&buf, "");
    assert_int_equal(buf.max, 300);
    append_fill(&buf, 300);
    assert_int_equal(sx_buffer_append(&buf, sx_slice_text("a")), SX_ERR_SPACE);
    sx_buffer_clear(&buf);
}

static void test_trim_gives_back_an_empty_block_only(void **state)
{
    struct sx_buffer buf;
    uintptr_t old;

    (void)state;
    sx_buffer_init(&buf, 300);
    append(&buf, "ab");
    sx_buffer_trim(&buf);
    assert_unread(&buf, "ab");
    sx_buffer_consume(&buf, 2);
    old = (uintptr_t)buf.block;
    wipes_forget();
    sx_buffer_trim(&buf);
    assert_true(was_wiped((const void *)old, 2));
    assert_null(buf.block);
    append(&buf, "cd");
    assert_unread(&buf, "cd");
    sx_buffer_clear(&buf);
}

/* Many small steps against the simplest model there is: two counters of a known sequence. */
static void test_a_long_mix_of_steps_loses_nothing(void **state)
{
    struct sx_buffer buf;
    uint32_t step = 12345;
    uint8_t written = 0;
    uint8_t read = 0;
    size_t len = 0;

    (void)state;
    sx_buffer_init(&buf, 1000);
    for (int i = 0; i < 20000; i++) {
        size_t n = (step >> 16) % 400;
        struct sx_slice unread;
        uint8_t *room;

        step = step * 1103515245U + 12345U;
        if (sx_buffer_reserve(&buf, n, &room) == SX_OK) {
            for (size_t k = 0; k < n; k++)
                room[k] = written++;
            sx_buffer_commit(&buf, n);
            len += n;
        } else {
            assert_true(len + n > 1000);
        }
        assert_int_equal(sx_buffer_len(&buf), len);
        n = (step >> 16) % 400;
        n = n < len ? n : len;
        unread = sx_buffer_unread(&buf);
        for (size_t k = 0; k < n; k++)
            assert_int_equal(unread.ptr[k], read++);
        sx_buffer_consume(&buf, n);
        len -= n;
        if (i % 100 == 0)
            sx_buffer_trim(&buf);
    }
    sx_buffer_clear(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_buffer_is_empty),
        cmocka_unit_test(test_bytes_come_out_in_order),
        cmocka_unit_test(test_reserve_appends_only_what_is_committed),
        cmocka_unit_test(test_commit_never_passes_the_block),
        cmocka_unit_test(test_reserve_is_bounded_by_the_maximum),
        cmocka_unit_test(test_a_maximum_of_zero_holds_nothing),
        cmocka_unit_test(test_unread_bytes_move_before_the_block_grows),
        cmocka_unit_test(test_the_block_grows_by_doubling_up_to_the_maximum),
        cmocka_unit_test(test_growth_wipes_the_old_block),
        cmocka_unit_test(test_clear_wipes_and_keeps_the_maximum),
        cmocka_unit_test(test_trim_gives_back_an_empty_block_only),
        cmocka_unit_test(test_a_long_mix_of_steps_loses_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
