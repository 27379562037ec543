/* connection/window.c: the window grows as long as it is what holds the server up, and no further.
 *
 * Further would do harm. OpenSSH's server (9.2) reads as much of a command's output as the window
 * has room for, 16 KiB at a time, into one block that it makes anew, copies and wipes whenever that
 * grows: what it may send beyond what the path takes costs it 0.15 s for 2 MiB and 1.3 s for 6 MiB,
 * in which next to nothing is sent. With 32 MiB granted over a path of 100 ms and 1 Gbit/s it was
 * two seconds, and moving what waited there two seconds more for 1 GiB. A path holds its rate times
 * its round trip; a window of that and a little more keeps it full.
 *
 * So it is measured. A probe notes how much the server may send in all when some window is given.
 * If the window holds it up it gets there a round trip later, having waited meanwhile: what it did
 * in the rest of the time tells the path's rate. Else it gets there later, without a pause, and the
 * window is large enough. The first window tells the rate by itself, as nothing more can come before
 * it is used up. What is then granted in addition goes at the path's own rate, so that it
 * is used when it comes. Each probe bounds the round trip, too: an answer's time is far too long
 * where the server was slow to start the command. */
#include "connection/window.h"

#include <string.h>

enum {
    ROUND_TRIP_SHORT = 5, /* the first window makes 400 MiB/s over it, and never grows */
    /* Over a short path a half of the window is given back at a time, as messages cost. Over a long
     * one a sixteenth: what we hold back is missing on the way. */
    PARTS_SHORT = 2,
    PARTS_LONG = 16,
};

static bool is_long(const struct sx_window *window)
{
    return window->round_trip != UINT64_MAX && window->round_trip >= ROUND_TRIP_SHORT;
}

static uint32_t capped(const struct sx_window *window, uint64_t size)
{
    return size < window->limit ? (uint32_t)size : window->limit;
}

/* The difference is given with what was consumed. */
static void resize(struct sx_window *window, uint32_t size)
{
    if (size <= window->size)
        return;
    window->consumed += size - window->size;
    window->size = size;
}

void sx_window_init(struct sx_window *window, uint32_t limit, uint64_t now)
{
    memset(window, 0, sizeof *window);
    window->limit = limit;
    window->size = capped(window, SX_WINDOW_FIRST);
    window->left = window->size;
    window->round_trip = UINT64_MAX;
    window->asked_at = now;
}

static void bound_round_trip(struct sx_window *window, uint64_t took)
{
    if (took < window->round_trip)
        window->round_trip = took;
}

void sx_window_measure(struct sx_window *window, uint64_t now)
{
    bound_round_trip(window, now - window->asked_at);
    window->asked_at = now;
}

/* What came and waits for the caller. */
static uint32_t unconsumed(const struct sx_window *window)
{
    return window->size - window->left - window->consumed;
}

static void begin_probe(struct sx_window *window, uint64_t now)
{
    window->probe_end = window->received + window->left;
    window->probe_size = window->size;
    window->probe_began = now;
    window->probe_gap = 0;
}

/* size bytes come in busy milliseconds, and more would come in a round trip. */
static void aim(struct sx_window *window, uint64_t size, uint64_t busy, uint64_t now)
{
    uint64_t pace = size / (busy > 0 ? busy : 1);
    uint64_t wanted = pace * window->round_trip;

    wanted = capped(window, wanted + wanted / 8);
    if (!is_long(window) || unconsumed(window) > window->size / 4 || wanted <= window->size)
        return; /* a caller that is slower than the path is no reason to grow */
    window->wanted = (uint32_t)wanted;
    window->pace = pace;
    window->paced_at = now;
}

/* The first window, when all but an eighth of it has come. */
static void end_first(struct sx_window *window, uint64_t now)
{
    uint64_t took = now - window->began;

    window->is_begun = true;
    if (window->round_trip != UINT64_MAX && took < window->round_trip / 8 * 7)
        aim(window, window->received, took, now);
}

/* One that was much faster than the round trip shows how wrong that was: so was what followed from
 * it. An eighth of a round trip more is what times differ by where the server paused, and half of
 * that where it didn't: beyond, the path or we were busy, and a pause says nothing. */
static void end_probe(struct sx_window *window, uint64_t now)
{
    uint64_t took = now - window->probe_began;
    uint64_t gap = window->probe_gap;
    uint64_t round_trip = window->round_trip;

    bound_round_trip(window, took);
    window->probe_end = 0;
    if (gap <= round_trip / 16)
        gap = 0;
    if (took < round_trip - round_trip / 4)
        window->wanted = window->size;
    else if (took <= round_trip + round_trip / (gap > 0 ? 8 : 16))
        aim(window, window->probe_size, gap < took ? took - gap : 1, now);
}

void sx_window_received(struct sx_window *window, size_t n, uint64_t now)
{
    if (window->received == 0) /* what comes with the first byte took no time */
        window->began = now;
    else if (now - window->received_at > window->probe_gap)
        window->probe_gap = now - window->received_at;
    window->left -= (uint32_t)n;
    window->received += n;
    window->received_at = now;
    if (!window->is_begun && window->received >= window->size / 8 * 7)
        end_first(window, now);
    if (window->probe_end != 0 && window->received >= window->probe_end)
        end_probe(window, now);
}

void sx_window_consumed(struct sx_window *window, size_t n)
{
    uint32_t most = unconsumed(window);

    /* More than is out, such as an old channel's output, must not widen the window. */
    window->consumed += n < most ? (uint32_t)n : most;
}

static void grow(struct sx_window *window, uint64_t now)
{
    uint64_t size = window->size + window->pace * (now - window->paced_at);

    if (window->wanted <= window->size)
        return;
    resize(window, size < window->wanted ? (uint32_t)size : window->wanted);
    window->paced_at = now;
}

uint32_t sx_window_grant(struct sx_window *window, uint64_t now)
{
    uint32_t given;

    grow(window, now);
    given = window->consumed;
    if (given == 0 || given < window->size / (is_long(window) ? PARTS_LONG : PARTS_SHORT))
        return 0;
    window->left += given;
    window->consumed = 0;
    if (window->probe_end == 0)
        begin_probe(window, now);
    return given;
}

uint64_t sx_window_deadline(const struct sx_window *window)
{
    return window->wanted > window->size ? window->paced_at + 1 : UINT64_MAX;
}

void sx_window_widen(struct sx_window *window, uint32_t limit)
{
    if (limit > window->limit)
        window->limit = limit;
    resize(window, capped(window, SX_WINDOW_FIRST));
}
