/* base/base64.c: RFC 4648 section 4, the base64 half of base/text.h. */
#include "base/text.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum sx_err sx_base64_encode(struct sx_slice bytes, char *out, size_t cap)
{
    size_t groups = bytes.len / 3 + (bytes.len % 3 != 0 ? 1 : 0);
    char *next = out;

    if (cap == 0 || groups > (cap - 1) / 4)
        return SX_ERR_SPACE;
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t n = bytes.len - i < 3 ? bytes.len - i : 3;
        unsigned bits = (unsigned)bytes.ptr[i] << 16;

        if (n > 1)
            bits |= (unsigned)bytes.ptr[i + 1] << 8;
        if (n > 2)
            bits |= bytes.ptr[i + 2];
        *next++ = alphabet[bits >> 18 & 0x3f];
        *next++ = alphabet[bits >> 12 & 0x3f];
        *next++ = n > 1 ? alphabet[bits >> 6 & 0x3f] : '=';
        *next++ = n > 2 ? alphabet[bits & 0x3f] : '=';
    }
    *next = '\0';
    return SX_OK;
}

static int base64_value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* What is left over after the last full byte: at most 4 zero bits, and padding that makes the
 * last group whole. */
static bool is_good_end(size_t digits, size_t pads, unsigned bits, bool lax_padding)
{
    size_t partial = digits % 4;

    if (partial == 1)
        return false;
    if ((partial == 2 && (bits & 0xf) != 0) || (partial == 3 && (bits & 0x3) != 0))
        return false;
    if (pads == 0)
        return partial == 0 || lax_padding;
    return partial != 0 && partial + pads == 4;
}

/* One walk for checking (out NULL) and for writing, so that a bad text leaves out untouched. */
static bool base64_walk(struct sx_slice text, bool skip_space, bool lax_padding, uint8_t *out,
                        size_t *out_len)
{
    size_t digits = 0;
    size_t pads = 0;
    size_t len = 0;
    unsigned bits = 0;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        int value = base64_value(c);

        if (skip_space && is_space(c))
            continue;
        if (c == '=') {
            pads++;
            continue;
        }
        if (value < 0 || pads != 0)
            return false;
        bits = (bits << 6 | (unsigned)value) & 0xfff;
        digits++;
        if (digits % 4 != 1) {
            /* 2 digits hold a byte and 4 bits, 3 a byte and 2 bits, 4 a byte and none */
            unsigned spare = 4 - (unsigned)((digits - 2) % 4) * 2;

            if (out != NULL)
                out[len] = (uint8_t)(bits >> spare);
            len++;
        }
    }
    *out_len = len;
    return is_good_end(digits, pads, bits, lax_padding);
}

enum sx_err sx_base64_decode(struct sx_slice text, bool skip_space, bool lax_padding, uint8_t *out,
                             size_t cap, size_t *out_len)
{
    size_t len;

    if (!base64_walk(text, skip_space, lax_padding, NULL, &len))
        return SX_ERR_ARGUMENT;
    if (len > cap)
        return SX_ERR_SPACE;
    (void)base64_walk(text, skip_space, lax_padding, out, out_len);
    return SX_OK;
}
