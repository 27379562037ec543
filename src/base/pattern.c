/* base/pattern.c: the reference's little pattern language ("PasswordPrompt"). It is not the one of
 * OpenSSH's files, where brackets mean an address. By bytes, but for ? and sets, which take one
 * UTF-8 character. */
#include <string.h>

#include "base/text.h"

/* The start of the next character; in a text that is not UTF-8, of the next byte or so. */
static const char *next_character(const char *text)
{
    text++;
    while (((unsigned char)*text & 0xc0) == 0x80)
        text++;
    return text;
}

/* A number for the character at text, in the order of code points; *text moves behind it. Bytes
 * that are no UTF-8 get numbers of their own, above all characters. */
static uint32_t take_character(const char **text)
{
    const unsigned char *bytes = (const unsigned char *)*text;
    const char *end = next_character(*text);
    size_t len = (size_t)(end - *text);
    uint32_t point = bytes[0];

    *text = end;
    if (point < 0x80 && len == 1)
        return point;
    if (point < 0xc2 || point > 0xf4 || len != (point < 0xe0 ? 2U : point < 0xf0 ? 3U : 4U)) {
        *text = (const char *)bytes + 1;
        return 0x110000 + bytes[0];
    }
    point &= 0x7fU >> len;
    for (size_t i = 1; i < len; i++)
        point = point << 6 | (bytes[i] & 0x3fU);
    return point;
}

/* The ] that ends the set which opens at pattern, NULL when there is none: then the [ is meant
 * itself. A set is never empty, so a ] right behind the [ is its first member. */
static const char *set_end(const char *pattern)
{
    return pattern[1] == '\0' ? NULL : strchr(pattern + 2, ']');
}

/* Members are characters and ranges, with or without commas between them; a comma that divides
 * nothing is a member. */
static bool set_has(const char *set, const char *end, uint32_t wanted)
{
    bool may_divide = false;

    while (set < end) {
        uint32_t first;
        uint32_t last;

        if (*set == ',' && may_divide && set + 1 < end) {
            set++;
            may_divide = false;
            continue;
        }
        first = last = take_character(&set);
        if (*set == '-' && set + 1 < end) {
            set++;
            last = take_character(&set);
        }
        if (wanted >= first && wanted <= last)
            return true;
        may_divide = true;
    }
    return false;
}

/* One character of text (which is not at its end) against what stands at the pattern's start, not
 * a star. Both move on when they match. */
static bool match_one(const char **pattern, const char **text)
{
    const char *p = *pattern;
    const char *end = *p == '[' ? set_end(p) : NULL;
    const char *rest = *text;

    if (*p == '?') {
        *pattern = p + 1;
        *text = next_character(rest);
        return true;
    }
    if (end != NULL) {
        if (!set_has(p + 1, end, take_character(&rest)))
            return false;
        *pattern = end + 1;
        *text = rest;
        return true;
    }
    if (*p == '\\' && p[1] != '\0')
        p++;
    if (*p != *rest)
        return false;
    *pattern = p + 1;
    *text = rest + 1;
    return true;
}

bool sx_pattern_is_match(const char *pattern, const char *text)
{
    const char *star = NULL;  /* what follows the last `*` */
    const char *retry = NULL; /* where in text that `*` has to end next */

    if (pattern == NULL || text == NULL)
        return false;
    /* Only the last star needs a second try: what an earlier one could take, it can take too.
     * So the time is bounded by the product of the lengths, not exponential in the stars. */
    while (*text != '\0') {
        if (*pattern == '*') {
            star = ++pattern;
            retry = text;
        } else if (match_one(&pattern, &text)) {
            continue;
        } else if (star != NULL) {
            pattern = star;
            text = ++retry; /* by bytes: the end of a character is as good as all of it */
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}
