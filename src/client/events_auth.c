/* client/events_auth.c: the public events that ask for a credential. What a handler sets is copied
 * into wiped storage at once. */
#include <string.h>

#include "client/fire.h"
#include "client/values.h"

struct sexec_ssh_keyboard_interactive_event {
    const struct sx_prompt_shown *shown;
    struct sx_secret *response; /* with its NUL */
    enum sx_err err;
};

struct sexec_ssh_password_change_event {
    const char *prompt;
    struct sx_secret *new_password; /* with its NUL; empty until set */
    enum sx_err err;
};

struct sexec_ssh_custom_auth_event {
    const char *received;
    struct sx_secret *packet; /* with its NUL; empty until set */
    enum sx_err err;
};

SETTER(ssh_custom_auth, SX_ON_SSH_CUSTOM_AUTH)
SETTER(ssh_keyboard_interactive, SX_ON_SSH_KEYBOARD_INTERACTIVE)
SETTER(ssh_password_change, SX_ON_SSH_PASSWORD_CHANGE)

enum sx_err sx_fire_keyboard_interactive(struct sexec *object, const struct sx_prompt_shown *shown,
                                         struct sx_secret *response)
{
    struct sexec_ssh_keyboard_interactive_event event = { shown, response, SX_OK };

    FIRE(ssh_keyboard_interactive, SX_ON_SSH_KEYBOARD_INTERACTIVE, &event);
    return event.err;
}

enum sx_err sx_fire_password_change(struct sexec *object, const char *prompt,
                                    struct sx_secret *new_password)
{
    struct sexec_ssh_password_change_event event = { prompt, new_password, SX_OK };

    FIRE(ssh_password_change, SX_ON_SSH_PASSWORD_CHANGE, &event);
    return event.err;
}

enum sx_err sx_fire_custom_auth(struct sexec *object, const char *packet, struct sx_secret *out)
{
    struct sexec_ssh_custom_auth_event event = { packet, out, SX_OK };

    FIRE(ssh_custom_auth, SX_ON_SSH_CUSTOM_AUTH, &event);
    return event.err;
}

const char *sexec_ssh_custom_auth_event_packet(const struct sexec_ssh_custom_auth_event *event)
{
    return event->packet->len > 0 ? sx_secret_text(event->packet) : event->received;
}

void sexec_ssh_custom_auth_event_set_packet(struct sexec_ssh_custom_auth_event *event,
                                            const char *packet)
{
    event->err = sx_secret_text_set(event->packet, packet);
}

const char *sexec_ssh_keyboard_interactive_event_name(
    const struct sexec_ssh_keyboard_interactive_event *event)
{
    return event->shown->name;
}

const char *sexec_ssh_keyboard_interactive_event_instructions(
    const struct sexec_ssh_keyboard_interactive_event *event)
{
    return event->shown->instructions;
}

const char *sexec_ssh_keyboard_interactive_event_prompt(
    const struct sexec_ssh_keyboard_interactive_event *event)
{
    return event->shown->prompt;
}

bool sexec_ssh_keyboard_interactive_event_echo_response(
    const struct sexec_ssh_keyboard_interactive_event *event)
{
    return event->shown->is_echoed;
}

const char *sexec_ssh_keyboard_interactive_event_response(
    const struct sexec_ssh_keyboard_interactive_event *event)
{
    return sx_secret_text(event->response);
}

void sexec_ssh_keyboard_interactive_event_set_response(
    struct sexec_ssh_keyboard_interactive_event *event, const char *response)
{
    event->err = sx_secret_text_set(event->response, response);
}

const char *sexec_ssh_password_change_event_prompt(
    const struct sexec_ssh_password_change_event *event)
{
    return event->prompt;
}

void sexec_ssh_password_change_event_set_new_password(struct sexec_ssh_password_change_event *event,
                                                      const char *new_password)
{
    event->err = sx_secret_text_set(event->new_password, new_password);
}
