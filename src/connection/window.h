/* connection/window.h: how far ahead the server may send (RFC 4254 section 5.2), and how that grows
 * to what a long path holds. Times in milliseconds, sizes in bytes. */
#ifndef SX_CONNECTION_WINDOW_H
#define SX_CONNECTION_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SX_WINDOW_DEFAULT = 32 * 1024 * 1024, /* 1 Gbit/s over 250 ms */
    SX_WINDOW_FIRST = 2 * 1024 * 1024,    /* what a channel starts with */
};

struct sx_window {
    uint32_t limit;       /* at most this */
    uint32_t size;        /* what the server may send ahead by now */
    uint32_t left;        /* what it may still send */
    uint32_t consumed;    /* what was consumed and not given back yet */
    uint64_t received;    /* of the whole stream */
    uint64_t began;       /* the first of it */
    bool is_begun;        /* the first window was used */
    uint64_t received_at; /* the last of it */
    uint64_t round_trip;  /* the shortest time that anything took there and back */
    uint64_t asked_at;    /* when the request was sent that is answered next */

    /* Growth under way, at the pace at which the path delivers. */
    uint32_t wanted; /* what size grows to */
    uint64_t pace;   /* bytes in a millisecond */
    uint64_t paced_at;

    /* A probe: how long the server takes to send all that it may. */
    uint64_t probe_end; /* that much in all; 0 for no probe */
    uint32_t probe_size;
    uint64_t probe_began;
    uint64_t probe_gap; /* the longest time without data */
};

/* sx_window_init: the peer is told of window->size right away. */
void sx_window_init(struct sx_window *window, uint32_t limit, uint64_t now);

/* A request was answered (and the next goes out now): how long that took, at most, is the path's
 * round trip. */
void sx_window_measure(struct sx_window *window, uint64_t now);

/* n bytes came, no more than window->left. */
void sx_window_received(struct sx_window *window, size_t n, uint64_t now);

/* n bytes were dealt with. */
void sx_window_consumed(struct sx_window *window, size_t n);

/* sx_window_grant is how many bytes to give the server now, 0 for none: they count as given. */
uint32_t sx_window_grant(struct sx_window *window, uint64_t now);

/* When to ask for a grant at the latest, though nothing came; UINT64_MAX for never. */
uint64_t sx_window_deadline(const struct sx_window *window);

/* The limit was raised: what the first window lacked is given. */
void sx_window_widen(struct sx_window *window, uint32_t limit);

#endif
