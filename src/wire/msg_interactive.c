/* wire/msg_interactive.c: the messages of RFC 4256, each as the RFC lists its fields. */
#include "wire/msg_interactive.h"

#include <string.h>

#include "wire/msg_auth.h"

void sx_msg_userauth_interactive_encode(struct sx_writer *writer, struct sx_slice user)
{
    sx_msg_userauth_request_encode(writer, user, "keyboard-interactive");
    sx_writer_text(writer, ""); /* language tag */
    sx_writer_text(writer, ""); /* submethods */
}

enum sx_err sx_msg_info_request_decode(struct sx_slice payload, struct sx_msg_info_request *out)
{
    struct sx_msg_info_request msg;
    struct sx_reader r;

    memset(&msg, 0, sizeof msg);
    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_USERAUTH_INFO_REQUEST);
    msg.name = sx_reader_string(&r);
    msg.instruction = sx_reader_string(&r);
    (void)sx_reader_string(&r); /* language tag */
    msg.count = sx_reader_u32(&r);
    if (msg.count > SX_PROMPTS_MAX)
        return SX_ERR_PEER_DECODE;
    for (unsigned i = 0; i < msg.count; i++) {
        msg.prompts[i].text = sx_reader_string(&r);
        msg.prompts[i].is_echoed = sx_reader_bool(&r);
        if (msg.prompts[i].text.len == 0)
            return SX_ERR_PEER_DECODE;
    }
    SX_TRY(sx_reader_finish(&r));

    *out = msg;
    return SX_OK;
}

void sx_msg_info_request_encode(struct sx_writer *writer, const struct sx_msg_info_request *msg)
{
    sx_writer_u8(writer, SX_MSG_USERAUTH_INFO_REQUEST);
    sx_writer_string(writer, msg->name);
    sx_writer_string(writer, msg->instruction);
    sx_writer_text(writer, "");
    sx_writer_u32(writer, msg->count);
    for (unsigned i = 0; i < msg->count; i++) {
        sx_writer_string(writer, msg->prompts[i].text);
        sx_writer_bool(writer, msg->prompts[i].is_echoed);
    }
}

void sx_msg_info_response_encode(struct sx_writer *writer, const struct sx_slice *responses,
                                 unsigned count)
{
    sx_writer_u8(writer, SX_MSG_USERAUTH_INFO_RESPONSE);
    sx_writer_u32(writer, count);
    for (unsigned i = 0; i < count; i++)
        sx_writer_string(writer, responses[i]);
}
