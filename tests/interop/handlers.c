/* tests/interop/handlers.c: what handlers may do to the object that called them: everything,
 * without a crash, a leak or a hang.
 *
 *     handlers CASE HOST PORT USER KEYFILE FINGERPRINTS
 *
 * Exits with 0 when all was as the headers promise, else says what was not. */
#include "cases.h"

enum handler {
    ON_CONNECTED,
    ON_CONNECTION_STATUS,
    ON_DISCONNECTED,
    ON_ERROR,
    ON_LOG,
    ON_SERVER_AUTHENTICATION,
    ON_SSH_STATUS,
    ON_STDOUT,
    ON_STDERR,
    ON_STDIN_READY,
    HANDLER_COUNT,
};

static void (*act)(struct sexec *object); /* what each handler does */
static unsigned acted;
static bool is_freed;

/* A handler of each type; the event itself is of no interest. */
#define HANDLER(type)                                                                              \
    static void on_##type(struct sexec *object, const struct sexec_##type##_event *event,          \
                          void *context)                                                           \
    {                                                                                              \
        (void)event;                                                                               \
        (void)context;                                                                             \
        act(object);                                                                               \
    }

HANDLER(connected)
HANDLER(connection_status)
HANDLER(disconnected)
HANDLER(error)
HANDLER(log)
HANDLER(ssh_status)
HANDLER(stdout)
HANDLER(stderr)

static void on_server_authentication(struct sexec *object,
                                     struct sexec_ssh_server_authentication_event *event,
                                     void *context)
{
    (void)event;
    (void)context;
    act(object);
}

static void on_stdin_ready(struct sexec *object, void *context)
{
    (void)context;
    act(object);
}

static void listen_to(enum handler which)
{
    switch (which) {
    case ON_CONNECTED: sexec_on_connected(ssh, on_connected, NULL); break;
    case ON_CONNECTION_STATUS: sexec_on_connection_status(ssh, on_connection_status, NULL); break;
    case ON_DISCONNECTED: sexec_on_disconnected(ssh, on_disconnected, NULL); break;
    case ON_ERROR: sexec_on_error(ssh, on_error, NULL); break;
    case ON_LOG: sexec_on_log(ssh, on_log, NULL); break;
    case ON_SERVER_AUTHENTICATION:
        sexec_on_ssh_server_authentication(ssh, on_server_authentication, NULL);
        break;
    case ON_SSH_STATUS: sexec_on_ssh_status(ssh, on_ssh_status, NULL); break;
    case ON_STDOUT: sexec_on_stdout(ssh, on_stdout, NULL); break;
    case ON_STDERR: sexec_on_stderr(ssh, on_stderr, NULL); break;
    case ON_STDIN_READY: sexec_on_stdin_ready(ssh, on_stdin_ready, NULL); break;
    case HANDLER_COUNT: break;
    }
}

/* Everything that waits or tears down is refused; the rest works or says why not. */
static void misuse(struct sexec *object)
{
    const char *value = NULL;

    acted++;
    CHECK(sexec_execute(object, "true") == SEXEC_BUSY);
    CHECK(sexec_set_command(object, "true") == SEXEC_BUSY);
    CHECK(sexec_ssh_logon(object, NULL, 0) == SEXEC_BUSY);
    CHECK(sexec_set_connected(object, !sexec_get_connected(object)) != 0);
    CHECK(sexec_ssh_logoff(object) == SEXEC_BUSY);
    CHECK(sexec_reset(object) == SEXEC_BUSY);
    CHECK(sexec_do_events(object) == SEXEC_BUSY);
    CHECK(sexec_explain_server(object, NULL, 0, &value) == SEXEC_BUSY);
    CHECK(sexec_config(object, "LogLevel", &value) == 0 && strcmp(value, "3") == 0);
    CHECK(sexec_config(object, "LogLevel=3", NULL) == 0);
    CHECK(sexec_config(object, "no such setting", &value) == SEXEC_SETTING);
    (void)sexec_config(object, "SSHFingerprintSHA256", &value);
    CHECK(sexec_get_timeout(object) == 60 && sexec_is_busy(object));
    (void)sexec_get_local_port(object);
    (void)sexec_get_negotiated(object);
    (void)sexec_send(object, "", 0);
    (void)sexec_send(object, "data", 4);
    (void)sexec_send_signal(object, "URG"); /* which does nothing to whom it finds */
    if (acted < 100)                        /* as that fires events */
        (void)sexec_config(object, "SSHKeyRenegotiate", &value);
    (void)sexec_release_output(object, 1000000);
}

static void case_every_method_in_every_handler(void)
{
    CHECK(sexec_config(ssh, "LogLevel=3", NULL) == 0);
    act = misuse;
    for (int which = 0; which < HANDLER_COUNT; which++)
        listen_to((enum handler)which);
    CHECK(sexec_execute(ssh, "echo out; echo err >&2; exit 7") == SEXEC_EXITED_NON_ZERO);
    CHECK(sexec_get_exit_status(ssh) == 7 && acted > 20);
    CHECK(sexec_execute(ssh, "kill -KILL $$") == SEXEC_KILLED_BY_SIGNAL);
}

static void free_it(struct sexec *object)
{
    if (is_freed)
        exit(3); /* no handler is called any more */
    is_freed = true;
    sexec_free(object);
    sexec_free(object);
}

enum { WAYS = 6 };

/* More input than the command takes, so that the method waits. */
static void send_much(void)
{
    static const char more[4 * 1024 * 1024];

    if (sexec_set_timeout(ssh, 0) != 0 ||
        sexec_execute(ssh, "head -n 1; echo err >&2; sleep 0.2") != 0)
        return;
    while (!is_freed && !sexec_get_may_still_run(ssh))
        if (sexec_do_events(ssh) != 0)
            return;
    if (!is_freed && sexec_set_timeout(ssh, 1) == 0 && sexec_send(ssh, "out\n", 4) == 0)
        (void)sexec_send(ssh, more, sizeof more);
}

/* Methods that fire events. What they give doesn't matter here. */
static void use(int way, enum handler which)
{
    const char *value;

    if (way >= 2)
        CHECK(sexec_ssh_logon(ssh, NULL, 0) == 0);
    listen_to(which);
    switch (way) {
    case 0: (void)sexec_execute(ssh, "echo out; echo err >&2; kill -KILL $$"); break;
    case 1: (void)sexec_explain_server(ssh, NULL, 0, &value); break;
    case 2: (void)sexec_ssh_logoff(ssh); break;
    case 3: (void)sexec_reset(ssh); break;
    case 4: (void)sexec_config(ssh, "SSHKeyRenegotiate", &value); break;
    default: send_much(); break;
    }
}

/* free is put off to the end of the method, whichever that is, and then is done. */
static void case_free_in_every_handler(void)
{
    unsigned fired[WAYS] = { 0 };

    act = free_it;
    for (int way = 0; way < WAYS; way++) {
        for (int which = 0; which < HANDLER_COUNT; which++) {
            is_freed = false;
            CHECK(sexec_config(ssh, "LogLevel=3", NULL) == 0);
            use(way, (enum handler)which);
            fired[way] += is_freed;
            if (!is_freed)
                sexec_free(ssh);
            ssh = target_object(&target);
        }
    }
    CHECK(fired[0] == HANDLER_COUNT && fired[1] >= 5 && fired[2] >= 2 && fired[3] >= 2);
    CHECK(fired[5] >= 4);
}

static void interrupt_it(struct sexec *object)
{
    acted++;
    sexec_interrupt(object);
}

static void nothing(struct sexec *object)
{
    (void)object;
}

static void case_interrupt_in_every_handler(void)
{
    CHECK(sexec_config(ssh, "LogLevel=3", NULL) == 0);
    for (int which = 0; which < HANDLER_COUNT; which++) {
        int code;

        act = interrupt_it;
        acted = 0;
        listen_to((enum handler)which);
        code = sexec_execute(ssh, "echo out; echo err >&2; sleep 1; kill -KILL $$");
        CHECK(acted > 0 || which == ON_STDERR);
        /* What comes after the end interrupts nothing. */
        CHECK(code == SEXEC_INTERRUPTED ||
              (code == SEXEC_KILLED_BY_SIGNAL && (which == ON_ERROR || which == ON_DISCONNECTED)));
        act = nothing;
        CHECK(sexec_execute(ssh, "true") == 0);
    }
}

/* ---- the rest ------------------------------------------------------------------------------ */

static const struct test_case cases[] = {
    { "every-method-in-every-handler", case_every_method_in_every_handler },
    { "free-in-every-handler", case_free_in_every_handler },
    { "interrupt-in-every-handler", case_interrupt_in_every_handler },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    cases_begin(argc, argv, cases, 0);
    return cases_run(cases, argv[1]);
}
