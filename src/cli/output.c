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
    output->start = output->length = output->capacity = output->held = 0;
}

/* What waits up to the ring's end. */
static size_t contiguous(const struct sx_cli_output *output)
{
    size_t to_end = output->capacity - output->start;

    return output->length < to_end ? output->length : to_end;
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

/* A larger ring, with what waits at its beginning. */
static bool grow(struct sx_cli_output *output, size_t wanted)
{
    size_t capacity = output->capacity == 0 ? FIRST_CAPACITY : output->capacity;
    size_t first = contiguous(output);
    unsigned char *data;

    while (capacity < wanted)
        capacity *= 2;
    data = malloc(capacity);
    if (data == NULL)
        return false;
    if (output->length > 0) {
        memcpy(data, output->data + output->start, first);
        memcpy(data + first, output->data, output->length - first);
    }
    free(output->data);
    output->data = data;
    output->capacity = capacity;
    output->start = 0;
    return true;
}

static size_t keep(struct sx_cli_output *output, const unsigned char *text, size_t length)
{
    size_t at;
    size_t first;

    if (length == 0 || output->error != 0)
        return 0;
    if (output->capacity - output->length < length && !grow(output, output->length + length)) {
        output->error = ENOMEM;
        return 0;
    }
    at = (output->start + output->length) % output->capacity;
    first = output->capacity - at < length ? output->capacity - at : length;
    memcpy(output->data + at, text, first);
    memcpy(output->data, text + first, length - first);
    output->length += length;
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
    return output->error == 0 && output->length > 0;
}

size_t sx_cli_output_flush(struct sx_cli_output *output)
{
    size_t released = 0;
    size_t piece;
    size_t n;

    do {
        piece = contiguous(output);
        n = piece == 0 ? 0 : write_some(output, output->data + output->start, piece);
        output->length -= n;
        output->start = output->length == 0 ? 0 : (output->start + n) % output->capacity;
        released += n;
    } while (n == piece && output->length > 0);
    if (output->error != 0)
        output->length = 0;
    /* Lines of our own are among the bytes, so what is held is at most what waits, always. */
    released = released < output->held && output->error == 0 ? released : output->held;
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
    if (output->length > NOTES_MAX) {
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
