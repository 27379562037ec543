/* client/action_inside.h: what the steps of an action need of its time and its end. */
#ifndef SX_CLIENT_ACTION_INSIDE_H
#define SX_CLIENT_ACTION_INSIDE_H

#include "client/action.h"

/* Bytes that moved count for the timeout by inactivity. */
void sx_action_note_progress(struct sexec *object);

/* Whether the action may go on: SX_ERR_INTERRUPTED, SX_ERR_TIMEOUT, or what a stream broke with. */
SX_MUST_USE enum sx_err sx_action_check_time(struct sexec *object, struct sx_fault *fault);

/* sx_action_keep_error: the action ends with the error that was just kept. Handlers that are still to
 * come may fail at what they try; it is the action's error that counts when the method returns.
 * sx_action_error_text is its text. */
void sx_action_keep_error(struct sexec *object, int code);
const char *sx_action_error_text(const struct sexec *object);

/* The ends; each gives the code that the method returns. finish: nothing is left to do. end_logoff: a
 * logoff is over, whatever ended it. break_off: the connection is lost or given up, and what ran ends
 * with it. give_up: time or patience is over, and the server is asked to end what runs. */
int sx_action_finish(struct sexec *object, int code);
int sx_action_end_logoff(struct sexec *object, enum sx_err err, struct sx_fault *fault);
int sx_action_break_off(struct sexec *object, enum sx_err err, struct sx_fault *fault);
int sx_action_give_up(struct sexec *object, enum sx_err err);

#endif
