/* auth/password.c: the method "password" of RFC 4252 section 8. */
#include "auth/userauth.h"
#include "base/text.h"
#include "wire/msg_auth.h"

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

/* The password has expired, and the server asks for a new one. */
static enum sx_err message(struct sx_auth *auth, struct sx_slice payload)
{
    struct sx_slice prompt;
    char shown[300];

    if (payload.ptr[0] != SX_MSG_USERAUTH_PASSWD_CHANGEREQ)
        return sx_fault_set(auth->fault, SX_ERR_PEER_UNEXPECTED,
                            "message %u has no place in password authentication", payload.ptr[0]);
    SX_TRY(sx_msg_userauth_passwd_changereq_decode(payload, &prompt));
    return sx_fault_set(auth->fault, SX_ERR_AUTH_PASSWORD_CHANGE,
                        "authentication failed: the server demands a change of the password "
                        "before it lets the user in (\"%s\"); change it there first",
                        sx_escape(shown, sizeof shown, prompt));
}

const struct sx_auth_method sx_auth_method_password = { .name = "password",
                                                        .start = start,
                                                        .message = message };
