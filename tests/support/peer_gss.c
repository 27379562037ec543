/* tests/support/peer_gss.c: the server's half of GSSAPI: key exchange and the two methods, over a
 * mechanism of the tests' own (support/mechanism.h). The SSH side of it is RFC 4462's. */
#include "support/peer_inside.h"

#include "support/mechanism.h"
#include "wire/msg_gss.h"

/* ---- Key exchange --------------------------------------------------------------------------- */

void peer_gss_complete(struct peer *peer, struct sx_slice share, struct sx_slice hash)
{
    uint8_t mic[MECHANISM_MIC_MAX];
    const struct sx_msg_kexgss_complete msg = {
        .share = share,
        .mic = mechanism_mic(hash, mic),
        .has_token = peer->config.gss.rounds > 0,
        .token = sx_slice_text(MECHANISM_LAST),
    };

    if (peer->config.gss.has_host_key) {
        sx_msg_kexgss_hostkey_encode(peer_begin(peer), peer_host_key_blob(peer));
        peer_end(peer);
    }
    sx_msg_kexgss_complete_encode(peer_begin(peer), &msg);
    peer_end(peer);
}

/* The mechanism wants so many tokens; then comes the end. */
static void step(struct peer *peer)
{
    if (peer->gss_rounds + 1 < peer->config.gss.rounds) {
        peer->gss_rounds++;
        sx_msg_kexgss_continue_encode(peer_begin(peer), sx_slice_text(MECHANISM_MORE));
        peer_end(peer);
        return;
    }
    peer_kex_answer(peer, sx_buffer_unread(&peer->gss_share));
}

static void on_init(struct peer *peer, struct sx_slice payload)
{
    struct sx_msg_kexgss_init msg;

    sx_buffer_clear(&peer->gss_share);
    if (sx_msg_kexgss_init_decode(payload, &msg) != SX_OK ||
        !sx_slice_is_text(msg.token, MECHANISM_FIRST) ||
        sx_buffer_append(&peer->gss_share, msg.share) != SX_OK) {
        peer_fail(peer, SX_ERR_PEER_DECODE, "KEXGSS_INIT");
        return;
    }
    peer->gss_rounds = 0;
    if (peer->config.gss.is_failing) {
        const struct sx_msg_gss_error error = { 851968, 7, sx_slice_text("No key table entry") };

        sx_msg_gss_error_encode(peer_begin(peer), SX_MSG_KEXGSS_ERROR, &error);
        peer_end(peer);
        return;
    }
    step(peer);
}

static void on_continue(struct peer *peer, struct sx_slice payload)
{
    struct sx_slice token;

    if (sx_msg_kexgss_continue_decode(payload, &token) != SX_OK || peer->gss_rounds == 0)
        peer_fail(peer, SX_ERR_PEER_UNEXPECTED, "KEXGSS_CONTINUE");
    else if (sx_slice_is_text(token, MECHANISM_ERROR))
        return; /* the client leaves */
    else if (!sx_slice_is_text(token, MECHANISM_MORE))
        peer_fail(peer, SX_ERR_PEER_DECODE, "a token that isn't the client's");
    else
        step(peer);
}

void peer_gss_kex_message(struct peer *peer, struct sx_slice payload)
{
    if (payload.ptr[0] == SX_MSG_KEXGSS_INIT)
        on_init(peer, payload);
    else if (payload.ptr[0] == SX_MSG_KEXGSS_CONTINUE)
        on_continue(peer, payload);
    else
        peer_fail(peer, SX_ERR_PEER_UNEXPECTED, "a message of no use in a GSSAPI key exchange");
}

/* ---- User authentication -------------------------------------------------------------------- */

static bool is_mic_right(const struct peer *peer, const char *method, struct sx_slice mic)
{
    uint8_t storage[256], expected[MECHANISM_MIC_MAX];
    struct sx_writer writer;
    struct sx_slice message;

    sx_writer_init(&writer, storage, sizeof storage);
    sx_writer_string(&writer, sx_slice_of(peer->session_id, peer->session_id_len));
    sx_writer_u8(&writer, SX_MSG_USERAUTH_REQUEST);
    sx_writer_text(&writer, "someone");
    sx_writer_text(&writer, "ssh-connection");
    sx_writer_text(&writer, method);
    return sx_writer_finish(&writer, &message) == SX_OK &&
           sx_slice_is_equal(mechanism_mic(message, expected), mic);
}

bool peer_gss_keyex(struct peer *peer, struct sx_slice fields)
{
    struct sx_reader reader;
    struct sx_slice mic;

    sx_reader_init(&reader, fields);
    mic = sx_reader_string(&reader);
    return sx_reader_finish(&reader) == SX_OK && is_mic_right(peer, "gssapi-keyex", mic);
}

void peer_gss_respond(struct peer *peer, struct sx_slice fields)
{
    struct sx_reader reader;
    struct sx_slice oid;

    sx_reader_init(&reader, fields);
    if (sx_reader_u32(&reader) != 1)
        peer_fail(peer, SX_ERR_PEER_DECODE, "other mechanisms than Kerberos");
    oid = sx_reader_string(&reader);
    if (sx_reader_finish(&reader) != SX_OK || !sx_slice_is_equal(oid, sx_gss_krb5_oid))
        peer_fail(peer, SX_ERR_PEER_DECODE, "a gssapi-with-mic request");
    sx_msg_gssapi_response_encode(peer_begin(peer), oid);
    peer_end(peer);
}

static void send_token(struct peer *peer, const char *token)
{
    sx_msg_gssapi_token_encode(peer_begin(peer), SX_MSG_USERAUTH_GSSAPI_TOKEN,
                               sx_slice_text(token));
    peer_end(peer);
}

bool peer_gss_auth_message(struct peer *peer, struct sx_slice payload, bool *out_is_right)
{
    struct sx_slice token;

    if (sx_msg_gssapi_token_decode(payload, payload.ptr[0], &token) != SX_OK)
        peer_fail(peer, SX_ERR_PEER_DECODE, "a token of gssapi-with-mic");
    if (payload.ptr[0] == SX_MSG_USERAUTH_GSSAPI_MIC) {
        *out_is_right = is_mic_right(peer, "gssapi-with-mic", token);
        return true;
    }
    if (payload.ptr[0] != SX_MSG_USERAUTH_GSSAPI_TOKEN) {
        *out_is_right = false; /* ERRTOK */
        return true;
    }
    if (sx_slice_is_text(token, MECHANISM_FIRST))
        peer->gss_rounds = 0;
    if (++peer->gss_rounds < peer->config.gss.rounds)
        send_token(peer, MECHANISM_MORE);
    else if (peer->config.gss.rounds > 0)
        send_token(peer, MECHANISM_LAST);
    return false;
}
