/* net/connect.h: a TCP connection without waiting: one address after another. */
#ifndef SX_NET_CONNECT_H
#define SX_NET_CONNECT_H

#include <stdint.h>

#include "net/resolve.h"

struct sx_connect_config {
    const char *host; /* borrowed; for texts and the lookup */
    int port;
    enum sx_address_family family;
    const char *local_host; /* numeric address to bind; NULL or "" for any */
    int local_port;         /* 0 for any */
    bool is_no_delay;
};

struct sx_connect {
    struct sx_connect_config config;
    struct sx_resolve *resolve;
    const struct addrinfo *next; /* the address to try next */
    int fd;                      /* being connected; -1 if none */
    unsigned tried;
    uint64_t attempt_ends; /* when the next address gets its turn */
    int last_errno;
};

/* sx_connect_start begins with the lookup. An address that doesn't answer holds up the next one
 * for five seconds. */
SX_MUST_USE enum sx_err sx_connect_start(struct sx_connect *state,
                                         const struct sx_connect_config *config,
                                         struct sx_fault *fault);

/* sx_connect_step goes on without waiting; *out_fd is the connected socket (now the caller's) or
 * -1 when it is not there yet. SX_ERR_RESOLVE, SX_ERR_CONNECT. */
SX_MUST_USE enum sx_err sx_connect_step(struct sx_connect *state, uint64_t now,
                                        struct sx_fault *fault, int *out_fd);

/* The descriptor to wait for and what for (POLLIN or POLLOUT). */
int sx_connect_fd(const struct sx_connect *state, short *out_events);

/* When step should be called at the latest. */
uint64_t sx_connect_wakes(const struct sx_connect *state);

void sx_connect_clear(struct sx_connect *state);

#endif
