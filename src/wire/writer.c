/* wire/writer.c: RFC 4251 section 5 types into bounded storage. A field is written whole or not
 * at all, and nothing follows one that did not fit. */
#include "wire/writer.h"

#include <string.h>

void sx_writer_init(struct sx_writer *writer, void *storage, size_t cap)
{
    writer->ptr = storage;
    writer->len = 0;
    writer->cap = cap;
    writer->is_bad = false;
    writer->borrowed_at = 0;
    writer->borrowed = SX_SLICE_NONE;
}

/* Whether n bytes fit; if not, the writer is bad from here on. */
static bool writer_has_room(struct sx_writer *writer, size_t n)
{
    if (n > writer->cap - writer->len)
        writer->is_bad = true;
    return !writer->is_bad;
}

static void store_number(uint8_t *out, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++)
        out[i] = (uint8_t)(value >> (8 * (width - 1 - i)));
}

static void writer_number(struct sx_writer *writer, uint64_t value, size_t width)
{
    if (!writer_has_room(writer, width))
        return;
    store_number(writer->ptr + writer->len, value, width);
    writer->len += width;
}

void sx_writer_u8(struct sx_writer *writer, uint8_t value)
{
    writer_number(writer, value, 1);
}

void sx_writer_u32(struct sx_writer *writer, uint32_t value)
{
    writer_number(writer, value, 4);
}

void sx_writer_u64(struct sx_writer *writer, uint64_t value)
{
    writer_number(writer, value, 8);
}

void sx_writer_bool(struct sx_writer *writer, bool value)
{
    sx_writer_u8(writer, value ? 1 : 0);
}

void sx_writer_bytes(struct sx_writer *writer, struct sx_slice bytes)
{
    if (!writer_has_room(writer, bytes.len) || bytes.len == 0)
        return;
    memcpy(writer->ptr + writer->len, bytes.ptr, bytes.len);
    writer->len += bytes.len;
}

/* A length field with room for what it announces; false leaves the writer bad. */
static bool writer_length(struct sx_writer *writer, size_t len)
{
    if (len > UINT32_MAX - 4 || !writer_has_room(writer, 4 + len)) {
        writer->is_bad = true;
        return false;
    }
    writer_number(writer, len, 4);
    return true;
}

void sx_writer_string(struct sx_writer *writer, struct sx_slice bytes)
{
    if (writer_length(writer, bytes.len))
        sx_writer_bytes(writer, bytes);
}

void sx_writer_string_borrowed(struct sx_writer *writer, struct sx_slice bytes)
{
    if (writer->borrowed.len > 0) {
        writer->is_bad = true;
    } else if (writer_length(writer, bytes.len)) {
        writer->borrowed_at = writer->len;
        writer->borrowed = bytes;
        writer->len += bytes.len;
    }
}

void sx_writer_settle(struct sx_writer *writer)
{
    if (writer->borrowed.len > 0)
        memcpy(writer->ptr + writer->borrowed_at, writer->borrowed.ptr, writer->borrowed.len);
    writer->borrowed = SX_SLICE_NONE;
}

void sx_writer_text(struct sx_writer *writer, const char *text)
{
    sx_writer_string(writer, sx_slice_text(text));
}

void sx_writer_mpint(struct sx_writer *writer, struct sx_slice magnitude)
{
    size_t sign;

    while (magnitude.len != 0 && magnitude.ptr[0] == 0)
        magnitude = sx_slice_of(magnitude.ptr + 1, magnitude.len - 1);
    sign = magnitude.len != 0 && magnitude.ptr[0] >= 0x80 ? 1 : 0;
    if (!writer_has_room(writer, magnitude.len) || !writer_length(writer, sign + magnitude.len))
        return;
    if (sign != 0)
        sx_writer_u8(writer, 0);
    sx_writer_bytes(writer, magnitude);
}

size_t sx_writer_begin_string(struct sx_writer *writer)
{
    sx_writer_u32(writer, 0);
    return writer->len;
}

void sx_writer_end_string(struct sx_writer *writer, size_t mark)
{
    if (writer->is_bad)
        return;
    if (mark < 4 || mark > writer->len || writer->len - mark > UINT32_MAX) {
        writer->is_bad = true;
        return;
    }
    store_number(writer->ptr + mark - 4, writer->len - mark, 4);
}

enum sx_err sx_writer_finish(const struct sx_writer *writer, struct sx_slice *out)
{
    if (writer->is_bad)
        return SX_ERR_SPACE;
    if (writer->borrowed.len > 0)
        return SX_ERR_STATE;
    *out = sx_slice_of(writer->ptr, writer->len);
    return SX_OK;
}
