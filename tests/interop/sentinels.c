/* tests/interop/sentinels.c: does one job with secrets in it and prints every word that the library says
 * meanwhile: each event, each line of the log, the code and the error text of each call, what the describe
 * functions give, and every property and setting that can be read, but for those that hold a secret.
 *
 * The job comes on standard input, a line for each step: a verb and its value in hexadecimal.
 *
 *     set N=V                       a setting (sexec_config)
 *     bytes N=V                     the same by sexec_config_bytes
 *     host, port, user, mode, password, type, store, passphrase, subject, cert        ssh_* properties
 *     fwtype, fwhost, fwport, fwuser, fwpassword                                firewall_* properties
 *     answer, new, custom           what a handler gives: to a prompt, as new password, as the password of
 *                                   a packet of its own
 *     stdin                         goes to the command when it wants input
 *     execute                       runs it; after this, everything is read */
#include <sexec/settings.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_ = 1 << 17, ANSWERS_MAX = 8 };

static char line[LINE_MAX_];
static char *answers[ANSWERS_MAX];
static unsigned answer_count, answered, changes, customs;
static char *new_password, *custom, *input, *user;

static void told(struct sexec *ssh, const char *what, int code)
{
    printf("%s: %d %s\n", what, code, code == 0 ? "" : sexec_get_last_error(ssh));
}

/* ---- events ---------------------------------------------------------------------------------- */

static void on_log(struct sexec *ssh, const struct sexec_log_event *event, void *context)
{
    (void)ssh;
    (void)context;
    printf("log %d %s\n", sexec_log_event_log_level(event), sexec_log_event_message(event));
}

static void on_status(struct sexec *ssh, const struct sexec_ssh_status_event *event, void *context)
{
    (void)ssh;
    (void)context;
    printf("status %s\n", sexec_ssh_status_event_message(event));
}

static void on_error(struct sexec *ssh, const struct sexec_error_event *event, void *context)
{
    (void)ssh;
    (void)context;
    printf("error %s\n", sexec_error_event_description(event));
}

static void on_connection(struct sexec *ssh, const struct sexec_connection_status_event *event,
                          void *context)
{
    (void)ssh;
    (void)context;
    printf("connection %s %s\n", sexec_connection_status_event_connection_event(event),
           sexec_connection_status_event_description(event));
}

static void on_disconnected(struct sexec *ssh, const struct sexec_disconnected_event *event,
                            void *context)
{
    (void)ssh;
    (void)context;
    printf("disconnected %s\n", sexec_disconnected_event_description(event));
}

static void on_prompt(struct sexec *ssh, struct sexec_ssh_keyboard_interactive_event *event,
                      void *context)
{
    (void)ssh;
    (void)context;
    printf("prompt %s %s\n", sexec_ssh_keyboard_interactive_event_instructions(event),
           sexec_ssh_keyboard_interactive_event_prompt(event));
    if (sexec_ssh_keyboard_interactive_event_response(event)[0] == '\0' && answered < answer_count)
        sexec_ssh_keyboard_interactive_event_set_response(event, answers[answered++]);
}

static void on_change(struct sexec *ssh, struct sexec_ssh_password_change_event *event,
                      void *context)
{
    (void)ssh;
    (void)context;
    printf("change %s\n", sexec_ssh_password_change_event_prompt(event));
    if (new_password != NULL && changes++ == 0)
        sexec_ssh_password_change_event_set_new_password(event, new_password);
}

static void on_custom(struct sexec *ssh, struct sexec_ssh_custom_auth_event *event, void *context)
{
    const char *const fields[][2] = {
        { "b", "50" },       { "s", user },    { "s", "ssh-connection" },
        { "s", "password" }, { "f", "false" }, { "s", custom }
    };
    const void *payload = NULL;
    size_t length = 0;
    const char *hex;
    int code = 0;

    (void)context;
    if (customs++ > 0)
        return;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        code = sexec_set_ssh_param(ssh, payload, length, fields[i][0], fields[i][1], &payload,
                                   &length);
        told(ssh, "set_ssh_param", code);
    }
    code = sexec_encode_packet(ssh, payload, length, &hex);
    told(ssh, "encode_packet", code);
    if (code == 0)
        sexec_ssh_custom_auth_event_set_packet(event, hex);
    told(ssh, "decode of none", sexec_decode_packet(ssh, "zz", &payload, &length));
}

/* Once, and then its end; without anything to give the end alone. */
static void on_input(struct sexec *ssh, void *context)
{
    static bool is_ended;

    (void)context;
    if (is_ended)
        return;
    is_ended = true;
    if (input != NULL)
        told(ssh, "send", sexec_send(ssh, input, strlen(input)));
    told(ssh, "send_eof", sexec_send_eof(ssh));
}

/* ---- what can be read ------------------------------------------------------------------------ */

static void read_text(const char *name, const char *text)
{
    printf("get %s=%s\n", name, text == NULL ? "" : text);
}

static bool is_holder(const char *name)
{
    return strcmp(name, "FirewallPassword") == 0 || strcmp(name, "FirewallData") == 0;
}

/* The settings stand in lines "setting NAME ...", divided by tabs. */
static void read_settings(struct sexec *ssh, const char *interface)
{
    static const char kind[] = "setting\t";
    char name[128];

    for (const char *at = interface; (at = strstr(at, kind)) != NULL;) {
        const char *value = NULL;
        size_t len;

        at += sizeof kind - 1;
        len = strcspn(at, "\t\n");
        snprintf(name, sizeof name, "%.*s", (int)len, at);
        if (is_holder(name))
            continue;
        told(ssh, name, sexec_config(ssh, name, &value));
        read_text(name, value);
    }
}

static void read_everything(struct sexec *ssh)
{
    const char *text = NULL;
    char *interface;

    read_text("ssh_host", sexec_get_ssh_host(ssh));
    read_text("ssh_user", sexec_get_ssh_user(ssh));
    read_text("firewall_host", sexec_get_firewall_host(ssh));
    read_text("firewall_user", sexec_get_firewall_user(ssh));
    read_text("local_host", sexec_get_local_host(ssh));
    read_text("ssh_cert_subject", sexec_get_ssh_cert_subject(ssh));
    read_text("error_message", sexec_get_error_message(ssh));
    read_text("exit_signal", sexec_get_exit_signal(ssh));
    read_text("last_error", sexec_get_last_error(ssh));
    read_text("server_offer", sexec_get_server_offer(ssh));
    read_text("policy", sexec_get_policy(ssh));
    read_text("provider", sexec_get_provider(ssh));
    read_text("module", sexec_get_module(ssh));
    read_text("negotiated", sexec_get_negotiated(ssh));
    told(ssh, "describe_provider", sexec_describe_provider(ssh, &text));
    read_text("describe_provider", text);
    told(ssh, "describe_policy", sexec_describe_policy(ssh, "default", &text));
    read_text("describe_policy", text);
    told(ssh, "describe_machine", sexec_describe_machine(ssh, &text));
    read_text("describe_machine", text);
    told(ssh, "describe_interface", sexec_describe_interface(ssh, &text));
    read_text("describe_interface", text);
    interface = strdup(text);
    if (interface == NULL)
        exit(2);
    read_settings(ssh, interface);
    free(interface);
}

/* ---- the job --------------------------------------------------------------------------------- */

static int take_handled(const char *verb, char *value)
{
    char **const places[] = { &new_password, &custom, &input };
    static const char *const verbs[] = { "new", "custom", "stdin" };

    if (strcmp(verb, "answer") == 0 && answer_count < ANSWERS_MAX) {
        answers[answer_count++] = strdup(value);
        return 0;
    }
    for (size_t i = 0; i < 3; i++)
        if (strcmp(verb, verbs[i]) == 0) {
            *places[i] = strdup(value);
            return 0;
        }
    return -1;
}

static int take_property(struct sexec *ssh, const char *verb, const char *value, size_t length)
{
    if (strcmp(verb, "host") == 0)
        return sexec_set_ssh_host(ssh, value);
    if (strcmp(verb, "port") == 0)
        return sexec_set_ssh_port(ssh, atoi(value));
    if (strcmp(verb, "user") == 0) {
        user = strdup(value);
        return sexec_set_ssh_user(ssh, value);
    }
    if (strcmp(verb, "mode") == 0)
        return sexec_set_ssh_auth_mode(ssh, atoi(value));
    if (strcmp(verb, "password") == 0)
        return sexec_set_ssh_password(ssh, value);
    if (strcmp(verb, "type") == 0)
        return sexec_set_ssh_cert_store_type(ssh, atoi(value));
    if (strcmp(verb, "store") == 0)
        return sexec_set_ssh_cert_store(ssh, value, length);
    if (strcmp(verb, "passphrase") == 0)
        return sexec_set_ssh_cert_store_password(ssh, value);
    if (strcmp(verb, "subject") == 0)
        return sexec_set_ssh_cert_subject(ssh, value);
    if (strcmp(verb, "cert") == 0)
        return sexec_set_ssh_cert_encoded(ssh, value, length);
    if (strcmp(verb, "fwtype") == 0)
        return sexec_set_firewall_type(ssh, atoi(value));
    if (strcmp(verb, "fwhost") == 0)
        return sexec_set_firewall_host(ssh, value);
    if (strcmp(verb, "fwport") == 0)
        return sexec_set_firewall_port(ssh, atoi(value));
    if (strcmp(verb, "fwuser") == 0)
        return sexec_set_firewall_user(ssh, value);
    if (strcmp(verb, "fwpassword") == 0)
        return sexec_set_firewall_password(ssh, value);
    exit(2);
}

static int take_bytes(struct sexec *ssh, char *value, size_t length)
{
    char *equals = strchr(value, '=');

    if (equals == NULL)
        exit(2);
    *equals = '\0';
    return sexec_config_bytes(ssh, value, equals + 1, length - (size_t)(equals + 1 - value));
}

static void take(struct sexec *ssh, const char *verb, char *value, size_t length)
{
    if (strcmp(verb, "set") == 0) {
        told(ssh, "config", sexec_config(ssh, value, NULL));
    } else if (strcmp(verb, "bytes") == 0) {
        told(ssh, "config_bytes", take_bytes(ssh, value, length));
    } else if (strcmp(verb, "execute") == 0) {
        told(ssh, "execute", sexec_execute(ssh, value));
        read_everything(ssh);
    } else if (take_handled(verb, value) != 0) {
        told(ssh, verb, take_property(ssh, verb, value, length));
    }
}

/* In place; the length. */
static size_t decode(char *text)
{
    size_t n = strcspn(text, "\n") / 2;

    for (size_t i = 0; i < n; i++) {
        unsigned byte;

        if (sscanf(text + 2 * i, "%2x", &byte) != 1)
            exit(2);
        text[i] = (char)byte;
    }
    text[n] = '\0';
    return n;
}

int main(void)
{
    struct sexec *ssh = sexec_new();

    if (ssh == NULL)
        return 2;
    sexec_on_log(ssh, on_log, NULL);
    sexec_on_ssh_status(ssh, on_status, NULL);
    sexec_on_error(ssh, on_error, NULL);
    sexec_on_connection_status(ssh, on_connection, NULL);
    sexec_on_disconnected(ssh, on_disconnected, NULL);
    sexec_on_ssh_keyboard_interactive(ssh, on_prompt, NULL);
    sexec_on_ssh_password_change(ssh, on_change, NULL);
    sexec_on_ssh_custom_auth(ssh, on_custom, NULL);
    sexec_on_stdin_ready(ssh, on_input, NULL);
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *space = strchr(line, ' ');

        if (space == NULL)
            return 2;
        *space = '\0';
        take(ssh, line, space + 1, decode(space + 1));
    }
    told(ssh, "reset", sexec_reset(ssh));
    sexec_free(ssh);
    return 0;
}
