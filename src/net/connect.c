/* net/connect.c: lookup, then the addresses in order, each for its share of the time, so that a
 * dead first address doesn't eat the whole timeout. */
#include "net/connect.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ATTEMPT_MS = 5000 }; /* for an address that has others behind it */

enum { PEEK_SIZE = 4096 };

static bool has_proxy(const struct sx_connect *state)
{
    return state->config.proxy != NULL && state->config.proxy->type != SX_PROXY_NONE;
}

/* Whom the socket goes to. */
static const char *near_host(const struct sx_connect *state)
{
    return has_proxy(state) ? state->config.proxy->host : state->config.host;
}

static int near_port(const struct sx_connect *state)
{
    return has_proxy(state) ? state->config.proxy->port : state->config.port;
}

static bool is_ipv4(const char *text)
{
    struct in_addr address;

    return inet_pton(AF_INET, text, &address) == 1;
}

enum sx_err sx_connect_start(struct sx_connect *state, const struct sx_connect_config *config,
                             struct sx_fault *fault)
{
    memset(state, 0, sizeof *state);
    state->config = *config;
    state->fd = -1;
    if (has_proxy(state) && config->proxy->type == SX_PROXY_SOCKS4 && !is_ipv4(config->host))
        return sx_resolve_start(config->host, config->port, SX_FAMILY_IPV4, fault, &state->target);
    return sx_resolve_start(near_host(state), near_port(state), config->family, fault,
                            &state->resolve);
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

/* When the next address gets its turn: there is one, and time for all that are left. */
static uint64_t attempt_end(const struct sx_connect *state, const struct addrinfo *address,
                            uint64_t now)
{
    uint64_t left = state->config.deadline > now ? state->config.deadline - now : 0;
    uint64_t count = 0;

    for (const struct addrinfo *at = address; at != NULL; at = at->ai_next)
        count++;
    if (count < 2)
        return UINT64_MAX;
    return now + (left / count < ATTEMPT_MS ? left / count : ATTEMPT_MS);
}

/* Begins one attempt; false when this address is no good at once. */
static bool begin_attempt(struct sx_connect *state, const struct addrinfo *address, uint64_t now)
{
    int error;

    state->tried++;
    state->fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
    if (state->fd < 0) {
        state->last_errno = errno;
        return false;
    }
    sx_socket_options_set(state->fd, &state->config.options);
    error = bind_local(state, state->fd, address->ai_family);
    if (error == 0 && connect(state->fd, address->ai_addr, address->ai_addrlen) != 0 &&
        errno != EINPROGRESS)
        error = errno;
    if (error != 0) {
        drop_socket(state, error);
        return false;
    }
    state->attempt_ends = attempt_end(state, address, now);
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
                            "can't connect to %s\"%s\" port %d: %s (%u address%s tried)",
                            has_proxy(state) ? "the proxy " : "", near_host(state),
                            near_port(state), strerror(state->last_errno), state->tried,
                            state->tried == 1 ? "" : "es");
}

/* The address that a SOCKS4 proxy is told, then the proxy's own. */
static enum sx_err step_target(struct sx_connect *state, struct sx_fault *fault)
{
    const struct addrinfo *found;

    SX_TRY(sx_resolve_result(state->target, fault, &found));
    if (getnameinfo(found->ai_addr, found->ai_addrlen, state->target_text,
                    sizeof state->target_text, NULL, 0, NI_NUMERICHOST) != 0)
        return SX_ERR_INTERNAL;
    sx_resolve_free(state->target);
    state->target = NULL;
    return sx_resolve_start(near_host(state), near_port(state), state->config.family, fault,
                            &state->resolve);
}

/* ---- the talk with a proxy ------------------------------------------------------------------ */

static enum sx_err proxy_broke(const struct sx_connect *state, int error, struct sx_fault *fault)
{
    return sx_fault_set_sys(fault, SX_ERR_PROXY, error,
                            "the proxy \"%s\" port %d %s before it answered: %s", near_host(state),
                            near_port(state),
                            error == 0 ? "closed the connection" : "broke the connection",
                            error == 0 ? "it may not be such a proxy" : strerror(error));
}

static enum sx_err talk_send(struct sx_connect *state, struct sx_fault *fault)
{
    struct sx_slice out;

    while ((out = sx_proxy_to_send(&state->proxy)).len > 0) {
        ssize_t n = send(state->fd, out.ptr, out.len, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK ? SX_OK
                                                           : proxy_broke(state, errno, fault);
        sx_proxy_sent(&state->proxy, (size_t)n);
    }
    return SX_OK;
}

/* What comes is looked at first and then taken as far as it is the proxy's, since the server's
 * first words may stand behind it. */
static enum sx_err talk(struct sx_connect *state, struct sx_fault *fault, int *out_fd)
{
    uint8_t bytes[PEEK_SIZE];
    size_t taken;

    while (!state->proxy.is_done) {
        ssize_t n;

        SX_TRY(talk_send(state, fault));
        n = recv(state->fd, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return SX_OK;
        if (n <= 0)
            return proxy_broke(state, n < 0 ? errno : 0, fault);
        SX_TRY(sx_proxy_received(&state->proxy, sx_slice_of(bytes, (size_t)n), fault, &taken));
        while (taken > 0 && (n = recv(state->fd, bytes, taken, MSG_DONTWAIT)) != 0) {
            if (n < 0 && errno != EINTR)
                return proxy_broke(state, errno, fault);
            taken -= n < 0 ? 0 : (size_t)n;
        }
    }
    *out_fd = state->fd;
    state->fd = -1;
    return SX_OK;
}

static enum sx_err begin_talk(struct sx_connect *state, struct sx_fault *fault)
{
    state->is_talking = true;
    return sx_proxy_start(&state->proxy, state->config.proxy,
                          state->target_text[0] != '\0' ? state->target_text : state->config.host,
                          state->config.port, fault);
}

enum sx_err sx_connect_step(struct sx_connect *state, uint64_t now, struct sx_fault *fault,
                            int *out_fd)
{
    *out_fd = -1;
    if (state->is_talking)
        return talk(state, fault, out_fd);
    if (state->target != NULL) {
        if (!sx_resolve_is_done(state->target))
            return SX_OK;
        SX_TRY(step_target(state, fault));
    }
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
            if (error == 0 && has_proxy(state)) {
                SX_TRY(begin_talk(state, fault));
                return talk(state, fault, out_fd);
            }
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

static struct sx_resolve *lookup(const struct sx_connect *state)
{
    return state->target != NULL ? state->target : state->resolve;
}

int sx_connect_fd(const struct sx_connect *state, short *out_events)
{
    if (state->is_talking) {
        *out_events = sx_proxy_to_send(&state->proxy).len > 0 ? POLLIN | POLLOUT : POLLIN;
        return state->fd;
    }
    if (state->fd >= 0) {
        *out_events = POLLOUT;
        return state->fd;
    }
    *out_events = POLLIN;
    return sx_resolve_fd(lookup(state));
}

uint64_t sx_connect_wakes(const struct sx_connect *state)
{
    if (state->fd < 0)
        return sx_resolve_fd(lookup(state)) < 0 ? 0 : UINT64_MAX;
    return state->is_talking ? UINT64_MAX : state->attempt_ends;
}

void sx_connect_clear(struct sx_connect *state)
{
    drop_socket(state, 0);
    sx_resolve_free(state->target);
    state->target = NULL;
    sx_resolve_free(state->resolve);
    state->resolve = NULL;
    sx_proxy_clear(&state->proxy);
}
