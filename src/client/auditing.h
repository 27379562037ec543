/* client/auditing.h: what an object does becomes records (audit/audit.h).
 *
 * Nothing here costs anything while no audit is configured. Configured it is by settings, which
 * hold from the first action of the object to its end, by the site file, or by a handler. When a
 * record that must be kept can't be, the action fails: SX_ERR_AUDIT. */
#ifndef SX_CLIENT_AUDITING_H
#define SX_CLIENT_AUDITING_H

#include "client/object.h"

/* An object's life. start reads what the site file says. */
SX_MUST_USE enum sx_err sx_auditing_start(struct sexec *object);
void sx_auditing_end(struct sexec *object);

/* sx_auditing_call records a call that has no record of its own, with what it gave; returns code.
 * argument may be NULL, and is for what can't hold a secret. */
int sx_auditing_call(struct sexec *object, const char *method, const char *argument, int code);

/* A handler is set or taken away, by sexec_on_NAME. When the record is lost, the next action fails. */
void sx_auditing_handler(struct sexec *object, const char *setter, bool is_set);

/* A method that has records of its own once its action is under way: sx_auditing_method records it as
 * a call when it failed with code and had none since the mark. Returns code. */
uint64_t sx_auditing_mark(const struct sexec *object);
int sx_auditing_method(struct sexec *object, const char *method, uint64_t mark, int code);

/* A logoff, which stands in the file together with the session's end. */
void sx_auditing_logoff(struct sexec *object);

/* sx_auditing_call with a number, or with the length of what isn't shown. */
int sx_auditing_number(struct sexec *object, const char *method, long long argument, int code);
int sx_auditing_sized(struct sexec *object, const char *method, size_t length, int code);

/* sx_auditing_config is the same for a setting, "NAME=VALUE"; the value of one that may be secret is
 * left out. */
int sx_auditing_config(struct sexec *object, const char *method, const char *configuration,
                       int code);

/* Calls that are only counted. Getters are all that tell or compute and leave the object as it is. */
enum sx_counted {
    SX_COUNTED_SEND,
    SX_COUNTED_HOLD, /* of output, and its release */
    SX_COUNTED_DO_EVENTS,
    SX_COUNTED_GETTER,
    SX_COUNTED_COUNT
};
void sx_auditing_count(const struct sexec *object, enum sx_counted what);

/* sx_auditing_begin: an action begins. Opens the sinks the first time; from then on the audit's
 * settings can't be changed. SX_ERR_AUDIT. */
SX_MUST_USE enum sx_err sx_auditing_begin(struct sexec *object, struct sx_fault *fault);

/* sx_auditing_finish: an action ends with code; gives the code with which it ends now, 3014 when a
 * record of it was lost. */
int sx_auditing_finish(struct sexec *object, int code);

/* A session: begun before anything is sent; its provider, and settings that weaken it; its end. */
SX_MUST_USE enum sx_err sx_auditing_session_begin(struct sexec *object, struct sx_fault *fault);
SX_MUST_USE enum sx_err sx_auditing_session_made(struct sexec *object, struct sx_fault *fault);
void sx_auditing_session_end(struct sexec *object, int code, const char *text);

/* sx_auditing_refusal records what a policy refused, or a packet that was dropped for its size,
 * when err is such an error. */
void sx_auditing_refusal(struct sexec *object, enum sx_err err, const struct sx_fault *fault);

/* An event of the engine; a host key once it is judged. A record that is lost ends the action. */
void sx_auditing_event(struct sexec *object, const struct sx_event *event);
void sx_auditing_host_key(struct sexec *object, const struct sx_event_host_key *key,
                          bool is_accepted);

/* sx_auditing_command_begin records the command; *out_is_ready says that the record is durable and
 * the command may go. With timeout 0 that is in a later round, so that sessions of one loop share
 * what they wait for; sx_auditing_is_waiting says that there is one to come. */
SX_MUST_USE enum sx_err sx_auditing_command_begin(struct sexec *object, struct sx_fault *fault,
                                                  bool *out_is_ready);
bool sx_auditing_is_waiting(const struct sexec *object);

/* Input that the command was sent. */
void sx_auditing_input(struct sexec *object, struct sx_slice data);

/* sx_auditing_command_end records how it ended, once; code is what the method gives. */
SX_MUST_USE enum sx_err sx_auditing_command_end(struct sexec *object, int code,
                                                struct sx_fault *fault);

/* Settings. */
int sx_set_audit_file(struct sexec *object, const char *value);
int sx_get_audit_file(struct sexec *object, struct sx_buffer *out);
int sx_set_audit_key(struct sexec *object, const char *value);
int sx_get_audit_key(struct sexec *object, struct sx_buffer *out);
int sx_set_audit_sync(struct sexec *object, const char *value);
int sx_get_audit_sync(struct sexec *object, struct sx_buffer *out);
int sx_set_audit_syslog(struct sexec *object, const char *value);
int sx_get_audit_syslog(struct sexec *object, struct sx_buffer *out);
int sx_set_audit_required(struct sexec *object, const char *value);
int sx_get_audit_required(struct sexec *object, struct sx_buffer *out);
int sx_set_audit_digests(struct sexec *object, const char *value);
int sx_get_audit_digests(struct sexec *object, struct sx_buffer *out);
int sx_set_certificate(struct sexec *object, const char *value);
int sx_get_certificate(struct sexec *object, struct sx_buffer *out);

#endif
