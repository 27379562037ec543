/* net/syslog.c: RFC 5424 over a datagram socket, TCP or TLS. */
#include "net/syslog.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/clock.h"

enum {
    CONNECT_MS = 1000,
    HANDSHAKE_MS = 3000,
    SEND_MS = 2000,
    CLOSE_MS = 2000,
    PRIORITY = 10 * 8 + 5, /* authpriv, notice */
    HEAD_MAX = 512,
};

static bool wait_for(int fd, short events, int ms)
{
    struct pollfd entry = { .fd = fd, .events = events };
    int n;

    do
        n = poll(&entry, 1, ms);
    while (n < 0 && errno == EINTR);
    return n > 0;
}

static const char *shown(const struct sx_syslog *syslog)
{
    return syslog->target.kind == SX_SYSLOG_LOCAL ? syslog->target.path : syslog->target.host;
}

static enum sx_err broken(const struct sx_syslog *syslog, int sys, struct sx_fault *fault)
{
    return sx_fault_set_sys(fault, SX_ERR_SOCKET, sys, "the log collector %s: %s", shown(syslog),
                            sys == 0 ? "closed the connection" : strerror(sys));
}

/* --- Life ------------------------------------------------------------------------------------- */

static enum sx_err make_tls(struct sx_syslog *syslog, struct sx_fault *fault)
{
    struct sx_tls_demands demands = { .trust = syslog->trust.anchors,
                                      .name = syslog->target.name,
                                      .key = syslog->trust.key,
                                      .chain_count = syslog->trust.chain_count };

    for (size_t i = 0; i < demands.chain_count; i++)
        demands.chain[i] = sx_secret_slice(&syslog->trust.chain[i]);
    return sx_tls_client_new(&demands, fault, &syslog->tls);
}

/* What can never become a connection is said now, not when a collector is wanted. */
static enum sx_err try_tls(struct sx_syslog *syslog, struct sx_provider *provider,
                           struct sx_fault *fault)
{
    SX_TRY(sx_syslog_trust_load(&syslog->target, provider, fault, &syslog->trust));
    SX_TRY(make_tls(syslog, fault));
    sx_tls_client_free(syslog->tls);
    syslog->tls = NULL;
    return SX_OK;
}

enum sx_err sx_syslog_init(const char *target, struct sx_provider *provider, struct sx_fault *fault,
                           struct sx_syslog *out)
{
    struct sx_syslog syslog = { .fd = -1 };
    enum sx_err err = sx_syslog_target_read(target, fault, &syslog.target);

    if (err == SX_OK && syslog.target.kind == SX_SYSLOG_TLS)
        err = try_tls(&syslog, provider, fault);
    if (err != SX_OK) {
        sx_syslog_clear(&syslog);
        return err;
    }
    *out = syslog;
    return SX_OK;
}

static void disconnect(struct sx_syslog *syslog)
{
    sx_tls_client_free(syslog->tls);
    if (syslog->fd >= 0)
        close(syslog->fd);
    syslog->tls = NULL;
    syslog->fd = -1;
    syslog->is_connected = false;
}

void sx_syslog_clear(struct sx_syslog *syslog)
{
    disconnect(syslog);
    sx_syslog_trust_clear(&syslog->trust);
    sx_syslog_target_clear(&syslog->target);
}

/* --- Sockets ---------------------------------------------------------------------------------- */

static int connect_to(const struct sockaddr *address, socklen_t len, int family, int type)
{
    int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int error = 0;
    socklen_t size = sizeof error;

    if (fd < 0)
        return -1;
    if (connect(fd, address, len) == 0)
        return fd;
    if (errno == EINPROGRESS && wait_for(fd, POLLOUT, CONNECT_MS) &&
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0)
        return fd;
    if (error != 0)
        errno = error;
    error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int open_local(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    return connect_to((const struct sockaddr *)&address, sizeof address, AF_UNIX, SOCK_DGRAM);
}

static int open_tcp(const struct sx_syslog_target *target)
{
    const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    int fd = -1;

    errno = EHOSTUNREACH;
    if (getaddrinfo(target->host, target->port, &hints, &found) != 0)
        return -1;
    for (const struct addrinfo *at = found; at != NULL && fd < 0; at = at->ai_next)
        fd = connect_to(at->ai_addr, at->ai_addrlen, at->ai_family, SOCK_STREAM);
    freeaddrinfo(found);
    return fd;
}

static enum sx_err send_rest(struct sx_syslog *syslog, struct sx_slice rest, struct sx_fault *fault)
{
    while (rest.len > 0) {
        ssize_t n = send(syslog->fd, rest.ptr, rest.len, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) &&
            wait_for(syslog->fd, POLLOUT, SEND_MS))
            continue;
        if (n < 0)
            return broken(syslog, errno, fault);
        rest = sx_slice_of(rest.ptr + n, rest.len - (size_t)n);
    }
    return SX_OK;
}

/* --- TLS -------------------------------------------------------------------------------------- */

static enum sx_err flush_tls(struct sx_syslog *syslog, struct sx_fault *fault)
{
    struct sx_slice pending;

    SX_TRY(sx_tls_client_pending(syslog->tls, &pending));
    SX_TRY(send_rest(syslog, pending, fault));
    sx_tls_client_sent(syslog->tls, pending.len);
    return SX_OK;
}

/* Takes what came, without waiting. SX_ERR_CLOSED when the stream is at its end. */
static enum sx_err receive_tls(struct sx_syslog *syslog, struct sx_fault *fault)
{
    uint8_t bytes[4096];
    ssize_t n;

    for (;;) {
        n = recv(syslog->fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return SX_OK;
        if (n < 0)
            return broken(syslog, errno, fault);
        if (n == 0)
            return SX_ERR_CLOSED;
        SX_TRY(sx_tls_client_take(syslog->tls, sx_slice_of(bytes, (size_t)n)));
    }
}

static enum sx_err shake_hands(struct sx_syslog *syslog, struct sx_fault *fault)
{
    const uint64_t until = sx_clock_now() + HANDSHAKE_MS;
    bool is_ended = false;
    bool is_done;

    for (;;) {
        enum sx_err err = sx_tls_client_shake_hands(syslog->tls, fault, &is_done);
        uint64_t now = sx_clock_now();

        if (err != SX_OK) { /* the collector is told why by an alert, if that can be */
            struct sx_fault ignored = { 0 };

            (void)!flush_tls(syslog, &ignored);
            return err;
        }
        SX_TRY(flush_tls(syslog, fault));
        if (is_done)
            return SX_OK;
        if (is_ended)
            return broken(syslog, 0, fault);
        if (now >= until || !wait_for(syslog->fd, POLLIN, (int)(until - now)))
            return broken(syslog, ETIMEDOUT, fault);
        err = receive_tls(syslog, fault);
        is_ended = err == SX_ERR_CLOSED;
        if (err != SX_OK && !is_ended)
            return err;
    }
}

static enum sx_err begin_tls(struct sx_syslog *syslog, struct sx_fault *fault)
{
    SX_TRY(make_tls(syslog, fault));
    return shake_hands(syslog, fault);
}

enum sx_err sx_syslog_connect(struct sx_syslog *syslog, struct sx_fault *fault)
{
    const struct sx_syslog_target *target = &syslog->target;
    struct sx_fault why = { 0 };
    enum sx_err err;

    syslog->fd = target->kind == SX_SYSLOG_LOCAL ? open_local(target->path) : open_tcp(target);
    if (syslog->fd < 0)
        return sx_fault_set_sys(fault, SX_ERR_CONNECT, errno, "the log collector %s: %s",
                                shown(syslog), strerror(errno));
    err = target->kind == SX_SYSLOG_TLS ? begin_tls(syslog, &why) : SX_OK;
    if (err != SX_OK) {
        disconnect(syslog);
        return sx_fault_set_sys(fault, err, why.sys, "the log collector %s: %s", shown(syslog),
                                why.text);
    }
    syslog->is_connected = true;
    return SX_OK;
}

/* --- Sending ---------------------------------------------------------------------------------- */

static enum sx_err send_datagram(struct sx_syslog *syslog, struct sx_slice head,
                                 struct sx_slice message, struct sx_fault *fault)
{
    struct iovec parts[] = { { (void *)(uintptr_t)head.ptr, head.len },
                             { (void *)(uintptr_t)message.ptr, message.len } };
    const struct msghdr whole = { .msg_iov = parts, .msg_iovlen = 2 };

    for (;;) {
        if (sendmsg(syslog->fd, &whole, MSG_NOSIGNAL) >= 0)
            return SX_OK;
        if (errno == EINTR)
            continue;
        if ((errno == EAGAIN || errno == EWOULDBLOCK) && wait_for(syslog->fd, POLLOUT, SEND_MS))
            continue;
        if (errno == EMSGSIZE)
            return sx_fault_set_sys(fault, SX_ERR_SPACE, errno,
                                    "the log collector %s: a record of %zu bytes is beyond what a "
                                    "datagram takes; the file alone has it",
                                    shown(syslog), message.len);
        return broken(syslog, errno, fault);
    }
}

/* A collector that hung up is noticed before a message is lost to it. */
static enum sx_err look(struct sx_syslog *syslog, struct sx_fault *fault)
{
    char byte;
    ssize_t n;

    if (syslog->tls == NULL) {
        n = recv(syslog->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)))
            return SX_OK;
        return broken(syslog, n == 0 ? 0 : errno, fault);
    }
    if (receive_tls(syslog, fault) != SX_OK)
        return broken(syslog, 0, fault);
    if (sx_tls_client_listen(syslog->tls, fault) != SX_OK)
        return broken(syslog, 0, fault); /* but for a reason that is there already */
    return SX_OK;
}

static enum sx_err send_stream(struct sx_syslog *syslog, struct sx_slice head,
                               struct sx_slice message, struct sx_fault *fault)
{
    SX_TRY(look(syslog, fault));
    if (syslog->tls == NULL) {
        SX_TRY(send_rest(syslog, head, fault));
        return send_rest(syslog, message, fault);
    }
    SX_TRY(sx_tls_client_write(syslog->tls, head, fault));
    SX_TRY(sx_tls_client_write(syslog->tls, message, fault));
    return flush_tls(syslog, fault);
}

enum sx_err sx_syslog_send(struct sx_syslog *syslog, const char *time, const char *host,
                           unsigned long process, struct sx_slice message, struct sx_fault *fault)
{
    char head[HEAD_MAX];
    char counted[HEAD_MAX + 32];
    int n = snprintf(head, sizeof head, "<%d>1 %s %.255s sexec %lu audit - ", PRIORITY, time,
                     host[0] == '\0' ? "-" : host, process);

    if (n < 0 || (size_t)n >= sizeof head)
        return SX_ERR_ARGUMENT;
    if (syslog->target.kind == SX_SYSLOG_LOCAL)
        return send_datagram(syslog, sx_slice_of(head, (size_t)n), message, fault);
    (void)snprintf(counted, sizeof counted, "%zu %s", (size_t)n + message.len, head);
    return sx_fault_note(fault, send_stream(syslog, sx_slice_text(counted), message, fault));
}

/* --- Closing ---------------------------------------------------------------------------------- */

static bool leave_tcp(struct sx_syslog *syslog)
{
    char bytes[256];
    ssize_t n = 1;

    (void)shutdown(syslog->fd, SHUT_WR);
    while (n > 0 && wait_for(syslog->fd, POLLIN, CLOSE_MS))
        n = recv(syslog->fd, bytes, sizeof bytes, 0);
    return n == 0;
}

/* The end of the TCP connection alone could be anybody's doing; the collector's own word counts. */
static bool leave_tls(struct sx_syslog *syslog)
{
    struct sx_fault ignored = { 0 };
    enum sx_err err;

    sx_tls_client_leave(syslog->tls);
    if (flush_tls(syslog, &ignored) != SX_OK)
        return false;
    (void)shutdown(syslog->fd, SHUT_WR);
    for (;;) {
        bool is_ended;

        if (!wait_for(syslog->fd, POLLIN, CLOSE_MS))
            return false;
        is_ended = receive_tls(syslog, &ignored) != SX_OK;
        err = sx_tls_client_listen(syslog->tls, &ignored);
        if (err != SX_OK || is_ended)
            return err == SX_ERR_CLOSED;
    }
}

bool sx_syslog_close(struct sx_syslog *syslog)
{
    bool is_taken = syslog->is_connected;

    if (is_taken && syslog->target.kind == SX_SYSLOG_TCP)
        is_taken = leave_tcp(syslog);
    else if (is_taken && syslog->target.kind == SX_SYSLOG_TLS)
        is_taken = leave_tls(syslog);
    disconnect(syslog);
    return is_taken;
}
