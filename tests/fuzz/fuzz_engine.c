/* The whole engine. Either raw bytes from the first one on, or a real peer that signs the client on
 * up to a point that the input chooses and then says, under the right keys, what the input says:
 * so every decoder behind the encryption is reached, in every state of the connection, while the
 * user of the engine does what the input says.
 *
 * Whatever comes: no crash, no loop, bounded buffers, one latched error with a plain text, and no
 * more output than the window allows. */
#include <string.h>

#include "fuzz/fuzz_bytes.h"
#include "memory/sample_messages.h"
#include "support/groups.h"
#include "support/peer_inside.h"
#include "support/session.h"

enum { ACTIONS_MAX = 200, WINDOW = 4096 };

static void promise_state(const struct session *session)
{
    const struct sx_fault *fault = sx_engine_fault(session->engine);
    const struct sx_transport *transport = sx_engine_transport(session->engine);

    promise_plain_text(fault->text);
    PROMISE(fault->err == SX_OK || fault->text[0] != '\0');
    PROMISE(sx_engine_to_send(session->engine).len <= SX_SEND_BUFFER_MAX);
    PROMISE(sx_buffer_len(&transport->in) <= SX_RECEIVE_BUFFER_MAX);
    PROMISE(sx_buffer_len(&transport->held) <= SX_HELD_MAX);
    PROMISE(transport->events->count <= SX_EVENT_QUEUE_MAX);
    /* Errors of a caller who asks out of turn end nothing; all others do, for good. */
    if (session->err != SX_OK && sx_err_blame(session->err) != SX_BLAME_USAGE)
        PROMISE(!sx_engine_is_logged_on(session->engine));
    PROMISE(sx_err_blame(session->err) != SX_BLAME_INTERNAL);
}

/* --- Raw bytes -------------------------------------------------------------------------------- */

static void run_raw(struct session *session, struct fuzz_bytes *bytes)
{
    size_t piece = 1 + fuzz_u8(bytes) * 16U;

    while (bytes->left > 0 && session->err == SX_OK) {
        struct sx_slice part = fuzz_slice(bytes, piece);
        uint8_t *room = NULL;
        size_t n = sx_engine_recv_space(session->engine, &room);

        if (n == 0)
            break;
        part.len = part.len < n ? part.len : n;
        memcpy(room, part.ptr, part.len);
        sx_engine_received(session->engine, part.len);
        session_drain(session);
        promise_state(session);
    }
}

/* --- With a peer ------------------------------------------------------------------------------ */

/* Where the peer stops following its own course; 0: it plays to the end. */
static const uint8_t stalls[] = {
    0,
    SX_MSG_KEXINIT,
    SX_MSG_KEXDH_REPLY,
    SX_MSG_NEWKEYS,
    SX_MSG_SERVICE_ACCEPT,
    SX_MSG_USERAUTH_SUCCESS,
    SX_MSG_USERAUTH_PK_OK,
    SX_MSG_USERAUTH_FAILURE,
    SX_MSG_CHANNEL_OPEN_CONFIRMATION,
    SX_MSG_CHANNEL_SUCCESS,
    SX_MSG_CHANNEL_DATA,
    SX_MSG_CHANNEL_REQUEST,
    SX_MSG_CHANNEL_CLOSE,
};

static void inject_sample(struct session *session, struct fuzz_bytes *bytes)
{
    uint8_t storage[SAMPLE_MAX];
    struct sx_writer writer;
    struct sx_slice payload;
    uint8_t number = fuzz_u8(bytes), changes = fuzz_u8(bytes) % 4;

    sx_writer_init(&writer, storage, sizeof storage);
    sample_message(&writer, number);
    PROMISE(sx_writer_finish(&writer, &payload) == SX_OK);
    for (uint8_t i = 0; i < changes; i++)
        storage[1 + fuzz_u8(bytes) % payload.len % (sizeof storage - 1)] ^= fuzz_u8(bytes);
    if (changes == 3)
        payload.len -= fuzz_u8(bytes) % payload.len;
    peer_inject(session->peer, payload);
}

static void inject(struct session *session, struct fuzz_bytes *bytes)
{
    struct sx_slice payload = fuzz_slice(bytes, 1 + (size_t)fuzz_u8(bytes));

    if (payload.len > 0)
        peer_inject(session->peer, payload);
}

/* Everything of the user's that may be refused; what is refused must not end the connection. */
static void use(struct session *session, uint8_t what, struct fuzz_bytes *bytes)
{
    static const uint8_t data[70000];
    struct sx_engine *engine = session->engine;
    enum sx_err err = SX_OK;
    size_t taken = 0;

    switch (what % 11) {
    case 0: err = sx_engine_execute(engine, fuzz_slice(bytes, fuzz_u8(bytes))); break;
    case 1: err = sx_engine_write(engine, sx_slice_of(data, fuzz_u16(bytes)), &taken); break;
    case 2: err = sx_engine_send_eof(engine); break;
    case 3: err = sx_engine_signal(engine, fuzz_slice(bytes, fuzz_u8(bytes))); break;
    case 4: err = sx_engine_consumed(engine, fuzz_u16(bytes)); break;
    case 5: err = sx_engine_close_channel(engine); break;
    case 6: err = sx_engine_rekey(engine); break;
    case 9: {
        const struct sx_gss_answer answer = { .err = fuzz_u8(bytes) % 4 == 0 ? SX_ERR_AUTH_SERVICE
                                                                             : SX_OK,
                                              .text = "the mechanism says no",
                                              .is_complete = fuzz_u8(bytes) % 2 == 0,
                                              .output = fuzz_slice(bytes, fuzz_u8(bytes)) };

        err = sx_engine_answer_gss(engine, &answer);
        break;
    }
    case 7: err = sx_engine_answer_host_key(engine, fuzz_u8(bytes) % 4 != 0); break;
    case 8: {
        struct sx_slice answers[3];
        unsigned count = fuzz_u8(bytes) % 4;

        for (unsigned i = 0; i < count; i++)
            answers[i] = fuzz_slice(bytes, fuzz_u8(bytes));
        err = sx_engine_answer_ask(engine, answers, count);
        break;
    }
    default: err = sx_engine_answer_sign(engine, fuzz_slice(bytes, fuzz_u8(bytes))); break;
    }
    if (err != SX_OK && sx_err_blame(err) != SX_BLAME_USAGE)
        PROMISE(sx_engine_fault(engine)->err == err);
}

static void act(struct session *session, struct fuzz_bytes *bytes)
{
    uint8_t action = fuzz_u8(bytes);

    switch (action % 12) {
    case 0: inject(session, bytes); break;
    case 1:
    case 2: inject_sample(session, bytes); break;
    case 3: peer_rekey(session->peer); break;
    case 4: session_advance(session, (uint64_t)fuzz_u16(bytes) * 100); break;
    case 5: session_run(session); break;
    case 6: (void)session_step(session); break;
    case 7: session->peer->is_stalled = false; break;
    case 8:
        peer_seal_odd(session->peer, fuzz_slice(bytes, 20), fuzz_u8(bytes) * 4,
                      fuzz_u8(bytes) % 32);
        break;
    case 9: session->config.piece_in = fuzz_u8(bytes); break;
    default: use(session, fuzz_u8(bytes), bytes); break;
    }
}

static void run_with_peer(struct session *session, struct fuzz_bytes *bytes)
{
    uint8_t stall = stalls[fuzz_u8(bytes) % sizeof stalls];

    if (stall != 0)
        peer_tamper(session->peer, TAMPER_STALL, PEER_ANY, stall);
    session_run(session);
    promise_state(session);
    for (int i = 0; i < ACTIONS_MAX && bytes->left > 0; i++) {
        act(session, bytes);
        promise_state(session);
    }
    session_run(session);
    promise_state(session);
}

/* Kerberos in the key exchange, or in a method alone. */
static void add_gss(struct session_config *config, uint8_t choice)
{
    static const char list[] = "gss-nistp256-sha256-toWM5Slw5Ew8Mqkay+al2g==,curve25519-sha256";

    config->mode = (choice & 4) != 0 ? SX_AUTH_GSSAPI_KEYEX : SX_AUTH_GSSAPI_WITH_MIC;
    config->wishes.is_gss_first = config->is_gss_demanded = (choice & 4) != 0;
    config->wishes.lists[SX_ALG_KEX] = list;
    config->peer.lists[SX_LIST_KEX] = list;
    config->peer.gss.has_host_key = (choice & 8) != 0;
    config->peer.gss.rounds = choice >> 4 & 3;
    config->has_no_ticket_later = (choice & 64) != 0;
    config->peer.takes_none = (choice & 128) != 0;
}

static struct session_config config_from(struct fuzz_bytes *bytes)
{
    static const enum sx_auth_mode modes[] = { SX_AUTH_NONE, SX_AUTH_PASSWORD, SX_AUTH_PUBLICKEY,
                                               SX_AUTH_MULTI_FACTOR };
    static const struct peer_round rounds[] = { { "n", "i", 1, { "Password: " }, { "secret" } } };
    static const char *const answers[] = { "secret", NULL };
    struct session_config config = session_config_default();
    uint8_t choice = fuzz_u8(bytes), more = fuzz_u8(bytes);

    if ((choice & 3) == 1)
        session_offer(&config, "curve25519-sha256", "ssh-ed25519", "aes128-ctr", "hmac-sha2-256");
    if ((choice & 3) == 2)
        session_offer(&config, "ecdh-sha2-nistp256", "ssh-ed25519", "aes128-ctr",
                      "hmac-sha2-256-etm@openssh.com");
    if ((choice & 3) == 3) { /* all that has more state */
        session_offer(&config, "diffie-hellman-group-exchange-sha256", "ssh-ed25519", "aes128-ctr",
                      "hmac-sha2-256");
        config.wishes.lists[SX_ALG_COMPRESSION] = (more & 1) != 0 ? "zlib" : "zlib@openssh.com";
        config.peer.gex_prime = group_prime(2048);
    }
    config.peer.is_strict = (choice & 4) != 0;
    config.mode = modes[choice >> 3 & 3];
    config.password = config.peer.password = "secret";
    config.peer.rounds = rounds;
    config.peer.round_count = 1;
    config.answers = answers;
    config.can_answer = true;
    config.is_trying_all = config.mode == SX_AUTH_MULTI_FACTOR && (more & 8) != 0;
    config.holds_output = (choice & 32) != 0;
    config.peer.command.is_endless = (choice & 64) != 0;
    config.leaves_questions = (choice & 128) != 0;
    for (unsigned i = 0; i < 1U + (more & 1); i++)
        config.keys[i] = fixture_key(config.provider, SX_KEY_ED25519, 1 + i);
    config.peer.user_keys[0] = sx_key_public_blob(config.keys[more & 1]);
    config.wishes.rekey_bytes = (more & 2) != 0 ? 700 : 0;
    config.rekey_packets = (more & 4) != 0 ? 9 : 0;
    config.window = (more & 8) != 0 ? WINDOW : 100;
    config.max_packet = 1 + (more >> 4) * 300U;
    config.peer.window = 500;
    config.stdin_bytes = (more & 16) != 0 ? 900 : 0;
    config.sends_eof = (more & 32) != 0;
    config.peer.command.stdout_bytes = (more & 64) != 0 ? 700 : 0;
    config.peer.command.stderr_bytes = (more & 128) != 0 ? 300 : 0;
    return config;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = { data, size };
    uint8_t kind = fuzz_u8(&bytes);
    bool is_raw = (kind & 1) == 0;
    struct session_config config = config_from(&bytes);
    struct session *session;

    if ((kind & 2) != 0)
        add_gss(&config, kind);
    session = session_new(&config);
    PROMISE(session != NULL && session->engine != NULL);
    if (is_raw)
        run_raw(session, &bytes);
    else
        run_with_peer(session, &bytes);
    session_free(session);
    return 0;
}
