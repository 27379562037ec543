/* Authentication that the caller's own code does, packet by packet. */
#include "memory/checks.h"

#define USER "\0\0\0\7someone\0\0\0\16ssh-connection"
#define NONE "\62" USER "\0\0\0\4none"
#define PASSWORD "\62" USER "\0\0\0\10password\0\0\0\0\15correct horse"
#define WRONG "\62" USER "\0\0\0\10password\0\0\0\0\5wrong"
#define INTERACTIVE "\62" USER "\0\0\0\24keyboard-interactive\0\0\0\0\0\0\0\0"

static const struct peer_round code_round[] = {
    { "", "", 1, { "Code: " }, { "123456" } },
};

static struct session_config custom_config(void)
{
    struct session_config config = session_config_default();

    config.mode = SX_AUTH_CUSTOM;
    config.peer.password = "correct horse";
    config.peer.rounds = code_round;
    config.peer.round_count = 1;
    config.peer.takes_none = false;
    config.peer.methods = "password,keyboard-interactive";
    return config;
}

static struct session *run(const struct session_config *config)
{
    struct session *session = checked_session(config);

    session_run(session);
    return session;
}

/* At first with SERVICE_ACCEPT, then with FAILURE. */
static void test_none_then_password(void **state)
{
    struct session_config config = custom_config();
    struct session *session;

    (void)state;
    config.packets[0] = BYTES(NONE);
    config.packets[1] = BYTES(PASSWORD);
    session = run(&config);
    check_finished(session);
    assert_string_equal(session->trace, "VNHKATALSXC");
    assert_string_equal(session->asked, "//6///51/");
    assert_false(session->auth.is_unproven);
    session_free(session);
}

static void test_a_method_of_several_messages(void **state)
{
    struct session_config config = custom_config();
    struct session *session;

    (void)state;
    config.packets[0] = BYTES(INTERACTIVE);
    config.packets[1] = BYTES("\75\0\0\0\1\0\0\0\006123456");
    session = run(&config);
    check_finished(session);
    assert_string_equal(session->asked, "//6///60/");
    session_free(session);
}

static void test_several_factors(void **state)
{
    struct session_config config = custom_config();
    struct session *session;

    (void)state;
    config.peer.factors = "password,keyboard-interactive";
    config.packets[0] = BYTES(PASSWORD);
    config.packets[1] = BYTES(INTERACTIVE);
    config.packets[2] = BYTES("\75\0\0\0\1\0\0\0\006123456");
    session = run(&config);
    check_finished(session);
    assert_string_equal(session->asked, "//6///51///60/");
    session_free(session);
}

static void test_a_banner_is_no_question(void **state)
{
    struct session_config config = custom_config();
    struct session *session;

    (void)state;
    config.peer.banner = "Welcome";
    config.packets[0] = BYTES(PASSWORD);
    session = run(&config);
    check_finished(session);
    assert_string_equal(session->asked, "//6/");
    session_free(session);
}

static void test_no_packet_gives_up(void **state)
{
    struct session_config config = custom_config();
    struct session *session;

    (void)state;
    config.packets[0] = BYTES(NONE);
    config.packets[1] = BYTES(WRONG);
    session = run(&config);
    check_ended(session, SX_ERR_AUTH_FAILED);
    assert_non_null(strstr(session_fault_text(session), "none, password"));
    assert_non_null(strstr(session_fault_text(session), "left: password,keyboard-interactive"));
    assert_null(strstr(session_fault_text(session), "wrong"));
    session_free(session);
}

static void check_refused(struct sx_slice packet)
{
    struct session_config config = custom_config();
    struct session *session;

    config.packets[0] = packet;
    session = run(&config);
    check_ended(session, SX_ERR_AUTH_PACKET);
    assert_null(strstr(session_fault_text(session), "horse"));
    assert_int_equal(session->peer->received[session->peer->received_count - 1], SX_MSG_DISCONNECT);
    assert_int_equal(peer_count(session->peer, SX_MSG_USERAUTH_REQUEST), 0);
    session_free(session);
}

/* What would leave the authentication must not leave. */
static void test_packets_that_may_not_be_sent(void **state)
{
    static uint8_t large[40000] = { SX_MSG_USERAUTH_INFO_RESPONSE };

    (void)state;
    for (unsigned number = 0; number < 256; number++) {
        const uint8_t packet[] = { (uint8_t)number, 0, 0, 0, 0 };

        if (number < SX_MSG_USERAUTH_FIRST || number > SX_MSG_USERAUTH_LAST)
            check_refused(sx_slice_of(packet, sizeof packet));
    }
    check_refused(BYTES("\62\0\0\0\1u\0\0\0\10ssh-nope\0\0\0\4none"));
    check_refused(BYTES("\62\0\0\0\1u"));
    check_refused(sx_slice_of(large, sizeof large));
}

static void test_a_server_that_asks_without_end(void **state)
{
    struct session_config config = custom_config();
    struct session *session;

    (void)state;
    config.leaves_questions = true;
    session = checked_session(&config);
    assert_true(session_run_until(session, 'H'));
    assert_int_equal(sx_engine_answer_host_key(session->engine, true), SX_OK);
    for (unsigned i = 0; i < SX_AUTH_ROUNDS_MAX && session->err == SX_OK; i++) {
        const struct sx_slice packet = BYTES(NONE);

        session_run(session);
        assert_int_equal(session->counts[SX_EVENT_ASK], i + 1);
        assert_int_equal(sx_engine_answer_ask(session->engine, &packet, 1), SX_OK);
    }
    session_run(session);
    check_ended(session, SX_ERR_PEER_UNEXPECTED);
    session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none_then_password),
        cmocka_unit_test(test_a_method_of_several_messages),
        cmocka_unit_test(test_several_factors),
        cmocka_unit_test(test_a_banner_is_no_question),
        cmocka_unit_test(test_no_packet_gives_up),
        cmocka_unit_test(test_packets_that_may_not_be_sent),
        cmocka_unit_test(test_a_server_that_asks_without_end),
    };

    return RUN_GROUP(tests);
}
