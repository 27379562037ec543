/* client/events.c: the event arguments, their accessors, and the calls of the handlers. */
#include "client/auditing.h"
#include "client/fire.h"
#include "client/log_lines.h"

struct sexec_connected_event {
    int status_code;
    const char *description;
};

struct sexec_connection_status_event {
    const char *connection_event;
    int status_code;
    const char *description;
};

struct sexec_disconnected_event {
    int status_code;
    const char *description;
};

struct sexec_error_event {
    int error_code;
    const char *description;
};

struct sexec_log_event {
    int log_level;
    const char *message;
};

struct sexec_ssh_server_authentication_event {
    struct sx_slice host_key;
    const char *fingerprint;
    const char *key_algorithm;
    const char *cert_subject;
    const char *cert_issuer;
    bool accept;
};

struct sexec_ssh_status_event {
    const char *message;
};

struct sexec_stdout_event {
    struct sx_slice text;
};

struct sexec_stderr_event {
    struct sx_slice text;
};

void sx_set_handler(struct sexec *object, enum sx_handler_index index, const char *setter,
                    void (*function)(void), void *context)
{
    if (object == NULL)
        return;
    object->handlers[index] = (struct sx_handler){ function, context };
    if (index == SX_ON_LOG)
        sx_log_lines_level(object);
    sx_auditing_handler(object, setter, function != NULL);
}

bool sx_has_handler(const struct sexec *object, enum sx_handler_index index)
{
    return object->handlers[index].function != NULL;
}

bool sx_is_handler_running(const struct sexec *object, enum sx_handler_index index)
{
    return (object->handlers_running & 1u << index) != 0;
}

bool sx_handler_enter(struct sexec *object, enum sx_handler_index index)
{
    if (!sx_has_handler(object, index) || sx_is_handler_running(object, index) ||
        object->is_free_wanted) /* what the handler would use may be gone */
        return false;
    object->handlers_running |= 1u << index;
    object->handler_depth++;
    return true;
}

void sx_handler_leave(struct sexec *object, enum sx_handler_index index)
{
    object->handlers_running &= ~(1u << index);
    object->handler_depth--;
}

SETTER(connected, SX_ON_CONNECTED)
SETTER(connection_status, SX_ON_CONNECTION_STATUS)
SETTER(disconnected, SX_ON_DISCONNECTED)
SETTER(error, SX_ON_ERROR)
SETTER(log, SX_ON_LOG)
SETTER(ssh_server_authentication, SX_ON_SSH_SERVER_AUTHENTICATION)
SETTER(ssh_status, SX_ON_SSH_STATUS)
SETTER(stdout, SX_ON_STDOUT)
SETTER(stderr, SX_ON_STDERR)
SETTER(stdin_ready, SX_ON_STDIN_READY)

void sx_fire_connected(struct sexec *object, int code, const char *text)
{
    const struct sexec_connected_event event = { code, text };

    FIRE(connected, SX_ON_CONNECTED, &event);
}

void sx_fire_connection_status(struct sexec *object, const char *what, int code, const char *text)
{
    const struct sexec_connection_status_event event = { what, code, text };

    FIRE(connection_status, SX_ON_CONNECTION_STATUS, &event);
}

void sx_fire_disconnected(struct sexec *object, int code, const char *text)
{
    const struct sexec_disconnected_event event = { code, text };

    FIRE(disconnected, SX_ON_DISCONNECTED, &event);
}

void sx_fire_error(struct sexec *object, int code, const char *text)
{
    const struct sexec_error_event event = { code, text };

    FIRE(error, SX_ON_ERROR, &event);
}

void sx_fire_log(struct sexec *object, int level, const char *line)
{
    const struct sexec_log_event event = { level, line };

    FIRE(log, SX_ON_LOG, &event);
}

void sx_fire_ssh_status(struct sexec *object, const char *text)
{
    const struct sexec_ssh_status_event event = { text };

    FIRE(ssh_status, SX_ON_SSH_STATUS, &event);
}

void sx_fire_output(struct sexec *object, bool is_stderr, struct sx_slice text)
{
    const struct sexec_stdout_event out = { text };
    const struct sexec_stderr_event err = { text };

    if (is_stderr)
        FIRE(stderr, SX_ON_STDERR, &err);
    else
        FIRE(stdout, SX_ON_STDOUT, &out);
}

void sx_fire_stdin_ready(struct sexec *object)
{
    struct sx_handler handler = object->handlers[SX_ON_STDIN_READY];

    if (!sx_handler_enter(object, SX_ON_STDIN_READY))
        return;
    ((sexec_stdin_ready_handler)handler.function)(object, handler.context);
    sx_handler_leave(object, SX_ON_STDIN_READY);
}

bool sx_fire_server_authentication(struct sexec *object, const struct sx_shown_key *shown)
{
    struct sexec_ssh_server_authentication_event event = {
        .host_key = shown->key->blob,
        .fingerprint = shown->fingerprint,
        .key_algorithm = shown->key->algorithm,
        .cert_subject = shown->cert_subject,
        .cert_issuer = shown->cert_issuer,
        .accept = shown->is_accepted,
    };

    FIRE(ssh_server_authentication, SX_ON_SSH_SERVER_AUTHENTICATION, &event);
    return event.accept;
}

int sexec_connected_event_status_code(const struct sexec_connected_event *event)
{
    return event->status_code;
}

const char *sexec_connected_event_description(const struct sexec_connected_event *event)
{
    return event->description;
}

const char *sexec_connection_status_event_connection_event(
    const struct sexec_connection_status_event *event)
{
    return event->connection_event;
}

int sexec_connection_status_event_status_code(const struct sexec_connection_status_event *event)
{
    return event->status_code;
}

const char *sexec_connection_status_event_description(
    const struct sexec_connection_status_event *event)
{
    return event->description;
}

int sexec_disconnected_event_status_code(const struct sexec_disconnected_event *event)
{
    return event->status_code;
}

const char *sexec_disconnected_event_description(const struct sexec_disconnected_event *event)
{
    return event->description;
}

int sexec_error_event_error_code(const struct sexec_error_event *event)
{
    return event->error_code;
}

const char *sexec_error_event_description(const struct sexec_error_event *event)
{
    return event->description;
}

int sexec_log_event_log_level(const struct sexec_log_event *event)
{
    return event->log_level;
}

const char *sexec_log_event_message(const struct sexec_log_event *event)
{
    return event->message;
}

const char *sexec_log_event_log_type(const struct sexec_log_event *event)
{
    (void)event;
    return "";
}

const void *sexec_ssh_server_authentication_event_host_key(
    const struct sexec_ssh_server_authentication_event *event, size_t *out_length)
{
    if (out_length != NULL)
        *out_length = event->host_key.len;
    return event->host_key.ptr;
}

const char *sexec_ssh_server_authentication_event_fingerprint(
    const struct sexec_ssh_server_authentication_event *event)
{
    return event->fingerprint;
}

const char *sexec_ssh_server_authentication_event_key_algorithm(
    const struct sexec_ssh_server_authentication_event *event)
{
    return event->key_algorithm;
}

const char *sexec_ssh_server_authentication_event_cert_subject(
    const struct sexec_ssh_server_authentication_event *event)
{
    return event->cert_subject;
}

const char *sexec_ssh_server_authentication_event_cert_issuer(
    const struct sexec_ssh_server_authentication_event *event)
{
    return event->cert_issuer;
}

const char *sexec_ssh_server_authentication_event_status(
    const struct sexec_ssh_server_authentication_event *event)
{
    (void)event;
    return "";
}

bool sexec_ssh_server_authentication_event_accept(
    const struct sexec_ssh_server_authentication_event *event)
{
    return event->accept;
}

void sexec_ssh_server_authentication_event_set_accept(
    struct sexec_ssh_server_authentication_event *event, bool accept)
{
    event->accept = accept;
}

const char *sexec_ssh_status_event_message(const struct sexec_ssh_status_event *event)
{
    return event->message;
}

const void *sexec_stdout_event_text(const struct sexec_stdout_event *event, size_t *out_length)
{
    if (out_length != NULL)
        *out_length = event->text.len;
    return event->text.ptr;
}

const void *sexec_stderr_event_text(const struct sexec_stderr_event *event, size_t *out_length)
{
    if (out_length != NULL)
        *out_length = event->text.len;
    return event->text.ptr;
}
