/* client/signing.h: who signs for a key: this process, the agent, or a token. */
#ifndef SX_CLIENT_SIGNING_H
#define SX_CLIENT_SIGNING_H

#include "client/object.h"

/* SX_EVENT_SIGN: answered at once for a key of this process; else the answer comes later. */
void sx_signing_request(struct sexec *object, const struct sx_event_sign *request);

/* sx_signing_answer gives the engine what came of it. A token that can't go on ends the action;
 * after other errors the next key is tried. */
void sx_signing_answer(struct sexec *object, unsigned key_index, enum sx_err err,
                       const struct sx_fault *fault, struct sx_slice signature);

#endif
