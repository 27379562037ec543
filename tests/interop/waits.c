/* tests/interop/waits.c: what ends a method that waits: an interrupt, the time, or a wait of none.
 *
 *     waits METHOD BY HOST PORT USER KEYFILE FINGERPRINTS COMMAND [NAME=VALUE...]
 *
 * METHOD is logon, execute, logoff (after the command), or send, which gives a command more than it
 * takes; NAME=VALUE is a setting, or one of the properties timeout, mode, firewall_type, firewall_host and firewall_port.
 * Prints "ready" before the method begins and "up" when the command says anything.
 *
 * BY is how a byte on standard input interrupts: thread, signal (a handler does it), or none. Then a
 * line tells what the method gave: code, milliseconds since the interrupt (or since the method
 * began), may_still_run and what was taken of the input. The last line is the error's text. */
#include "target.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

enum { MORE = 64 * 1024 * 1024 };

static struct sexec *ssh;
static pthread_t waiter;
static bool is_by_signal;
static _Atomic uint64_t began; /* microseconds */

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

static void on_signal(int number)
{
    (void)number;
    sexec_interrupt(ssh);
}

static void *interrupt(void *context)
{
    char byte;

    if (read(0, &byte, 1) != 1)
        return context;
    atomic_store(&began, now());
    if (is_by_signal)
        pthread_kill(waiter, SIGUSR1);
    else
        sexec_interrupt(ssh);
    return context;
}

static void on_stdout(struct sexec *object, const struct sexec_stdout_event *event, void *context)
{
    (void)object;
    (void)event;
    (void)context;
    puts("up");
}

static int set(const char *setting)
{
    static const struct {
        const char *name;
        int (*set)(struct sexec *, int);
    } numbers[] = {
        { "timeout=", sexec_set_timeout },
        { "mode=", sexec_set_ssh_auth_mode },
        { "firewall_type=", sexec_set_firewall_type },
        { "firewall_port=", sexec_set_firewall_port },
    };

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        size_t length = strlen(numbers[i].name);

        if (strncmp(setting, numbers[i].name, length) == 0)
            return numbers[i].set(ssh, atoi(setting + length));
    }
    if (strncmp(setting, "firewall_host=", 14) == 0)
        return sexec_set_firewall_host(ssh, setting + 14);
    return sexec_config(ssh, setting, NULL);
}

/* The command is started without waiting, and gets more than it takes. */
static int send_more(const char *command)
{
    int timeout = sexec_get_timeout(ssh);
    uint8_t *data = calloc(1, MORE);
    int code;

    if (data == NULL)
        return SEXEC_MEMORY;
    code = sexec_ssh_logon(ssh, NULL, 0);
    if (code == 0)
        code = sexec_set_timeout(ssh, 0);
    if (code == 0)
        code = sexec_execute(ssh, command);
    /* It isn't certain that it runs before it said so. */
    while (code == 0 && sexec_get_may_still_run(ssh) == false)
        code = sexec_do_events(ssh);
    if (code == 0)
        code = sexec_set_timeout(ssh, timeout);
    atomic_store(&began, now());
    if (code == 0)
        code = sexec_send(ssh, data, MORE);
    free(data);
    return code;
}

/* Begins half a second after the command's end, when what that left behind has done its part. */
static int log_off(const char *command)
{
    int code = sexec_ssh_logon(ssh, NULL, 0);

    if (code == 0)
        code = sexec_execute(ssh, command);
    usleep(500000);
    atomic_store(&began, now());
    return code == 0 ? sexec_ssh_logoff(ssh) : code;
}

int main(int argc, char **argv)
{
    struct sigaction action;
    struct target target;
    pthread_t thread;
    int code;

    if (argc < 3 + TARGET_WORDS + 1)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    sigaction(SIGUSR1, &action, NULL);
    target = target_of(argv + 3);
    ssh = target_object(&target);
    sexec_on_stdout(ssh, on_stdout, NULL);
    for (char **more = argv + 3 + TARGET_WORDS + 1; *more != NULL; more++)
        if (set(*more) != 0) {
            fprintf(stderr, "%s: %s\n", *more, sexec_get_last_error(ssh));
            return 2;
        }
    waiter = pthread_self();
    is_by_signal = strcmp(argv[2], "signal") == 0;
    atomic_store(&began, now());
    if (strcmp(argv[2], "none") != 0 && pthread_create(&thread, NULL, interrupt, NULL) != 0)
        return 2;
    puts("ready");
    if (strcmp(argv[1], "logon") == 0)
        code = sexec_ssh_logon(ssh, NULL, 0);
    else if (strcmp(argv[1], "execute") == 0)
        code = sexec_execute(ssh, argv[3 + TARGET_WORDS]);
    else if (strcmp(argv[1], "logoff") == 0)
        code = log_off(argv[3 + TARGET_WORDS]);
    else
        code = send_more(argv[3 + TARGET_WORDS]);
    printf("code=%d ms=%.1f may_still_run=%d taken=%zu\n%s\n", code,
           (double)(now() - atomic_load(&began)) / 1000, sexec_get_may_still_run(ssh),
           sexec_get_bytes_taken(ssh), sexec_get_last_error(ssh));
    sexec_free(ssh);
    return 0;
}
