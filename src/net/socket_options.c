/* net/socket_options.c: options of a TCP socket, before it connects. */
#include "net/socket_options.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

static void set(int fd, int level, int name, int value)
{
    (void)setsockopt(fd, level, name, &value, sizeof value);
}

void sx_socket_acknowledge(int fd)
{
    set(fd, IPPROTO_TCP, TCP_QUICKACK, 1);
}

static int seconds(int milliseconds)
{
    return (int)(((long long)milliseconds + 999) / 1000);
}

void sx_socket_options_set(int fd, const struct sx_socket_options *options)
{
    const struct linger reset = { .l_onoff = 1, .l_linger = 0 };

    set(fd, IPPROTO_TCP, TCP_NODELAY, options->is_no_delay);
    if (options->is_keep_alive) /* a new socket has it off */
        set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    if (options->keep_alive_ms > 0)
        set(fd, IPPROTO_TCP, TCP_KEEPIDLE, seconds(options->keep_alive_ms));
    if (options->keep_alive_interval_ms > 0)
        set(fd, IPPROTO_TCP, TCP_KEEPINTVL, seconds(options->keep_alive_interval_ms));
    if (options->in_buffer > 0)
        set(fd, SOL_SOCKET, SO_RCVBUF, options->in_buffer);
    if (options->out_buffer > 0)
        set(fd, SOL_SOCKET, SO_SNDBUF, options->out_buffer);
    if (options->is_reset_on_close)
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

void sx_socket_close(int fd, const struct sx_socket_options *options)
{
    /* With SO_LINGER's time close would wait, in non-blocking mode as well. So the system goes on
     * sending in the background, and it is that which gives up. */
    if (!options->is_reset_on_close && options->linger_seconds > 0)
        set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, options->linger_seconds * 1000);
    close(fd);
}
