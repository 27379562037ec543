/* net/resolve.h: name lookup that never makes its caller wait: names are looked up on a thread of
 * their own, numeric addresses at once. */
#ifndef SX_NET_RESOLVE_H
#define SX_NET_RESOLVE_H

#include <netdb.h>

#include "base/error.h"

/* The reference's UseIPv6. */
enum sx_address_family { SX_FAMILY_IPV4 = 0, SX_FAMILY_IPV6 = 1, SX_FAMILY_EITHER = 2 };

struct sx_resolve; /* one lookup */

/* sx_resolve_start begins; host and port are copied. */
SX_MUST_USE enum sx_err sx_resolve_start(const char *host, int port, enum sx_address_family family,
                                         struct sx_fault *fault, struct sx_resolve **out);

/* Readable when the lookup is done; -1 when it was done at once. */
int sx_resolve_fd(const struct sx_resolve *resolve);
bool sx_resolve_is_done(struct sx_resolve *resolve);

/* After it is done: the addresses (owned by resolve), IPv6 first when either is allowed.
 * SX_ERR_RESOLVE with the EAI_ code. */
SX_MUST_USE enum sx_err sx_resolve_result(struct sx_resolve *resolve, struct sx_fault *fault,
                                          const struct addrinfo **out);

/* Gives it up, also while the thread still runs (which then cleans up by itself). NULL-safe. */
void sx_resolve_free(struct sx_resolve *resolve);

#endif
