/* net/wake.h: ends a wait from another thread or a signal handler. */
#ifndef SX_NET_WAKE_H
#define SX_NET_WAKE_H

#include "base/error.h"

struct sx_wake {
    int fd; /* readable when woken; -1 when not open */
};

SX_MUST_USE enum sx_err sx_wake_open(struct sx_wake *wake);

/* Safe in a signal handler; keeps errno. */
void sx_wake_up(const struct sx_wake *wake);

/* Makes it unreadable again. */
void sx_wake_drain(const struct sx_wake *wake);

void sx_wake_close(struct sx_wake *wake);

#endif
