/* client/values.h: defaults of properties and settings, and their life. */
#ifndef SX_CLIENT_VALUES_H
#define SX_CLIENT_VALUES_H

#include "client/object.h"

SX_MUST_USE enum sx_err sx_values_init(struct sx_values *values);
void sx_values_clear(struct sx_values *values);

/* sx_text_set replaces an owned text by a copy; the old one is wiped. value NULL counts as "". */
SX_MUST_USE enum sx_err sx_text_set(char **text, const char *value);

/* sx_secret_text_set keeps a text with its NUL, so that a getter can lend it. */
SX_MUST_USE enum sx_err sx_secret_text_set(struct sx_secret *secret, const char *value);

/* The text of such a secret, "" when unset; without its NUL as a slice. */
const char *sx_secret_text(const struct sx_secret *secret);
struct sx_slice sx_secret_text_slice(const struct sx_secret *secret);

#endif
