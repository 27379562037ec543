/* wire/der.c: tags and lengths of DER. */
#include "wire/der.h"

enum { LONG_FORM = 0x80, LENGTH_BYTES_MAX = 4, HIGH_TAG = 0x1f };

uint8_t sx_der_peek(const struct sx_reader *reader)
{
    return !reader->is_bad && reader->left > 0 ? reader->ptr[0] : 0;
}

static size_t read_length(struct sx_reader *reader)
{
    uint8_t first = sx_reader_u8(reader);
    unsigned count = first & 0x7fU;
    size_t length = 0;

    if (first < LONG_FORM)
        return first;
    if (count == 0 || count > LENGTH_BYTES_MAX) {
        reader->is_bad = true;
        return 0;
    }
    for (unsigned i = 0; i < count; i++)
        length = length << 8 | sx_reader_u8(reader);
    if (length < LONG_FORM || length >> 8 * (count - 1) == 0)
        reader->is_bad = true; /* not the shortest form */
    return length;
}

struct sx_slice sx_der_read(struct sx_reader *reader, uint8_t tag)
{
    if (sx_reader_u8(reader) != tag || (tag & HIGH_TAG) == HIGH_TAG)
        reader->is_bad = true;
    return sx_reader_bytes(reader, read_length(reader));
}

struct sx_slice sx_der_whole(struct sx_reader *reader, uint8_t tag)
{
    const uint8_t *start = reader->ptr;
    struct sx_slice content = sx_der_read(reader, tag);

    if (reader->is_bad)
        return SX_SLICE_NONE;
    return sx_slice_of(start, (size_t)(content.ptr - start) + content.len);
}

uint32_t sx_der_u32(struct sx_reader *reader)
{
    struct sx_slice content = sx_der_read(reader, SX_DER_INTEGER);
    uint32_t value = 0;

    if (content.len == 0 || content.len > 5 || (content.ptr[0] & 0x80) != 0 ||
        (content.len == 5 && content.ptr[0] != 0)) {
        reader->is_bad = true;
        return 0;
    }
    for (size_t i = 0; i < content.len; i++)
        value = value << 8 | content.ptr[i];
    return value;
}

bool sx_der_is_one(struct sx_slice bytes, uint8_t tag)
{
    struct sx_reader reader;

    sx_reader_init(&reader, bytes);
    (void)sx_der_read(&reader, tag);
    return sx_reader_finish(&reader) == SX_OK;
}
