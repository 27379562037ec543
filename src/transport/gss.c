/* transport/gss.c: the messages of a GSSAPI key exchange in their order.
 *
 *     the caller makes the first token
 *     C -> S   KEXINIT                            (either side may be first)
 *     S -> C   KEXINIT
 *     C -> S   KEXGSS_INIT      token, e          30
 *     S -> C   KEXGSS_HOSTKEY   K_S               33, if the server likes
 *     S -> C   KEXGSS_CONTINUE  token             31, and ours back, as often as the mechanism wants
 *     S -> C   KEXGSS_COMPLETE  f, MIC(H), token  32
 *              the caller takes the token and verifies the MIC
 *     NEWKEYS as always
 *
 * gss-gex has GROUPREQ (40) and GROUP (41) before INIT. The server's identity is that of the
 * context, so the caller is asked about no host key; one that came is bound to H by the MIC.
 */
#include "transport/gss.h"

#include <stdio.h>

#include "base/text.h"
#include "transport/rekey.h"
#include "wire/msg_gss.h"

void sx_gss_kex_init(struct sx_gss_kex *gss)
{
    *gss = (struct sx_gss_kex){ .stage = SX_GSS_IDLE };
    sx_buffer_init(&gss->token, SX_GSS_TOKEN_MAX);
    sx_buffer_init(&gss->mic, SX_GSS_TOKEN_MAX);
}

void sx_gss_kex_clear(struct sx_gss_kex *gss)
{
    sx_buffer_clear(&gss->token);
    sx_buffer_clear(&gss->mic);
    sx_gss_kex_init(gss);
}

/* ---- To the caller and back --------------------------------------------------------------- */

static enum sx_err ask(struct sx_transport *transport, enum sx_gss_stage stage,
                       struct sx_event_gss request)
{
    struct sx_event event = { .type = SX_EVENT_GSS };

    transport->gss.stage = stage;
    request.context = transport->gss.context;
    event.gss = request;
    return sx_event_push(transport->events, event);
}

enum sx_err sx_gss_prepare(struct sx_transport *transport)
{
    struct sx_gss_kex *gss = &transport->gss;

    sx_gss_kex_clear(gss);
    gss->context = transport->has_session_id ? SX_GSS_CONTEXT_REKEY : SX_GSS_CONTEXT_KEX;
    return ask(transport, SX_GSS_PREPARING, (struct sx_event_gss){ .action = SX_GSS_BEGIN });
}

bool sx_transport_is_asking_gss(const struct sx_transport *transport)
{
    switch (transport->gss.stage) {
    case SX_GSS_PREPARING:
    case SX_GSS_STEPPING:
    case SX_GSS_ENDING:
    case SX_GSS_VERIFYING: return true;
    default: return false;
    }
}

bool sx_transport_awaits_gss(const struct sx_transport *transport)
{
    return transport->gss.stage == SX_GSS_RUNNING;
}

/* No ticket: without GSSAPI, where that may be. */
static enum sx_err cannot_begin(struct sx_transport *transport, const struct sx_gss_answer *answer)
{
    struct sx_gss_kex *gss = &transport->gss;

    if (!transport->has_session_id && transport->config.is_gss_demanded)
        return sx_fault_set(transport->fault, SX_ERR_AUTH_SERVICE,
                            "authentication failed: method tried: gssapi-keyex; %s", answer->text);
    if (!sx_offer_has_plain_kex(transport->config.offer))
        return sx_fault_set(transport->fault,
                            transport->has_session_id ? SX_ERR_AUTH_REKEY : SX_ERR_AUTH_SERVICE,
                            "keys can't be exchanged%s: only GSSAPI is offered, and %s",
                            transport->has_session_id ? " anew" : "", answer->text);
    snprintf(gss->why_not, sizeof gss->why_not, "%s", answer->text);
    return SX_OK;
}

static enum sx_err on_prepared(struct sx_transport *transport, const struct sx_gss_answer *answer)
{
    struct sx_gss_kex *gss = &transport->gss;

    gss->stage = SX_GSS_PREPARED;
    if (answer->err == SX_OK) {
        SX_TRY(sx_buffer_append(&gss->token, answer->output));
        gss->is_possible = true;
        gss->is_established = answer->is_complete;
    } else {
        SX_TRY(cannot_begin(transport, answer));
    }
    return sx_rekey_go_on(transport);
}

static enum sx_err send_continue(struct sx_transport *transport, struct sx_slice token)
{
    struct sx_writer out;

    SX_TRY(sx_packet_begin(&transport->writer, &transport->out, 16 + token.len, &out));
    sx_msg_kexgss_continue_encode(&out, token);
    return sx_rekey_send(transport, &out);
}

/* RFC 4462 section 2.1: an error token is sent as any other; then it is over. */
static enum sx_err fail(struct sx_transport *transport, const struct sx_gss_answer *answer)
{
    if (answer->output.len > 0)
        SX_TRY(send_continue(transport, answer->output));
    return sx_fault_set(transport->fault, SX_ERR_AUTH_SERVICE,
                        "key exchange by Kerberos failed: %s", answer->text);
}

static enum sx_err on_stepped(struct sx_transport *transport, const struct sx_gss_answer *answer)
{
    transport->gss.stage = SX_GSS_RUNNING;
    if (answer->err != SX_OK)
        return fail(transport, answer);
    transport->gss.is_established = answer->is_complete;
    return answer->output.len == 0 ? SX_OK : send_continue(transport, answer->output);
}

static enum sx_err verify(struct sx_transport *transport)
{
    const struct sx_exchange *exchange = &transport->exchange;
    const struct sx_event_gss request = {
        .action = SX_GSS_VERIFY_MIC,
        .input = sx_slice_of(exchange->hash, exchange->hash_len),
        .mic = sx_buffer_unread(&transport->gss.mic),
    };

    return ask(transport, SX_GSS_VERIFYING, request);
}

static enum sx_err on_ended(struct sx_transport *transport, const struct sx_gss_answer *answer)
{
    if (answer->err != SX_OK)
        return fail(transport, answer);
    /* A server that is through has nothing left to hear from us. */
    if (!answer->is_complete || answer->output.len > 0)
        return sx_fault_set(transport->fault, SX_ERR_PEER_UNEXPECTED,
                            "the server ended the key exchange, but its Kerberos context isn't "
                            "complete");
    transport->gss.is_established = true;
    return verify(transport);
}

static enum sx_err on_verified(struct sx_transport *transport, const struct sx_gss_answer *answer)
{
    if (answer->err != SX_OK)
        return sx_fault_set(transport->fault, SX_ERR_PEER_SIGNATURE,
                            "the key exchange isn't the server's: %s", answer->text);
    if (!transport->has_session_id)
        transport->is_gss_keyed = true;
    transport->gss.stage = SX_GSS_IDLE;
    return sx_transport_accept_host_key(transport, true);
}

enum sx_err sx_transport_answer_gss(struct sx_transport *transport,
                                    const struct sx_gss_answer *answer)
{
    switch (transport->gss.stage) {
    case SX_GSS_PREPARING: return on_prepared(transport, answer);
    case SX_GSS_STEPPING: return on_stepped(transport, answer);
    case SX_GSS_ENDING: return on_ended(transport, answer);
    case SX_GSS_VERIFYING: return on_verified(transport, answer);
    default: return SX_ERR_STATE;
    }
}

/* ---- From the server ---------------------------------------------------------------------- */

enum sx_err sx_gss_send_init(struct sx_transport *transport)
{
    const struct sx_msg_kexgss_init msg = {
        .token = sx_buffer_unread(&transport->gss.token),
        .share = sx_agree_share(transport->exchange.agree),
    };
    struct sx_writer out;

    SX_TRY(sx_packet_begin(&transport->writer, &transport->out, 32 + msg.token.len + msg.share.len,
                           &out));
    sx_msg_kexgss_init_encode(&out, &msg);
    transport->gss.stage = SX_GSS_RUNNING;
    return sx_rekey_send(transport, &out);
}

static enum sx_err on_continue(struct sx_transport *transport, struct sx_slice payload)
{
    struct sx_slice token;

    SX_TRY(sx_msg_kexgss_continue_decode(payload, &token));
    if (transport->gss.is_established)
        return sx_fault_set(transport->fault, SX_ERR_PEER_UNEXPECTED,
                            "the server goes on with a Kerberos context that is complete");
    return ask(transport, SX_GSS_STEPPING,
               (struct sx_event_gss){ .action = SX_GSS_STEP, .input = token });
}

static enum sx_err on_complete(struct sx_transport *transport, struct sx_slice payload)
{
    const struct sx_exchange_versions versions = { transport->config.client_version,
                                                   transport->ident.line };
    struct sx_gss_kex *gss = &transport->gss;
    struct sx_msg_kexgss_complete msg;

    SX_TRY(sx_msg_kexgss_complete_decode(payload, &msg));
    if (msg.has_token == gss->is_established)
        return sx_fault_set(transport->fault, SX_ERR_PEER_UNEXPECTED,
                            gss->is_established
                                ? "the server goes on with a Kerberos context that is complete"
                                : "the server ended the key exchange, but its Kerberos context "
                                  "isn't complete");
    SX_TRY(sx_buffer_append(&gss->mic, msg.mic));
    SX_TRY(sx_exchange_gss_finish(&transport->exchange, transport->config.offer, &versions,
                                  msg.share, transport->fault));
    if (!msg.has_token)
        return verify(transport);
    return ask(transport, SX_GSS_ENDING,
               (struct sx_event_gss){ .action = SX_GSS_STEP, .input = msg.token });
}

static enum sx_err on_host_key(struct sx_transport *transport, struct sx_slice payload)
{
    struct sx_slice host_key;

    SX_TRY(sx_msg_kexgss_hostkey_decode(payload, &host_key));
    return sx_exchange_gss_host_key(&transport->exchange, transport->config.offer, host_key,
                                    transport->fault);
}

static enum sx_err on_error(struct sx_transport *transport, struct sx_slice payload)
{
    struct sx_msg_gss_error msg;
    char shown[1024];

    SX_TRY(sx_msg_gss_error_decode(payload, SX_MSG_KEXGSS_ERROR, &msg));
    return sx_fault_set(transport->fault, SX_ERR_AUTH_SERVICE,
                        "key exchange by Kerberos failed: the server's GSSAPI says (major status "
                        "%u, minor %u): %s",
                        msg.major, msg.minor, sx_escape(shown, sizeof shown, msg.message));
}

/* Gives the group's answer, then goes on with INIT. */
static enum sx_err on_group(struct sx_transport *transport, struct sx_slice payload)
{
    SX_TRY(sx_exchange_gex_group(&transport->exchange, transport->config.offer, payload,
                                 transport->fault));
    return sx_gss_send_init(transport);
}

enum sx_err sx_gss_message(struct sx_transport *transport, struct sx_slice payload)
{
    uint8_t number = payload.ptr[0];

    if (number == SX_MSG_KEXGSS_GROUP && sx_exchange_is_gex(&transport->exchange) &&
        transport->gss.stage == SX_GSS_PREPARED)
        return on_group(transport, payload);
    if (number == SX_MSG_KEXGSS_ERROR)
        return on_error(transport, payload);
    if (transport->gss.stage == SX_GSS_RUNNING) {
        switch (number) {
        case SX_MSG_KEXGSS_CONTINUE: return on_continue(transport, payload);
        case SX_MSG_KEXGSS_COMPLETE: return on_complete(transport, payload);
        case SX_MSG_KEXGSS_HOSTKEY: return on_host_key(transport, payload);
        default: break;
        }
    }
    return sx_fault_set(transport->fault, SX_ERR_PEER_UNEXPECTED,
                        "message %u has no place in the key exchange %s now", number,
                        transport->exchange.algs.kex->name);
}
