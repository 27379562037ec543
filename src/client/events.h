/* client/events.h: firing the public events. */
#ifndef SX_CLIENT_EVENTS_H
#define SX_CLIENT_EVENTS_H

#include "client/object.h"

/* setter is the name of the public function, for the audit. */
void sx_set_handler(struct sexec *object, enum sx_handler_index index, const char *setter,
                    void (*function)(void), void *context);
bool sx_has_handler(const struct sexec *object, enum sx_handler_index index);
bool sx_is_handler_running(const struct sexec *object, enum sx_handler_index index);

void sx_fire_connected(struct sexec *object, int code, const char *text);
void sx_fire_connection_status(struct sexec *object, const char *what, int code, const char *text);
void sx_fire_disconnected(struct sexec *object, int code, const char *text);
void sx_fire_error(struct sexec *object, int code, const char *text);
void sx_fire_log(struct sexec *object, int level, const char *line);
void sx_fire_ssh_status(struct sexec *object, const char *text);

/* The same with a format; what comes from the server must be escaped. Cut at SX_TEXT_MAX. */
void sx_status(struct sexec *object, const char *fmt, ...) SX_PRINTF(2, 3);
void sx_fire_output(struct sexec *object, bool is_stderr, struct sx_slice text);
void sx_fire_stdin_ready(struct sexec *object);

/* A host key as its event shows it. */
struct sx_shown_key {
    const struct sx_event_host_key *key;
    const char *fingerprint;
    const char *cert_subject; /* "" without an X.509 certificate */
    const char *cert_issuer;
    bool is_accepted;
};

/* Returns what accept was after the handler; it starts as is_accepted. */
bool sx_fire_server_authentication(struct sexec *object, const struct sx_shown_key *shown);

/* A prompt of the server, safe to be shown. */
struct sx_prompt_shown {
    const char *name;
    const char *instructions;
    const char *prompt;
    bool is_echoed;
};

/* response and new_password are texts with their NUL; the handler may replace them. SX_ERR_MEMORY
 * when what it set could not be kept. */
SX_MUST_USE enum sx_err sx_fire_keyboard_interactive(struct sexec *object,
                                                     const struct sx_prompt_shown *shown,
                                                     struct sx_secret *response);
/* packet is the server's; *out is empty when the handler sets none. */
SX_MUST_USE enum sx_err sx_fire_custom_auth(struct sexec *object, const char *packet,
                                            struct sx_secret *out);
SX_MUST_USE enum sx_err sx_fire_password_change(struct sexec *object, const char *prompt,
                                                struct sx_secret *new_password);

#endif
