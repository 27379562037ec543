/* auth/gssapi_keyex.c: the method "gssapi-keyex" of RFC 4462 section 4: the context of the first key
 * exchange has shown who the user is, and a MIC of it over the session identifier, which is that
 * exchange's hash, proves it. Where the key exchange was none of GSSAPI, as the server has none,
 * gssapi-with-mic does it. */
#include <stdio.h>

#include "auth/userauth.h"
#include "wire/msg_gss.h"

static enum sx_err start(struct sx_auth *auth)
{
    auth->is_proof_sent = false;
    if (!auth->transport->is_gss_keyed) {
        auth->method = &sx_auth_method_gssapi_with_mic;
        return auth->method->start(auth);
    }
    auth->gss_text[0] = '\0';
    return sx_auth_ask_gss_mic(auth, SX_GSS_CONTEXT_KEX);
}

static enum sx_err answered(struct sx_auth *auth, const struct sx_gss_answer *answer)
{
    struct sx_writer payload;

    if (answer->err != SX_OK) {
        snprintf(auth->gss_text, sizeof auth->gss_text, "%s", answer->text);
        auth->is_exhausted = true;
        return SX_OK;
    }
    auth->is_proof_sent = true;
    SX_TRY(sx_transport_begin(auth->transport, 128 + auth->config.user.len + answer->output.len,
                              &payload));
    sx_msg_userauth_keyex_encode(&payload, auth->config.user, answer->output);
    return sx_transport_end(auth->transport, &payload);
}

static bool is_ready(const struct sx_auth *auth)
{
    return auth->transport->is_gss_keyed;
}

const struct sx_auth_method sx_auth_method_gssapi_keyex = {
    .name = "gssapi-keyex", .is_ready = is_ready, .start = start, .gss = answered
};
