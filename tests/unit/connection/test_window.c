/* The receive window over paths that are simulated millisecond by millisecond: a server that always
 * has data, a link of a rate, a round trip, and a caller that takes its time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "connection/window.h"

enum { MEGABYTE = 1000 * 1000, TIMES = 1024, ROUND_TRIPS = 60 };

struct path {
    uint64_t rate;       /* of the link, bytes in a millisecond */
    uint64_t caller;     /* the same of the caller; 0 for any */
    uint64_t round_trip; /* milliseconds */
    uint64_t answered;   /* how long the answers before took */
    uint32_t limit;
};

struct run {
    struct sx_window window;
    uint64_t granted[TIMES]; /* what is on its way, by the time it comes */
    uint64_t data[TIMES];
    uint64_t credit;  /* what the server may send now */
    uint64_t waiting; /* for the caller */
    uint64_t delivered;
    uint32_t most; /* that the window ever was */
};

/* A millisecond: half of the round trip is the way there. */
static void step(struct run *run, const struct path *path, uint64_t now)
{
    size_t here = now % TIMES;
    size_t later = (now + path->round_trip / 2) % TIMES;
    uint64_t sent, n;

    run->credit += run->granted[here];
    run->granted[here] = 0;
    sent = run->credit < path->rate ? run->credit : path->rate;
    run->credit -= sent;
    run->data[later] += sent;

    n = run->data[here];
    run->data[here] = 0;
    if (n > 0) {
        assert_true(n <= run->window.left);
        sx_window_received(&run->window, n, now);
    }
    run->waiting += n;
    n = path->caller != 0 && path->caller < run->waiting ? path->caller : run->waiting;
    run->waiting -= n;
    run->delivered += n;
    sx_window_consumed(&run->window, n);
    run->granted[later] += sx_window_grant(&run->window, now);
    assert_true(run->window.size <= path->limit);
    if (run->window.size > run->most)
        run->most = run->window.size;
}

/* A stream of that many round trips. */
static void stream(struct run *run, const struct path *path)
{
    uint64_t start = 1 + path->answered;
    uint64_t milliseconds = ROUND_TRIPS * (path->round_trip + 2);

    memset(run, 0, sizeof *run);
    sx_window_init(&run->window, path->limit, 1);
    run->credit = run->window.left;
    sx_window_measure(&run->window, start);
    for (uint64_t now = start; now < start + milliseconds; now++)
        step(run, path, now);
}

/* From 100 Mbit/s to 2 Gbit/s: the link is filled, and little more is granted than it holds. */
static void test_a_long_path_is_filled_and_no_more(void **state)
{
    static const struct path paths[] = {
        { 125 * 1000, 0, 100, 100, SX_WINDOW_DEFAULT },
        { 12500, 0, 100, 100, SX_WINDOW_DEFAULT },
        { 250 * 1000, 0, 80, 80, SX_WINDOW_DEFAULT },
        { 125 * 1000, 0, 200, 200, SX_WINDOW_DEFAULT },
        { 125 * 1000, 0, 30, 40, SX_WINDOW_DEFAULT },
        { 40 * 1000, 0, 300, 300, SX_WINDOW_DEFAULT },
    };
    struct run run;

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        uint64_t holds = paths[i].rate * paths[i].round_trip;
        uint64_t all = paths[i].rate * ROUND_TRIPS * (paths[i].round_trip + 2);

        stream(&run, &paths[i]);
        assert_true(run.delivered >= all / 100 * 93);
        assert_true(run.most <= (holds > SX_WINDOW_FIRST ? holds / 3 * 4 : SX_WINDOW_FIRST));
    }
}

static void test_the_limit_holds(void **state)
{
    const struct path path = { 125 * 1000, 0, 100, 100, 5 * MEGABYTE };
    const struct path tiny = { 125 * 1000, 0, 100, 100, 3 };
    struct run run;

    (void)state;
    stream(&run, &path);
    assert_int_equal(run.most, path.limit);
    stream(&run, &tiny);
    assert_int_equal(run.most, tiny.limit);
    assert_true(run.delivered >= ROUND_TRIPS);
}

/* Whether it is short indeed, or answers came late, as from a server that starts slowly. */
static void test_a_short_path_keeps_the_first_window(void **state)
{
    const struct path path = { 500 * 1000, 0, 2, 2, SX_WINDOW_DEFAULT };
    const struct path late = { 500 * 1000, 0, 2, 150, SX_WINDOW_DEFAULT };
    struct run run;

    (void)state;
    stream(&run, &path);
    assert_int_equal(run.most, SX_WINDOW_FIRST);
    stream(&run, &late);
    assert_true(run.most <= 3 * SX_WINDOW_FIRST);
    assert_true(run.window.round_trip < 150);
}

/* A caller that is slower than the path needs no larger window: what comes would only pile up. */
static void test_a_slow_caller_is_no_reason_to_grow(void **state)
{
    const struct path path = { 125 * 1000, 5000, 100, 100, SX_WINDOW_DEFAULT };
    struct run run;

    (void)state;
    stream(&run, &path);
    assert_int_equal(run.most, SX_WINDOW_FIRST);
}

static void test_more_than_came_is_not_consumed(void **state)
{
    struct sx_window window;

    (void)state;
    sx_window_init(&window, 1000, 0);
    sx_window_received(&window, 400, 1);
    sx_window_consumed(&window, 5000);
    assert_int_equal(window.consumed, 400);
    assert_int_equal(sx_window_grant(&window, 1), 0); /* less than a half */
    sx_window_received(&window, 600, 1);
    sx_window_consumed(&window, SIZE_MAX);
    assert_int_equal(sx_window_grant(&window, 1), 1000);
    assert_int_equal(window.left, 1000);
}

/* What a wider limit adds to the first window is given at once; a narrower one takes nothing. */
static void test_a_raised_limit_is_given(void **state)
{
    struct sx_window window;

    (void)state;
    sx_window_init(&window, 1000, 0);
    sx_window_widen(&window, 500);
    assert_int_equal(sx_window_grant(&window, 1), 0);
    sx_window_widen(&window, UINT32_MAX);
    assert_int_equal(sx_window_grant(&window, 1), SX_WINDOW_FIRST - 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_long_path_is_filled_and_no_more),
        cmocka_unit_test(test_the_limit_holds),
        cmocka_unit_test(test_a_short_path_keeps_the_first_window),
        cmocka_unit_test(test_a_slow_caller_is_no_reason_to_grow),
        cmocka_unit_test(test_more_than_came_is_not_consumed),
        cmocka_unit_test(test_a_raised_limit_is_given),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
