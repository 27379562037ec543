/* What properties and settings make of the channel and its keys, as the server sees it. */
#include "memory/seen.h"

/* ---- the channel ----------------------------------------------------------------------------- */

static void test_sizes_of_the_channel(void **state)
{
    struct session_of session = plain();

    (void)state;
    begin(&session);
    set(&session, "MaxPacketSize=5000");
    set(&session, "MaxWindowSize=60000");
    (void)run(&session);
    assert_int_equal(session.seen.open.max_packet, 5000);
    assert_int_equal(session.seen.open.window, 60000);
    end(&session);
}

static enum served_end send_as_told(void *ctx, struct peer *peer)
{
    (void)ctx;
    if (peer->channel.stdout_sent == peer->config.command.stdout_bytes &&
        peer->channel.is_running && peer->channel.ending == NULL)
        peer->channel.ending = "sec";
    return SERVED_GOES_ON;
}

static void widen(struct sexec *object, const struct sexec_stdout_event *event, void *context)
{
    size_t length;

    (void)sexec_stdout_event_text(event, &length);
    *(size_t *)context += length;
    assert_int_equal(sexec_config(object, "MaxWindowSize=40000", NULL), SEXEC_BAD_STATE);
    assert_int_equal(sexec_config(object, "MaxWindowSize=500000", NULL), 0);
    sexec_hold_output(object, length); /* so that the first window is all there is */
}

/* While connected the window grows, also a running command's: without it the server could never send
 * what it has. */
static void test_window_grows_while_connected(void **state)
{
    struct session_of session = plain();
    size_t got = 0;

    (void)state;
    session.config.peer.command.is_endless = true;
    session.config.peer.command.stdout_bytes = 300 * 1000;
    session.config.work = send_as_told;
    begin(&session);
    set(&session, "MaxWindowSize=50000");
    set(&session, "OutputMode=chunks");
    assert_int_equal(sexec_set_timeout(session.client, 20), 0);
    sexec_on_stdout(session.client, widen, &got);
    (void)run(&session);
    assert_int_equal(session.seen.open.window, 50000);
    assert_int_equal(got, 300 * 1000);
    expect(&session, "MaxWindowSize", "500000");
    end(&session);
}

static void keep_pieces(struct sexec *object, const struct sexec_stdout_event *event, void *context)
{
    size_t length;
    const char *text = sexec_stdout_event_text(event, &length);
    const char *found = NULL;
    unsigned *ends = context;

    assert_int_equal(sexec_config(object, "ChannelDataEOLFound", &found), 0);
    if (strcmp(found, "True") != 0)
        return;
    assert_true(length > 1 && text[length - 2] == '\0' && text[length - 1] == '\n');
    *ends += 1;
}

static enum served_end send_marks(void *ctx, struct peer *peer)
{
    (void)ctx;
    if (peer->channel.is_running && peer->channel.ending == NULL) {
        peer_send_data(peer, 0, BYTES("one\0\ntwo\0"));
        peer_send_data(peer, 0, BYTES("\n\0three\n\0\n"));
        peer->channel.ending = "sec";
    }
    return SERVED_GOES_ON;
}

static void test_a_mark_may_hold_zero_bytes(void **state)
{
    struct session_of session = plain();
    unsigned ends = 0;

    (void)state;
    session.config.peer.command.is_endless = true;
    session.config.work = send_marks;
    begin(&session);
    assert_int_equal(sexec_config_bytes(session.client, "channeldataeol[7]", "\0\n", 2), 0);
    set(&session, "MaxChannelDataLength=100");
    sexec_on_stdout(session.client, keep_pieces, &ends);
    (void)run(&session);
    assert_int_equal(ends, 3);
    end(&session);
}

static void test_command_is_what_runs(void **state)
{
    struct session_of session = plain();

    (void)state;
    begin(&session);
    assert_int_equal(sexec_set_command(session.client, "uname -a"), 0);
    assert_string_equal(sexec_get_command(session.client), "uname -a");
    assert_true(
        sx_slice_is_text(sx_buffer_unread(&served_end(session.served)->command), "uname -a"));
    assert_false(sexec_get_connected(session.client)); /* logged off by itself */
    end(&session);
}

static void test_error_message_of_a_signal(void **state)
{
    struct session_of session = plain();

    (void)state;
    session.config.peer.command.ending = "gec";
    session.config.peer.command.signal =
        (struct sx_msg_exit_signal){ sx_slice_text("KILL"), true, sx_slice_text("out of memory") };
    begin(&session);
    assert_string_equal(sexec_get_error_message(session.client), "");
    assert_int_equal(sexec_execute(session.client, "true"), SEXEC_KILLED_BY_SIGNAL);
    assert_string_equal(sexec_get_error_message(session.client), "out of memory");
    assert_string_equal(sexec_get_exit_signal(session.client), "KILL");
    assert_int_equal(sexec_get_exit_status(session.client), -1);
    assert_true(sexec_get_core_dumped(session.client));
    end(&session);
}

/* ---- new keys -------------------------------------------------------------------------------- */

static void test_threshold_of_renegotiation(void **state)
{
    (void)state;
    for (int is_low = 0; is_low < 2; is_low++) {
        struct session_of session = plain();

        session.config.peer.command.stdout_bytes = 2000 * 1000;
        begin(&session);
        set(&session,
            is_low ? "KeyRenegotiationThreshold=100000" : "KeyRenegotiationThreshold=100000000");
        if (is_low)
            assert_true(run(&session)->exchanges > 2);
        else
            assert_int_equal(run(&session)->exchanges, 1);
        end(&session);
    }
}

static void test_reading_renegotiates(void **state)
{
    struct session_of session = plain();

    (void)state;
    begin(&session);
    assert_int_equal(sexec_ssh_logon(session.client, NULL, 0), 0);
    expect(&session, "SSHKeyRenegotiate", "");
    assert_int_equal(sexec_execute(session.client, "true"), 0);
    assert_int_equal(sexec_ssh_logoff(session.client), 0);
    assert_int_equal(served_end(session.served)->exchanges, 2);
    end(&session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes_of_the_channel),
        cmocka_unit_test(test_window_grows_while_connected),
        cmocka_unit_test(test_a_mark_may_hold_zero_bytes),
        cmocka_unit_test(test_command_is_what_runs),
        cmocka_unit_test(test_error_message_of_a_signal),
        cmocka_unit_test(test_threshold_of_renegotiation),
        cmocka_unit_test(test_reading_renegotiates),
    };

    return RUN_GROUP(tests);
}
