/* audit/forward.c: from the file to a collector. */
#include "audit/forward.h"

#include <string.h>
#include <unistd.h>

#include "audit/line.h"
#include "base/memory.h"
#include "net/clock.h"

enum { RETRY_MS = 5000, READ_SIZE = 256 * 1024, BYTES_MAX = SX_AUDIT_LINE_MAX + READ_SIZE };

enum sx_err sx_audit_forward_init(struct sx_audit_forward *forward, const char *target,
                                  struct sx_provider *provider, struct sx_fault *fault)
{
    *forward = (struct sx_audit_forward){ .is_wanted = target != NULL, .syslog = { .fd = -1 } };
    return target == NULL ? SX_OK : sx_syslog_init(target, provider, fault, &forward->syslog);
}

void sx_audit_forward_clear(struct sx_audit_forward *forward)
{
    if (forward->is_wanted)
        sx_syslog_clear(&forward->syslog);
    *forward = (struct sx_audit_forward){ .syslog = { .fd = -1 } };
}

const char *sx_audit_forward_news(struct sx_audit_forward *forward)
{
    if (forward->why.err == SX_OK || forward->is_told)
        return NULL;
    forward->is_told = true;
    return forward->why.text;
}

/* --- The mark --------------------------------------------------------------------------------- */

/* Moves the mark forward to what was taken, or back to the last checkpoint. */
static void move_mark(const struct sx_audit_file *file, struct sx_audit_mark to, bool is_back)
{
    struct sx_fault ignored = { 0 }; /* then more is sent again */
    struct sx_audit_mark mark;
    bool is_there;

    if (sx_audit_state_lock(file->state_fd, SX_AUDIT_LOCK_COLLECTOR, &ignored) != SX_OK)
        return;
    mark = sx_audit_mark_read(file->state_fd, SX_AUDIT_LOCK_COLLECTOR);
    is_there = is_back ? sx_audit_mark_covers(to, mark) : sx_audit_mark_covers(mark, to);
    if (!is_there &&
        sx_audit_mark_write(file->state_fd, SX_AUDIT_LOCK_COLLECTOR, to, &ignored) != SX_OK)
        sx_fault_clear(&ignored);
    sx_audit_state_unlock(file->state_fd, SX_AUDIT_LOCK_COLLECTOR);
}

static void give_up(struct sx_audit_forward *forward, struct sx_audit_file *file,
                    const struct sx_audit_crypto *crypto)
{
    struct sx_fault ignored = { 0 }; /* whoever appends is told of a state that can't be read */
    struct sx_audit_state state;

    (void)sx_syslog_close(&forward->syslog);
    forward->retry_at = sx_clock_now() + RETRY_MS;
    if (sx_audit_file_peek(file, crypto, &ignored, &state) != SX_OK)
        return;
    move_mark(file, (struct sx_audit_mark){ state.generation, state.checkpoint_end }, true);
    sx_wipe(&state, sizeof state);
}

/* --- Sending ---------------------------------------------------------------------------------- */

static bool connect_collector(struct sx_audit_forward *forward, struct sx_audit_file *file,
                              const struct sx_audit_crypto *crypto)
{
    if (forward->syslog.is_connected)
        return true;
    if (sx_clock_now() < forward->retry_at)
        return false;
    sx_fault_clear(&forward->why);
    if (sx_syslog_connect(&forward->syslog, &forward->why) != SX_OK) {
        give_up(forward, file, crypto);
        return false;
    }
    forward->is_told = false;
    forward->sent = sx_audit_mark_read(file->state_fd, SX_AUDIT_LOCK_COLLECTOR);
    return true;
}

static enum sx_err send_line(struct sx_audit_forward *forward, struct sx_slice bytes,
                             const char *host)
{
    struct sx_audit_line line;
    char time[SX_AUDIT_TIME_SIZE] = "-";

    if (sx_audit_line_read(bytes, &line) == SX_OK)
        (void)sx_audit_member_text(sx_audit_line_find(&line, "time"), time, sizeof time);
    return sx_syslog_send(&forward->syslog, time, host, (unsigned long)getpid(), bytes,
                          &forward->why);
}

/* The whole lines of bytes; the mark moves with each. */
static enum sx_err send_lines(struct sx_audit_forward *forward, struct sx_buffer *bytes,
                              const char *host)
{
    for (;;) {
        struct sx_slice left = sx_buffer_unread(bytes);
        const uint8_t *end = left.len == 0 ? NULL : memchr(left.ptr, '\n', left.len);
        enum sx_err err;
        size_t len;

        if (end == NULL)
            return SX_OK;
        len = (size_t)(end - left.ptr);
        err = send_line(forward, sx_slice_of(left.ptr, len), host);
        if (err != SX_OK && err != SX_ERR_SPACE) /* too long for the socket: those behind go on */
            return err;
        forward->sent.end += len + 1;
        sx_buffer_consume(bytes, len + 1);
    }
}

enum sx_err sx_audit_forward_until(struct sx_audit_forward *forward, int fd, uint64_t size,
                                   const char *host)
{
    uint64_t at = forward->sent.end;
    struct sx_buffer bytes;
    enum sx_err err = SX_OK;

    sx_buffer_init(&bytes, BYTES_MAX);
    while (err == SX_OK && at < size) {
        size_t wanted = size - at < READ_SIZE ? (size_t)(size - at) : READ_SIZE;
        uint8_t *room;
        ssize_t n = 0;

        err = sx_buffer_reserve(&bytes, wanted, &room);
        if (err == SX_OK)
            n = pread(fd, room, wanted, (off_t)at);
        if (err != SX_OK || n <= 0)
            break;
        sx_buffer_commit(&bytes, (size_t)n);
        at += (uint64_t)n;
        err = send_lines(forward, &bytes, host);
    }
    sx_buffer_clear(&bytes);
    return err;
}

void sx_audit_forward_run(struct sx_audit_forward *forward, struct sx_audit_file *file,
                          const struct sx_audit_crypto *crypto, const char *host)
{
    struct sx_fault ignored = { 0 }; /* whoever appends is told of a state that can't be read */
    struct sx_audit_state state;
    enum sx_err err = SX_OK;

    if (!forward->is_wanted || file->fd < 0 || !connect_collector(forward, file, crypto))
        return;
    if (sx_audit_file_peek(file, crypto, &ignored, &state) != SX_OK)
        return;
    if (state.generation == file->generation) {
        if (forward->sent.generation != state.generation)
            err = sx_audit_forward_older(forward, file, state.generation, host);
        if (err == SX_OK)
            err = sx_audit_forward_until(forward, file->fd, state.size, host);
        if (err != SX_OK)
            give_up(forward, file, crypto);
    }
    sx_wipe(&state, sizeof state);
}

void sx_audit_forward_end(struct sx_audit_forward *forward, struct sx_audit_file *file,
                          const struct sx_audit_crypto *crypto)
{
    if (!forward->is_wanted || !forward->syslog.is_connected)
        return;
    if (sx_syslog_close(&forward->syslog))
        move_mark(file, forward->sent, false);
    else
        give_up(forward, file, crypto);
}
