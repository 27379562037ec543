/* client/action.h: the actions of an object as one state machine, driven by waiting methods and
 * by do_events alike. */
#ifndef SX_CLIENT_ACTION_H
#define SX_CLIENT_ACTION_H

#include "client/object.h"

/* sx_action_begin starts an action; then, with a timeout, sx_action_wait until it ends. Both give
 * the code. */
int sx_action_begin(struct sexec *object, enum sx_action action);
int sx_action_wait(struct sexec *object);

/* sx_action_advance does what can be done without waiting; *out_did says whether that was
 * anything. The code with which the action ended in here, if it did; else 0. */
int sx_action_advance(struct sexec *object, bool *out_did);

/* sx_action_leave ends the running action with 0 by leaving the server, once its farewell is out. */
void sx_action_leave(struct sexec *object);

/* When the action must be looked at again because of the time; UINT64_MAX for never. */
uint64_t sx_action_wakes(const struct sexec *object);

/* sx_action_pump works off what a send function wrote; the code with which that ended the action,
 * for the time, an interrupt or the connection, or 0. */
int sx_action_pump(struct sexec *object, bool *out_did);

/* A method that may fire events stands between these two: a free that a handler asked for is done
 * when the outermost method returns, and after sx_method_end nothing touches the object. */
void sx_method_begin(struct sexec *object);
int sx_method_end(struct sexec *object, int code);

#endif
