/* base/text.c: escaping, hexadecimal and comma lists. ASCII only where it compares, and never by
 * the locale. Not here: base64.c, pattern.c. */
#include "base/text.h"

#include <string.h>

/* Code points that print nothing, move the cursor, turn the reading direction, or mean something
 * only by private agreement. Sorted. Noncharacters at the end of each plane are found by rule. */
static const struct {
    uint32_t first;
    uint32_t last;
} hidden_ranges[] = {
    { 0x0000, 0x001f },    /* C0 */
    { 0x007f, 0x009f },    /* DEL and C1 */
    { 0x00ad, 0x00ad },    /* soft hyphen */
    { 0x034f, 0x034f },    /* grapheme joiner */
    { 0x061c, 0x061c },    /* Arabic letter mark */
    { 0x115f, 0x1160 },    /* Hangul fillers */
    { 0x17b4, 0x17b5 },    /* Khmer inherent vowels */
    { 0x180b, 0x180f },    /* Mongolian selectors */
    { 0x200b, 0x200f },    /* zero width, left-to-right and right-to-left marks */
    { 0x2028, 0x202e },    /* line and paragraph separators, bidi embeddings and overrides */
    { 0x2060, 0x206f },    /* joiners, invisible operators, bidi isolates */
    { 0x3164, 0x3164 },    /* Hangul filler */
    { 0xd800, 0xf8ff },    /* surrogates (never valid in UTF-8), private use */
    { 0xfdd0, 0xfdef },    /* noncharacters */
    { 0xfe00, 0xfe0f },    /* variation selectors */
    { 0xfeff, 0xfeff },    /* byte order mark */
    { 0xffa0, 0xffa0 },    /* half-width Hangul filler */
    { 0xfff0, 0xfffb },    /* unassigned ignorables, interlinear annotation */
    { 0x1bca0, 0x1bca3 },  /* shorthand format controls */
    { 0x1d173, 0x1d17a },  /* musical format controls */
    { 0xe0000, 0xe0fff },  /* tags, further variation selectors */
    { 0xf0000, 0x10ffff }, /* private use planes */
};

static bool is_hidden(uint32_t point)
{
    if ((point & 0xfffe) == 0xfffe)
        return true;
    for (size_t i = 0; i < sizeof hidden_ranges / sizeof hidden_ranges[0]; i++) {
        if (point <= hidden_ranges[i].last)
            return point >= hidden_ranges[i].first;
    }
    return false;
}

/* The length of the UTF-8 sequence at the start of bytes, 0 when it is not valid (RFC 3629: no
 * overlong form, no surrogate, nothing above U+10FFFF). */
static size_t utf8_decode(struct sx_slice bytes, uint32_t *out_point)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    uint8_t lead = bytes.ptr[0];
    uint32_t point;
    size_t len;

    if (lead < 0x80) {
        *out_point = lead;
        return 1;
    }
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    len = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (len > bytes.len)
        return 0;
    point = lead & (0x7fU >> len);
    for (size_t i = 1; i < len; i++) {
        if ((bytes.ptr[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (bytes.ptr[i] & 0x3fU);
    }
    if (point < least[len] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return 0;
    *out_point = point;
    return len;
}

size_t sx_plain_length(struct sx_slice bytes)
{
    uint32_t point = 0;
    size_t len = utf8_decode(bytes, &point);

    return len == 0 || is_hidden(point) ? 0 : len;
}

static const char hex_digits[] = "0123456789abcdef";

/* Writes how the first character of bytes appears, at most 4 bytes, and drops it from bytes. */
static size_t escape_next(struct sx_slice *bytes, bool keeps_backslash, char piece[4])
{
    uint8_t byte = bytes->ptr[0];
    size_t taken = sx_plain_length(*bytes);
    size_t len;

    if (taken == 0) {
        piece[0] = '\\';
        piece[1] = 'x';
        piece[2] = hex_digits[byte >> 4];
        piece[3] = hex_digits[byte & 0xf];
        taken = 1; /* the bytes that follow are found invalid by themselves */
        len = 4;
    } else if (byte == '\\' && !keeps_backslash) {
        piece[0] = '\\';
        piece[1] = '\\';
        len = 2;
    } else {
        memcpy(piece, bytes->ptr, taken);
        len = taken;
    }
    *bytes = sx_slice_of(bytes->ptr + taken, bytes->len - taken);
    return len;
}

static char *escape(char *out, size_t cap, struct sx_slice bytes, bool keeps_lines,
                    bool keeps_backslash)
{
    static const char cut[] = "...";
    size_t len = 0;
    size_t fits = 0; /* the longest prefix that leaves room for the dots */

    while (bytes.len != 0) {
        char piece[4];
        size_t n;

        if (keeps_lines && bytes.len > 1 && memcmp(bytes.ptr, "\r\n", 2) == 0)
            bytes = sx_slice_of(bytes.ptr + 1, bytes.len - 1);
        if (keeps_lines && (bytes.ptr[0] == '\n' || bytes.ptr[0] == '\t')) {
            piece[0] = (char)bytes.ptr[0];
            bytes = sx_slice_of(bytes.ptr + 1, bytes.len - 1);
            n = 1;
        } else {
            n = escape_next(&bytes, keeps_backslash, piece);
        }
        if (len + n + 1 > cap) {
            memcpy(out + fits, cut, sizeof cut);
            return out;
        }
        memcpy(out + len, piece, n);
        len += n;
        if (len + sizeof cut <= cap)
            fits = len;
    }
    out[len] = '\0';
    return out;
}

char *sx_escape(char *out, size_t cap, struct sx_slice bytes)
{
    return escape(out, cap, bytes, false, false);
}

char *sx_escape_lines(char *out, size_t cap, struct sx_slice bytes)
{
    return escape(out, cap, bytes, true, false);
}

char *sx_escape_again(char *out, size_t cap, const char *text)
{
    return escape(out, cap, sx_slice_text(text), false, true);
}

char *sx_hex_encode(char *out, struct sx_slice bytes, char sep)
{
    char *next = out;

    for (size_t i = 0; i < bytes.len; i++) {
        if (sep != 0 && i != 0)
            *next++ = sep;
        *next++ = hex_digits[bytes.ptr[i] >> 4];
        *next++ = hex_digits[bytes.ptr[i] & 0xf];
    }
    *next = '\0';
    return out;
}

int sx_hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* One walk for checking (out NULL) and for writing, so that a bad text leaves out untouched. */
static bool hex_walk(struct sx_slice text, uint8_t *out, size_t *out_len)
{
    size_t len = 0;
    size_t i = 0;

    while (i < text.len) {
        int high;
        int low;

        if (len != 0 && (text.ptr[i] == ':' || text.ptr[i] == ' '))
            i++;
        if (text.len - i < 2)
            return false;
        high = sx_hex_value(text.ptr[i]);
        low = sx_hex_value(text.ptr[i + 1]);
        if (high < 0 || low < 0)
            return false;
        if (out != NULL)
            out[len] = (uint8_t)(high << 4 | low);
        len++;
        i += 2;
    }
    *out_len = len;
    return true;
}

enum sx_err sx_hex_decode(struct sx_slice text, uint8_t *out, size_t cap, size_t *out_len)
{
    size_t len;

    if (!hex_walk(text, NULL, &len) || len > cap)
        return SX_ERR_ARGUMENT;
    (void)hex_walk(text, out, out_len);
    return SX_OK;
}

bool sx_list_next(struct sx_slice *rest, struct sx_slice *out_entry)
{
    struct sx_slice entry = *rest;
    const uint8_t *comma;

    if (rest->len == 0)
        return false;
    comma = memchr(rest->ptr, ',', rest->len);
    if (comma != NULL) {
        entry.len = (size_t)(comma - rest->ptr);
        *rest = sx_slice_of(comma + 1, rest->len - entry.len - 1);
    } else {
        *rest = SX_SLICE_NONE;
    }
    while (entry.len != 0 && (entry.ptr[0] == ' ' || entry.ptr[0] == '\t'))
        entry = sx_slice_of(entry.ptr + 1, entry.len - 1);
    while (entry.len != 0 && (entry.ptr[entry.len - 1] == ' ' || entry.ptr[entry.len - 1] == '\t'))
        entry.len--;
    *out_entry = entry;
    return true;
}

bool sx_list_has(struct sx_slice list, const char *name)
{
    struct sx_slice entry;

    while (sx_list_next(&list, &entry)) {
        if (sx_slice_is_text(entry, name))
            return true;
    }
    return false;
}

static char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool sx_text_is_equal_nocase(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    while (*a != '\0' && ascii_lower(*a) == ascii_lower(*b)) {
        a++;
        b++;
    }
    return ascii_lower(*a) == ascii_lower(*b);
}
