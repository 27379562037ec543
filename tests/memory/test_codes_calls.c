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
        cmocka_unit_test(test_no_room_in_the_window),
        cmocka_unit_test(test_no_room_in_the_network),
        cmocka_unit_test(test_keys_are_exchanged),
    };

    return RUN_GROUP(tests);
}
