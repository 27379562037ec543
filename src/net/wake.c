/* net/wake.c: an eventfd, as its write is one async-signal-safe call that can't block. */
#include "net/wake.h"

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum sx_err sx_wake_open(struct sx_wake *wake)
{
    wake->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return wake->fd < 0 ? SX_ERR_SOCKET : SX_OK;
}

void sx_wake_up(const struct sx_wake *wake)
{
    const uint64_t one = 1;
    int saved = errno;
    ssize_t n = write(wake->fd, &one, sizeof one);

    (void)n; /* full means that it is readable already */
    errno = saved;
}

void sx_wake_drain(const struct sx_wake *wake)
{
    uint64_t count;
    ssize_t n = read(wake->fd, &count, sizeof count);

    (void)n;
}

void sx_wake_close(struct sx_wake *wake)
{
    if (wake->fd >= 0)
        close(wake->fd);
    wake->fd = -1;
}
