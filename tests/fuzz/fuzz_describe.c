/* What messages show of themselves: any bytes in any context. Nothing is shown of what doesn't decode,
 * every field lies inside its message, and of the messages that carry secrets, tokens or a channel's data
 * no byte is ever shown. The first byte is the key exchange and whether a program signs on by itself, the
 * second the method. */
#include <stdint.h>
#include <string.h>

#include "fuzz/fuzz_bytes.h"
#include "wire/describe.h"
#include "wire/msg_auth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    struct sx_slice payload;
    size_t hidden_from; /* no byte from here on may be shown */
    unsigned count;
};

static void on_field(void *ctx, const struct sx_field *field)
{
    struct seen *seen = ctx;
    uintptr_t first = (uintptr_t)seen->payload.ptr;
    uintptr_t start = (uintptr_t)field->bytes.ptr;

    seen->count++;
    PROMISE(field->name != NULL && field->kind != SX_FIELD_PUBLIC);
    if (field->bytes.len == 0)
        return;
    PROMISE(start >= first && field->bytes.len <= seen->payload.len);
    PROMISE(start - first <= seen->payload.len - field->bytes.len);
    if (field->kind != SX_FIELD_SECRET)
        PROMISE(start - first + field->bytes.len <= seen->hidden_from);
}

/* By the decoders and the numbers alone, not by the tables. */
static size_t hidden_from(const struct sx_describe *describe, struct sx_slice payload)
{
    struct sx_msg_userauth_request request;
    bool is_gss = describe->kex == SX_KEX_LAYOUT_GSS;
    uint8_t number = payload.len == 0 ? 0 : payload.ptr[0];

    if (sx_msg_userauth_request_decode(payload, &request) == SX_OK &&
        (describe->is_custom || sx_slice_is_text(request.method, "password") ||
         sx_slice_is_text(request.method, "gssapi-keyex")))
        return payload.len - request.fields.len;
    if (number == SX_MSG_CHANNEL_DATA || number == SX_MSG_CHANNEL_EXTENDED_DATA ||
        number == SX_MSG_IGNORE || (is_gss && number == SX_MSG_KEXGSS_CONTINUE))
        return 1;
    if (number >= SX_MSG_USERAUTH_GSSAPI_TOKEN && number <= SX_MSG_USERAUTH_LAST &&
        number != SX_MSG_USERAUTH_GSSAPI_ERROR)
        return 1; /* answers, tokens and MICs */
    if (describe->is_custom && number >= SX_MSG_USERAUTH_FIRST && number <= SX_MSG_USERAUTH_LAST)
        return 0;
    return payload.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const methods[] = {
        NULL, "password", "publickey", "keyboard-interactive", "gssapi-with-mic", "gssapi-keyex"
    };
    struct fuzz_bytes bytes = { data, size };
    uint8_t first = fuzz_u8(&bytes);
    uint8_t second = fuzz_u8(&bytes);
    struct sx_describe describe = { (enum sx_kex_layout)(first & 3),
                                    methods[second % (sizeof methods / sizeof methods[0])],
                                    (first & 4) != 0 };
    struct seen seen = { .payload = fuzz_slice(&bytes, bytes.left) };
    bool is_shown;

    seen.hidden_from = hidden_from(&describe, seen.payload);
    is_shown = sx_describe_fields(&describe, seen.payload, on_field, &seen);
    PROMISE(is_shown || seen.count == 0);
    if (seen.payload.len > 0)
        PROMISE(!is_shown ||
                strcmp(sx_describe_name(&describe, seen.payload.ptr[0]), "unknown") != 0);
    sx_describe_sent(&describe, seen.payload);
    return 0;
}
