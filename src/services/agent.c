/* services/agent.c: a question to the agent, its answer, and what is no answer. */
#include "services/agent.h"

#include <string.h>

enum { LENGTH_FIELD = 4, HEAD_ROOM = 64 };

void sx_agent_init(struct sx_agent *agent)
{
    memset(agent, 0, sizeof *agent);
    sx_buffer_init(&agent->out, LENGTH_FIELD + SX_AGENT_MESSAGE_MAX);
    sx_buffer_init(&agent->in, LENGTH_FIELD + SX_AGENT_MESSAGE_MAX);
}

static enum sx_err begin(struct sx_agent *agent, size_t room, struct sx_writer *writer)
{
    uint8_t *space;

    if (agent->state == SX_AGENT_ASKED)
        return SX_ERR_STATE;
    sx_buffer_clear(&agent->out);
    sx_buffer_clear(&agent->in);
    SX_TRY(sx_buffer_reserve(&agent->out, room, &space));
    sx_writer_init(writer, space, room);
    return SX_OK;
}

static enum sx_err end(struct sx_agent *agent, const struct sx_writer *writer)
{
    struct sx_slice written;

    SX_TRY(sx_writer_finish(writer, &written));
    sx_buffer_commit(&agent->out, written.len);
    agent->state = SX_AGENT_ASKED;
    return SX_OK;
}

enum sx_err sx_agent_ask_identities(struct sx_agent *agent)
{
    struct sx_writer writer;
    size_t mark;

    SX_TRY(begin(agent, HEAD_ROOM, &writer));
    mark = sx_writer_begin_string(&writer);
    sx_msg_agent_request_identities_encode(&writer);
    sx_writer_end_string(&writer, mark);
    return end(agent, &writer);
}

enum sx_err sx_agent_ask_signature(struct sx_agent *agent,
                                   const struct sx_msg_agent_sign_request *request)
{
    struct sx_writer writer;
    size_t mark;

    if (request->key.len > SX_AGENT_MESSAGE_MAX || request->data.len > SX_AGENT_MESSAGE_MAX)
        return SX_ERR_SPACE;
    SX_TRY(begin(agent, HEAD_ROOM + request->key.len + request->data.len, &writer));
    mark = sx_writer_begin_string(&writer);
    sx_msg_agent_sign_request_encode(&writer, request);
    sx_writer_end_string(&writer, mark);
    return end(agent, &writer);
}

struct sx_slice sx_agent_to_send(const struct sx_agent *agent)
{
    return sx_buffer_unread(&agent->out);
}

void sx_agent_sent(struct sx_agent *agent, size_t n)
{
    sx_buffer_consume(&agent->out, n);
}

/* The answer behind its length, as far as it is here. */
static struct sx_slice payload_of(const struct sx_agent *agent)
{
    struct sx_slice all = sx_buffer_unread(&agent->in);

    return all.len < LENGTH_FIELD ? SX_SLICE_NONE
                                  : sx_slice_of(all.ptr + LENGTH_FIELD, all.len - LENGTH_FIELD);
}

enum sx_err sx_agent_received(struct sx_agent *agent, struct sx_slice bytes, struct sx_fault *fault)
{
    struct sx_slice all;
    struct sx_reader reader;
    uint32_t length;

    if (bytes.len == 0)
        return SX_OK;
    if (agent->state != SX_AGENT_ASKED || sx_buffer_len(&agent->out) != 0)
        return sx_fault_set(fault, SX_ERR_AGENT_ANSWER,
                            "the ssh-agent sent something that it was not asked for");
    if (sx_buffer_append(&agent->in, bytes) != SX_OK)
        return sx_fault_set(fault, SX_ERR_AGENT_ANSWER, "the ssh-agent's answer is too long");
    all = sx_buffer_unread(&agent->in);
    if (all.len < LENGTH_FIELD)
        return SX_OK;
    sx_reader_init(&reader, all);
    length = sx_reader_u32(&reader);
    if (length == 0 || length > SX_AGENT_MESSAGE_MAX)
        return sx_fault_set(fault, SX_ERR_AGENT_ANSWER,
                            "the ssh-agent announced an answer of %lu bytes; 1 to %d are taken",
                            (unsigned long)length, SX_AGENT_MESSAGE_MAX);
    if (reader.left > length)
        return sx_fault_set(fault, SX_ERR_AGENT_ANSWER,
                            "the ssh-agent sent more than the answer that it announced");
    if (reader.left == length)
        agent->state = SX_AGENT_ANSWERED;
    return SX_OK;
}

/* What is no answer to any question, and the agent's no. */
static enum sx_err check_answer(const struct sx_agent *agent, const char *what,
                                struct sx_fault *fault)
{
    if (agent->state != SX_AGENT_ANSWERED)
        return SX_ERR_STATE;
    if (sx_msg_agent_is_failure(payload_of(agent)))
        return sx_fault_set(fault, SX_ERR_AUTH_SERVICE, "the ssh-agent refused to %s", what);
    return SX_OK;
}

static enum sx_err unreadable(const struct sx_agent *agent, const char *what,
                              struct sx_fault *fault)
{
    return sx_fault_set(fault, SX_ERR_AGENT_ANSWER,
                        "the ssh-agent was asked to %s and answered with message %u, which is "
                        "another one, ends early or has bytes left over",
                        what, payload_of(agent).ptr[0]);
}

enum sx_err sx_agent_take_identities(struct sx_agent *agent, struct sx_fault *fault,
                                     struct sx_msg_agent_identities *out)
{
    static const char what[] = "list its keys";

    SX_TRY(check_answer(agent, what, fault));
    if (sx_msg_agent_identities_decode(payload_of(agent), out) != SX_OK)
        return unreadable(agent, what, fault);
    return SX_OK;
}

enum sx_err sx_agent_take_signature(struct sx_agent *agent, struct sx_fault *fault,
                                    struct sx_slice *out)
{
    static const char what[] = "sign";

    SX_TRY(check_answer(agent, what, fault));
    if (sx_msg_agent_sign_response_decode(payload_of(agent), out) != SX_OK)
        return unreadable(agent, what, fault);
    return SX_OK;
}

void sx_agent_clear(struct sx_agent *agent)
{
    sx_buffer_clear(&agent->out);
    sx_buffer_clear(&agent->in);
    agent->state = SX_AGENT_IDLE;
}
