/* auth/userauth.c: the method loop. Not here: what a method sends (one file each). */
#include "auth/userauth.h"

#include <string.h>

#include "base/text.h"
#include "wire/msg_auth.h"
#include "wire/msg_gss.h"
#include "wire/msg_transport.h"

#define SERVICE "ssh-userauth"

void sx_auth_init(struct sx_auth *auth, const struct sx_auth_config *config,
                  struct sx_transport *transport, struct sx_event_queue *events,
                  struct sx_fault *fault)
{
    memset(auth, 0, sizeof *auth);
    auth->config = *config;
    auth->transport = transport;
    auth->events = events;
    auth->fault = fault;
    sx_buffer_init(&auth->to_sign, 64 * 1024);
}

void sx_auth_clear(struct sx_auth *auth)
{
    sx_buffer_clear(&auth->to_sign);
}

enum sx_err sx_auth_start(struct sx_auth *auth)
{
    struct sx_writer payload;

    SX_TRY(sx_transport_begin(auth->transport, 64, &payload));
    sx_msg_service_request_encode(&payload, SERVICE);
    SX_TRY(sx_transport_end(auth->transport, &payload));
    auth->state = SX_AUTH_STATE_SERVICE;
    return SX_OK;
}

static const struct sx_auth_method *method_of(enum sx_auth_mode mode)
{
    switch (mode) {
    case SX_AUTH_NONE: return &sx_auth_method_none;
    case SX_AUTH_PASSWORD: return &sx_auth_method_password;
    case SX_AUTH_PUBLICKEY: return &sx_auth_method_publickey;
    case SX_AUTH_GSSAPI_WITH_MIC: return &sx_auth_method_gssapi_with_mic;
    case SX_AUTH_GSSAPI_KEYEX: return &sx_auth_method_gssapi_keyex;
    }
    return NULL;
}

static enum sx_err give_up(struct sx_auth *auth)
{
    const char *left = auth->methods_left[0] == '\0' ? "(none told)" : auth->methods_left;

    return sx_fault_set(auth->fault, SX_ERR_AUTH_FAILED,
                        "authentication failed: method tried: %s (%u attempts)%s%s%s; methods that "
                        "the server would take: %s",
                        auth->method->name, auth->tries, auth->refused_keys,
                        auth->gss_text[0] == '\0' ? "" : "; ", auth->gss_text, left);
}

static enum sx_err start_method(struct sx_auth *auth)
{
    auth->method = method_of(auth->config.mode);
    if (auth->method == NULL)
        return SX_ERR_ARGUMENT;
    SX_TRY(auth->method->start(auth));
    return auth->is_exhausted ? give_up(auth) : SX_OK;
}

static enum sx_err on_service_accept(struct sx_auth *auth, struct sx_slice payload)
{
    struct sx_slice service;

    SX_TRY(sx_msg_service_accept_decode(payload, &service));
    if (auth->state != SX_AUTH_STATE_SERVICE || !sx_slice_is_text(service, SERVICE))
        return sx_fault_set(auth->fault, SX_ERR_PEER_UNEXPECTED,
                            "the server accepted a service that was not asked for");
    auth->transport->phase = SX_PHASE_AUTH;
    auth->state = SX_AUTH_STATE_TRYING;
    return start_method(auth);
}

static enum sx_err tell_outcome(struct sx_auth *auth, enum sx_event_type type, bool is_accepted,
                                bool is_partial, struct sx_slice left)
{
    struct sx_event event = { .type = type };

    event.auth = (struct sx_event_auth){
        .method = auth->method->name,
        .is_accepted = is_accepted,
        .is_partial = is_partial,
        .is_unproven = is_accepted && !auth->is_proof_sent,
        .methods_left = left,
    };
    return sx_event_push(auth->events, event);
}

static enum sx_err on_failure(struct sx_auth *auth, struct sx_slice payload)
{
    struct sx_msg_userauth_failure msg;

    SX_TRY(sx_msg_userauth_failure_decode(payload, &msg));
    if (auth->state != SX_AUTH_STATE_TRYING)
        return sx_fault_set(auth->fault, SX_ERR_PEER_UNEXPECTED,
                            "the server refused a request that was not made");
    auth->tries++;
    sx_escape(auth->methods_left, sizeof auth->methods_left, msg.methods);
    SX_TRY(tell_outcome(auth, SX_EVENT_AUTH_TRIED, false, msg.partial_success, msg.methods));
    if (msg.partial_success)
        return sx_fault_set(auth->fault, SX_ERR_AUTH_FAILED,
                            "the server accepted method %s and asks for a further one (%s), which "
                            "this mode doesn't provide",
                            auth->method->name, auth->methods_left);
    if (auth->method->retry != NULL)
        SX_TRY(auth->method->retry(auth));
    else
        auth->is_exhausted = true;
    return auth->is_exhausted ? give_up(auth) : SX_OK;
}

/* Access granted. A server that never asked for the proof which the mode demands may be an
 * impostor that wants to see what the session sends: the policy decides. */
static enum sx_err on_success(struct sx_auth *auth, struct sx_slice payload)
{
    SX_TRY(sx_msg_userauth_success_decode(payload));
    if (auth->state != SX_AUTH_STATE_TRYING && auth->state != SX_AUTH_STATE_SIGNING &&
        auth->state != SX_AUTH_STATE_GSS)
        return sx_fault_set(auth->fault, SX_ERR_PEER_UNEXPECTED,
                            "the server granted access before it was asked for");
    if (!auth->is_proof_sent && !auth->transport->config.offer->policy->may_accept_without_proof)
        return sx_fault_set(auth->fault, SX_ERR_AUTH_UNPROVEN,
                            "the server granted access without asking for the proof that method "
                            "%s gives; policy %s refuses such a server",
                            auth->method->name, auth->transport->config.offer->policy->name);
    auth->state = SX_AUTH_STATE_DONE;
    SX_TRY(sx_transport_authenticated(auth->transport));
    return tell_outcome(auth, SX_EVENT_LOGGED_ON, true, false, SX_SLICE_NONE);
}

static enum sx_err on_banner(struct sx_auth *auth, struct sx_slice payload)
{
    struct sx_event event = { .type = SX_EVENT_BANNER };

    SX_TRY(sx_msg_userauth_banner_decode(payload, &event.text));
    return sx_event_push(auth->events, event);
}

enum sx_err sx_auth_message(struct sx_auth *auth, struct sx_slice payload)
{
    switch (payload.ptr[0]) {
    case SX_MSG_SERVICE_ACCEPT: return on_service_accept(auth, payload);
    case SX_MSG_USERAUTH_FAILURE: return on_failure(auth, payload);
    case SX_MSG_USERAUTH_SUCCESS: return on_success(auth, payload);
    case SX_MSG_USERAUTH_BANNER: return on_banner(auth, payload);
    default: break;
    }
    if (auth->method == NULL || auth->method->message == NULL ||
        auth->state != SX_AUTH_STATE_TRYING)
        return sx_fault_set(auth->fault, SX_ERR_PEER_UNEXPECTED,
                            "the server sent message %u, which has no place in method %s",
                            payload.ptr[0], auth->method == NULL ? "-" : auth->method->name);
    SX_TRY(auth->method->message(auth, payload));
    return auth->is_exhausted ? give_up(auth) : SX_OK;
}

enum sx_err sx_auth_ask_gss_mic(struct sx_auth *auth, enum sx_gss_context context)
{
    struct sx_slice session_id =
        sx_slice_of(auth->transport->session_id, auth->transport->session_id_len);
    size_t max = 128 + session_id.len + auth->config.user.len;
    struct sx_event event = { .type = SX_EVENT_GSS };
    struct sx_writer writer;
    struct sx_slice written;
    uint8_t *room;

    sx_buffer_clear(&auth->to_sign);
    SX_TRY(sx_buffer_reserve(&auth->to_sign, max, &room));
    sx_writer_init(&writer, room, max);
    sx_msg_gssapi_signed_encode(&writer, session_id, auth->config.user, auth->method->name);
    SX_TRY(sx_writer_finish(&writer, &written));
    sx_buffer_commit(&auth->to_sign, written.len);
    event.gss = (struct sx_event_gss){ .action = SX_GSS_GET_MIC,
                                       .context = context,
                                       .input = sx_buffer_unread(&auth->to_sign) };
    auth->state = SX_AUTH_STATE_GSS;
    return sx_event_push(auth->events, event);
}

enum sx_err sx_auth_answer_gss(struct sx_auth *auth, const struct sx_gss_answer *answer)
{
    if (auth->state != SX_AUTH_STATE_GSS)
        return SX_ERR_STATE;
    auth->state = SX_AUTH_STATE_TRYING;
    SX_TRY(auth->method->gss(auth, answer));
    return auth->is_exhausted ? give_up(auth) : SX_OK;
}

enum sx_err sx_auth_answer_sign(struct sx_auth *auth, struct sx_slice signature)
{
    if (auth->state != SX_AUTH_STATE_SIGNING)
        return SX_ERR_STATE;
    auth->state = SX_AUTH_STATE_TRYING;
    SX_TRY(auth->method->signature(auth, signature));
    return auth->is_exhausted ? give_up(auth) : SX_OK;
}
