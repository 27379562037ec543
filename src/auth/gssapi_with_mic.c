/* auth/gssapi_with_mic.c: the method "gssapi-with-mic" of RFC 4462 section 3, with Kerberos alone.
 *
 *     C -> S   USERAUTH_REQUEST   the mechanisms that we have
 *     S -> C   RESPONSE           the one that it takes
 *     C <-> S  TOKEN ...          as the mechanism has them; the caller makes ours
 *     C -> S   MIC                over session identifier and request: the proof
 */
#include <stdio.h>

#include "auth/userauth.h"
#include "base/text.h"
#include "wire/msg_auth.h"
#include "wire/msg_gss.h"

static enum sx_err unexpected(struct sx_auth *auth, uint8_t number)
{
    return sx_fault_set(auth->fault, SX_ERR_PEER_UNEXPECTED,
                        "message %u has no place in gssapi-with-mic now", number);
}

static enum sx_err start(struct sx_auth *auth)
{
    struct sx_writer payload;

    auth->is_proof_sent = false;
    auth->gss_stage = SX_AUTH_GSS_ASKED;
    auth->gss_text[0] = '\0';
    SX_TRY(sx_transport_begin(auth->transport, 128 + auth->config.user.len, &payload));
    sx_msg_userauth_gssapi_encode(&payload, auth->config.user);
    return sx_transport_end(auth->transport, &payload);
}

static enum sx_err ask(struct sx_auth *auth, enum sx_gss_action action, struct sx_slice token)
{
    struct sx_event event = { .type = SX_EVENT_GSS };

    event.gss =
        (struct sx_event_gss){ .action = action, .context = SX_GSS_CONTEXT_AUTH, .input = token };
    auth->state = SX_AUTH_STATE_GSS;
    return sx_event_push(auth->events, event);
}

static enum sx_err send_token(struct sx_auth *auth, uint8_t number, struct sx_slice token)
{
    struct sx_writer payload;

    SX_TRY(sx_transport_begin(auth->transport, 16 + token.len, &payload));
    sx_msg_gssapi_token_encode(&payload, number, token);
    return sx_transport_end(auth->transport, &payload);
}

static enum sx_err on_response(struct sx_auth *auth, struct sx_slice payload)
{
    struct sx_slice oid;

    SX_TRY(sx_msg_gssapi_response_decode(payload, &oid));
    if (auth->gss_stage != SX_AUTH_GSS_ASKED)
        return unexpected(auth, payload.ptr[0]);
    if (!sx_slice_is_equal(oid, sx_gss_krb5_oid))
        return sx_fault_set(auth->fault, SX_ERR_PEER_UNEXPECTED,
                            "the server chose a GSSAPI mechanism that was not offered");
    auth->gss_stage = SX_AUTH_GSS_TOKENS;
    return ask(auth, SX_GSS_BEGIN, SX_SLICE_NONE);
}

/* An error token goes the same way: our GSSAPI says what is in it, and fails. */
static enum sx_err on_token(struct sx_auth *auth, struct sx_slice payload)
{
    struct sx_slice token;

    SX_TRY(sx_msg_gssapi_token_decode(payload, payload.ptr[0], &token));
    if (auth->gss_stage != SX_AUTH_GSS_TOKENS)
        return unexpected(auth, payload.ptr[0]);
    return ask(auth, SX_GSS_STEP, token);
}

/* Section 3.8: the server says why; its FAILURE follows. */
static enum sx_err on_error(struct sx_auth *auth, struct sx_slice payload)
{
    struct sx_msg_gss_error msg;
    char shown[SX_AUTH_TEXT_MAX / 2];

    SX_TRY(sx_msg_gss_error_decode(payload, SX_MSG_USERAUTH_GSSAPI_ERROR, &msg));
    snprintf(auth->gss_text, sizeof auth->gss_text,
             "the server's GSSAPI says (major status %u, minor %u): %s", msg.major, msg.minor,
             sx_escape(shown, sizeof shown, msg.message));
    return SX_OK;
}

static enum sx_err message(struct sx_auth *auth, struct sx_slice payload)
{
    switch (payload.ptr[0]) {
    case SX_MSG_USERAUTH_GSSAPI_RESPONSE: return on_response(auth, payload);
    case SX_MSG_USERAUTH_GSSAPI_TOKEN:
    case SX_MSG_USERAUTH_GSSAPI_ERRTOK: return on_token(auth, payload);
    case SX_MSG_USERAUTH_GSSAPI_ERROR: return on_error(auth, payload);
    default: return unexpected(auth, payload.ptr[0]);
    }
}

/* Ours failed: the server is told where there is a token for it, and nothing more is tried. */
static enum sx_err fail(struct sx_auth *auth, const struct sx_gss_answer *answer)
{
    snprintf(auth->gss_text, sizeof auth->gss_text, "%s", answer->text);
    auth->gss_stage = SX_AUTH_GSS_FAILED;
    auth->is_exhausted = true;
    return answer->output.len == 0
               ? SX_OK
               : send_token(auth, SX_MSG_USERAUTH_GSSAPI_ERRTOK, answer->output);
}

static enum sx_err answered(struct sx_auth *auth, const struct sx_gss_answer *answer)
{
    if (answer->err != SX_OK)
        return fail(auth, answer);
    if (auth->gss_stage == SX_AUTH_GSS_MIC) {
        auth->is_proof_sent = true;
        auth->gss_stage = SX_AUTH_GSS_SENT;
        return send_token(auth, SX_MSG_USERAUTH_GSSAPI_MIC, answer->output);
    }
    if (answer->output.len > 0)
        SX_TRY(send_token(auth, SX_MSG_USERAUTH_GSSAPI_TOKEN, answer->output));
    if (!answer->is_complete)
        return SX_OK;
    /* Section 3.5: with integrity, which was demanded, the MIC is the only way to end. */
    auth->gss_stage = SX_AUTH_GSS_MIC;
    return sx_auth_ask_gss_mic(auth, SX_GSS_CONTEXT_AUTH);
}

/* Whether there is a ticket is only known when the caller is asked for a token. */
static bool is_ready(const struct sx_auth *auth)
{
    return auth->transport->config.offer->policy->may_use_kerberos;
}

const struct sx_auth_method sx_auth_method_gssapi_with_mic = {
    .name = "gssapi-with-mic",
    .is_ready = is_ready,
    .start = start,
    .message = message,
    .gss = answered,
};
