/* Memory: zeroed, checked for overflow, and wiped where that is promised. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "unit/base/wipe_spy.h"

static void test_alloc_gives_zeroed_bytes(void **state)
{
    static const unsigned char zero[512];

    (void)state;
    /* the second round is likely to get the block that the first one left dirty */
    for (int round = 0; round < 2; round++) {
        unsigned char *bytes = sx_alloc(sizeof zero);

        assert_non_null(bytes);
        assert_memory_equal(bytes, zero, sizeof zero);
        memset(bytes, 0xff, sizeof zero);
        sx_free(bytes);
    }
}

static void test_alloc_of_nothing_is_a_valid_pointer(void **state)
{
    void *bytes = sx_alloc(0);
    void *array = sx_alloc_array(0, 8);
    void *empties = sx_alloc_array(8, 0);

    (void)state;
    assert_non_null(bytes);
    assert_non_null(array);
    assert_non_null(empties);
    assert_ptr_not_equal(bytes, array);
    sx_free(bytes);
    sx_free(array);
    sx_free(empties);
}

static void test_alloc_array_gives_every_element(void **state)
{
    uint32_t *numbers = sx_alloc_array(100, sizeof *numbers);

    (void)state;
    assert_non_null(numbers);
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(numbers[i], 0);
        numbers[i] = i;
    }
    sx_free(numbers);
}

static void test_alloc_array_refuses_overflow(void **state)
{
    (void)state;
    assert_null(sx_alloc_array(SIZE_MAX / 2 + 1, 2)); /* wraps to 0 */
    assert_null(sx_alloc_array(SIZE_MAX / 8 + 2, 8)); /* wraps to 8 */
    assert_null(sx_alloc_array(2, SIZE_MAX));
}

static void test_text_dup_copies(void **state)
{
    char text[] = "abc";
    char *copy = sx_text_dup(text);

    (void)state;
    assert_non_null(copy);
    text[0] = 'x';
    assert_string_equal(copy, "abc");
    sx_free(copy);
    assert_null(sx_text_dup(NULL));
}

static void test_wipe_clears_exactly_what_it_is_told(void **state)
{
    unsigned char bytes[8];

    (void)state;
    memset(bytes, 0xaa, sizeof bytes);
    sx_wipe(bytes + 2, 4);
    assert_memory_equal(bytes, "\xaa\xaa\0\0\0\0\xaa\xaa", 8);
    sx_wipe(bytes, 1);
    assert_memory_equal(bytes, "\0\xaa\0\0\0\0\xaa\xaa", 8);
    sx_wipe(bytes + 1, 0);
    assert_int_equal(bytes[1], 0xaa);
    sx_wipe(NULL, 0);
    sx_wipe(NULL, 8);
}

static void test_free_wiped_wipes_the_whole_block(void **state)
{
    unsigned char *bytes = sx_alloc(33);
    uintptr_t where = (uintptr_t)bytes;

    (void)state;
    assert_non_null(bytes);
    wipes_forget();
    sx_free_wiped(bytes, 33);
    assert_true(was_wiped((const void *)where, 33));
    sx_free_wiped(NULL, 33);
}

static void test_text_free_wiped_wipes_the_text(void **state)
{
    char *text = sx_text_dup("secret");
    uintptr_t where = (uintptr_t)text;

    (void)state;
    assert_non_null(text);
    wipes_forget();
    sx_text_free_wiped(text);
    assert_true(was_wiped((const void *)where, 6));
    sx_text_free_wiped(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alloc_gives_zeroed_bytes),
        cmocka_unit_test(test_alloc_of_nothing_is_a_valid_pointer),
        cmocka_unit_test(test_alloc_array_gives_every_element),
        cmocka_unit_test(test_alloc_array_refuses_overflow),
        cmocka_unit_test(test_text_dup_copies),
        cmocka_unit_test(test_wipe_clears_exactly_what_it_is_told),
        cmocka_unit_test(test_free_wiped_wipes_the_whole_block),
        cmocka_unit_test(test_text_free_wiped_wipes_the_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
