/* keys/json.c: JSON, as much as key files need. */
#include "keys/json.h"

#include <string.h>

enum { DEPTH_MAX = 8 };

static void skip_blanks(struct sx_slice *rest)
{
    while (rest->len > 0 && (rest->ptr[0] == ' ' || rest->ptr[0] == '\t' || rest->ptr[0] == '\n' ||
                             rest->ptr[0] == '\r'))
        *rest = sx_slice_of(rest->ptr + 1, rest->len - 1);
}

static bool take(struct sx_slice *rest, char wanted)
{
    skip_blanks(rest);
    if (rest->len == 0 || rest->ptr[0] != (uint8_t)wanted)
        return false;
    *rest = sx_slice_of(rest->ptr + 1, rest->len - 1);
    return true;
}

static bool read_string(struct sx_slice *rest, struct sx_slice *out)
{
    size_t i = 0;

    if (!take(rest, '"'))
        return false;
    while (i < rest->len && rest->ptr[i] != '"') {
        if (rest->ptr[i] < 0x20)
            return false;
        if (rest->ptr[i] == '\\' &&
            (++i == rest->len || strchr("\"\\/bfnrtu", rest->ptr[i]) == NULL))
            return false;
        i++;
    }
    if (i >= rest->len)
        return false;
    *out = sx_slice_of(rest->ptr, i);
    *rest = sx_slice_of(rest->ptr + i + 1, rest->len - i - 1);
    return true;
}

/* A number or a word; which one is nobody's concern here. */
static bool read_word(struct sx_slice *rest, struct sx_slice *out)
{
    size_t i = 0;

    while (i < rest->len && ((rest->ptr[i] >= 'a' && rest->ptr[i] <= 'z') ||
                             (rest->ptr[i] >= '0' && rest->ptr[i] <= '9') || rest->ptr[i] == 'E' ||
                             rest->ptr[i] == '+' || rest->ptr[i] == '-' || rest->ptr[i] == '.'))
        i++;
    *out = sx_slice_of(rest->ptr, i);
    *rest = sx_slice_of(rest->ptr + i, rest->len - i);
    return i > 0;
}

static bool read_value(struct sx_slice *rest, unsigned depth, struct sx_json_value *out);

static bool read_container(struct sx_slice *rest, bool is_object, unsigned depth,
                           struct sx_slice *out)
{
    const uint8_t *start = rest->ptr;
    const char end = is_object ? '}' : ']';
    struct sx_json_value value;
    struct sx_slice name;

    if (depth == DEPTH_MAX || !take(rest, is_object ? '{' : '['))
        return false;
    if (!take(rest, end)) {
        do {
            if (is_object && (!read_string(rest, &name) || !take(rest, ':')))
                return false;
            if (!read_value(rest, depth + 1, &value))
                return false;
        } while (take(rest, ','));
        if (!take(rest, end))
            return false;
    }
    *out = sx_slice_of(start, (size_t)(rest->ptr - start));
    return true;
}

static bool read_value(struct sx_slice *rest, unsigned depth, struct sx_json_value *out)
{
    skip_blanks(rest);
    if (rest->len == 0)
        return false;
    switch (rest->ptr[0]) {
    case '"': out->kind = SX_JSON_STRING; return read_string(rest, &out->text);
    case '{': out->kind = SX_JSON_OBJECT; return read_container(rest, true, depth, &out->text);
    case '[': out->kind = SX_JSON_ARRAY; return read_container(rest, false, depth, &out->text);
    default: out->kind = SX_JSON_OTHER; return read_word(rest, &out->text);
    }
}

bool sx_json_value_read(struct sx_slice *rest, struct sx_json_value *out)
{
    if (!read_value(rest, 0, out))
        return false;
    skip_blanks(rest);
    return true;
}

bool sx_json_member(struct sx_slice container, unsigned index, struct sx_slice *out_name,
                    struct sx_json_value *out)
{
    const bool is_object = container.len > 0 && container.ptr[0] == '{';
    struct sx_slice rest = container;

    *out_name = SX_SLICE_NONE;
    if (!take(&rest, is_object ? '{' : '['))
        return false;
    for (unsigned i = 0;; i++) {
        if (is_object && (!read_string(&rest, out_name) || !take(&rest, ':')))
            return false;
        if (!read_value(&rest, 1, out))
            return false;
        if (i == index)
            return true;
        if (!take(&rest, ','))
            return false;
    }
}
