/* What a logoff waits for: the server's answer to CHANNEL_CLOSE (WaitForChannelClose) and its end of
 * the connection (WaitForServerDisconnect), each with an end in time. */
#include <stdatomic.h>
#include <time.h>

#include "memory/checks.h"
#include "support/served.h"

enum { OBSTINATE_SECONDS = 1 };

static uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void set(struct sexec *client, const char *setting)
{
    assert_int_equal(sexec_config(client, setting, NULL), 0);
}

/* Goes on until the command runs. */
static void start(struct sexec *client)
{
    bool is_running = false;

    assert_int_equal(sexec_set_timeout(client, 0), 0);
    assert_int_equal(sexec_execute(client, "sleep 1000"), 0);
    for (int i = 0; i < 3000 && !is_running; i++) {
        assert_int_equal(sexec_do_events(client), 0);
        is_running = sexec_send(client, "", 0) == 0;
    }
    assert_true(is_running);
}

static void check_left_behind(struct sexec *client)
{
    assert_false(sexec_get_connected(client));
    assert_false(sexec_is_busy(client));
    assert_int_equal(sexec_get_result(client), SEXEC_RESULT_NO_STATUS);
    assert_int_equal(sexec_get_exit_status(client), -1);
    assert_true(sexec_get_may_still_run(client));
}

/* The last messages of the client, in their order. */
static void check_farewell(const struct peer *peer)
{
    unsigned n = peer->received_count;

    assert_int_equal(peer->err, SX_OK);
    assert_true(n > 2);
    assert_int_equal(peer->received[n - 2], SX_MSG_CHANNEL_CLOSE);
    assert_int_equal(peer->received[n - 1], SX_MSG_DISCONNECT);
    assert_int_equal(peer->disconnect_reason, SX_DISCONNECT_BY_APPLICATION);
    assert_string_equal(peer->signal_name, "");
}

/* When the peer got CHANNEL_CLOSE and when DISCONNECT, as it answers late or never. */
struct late {
    uint64_t close_at;
    uint64_t answered_at;
    uint64_t bye_at;
    uint64_t answer_after; /* milliseconds; UINT64_MAX for never */
};

static bool take_close(void *ctx, struct peer *peer, struct sx_slice payload)
{
    struct late *late = peer->ctx;

    (void)ctx;
    if (payload.ptr[0] == SX_MSG_DISCONNECT)
        late->bye_at = now_ms();
    if (payload.ptr[0] != SX_MSG_CHANNEL_CLOSE)
        return false;
    late->close_at = now_ms();
    return true; /* not answered here */
}

static void prepare_late(void *ctx, struct peer *peer)
{
    peer->on_message = take_close;
    peer->ctx = ctx;
}

static enum served_end answer_late(void *ctx, struct peer *peer)
{
    struct late *late = ctx;

    if (late->close_at != 0 && late->answered_at == 0 && late->answer_after != UINT64_MAX &&
        now_ms() - late->close_at >= late->answer_after) {
        late->answered_at = now_ms();
        peer_send_ending(peer, 'c');
    }
    return SERVED_GOES_ON;
}

/* A logoff while a command runs, from a server that answers CLOSE after a while. */
static void log_off(const char *setting, struct late *late, int timeout)
{
    struct served_config config = served_config_default();
    struct served *served;
    struct sexec *client;

    config.prepare = prepare_late;
    config.work = answer_late;
    config.ctx = late;
    served = served_start(&config);
    assert_non_null(served);
    client = served_client(served);
    set(client, setting);
    start(client);
    assert_int_equal(sexec_set_timeout(client, timeout), 0);
    assert_int_equal(sexec_ssh_logoff(client), 0);
    while (sexec_is_busy(client))
        assert_int_equal(sexec_do_events(client), 0);
    check_left_behind(client);
    check_farewell(served_end(served));
    sexec_free(client);
    served_free(served);
}

static void test_it_waits_for_the_answer_to_close(void **state)
{
    static const int timeouts[] = { 30, 0 };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct late late = { .answer_after = 300 };

        log_off("WaitForChannelClose=True", &late, timeouts[i]);
        assert_true(late.answered_at - late.close_at >= 300);
        assert_true(late.bye_at >= late.answered_at);
    }
}

static void test_it_does_not_wait_when_told_so(void **state)
{
    struct late late = { .answer_after = UINT64_MAX };
    uint64_t began = now_ms();

    (void)state;
    log_off("WaitForChannelClose=False", &late, 30);
    assert_true(now_ms() - began < 20 * 1000); /* of the 30 seconds */
    assert_true(late.bye_at >= late.close_at && late.close_at != 0);
}

static void test_its_wait_has_an_end(void **state)
{
    struct late late = { .answer_after = UINT64_MAX };

    (void)state;
    log_off("WaitForChannelClose=True", &late, OBSTINATE_SECONDS);
    assert_true(late.bye_at - late.close_at >= OBSTINATE_SECONDS * 1000 - 50);
}

/* ---- the server's end of the connection ------------------------------------------------------ */

/* Seconds that a logoff takes from a server that stays. */
static uint64_t leave_obstinate(const char *setting, int timeout, bool is_by_execute)
{
    struct served_config config = served_config_default();
    struct served *served;
    struct sexec *client;
    uint64_t began;

    config.is_obstinate = true;
    config.peer.command.is_endless = false;
    served = served_start(&config);
    assert_non_null(served);
    client = served_client(served);
    set(client, setting);
    assert_int_equal(sexec_set_timeout(client, timeout), 0);
    if (!is_by_execute)
        assert_int_equal(sexec_ssh_logon(client, NULL, 0), 0);
    began = now_ms();
    if (is_by_execute)
        assert_int_equal(sexec_execute(client, "true"), 0);
    else
        assert_int_equal(sexec_ssh_logoff(client), 0);
    began = now_ms() - began;
    assert_false(sexec_get_connected(client));
    sexec_free(client);
    assert_int_equal(peer_count(served_end(served), SX_MSG_DISCONNECT), 1);
    served_free(served);
    return began;
}

static void test_it_waits_for_the_server_to_close(void **state)
{
    (void)state;
    for (int is_by_execute = 0; is_by_execute < 2; is_by_execute++) {
        assert_true(leave_obstinate("WaitForServerDisconnect=True", 1, is_by_execute == 1) >= 950);
        assert_true(leave_obstinate("WaitForServerDisconnect=False", 30, is_by_execute == 1) <
                    20 * 1000);
    }
}

/* A server that goes at once ends the wait. */
static void test_a_server_that_goes_ends_the_wait(void **state)
{
    struct served_config config = served_config_default();
    struct served *served = served_start(&config);
    struct sexec *client = served_client(served);
    uint64_t began = now_ms();

    (void)state;
    set(client, "WaitForServerDisconnect=True");
    assert_int_equal(sexec_set_timeout(client, 30), 0);
    assert_int_equal(sexec_ssh_logon(client, NULL, 0), 0);
    assert_int_equal(sexec_ssh_logoff(client), 0);
    assert_true(now_ms() - began < 20 * 1000);
    sexec_free(client);
    served_free(served);
}

/* The command's end and the server's end of the connection in one go. */
static enum served_end end_all(void *ctx, struct peer *peer)
{
    (void)ctx;
    return peer->channel.is_close_sent ? SERVED_CLOSES : SERVED_GOES_ON;
}

static void test_a_server_that_leaves_first(void **state)
{
    static const char *const settings[] = { "DisconnectOnChannelClose=True",
                                            "DisconnectOnChannelClose=False" };

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct served_config config = served_config_default();
        struct served *served;
        struct sexec *client;

        config.peer.command.is_endless = false;
        config.work = end_all;
        served = served_start(&config);
        client = served_client(served);
        set(client, settings[i % 2]);
        set(client, "WaitForServerDisconnect=True");
        if (i < 2)
            assert_int_equal(sexec_ssh_logon(client, NULL, 0), 0);
        assert_int_equal(sexec_execute(client, "true"), 0);
        assert_int_equal(sexec_get_result(client), SEXEC_RESULT_EXITED);
        assert_int_equal(sexec_ssh_logoff(client), 0);
        assert_false(sexec_get_connected(client));
        sexec_free(client);
        served_free(served);
    }
}

static enum served_end reset_when_told(void *ctx, struct peer *peer)
{
    atomic_bool *is_told = ctx;

    (void)peer;
    return atomic_load(is_told) ? SERVED_RESETS : SERVED_GOES_ON;
}

/* The farewell can't be sent, and nothing can be read that would say so: no time is spent on it. */
static void test_a_connection_that_is_broken(void **state)
{
    struct served_config config = served_config_default();
    atomic_bool is_told = false;
    struct served *served;
    struct sexec *client;

    (void)state;
    config.work = reset_when_told;
    config.ctx = &is_told;
    served = served_start(&config);
    assert_non_null(served);
    client = served_client(served);
    assert_int_equal(sexec_ssh_logon(client, NULL, 0), 0);
    atomic_store(&is_told, true);
    assert_non_null(served_end(served));
    assert_int_equal(sexec_set_timeout(client, 0), 0);
    assert_int_equal(sexec_ssh_logoff(client), 0);
    for (int i = 0; i < 5 && sexec_is_busy(client); i++)
        assert_int_equal(sexec_do_events(client), 0);
    assert_false(sexec_is_busy(client));
    assert_false(sexec_get_connected(client));
    sexec_free(client);
    served_free(served);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_waits_for_the_answer_to_close),
        cmocka_unit_test(test_it_does_not_wait_when_told_so),
        cmocka_unit_test(test_its_wait_has_an_end),
        cmocka_unit_test(test_it_waits_for_the_server_to_close),
        cmocka_unit_test(test_a_server_that_goes_ends_the_wait),
        cmocka_unit_test(test_a_server_that_leaves_first),
        cmocka_unit_test(test_a_connection_that_is_broken),
    };

    return RUN_GROUP(tests);
}
