/* A server that falls silent after any byte of a whole session: the engine simply waits, has told
 * all that the bytes said, goes on when more come, and can be left there. */
#include "memory/checks.h"

static const char *const seals[][2] = {
    { "aes128-gcm@openssh.com", NULL },
    { "aes128-ctr", "hmac-sha2-256" },
    { "aes256-ctr", "hmac-sha2-512-etm@openssh.com" },
};

/* Short lists and little output: each byte costs a session. */
static struct session_config short_config(size_t seal)
{
    struct session_config config = session_config_default();

    session_offer(&config, "curve25519-sha256", "ssh-ed25519", seals[seal][0], seals[seal][1]);
    for (int i = 0; i < 4; i++)
        config.peer.lists[SX_LIST_CIPHER_C2S + i] = i < 2            ? seals[seal][0]
                                                    : seals[seal][1] ? seals[seal][1]
                                                                     : "-";
    config.peer.lists[SX_LIST_KEX] = "curve25519-sha256";
    config.peer.greeting = "hello\r\nSSH-2.0-x\r\n";
    config.peer.server_sig_algs = "ssh-ed25519";
    config.peer.banner = "hi";
    config.peer.command.stdout_bytes = 40;
    config.peer.command.stderr_bytes = 20;
    config.peer.command.ending = "gec";
    config.peer.command.signal.name = sx_slice_text("TERM");
    config.mode = SX_AUTH_PUBLICKEY;
    config.keys[0] = fixture_key(config.provider, SX_KEY_ED25519, 1);
    config.keys[1] = fixture_key(config.provider, SX_KEY_ED25519, 2);
    config.peer.user_keys[0] = sx_key_public_blob(config.keys[1]);
    config.stdin_bytes = 30;
    config.sends_eof = true;
    return config;
}

#define WHOLE "VNHKBTGLSoeXC"

static size_t whole_length(const struct session_config *config)
{
    struct session *session = checked_session(config);
    size_t n;

    session_run(session);
    check_finished(session);
    assert_string_equal(session->trace, WHOLE);
    n = session->delivered;
    session_free(session);
    return n;
}

static struct session *stopped(const struct session_config *config, size_t at)
{
    struct session *session = checked_session(config);

    session->stop_at = at;
    session_run(session);
    check_healthy(session);
    assert_int_equal(session->delivered, at);
    assert_memory_equal(session->trace, WHOLE, strlen(session->trace));
    assert_false(sx_engine_is_waiting(session->engine));
    assert_int_equal(sx_engine_fault(session->engine)->err, SX_OK);
    return session;
}

/* Other seals than the first are sampled, as their bytes fall differently into packets only. */
static size_t stride_of(size_t seal)
{
    return seal == 0 || fixture_is_full() ? 1 : 7;
}

static void test_a_silent_server_is_waited_for(void **state)
{
    (void)state;
    for (size_t seal = 0; seal < sizeof seals / sizeof seals[0]; seal++) {
        struct session_config config = short_config(seal);
        size_t n = whole_length(&config);

        for (size_t at = 0; at < n; at += stride_of(seal)) {
            struct session *session = stopped(&config, at);

            session->stop_at = SIZE_MAX;
            session_run(session);
            check_finished(session);
            assert_string_equal(session->trace, WHOLE);
            session_free(session);
        }
    }
}

/* The engine is freed in the midst of whatever it was at: the leak checkers watch this. */
static void test_a_silent_server_can_be_left(void **state)
{
    (void)state;
    for (size_t seal = 0; seal < sizeof seals / sizeof seals[0]; seal++) {
        struct session_config config = short_config(seal);
        size_t n = whole_length(&config);

        for (size_t at = 0; at < n; at += stride_of(seal) * 2) {
            struct session *session = stopped(&config, at);
            struct sx_event event;
            uint8_t *room;

            if (at % 3 == 0) {
                session_free(session);
                continue;
            }
            sx_engine_disconnect(session->engine, "enough");
            assert_int_equal(sx_engine_recv_space(session->engine, &room), 0);
            assert_int_equal(sx_engine_next_event(session->engine, &event), SX_ERR_NOT_CONNECTED);
            assert_false(sx_engine_is_logged_on(session->engine));
            assert_int_equal(sx_engine_execute(session->engine, sx_slice_text("x")),
                             SX_ERR_NOT_CONNECTED);
            peer_receive(session->peer, sx_engine_to_send(session->engine));
            assert_int_equal(session->peer->err, SX_OK);
            assert_int_equal(session->peer->disconnect_reason, SX_DISCONNECT_BY_APPLICATION);
            session_free(session);
        }
    }
}

/* Our side is cut off at every byte instead: the server waits as well, and nobody errs. */
static void test_a_slow_client_is_no_error(void **state)
{
    struct session_config config = short_config(0);

    (void)state;
    for (size_t piece = 1; piece < 60; piece++) {
        struct session *session;

        config.piece_out = piece;
        session = checked_session(&config);
        session_run(session);
        check_finished(session);
        session_free(session);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_silent_server_is_waited_for),
        cmocka_unit_test(test_a_silent_server_can_be_left),
        cmocka_unit_test(test_a_slow_client_is_no_error),
    };

    return RUN_GROUP(tests);
}
