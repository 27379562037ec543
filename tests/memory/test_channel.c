/* The channel besides its end: refusals that leave the connection alive, one command after another,
 * keep-alive requests, and data that the server may not send. */
#include "memory/checks.h"

/* A connection that is logged on and runs nothing yet. */
static struct session *idle(struct session_config *config)
{
    struct session *session;

    config->command = NULL;
    session = checked_session(config);
    session_run(session);
    check_healthy(session);
    assert_true(sx_engine_is_logged_on(session->engine));
    return session;
}

/* A connection whose command runs and says nothing. */
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

static void execute(struct session *session, const char *command)
{
    assert_int_equal(sx_engine_execute(session->engine, sx_slice_text(command)), SX_OK);
    session_run(session);
    check_healthy(session);
    assert_true(sx_slice_is_text(sx_buffer_unread(&session->peer->command), command));
}

static void test_many_commands_on_one_connection(void **state)
{
    struct session_config config = session_config_default();
    struct session *session = idle(&config);

    (void)state;
    for (unsigned i = 1; i <= 20; i++) {
        session->peer->config.command.status = i;
        session->peer->config.command.stdout_bytes = i * 10;
        session->stdout_got = 0;
        execute(session, i % 2 == 0 ? "even" : "odd");
        assert_int_equal(session->counts[SX_EVENT_CHANNEL_CLOSED], i);
        assert_int_equal(session->exit.status, i);
        assert_int_equal(session->stdout_got, i * 10);
        assert_int_equal(session->peer->channel.remote_id, i - 1); /* a number of its own */
    }
    session_free(session);
}

static void test_one_command_at_a_time(void **state)
{
    struct session_config config = session_config_default();
    struct session *session = running(&config);

    (void)state;
    assert_int_equal(sx_engine_execute(session->engine, sx_slice_text("x")), SX_ERR_BUSY);
    check_text(session_fault_text(session));
    session_run(session);
    check_healthy(session);
    session_free(session);
}

static void test_a_refused_channel_leaves_the_connection(void **state)
{
    struct session_config config = session_config_default();
    struct session *session = idle(&config);

    (void)state;
    session->peer->config.open_failure = SX_OPEN_RESOURCE_SHORTAGE;
    assert_int_equal(sx_engine_execute(session->engine, sx_slice_text("x")), SX_OK);
    session_run(session);
    check_healthy(session);
    assert_string_equal(session->trace, "VNHKLC");
    assert_int_equal(session->closed.err, SX_ERR_PEER_CHANNEL_OPEN);
    assert_int_equal(session->closed.reason, SX_OPEN_RESOURCE_SHORTAGE);
    assert_string_equal(session->text, "no more \033[31msessions\n"); /* the user's to escape */
    session->peer->config.open_failure = 0;
    execute(session, "again");
    assert_int_equal(session->counts[SX_EVENT_EXIT], 1);
    session_free(session);
}

static void test_a_refused_command_leaves_the_connection(void **state)
{
    struct session_config config = session_config_default();
    struct session *session = idle(&config);

    (void)state;
    session->peer->config.command.is_refused = true;
    execute(session, "x");
    assert_string_equal(session->trace, "VNHKLC");
    assert_int_equal(session->closed.err, SX_ERR_PEER_REQUEST_REFUSED);
    session->peer->config.command.is_refused = false;
    execute(session, "again");
    assert_int_equal(session->closed.err, SX_OK);
    assert_int_equal(session->counts[SX_EVENT_EXIT], 1);
    session_free(session);
}

static void test_a_refusal_can_not_be_taken_back(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    config.peer.command.is_refused = true;
    session = checked_session(&config);
    peer_tamper(session->peer, TAMPER_DROP, PEER_ANY, SX_MSG_CHANNEL_CLOSE);
    session_run(session);
    check_healthy(session);
    peer_inject(session->peer, BYTES("\143\0\0\0\0"));
    session_run(session);
    check_ended(session, SX_ERR_PEER_CHANNEL_MESSAGE);
    assert_int_equal(session->counts[SX_EVENT_STARTED], 0);
    session_free(session);
}

static void test_a_command_of_any_length(void **state)
{
    static char command[200 * 1024 + 2];
    struct session_config config = session_config_default();
    struct session *session = idle(&config);

    (void)state;
    execute(session, "");
    memset(command, 'a', 200 * 1024 + 1);
    assert_int_equal(sx_engine_execute(session->engine, sx_slice_text(command)), SX_ERR_ARGUMENT);
    check_text(session_fault_text(session));
    command[200 * 1024] = '\0';
    execute(session, command);
    session_free(session);
}

/* What a call was refused for is not why the connection ends later. */
static void test_a_refused_call_leaves_no_mark(void **state)
{
    static char command[200 * 1024 + 2];
    struct session_config config = session_config_default();
    struct session *session = idle(&config);

    (void)state;
    memset(command, 'a', sizeof command - 1);
    assert_int_equal(sx_engine_execute(session->engine, sx_slice_text(command)), SX_ERR_ARGUMENT);
    assert_int_equal(sx_engine_fault(session->engine)->err, SX_ERR_ARGUMENT);
    peer_inject(session->peer, BYTES("\1\0\0\0\13\0\0\0\4over\0\0\0\0"));
    session_run(session);
    check_ended(session, SX_ERR_PEER_DISCONNECT);
    assert_non_null(strstr(session_fault_text(session), "over"));
    session_free(session);
}

/* --- Requests of the server ------------------------------------------------------------------- */

static void check_request(struct sx_slice request, uint8_t answer, unsigned count)
{
    struct session_config config = session_config_default();
    struct session *session = running(&config);
    uint64_t progress = sx_engine_progress(session->engine);
    unsigned before = session->peer->received_count;

    peer_inject(session->peer, request);
    session_run(session);
    check_healthy(session);
    assert_int_equal(peer_count(session->peer, answer), count);
    assert_int_equal(session->peer->received_count, before + count);
    assert_true(sx_engine_progress(session->engine) == progress); /* no sign of the command */
    session_free(session);
}

static void test_keep_alive_requests_are_answered(void **state)
{
    (void)state;
    check_request(BYTES("\120\0\0\0\25keepalive@openssh.com\1"), SX_MSG_REQUEST_FAILURE, 1);
    check_request(BYTES("\120\0\0\0\25keepalive@openssh.com\0"), SX_MSG_REQUEST_FAILURE, 0);
    check_request(BYTES("\120\0\0\0\27hostkeys-00@openssh.com\0\0\0\0\1x"), SX_MSG_REQUEST_FAILURE,
                  0);
    check_request(BYTES("\142\0\0\0\0\0\0\0\25keepalive@openssh.com\1"), SX_MSG_CHANNEL_FAILURE, 1);
    check_request(BYTES("\142\0\0\0\0\0\0\0\25keepalive@openssh.com\0"), SX_MSG_CHANNEL_FAILURE, 0);
    check_request(BYTES("\142\0\0\0\0\0\0\0\17eow@openssh.com\0"), SX_MSG_CHANNEL_FAILURE, 0);
}

static void test_channels_of_the_server_are_refused(void **state)
{
    (void)state;
    check_request(BYTES("\132\0\0\0\3x11\0\0\0\11\0\0\1\0\0\0\1\0"), SX_MSG_CHANNEL_OPEN_FAILURE,
                  1);
    check_request(BYTES("\132\0\0\0\7session\0\0\0\11\0\0\1\0\0\0\1\0"),
                  SX_MSG_CHANNEL_OPEN_FAILURE, 1);
}

/* --- Data that the server may not send -------------------------------------------------------- */

/* Two messages of these sizes into a window of 2000 and packets of 1500 bytes. */
static void check_data(uint32_t type, size_t first, size_t second, enum sx_err expected)
{
    static const uint8_t zeros[2000];
    struct session_config config = session_config_default();
    struct session *session;

    config.window = 2000;
    config.max_packet = 1500;
    config.holds_output = true;
    session = running(&config);
    peer_send_data(session->peer, type, sx_slice_of(zeros, first));
    peer_send_data(session->peer, type, sx_slice_of(zeros, second));
    session_run(session);
    session->problem[0] = '\0'; /* zeros are not the pattern */
    if (expected == SX_OK)
        check_healthy(session);
    else
        check_ended(session, expected);
    session_free(session);
}

static void test_data_beyond_window_or_packet(void **state)
{
    (void)state;
    for (uint32_t type = 0; type < 3; type++) {
        check_data(type, 1500, 500, SX_OK);
        check_data(type, 1501, 0, SX_ERR_PEER_CHANNEL_DATA);
        check_data(type, 1500, 501, type < 2 ? SX_ERR_PEER_CHANNEL_DATA : SX_OK);
    }
}

/* Streams of other types have no meaning here; they are dropped, and their window comes back. */
static void test_streams_of_unknown_type_are_dropped(void **state)
{
    static const uint8_t zeros[1000];
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    config.window = 2000;
    session = running(&config);
    for (int i = 0; i < 10; i++)
        peer_send_data(session->peer, i % 2 == 0 ? 2 : 77, sx_slice_of(zeros, i < 1 ? 1 : 180));
    session_run(session);
    check_healthy(session);
    assert_int_equal(session->counts[SX_EVENT_STDOUT] + session->counts[SX_EVENT_STDERR], 0);
    assert_int_equal(peer_count(session->peer, SX_MSG_CHANNEL_WINDOW_ADJUST), 1);
    session_free(session);
}

static void test_extended_data_of_type_zero_is_not_stdout(void **state)
{
    struct session_config config = session_config_default();
    struct session *session = running(&config);

    (void)state;
    peer_inject(session->peer, BYTES("\137\0\0\0\0\0\0\0\0\0\0\0\1x"));
    session_run(session);
    check_healthy(session);
    assert_int_equal(session->counts[SX_EVENT_STDOUT], 0);
    session_free(session);
}

static void test_empty_data_is_no_activity(void **state)
{
    struct session_config config = session_config_default();
    struct session *session = running(&config);
    uint64_t progress = sx_engine_progress(session->engine);

    (void)state;
    peer_inject(session->peer, BYTES("\136\0\0\0\0\0\0\0\0"));
    peer_inject(session->peer, BYTES("\2\0\0\0\0"));
    session_run(session);
    check_healthy(session);
    assert_int_equal(session->counts[SX_EVENT_STDOUT], 0);
    assert_true(sx_engine_progress(session->engine) == progress);
    peer_inject(session->peer, BYTES("\140\0\0\0\0"));
    session_run(session);
    assert_true(sx_engine_progress(session->engine) == progress + 1);
    peer_inject(session->peer, BYTES("\140\0\0\0\0"));
    session_run(session);
    assert_true(sx_engine_progress(session->engine) == progress + 1);
    check_healthy(session);
    session_free(session);
}

static void test_another_channels_number(void **state)
{
    (void)state;
    for (uint8_t number = 91; number <= 100; number++) {
        struct session_config config = session_config_default();
        struct session *session = running(&config);
        uint8_t message[64] = { number, 0, 0, 0, 1, 0, 0, 0, 1, 'x' };
        size_t n = 5;

        if (number == 91)
            n = 17;
        if (number == 92)
            n = 17, memset(message + 5, 0, 12);
        if (number == 93)
            n = 9;
        if (number == 94)
            n = 10;
        if (number == 95)
            n = 13, memset(message + 5, 0, 8);
        if (number == 98)
            n = 11;
        peer_inject(session->peer, sx_slice_of(message, n));
        session_run(session);
        check_ended(session, SX_ERR_PEER_CHANNEL_ID);
        session_free(session);
    }
}

static void test_a_window_of_more_than_four_gigabytes(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    config.peer.window = 0xfffffff0;
    session = running(&config);
    peer_inject(session->peer, BYTES("\135\0\0\0\0\0\0\0\17"));
    session_run(session);
    check_healthy(session);
    peer_inject(session->peer, BYTES("\135\0\0\0\0\0\0\0\1"));
    session_run(session);
    check_ended(session, SX_ERR_PEER_CHANNEL_MESSAGE);
    session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_commands_on_one_connection),
        cmocka_unit_test(test_one_command_at_a_time),
        cmocka_unit_test(test_a_refused_channel_leaves_the_connection),
        cmocka_unit_test(test_a_refused_command_leaves_the_connection),
        cmocka_unit_test(test_a_refusal_can_not_be_taken_back),
        cmocka_unit_test(test_a_command_of_any_length),
        cmocka_unit_test(test_a_refused_call_leaves_no_mark),
        cmocka_unit_test(test_keep_alive_requests_are_answered),
        cmocka_unit_test(test_channels_of_the_server_are_refused),
        cmocka_unit_test(test_data_beyond_window_or_packet),
        cmocka_unit_test(test_streams_of_unknown_type_are_dropped),
        cmocka_unit_test(test_extended_data_of_type_zero_is_not_stdout),
        cmocka_unit_test(test_empty_data_is_no_activity),
        cmocka_unit_test(test_another_channels_number),
        cmocka_unit_test(test_a_window_of_more_than_four_gigabytes),
    };

    return RUN_GROUP(tests);
}
