/* wire/msg_interactive.h: the messages of RFC 4256. Conventions as in wire/msg_transport.h. */
#ifndef SX_WIRE_MSG_INTERACTIVE_H
#define SX_WIRE_MSG_INTERACTIVE_H

#include "base/event.h"
#include "wire/numbers.h"
#include "wire/reader.h"
#include "wire/writer.h"

/* Servers ask for one to three things; more than this is no question to a person. */
enum { SX_PROMPTS_MAX = 32 };

/* RFC 4256 section 3.1: the request, without a language and without wishes for submethods. */
void sx_msg_userauth_interactive_encode(struct sx_writer *writer, struct sx_slice user);

/* RFC 4256 section 3.2; the language tag is read and dropped. */
struct sx_msg_info_request {
    struct sx_slice name;
    struct sx_slice instruction;
    unsigned count;
    struct sx_prompt prompts[SX_PROMPTS_MAX];
};

/* SX_ERR_PEER_DECODE also for more than SX_PROMPTS_MAX prompts and for an empty one, which the RFC
 * forbids. */
SX_MUST_USE enum sx_err sx_msg_info_request_decode(struct sx_slice payload,
                                                   struct sx_msg_info_request *out);
void sx_msg_info_request_encode(struct sx_writer *writer, const struct sx_msg_info_request *msg);

/* RFC 4256 section 3.4; one response for each prompt, in their order. */
void sx_msg_info_response_encode(struct sx_writer *writer, const struct sx_slice *responses,
                                 unsigned count);

#endif
