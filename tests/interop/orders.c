/* tests/interop/orders.c: methods in orders that nobody should use them in, and odd data. None may
 * crash, leak, hang, or spoil what comes after it.
 *
 *     orders CASE HOST PORT USER KEYFILE FINGERPRINTS CLOSING
 *
 * CLOSING is the port of a relay to the server that closes each connection a little later than the
 * one before. Exits with 0 when all was as the headers promise, else says what was not. */
#include "cases.h"

#include <sys/stat.h>
#include <unistd.h>

static int closing_port;

static void case_before_and_after(void)
{
    const char *value;

    CHECK(sexec_send(ssh, "x", 1) == SEXEC_NOT_CONNECTED);
    CHECK(sexec_send(ssh, NULL, 0) == SEXEC_NOT_CONNECTED);
    CHECK(sexec_send_signal(ssh, "TERM") == SEXEC_NOT_CONNECTED);
    CHECK(sexec_config(ssh, "SSHKeyRenegotiate", &value) == SEXEC_CONNECT_FIRST);
    CHECK(sexec_ssh_logoff(ssh) == 0 && sexec_do_events(ssh) == 0);
    CHECK(sexec_release_output(ssh, 5) == 0);
    sexec_interrupt(ssh);
    CHECK(sexec_execute(ssh, NULL) == SEXEC_INVALID_ARGUMENT);
    CHECK(sexec_execute(ssh, "") == SEXEC_INVALID_ARGUMENT);
    CHECK(sexec_ssh_logon(ssh, NULL, 0) == 0);
    CHECK(sexec_send(ssh, "x", 1) == SEXEC_BAD_STATE);
    CHECK(sexec_send_signal(ssh, "TERM") == SEXEC_BAD_STATE);
    CHECK(sexec_set_connected(ssh, true) == 0);
    CHECK(sexec_execute(ssh, "true") == 0);
    CHECK(sexec_send(ssh, "x", 1) == SEXEC_BAD_STATE);
    /* For the next command, which reads to the end of its input. */
    CHECK(sexec_send_eof(ssh) == 0 && sexec_send_eof(ssh) == 0);
    CHECK(sexec_execute(ssh, "cat") == 0);
    CHECK(sexec_reset(ssh) == 0 && sexec_reset(ssh) == 0);
    CHECK(!sexec_get_connected(ssh) && sexec_get_ssh_host(ssh)[0] == '\0');
    CHECK(sexec_execute(ssh, "true") == SEXEC_INVALID_ARGUMENT);
    CHECK(sexec_ssh_logoff(ssh) == 0);
}

static void case_after_failed_logon(void)
{
    const char *print = "SSHAcceptServerHostKeyFingerPrint=SHA256:"
                        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    char setting[2048];

    CHECK(sexec_set_ssh_user(ssh, "nobody-here") == 0);
    CHECK(sexec_ssh_logon(ssh, NULL, 0) == SEXEC_AUTHENTICATION && !sexec_get_connected(ssh));
    CHECK(sexec_execute(ssh, "true") == SEXEC_AUTHENTICATION);
    CHECK(sexec_get_result(ssh) == SEXEC_RESULT_NONE && !sexec_get_may_still_run(ssh));
    CHECK(sexec_set_ssh_user(ssh, target.user) == 0);
    CHECK(sexec_config(ssh, print, NULL) == 0);
    CHECK(sexec_execute(ssh, "true") == SEXEC_HOST_KEY_REJECTED);
    snprintf(setting, sizeof setting, "SSHAcceptServerHostKeyFingerPrint=%s", target.fingerprints);
    CHECK(sexec_config(ssh, setting, NULL) == 0);
    CHECK(sexec_execute(ssh, "exit 4") == SEXEC_EXITED_NON_ZERO && sexec_get_exit_status(ssh) == 4);
}

static void case_server_closes_at_any_time(void)
{
    unsigned failed = 0;

    CHECK(sexec_set_ssh_port(ssh, closing_port) == 0);
    for (int i = 0; i < 60; i++) {
        int code = sexec_ssh_logon(ssh, NULL, 0);

        failed += code != 0;
        if (code == 0)
            (void)sexec_ssh_logoff(ssh);
        CHECK(!sexec_get_connected(ssh));
    }
    CHECK(failed > 30);
    CHECK(sexec_set_ssh_port(ssh, target.port) == 0);
    CHECK(sexec_execute(ssh, "true") == 0);
}

/* The server ends an idle connection: the next method tells, and the one after it connects anew. */
static void case_server_leaves_between_commands(void)
{
    CHECK(sexec_ssh_logon(ssh, NULL, 0) == 0);
    CHECK(sexec_execute(ssh, "(sleep 0.3; kill -KILL $PPID) </dev/null >/dev/null 2>&1 &") == 0);
    CHECK(sexec_get_connected(ssh));
    sleep(1);
    CHECK(sexec_execute(ssh, "true") != 0 && !sexec_get_connected(ssh));
    CHECK(!sexec_get_may_still_run(ssh) && sexec_get_result(ssh) == SEXEC_RESULT_NONE);
    CHECK(sexec_execute(ssh, "true") == 0 && sexec_ssh_logon(ssh, NULL, 0) == 0);
    CHECK(sexec_execute(ssh, "true") == 0 && sexec_get_connected(ssh));
}

static void case_long_commands_and_names(void)
{
    size_t length = 200 * 1024;
    char *command = malloc(length + 2);

    CHECK(command != NULL);
    memset(command, '#', length + 1);
    memcpy(command, "echo #", 6);
    command[length + 1] = '\0';
    CHECK(sexec_ssh_logon(ssh, NULL, 0) == 0);
    CHECK(sexec_execute(ssh, command) == SEXEC_INVALID_ARGUMENT && sexec_get_connected(ssh));
    command[length] = '\0'; /* goes to the server, whose system may not take so long an argument */
    CHECK(sexec_execute(ssh, command) != SEXEC_INVALID_ARGUMENT && sexec_get_connected(ssh));
    command[100 * 1024] = '\0';
    CHECK(sexec_execute(ssh, command) == 0);
    CHECK(sexec_ssh_logoff(ssh) == 0);
    memset(command, 'n', 3000);
    command[3000] = '\0';
    CHECK(sexec_set_ssh_host(ssh, command) == 0);
    CHECK(sexec_execute(ssh, "true") != 0);
    free(command);
}

/* ---- input and output ---------------------------------------------------------------------- */

static unsigned char sent[65536], received[sizeof sent];
static size_t received_length, sent_length;

static void send_nothing_and_nonsense(struct sexec *object)
{
    char name[80];

    CHECK(sexec_send(object, NULL, 0) == 0 && sexec_send(object, "", 0) == 0);
    CHECK(sexec_send(object, NULL, 1) == SEXEC_INVALID_ARGUMENT);
    CHECK(sexec_send_stdin_text(object, "") == 0);
    CHECK(sexec_send_signal(object, NULL) == SEXEC_INVALID_ARGUMENT);
    CHECK(sexec_send_signal(object, "") == SEXEC_INVALID_ARGUMENT);
    memset(name, 'A', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    CHECK(sexec_send_signal(object, name) == SEXEC_INVALID_ARGUMENT);
}

/* In pieces of 1, 3, 7, 15, ... bytes; what isn't taken goes when the event comes again. */
static void send_pieces(struct sexec *object, void *context)
{
    int code = 0;

    (void)context;
    if (sent_length == sizeof sent)
        return;
    send_nothing_and_nonsense(object);
    for (size_t n = 1; sent_length < sizeof sent && code == 0; n = n * 2 + 1) {
        if (n > sizeof sent - sent_length)
            n = sizeof sent - sent_length;
        code = sexec_send_stdin_bytes(object, sent + sent_length, n);
        CHECK(code == 0 ? sexec_get_bytes_taken(object) == n : code == SEXEC_SEND_WOULD_BLOCK);
        sent_length += sexec_get_bytes_taken(object);
        (void)sexec_send(object, "", 0); /* takes the event's promise back from nobody */
    }
    if (sent_length < sizeof sent)
        return;
    CHECK(sexec_send_eof(object) == 0 && sexec_send_eof(object) == 0);
    CHECK(sexec_send(object, "x", 1) == SEXEC_BAD_STATE);
}

static void keep(struct sexec *object, const struct sexec_stdout_event *event, void *context)
{
    size_t length;
    const void *text = sexec_stdout_event_text(event, &length);

    (void)object;
    (void)context;
    CHECK(length <= sizeof received - received_length);
    memcpy(received + received_length, text, length);
    received_length += length;
}

static void case_binary_data(void)
{
    for (size_t i = 0; i < sizeof sent; i++)
        sent[i] = (unsigned char)(i ^ (i >> 8));
    sexec_on_stdin_ready(ssh, send_pieces, NULL);
    sexec_on_stdout(ssh, keep, NULL);
    for (int mode = 0; mode < 2; mode++) {
        sent_length = received_length = 0;
        CHECK(sexec_config(ssh, mode == 0 ? "OutputMode=lines" : "OutputMode=chunks", NULL) == 0);
        CHECK(sexec_execute(ssh, "cat") == 0);
        CHECK(received_length == sizeof sent && memcmp(sent, received, sizeof sent) == 0);
    }
}

/* Only what can't keep the program waiting is a file for standard input. */
static void case_input_files(void)
{
    char folder[] = "/tmp/sexec-misuse-XXXXXX";
    char path[64], setting[96];

    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/pipe", folder);
    CHECK(mkfifo(path, 0600) == 0);
    snprintf(setting, sizeof setting, "StdInFile=%s", path);
    CHECK(sexec_config(ssh, setting, NULL) == 0);
    CHECK(sexec_ssh_logon(ssh, NULL, 0) == 0);
    CHECK(sexec_execute(ssh, "cat") == SEXEC_FILE && sexec_get_connected(ssh));
    snprintf(setting, sizeof setting, "StdInFile=%s", folder);
    CHECK(sexec_config(ssh, setting, NULL) == 0);
    CHECK(sexec_execute(ssh, "cat") == SEXEC_FILE);
    CHECK(sexec_config(ssh, "StdInFile=/nowhere", NULL) == 0);
    CHECK(sexec_execute(ssh, "cat") == SEXEC_FILE);
    CHECK(sexec_config(ssh, "StdInFile=/dev/null", NULL) == 0);
    CHECK(sexec_execute(ssh, "cat") == 0);
    CHECK(sexec_config(ssh, "StdInFile=", NULL) == 0);
    CHECK(sexec_execute(ssh, "true") == 0);
    unlink(path);
    rmdir(folder);
}

/* ---- the rest ------------------------------------------------------------------------------ */

static const struct test_case cases[] = {
    { "before-and-after", case_before_and_after },
    { "after-failed-logon", case_after_failed_logon },
    { "server-closes-at-any-time", case_server_closes_at_any_time },
    { "server-leaves-between-commands", case_server_leaves_between_commands },
    { "long-commands-and-names", case_long_commands_and_names },
    { "binary-data", case_binary_data },
    { "input-files", case_input_files },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    cases_begin(argc, argv, cases, 1);
    closing_port = atoi(argv[2 + TARGET_WORDS]);
    return cases_run(cases, argv[1]);
}
