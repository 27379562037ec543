/* Fuzzes the decoders of wire/msg_connection.h, each on the whole input. */
#include "fuzz/fuzz_wire.h"

#include "wire/msg_connection.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

ENCODER(global_request, struct sx_msg_global_request, sx_msg_global_request_encode(writer, msg))
ENCODER(open, struct sx_msg_channel_open, sx_msg_channel_open_encode(writer, msg))
ENCODER(open_confirmation, struct sx_msg_channel_open_confirmation,
        sx_msg_channel_open_confirmation_encode(writer, msg))
ENCODER(open_failure, struct sx_msg_channel_open_failure,
        sx_msg_channel_open_failure_encode(writer, msg))
ENCODER(window_adjust, struct sx_msg_channel_window_adjust,
        sx_msg_channel_window_adjust_encode(writer, msg))
ENCODER(data, struct sx_msg_channel_data, sx_msg_channel_data_encode(writer, msg))
ENCODER(extended_data, struct sx_msg_channel_extended_data,
        sx_msg_channel_extended_data_encode(writer, msg))
ENCODER(request, struct sx_msg_channel_request, sx_msg_channel_request_encode(writer, msg))
ENCODER(exit_signal, struct sx_msg_exit_signal, sx_msg_exit_signal_encode(writer, 7, msg))

static void fuzz_global_request(struct sx_slice payload)
{
    struct sx_msg_global_request msg;
    struct sx_msg_global_request back;
    struct sx_slice wire;

    if (sx_msg_global_request_decode(payload, &msg) != SX_OK)
        return;
    promise_inside(payload, msg.name);
    promise_inside(payload, msg.fields);
    wire = encode_exact(encode_global_request, &msg, payload.len);
    PROMISE(sx_msg_global_request_decode(wire, &back) == SX_OK);
    PROMISE(sx_slice_is_equal(back.name, msg.name));
    PROMISE(back.want_reply == msg.want_reply);
    PROMISE(sx_slice_is_equal(back.fields, msg.fields));
    sx_free((void *)(uintptr_t)wire.ptr);
}

static void fuzz_open(struct sx_slice payload)
{
    struct sx_msg_channel_open msg;
    struct sx_slice wire;

    if (sx_msg_channel_open_decode(payload, &msg) != SX_OK)
        return;
    promise_inside(payload, msg.type);
    promise_inside(payload, msg.fields);
    wire = encode_exact(encode_open, &msg, payload.len);
    PROMISE(sx_slice_is_equal(wire, payload));
    sx_free((void *)(uintptr_t)wire.ptr);
}

static void fuzz_open_answers(struct sx_slice payload)
{
    struct sx_msg_channel_open_confirmation yes;
    struct sx_msg_channel_open_failure no;
    struct sx_msg_channel_open_failure back;
    struct sx_slice wire;

    if (sx_msg_channel_open_confirmation_decode(payload, &yes) == SX_OK) {
        wire = encode_exact(encode_open_confirmation, &yes, payload.len);
        PROMISE(sx_slice_is_equal(wire, payload));
        sx_free((void *)(uintptr_t)wire.ptr);
    }
    if (sx_msg_channel_open_failure_decode(payload, &no) == SX_OK) {
        promise_inside(payload, no.description);
        wire = encode_exact(encode_open_failure, &no, payload.len);
        PROMISE(sx_msg_channel_open_failure_decode(wire, &back) == SX_OK);
        PROMISE(back.recipient == no.recipient && back.reason == no.reason);
        PROMISE(sx_slice_is_equal(back.description, no.description));
        sx_free((void *)(uintptr_t)wire.ptr);
    }
}

/* These have one encoding alone. */
static void fuzz_streams(struct sx_slice payload)
{
    struct sx_msg_channel_window_adjust adjust;
    struct sx_msg_channel_data data;
    struct sx_msg_channel_extended_data extended;
    struct sx_slice wire;

    if (sx_msg_channel_window_adjust_decode(payload, &adjust) == SX_OK) {
        wire = encode_exact(encode_window_adjust, &adjust, payload.len);
        PROMISE(sx_slice_is_equal(wire, payload));
        sx_free((void *)(uintptr_t)wire.ptr);
    }
    if (sx_msg_channel_data_decode(payload, &data) == SX_OK) {
        promise_inside(payload, data.data);
        wire = encode_exact(encode_data, &data, payload.len);
        PROMISE(sx_slice_is_equal(wire, payload));
        sx_free((void *)(uintptr_t)wire.ptr);
    }
    if (sx_msg_channel_extended_data_decode(payload, &extended) == SX_OK) {
        promise_inside(payload, extended.data);
        wire = encode_exact(encode_extended_data, &extended, payload.len);
        PROMISE(sx_slice_is_equal(wire, payload));
        sx_free((void *)(uintptr_t)wire.ptr);
    }
}

static void fuzz_channel_number(struct sx_slice payload, uint8_t number)
{
    uint8_t storage[5];
    struct sx_slice wire;
    struct sx_writer w;
    uint32_t recipient;

    if (sx_msg_channel_number_decode(payload, number, &recipient) != SX_OK)
        return;
    sx_writer_init(&w, storage, sizeof storage);
    sx_msg_channel_number_encode(&w, number, recipient);
    PROMISE(sx_writer_finish(&w, &wire) == SX_OK);
    PROMISE(sx_slice_is_equal(wire, payload));
}

static void fuzz_exit_signal(struct sx_slice fields)
{
    struct sx_msg_exit_signal msg;
    struct sx_msg_exit_signal back;
    struct sx_msg_channel_request head;
    struct sx_slice wire;

    if (sx_msg_exit_signal_decode(fields, &msg) != SX_OK)
        return;
    promise_inside(fields, msg.name);
    promise_inside(fields, msg.message);
    wire = encode_exact(encode_exit_signal, &msg, fields.len + 32);
    PROMISE(sx_msg_channel_request_decode(wire, &head) == SX_OK);
    PROMISE(sx_slice_is_text(head.type, "exit-signal") && !head.want_reply);
    PROMISE(sx_msg_exit_signal_decode(head.fields, &back) == SX_OK);
    PROMISE(sx_slice_is_equal(back.name, msg.name));
    PROMISE(back.core_dumped == msg.core_dumped);
    PROMISE(sx_slice_is_equal(back.message, msg.message));
    sx_free((void *)(uintptr_t)wire.ptr);
}

static void fuzz_request(struct sx_slice payload)
{
    struct sx_msg_channel_request msg;
    struct sx_msg_channel_request back;
    struct sx_slice wire;
    uint32_t status;

    if (sx_msg_channel_request_decode(payload, &msg) != SX_OK)
        return;
    promise_inside(payload, msg.type);
    promise_inside(payload, msg.fields);
    wire = encode_exact(encode_request, &msg, payload.len);
    PROMISE(sx_msg_channel_request_decode(wire, &back) == SX_OK);
    PROMISE(back.recipient == msg.recipient && back.want_reply == msg.want_reply);
    PROMISE(sx_slice_is_equal(back.type, msg.type));
    PROMISE(sx_slice_is_equal(back.fields, msg.fields));
    sx_free((void *)(uintptr_t)wire.ptr);

    PROMISE((sx_msg_exit_status_decode(msg.fields, &status) == SX_OK) == (msg.fields.len == 4));
    fuzz_exit_signal(msg.fields);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_slice payload = sx_slice_of(data, size);

    fuzz_global_request(payload);
    fuzz_open(payload);
    fuzz_open_answers(payload);
    fuzz_streams(payload);
    fuzz_request(payload);
    fuzz_channel_number(payload, SX_MSG_CHANNEL_EOF);
    fuzz_channel_number(payload, SX_MSG_CHANNEL_CLOSE);
    fuzz_channel_number(payload, SX_MSG_CHANNEL_SUCCESS);
    fuzz_channel_number(payload, SX_MSG_CHANNEL_FAILURE);
    PROMISE((sx_msg_request_success_decode(payload) == SX_OK) == (size > 0 && data[0] == 81));
    PROMISE((sx_msg_request_failure_decode(payload) == SX_OK) == (size == 1 && data[0] == 82));
    return 0;
}
