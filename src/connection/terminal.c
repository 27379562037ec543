/* connection/terminal.c: terminal modes between text and bytes. */
#include "connection/terminal.h"

#include <string.h>

#include "base/text.h"
#include "wire/writer.h"

enum { OP_END = 0, OP_MAX = 159, MODE_SIZE = 5 };

static bool digits_take(struct sx_slice text, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;

    if (text.len == 0 || text.len > 10)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    *out = value;
    return value <= max;
}

enum sx_err sx_terminal_modes_parse(struct sx_slice text, struct sx_terminal_modes *out)
{
    struct sx_terminal_modes modes = { .len = 0 };
    struct sx_slice entry, written;
    struct sx_writer writer;

    sx_writer_init(&writer, modes.bytes, sizeof modes.bytes);
    while (sx_list_next(&text, &entry)) {
        const uint8_t *equals = entry.len == 0 ? NULL : memchr(entry.ptr, '=', entry.len);
        uint64_t opcode = 0;
        uint64_t value = 0;
        size_t n;

        if (equals == NULL)
            return SX_ERR_ARGUMENT;
        n = (size_t)(equals - entry.ptr);
        if (!digits_take(sx_slice_of(entry.ptr, n), OP_MAX, &opcode) || opcode == OP_END ||
            !digits_take(sx_slice_of(equals + 1, entry.len - n - 1), UINT32_MAX, &value))
            return SX_ERR_ARGUMENT;
        sx_writer_u8(&writer, (uint8_t)opcode);
        sx_writer_u32(&writer, (uint32_t)value);
    }
    sx_writer_u8(&writer, OP_END);
    if (sx_writer_finish(&writer, &written) != SX_OK)
        return SX_ERR_ARGUMENT;
    modes.len = written.len;
    *out = modes;
    return SX_OK;
}

enum sx_err sx_terminal_modes_set(struct sx_slice encoded, struct sx_terminal_modes *out)
{
    struct sx_terminal_modes modes = { .len = 0 };

    if (encoded.len % MODE_SIZE == 1 && encoded.ptr[encoded.len - 1] == OP_END)
        encoded.len--;
    if (encoded.len % MODE_SIZE != 0 || encoded.len >= sizeof modes.bytes)
        return SX_ERR_ARGUMENT;
    for (size_t i = 0; i < encoded.len; i += MODE_SIZE)
        if (encoded.ptr[i] == OP_END || encoded.ptr[i] > OP_MAX)
            return SX_ERR_ARGUMENT;
    if (encoded.len > 0)
        memcpy(modes.bytes, encoded.ptr, encoded.len);
    modes.bytes[encoded.len] = OP_END;
    modes.len = encoded.len + 1;
    *out = modes;
    return SX_OK;
}
