/* auth/password.c: the method "password" of RFC 4252 section 8, with its change of password. */
#include "auth/userauth.h"
#include "base/text.h"
#include "wire/msg_auth.h"

enum { PASSWORD_MAX_LEN = 8 * 1024 };

static bool is_ready(const struct sx_auth *auth)
{
    return auth->config.password.len > 0;
}

static enum sx_err start(struct sx_auth *auth)
{
    struct sx_slice password = auth->config.password;
    struct sx_writer payload;

    auth->is_proof_sent = true;
    SX_TRY(
        sx_transport_begin(auth->transport, 128 + auth->config.user.len + password.len, &payload));
    sx_msg_userauth_password_encode(&payload, auth->config.user, password);
    return sx_transport_end(auth->transport, &payload);
}

/* The password has expired, or the new one is not good enough: the server asks for another. */
static enum sx_err message(struct sx_auth *auth, struct sx_slice payload)
{
    struct sx_event_ask ask = { .kind = SX_ASK_NEW_PASSWORD, .count = 1 };

    if (payload.ptr[0] != SX_MSG_USERAUTH_PASSWD_CHANGEREQ)
        return sx_fault_set(auth->fault, SX_ERR_PEER_UNEXPECTED,
                            "message %u has no place in password authentication", payload.ptr[0]);
    SX_TRY(sx_msg_userauth_passwd_changereq_decode(payload, &auth->request.prompts[0].text));
    auth->request.prompts[0].is_echoed = false;
    ask.prompts = auth->request.prompts;
    return sx_auth_ask(auth, &ask);
}

static enum sx_err answer(struct sx_auth *auth, const struct sx_slice *answers, unsigned count)
{
    struct sx_slice user = auth->config.user;
    struct sx_slice old = auth->config.password;
    struct sx_writer payload;
    char shown[300];

    if (count == 0)
        return sx_fault_set(auth->fault, SX_ERR_AUTH_PASSWORD_CHANGE,
                            "authentication failed: the server demands a change of the password "
                            "before it lets the user in (\"%s\"); set a handler of "
                            "on_ssh_password_change that gives a new one, or change it there first",
                            sx_escape(shown, sizeof shown, auth->request.prompts[0].text));
    if (answers[0].len > PASSWORD_MAX_LEN)
        return sx_fault_set(auth->fault, SX_ERR_ARGUMENT,
                            "the new password is longer than %d bytes", PASSWORD_MAX_LEN);
    SX_TRY(
        sx_transport_begin(auth->transport, 128 + user.len + old.len + answers[0].len, &payload));
    sx_msg_userauth_password_change_encode(&payload, user, old, answers[0]);
    return sx_transport_end(auth->transport, &payload);
}

const struct sx_auth_method sx_auth_method_password = {
    .name = "password", .is_ready = is_ready, .start = start, .message = message, .answer = answer
};
