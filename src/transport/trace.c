/* transport/trace.c: a line for a packet, and one for each of its fields; what is longer than a line takes
 * several, which say where in the field they stand. */
#include "transport/trace.h"

#include "base/memory.h"

/* The layouts of 30 to 49. A guess of the server's that is wrong has another one. */
static enum sx_kex_layout kex_layout(const struct sx_transport *transport)
{
    const struct sx_kex_alg *kex = transport->exchange.algs.kex;

    if (kex == NULL || transport->is_guess_pending)
        return SX_KEX_LAYOUT_NONE;
    if (kex->is_gss)
        return SX_KEX_LAYOUT_GSS;
    return sx_exchange_is_gex(&transport->exchange) ? SX_KEX_LAYOUT_GEX : SX_KEX_LAYOUT_DH;
}

struct dump {
    const struct sx_log *log;
    const char *what; /* the message's name */
};

static void put(const struct dump *dump, struct sx_field field, size_t at, bool is_whole)
{
    const struct sx_field fields[] = { SX_NUMBER("at", at), field };

    if (is_whole)
        sx_log_write(dump->log, SX_LOG_DEBUG, dump->what, &field, 1);
    else
        sx_log_write(dump->log, SX_LOG_DEBUG, dump->what, fields, 2);
}

/* As much of a text as a line takes: four for each byte that may be escaped. No character is cut. */
static size_t text_fit(struct sx_slice text)
{
    size_t shown = 0;
    size_t len = 0;

    for (; len < text.len; len++) {
        uint8_t c = text.ptr[len];

        shown += c < ' ' || c > '~' || c == '"' || c == '\\' ? 4 : 1;
        if (shown > SX_LOG_TEXT_MAX)
            break;
    }
    for (size_t back = 0; len < text.len && back < 3 && (text.ptr[len] & 0xc0) == 0x80; back++)
        len--;
    return len;
}

static void put_parts(const struct dump *dump, struct sx_field field)
{
    struct sx_slice rest = field.bytes;
    bool is_text = field.kind == SX_FIELD_PEER;
    size_t at = 0;

    do {
        size_t max = rest.len < SX_LOG_DATA_MAX ? rest.len : SX_LOG_DATA_MAX;
        size_t len = is_text ? text_fit(rest) : max;

        field.bytes = sx_slice_of(rest.ptr, len);
        put(dump, field, at, len == rest.len && at == 0);
        at += len;
        rest = sx_slice_of(rest.len == 0 ? rest.ptr : rest.ptr + len, rest.len - len);
    } while (rest.len > 0);
}

/* Its secrets are covered before it is cut: half of one would be found by no rule. */
static void put_command(const struct dump *dump, struct sx_field field)
{
    char *masked = sx_mask_command(field.bytes, &dump->log->mask);

    if (masked == NULL)
        put(dump, SX_SECRET(field.name, field.bytes), 0, true);
    else
        put_parts(dump, SX_PEER(field.name, sx_slice_text(masked)));
    sx_text_free_wiped(masked);
}

static void on_field(void *ctx, const struct sx_field *field)
{
    const struct dump *dump = ctx;

    if (field->kind == SX_FIELD_COMMAND && dump->log->is_unmasked)
        put_parts(dump, SX_PEER(field->name, field->bytes));
    else if (field->kind == SX_FIELD_COMMAND)
        put_command(dump, *field);
    else if (field->kind == SX_FIELD_PEER || field->kind == SX_FIELD_DATA)
        put_parts(dump, *field);
    else
        put(dump, *field, 0, true);
}

void sx_trace_packet(struct sx_transport *transport, struct sx_slice payload, bool is_sent)
{
    struct dump dump = { .log = transport->config.log };

    transport->describe.kex = kex_layout(transport);
    transport->describe.is_custom = transport->config.is_auth_custom;
    if (is_sent)
        sx_describe_sent(&transport->describe, payload);
    dump.what = sx_describe_name(&transport->describe, payload.ptr[0]);
    SX_LOG(dump.log, SX_LOG_VERBOSE, is_sent ? "packet sent" : "packet received",
           SX_NUMBER("message", payload.ptr[0]), SX_PUBLIC("name", dump.what),
           SX_NUMBER("bytes", payload.len));
    if (dump.log->level >= SX_LOG_DEBUG &&
        !sx_describe_fields(&transport->describe, payload, on_field, &dump))
        sx_log_write(dump.log, SX_LOG_DEBUG, "no field of it is shown: its layout is not known",
                     NULL, 0);
}

void sx_trace_written(struct sx_transport *transport, const struct sx_writer *payload)
{
    struct sx_slice written;

    if (sx_writer_finish(payload, &written) == SX_OK && written.len > 0)
        sx_trace_packet(transport, written, true);
}
