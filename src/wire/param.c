/* wire/param.c: the reference's field languages, one row for each type and each well-known name. */
#include "wire/param.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "wire/mpint_text.h"
#include "wire/numbers.h"
#include "wire/reader.h"
#include "wire/writer.h"

/* Reference, "get_ssh_param": the fields behind the request's head, by its type. */
static const struct {
    const char *request; /* NULL: of every request */
    const char *name;
    const char *types; /* from the first byte on */
} names[] = {
    { NULL, "ChannelId", "b,i" },
    { NULL, "RequestType", "b,i,s" },
    { NULL, "WantsReply", "b,i,s,f" },
    { "pty-req", "TerminalType", "b,i,s,f,s" },
    { "pty-req", "TerminalWidthCharacters", "b,i,s,f,s,i" },
    { "pty-req", "TerminalHeightRows", "b,i,s,f,s,i,i" },
    { "pty-req", "TerminalWidthPixels", "b,i,s,f,s,i,i,i" },
    { "pty-req", "TerminalHeightPixels", "b,i,s,f,s,i,i,i,i" },
    { "pty-req", "TerminalModes", "b,i,s,f,s,i,i,i,i,sb" }, /* bytes, with zeros among them */
    { "x11-req", "SingleConnection", "b,i,s,f,f" },
    { "x11-req", "X11AuthProtocol", "b,i,s,f,f,s" },
    { "x11-req", "X11AuthCookie", "b,i,s,f,f,s,s" },
    { "x11-req", "X11ScreenNumber", "b,i,s,f,f,s,s,i" },
    { "env", "VariableName", "b,i,s,f,s" },
    { "env", "VariableValue", "b,i,s,f,s,s" },
    { "exec", "Command", "b,i,s,f,s" },
    { "subsystem", "Subsystem", "b,i,s,f,s" },
    { "xon-xoff", "ClientCanDo", "b,i,s,f,f" },
    { "signal", "SignalName", "b,i,s,f,s" },
};

/* The letter of a type; x for sb, 0 for none. */
static char type_of(struct sx_slice name)
{
    static const char letters[] = "smilbf";

    if (sx_slice_is_text(name, "sb"))
        return 'x';
    if (name.len != 1 || memchr(letters, name.ptr[0], sizeof letters - 1) == NULL)
        return 0;
    return (char)name.ptr[0];
}

static struct sx_slice read_field(struct sx_reader *reader, char type)
{
    switch (type) {
    case 'i': return sx_reader_bytes(reader, 4);
    case 'l': return sx_reader_bytes(reader, 8);
    case 'b':
    case 'f': return sx_reader_bytes(reader, 1);
    default: return sx_reader_string(reader);
    }
}

/* Checks all types before the first field is read, so that a bad list is one whatever follows. */
static enum sx_err find_by_types(struct sx_slice payload, struct sx_slice types,
                                 struct sx_param *out)
{
    char letters[SX_PARAM_TYPES_MAX];
    size_t count = 0;
    struct sx_param found = { 0 };
    struct sx_slice entry;
    struct sx_reader reader;

    if (types.len == 0 || types.ptr[types.len - 1] == ',')
        return SX_ERR_ARGUMENT;
    while (sx_list_next(&types, &entry)) {
        char letter = type_of(entry);

        if (letter == 0 || count == SX_PARAM_TYPES_MAX)
            return SX_ERR_ARGUMENT;
        letters[count++] = letter;
    }
    sx_reader_init(&reader, payload);
    for (size_t i = 0; i < count; i++)
        found = (struct sx_param){ letters[i], read_field(&reader, letters[i]) };
    if (sx_reader_is_bad(&reader))
        return SX_ERR_PEER_DECODE;
    *out = found;
    return SX_OK;
}

static enum sx_err find_by_name(struct sx_slice payload, const char *name, struct sx_param *out)
{
    struct sx_param request;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!sx_text_is_equal_nocase(names[i].name, name))
            continue;
        if (payload.len == 0 || payload.ptr[0] != SX_MSG_CHANNEL_REQUEST)
            return SX_ERR_PEER_DECODE;
        SX_TRY(find_by_types(payload, sx_slice_text("b,i,s"), &request));
        if (names[i].request != NULL && !sx_slice_is_text(request.raw, names[i].request))
            return SX_ERR_PEER_DECODE;
        return find_by_types(payload, sx_slice_text(names[i].types), out);
    }
    return SX_ERR_ARGUMENT;
}

enum sx_err sx_param_find(struct sx_slice payload, const char *field, struct sx_param *out)
{
    if (field[0] == '%')
        return find_by_types(payload, sx_slice_text(field + 1), out);
    return find_by_name(payload, field, out);
}

/* ---- values as texts ------------------------------------------------------------------------ */

/* Keeps a text with its NUL. */
static enum sx_err keep(struct sx_secret *out, struct sx_slice text)
{
    struct sx_secret kept = { 0 };
    enum sx_err err = sx_secret_reserve(&kept, text.len + 1);

    if (err == SX_OK)
        err = sx_secret_append(&kept, text);
    if (err == SX_OK)
        err = sx_secret_append(&kept, sx_slice_of("", 1));
    if (err == SX_OK)
        sx_secret_move(out, &kept);
    sx_secret_clear(&kept);
    return err;
}

static enum sx_err hex_text(struct sx_slice raw, struct sx_secret *out)
{
    static const char digits[] = "0123456789ABCDEF";
    struct sx_secret text = { 0 };
    enum sx_err err = sx_secret_reserve(&text, 2 * raw.len + 1);

    for (size_t i = 0; err == SX_OK && i < raw.len; i++) {
        const char pair[2] = { digits[raw.ptr[i] >> 4], digits[raw.ptr[i] & 0xf] };

        err = sx_secret_append(&text, sx_slice_of(pair, 2));
    }
    if (err == SX_OK)
        err = sx_secret_append(&text, sx_slice_of("", 1));
    if (err == SX_OK)
        sx_secret_move(out, &text);
    sx_secret_clear(&text);
    return err;
}

static enum sx_err mpint_text(struct sx_slice raw, struct sx_secret *out)
{
    char text[SX_MPINT_TEXT_CHARS];
    enum sx_err err = sx_mpint_to_text(raw, text);

    if (err == SX_OK)
        err = keep(out, sx_slice_text(text));
    sx_wipe(text, sizeof text);
    return err;
}

static enum sx_err number_text(struct sx_slice raw, struct sx_secret *out)
{
    unsigned long long number = 0;
    char text[32];

    for (size_t i = 0; i < raw.len; i++)
        number = number << 8 | raw.ptr[i];
    snprintf(text, sizeof text, "%llu", number);
    return keep(out, sx_slice_text(text));
}

enum sx_err sx_param_text(const struct sx_param *param, struct sx_secret *out)
{
    switch (param->type) {
    case 's':
        if (param->raw.len > 0 && memchr(param->raw.ptr, '\0', param->raw.len) != NULL)
            return SX_ERR_PEER_DECODE;
        return keep(out, param->raw);
    case 'x': return hex_text(param->raw, out);
    case 'm': return mpint_text(param->raw, out);
    case 'f': return keep(out, sx_slice_text(param->raw.ptr[0] != 0 ? "true" : "false"));
    default: return number_text(param->raw, out);
    }
}

/* ---- texts as values ------------------------------------------------------------------------ */

/* An unsigned integer of at most max: decimal, or hexadecimal after 0x. */
static bool parse_number(const char *text, uint64_t max, uint64_t *out)
{
    uint8_t bytes[SX_MPINT_TEXT_BYTES];
    uint64_t value = 0;
    size_t len;

    if (text[0] == '-' || sx_mpint_from_text(text, bytes, &len) != SX_OK || len > 9)
        return false;
    if (len == 9 && bytes[0] != 0) /* more than 64 bits; a zero is the sign's */
        return false;
    for (size_t i = 0; i < len; i++)
        value = value << 8 | bytes[i];
    if (value > max)
        return false;
    *out = value;
    return true;
}

static enum sx_err write_number(struct sx_writer *writer, char type, const char *value)
{
    uint64_t max = type == 'l' ? UINT64_MAX : type == 'i' ? UINT32_MAX : UINT8_MAX;
    uint64_t number;

    if (!parse_number(value, max, &number))
        return SX_ERR_ARGUMENT;
    if (type == 'l')
        sx_writer_u64(writer, number);
    else if (type == 'i')
        sx_writer_u32(writer, (uint32_t)number);
    else
        sx_writer_u8(writer, (uint8_t)number);
    return SX_OK;
}

static enum sx_err write_hex(struct sx_writer *writer, const char *value)
{
    size_t mark = sx_writer_begin_string(writer);
    size_t len;

    if (writer->is_bad)
        return SX_OK; /* finish says it */
    if (strlen(value) / 2 > writer->cap - writer->len)
        return SX_ERR_SPACE;
    SX_TRY(sx_hex_decode(sx_slice_text(value), writer->ptr + writer->len, writer->cap - writer->len,
                         &len));
    writer->len += len;
    sx_writer_end_string(writer, mark);
    return SX_OK;
}

static enum sx_err write_mpint(struct sx_writer *writer, const char *value)
{
    uint8_t bytes[SX_MPINT_TEXT_BYTES];
    size_t len;
    enum sx_err err = sx_mpint_from_text(value, bytes, &len);

    if (err == SX_OK)
        sx_writer_string(writer, sx_slice_of(bytes, len));
    sx_wipe(bytes, sizeof bytes);
    return err;
}

static enum sx_err write_bool(struct sx_writer *writer, const char *value)
{
    bool is_true = sx_text_is_equal_nocase(value, "true") || strcmp(value, "1") == 0;

    if (!is_true && !sx_text_is_equal_nocase(value, "false") && strcmp(value, "0") != 0)
        return SX_ERR_ARGUMENT;
    sx_writer_bool(writer, is_true);
    return SX_OK;
}

static enum sx_err write_field(struct sx_writer *writer, char type, const char *value)
{
    switch (type) {
    case 's': sx_writer_text(writer, value); return SX_OK;
    case 'x': return write_hex(writer, value);
    case 'm': return write_mpint(writer, value);
    case 'f': return write_bool(writer, value);
    default: return write_number(writer, type, value);
    }
}

enum sx_err sx_param_append(struct sx_slice payload, const char *type, const char *value,
                            struct sx_secret *out)
{
    char letter = type_of(sx_slice_text(type));
    struct sx_secret grown = { 0 };
    struct sx_slice written;
    struct sx_writer writer;
    enum sx_err err;

    if (letter == 0)
        return SX_ERR_ARGUMENT;
    if (payload.len > SX_PARAM_PAYLOAD_MAX)
        return SX_ERR_SPACE;
    SX_TRY(sx_secret_reserve(&grown, SX_PARAM_PAYLOAD_MAX));
    sx_writer_init(&writer, grown.ptr, grown.cap);
    sx_writer_bytes(&writer, payload);
    err = write_field(&writer, letter, value);
    if (err == SX_OK)
        err = sx_writer_finish(&writer, &written);
    if (err == SX_OK) {
        grown.len = written.len;
        sx_secret_move(out, &grown);
    }
    sx_secret_clear(&grown);
    return err;
}
