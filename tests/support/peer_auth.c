/* tests/support/peer_auth.c: the server's half of service request and user authentication. */
#include "support/peer_inside.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "wire/msg_interactive.h"

/* The next factor that is needed, as a list of one. */
static struct sx_slice next_factor(const struct peer *peer)
{
    struct sx_slice rest = peer->factors_left;
    struct sx_slice factor = SX_SLICE_NONE;

    (void)sx_list_next(&rest, &factor);
    return factor;
}

static void send_failure_or_partial(struct peer *peer, bool is_partial)
{
    struct sx_msg_userauth_failure msg = { sx_slice_text(peer->config.methods), is_partial };

    if (peer->config.factors != NULL)
        msg.methods = next_factor(peer);
    sx_msg_userauth_failure_encode(peer_begin(peer), &msg);
    peer_end(peer);
}

static void send_failure(struct peer *peer)
{
    send_failure_or_partial(peer, false);
}

static void send_outcome(struct peer *peer, bool is_accepted)
{
    struct sx_slice factor;

    if (!is_accepted) {
        send_failure(peer);
        return;
    }
    (void)sx_list_next(&peer->factors_left, &factor);
    if (peer->factors_left.len > 0) {
        send_failure_or_partial(peer, true);
        return;
    }
    peer->is_logged_on = true;
    sx_msg_userauth_success_encode(peer_begin(peer));
    peer_end(peer);
}

static void on_service_request(struct peer *peer, struct sx_slice payload)
{
    struct sx_slice service;

    if (sx_msg_service_request_decode(payload, &service) != SX_OK ||
        !sx_slice_is_text(service, "ssh-userauth")) {
        peer_fail(peer, SX_ERR_PEER_UNEXPECTED, "a request for another service");
        return;
    }
    sx_msg_service_accept_encode(peer_begin(peer), service);
    peer_end(peer);
    if (peer->config.banner != NULL) {
        sx_msg_userauth_banner_encode(peer_begin(peer), sx_slice_text(peer->config.banner));
        peer_end(peer);
    }
}

static void on_password(struct peer *peer, struct sx_slice fields)
{
    struct sx_reader reader;
    struct sx_slice password;
    struct sx_slice new_password = SX_SLICE_NONE;
    bool is_right;
    bool is_change;

    sx_reader_init(&reader, fields);
    is_change = sx_reader_bool(&reader);
    password = sx_reader_string(&reader);
    if (is_change)
        new_password = sx_reader_string(&reader);
    if (sx_reader_finish(&reader) != SX_OK || (is_change && peer->config.new_password == NULL)) {
        peer_fail(peer, SX_ERR_PEER_DECODE, "a password request");
        return;
    }
    is_right = peer->config.password != NULL && sx_slice_is_text(password, peer->config.password);
    if (is_right && peer->config.new_password != NULL &&
        !sx_slice_is_text(new_password, peer->config.new_password)) {
        sx_msg_userauth_passwd_changereq_encode(
            peer_begin(peer), sx_slice_text(is_change ? "Not good enough" : "It has expired"));
        peer_end(peer);
        return;
    }
    send_outcome(peer, is_right);
}

static void send_round(struct peer *peer)
{
    const struct peer_round *round = &peer->config.rounds[peer->round];
    struct sx_msg_info_request msg = { .name = sx_slice_text(round->name),
                                       .instruction = sx_slice_text(round->instruction),
                                       .count = round->count };

    for (unsigned i = 0; i < round->count; i++)
        msg.prompts[i] = (struct sx_prompt){ sx_slice_text(round->prompts[i]), i % 2 == 1 };
    peer->is_round_open = true;
    sx_msg_info_request_encode(peer_begin(peer), &msg);
    peer_end(peer);
}

static void on_interactive(struct peer *peer, struct sx_slice fields)
{
    struct sx_reader reader;
    struct sx_slice language, submethods;

    sx_reader_init(&reader, fields);
    language = sx_reader_string(&reader);
    submethods = sx_reader_string(&reader);
    if (sx_reader_finish(&reader) != SX_OK || language.len + submethods.len > 0) {
        peer_fail(peer, SX_ERR_PEER_DECODE, "a keyboard-interactive request");
        return;
    }
    peer->round = 0;
    peer->are_answers_right = true;
    if (peer->config.rounds == NULL)
        send_failure(peer);
    else
        send_round(peer);
}

static void on_info_response(struct peer *peer, struct sx_slice payload)
{
    const struct peer_round *round = &peer->config.rounds[peer->round];
    struct sx_reader reader;

    sx_reader_init(&reader, payload);
    sx_reader_expect_u8(&reader, SX_MSG_USERAUTH_INFO_RESPONSE);
    if (!peer->is_round_open || sx_reader_u32(&reader) != round->count) {
        peer_fail(peer, SX_ERR_PEER_UNEXPECTED, "answers that were not asked for");
        return;
    }
    peer->is_round_open = false;
    for (unsigned i = 0; i < round->count; i++) {
        struct sx_slice answer = sx_reader_string(&reader);
        size_t len = strlen(peer->answers);

        snprintf(peer->answers + len, sizeof peer->answers - len, "%.*s|", (int)answer.len,
                 (const char *)answer.ptr);
        peer->are_answers_right &= sx_slice_is_text(answer, round->answers[i]);
    }
    if (sx_reader_finish(&reader) != SX_OK) {
        peer_fail(peer, SX_ERR_PEER_DECODE, "an info response");
        return;
    }
    if (++peer->round < peer->config.round_count)
        send_round(peer);
    else
        send_outcome(peer, peer->are_answers_right);
}

static bool is_known_key(const struct peer *peer, struct sx_slice blob)
{
    for (size_t i = 0; i < PEER_KEYS_MAX && peer->config.user_keys[i].len != 0; i++)
        if (sx_slice_is_equal(peer->config.user_keys[i], blob))
            return true;
    return false;
}

/* Whether signature is blob's key's over what RFC 4252 section 7 says. */
static enum sx_err check_signature(struct peer *peer, const struct sx_msg_userauth_publickey *msg)
{
    const struct sx_sig_alg *alg = user_signature_named(msg->algorithm);
    uint8_t storage[8192];
    struct sx_writer writer;
    struct sx_slice message;
    struct sx_key *key = NULL;
    enum sx_err err;

    if (alg == NULL)
        return SX_ERR_PEER_HOST_KEY_TYPE;
    sx_writer_init(&writer, storage, sizeof storage);
    sx_writer_string(&writer, sx_slice_of(peer->session_id, peer->session_id_len));
    sx_writer_u8(&writer, SX_MSG_USERAUTH_REQUEST);
    sx_writer_string(&writer, msg->user);
    sx_writer_text(&writer, "ssh-connection");
    sx_writer_text(&writer, "publickey");
    sx_writer_bool(&writer, true);
    sx_writer_string(&writer, msg->algorithm);
    sx_writer_string(&writer, msg->public_key);
    SX_TRY(sx_writer_finish(&writer, &message));
    SX_TRY(sx_key_from_user_blob(peer->config.provider, alg, msg->public_key, NULL, &key));
    err = sx_key_verify(key, alg, message, msg->signature, NULL);
    sx_key_free(key);
    return err;
}

static void on_publickey(struct peer *peer, struct sx_slice user, struct sx_slice fields)
{
    struct sx_msg_userauth_publickey msg = { .user = user };
    struct sx_reader reader;

    sx_reader_init(&reader, fields);
    msg.has_signature = sx_reader_bool(&reader);
    msg.algorithm = sx_reader_string(&reader);
    msg.public_key = sx_reader_string(&reader);
    if (msg.has_signature)
        msg.signature = sx_reader_string(&reader);
    if (sx_reader_finish(&reader) != SX_OK) {
        peer_fail(peer, SX_ERR_PEER_DECODE, "a public key request");
        return;
    }
    if (!is_known_key(peer, msg.public_key)) {
        send_failure(peer);
    } else if (msg.has_signature) {
        enum sx_err err = check_signature(peer, &msg);

        if (err != SX_OK)
            peer_fail(peer, err, "the client's signature");
        send_outcome(peer, err == SX_OK);
    } else {
        const struct sx_msg_userauth_pk_ok ok = { msg.algorithm, msg.public_key };

        sx_msg_userauth_pk_ok_encode(peer_begin(peer), &ok);
        peer_end(peer);
    }
}

static void on_gss(struct peer *peer, struct sx_slice payload)
{
    bool is_right = false;

    if (peer_gss_auth_message(peer, payload, &is_right))
        send_outcome(peer, is_right);
}

static void on_request(struct peer *peer, struct sx_slice payload)
{
    struct sx_msg_userauth_request msg;

    if (sx_msg_userauth_request_decode(payload, &msg) != SX_OK ||
        !sx_slice_is_text(msg.service, "ssh-connection")) {
        peer_fail(peer, SX_ERR_PEER_DECODE, "an authentication request");
        return;
    }
    if (peer->is_logged_on)
        return;                  /* RFC 4252 section 5.3: ignored */
    peer->is_round_open = false; /* a new request gives the old one up */
    if (peer->config.factors != NULL && !(sx_slice_is_equal(msg.method, next_factor(peer)))) {
        send_failure(peer);
        return;
    }
    if (sx_slice_is_text(msg.method, "none"))
        send_outcome(peer, peer->config.takes_none);
    else if (sx_slice_is_text(msg.method, "password"))
        on_password(peer, msg.fields);
    else if (sx_slice_is_text(msg.method, "gssapi-keyex"))
        send_outcome(peer, peer_gss_keyex(peer, msg.fields));
    else if (sx_slice_is_text(msg.method, "gssapi-with-mic"))
        peer_gss_respond(peer, msg.fields);
    else if (sx_slice_is_text(msg.method, "publickey"))
        on_publickey(peer, msg.user, msg.fields);
    else if (sx_slice_is_text(msg.method, "keyboard-interactive"))
        on_interactive(peer, msg.fields);
    else
        send_failure(peer);
}

void peer_auth_message(struct peer *peer, struct sx_slice payload)
{
    if (payload.ptr[0] == SX_MSG_SERVICE_REQUEST)
        on_service_request(peer, payload);
    else if (payload.ptr[0] == SX_MSG_USERAUTH_REQUEST)
        on_request(peer, payload);
    else if (payload.ptr[0] == SX_MSG_USERAUTH_GSSAPI_MIC ||
             payload.ptr[0] == SX_MSG_USERAUTH_GSSAPI_ERRTOK ||
             (payload.ptr[0] == SX_MSG_USERAUTH_GSSAPI_TOKEN && !peer->is_round_open))
        on_gss(peer, payload);
    else if (payload.ptr[0] == SX_MSG_USERAUTH_INFO_RESPONSE && peer->config.rounds != NULL)
        on_info_response(peer, payload);
    else
        peer_fail(peer, SX_ERR_PEER_UNEXPECTED, "an authentication message of no use");
}
