/* auth/interactive.c: the method "keyboard-interactive" of RFC 4256. What is asked goes to the
 * caller as it came; the answers are kept nowhere. */
#include "auth/userauth.h"
#include "base/text.h"
#include "wire/msg_auth.h"

enum {
    NAME_MAX_LEN = 1024,
    INSTRUCTION_MAX_LEN = 16 * 1024,
    PROMPT_MAX_LEN = 4 * 1024,
    ANSWER_MAX_LEN = 8 * 1024,
};

static bool is_ready(const struct sx_auth *auth)
{
    return auth->config.can_answer;
}

static enum sx_err start(struct sx_auth *auth)
{
    struct sx_writer payload;

    SX_TRY(sx_transport_begin(auth->transport, 128 + auth->config.user.len, &payload));
    sx_msg_userauth_interactive_encode(&payload, auth->config.user);
    return sx_transport_end(auth->transport, &payload);
}

static bool is_too_long(const struct sx_msg_info_request *request)
{
    if (request->name.len > NAME_MAX_LEN || request->instruction.len > INSTRUCTION_MAX_LEN)
        return true;
    for (unsigned i = 0; i < request->count; i++)
        if (request->prompts[i].text.len > PROMPT_MAX_LEN)
            return true;
    return false;
}

static enum sx_err message(struct sx_auth *auth, struct sx_slice payload)
{
    struct sx_event_ask ask = { .kind = SX_ASK_PROMPTS };

    if (payload.ptr[0] != SX_MSG_USERAUTH_INFO_REQUEST)
        return sx_fault_set(auth->fault, SX_ERR_PEER_UNEXPECTED,
                            "message %u has no place in keyboard-interactive authentication",
                            payload.ptr[0]);
    if (sx_msg_info_request_decode(payload, &auth->request) != SX_OK)
        return sx_fault_set(auth->fault, SX_ERR_PEER_DECODE,
                            "the server's keyboard-interactive request is malformed, or has more "
                            "than %d prompts or an empty one",
                            SX_PROMPTS_MAX);
    if (is_too_long(&auth->request))
        return sx_fault_set(auth->fault, SX_ERR_PEER_DECODE,
                            "the server's keyboard-interactive request has a text that is too "
                            "long (a prompt may have %d bytes)",
                            PROMPT_MAX_LEN);
    ask.name = auth->request.name;
    ask.instruction = auth->request.instruction;
    ask.prompts = auth->request.prompts;
    ask.count = auth->request.count;
    return sx_auth_ask(auth, &ask);
}

static enum sx_err answer(struct sx_auth *auth, const struct sx_slice *answers, unsigned count)
{
    struct sx_writer payload;
    size_t size = 16;
    char shown[200];

    if (count != auth->request.count) {
        sx_auth_note(auth, "; nobody answered the prompt \"%s\"",
                     sx_escape(shown, sizeof shown, auth->request.prompts[0].text));
        auth->is_exhausted = true;
        return SX_OK;
    }
    for (unsigned i = 0; i < count; i++) {
        if (answers[i].len > ANSWER_MAX_LEN)
            return sx_fault_set(auth->fault, SX_ERR_ARGUMENT,
                                "an answer to a prompt is longer than %d bytes", ANSWER_MAX_LEN);
        size += 4 + answers[i].len;
    }
    /* A round without prompts proves nothing. */
    auth->is_proof_sent = auth->is_proof_sent || count > 0;
    SX_TRY(sx_transport_begin(auth->transport, size, &payload));
    sx_msg_info_response_encode(&payload, answers, count);
    return sx_transport_end(auth->transport, &payload);
}

const struct sx_auth_method sx_auth_method_interactive = { .name = "keyboard-interactive",
                                                           .is_reusable = true,
                                                           .is_ready = is_ready,
                                                           .start = start,
                                                           .message = message,
                                                           .answer = answer };
