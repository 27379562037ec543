/* auth/none.c: the method "none" of RFC 4252 section 5.2: the whole authentication of the mode
 * none, and for others the question what the server would take. */
#include "auth/userauth.h"
#include "wire/msg_auth.h"

static enum sx_err start(struct sx_auth *auth)
{
    struct sx_writer payload;

    auth->is_proof_sent = auth->config.mode == SX_AUTH_NONE; /* which has none to give */
    SX_TRY(sx_transport_begin(auth->transport, 128 + auth->config.user.len, &payload));
    sx_msg_userauth_request_encode(&payload, auth->config.user, "none");
    return sx_transport_end(auth->transport, &payload);
}

const struct sx_auth_method sx_auth_method_none = { .name = "none", .start = start };
