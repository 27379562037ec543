/* client/logging.h: what an object does, as log lines of levels 1 and 2. Packets are transport/trace.h's. */
#ifndef SX_CLIENT_LOGGING_H
#define SX_CLIENT_LOGGING_H

#include "client/object.h"

/* Where it goes to and what it offers, once all of that stands. */
void sx_logging_session(const struct sexec *object);
void sx_logging_connected(const struct sexec *object);

void sx_logging_event(const struct sexec *object, const struct sx_event *event);
void sx_logging_host_key(const struct sexec *object, const struct sx_event_host_key *key,
                         bool is_accepted);

/* A sentence about the sign-on that has no event of its own; escaped already. */
void sx_logging_note(const struct sexec *object, const char *what, const char *text);

void sx_logging_command(const struct sexec *object);

/* An action's end, with the object's code and text. */
void sx_logging_end(const struct sexec *object, int code);

#endif
