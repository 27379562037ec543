/* The event ring: first in, first out, and full is an error rather than a loss. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/event.h"

static struct sx_event numbered(uint32_t number)
{
    struct sx_event event = { .type = SX_EVENT_DISCONNECTED };

    event.disconnect.reason = number;
    return event;
}

static void test_empty_queue_gives_nothing(void **state)
{
    struct sx_event_queue queue = { 0 };
    struct sx_event event = numbered(7);

    (void)state;
    assert_false(sx_event_pop(&queue, &event));
    assert_int_equal(event.disconnect.reason, 7);
}

static void test_events_come_out_in_order_past_the_ring_end(void **state)
{
    struct sx_event_queue queue = { 0 };
    uint32_t pushed = 0;
    uint32_t popped = 0;

    (void)state;
    for (int round = 0; round < 3 * SX_EVENT_QUEUE_MAX; round++) {
        struct sx_event event;

        for (int i = 0; i < 3; i++)
            assert_int_equal(sx_event_push(&queue, numbered(pushed++)), SX_OK);
        for (int i = 0; i < 3; i++) {
            assert_true(sx_event_pop(&queue, &event));
            assert_int_equal(event.type, SX_EVENT_DISCONNECTED);
            assert_int_equal(event.disconnect.reason, popped++);
        }
        assert_false(sx_event_pop(&queue, &event));
    }
}

static void test_full_queue_refuses_and_keeps_what_it_has(void **state)
{
    struct sx_event_queue queue = { 0 };
    struct sx_event event;

    (void)state;
    for (uint32_t i = 0; i < SX_EVENT_QUEUE_MAX; i++)
        assert_int_equal(sx_event_push(&queue, numbered(i)), SX_OK);
    assert_int_equal(sx_event_push(&queue, numbered(99)), SX_ERR_INTERNAL);
    for (uint32_t i = 0; i < SX_EVENT_QUEUE_MAX; i++) {
        assert_true(sx_event_pop(&queue, &event));
        assert_int_equal(event.disconnect.reason, i);
    }
    assert_false(sx_event_pop(&queue, &event));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_queue_gives_nothing),
        cmocka_unit_test(test_events_come_out_in_order_past_the_ring_end),
        cmocka_unit_test(test_full_queue_refuses_and_keeps_what_it_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
