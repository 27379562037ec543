/* tests/interop/api.c: the object against a real server, one behaviour a case.
 *
 *     api CASE HOST PORT USER KEYFILE FINGERPRINT
 *
 * Exits with 0 when the behaviour is as the headers promise, else says what was not. */
#include "cases.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

/* ---- collecting output ------------------------------------------------------------------- */

static char got[1 << 20];
static size_t got_length;
static unsigned got_events;
static bool are_lines_whole = true;

static void collect(struct sexec *object, const struct sexec_stdout_event *event, void *context)
{
    size_t length;
    const char *text = sexec_stdout_event_text(event, &length);

    (void)object;
    (void)context;
    got_events++;
    if (length == 0 || text[length - 1] != '\n' || memchr(text, '\n', length - 1) != NULL)
        are_lines_whole = false;
    if (length <= sizeof got - got_length) {
        memcpy(got + got_length, text, length);
        got_length += length;
    }
}

static void clear(void)
{
    got_length = 0;
    got_events = 0;
    are_lines_whole = true;
}

/* ---- cases --------------------------------------------------------------------------------- */

static void case_lines(void)
{
    clear();
    CHECK(sexec_execute(ssh, "printf 'one\\ntwo\\n\\nfour'") == 0);
    CHECK(got_events == 4 && got_length == 13 && memcmp(got, "one\ntwo\n\nfour", 13) == 0);
    clear();
    CHECK(sexec_execute(ssh, "seq 1 20000") == 0);
    CHECK(got_events == 20000 && are_lines_whole && got_length == 108894);
    clear();
    CHECK(sexec_config(ssh, "MaxLineLength=256", NULL) == 0);
    CHECK(sexec_execute(ssh, "printf '%1000s\\n' x") == 0);
    CHECK(got_events == 4 && got_length == 1001);
}

static void case_many_commands_on_one_logon(void)
{
    char command[64];

    CHECK(sexec_ssh_logon(ssh, NULL, 0) == 0);
    CHECK(sexec_get_connected(ssh) && sexec_get_local_port(ssh) > 0);
    CHECK(sexec_ssh_logon(ssh, NULL, 0) == SEXEC_ALREADY_CONNECTED);
    CHECK(sexec_set_ssh_host(ssh, "x") == SEXEC_CANNOT_CHANGE_HOST);
    CHECK(sexec_set_ssh_port(ssh, 1) == SEXEC_CANNOT_CHANGE_PORT);
    CHECK(sexec_set_local_host(ssh, "::1") == SEXEC_CANNOT_CHANGE_LOCAL_HOST);
    CHECK(sexec_set_local_port(ssh, 1) == SEXEC_CANNOT_CHANGE_LOCAL_PORT);
    CHECK(sexec_config(ssh, "Policy=fips", NULL) == SEXEC_BAD_STATE);
    for (int i = 0; i < 20; i++) {
        snprintf(command, sizeof command, "exit %d", i);
        CHECK(sexec_execute(ssh, command) == (i == 0 ? 0 : SEXEC_EXITED_NON_ZERO));
        CHECK(sexec_get_exit_status(ssh) == i && sexec_get_connected(ssh));
    }
    CHECK(sexec_ssh_logoff(ssh) == 0 && !sexec_get_connected(ssh));
    CHECK(sexec_set_connected(ssh, true) == 0 && sexec_get_connected(ssh));
    CHECK(sexec_set_connected(ssh, false) == 0 && !sexec_get_connected(ssh));
}

static unsigned refused;

static void misuse(struct sexec *object, const struct sexec_stdout_event *event, void *context)
{
    const char *value;

    (void)event;
    (void)context;
    refused += sexec_execute(object, "true") == SEXEC_BUSY;
    refused += sexec_ssh_logon(object, NULL, 0) == SEXEC_BUSY;
    refused += sexec_ssh_logoff(object) == SEXEC_BUSY;
    refused += sexec_reset(object) == SEXEC_BUSY;
    refused += sexec_do_events(object) == SEXEC_BUSY;
    refused += sexec_config(object, "LogLevel", &value) != 0;
    refused += sexec_send(object, "input\n", 6) != 0;
    refused += sexec_send_eof(object) != 0;
}

static void case_methods_in_a_handler(void)
{
    sexec_on_stdout(ssh, misuse, NULL);
    CHECK(sexec_execute(ssh, "echo first; exec wc -c >/dev/null") == 0);
    CHECK(refused == 5);
}

static void free_it(struct sexec *object, const struct sexec_stdout_event *event, void *context)
{
    size_t length;

    (void)context;
    sexec_free(object);
    (void)sexec_stdout_event_text(event, &length); /* still there */
}

static void case_free_in_a_handler(void)
{
    sexec_on_stdout(ssh, free_it, NULL);
    if (sexec_execute(ssh, "echo x; exit 3") != SEXEC_EXITED_NON_ZERO)
        exit(1);
    ssh = sexec_new();
}

static void *interrupt_soon(void *context)
{
    (void)context;
    usleep(300000);
    sexec_interrupt(ssh);
    return NULL;
}

static void case_interrupt_from_a_thread(void)
{
    pthread_t thread;

    CHECK(pthread_create(&thread, NULL, interrupt_soon, NULL) == 0);
    CHECK(sexec_execute(ssh, "sleep 30") == SEXEC_INTERRUPTED);
    pthread_join(thread, NULL);
    CHECK(sexec_get_may_still_run(ssh) && sexec_get_result(ssh) == SEXEC_RESULT_NO_STATUS);
    CHECK(sexec_get_exit_status(ssh) == -1);
    CHECK(sexec_execute(ssh, "true") == 0); /* the object goes on */
}

static void on_alarm(int number)
{
    (void)number;
    sexec_interrupt(ssh);
}

static void case_interrupt_from_a_signal_handler(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    sigaction(SIGALRM, &action, NULL);
    alarm(1);
    CHECK(sexec_execute(ssh, "sleep 30") == SEXEC_INTERRUPTED);
    sexec_interrupt(ssh); /* nothing runs: nothing happens */
    CHECK(sexec_execute(ssh, "true") == 0);
}

static void case_timeout_by_inactivity(void)
{
    CHECK(sexec_set_timeout(ssh, 2) == 0);
    /* Longer than the timeout in all, but something moves each second. */
    CHECK(sexec_execute(ssh, "for i in 1 2 3 4; do echo $i; sleep 1; done") == 0);
    CHECK(sexec_execute(ssh, "sleep 30") == SEXEC_TIMEOUT);
    CHECK(sexec_get_may_still_run(ssh));
    CHECK(strstr(sexec_get_last_error(ssh), "may still run") != NULL);
    CHECK(sexec_config(ssh, "AbsoluteTimeout=True", NULL) == 0);
    CHECK(sexec_execute(ssh, "for i in 1 2 3 4 5 6; do echo $i; sleep 1; done") == SEXEC_TIMEOUT);
}

static void case_stdin_file(void)
{
    char path[] = "/tmp/sexec-api-XXXXXX";
    char setting[64];
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");

    CHECK(file != NULL);
    for (int i = 0; i < 100000; i++)
        fprintf(file, "%09d\n", i);
    fclose(file);
    snprintf(setting, sizeof setting, "StdInFile=%s", path);
    CHECK(sexec_config(ssh, setting, NULL) == 0);
    clear();
    CHECK(sexec_execute(ssh, "wc -lc") == 0);
    unlink(path);
    CHECK(strncmp(got, " 100000 1000000\n", 16) == 0 || strstr(got, "100000 1000000") != NULL);
}

static size_t to_send;

static void feed(struct sexec *object, void *context)
{
    static char data[70000];

    (void)context;
    memset(data, 'x', sizeof data);
    while (to_send > 0) {
        size_t n = to_send < sizeof data ? to_send : sizeof data;
        int code = sexec_send(object, data, n);

        to_send -= sexec_get_bytes_taken(object);
        if (code != 0) {
            CHECK(code == SEXEC_SEND_WOULD_BLOCK || code == SEXEC_WOULD_BLOCK_REKEY);
            return;
        }
    }
    CHECK(sexec_send_eof(object) == 0);
}

static void case_rekey_while_data_flows_both_ways(void)
{
    CHECK(sexec_config(ssh, "KeyRenegotiationThreshold=200000", NULL) == 0);
    CHECK(sexec_config(ssh, "OutputMode=chunks", NULL) == 0);
    sexec_on_stdin_ready(ssh, feed, NULL);
    to_send = 20000000;
    sexec_on_stdout(ssh, NULL, NULL);
    CHECK(sexec_execute(ssh, "n=$(tee /dev/stderr | wc -c); test $n = 20000000") == 0);
}

/* One thread, several objects, no waiting but in poll. */
static void case_own_event_loop(void)
{
    enum { COUNT = 20 };
    struct sexec *first = ssh, *all[COUNT];
    unsigned running = COUNT;

    for (int i = 0; i < COUNT; i++) {
        char command[32];

        all[i] = target_object(&target);
        CHECK(sexec_set_timeout(all[i], 0) == 0);
        CHECK(sexec_config(all[i], "SelectWaitMillis=0", NULL) == 0);
        snprintf(command, sizeof command, "sleep 0.%d; exit %d", i % 5, i);
        CHECK(sexec_execute(all[i], command) == 0);
        CHECK(sexec_is_busy(all[i]));
        CHECK(sexec_execute(all[i], "true") == SEXEC_BUSY);
    }
    while (running > 0) {
        struct pollfd fds[3 * COUNT];
        size_t count = 0;
        int wait = 5000;

        for (int i = 0; i < COUNT; i++) {
            int timeout;

            if (all[i] == NULL)
                continue;
            count += sexec_get_poll(all[i], fds + count, 3, &timeout);
            if (timeout >= 0 && timeout < wait)
                wait = timeout;
        }
        CHECK(poll(fds, (nfds_t)count, wait) >= 0);
        for (int i = 0; i < COUNT; i++) {
            int code;

            if (all[i] == NULL)
                continue;
            code = sexec_do_events(all[i]);
            if (sexec_is_busy(all[i]))
                continue;
            ssh = all[i]; /* whose error CHECK shows */
            CHECK(code == (i == 0 ? 0 : SEXEC_EXITED_NON_ZERO));
            CHECK(sexec_get_exit_status(all[i]) == i);
            ssh = first;
            sexec_free(all[i]);
            all[i] = NULL;
            running--;
        }
    }
}

static bool may_accept;
static unsigned asked;

static void judge(struct sexec *object, struct sexec_ssh_server_authentication_event *event,
                  void *context)
{
    size_t length;
    const char *value;

    (void)context;
    asked++;
    CHECK(!sexec_ssh_server_authentication_event_accept(event));
    CHECK(sexec_ssh_server_authentication_event_host_key(event, &length) != NULL && length > 20);
    CHECK(strlen(sexec_ssh_server_authentication_event_fingerprint(event)) == 95);
    CHECK(sexec_config(object, "SSHFingerprintSHA256", &value) == 0);
    CHECK(strcmp(value, sexec_ssh_server_authentication_event_fingerprint(event)) == 0);
    sexec_ssh_server_authentication_event_set_accept(event, may_accept);
}

static void case_host_key_by_event(void)
{
    CHECK(sexec_config(ssh, "SSHAcceptServerHostKeyFingerPrint=", NULL) == 0);
    CHECK(sexec_execute(ssh, "true") == SEXEC_HOST_KEY_REJECTED);
    sexec_on_ssh_server_authentication(ssh, judge, NULL);
    CHECK(sexec_execute(ssh, "true") == SEXEC_HOST_KEY_REJECTED);
    may_accept = true;
    /* Asked once, also when keys are exchanged again. */
    asked = 0;
    CHECK(sexec_config(ssh, "KeyRenegotiationThreshold=50000", NULL) == 0);
    CHECK(sexec_execute(ssh, "head -c 500000 /dev/zero") == 0);
    CHECK(asked == 1);
    sexec_on_ssh_server_authentication(ssh, NULL, NULL);
    CHECK(sexec_config(ssh, "SSHAcceptAnyServerHostKey=True", NULL) == 0);
    CHECK(sexec_execute(ssh, "true") == 0);
}

/* ---- the rest ------------------------------------------------------------------------------ */

static const struct test_case cases[] = {
    { "lines", case_lines },
    { "many-commands-on-one-logon", case_many_commands_on_one_logon },
    { "methods-in-a-handler", case_methods_in_a_handler },
    { "free-in-a-handler", case_free_in_a_handler },
    { "interrupt-from-a-thread", case_interrupt_from_a_thread },
    { "interrupt-from-a-signal-handler", case_interrupt_from_a_signal_handler },
    { "timeout-by-inactivity", case_timeout_by_inactivity },
    { "stdin-file", case_stdin_file },
    { "rekey-while-data-flows-both-ways", case_rekey_while_data_flows_both_ways },
    { "own-event-loop", case_own_event_loop },
    { "host-key-by-event", case_host_key_by_event },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    cases_begin(argc, argv, cases, 0);
    sexec_on_stdout(ssh, collect, NULL);
    return cases_run(cases, argv[1]);
}
