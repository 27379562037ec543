/* transport/rekey.c: the key exchange's messages in their order.
 *
 *     C -> S   KEXINIT                            (either side may be first)
 *     S -> C   KEXINIT
 *     C -> S   KEXDH_INIT  e                      30
 *     S -> C   KEXDH_REPLY K_S, f, sign(H)        31
 *              the caller is asked about K_S
 *     C -> S   NEWKEYS                            from here we send under the new keys
 *     S -> C   NEWKEYS                            from here the server does
 *
 * A group exchange (RFC 4419) has the group first: REQUEST (34), GROUP (31), then INIT (32) and
 * REPLY (33).
 */
#include "transport/rekey.h"

#include <string.h>

#include "base/memory.h"
#include "transport/trace.h"
#include "wire/msg_transport.h"

enum { KEXINIT_MAX = 12 * 1024 };

enum sx_err sx_rekey_send(struct sx_transport *transport, const struct sx_writer *payload)
{
    sx_trace_sent(transport, payload);
    return sx_packet_end(&transport->writer, &transport->out, payload);
}

static struct sx_kex_terms terms_of(const struct sx_transport *transport)
{
    return (struct sx_kex_terms){ .is_first = !transport->has_session_id,
                                  .has_gss = transport->gss.is_possible };
}

static enum sx_err send_kexinit(struct sx_transport *transport)
{
    struct sx_writer payload;
    struct sx_slice written;

    SX_TRY(sx_packet_begin(&transport->writer, &transport->out, KEXINIT_MAX, &payload));
    SX_TRY(sx_kexinit_build(transport->config.offer, terms_of(transport), &payload));
    SX_TRY(sx_writer_finish(&payload, &written));
    SX_TRY(sx_buffer_append(&transport->exchange.client_init, written));
    transport->init_sequence = transport->writer.sequence;
    SX_TRY(sx_rekey_send(transport, &payload));
    transport->is_init_sent = true;
    return SX_OK;
}

enum sx_err sx_rekey_start(struct sx_transport *transport, enum sx_rekey_reason reason)
{
    transport->reason = reason;
    transport->started_at = transport->now;
    if (sx_offer_has_gss(transport->config.offer))
        return sx_gss_prepare(transport);
    return send_kexinit(transport);
}

static enum sx_err tell_negotiated(struct sx_transport *transport)
{
    const struct sx_negotiated *algs = &transport->exchange.algs;
    struct sx_event event = { .type = SX_EVENT_NEGOTIATED };

    event.negotiated = (struct sx_event_negotiated){
        .reason = transport->reason,
        .kex = algs->kex->name,
        .host_key = sx_negotiated_host_key(algs),
        .cipher_c2s = algs->cipher_c2s->name,
        .cipher_s2c = algs->cipher_s2c->name,
        .mac_c2s = algs->mac_c2s == NULL ? NULL : algs->mac_c2s->name,
        .mac_s2c = algs->mac_s2c == NULL ? NULL : algs->mac_s2c->name,
        .compression_c2s = algs->compression_c2s->name,
        .compression_s2c = algs->compression_s2c->name,
        .is_strict = transport->is_strict,
    };
    return sx_event_push(transport->events, event);
}

/* What the server offers, for whoever wants to explain it. */
static enum sx_err tell_offer(struct sx_transport *transport, const struct sx_msg_kexinit *peer)
{
    struct sx_event event = { .type = SX_EVENT_SERVER_OFFER };

    for (int i = 0; i < SX_EVENT_OFFER_LISTS; i++)
        event.offer.lists[i] = peer->lists[i];
    return sx_event_push(transport->events, event);
}

static enum sx_err send_share(struct sx_transport *transport)
{
    struct sx_exchange *exchange = &transport->exchange;
    struct sx_slice share = sx_agree_share(exchange->agree);
    struct sx_writer out;

    if (exchange->algs.kex->is_gss)
        return sx_gss_send_init(transport);
    SX_TRY(sx_packet_begin(&transport->writer, &transport->out, 16 + share.len, &out));
    if (sx_exchange_is_gex(exchange))
        sx_msg_gex_init_encode(&out, share);
    else
        sx_msg_kex_init_encode(&out, share);
    return sx_rekey_send(transport, &out);
}

static enum sx_err send_gex_request(struct sx_transport *transport)
{
    struct sx_writer out;

    sx_exchange_gex_request(&transport->exchange, transport->config.offer);
    SX_TRY(sx_packet_begin(&transport->writer, &transport->out, 32, &out));
    sx_msg_gex_request_encode(&out,
                              transport->exchange.algs.kex->is_gss ? SX_MSG_KEXGSS_GROUPREQ
                                                                   : SX_MSG_KEX_GEX_REQUEST,
                              &transport->exchange.gex);
    return sx_rekey_send(transport, &out);
}

static enum sx_err on_gex_group(struct sx_transport *transport, struct sx_slice payload)
{
    if (transport->exchange.agree != NULL)
        return sx_fault_set(transport->fault, SX_ERR_PEER_UNEXPECTED,
                            "the server sent a second Diffie-Hellman group");
    SX_TRY(sx_exchange_gex_group(&transport->exchange, transport->config.offer, payload,
                                 transport->fault));
    return send_share(transport);
}

/* Both KEXINITs are here: the algorithms follow, and with them the exchange's first message. */
static enum sx_err negotiate(struct sx_transport *transport)
{
    bool is_first = !transport->has_session_id;
    struct sx_exchange *exchange = &transport->exchange;
    const struct sx_offer *offer = transport->config.offer;
    struct sx_msg_kexinit peer;

    SX_TRY(sx_msg_kexinit_decode(sx_buffer_unread(&exchange->server_init), &peer));
    if (is_first)
        SX_TRY(tell_offer(transport, &peer));
    SX_TRY(sx_negotiate(offer, &peer, terms_of(transport), transport->fault, &exchange->algs));
    if (is_first) {
        transport->is_strict = exchange->algs.is_peer_strict && offer->strict_kex != SX_STRICT_OFF;
        /* Strict: nothing may come before the KEXINIT, or an attacker could have put it there. */
        if (transport->is_strict && transport->peer_init_sequence != 0)
            return sx_fault_set(transport->fault, SX_ERR_PEER_STRICT,
                                "the server's KEXINIT is packet %u, not its first: strict key "
                                "exchange is violated, perhaps by an attacker on the way",
                                transport->peer_init_sequence);
        transport->phase =
            transport->is_strict ? SX_PHASE_KEX_INITIAL_STRICT : SX_PHASE_KEX_INITIAL;
    }
    transport->is_guess_pending = exchange->algs.is_guess_to_ignore;
    SX_TRY(tell_negotiated(transport));
    if (sx_exchange_is_gex(exchange))
        return send_gex_request(transport);
    SX_TRY(sx_exchange_start(exchange, offer->provider, transport->fault));
    return send_share(transport);
}

static enum sx_err on_kexinit(struct sx_transport *transport, struct sx_slice payload,
                              uint32_t sequence)
{
    struct sx_msg_kexinit peer;

    SX_TRY(sx_msg_kexinit_decode(payload, &peer));
    SX_TRY(sx_buffer_append(&transport->exchange.server_init, payload));
    transport->peer_init_sequence = sequence;
    if (!transport->is_init_sent)
        SX_TRY(sx_rekey_start(transport, SX_REKEY_BY_SERVER));
    transport->is_init_received = true;
    return transport->is_init_sent ? negotiate(transport) : SX_OK;
}

enum sx_err sx_rekey_go_on(struct sx_transport *transport)
{
    SX_TRY(send_kexinit(transport));
    return transport->is_init_received ? negotiate(transport) : SX_OK;
}

static enum sx_err ask_host_key(struct sx_transport *transport)
{
    struct sx_exchange *exchange = &transport->exchange;
    struct sx_event event = { .type = SX_EVENT_HOST_KEY };

    transport->is_host_key_asked = true;
    event.host_key = (struct sx_event_host_key){
        .blob = sx_buffer_unread(&exchange->host_key),
        .algorithm = sx_negotiated_host_key(&exchange->algs),
        .key_type = exchange->host_key_type,
        .bits = exchange->host_key_bits,
        .is_rekey = transport->has_session_id,
        .is_for_lack_of_gss = transport->gss.why_not[0] != '\0',
    };
    return sx_event_push(transport->events, event);
}

static enum sx_err on_reply(struct sx_transport *transport, struct sx_slice payload)
{
    const struct sx_exchange_versions versions = { transport->config.client_version,
                                                   transport->ident.line };
    struct sx_exchange *exchange = &transport->exchange;

    if (!transport->is_init_received || exchange->agree == NULL ||
        sx_buffer_len(&exchange->host_key) > 0)
        return sx_fault_set(transport->fault, SX_ERR_PEER_UNEXPECTED,
                            "the server sent a key exchange reply that nothing asked for");
    SX_TRY(
        sx_exchange_reply(exchange, transport->config.offer, &versions, payload, transport->fault));
    /* The key that was trusted first needs no second question. */
    if (transport->has_session_id &&
        sx_slice_is_equal(sx_buffer_unread(&exchange->host_key),
                          sx_buffer_unread(&transport->accepted_host_key)))
        return sx_transport_accept_host_key(transport, true);
    return ask_host_key(transport);
}

/* Both NEWKEYS are through: the exchange is over. */
static enum sx_err finish_if_done(struct sx_transport *transport)
{
    if (sx_transport_is_exchanging(transport))
        return SX_OK;
    sx_exchange_clear(&transport->exchange);
    sx_gss_kex_clear(&transport->gss);
    transport->keyed_at = transport->now;
    SX_TRY(sx_event_push(transport->events, (struct sx_event){ .type = SX_EVENT_KEYS_IN_USE }));
    return SX_OK;
}

enum sx_err sx_transport_accept_host_key(struct sx_transport *transport, bool is_accepted)
{
    struct sx_exchange *exchange = &transport->exchange;
    struct sx_packet_keys next_out = { 0 };
    struct sx_writer payload;

    transport->is_host_key_asked = false;
    if (!is_accepted && transport->gss.why_not[0] != '\0')
        return sx_fault_set(transport->fault, SX_ERR_AUTH_REKEY,
                            "keys can't be exchanged anew: %s; without Kerberos the server has to "
                            "show a host key that a setting accepts, and it shows another",
                            transport->gss.why_not);
    if (!is_accepted)
        return sx_fault_set(transport->fault, SX_ERR_HOST_KEY_REJECTED,
                            "the server's host key was rejected: no setting and no event "
                            "handler accepts it");
    if (!transport->has_session_id) {
        memcpy(transport->session_id, exchange->hash, exchange->hash_len);
        transport->session_id_len = exchange->hash_len;
    }
    SX_TRY(sx_exchange_derive(exchange, transport->config.offer->provider,
                              sx_slice_of(transport->session_id, transport->session_id_len),
                              &next_out, &transport->next_in));
    /* GSSAPI need not show one; then one that was accepted before stays so. */
    if (sx_buffer_len(&exchange->host_key) > 0) {
        sx_buffer_clear(&transport->accepted_host_key);
        SX_TRY(
            sx_buffer_append(&transport->accepted_host_key, sx_buffer_unread(&exchange->host_key)));
    }
    SX_TRY(sx_packet_begin(&transport->writer, &transport->out, 8, &payload));
    sx_msg_newkeys_encode(&payload);
    SX_TRY(sx_rekey_send(transport, &payload));
    transport->has_session_id = true;
    SX_TRY(sx_packet_writer_rekey(&transport->writer, &next_out, transport->is_strict,
                                  transport->phase == SX_PHASE_CONNECTED));
    transport->is_init_sent = false;
    /* What was sent under the old keys is dealt with by now: the server answers in order. */
    memset(transport->sent, 0, sizeof transport->sent);
    SX_TRY(sx_transport_flush_held(transport));
    return finish_if_done(transport);
}

static enum sx_err on_newkeys(struct sx_transport *transport, struct sx_slice payload)
{
    SX_TRY(sx_msg_newkeys_decode(payload));
    if (transport->next_in.cipher_alg == NULL)
        return sx_fault_set(transport->fault, SX_ERR_PEER_UNEXPECTED,
                            "the server sent NEWKEYS before the keys were agreed on");
    SX_TRY(sx_packet_reader_rekey(&transport->reader, &transport->next_in, transport->is_strict,
                                  transport->phase == SX_PHASE_CONNECTED));
    transport->is_init_received = false;
    if (transport->phase == SX_PHASE_KEX_INITIAL || transport->phase == SX_PHASE_KEX_INITIAL_STRICT)
        transport->phase = SX_PHASE_SERVICE;
    return finish_if_done(transport);
}

enum sx_err sx_rekey_message(struct sx_transport *transport, struct sx_slice payload,
                             uint32_t sequence)
{
    uint8_t number = payload.ptr[0];

    if (number == SX_MSG_KEXINIT)
        return on_kexinit(transport, payload, sequence);
    if (number == SX_MSG_NEWKEYS)
        return on_newkeys(transport, payload);
    if (transport->is_guess_pending) {
        transport->is_guess_pending = false; /* RFC 4253 section 7: a wrong guess is dropped */
        return SX_OK;
    }
    if (transport->exchange.algs.kex->is_gss)
        return sx_gss_message(transport, payload);
    if (sx_exchange_is_gex(&transport->exchange)) {
        if (number == SX_MSG_KEX_GEX_GROUP)
            return on_gex_group(transport, payload);
        if (number == SX_MSG_KEX_GEX_REPLY)
            return on_reply(transport, payload);
    } else if (number == SX_MSG_KEXDH_REPLY) {
        return on_reply(transport, payload);
    }
    return sx_fault_set(transport->fault, SX_ERR_PEER_UNEXPECTED,
                        "message %u has no place in the key exchange %s", number,
                        transport->exchange.algs.kex->name);
}
