/* net/connect.c: lookup, then the addresses in order, each for its share of the time, so that a
 * dead first address doesn't eat the whole timeout. */
#include "net/connect.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ATTEMPT_MS = 5000 }; /* for an address that has others behind it */

enum sx_err sx_connect_start(struct sx_connect *state, const struct sx_connect_config *config,
                             struct sx_fault *fault)
{
    memset(state, 0, sizeof *state);
    state->config = *config;
    state->fd = -1;
    return sx_resolve_start(config->host, config->port, config->family, fault, &state->resolve);
}

static void drop_socket(struct sx_connect *state, int error)
{
    if (state->fd >= 0)
        close(state->fd);
    state->fd = -1;
    if (error != 0)
        state->last_errno = error;
}

static int bind_local(const struct sx_connect *state, int fd, int family)
{
    const struct sx_connect_config *config = &state->config;
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
                               .sin6_port = htons((uint16_t)config->local_port) };
    struct sockaddr_in v4 = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)config->local_port) };
    bool has_host = config->local_host != NULL && config->local_host[0] != '\0';
    int on = 1;

    if (!has_host && config->local_port == 0)
        return 0;
    if (config->local_port != 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (family == AF_INET6) {
        if (has_host && inet_pton(AF_INET6, config->local_host, &v6.sin6_addr) != 1)
            return EADDRNOTAVAIL;
        return bind(fd, (struct sockaddr *)&v6, sizeof v6) == 0 ? 0 : errno;
    }
    if (has_host && inet_pton(AF_INET, config->local_host, &v4.sin_addr) != 1)
        return EADDRNOTAVAIL;
    return bind(fd, (struct sockaddr *)&v4, sizeof v4) == 0 ? 0 : errno;
}

/* Begins one attempt; false when this address is no good at once. */
static bool begin_attempt(struct sx_connect *state, const struct addrinfo *address, uint64_t now)
{
    int on = state->config.is_no_delay;
    int error;

    state->tried++;
    state->fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
    if (state->fd < 0) {
        state->last_errno = errno;
        return false;
    }
    (void)setsockopt(state->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    error = bind_local(state, state->fd, address->ai_family);
    if (error == 0 && connect(state->fd, address->ai_addr, address->ai_addrlen) != 0 &&
        errno != EINPROGRESS)
        error = errno;
    if (error != 0) {
        drop_socket(state, error);
        return false;
    }
    state->attempt_ends = address->ai_next == NULL ? UINT64_MAX : now + ATTEMPT_MS;
    return true;
}

/* What became of the attempt: 0 connected, EINPROGRESS still going on, else its error. */
static int attempt_result(const struct sx_connect *state, uint64_t now)
{
    struct pollfd wait = { .fd = state->fd, .events = POLLOUT };
    socklen_t len = sizeof(int);
    int error = 0;

    if (poll(&wait, 1, 0) > 0) {
        if (getsockopt(state->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
            error = errno;
        return error;
    }
    return now >= state->attempt_ends ? ETIMEDOUT : EINPROGRESS;
}

static enum sx_err all_failed(const struct sx_connect *state, struct sx_fault *fault)
{
    return sx_fault_set_sys(fault, SX_ERR_CONNECT, state->last_errno,
                            "can't connect to \"%s\" port %d: %s (%u address%s tried)",
                            state->config.host, state->config.port, strerror(state->last_errno),
                            state->tried, state->tried == 1 ? "" : "es");
}

enum sx_err sx_connect_step(struct sx_connect *state, uint64_t now, struct sx_fault *fault,
                            int *out_fd)
{
    *out_fd = -1;
    if (state->tried == 0) {
        if (!sx_resolve_is_done(state->resolve))
            return SX_OK;
        SX_TRY(sx_resolve_result(state->resolve, fault, &state->next));
    }
    for (;;) {
        if (state->fd >= 0) {
            int error = attempt_result(state, now);

            if (error == EINPROGRESS)
                return SX_OK;
            if (error == 0) {
                *out_fd = state->fd;
                state->fd = -1;
                return SX_OK;
            }
            drop_socket(state, error);
        }
        if (state->next == NULL)
            return all_failed(state, fault);
        (void)begin_attempt(state, state->next, now);
        state->next = state->next->ai_next;
    }
}

int sx_connect_fd(const struct sx_connect *state, short *out_events)
{
    if (state->fd >= 0) {
        *out_events = POLLOUT;
        return state->fd;
    }
    *out_events = POLLIN;
    return sx_resolve_fd(state->resolve);
}

uint64_t sx_connect_wakes(const struct sx_connect *state)
{
    return state->fd >= 0 ? state->attempt_ends : UINT64_MAX;
}

void sx_connect_clear(struct sx_connect *state)
{
    drop_socket(state, 0);
    sx_resolve_free(state->resolve);
    state->resolve = NULL;
}
