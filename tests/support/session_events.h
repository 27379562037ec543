/* tests/support/session_events.h: between the files of the session. */
#ifndef SX_TESTS_SESSION_EVENTS_H
#define SX_TESTS_SESSION_EVENTS_H

#include "support/session.h"

/* Keeps what the event tells, answers what it asks. */
void session_on_event(struct session *session, const struct sx_event *event);

void session_note_error(struct session *session, enum sx_err err);

#endif
