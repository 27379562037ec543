/* What a handler may do, from inside each of the reference's eleven events: send, interrupt, config and
 * the getters work; execute, ssh_logon and reset give 1050; a free is put off to the method's return. */
#include <stdlib.h>

#include "memory/checks.h"
#include "support/pattern.h"
#include "support/served.h"

enum event {
    ON_CONNECTED,
    ON_CONNECTION_STATUS,
    ON_DISCONNECTED,
    ON_ERROR,
    ON_LOG,
    ON_CUSTOM_AUTH,
    ON_INTERACTIVE,
    ON_SERVER_AUTHENTICATION,
    ON_STATUS,
    ON_STDERR,
    ON_STDOUT,
    EVENT_COUNT,
};

/* What the handler of one event does each time; what those of the others do is nothing. */
struct probe {
    enum event event;
    void (*act)(struct sexec *object, struct probe *probe);
    unsigned calls;
    unsigned long long sent; /* of the pattern of standard input */
};

static void act(struct sexec *object, enum event event, void *context)
{
    struct probe *probe = context;

    if (probe->event != event)
        return;
    probe->calls++;
    probe->act(object, probe);
}

#define HANDLER(name, type, event)                                                                 \
    static void on_##name(struct sexec *object, type *arg, void *context)                          \
    {                                                                                              \
        (void)arg;                                                                                 \
        act(object, event, context);                                                               \
    }
HANDLER(connected, const struct sexec_connected_event, ON_CONNECTED)
HANDLER(connection_status, const struct sexec_connection_status_event, ON_CONNECTION_STATUS)
HANDLER(disconnected, const struct sexec_disconnected_event, ON_DISCONNECTED)
HANDLER(error, const struct sexec_error_event, ON_ERROR)
HANDLER(log, const struct sexec_log_event, ON_LOG)
HANDLER(status, const struct sexec_ssh_status_event, ON_STATUS)
HANDLER(stdout, const struct sexec_stdout_event, ON_STDOUT)
HANDLER(stderr, const struct sexec_stderr_event, ON_STDERR)

static void on_judge(struct sexec *object, struct sexec_ssh_server_authentication_event *event,
                     void *context)
{
    act(object, ON_SERVER_AUTHENTICATION, context);
    sexec_ssh_server_authentication_event_set_accept(event, true);
}

static void on_interactive(struct sexec *object, struct sexec_ssh_keyboard_interactive_event *event,
                           void *context)
{
    act(object, ON_INTERACTIVE, context);
    assert_string_equal(sexec_ssh_keyboard_interactive_event_name(event), "name");
    assert_string_equal(sexec_ssh_keyboard_interactive_event_instructions(event), "instruction");
    assert_string_equal(sexec_ssh_keyboard_interactive_event_prompt(event), "prompt");
    assert_string_equal(sexec_ssh_keyboard_interactive_event_response(event), "");
    sexec_ssh_keyboard_interactive_event_set_response(event, "answer");
    assert_string_equal(sexec_ssh_keyboard_interactive_event_response(event), "answer");
}

/* USERAUTH_REQUEST of method none, field by field. */
static void on_custom(struct sexec *object, struct sexec_ssh_custom_auth_event *event,
                      void *context)
{
    static const char *const fields[][2] = {
        { "b", "50" }, { "s", "someone" }, { "s", "ssh-connection" }, { "s", "none" }
    };
    const void *payload = NULL;
    size_t length = 0;
    const char *packet;

    act(object, ON_CUSTOM_AUTH, context);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(sexec_set_ssh_param(object, payload, length, fields[i][0], fields[i][1],
                                             &payload, &length),
                         0);
    assert_int_equal(sexec_encode_packet(object, payload, length, &packet), 0);
    sexec_ssh_custom_auth_event_set_packet(event, packet);
}

/* ---- a session in which each event comes ---------------------------------------------------- */

static const struct peer_round question = { .name = "name",
                                            .instruction = "instruction",
                                            .count = 1,
                                            .prompts = { "prompt" },
                                            .answers = { "answer" } };

/* The first command runs until it gets a signal, where the test wants that. */
struct course {
    bool is_endless;
    unsigned sessions;
};

static void set_course(void *ctx, struct peer *peer)
{
    struct course *course = ctx;

    peer->config.command.is_endless = course->is_endless && course->sessions++ == 0;
}

static struct served *serve(enum event event, struct course *course)
{
    struct served_config config = served_config_default();

    config.sessions = 2;
    config.prepare = set_course;
    config.ctx = course;
    config.peer.takes_none = event == ON_CUSTOM_AUTH;
    if (event != ON_CUSTOM_AUTH) {
        config.peer.rounds = &question;
        config.peer.round_count = 1;
        config.peer.methods = "keyboard-interactive";
    }
    config.peer.command.stdout_bytes = 3000;
    config.peer.command.stderr_bytes = 3000;
    config.peer.command.ending = "gec"; /* an end that on_error tells of */
    config.peer.command.signal =
        (struct sx_msg_exit_signal){ sx_slice_text("TERM"), false, sx_slice_text("") };
    return served_start(&config);
}

static struct sexec *client_of(const struct served *served, struct probe *probe)
{
    struct sexec *client = served_client(served);

    assert_non_null(client);
    assert_int_equal(sexec_config(client, "SSHAcceptAnyServerHostKey=False", NULL), 0);
    assert_int_equal(sexec_config(client, "LogLevel=2", NULL), 0);
    assert_int_equal(sexec_set_timeout(client, 30), 0);
    assert_int_equal(sexec_set_ssh_auth_mode(client, probe->event == ON_CUSTOM_AUTH
                                                         ? SEXEC_AM_CUSTOM
                                                         : SEXEC_AM_KEYBOARD_INTERACTIVE),
                     0);
    sexec_on_connected(client, on_connected, probe);
    sexec_on_connection_status(client, on_connection_status, probe);
    sexec_on_disconnected(client, on_disconnected, probe);
    sexec_on_error(client, on_error, probe);
    sexec_on_log(client, on_log, probe);
    sexec_on_ssh_custom_auth(client, on_custom, probe);
    sexec_on_ssh_keyboard_interactive(client, on_interactive, probe);
    sexec_on_ssh_server_authentication(client, on_judge, probe);
    sexec_on_ssh_status(client, on_status, probe);
    sexec_on_stderr(client, on_stderr, probe);
    sexec_on_stdout(client, on_stdout, probe);
    return client;
}

/* ---- what handlers do ------------------------------------------------------------------------ */

static void check_refused(struct sexec *object)
{
    const char *offer = NULL;

    assert_int_equal(sexec_execute(object, "true"), SEXEC_BUSY);
    assert_int_equal(sexec_set_command(object, "true"), SEXEC_BUSY);
    assert_int_equal(sexec_ssh_logon(object, "127.0.0.1", 1), SEXEC_BUSY);
    assert_int_equal(sexec_ssh_logoff(object), SEXEC_BUSY);
    assert_int_equal(sexec_reset(object), SEXEC_BUSY);
    assert_int_equal(sexec_do_events(object), SEXEC_BUSY);
    assert_int_equal(sexec_explain_server(object, NULL, 0, &offer), SEXEC_BUSY);
    assert_int_equal(sexec_get_last_error_code(object), SEXEC_BUSY);
}

static void check_config(struct sexec *object)
{
    const char *value = NULL;

    assert_int_equal(sexec_config(object, "SelectWaitMillis=7", NULL), 0);
    assert_int_equal(sexec_config(object, "selectwaitmillis", &value), 0);
    assert_string_equal(value, "7");
    assert_int_equal(sexec_config(object, "NoSuchSetting=1", NULL), SEXEC_SETTING);
    assert_int_equal(sexec_config_bytes(object, "ChannelDataEOL[0]", "x", 1), 0);
    assert_int_equal(sexec_config(object, "ChannelDataEOL=", NULL), 0);
    (void)sexec_config(object, "SSHKeyRenegotiate", NULL); /* where there is a connection */
}

static void check_getters(struct sexec *object)
{
    assert_string_equal(sexec_get_ssh_host(object), "127.0.0.1");
    assert_true(sexec_get_ssh_port(object) > 0);
    assert_string_equal(sexec_get_command(object), "true");
    assert_int_equal(sexec_get_timeout(object), 30);
    assert_non_null(sexec_get_local_host(object));
    assert_non_null(sexec_get_error_message(object));
    assert_non_null(sexec_get_negotiated(object));
    (void)sexec_get_connected(object);
    (void)sexec_get_local_port(object);
    (void)sexec_get_exit_status(object);
    assert_true(sexec_is_busy(object));
}

/* The next byte of the pattern, if a command runs; 3 in all, so that they arrive before its end. */
static void check_sending(struct sexec *object, struct probe *probe)
{
    uint8_t byte;
    int code;

    if (probe->sent == 3)
        return;
    pattern_fill(PATTERN_STDIN, probe->sent, &byte, 1);
    code = sexec_send_stdin_bytes(object, &byte, 1);
    if (code == 0)
        assert_int_equal(sexec_get_bytes_taken(object), 1);
    else
        assert_int_equal(sexec_get_bytes_taken(object), 0);
    assert_true(code == 0 || code == SEXEC_NOT_CONNECTED || code == SEXEC_BAD_STATE ||
                code == SEXEC_WOULD_BLOCK_REKEY || code == SEXEC_SEND_WOULD_BLOCK);
    probe->sent += sexec_get_bytes_taken(object);
}

static void do_all(struct sexec *object, struct probe *probe)
{
    check_refused(object);
    check_sending(object, probe);
    check_config(object);
    check_getters(object);
}

static void interrupt_once(struct sexec *object, struct probe *probe)
{
    if (probe->calls == 1)
        sexec_interrupt(object);
}

static void free_it(struct sexec *object, struct probe *probe)
{
    sexec_free(object);
    sexec_free(object);
    check_getters(object); /* it is still there */
    check_sending(object, probe);
}

static void only_free_it(struct sexec *object, struct probe *probe)
{
    (void)probe;
    sexec_free(object);
}

/* ---- each event ------------------------------------------------------------------------------ */

static void test_handlers_may_send_configure_and_read(void **state)
{
    (void)state;
    for (int event = 0; event < EVENT_COUNT; event++) {
        struct probe probe = { .event = (enum event)event, .act = do_all };
        struct course course = { 0 };
        struct served *served = serve(probe.event, &course);
        struct sexec *client = client_of(served, &probe);
        const struct peer *peer;

        assert_int_equal(sexec_execute(client, "true"), SEXEC_KILLED_BY_SIGNAL);
        if (probe.calls == 0)
            print_error("event %d didn't come\n", event);
        assert_true(probe.calls > 0);
        if (event == ON_STDOUT || event == ON_LOG)
            assert_true(probe.sent > 0);
        peer = served_end(served);
        assert_string_equal(peer->note, "");
        /* What was taken right before the server's CLOSE came goes nowhere. */
        assert_true(peer->channel.stdin_bytes <= probe.sent);
        sexec_free(client);
        served_free(served);
    }
}

static bool is_at_the_end(int event)
{
    return event == ON_DISCONNECTED || event == ON_ERROR;
}

static void test_handlers_may_interrupt(void **state)
{
    (void)state;
    for (int event = 0; event < EVENT_COUNT; event++) {
        struct probe probe = { .event = (enum event)event, .act = interrupt_once };
        struct course course = { .is_endless = !is_at_the_end(event) };
        struct served *served = serve(probe.event, &course);
        struct sexec *client = client_of(served, &probe);
        int code = sexec_execute(client, "true");

        if (!is_at_the_end(event) && code != SEXEC_INTERRUPTED)
            print_error("event %d, code %d\n", event, code);
        assert_int_equal(code, is_at_the_end(event) ? SEXEC_KILLED_BY_SIGNAL : SEXEC_INTERRUPTED);
        assert_false(sexec_get_connected(client));
        /* and then it is over and done with */
        assert_int_equal(sexec_execute(client, "true"), SEXEC_KILLED_BY_SIGNAL);
        sexec_free(client);
        served_free(served);
    }
}

static void check_put_off(int (*run)(struct sexec *object, const char *command))
{
    for (int event = 0; event < EVENT_COUNT; event++) {
        struct probe probe = { .event = (enum event)event, .act = free_it };
        struct course course = { 0 };
        struct served *served = serve(probe.event, &course);
        struct sexec *client = client_of(served, &probe);

        /* After a free no handler is called: none accepts the host key, or answers prompts. */
        assert_int_not_equal(run(client, "true"), 0);
        assert_int_equal(probe.calls, 1); /* client is gone: the sanitizer would tell of a leak */
        served_free(served);
    }
}

static void test_a_free_is_put_off(void **state)
{
    (void)state;
    check_put_off(sexec_execute);
    check_put_off(sexec_set_command);
}

static void test_a_free_in_a_logoff_is_put_off(void **state)
{
    struct probe probe = { .event = ON_DISCONNECTED, .act = only_free_it };
    struct course course = { 0 };
    struct served *served = serve(probe.event, &course);
    struct sexec *client = client_of(served, &probe);

    (void)state;
    assert_int_equal(sexec_ssh_logon(client, NULL, 0), 0);
    assert_int_equal(sexec_set_connected(client, false), 0);
    assert_int_equal(probe.calls, 1);
    served_free(served);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_handlers_may_send_configure_and_read),
        cmocka_unit_test(test_handlers_may_interrupt),
        cmocka_unit_test(test_a_free_is_put_off),
        cmocka_unit_test(test_a_free_in_a_logoff_is_put_off),
    };

    return RUN_GROUP(tests);
}
