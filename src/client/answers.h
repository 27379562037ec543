/* client/answers.h: the answers to what the server asks while the user signs on. */
#ifndef SX_CLIENT_ANSWERS_H
#define SX_CLIENT_ANSWERS_H

#include "client/object.h"

/* Whether there is somebody who answers prompts: a handler, or PasswordPrompt with a password. */
bool sx_can_answer(const struct sexec *object);

/* sx_answer collects the answers to SX_EVENT_ASK and hands them to the engine. An error that leaves
 * the engine waiting is one of this side. */
SX_MUST_USE enum sx_err sx_answer(struct sexec *object, const struct sx_event_ask *ask);

#endif
