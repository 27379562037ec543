/* net/clock.h: the only clock. */
#ifndef SX_NET_CLOCK_H
#define SX_NET_CLOCK_H

#include <stdint.h>

/* Milliseconds of the monotonic clock. */
uint64_t sx_clock_now(void);

/* Microseconds since 1970-01-01 UTC, as the machine's clock has it; for records, never for waits. */
uint64_t sx_clock_utc_us(void);

#endif
