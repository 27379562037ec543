/* client/events.h: firing the public events. */
#ifndef SX_CLIENT_EVENTS_H
#define SX_CLIENT_EVENTS_H

#include "client/object.h"

bool sx_has_handler(const struct sexec *object, enum sx_handler_index index);

void sx_fire_connected(struct sexec *object, int code, const char *text);
void sx_fire_connection_status(struct sexec *object, const char *what, int code, const char *text);
void sx_fire_disconnected(struct sexec *object, int code, const char *text);
void sx_fire_error(struct sexec *object, int code, const char *text);
void sx_fire_log(struct sexec *object, int level, const char *line);
void sx_fire_ssh_status(struct sexec *object, const char *text);
void sx_fire_output(struct sexec *object, bool is_stderr, struct sx_slice text);
void sx_fire_stdin_ready(struct sexec *object);

/* Returns what accept was after the handler; it starts as is_accepted. */
bool sx_fire_server_authentication(struct sexec *object, struct sx_slice host_key,
                                   const char *fingerprint, const char *algorithm,
                                   bool is_accepted);

#endif
