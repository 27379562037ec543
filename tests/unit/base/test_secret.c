/* Secrets: one block of fixed capacity, wiped whole on every way out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/secret.h"
#include "unit/base/wipe_spy.h"

static void assert_holds(const struct sx_secret *secret, const char *text)
{
    assert_true(sx_slice_is_text(sx_secret_slice(secret), text));
}

static void test_zeroed_secret_is_empty(void **state)
{
    struct sx_secret secret = { 0 };

    (void)state;
    assert_int_equal(sx_secret_slice(&secret).len, 0);
    assert_int_equal(sx_secret_append(&secret, SX_SLICE_NONE), SX_OK);
    assert_int_equal(sx_secret_append(&secret, sx_slice_text("a")), SX_ERR_SPACE);
    sx_secret_clear(&secret);
    sx_secret_clear(&secret);
}

static void test_reserve_gives_an_empty_secret_with_room(void **state)
{
    struct sx_secret secret = { 0 };

    (void)state;
    assert_int_equal(sx_secret_reserve(&secret, 4), SX_OK);
    assert_int_equal(secret.len, 0);
    assert_int_equal(secret.cap, 4);
    assert_non_null(secret.ptr);
    assert_int_equal(sx_secret_reserve(&secret, 0), SX_OK);
    assert_int_equal(secret.cap, 0);
    sx_secret_clear(&secret);
}

static void test_append_stays_within_the_capacity(void **state)
{
    struct sx_secret secret = { 0 };
    uint8_t *block;

    (void)state;
    assert_int_equal(sx_secret_reserve(&secret, 5), SX_OK);
    block = secret.ptr;
    assert_int_equal(sx_secret_append(&secret, sx_slice_text("abc")), SX_OK);
    assert_int_equal(sx_secret_append(&secret, sx_slice_text("def")), SX_ERR_SPACE);
    assert_holds(&secret, "abc");
    assert_int_equal(sx_secret_append(&secret, sx_slice_text("de")), SX_OK);
    assert_holds(&secret, "abcde");
    assert_int_equal(sx_secret_append(&secret, sx_slice_text("f")), SX_ERR_SPACE);
    assert_ptr_equal(secret.ptr, block); /* a secret never moves */
    sx_secret_clear(&secret);
}

static void test_reserve_wipes_what_was_there(void **state)
{
    struct sx_secret secret = { 0 };
    uintptr_t where;

    (void)state;
    assert_int_equal(sx_secret_set(&secret, sx_slice_text("old secret")), SX_OK);
    where = (uintptr_t)secret.ptr;
    wipes_forget();
    assert_int_equal(sx_secret_reserve(&secret, 4), SX_OK);
    assert_true(was_wiped((const void *)where, 10));
    assert_int_equal(secret.len, 0);
    sx_secret_clear(&secret);
}

static void test_set_copies_and_wipes_the_old(void **state)
{
    struct sx_secret secret = { 0 };
    char text[] = "second";
    uintptr_t where;

    (void)state;
    assert_int_equal(sx_secret_set(&secret, sx_slice_text("first")), SX_OK);
    where = (uintptr_t)secret.ptr;
    wipes_forget();
    assert_int_equal(sx_secret_set(&secret, sx_slice_text(text)), SX_OK);
    text[0] = 'x';
    assert_holds(&secret, "second");
    assert_true(was_wiped((const void *)where, 5));

    assert_int_equal(sx_secret_set(&secret, SX_SLICE_NONE), SX_OK);
    assert_int_equal(secret.len, 0);
    sx_secret_clear(&secret);
}

static void test_set_may_take_a_part_of_itself(void **state)
{
    struct sx_secret secret = { 0 };
    struct sx_slice whole;

    (void)state;
    assert_int_equal(sx_secret_set(&secret, sx_slice_text("key=value")), SX_OK);
    whole = sx_secret_slice(&secret);
    assert_int_equal(sx_secret_set(&secret, sx_slice_of(whole.ptr + 4, whole.len - 4)), SX_OK);
    assert_holds(&secret, "value");
    sx_secret_clear(&secret);
}

static void test_move_hands_the_block_over(void **state)
{
    struct sx_secret from = { 0 };
    struct sx_secret to = { 0 };
    const uint8_t *block;
    uintptr_t old;

    (void)state;
    assert_int_equal(sx_secret_set(&from, sx_slice_text("abc")), SX_OK);
    assert_int_equal(sx_secret_set(&to, sx_slice_text("old")), SX_OK);
    block = from.ptr;
    old = (uintptr_t)to.ptr;
    wipes_forget();
    sx_secret_move(&to, &from);
    assert_ptr_equal(to.ptr, block);
    assert_holds(&to, "abc");
    assert_true(was_wiped((const void *)old, 3));
    assert_null(from.ptr);
    assert_int_equal(from.len, 0);
    assert_int_equal(from.cap, 0);

    sx_secret_move(&to, &to);
    assert_holds(&to, "abc");
    sx_secret_clear(&to);
}

static void test_clear_wipes_the_whole_capacity(void **state)
{
    struct sx_secret secret = { 0 };
    uintptr_t where;

    (void)state;
    assert_int_equal(sx_secret_reserve(&secret, 64), SX_OK);
    assert_int_equal(sx_secret_append(&secret, sx_slice_text("short")), SX_OK);
    where = (uintptr_t)secret.ptr;
    wipes_forget();
    sx_secret_clear(&secret);
    /* not only the 5 bytes in use: others may have been written through the pointer */
    assert_true(was_wiped((const void *)where, 64));
    assert_null(secret.ptr);
    assert_int_equal(secret.len, 0);
    assert_int_equal(secret.cap, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zeroed_secret_is_empty),
        cmocka_unit_test(test_reserve_gives_an_empty_secret_with_room),
        cmocka_unit_test(test_append_stays_within_the_capacity),
        cmocka_unit_test(test_reserve_wipes_what_was_there),
        cmocka_unit_test(test_set_copies_and_wipes_the_old),
        cmocka_unit_test(test_set_may_take_a_part_of_itself),
        cmocka_unit_test(test_move_hands_the_block_over),
        cmocka_unit_test(test_clear_wipes_the_whole_capacity),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
