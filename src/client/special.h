/* client/special.h: settings that check, compute or act; rows of the table in settings.c. */
#ifndef SX_CLIENT_SPECIAL_H
#define SX_CLIENT_SPECIAL_H

#include "client/object.h"

/* sx_lend_text appends a text and its NUL to what a getter lends; 0 or 3015. */
int sx_lend_text(struct sexec *object, struct sx_buffer *out, const char *text);

/* The reference's booleans, without regard to case. */
bool sx_parse_bool(const char *text, bool *out);
bool sx_parse_number(const char *text, long long *out);

/* Checks before a value is kept: 0, or a code with its text kept. */
int sx_check_client_version(struct sexec *object, const char *value);
int sx_check_fingerprints(struct sexec *object, const char *value);
int sx_check_output_mode(struct sexec *object, const char *value);

/* ChannelDataEOL: a mark of any bytes. MaxWindowSize: while connected it can only grow. */
int sx_set_data_eol(struct sexec *object, const char *value);
int sx_set_data_eol_bytes(struct sexec *object, struct sx_slice mark);
int sx_get_data_eol(struct sexec *object, struct sx_buffer *out);
int sx_set_max_window(struct sexec *object, const char *value);
int sx_get_max_window(struct sexec *object, struct sx_buffer *out);

int sx_get_build_info(struct sexec *object, struct sx_buffer *out);
int sx_get_renegotiate(struct sexec *object, struct sx_buffer *out);
int sx_get_local_host(struct sexec *object, struct sx_buffer *out);
int sx_get_local_port(struct sexec *object, struct sx_buffer *out);
int sx_get_server_version(struct sexec *object, struct sx_buffer *out);

int sx_set_log_level(struct sexec *object, const char *value);
int sx_get_log_level(struct sexec *object, struct sx_buffer *out);

#endif
