/* sexec/events.h: what an object tells while it works.
 *
 * A handler is set with sexec_on_NAME(object, handler, context); NULL takes it away. An audit records
 * both; when it can't, the next action fails with 3014. A handler runs on the thread that called the
 * method (execute, ssh_logon, do_events, ...), and its event argument lives until it returns. Inside
 * a handler the getters, sexec_config, sexec_interrupt and the send functions work; execute,
 * ssh_logon, ssh_logoff and reset give 1050 (busy); sexec_free is put off until the method returns,
 * and no handler is called any more. None is called out of itself.
 *
 * Reference: "Event List" and the pages of each event. */
#ifndef SEXEC_EVENTS_H
#define SEXEC_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

#include <sexec/export.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sexec;

/* on_connected: the TCP connection was made (status code 0, "OK") or could not be made. */
struct sexec_connected_event;
typedef void (*sexec_connected_handler)(struct sexec *object,
                                        const struct sexec_connected_event *event, void *context);
SEXEC_API void sexec_on_connected(struct sexec *object, sexec_connected_handler handler,
                                  void *context);
SEXEC_API int sexec_connected_event_status_code(const struct sexec_connected_event *event);
SEXEC_API const char *sexec_connected_event_description(const struct sexec_connected_event *event);

/* on_connection_status: a step of the connection, such as "Remote host connection complete." */
struct sexec_connection_status_event;
typedef void (*sexec_connection_status_handler)(struct sexec *object,
                                                const struct sexec_connection_status_event *event,
                                                void *context);
SEXEC_API void sexec_on_connection_status(struct sexec *object,
                                          sexec_connection_status_handler handler, void *context);
SEXEC_API const char *sexec_connection_status_event_connection_event(
    const struct sexec_connection_status_event *event);
SEXEC_API int sexec_connection_status_event_status_code(
    const struct sexec_connection_status_event *event);
SEXEC_API const char *sexec_connection_status_event_description(
    const struct sexec_connection_status_event *event);

/* on_disconnected: the connection is closed; 0 and "OK" when it was closed normally. */
struct sexec_disconnected_event;
typedef void (*sexec_disconnected_handler)(struct sexec *object,
                                           const struct sexec_disconnected_event *event,
                                           void *context);
SEXEC_API void sexec_on_disconnected(struct sexec *object, sexec_disconnected_handler handler,
                                     void *context);
SEXEC_API int sexec_disconnected_event_status_code(const struct sexec_disconnected_event *event);
SEXEC_API const char *sexec_disconnected_event_description(
    const struct sexec_disconnected_event *event);

/* on_error: an exceptional condition while data is delivered; methods also return the code. */
struct sexec_error_event;
typedef void (*sexec_error_handler)(struct sexec *object, const struct sexec_error_event *event,
                                    void *context);
SEXEC_API void sexec_on_error(struct sexec *object, sexec_error_handler handler, void *context);
SEXEC_API int sexec_error_event_error_code(const struct sexec_error_event *event);
SEXEC_API const char *sexec_error_event_description(const struct sexec_error_event *event);

/* on_log: one log line, "what name=value ..."; the setting LogLevel says how many. 1: what was offered,
 * chosen, tried and refused, and why; 2: each packet as well; 3: the fields of each packet. Secrets are
 * masked, bytes of the server are escaped; data of channels shows as its length. Lines come
 * once the packet that they are about is made, so this handler may do what others may; what it
 * brings about isn't logged. log_type is always empty (reserved in the reference). */
struct sexec_log_event;
typedef void (*sexec_log_handler)(struct sexec *object, const struct sexec_log_event *event,
                                  void *context);
SEXEC_API void sexec_on_log(struct sexec *object, sexec_log_handler handler, void *context);
SEXEC_API int sexec_log_event_log_level(const struct sexec_log_event *event);
SEXEC_API const char *sexec_log_event_message(const struct sexec_log_event *event);
SEXEC_API const char *sexec_log_event_log_type(const struct sexec_log_event *event);

/* on_ssh_server_authentication: the server proved that it has this host key. accept is true when
 * a setting trusts the key already; the handler may set it. The signature over the exchange has
 * been verified before. host_key is the key's SSH encoding (RFC 4253 section 6.6); fingerprint is
 * hex with colons by SSHFingerprintHashAlgorithm. cert_subject, cert_issuer and status are empty
 * where they don't apply. */
struct sexec_ssh_server_authentication_event;
typedef void (*sexec_ssh_server_authentication_handler)(
    struct sexec *object, struct sexec_ssh_server_authentication_event *event, void *context);
SEXEC_API void sexec_on_ssh_server_authentication(struct sexec *object,
                                                  sexec_ssh_server_authentication_handler handler,
                                                  void *context);
SEXEC_API const void *sexec_ssh_server_authentication_event_host_key(
    const struct sexec_ssh_server_authentication_event *event, size_t *out_length);
SEXEC_API const char *sexec_ssh_server_authentication_event_fingerprint(
    const struct sexec_ssh_server_authentication_event *event);
SEXEC_API const char *sexec_ssh_server_authentication_event_key_algorithm(
    const struct sexec_ssh_server_authentication_event *event);
SEXEC_API const char *sexec_ssh_server_authentication_event_cert_subject(
    const struct sexec_ssh_server_authentication_event *event);
SEXEC_API const char *sexec_ssh_server_authentication_event_cert_issuer(
    const struct sexec_ssh_server_authentication_event *event);
SEXEC_API const char *sexec_ssh_server_authentication_event_status(
    const struct sexec_ssh_server_authentication_event *event);
SEXEC_API bool sexec_ssh_server_authentication_event_accept(
    const struct sexec_ssh_server_authentication_event *event);
SEXEC_API void sexec_ssh_server_authentication_event_set_accept(
    struct sexec_ssh_server_authentication_event *event, bool accept);

/* on_ssh_keyboard_interactive: the server asks something in keyboard-interactive authentication:
 * one event for each prompt, in their order. name and instructions may be empty. Texts are the
 * server's, escaped (backslash as \\, what is no printable UTF-8 as \xNN) but for line feeds and
 * tabs. echo_response: what is typed may be shown. response is what will be sent: "" at first, or
 * ssh_password where the setting PasswordPrompt matches the prompt; the setter copies into wiped
 * storage. Without a handler, prompts that PasswordPrompt doesn't match end the method. The time that
 * a person takes counts for the timeout of the logon. A request without prompts, which only tells
 * something, comes as on_ssh_status. */
struct sexec_ssh_keyboard_interactive_event;
typedef void (*sexec_ssh_keyboard_interactive_handler)(
    struct sexec *object, struct sexec_ssh_keyboard_interactive_event *event, void *context);
SEXEC_API void sexec_on_ssh_keyboard_interactive(struct sexec *object,
                                                 sexec_ssh_keyboard_interactive_handler handler,
                                                 void *context);
SEXEC_API const char *sexec_ssh_keyboard_interactive_event_name(
    const struct sexec_ssh_keyboard_interactive_event *event);
SEXEC_API const char *sexec_ssh_keyboard_interactive_event_instructions(
    const struct sexec_ssh_keyboard_interactive_event *event);
SEXEC_API const char *sexec_ssh_keyboard_interactive_event_prompt(
    const struct sexec_ssh_keyboard_interactive_event *event);
SEXEC_API bool sexec_ssh_keyboard_interactive_event_echo_response(
    const struct sexec_ssh_keyboard_interactive_event *event);
SEXEC_API const char *sexec_ssh_keyboard_interactive_event_response(
    const struct sexec_ssh_keyboard_interactive_event *event);
SEXEC_API void sexec_ssh_keyboard_interactive_event_set_response(
    struct sexec_ssh_keyboard_interactive_event *event, const char *response);

/* on_ssh_custom_auth: with ssh_auth_mode 6, what to send now? packet is the server's last message in
 * hexadecimal, its type first: at first SERVICE_ACCEPT (06), then each of its answers, such as
 * FAILURE (33), but for banners, and SUCCESS, which ends it. The handler sets the message to send:
 * type 50 (USERAUTH_REQUEST for ssh-connection) or 60 to 79, up to 32768 bytes; another is 3030.
 * When it sets none, the sign-on fails with 1032. ssh_user and ssh_password aren't used. */
struct sexec_ssh_custom_auth_event;
typedef void (*sexec_ssh_custom_auth_handler)(struct sexec *object,
                                              struct sexec_ssh_custom_auth_event *event,
                                              void *context);
SEXEC_API void sexec_on_ssh_custom_auth(struct sexec *object, sexec_ssh_custom_auth_handler handler,
                                        void *context);
SEXEC_API const char *sexec_ssh_custom_auth_event_packet(
    const struct sexec_ssh_custom_auth_event *event);
SEXEC_API void sexec_ssh_custom_auth_event_set_packet(struct sexec_ssh_custom_auth_event *event,
                                                      const char *packet);

/* on_ssh_password_change (not in the reference): the server takes the password, but demands a new
 * one first; prompt is its text, escaped as above. It comes again when the server doesn't like the
 * new one. A handler that sets none, or no handler, ends the logon with 3012. The property
 * ssh_password keeps the old one. */
struct sexec_ssh_password_change_event;
typedef void (*sexec_ssh_password_change_handler)(struct sexec *object,
                                                  struct sexec_ssh_password_change_event *event,
                                                  void *context);
SEXEC_API void sexec_on_ssh_password_change(struct sexec *object,
                                            sexec_ssh_password_change_handler handler,
                                            void *context);
SEXEC_API const char *sexec_ssh_password_change_event_prompt(
    const struct sexec_ssh_password_change_event *event);
SEXEC_API void sexec_ssh_password_change_event_set_new_password(
    struct sexec_ssh_password_change_event *event, const char *new_password);

/* on_ssh_status: the progress of the secure connection, and the server's banner (escaped), as
 * text for people. */
struct sexec_ssh_status_event;
typedef void (*sexec_ssh_status_handler)(struct sexec *object,
                                         const struct sexec_ssh_status_event *event, void *context);
SEXEC_API void sexec_on_ssh_status(struct sexec *object, sexec_ssh_status_handler handler,
                                   void *context);
SEXEC_API const char *sexec_ssh_status_event_message(const struct sexec_ssh_status_event *event);

/* on_stdout, on_stderr: output of the command. By default one event for each line, with its line
 * end, so that all texts one after another are the exact stream; lines longer than MaxLineLength
 * come in pieces, and what is left at the end comes as it is. With the setting OutputMode=chunks
 * data comes as it arrives, without a copy. text is bytes, not NUL-terminated. */
struct sexec_stdout_event;
typedef void (*sexec_stdout_handler)(struct sexec *object, const struct sexec_stdout_event *event,
                                     void *context);
SEXEC_API void sexec_on_stdout(struct sexec *object, sexec_stdout_handler handler, void *context);
SEXEC_API const void *sexec_stdout_event_text(const struct sexec_stdout_event *event,
                                              size_t *out_length);

struct sexec_stderr_event;
typedef void (*sexec_stderr_handler)(struct sexec *object, const struct sexec_stderr_event *event,
                                     void *context);
SEXEC_API void sexec_on_stderr(struct sexec *object, sexec_stderr_handler handler, void *context);
SEXEC_API const void *sexec_stderr_event_text(const struct sexec_stderr_event *event,
                                              size_t *out_length);

/* on_stdin_ready (not in the reference): the command runs and its standard input takes data: at
 * its start, and again each time after a send function took less than all. */
typedef void (*sexec_stdin_ready_handler)(struct sexec *object, void *context);
SEXEC_API void sexec_on_stdin_ready(struct sexec *object, sexec_stdin_ready_handler handler,
                                    void *context);

#ifdef __cplusplus
}
#endif

#endif
