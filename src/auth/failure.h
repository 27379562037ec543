/* auth/failure.h: what the user is told when nobody let them in. */
#ifndef SX_AUTH_FAILURE_H
#define SX_AUTH_FAILURE_H

#include "auth/userauth.h"

/* sx_auth_note_tried adds a method's name, or what became of it in brackets, to those tried. */
void sx_auth_note_tried(struct sx_auth *auth, const char *name);

/* sx_auth_give_up sets the fault: methods tried, why some were not, methods left, and what could
 * help. Returns SX_ERR_AUTH_FAILED. */
enum sx_err sx_auth_give_up(struct sx_auth *auth);

#endif
