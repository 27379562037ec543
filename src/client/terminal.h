/* client/terminal.h: the settings of a pseudo-terminal, and those that say little on this platform. */
#ifndef SX_CLIENT_TERMINAL_H
#define SX_CLIENT_TERMINAL_H

#include "client/object.h"

/* TerminalModes is text ("53=0,50=1"), EncodedTerminalModes the bytes of RFC 4254 section 8, which
 * sexec_config writes and reads in hex. Either sets both. */
int sx_set_terminal_modes(struct sexec *object, const char *value);
int sx_get_terminal_modes(struct sexec *object, struct sx_buffer *out);
int sx_set_encoded_modes(struct sexec *object, const char *value);
int sx_set_encoded_mode_bytes(struct sexec *object, struct sx_slice value);
int sx_get_encoded_modes(struct sexec *object, struct sx_buffer *out);
int sx_check_terminal_type(struct sexec *object, const char *value);

int sx_get_license(struct sexec *object, struct sx_buffer *out);
int sx_set_internal_api(struct sexec *object, const char *value);
int sx_get_internal_api(struct sexec *object, struct sx_buffer *out);

#endif
