/* tests/interop/nowait.c: timeout 0: no method waits, and what is under way can be given up at any
 * step.
 *
 *     nowait CASE HOST PORT USER KEYFILE FINGERPRINTS
 *
 * Exits with 0 when all was as the headers promise, else says what was not. */
#include "cases.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void go_without_waiting(struct sexec *object)
{
    if (sexec_set_timeout(object, 0) != 0 || sexec_config(object, "SelectWaitMillis=0", NULL) != 0)
        exit(2);
}

static struct sexec *without_waiting(void)
{
    struct sexec *object = target_object(&target);

    go_without_waiting(object);
    return object;
}

/* Waits outside of the library, at most so long; whether anything became ready. */
static bool is_ready_within(int milliseconds)
{
    struct pollfd fds[3];
    int timeout;
    size_t count = sexec_get_poll(ssh, fds, 3, &timeout);

    if (timeout < 0 || timeout > milliseconds)
        timeout = milliseconds;
    return poll(fds, (nfds_t)count, timeout) > 0;
}

/* Goes on until the action ends, and gives its code. */
static int finish(void)
{
    int code = 0;

    for (int i = 0; code == 0 && sexec_is_busy(ssh); i++) {
        CHECK(i < 100000);
        (void)is_ready_within(10000);
        code = sexec_do_events(ssh);
    }
    return code;
}

static void case_returns_at_once(void)
{
    struct pollfd fds[3];
    int timeout;

    CHECK(sexec_ssh_logon(ssh, NULL, 0) == 0);
    CHECK(sexec_is_busy(ssh) && !sexec_get_connected(ssh));
    CHECK(sexec_ssh_logon(ssh, NULL, 0) == SEXEC_BUSY);
    CHECK(sexec_ssh_logoff(ssh) == SEXEC_BUSY);
    CHECK(finish() == 0 && sexec_get_connected(ssh));
    for (int i = 0; i < 3; i++) {
        CHECK(sexec_execute(ssh, "sleep 0.2; exit 5") == 0);
        CHECK(sexec_is_busy(ssh) && sexec_get_result(ssh) == SEXEC_RESULT_NONE);
        CHECK(sexec_get_poll(ssh, fds, 3, &timeout) > 0 && timeout == 0); /* it is to be begun */
        CHECK(sexec_execute(ssh, "true") == SEXEC_BUSY);
        CHECK(finish() == SEXEC_EXITED_NON_ZERO && sexec_get_exit_status(ssh) == 5);
        CHECK(sexec_get_connected(ssh));
    }
    CHECK(sexec_ssh_logoff(ssh) == 0 && sexec_is_busy(ssh));
    CHECK(finish() == 0 && !sexec_get_connected(ssh));
    CHECK(sexec_execute(ssh, "exit 6") == 0); /* which logs on and off by itself */
    CHECK(finish() == SEXEC_EXITED_NON_ZERO && sexec_get_exit_status(ssh) == 6);
    CHECK(!sexec_get_connected(ssh));
}

static char out[256];

static void keep(struct sexec *object, const struct sexec_stdout_event *event, void *context)
{
    size_t length;
    const char *text = sexec_stdout_event_text(event, &length);

    (void)object;
    (void)context;
    snprintf(out, sizeof out, "%.*s", (int)length, text);
}

static void wait_for_output(void)
{
    for (int i = 0; out[0] == '\0'; i++) {
        CHECK(i < 100000);
        (void)is_ready_within(10000);
        CHECK(sexec_do_events(ssh) == 0);
    }
}

/* What isn't taken is told, and the rest can follow. */
static void case_send_takes_what_it_can(void)
{
    enum { SIZE = 16 * 1024 * 1024 };
    uint8_t *data = calloc(1, SIZE);
    unsigned refused = 0;
    size_t at = 0;
    const char *value;

    CHECK(data != NULL);
    sexec_on_stdout(ssh, keep, NULL);
    CHECK(sexec_execute(ssh, "echo up; wc -c") == 0);
    CHECK(sexec_send(ssh, data, 1) == SEXEC_NOT_CONNECTED);
    wait_for_output();
    /* While keys are exchanged no data may go: RFC 4253 section 7.1. */
    CHECK(sexec_config(ssh, "SSHKeyRenegotiate", &value) == 0);
    CHECK(sexec_send(ssh, data, 1) == SEXEC_WOULD_BLOCK_REKEY);
    CHECK(sexec_get_bytes_taken(ssh) == 0);
    while (at < SIZE) {
        int code = sexec_send(ssh, data + at, SIZE - at);

        at += sexec_get_bytes_taken(ssh);
        CHECK(code == (at == SIZE                        ? 0
                       : code == SEXEC_WOULD_BLOCK_REKEY ? code
                                                         : SEXEC_SEND_WOULD_BLOCK));
        refused += code == SEXEC_SEND_WOULD_BLOCK;
        (void)is_ready_within(10000);
        CHECK(sexec_do_events(ssh) == 0);
    }
    CHECK(refused > 0);
    CHECK(sexec_send_eof(ssh) == 0 && finish() == 0);
    CHECK(atoi(out) == SIZE);
    free(data);
}

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

/* How often an idle object wakes a loop in that time. */
static unsigned wakings(int milliseconds)
{
    uint64_t end = now() + (uint64_t)milliseconds;
    unsigned woken = 0;

    for (uint64_t at = now(); at < end && woken < 100; at = now()) {
        woken += is_ready_within((int)(end - at));
        CHECK(sexec_do_events(ssh) == 0);
    }
    return woken;
}

/* An interrupt that nothing waits for wakes a loop once, and a connection that is left alone not at
 * all. */
static void case_nothing_wakes_for_ever(void)
{
    sexec_interrupt(ssh);
    CHECK(wakings(100) == 1);
    CHECK(sexec_ssh_logon(ssh, NULL, 0) == 0 && finish() == 0);
    sexec_interrupt(ssh);
    /* The server asks for a sign of life each second. */
    CHECK(wakings(1500) <= 3);
    CHECK(sexec_config(ssh, "ProcessIdleEvents=False", NULL) == 0);
    CHECK(wakings(2500) == 0);
    CHECK(sexec_config(ssh, "ProcessIdleEvents=True", NULL) == 0);
    CHECK(wakings(100) > 0);
    CHECK(sexec_execute(ssh, "sleep 9") == 0);
    sexec_interrupt(ssh);
    CHECK(is_ready_within(100) && sexec_do_events(ssh) == SEXEC_INTERRUPTED);
    CHECK(!sexec_is_busy(ssh) && wakings(100) == 0);
}

/* The same command over and over, given up after one step more each time. */
static void give_up_after_steps(int how)
{
    int code = 0;

    for (int steps = 0; steps < 200; steps++) {
        CHECK(sexec_execute(ssh, "echo out; echo err >&2; exit 3") == 0);
        for (int i = 0; i < steps && code == 0 && sexec_is_busy(ssh); i++) {
            (void)is_ready_within(10000);
            code = sexec_do_events(ssh);
        }
        if (code != 0) {
            CHECK(code == SEXEC_EXITED_NON_ZERO && steps > 5);
            return;
        }
        if (how == 0) {
            sexec_free(ssh);
            ssh = without_waiting();
        } else if (how == 1) {
            CHECK(sexec_reset(ssh) == 0 && !sexec_is_busy(ssh));
            sexec_free(ssh);
            ssh = without_waiting();
        } else {
            sexec_interrupt(ssh);
            code = finish();
            /* It may have ended in the same step. */
            CHECK(code == SEXEC_INTERRUPTED || code == SEXEC_EXITED_NON_ZERO);
            CHECK(!sexec_is_busy(ssh) && !sexec_get_connected(ssh));
            code = 0;
        }
    }
    fprintf(stderr, "it comes to no end in 200 steps\n");
    exit(1);
}

static void case_free_at_each_step(void)
{
    give_up_after_steps(0);
}

static void case_reset_at_each_step(void)
{
    give_up_after_steps(1);
}

static void case_interrupt_at_each_step(void)
{
    give_up_after_steps(2);
}

/* do_events waits for SelectWaitMillis when there is nothing to do, also where it looks at nothing. */
static void case_do_events_waits(void)
{
    uint64_t began;

    CHECK(sexec_ssh_logon(ssh, NULL, 0) == 0 && finish() == 0);
    CHECK(sexec_config(ssh, "SelectWaitMillis=40", NULL) == 0);
    for (int i = 0; i < 2; i++) {
        began = now();
        for (int n = 0; n < 5; n++)
            CHECK(sexec_do_events(ssh) == 0);
        CHECK(now() - began >= 100); /* the server's words may end one or two of them early */
        CHECK(sexec_config(ssh, "ProcessIdleEvents=False", NULL) == 0);
    }
}

/* ConnectionTimeout counts without waiting, too. The server takes the connection and says nothing. */
static void case_connection_timeout(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;
    int silent = socket(AF_INET, SOCK_STREAM, 0);
    uint64_t began = now();

    CHECK(bind(silent, (struct sockaddr *)&address, length) == 0 && listen(silent, 1) == 0);
    CHECK(getsockname(silent, (struct sockaddr *)&address, &length) == 0);
    CHECK(sexec_config(ssh, "ConnectionTimeout=1", NULL) == 0);
    CHECK(sexec_ssh_logon(ssh, NULL, ntohs(address.sin_port)) == 0);
    CHECK(finish() == SEXEC_TIMEOUT_CONNECTING && now() - began >= 900);
    close(silent);
}

/* A timeout that is set later holds for what is under way. */
static void case_timeout_set_later(void)
{
    int timeout;
    struct pollfd fds[3];

    CHECK(sexec_execute(ssh, "echo up; sleep 30") == 0);
    sexec_on_stdout(ssh, keep, NULL);
    CHECK(sexec_get_poll(ssh, fds, 3, &timeout) > 0 && timeout == 0); /* it is to be begun */
    wait_for_output();
    /* The next thing is that keys get old. */
    CHECK(sexec_get_poll(ssh, fds, 3, &timeout) > 0 && (timeout == -1 || timeout > 60000));
    CHECK(sexec_set_timeout(ssh, 1) == 0);
    CHECK(sexec_get_poll(ssh, fds, 3, &timeout) > 0 && timeout >= 0 && timeout <= 1000);
    CHECK(finish() == SEXEC_TIMEOUT && sexec_get_may_still_run(ssh));
}

static const struct test_case cases[] = {
    { "returns-at-once", case_returns_at_once },
    { "send-takes-what-it-can", case_send_takes_what_it_can },
    { "nothing-wakes-for-ever", case_nothing_wakes_for_ever },
    { "free-at-each-step", case_free_at_each_step },
    { "reset-at-each-step", case_reset_at_each_step },
    { "interrupt-at-each-step", case_interrupt_at_each_step },
    { "timeout-set-later", case_timeout_set_later },
    { "do-events-waits", case_do_events_waits },
    { "connection-timeout", case_connection_timeout },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    cases_begin(argc, argv, cases, 0);
    go_without_waiting(ssh);
    return cases_run(cases, argv[1]);
}
