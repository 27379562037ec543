/* tests/support/pattern.c: a byte from its stream and its offset. */
#include "support/pattern.h"

static uint8_t byte_at(enum pattern_stream stream, uint64_t offset)
{
    uint64_t x = (offset + 1) * 0x9e3779b97f4a7c15U + (uint64_t)stream * 0xd1b54a32d192ed03U;

    return (uint8_t)(x >> 56 ^ x >> 31);
}

void pattern_fill(enum pattern_stream stream, uint64_t offset, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = byte_at(stream, offset + i);
}

bool pattern_is_at(enum pattern_stream stream, uint64_t offset, struct sx_slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.ptr[i] != byte_at(stream, offset + i))
            return false;
    return true;
}
