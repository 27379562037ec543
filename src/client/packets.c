/* client/packets.c: the packet methods of custom authentication. What they lend may hold a
 * credential: it is kept in wiped storage, until the next call or the end of the handler. */
#include <string.h>

#include "base/text.h"
#include "client/auditing.h"
#include "client/errors.h"
#include "client/packets.h"
#include "client/values.h"
#include "wire/param.h"

void sx_packets_clear(struct sexec *object)
{
    sx_secret_clear(&object->packets.decoded);
    sx_secret_clear(&object->packets.encoded);
    sx_secret_clear(&object->packets.payload);
    sx_secret_clear(&object->packets.text);
    sx_secret_clear(&object->packets.bytes);
}

enum sx_err sx_packet_encode(struct sx_slice packet, struct sx_secret *out)
{
    const struct sx_param whole = { 'x', packet };

    return sx_param_text(&whole, out);
}

enum sx_err sx_packet_decode(const char *text, struct sx_secret *out)
{
    size_t len = strlen(text);
    struct sx_secret decoded = { 0 };
    enum sx_err err = SX_ERR_ARGUMENT;

    if (len <= 3 * SX_PARAM_PAYLOAD_MAX)
        err = sx_secret_reserve(&decoded, len / 2 + 1);
    if (err == SX_OK)
        err = sx_hex_decode(sx_slice_text(text), decoded.ptr, decoded.cap, &decoded.len);
    if (err == SX_OK && decoded.len > SX_PARAM_PAYLOAD_MAX)
        err = SX_ERR_ARGUMENT;
    if (err == SX_OK)
        sx_secret_move(out, &decoded);
    sx_secret_clear(&decoded);
    return err;
}

static int refuse(struct sexec *object, enum sx_err err, const char *why)
{
    if (err == SX_ERR_MEMORY)
        return sx_fail_err(object, err, &object->fault);
    return sx_fail(object, SEXEC_SSH_PARAM, "%s", why);
}

static bool is_given(const void *payload, size_t length)
{
    return payload != NULL || length == 0;
}

int sexec_decode_packet(struct sexec *object, const char *encoded_packet, const void **out,
                        size_t *out_length)
{
    enum sx_err err = encoded_packet == NULL
                          ? SX_ERR_ARGUMENT
                          : sx_packet_decode(encoded_packet, &object->packets.decoded);

    sx_auditing_count(object, SX_COUNTED_GETTER);
    if (err != SX_OK)
        return refuse(object, err, "decode_packet: this is no packet in hexadecimal digits");
    *out = object->packets.decoded.ptr;
    *out_length = object->packets.decoded.len;
    return 0;
}

int sexec_encode_packet(struct sexec *object, const void *packet, size_t length, const char **out)
{
    enum sx_err err = SX_ERR_ARGUMENT;

    sx_auditing_count(object, SX_COUNTED_GETTER);
    if (is_given(packet, length) && length <= SX_PARAM_PAYLOAD_MAX)
        err = sx_packet_encode(sx_slice_of(packet, length), &object->packets.encoded);
    if (err != SX_OK)
        return refuse(object, err, "encode_packet: the packet is missing or too long");
    *out = sx_secret_text(&object->packets.encoded);
    return 0;
}

/* Field names and types are the caller's: they are shown; values never. */
static int refuse_field(struct sexec *object, enum sx_err err, const char *what, const char *field)
{
    char shown[100];

    if (err == SX_ERR_MEMORY)
        return sx_fail_err(object, err, &object->fault);
    sx_escape(shown, sizeof shown, sx_slice_text(field));
    if (err == SX_ERR_ARGUMENT)
        return sx_fail(object, SEXEC_SSH_PARAM,
                       "%s: \"%s\" is neither the name of a field nor %% and types of s, sb, m, i, "
                       "l, b, f",
                       what, shown);
    return sx_fail(object, SEXEC_SSH_PARAM,
                   "%s: the payload has no field \"%s\", or one that is malformed", what, shown);
}

int sexec_get_ssh_param(struct sexec *object, const void *payload, size_t length, const char *field,
                        const char **out)
{
    struct sx_param param;
    enum sx_err err = SX_ERR_ARGUMENT;

    sx_auditing_count(object, SX_COUNTED_GETTER);
    if (field != NULL && is_given(payload, length))
        err = sx_param_find(sx_slice_of(payload, length), field, &param);
    if (err == SX_OK && param.type == 's' && param.raw.len > 0 &&
        memchr(param.raw.ptr, '\0', param.raw.len) != NULL)
        return sx_fail(object, SEXEC_SSH_PARAM,
                       "get_ssh_param: the text holds a NUL; sexec_get_ssh_param_bytes gives it");
    if (err == SX_OK)
        err = sx_param_text(&param, &object->packets.text);
    if (err != SX_OK)
        return refuse_field(object, err, "get_ssh_param", field);
    *out = sx_secret_text(&object->packets.text);
    return 0;
}

int sexec_get_ssh_param_bytes(struct sexec *object, const void *payload, size_t length,
                              const char *field, const void **out, size_t *out_length)
{
    struct sx_param param;
    enum sx_err err = SX_ERR_ARGUMENT;

    sx_auditing_count(object, SX_COUNTED_GETTER);
    if (field != NULL && is_given(payload, length))
        err = sx_param_find(sx_slice_of(payload, length), field, &param);
    if (err == SX_OK)
        err = sx_secret_set(&object->packets.bytes, param.raw);
    if (err != SX_OK)
        return refuse_field(object, err, "get_ssh_param_bytes", field);
    *out = object->packets.bytes.ptr;
    *out_length = object->packets.bytes.len;
    return 0;
}

int sexec_set_ssh_param(struct sexec *object, const void *payload, size_t length,
                        const char *field_type, const char *field_value, const void **out,
                        size_t *out_length)
{
    char shown[40];
    enum sx_err err = SX_ERR_ARGUMENT;

    sx_auditing_count(object, SX_COUNTED_GETTER);
    if (field_type != NULL && field_value != NULL && is_given(payload, length))
        err = sx_param_append(sx_slice_of(payload, length), field_type, field_value,
                              &object->packets.payload);
    if (err == SX_ERR_SPACE)
        return sx_fail(object, SEXEC_SSH_PARAM, "set_ssh_param: more than %d bytes",
                       SX_PARAM_PAYLOAD_MAX);
    if (err == SX_ERR_MEMORY)
        return sx_fail_err(object, err, &object->fault);
    if (err != SX_OK)
        return sx_fail(
            object, SEXEC_SSH_PARAM,
            "set_ssh_param: \"%s\" is no field type (s, sb, m, i, l, b, f), or the value "
            "is none of that type",
            sx_escape(shown, sizeof shown, sx_slice_text(field_type)));
    *out = object->packets.payload.ptr;
    *out_length = object->packets.payload.len;
    return 0;
}
