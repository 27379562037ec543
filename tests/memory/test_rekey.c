/* Key re-exchange: from either side, at every point of a session, by bytes, packets and time, in
 * the middle of data in both directions. */
#include "memory/checks.h"

enum { STREAM = 24 * 1000, MEGABYTE = 1024 * 1024 };

/* Small windows, so that every kind of message is on its way at any time. */
static struct session_config flowing_config(void)
{
    struct session_config config = session_config_default();

    config.wishes.lists[SX_ALG_CIPHER] = NULL;
    config.window = 4096;
    config.max_packet = 1024;
    config.stdin_bytes = STREAM;
    config.sends_eof = true;
    config.peer.window = 3000;
    config.peer.max_packet = 1024;
    config.peer.server_sig_algs = "ssh-ed25519";
    config.peer.command.stdout_bytes = STREAM;
    config.peer.command.stderr_bytes = STREAM / 2;
    config.peer.command.awaits_eof = true;
    return config;
}

enum starter { BY_US = 1, BY_SERVER = 2, BY_BOTH = 3 };

/* Starts a key exchange after that many steps; false when the session was over by then. */
static bool check_rekey_after(const struct session_config *config, unsigned steps,
                              enum starter starter)
{
    struct session *session = checked_session(config);
    bool is_over, was_asked = false;

    for (unsigned i = 0; i < steps; i++)
        (void)session_step(session);
    is_over = session->counts[SX_EVENT_CHANNEL_CLOSED] > 0;
    if ((starter & BY_US) != 0 && sx_engine_is_logged_on(session->engine)) {
        assert_int_equal(sx_engine_rekey(session->engine), SX_OK);
        was_asked = true;
    }
    if ((starter & BY_SERVER) != 0 && session->peer->exchanges > 0) {
        peer_rekey(session->peer);
        was_asked = true;
    }
    session_run(session);
    if (session->err != SX_OK || session->peer->err != SX_OK)
        print_error("started by %d after %u steps: %s\n", (int)starter, steps, session->trace);
    check_finished(session);
    assert_int_equal(session->peer->exchanges, was_asked ? 2 : 1);
    assert_int_equal(session->counts[SX_EVENT_KEYS_IN_USE], was_asked ? 2 : 1);
    assert_int_equal(session->counts[SX_EVENT_HOST_KEY], 1);
    session_free(session);
    return !is_over;
}

static void check_rekey_everywhere(const struct session_config *config, enum starter starter)
{
    unsigned steps = 0;

    while (check_rekey_after(config, steps, starter))
        steps++;
    assert_true(steps > 50);
}

static void test_rekey_at_any_time_by_the_server(void **state)
{
    struct session_config config = flowing_config();

    (void)state;
    config.piece_in = 700;
    config.piece_out = 500;
    check_rekey_everywhere(&config, BY_SERVER);
}

static void test_rekey_at_any_time_by_us(void **state)
{
    struct session_config config = flowing_config();

    (void)state;
    config.piece_in = 500;
    config.piece_out = 700;
    check_rekey_everywhere(&config, BY_US);
}

static void test_rekey_at_any_time_by_both_at_once(void **state)
{
    struct session_config config = flowing_config();

    (void)state;
    config.piece_in = 600;
    config.piece_out = 600;
    check_rekey_everywhere(&config, BY_BOTH);
}

static void test_rekey_at_any_time_in_a_lax_session(void **state)
{
    struct session_config config = flowing_config();

    (void)state;
    config.peer.is_strict = false;
    config.piece_in = 900;
    config.piece_out = 900;
    check_rekey_everywhere(&config, BY_BOTH);
}

/* Also while the user is signed on: between all messages of a public key's proof. */
static void test_rekey_at_any_time_of_the_sign_on(void **state)
{
    struct session_config config = session_config_default();

    (void)state;
    config.mode = SX_AUTH_PUBLICKEY;
    config.keys[0] = fixture_key(config.provider, SX_KEY_ED25519, 1);
    config.keys[1] = fixture_key(config.provider, SX_KEY_ED25519, 2);
    config.peer.user_keys[0] = sx_key_public_blob(config.keys[1]);
    config.peer.banner = "hi";
    config.piece_in = 20;
    config.piece_out = 30;
    check_rekey_everywhere(&config, BY_SERVER);
}

static void test_forced_by_bytes_under_load(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    config.wishes.rekey_bytes = 16 * 1024;
    config.stdin_bytes = 2 * MEGABYTE;
    config.sends_eof = true;
    config.peer.command.stdout_bytes = 2 * MEGABYTE;
    config.peer.command.stderr_bytes = MEGABYTE;
    config.peer.command.awaits_eof = true;
    session = checked_session(&config);
    session_run(session);
    check_finished(session);
    assert_true(session->peer->exchanges > 20);
    assert_int_equal(session->negotiated.reason, SX_REKEY_BYTES);
    session_free(session);
}

static void test_forced_by_bytes_of_one_direction(void **state)
{
    (void)state;
    for (int is_in = 0; is_in < 2; is_in++) {
        struct session_config config = session_config_default();
        struct session *session;

        config.wishes.rekey_bytes = 64 * 1024;
        config.stdin_bytes = is_in == 0 ? 4 * MEGABYTE : 0;
        config.sends_eof = true;
        config.peer.command.stdout_bytes = is_in == 1 ? 4 * MEGABYTE : 0;
        config.peer.command.awaits_eof = true;
        session = checked_session(&config);
        session_run(session);
        check_finished(session);
        assert_in_range(session->peer->exchanges, 4, 64 + 2);
        session_free(session);
    }
}

/* Both sides have limits of their own and meet in the middle of it all. */
static void test_forced_by_both_sides_under_load(void **state)
{
    struct session_config config = flowing_config();
    struct session *session;
    unsigned round = 0;

    (void)state;
    config.wishes.rekey_bytes = 5000;
    config.stdin_bytes = config.peer.command.stdout_bytes = 300 * 1000;
    config.piece_in = 1234;
    config.piece_out = 4321;
    session = checked_session(&config);
    while (session_step(session))
        if (++round % 17 == 0 && session->peer->exchanges > 0)
            peer_rekey(session->peer);
    session_run(session);
    check_finished(session);
    assert_true(session->peer->exchanges > 50);
    session_free(session);
}

static void test_forced_by_packets(void **state)
{
    struct session_config config = flowing_config();
    struct session *session;

    (void)state;
    config.rekey_packets = 7;
    session = checked_session(&config);
    session_run(session);
    check_finished(session);
    assert_int_equal(session->negotiated.reason, SX_REKEY_PACKETS);
    assert_true(session->peer->exchanges > 5);
    session_free(session);
}

/* As small as can be: each message brings an exchange, and yet all of it arrives. */
static void test_forced_by_every_packet(void **state)
{
    struct session_config config = flowing_config();
    struct session *session;

    (void)state;
    config.rekey_packets = 1;
    config.stdin_bytes = config.peer.command.stdout_bytes = 5000;
    config.peer.command.stderr_bytes = 2000;
    session = checked_session(&config);
    session_run(session);
    check_finished(session);
    assert_true(session->peer->exchanges > 10);
    session_free(session);
}

/* A flood that brings no event counts as well. */
static void test_ignored_messages_count(void **state)
{
    static const uint8_t zeros[4000];
    static uint8_t storage[5000];
    struct session_config config = session_config_default();
    struct session *session;
    struct sx_writer writer;
    struct sx_slice payload;

    (void)state;
    config.command = NULL;
    config.wishes.rekey_bytes = 20 * 1000;
    session = checked_session(&config);
    session_run(session);
    check_healthy(session);
    sx_writer_init(&writer, storage, sizeof storage);
    sx_msg_ignore_encode(&writer, sx_slice_of(zeros, sizeof zeros));
    assert_int_equal(sx_writer_finish(&writer, &payload), SX_OK);
    for (int i = 0; i < 6; i++)
        peer_inject(session->peer, payload);
    session_run(session);
    check_healthy(session);
    assert_int_equal(session->peer->exchanges, 2);
    assert_int_equal(session->negotiated.reason, SX_REKEY_BYTES);
    session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rekey_at_any_time_by_the_server),
        cmocka_unit_test(test_rekey_at_any_time_by_us),
        cmocka_unit_test(test_rekey_at_any_time_by_both_at_once),
        cmocka_unit_test(test_rekey_at_any_time_in_a_lax_session),
        cmocka_unit_test(test_rekey_at_any_time_of_the_sign_on),
        cmocka_unit_test(test_forced_by_bytes_under_load),
        cmocka_unit_test(test_forced_by_bytes_of_one_direction),
        cmocka_unit_test(test_forced_by_both_sides_under_load),
        cmocka_unit_test(test_forced_by_packets),
        cmocka_unit_test(test_forced_by_every_packet),
        cmocka_unit_test(test_ignored_messages_count),
    };

    return RUN_GROUP(tests);
}
