/* wire/reader.c: RFC 4251 section 5 types out of borrowed bytes. A bad reader has nothing left, so
 * that every later read ends in the same two lines. */
#include "wire/reader.h"

void sx_reader_init(struct sx_reader *reader, struct sx_slice bytes)
{
    reader->ptr = bytes.ptr;
    reader->left = bytes.len;
    reader->is_bad = false;
}

static struct sx_slice reader_fail(struct sx_reader *reader)
{
    reader->is_bad = true;
    reader->left = 0;
    return SX_SLICE_NONE;
}

struct sx_slice sx_reader_bytes(struct sx_reader *reader, size_t n)
{
    struct sx_slice bytes;

    if (reader->is_bad || n > reader->left)
        return reader_fail(reader);
    bytes = sx_slice_of(reader->ptr, n);
    if (n != 0) /* the pointer of an empty input may be NULL */
        reader->ptr += n;
    reader->left -= n;
    return bytes;
}

static uint64_t reader_number(struct sx_reader *reader, size_t width)
{
    struct sx_slice bytes = sx_reader_bytes(reader, width);
    uint64_t value = 0;

    for (size_t i = 0; i < bytes.len; i++)
        value = value << 8 | bytes.ptr[i];
    return value;
}

uint8_t sx_reader_u8(struct sx_reader *reader)
{
    return (uint8_t)reader_number(reader, 1);
}

uint32_t sx_reader_u32(struct sx_reader *reader)
{
    return (uint32_t)reader_number(reader, 4);
}

uint64_t sx_reader_u64(struct sx_reader *reader)
{
    return reader_number(reader, 8);
}

bool sx_reader_bool(struct sx_reader *reader)
{
    return sx_reader_u8(reader) != 0;
}

struct sx_slice sx_reader_string(struct sx_reader *reader)
{
    return sx_reader_bytes(reader, sx_reader_u32(reader));
}

static bool is_name_list(struct sx_slice list)
{
    bool is_name_open = false; /* a name has begun since the last comma */

    if (list.len == 0)
        return true;
    for (size_t i = 0; i < list.len; i++) {
        uint8_t c = list.ptr[i];

        if (c <= 0x20 || c >= 0x7f)
            return false;
        if (c == ',' && !is_name_open)
            return false;
        is_name_open = c != ',';
    }
    return is_name_open;
}

struct sx_slice sx_reader_name_list(struct sx_reader *reader)
{
    struct sx_slice list = sx_reader_string(reader);

    return is_name_list(list) ? list : reader_fail(reader);
}

struct sx_slice sx_reader_mpint(struct sx_reader *reader)
{
    struct sx_slice number = sx_reader_string(reader);

    if (number.len == 0)
        return number;
    if (number.ptr[0] >= 0x80) /* negative */
        return reader_fail(reader);
    if (number.ptr[0] != 0)
        return number;
    /* a leading zero is there only to keep the next byte's top bit from being a sign */
    if (number.len == 1 || number.ptr[1] < 0x80)
        return reader_fail(reader);
    return sx_slice_of(number.ptr + 1, number.len - 1);
}

void sx_reader_expect_u8(struct sx_reader *reader, uint8_t value)
{
    if (sx_reader_u8(reader) != value)
        (void)reader_fail(reader);
}

struct sx_slice sx_reader_rest(struct sx_reader *reader)
{
    return sx_reader_bytes(reader, reader->left);
}

bool sx_reader_is_bad(const struct sx_reader *reader)
{
    return reader->is_bad;
}

enum sx_err sx_reader_finish(const struct sx_reader *reader)
{
    return reader->is_bad || reader->left != 0 ? SX_ERR_PEER_DECODE : SX_OK;
}
