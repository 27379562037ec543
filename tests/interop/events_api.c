/* tests/interop/events_api.c: every event at its moment, and the ways to give a command its input,
 * against a real server.
 *
 *     events_api CASE HOST PORT USER KEYFILE FINGERPRINTS HOSTKEY
 *
 * HOSTKEY is the server's public key as one line, and the ground on which it is trusted. Exits with
 * 0 when the behaviour is as the headers promise, else says what was not. */
static char trace[8192]; /* what happened, in its order */
#define CHECK_SHOWS trace
#include "cases.h"

static void note(const char *what, int number, const char *text, size_t length)
{
    size_t used = strlen(trace);

    snprintf(trace + used, sizeof trace - used, "%s(%d,%.*s) ", what, number, (int)length, text);
}

static void on_connected(struct sexec *object, const struct sexec_connected_event *event, void *ctx)
{
    const char *text = sexec_connected_event_description(event);

    (void)object;
    (void)ctx;
    note("connected", sexec_connected_event_status_code(event), text, strlen(text));
}

static void on_connection_status(struct sexec *object,
                                 const struct sexec_connection_status_event *event, void *ctx)
{
    const char *text = sexec_connection_status_event_connection_event(event);

    (void)object;
    (void)ctx;
    CHECK(sexec_connection_status_event_description(event) != NULL);
    note("status", sexec_connection_status_event_status_code(event), text, strlen(text));
}

static void on_disconnected(struct sexec *object, const struct sexec_disconnected_event *event,
                            void *ctx)
{
    const char *text = sexec_disconnected_event_description(event);

    (void)object;
    (void)ctx;
    note("disconnected", sexec_disconnected_event_status_code(event), text, strlen(text));
}

static void on_error(struct sexec *object, const struct sexec_error_event *event, void *ctx)
{
    (void)object;
    (void)ctx;
    CHECK(sexec_error_event_description(event)[0] != '\0');
    note("error", sexec_error_event_error_code(event), "", 0);
}

static unsigned logged, told;

static void on_log(struct sexec *object, const struct sexec_log_event *event, void *ctx)
{
    (void)object;
    (void)ctx;
    CHECK(sexec_log_event_log_level(event) >= 1 && sexec_log_event_log_level(event) <= 3);
    CHECK(sexec_log_event_message(event)[0] != '\0' && sexec_log_event_log_type(event) != NULL);
    logged++;
}

static void on_ssh_status(struct sexec *object, const struct sexec_ssh_status_event *event,
                          void *ctx)
{
    (void)object;
    (void)ctx;
    CHECK(sexec_ssh_status_event_message(event)[0] != '\0');
    told++;
}

static void on_stdout(struct sexec *object, const struct sexec_stdout_event *event, void *ctx)
{
    size_t length;
    const char *text = sexec_stdout_event_text(event, &length);

    (void)object;
    (void)ctx;
    note("out", 0, text, length);
}

static void on_stderr(struct sexec *object, const struct sexec_stderr_event *event, void *ctx)
{
    size_t length;
    const char *text = sexec_stderr_event_text(event, &length);

    (void)object;
    (void)ctx;
    note("err", 0, text, length);
}

static void listen_to_all(void)
{
    sexec_on_connected(ssh, on_connected, NULL);
    sexec_on_connection_status(ssh, on_connection_status, NULL);
    sexec_on_disconnected(ssh, on_disconnected, NULL);
    sexec_on_error(ssh, on_error, NULL);
    sexec_on_log(ssh, on_log, NULL);
    sexec_on_ssh_status(ssh, on_ssh_status, NULL);
    sexec_on_stdout(ssh, on_stdout, NULL);
    sexec_on_stderr(ssh, on_stderr, NULL);
}

static void case_all_in_order(void)
{
    listen_to_all();
    CHECK(sexec_config(ssh, "LogLevel=3", NULL) == 0);
    CHECK(sexec_execute(ssh, "echo a; sleep 0.3; echo b >&2") == 0);
    CHECK(strcmp(trace, "connected(0,OK) status(0,Remote host connection complete.) "
                        "status(0,S/Shell handshake complete.) out(0,a\n) err(0,b\n) "
                        "status(0,Remote host disconnected.) disconnected(0,OK) ") == 0);
    CHECK(logged > 10 && told >= 3);
}

static void case_error(void)
{
    const char *line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAAUE";

    listen_to_all();
    CHECK(sexec_set_ssh_accept_server_host_key_encoded(ssh, line, strlen(line)) == 0);
    CHECK(sexec_execute(ssh, "true") == SEXEC_HOST_KEY_REJECTED);
    CHECK(strstr(trace, "error(1030,) ") != NULL);
    CHECK(strstr(trace, "disconnected(1030,") != NULL);
    CHECK(strstr(trace, "handshake") == NULL);
}

static void case_fingerprints(void)
{
    const char *value = NULL;

    CHECK(sexec_execute(ssh, "true") == 0);
    CHECK(sexec_config(ssh, "SSHFingerprintMD5", &value) == 0 && strlen(value) == 47);
    CHECK(sexec_config(ssh, "SSHFingerprintSHA1", &value) == 0 && strlen(value) == 59);
    CHECK(sexec_config(ssh, "SSHFingerprintSHA256", &value) == 0 && strlen(value) == 95);
}

static const char *page_text;

static void give_input(struct sexec *object, void *context)
{
    static const char raw[] = { 0, (char)0xff };

    (void)context;
    if (page_text == NULL)
        return;
    CHECK(sexec_send_stdin_text(object, page_text) == 0);
    CHECK(sexec_send_stdin_bytes(object, raw, sizeof raw) == 0);
    CHECK(sexec_set_stdin(object, "!", 1) == 0);
    CHECK(sexec_send_eof(object) == 0);
    page_text = NULL;
}

static void expect_bytes(const char *page, const char *text, const char *wanted)
{
    CHECK(sexec_config(ssh, page, NULL) == 0);
    trace[0] = '\0';
    page_text = text;
    CHECK(sexec_execute(ssh, "od -An -v -tx1 | tr -d ' \\n'") == 0);
    CHECK(strstr(trace, wanted) != NULL);
}

/* The euro sign, an umlaut, a Cyrillic and a Japanese letter in their pages. */
static void case_code_pages(void)
{
    const char *value = NULL;

    sexec_on_stdout(ssh, on_stdout, NULL);
    sexec_on_stdin_ready(ssh, give_input, NULL);
    CHECK(sexec_config(ssh, "CodePage", &value) == 0 && strcmp(value, "65001") == 0);
    expect_bytes("CodePage=65001", "\xe2\x82\xac", "out(0,e282ac00ff21)");
    expect_bytes("CodePage=1252", "\xe2\x82\xac", "out(0,8000ff21)");
    expect_bytes("CodePage=28605", "\xe2\x82\xac", "out(0,a400ff21)");
    expect_bytes("CodePage=850", "\xc3\xa4", "out(0,8400ff21)");
    expect_bytes("CodePage=037", "A", "out(0,c100ff21)");
    expect_bytes("CodePage=20273", "\xc3\xa4", "out(0,c000ff21)");
    expect_bytes("CodePage=20866", "\xd0\x96", "out(0,f600ff21)");
    expect_bytes("CodePage=1200", "A", "out(0,410000ff21)");
    expect_bytes("CodePage=932", "\xe3\x81\x82", "out(0,82a000ff21)");
    CHECK(sexec_config(ssh, "CodePage=29001", NULL) == SEXEC_CODE_PAGE);
    CHECK(sexec_config(ssh, "CodePage=1252", NULL) == 0);
    CHECK(sexec_send_stdin_text(ssh, "\xd0\x96") == SEXEC_CODE_PAGE);
    CHECK(sexec_send_stdin_text(ssh, "\xff") == SEXEC_CODE_PAGE);
}

static const struct test_case cases[] = {
    { "all_in_order", case_all_in_order },
    { "error", case_error },
    { "fingerprints", case_fingerprints },
    { "code_pages", case_code_pages },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    const char *key;

    cases_begin(argc, argv, cases, 1);
    key = argv[2 + TARGET_WORDS];
    CHECK(sexec_config(ssh, "SSHAcceptServerHostKeyFingerPrint=", NULL) == 0);
    CHECK(sexec_set_ssh_accept_server_host_key_encoded(ssh, key, strlen(key)) == 0);
    return cases_run(cases, argv[1]);
}
