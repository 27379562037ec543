/* Key re-exchange in detail: what is held back and when it follows, the clock, another host key or
 * other algorithms than before, and a server that leaves the exchange unfinished. */
#include "memory/checks.h"

/* A session whose command runs and says nothing. */
static struct session *running(struct session_config *config)
{
    struct session *session;

    config->peer.command.is_endless = true;
    session = checked_session(config);
    session_run(session);
    check_healthy(session);
    assert_string_equal(session->trace, "VNHKLS");
    return session;
}

/* What the peer got from index on, in order. */
static void check_received(const struct session *session, unsigned index, const uint8_t *numbers,
                           unsigned count)
{
    assert_int_equal(session->peer->received_count, index + count);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(session->peer->received[index + i], numbers[i]);
}

static void test_what_waits_follows_newkeys_in_order(void **state)
{
    /* The last one answers the CLOSE of the command that the signals ended. */
    static const uint8_t expected[] = {
        SX_MSG_KEXINIT,         SX_MSG_KEXDH_INIT,  SX_MSG_NEWKEYS,       SX_MSG_CHANNEL_REQUEST,
        SX_MSG_CHANNEL_REQUEST, SX_MSG_CHANNEL_EOF, SX_MSG_CHANNEL_CLOSE,
    };
    struct session_config config = session_config_default();
    struct session *session = running(&config);
    unsigned before = session->peer->received_count;

    (void)state;
    assert_int_equal(sx_engine_rekey(session->engine), SX_OK);
    assert_true(sx_engine_is_exchanging(session->engine));
    assert_int_equal(sx_engine_signal(session->engine, sx_slice_text("HUP")), SX_OK);
    assert_int_equal(sx_engine_signal(session->engine, sx_slice_text("USR1")), SX_OK);
    assert_int_equal(sx_engine_send_eof(session->engine), SX_OK);
    session->stop_at = session->delivered; /* the server's answer is slow */
    session_run(session);
    check_received(session, before, expected, 1);
    session->stop_at = SIZE_MAX;
    session_run(session);
    check_healthy(session);
    check_received(session, before, expected, 7);
    assert_string_equal(session->peer->signal_name, "USR1");
    assert_false(sx_engine_is_exchanging(session->engine));
    session_free(session);
}

/* Data is not piled up meanwhile: the writer is told to wait, and when to go on. */
static void test_writing_waits_for_the_keys(void **state)
{
    struct session_config config = session_config_default();
    struct session *session = running(&config);
    uint8_t data[100];
    size_t taken = 7;

    (void)state;
    memset(data, 0, sizeof data);
    assert_int_equal(sx_engine_rekey(session->engine), SX_OK);
    assert_int_equal(sx_engine_write(session->engine, sx_slice_of(data, sizeof data), &taken),
                     SX_OK);
    assert_int_equal(taken, 0);
    assert_int_equal(session->counts[SX_EVENT_STDIN_READY], 0);
    session->config.stdin_bytes = 1000;
    session_run(session);
    check_healthy(session);
    assert_int_equal(session->counts[SX_EVENT_STDIN_READY], 1);
    assert_int_equal(session->peer->channel.stdin_bytes, 1000);
    session_free(session);
}

/* A second wish while one runs is the same wish. */
static void test_asking_twice_is_asking_once(void **state)
{
    struct session_config config = session_config_default();
    struct session *session = running(&config);

    (void)state;
    assert_int_equal(sx_engine_rekey(session->engine), SX_OK);
    assert_int_equal(sx_engine_rekey(session->engine), SX_OK);
    session_run(session);
    check_healthy(session);
    assert_int_equal(session->peer->exchanges, 2);
    assert_int_equal(session->negotiated.reason, SX_REKEY_REQUESTED);
    peer_rekey(session->peer);
    session_run(session);
    check_healthy(session);
    assert_int_equal(session->peer->exchanges, 3);
    assert_int_equal(session->negotiated.reason, SX_REKEY_BY_SERVER);
    session_free(session);
}

static void test_forced_by_time(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;
    uint64_t start;

    (void)state;
    config.wishes.rekey_seconds = 60;
    session = running(&config);
    start = session->now;
    for (unsigned round = 1; round <= 3; round++) {
        assert_true(sx_engine_deadline(session->engine) == start + round * 60000);
        session_advance(session, 59999);
        session_run(session);
        assert_int_equal(session->peer->exchanges, round);
        session_advance(session, 1);
        assert_true(sx_engine_is_exchanging(session->engine));
        session_run(session);
        check_healthy(session);
        assert_int_equal(session->peer->exchanges, round + 1);
        assert_int_equal(session->negotiated.reason, SX_REKEY_TIME);
    }
    session_free(session);
}

/* An exchange by any cause starts the clock anew. */
static void test_the_clock_starts_with_the_keys(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    config.wishes.rekey_seconds = 60;
    session = running(&config);
    session_advance(session, 50000);
    peer_rekey(session->peer);
    session_run(session);
    check_healthy(session);
    assert_true(sx_engine_deadline(session->engine) == session->now + 60000);
    session_free(session);
}

/* A sign-on that takes longer than keys may live: no deadline spins, and the exchange comes then. */
static void test_time_that_passed_during_the_sign_on(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    config.wishes.rekey_seconds = 60;
    config.peer.command.is_endless = true;
    session = checked_session(&config);
    (void)session_run_until(session, 'K');
    assert_int_equal(session->counts[SX_EVENT_LOGGED_ON], 0);
    session_advance(session, 100 * 1000);
    assert_true(sx_engine_deadline(session->engine) == UINT64_MAX);
    assert_false(sx_engine_is_exchanging(session->engine));
    session_run(session);
    session_advance(session, 0);
    session_run(session);
    check_healthy(session);
    assert_int_equal(session->counts[SX_EVENT_STARTED], 1);
    assert_int_equal(session->peer->exchanges, 2);
    assert_int_equal(session->negotiated.reason, SX_REKEY_TIME);
    session_free(session);
}

/* The key that was accepted needs no second answer; another one does. */
static void test_another_host_key_is_asked_about(void **state)
{
    (void)state;
    for (int is_rejected = 0; is_rejected < 2; is_rejected++) {
        struct session_config config = session_config_default();
        struct session *session;

        config.peer.host_keys[1] = fixture_key(config.provider, SX_KEY_ED25519, 1);
        session = running(&config);
        session->peer->config.host_keys[0] = config.peer.host_keys[1];
        session->config.rejects_host_key = is_rejected == 1;
        peer_rekey(session->peer);
        session_run(session);
        assert_int_equal(session->counts[SX_EVENT_HOST_KEY], 2);
        assert_true(session->host_key.is_rekey);
        if (is_rejected == 1) {
            check_ended(session, SX_ERR_HOST_KEY_REJECTED);
        } else {
            check_healthy(session);
            peer_rekey(session->peer); /* from here on it is the known one */
            session_run(session);
            check_healthy(session);
            assert_int_equal(session->peer->exchanges, 3);
            assert_int_equal(session->counts[SX_EVENT_HOST_KEY], 2);
        }
        session_free(session);
    }
}

static void test_other_algorithms_than_before(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    memset(config.wishes.lists, 0, sizeof config.wishes.lists);
    config.peer.lists[SX_LIST_CIPHER_S2C] = "aes128-gcm@openssh.com";
    session = running(&config);
    session->peer->config.lists[SX_LIST_KEX] = "diffie-hellman-group14-sha256";
    session->peer->config.lists[SX_LIST_CIPHER_S2C] = "aes192-ctr";
    session->peer->config.lists[SX_LIST_MAC_S2C] = "hmac-sha2-512";
    peer_rekey(session->peer);
    session_run(session);
    check_healthy(session);
    assert_string_equal(session->negotiated.kex, "diffie-hellman-group14-sha256");
    assert_string_equal(session->negotiated.cipher_s2c, "aes192-ctr");
    assert_string_equal(session->negotiated.mac_s2c, "hmac-sha2-512");
    session->peer->channel.ending = "sec";
    session_run(session);
    check_finished(session);
    session_free(session);
}

/* The session's identity stays that of the first exchange. */
static void test_the_session_id_stays(void **state)
{
    struct session_config config = session_config_default();
    struct session *session = running(&config);
    uint8_t before[SX_DIGEST_MAX];
    const struct sx_transport *transport = sx_engine_transport(session->engine);

    (void)state;
    memcpy(before, transport->session_id, sizeof before);
    peer_rekey(session->peer);
    session_run(session);
    check_healthy(session);
    assert_memory_equal(before, transport->session_id, sizeof before);
    assert_memory_equal(before, session->peer->session_id, transport->session_id_len);
    session_free(session);
}

/* Lies in a later exchange are found out as in the first one. */
static void test_a_bad_signature_in_a_later_exchange(void **state)
{
    struct session_config config = session_config_default();
    struct session *session = running(&config);
    struct peer_tamper *tamper =
        peer_tamper(session->peer, TAMPER_FLIP_PLAIN, PEER_ANY, SX_MSG_KEXDH_REPLY);

    (void)state;
    tamper->offset = -1;
    tamper->mask = 1;
    peer_rekey(session->peer);
    session_run(session);
    check_ended(session, SX_ERR_PEER_SIGNATURE);
    session_free(session);
}

/* Output that was on its way when we asked still arrives, and is acknowledged after the keys. */
static void test_output_during_our_exchange(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    config.window = 8192;
    session = running(&config);
    session->peer->config.command.stdout_bytes = 20000;
    assert_int_equal(sx_engine_rekey(session->engine), SX_OK);
    peer_work(session->peer); /* a window full of data, before it sees our KEXINIT */
    session_run(session);
    check_healthy(session);
    assert_int_equal(session->stdout_got, 20000);
    session_free(session);
}

/* A server that asks and asks while it owes us its KEXINIT doesn't fill our memory. */
static void test_answers_that_are_held_have_an_end(void **state)
{
    static const uint8_t keepalive[] = "\120\0\0\0\4ping\1";
    struct session_config config = session_config_default();
    struct session *session = running(&config);

    (void)state;
    peer_tamper(session->peer, TAMPER_STALL, PEER_ANY, SX_MSG_KEXINIT);
    assert_int_equal(sx_engine_rekey(session->engine), SX_OK);
    for (int i = 0; i < 400 * 1000 && session->err == SX_OK; i++) {
        peer_inject(session->peer, sx_slice_of(keepalive, sizeof keepalive - 1));
        if (i % 1000 == 0)
            session_run(session);
    }
    check_ended(session, SX_ERR_PEER_UNEXPECTED);
    assert_true(sx_buffer_len(&sx_engine_transport(session->engine)->held) <= SX_HELD_MAX);
    session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_waits_follows_newkeys_in_order),
        cmocka_unit_test(test_writing_waits_for_the_keys),
        cmocka_unit_test(test_asking_twice_is_asking_once),
        cmocka_unit_test(test_forced_by_time),
        cmocka_unit_test(test_the_clock_starts_with_the_keys),
        cmocka_unit_test(test_time_that_passed_during_the_sign_on),
        cmocka_unit_test(test_another_host_key_is_asked_about),
        cmocka_unit_test(test_other_algorithms_than_before),
        cmocka_unit_test(test_the_session_id_stays),
        cmocka_unit_test(test_a_bad_signature_in_a_later_exchange),
        cmocka_unit_test(test_output_during_our_exchange),
        cmocka_unit_test(test_answers_that_are_held_have_an_end),
    };

    return RUN_GROUP(tests);
}
