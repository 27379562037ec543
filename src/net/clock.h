/* net/clock.h: the only clock. */
#ifndef SX_NET_CLOCK_H
#define SX_NET_CLOCK_H

#include <stdint.h>

/* Milliseconds of the monotonic clock. */
uint64_t sx_clock_now(void);

#endif
