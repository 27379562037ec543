/* client/tokens.h: an object's PKCS#11 tokens. All calls to a module are made on threads: opening and
 * signing as tasks (client/task.h), whose answers the object awaits beside everything else, and
 * ending, which nobody waits for longer than a moment. */
#ifndef SX_CLIENT_TOKENS_H
#define SX_CLIENT_TOKENS_H

#include "client/object.h"

/* sx_tokens_open begins to open the signer's tokens. When they are, their keys are added and the
 * session goes on (sx_session_go_on); what fails ends the action, as object->stream_error. */
SX_MUST_USE enum sx_err sx_tokens_open(struct sexec *object, struct sx_fault *fault);

/* SX_EVENT_SIGN for a key of a token's: its answer comes later. */
void sx_tokens_want_signature(struct sexec *object, const struct sx_event_sign *request);

/* Signed on: sessions and PINs are needed no more. */
void sx_tokens_end(struct sexec *object);

/* Drops the signer's tokens: no session or PIN is left but where a call is under way, or takes longer
 * than a moment; they end behind it, on its thread. */
void sx_tokens_close(struct sexec *object);

#endif
