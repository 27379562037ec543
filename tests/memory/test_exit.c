/* How a command ends: status, signal or neither; EOF, CLOSE and result in any order; and what can't
 * be said any more once it ended. */
#include "memory/checks.h"

static struct session_config ending_config(const char *ending)
{
    struct session_config config = session_config_default();

    config.peer.command.ending = ending;
    config.peer.command.stdout_bytes = 1000;
    config.peer.command.stderr_bytes = 500;
    return config;
}

static void test_a_status_in_any_order_with_eof_and_close(void **state)
{
    static const char *const endings[] = { "sec", "esc", "sc" };
    static const uint32_t statuses[] = { 0, 1, 7, 127, 128, 255, 256, 0x7fffffff, 0xffffffff };

    (void)state;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        for (size_t k = 0; k < sizeof statuses / sizeof statuses[0]; k++) {
            struct session_config config = ending_config(endings[i]);
            struct session *session;

            config.peer.command.status = statuses[k];
            session = checked_session(&config);
            session_run(session);
            check_finished(session);
            assert_int_equal(session->exit.kind, SX_EXIT_STATUS);
            assert_int_equal(session->exit.status, statuses[k]);
            assert_int_equal(session->trace[strlen(session->trace) - 2], 'X');
            assert_int_equal(session->trace[strlen(session->trace) - 1], 'C');
            session_free(session);
        }
}

static void test_a_signal_in_any_order_with_eof_and_close(void **state)
{
    static const char *const endings[] = { "gec", "egc", "gc" };

    (void)state;
    for (size_t i = 0; i < 2 * sizeof endings / sizeof endings[0]; i++) {
        struct session_config config = ending_config(endings[i / 2]);
        struct session *session;

        config.peer.command.signal =
            (struct sx_msg_exit_signal){ sx_slice_text(i % 2 == 0 ? "TERM" : "SEGV"), i % 2 == 1,
                                         sx_slice_text("it\033[2J died") };
        session = checked_session(&config);
        session_run(session);
        check_finished(session);
        assert_int_equal(session->exit.kind, SX_EXIT_SIGNAL);
        assert_string_equal(session->signal_name, i % 2 == 0 ? "TERM" : "SEGV");
        assert_int_equal(session->exit.is_core_dumped, i % 2 == 1);
        session_free(session);
    }
}

/* Nothing stands in for a result that did not come. */
static void test_no_result_is_told_as_none(void **state)
{
    static const char *const endings[] = { "ec", "c" };

    (void)state;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        struct session_config config = ending_config(endings[i]);
        struct session *session = checked_session(&config);

        session_run(session);
        check_healthy(session);
        assert_string_equal(session->trace, "VNHKLSoeC");
        assert_int_equal(session->counts[SX_EVENT_EXIT], 0);
        assert_int_equal(session->counts[SX_EVENT_CHANNEL_CLOSED], 1);
        assert_int_equal(session->closed.err, SX_OK);
        session_free(session);
    }
}

static void test_eof_and_status_without_close_leave_the_channel_open(void **state)
{
    struct session_config config = ending_config("se");
    struct session *session = checked_session(&config);

    (void)state;
    session_run(session);
    check_healthy(session);
    assert_int_equal(session->counts[SX_EVENT_EXIT], 1);
    assert_int_equal(session->counts[SX_EVENT_CHANNEL_CLOSED], 0);
    assert_int_equal(sx_engine_execute(session->engine, sx_slice_text("x")), SX_ERR_BUSY);
    assert_int_equal(sx_engine_close_channel(session->engine), SX_OK);
    session_run(session);
    check_finished(session);
    session_free(session);
}

/* --- What can't come after what --------------------------------------------------------------- */

static void check_after(const char *ending, struct sx_slice message, enum sx_err expected)
{
    struct session_config config = ending_config(ending);
    struct session *session = checked_session(&config);

    session_run(session);
    check_healthy(session);
    peer_inject(session->peer, message);
    session_run(session);
    check_ended(session, expected);
    session_free(session);
}

#define DATA BYTES("\136\0\0\0\0\0\0\0\1x")
#define STDERR BYTES("\137\0\0\0\0\0\0\0\1\0\0\0\1x")
#define STATUS BYTES("\142\0\0\0\0\0\0\0\13exit-status\0\0\0\0\0")
#define SIGNAL BYTES("\142\0\0\0\0\0\0\0\13exit-signal\0\0\0\0\4TERM\0\0\0\0\0\0\0\0\0")

static void test_data_after_eof_or_close(void **state)
{
    (void)state;
    check_after("e", DATA, SX_ERR_PEER_CHANNEL_DATA);
    check_after("e", STDERR, SX_ERR_PEER_CHANNEL_DATA);
    check_after("c", DATA, SX_ERR_PEER_CHANNEL_ID);
    check_after("sec", STDERR, SX_ERR_PEER_CHANNEL_ID);
}

static void test_a_second_result(void **state)
{
    (void)state;
    check_after("s", STATUS, SX_ERR_PEER_CHANNEL_MESSAGE);
    check_after("s", SIGNAL, SX_ERR_PEER_CHANNEL_MESSAGE);
    check_after("g", STATUS, SX_ERR_PEER_CHANNEL_MESSAGE);
    check_after("sec", STATUS, SX_ERR_PEER_CHANNEL_ID);
}

static void test_close_and_eof_after_close(void **state)
{
    (void)state;
    check_after("c", BYTES("\141\0\0\0\0"), SX_ERR_PEER_CHANNEL_ID);
    check_after("c", BYTES("\140\0\0\0\0"), SX_ERR_PEER_CHANNEL_ID);
    check_after("c", BYTES("\135\0\0\0\0\0\0\0\1"), SX_ERR_PEER_CHANNEL_ID);
}

static void test_results_that_are_malformed(void **state)
{
    (void)state;
    check_after("", BYTES("\142\0\0\0\0\0\0\0\13exit-status\0\0\0\0"), SX_ERR_PEER_DECODE);
    check_after("", BYTES("\142\0\0\0\0\0\0\0\13exit-status\0\0\0\0\0\0"), SX_ERR_PEER_DECODE);
    check_after("", BYTES("\142\0\0\0\0\0\0\0\13exit-signal\0\0\0\0\4TERM\0"), SX_ERR_PEER_DECODE);
}

/* --- Ends that we bring about ----------------------------------------------------------------- */

static void test_a_signal_ends_the_command(void **state)
{
    struct session_config config = ending_config("gec");
    struct session *session;

    (void)state;
    config.peer.command.is_endless = true;
    config.peer.command.signal.name = sx_slice_text("TERM");
    session = checked_session(&config);
    session_run(session);
    assert_int_equal(session->counts[SX_EVENT_CHANNEL_CLOSED], 0);
    assert_int_equal(sx_engine_signal(session->engine, sx_slice_text("TERM")), SX_OK);
    session_run(session);
    check_finished(session);
    assert_string_equal(session->peer->signal_name, "TERM");
    assert_string_equal(session->signal_name, "TERM");
    session_free(session);
}

/* Our CLOSE: what is still on its way is dropped. */
static void test_closing_drops_what_still_comes(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;
    uint64_t got;

    (void)state;
    config.window = 8192;
    config.peer.command.stdout_bytes = 1000 * 1000;
    session = checked_session(&config);
    (void)session_run_until(session, 'o');
    peer_work(session->peer);
    got = session->stdout_got;
    assert_int_equal(sx_engine_close_channel(session->engine), SX_OK);
    assert_int_equal(sx_engine_close_channel(session->engine), SX_OK);
    session_run(session);
    check_healthy(session);
    assert_true(session->stdout_got == got);
    assert_int_equal(session->counts[SX_EVENT_CHANNEL_CLOSED], 1);
    assert_int_equal(peer_count(session->peer, SX_MSG_CHANNEL_CLOSE), 1);
    session_free(session);
}

/* A channel that we closed, or whose output has ended, needs no larger window. */
static void test_consuming_after_the_end_of_output(void **state)
{
    (void)state;
    for (int is_closed = 0; is_closed < 2; is_closed++) {
        struct session_config config = session_config_default();
        struct session *session;
        unsigned before;

        config.window = 8192;
        config.holds_output = true;
        config.peer.command.stdout_bytes = is_closed == 1 ? 100 * 1000 : 8000;
        config.peer.command.ending = "se";
        session = checked_session(&config);
        session_run(session);
        check_healthy(session);
        assert_true(session->stdout_got >= 8000);
        if (is_closed == 1)
            assert_int_equal(sx_engine_close_channel(session->engine), SX_OK);
        before = session->peer->received_count;
        assert_int_equal(sx_engine_consumed(session->engine, 8000), SX_OK);
        session_run(session);
        check_healthy(session);
        assert_int_equal(peer_count(session->peer, SX_MSG_CHANNEL_WINDOW_ADJUST), 0);
        assert_int_equal(session->peer->received_count, before + (is_closed == 1 ? 1 : 0));
        session_free(session);
    }
}

static void test_closing_a_channel_that_still_opens(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    config.command = NULL;
    session = checked_session(&config);
    session_run(session);
    assert_int_equal(sx_engine_execute(session->engine, sx_slice_text("never")), SX_OK);
    assert_int_equal(sx_engine_close_channel(session->engine), SX_OK);
    session_run(session);
    check_healthy(session);
    assert_string_equal(session->trace, "VNHKLC");
    assert_int_equal(peer_count(session->peer, SX_MSG_CHANNEL_REQUEST), 0);
    assert_int_equal(sx_engine_execute(session->engine, sx_slice_text("now")), SX_OK);
    session_run(session);
    check_healthy(session);
    assert_true(sx_slice_is_text(sx_buffer_unread(&session->peer->command), "now"));
    assert_string_equal(session->trace, "VNHKLCSXC");
    session_free(session);
}

/* Calls on a channel that is over are refused and harm nothing. */
static void test_calls_after_the_end(void **state)
{
    struct session_config config = ending_config("sec");
    struct session *session = checked_session(&config);
    size_t taken = 1;

    (void)state;
    session_run(session);
    check_finished(session);
    assert_int_equal(sx_engine_write(session->engine, BYTES("x"), &taken), SX_ERR_STATE);
    assert_int_equal(taken, 0);
    check_text(session_fault_text(session));
    assert_int_equal(sx_engine_send_eof(session->engine), SX_ERR_STATE);
    assert_int_equal(sx_engine_signal(session->engine, BYTES("TERM")), SX_ERR_STATE);
    assert_int_equal(sx_engine_consumed(session->engine, 5000), SX_OK);
    assert_int_equal(sx_engine_close_channel(session->engine), SX_OK);
    session_run(session);
    check_finished(session);
    assert_int_equal(session->peer->err, SX_OK);
    session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_status_in_any_order_with_eof_and_close),
        cmocka_unit_test(test_a_signal_in_any_order_with_eof_and_close),
        cmocka_unit_test(test_no_result_is_told_as_none),
        cmocka_unit_test(test_eof_and_status_without_close_leave_the_channel_open),
        cmocka_unit_test(test_data_after_eof_or_close),
        cmocka_unit_test(test_a_second_result),
        cmocka_unit_test(test_close_and_eof_after_close),
        cmocka_unit_test(test_results_that_are_malformed),
        cmocka_unit_test(test_a_signal_ends_the_command),
        cmocka_unit_test(test_closing_drops_what_still_comes),
        cmocka_unit_test(test_consuming_after_the_end_of_output),
        cmocka_unit_test(test_closing_a_channel_that_still_opens),
        cmocka_unit_test(test_calls_after_the_end),
    };

    return RUN_GROUP(tests);
}
