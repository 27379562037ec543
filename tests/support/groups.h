/* tests/support/groups.h: primes of Diffie-Hellman groups, for a server's group exchange. */
#ifndef SX_TESTS_GROUPS_H
#define SX_TESTS_GROUPS_H

#include "base/slice.h"

/* The safe prime of RFC 3526 with 2048, 3072, 4096, 6144 or 8192 bits, or of RFC 2409 with 1024,
 * whose generator is 2; empty for any other number. Static storage. */
struct sx_slice group_prime(unsigned bits);

#endif
