/* Group exchange (RFC 4419) in whole sessions: what is asked for, which groups are taken, and a
 * server that gives them in another order than its messages have. */
#include "memory/checks.h"
#include "support/groups.h"
#include "wire/msg_gex.h"

#define GEX "diffie-hellman-group-exchange-sha256"

static struct session_config gex_config(void)
{
    struct session_config config = session_config_default();

    session_offer(&config, GEX, "ssh-ed25519", "aes128-gcm@openssh.com", NULL);
    return config;
}

static void test_what_is_asked_for_is_the_setting_within_the_policy(void **state)
{
    static const struct {
        unsigned wish; /* PreferredDHGroupBits; 0: the policy's */
        unsigned preferred;
    } rows[] = { { 0, 3072 }, { 2048, 2048 }, { 4096, 4096 }, { 8192, 8192 } };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct session_config config = gex_config();
        struct session *session;

        config.wishes.dh_preferred_bits = rows[i].wish;
        config.peer.gex_prime = group_prime(2048); /* a server may give less than preferred */
        session = checked_session(&config);
        session_run(session);
        check_finished(session);
        assert_string_equal(session->negotiated.kex, GEX);
        assert_int_equal(session->peer->kex.gex.min, 2048);
        assert_int_equal(session->peer->kex.gex.preferred, rows[i].preferred);
        assert_int_equal(session->peer->kex.gex.max, 8192);
        session_free(session);
    }
}

static void test_every_size_of_group_completes(void **state)
{
    static const unsigned sizes[] = { 2048, 3072, 4096, 6144, 8192 };
    const size_t count = fixture_is_full() ? 5 : 3;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        struct session_config config = gex_config();
        struct session *session;

        config.peer.gex_prime = group_prime(sizes[i]);
        session = checked_session(&config);
        session_run(session);
        check_finished(session);
        session_free(session);
    }
}

/* Each renewal asks for a group again. */
static void test_keys_are_renewed_in_another_group(void **state)
{
    struct session_config config = gex_config();
    struct session *session;

    (void)state;
    config.peer.command.is_endless = true;
    session = checked_session(&config);
    session_run(session);
    check_healthy(session);
    session->peer->config.gex_prime = group_prime(2048);
    peer_rekey(session->peer);
    session_run(session);
    assert_int_equal(sx_engine_rekey(session->engine), SX_OK);
    session_run(session);
    check_healthy(session);
    assert_int_equal(session->peer->exchanges, 3);
    assert_int_equal(peer_count(session->peer, SX_MSG_KEX_GEX_REQUEST), 3);
    session_free(session);
}

/* A generator of its own makes any prime's group one that no document lists. That an approved
 * policy refuses it is in test_fips.c. */
static void test_unknown_group_is_taken(void **state)
{
    struct session_config config = gex_config();
    struct session *session;

    (void)state;
    config.peer.gex_prime = group_prime(2048);
    config.peer.gex_generator = sx_slice_text("\4");
    session = checked_session(&config);
    session_run(session);
    check_finished(session);
    session_free(session);
}

/* --- Groups that are none --------------------------------------------------------------------- */

static void check_group(struct sx_slice p, struct sx_slice g, enum sx_err expected)
{
    struct session_config config = gex_config();
    struct session *session = checked_session(&config);
    const struct sx_msg_gex_group group = { p, g };
    struct peer_tamper *tamper =
        peer_tamper(session->peer, TAMPER_REPLACE, PEER_ANY, SX_MSG_KEX_GEX_GROUP);
    uint8_t storage[4096];
    struct sx_writer writer;

    sx_writer_init(&writer, storage, sizeof storage);
    sx_msg_gex_group_encode(&writer, SX_MSG_KEX_GEX_GROUP, &group);
    assert_int_equal(sx_writer_finish(&writer, &tamper->bytes), SX_OK);
    session_run(session);
    check_ended(session, expected);
    assert_int_equal(peer_count(session->peer, SX_MSG_KEX_GEX_INIT), 0);
    session_free(session);
}

static void test_group_out_of_bounds_is_refused(void **state)
{
    const struct sx_slice good = group_prime(2048), two = sx_slice_text("\2");
    uint8_t p[1025];
    uint8_t g[256];

    (void)state;
    check_group(group_prime(1024), two, SX_ERR_PEER_DH_VALUE);
    check_group(sx_slice_text("\7"), two, SX_ERR_PEER_DH_VALUE);
    check_group(SX_SLICE_NONE, two, SX_ERR_PEER_DH_VALUE);
    memset(p, 0xff, sizeof p); /* 8200 bits */
    check_group(sx_slice_of(p, sizeof p), two, SX_ERR_PEER_DH_VALUE);
    memcpy(p, good.ptr, good.len);
    p[good.len - 1] &= 0xfe; /* even */
    check_group(sx_slice_of(p, good.len), two, SX_ERR_PEER_DH_VALUE);

    check_group(good, SX_SLICE_NONE, SX_ERR_PEER_DH_VALUE);
    check_group(good, sx_slice_text("\1"), SX_ERR_PEER_DH_VALUE);
    check_group(good, good, SX_ERR_PEER_DH_VALUE);
    memcpy(g, good.ptr, good.len);
    g[good.len - 1] &= 0xfe; /* p - 1 */
    check_group(good, sx_slice_of(g, good.len), SX_ERR_PEER_DH_VALUE);
    memset(p, 0x7f, 300);
    check_group(good, sx_slice_of(p, 300), SX_ERR_PEER_DH_VALUE);
}

/* --- Messages out of their order -------------------------------------------------------------- */

static void write_group(struct sx_writer *writer)
{
    const struct sx_msg_gex_group group = { group_prime(2048), sx_slice_text("\2") };

    sx_msg_gex_group_encode(writer, SX_MSG_KEX_GEX_GROUP, &group);
}

static void write_reply(struct sx_writer *writer)
{
    const struct sx_slice text = sx_slice_text("text");
    const struct sx_msg_kex_reply reply = { text, text, text };

    sx_msg_kex_reply_encode(writer, SX_MSG_KEX_GEX_REPLY, &reply);
}

static void write_newkeys(struct sx_writer *writer)
{
    sx_msg_newkeys_encode(writer);
}

/* What the server says instead of the message with that number, or a second time. */
static void check_order(int number, enum peer_tamper_kind kind,
                        void (*write)(struct sx_writer *writer), const char *kex)
{
    struct session_config config = gex_config();
    struct session *session;
    struct peer_tamper *tamper;
    uint8_t storage[1024];
    struct sx_writer writer;

    config.wishes.lists[SX_ALG_KEX] = kex;
    session = checked_session(&config);
    tamper = peer_tamper(session->peer, kind, PEER_ANY, number);
    if (write != NULL) {
        sx_writer_init(&writer, storage, sizeof storage);
        write(&writer);
        assert_int_equal(sx_writer_finish(&writer, &tamper->bytes), SX_OK);
    }
    session_run(session);
    check_ended(session, SX_ERR_PEER_UNEXPECTED);
    session_free(session);
}

static void test_messages_out_of_order_are_refused(void **state)
{
    const char *const other = "curve25519-sha256";

    (void)state;
    check_order(SX_MSG_KEX_GEX_GROUP, TAMPER_REPLACE, write_reply, GEX);
    check_order(SX_MSG_KEX_GEX_GROUP, TAMPER_REPLACE, write_newkeys, GEX);
    check_order(SX_MSG_KEX_GEX_GROUP, TAMPER_REPEAT, NULL, GEX);
    check_order(SX_MSG_KEX_GEX_REPLY, TAMPER_REPLACE, write_group, GEX);
    check_order(SX_MSG_KEX_GEX_REPLY, TAMPER_REPLACE, write_newkeys, GEX);
    check_order(SX_MSG_KEX_GEX_REPLY, TAMPER_REPEAT, NULL, GEX);
    /* Numbers of group exchange mean nothing in another one. */
    check_order(SX_MSG_KEXDH_REPLY, TAMPER_REPLACE, write_reply, other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_asked_for_is_the_setting_within_the_policy),
        cmocka_unit_test(test_every_size_of_group_completes),
        cmocka_unit_test(test_keys_are_renewed_in_another_group),
        cmocka_unit_test(test_unknown_group_is_taken),
        cmocka_unit_test(test_group_out_of_bounds_is_refused),
        cmocka_unit_test(test_messages_out_of_order_are_refused),
    };

    return RUN_GROUP(tests);
}
