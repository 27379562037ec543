/* tests/interop/token_waits.c: objects whose token stands still inside of a call.
 *
 *     token_waits CASE HOST PORT USER KEYFILE FINGERPRINTS STORE PINFILE GATE
 *
 * STORE is a token behind modules/token_faults.c, whose slow call waits until the file GATE exists, and
 * writes a byte to GATE.in when it begins and one to GATE.out when it ends. So what comes before what
 * is known without a clock: all that a case does with the gate shut is done while the token has not
 * answered.
 *
 * Exits with 0 when all was as the headers promise, else says what was not. */
#include "target.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TURNS_MAX = 20000, TURN_MS = 10, FDS = 3, MANY = 8, THREAD_TURNS = 3000 };

static struct target target;
static const char *store, *pin_file, *gate;
static char pin[64];
static int files_before, threads_before;

#define CHECK(ssh, condition)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s (code %d: %s)\n", __FILE__, __LINE__, #condition,   \
                    sexec_get_last_error_code(ssh), sexec_get_last_error(ssh));                    \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

/* ---- the token's call ---------------------------------------------------------------------- */

static void beside_gate(const char *ending, char *out, size_t cap)
{
    snprintf(out, cap, "%s%s", gate, ending);
}

static int calls(const char *ending)
{
    char path[512];
    struct stat st;

    beside_gate(ending, path, sizeof path);
    return stat(path, &st) == 0 ? (int)st.st_size : 0;
}

static bool is_shut(void)
{
    return access(gate, F_OK) != 0;
}

static void open_gate(void)
{
    int fd = open(gate, O_WRONLY | O_CREAT, 0600);

    if (fd < 0)
        exit(2);
    close(fd);
}

static int entries(const char *folder)
{
    DIR *dir = opendir(folder);
    int found = 0;

    if (dir == NULL)
        exit(2);
    while (readdir(dir) != NULL)
        found++;
    closedir(dir);
    return found;
}

/* All calls that were given up came to their end, and their threads took all with them. */
static void expect_all_given_back(void)
{
    for (int i = 0; entries("/proc/self/task") != threads_before; i++) {
        if (i > THREAD_TURNS) {
            fprintf(stderr, "%d threads are left\n", entries("/proc/self/task"));
            exit(1);
        }
        usleep(TURN_MS * 1000);
    }
    if (calls(".in") != calls(".out") || entries("/proc/self/fd") != files_before) {
        fprintf(stderr, "%d calls, %d ended; %d files, before it was %d\n", calls(".in"),
                calls(".out"), entries("/proc/self/fd"), files_before);
        exit(1);
    }
}

/* ---- objects ------------------------------------------------------------------------------- */

static struct sexec *with_key(int timeout)
{
    struct sexec *ssh = target_object(&target);

    CHECK(ssh, sexec_set_timeout(ssh, timeout) == 0);
    CHECK(ssh, sexec_config(ssh, "SelectWaitMillis=0", NULL) == 0);
    return ssh;
}

static struct sexec *with_token(int timeout)
{
    struct sexec *ssh = with_key(timeout);

    CHECK(ssh, sexec_set_ssh_cert_store_type(ssh, SEXEC_CST_PKCS11) == 0);
    CHECK(ssh, sexec_set_ssh_cert_store_password(ssh, pin) == 0);
    CHECK(ssh, sexec_set_ssh_cert_store(ssh, store, strlen(store)) == 0);
    return ssh;
}

/* One turn of the program's own loop over all objects; the last code that was not 0. */
static int turn(struct sexec *const *objects, size_t count)
{
    struct pollfd fds[MANY * FDS];
    size_t used = 0;
    int wait = TURN_MS;
    int code = 0;

    for (size_t i = 0; i < count; i++) {
        int timeout;

        used += sexec_get_poll(objects[i], fds + used, FDS, &timeout);
        if (timeout >= 0 && timeout < wait)
            wait = timeout;
    }
    (void)poll(fds, (nfds_t)used, wait);
    for (size_t i = 0; i < count; i++) {
        int ended = sexec_do_events(objects[i]);

        code = ended != 0 ? ended : code;
    }
    return code;
}

/* Turns until so many calls stand at the gate. */
static void turn_until_inside(struct sexec *const *objects, size_t count, int wanted)
{
    for (int i = 0; calls(".in") < wanted; i++) {
        CHECK(objects[0], i < TURNS_MAX);
        CHECK(objects[0], turn(objects, count) == 0);
    }
}

/* Turns until this one's action is over; its code. */
static int turn_until_over(struct sexec *ssh, struct sexec *const *objects, size_t count)
{
    int code = 0;

    for (int i = 0; sexec_is_busy(ssh); i++) {
        CHECK(ssh, i < TURNS_MAX);
        code = turn(objects, count);
    }
    return code;
}

/* ---- cases --------------------------------------------------------------------------------- */

/* With the gate shut, one object's token inside of it: another object signs on, runs commands and
 * leaves, and so does one that signed on by the same token before. */
static void case_loop(void)
{
    struct sexec *slow = with_token(0), *other = with_key(0), *early = with_token(0);
    struct sexec *all[] = { slow, other, early };
    int before; /* counted before its thread may come to the gate */

    open_gate();
    CHECK(early, sexec_ssh_logon(early, NULL, 0) == 0);
    CHECK(early, turn_until_over(early, all, 3) == 0 && sexec_get_connected(early));
    CHECK(early, unlink(gate) == 0);
    before = calls(".in");
    CHECK(slow, sexec_execute(slow, "exit 7") == 0);
    turn_until_inside(all, 3, before + 1);
    CHECK(other, sexec_ssh_logon(other, NULL, 0) == 0);
    CHECK(other, turn_until_over(other, all, 3) == 0 && sexec_get_connected(other));
    for (int i = 1; i <= 5; i++) {
        char command[32];

        snprintf(command, sizeof command, "exit %d", i);
        CHECK(other, sexec_execute(other, command) == 0);
        CHECK(other, turn_until_over(other, all, 3) == SEXEC_EXITED_NON_ZERO);
        CHECK(other, sexec_get_exit_status(other) == i);
    }
    CHECK(early, sexec_execute(early, "true") == 0 && turn_until_over(early, all, 3) == 0);
    CHECK(early, sexec_ssh_logoff(early) == 0 && turn_until_over(early, all, 3) == 0);
    sexec_free(early);
    CHECK(slow, is_shut() && sexec_is_busy(slow) && !sexec_get_connected(slow));
    CHECK(slow, sexec_set_ssh_host(slow, "elsewhere") != 0); /* as a connection is in progress */
    open_gate();
    CHECK(slow, turn_until_over(slow, all, 2) == SEXEC_EXITED_NON_ZERO);
    CHECK(slow, sexec_get_exit_status(slow) == 7);
    sexec_free(slow);
    sexec_free(other);
}

/* A second object whose module makes it wait for the first one's call is begun and given up. */
static void case_second(void)
{
    struct sexec *slow = with_token(0), *second = with_token(0);
    struct sexec *both[] = { slow, second };

    CHECK(slow, sexec_ssh_logon(slow, NULL, 0) == 0);
    turn_until_inside(both, 1, 1);
    CHECK(second, sexec_ssh_logon(second, NULL, 0) == 0 && sexec_is_busy(second));
    CHECK(second, sexec_ssh_logon(second, NULL, 0) == SEXEC_BUSY);
    for (int i = 0; i < 20; i++)
        CHECK(second, turn(both, 2) == 0);
    sexec_interrupt(second);
    CHECK(second, turn_until_over(second, both, 2) == SEXEC_INTERRUPTED);
    CHECK(slow, is_shut() && sexec_is_busy(slow));
    CHECK(second, sexec_ssh_logon(second, NULL, 0) == 0); /* behind the first, once more */
    open_gate();
    CHECK(slow, turn_until_over(slow, both, 2) == 0 && sexec_get_connected(slow));
    CHECK(second, turn_until_over(second, both, 2) == 0 && sexec_get_connected(second));
    sexec_free(slow);
    sexec_free(second);
}

/* Many calls at once, which the module lets in. */
static void case_many(void)
{
    struct sexec *all[MANY];

    for (int i = 0; i < MANY; i++) {
        all[i] = with_token(0);
        CHECK(all[i], sexec_execute(all[i], "true") == 0);
    }
    turn_until_inside(all, MANY, MANY);
    CHECK(all[0], is_shut());
    open_gate();
    for (int i = 0; i < MANY; i++)
        CHECK(all[i], turn_until_over(all[i], all, MANY) == 0);
    for (int i = 0; i < MANY; i++) {
        CHECK(all[i], sexec_get_result(all[i]) == SEXEC_RESULT_EXITED);
        CHECK(all[i], sexec_get_exit_status(all[i]) == 0);
        sexec_free(all[i]);
    }
}

/* What was given up doesn't stand in the way of what comes next, with another key or the same. */
static void use_again(struct sexec *ssh)
{
    CHECK(ssh, is_shut() && calls(".in") == 1 && calls(".out") == 0);
    CHECK(ssh, !sexec_is_busy(ssh) && !sexec_get_connected(ssh));
    CHECK(ssh, sexec_set_timeout(ssh, 60) == 0);
    CHECK(ssh, sexec_set_ssh_cert_store_type(ssh, SEXEC_CST_PEM_KEY_FILE) == 0);
    CHECK(ssh, sexec_set_ssh_cert_store_password(ssh, "") == 0);
    CHECK(ssh, sexec_set_ssh_cert_store(ssh, target.key, strlen(target.key)) == 0);
    CHECK(ssh, sexec_execute(ssh, "true") == 0);
    CHECK(ssh, is_shut() && calls(".out") == 0);
    sexec_free(ssh);
    open_gate();
    ssh = with_token(60);
    CHECK(ssh, sexec_execute(ssh, "true") == 0);
    sexec_free(ssh);
}

static void case_timeout(void)
{
    struct sexec *ssh = with_token(1);

    CHECK(ssh, sexec_ssh_logon(ssh, NULL, 0) == SEXEC_TIMEOUT_CONNECTING);
    use_again(ssh);
}

static void case_loop_timeout(void)
{
    struct sexec *ssh = with_token(0);

    CHECK(ssh, sexec_config(ssh, "ConnectionTimeout=1", NULL) == 0);
    CHECK(ssh, sexec_ssh_logon(ssh, NULL, 0) == 0);
    CHECK(ssh, turn_until_over(ssh, &ssh, 1) == SEXEC_TIMEOUT_CONNECTING);
    CHECK(ssh, sexec_config(ssh, "ConnectionTimeout=0", NULL) == 0);
    use_again(ssh);
}

static void *interrupt_inside(void *context)
{
    while (calls(".in") == 0)
        usleep(TURN_MS * 1000);
    sexec_interrupt(context);
    return NULL;
}

static void case_interrupt(void)
{
    struct sexec *ssh = with_token(60);
    pthread_t thread;

    if (pthread_create(&thread, NULL, interrupt_inside, ssh) != 0)
        exit(2);
    CHECK(ssh, sexec_ssh_logon(ssh, NULL, 0) == SEXEC_INTERRUPTED);
    pthread_join(thread, NULL);
    use_again(ssh);
}

static void case_free(void)
{
    struct sexec *ssh = with_token(0);

    CHECK(ssh, sexec_execute(ssh, "true") == 0);
    turn_until_inside(&ssh, 1, 1);
    sexec_free(ssh);
    ssh = with_token(0);
    CHECK(ssh, is_shut() && calls(".out") == 0);
    sexec_free(ssh);
    open_gate();
}

static void case_reset(void)
{
    struct sexec *ssh = with_token(0);

    CHECK(ssh, sexec_execute(ssh, "true") == 0);
    turn_until_inside(&ssh, 1, 1);
    CHECK(ssh, sexec_reset(ssh) == 0 && !sexec_is_busy(ssh));
    CHECK(ssh, is_shut() && calls(".out") == 0);
    sexec_free(ssh);
    open_gate();
}

/* The process ends while the call is inside: main returns with the gate shut. */
static void case_exit(void)
{
    struct sexec *ssh = with_token(0);

    CHECK(ssh, sexec_execute(ssh, "true") == 0);
    turn_until_inside(&ssh, 1, 1);
    sexec_free(ssh);
    if (!is_shut())
        exit(1);
    exit(0);
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    { "loop", case_loop },
    { "second", case_second },
    { "many", case_many },
    { "timeout", case_timeout },
    { "loop-timeout", case_loop_timeout },
    { "interrupt", case_interrupt },
    { "free", case_free },
    { "reset", case_reset },
    { "exit", case_exit },
};

int main(int argc, char **argv)
{
    FILE *file;

    if (argc != 2 + TARGET_WORDS + 3)
        return 2;
    target = target_of(argv + 2);
    store = argv[2 + TARGET_WORDS];
    pin_file = argv[3 + TARGET_WORDS];
    gate = argv[4 + TARGET_WORDS];
    file = fopen(pin_file, "re");
    if (file == NULL || fgets(pin, sizeof pin, file) == NULL)
        return 2;
    fclose(file);
    pin[strcspn(pin, "\n")] = '\0';
    files_before = entries("/proc/self/fd");
    threads_before = entries("/proc/self/task");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (strcmp(cases[i].name, argv[1]) == 0) {
            cases[i].run();
            expect_all_given_back();
            return 0;
        }
    }
    return 2;
}
