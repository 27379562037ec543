/* transport/receive.c: takes messages off the wire, serves the transport's own, and passes the
 * rest to the owner that the acceptance table names. */
#include <string.h>

#include "base/text.h"
#include "transport/rekey.h"
#include "transport/trace.h"
#include "wire/msg_transport.h"

static enum sx_phase phase_of(const struct sx_transport *transport)
{
    /* In a re-exchange only the exchange's messages may come, whatever the phase beneath. */
    if (transport->is_init_received && transport->has_session_id &&
        transport->phase >= SX_PHASE_SERVICE)
        return SX_PHASE_REKEY;
    return transport->phase;
}

static enum sx_err send_unimplemented(struct sx_transport *transport, uint32_t sequence)
{
    struct sx_writer payload;
    enum sx_err err;

    /* Allowed during a key exchange (RFC 4253 section 7.1), so never held back. */
    err = sx_packet_begin(&transport->writer, &transport->out, 16, &payload);
    if (err == SX_ERR_SPACE)
        return sx_fault_set(transport->fault, SX_ERR_PEER_UNEXPECTED,
                            "the server sends unknown messages without end and takes no answer");
    SX_TRY(err);
    sx_msg_unimplemented_encode(&payload, sequence);
    sx_trace_sent(transport, &payload);
    return sx_packet_end(&transport->writer, &transport->out, &payload);
}

static enum sx_err on_disconnect(struct sx_transport *transport, struct sx_slice payload)
{
    struct sx_msg_disconnect msg;
    struct sx_event event = { .type = SX_EVENT_DISCONNECTED };
    char shown[400];

    SX_TRY(sx_msg_disconnect_decode(payload, &msg));
    event.disconnect.reason = msg.reason;
    event.disconnect.description = msg.description;
    SX_TRY(sx_event_push(transport->events, event));
    transport->fault->peer_reason = msg.reason;
    return sx_fault_set(transport->fault, SX_ERR_PEER_DISCONNECT,
                        "the server disconnected (reason %u): %s", msg.reason,
                        sx_escape(shown, sizeof shown, msg.description));
}

/* Whether a packet of ours belongs to the key exchange at hand; between KEXINIT and NEWKEYS we send
 * nothing else. Sequence numbers wrap around. */
static bool is_of_exchange(const struct sx_transport *transport, uint32_t sequence)
{
    return transport->is_init_sent && sequence - transport->init_sequence <
                                          transport->writer.sequence - transport->init_sequence;
}

/* Before the sign-on is over every message of ours is one that the connection can't do without,
 * and so are those of a key exchange. Of others their sender knows: an exec request is one as
 * well, a keep-alive is answered by this, also while keys are renewed. */
static enum sx_err on_unimplemented(struct sx_transport *transport, struct sx_slice payload,
                                    enum sx_owner *out_owner)
{
    uint32_t sequence;

    SX_TRY(sx_msg_unimplemented_decode(payload, &sequence));
    if (transport->phase != SX_PHASE_CONNECTED || is_of_exchange(transport, sequence))
        return sx_fault_set(transport->fault, SX_ERR_PEER_UNIMPLEMENTED,
                            "the server doesn't implement our packet %u (%s)", sequence,
                            sx_phase_name(phase_of(transport)));
    SX_LOG(transport->config.log, SX_LOG_INFO, "the server doesn't implement a message",
           SX_NUMBER("sequence", sequence));
    *out_owner = SX_OWNER_CONNECTION;
    return SX_OK;
}

static enum sx_err on_ext_info(struct sx_transport *transport, struct sx_slice payload)
{
    struct sx_msg_ext_info msg;

    SX_TRY(sx_msg_ext_info_decode(payload, &msg));
    if (!msg.has_server_sig_algs || msg.server_sig_algs.len >= sizeof transport->server_sig_algs)
        return SX_OK;
    /* RFC 8308 section 2.3: a later EXT_INFO replaces an earlier one. */
    memcpy(transport->server_sig_algs, msg.server_sig_algs.ptr, msg.server_sig_algs.len);
    transport->server_sig_algs[msg.server_sig_algs.len] = '\0';
    transport->has_server_sig_algs = true;
    SX_LOG(transport->config.log, SX_LOG_VERBOSE, "the server verifies",
           SX_PEER("server_sig_algs", msg.server_sig_algs));
    return SX_OK;
}

static enum sx_err on_transport_message(struct sx_transport *transport, struct sx_slice payload,
                                        enum sx_owner *out_owner)
{
    struct sx_msg_debug debug;
    struct sx_slice data;

    switch (payload.ptr[0]) {
    case SX_MSG_DISCONNECT: return on_disconnect(transport, payload);
    case SX_MSG_IGNORE: return sx_msg_ignore_decode(payload, &data);
    case SX_MSG_UNIMPLEMENTED: return on_unimplemented(transport, payload, out_owner);
    case SX_MSG_DEBUG:
        SX_TRY(sx_msg_debug_decode(payload, &debug));
        SX_LOG(transport->config.log, SX_LOG_VERBOSE, "debug message of the server",
               SX_PEER("text", debug.message));
        return SX_OK;
    case SX_MSG_EXT_INFO: return on_ext_info(transport, payload);
    default: return SX_ERR_INTERNAL;
    }
}

static enum sx_err reject(struct sx_transport *transport, uint8_t number, uint32_t sequence)
{
    if (transport->phase == SX_PHASE_KEX_INITIAL_STRICT)
        return sx_fault_set(transport->fault, SX_ERR_PEER_STRICT,
                            "the server sent message %u (packet %u) during a strict key "
                            "exchange, which allows nothing but the exchange",
                            number, sequence);
    return sx_fault_set(transport->fault, SX_ERR_PEER_UNEXPECTED,
                        "the server sent message %u, which has no place in this phase (%s)", number,
                        sx_phase_name(phase_of(transport)));
}

static enum sx_err read_ident(struct sx_transport *transport)
{
    struct sx_event event = { .type = SX_EVENT_VERSION };

    SX_TRY(sx_ident_read(&transport->ident, &transport->in, transport->config.version_patterns,
                         transport->fault));
    if (!transport->ident.is_done)
        return SX_OK;
    event.version = sx_slice_text(transport->ident.line);
    return sx_event_push(transport->events, event);
}

/* Handles one packet; *out_owner tells when it is an upper layer's. */
static enum sx_err dispatch(struct sx_transport *transport, struct sx_slice payload,
                            uint32_t sequence, enum sx_owner *out_owner)
{
    uint8_t number = payload.ptr[0];
    enum sx_owner owner = sx_accept_owner(phase_of(transport), number);

    sx_trace_received(transport, payload);
    transport->last_sequence = sequence;
    switch (owner) {
    case SX_OWNER_TRANSPORT: return on_transport_message(transport, payload, out_owner);
    case SX_OWNER_KEX: return sx_rekey_message(transport, payload, sequence);
    case SX_OWNER_UNKNOWN: return send_unimplemented(transport, sequence);
    case SX_OWNER_AUTH:
    case SX_OWNER_CONNECTION: *out_owner = owner; return SX_OK;
    case SX_OWNER_NONE: break;
    }
    return reject(transport, number, sequence);
}

enum sx_err sx_transport_read(struct sx_transport *transport, enum sx_owner *out_owner,
                              struct sx_slice *out_payload)
{
    *out_owner = SX_OWNER_NONE;
    if (!transport->ident.is_done) {
        SX_TRY(read_ident(transport));
        if (!transport->ident.is_done)
            return SX_OK;
    }
    while (transport->events->count == 0 && !transport->is_host_key_asked &&
           !sx_transport_is_asking_gss(transport) && *out_owner == SX_OWNER_NONE) {
        uint32_t sequence;
        bool has;

        SX_TRY(sx_packet_read(&transport->reader, &transport->in, transport->fault, &has,
                              out_payload, &sequence));
        if (!has)
            break; /* a flood of IGNORE brings no event, and yet its bytes count */
        SX_TRY(dispatch(transport, *out_payload, sequence, out_owner));
    }
    return sx_rekey_if_due(transport);
}
