/* Rekey or terminate: keys that are to be renewed and aren't end the connection, by bytes, packets
 * and time; and renewal begins early enough for that to be within what RFC 4253 and NIAP allow. */
#include "memory/checks.h"

#define MIB ((uint64_t)1024 * 1024)
#define GIB (1024 * MIB)
#define GRACE_BYTES (64 * MIB)
#define GRACE_PACKETS MIB
enum { GRACE_SECONDS = 120 };

/* A session whose command runs and says nothing. */
static struct session *running(struct session_config *config)
{
    struct session *session;

    config->peer.command.is_endless = true;
    session = checked_session(config);
    session_run(session);
    check_healthy(session);
    return session;
}

/* The transport's counters can be put where a test would take hours to get to. */
static struct sx_transport *transport_of(const struct session *session)
{
    return (struct sx_transport *)(uintptr_t)sx_engine_transport(session->engine);
}

static void send_ignore(struct session *session, size_t bytes)
{
    static const uint8_t zeros[32 * 1024];
    static uint8_t storage[33 * 1024];
    struct sx_writer writer;
    struct sx_slice payload;

    sx_writer_init(&writer, storage, sizeof storage);
    sx_msg_ignore_encode(&writer, sx_slice_of(zeros, bytes));
    assert_int_equal(sx_writer_finish(&writer, &payload), SX_OK);
    peer_inject(session->peer, payload);
    session_run(session);
}

/* Our KEXINIT is out and never answered, and what the server says goes on under the old keys. */
static void test_flood_instead_of_an_answer_has_an_end(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;
    uint64_t bytes = 0;

    (void)state;
    config.wishes.rekey_bytes = MIB;
    session = running(&config);
    peer_tamper(session->peer, TAMPER_STALL, PEER_ANY, SX_MSG_KEXINIT);
    for (; session->err == SX_OK && bytes < 2 * GRACE_BYTES; bytes += 32 * 1024)
        send_ignore(session, 32 * 1024);
    check_ended(session, SX_ERR_POLICY_REKEY);
    assert_in_range(bytes, GRACE_BYTES, GRACE_BYTES + 2 * MIB);
    assert_true(session->peer->disconnect_reason != 0);
    session_free(session);
}

enum way { IN, OUT, WAY_COUNT };

static struct sx_packet_usage *usage_of(const struct session *session, enum way way)
{
    struct sx_transport *transport = transport_of(session);

    return way == IN ? &transport->reader.usage : &transport->writer.usage;
}

static void test_each_way_has_its_limits(void **state)
{
    (void)state;
    for (enum way way = IN; way < WAY_COUNT; way++) {
        for (int is_packets = 0; is_packets < 2; is_packets++) {
            for (int is_beyond = 0; is_beyond < 2; is_beyond++) {
                struct session_config config = session_config_default();
                struct session *session;
                struct sx_packet_usage *usage;

                config.wishes.rekey_bytes = MIB;
                config.rekey_packets = 1000;
                session = running(&config);
                peer_tamper(session->peer, TAMPER_STALL, PEER_ANY, SX_MSG_KEXINIT);
                assert_int_equal(sx_engine_rekey(session->engine), SX_OK);
                usage = usage_of(session, way);
                if (is_packets == 1)
                    usage->packets = 1000 + GRACE_PACKETS + (unsigned)is_beyond;
                else
                    usage->bytes = MIB + GRACE_BYTES + (unsigned)is_beyond;
                session_advance(session, 1);
                if (is_beyond == 1)
                    check_ended(session, SX_ERR_POLICY_REKEY);
                else
                    check_healthy(session);
                session_free(session);
            }
        }
    }
}

/* The server falls silent before that message of an exchange that one of the two began. */
static void check_silence(int number, bool is_ours)
{
    struct session_config config = session_config_default();
    struct session *session = running(&config);
    uint64_t start = session->now;

    peer_tamper(session->peer, TAMPER_STALL, PEER_ANY, number);
    if (is_ours)
        assert_int_equal(sx_engine_rekey(session->engine), SX_OK);
    else
        peer_rekey(session->peer);
    session_run(session);
    check_healthy(session);
    assert_true(sx_engine_is_exchanging(session->engine));
    assert_true(sx_engine_deadline(session->engine) == start + GRACE_SECONDS * 1000);
    session_advance(session, GRACE_SECONDS * 1000 - 1);
    check_healthy(session);
    session_advance(session, 1);
    session_run(session);
    check_ended(session, SX_ERR_POLICY_REKEY);
    session_free(session);
}

static void test_silence_in_an_exchange_has_an_end(void **state)
{
    (void)state;
    check_silence(SX_MSG_KEXINIT, true);
    check_silence(SX_MSG_KEXDH_REPLY, true);
    check_silence(SX_MSG_NEWKEYS, true);
    check_silence(SX_MSG_KEXDH_REPLY, false);
    check_silence(SX_MSG_NEWKEYS, false);
}

/* A server that takes its time, and whose data was on its way, isn't cut off. */
static void test_slow_answer_is_waited_for(void **state)
{
    struct session_config config = session_config_default();
    struct session *session = running(&config);

    (void)state;
    assert_int_equal(sx_engine_rekey(session->engine), SX_OK);
    session->stop_at = session->delivered;
    for (int i = 0; i < GRACE_SECONDS - 1; i++) {
        session_advance(session, 1000);
        session_run(session);
    }
    check_healthy(session);
    session->stop_at = SIZE_MAX;
    session_run(session);
    check_healthy(session);
    assert_int_equal(session->peer->exchanges, 2);
    assert_false(sx_engine_is_exchanging(session->engine));
    session_free(session);
}

/* The policy's own limits, which are those of RFC and NIAP, are what the grace ends at. */
static void test_renewal_begins_before_the_limit(void **state)
{
    struct session_config config = session_config_default();
    struct session *session = running(&config);

    (void)state;
    assert_true(session->offer.rekey_bytes == GIB);
    assert_int_equal(session->offer.rekey_seconds, 3600);
    assert_true(sx_engine_deadline(session->engine) ==
                session->now + (3600 - GRACE_SECONDS) * 1000);
    for (enum way way = IN; way < WAY_COUNT; way++) {
        unsigned before = session->peer->exchanges;

        usage_of(session, way)->bytes = GIB - GRACE_BYTES - 1;
        session_advance(session, 1);
        assert_false(sx_engine_is_exchanging(session->engine));
        usage_of(session, way)->bytes++;
        session_advance(session, 1);
        assert_true(sx_engine_is_exchanging(session->engine));
        session_run(session);
        check_healthy(session);
        assert_int_equal(session->peer->exchanges, before + 1);
        assert_int_equal(session->negotiated.reason, SX_REKEY_BYTES);
    }
    session_free(session);
}

/* No exchange is asked for during the sign-on, but the first keys don't live for ever there. */
static void test_flood_during_the_sign_on_has_an_end(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    session = checked_session(&config);
    peer_tamper(session->peer, TAMPER_STALL, PEER_ANY, SX_MSG_USERAUTH_SUCCESS);
    session_run(session);
    check_healthy(session);
    assert_int_equal(session->counts[SX_EVENT_LOGGED_ON], 0);
    usage_of(session, IN)->bytes = GIB;
    send_ignore(session, 10);
    check_ended(session, SX_ERR_POLICY_REKEY);
    session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flood_instead_of_an_answer_has_an_end),
        cmocka_unit_test(test_each_way_has_its_limits),
        cmocka_unit_test(test_silence_in_an_exchange_has_an_end),
        cmocka_unit_test(test_slow_answer_is_waited_for),
        cmocka_unit_test(test_renewal_begins_before_the_limit),
        cmocka_unit_test(test_flood_during_the_sign_on_has_an_end),
    };

    return RUN_GROUP(tests);
}
