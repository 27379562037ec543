/* wire/msg_request.c: the channel request half of wire/msg_connection.h: RFC 4254 section 5.4 and
 * the requests of section 6 that a session sends or receives. */
#include "wire/msg_connection.h"

enum sx_err sx_msg_channel_request_decode(struct sx_slice payload,
                                          struct sx_msg_channel_request *out)
{
    struct sx_msg_channel_request msg;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_CHANNEL_REQUEST);
    msg.recipient = sx_reader_u32(&r);
    msg.type = sx_reader_string(&r);
    msg.want_reply = sx_reader_bool(&r);
    msg.fields = sx_reader_rest(&r);
    SX_TRY(sx_reader_finish(&r));

    *out = msg;
    return SX_OK;
}

void sx_msg_channel_request_encode(struct sx_writer *writer,
                                   const struct sx_msg_channel_request *msg)
{
    sx_writer_u8(writer, SX_MSG_CHANNEL_REQUEST);
    sx_writer_u32(writer, msg->recipient);
    sx_writer_string(writer, msg->type);
    sx_writer_bool(writer, msg->want_reply);
    sx_writer_bytes(writer, msg->fields);
}

/* The head; the caller writes the fields of its type behind it. */
static void request_head_encode(struct sx_writer *writer, uint32_t recipient, const char *type,
                                bool want_reply)
{
    struct sx_msg_channel_request head = { recipient, sx_slice_text(type), want_reply,
                                           SX_SLICE_NONE };

    sx_msg_channel_request_encode(writer, &head);
}

void sx_msg_exec_encode(struct sx_writer *writer, uint32_t recipient, bool want_reply,
                        struct sx_slice command)
{
    request_head_encode(writer, recipient, "exec", want_reply);
    sx_writer_string(writer, command);
}

void sx_msg_signal_encode(struct sx_writer *writer, uint32_t recipient, struct sx_slice name)
{
    request_head_encode(writer, recipient, "signal", false);
    sx_writer_string(writer, name);
}

void sx_msg_env_encode(struct sx_writer *writer, uint32_t recipient, struct sx_slice name,
                       struct sx_slice value)
{
    request_head_encode(writer, recipient, "env", false);
    sx_writer_string(writer, name);
    sx_writer_string(writer, value);
}

void sx_msg_pty_req_encode(struct sx_writer *writer, const struct sx_msg_pty_req *msg)
{
    request_head_encode(writer, msg->recipient, "pty-req", msg->want_reply);
    sx_writer_string(writer, msg->term);
    sx_writer_u32(writer, msg->columns);
    sx_writer_u32(writer, msg->rows);
    sx_writer_u32(writer, msg->width_pixels);
    sx_writer_u32(writer, msg->height_pixels);
    sx_writer_string(writer, msg->modes);
}

enum sx_err sx_msg_exit_status_decode(struct sx_slice fields, uint32_t *out_status)
{
    struct sx_reader r;
    uint32_t status;

    sx_reader_init(&r, fields);
    status = sx_reader_u32(&r);
    SX_TRY(sx_reader_finish(&r));

    *out_status = status;
    return SX_OK;
}

enum sx_err sx_msg_exit_signal_decode(struct sx_slice fields, struct sx_msg_exit_signal *out)
{
    struct sx_msg_exit_signal msg;
    struct sx_reader r;

    sx_reader_init(&r, fields);
    msg.name = sx_reader_string(&r);
    msg.core_dumped = sx_reader_bool(&r);
    msg.message = sx_reader_string(&r);
    (void)sx_reader_string(&r); /* language tag */
    SX_TRY(sx_reader_finish(&r));

    *out = msg;
    return SX_OK;
}

void sx_msg_exit_status_encode(struct sx_writer *writer, uint32_t recipient, uint32_t status)
{
    request_head_encode(writer, recipient, "exit-status", false);
    sx_writer_u32(writer, status);
}

void sx_msg_exit_signal_encode(struct sx_writer *writer, uint32_t recipient,
                               const struct sx_msg_exit_signal *msg)
{
    request_head_encode(writer, recipient, "exit-signal", false);
    sx_writer_string(writer, msg->name);
    sx_writer_bool(writer, msg->core_dumped);
    sx_writer_string(writer, msg->message);
    sx_writer_text(writer, "");
}
