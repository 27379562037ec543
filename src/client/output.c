/* client/output.c: the command's output on its way to the handlers: lines or chunks. */
#include <string.h>

#include "client/errors.h"
#include "client/events.h"
#include "client/io.h"

static bool is_chunks(const struct sexec *object)
{
    return strcmp(object->values.output_mode, "chunks") == 0;
}

static enum sx_handler_index handler_of(bool is_stderr)
{
    return is_stderr ? SX_ON_STDERR : SX_ON_STDOUT;
}

/* Lines of data that are whole go out without a copy; only a line that began earlier is joined,
 * and what has no end yet is kept, up to MaxLineLength. */
static enum sx_err split_lines(struct sexec *object, bool is_stderr, struct sx_slice data)
{
    struct sx_buffer *pending = is_stderr ? &object->err_lines.pending : &object->out_lines.pending;
    size_t max = (size_t)object->values.max_line_length;

    while (data.len > 0) {
        size_t kept = sx_buffer_len(pending);
        size_t room = max - kept;
        size_t look = data.len < room ? data.len : room;
        const uint8_t *end = memchr(data.ptr, '\n', look);
        size_t n = end == NULL ? look : (size_t)(end - data.ptr) + 1;
        bool is_whole = end != NULL || n == room;
        struct sx_slice piece = sx_slice_of(data.ptr, n);

        data = sx_slice_of(data.ptr + n, data.len - n);
        if (is_whole && kept == 0) {
            sx_fire_output(object, is_stderr, piece);
            continue;
        }
        SX_TRY(sx_buffer_append(pending, piece));
        if (is_whole) {
            sx_fire_output(object, is_stderr, sx_buffer_unread(pending));
            sx_buffer_consume(pending, sx_buffer_len(pending));
        }
    }
    return SX_OK;
}

void sx_output_data(struct sexec *object, bool is_stderr, struct sx_slice data)
{
    enum sx_err err = SX_OK;
    size_t held;

    object->held_output = 0;
    if (sx_has_handler(object, handler_of(is_stderr))) {
        if (is_chunks(object))
            sx_fire_output(object, is_stderr, data);
        else
            err = split_lines(object, is_stderr, data);
    }
    held = object->held_output < data.len ? object->held_output : data.len;
    object->held_output = 0;
    if (err == SX_OK && object->engine != NULL)
        err = sx_engine_consumed(object->engine, data.len - held);
    if (err != SX_OK && object->stream_error == SX_OK) {
        object->stream_error = err;
        (void)sx_fault_note(&object->fault, err);
    }
}

void sx_output_flush(struct sexec *object)
{
    for (int i = 0; i < 2; i++) {
        struct sx_buffer *pending =
            i == 1 ? &object->err_lines.pending : &object->out_lines.pending;

        if (sx_buffer_len(pending) > 0)
            sx_fire_output(object, i == 1, sx_buffer_unread(pending));
        sx_buffer_clear(pending);
    }
}

void sexec_hold_output(struct sexec *object, size_t length)
{
    object->held_output += length;
}

int sexec_release_output(struct sexec *object, size_t length)
{
    if (object->engine == NULL || !object->is_begun)
        return 0; /* the command is over: nobody waits for room */
    return sx_fail_err(object, sx_engine_consumed(object->engine, length), &object->fault);
}
