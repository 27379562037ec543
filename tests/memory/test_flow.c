/* Flow control: tiny and large windows and packets on either side, output that nobody takes, input
 * that the server does not take, and streams of many megabytes. */
#include "memory/checks.h"
#include "support/pattern.h"
#include "support/peer_inside.h"

enum { MEGABYTE = 1024 * 1024 };

static struct session_config streaming_config(uint64_t in, uint64_t out, uint64_t err)
{
    struct session_config config = session_config_default();

    config.stdin_bytes = in;
    config.sends_eof = true;
    config.peer.command.awaits_eof = true;
    config.peer.command.stdout_bytes = out;
    config.peer.command.stderr_bytes = err;
    return config;
}

static struct session *run_whole(const struct session_config *config)
{
    struct session *session = checked_session(config);

    session_run(session);
    check_finished(session);
    return session;
}

static void test_tiny_windows_of_the_server(void **state)
{
    static const uint32_t windows[] = { 1, 2, 3, 7, 100, 1023, 1024, 1025 };

    (void)state;
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        struct session_config config = streaming_config(windows[i] * 200 + 5, 10, 0);

        config.peer.window = windows[i];
        config.peer.max_packet = SX_CHANNEL_PACKET_MIN;
        session_free(run_whole(&config));
    }
}

static void test_tiny_windows_of_ours(void **state)
{
    static const uint32_t windows[] = { 1, 2, 3, 7, 100, 1023, 1024, 1025 };

    (void)state;
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        struct session_config config =
            streaming_config(10, windows[i] * 150 + 3, windows[i] * 70 + 1);

        config.window = windows[i];
        session_free(run_whole(&config));
        config.max_packet = 1 + windows[i] / 3;
        session_free(run_whole(&config));
    }
}

/* A server whose packets could hold no more than a keystroke makes no sense. */
static void test_a_packet_size_of_nothing_is_refused(void **state)
{
    (void)state;
    for (uint32_t size = 0; size < SX_CHANNEL_PACKET_MIN; size += SX_CHANNEL_PACKET_MIN - 1) {
        struct session_config config = session_config_default();
        struct session *session;

        config.peer.max_packet = size;
        session = checked_session(&config);
        session_run(session);
        check_ended(session, SX_ERR_PEER_CHANNEL_MESSAGE);
        session_free(session);
    }
}

static void test_a_server_with_the_largest_sizes(void **state)
{
    struct session_config config = streaming_config(3 * MEGABYTE, 10, 10);
    struct session *session;

    (void)state;
    config.peer.window = UINT32_MAX;
    config.peer.max_packet = UINT32_MAX;
    session = run_whole(&config);
    assert_int_equal(peer_count(session->peer, SX_MSG_CHANNEL_DATA), 3 * MEGABYTE / (32 * 1024));
    session_free(session);
}

static void test_many_megabytes_in_all_directions(void **state)
{
    struct session_config config = streaming_config(4 * MEGABYTE, 4 * MEGABYTE, 2 * MEGABYTE);
    struct session *session = run_whole(&config);

    (void)state;
    assert_true(session->counts[SX_EVENT_STDIN_READY] > 0);
    session_free(session);
}

/* Neither stream waits for the other. */
static void test_either_stream_alone(void **state)
{
    struct session_config config = streaming_config(0, 0, 2 * MEGABYTE + 1);

    (void)state;
    session_free(run_whole(&config));
    config = streaming_config(0, 2 * MEGABYTE + 1, 0);
    session_free(run_whole(&config));
    config = streaming_config(2 * MEGABYTE + 1, 0, 0);
    session_free(run_whole(&config));
}

/* Output that nobody takes stops the server at the window, and costs no more than that. */
static void test_output_that_is_not_consumed_stops_at_the_window(void **state)
{
    struct session_config config = streaming_config(0, 100000, 50000);
    struct session *session;

    (void)state;
    config.window = 30000;
    config.holds_output = true;
    session = checked_session(&config);
    session_run(session);
    check_healthy(session);
    assert_int_equal(session->stdout_got + session->stderr_got, 30000);
    assert_int_equal(peer_count(session->peer, SX_MSG_CHANNEL_WINDOW_ADJUST), 0);
    /* Half a window less a byte opens nothing yet; one byte more does. */
    assert_int_equal(sx_engine_consumed(session->engine, 14999), SX_OK);
    session_run(session);
    assert_int_equal(session->stdout_got + session->stderr_got, 30000);
    assert_int_equal(sx_engine_consumed(session->engine, 1), SX_OK);
    session_run(session);
    assert_int_equal(session->stdout_got + session->stderr_got, 45000);
    session->config.holds_output = false;
    assert_int_equal(sx_engine_consumed(session->engine, 30000), SX_OK);
    session_run(session);
    check_finished(session);
    session_free(session);
}

/* Whoever says to have consumed more than came can't open the window further than it was. */
static void test_consuming_too_much_widens_nothing(void **state)
{
    struct session_config config = streaming_config(0, 100000, 0);
    struct session *session;

    (void)state;
    config.window = 10000;
    config.holds_output = true;
    session = checked_session(&config);
    session_run(session);
    assert_int_equal(session->stdout_got, 10000);
    assert_int_equal(sx_engine_consumed(session->engine, 5000000), SX_OK);
    session_run(session);
    check_healthy(session);
    assert_int_equal(session->stdout_got, 20000);
    assert_int_equal(session->peer->channel.remote_window, 0);
    session_free(session);
}

/* What is consumed late belongs to the old command; the new one's window is its own. */
static void test_an_old_commands_output_opens_no_new_window(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    config.window = 10000;
    config.holds_output = true;
    config.peer.command.stdout_bytes = 8000;
    session = checked_session(&config);
    session_run(session);
    check_finished(session);
    session->peer->config.command.is_endless = true;
    session->peer->config.command.stdout_bytes = 0;
    assert_int_equal(sx_engine_execute(session->engine, sx_slice_text("x")), SX_OK);
    assert_int_equal(sx_engine_consumed(session->engine, 8000), SX_OK);
    session_run(session);
    check_healthy(session);
    assert_int_equal(peer_count(session->peer, SX_MSG_CHANNEL_WINDOW_ADJUST), 0);
    assert_int_equal(session->peer->channel.remote_window, 10000);
    session_free(session);
}

/* The server's window is full: the writer is told to wait, and told when to go on, once. */
static void test_a_full_window_blocks_the_writer(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    config.stdin_bytes = 5000;
    config.peer.window = 2000;
    config.peer.command.is_endless = true;
    session = checked_session(&config);
    peer_tamper(session->peer, TAMPER_DROP, PEER_ANY, SX_MSG_CHANNEL_WINDOW_ADJUST)->is_repeated =
        true;
    session_run(session);
    check_healthy(session);
    assert_int_equal(session->stdin_sent, 2000);
    assert_int_equal(session->counts[SX_EVENT_STDIN_READY], 0);
    peer_inject(session->peer, BYTES("\135\0\0\0\0\0\0\0\144"));
    session->peer->channel.local_window = 10000;
    session_run(session);
    check_healthy(session);
    assert_int_equal(session->stdin_sent, 2100);
    assert_int_equal(session->counts[SX_EVENT_STDIN_READY], 1);
    session_free(session);
}

/* Writes count pieces of 1 to 100 bytes, of which each must be taken whole. */
static void write_short_pieces(struct session *session, unsigned count)
{
    uint8_t piece[100];

    for (unsigned i = 0; i < count; i++) {
        size_t n = 1 + i * 37 % sizeof piece;
        size_t taken = 0;

        pattern_fill(PATTERN_STDIN, session->stdin_sent, piece, n);
        assert_int_equal(sx_engine_write(session->engine, sx_slice_of(piece, n), &taken), SX_OK);
        assert_int_equal(taken, n);
        session->stdin_sent += n;
    }
}

/* Short pieces of input share a packet, and yet go before whatever is asked for after them. */
static void test_short_writes_share_a_packet(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    config.peer.command.is_endless = true;
    session = checked_session(&config);
    session_run(session);
    write_short_pieces(session, 600); /* some 30,000 bytes */
    session_run(session);
    check_healthy(session);
    assert_int_equal(session->peer->channel.stdin_bytes, session->stdin_sent);
    assert_int_equal(peer_count(session->peer, SX_MSG_CHANNEL_DATA), 1);
    write_short_pieces(session, 1);
    session_run(session);
    assert_int_equal(session->peer->channel.stdin_bytes, session->stdin_sent);
    assert_int_equal(peer_count(session->peer, SX_MSG_CHANNEL_DATA), 2);
    session_free(session);
}

static void test_short_writes_go_before_what_follows(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct session_config config = session_config_default();
        struct session *session;
        uint8_t next;

        config.peer.command.is_endless = true;
        session = checked_session(&config);
        session_run(session);
        write_short_pieces(session, 3);
        switch (i) {
        case 0: assert_int_equal(sx_engine_send_eof(session->engine), SX_OK); break;
        case 1: assert_int_equal(sx_engine_close_channel(session->engine), SX_OK); break;
        case 2:
            assert_int_equal(sx_engine_signal(session->engine, sx_slice_text("TERM")), SX_OK);
            break;
        default: sx_engine_disconnect(session->engine, "bye"); break;
        }
        next = (uint8_t[]){ SX_MSG_CHANNEL_EOF, SX_MSG_CHANNEL_CLOSE, SX_MSG_CHANNEL_REQUEST,
                            SX_MSG_DISCONNECT }[i];
        peer_receive(session->peer, sx_engine_to_send(session->engine));
        assert_int_equal(session->peer->err, SX_OK);
        assert_int_equal(session->peer->channel.stdin_bytes, session->stdin_sent);
        assert_int_equal(peer_count(session->peer, SX_MSG_CHANNEL_DATA), 1);
        assert_int_equal(session->peer->received[session->peer->received_count - 1], next);
        assert_int_equal(session->peer->received[session->peer->received_count - 2],
                         SX_MSG_CHANNEL_DATA);
        session_free(session);
    }
}

/* A socket that takes nothing: data is not piled up beyond the soft limit. */
static void test_a_slow_socket_blocks_the_writer(void **state)
{
    static const uint8_t data[64 * 1024];
    struct session_config config = session_config_default();
    struct session *session;
    size_t taken = 0, sum = 0;

    (void)state;
    config.peer.window = 64 * MEGABYTE;
    config.peer.command.is_endless = true;
    session = checked_session(&config);
    session_run(session);
    check_healthy(session);
    do {
        assert_int_equal(sx_engine_write(session->engine, sx_slice_of(data, sizeof data), &taken),
                         SX_OK);
        sum += taken;
    } while (taken == sizeof data);
    assert_in_range(sum, SX_SEND_BUFFER_SOFT / 2, SX_SEND_BUFFER_SOFT + 64 * 1024);
    assert_in_range(sx_engine_to_send(session->engine).len, SX_SEND_BUFFER_SOFT,
                    SX_SEND_BUFFER_SOFT + 64 * 1024);
    session_drain(session);
    assert_int_equal(session->counts[SX_EVENT_STDIN_READY], 0);
    sx_engine_sent(session->engine, 64 * 1024 + 1);
    session_drain(session);
    assert_int_equal(session->counts[SX_EVENT_STDIN_READY], 1);
    session_free(session);
}

/* EOF that is asked for before the command runs follows its start; later writes are refused. */
static void test_eof_before_the_command_runs(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;
    size_t taken = 0;

    (void)state;
    config.command = NULL;
    config.peer.command.awaits_eof = true;
    session = checked_session(&config);
    session_run(session);
    assert_int_equal(sx_engine_send_eof(session->engine), SX_ERR_STATE);
    assert_int_equal(sx_engine_execute(session->engine, sx_slice_text("cat")), SX_OK);
    assert_int_equal(sx_engine_write(session->engine, BYTES("x"), &taken), SX_ERR_STATE);
    assert_int_equal(sx_engine_send_eof(session->engine), SX_OK);
    assert_int_equal(sx_engine_send_eof(session->engine), SX_OK);
    session_run(session);
    check_finished(session);
    assert_int_equal(peer_count(session->peer, SX_MSG_CHANNEL_EOF), 1);
    session_free(session);
}

static void test_eof_twice_is_eof_once(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;
    size_t taken = 0;

    (void)state;
    config.peer.command.awaits_eof = true;
    session = checked_session(&config);
    (void)session_run_until(session, 'S');
    assert_int_equal(sx_engine_send_eof(session->engine), SX_OK);
    assert_int_equal(sx_engine_send_eof(session->engine), SX_OK);
    assert_int_equal(sx_engine_write(session->engine, BYTES("x"), &taken), SX_ERR_STATE);
    session_run(session);
    check_finished(session);
    assert_int_equal(peer_count(session->peer, SX_MSG_CHANNEL_EOF), 1);
    session_free(session);
}

/* A peer that makes us answer and never reads ends before our memory does. */
static void test_answers_that_nobody_takes_have_an_end(void **state)
{
    static const struct sx_slice asks[] = { { (const uint8_t *)"\120\0\0\0\4ping\1", 10 },
                                            { (const uint8_t *)"\377", 1 } };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct session_config config = session_config_default();
        struct session *session;

        config.command = NULL;
        session = checked_session(&config);
        session_run(session);
        check_healthy(session);
        for (long n = 0; n < 1000 * 1000 && session->err == SX_OK; n++) {
            struct sx_slice out;
            uint8_t *room = NULL;

            peer_inject(session->peer, asks[i]);
            out = peer_output(session->peer);
            assert_true(sx_engine_recv_space(session->engine, &room) >= out.len);
            memcpy(room, out.ptr, out.len);
            sx_engine_received(session->engine, out.len);
            peer_taken(session->peer, out.len);
            session_drain(session);
        }
        check_ended(session, SX_ERR_PEER_UNEXPECTED);
        assert_true(sx_engine_to_send(session->engine).len <= SX_SEND_BUFFER_MAX);
        session_free(session);
    }
}

/* What the server may send ahead when the first window, but for a bit, came at once over a path of
 * such a round trip, and then so many milliseconds pass without more. How it goes on from there,
 * over paths of all kinds, is in tests/unit/connection/test_window.c. */
static uint32_t window_after_pause(uint32_t limit, uint64_t round_trip, int milliseconds)
{
    struct session_config config = streaming_config(0, SX_WINDOW_FIRST / 16 * 15, 0);
    struct session *session;
    uint32_t window;

    config.window = limit;
    config.peer.command.is_endless = true;
    session = checked_session(&config);
    while (strchr(session->trace, 'S') == NULL && session_step(session))
        session_advance(session, round_trip);
    while (session_step(session))
        ;
    for (int i = 0; i < milliseconds; i++) {
        session_advance(session, 1);
        while (session_step(session))
            ;
    }
    window = session->peer->channel.remote_window;
    if (window < limit && round_trip > 5) { /* there is more to give, by the clock alone */
        assert_int_equal(sx_engine_deadline(session->engine), session->now + 1);
        /* but not to a stream that ended: waiting for that would be for nothing, and without end */
        peer_inject(session->peer, BYTES("\140\0\0\0\0"));
        while (session_step(session))
            ;
        check_healthy(session);
        assert_true(sx_engine_deadline(session->engine) > session->now + 1);
    }
    session_free(session);
    return window;
}

/* Over a long path the window grows, as far as the user lets it; over a short one it never does. */
static void test_the_window_grows_with_the_path(void **state)
{
    uint32_t limit = SX_WINDOW_FIRST + SX_WINDOW_FIRST / 2;

    (void)state;
    assert_true(window_after_pause(SX_WINDOW_DEFAULT, 100, 5) > 2 * SX_WINDOW_FIRST);
    assert_true(window_after_pause(SX_WINDOW_DEFAULT, 100, 100) > SX_WINDOW_DEFAULT / 10 * 9);
    assert_true(window_after_pause(limit, 100, 100) > limit / 10 * 9);
    assert_true(window_after_pause(limit, 100, 100) <= limit);
    assert_true(window_after_pause(SX_WINDOW_DEFAULT, 1, 100) <= SX_WINDOW_FIRST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tiny_windows_of_the_server),
        cmocka_unit_test(test_tiny_windows_of_ours),
        cmocka_unit_test(test_a_packet_size_of_nothing_is_refused),
        cmocka_unit_test(test_a_server_with_the_largest_sizes),
        cmocka_unit_test(test_many_megabytes_in_all_directions),
        cmocka_unit_test(test_either_stream_alone),
        cmocka_unit_test(test_output_that_is_not_consumed_stops_at_the_window),
        cmocka_unit_test(test_consuming_too_much_widens_nothing),
        cmocka_unit_test(test_an_old_commands_output_opens_no_new_window),
        cmocka_unit_test(test_a_full_window_blocks_the_writer),
        cmocka_unit_test(test_short_writes_share_a_packet),
        cmocka_unit_test(test_short_writes_go_before_what_follows),
        cmocka_unit_test(test_a_slow_socket_blocks_the_writer),
        cmocka_unit_test(test_eof_before_the_command_runs),
        cmocka_unit_test(test_eof_twice_is_eof_once),
        cmocka_unit_test(test_answers_that_nobody_takes_have_an_end),
        cmocka_unit_test(test_the_window_grows_with_the_path),
    };

    return RUN_GROUP(tests);
}
