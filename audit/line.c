/* audit/line.c: a small strict reader for what record.c writes. */
#include "audit/line.h"

#include <string.h>

#include "base/text.h"

struct input {
    const uint8_t *ptr;
    const uint8_t *end;
};

static bool take(struct input *in, char byte)
{
    if (in->ptr == in->end || *in->ptr != (uint8_t)byte)
        return false;
    in->ptr++;
    return true;
}

static bool take_word(struct input *in, const char *word)
{
    size_t n = strlen(word);

    if ((size_t)(in->end - in->ptr) < n || memcmp(in->ptr, word, n) != 0)
        return false;
    in->ptr += n;
    return true;
}

/* --- Values ----------------------------------------------------------------------------------- */

/* Between the quotes; the first is taken already. Characters that no record holds, as they hide or turn
 * what stands beside them, are errors: whoever shows a text shows nothing else with it. */
static bool take_text(struct input *in, struct sx_slice *out)
{
    const uint8_t *from = in->ptr;

    while (in->ptr != in->end && *in->ptr != '"') {
        size_t n;

        if (*in->ptr == '\\') {
            in->ptr++;
            if (in->ptr == in->end || (*in->ptr != '"' && *in->ptr != '\\'))
                return false;
        }
        n = in->ptr == in->end ? 0
                               : sx_plain_length(sx_slice_of(in->ptr, (size_t)(in->end - in->ptr)));
        if (n == 0)
            return false;
        in->ptr += n;
    }
    *out = sx_slice_of(from, (size_t)(in->ptr - from));
    return take(in, '"');
}

static bool take_number(struct input *in, uint64_t *out)
{
    const uint8_t *from = in->ptr;
    uint64_t number = 0;

    for (; in->ptr != in->end && *in->ptr >= '0' && *in->ptr <= '9'; in->ptr++) {
        number = number * 10 + (uint64_t)(*in->ptr - '0');
        if (number > SX_AUDIT_NUMBER_MAX)
            return false;
    }
    *out = number;
    return in->ptr != from && (*from != '0' || in->ptr == from + 1);
}

/* Texts alone; the bracket is taken already. */
static bool take_list(struct input *in, struct sx_slice *out)
{
    const uint8_t *from = in->ptr;
    struct sx_slice ignored;

    if (take(in, ']')) {
        *out = sx_slice_of(from, 0);
        return true;
    }
    do {
        if (!take(in, '"') || !take_text(in, &ignored))
            return false;
    } while (take(in, ','));
    *out = sx_slice_of(from, (size_t)(in->ptr - from));
    return take(in, ']');
}

static bool take_value(struct input *in, struct sx_audit_member *member)
{
    if (take(in, '"')) {
        member->kind = SX_AUDIT_KIND_TEXT;
        return take_text(in, &member->raw);
    }
    if (take(in, '[')) {
        member->kind = SX_AUDIT_KIND_LIST;
        return take_list(in, &member->raw);
    }
    if (take_word(in, "true")) {
        member->kind = SX_AUDIT_KIND_TRUE;
        return true;
    }
    if (take_word(in, "false")) {
        member->kind = SX_AUDIT_KIND_FALSE;
        return true;
    }
    if (take_word(in, "null")) {
        member->kind = SX_AUDIT_KIND_NULL;
        return true;
    }
    member->kind = SX_AUDIT_KIND_NUMBER;
    return take_number(in, &member->number);
}

/* --- The object ------------------------------------------------------------------------------- */

static bool take_member(struct input *in, struct sx_audit_line *line)
{
    struct sx_audit_member *member = &line->members[line->count];

    *member = (struct sx_audit_member){ 0 };
    if (line->count == SX_AUDIT_MEMBERS_MAX || (line->count > 0 && !take(in, ',')) ||
        !take(in, '"') || !take_text(in, &member->name) || !take(in, ':') ||
        !take_value(in, member))
        return false;
    for (size_t i = 0; i < line->count; i++)
        if (sx_slice_is_equal(line->members[i].name, member->name))
            return false;
    line->count++;
    return true;
}

enum sx_err sx_audit_members_read(struct sx_slice bytes, struct sx_audit_line *out)
{
    struct input in = { bytes.ptr, bytes.ptr + bytes.len };

    out->count = 0;
    if (bytes.len > SX_AUDIT_LINE_MAX || bytes.len < 2 || !take(&in, '{'))
        return SX_ERR_AUDIT;
    while (!take(&in, '}'))
        if (!take_member(&in, out))
            return SX_ERR_AUDIT;
    return in.ptr == in.end ? SX_OK : SX_ERR_AUDIT;
}

static bool is_number(const struct sx_audit_line *line, size_t index, const char *name)
{
    return sx_slice_is_text(line->members[index].name, name) &&
           line->members[index].kind == SX_AUDIT_KIND_NUMBER;
}

enum sx_err sx_audit_line_read(struct sx_slice bytes, struct sx_audit_line *out)
{
    static const size_t tag_part = sizeof ",\"tag\":\"\"}" - 1 + 2 * (size_t)SX_AUDIT_HASH_LEN;
    const struct sx_audit_member *previous;
    const struct sx_audit_member *tag;

    SX_TRY(sx_audit_members_read(bytes, out));
    if (out->count < 5)
        return SX_ERR_AUDIT;
    previous = &out->members[out->count - 2];
    tag = &out->members[out->count - 1];
    if (!is_number(out, 0, "v") || out->members[0].number != SX_AUDIT_VERSION ||
        !is_number(out, 1, "seq") || !sx_slice_is_text(previous->name, "prev") ||
        !sx_slice_is_text(tag->name, "tag"))
        return SX_ERR_AUDIT;
    out->sequence = out->members[1].number;
    out->has_previous = previous->kind != SX_AUDIT_KIND_NULL;
    if (out->has_previous)
        SX_TRY(sx_audit_member_hash(previous, out->previous));
    SX_TRY(sx_audit_member_hash(tag, out->tag));
    out->sealed = sx_slice_of(bytes.ptr, bytes.len - tag_part);
    return SX_OK;
}

const struct sx_audit_member *sx_audit_line_find(const struct sx_audit_line *line, const char *name)
{
    for (size_t i = 0; i < line->count; i++)
        if (sx_slice_is_text(line->members[i].name, name))
            return &line->members[i];
    return NULL;
}

char *sx_audit_member_text(const struct sx_audit_member *member, char *out, size_t cap)
{
    const struct sx_slice raw =
        member != NULL && member->kind == SX_AUDIT_KIND_TEXT ? member->raw : SX_SLICE_NONE;
    size_t n = 0;
    size_t i = 0;

    for (; i < raw.len && n + 1 < cap; i++) {
        if (raw.ptr[i] == '\\')
            i++;
        out[n++] = (char)raw.ptr[i];
    }
    /* A character that would be cut in two goes as a whole. */
    if (i < raw.len && (raw.ptr[i] & 0xc0) == 0x80) {
        while (n > 0 && ((uint8_t)out[n - 1] & 0xc0) == 0x80)
            n--;
        n -= n > 0 ? 1 : 0;
    }
    out[n] = '\0';
    return out;
}

bool sx_audit_member_next(struct sx_slice *list, struct sx_audit_member *out)
{
    struct input in = { list->ptr, list->ptr + list->len };

    *out = (struct sx_audit_member){ .kind = SX_AUDIT_KIND_TEXT };
    if (list->len == 0 || !take(&in, '"') || !take_text(&in, &out->raw))
        return false;
    (void)take(&in, ',');
    *list = sx_slice_of(in.ptr, (size_t)(in.end - in.ptr));
    return true;
}

enum sx_err sx_audit_member_hash(const struct sx_audit_member *member,
                                 uint8_t out[SX_AUDIT_HASH_LEN])
{
    size_t len;

    if (member == NULL || member->kind != SX_AUDIT_KIND_TEXT ||
        member->raw.len != 2 * (size_t)SX_AUDIT_HASH_LEN)
        return SX_ERR_AUDIT;
    for (size_t i = 0; i < member->raw.len; i++) {
        uint8_t c = member->raw.ptr[i];

        if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
            return SX_ERR_AUDIT;
    }
    return sx_hex_decode(member->raw, out, SX_AUDIT_HASH_LEN, &len) == SX_OK ? SX_OK : SX_ERR_AUDIT;
}
