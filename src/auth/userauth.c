/* auth/userauth.c: the driver of methods. Not here: what a method sends (one file each), and the
 * texts of failures (failure.c). */
#include "auth/userauth.h"

#include <string.h>

#include "auth/failure.h"
#include "base/text.h"
#include "wire/msg_auth.h"
#include "wire/msg_gss.h"
#include "wire/msg_transport.h"

#define SERVICE "ssh-userauth"

/* What is proven already first; what a person has to type last. */
const struct sx_auth_method *const sx_auth_methods[] = {
    &sx_auth_method_gssapi_keyex, &sx_auth_method_publickey,   &sx_auth_method_gssapi_with_mic,
    &sx_auth_method_password,     &sx_auth_method_interactive, NULL,
};

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

/* ---- choosing a method --------------------------------------------------------------------- */

static const struct sx_auth_method *method_of(enum sx_auth_mode mode)
{
    switch (mode) {
    case SX_AUTH_NONE:
    case SX_AUTH_MULTI_FACTOR: return &sx_auth_method_none; /* which asks for the list */
    case SX_AUTH_PASSWORD: return &sx_auth_method_password;
    case SX_AUTH_PUBLICKEY: return &sx_auth_method_publickey;
    case SX_AUTH_INTERACTIVE: return &sx_auth_method_interactive;
    case SX_AUTH_GSSAPI_WITH_MIC: return &sx_auth_method_gssapi_with_mic;
    case SX_AUTH_GSSAPI_KEYEX: return &sx_auth_method_gssapi_keyex;
    case SX_AUTH_CUSTOM: return &sx_auth_method_custom;
    }
    return NULL;
}

static bool is_trying_all(const struct sx_auth *auth)
{
    return auth->config.is_trying_all && auth->config.mode != SX_AUTH_NONE &&
           auth->config.mode != SX_AUTH_CUSTOM && auth->config.agent != SX_AGENT_ONLY;
}

/* Whether a partial success is followed by what the server asks for next. */
static bool is_multi(const struct sx_auth *auth)
{
    return (auth->config.mode == SX_AUTH_MULTI_FACTOR && auth->config.agent != SX_AGENT_ONLY) ||
           is_trying_all(auth);
}

static bool is_ready(const struct sx_auth *auth, const struct sx_auth_method *method)
{
    return method->is_ready != NULL && method->is_ready(auth);
}

static void mark_used(struct sx_auth *auth, const struct sx_auth_method *method)
{
    for (unsigned i = 0; sx_auth_methods[i] != NULL; i++)
        if (sx_auth_methods[i] == method)
            auth->used |= 1U << i;
}

/* Sends the method's first request, if it has one. */
static enum sx_err begin(struct sx_auth *auth, const struct sx_auth_method *method)
{
    auth->method = method;
    auth->is_exhausted = false;
    auth->is_proof_sent = false;
    auth->rounds = 0;
    SX_LOG(auth->transport->config.log, SX_LOG_VERBOSE, "trying a method",
           SX_PUBLIC("method", method->name));
    SX_TRY(method->start(auth));
    sx_auth_note_tried(auth, auth->method->name); /* another may stand in for gssapi-keyex */
    if (auth->is_exhausted)
        mark_used(auth, auth->method);
    return SX_OK;
}

/* The next method of those that the server lists; is_exhausted when there is none. */
static enum sx_err choose(struct sx_auth *auth, struct sx_slice listed)
{
    auth->is_exhausted = true;
    for (unsigned i = 0; auth->is_exhausted && sx_auth_methods[i] != NULL; i++) {
        const struct sx_auth_method *method = sx_auth_methods[i];

        if ((auth->used & 1U << i) != 0 || !sx_list_has(listed, method->name) ||
            !is_ready(auth, method))
            continue;
        SX_TRY(begin(auth, method));
    }
    return SX_OK;
}

/* With all methods to be tried, the mode names the one that comes first. Without credentials for
 * it, there is still the server's list to be had. */
static enum sx_err start_mode(struct sx_auth *auth)
{
    const struct sx_auth_method *method = method_of(auth->config.mode);

    if (method == NULL)
        return SX_ERR_ARGUMENT;
    if (is_trying_all(auth) && !is_ready(auth, method))
        method = &sx_auth_method_none;
    SX_TRY(begin(auth, method));
    if (auth->is_exhausted && is_trying_all(auth))
        SX_TRY(begin(auth, &sx_auth_method_none));
    return auth->is_exhausted ? sx_auth_give_up(auth) : SX_OK;
}

static enum sx_err start_first(struct sx_auth *auth)
{
    bool is_password =
        auth->config.mode == SX_AUTH_PASSWORD || auth->config.mode == SX_AUTH_INTERACTIVE;

    if (auth->config.agent == SX_AGENT_OFF || (auth->config.agent == SX_AGENT_ALSO && !is_password))
        return start_mode(auth);
    auth->is_agent_first = auth->config.agent == SX_AGENT_ALSO;
    SX_TRY(begin(auth, &sx_auth_method_publickey));
    return SX_OK;
}

/* The agent's keys were refused, or accepted and not enough: on to the method that the mode names. */
static enum sx_err after_agent(struct sx_auth *auth)
{
    auth->is_agent_first = false;
    mark_used(auth, &sx_auth_method_publickey);
    return start_mode(auth);
}

/* ---- outcomes ------------------------------------------------------------------------------ */

/* RFC 4253 allows it with every server, but one that loses a request which comes before its
 * SERVICE_ACCEPT would let us wait for ever, as PuTTY's does (tests/interop/test_algorithms.py). */
static bool is_known_to_keep_requests(const struct sx_transport *transport)
{
    static const char openssh[] = "SSH-2.0-OpenSSH_";

    return strncmp(transport->ident.line, openssh, sizeof openssh - 1) == 0;
}

enum sx_err sx_auth_go_ahead(struct sx_auth *auth)
{
    if (auth->state != SX_AUTH_STATE_SERVICE || auth->transport->is_gss_keyed ||
        !is_known_to_keep_requests(auth->transport) || !sx_auth_publickey_is_certain(auth))
        return SX_OK;
    auth->is_ahead = true;
    auth->state = SX_AUTH_STATE_TRYING;
    return start_first(auth);
}

/* It comes once, as the acceptance table has it in one phase only, which this ends. */
static enum sx_err on_service_accept(struct sx_auth *auth, struct sx_slice payload)
{
    struct sx_slice service;

    SX_TRY(sx_msg_service_accept_decode(payload, &service));
    if ((auth->state != SX_AUTH_STATE_SERVICE && !auth->is_ahead) ||
        !sx_slice_is_text(service, SERVICE))
        return sx_fault_set(auth->fault, SX_ERR_PEER_UNEXPECTED,
                            "the server accepted a service that was not asked for");
    auth->transport->phase = SX_PHASE_AUTH;
    if (auth->is_ahead)
        return SX_OK;
    auth->state = SX_AUTH_STATE_TRYING;
    return start_first(auth);
}

static enum sx_err tell_outcome(struct sx_auth *auth, enum sx_event_type type, bool is_accepted,
                                bool is_partial, struct sx_slice left)
{
    struct sx_event event = { .type = type };

    event.auth = (struct sx_event_auth){
        .method = auth->method->name,
        .is_accepted = is_accepted,
        .is_partial = is_partial,
        .is_unproven = is_accepted && !auth->is_proof_sent && !auth->has_proof,
        .is_outside = is_accepted && auth->is_proof_outside,
        .methods_left = left,
    };
    return sx_event_push(auth->events, event);
}

/* The method at hand has nothing more to try: on to the next one, where the mode allows it. A
 * refused factor ends it all (reference, amMultiFactor), but the first question "none" is none. */
static enum sx_err after_refusal(struct sx_auth *auth, struct sx_slice listed)
{
    bool goes_on = is_trying_all(auth) || (auth->config.mode == SX_AUTH_MULTI_FACTOR &&
                                           auth->method == &sx_auth_method_none);

    if (auth->is_agent_first)
        return after_agent(auth);
    mark_used(auth, auth->method);
    if (goes_on)
        SX_TRY(choose(auth, listed));
    return auth->is_exhausted ? sx_auth_give_up(auth) : SX_OK;
}

/* The method found out by itself, in its middle, that it can't go on: a key that can't sign, no
 * ticket, no answer to a prompt. That refuses no factor. */
static enum sx_err after_step(struct sx_auth *auth)
{
    if (!auth->is_exhausted)
        return SX_OK;
    if (auth->is_agent_first)
        return after_agent(auth);
    mark_used(auth, auth->method);
    if (is_multi(auth) && auth->methods_left[0] == '\0')
        SX_TRY(begin(auth, &sx_auth_method_none)); /* nothing was heard of the server yet */
    else if (is_multi(auth))
        SX_TRY(choose(auth, sx_slice_text(auth->methods_left)));
    return auth->is_exhausted ? sx_auth_give_up(auth) : SX_OK;
}

static const char *mode_name(const struct sx_auth *auth)
{
    const struct sx_auth_method *method = method_of(auth->config.mode);

    return method == NULL ? "" : method->name;
}

/* The method was accepted, and is not enough. */
static enum sx_err on_partial(struct sx_auth *auth, struct sx_slice listed)
{
    if (auth->is_agent_first && !is_multi(auth) && sx_list_has(listed, mode_name(auth))) {
        auth->has_proof = auth->has_proof || auth->is_proof_sent;
        return after_agent(auth);
    }
    if (!is_multi(auth))
        return sx_fault_set(auth->fault, SX_ERR_AUTH_FAILED,
                            "authentication failed: the server accepted method %s and asks for a "
                            "further one (%s), which this mode doesn't provide; ssh_auth_mode 1 "
                            "(multi-factor) does",
                            auth->method->name, auth->methods_left);
    if (auth->factors == SX_AUTH_FACTORS_MAX)
        return sx_fault_set(auth->fault, SX_ERR_PEER_UNEXPECTED,
                            "the server asks for one more method after %u that it accepted",
                            auth->factors);
    auth->factors++;
    auth->is_agent_first = false;
    auth->has_proof = auth->has_proof || auth->is_proof_sent;
    sx_auth_note_tried(auth, "(accepted)");
    if (!auth->method->is_reusable)
        mark_used(auth, auth->method);
    SX_TRY(choose(auth, listed));
    return auth->is_exhausted ? sx_auth_give_up(auth) : SX_OK;
}

static enum sx_err on_failure(struct sx_auth *auth, struct sx_slice payload)
{
    struct sx_msg_userauth_failure msg;

    SX_TRY(sx_msg_userauth_failure_decode(payload, &msg));
    if (auth->state != SX_AUTH_STATE_TRYING)
        return sx_fault_set(auth->fault, SX_ERR_PEER_UNEXPECTED,
                            "the server refused a request that was not made");
    sx_escape(auth->methods_left, sizeof auth->methods_left, msg.methods);
    SX_TRY(tell_outcome(auth, SX_EVENT_AUTH_TRIED, false, msg.partial_success, msg.methods));
    if (msg.partial_success && auth->config.mode != SX_AUTH_CUSTOM)
        return on_partial(auth, msg.methods);
    auth->tries++;
    auth->is_exhausted = true;
    if (auth->method->retry != NULL) {
        auth->is_exhausted = false;
        SX_TRY(auth->method->retry(auth));
    }
    return auth->is_exhausted ? after_refusal(auth, msg.methods) : SX_OK;
}

/* Access granted. A server that never asked for the proof which the mode demands may be an
 * impostor that wants to see what the session sends: the policy decides. */
static enum sx_err on_success(struct sx_auth *auth, struct sx_slice payload)
{
    bool is_proven = auth->is_proof_sent || auth->has_proof;

    SX_TRY(sx_msg_userauth_success_decode(payload));
    if (auth->state != SX_AUTH_STATE_TRYING)
        return sx_fault_set(auth->fault, SX_ERR_PEER_UNEXPECTED,
                            "the server granted access before it was asked for");
    if (!is_proven && !auth->transport->config.offer->policy->may_accept_without_proof)
        return sx_fault_set(auth->fault, SX_ERR_AUTH_UNPROVEN,
                            "the server granted access after method %s without asking for the "
                            "proof that the authentication mode demands; policy %s refuses such a "
                            "server",
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
    auth->last = payload;
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
    return after_step(auth);
}

/* ---- questions to the caller ---------------------------------------------------------------- */

bool sx_auth_is_waiting(const struct sx_auth *auth)
{
    return auth->state == SX_AUTH_STATE_LISTING || auth->state == SX_AUTH_STATE_SIGNING ||
           auth->state == SX_AUTH_STATE_ASKING || auth->state == SX_AUTH_STATE_GSS;
}

enum sx_err sx_auth_ask(struct sx_auth *auth, const struct sx_event_ask *ask)
{
    struct sx_event event = { .type = SX_EVENT_ASK, .ask = *ask };

    if (auth->rounds == SX_AUTH_ROUNDS_MAX)
        return sx_fault_set(auth->fault, SX_ERR_PEER_UNEXPECTED,
                            "the server asked %u times in method %s without coming to an end",
                            auth->rounds, auth->method->name);
    auth->rounds++;
    auth->state = SX_AUTH_STATE_ASKING;
    return sx_event_push(auth->events, event);
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
    return after_step(auth);
}

enum sx_err sx_auth_answer_identities(struct sx_auth *auth, const struct sx_auth_key *keys,
                                      unsigned count, const struct sx_fault *failure)
{
    if (auth->state != SX_AUTH_STATE_LISTING)
        return SX_ERR_STATE;
    auth->state = SX_AUTH_STATE_TRYING;
    auth->is_listed = true;
    if (failure != NULL && auth->config.agent == SX_AGENT_ONLY)
        return sx_fault_set_sys(auth->fault, failure->err, failure->sys, "%s", failure->text);
    auth->config.keys = keys;
    auth->config.key_count = count;
    SX_TRY(auth->method->identities(auth));
    return after_step(auth);
}

enum sx_err sx_auth_answer_sign(struct sx_auth *auth, struct sx_slice signature)
{
    if (auth->state != SX_AUTH_STATE_SIGNING)
        return SX_ERR_STATE;
    auth->state = SX_AUTH_STATE_TRYING;
    SX_TRY(auth->method->signature(auth, signature));
    return after_step(auth);
}

enum sx_err sx_auth_answer_ask(struct sx_auth *auth, const struct sx_slice *answers, unsigned count)
{
    if (auth->state != SX_AUTH_STATE_ASKING)
        return SX_ERR_STATE;
    auth->state = SX_AUTH_STATE_TRYING;
    SX_TRY(auth->method->answer(auth, answers, count));
    return after_step(auth);
}
