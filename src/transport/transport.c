/* transport/transport.c: the transport's front: set-up, the messages of upper layers, time, and
 * the end. What comes in is in receive.c; the key exchange in rekey.c. */
#include "transport/transport.h"

#include <string.h>

#include "base/memory.h"
#include "transport/rekey.h"
#include "transport/trace.h"
#include "wire/msg_transport.h"

enum sx_err sx_transport_init(struct sx_transport *transport,
                              const struct sx_transport_config *config,
                              struct sx_event_queue *events, struct sx_fault *fault, uint64_t now)
{
    memset(transport, 0, sizeof *transport);
    transport->config = *config;
    transport->events = events;
    transport->fault = fault;
    transport->now = now;
    transport->keyed_at = now;
    transport->writer.provider = config->offer->provider;
    sx_buffer_init(&transport->in, SX_RECEIVE_BUFFER_MAX);
    sx_buffer_init(&transport->out, SX_SEND_BUFFER_MAX);
    sx_buffer_init(&transport->held, SX_HELD_MAX);
    sx_buffer_init(&transport->accepted_host_key, SX_PACKET_LENGTH_MAX);
    sx_exchange_init(&transport->exchange);
    sx_gss_kex_init(&transport->gss);
    if (!sx_ident_is_valid_client(config->client_version))
        return sx_fault_set(fault, SX_ERR_ARGUMENT,
                            "ClientSSHVersionString must start with \"SSH-2.0-\" and hold 9 to "
                            "253 printable ASCII characters");
    SX_TRY(sx_buffer_append(&transport->out, sx_slice_text(config->client_version)));
    SX_TRY(sx_buffer_append(&transport->out, sx_slice_text("\r\n")));
    /* RFC 4253 section 4.2 lets the KEXINIT follow at once: one flight less. */
    return sx_rekey_start(transport, SX_REKEY_INITIAL);
}

/* A payload that must wait for NEWKEYS is kept behind its length. */
enum { HELD_HEAD = 4 };

/* Data stops far below the buffers' ends, so what fills them are our answers to a server that
 * asks and asks, and neither reads nor goes on with the key exchange. */
static enum sx_err full(struct sx_transport *transport, enum sx_err err)
{
    if (err != SX_ERR_SPACE)
        return err;
    return sx_fault_set(transport->fault, SX_ERR_PEER_UNEXPECTED,
                        "the server has us answer without end and takes nothing: %zu bytes wait",
                        sx_buffer_len(transport->writing));
}

enum sx_err sx_transport_begin(struct sx_transport *transport, size_t payload_max,
                               struct sx_writer *payload)
{
    uint8_t *room;
    enum sx_err err;

    transport->writing = transport->is_init_sent ? &transport->held : &transport->out;
    if (!transport->is_init_sent)
        return full(transport,
                    sx_packet_begin(&transport->writer, &transport->out, payload_max, payload));
    err = sx_buffer_reserve(&transport->held, HELD_HEAD + payload_max, &room);
    if (err != SX_OK)
        return full(transport, err);
    sx_writer_init(payload, room + HELD_HEAD, payload_max);
    return SX_OK;
}

static enum sx_err hold(struct sx_transport *transport, const struct sx_writer *payload)
{
    struct sx_slice written;
    struct sx_writer head;

    SX_TRY(sx_writer_finish(payload, &written));
    sx_writer_init(&head, payload->ptr - HELD_HEAD, HELD_HEAD);
    sx_writer_u32(&head, (uint32_t)written.len);
    sx_buffer_commit(&transport->held, HELD_HEAD + written.len);
    return SX_OK;
}

static enum sx_err seal(struct sx_transport *transport, const struct sx_writer *payload)
{
    const struct sx_sent sent = { true, transport->writer.sequence };

    switch (payload->ptr[0]) {
    case SX_MSG_CHANNEL_OPEN: transport->sent[SX_SENT_CHANNEL_OPEN] = sent; break;
    case SX_MSG_CHANNEL_REQUEST: transport->sent[SX_SENT_CHANNEL_REQUEST] = sent; break;
    default: break;
    }
    sx_trace_sent(transport, payload);
    return sx_packet_end(&transport->writer, &transport->out, payload);
}

bool sx_transport_was_last(const struct sx_transport *transport, enum sx_sent_kind kind,
                           uint32_t sequence)
{
    return transport->sent[kind].is_any && transport->sent[kind].sequence == sequence;
}

enum sx_err sx_transport_end(struct sx_transport *transport, const struct sx_writer *payload)
{
    struct sx_writer written = *payload;

    if (transport->writing == &transport->held || sx_trace_is_on(transport))
        sx_writer_settle(&written);
    if (transport->writing == &transport->held)
        return hold(transport, &written);
    SX_TRY(seal(transport, &written));
    return sx_rekey_if_due(transport);
}

enum sx_err sx_transport_flush_held(struct sx_transport *transport)
{
    while (sx_buffer_len(&transport->held) > 0) {
        struct sx_reader reader;
        struct sx_slice message;
        struct sx_writer payload;

        sx_reader_init(&reader, sx_buffer_unread(&transport->held));
        message = sx_reader_string(&reader);
        if (sx_reader_is_bad(&reader))
            return SX_ERR_INTERNAL;
        SX_TRY(sx_packet_begin(&transport->writer, &transport->out, message.len, &payload));
        sx_writer_bytes(&payload, message);
        SX_TRY(seal(transport, &payload));
        sx_buffer_consume(&transport->held, HELD_HEAD + message.len);
    }
    sx_buffer_trim(&transport->held);
    return SX_OK;
}

enum sx_err sx_transport_authenticated(struct sx_transport *transport)
{
    transport->phase = SX_PHASE_CONNECTED;
    SX_TRY(sx_packet_reader_authenticated(&transport->reader));
    return sx_packet_writer_authenticated(&transport->writer);
}

bool sx_transport_can_send_data(const struct sx_transport *transport)
{
    return !transport->is_init_sent && sx_buffer_len(&transport->out) < SX_SEND_BUFFER_SOFT;
}

bool sx_transport_is_exchanging(const struct sx_transport *transport)
{
    return transport->is_init_sent || transport->is_init_received ||
           transport->gss.stage == SX_GSS_PREPARING;
}

enum sx_err sx_transport_rekey(struct sx_transport *transport, enum sx_rekey_reason reason)
{
    if (!transport->has_session_id)
        return SX_ERR_NOT_CONNECTED;
    if (sx_transport_is_exchanging(transport))
        return SX_OK;
    return sx_rekey_start(transport, reason);
}

enum sx_err sx_transport_tick(struct sx_transport *transport, uint64_t now)
{
    transport->now = now;
    return sx_rekey_if_due(transport);
}

uint64_t sx_transport_deadline(const struct sx_transport *transport)
{
    /* The sign-on has deadlines of its own; a time that passed there is due right after it. */
    return transport->phase == SX_PHASE_CONNECTED ? sx_rekey_deadline(transport) : UINT64_MAX;
}

void sx_transport_disconnect(struct sx_transport *transport, enum sx_disconnect_reason reason,
                             const char *text)
{
    const struct sx_msg_disconnect msg = { reason, sx_slice_text(text) };
    struct sx_writer payload;

    /* Best effort: the connection ends either way. */
    if (sx_packet_begin(&transport->writer, &transport->out, 64 + strlen(text), &payload) != SX_OK)
        return;
    sx_msg_disconnect_encode(&payload, &msg);
    sx_trace_sent(transport, &payload);
    if (sx_packet_end(&transport->writer, &transport->out, &payload) != SX_OK)
        return;
}

void sx_transport_clear(struct sx_transport *transport)
{
    sx_buffer_clear(&transport->in);
    sx_buffer_clear(&transport->out);
    sx_buffer_clear(&transport->held);
    sx_buffer_clear(&transport->accepted_host_key);
    sx_packet_reader_clear(&transport->reader);
    sx_packet_writer_clear(&transport->writer);
    sx_packet_keys_clear(&transport->next_in);
    sx_exchange_clear(&transport->exchange);
    sx_gss_kex_clear(&transport->gss);
    sx_wipe(transport->session_id, sizeof transport->session_id);
}
