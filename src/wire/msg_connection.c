/* wire/msg_connection.c: the messages of RFC 4254, each as the RFC lists its fields. */
#include "wire/msg_connection.h"

enum sx_err sx_msg_global_request_decode(struct sx_slice payload, struct sx_msg_global_request *out)
{
    struct sx_msg_global_request msg;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_GLOBAL_REQUEST);
    msg.name = sx_reader_string(&r);
    msg.want_reply = sx_reader_bool(&r);
    msg.fields = sx_reader_rest(&r);
    SX_TRY(sx_reader_finish(&r));

    *out = msg;
    return SX_OK;
}

void sx_msg_global_request_encode(struct sx_writer *writer, const struct sx_msg_global_request *msg)
{
    sx_writer_u8(writer, SX_MSG_GLOBAL_REQUEST);
    sx_writer_string(writer, msg->name);
    sx_writer_bool(writer, msg->want_reply);
    sx_writer_bytes(writer, msg->fields);
}

enum sx_err sx_msg_request_success_decode(struct sx_slice payload)
{
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_REQUEST_SUCCESS);
    (void)sx_reader_rest(&r);
    return sx_reader_finish(&r);
}

enum sx_err sx_msg_request_failure_decode(struct sx_slice payload)
{
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_REQUEST_FAILURE);
    return sx_reader_finish(&r);
}

void sx_msg_request_success_encode(struct sx_writer *writer)
{
    sx_writer_u8(writer, SX_MSG_REQUEST_SUCCESS);
}

void sx_msg_request_failure_encode(struct sx_writer *writer)
{
    sx_writer_u8(writer, SX_MSG_REQUEST_FAILURE);
}

enum sx_err sx_msg_channel_open_decode(struct sx_slice payload, struct sx_msg_channel_open *out)
{
    struct sx_msg_channel_open msg;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_CHANNEL_OPEN);
    msg.type = sx_reader_string(&r);
    msg.sender = sx_reader_u32(&r);
    msg.window = sx_reader_u32(&r);
    msg.max_packet = sx_reader_u32(&r);
    msg.fields = sx_reader_rest(&r);
    SX_TRY(sx_reader_finish(&r));

    *out = msg;
    return SX_OK;
}

void sx_msg_channel_open_encode(struct sx_writer *writer, const struct sx_msg_channel_open *msg)
{
    sx_writer_u8(writer, SX_MSG_CHANNEL_OPEN);
    sx_writer_string(writer, msg->type);
    sx_writer_u32(writer, msg->sender);
    sx_writer_u32(writer, msg->window);
    sx_writer_u32(writer, msg->max_packet);
    sx_writer_bytes(writer, msg->fields);
}

enum sx_err sx_msg_channel_open_confirmation_decode(struct sx_slice payload,
                                                    struct sx_msg_channel_open_confirmation *out)
{
    struct sx_msg_channel_open_confirmation msg;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_CHANNEL_OPEN_CONFIRMATION);
    msg.recipient = sx_reader_u32(&r);
    msg.sender = sx_reader_u32(&r);
    msg.window = sx_reader_u32(&r);
    msg.max_packet = sx_reader_u32(&r);
    SX_TRY(sx_reader_finish(&r)); /* a session has no fields of its own type here */

    *out = msg;
    return SX_OK;
}

void sx_msg_channel_open_confirmation_encode(struct sx_writer *writer,
                                             const struct sx_msg_channel_open_confirmation *msg)
{
    sx_writer_u8(writer, SX_MSG_CHANNEL_OPEN_CONFIRMATION);
    sx_writer_u32(writer, msg->recipient);
    sx_writer_u32(writer, msg->sender);
    sx_writer_u32(writer, msg->window);
    sx_writer_u32(writer, msg->max_packet);
}

enum sx_err sx_msg_channel_open_failure_decode(struct sx_slice payload,
                                               struct sx_msg_channel_open_failure *out)
{
    struct sx_msg_channel_open_failure msg;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_CHANNEL_OPEN_FAILURE);
    msg.recipient = sx_reader_u32(&r);
    msg.reason = sx_reader_u32(&r);
    msg.description = sx_reader_string(&r);
    (void)sx_reader_string(&r); /* language tag */
    SX_TRY(sx_reader_finish(&r));

    *out = msg;
    return SX_OK;
}

void sx_msg_channel_open_failure_encode(struct sx_writer *writer,
                                        const struct sx_msg_channel_open_failure *msg)
{
    sx_writer_u8(writer, SX_MSG_CHANNEL_OPEN_FAILURE);
    sx_writer_u32(writer, msg->recipient);
    sx_writer_u32(writer, msg->reason);
    sx_writer_string(writer, msg->description);
    sx_writer_text(writer, "");
}

enum sx_err sx_msg_channel_window_adjust_decode(struct sx_slice payload,
                                                struct sx_msg_channel_window_adjust *out)
{
    struct sx_msg_channel_window_adjust msg;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_CHANNEL_WINDOW_ADJUST);
    msg.recipient = sx_reader_u32(&r);
    msg.bytes = sx_reader_u32(&r);
    SX_TRY(sx_reader_finish(&r));

    *out = msg;
    return SX_OK;
}

void sx_msg_channel_window_adjust_encode(struct sx_writer *writer,
                                         const struct sx_msg_channel_window_adjust *msg)
{
    sx_writer_u8(writer, SX_MSG_CHANNEL_WINDOW_ADJUST);
    sx_writer_u32(writer, msg->recipient);
    sx_writer_u32(writer, msg->bytes);
}

enum sx_err sx_msg_channel_data_decode(struct sx_slice payload, struct sx_msg_channel_data *out)
{
    struct sx_msg_channel_data msg;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_CHANNEL_DATA);
    msg.recipient = sx_reader_u32(&r);
    msg.data = sx_reader_string(&r);
    SX_TRY(sx_reader_finish(&r));

    *out = msg;
    return SX_OK;
}

void sx_msg_channel_data_encode(struct sx_writer *writer, const struct sx_msg_channel_data *msg)
{
    sx_writer_u8(writer, SX_MSG_CHANNEL_DATA);
    sx_writer_u32(writer, msg->recipient);
    sx_writer_string(writer, msg->data);
}

void sx_msg_channel_data_encode_borrowed(struct sx_writer *writer,
                                         const struct sx_msg_channel_data *msg)
{
    sx_writer_u8(writer, SX_MSG_CHANNEL_DATA);
    sx_writer_u32(writer, msg->recipient);
    sx_writer_string_borrowed(writer, msg->data);
}

enum sx_err sx_msg_channel_extended_data_decode(struct sx_slice payload,
                                                struct sx_msg_channel_extended_data *out)
{
    struct sx_msg_channel_extended_data msg;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_CHANNEL_EXTENDED_DATA);
    msg.recipient = sx_reader_u32(&r);
    msg.type = sx_reader_u32(&r);
    msg.data = sx_reader_string(&r);
    SX_TRY(sx_reader_finish(&r));

    *out = msg;
    return SX_OK;
}

void sx_msg_channel_extended_data_encode(struct sx_writer *writer,
                                         const struct sx_msg_channel_extended_data *msg)
{
    sx_writer_u8(writer, SX_MSG_CHANNEL_EXTENDED_DATA);
    sx_writer_u32(writer, msg->recipient);
    sx_writer_u32(writer, msg->type);
    sx_writer_string(writer, msg->data);
}

enum sx_err sx_msg_channel_number_decode(struct sx_slice payload, uint8_t number,
                                         uint32_t *out_recipient)
{
    struct sx_reader r;
    uint32_t recipient;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, number);
    recipient = sx_reader_u32(&r);
    SX_TRY(sx_reader_finish(&r));

    *out_recipient = recipient;
    return SX_OK;
}

void sx_msg_channel_number_encode(struct sx_writer *writer, uint8_t number, uint32_t recipient)
{
    sx_writer_u8(writer, number);
    sx_writer_u32(writer, recipient);
}
