/* unit/audit/json_check.h: a strict reader of one audit line, written apart from the encoder, for
 * its unit test and its fuzz target. It takes less than JSON allows: one flat object without white
 * space, names once each, whole numbers, lists of texts alone, and of the escapes in strings only those of " and \. */
#ifndef SX_TESTS_JSON_CHECK_H
#define SX_TESTS_JSON_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum json_kind { JSON_TEXT, JSON_LIST, JSON_NUMBER, JSON_TRUE, JSON_FALSE, JSON_NULL };

enum { JSON_MEMBERS_MAX = 40 };

struct json_member {
    const uint8_t *name;
    size_t name_len;
    enum json_kind kind;
    const uint8_t *value; /* of a text: between the quotes; of a number: its digits */
    size_t value_len;
};

struct json_line {
    struct json_member members[JSON_MEMBERS_MAX];
    size_t count;
};

struct json_input {
    const uint8_t *ptr;
    const uint8_t *end;
};

static inline bool json_take(struct json_input *in, const char *text)
{
    size_t n = strlen(text);

    if ((size_t)(in->end - in->ptr) < n || memcmp(in->ptr, text, n) != 0)
        return false;
    in->ptr += n;
    return true;
}

/* The length of the character at ptr, 0 when it is no UTF-8 or one that must not be shown. */
static inline size_t json_character(const uint8_t *ptr, size_t left)
{
    uint32_t point = ptr[0];
    size_t n = point < 0x80 ? 1 : point < 0xe0 ? 2 : point < 0xf0 ? 3 : 4;

    if (n == 1)
        return point >= 0x20 && point != 0x7f ? 1 : 0;
    if (point < 0xc2 || point > 0xf4 || n > left)
        return 0;
    point &= 0x3fU >> (n - 1);
    for (size_t i = 1; i < n; i++) {
        if ((ptr[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (ptr[i] & 0x3fU);
    }
    if ((n == 3 && point < 0x800) || (n == 4 && point < 0x10000) || point > 0x10ffff ||
        (point >= 0xd800 && point < 0xe000))
        return 0;
    if ((point >= 0x80 && point < 0xa0) || point == 0xad || point == 0x61c || point == 0xfeff ||
        (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
        (point >= 0x2060 && point <= 0x206f))
        return 0;
    return n;
}

static inline bool json_string(struct json_input *in, const uint8_t **out, size_t *out_len)
{
    if (!json_take(in, "\""))
        return false;
    *out = in->ptr;
    while (in->ptr < in->end && *in->ptr != '"') {
        size_t left = (size_t)(in->end - in->ptr);
        size_t n = *in->ptr == '\\' ? 2 : json_character(in->ptr, left);

        if (n == 0 || n > left || (*in->ptr == '\\' && in->ptr[1] != '"' && in->ptr[1] != '\\'))
            return false;
        in->ptr += n;
    }
    *out_len = (size_t)(in->ptr - *out);
    return json_take(in, "\"");
}

static inline bool json_number(struct json_input *in, struct json_member *member)
{
    uint64_t number = 0;

    member->value = in->ptr;
    while (in->ptr < in->end && *in->ptr >= '0' && *in->ptr <= '9') {
        number = number * 10 + (uint64_t)(*in->ptr - '0');
        if (number > 9007199254740991ULL)
            return false;
        in->ptr++;
    }
    member->value_len = (size_t)(in->ptr - member->value);
    return member->value_len == 1 || (member->value_len > 1 && member->value[0] != '0');
}

/* Behind the bracket: texts, and the closing one. */
static inline bool json_list(struct json_input *in, struct json_member *member)
{
    const uint8_t *text;
    size_t len;

    member->value = in->ptr;
    if (!json_take(in, "]")) {
        do {
            if (!json_string(in, &text, &len))
                return false;
        } while (json_take(in, ","));
        if (!json_take(in, "]"))
            return false;
    }
    member->value_len = (size_t)(in->ptr - member->value) - 1;
    return true;
}

static inline bool json_value(struct json_input *in, struct json_member *member)
{
    if (in->ptr < in->end && *in->ptr == '"') {
        member->kind = JSON_TEXT;
        return json_string(in, &member->value, &member->value_len);
    }
    if (json_take(in, "[")) {
        member->kind = JSON_LIST;
        return json_list(in, member);
    }
    member->value = NULL;
    member->value_len = 0;
    member->kind = JSON_TRUE;
    if (json_take(in, "true"))
        return true;
    member->kind = JSON_FALSE;
    if (json_take(in, "false"))
        return true;
    member->kind = JSON_NULL;
    if (json_take(in, "null"))
        return true;
    member->kind = JSON_NUMBER;
    return json_number(in, member);
}

static inline const struct json_member *json_find(const struct json_line *line, const void *name,
                                                  size_t len)
{
    for (size_t i = 0; i < line->count; i++) {
        if (line->members[i].name_len == len && memcmp(line->members[i].name, name, len) == 0)
            return &line->members[i];
    }
    return NULL;
}

/* json_line_read takes exactly one line, with its "\n" at the end and nowhere else. */
static inline bool json_line_read(const void *bytes, size_t len, struct json_line *out)
{
    struct json_input in = { bytes, (const uint8_t *)bytes + len };

    out->count = 0;
    do {
        struct json_member member;

        if (!json_take(&in, out->count == 0 ? "{" : ",") || out->count == JSON_MEMBERS_MAX ||
            !json_string(&in, &member.name, &member.name_len) ||
            json_find(out, member.name, member.name_len) != NULL || !json_take(&in, ":") ||
            !json_value(&in, &member))
            return false;
        out->members[out->count++] = member;
    } while (in.ptr < in.end && *in.ptr == ',');
    return json_take(&in, "}\n") && in.ptr == in.end;
}

static inline int json_hex(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* json_text_bytes undoes both steps of a text: what JSON escaped, then \\ and \xNN; so that the
 * bytes which were recorded come out. False when it is not spelled so. out has value_len bytes. */
static inline bool json_text_bytes(const struct json_member *member, uint8_t *out, size_t *out_len)
{
    size_t n = 0;
    size_t len = 0;

    if (member->kind != JSON_TEXT)
        return false;
    for (size_t i = 0; i < member->value_len; i++) { /* JSON's step, in out itself */
        if (member->value[i] == '\\')
            i++;
        out[n++] = member->value[i];
    }
    for (size_t i = 0; i < n; i++) {
        if (out[i] != '\\') {
            out[len++] = out[i];
        } else if (i + 1 < n && out[i + 1] == '\\') {
            out[len++] = '\\';
            i++;
        } else if (i + 3 < n && out[i + 1] == 'x' && json_hex(out[i + 2]) >= 0 &&
                   json_hex(out[i + 3]) >= 0) {
            out[len++] = (uint8_t)(json_hex(out[i + 2]) << 4 | json_hex(out[i + 3]));
            i += 3;
        } else {
            return false;
        }
    }
    *out_len = len;
    return true;
}

#endif
