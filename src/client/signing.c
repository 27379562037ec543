/* client/signing.c: the way of a signature between the engine and the hand that signs. */
#include "client/signing.h"

#include <stdio.h>

#include "client/events.h"
#include "client/logging.h"
#include "client/tokens.h"

enum { SIGNATURE_MAX = 16 * 1024 };

static bool is_tokens_end(enum sx_err err)
{
    return err == SX_ERR_TOKEN || err == SX_ERR_TOKEN_PIN || err == SX_ERR_TOKEN_LOCKED ||
           err == SX_ERR_TOKEN_REMOVED || err == SX_ERR_TOKEN_SESSION;
}

void sx_signing_answer(struct sexec *object, unsigned key_index, enum sx_err err,
                       const struct sx_fault *fault, struct sx_slice signature)
{
    char line[SX_FAULT_TEXT_MAX + 64];

    if (is_tokens_end(err)) {
        object->fault = *fault;
        object->stream_error = err; /* ends the action: another key would hide it */
        return;
    }
    if (err != SX_OK) {
        snprintf(line, sizeof line, "Key %u can't sign: %s", key_index + 1,
                 fault->text[0] != '\0' ? fault->text : sx_err_text(err));
        sx_fire_ssh_status(object, line);
        sx_logging_note(object, "signing failed", line);
        signature = SX_SLICE_NONE;
    }
    /* Its error shows up again in the next round of the pump. */
    err = sx_engine_answer_sign(object->engine, signature);
    (void)err;
}

static void sign_here(struct sexec *object, const struct sx_event_sign *request)
{
    struct sx_fault fault = { 0 };
    struct sx_buffer signature;
    enum sx_err err;

    sx_buffer_init(&signature, SIGNATURE_MAX);
    err = sx_signer_sign(&object->signer, request, &fault, &signature);
    sx_signing_answer(object, request->key_index, err, &fault, sx_buffer_unread(&signature));
    sx_buffer_clear(&signature);
}

void sx_signing_request(struct sexec *object, const struct sx_event_sign *request)
{
    if (sx_signer_is_agents(&object->signer, request->key_index))
        sx_agent_want_signature(object, request);
    else if (sx_signer_is_tokens(&object->signer, request->key_index))
        sx_tokens_want_signature(object, request);
    else
        sign_here(object, request);
}
