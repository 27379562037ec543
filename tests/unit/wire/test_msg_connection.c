/* Messages of RFC 4254 but channel requests, byte for byte against its tables. */
#include "unit/wire/decode_checks.h"

#include "wire/msg_connection.h"

DECODE_TRIAL(global_request, struct sx_msg_global_request,
             sx_msg_global_request_decode(payload, out))
DECODE_TRIAL(open, struct sx_msg_channel_open, sx_msg_channel_open_decode(payload, out))
DECODE_TRIAL(open_confirmation, struct sx_msg_channel_open_confirmation,
             sx_msg_channel_open_confirmation_decode(payload, out))
DECODE_TRIAL(open_failure, struct sx_msg_channel_open_failure,
             sx_msg_channel_open_failure_decode(payload, out))
DECODE_TRIAL(window_adjust, struct sx_msg_channel_window_adjust,
             sx_msg_channel_window_adjust_decode(payload, out))
DECODE_TRIAL(data, struct sx_msg_channel_data, sx_msg_channel_data_decode(payload, out))
DECODE_TRIAL(extended_data, struct sx_msg_channel_extended_data,
             sx_msg_channel_extended_data_decode(payload, out))
DECODE_TRIAL(eof, uint32_t, sx_msg_channel_number_decode(payload, SX_MSG_CHANNEL_EOF, out))
DECODE_TRIAL(close, uint32_t, sx_msg_channel_number_decode(payload, SX_MSG_CHANNEL_CLOSE, out))
DECODE_TRIAL(success, uint32_t, sx_msg_channel_number_decode(payload, SX_MSG_CHANNEL_SUCCESS, out))
DECODE_TRIAL(failure, uint32_t, sx_msg_channel_number_decode(payload, SX_MSG_CHANNEL_FAILURE, out))

static void test_global_request_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x50"
                                       "\0\0\0\x15keepalive@openssh.com"
                                       "\x01"
                                       "more");
    struct sx_msg_global_request msg = { sx_slice_text("keepalive@openssh.com"), true,
                                         sx_slice_text("more") };
    struct sx_msg_global_request back;
    WRITER(w, 64);

    (void)state;
    sx_msg_global_request_encode(&w, &msg);
    check_written(&w, wire);
    assert_int_equal(sx_msg_global_request_decode(wire, &back), SX_OK);
    assert_true(sx_slice_is_text(back.name, "keepalive@openssh.com"));
    assert_true(back.want_reply);
    assert_true(sx_slice_is_text(back.fields, "more"));
    check_truncated(try_global_request, wire, wire.len - 4); /* the fields are open-ended */
    check_wrong_number(try_global_request, wire);
}

static void test_request_success_may_carry_fields(void **state)
{
    WRITER(w, 16);

    (void)state;
    sx_msg_request_success_encode(&w);
    check_written(&w, BYTES("\x51"));
    check_truncated(sx_msg_request_success_decode, BYTES("\x51"), 1);
    check_wrong_number(sx_msg_request_success_decode, BYTES("\x51\0\0\x08\xae"));
}

static void test_request_failure_is_a_number_alone(void **state)
{
    WRITER(w, 16);

    (void)state;
    sx_msg_request_failure_encode(&w);
    check_written(&w, BYTES("\x52"));
    check_strict(sx_msg_request_failure_decode, BYTES("\x52"));
}

static void test_channel_open_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x5a"
                                       "\0\0\0\x07session"
                                       "\0\0\0\x05"
                                       "\0\x20\0\0"
                                       "\0\0\x80\0");
    struct sx_msg_channel_open msg = { sx_slice_text("session"), 5, 2097152, 32768, SX_SLICE_NONE };
    struct sx_msg_channel_open back;
    WRITER(w, 64);

    (void)state;
    sx_msg_channel_open_encode(&w, &msg);
    check_written(&w, wire);
    assert_int_equal(sx_msg_channel_open_decode(wire, &back), SX_OK);
    assert_true(sx_slice_is_text(back.type, "session"));
    assert_int_equal(back.sender, 5);
    assert_int_equal(back.window, 2097152);
    assert_int_equal(back.max_packet, 32768);
    assert_int_equal(back.fields.len, 0);
    check_truncated(try_open, wire, wire.len); /* other types have fields behind these */
    check_wrong_number(try_open, wire);
}

static void test_channel_open_keeps_the_fields_of_its_type(void **state)
{
    struct sx_msg_channel_open msg = { sx_slice_text("x11"), 1, 2, 3, sx_slice_text("fields") };
    struct sx_msg_channel_open back;
    WRITER(w, 64);

    (void)state;
    sx_msg_channel_open_encode(&w, &msg);
    assert_int_equal(sx_msg_channel_open_decode(sx_slice_of(w_storage, w.len), &back), SX_OK);
    assert_true(sx_slice_is_text(back.fields, "fields"));
}

static void test_channel_open_confirmation_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x5b"
                                       "\0\0\0\x01"
                                       "\0\0\0\x02"
                                       "\0\0\0\x03"
                                       "\0\0\0\x04");
    struct sx_msg_channel_open_confirmation msg = { 1, 2, 3, 4 };
    struct sx_msg_channel_open_confirmation back;
    WRITER(w, 64);

    (void)state;
    sx_msg_channel_open_confirmation_encode(&w, &msg);
    check_written(&w, wire);
    assert_int_equal(sx_msg_channel_open_confirmation_decode(wire, &back), SX_OK);
    assert_int_equal(back.recipient, 1);
    assert_int_equal(back.sender, 2);
    assert_int_equal(back.window, 3);
    assert_int_equal(back.max_packet, 4);
    check_strict(try_open_confirmation, wire);
}

static void test_channel_open_failure_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x5c"
                                       "\0\0\0\x07"
                                       "\0\0\0\x04"
                                       "\0\0\0\x04"
                                       "full"
                                       "\0\0\0\0");
    struct sx_msg_channel_open_failure msg = { 7, SX_OPEN_RESOURCE_SHORTAGE,
                                               sx_slice_text("full") };
    struct sx_msg_channel_open_failure back;
    WRITER(w, 64);

    (void)state;
    sx_msg_channel_open_failure_encode(&w, &msg);
    check_written(&w, wire);
    assert_int_equal(sx_msg_channel_open_failure_decode(wire, &back), SX_OK);
    assert_int_equal(back.recipient, 7);
    assert_int_equal(back.reason, 4);
    assert_true(sx_slice_is_text(back.description, "full"));
    check_strict(try_open_failure, wire);
}

static void test_window_adjust_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x5d"
                                       "\0\0\0\x07"
                                       "\xff\xff\xff\xff");
    struct sx_msg_channel_window_adjust msg = { 7, UINT32_MAX };
    struct sx_msg_channel_window_adjust back;
    WRITER(w, 64);

    (void)state;
    sx_msg_channel_window_adjust_encode(&w, &msg);
    check_written(&w, wire);
    assert_int_equal(sx_msg_channel_window_adjust_decode(wire, &back), SX_OK);
    assert_int_equal(back.recipient, 7);
    assert_true(back.bytes == UINT32_MAX);
    check_strict(try_window_adjust, wire);
}

static void test_data_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x5e"
                                       "\0\0\0\x07"
                                       "\0\0\0\x05"
                                       "a\0b\r\n");
    struct sx_msg_channel_data msg = { 7, BYTES("a\0b\r\n") };
    struct sx_msg_channel_data back;
    WRITER(w, 64);

    (void)state;
    sx_msg_channel_data_encode(&w, &msg);
    check_written(&w, wire);
    assert_int_equal(sx_msg_channel_data_decode(wire, &back), SX_OK);
    assert_int_equal(back.recipient, 7);
    assert_true(sx_slice_is_equal(back.data, BYTES("a\0b\r\n")));
    assert_ptr_equal(back.data.ptr, wire.ptr + 9); /* borrowed, never copied */
    check_strict(try_data, wire);
}

static void test_extended_data_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x5f"
                                       "\0\0\0\x07"
                                       "\0\0\0\x01"
                                       "\0\0\0\x03"
                                       "err");
    struct sx_msg_channel_extended_data msg = { 7, SX_EXTENDED_DATA_STDERR, sx_slice_text("err") };
    struct sx_msg_channel_extended_data back;
    WRITER(w, 64);

    (void)state;
    sx_msg_channel_extended_data_encode(&w, &msg);
    check_written(&w, wire);
    assert_int_equal(sx_msg_channel_extended_data_decode(wire, &back), SX_OK);
    assert_int_equal(back.recipient, 7);
    assert_int_equal(back.type, 1);
    assert_true(sx_slice_is_text(back.data, "err"));
    check_strict(try_extended_data, wire);
}

static void test_messages_of_a_channel_number_round_trip(void **state)
{
    static const struct {
        struct sx_slice wire;
        decode_fn *decode;
    } rows[] = {
        { { (const uint8_t *)"\x60\x01\x02\x03\x04", 5 }, try_eof },
        { { (const uint8_t *)"\x61\x01\x02\x03\x04", 5 }, try_close },
        { { (const uint8_t *)"\x63\x01\x02\x03\x04", 5 }, try_success },
        { { (const uint8_t *)"\x64\x01\x02\x03\x04", 5 }, try_failure },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t number = rows[i].wire.ptr[0];
        uint32_t recipient = 0;
        WRITER(w, 16);

        sx_msg_channel_number_encode(&w, number, 0x01020304);
        check_written(&w, rows[i].wire);
        assert_int_equal(sx_msg_channel_number_decode(rows[i].wire, number, &recipient), SX_OK);
        assert_int_equal(recipient, 0x01020304);
        check_strict(rows[i].decode, rows[i].wire);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_global_request_round_trips),
        cmocka_unit_test(test_request_success_may_carry_fields),
        cmocka_unit_test(test_request_failure_is_a_number_alone),
        cmocka_unit_test(test_channel_open_round_trips),
        cmocka_unit_test(test_channel_open_keeps_the_fields_of_its_type),
        cmocka_unit_test(test_channel_open_confirmation_round_trips),
        cmocka_unit_test(test_channel_open_failure_round_trips),
        cmocka_unit_test(test_window_adjust_round_trips),
        cmocka_unit_test(test_data_round_trips),
        cmocka_unit_test(test_extended_data_round_trips),
        cmocka_unit_test(test_messages_of_a_channel_number_round_trip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
