/* Packets that lie about their length or padding, or were changed on their way: at every place of
 * a session, under every kind of seal, each is a named error, and nothing of it is told. */
#include "memory/checks.h"

enum { PLAIN_PACKETS = 3 }; /* KEXINIT, reply and NEWKEYS have no MAC yet */

static const char *const seals[][2] = {
    { "aes128-gcm@openssh.com", NULL },
    { "aes128-ctr", "hmac-sha2-256" },
    { "aes192-ctr", "hmac-sha2-512" },
    { "aes256-ctr", "hmac-sha2-256-etm@openssh.com" },
};

enum { SEAL_COUNT = sizeof seals / sizeof seals[0] };

#define WHOLE "VNHKBLSoeXC"

static struct session_config config_for(size_t seal)
{
    struct session_config config = session_config_default();

    session_offer(&config, "curve25519-sha256", "ssh-ed25519", seals[seal][0], seals[seal][1]);
    config.peer.server_sig_algs = "ssh-ed25519";
    config.peer.banner = "hi";
    config.peer.command.stdout_bytes = 40;
    config.peer.command.stderr_bytes = 20;
    return config;
}

/* How many messages the peer sends in a whole session, and which. */
static unsigned whole_count(size_t seal, uint8_t *numbers)
{
    struct session_config config = config_for(seal);
    struct session *session = checked_session(&config);
    unsigned n;

    session_run(session);
    check_finished(session);
    assert_string_equal(session->trace, WHOLE);
    n = session->peer->sent_count;
    memcpy(numbers, session->peer->sent, PEER_TRACE_MAX);
    session_free(session);
    return n;
}

static void check_tampered(size_t seal, const struct peer_tamper *tamper, enum sx_err expected,
                           enum sx_disconnect_reason reason)
{
    struct session_config config = config_for(seal);
    struct session *session = checked_session(&config);

    *peer_tamper(session->peer, tamper->kind, tamper->index, PEER_ANY) = *tamper;
    session_run(session);
    if (session->err != expected)
        print_error("%s, packet %d, value %u, offset %d\n", seals[seal][0], tamper->index,
                    tamper->value, tamper->offset);
    check_ended(session, expected);
    if (expected == SX_ERR_PEER_LENGTH)
        assert_int_equal(sx_engine_fault(session->engine)->packet_length, tamper->value);
    assert_memory_equal(session->trace, WHOLE, strlen(session->trace));
    assert_true(strlen(session->trace) < strlen(WHOLE));
    assert_int_equal(session->peer->disconnect_reason, reason);
    session_free(session);
}

static void test_lengths_out_of_bounds(void **state)
{
    static const uint32_t lengths[] = { 0,          1,          4,          5,
                                        17,         0x00040010, 0x00040001, 0x7fffffff,
                                        0x80000000, 0xfffffff0, 0xfffffffb, 0xffffffff };
    uint8_t numbers[PEER_TRACE_MAX];

    (void)state;
    for (size_t seal = 0; seal < SEAL_COUNT; seal++) {
        unsigned n = whole_count(seal, numbers);

        for (unsigned index = 0; index < n; index++)
            for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
                const struct peer_tamper tamper = {
                    .kind = TAMPER_LENGTH,
                    .index = (int)index,
                    .number = PEER_ANY,
                    .value = lengths[i],
                };

                check_tampered(seal, &tamper, SX_ERR_PEER_LENGTH, SX_DISCONNECT_PROTOCOL_ERROR);
            }
    }
}

/* 255 leaves nothing of any message here but the two long ones of the key exchange. */
static void test_padding_out_of_bounds(void **state)
{
    static const uint32_t paddings[] = { 0, 1, 3, 255 };
    uint8_t numbers[PEER_TRACE_MAX];

    (void)state;
    for (size_t seal = 0; seal < SEAL_COUNT; seal++) {
        unsigned n = whole_count(seal, numbers);

        for (unsigned index = 0; index < n; index++)
            for (size_t i = 0; i < sizeof paddings / sizeof paddings[0]; i++) {
                const struct peer_tamper tamper = {
                    .kind = TAMPER_PADDING,
                    .index = (int)index,
                    .number = PEER_ANY,
                    .value = paddings[i],
                };

                if (paddings[i] == 255 && numbers[index] == SX_MSG_KEXINIT)
                    continue;
                check_tampered(seal, &tamper, SX_ERR_PEER_PADDING, SX_DISCONNECT_PROTOCOL_ERROR);
            }
    }
}

/* A packet that is all padding holds no message number. */
static void test_packets_without_a_message(void **state)
{
    uint8_t numbers[PEER_TRACE_MAX];

    (void)state;
    for (size_t seal = 0; seal < SEAL_COUNT; seal++) {
        unsigned n = whole_count(seal, numbers);

        for (unsigned index = 0; index < n; index++) {
            const struct peer_tamper tamper = { .kind = TAMPER_REPLACE,
                                                .index = (int)index,
                                                .number = PEER_ANY };

            check_tampered(seal, &tamper, SX_ERR_PEER_PADDING, SX_DISCONNECT_PROTOCOL_ERROR);
        }
    }
}

/* The first byte behind the length, and the first and last byte of the tag. */
static void test_a_changed_packet_fails_its_mac(void **state)
{
    static const int offsets[] = { 4, 6, -1, -16 };
    uint8_t numbers[PEER_TRACE_MAX];

    (void)state;
    for (size_t seal = 0; seal < SEAL_COUNT; seal++) {
        unsigned n = whole_count(seal, numbers);

        for (unsigned index = PLAIN_PACKETS; index < n; index++)
            for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
                const struct peer_tamper tamper = {
                    .kind = TAMPER_FLIP_SEALED,
                    .index = (int)index,
                    .number = PEER_ANY,
                    .offset = offsets[i],
                    .mask = 0x20,
                };

                check_tampered(seal, &tamper, SX_ERR_PEER_MAC, SX_DISCONNECT_MAC_ERROR);
            }
    }
}

/* A packet that is lost or comes twice shifts what both ends count. Where the length is encrypted
 * without a MAC of its own, that may show in the length first. */
static void check_shifted(size_t seal, enum peer_tamper_kind kind, unsigned index)
{
    struct session_config config = config_for(seal);
    struct session *session = checked_session(&config);

    peer_tamper(session->peer, kind, (int)index, PEER_ANY);
    session_run(session);
    if (session->peer->sent_count == index + 1 && kind == TAMPER_LOSE)
        check_healthy(session); /* the peer waits for an answer to what was lost, and so do we */
    else if (session->err != SX_ERR_PEER_LENGTH || seals[seal][1] == NULL ||
             strstr(seals[seal][1], "-etm") != NULL)
        check_ended(session, SX_ERR_PEER_MAC);
    assert_memory_equal(session->trace, WHOLE, strlen(session->trace));
    session_free(session);
}

static void test_lost_and_replayed_packets_are_noticed(void **state)
{
    uint8_t numbers[PEER_TRACE_MAX];

    (void)state;
    for (size_t seal = 0; seal < SEAL_COUNT; seal++) {
        unsigned n = whole_count(seal, numbers);

        for (unsigned index = PLAIN_PACKETS; index < n; index++) {
            check_shifted(seal, TAMPER_LOSE, index);
            check_shifted(seal, TAMPER_REPLAY, index);
        }
    }
}

static void send_ignore_of_length(struct session *session, size_t length, uint8_t *storage,
                                  size_t cap)
{
    struct sx_writer writer;
    struct sx_slice payload;
    static const uint8_t zeros[SX_PACKET_LENGTH_MAX + 1024];

    /* 1 padding length, 5 head of the message, and at least 4 of padding */
    sx_writer_init(&writer, storage, cap);
    sx_msg_ignore_encode(&writer, sx_slice_of(zeros, length - 1 - 5 - 4));
    assert_int_equal(sx_writer_finish(&writer, &payload), SX_OK);
    peer_inject(session->peer, payload);
}

static void test_the_largest_packet_is_taken(void **state)
{
    static uint8_t storage[SX_PACKET_LENGTH_MAX + 2048];

    (void)state;
    for (int step = 0; step < 2; step++) {
        struct session_config config = config_for(0);
        struct session *session;

        config.command = NULL;
        session = checked_session(&config);
        session_run(session);
        check_healthy(session);
        send_ignore_of_length(session, SX_PACKET_LENGTH_MAX + (size_t)step * 16, storage,
                              sizeof storage);
        session_run(session);
        if (step == 0) {
            check_healthy(session);
            assert_int_equal(sx_engine_execute(session->engine, sx_slice_text("x")), SX_OK);
            session_run(session);
            check_finished(session);
        } else {
            check_ended(session, SX_ERR_PEER_LENGTH);
        }
        session_free(session);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths_out_of_bounds),
        cmocka_unit_test(test_padding_out_of_bounds),
        cmocka_unit_test(test_packets_without_a_message),
        cmocka_unit_test(test_a_changed_packet_fails_its_mac),
        cmocka_unit_test(test_lost_and_replayed_packets_are_noticed),
        cmocka_unit_test(test_the_largest_packet_is_taken),
    };

    return RUN_GROUP(tests);
}
