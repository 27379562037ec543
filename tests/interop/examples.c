/* tests/interop/examples.c: the reference's worked examples in C, each under the name of the section
 * that has it. They are meant to be read and copied.
 *
 *     examples --list
 *     examples EXAMPLE COMMAND [NAME=VALUE...]     against a real server: see test_examples.py
 *
 * What an example takes from its surroundings (names, passwords, files) is given("NAME") here. Each
 * returns 0 or the code that stopped it. Then COMMAND runs on the connection, or on one of its own
 * where the example only sets something, and its output is printed behind what the example told. */
#include <sexec/settings.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Hands a failed call's code on. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        int failed = (call);                                                                       \
        if (failed != 0)                                                                           \
            return failed;                                                                         \
    } while (0)

static char **arguments;

static const char *given(const char *name)
{
    size_t length = strlen(name);

    for (char **each = arguments; *each != NULL; each++)
        if (strncmp(*each, name, length) == 0 && (*each)[length] == '=')
            return *each + length + 1;
    fprintf(stderr, "the example wants %s=...\n", name);
    exit(2);
}

/* "NAME=VALUE" for sexec_config, where VALUE is given. */
static int set_given(struct sexec *ssh, const char *setting, const char *name)
{
    char text[4096];

    snprintf(text, sizeof text, "%s=%s", setting, given(name));
    return sexec_config(ssh, text, NULL);
}

/* ---- signing on ---------------------------------------------------------------------------- */

/* ssh_auth_mode, ssh_user: "Example (User/Password Auth)" */
static int user_password_auth(struct sexec *ssh)
{
    TRY(sexec_set_ssh_auth_mode(ssh, SEXEC_AM_PASSWORD));
    TRY(sexec_set_ssh_user(ssh, given("user")));
    TRY(sexec_set_ssh_password(ssh, given("password")));
    return sexec_ssh_logon(ssh, given("host"), atoi(given("port")));
}

/* ssh_auth_mode, ssh_user: "Example (Public Key Auth)" */
static int public_key_auth(struct sexec *ssh)
{
    const char *file = given("pfx");

    TRY(sexec_set_ssh_auth_mode(ssh, SEXEC_AM_PUBLIC_KEY));
    TRY(sexec_set_ssh_user(ssh, given("user")));
    TRY(sexec_set_ssh_cert_store_type(ssh, SEXEC_CST_PFX_FILE));
    TRY(sexec_set_ssh_cert_store(ssh, file, strlen(file)));
    TRY(sexec_set_ssh_cert_store_password(ssh, given("pfx_password")));
    TRY(sexec_set_ssh_cert_subject(ssh, "*"));
    return sexec_ssh_logon(ssh, given("host"), atoi(given("port")));
}

/* ssh_logon: "Example (Logging On)": the mode is password by default. */
static int logging_on(struct sexec *ssh)
{
    TRY(sexec_set_ssh_user(ssh, given("user")));
    TRY(sexec_set_ssh_password(ssh, given("password")));
    return sexec_ssh_logon(ssh, given("host"), atoi(given("port")));
}

/* ssh_cert_store_type: "SSH Authentication with Security Key". The reference's class CertMgr, which
 * lists what a key holds, isn't part of this library; a PKCS#11 URI names the token instead. */
static int security_key(struct sexec *ssh)
{
    const char *token = given("token"); /* "pkcs11:token=...?module-path=/...so" */

    TRY(sexec_set_ssh_auth_mode(ssh, SEXEC_AM_PUBLIC_KEY));
    TRY(sexec_set_ssh_cert_store_type(ssh, SEXEC_CST_PKCS11));
    TRY(sexec_set_ssh_cert_store(ssh, token, strlen(token)));
    TRY(sexec_set_ssh_cert_store_password(ssh, given("pin")));
    TRY(sexec_set_ssh_cert_subject(ssh, "*"));
    TRY(sexec_set_ssh_user(ssh, given("user")));
    return sexec_ssh_logon(ssh, given("host"), atoi(given("port")));
}

/* ssh_cert_subject: a subject, or a part of it, chooses among the certificates of a store. */
static int cert_subject(struct sexec *ssh)
{
    const char *file = given("pfx");

    TRY(sexec_set_ssh_auth_mode(ssh, SEXEC_AM_PUBLIC_KEY));
    TRY(sexec_set_ssh_user(ssh, given("user")));
    TRY(sexec_set_ssh_cert_store_type(ssh, SEXEC_CST_PFX_FILE));
    TRY(sexec_set_ssh_cert_store(ssh, file, strlen(file)));
    TRY(sexec_set_ssh_cert_store_password(ssh, given("pfx_password")));
    TRY(sexec_set_ssh_cert_subject(ssh, "CN=www.server.com"));
    printf("%s\n", sexec_get_ssh_cert_subject(ssh)); /* the whole of it */
    return sexec_ssh_logon(ssh, given("host"), atoi(given("port")));
}

static void answer_prompt(struct sexec *ssh, struct sexec_ssh_keyboard_interactive_event *event,
                          void *context)
{
    (void)ssh;
    (void)context;
    printf("%s\n", sexec_ssh_keyboard_interactive_event_prompt(event));
    if (!sexec_ssh_keyboard_interactive_event_echo_response(event))
        sexec_ssh_keyboard_interactive_event_set_response(event, given("password"));
}

/* on_ssh_keyboard_interactive: the server asks, the handler answers. */
static int keyboard_interactive(struct sexec *ssh)
{
    TRY(sexec_set_ssh_auth_mode(ssh, SEXEC_AM_KEYBOARD_INTERACTIVE));
    TRY(sexec_set_ssh_user(ssh, given("user")));
    sexec_on_ssh_keyboard_interactive(ssh, answer_prompt, NULL);
    return sexec_ssh_logon(ssh, given("host"), atoi(given("port")));
}

/* PasswordPrompt: "to match the value [Something].txt". Prompts that match get ssh_password. */
static int password_prompt(struct sexec *ssh)
{
    TRY(sexec_set_ssh_auth_mode(ssh, SEXEC_AM_KEYBOARD_INTERACTIVE));
    TRY(sexec_set_ssh_user(ssh, given("user")));
    TRY(sexec_set_ssh_password(ssh, given("password")));
    TRY(sexec_config(ssh, "PasswordPrompt=[[]Something].txt", NULL));
    return sexec_ssh_logon(ssh, given("host"), atoi(given("port")));
}

/* A SSH_MSG_USERAUTH_REQUEST (RFC 4252 section 5), for "none" or with a password. */
static int request(struct sexec *ssh, const char *password, const void **packet, size_t *length)
{
    TRY(sexec_set_ssh_param(ssh, NULL, 0, "b", "50", packet, length));
    TRY(sexec_set_ssh_param(ssh, *packet, *length, "s", given("user"), packet, length));
    TRY(sexec_set_ssh_param(ssh, *packet, *length, "s", "ssh-connection", packet, length));
    if (password == NULL)
        return sexec_set_ssh_param(ssh, *packet, *length, "s", "none", packet, length);
    TRY(sexec_set_ssh_param(ssh, *packet, *length, "s", "password", packet, length));
    TRY(sexec_set_ssh_param(ssh, *packet, *length, "f", "false", packet, length));
    return sexec_set_ssh_param(ssh, *packet, *length, "s", password, packet, length);
}

/* The server's last packet says what comes next: 6 that it listens, 51 which methods it takes. */
static int next_packet(struct sexec *ssh, struct sexec_ssh_custom_auth_event *event)
{
    const void *packet;
    const char *field, *methods = "", *encoded; /* a field is lent until the next one is read */
    size_t length;
    int type;

    TRY(sexec_decode_packet(ssh, sexec_ssh_custom_auth_event_packet(event), &packet, &length));
    TRY(sexec_get_ssh_param(ssh, packet, length, "%b", &field));
    type = atoi(field);
    if (type == 51)
        TRY(sexec_get_ssh_param(ssh, packet, length, "%b,s", &methods));
    if (type != 6 && strstr(methods, "password") == NULL)
        return 0; /* nothing to send: the sign-on fails */
    TRY(request(ssh, type == 6 ? NULL : given("password"), &packet, &length));
    TRY(sexec_encode_packet(ssh, packet, length, &encoded));
    sexec_ssh_custom_auth_event_set_packet(event, encoded);
    return 0;
}

static void sign_on_by_hand(struct sexec *ssh, struct sexec_ssh_custom_auth_event *event,
                            void *context)
{
    (void)context;
    if (next_packet(ssh, event) != 0)
        printf("%s\n", sexec_get_last_error(ssh));
}

/* on_ssh_custom_auth: the program does it all, with decode_packet, get_ssh_param, set_ssh_param and
 * encode_packet. */
static int custom_auth(struct sexec *ssh)
{
    TRY(sexec_set_ssh_auth_mode(ssh, SEXEC_AM_CUSTOM));
    sexec_on_ssh_custom_auth(ssh, sign_on_by_hand, NULL);
    return sexec_ssh_logon(ssh, given("host"), atoi(given("port")));
}

/* EnablePageantAuth: "Example enabling Pageant". Here it is the agent at SSH_AUTH_SOCK. */
static int enable_pageant_auth(struct sexec *ssh)
{
    TRY(sexec_config(ssh, "EnablePageantAuth=1", NULL));
    TRY(sexec_set_ssh_user(ssh, given("user")));
    return sexec_ssh_logon(ssh, given("host"), atoi(given("port")));
}

/* SignedSSHCert: the algorithm's name stands before the certificate. */
static int signed_ssh_cert(struct sexec *ssh)
{
    const char *file = given("key");

    TRY(sexec_set_ssh_auth_mode(ssh, SEXEC_AM_PUBLIC_KEY));
    TRY(sexec_set_ssh_user(ssh, given("user")));
    TRY(sexec_set_ssh_cert_store_type(ssh, SEXEC_CST_PEM_KEY_FILE));
    TRY(sexec_set_ssh_cert_store(ssh, file, strlen(file)));
    TRY(set_given(ssh, "SignedSSHCert", "cert")); /* "ssh-rsa-cert-v01@openssh.com AAAAB3..." */
    return sexec_ssh_logon(ssh, given("host"), atoi(given("port")));
}

/* ---- knowing the server -------------------------------------------------------------------- */

/* SSHAcceptServerCAKey: whatever host key this authority has signed is trusted. */
static int accept_server_ca_key(struct sexec *ssh)
{
    return set_given(ssh, "SSHAcceptServerCAKey", "ca"); /* "ssh-rsa AAAAB3..." */
}

/* SSHAcceptServerHostKeyFingerPrint: MD5 in hexadecimal, "0a:1b:2c:3d..."; commas between several. */
static int accept_server_fingerprint(struct sexec *ssh)
{
    return set_given(ssh, "SSHAcceptServerHostKeyFingerprint", "md5");
}

/* SSHVersionPattern: servers of version 1.99, 2.0 and 2.99 are accepted. */
static int ssh_version_pattern(struct sexec *ssh)
{
    return sexec_config(ssh, "SSHVersionPattern=*SSH-1.99-*,*SSH-2.0-*,*SSH-2.99-*", NULL);
}

/* ---- the connection ------------------------------------------------------------------------ */

/* config: "NAME=VALUE" sets, "NAME" reads; booleans in any case. */
static int config_method(struct sexec *ssh)
{
    static const char *const settings[] = { "TcpNoDelay=True", "TcpNoDelay=no", "tcpnodelay=1" };
    const char *value;

    for (int i = 0; i < 3; i++) {
        TRY(sexec_config(ssh, settings[i], NULL));
        TRY(sexec_config(ssh, "TcpNoDelay", &value));
        printf("%s\n", value);
    }
    return 0;
}

/* KeyRenegotiationThreshold: "for setting the threshold to 500 MB" */
static int key_renegotiation_threshold(struct sexec *ssh)
{
    const char *value;

    TRY(sexec_config(ssh, "KeyRenegotiationThreshold=524288000", NULL));
    TRY(sexec_config(ssh, "KeyRenegotiationThreshold", &value));
    printf("%s\n", value);
    return 0;
}

static void tell_key_exchange(struct sexec *ssh, const struct sexec_ssh_status_event *event,
                              void *context)
{
    const char *message = sexec_ssh_status_event_message(event);

    (void)ssh;
    (void)context;
    if (strncmp(message, "Key exchange", 12) == 0)
        printf("%.*s\n", (int)strcspn(message, ":"), message);
}

/* SSHKeyRenegotiate: reading it exchanges keys anew, while the connection goes on. */
static int ssh_key_renegotiate(struct sexec *ssh)
{
    sexec_on_ssh_status(ssh, tell_key_exchange, NULL);
    TRY(user_password_auth(ssh));
    return sexec_config(ssh, "SSHKeyRenegotiate", NULL);
}

/* ProxyExceptionsList: these hosts are connected to without the proxy. */
static int proxy_exceptions_list(struct sexec *ssh)
{
    char setting[512];

    TRY(sexec_set_firewall_type(ssh, SEXEC_FW_TUNNEL));
    TRY(sexec_set_firewall_host(ssh, "proxy.invalid"));
    snprintf(setting, sizeof setting, "ProxyExceptionsList=www.server.com;%s", given("host"));
    return sexec_config(ssh, setting, NULL);
}

/* ---- the command --------------------------------------------------------------------------- */

/* TerminalModes: opcode 53, echo, off. */
static int terminal_modes(struct sexec *ssh)
{
    TRY(sexec_config(ssh, "UseTerminal=True", NULL));
    return sexec_config(ssh, "TerminalModes=53=0", NULL);
}

/* EncodedTerminalModes: the same as bytes: the opcode, its value in four bytes, and the end. */
static int encoded_terminal_modes(struct sexec *ssh)
{
    static const unsigned char modes[] = { 53, 0, 0, 0, 0, 0 };

    TRY(sexec_config(ssh, "UseTerminal=True", NULL));
    return sexec_config_bytes(ssh, "EncodedTerminalModes", modes, sizeof modes);
}

static void feed(struct sexec *ssh, void *context)
{
    static const char text[1000000];
    size_t *left = context;
    int code = 0;

    while (*left > 0 && code == 0) {
        code = sexec_send_stdin_bytes(ssh, text, *left < sizeof text ? *left : sizeof text);
        *left -= sexec_get_bytes_taken(ssh);
    }
    /* "Operation would block": the event comes again when there is room. */
    if (code == 0)
        (void)sexec_send_eof(ssh);
    else if (code != SEXEC_SEND_WOULD_BLOCK && code != SEXEC_WOULD_BLOCK_REKEY)
        printf("%s\n", sexec_get_last_error(ssh));
}

/* stdin, send_stdin_bytes: "You can check this error, and then try to send the data again." */
static int send_stdin_bytes(struct sexec *ssh)
{
    static size_t left = 20000000;

    sexec_on_stdin_ready(ssh, feed, &left);
    return 0;
}

/* get_ssh_param: X11AuthProtocol of an x11-req, by its name and by the types before it. Differs: the
 * reference's "%s,f" names no order of that packet. set_ssh_param's own examples make the packet. */
static int get_ssh_param(struct sexec *ssh)
{
    static const char *const fields[][2] = {
        { "b", "98" },                 /* SSH_MSG_CHANNEL_REQUEST */
        { "i", "0x10" },               /* ChannelId */
        { "s", "x11-req" },            /* RequestType */
        { "f", "true" },               /* WantsReply */
        { "f", "false" },              /* SingleConnection */
        { "s", "MIT-MAGIC-COOKIE-1" }, /* X11AuthProtocol */
        { "sb", "A1B23C" },            /* X11AuthCookie */
        { "i", "1234" },               /* X11ScreenNumber */
    };
    const void *payload = NULL;
    size_t length = 0;
    const char *value;

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        TRY(sexec_set_ssh_param(ssh, payload, length, fields[i][0], fields[i][1], &payload,
                                &length));
    TRY(sexec_get_ssh_param(ssh, payload, length, "X11AuthProtocol", &value));
    printf("%s\n", value);
    TRY(sexec_get_ssh_param(ssh, payload, length, "%b,i,s,f,f,s", &value));
    printf("%s\n", value);
    TRY(sexec_get_ssh_param(ssh, payload, length, "X11ScreenNumber", &value));
    printf("%s\n", value);
    return 0;
}

/* ---- running them -------------------------------------------------------------------------- */

static const struct {
    const char *section; /* of the reference */
    int (*show)(struct sexec *ssh);
} examples[] = {
    { "ssh_auth_mode.user_password", user_password_auth },
    { "ssh_auth_mode.public_key", public_key_auth },
    { "ssh_logon", logging_on },
    { "ssh_cert_store_type.security_key", security_key },
    { "ssh_cert_subject", cert_subject },
    { "on_ssh_keyboard_interactive", keyboard_interactive },
    { "PasswordPrompt", password_prompt },
    { "on_ssh_custom_auth", custom_auth },
    { "EnablePageantAuth", enable_pageant_auth },
    { "SignedSSHCert", signed_ssh_cert },
    { "SSHAcceptServerCAKey", accept_server_ca_key },
    { "SSHAcceptServerHostKeyFingerPrint", accept_server_fingerprint },
    { "SSHVersionPattern", ssh_version_pattern },
    { "config", config_method },
    { "KeyRenegotiationThreshold", key_renegotiation_threshold },
    { "SSHKeyRenegotiate", ssh_key_renegotiate },
    { "ProxyExceptionsList", proxy_exceptions_list },
    { "TerminalModes", terminal_modes },
    { "EncodedTerminalModes", encoded_terminal_modes },
    { "send_stdin_bytes", send_stdin_bytes },
    { "get_ssh_param", get_ssh_param },
};

static void print_output(struct sexec *ssh, const struct sexec_stdout_event *event, void *context)
{
    size_t length;
    const char *text = sexec_stdout_event_text(event, &length);

    (void)ssh;
    (void)context;
    printf("%.*s", (int)length, text);
}

/* What an example left to be said: whom to trust and who signs on. */
static int run(struct sexec *ssh, int (*show)(struct sexec *ssh), const char *command)
{
    const char *host_key = given("host_key");
    const char *file = given("key");

    TRY(sexec_set_ssh_accept_server_host_key_encoded(ssh, host_key, strlen(host_key)));
    sexec_on_stdout(ssh, print_output, NULL);
    TRY(show(ssh));
    if (!sexec_get_connected(ssh)) {
        TRY(sexec_set_ssh_host(ssh, given("host")));
        TRY(sexec_set_ssh_port(ssh, atoi(given("port"))));
        TRY(sexec_set_ssh_user(ssh, given("user")));
        TRY(sexec_set_ssh_auth_mode(ssh, SEXEC_AM_PUBLIC_KEY));
        TRY(sexec_set_ssh_cert_store_type(ssh, SEXEC_CST_PEM_KEY_FILE));
        TRY(sexec_set_ssh_cert_store(ssh, file, strlen(file)));
    }
    return sexec_execute(ssh, command);
}

int main(int argc, char **argv)
{
    struct sexec *ssh = sexec_new();
    size_t count = sizeof examples / sizeof examples[0];
    int code = -1;

    if (ssh == NULL || argc < 2)
        return 2;
    arguments = argv + 2;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(argv[1], "--list") == 0)
            puts(examples[i].section);
        else if (argc > 2 && strcmp(argv[1], examples[i].section) == 0)
            code = run(ssh, examples[i].show, argv[2]);
    }
    if (code != 0 && argc > 2)
        fprintf(stderr, "%d: %s\n", code, sexec_get_last_error(ssh));
    sexec_free(ssh);
    return code != 0 && argc > 2;
}
