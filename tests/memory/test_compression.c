/* Compression in whole sessions: it starts where it should, with the keys or after the sign-on,
 * also across renewals of keys, and inflates nothing beyond the largest packet. */
#include <stdlib.h>

#include "memory/checks.h"

enum { STREAM = 300 * 1000 };

static struct session_config zlib_config(const char *names)
{
    struct session_config config = session_config_default();

    config.wishes.lists[SX_ALG_COMPRESSION] = names;
    return config;
}

static const struct sx_transport *transport_of(const struct session *session)
{
    return sx_engine_transport(session->engine);
}

static void check_both_ways(const struct session *session, bool is_compressing)
{
    assert_int_equal(transport_of(session)->reader.inflate != NULL, is_compressing);
    assert_int_equal(transport_of(session)->writer.deflate != NULL, is_compressing);
}

static const char *const names[] = { "zlib", "zlib@openssh.com" };

static void test_it_starts_with_the_keys_or_after_the_sign_on(void **state)
{
    (void)state;
    for (int is_delayed = 0; is_delayed < 2; is_delayed++) {
        struct session_config config = zlib_config(names[is_delayed]);
        struct session *session = checked_session(&config);

        check_both_ways(session, false);
        assert_true(session_run_until(session, 'K'));
        check_both_ways(session, is_delayed == 0);
        assert_true(session_run_until(session, 'L'));
        check_both_ways(session, true);
        session_run(session);
        check_finished(session);
        assert_string_equal(session->negotiated.compression_c2s, names[is_delayed]);
        assert_string_equal(session->negotiated.compression_s2c, names[is_delayed]);
        session_free(session);
    }
}

/* A method that fails at first: what is between is not compressed, and what follows is. */
static void test_delayed_waits_for_the_success_alone(void **state)
{
    struct session_config config = zlib_config(names[1]);
    struct session *session;

    (void)state;
    config.mode = SX_AUTH_PUBLICKEY;
    config.keys[0] = fixture_key(config.provider, SX_KEY_ED25519, 1);
    config.keys[1] = fixture_key(config.provider, SX_KEY_ED25519, 2);
    config.peer.user_keys[0] = sx_key_public_blob(config.keys[1]);
    config.peer.banner = "hi";
    session = checked_session(&config);
    assert_true(session_run_until(session, 'G'));
    check_both_ways(session, false);
    session_run(session);
    check_finished(session);
    check_both_ways(session, true);
    session_free(session);
}

/* Data of all streams, and new keys in the midst of it from both sides. */
static void test_streams_arrive_across_renewals(void **state)
{
    (void)state;
    for (int is_delayed = 0; is_delayed < 2; is_delayed++) {
        struct session_config config = zlib_config(names[is_delayed]);
        struct session *session;
        unsigned round = 0;

        config.wishes.rekey_bytes = 10 * 1000;
        config.stdin_bytes = STREAM;
        config.sends_eof = true;
        config.peer.command.stdout_bytes = STREAM;
        config.peer.command.stderr_bytes = STREAM / 2;
        config.peer.command.awaits_eof = true;
        config.piece_in = 1234;
        config.piece_out = 4321;
        session = checked_session(&config);
        while (session_step(session))
            if (++round % 17 == 0 && session->peer->exchanges > 0)
                peer_rekey(session->peer);
        session_run(session);
        check_finished(session);
        assert_true(session->peer->exchanges > 5);
        session_free(session);
    }
}

/* New keys at every point of a short session, the sign-on included: before its end a delayed
 * compression stays off, after it new keys have it at once. */
static void test_renewal_at_any_time(void **state)
{
    unsigned steps = 0;
    bool is_over = false;

    (void)state;
    for (; !is_over; steps++) {
        struct session_config config = zlib_config(names[1]);
        struct session *session;
        bool is_early;

        config.mode = SX_AUTH_PASSWORD;
        config.password = config.peer.password = "secret";
        config.peer.takes_none = false;
        config.peer.command.stdout_bytes = 500;
        config.piece_in = 40;
        config.piece_out = 40;
        session = checked_session(&config);
        for (unsigned i = 0; i < steps; i++)
            (void)session_step(session);
        is_over = session->counts[SX_EVENT_CHANNEL_CLOSED] > 0;
        is_early = session->peer->exchanges == 0;
        if (!is_early)
            peer_rekey(session->peer);
        session_run(session);
        check_finished(session);
        assert_int_equal(session->peer->exchanges, is_early ? 1 : 2);
        check_both_ways(session, true);
        session_free(session);
    }
    assert_true(steps > 50);
}

/* Each way has what was agreed on for it. */
static void test_one_way_alone(void **state)
{
    (void)state;
    for (int is_to_server = 0; is_to_server < 2; is_to_server++) {
        struct session_config config = zlib_config("zlib,none");
        struct session *session;

        config.peer.lists[SX_LIST_COMPRESSION_C2S] = is_to_server ? "zlib" : "none";
        config.peer.lists[SX_LIST_COMPRESSION_S2C] = is_to_server ? "none" : "zlib";
        config.peer.command.stdout_bytes = STREAM;
        session = checked_session(&config);
        session_run(session);
        check_finished(session);
        assert_int_equal(transport_of(session)->reader.inflate != NULL, !is_to_server);
        assert_int_equal(transport_of(session)->writer.deflate != NULL, is_to_server);
        session_free(session);
    }
}

/* --- What must not be inflated ---------------------------------------------------------------- */

/* A session with zlib whose next packet from the peer has this payload, as it is. */
static void check_payload(struct sx_slice payload, enum sx_err expected)
{
    struct session_config config = zlib_config(names[0]);
    struct session *session;
    struct sx_deflate *deflate;

    config.peer.command.is_endless = true;
    session = checked_session(&config);
    session_run(session);
    check_healthy(session);
    deflate = session->peer->writer.deflate; /* the payload goes past the peer's own compression */
    session->peer->writer.deflate = NULL;
    peer_inject(session->peer, payload);
    session->peer->writer.deflate = deflate;
    session_run(session);
    check_ended(session, expected);
    assert_int_equal(session->peer->disconnect_reason, SX_DISCONNECT_COMPRESSION_ERROR);
    assert_true(transport_of(session)->reader.inflated.cap <= 2 * SX_PACKET_LENGTH_MAX);
    session_free(session);
}

/* IGNORE with zeros, as a compressed stream goes on that had all of the session so far. */
static void check_zeros(size_t bytes, bool is_taken)
{
    struct session_config config = zlib_config(names[0]);
    struct session *session;
    uint8_t *zeros = calloc(1, bytes + 16);
    struct sx_writer writer;
    struct sx_slice payload;

    assert_non_null(zeros);
    config.peer.command.is_endless = true;
    session = checked_session(&config);
    session_run(session);
    check_healthy(session);
    sx_writer_init(&writer, zeros, bytes + 16);
    sx_writer_u8(&writer, SX_MSG_IGNORE);
    sx_writer_u32(&writer, (uint32_t)bytes);
    payload = sx_slice_of(zeros, 5 + bytes);
    session->peer->writer.plain.max = bytes + 16;
    peer_inject(session->peer, payload);
    assert_int_equal(session->peer->err, SX_OK);
    assert_true(sx_buffer_len(&session->peer->out) < 2000); /* small on the wire */
    session_run(session);
    if (is_taken)
        check_healthy(session);
    else
        check_ended(session, SX_ERR_PEER_DECOMPRESS);
    session_free(session);
    free(zeros);
}

static void test_packet_that_inflates_too_far_is_refused(void **state)
{
    (void)state;
    check_zeros(SX_PACKET_LENGTH_MAX - 64, true);
    check_zeros(SX_PACKET_LENGTH_MAX, false);
    check_zeros(SX_PACKET_LENGTH_MAX + 100 * 1000, false);
}

static void test_bytes_that_are_no_zlib_are_refused(void **state)
{
    static const uint8_t noise[] = "\xff\xff\xff\xff no compressed stream goes on like this";

    (void)state;
    check_payload(sx_slice_of(noise, sizeof noise), SX_ERR_PEER_DECOMPRESS);
    check_payload(sx_slice_of(noise, 1), SX_ERR_PEER_DECOMPRESS);
    /* A block that is empty and the last one: the stream is over, and gave no message. */
    check_payload(sx_slice_of((const uint8_t *)"\3\0", 2), SX_ERR_PEER_DECOMPRESS);
    /* A stored block of no bytes: in order as zlib, but no message. */
    check_payload(sx_slice_of((const uint8_t *)"\0\0\0\xff\xff", 5), SX_ERR_PEER_DECOMPRESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_starts_with_the_keys_or_after_the_sign_on),
        cmocka_unit_test(test_delayed_waits_for_the_success_alone),
        cmocka_unit_test(test_streams_arrive_across_renewals),
        cmocka_unit_test(test_renewal_at_any_time),
        cmocka_unit_test(test_one_way_alone),
        cmocka_unit_test(test_packet_that_inflates_too_far_is_refused),
        cmocka_unit_test(test_bytes_that_are_no_zlib_are_refused),
    };

    return RUN_GROUP(tests);
}
