/* net/connect.h: a TCP connection without waiting: one address after another, and through a proxy
 * when there is one. */
#ifndef SX_NET_CONNECT_H
#define SX_NET_CONNECT_H

#include <stdint.h>

#include "net/proxy.h"
#include "net/resolve.h"
#include "net/socket_options.h"

struct sx_connect_config {
    const char *host; /* borrowed; for texts and the lookup */
    int port;
    enum sx_address_family family;
    const char *local_host; /* numeric address to bind; NULL or "" for any */
    int local_port;         /* 0 for any */
    struct sx_socket_options options;
    const struct sx_proxy_config *proxy; /* borrowed; NULL or of type SX_PROXY_NONE for none */
    uint64_t deadline;                   /* by which all must be done; UINT64_MAX for none */
};

struct sx_connect {
    struct sx_connect_config config;
    struct sx_resolve *target; /* the host behind a SOCKS4 proxy, which takes no names */
    char target_text[64];
    struct sx_resolve *resolve;
    const struct addrinfo *next; /* the address to try next */
    int fd;                      /* being connected; -1 if none */
    unsigned tried;
    uint64_t attempt_ends; /* when the next address gets its turn */
    int last_errno;
    bool is_talking; /* fd is connected to the proxy */
    struct sx_proxy proxy;
};

/* sx_connect_start begins with the lookup. An address that doesn't answer holds up the next one
 * for five seconds, or for its share of the time that is left when that is less. */
SX_MUST_USE enum sx_err sx_connect_start(struct sx_connect *state,
                                         const struct sx_connect_config *config,
                                         struct sx_fault *fault);

/* sx_connect_step goes on without waiting; *out_fd is the connected socket (now the caller's) or
 * -1 when it is not there yet. SX_ERR_RESOLVE, SX_ERR_CONNECT; the proxy's errors (net/proxy.h). */
SX_MUST_USE enum sx_err sx_connect_step(struct sx_connect *state, uint64_t now,
                                        struct sx_fault *fault, int *out_fd);

/* The descriptor to wait for and what for (POLLIN, POLLOUT); -1 when the next step is due now. */
int sx_connect_fd(const struct sx_connect *state, short *out_events);

/* When step should be called at the latest. */
uint64_t sx_connect_wakes(const struct sx_connect *state);

void sx_connect_clear(struct sx_connect *state);

#endif
