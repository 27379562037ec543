/* cli/output.c: a queue in front of a descriptor. It holds at most one window of the server's. */
#include "cli/output.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOTES_MAX = 256 * 1024, FIRST_CAPACITY = 64 * 1024 };

void sx_cli_output_init(struct sx_cli_output *output, int fd)
{
    struct stat st;

    *output = (struct sx_cli_output){ .fd = fd };
    output->is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

void sx_cli_output_clear(struct sx_cli_output *output)
{
    free(output->data);
    output->data = NULL;
    output->start = output->end = output->capacity = output->held = 0;
}

static bool has_room(const struct sx_cli_output *output)
{
    struct pollfd fd = { .fd = output->fd, .events = POLLOUT };

    return output->is_file || poll(&fd, 1, 0) > 0; /* an error shows itself in the write */
}

/* As many bytes as go without waiting. */
static size_t write_some(struct sx_cli_output *output, const unsigned char *text, size_t length)
{
    size_t done = 0;

    while (done < length && output->error == 0 && has_room(output)) {
        size_t n = length - done;
        ssize_t written;

        if (!output->is_file && n > PIPE_BUF)
            n = PIPE_BUF;
        written = write(output->fd, text + done, n);
        if (written > 0) {
            done += (size_t)written;
            output->did_write = true;
        } else if (written < 0 && errno != EAGAIN && errno != EINTR) {
            output->error = errno;
        } else {
            break;
        }
    }
    return done;
}

/* Room behind what waits: by moving it to the front, or by growing. */
static bool make_room(struct sx_cli_output *output, size_t length)
{
    size_t waiting = output->end - output->start;
    size_t capacity = output->capacity == 0 ? FIRST_CAPACITY : output->capacity;
    unsigned char *grown;

    if (output->start > 0 && waiting > 0)
        memmove(output->data, output->data + output->start, waiting);
    output->start = 0;
    output->end = waiting;
    /* At most half full after the move, so that moving stays rare. */
    while (capacity - waiting < length || waiting > capacity / 2)
        capacity *= 2;
    if (capacity == output->capacity)
        return true;
    grown = realloc(output->data, capacity);
    if (grown == NULL)
        return false;
    output->data = grown;
    output->capacity = capacity;
    return true;
}

static size_t keep(struct sx_cli_output *output, const unsigned char *text, size_t length)
{
    if (length == 0 || output->error != 0)
        return 0;
    if (output->capacity - output->end < length && !make_room(output, length)) {
        output->error = ENOMEM;
        return 0;
    }
    memcpy(output->data + output->end, text, length);
    output->end += length;
    return length;
}

size_t sx_cli_output_put(struct sx_cli_output *output, const void *text, size_t length)
{
    const unsigned char *bytes = text;
    size_t done = 0;
    size_t kept;

    if (output->error != 0)
        return 0;
    if (!sx_cli_output_is_waiting(output))
        done = write_some(output, bytes, length);
    if (output->error != 0)
        return 0;
    kept = keep(output, bytes + done, length - done);
    output->held += kept;
    return kept;
}

bool sx_cli_output_is_waiting(const struct sx_cli_output *output)
{
    return output->error == 0 && output->end > output->start;
}

size_t sx_cli_output_flush(struct sx_cli_output *output)
{
    size_t n = write_some(output, output->data + output->start, output->end - output->start);
    size_t released;

    output->start += n;
    if (output->error != 0)
        output->start = output->end;
    /* Lines of our own are among the bytes, so what is held is at most what waits, always. */
    released = n < output->held && output->error == 0 ? n : output->held;
    output->held -= released;
    return released;
}

/* Lines of our own are nothing that the server's window waits for. */
static void put_own(struct sx_cli_output *output, const char *line)
{
    const unsigned char *bytes = (const unsigned char *)line;
    size_t length = strlen(line);
    size_t done = sx_cli_output_is_waiting(output) ? 0 : write_some(output, bytes, length);

    (void)keep(output, bytes + done, length - done);
}

void sx_cli_output_note(struct sx_cli_output *output, const char *line)
{
    char text[64];

    if (output->error != 0)
        return;
    if (output->end - output->start > NOTES_MAX) {
        output->dropped++;
        return;
    }
    if (output->dropped > 0) {
        (void)snprintf(text, sizeof text, "sexec: (%lu lines dropped here)\n", output->dropped);
        output->dropped = 0;
        put_own(output, text);
    }
    put_own(output, line);
}
