/* Slices: borrowed bytes compare by content, empty ones with and without a pointer alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/slice.h"

static void test_slice_borrows(void **state)
{
    uint8_t bytes[3] = { 1, 2, 3 };
    struct sx_slice slice = sx_slice_of(bytes, sizeof bytes);

    (void)state;
    assert_ptr_equal(slice.ptr, bytes);
    assert_int_equal(slice.len, 3);
    assert_null(SX_SLICE_NONE.ptr);
    assert_int_equal(SX_SLICE_NONE.len, 0);
}

static void test_slice_text_leaves_the_nul_out(void **state)
{
    const char *text = "abc";

    (void)state;
    assert_ptr_equal(sx_slice_text(text).ptr, text);
    assert_int_equal(sx_slice_text(text).len, 3);
    assert_int_equal(sx_slice_text("").len, 0);
    assert_int_equal(sx_slice_text(NULL).len, 0);
}

static void test_slices_are_equal_by_content(void **state)
{
    (void)state;
    assert_true(sx_slice_is_equal(sx_slice_of("a\0b", 3), sx_slice_of("a\0b", 3)));
    assert_false(sx_slice_is_equal(sx_slice_of("a\0b", 3), sx_slice_of("a\0c", 3)));
    assert_false(sx_slice_is_equal(sx_slice_text("ab"), sx_slice_text("abc")));
    assert_false(sx_slice_is_equal(sx_slice_text("abc"), sx_slice_text("ab")));
    assert_false(sx_slice_is_equal(SX_SLICE_NONE, sx_slice_text("a")));
}

static void test_empty_slices_are_equal_with_and_without_a_pointer(void **state)
{
    (void)state;
    assert_true(sx_slice_is_equal(SX_SLICE_NONE, SX_SLICE_NONE));
    assert_true(sx_slice_is_equal(SX_SLICE_NONE, sx_slice_text("")));
    assert_true(sx_slice_is_text(SX_SLICE_NONE, ""));
    assert_true(sx_slice_is_text(SX_SLICE_NONE, NULL));
}

static void test_slice_is_text_compares_whole(void **state)
{
    (void)state;
    assert_true(sx_slice_is_text(sx_slice_text("none"), "none"));
    assert_false(sx_slice_is_text(sx_slice_text("none"), "non"));
    assert_false(sx_slice_is_text(sx_slice_text("none"), "None"));
    assert_false(sx_slice_is_text(sx_slice_of("none", 5), "none")); /* a NUL inside counts */
}

static void test_secret_compare_sees_every_bit(void **state)
{
    uint8_t a[32];
    uint8_t b[32];

    (void)state;
    for (size_t i = 0; i < sizeof a; i++)
        a[i] = b[i] = (uint8_t)(i * 7);
    assert_true(sx_is_equal_secret(a, b, sizeof a));
    for (size_t i = 0; i < sizeof a * 8; i++) {
        b[i / 8] ^= (uint8_t)(1U << i % 8);
        assert_false(sx_is_equal_secret(a, b, sizeof a));
        b[i / 8] ^= (uint8_t)(1U << i % 8);
    }
    b[31] ^= 1;
    assert_true(sx_is_equal_secret(a, b, 31)); /* not a byte too far */
    assert_true(sx_is_equal_secret(NULL, NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slice_borrows),
        cmocka_unit_test(test_slice_text_leaves_the_nul_out),
        cmocka_unit_test(test_slices_are_equal_by_content),
        cmocka_unit_test(test_empty_slices_are_equal_with_and_without_a_pointer),
        cmocka_unit_test(test_slice_is_text_compares_whole),
        cmocka_unit_test(test_secret_compare_sees_every_bit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
