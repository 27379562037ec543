/* Audit records: whatever is recorded, the line is strict JSON, shows nothing hidden, and gives
 * the bytes back. */
#include <stdint.h>
#include <stdlib.h>

#include "audit/record.h"
#include "base/memory.h"
#include "unit/audit/json_check.h"

struct input {
    const uint8_t *ptr;
    size_t left;
};

static uint64_t take_number(struct input *in)
{
    uint64_t number = 0;
    size_t width = in->left != 0 ? in->ptr[0] % 9U : 0;

    for (size_t i = 0; i < width + 1 && in->left != 0; i++, in->ptr++, in->left--)
        number = i == 0 ? 0 : number << 8 | *in->ptr;
    return number;
}

static struct sx_slice take_text(struct input *in)
{
    size_t len = (size_t)take_number(in);
    struct sx_slice text = sx_slice_of(in->ptr, len < in->left ? len : in->left);

    in->ptr += text.len;
    in->left -= text.len;
    return len == 0xff ? SX_SLICE_NONE : text;
}

/* Fills the member that the type uses; the order of the calls is of no matter. */
static void fill(struct sx_audit_record *r, struct input *in)
{
    switch (r->type) {
    case SX_AUDIT_PROVIDER:
        r->provider.name = take_text(in);
        r->provider.build_info = take_text(in);
        r->provider.is_fips = take_number(in) & 1;
        r->provider.module_path = take_text(in);
        r->provider.self_tests = take_number(in);
        break;
    case SX_AUDIT_HOST_KEY:
        r->host_key.key_type = take_text(in);
        r->host_key.bits = take_number(in);
        r->host_key.is_accepted = take_number(in) & 1;
        r->host_key.ground = take_text(in);
        break;
    case SX_AUDIT_AUTH_ATTEMPT:
        r->auth_attempt.method = take_text(in);
        r->auth_attempt.methods_left = take_text(in);
        break;
    case SX_AUDIT_COMMAND_END:
        r->command_end.status = (int64_t)take_number(in);
        r->command_end.signal = take_text(in);
        r->command_end.stdout_bytes = take_number(in);
        break;
    case SX_AUDIT_SESSION_END:
        r->session_end.code = take_number(in);
        r->session_end.reason = take_text(in);
        r->session_end.duration_us = take_number(in);
        break;
    default:
        r->type = SX_AUDIT_COMMAND_BEGIN;
        r->command_begin.command = take_text(in);
        break;
    }
}

static void check_text(const struct json_line *line, const char *name, struct sx_slice expected)
{
    const struct json_member *member = json_find(line, name, strlen(name));
    uint8_t *back;
    size_t len = 0;

    if (member == NULL || (member->kind == JSON_NULL) != (expected.ptr == NULL))
        abort();
    if (expected.ptr == NULL)
        return;
    back = sx_alloc(member->value_len);
    if (back == NULL || !json_text_bytes(member, back, &len) ||
        !sx_slice_is_equal(sx_slice_of(back, len), expected))
        abort();
    sx_free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = { data, size };
    struct sx_audit_record record = { 0 };
    struct json_line line;
    struct sx_buffer out;

    record.type = (enum sx_audit_type)(take_number(&in) % SX_AUDIT_TYPE_COUNT);
    record.sequence = take_number(&in);
    record.time_us = take_number(&in);
    record.session = take_text(&in);
    fill(&record, &in);
    record.previous = take_text(&in);

    sx_buffer_init(&out, SX_AUDIT_LINE_MAX + 2);
    if (sx_audit_record_encode(&record, &out) != SX_OK) {
        if (sx_buffer_len(&out) != 0)
            abort();
    } else {
        if (sx_buffer_append(&out, sx_slice_text("}\n")) != SX_OK) /* without the chain's tag */
            abort();
        if (!json_line_read(sx_buffer_unread(&out).ptr, sx_buffer_len(&out), &line))
            abort();
        check_text(&line, "session", record.session);
        check_text(&line, "prev", record.previous);
        if (record.type == SX_AUDIT_COMMAND_BEGIN)
            check_text(&line, "command", record.command_begin.command);
        if (record.type == SX_AUDIT_SESSION_END)
            check_text(&line, "reason", record.session_end.reason);
    }
    sx_buffer_clear(&out);
    return 0;
}
