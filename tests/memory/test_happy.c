/* Whole sessions that go well: every algorithm of the default policy under the default provider,
 * every manner of cutting the streams, and peers that leave out what they may. */
#include "memory/matrix_checks.h"

static void test_every_algorithm_of_the_default_policy(void **state)
{
    struct session_config config = session_config_default();

    (void)state;
    check_matrix(&config, 85);
}

static void test_each_direction_has_its_own_algorithms(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    config.wishes.lists[SX_ALG_CIPHER] = NULL;
    config.wishes.lists[SX_ALG_MAC] = NULL;
    config.peer.lists[SX_LIST_CIPHER_C2S] = "aes256-ctr";
    config.peer.lists[SX_LIST_MAC_C2S] = "hmac-sha2-512";
    config.peer.lists[SX_LIST_CIPHER_S2C] = "aes128-gcm@openssh.com";
    config.peer.lists[SX_LIST_MAC_S2C] = "hmac-nobody-has";
    session = checked_session(&config);
    session_run(session);
    check_finished(session);
    assert_string_equal(session->negotiated.cipher_c2s, "aes256-ctr");
    assert_string_equal(session->negotiated.mac_c2s, "hmac-sha2-512");
    assert_string_equal(session->negotiated.cipher_s2c, "aes128-gcm@openssh.com");
    assert_null(session->negotiated.mac_s2c);
    session_free(session);
}

/* The order of what is told, once and for all. */
static void test_events_come_in_their_order(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    config.peer.banner = "be careful";
    config.peer.command.stdout_bytes = 10;
    session = checked_session(&config);
    session_run(session);
    check_finished(session);
    assert_string_equal(session->trace, "VNHKBLSoXC");
    assert_true(sx_slice_is_text(sx_buffer_unread(&session->peer->command), "true"));
    session_free(session);
}

static void run_in_pieces(size_t in, size_t out)
{
    struct session_config config = session_config_default();
    struct session *session;

    config.piece_in = in;
    config.piece_out = out;
    config.stdin_bytes = 5000;
    config.sends_eof = true;
    config.peer.command.stdout_bytes = 5000;
    config.peer.command.stderr_bytes = 300;
    config.peer.command.awaits_eof = true;
    session = checked_session(&config);
    session_run(session);
    check_finished(session);
    session_free(session);
}

static void test_one_byte_at_a_time_completes(void **state)
{
    (void)state;
    run_in_pieces(1, 1);
    run_in_pieces(1, 0);
    run_in_pieces(0, 1);
}

static void test_pieces_of_any_size_complete(void **state)
{
    (void)state;
    for (size_t n = 2; n < 40; n++)
        run_in_pieces(n, 41 - n);
    run_in_pieces(1000, 333);
}

/* Every block mode cuts its packets differently: one byte at a time through each. */
static void test_one_byte_at_a_time_through_every_seal(void **state)
{
    static const char *const seals[][2] = {
        { "aes128-ctr", "hmac-sha2-256" },
        { "aes256-ctr", "hmac-sha2-512-etm@openssh.com" },
        { "aes256-gcm@openssh.com", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof seals / sizeof seals[0]; i++) {
        struct session_config config = session_config_default();
        struct session *session;

        session_offer(&config, "ecdh-sha2-nistp256", "ecdsa-sha2-nistp256", seals[i][0],
                      seals[i][1]);
        config.piece_in = 1;
        config.piece_out = 1;
        config.peer.command.stdout_bytes = 2000;
        session = checked_session(&config);
        session_run(session);
        check_finished(session);
        session_free(session);
    }
}

static void test_a_server_without_strict_kex_and_ext_info_will_do(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    config.peer.is_strict = false;
    session = checked_session(&config);
    session_run(session);
    check_finished(session);
    assert_false(session->negotiated.is_strict);
    assert_false(sx_engine_transport(session->engine)->has_server_sig_algs);
    session_free(session);
}

static void test_ext_info_is_taken(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    config.peer.server_sig_algs = "ssh-ed25519,rsa-sha2-256";
    session = checked_session(&config);
    session_run(session);
    check_finished(session);
    assert_string_equal(sx_engine_transport(session->engine)->server_sig_algs,
                        "ssh-ed25519,rsa-sha2-256");
    session_free(session);
}

/* IGNORE, DEBUG and a number that nobody assigned, before each message of a lax server. */
static void test_noise_between_all_messages(void **state)
{
    static const struct sx_slice noises[] = {
        { (const uint8_t *)"\2\0\0\0\3abc", 8 },
        { (const uint8_t *)"\4\1\0\0\0\3\033[m\0\0\0\0", 13 },
        { (const uint8_t *)"\300\0", 2 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof noises / sizeof noises[0]; i++) {
        struct session_config config = session_config_default();
        struct peer_tamper *tamper;
        struct session *session;

        config.peer.is_strict = false;
        config.peer.command.stdout_bytes = 3000;
        config.peer.command.piece = 100;
        config.wishes.rekey_bytes = 2000;
        session = checked_session(&config);
        tamper = peer_tamper(session->peer, TAMPER_INSERT, PEER_ANY, PEER_ANY);
        tamper->bytes = noises[i];
        tamper->is_repeated = true;
        session_run(session);
        check_finished(session);
        assert_true(session->peer->exchanges > 1);
        assert_int_equal(peer_count(session->peer, SX_MSG_UNIMPLEMENTED),
                         i == 2 ? session->peer->sent_count : 0);
        session_free(session);
    }
}

static void test_a_logged_on_engine_says_good_bye(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    session = checked_session(&config);
    session_run(session);
    check_finished(session);
    sx_engine_disconnect(session->engine, "bye");
    session_run(session);
    assert_int_equal(session->peer->disconnect_reason, SX_DISCONNECT_BY_APPLICATION);
    assert_int_equal(session->peer->err, SX_OK);
    assert_int_equal(session->err, SX_ERR_NOT_CONNECTED);
    assert_false(sx_engine_is_logged_on(session->engine));
    session_free(session);
}

static void test_a_rejected_host_key_ends_the_connection(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    config.rejects_host_key = true;
    session = checked_session(&config);
    session_run(session);
    check_ended(session, SX_ERR_HOST_KEY_REJECTED);
    assert_string_equal(session->trace, "VNH");
    assert_int_equal(session->peer->disconnect_reason, SX_DISCONNECT_HOST_KEY_NOT_VERIFIABLE);
    assert_int_equal(peer_count(session->peer, SX_MSG_NEWKEYS), 0);
    session_free(session);
}

/* Nothing is read, sent or told while a question is open; the answer goes on from there. */
static void test_an_open_question_stops_everything(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;
    uint8_t *room;

    (void)state;
    config.leaves_questions = true;
    session = checked_session(&config);
    session_run(session);
    check_healthy(session);
    assert_string_equal(session->trace, "VNH");
    assert_true(sx_engine_is_waiting(session->engine));
    assert_int_equal(sx_engine_recv_space(session->engine, &room), 0);
    assert_int_equal(sx_engine_answer_sign(session->engine, SX_SLICE_NONE), SX_ERR_STATE);
    assert_int_equal(sx_engine_answer_host_key(session->engine, true), SX_OK);
    assert_int_equal(sx_engine_answer_host_key(session->engine, true), SX_ERR_STATE);
    session_run(session);
    check_finished(session);
    session_free(session);

    /* Who left needs no answer any more. */
    session = checked_session(&config);
    session_run(session);
    sx_engine_disconnect(session->engine, "never mind");
    sx_engine_disconnect(session->engine, "never mind");
    assert_int_equal(sx_engine_answer_host_key(session->engine, true), SX_ERR_NOT_CONNECTED);
    session_run(session);
    assert_int_equal(peer_count(session->peer, SX_MSG_DISCONNECT), 1);
    assert_int_equal(peer_count(session->peer, SX_MSG_NEWKEYS), 0);
    session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_algorithm_of_the_default_policy),
        cmocka_unit_test(test_each_direction_has_its_own_algorithms),
        cmocka_unit_test(test_events_come_in_their_order),
        cmocka_unit_test(test_one_byte_at_a_time_completes),
        cmocka_unit_test(test_pieces_of_any_size_complete),
        cmocka_unit_test(test_one_byte_at_a_time_through_every_seal),
        cmocka_unit_test(test_a_server_without_strict_kex_and_ext_info_will_do),
        cmocka_unit_test(test_ext_info_is_taken),
        cmocka_unit_test(test_noise_between_all_messages),
        cmocka_unit_test(test_a_logged_on_engine_says_good_bye),
        cmocka_unit_test(test_a_rejected_host_key_ends_the_connection),
        cmocka_unit_test(test_an_open_question_stops_everything),
    };

    return RUN_GROUP(tests);
}
