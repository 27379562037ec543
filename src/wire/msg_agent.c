/* wire/msg_agent.c: the few messages of the agent protocol that signing on needs. */
#include "wire/msg_agent.h"

void sx_msg_agent_request_identities_encode(struct sx_writer *writer)
{
    sx_writer_u8(writer, SX_AGENTC_REQUEST_IDENTITIES);
}

void sx_msg_agent_sign_request_encode(struct sx_writer *writer,
                                      const struct sx_msg_agent_sign_request *msg)
{
    sx_writer_u8(writer, SX_AGENTC_SIGN_REQUEST);
    sx_writer_string(writer, msg->key);
    sx_writer_string(writer, msg->data);
    sx_writer_u32(writer, msg->flags);
}

static struct sx_agent_identity identity_read(struct sx_reader *reader)
{
    struct sx_agent_identity identity;

    identity.blob = sx_reader_string(reader);
    identity.comment = sx_reader_string(reader);
    return identity;
}

enum sx_err sx_msg_agent_identities_decode(struct sx_slice payload,
                                           struct sx_msg_agent_identities *out)
{
    struct sx_msg_agent_identities msg;
    struct sx_reader r;
    struct sx_reader entries;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_AGENT_IDENTITIES_ANSWER);
    msg.count = sx_reader_u32(&r);
    msg.entries = sx_reader_rest(&r);
    SX_TRY(sx_reader_finish(&r));
    if (msg.count > SX_AGENT_IDENTITIES_MAX)
        return SX_ERR_PEER_DECODE;
    sx_reader_init(&entries, msg.entries);
    for (uint32_t i = 0; i < msg.count && !sx_reader_is_bad(&entries); i++)
        (void)identity_read(&entries);
    SX_TRY(sx_reader_finish(&entries));

    *out = msg;
    return SX_OK;
}

bool sx_msg_agent_identity_next(struct sx_msg_agent_identities *identities,
                                struct sx_agent_identity *out)
{
    struct sx_reader r;

    if (identities->count == 0)
        return false;
    sx_reader_init(&r, identities->entries);
    *out = identity_read(&r);
    identities->count--;
    identities->entries = sx_slice_of(r.ptr, r.left);
    return true;
}

void sx_msg_agent_identities_encode(struct sx_writer *writer,
                                    const struct sx_agent_identity *identities, uint32_t count)
{
    sx_writer_u8(writer, SX_AGENT_IDENTITIES_ANSWER);
    sx_writer_u32(writer, count);
    for (uint32_t i = 0; i < count; i++) {
        sx_writer_string(writer, identities[i].blob);
        sx_writer_string(writer, identities[i].comment);
    }
}

enum sx_err sx_msg_agent_sign_response_decode(struct sx_slice payload,
                                              struct sx_slice *out_signature)
{
    struct sx_slice signature;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_AGENT_SIGN_RESPONSE);
    signature = sx_reader_string(&r);
    SX_TRY(sx_reader_finish(&r));

    *out_signature = signature;
    return SX_OK;
}

void sx_msg_agent_sign_response_encode(struct sx_writer *writer, struct sx_slice signature)
{
    sx_writer_u8(writer, SX_AGENT_SIGN_RESPONSE);
    sx_writer_string(writer, signature);
}

bool sx_msg_agent_is_failure(struct sx_slice payload)
{
    return payload.len > 0 &&
           (payload.ptr[0] == SX_AGENT_FAILURE || payload.ptr[0] == SX_AGENT_EXTENSION_FAILURE);
}
