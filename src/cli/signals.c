/* cli/signals.c: the timer is alarm(2): one second is fine enough for a session that hangs, and no
 * clock needs to be read. */
#include "cli/signals.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static struct sexec *volatile interrupted; /* written while the signals are not ours */
static volatile sig_atomic_t caught;
static volatile sig_atomic_t is_over;

static void on_signal(int number)
{
    struct sexec *ssh = interrupted;

    if (number == SIGALRM)
        is_over = 1;
    else
        caught = number;
    if (ssh != NULL)
        sexec_interrupt(ssh);
}

static void take(int number, bool is_once)
{
    struct sigaction action = { .sa_handler = on_signal };
    struct sigaction before;

    if (is_once)
        action.sa_flags = (int)SA_RESETHAND;
    (void)sigemptyset(&action.sa_mask);
    if (number != SIGALRM && sigaction(number, NULL, &before) == 0 && before.sa_handler == SIG_IGN)
        return;
    (void)sigaction(number, &action, NULL);
}

void sx_cli_signals_open(struct sexec *ssh)
{
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    sigset_t alarm_only;

    interrupted = ssh;
    (void)sigemptyset(&ignore.sa_mask);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    take(SIGINT, true);
    take(SIGTERM, true);
    take(SIGHUP, true);
    take(SIGALRM, false);
    (void)sigemptyset(&alarm_only);
    (void)sigaddset(&alarm_only, SIGALRM);
    (void)sigprocmask(SIG_UNBLOCK, &alarm_only, NULL);
}

void sx_cli_signals_close(void)
{
    (void)alarm(0);
    interrupted = NULL;
}

int sx_cli_signals_caught(void)
{
    return caught;
}

const char *sx_cli_signals_name(int number)
{
    switch (number) {
    case SIGINT: return "SIGINT";
    case SIGTERM: return "SIGTERM";
    case SIGHUP: return "SIGHUP";
    default: return "a signal";
    }
}

void sx_cli_timer_start(int seconds)
{
    (void)alarm((unsigned)seconds);
}

bool sx_cli_timer_is_over(void)
{
    return is_over != 0;
}
