/* tests/interop/loop.c: one thread that drives many objects through the functions for own loops.
 *
 *     loop HOST PORT USER KEYFILE FINGERPRINTS COUNT CLOSED SILENT SLOW GATE
 *
 * CLOSED is a port where nobody listens, SILENT one of a server that says nothing, SLOW a name whose
 * lookup stands still until somebody opens GATE. Each object meets one of the ends of kinds below.
 * All of them wait first, which must cost nothing; then each ends, and must tell its own end.
 *
 * Prints what was measured. Exits with 0 when all was as it should be. */
#include "target.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { FDS_EACH = 3, WATCHED_MS = 1500, PATIENCE_MS = 200000, OUT_MAX = 128 };

/* What becomes of an object. */
enum kind {
    ENDS_WELL,
    ENDS_WITH_STATUS,
    ENDS_BY_OWN_SIGNAL,
    IS_KILLED,       /* the command, on the server */
    LOSES_SERVER,    /* the server's process of this connection is killed */
    TIMES_OUT,       /* while its command runs */
    IS_INTERRUPTED,  /* likewise */
    LOGON_TIMES_OUT, /* the server says nothing */
    LOOKUP_IS_INTERRUPTED,
    IS_UNKNOWN,       /* the server lets nobody of this name in */
    DISTRUSTS_SERVER, /* it has another host key */
    IS_REFUSED,       /* nobody listens */
    KIND_COUNT,
};

struct member {
    int number;
    enum kind kind;
    struct sexec *ssh;
    bool is_up; /* its command said who it is */
    long pid, parent;
    char out[OUT_MAX];
    uint64_t up_at;
    uint64_t wakes;
    bool is_ended;
    int code;
};

static struct member *members;
static int count;
static struct target target;
static int closed_port, silent_port;
static const char *slow_name, *slow_gate;
static unsigned long waits, looks; /* calls of poll and of sexec_do_events */

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static void fail(const struct member *member, const char *what)
{
    printf(
        "object %d of kind %d: %s (code %d: %s; result %d, status %d, signal \"%s\", said \"%s\")\n",
        member->number, (int)member->kind, what, member->code, sexec_get_last_error(member->ssh),
        (int)sexec_get_result(member->ssh), sexec_get_exit_status(member->ssh),
        sexec_get_exit_signal(member->ssh), member->out);
    exit(1);
}

#define WANT(member, condition)                                                                    \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail(member, "not so: " #condition);                                                   \
    } while (0)

/* ---- start --------------------------------------------------------------------------------- */

static void on_stdout(struct sexec *ssh, const struct sexec_stdout_event *event, void *context)
{
    struct member *member = context;
    size_t length;
    const char *text = sexec_stdout_event_text(event, &length);
    size_t used = strlen(member->out);
    int number;

    (void)ssh;
    snprintf(member->out + used, OUT_MAX - used, "%.*s", (int)length, text);
    if (sscanf(member->out, "up %d %ld %ld\n", &number, &member->pid, &member->parent) == 3) {
        WANT(member, number == member->number);
        member->is_up = true;
        member->up_at = now();
    }
}

static bool has_command(enum kind kind)
{
    return kind <= IS_INTERRUPTED;
}

static void begin(struct member *member)
{
    static const char *const last[] = {
        [ENDS_WELL] = "exit 0",
        [ENDS_WITH_STATUS] = "exit $status",
        [ENDS_BY_OWN_SIGNAL] = "kill -USR1 $$",
    };
    struct target at = target;
    char command[256];

    if (member->kind == IS_REFUSED)
        at.port = closed_port;
    if (member->kind == LOGON_TIMES_OUT)
        at.port = silent_port;
    if (member->kind == LOOKUP_IS_INTERRUPTED)
        at.host = slow_name;
    if (member->kind == IS_UNKNOWN)
        at.user = "nobody-here";
    if (member->kind == DISTRUSTS_SERVER)
        at.fingerprints = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    member->ssh = target_object(&at);
    sexec_on_stdout(member->ssh, on_stdout, member);
    WANT(member, sexec_set_timeout(member->ssh, 0) == 0);
    WANT(member, sexec_config(member->ssh, "SelectWaitMillis=0", NULL) == 0);
    snprintf(command, sizeof command, "status=%d; echo up %d $$ $PPID; read -r line; %s",
             1 + member->number % 250, member->number,
             member->kind <= ENDS_BY_OWN_SIGNAL ? last[member->kind] : "true");
    WANT(member, sexec_execute(member->ssh, command) == 0);
    WANT(member, sexec_is_busy(member->ssh));
    WANT(member, sexec_execute(member->ssh, "true") == SEXEC_BUSY);
}

/* ---- the loop ------------------------------------------------------------------------------ */

static void look_at(struct member *member)
{
    looks++;
    member->code = sexec_do_events(member->ssh);
    member->is_ended = !sexec_is_busy(member->ssh);
}

/* One round: waits until something is ready, at most until then, and looks at what is. */
static void turn(uint64_t until)
{
    static struct pollfd *fds;
    static struct member **owners;
    size_t used = 0;
    uint64_t first = until;

    if (fds == NULL) {
        fds = calloc((size_t)count * FDS_EACH, sizeof *fds);
        owners = calloc((size_t)count * FDS_EACH, sizeof(struct member *));
    }
    if (fds == NULL || owners == NULL)
        exit(2);
    for (int i = 0; i < count; i++) {
        struct member *member = &members[i];
        size_t got;
        int timeout;

        if (member->is_ended)
            continue;
        got = sexec_get_poll(member->ssh, fds + used, FDS_EACH, &timeout);
        for (size_t at = 0; at < got; at++)
            owners[used + at] = member;
        used += got;
        member->wakes = timeout < 0 ? UINT64_MAX : now() + (uint64_t)timeout;
        if (member->wakes < first)
            first = member->wakes;
    }
    waits++;
    if (poll(fds, (nfds_t)used, first <= now() ? 0 : (int)(first - now())) < 0)
        exit(2);
    for (size_t at = 0; at < used; at++)
        if (fds[at].revents != 0 && !owners[at]->is_ended)
            look_at(owners[at]);
    for (int i = 0; i < count; i++)
        if (!members[i].is_ended && members[i].wakes <= now())
            look_at(&members[i]);
}

/* Those that come to no end by themselves. */
static bool is_waiting(const struct member *member)
{
    return has_command(member->kind)
               ? member->is_up
               : member->kind == LOGON_TIMES_OUT || member->kind == LOOKUP_IS_INTERRUPTED;
}

static void turn_until_all(bool (*is_so)(const struct member *), const char *what)
{
    uint64_t end = now() + PATIENCE_MS;
    int done = 0;

    while (done < count) {
        turn(now() + 1000);
        for (done = 0; done < count && is_so(&members[done]); done++)
            continue;
        if (done < count && now() > end)
            fail(&members[done], what);
        if (done < count && members[done].is_ended && has_command(members[done].kind) &&
            !members[done].is_up)
            fail(&members[done], "it did not come up");
    }
}

static bool is_settled(const struct member *member)
{
    return member->is_ended || is_waiting(member);
}

static bool is_over(const struct member *member)
{
    return member->is_ended;
}

static double cpu_seconds(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* While all wait, nothing is to be done: no calls, no CPU time. */
static void watch(int waiting)
{
    unsigned long waits_before = waits, looks_before = looks;
    double before = cpu_seconds();
    uint64_t end = now() + WATCHED_MS;
    double used;

    while (now() < end)
        turn(end);
    used = cpu_seconds() - before;
    printf("%d wait: %.1f ms CPU in %d ms, %lu polls, %lu calls of do_events\n", waiting,
           used * 1000, WATCHED_MS, waits - waits_before, looks - looks_before);
    if (used > WATCHED_MS / 1000.0 / 10 || waits - waits_before > 50 || looks - looks_before > 50) {
        printf("that is a busy loop\n");
        exit(1);
    }
}

/* ---- the end ------------------------------------------------------------------------------- */

static void end(struct member *member)
{
    if (member->is_ended)
        return;
    switch (member->kind) {
    case ENDS_WELL:
    case ENDS_WITH_STATUS:
    case ENDS_BY_OWN_SIGNAL: WANT(member, sexec_send(member->ssh, "\n", 1) == 0); break;
    case IS_KILLED: WANT(member, kill((pid_t)member->pid, SIGKILL) == 0); break;
    case LOSES_SERVER: WANT(member, kill((pid_t)member->parent, SIGKILL) == 0); break;
    case TIMES_OUT: /* a second from now, by inactivity */
        WANT(member,
             sexec_set_timeout(member->ssh, (int)((now() - member->up_at) / 1000) + 1) == 0);
        break;
    case LOGON_TIMES_OUT: WANT(member, sexec_set_timeout(member->ssh, 1) == 0); break;
    case IS_INTERRUPTED:
    case LOOKUP_IS_INTERRUPTED: sexec_interrupt(member->ssh); break;
    default: fail(member, "it should have ended");
    }
}

static void expect(const struct member *member, int code, enum sexec_result result, int status,
                   bool may_still_run)
{
    WANT(member, member->code == code);
    WANT(member, sexec_get_last_error_code(member->ssh) == code || code == 0);
    WANT(member, sexec_get_result(member->ssh) == result);
    WANT(member, sexec_get_exit_status(member->ssh) == status);
    WANT(member, sexec_get_may_still_run(member->ssh) == may_still_run);
    WANT(member, !sexec_get_connected(member->ssh));
}

static void judge(const struct member *member)
{
    const char *signal = "";
    int status = 1 + member->number % 250;

    switch (member->kind) {
    case ENDS_WELL: expect(member, 0, SEXEC_RESULT_EXITED, 0, false); break;
    case ENDS_WITH_STATUS:
        expect(member, SEXEC_EXITED_NON_ZERO, SEXEC_RESULT_EXITED, status, false);
        break;
    case ENDS_BY_OWN_SIGNAL:
        expect(member, SEXEC_KILLED_BY_SIGNAL, SEXEC_RESULT_SIGNALED, -1, false);
        signal = "USR1";
        break;
    case IS_KILLED:
        expect(member, SEXEC_KILLED_BY_SIGNAL, SEXEC_RESULT_SIGNALED, -1, false);
        signal = "KILL";
        break;
    case LOSES_SERVER:
        WANT(member, member->code == SEXEC_DROPPED || member->code == 10054);
        expect(member, member->code, SEXEC_RESULT_NO_STATUS, -1, true);
        break;
    case TIMES_OUT: expect(member, SEXEC_TIMEOUT, SEXEC_RESULT_NO_STATUS, -1, true); break;
    case IS_INTERRUPTED: expect(member, SEXEC_INTERRUPTED, SEXEC_RESULT_NO_STATUS, -1, true); break;
    case LOGON_TIMES_OUT:
        expect(member, SEXEC_TIMEOUT_CONNECTING, SEXEC_RESULT_NONE, 0, false);
        break;
    case LOOKUP_IS_INTERRUPTED:
        expect(member, SEXEC_INTERRUPTED, SEXEC_RESULT_NONE, 0, false);
        break;
    case IS_UNKNOWN: expect(member, SEXEC_AUTHENTICATION, SEXEC_RESULT_NONE, 0, false); break;
    case DISTRUSTS_SERVER:
        expect(member, SEXEC_HOST_KEY_REJECTED, SEXEC_RESULT_NONE, 0, false);
        break;
    case IS_REFUSED: expect(member, 10061, SEXEC_RESULT_NONE, 0, false); break;
    case KIND_COUNT: break;
    }
    WANT(member, strcmp(sexec_get_exit_signal(member->ssh), signal) == 0);
}

static int entries(const char *folder)
{
    DIR *open = opendir(folder);
    int found = 0;

    if (open == NULL)
        exit(2);
    while (readdir(open) != NULL)
        found++;
    closedir(open);
    return found;
}

/* Lookups that were given up end by themselves, with what they hold. */
static bool is_all_given_back(int files, int threads)
{
    int gate = open(slow_gate, O_WRONLY | O_NONBLOCK);

    if (gate >= 0)
        close(gate);
    return entries("/proc/self/fd") == files && entries("/proc/self/task") == threads;
}

int main(int argc, char **argv)
{
    struct rlimit limit;
    int files, threads, waiting = 0;

    if (argc != 1 + TARGET_WORDS + 5)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    target = target_of(argv + 1);
    argv += 1 + TARGET_WORDS;
    count = atoi(argv[0]);
    closed_port = atoi(argv[1]);
    silent_port = atoi(argv[2]);
    slow_name = argv[3];
    slow_gate = argv[4];
    members = calloc((size_t)count, sizeof *members);
    if (members == NULL || getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 2;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    files = entries("/proc/self/fd");
    threads = entries("/proc/self/task");
    for (int i = 0; i < count; i++) {
        members[i].number = i;
        members[i].kind = (enum kind)(i % KIND_COUNT);
        begin(&members[i]);
    }
    turn_until_all(is_settled, "it neither waits nor ends");
    for (int i = 0; i < count; i++)
        waiting += !members[i].is_ended;
    watch(waiting);
    for (int i = 0; i < count; i++)
        end(&members[i]);
    turn_until_all(is_over, "it does not end");
    for (int i = 0; i < count; i++) {
        judge(&members[i]);
        sexec_free(members[i].ssh);
    }
    for (int i = 0; !is_all_given_back(files, threads); i++) {
        if (i > 2000) {
            printf("%d files and %d threads are left, before it was %d and %d\n",
                   entries("/proc/self/fd"), entries("/proc/self/task"), files, threads);
            return 1;
        }
        usleep(10000);
    }
    printf("%d objects with %d ends, all told; %lu polls, %lu calls of do_events, %.2f s CPU\n",
           count, KIND_COUNT, waits, looks, cpu_seconds());
    free(members);
    return 0;
}
