/* net/syslog.c: RFC 5424 over a datagram socket or TCP. */
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

enum {
    CONNECT_MS = 1000,
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

/* --- Opening ---------------------------------------------------------------------------------- */

bool sx_syslog_is_target(const char *target)
{
    const char *colon;

    if (strcmp(target, "local") == 0 || target[0] == '/')
        return true;
    colon = strrchr(target, ':');
    return strncmp(target, "tcp:", 4) == 0 && colon != NULL && colon > target + 4 &&
           colon[1] != '\0';
}

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

    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    return connect_to((const struct sockaddr *)&address, sizeof address, AF_UNIX, SOCK_DGRAM);
}

static int open_tcp(const char *target)
{
    const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    const char *colon = strrchr(target, ':');
    struct addrinfo *found = NULL;
    char host[256];
    int fd = -1;

    (void)snprintf(host, sizeof host, "%.*s", (int)(colon - target), target);
    errno = EHOSTUNREACH;
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
        return -1;
    for (const struct addrinfo *at = found; at != NULL && fd < 0; at = at->ai_next)
        fd = connect_to(at->ai_addr, at->ai_addrlen, at->ai_family, SOCK_STREAM);
    freeaddrinfo(found);
    return fd;
}

enum sx_err sx_syslog_open(const char *target, struct sx_fault *fault, struct sx_syslog *out)
{
    bool is_stream = strncmp(target, "tcp:", 4) == 0;
    int fd;

    if (!sx_syslog_is_target(target))
        return sx_fault_set(fault, SX_ERR_ARGUMENT,
                            "a log collector is local, a socket's path, or tcp:HOST:PORT");
    fd = is_stream                      ? open_tcp(target + 4)
         : strcmp(target, "local") == 0 ? open_local("/dev/log")
                                        : open_local(target);
    if (fd < 0)
        return sx_fault_set_sys(fault, SX_ERR_CONNECT, errno, "the log collector %s: %s", target,
                                strerror(errno));
    *out = (struct sx_syslog){ .fd = fd, .is_stream = is_stream };
    return SX_OK;
}

/* --- Sending ---------------------------------------------------------------------------------- */

static enum sx_err send_rest(struct sx_syslog *syslog, struct sx_slice rest)
{
    while (rest.len > 0) {
        ssize_t n = send(syslog->fd, rest.ptr, rest.len, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) &&
            wait_for(syslog->fd, POLLOUT, SEND_MS))
            continue;
        if (n < 0)
            return SX_ERR_SOCKET;
        rest = sx_slice_of(rest.ptr + n, rest.len - (size_t)n);
    }
    return SX_OK;
}

static enum sx_err send_datagram(struct sx_syslog *syslog, struct sx_slice head,
                                 struct sx_slice message)
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
        return SX_ERR_SOCKET;
    }
}

/* A collector that hung up is noticed before a message is lost to it. */
static bool has_hung_up(const struct sx_syslog *syslog)
{
    char byte;
    ssize_t n = recv(syslog->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

    return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

enum sx_err sx_syslog_send(struct sx_syslog *syslog, const char *time, const char *host,
                           unsigned long process, struct sx_slice message)
{
    char head[HEAD_MAX];
    char counted[HEAD_MAX + 32];
    int n = snprintf(head, sizeof head, "<%d>1 %s %.255s sexec %lu audit - ", PRIORITY, time,
                     host[0] == '\0' ? "-" : host, process);

    if (n < 0 || (size_t)n >= sizeof head)
        return SX_ERR_ARGUMENT;
    if (!syslog->is_stream)
        return send_datagram(syslog, sx_slice_of(head, (size_t)n), message);
    if (has_hung_up(syslog))
        return SX_ERR_SOCKET;
    (void)snprintf(counted, sizeof counted, "%zu %s", (size_t)n + message.len, head);
    SX_TRY(send_rest(syslog, sx_slice_text(counted)));
    return send_rest(syslog, message);
}

bool sx_syslog_close(struct sx_syslog *syslog)
{
    bool is_taken = syslog->fd >= 0;
    char bytes[256];
    ssize_t n = 1;

    if (syslog->fd >= 0 && syslog->is_stream) {
        (void)shutdown(syslog->fd, SHUT_WR);
        while (n > 0 && wait_for(syslog->fd, POLLIN, CLOSE_MS))
            n = recv(syslog->fd, bytes, sizeof bytes, 0);
        is_taken = n == 0;
    }
    if (syslog->fd >= 0)
        close(syslog->fd);
    syslog->fd = -1;
    return is_taken;
}
