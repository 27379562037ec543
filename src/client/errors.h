/* client/errors.h: how a failure leaves the object: code, kept text, on_error. */
#ifndef SX_CLIENT_ERRORS_H
#define SX_CLIENT_ERRORS_H

#include "client/object.h"

/* sx_fail keeps code and text for sexec_get_last_error and returns the code. */
int sx_fail(struct sexec *object, int code, const char *fmt, ...) SX_PRINTF(3, 4);

/* sx_fail_code does with the text that sexec_error_text has for the code. */
int sx_fail_code(struct sexec *object, int code);

/* The same from an inside error with the fault's sentence; the fault is emptied. */
int sx_fail_err(struct sexec *object, enum sx_err err, struct sx_fault *fault);

/* True, with the code's text kept, when a setter or method must refuse: an action runs, or a
 * handler called it. */
bool sx_is_busy(const struct sexec *object);

/* Connected or on the way. */
bool sx_is_in_progress(const struct sexec *object);

#endif
