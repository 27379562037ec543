/* wire/mpint_text.c: large integers to decimal and back, digit by digit: they are as long as a
 * packet's field at most, and rare. What was worked on is wiped, as it may be a secret. */
#include "wire/mpint_text.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* An unsigned number, big-endian, aligned to the end of its storage. */
struct magnitude {
    uint8_t bytes[SX_MPINT_TEXT_BYTES];
    size_t first; /* index of the most significant byte that is not zero */
};

/* value * factor + digit; false when it grows beyond the storage less one byte, for the sign. */
static bool grow(struct magnitude *value, unsigned factor, unsigned digit)
{
    unsigned carry = digit;
    size_t i = SX_MPINT_TEXT_BYTES;

    while (i > value->first) {
        i--;
        carry += value->bytes[i] * factor;
        value->bytes[i] = (uint8_t)carry;
        carry >>= 8;
    }
    if (carry == 0)
        return true;
    if (value->first == 1)
        return false;
    value->bytes[--value->first] = (uint8_t)carry;
    return true;
}

/* Divides by ten; returns the remainder. */
static unsigned shrink(struct magnitude *value)
{
    unsigned rest = 0;

    for (size_t i = value->first; i < SX_MPINT_TEXT_BYTES; i++) {
        unsigned part = rest << 8 | value->bytes[i];

        value->bytes[i] = (uint8_t)(part / 10);
        rest = part % 10;
    }
    while (value->first < SX_MPINT_TEXT_BYTES && value->bytes[value->first] == 0)
        value->first++;
    return rest;
}

/* Two's complement: all bits turned, plus one. */
static void negate(uint8_t *bytes, size_t len)
{
    unsigned carry = 1;

    for (size_t i = len; i-- > 0;) {
        carry += (uint8_t)~bytes[i];
        bytes[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

static bool is_shortest(struct sx_slice contents)
{
    if (contents.len == 0)
        return true;
    if (contents.len == 1)
        return contents.ptr[0] != 0;
    return !(contents.ptr[0] == 0 && contents.ptr[1] < 0x80) &&
           !(contents.ptr[0] == 0xff && contents.ptr[1] >= 0x80);
}

enum sx_err sx_mpint_to_text(struct sx_slice contents, char *out)
{
    bool is_negative = contents.len > 0 && contents.ptr[0] >= 0x80;
    struct magnitude value = { .first = SX_MPINT_TEXT_BYTES };
    char *next = out;

    if (contents.len > SX_MPINT_TEXT_BYTES || !is_shortest(contents))
        return SX_ERR_PEER_DECODE;
    if (contents.len > 0) {
        value.first -= contents.len;
        memcpy(value.bytes + value.first, contents.ptr, contents.len);
    }
    if (is_negative)
        negate(value.bytes + value.first, contents.len);
    do
        *next++ = (char)('0' + shrink(&value));
    while (value.first < SX_MPINT_TEXT_BYTES);
    if (is_negative)
        *next++ = '-';
    *next-- = '\0';
    for (char *low = out; low < next; low++, next--) { /* digits came from the last one on */
        char c = *low;

        *low = *next;
        *next = c;
    }
    sx_wipe(&value, sizeof value);
    return SX_OK;
}

static bool read_digits(const char *text, struct magnitude *value)
{
    unsigned base = 10;

    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        text += 2;
    }
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        int digit = sx_hex_value((uint8_t)*text);

        if (digit < 0 || digit >= (int)base || !grow(value, base, (unsigned)digit))
            return false;
    }
    return true;
}

enum sx_err sx_mpint_from_text(const char *text, uint8_t *out, size_t *out_len)
{
    bool is_negative = text[0] == '-';
    struct magnitude value = { .first = SX_MPINT_TEXT_BYTES };
    size_t first;
    enum sx_err err = SX_ERR_ARGUMENT;

    if (!read_digits(text + (is_negative ? 1 : 0), &value))
        goto out;
    /* One byte more for the sign, and then away with what the shortest form doesn't have. */
    first = value.first - 1;
    value.bytes[first] = 0;
    if (is_negative)
        negate(value.bytes + first, SX_MPINT_TEXT_BYTES - first);
    while (first < SX_MPINT_TEXT_BYTES &&
           !is_shortest(sx_slice_of(value.bytes + first, SX_MPINT_TEXT_BYTES - first)))
        first++;
    *out_len = SX_MPINT_TEXT_BYTES - first;
    memcpy(out, value.bytes + first, *out_len);
    err = SX_OK;
out:
    sx_wipe(&value, sizeof value);
    return err;
}
