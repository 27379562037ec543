/* tests/interop/exit_api.c: how commands end, as a program that uses the library sees it.
 *
 *   exit_api MODE PORT USER KEY FINGERPRINTS COMMAND [NAME=VALUE...]
 *
 * MODE is wait (execute waits), poll (timeout 0 and an own loop) or twice (one connection, COMMAND
 * once, then "exit 6"). USER "anonymous" signs on without authentication; KEY "-" is none. Each end
 * is one line on standard output:
 *   code=N result=NAME status=N signal=NAME core=N may_run=N out=BYTES */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sexec/sexec.h>

enum { DEFAULT_TIMEOUT = 30 };

static size_t out_bytes;

static void on_stdout(struct sexec *ssh, const struct sexec_stdout_event *event, void *context)
{
    size_t length;

    (void)ssh;
    (void)context;
    (void)sexec_stdout_event_text(event, &length);
    out_bytes += length;
}

static void print_end(const struct sexec *ssh, int code)
{
    static const char *const names[] = { "none", "exited", "signaled", "no_status" };

    printf("code=%d result=%s status=%d signal=%s core=%d may_run=%d out=%zu\n", code,
           names[sexec_get_result(ssh)], sexec_get_exit_status(ssh), sexec_get_exit_signal(ssh),
           sexec_get_core_dumped(ssh), sexec_get_may_still_run(ssh), out_bytes);
    fprintf(stderr, "%s\n", sexec_get_last_error(ssh));
    out_bytes = 0;
}

/* An own loop, as a program with other things to wait for has it. */
static int execute_polling(struct sexec *ssh, const char *command)
{
    int code = sexec_execute(ssh, command);

    while (code == 0 && sexec_is_busy(ssh)) {
        struct pollfd fds[3];
        int timeout;
        size_t count = sexec_get_poll(ssh, fds, 3, &timeout);

        (void)poll(fds, count, timeout);
        code = sexec_do_events(ssh);
    }
    return code;
}

static int set_up(struct sexec *ssh, char **argv)
{
    bool has_key = strcmp(argv[4], "-") != 0;
    char setting[4096];
    int code = sexec_set_ssh_host(ssh, "127.0.0.1");

    (void)snprintf(setting, sizeof setting, "SSHAcceptServerHostKeyFingerPrint=%s", argv[5]);
    if (code == 0)
        code = sexec_set_ssh_port(ssh, (int)strtol(argv[2], NULL, 10));
    if (code == 0)
        code = sexec_set_ssh_user(ssh, argv[3]);
    if (code == 0)
        code = sexec_set_ssh_auth_mode(ssh, has_key ? SEXEC_AM_PUBLIC_KEY : SEXEC_AM_NONE);
    if (code == 0)
        code = sexec_set_ssh_cert_store_type(ssh, SEXEC_CST_PEM_KEY_FILE);
    if (code == 0)
        code = sexec_set_ssh_cert_store(ssh, argv[4], strlen(argv[4]));
    if (code == 0)
        code = sexec_config(ssh, setting, NULL);
    for (char **more = argv + 7; code == 0 && *more != NULL; more++) {
        if (strncmp(*more, "timeout=", 8) == 0)
            code = sexec_set_timeout(ssh, (int)strtol(*more + 8, NULL, 10));
        else
            code = sexec_config(ssh, *more, NULL);
    }
    return code;
}

int main(int argc, char **argv)
{
    struct sexec *ssh = argc < 7 ? NULL : sexec_new();
    int code;

    if (ssh == NULL)
        return 2;
    sexec_on_stdout(ssh, on_stdout, NULL);
    code = sexec_set_timeout(ssh, DEFAULT_TIMEOUT);
    if (code == 0)
        code = set_up(ssh, argv);
    if (code == 0 && strcmp(argv[1], "poll") == 0)
        code = sexec_set_timeout(ssh, 0);
    if (code == 0 && strcmp(argv[1], "twice") == 0)
        code = sexec_ssh_logon(ssh, NULL, 0);
    if (code != 0) {
        print_end(ssh, code);
        sexec_free(ssh);
        return 2;
    }
    code =
        strcmp(argv[1], "poll") == 0 ? execute_polling(ssh, argv[6]) : sexec_execute(ssh, argv[6]);
    print_end(ssh, code);
    if (strcmp(argv[1], "twice") == 0) {
        code = sexec_execute(ssh, "exit 6");
        print_end(ssh, code);
        (void)sexec_ssh_logoff(ssh);
    }
    sexec_free(ssh);
    return 0;
}
