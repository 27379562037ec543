/* auth/publickey.c: the method "publickey" of RFC 4252 section 7 with RFC 8332's algorithms.
 *
 * With one key the signed request goes out at once. With several, each is shown to the server
 * first, so that a signature (perhaps by a token or a person's touch) is made for a key that the
 * server takes. An agent's keys are asked for only when the method begins.
 *
 * Which algorithm: a server that lists what it takes (RFC 8308) gets the first of the offer that it
 * lists, SHA-1 last. Of one that doesn't, nothing is known: the offer's algorithms for the key are
 * tried in their order, as old servers refuse what they don't know. */
#include <string.h>

#include "auth/userauth.h"
#include "base/text.h"
#include "keys/fingerprint.h"
#include "wire/msg_auth.h"

static const struct sx_auth_key *key_of(const struct sx_auth *auth)
{
    return &auth->config.keys[auth->key_index];
}

static bool is_for_key(const struct sx_sig_alg *alg, const struct sx_auth_key *key)
{
    return alg->type == key->type && alg->form == key->form &&
           (key->algorithm == NULL || strcmp(key->algorithm, alg->name) == 0);
}

/* Servers list the signatures that they verify; some, such as OpenSSH, without the certificates
 * that they take along with them. */
static bool is_listed(const struct sx_transport *transport, const struct sx_sig_alg *alg)
{
    struct sx_slice list = sx_slice_text(transport->server_sig_algs);

    return sx_list_has(list, alg->name) ||
           (alg->form != SX_SIG_PLAIN && alg->signature_name != NULL &&
            sx_list_has(list, alg->signature_name));
}

/* The best of what the server lists. */
static const struct sx_sig_alg *choose_listed(const struct sx_auth *auth)
{
    const struct sx_sig_alg *const *algs = auth->transport->config.offer->user_key;
    const struct sx_sig_alg *weak = NULL;

    for (; *algs != NULL; algs++) {
        if (!is_for_key(*algs, key_of(auth)) || !is_listed(auth->transport, *algs))
            continue;
        if ((*algs)->hash != SX_HASH_SHA1)
            return *algs;
        if (weak == NULL)
            weak = *algs;
    }
    return weak;
}

/* The next one to try with this key; NULL when there is none left. */
static const struct sx_sig_alg *choose_algorithm(struct sx_auth *auth)
{
    const struct sx_sig_alg *const *algs = auth->transport->config.offer->user_key;

    if (auth->transport->has_server_sig_algs)
        return auth->key_algs_tried++ == 0 ? choose_listed(auth) : NULL;
    while (algs[auth->key_algs_tried] != NULL) {
        const struct sx_sig_alg *alg = algs[auth->key_algs_tried++];

        if (is_for_key(alg, key_of(auth)))
            return alg;
    }
    return NULL;
}

bool sx_auth_publickey_is_certain(const struct sx_auth *auth)
{
    const struct sx_sig_alg *const *algs = auth->transport->config.offer->user_key;
    unsigned count = 0;

    if (auth->config.mode != SX_AUTH_PUBLICKEY || auth->config.agent != SX_AGENT_OFF ||
        auth->config.key_count != 1)
        return false;
    for (; *algs != NULL; algs++) {
        if (is_for_key(*algs, &auth->config.keys[0]))
            count++;
    }
    return count == 1;
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
    auth->is_proof_outside = key_of(auth)->is_outside;
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

static void next_key(struct sx_auth *auth)
{
    auth->key_index++;
    auth->key_algs_tried = 0;
    auth->is_key_tried = false;
}

static void log_key(const struct sx_auth *auth)
{
    const struct sx_log *log = auth->transport->config.log;
    char fingerprint[SX_FINGERPRINT_MAX];

    if (!sx_log_is_on(log, SX_LOG_VERBOSE))
        return;
    if (sx_fingerprint_openssh(auth->transport->config.offer->provider, key_of(auth)->public_blob,
                               NULL, fingerprint) != SX_OK)
        fingerprint[0] = '\0';
    SX_LOG(log, SX_LOG_VERBOSE, "trying a key", SX_NUMBER("key", auth->key_index + 1),
           SX_PUBLIC("algorithm", auth->key_alg->name), SX_PUBLIC("fingerprint", fingerprint));
}

/* Tries keys from key_index on until a request is out or none is left. */
static enum sx_err try_keys(struct sx_auth *auth)
{
    for (; auth->key_index < auth->config.key_count; next_key(auth)) {
        auth->key_next = auth->key_index + 1;
        auth->key_alg = choose_algorithm(auth);
        if (auth->key_alg != NULL) {
            log_key(auth);
            return auth->config.key_count == 1 ? ask_to_sign(auth) : send_query(auth);
        }
        if (!auth->is_key_tried)
            note_skipped(auth);
    }
    auth->is_exhausted = true;
    return SX_OK;
}

static enum sx_err no_keys(struct sx_auth *auth)
{
    if (auth->config.agent == SX_AGENT_ONLY)
        return sx_fault_set(auth->fault, SX_ERR_AUTH_NO_CREDENTIALS,
                            "public key authentication by the agent alone: the agent holds no key "
                            "that can be used");
    return sx_fault_set(auth->fault, SX_ERR_AUTH_NO_CREDENTIALS,
                        "public key authentication needs a private key: set ssh_cert_store and "
                        "ssh_cert_store_type, or let the agent sign (EnablePageantAuth)");
}

/* Goes on where it stopped: keys that were accepted or refused don't come again. */
static enum sx_err go_on(struct sx_auth *auth)
{
    auth->key_index = auth->key_next;
    auth->key_algs_tried = 0;
    auth->is_key_tried = false;
    return try_keys(auth);
}

static enum sx_err start(struct sx_auth *auth)
{
    if (auth->config.agent != SX_AGENT_OFF && !auth->is_listed) {
        auth->state = SX_AUTH_STATE_LISTING;
        return sx_event_push(auth->events, (struct sx_event){ .type = SX_EVENT_IDENTITIES });
    }
    return auth->config.key_count == 0 ? no_keys(auth) : go_on(auth);
}

/* Where another method may follow, an agent without keys is no error. */
static enum sx_err identities(struct sx_auth *auth)
{
    bool is_alone = auth->config.agent == SX_AGENT_ONLY ||
                    (auth->config.mode == SX_AUTH_PUBLICKEY && !auth->config.is_trying_all);

    if (auth->config.key_count == 0 && is_alone)
        return no_keys(auth);
    return go_on(auth);
}

static bool is_ready(const struct sx_auth *auth)
{
    return auth->key_next < auth->config.key_count ||
           (auth->config.agent != SX_AGENT_OFF && !auth->is_listed);
}

/* The same key by a further algorithm where nothing is known of the server, else the next key. */
static enum sx_err retry(struct sx_auth *auth)
{
    auth->is_key_tried = true;
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

    if (signature.len == 0) {
        next_key(auth);
        return try_keys(auth);
    }
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
                                                         .identities = identities,
                                                         .signature = signed_by_caller };
