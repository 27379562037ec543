/* A server that answers UNIMPLEMENTED: what can't go on without the message ends at once and says
 * so, anything else goes on. */
#include "memory/checks.h"

/* A peer that doesn't know one message of the client's. */
struct ignorance {
    uint8_t number;
    unsigned times; /* how often it was told so */
};

static void tell(struct peer *peer, uint32_t sequence)
{
    uint8_t storage[16];
    struct sx_writer writer;
    struct sx_slice payload;

    sx_writer_init(&writer, storage, sizeof storage);
    sx_msg_unimplemented_encode(&writer, sequence);
    assert_int_equal(sx_writer_finish(&writer, &payload), SX_OK);
    peer_inject(peer, payload);
}

static bool on_message(void *ctx, struct peer *peer, struct sx_slice payload)
{
    struct ignorance *ignorance = ctx;

    if (payload.ptr[0] != ignorance->number)
        return false;
    ignorance->times++;
    tell(peer, peer->reader.sequence - 1);
    return true;
}

/* A session whose command runs and says nothing. */
static struct session *running(struct session_config *config)
{
    struct session *session;

    config->peer.command.is_endless = true;
    session = checked_session(config);
    session_run(session);
    check_healthy(session);
    return session;
}

static void ignore(struct session *session, struct ignorance *ignorance)
{
    session->peer->on_message = on_message;
    session->peer->ctx = ignorance;
}

/* The two messages that a command can't start without. */
static const uint8_t needed[] = { SX_MSG_CHANNEL_OPEN, SX_MSG_CHANNEL_REQUEST };

static void test_command_that_can_not_start_ends_at_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof needed; i++) {
        for (int is_strict = 0; is_strict < 2; is_strict++) {
            struct session_config config = session_config_default();
            struct ignorance ignorance = { .number = needed[i] };
            struct session *session;

            config.peer.is_strict = is_strict == 1;
            session = checked_session(&config);
            ignore(session, &ignorance);
            session_run(session);
            assert_int_equal(ignorance.times, 1);
            check_ended(session, SX_ERR_PEER_UNIMPLEMENTED);
            assert_int_equal(session->counts[SX_EVENT_STARTED], 0);
            assert_non_null(strstr(session_fault_text(session), "command"));
            session_free(session);
        }
    }
}

/* What waits for new keys gets its sequence number when it goes. */
static void test_command_that_waited_for_keys_is_found_too(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof needed; i++) {
        struct session_config config = session_config_default();
        struct ignorance ignorance = { .number = needed[i] };
        struct session *session;

        config.command = NULL;
        session = checked_session(&config);
        session_run(session);
        check_healthy(session);
        ignore(session, &ignorance);
        assert_int_equal(sx_engine_rekey(session->engine), SX_OK);
        assert_int_equal(sx_engine_execute(session->engine, sx_slice_text("x")), SX_OK);
        session_run(session);
        assert_int_equal(session->peer->exchanges, 2);
        check_ended(session, SX_ERR_PEER_UNIMPLEMENTED);
        session_free(session);
    }
}

static void test_signal_that_is_not_known_does_no_harm(void **state)
{
    struct session_config config = session_config_default();
    struct session *session = running(&config);
    struct ignorance ignorance = { .number = SX_MSG_CHANNEL_REQUEST };

    (void)state;
    ignore(session, &ignorance);
    assert_int_equal(sx_engine_signal(session->engine, sx_slice_text("HUP")), SX_OK);
    session_run(session);
    check_healthy(session);
    assert_int_equal(ignorance.times, 1);
    assert_int_equal(sx_engine_channel_state(session->engine), SX_CHANNEL_RUNNING);
    session_free(session);
}

/* An answer to something older, such as a keep-alive, crosses our KEXINIT, or comes in the midst
 * of the exchange: it is that answer, and the exchange goes on. */
static void test_older_answer_during_our_exchange(void **state)
{
    (void)state;
    for (int stall = 0; stall < 2; stall++) {
        struct session_config config = session_config_default();
        struct session *session = running(&config);
        uint32_t last = session->peer->reader.sequence - 1;

        if (stall == 1)
            peer_rekey(session->peer);
        else
            assert_int_equal(sx_engine_rekey(session->engine), SX_OK);
        tell(session->peer, last);
        session_run(session);
        check_healthy(session);
        assert_int_equal(session->peer->exchanges, 2);
        session_free(session);
    }
}

/* The exchange's own messages it can't do without. */
static void test_exchange_that_is_not_known_ends_the_connection(void **state)
{
    static const uint8_t numbers[] = { SX_MSG_KEXINIT, SX_MSG_KEXDH_INIT };

    (void)state;
    for (size_t i = 0; i < sizeof numbers; i++) {
        struct session_config config = session_config_default();
        struct session *session = running(&config);
        struct ignorance ignorance = { .number = numbers[i] };

        ignore(session, &ignorance);
        assert_int_equal(sx_engine_rekey(session->engine), SX_OK);
        session_run(session);
        assert_int_equal(ignorance.times, 1);
        check_ended(session, SX_ERR_PEER_UNIMPLEMENTED);
        session_free(session);
    }
}

/* Under strict key exchange numbers start anew with the keys: an old one says nothing of a new
 * packet. */
static void test_number_of_old_keys_is_not_taken_for_a_new_one(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;
    uint32_t open;

    (void)state;
    config.command = NULL;
    session = checked_session(&config);
    session_run(session);
    check_healthy(session);
    peer_tamper(session->peer, TAMPER_STALL, PEER_ANY, SX_MSG_CHANNEL_OPEN_CONFIRMATION);
    assert_int_equal(sx_engine_execute(session->engine, sx_slice_text("x")), SX_OK);
    session_run(session);
    open = session->peer->reader.sequence - 1;
    session->peer->is_stalled = false;
    memset(session->peer->tampers, 0, sizeof session->peer->tampers);
    peer_rekey(session->peer);
    session_run(session);
    check_healthy(session);
    assert_int_equal(session->peer->exchanges, 2);
    tell(session->peer, open);
    session_run(session);
    check_healthy(session);
    session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_command_that_can_not_start_ends_at_once),
        cmocka_unit_test(test_command_that_waited_for_keys_is_found_too),
        cmocka_unit_test(test_signal_that_is_not_known_does_no_harm),
        cmocka_unit_test(test_older_answer_during_our_exchange),
        cmocka_unit_test(test_exchange_that_is_not_known_ends_the_connection),
        cmocka_unit_test(test_number_of_old_keys_is_not_taken_for_a_new_one),
    };

    return RUN_GROUP(tests);
}
