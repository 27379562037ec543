/* tests/interop/sign_on.c: signs on as its arguments say, answers what is asked, runs a command, and
 * tells all that happened, one line each:
 *
 *     sign_on HOST PORT USER FINGERPRINT MODE COMMAND [OPTION VALUE]...
 *
 *     --password P    ssh_password                --key FILE       a key (further ones are added)
 *     --answer A=B    a handler answers prompts that contain A with B; unknown ones with ""
 *     --new P         a handler gives a new password; each further one takes its turn
 *     --custom P      a handler does password authentication by itself, packet by packet, with P
 *     --set N=V       a setting
 *
 * Lines: "prompt NAME|INSTRUCTIONS|PROMPT|ECHO|PREFILLED", "change PROMPT", "custom TYPE METHODS",
 * "status TEXT", "out TEXT", and at last "code N TEXT". */
#include <sexec/settings.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWERS_MAX = 8 };

static const char *answers[ANSWERS_MAX];
static unsigned answer_count;
static const char *new_passwords[ANSWERS_MAX];
static unsigned new_count, new_given;
static const char *user, *custom_password;
static unsigned customs;

static void must(int code, struct sexec *ssh, const char *what)
{
    if (code == 0)
        return;
    printf("code %d %s: %s\n", code, what, sexec_get_last_error(ssh));
    exit(2);
}

static void on_status(struct sexec *ssh, const struct sexec_ssh_status_event *event, void *context)
{
    (void)ssh;
    (void)context;
    printf("status %s\n", sexec_ssh_status_event_message(event));
}

static void on_out(struct sexec *ssh, const struct sexec_stdout_event *event, void *context)
{
    size_t length;
    const char *text = sexec_stdout_event_text(event, &length);

    (void)ssh;
    (void)context;
    printf("out %.*s", (int)length, text);
}

/* In one line. */
static const char *flat(const char *text, char *out, size_t cap)
{
    snprintf(out, cap, "%s", text);
    for (char *p = out; *p != '\0'; p++)
        if (*p == '\n')
            *p = '/';
    return out;
}

static void on_prompt(struct sexec *ssh, struct sexec_ssh_keyboard_interactive_event *event,
                      void *context)
{
    const char *prompt = sexec_ssh_keyboard_interactive_event_prompt(event);
    const char *instructions = sexec_ssh_keyboard_interactive_event_instructions(event);
    char shown[2][512];
    const char *prefilled = sexec_ssh_keyboard_interactive_event_response(event);

    (void)ssh;
    (void)context;
    printf("prompt %s|%s|%s|%d|%d\n", sexec_ssh_keyboard_interactive_event_name(event),
           flat(instructions, shown[0], sizeof shown[0]), flat(prompt, shown[1], sizeof shown[1]),
           sexec_ssh_keyboard_interactive_event_echo_response(event), prefilled[0] != '\0');
    for (unsigned i = 0; i < answer_count; i++) {
        const char *equals = strchr(answers[i], '=');
        char part[64];

        snprintf(part, sizeof part, "%.*s", (int)(equals - answers[i]), answers[i]);
        if (strstr(prompt, part) != NULL) {
            sexec_ssh_keyboard_interactive_event_set_response(event, equals + 1);
            return;
        }
    }
}

static void on_change(struct sexec *ssh, struct sexec_ssh_password_change_event *event,
                      void *context)
{
    (void)ssh;
    (void)context;
    printf("change %s\n", sexec_ssh_password_change_event_prompt(event));
    if (new_given < new_count)
        sexec_ssh_password_change_event_set_new_password(event, new_passwords[new_given++]);
}

/* First "none", to see what the server would take; then the password, if it is among that. */
static void on_custom(struct sexec *ssh, struct sexec_ssh_custom_auth_event *event, void *context)
{
    const void *payload;
    size_t length;
    const char *text;
    const char *hex;
    int type;

    (void)context;
    must(sexec_decode_packet(ssh, sexec_ssh_custom_auth_event_packet(event), &payload, &length),
         ssh, "decode_packet");
    must(sexec_get_ssh_param(ssh, payload, length, "%b", &text), ssh, "get_ssh_param");
    type = atoi(text);
    text = "";
    if (type == 51) {
        must(sexec_get_ssh_param(ssh, payload, length, "%b,s", &text), ssh, "get_ssh_param");
        if (customs != 1 || strstr(text, "password") == NULL)
            type = 0; /* gives up */
    }
    printf("custom %d %s\n", type, text);
    if (type != 6 && type != 51)
        return;
    must(sexec_set_ssh_param(ssh, NULL, 0, "b", "0x32", &payload, &length), ssh, "type");
    must(sexec_set_ssh_param(ssh, payload, length, "s", user, &payload, &length), ssh, "user");
    must(sexec_set_ssh_param(ssh, payload, length, "s", "ssh-connection", &payload, &length), ssh,
         "service");
    if (customs++ == 0) {
        must(sexec_set_ssh_param(ssh, payload, length, "s", "none", &payload, &length), ssh,
             "method");
    } else {
        must(sexec_set_ssh_param(ssh, payload, length, "s", "password", &payload, &length), ssh,
             "method");
        must(sexec_set_ssh_param(ssh, payload, length, "f", "false", &payload, &length), ssh,
             "change");
        must(sexec_set_ssh_param(ssh, payload, length, "s", custom_password, &payload, &length),
             ssh, "password");
    }
    must(sexec_encode_packet(ssh, payload, length, &hex), ssh, "encode_packet");
    sexec_ssh_custom_auth_event_set_packet(event, hex);
}

static void take_key(struct sexec *ssh, const char *file)
{
    static bool has_key;

    if (has_key) {
        must(sexec_add_ssh_cert_store(ssh, file, strlen(file)), ssh, "--key");
        return;
    }
    has_key = true;
    must(sexec_set_ssh_cert_store_type(ssh, SEXEC_CST_PEM_KEY_FILE), ssh, "--key");
    must(sexec_set_ssh_cert_store(ssh, file, strlen(file)), ssh, "--key");
}

static void take_option(struct sexec *ssh, const char *name, char *value)
{
    if (strcmp(name, "--password") == 0) {
        must(sexec_set_ssh_password(ssh, value), ssh, name);
    } else if (strcmp(name, "--key") == 0) {
        take_key(ssh, value);
    } else if (strcmp(name, "--answer") == 0 && answer_count < ANSWERS_MAX) {
        answers[answer_count++] = value;
        sexec_on_ssh_keyboard_interactive(ssh, on_prompt, NULL);
    } else if (strcmp(name, "--new") == 0 && new_count < ANSWERS_MAX) {
        new_passwords[new_count++] = value;
        sexec_on_ssh_password_change(ssh, on_change, NULL);
    } else if (strcmp(name, "--custom") == 0) {
        custom_password = value;
        sexec_on_ssh_custom_auth(ssh, on_custom, NULL);
    } else if (strcmp(name, "--set") == 0) {
        must(sexec_config(ssh, value, NULL), ssh, value);
    } else {
        printf("code -1 no option %s\n", name);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    struct sexec *ssh = sexec_new();
    char setting[2048];
    int code;

    if (argc < 7 || ssh == NULL)
        return 2;
    user = argv[3];
    snprintf(setting, sizeof setting, "SSHAcceptServerHostKeyFingerPrint=%s", argv[4]);
    must(sexec_config(ssh, setting, NULL), ssh, "fingerprint");
    must(sexec_set_ssh_host(ssh, argv[1]), ssh, "host");
    must(sexec_set_ssh_port(ssh, atoi(argv[2])), ssh, "port");
    must(sexec_set_ssh_user(ssh, user), ssh, "user");
    must(sexec_set_ssh_auth_mode(ssh, atoi(argv[5])), ssh, "mode");
    must(sexec_set_timeout(ssh, 20), ssh, "timeout");
    for (int i = 7; i + 1 < argc; i += 2)
        take_option(ssh, argv[i], argv[i + 1]);
    sexec_on_ssh_status(ssh, on_status, NULL);
    sexec_on_stdout(ssh, on_out, NULL);
    code = sexec_execute(ssh, argv[6]);
    printf("code %d %s\n", code, code == 0 ? "" : sexec_get_last_error(ssh));
    sexec_free(ssh);
    return 0;
}
