/* KEXINIT: what the two sides agree on, wrong guesses, strict key exchange and its levels, and
 * exchange messages that come when they may not. */
#include "memory/checks.h"

static struct session *run_with_lists(enum sx_kexinit_list kind, const char *list)
{
    struct session_config config = session_config_default();
    struct session *session;

    config.wishes.lists[SX_ALG_CIPHER] = "aes128-ctr"; /* so that a MAC is wanted */
    config.peer.lists[kind] = list;
    session = checked_session(&config);
    session_run(session);
    return session;
}

static void test_nothing_in_common_names_both_lists(void **state)
{
    (void)state;
    for (int kind = 0; kind < SX_LIST_LANGUAGE_C2S; kind++) {
        struct session *session = run_with_lists((enum sx_kexinit_list)kind, "of-another-world");
        const char *text = session_fault_text(session);

        check_ended(session, SX_ERR_NEGOTIATE);
        if (kind < SX_LIST_COMPRESSION_C2S)
            assert_non_null(strstr(text, "of-another-world"));
        assert_int_equal(session->peer->disconnect_reason, SX_DISCONNECT_KEY_EXCHANGE_FAILED);
        assert_string_equal(session->trace, "V");
        session_free(session);
    }
}

static void test_an_empty_list_has_nothing_in_common(void **state)
{
    struct session *session = run_with_lists(SX_LIST_MAC_S2C, "");

    (void)state;
    check_ended(session, SX_ERR_NEGOTIATE);
    session_free(session);
}

/* The reason why a server's own name is refused is in the text. */
static void test_a_refused_algorithm_comes_with_its_reason(void **state)
{
    struct session *session = run_with_lists(SX_LIST_KEX, "diffie-hellman-group1-sha1");

    (void)state;
    check_ended(session, SX_ERR_NEGOTIATE);
    assert_non_null(strstr(session_fault_text(session), "diffie-hellman-group1-sha1"));
    session_free(session);
}

static void test_the_clients_order_decides(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    config.wishes.lists[SX_ALG_CIPHER] = "aes256-ctr,aes128-ctr";
    config.wishes.lists[SX_ALG_MAC] = "hmac-sha2-512,hmac-sha2-256";
    config.peer.lists[SX_LIST_CIPHER_C2S] = "aes128-ctr,aes256-ctr";
    config.peer.lists[SX_LIST_MAC_S2C] = "hmac-sha2-256,hmac-sha2-512";
    session = checked_session(&config);
    session_run(session);
    check_finished(session);
    assert_string_equal(session->negotiated.cipher_c2s, "aes256-ctr");
    assert_string_equal(session->negotiated.mac_s2c, "hmac-sha2-512");
    session_free(session);
}

static void test_a_wrong_guess_is_dropped(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    config.peer.has_wrong_guess = true;
    session = checked_session(&config);
    session_run_until(session, 'S');
    peer_rekey(session->peer); /* and again in a later exchange */
    session_run(session);
    check_finished(session);
    session_free(session);
}

/* A guess is right only if both sides put the same key exchange and host key first. What follows a
 * right one counts; what follows a wrong one is dropped, and then the reply is missing. */
static void test_a_right_guess_is_not_dropped(void **state)
{
    static const struct {
        const char *kex;
        const char *host_key;
        bool is_right;
    } cases[] = {
        { "curve25519-sha256,ecdh-sha2-nistp256", "ssh-ed25519,rsa-sha2-256", true },
        { "ecdh-sha2-nistp256,curve25519-sha256", "ssh-ed25519,rsa-sha2-256", false },
        { "curve25519-sha256,ecdh-sha2-nistp256", "rsa-sha2-256,ssh-ed25519", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct session_config config = session_config_default();
        struct session *session;

        config.peer.has_silent_guess = true;
        config.peer.lists[SX_LIST_KEX] = cases[i].kex;
        config.peer.lists[SX_LIST_HOST_KEY] = cases[i].host_key;
        session = checked_session(&config);
        session_run(session);
        if (cases[i].is_right)
            check_finished(session);
        else
            check_ended(session, SX_ERR_PEER_UNEXPECTED);
        session_free(session);
    }
}

/* --- Strict key exchange ---------------------------------------------------------------------- */

static struct session *run_strict(int level, bool is_server_strict, const char *cipher)
{
    static struct sx_policy policy;
    struct session_config config = session_config_default();
    struct session *session;

    /* The default policy itself allows no lower level than 1. */
    policy = sx_policy_default;
    policy.strict_kex = policy.strict_kex_min = SX_STRICT_OFF;
    config.policy = &policy;
    config.wishes.strict_kex = level;
    config.peer.is_strict = is_server_strict;
    if (cipher != NULL) {
        config.wishes.lists[SX_ALG_CIPHER] = cipher;
        config.wishes.lists[SX_ALG_MAC] = "hmac-sha2-256-etm@openssh.com";
    }
    session = checked_session(&config);
    session_run(session);
    return session;
}

static void test_levels_of_strictness(void **state)
{
    static const struct {
        int level;
        bool is_server_strict;
        const char *cipher;
        enum sx_err err;
        bool is_strict;
    } cases[] = {
        { SX_STRICT_OFF, true, NULL, SX_OK, false },
        { SX_STRICT_OFF, false, NULL, SX_OK, false },
        { SX_STRICT_OFFER, true, NULL, SX_OK, true },
        { SX_STRICT_OFFER, false, NULL, SX_OK, false },
        { SX_STRICT_OFFER, false, "chacha20-poly1305@openssh.com", SX_OK, false },
        { SX_STRICT_REJECT_AFFECTED, true, "chacha20-poly1305@openssh.com", SX_OK, true },
        { SX_STRICT_REJECT_AFFECTED, false, NULL, SX_OK, false },
        { SX_STRICT_REJECT_AFFECTED, false, "aes128-ctr", SX_OK, false },
        { SX_STRICT_REJECT_AFFECTED, false, "chacha20-poly1305@openssh.com", SX_ERR_NEGOTIATE,
          false },
        { SX_STRICT_REQUIRE, true, NULL, SX_OK, true },
        { SX_STRICT_REQUIRE, false, NULL, SX_ERR_NEGOTIATE, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct session *session =
            run_strict(cases[i].level, cases[i].is_server_strict, cases[i].cipher);

        if (cases[i].err == SX_OK) {
            check_finished(session);
            assert_int_equal(session->negotiated.is_strict, cases[i].is_strict);
            assert_int_equal(session->peer->is_strict, cases[i].is_strict);
        } else {
            check_ended(session, cases[i].err);
        }
        session_free(session);
    }
}

static struct session *run_with_inserted(bool is_strict, int before, struct sx_slice payload)
{
    struct session_config config = session_config_default();
    struct session *session;

    config.peer.is_strict = is_strict;
    session = checked_session(&config);
    peer_tamper(session->peer, TAMPER_INSERT, PEER_ANY, before)->bytes = payload;
    session_run(session);
    return session;
}

/* An attacker's IGNORE among the unprotected messages is what strict key exchange is about. */
static void test_ignore_in_the_first_exchange(void **state)
{
    static const int places[] = { SX_MSG_KEXINIT, SX_MSG_KEXDH_REPLY, SX_MSG_NEWKEYS };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct session *session = run_with_inserted(false, places[i], BYTES("\2\0\0\0\0"));

        check_finished(session);
        session_free(session);
        session = run_with_inserted(true, places[i], BYTES("\2\0\0\0\0"));
        check_ended(session, SX_ERR_PEER_STRICT);
        assert_int_equal(session->counts[SX_EVENT_KEYS_IN_USE], 0);
        session_free(session);
    }
}

/* Behind NEWKEYS it is welcome again, also in a strict session. */
static void test_ignore_after_the_first_exchange(void **state)
{
    struct session *session = run_with_inserted(true, SX_MSG_SERVICE_ACCEPT, BYTES("\2\0\0\0\0"));

    (void)state;
    check_finished(session);
    session_free(session);
}

static void test_strictness_resets_the_sequence_numbers(void **state)
{
    (void)state;
    for (int is_strict = 0; is_strict < 2; is_strict++) {
        struct session *session = run_strict(SX_STRICT_OFFER, is_strict == 1, "aes128-ctr");
        uint32_t before = session->peer->writer.sequence;

        check_finished(session);
        peer_rekey(session->peer);
        session_run(session);
        check_finished(session);
        assert_int_equal(session->peer->exchanges, 2);
        if (is_strict == 1)
            assert_int_equal(session->peer->writer.sequence, 0);
        else
            assert_int_equal(session->peer->writer.sequence, before + 3);
        assert_int_equal(sx_engine_transport(session->engine)->reader.sequence,
                         session->peer->writer.sequence);
        assert_int_equal(sx_engine_transport(session->engine)->writer.sequence,
                         session->peer->reader.sequence);
        session_free(session);
    }
}

/* --- Messages of the exchange at the wrong time ----------------------------------------------- */

static void check_tampered(enum peer_tamper_kind kind, int number, struct sx_slice bytes,
                           enum sx_err lax, enum sx_err strict)
{
    for (int is_strict = 0; is_strict < 2; is_strict++) {
        struct session_config config = session_config_default();
        struct session *session;

        config.peer.is_strict = is_strict == 1;
        session = checked_session(&config);
        peer_tamper(session->peer, kind, PEER_ANY, number)->bytes = bytes;
        session_run(session);
        check_ended(session, is_strict == 1 ? strict : lax);
        session_free(session);
    }
}

static void test_exchange_messages_at_the_wrong_time(void **state)
{
    (void)state;
    check_tampered(TAMPER_REPEAT, SX_MSG_KEXINIT, SX_SLICE_NONE, SX_ERR_PEER_UNEXPECTED,
                   SX_ERR_PEER_STRICT);
    check_tampered(TAMPER_REPEAT, SX_MSG_KEXDH_REPLY, SX_SLICE_NONE, SX_ERR_PEER_UNEXPECTED,
                   SX_ERR_PEER_UNEXPECTED);
    check_tampered(TAMPER_REPLACE, SX_MSG_KEXDH_REPLY, BYTES("\25"), SX_ERR_PEER_UNEXPECTED,
                   SX_ERR_PEER_UNEXPECTED);
    check_tampered(TAMPER_REPLACE, SX_MSG_KEXDH_REPLY, BYTES("\41abc"), SX_ERR_PEER_UNEXPECTED,
                   SX_ERR_PEER_UNEXPECTED);
    check_tampered(TAMPER_REPLACE, SX_MSG_NEWKEYS, BYTES("\25\0"), SX_ERR_PEER_DECODE,
                   SX_ERR_PEER_DECODE);
    check_tampered(TAMPER_REPLACE, SX_MSG_KEXINIT, BYTES("\24abc"), SX_ERR_PEER_DECODE,
                   SX_ERR_PEER_DECODE);
    check_tampered(TAMPER_REPLACE, SX_MSG_KEXINIT, BYTES("\37abc"), SX_ERR_PEER_UNEXPECTED,
                   SX_ERR_PEER_UNEXPECTED);
}

/* Without the server's NEWKEYS its next packet is read under no key, and can only be nonsense. */
static void test_keys_without_newkeys(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    config.peer.server_sig_algs = "ssh-ed25519"; /* EXT_INFO follows at once */
    session = checked_session(&config);
    peer_tamper(session->peer, TAMPER_DROP, PEER_ANY, SX_MSG_NEWKEYS);
    session_run(session);
    check_ended(session, SX_ERR_PEER_LENGTH);
    assert_int_equal(session->counts[SX_EVENT_KEYS_IN_USE], 0);
    session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_in_common_names_both_lists),
        cmocka_unit_test(test_an_empty_list_has_nothing_in_common),
        cmocka_unit_test(test_a_refused_algorithm_comes_with_its_reason),
        cmocka_unit_test(test_the_clients_order_decides),
        cmocka_unit_test(test_a_wrong_guess_is_dropped),
        cmocka_unit_test(test_a_right_guess_is_not_dropped),
        cmocka_unit_test(test_levels_of_strictness),
        cmocka_unit_test(test_ignore_in_the_first_exchange),
        cmocka_unit_test(test_ignore_after_the_first_exchange),
        cmocka_unit_test(test_strictness_resets_the_sequence_numbers),
        cmocka_unit_test(test_exchange_messages_at_the_wrong_time),
        cmocka_unit_test(test_keys_without_newkeys),
    };

    return RUN_GROUP(tests);
}
