/* Fuzzes base/text.h: escaping can be undone and hides nothing, hex and base64 round-trip, the
 * wildcard agrees with a matcher that is too simple to be wrong, lists lose nothing. */
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PROMISE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            __builtin_trap();                                                                      \
    } while (0)

static void *must_alloc(size_t n)
{
    void *block = sx_alloc(n);

    PROMISE(block != NULL);
    return block;
}

/* What no escaped text may hold, by another way than escape's own table: each bad character's
 * UTF-8 form spelt out. */
static void promise_harmless(const char *text)
{
    static const char *const forbidden[] = {
        "\xc2\x80",     "\xc2\x85",     "\xc2\x9b",     "\xc2\x9f",     "\xc2\xad",
        "\xd8\x9c",     "\xe2\x80\x8b", "\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xa8",
        "\xe2\x80\xa9", "\xe2\x80\xaa", "\xe2\x80\xab", "\xe2\x80\xac", "\xe2\x80\xad",
        "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa7", "\xe2\x81\xa8", "\xe2\x81\xa9",
        "\xef\xbb\xbf", "\xef\xbf\xbe", "\xef\xbf\xbf", "\xed\xa0",     "\xed\xb0",
    };

    for (const char *c = text; *c != '\0'; c++)
        PROMISE((unsigned char)*c >= 0x20 && *c != 0x7f);
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++)
        PROMISE(strstr(text, forbidden[i]) == NULL);
}

/* The well-formed sequences of RFC 3629 section 4, row by row. */
static size_t utf8_len(const unsigned char *c)
{
    static const struct {
        unsigned char lead[2];
        unsigned char second[2];
        size_t len;
    } rows[] = {
        { { 0xc2, 0xdf }, { 0x80, 0xbf }, 2 }, { { 0xe0, 0xe0 }, { 0xa0, 0xbf }, 3 },
        { { 0xe1, 0xec }, { 0x80, 0xbf }, 3 }, { { 0xed, 0xed }, { 0x80, 0x9f }, 3 },
        { { 0xee, 0xef }, { 0x80, 0xbf }, 3 }, { { 0xf0, 0xf0 }, { 0x90, 0xbf }, 4 },
        { { 0xf1, 0xf3 }, { 0x80, 0xbf }, 4 }, { { 0xf4, 0xf4 }, { 0x80, 0x8f }, 4 },
    };

    if (c[0] < 0x80)
        return 1;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t n = 2;

        if (c[0] < rows[i].lead[0] || c[0] > rows[i].lead[1])
            continue;
        if (c[1] < rows[i].second[0] || c[1] > rows[i].second[1])
            return 0;
        while (n < rows[i].len && (c[n] & 0xc0) == 0x80)
            n++;
        return n == rows[i].len ? n : 0;
    }
    return 0;
}

static unsigned hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = memchr(digits, c, 16);

    PROMISE(at != NULL);
    return (unsigned)(at - digits);
}

/* Undoes the escapes of text's first len bytes; out holds len. */
static size_t unescape(const char *text, size_t len, uint8_t *out)
{
    size_t n = 0;
    size_t i = 0;

    while (i < len) {
        if (text[i] != '\\') {
            out[n++] = (uint8_t)text[i++];
        } else if (text[i + 1] == '\\') {
            out[n++] = '\\';
            i += 2;
        } else {
            PROMISE(text[i + 1] == 'x');
            out[n++] = (uint8_t)(hex_digit(text[i + 2]) << 4 | hex_digit(text[i + 3]));
            i += 4;
        }
    }
    PROMISE(i == len);
    return n;
}

static void fuzz_escape(struct sx_slice bytes, size_t cap)
{
    char *out = must_alloc(cap);
    char *whole = must_alloc(4 * bytes.len + 8);
    uint8_t *back = must_alloc(4 * bytes.len + 8);
    size_t len;

    PROMISE(sx_escape(whole, 4 * bytes.len + 8, bytes) == whole);
    promise_harmless(whole);
    for (const char *c = whole; *c != '\0';) {
        size_t n = utf8_len((const unsigned char *)c);

        PROMISE(n != 0);
        c += n;
    }
    len = unescape(whole, strlen(whole), back);
    PROMISE(sx_slice_is_equal(sx_slice_of(back, len), bytes));

    PROMISE(sx_escape(out, cap, bytes) == out);
    PROMISE(memchr(out, '\0', cap) != NULL);
    promise_harmless(out);
    len = strlen(out);
    if (strlen(whole) < cap) {
        PROMISE(strcmp(out, whole) == 0);
    } else {
        /* cut: the dots, and before them whole characters of the whole text, as many as fit */
        PROMISE(len >= 3 && strcmp(out + len - 3, "...") == 0);
        PROMISE(len + 4 >= cap - 3 && memcmp(out, whole, len - 3) == 0);
        PROMISE(((unsigned char)whole[len - 3] & 0xc0) != 0x80);
        len = unescape(out, len - 3, back);
        PROMISE(len <= bytes.len && (len == 0 || memcmp(back, bytes.ptr, len) == 0));
    }
    sx_free(back);
    sx_free(whole);
    sx_free(out);
}

static void fuzz_hex(struct sx_slice bytes, char sep)
{
    char *text = must_alloc(3 * bytes.len + 1);
    uint8_t *back = must_alloc(bytes.len);
    size_t len;

    sx_hex_encode(text, bytes, sep);
    PROMISE(sx_hex_decode(sx_slice_text(text), back, bytes.len, &len) == SX_OK);
    PROMISE(sx_slice_is_equal(sx_slice_of(back, len), bytes));
    sx_free(text);

    /* as a text that came from elsewhere: without its separators it is what we write */
    if (sx_hex_decode(bytes, back, bytes.len, &len) == SX_OK) {
        size_t n = 0;

        PROMISE(2 * len <= bytes.len);
        text = must_alloc(3 * len + 1);
        sx_hex_encode(text, sx_slice_of(back, len), 0);
        for (size_t i = 0; i < bytes.len; i++) {
            uint8_t c = bytes.ptr[i];

            if (c == ':' || c == ' ')
                continue;
            PROMISE((c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) == text[n]);
            n++;
        }
        PROMISE(n == 2 * len);
        PROMISE(len == 0 || sx_hex_decode(bytes, back, len - 1, &len) == SX_ERR_ARGUMENT);
        sx_free(text);
    }
    sx_free(back);
}

static void fuzz_base64(struct sx_slice bytes)
{
    size_t cap = 4 * ((bytes.len + 2) / 3) + 1;
    char *text = must_alloc(cap);
    uint8_t *back = must_alloc(bytes.len);
    size_t strict = 0;
    size_t len;

    PROMISE(sx_base64_encode(bytes, text, cap - 1) == SX_ERR_SPACE);
    PROMISE(sx_base64_encode(bytes, text, cap) == SX_OK);
    PROMISE(strlen(text) == cap - 1);
    PROMISE(sx_base64_decode(sx_slice_text(text), false, false, back, bytes.len, &len) == SX_OK);
    PROMISE(sx_slice_is_equal(sx_slice_of(back, len), bytes));

    /* as a text that came from elsewhere: strict takes only what we would write ourselves */
    if (sx_base64_decode(bytes, false, false, back, bytes.len, &strict) == SX_OK) {
        PROMISE(sx_base64_encode(sx_slice_of(back, strict), text, cap) == SX_OK);
        PROMISE(sx_slice_is_text(bytes, text));
        PROMISE(sx_base64_decode(bytes, true, true, back, bytes.len, &len) == SX_OK);
        PROMISE(len == strict);
    }
    /* lax: the same digits in the same order */
    if (sx_base64_decode(bytes, true, true, back, bytes.len, &len) == SX_OK) {
        size_t n = 0;

        PROMISE(sx_base64_encode(sx_slice_of(back, len), text, cap) == SX_OK);
        for (size_t i = 0; i < bytes.len; i++) {
            uint8_t c = bytes.ptr[i];

            if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
                PROMISE(c == text[n++]);
        }
        PROMISE(text[n] == '\0' || text[n] == '=');
    }
    sx_free(back);
    sx_free(text);
}

enum { PATTERN_MAX = 48 };

/* The number of the character at text[i] and where the next one starts; bytes that are no UTF-8
 * stand above all characters. */
static size_t character_at(const char *text, size_t i, uint32_t *out)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t end = i + 1;

    while ((bytes[end] & 0xc0) == 0x80)
        end++;
    *out = bytes[i];
    if (bytes[i] < 0x80 && end == i + 1)
        return end;
    if ((bytes[i] >= 0xc2 && bytes[i] < 0xe0 && end == i + 2) ||
        (bytes[i] >= 0xe0 && bytes[i] < 0xf0 && end == i + 3) ||
        (bytes[i] >= 0xf0 && bytes[i] < 0xf5 && end == i + 4)) {
        *out = end == i + 2 ? bytes[i] & 0x1fU : end == i + 3 ? bytes[i] & 0xfU : bytes[i] & 7U;
        for (i++; i < end; i++)
            *out = *out * 64 + bytes[i] % 64U;
        return end;
    }
    *out += 0x110000;
    return i + 1;
}

/* What one place of the pattern takes. */
struct fuzz_place {
    char kind;   /* * ? = (a byte) [ (a set) */
    char byte;   /* of = */
    size_t from; /* of the set: its members in the pattern */
    size_t to;
};

static size_t places_of(const char *pattern, struct fuzz_place *places)
{
    size_t len = strlen(pattern);
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        struct fuzz_place place = { '=', pattern[i], 0, 0 };

        if (pattern[i] == '*' || pattern[i] == '?')
            place.kind = pattern[i];
        if (pattern[i] == '\\' && i + 1 < len)
            place.byte = pattern[++i];
        else if (pattern[i] == '[' && i + 1 < len && strchr(pattern + i + 2, ']') != NULL) {
            place.kind = '[';
            place.from = i + 1;
            place.to = i = (size_t)(strchr(pattern + i + 2, ']') - pattern);
        }
        places[n++] = place;
    }
    return n;
}

static bool is_member(const char *pattern, const struct fuzz_place *set, uint32_t wanted)
{
    bool is_found = false;
    size_t i = set->from;

    while (i < set->to) {
        uint32_t low, high;

        i = character_at(pattern, i, &low);
        high = low;
        if (pattern[i] == '-' && i + 1 < set->to)
            i = character_at(pattern, i + 1, &high);
        is_found |= low <= wanted && wanted <= high;
        if (pattern[i] == ',' && i + 1 < set->to)
            i++;
    }
    return is_found;
}

/* Row by row from the end: row[j] says whether the rest of the pattern matches text from j on. */
static bool is_match_simply(const char *pattern, const char *text)
{
    struct fuzz_place places[PATTERN_MAX];
    bool row[PATTERN_MAX + 1] = { false };
    size_t len = strlen(text);

    row[len] = true;
    for (size_t i = places_of(pattern, places); i-- > 0;) {
        bool next[PATTERN_MAX + 1] = { false };

        for (size_t j = len + 1; j-- > 0;) {
            uint32_t point = 0;
            size_t whole = j + 1, after;

            if (places[i].kind == '*') {
                next[j] = row[j] || (j < len && next[j + 1]);
                continue;
            }
            if (j == len)
                continue;
            after = character_at(text, j, &point);
            while (((unsigned char)text[whole] & 0xc0) == 0x80)
                whole++;
            if (places[i].kind == '?')
                next[j] = row[whole];
            else if (places[i].kind == '[')
                next[j] = is_member(pattern, &places[i], point) && row[after];
            else
                next[j] = places[i].byte == text[j] && row[j + 1];
        }
        memcpy(row, next, sizeof row);
    }
    return row[0];
}

/* The input's two halves as pattern and text, each ended by its first NUL. */
static void fuzz_pattern(struct sx_slice bytes)
{
    char pattern[PATTERN_MAX + 1] = { 0 };
    char text[PATTERN_MAX + 1] = { 0 };
    size_t half = bytes.len / 2;

    if (bytes.len == 0 || half > PATTERN_MAX || bytes.len - half > PATTERN_MAX)
        return;
    memcpy(pattern, bytes.ptr, half);
    memcpy(text, bytes.ptr + half, bytes.len - half);
    PROMISE(sx_pattern_is_match(pattern, text) == is_match_simply(pattern, text));
    PROMISE(sx_text_is_equal_nocase(text, text));
    PROMISE(sx_text_is_equal_nocase(pattern, text) == sx_text_is_equal_nocase(text, pattern));
}

static void fuzz_list(struct sx_slice bytes)
{
    struct sx_slice rest = bytes;
    struct sx_slice entry;
    size_t commas = 0;
    size_t entries = 0;

    for (size_t i = 0; i < bytes.len; i++)
        commas += bytes.ptr[i] == ',';
    while (sx_list_next(&rest, &entry)) {
        entries++;
        if (entry.len == 0)
            continue;
        PROMISE(entry.ptr >= bytes.ptr && entry.len <= bytes.len);
        PROMISE((size_t)(entry.ptr - bytes.ptr) <= bytes.len - entry.len);
        PROMISE(memchr(entry.ptr, ',', entry.len) == NULL);
        PROMISE(entry.ptr[0] != ' ' && entry.ptr[entry.len - 1] != ' ');
        PROMISE(entry.ptr[0] != '\t' && entry.ptr[entry.len - 1] != '\t');
        if (entries <= 4 && memchr(entry.ptr, '\0', entry.len) == NULL) {
            char *name = must_alloc(entry.len + 1);

            memcpy(name, entry.ptr, entry.len);
            PROMISE(sx_list_has(bytes, name));
            sx_free(name);
        }
    }
    PROMISE(rest.len == 0);
    if (bytes.len == 0)
        PROMISE(entries == 0);
    else
        PROMISE(entries == commas + (bytes.ptr[bytes.len - 1] != ','));
}

/* The first byte chooses the room to escape into and the separator; the rest is the text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char separators[] = { 0, ':', ' ' };
    struct sx_slice bytes;

    if (size == 0)
        return 0;
    bytes = sx_slice_of(data + 1, size - 1);
    fuzz_escape(bytes, 8 + (size_t)data[0] % 64);
    fuzz_hex(bytes, separators[data[0] % 3]);
    fuzz_base64(bytes);
    fuzz_pattern(bytes);
    fuzz_list(bytes);
    return 0;
}
