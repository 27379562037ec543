/* The reference's codes for what the caller does at the wrong time or can't have now, each as a
 * public function gives it: the public object against a peer at a real socket. */
#include <stdlib.h>

#include "memory/checks.h"
#include "support/served.h"
#include "support/shown.h"

struct pair {
    struct served *served;
    struct sexec *client;
};

static struct pair pair_of(const struct served_config *config)
{
    struct pair pair = { .served = served_start(config) };

    assert_non_null(pair.served);
    pair.client = served_client(pair.served);
    assert_non_null(pair.client);
    return pair;
}

static void pair_free(struct pair *pair)
{
    sexec_free(pair->client);
    served_free(pair->served);
}

/* ---- without a connection -------------------------------------------------------------------- */

static void test_without_a_connection(void **state)
{
    struct sexec *client = sexec_new();

    (void)state;
    check_shown(sexec_send(client, "x", 1), 212);
    check_shown(sexec_send_signal(client, "TERM"), 212);
    check_shown(sexec_config(client, "SSHKeyRenegotiate", NULL), 1117);
    check_shown(sexec_set_ssh_port(client, 0), 116);
    check_shown(sexec_config(client, "CodePage=29001", NULL), 434);
    assert_int_equal(sexec_set_ssh_user(client, "u"), 0);
    check_shown(sexec_ssh_logon(client, "0.0.0.0", 22), 102);
    assert_int_equal(sexec_config(client, "StdInFile=/nonexistent/file", NULL), 0);
    assert_int_equal(sexec_set_ssh_host(client, "127.0.0.1"), 0);
    check_shown(sexec_execute(client, "cat"), 302);
    sexec_free(client);
}

/* ---- while connected -------------------------------------------------------------------------- */

static void test_what_a_connection_locks(void **state)
{
    struct served_config config = served_config_default();
    struct pair pair = pair_of(&config);
    const char *value = NULL;
    int port;

    (void)state;
    assert_int_equal(sexec_ssh_logon(pair.client, NULL, 0), 0);
    port = sexec_get_local_port(pair.client);
    check_shown(sexec_set_ssh_port(pair.client, 1), 100);
    check_shown(sexec_set_ssh_host(pair.client, "x"), 101);
    check_shown(sexec_ssh_logon(pair.client, NULL, 0), 104);
    check_shown(sexec_set_local_port(pair.client, 1), 106);
    check_shown(sexec_config(pair.client, "LocalPort=1", NULL), 106);
    check_shown(sexec_set_local_host(pair.client, "127.0.0.1"), 107);
    check_shown(sexec_config(pair.client, "LocalHost=127.0.0.1", NULL), 1119);
    check_shown(sexec_config(pair.client, "MaxLineLength=300", NULL), 112);
    check_shown(sexec_set_ssh_user(pair.client, "x"), 211);
    check_shown(sexec_send(pair.client, "x", 1), 211); /* no command runs */
    /* property and setting show what is in use */
    assert_string_equal(sexec_get_local_host(pair.client), "127.0.0.1");
    assert_int_equal(sexec_config(pair.client, "LocalHost", &value), 0);
    assert_string_equal(value, "127.0.0.1");
    assert_true(port > 0);
    assert_int_equal(sexec_config(pair.client, "LocalPort", &value), 0);
    assert_int_equal(atoi(value), port);
    assert_int_equal(sexec_ssh_logoff(pair.client), 0);
    pair_free(&pair);
}

static void test_connecting_twice(void **state)
{
    struct served_config config = served_config_default();
    struct pair pair = pair_of(&config);

    (void)state;
    assert_int_equal(sexec_set_timeout(pair.client, 0), 0);
    assert_int_equal(sexec_set_connected(pair.client, true), 0);
    check_shown(sexec_set_connected(pair.client, true), 1105);
    check_shown(sexec_ssh_logon(pair.client, NULL, 0), 1050);
    check_shown(sexec_ssh_logoff(pair.client), 1050);
    check_shown(sexec_set_connected(pair.client, false), 1050);
    check_shown(sexec_execute(pair.client, "true"), 1050);
    while (sexec_is_busy(pair.client))
        assert_int_equal(sexec_do_events(pair.client), 0);
    assert_true(sexec_get_connected(pair.client));
    assert_int_equal(sexec_set_connected(pair.client, true), 0);
    check_shown(sexec_ssh_logon(pair.client, NULL, 0), 104);
    assert_int_equal(sexec_set_timeout(pair.client, 30), 0);
    assert_int_equal(sexec_set_connected(pair.client, false), 0);
    assert_false(sexec_get_connected(pair.client));
    pair_free(&pair);
}

/* ---- time ------------------------------------------------------------------------------------ */

static void test_time_before_the_sign_on_and_after(void **state)
{
    struct served_config config = served_config_default();
    struct pair pair;

    (void)state;
    for (int i = 0; i < 2; i++) { /* by either of the two times */
        config.is_silent = true;
        pair = pair_of(&config);
        if (i == 0)
            assert_int_equal(sexec_set_timeout(pair.client, 1), 0);
        else
            assert_int_equal(sexec_config(pair.client, "ConnectionTimeout=1", NULL), 0);
        check_shown(sexec_ssh_logon(pair.client, NULL, 0), 201);
        pair_free(&pair);
        config.is_silent = false;
    }
    pair = pair_of(&config);
    assert_int_equal(sexec_set_timeout(pair.client, 1), 0);
    check_shown(sexec_execute(pair.client, "sleep 1000"), 301);
    assert_true(sexec_get_may_still_run(pair.client));
    pair_free(&pair);
}

static void interrupt_it(struct sexec *object, const struct sexec_connected_event *event, void *ctx)
{
    (void)event;
    *(int *)ctx = sexec_execute(object, "true");
    sexec_interrupt(object);
}

static void test_interrupted_by_a_handler(void **state)
{
    struct served_config config = served_config_default();
    struct pair pair = pair_of(&config);
    int code = 0;

    (void)state;
    sexec_on_connected(pair.client, interrupt_it, &code);
    check_shown(sexec_execute(pair.client, "true"), 10004);
    check_shown(code, 1050);
    pair_free(&pair);
}

/* ---- which error it was ---------------------------------------------------------------------- */

/* Handlers that fail at something else. */
struct told {
    char broken[256];
    char closed[256];
    char error[256];
};

static void fail_at_status(struct sexec *object, const struct sexec_connection_status_event *event,
                           void *context)
{
    struct told *told = context;

    if (strcmp(sexec_connection_status_event_connection_event(event),
               "S/Shell connection broken.") == 0)
        (void)snprintf(told->broken, sizeof told->broken, "%d %s",
                       sexec_connection_status_event_status_code(event),
                       sexec_connection_status_event_description(event));
    assert_int_equal(sexec_execute(object, "other"), 1050);
}

static void fail_at_end(struct sexec *object, const struct sexec_disconnected_event *event,
                        void *context)
{
    struct told *told = context;

    (void)snprintf(told->closed, sizeof told->closed, "%d %s",
                   sexec_disconnected_event_status_code(event),
                   sexec_disconnected_event_description(event));
    assert_int_equal(sexec_config(object, "NoSuchSetting", NULL), SEXEC_SETTING);
}

static void fail_at_error(struct sexec *object, const struct sexec_error_event *event,
                          void *context)
{
    struct told *told = context;

    (void)snprintf(told->error, sizeof told->error, "%d %s", sexec_error_event_error_code(event),
                   sexec_error_event_description(event));
    assert_int_equal(sexec_set_ssh_port(object, 70000) == 0, 0);
}

static enum served_end close_when_running(void *ctx, struct peer *peer)
{
    (void)ctx;
    return peer->channel.is_running ? SERVED_CLOSES : SERVED_GOES_ON;
}

/* What handlers do meanwhile changes neither what the events tell nor what the method gives. */
static void test_the_methods_own_error_stays(void **state)
{
    struct served_config config = served_config_default();
    struct told told = { { 0 }, { 0 }, { 0 } };
    struct pair pair;
    char wanted[256];

    (void)state;
    config.sessions = 2;
    config.work = close_when_running;
    pair = pair_of(&config);
    sexec_on_connection_status(pair.client, fail_at_status, &told);
    sexec_on_disconnected(pair.client, fail_at_end, &told);
    sexec_on_error(pair.client, fail_at_error, &told);
    assert_int_equal(sexec_execute(pair.client, "true"), 1120);
    assert_int_equal(sexec_get_last_error_code(pair.client), 1120);
    assert_non_null(strstr(sexec_get_last_error(pair.client), "may still run"));
    (void)snprintf(wanted, sizeof wanted, "1120 %s", sexec_get_last_error(pair.client));
    assert_string_equal(told.broken, wanted);
    assert_string_equal(told.closed, wanted);
    assert_string_equal(told.error, wanted);
    pair_free(&pair);

    /* an end that is an error of its own, and a logoff after it */
    config.work = NULL;
    config.peer.command.is_endless = false;
    config.peer.command.status = 7;
    memset(&told, 0, sizeof told);
    pair = pair_of(&config);
    sexec_on_connection_status(pair.client, fail_at_status, &told);
    sexec_on_disconnected(pair.client, fail_at_end, &told);
    assert_int_equal(sexec_execute(pair.client, "true"), SEXEC_EXITED_NON_ZERO);
    assert_int_equal(sexec_get_last_error_code(pair.client), SEXEC_EXITED_NON_ZERO);
    assert_string_equal(sexec_get_last_error(pair.client), "the command exited with status 7");
    assert_string_equal(told.broken, "");
    assert_string_equal(told.closed, "0 OK");
    pair_free(&pair);
}

static enum served_end close_after_refusal(void *ctx, struct peer *peer)
{
    (void)ctx;
    return peer_count(peer, SX_MSG_CHANNEL_CLOSE) > 0 ? SERVED_CLOSES : SERVED_GOES_ON;
}

/* A server that refuses and goes at once: why it refused is what counts. */
static void test_a_refusal_outlives_the_connection(void **state)
{
    struct served_config config = served_config_default();
    struct pair pair;

    (void)state;
    config.peer.command.is_refused = true;
    config.work = close_after_refusal;
    for (int i = 0; i < 2; i++) {
        pair = pair_of(&config);
        if (i == 1)
            assert_int_equal(sexec_ssh_logon(pair.client, NULL, 0), 0);
        check_shown(sexec_execute(pair.client, "true"), 1033);
        while (sexec_get_connected(pair.client)) /* it may be seen a moment later */
            (void)sexec_do_events(pair.client);
        pair_free(&pair);
    }
}

/* ---- what would block ------------------------------------------------------------------------ */

enum { WINDOW = 1000 };

static bool take_no_data(void *ctx, struct peer *peer, struct sx_slice payload)
{
    (void)ctx;
    (void)peer;
    return payload.ptr[0] == SX_MSG_CHANNEL_DATA; /* nothing widens the window */
}

static void narrow(void *ctx, struct peer *peer)
{
    (void)ctx;
    peer->on_message = take_no_data;
}

struct input {
    unsigned calls;
    int code;
    size_t taken;
};

static void give_too_much(struct sexec *object, void *context)
{
    static const char data[3 * WINDOW];
    struct input *input = context;

    input->calls++;
    input->code = sexec_send(object, data, sizeof data);
    input->taken = sexec_get_bytes_taken(object);
}

/* In a handler nothing waits, whatever the timeout. */
static void test_no_room_in_the_window(void **state)
{
    static const int timeouts[] = { 0, 30 };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct served_config config = served_config_default();
        struct input input = { 0 };
        struct pair pair;
        int code;

        config.peer.window = WINDOW;
        config.prepare = narrow;
        pair = pair_of(&config);
        sexec_on_stdin_ready(pair.client, give_too_much, &input);
        assert_int_equal(sexec_set_timeout(pair.client, 0), 0);
        assert_int_equal(sexec_execute(pair.client, "cat"), 0);
        assert_int_equal(sexec_set_timeout(pair.client, timeouts[i]), 0);
        while (input.calls == 0)
            assert_int_equal(sexec_do_events(pair.client), 0);
        check_shown(input.code, 10035);
        assert_int_equal(input.taken, WINDOW);
        assert_int_equal(sexec_set_timeout(pair.client, 0), 0);
        check_shown(sexec_send_stdin_text(pair.client, "more"), 10035);
        assert_int_equal(sexec_get_bytes_taken(pair.client), 0);
        code = sexec_set_stdin(pair.client, "", 0); /* nothing always fits */
        assert_int_equal(code, 0);
        pair_free(&pair);
    }
}

static enum served_end stop_reading(void *ctx, struct peer *peer)
{
    (void)ctx;
    return peer->channel.is_running ? SERVED_STOPS_READING : SERVED_GOES_ON;
}

/* A window of 64 MiB: the network takes no more. */
static void test_no_room_in_the_network(void **state)
{
    static const char data[256 * 1024];
    struct served_config config = served_config_default();
    struct input input = { 0 };
    struct pair pair;
    size_t total = 0;
    int code = 0;

    (void)state;
    config.peer.window = 64 * 1024 * 1024;
    config.work = stop_reading;
    pair = pair_of(&config);
    assert_int_equal(sexec_set_timeout(pair.client, 0), 0);
    sexec_on_stdin_ready(pair.client, give_too_much, &input);
    assert_int_equal(sexec_execute(pair.client, "cat"), 0);
    while (input.calls == 0)
        assert_int_equal(sexec_do_events(pair.client), 0);
    assert_int_equal(input.code, 0);
    for (int i = 0; i < 10000 && total < config.peer.window; i++) {
        code = sexec_send_stdin_bytes(pair.client, data, sizeof data);
        total += sexec_get_bytes_taken(pair.client);
        if (code != 0 && sexec_get_bytes_taken(pair.client) == 0)
            break;
        assert_int_equal(sexec_do_events(pair.client), 0);
    }
    check_shown(code, 10035);
    assert_true(total < config.peer.window);
    pair_free(&pair);
}

static enum served_end exchange_for_ever(void *ctx, struct peer *peer)
{
    bool *is_done = ctx;

    if (!peer->channel.is_running || *is_done)
        return SERVED_GOES_ON;
    *is_done = true;
    peer_rekey(peer);
    (void)peer_tamper(peer, TAMPER_STALL, PEER_ANY, SX_MSG_KEXDH_REPLY);
    return SERVED_GOES_ON;
}

static void test_keys_are_exchanged(void **state)
{
    struct served_config config = served_config_default();
    bool is_done = false;
    struct pair pair;
    int code = 0;

    (void)state;
    config.work = exchange_for_ever;
    config.ctx = &is_done;
    pair = pair_of(&config);
    assert_int_equal(sexec_set_timeout(pair.client, 0), 0);
    assert_int_equal(sexec_execute(pair.client, "cat"), 0);
    for (int i = 0; i < 3000 && code != 1133; i++) {
        assert_int_equal(sexec_do_events(pair.client), 0);
        code = sexec_send(pair.client, "data", 4);
        assert_true(code == 0 || code == 1133 || code == 211 || code == 212); /* not there yet */
    }
    check_shown(code, 1133);
    assert_int_equal(sexec_get_bytes_taken(pair.client), 0);
    pair_free(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_a_connection),
        cmocka_unit_test(test_what_a_connection_locks),
        cmocka_unit_test(test_connecting_twice),
        cmocka_unit_test(test_time_before_the_sign_on_and_after),
        cmocka_unit_test(test_interrupted_by_a_handler),
        cmocka_unit_test(test_the_methods_own_error_stays),
        cmocka_unit_test(test_a_refusal_outlives_the_connection),
        cmocka_unit_test(test_no_room_in_the_window),
        cmocka_unit_test(test_no_room_in_the_network),
        cmocka_unit_test(test_keys_are_exchanged),
    };

    return RUN_GROUP(tests);
}
