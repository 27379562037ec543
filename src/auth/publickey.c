/* auth/publickey.c: the method "publickey" of RFC 4252 section 7 with RFC 8332's algorithms.
 *
 * With one key the signed request goes out at once. With several, each is shown to the server
 * first, so that a signature (perhaps by a token or a person's touch) is made for a key that the
 * server takes. */
#include "auth/userauth.h"
#include "base/text.h"
#include "wire/msg_auth.h"

static const struct sx_auth_key *key_of(const struct sx_auth *auth)
{
    return &auth->config.keys[auth->key_index];
}

/* The first algorithm of the policy that fits the key and that the server takes. Without
 * server-sig-algs nothing is known of the server, and the policy's first choice is tried. */
static const struct sx_sig_alg *choose_algorithm(const struct sx_auth *auth)
{
    const struct sx_transport *transport = auth->transport;
    const struct sx_sig_alg *const *algs = transport->config.offer->user_key;

    for (; *algs != NULL; algs++) {
        /* Users' keys come bare so far, without a certificate around them. */
        if ((*algs)->type != key_of(auth)->type || (*algs)->form != SX_SIG_PLAIN)
            continue;
        if (!transport->has_server_sig_algs ||
            sx_list_has(sx_slice_text(transport->server_sig_algs), (*algs)->name))
            return *algs;
    }
    return NULL;
}

static void note_skipped(struct sx_auth *auth)
{
    sx_auth_note(auth,
                 "; key %u (%s) not tried: policy %s and the server share no signature algorithm "
                 "for it",
                 auth->key_index + 1, sx_key_type_name(key_of(auth)->type),
                 auth->transport->config.offer->policy->name);
}

static enum sx_err send_query(struct sx_auth *auth)
{
    const struct sx_msg_userauth_publickey msg = {
        .user = auth->config.user,
        .algorithm = sx_slice_text(auth->key_alg->name),
        .public_key = key_of(auth)->public_blob,
    };
    struct sx_writer payload;

    auth->is_proof_sent = false;
    SX_TRY(sx_transport_begin(auth->transport, 256 + msg.user.len + msg.public_key.len, &payload));
    sx_msg_userauth_publickey_encode(&payload, &msg);
    return sx_transport_end(auth->transport, &payload);
}

static enum sx_err ask_to_sign(struct sx_auth *auth)
{
    struct sx_slice session_id =
        sx_slice_of(auth->transport->session_id, auth->transport->session_id_len);
    struct sx_slice public_key = key_of(auth)->public_blob;
    struct sx_slice algorithm = sx_slice_text(auth->key_alg->name);
    struct sx_event event = { .type = SX_EVENT_SIGN };
    size_t max = 256 + session_id.len + auth->config.user.len + public_key.len;
    struct sx_writer writer;
    struct sx_slice written;
    uint8_t *room;

    sx_buffer_clear(&auth->to_sign);
    SX_TRY(sx_buffer_reserve(&auth->to_sign, max, &room));
    sx_writer_init(&writer, room, max);
    sx_msg_userauth_signed_encode(&writer, session_id, auth->config.user, algorithm, public_key);
    SX_TRY(sx_writer_finish(&writer, &written));
    sx_buffer_commit(&auth->to_sign, written.len);
    event.sign = (struct sx_event_sign){ .key_index = auth->key_index,
                                         .algorithm = auth->key_alg->name,
                                         .message = sx_buffer_unread(&auth->to_sign) };
    auth->state = SX_AUTH_STATE_SIGNING;
    return sx_event_push(auth->events, event);
}

/* Tries keys from key_index on until a request is out or none is left. */
static enum sx_err try_keys(struct sx_auth *auth)
{
    for (; auth->key_index < auth->config.key_count; auth->key_index++) {
        auth->key_next = auth->key_index + 1;
        auth->key_alg = choose_algorithm(auth);
        if (auth->key_alg == NULL) {
            note_skipped(auth);
            continue;
        }
        return auth->config.key_count == 1 ? ask_to_sign(auth) : send_query(auth);
    }
    auth->is_exhausted = true;
    return SX_OK;
}

static enum sx_err start(struct sx_auth *auth)
{
    if (auth->config.key_count == 0)
        return sx_fault_set(auth->fault, SX_ERR_AUTH_NO_CREDENTIALS,
                            "public key authentication needs a private key: set ssh_cert_store "
                            "and ssh_cert_store_type");
    auth->key_index = auth->key_next; /* keys that were accepted or refused don't come again */
    return try_keys(auth);
}

static bool is_ready(const struct sx_auth *auth)
{
    return auth->key_next < auth->config.key_count;
}

static enum sx_err retry(struct sx_auth *auth)
{
    auth->key_index++;
    return try_keys(auth);
}

static enum sx_err message(struct sx_auth *auth, struct sx_slice payload)
{
    struct sx_msg_userauth_pk_ok msg;

    if (payload.ptr[0] != SX_MSG_USERAUTH_PK_OK || auth->is_proof_sent)
        return sx_fault_set(auth->fault, SX_ERR_PEER_UNEXPECTED,
                            "message %u has no place in public key authentication now",
                            payload.ptr[0]);
    SX_TRY(sx_msg_userauth_pk_ok_decode(payload, &msg));
    /* It must speak of the key that was shown; else we would sign for one it did not see. */
    if (!sx_slice_is_equal(msg.public_key, key_of(auth)->public_blob) ||
        !sx_slice_is_text(msg.algorithm, auth->key_alg->name))
        return sx_fault_set(auth->fault, SX_ERR_PEER_UNEXPECTED,
                            "the server's PK_OK names another key or algorithm than it was "
                            "shown");
    return ask_to_sign(auth);
}

static enum sx_err signed_by_caller(struct sx_auth *auth, struct sx_slice signature)
{
    struct sx_msg_userauth_publickey msg = {
        .user = auth->config.user,
        .has_signature = true,
        .algorithm = sx_slice_text(auth->key_alg->name),
        .public_key = key_of(auth)->public_blob,
        .signature = signature,
    };
    struct sx_writer payload;

    if (signature.len == 0)
        return retry(auth);
    auth->is_proof_sent = true;
    SX_TRY(sx_transport_begin(auth->transport,
                              256 + msg.user.len + msg.public_key.len + signature.len, &payload));
    sx_msg_userauth_publickey_encode(&payload, &msg);
    return sx_transport_end(auth->transport, &payload);
}

const struct sx_auth_method sx_auth_method_publickey = { .name = "publickey",
                                                         .is_reusable = true,
                                                         .is_ready = is_ready,
                                                         .start = start,
                                                         .message = message,
                                                         .retry = retry,
                                                         .signature = signed_by_caller };
