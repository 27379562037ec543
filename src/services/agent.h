/* services/agent.h: one question to an ssh-agent and its answer, without I/O.
 *
 * Bytes for the agent come out of sx_agent_to_send, what it sends goes into sx_agent_received. The
 * agent is another program of the user's and not trusted: lengths are bounded, what is no answer
 * to the question is an error, and its signatures are verified before they are used
 * (services/signer.h). The socket is net/agent_link.h's. */
#ifndef SX_SERVICES_AGENT_H
#define SX_SERVICES_AGENT_H

#include "base/buffer.h"
#include "wire/msg_agent.h"

enum sx_agent_state {
    SX_AGENT_IDLE,
    SX_AGENT_ASKED,
    SX_AGENT_ANSWERED,
};

struct sx_agent {
    enum sx_agent_state state;
    struct sx_buffer out;
    struct sx_buffer in;
};

void sx_agent_init(struct sx_agent *agent);

/* Each begins an exchange; the one before it must have its answer. SX_ERR_STATE, SX_ERR_SPACE. */
SX_MUST_USE enum sx_err sx_agent_ask_identities(struct sx_agent *agent);
SX_MUST_USE enum sx_err sx_agent_ask_signature(struct sx_agent *agent,
                                               const struct sx_msg_agent_sign_request *request);

struct sx_slice sx_agent_to_send(const struct sx_agent *agent);
void sx_agent_sent(struct sx_agent *agent, size_t n);

/* SX_ERR_AGENT_ANSWER: an answer that nobody asked for, of no length or of too much, or with bytes
 * behind it. */
SX_MUST_USE enum sx_err sx_agent_received(struct sx_agent *agent, struct sx_slice bytes,
                                          struct sx_fault *fault);

/* Takes the answer out, once state is SX_AGENT_ANSWERED; slices live until the next question. An
 * agent that says no (it is locked, the user said no, the key is gone) gives SX_ERR_AUTH_SERVICE;
 * an answer to another question, or one that can't be read, SX_ERR_AGENT_ANSWER. */
SX_MUST_USE enum sx_err sx_agent_take_identities(struct sx_agent *agent, struct sx_fault *fault,
                                                 struct sx_msg_agent_identities *out);
SX_MUST_USE enum sx_err sx_agent_take_signature(struct sx_agent *agent, struct sx_fault *fault,
                                                struct sx_slice *out);

void sx_agent_clear(struct sx_agent *agent);

#endif
