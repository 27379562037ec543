/* client/output.c: the command's output on its way to the handlers: lines or chunks. */
#include <string.h>

#include "client/auditing.h"
#include "client/action.h"
#include "client/errors.h"
#include "client/events.h"
#include "client/io.h"
#include "client/special.h"

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
        size_t room = kept < max ? max - kept : 0; /* pieces may have been longer */
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

/* Records of a length, or pieces up to a mark: all goes through the buffer. */
static size_t piece_max(const struct sexec *object)
{
    const struct sx_values *values = &object->values;

    if (values->record_length > 0)
        return (size_t)values->record_length;
    return values->data_eol_len > 0 ? (size_t)values->max_channel_data : 0;
}

/* Where the first mark ends, looking from what was not looked at yet; 0 when there is none. */
static size_t find_mark(struct sx_slice bytes, size_t from, struct sx_slice mark)
{
    for (size_t i = from; i + mark.len <= bytes.len; i++)
        if (bytes.ptr[i] == mark.ptr[0] && memcmp(bytes.ptr + i, mark.ptr, mark.len) == 0)
            return i + mark.len;
    return 0;
}

/* The handler may change the settings, so that they are read anew for each piece. */
static enum sx_err split_pieces(struct sexec *object, bool is_stderr, struct sx_slice data)
{
    struct sx_buffer *pending = is_stderr ? &object->err_lines.pending : &object->out_lines.pending;

    while (data.len > 0 && piece_max(object) > 0) {
        size_t max = piece_max(object);
        size_t kept = sx_buffer_len(pending);
        size_t room = max > kept ? max - kept : 0;
        size_t n = data.len < room ? data.len : room;
        size_t back = object->values.record_length > 0 ? 0 : object->values.data_eol_len;
        struct sx_slice mark = sx_slice_of(object->values.data_eol, back);
        size_t end = 0;

        SX_TRY(sx_buffer_append(pending, sx_slice_of(data.ptr, n)));
        data = sx_slice_of(data.ptr + n, data.len - n);
        if (back > 0) /* the mark may have begun in what was there */
            end = find_mark(sx_buffer_unread(pending), kept >= back ? kept - back + 1 : 0, mark);
        object->is_eol_found = end > 0;
        if (end == 0 && sx_buffer_len(pending) >= max)
            end = sx_buffer_len(pending);
        if (end == 0)
            continue;
        if (end < kept + n) { /* what follows the mark comes again */
            size_t again = kept + n - end;

            data = sx_slice_of(data.ptr - again, data.len + again);
        }
        sx_fire_output(object, is_stderr, sx_slice_of(sx_buffer_unread(pending).ptr, end));
        sx_buffer_consume(pending, sx_buffer_len(pending));
    }
    if (data.len == 0)
        return SX_OK;
    if (!is_chunks(object)) /* a handler has turned pieces off */
        return split_lines(object, is_stderr, data);
    sx_fire_output(object, is_stderr, data);
    return SX_OK;
}

int sx_get_eol_found(struct sexec *object, struct sx_buffer *out)
{
    return sx_lend_text(object, out, object->is_eol_found ? "True" : "False");
}

void sx_output_data(struct sexec *object, bool is_stderr, struct sx_slice data)
{
    enum sx_err err = SX_OK;
    size_t held;

    object->held_output = 0;
    if (sx_has_handler(object, handler_of(is_stderr))) {
        if (piece_max(object) > 0)
            err = split_pieces(object, is_stderr, data);
        else if (is_chunks(object))
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

        object->is_eol_found = false;
        if (sx_buffer_len(pending) > 0)
            sx_fire_output(object, i == 1, sx_buffer_unread(pending));
        sx_buffer_clear(pending);
    }
}

void sexec_hold_output(struct sexec *object, size_t length)
{
    sx_auditing_count(object, SX_COUNTED_HOLD);
    object->held_output += length;
}

int sexec_release_output(struct sexec *object, size_t length)
{
    sx_auditing_count(object, SX_COUNTED_HOLD);
    if (object->engine == NULL || !object->is_begun)
        return 0; /* the command is over: nobody waits for room */
    sx_method_begin(object);
    return sx_method_end(
        object, sx_fail_err(object, sx_engine_consumed(object->engine, length), &object->fault));
}
