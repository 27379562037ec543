/* Channel requests of RFC 4254, byte for byte against its tables. */
#include "unit/wire/decode_checks.h"

#include "wire/msg_connection.h"

DECODE_TRIAL(request, struct sx_msg_channel_request, sx_msg_channel_request_decode(payload, out))
DECODE_TRIAL(exit_status, uint32_t, sx_msg_exit_status_decode(payload, out))
DECODE_TRIAL(exit_signal, struct sx_msg_exit_signal, sx_msg_exit_signal_decode(payload, out))

/* The fields slice of what an encoder wrote, after checking the head. */
static struct sx_slice fields_of(const struct sx_writer *writer, const char *type, bool want_reply)
{
    struct sx_msg_channel_request msg = { 0 };
    struct sx_slice payload = SX_SLICE_NONE;

    assert_int_equal(sx_writer_finish(writer, &payload), SX_OK);
    assert_int_equal(sx_msg_channel_request_decode(payload, &msg), SX_OK);
    assert_int_equal(msg.recipient, 7);
    assert_true(sx_slice_is_text(msg.type, type));
    assert_int_equal(msg.want_reply, want_reply);
    return msg.fields;
}

static void test_request_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x62"
                                       "\0\0\0\x07"
                                       "\0\0\0\x05shell"
                                       "\x01"
                                       "more");
    struct sx_msg_channel_request msg = { 7, sx_slice_text("shell"), true, sx_slice_text("more") };
    WRITER(w, 64);

    (void)state;
    sx_msg_channel_request_encode(&w, &msg);
    check_written(&w, wire);
    assert_true(sx_slice_is_text(fields_of(&w, "shell", true), "more"));
    check_truncated(try_request, wire, wire.len - 4); /* the fields are open-ended */
    check_wrong_number(try_request, wire);
}

static void test_exec_carries_its_command(void **state)
{
    WRITER(w, 64);
    WRITER(quiet, 64);

    (void)state;
    sx_msg_exec_encode(&w, 7, true, sx_slice_text("uname -a"));
    check_written(&w, BYTES("\x62"
                            "\0\0\0\x07"
                            "\0\0\0\x04"
                            "exec"
                            "\x01"
                            "\0\0\0\x08uname -a"));
    sx_msg_exec_encode(&quiet, 7, false, SX_SLICE_NONE);
    assert_true(sx_slice_is_equal(fields_of(&quiet, "exec", false), BYTES("\0\0\0\0")));
}

static void test_signal_wants_no_reply(void **state)
{
    WRITER(w, 64);

    (void)state;
    sx_msg_signal_encode(&w, 7, sx_slice_text("TERM"));
    check_written(&w, BYTES("\x62"
                            "\0\0\0\x07"
                            "\0\0\0\x06signal"
                            "\0"
                            "\0\0\0\x04TERM"));
}

static void test_env_carries_name_and_value(void **state)
{
    WRITER(w, 64);

    (void)state;
    sx_msg_env_encode(&w, 7, sx_slice_text("LANG"), sx_slice_text("C"));
    check_written(&w, BYTES("\x62"
                            "\0\0\0\x07"
                            "\0\0\0\x03"
                            "env"
                            "\0"
                            "\0\0\0\x04LANG"
                            "\0\0\0\x01"
                            "C"));
}

static void test_pty_req_carries_its_sizes(void **state)
{
    struct sx_msg_pty_req msg = { 7, true, sx_slice_text("xterm"), 80, 24, 640, 480, BYTES("\0") };
    WRITER(w, 64);

    (void)state;
    sx_msg_pty_req_encode(&w, &msg);
    check_written(&w, BYTES("\x62"
                            "\0\0\0\x07"
                            "\0\0\0\x07pty-req"
                            "\x01"
                            "\0\0\0\x05xterm"
                            "\0\0\0\x50"
                            "\0\0\0\x18"
                            "\0\0\x02\x80"
                            "\0\0\x01\xe0"
                            "\0\0\0\x01"
                            "\0"));
}

static void test_exit_status_round_trips(void **state)
{
    const struct sx_slice fields = BYTES("\0\0\0\xff");
    uint32_t status;
    WRITER(w, 64);

    (void)state;
    sx_msg_exit_status_encode(&w, 7, 255);
    check_written(&w, BYTES("\x62"
                            "\0\0\0\x07"
                            "\0\0\0\x0b"
                            "exit-status"
                            "\0"
                            "\0\0\0\xff"));
    assert_true(sx_slice_is_equal(fields_of(&w, "exit-status", false), fields));
    assert_int_equal(sx_msg_exit_status_decode(fields, &status), SX_OK);
    assert_int_equal(status, 255);
    check_truncated(try_exit_status, fields, fields.len);
    check_extra_byte(try_exit_status, fields);
}

static void test_exit_signal_round_trips(void **state)
{
    const struct sx_slice fields = BYTES("\0\0\0\x04SEGV"
                                         "\x01"
                                         "\0\0\0\x05oops!"
                                         "\0\0\0\0");
    struct sx_msg_exit_signal msg = { sx_slice_text("SEGV"), true, sx_slice_text("oops!") };
    struct sx_msg_exit_signal back;
    WRITER(w, 64);

    (void)state;
    sx_msg_exit_signal_encode(&w, 7, &msg);
    assert_true(sx_slice_is_equal(fields_of(&w, "exit-signal", false), fields));
    assert_int_equal(sx_msg_exit_signal_decode(fields, &back), SX_OK);
    assert_true(sx_slice_is_text(back.name, "SEGV"));
    assert_true(back.core_dumped);
    assert_true(sx_slice_is_text(back.message, "oops!"));
    check_truncated(try_exit_signal, fields, fields.len);
    check_extra_byte(try_exit_signal, fields);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_round_trips),
        cmocka_unit_test(test_exec_carries_its_command),
        cmocka_unit_test(test_signal_wants_no_reply),
        cmocka_unit_test(test_env_carries_name_and_value),
        cmocka_unit_test(test_pty_req_carries_its_sizes),
        cmocka_unit_test(test_exit_status_round_trips),
        cmocka_unit_test(test_exit_signal_round_trips),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
