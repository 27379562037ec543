/* GSSAPI in whole sessions: key exchanges of RFC 4462 and RFC 8732, both methods, and what a ticket
 * that isn't there ends in. The mechanism is the tests' own. */
#include "memory/gss_checks.h"

/* --- What goes well ---------------------------------------------------------------------------- */

static void check_kex(const char *kex)
{
    struct session_config config = gss_config(kex);
    struct session *session = checked_session(&config);

    session_run(session);
    check_finished(session);
    assert_string_equal(session->negotiated.kex, kex);
    assert_string_equal(session->auth.method, "gssapi-keyex");
    assert_false(session->auth.is_unproven);
    /* who the server is, its context says: nobody is asked about a host key */
    assert_int_equal(session->counts[SX_EVENT_HOST_KEY], 0);
    assert_int_equal(session->gss_contexts, 1U << SX_GSS_CONTEXT_KEX);
    session_free(session);
}

static void test_each_exchange_signs_on(void **state)
{
    static const char *const names[] = { "gss-nistp256-sha256-", "gss-nistp384-sha384-",
                                         "gss-nistp521-sha512-", "gss-curve25519-sha256-",
                                         "gss-group14-sha256-",  "gss-group15-sha512-",
                                         "gss-group16-sha512-",  "gss-group17-sha512-",
                                         "gss-group18-sha512-" };
    char name[128];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(name, sizeof name, "%s" SUFFIX, names[i]);
        check_kex(name);
    }
}

static void test_context_takes_as_many_tokens_as_it_wants(void **state)
{
    static const unsigned rounds[] = { 0, 1, 2, 5 };

    (void)state;
    for (size_t i = 0; i < sizeof rounds / sizeof rounds[0]; i++) {
        struct session_config config = gss_config(GSS_NISTP256);
        struct session *session;

        config.peer.gss.rounds = rounds[i];
        session = checked_session(&config);
        session_run(session);
        check_finished(session);
        assert_int_equal(peer_count(session->peer, SX_MSG_KEXGSS_CONTINUE),
                         rounds[i] < 2 ? 0 : rounds[i] - 1);
        session_free(session);
    }
}

static void test_null_host_key_does_with_gssapi(void **state)
{
    struct session_config config = gss_config(GSS_NISTP256);
    struct session *session;

    (void)state;
    config.peer.host_keys[0] = NULL;
    config.peer.lists[SX_LIST_HOST_KEY] = "null";
    session = checked_session(&config);
    session_run(session);
    check_finished(session);
    assert_string_equal(session->negotiated.host_key, "null");
    session_free(session);
}

/* A server without a host key can't do an exchange that needs one, however its list reads. */
static void test_null_host_key_does_with_nothing_else(void **state)
{
    struct session_config config = gss_config(GSS_NISTP256);
    struct session *session;

    (void)state;
    config.peer.host_keys[0] = NULL;
    config.peer.lists[SX_LIST_HOST_KEY] = "null";
    config.peer.lists[SX_LIST_KEX] = "curve25519-sha256";
    session = checked_session(&config);
    session_run(session);
    check_ended(session, SX_ERR_NEGOTIATE);
    session_free(session);
}

/* The context of the first exchange signs on; each later exchange has one of its own. */
static void test_later_exchanges_have_their_own_contexts(void **state)
{
    struct session_config config = gss_config(GSS_CURVE25519);
    struct session *session;

    (void)state;
    config.peer.command.awaits_eof = true;
    session = checked_session(&config);
    assert_true(session_run_until(session, 'S'));
    for (unsigned i = 0; i < 3; i++) {
        if (i == 1)
            peer_rekey(session->peer);
        else
            assert_int_equal(sx_engine_rekey(session->engine), SX_OK);
        session_run(session);
        check_healthy(session);
        assert_int_equal(session->counts[SX_EVENT_KEYS_IN_USE], 2 + i);
        assert_string_equal(session->negotiated.kex, GSS_CURVE25519);
    }
    assert_int_equal(session->gss_contexts, 1U << SX_GSS_CONTEXT_KEX | 1U << SX_GSS_CONTEXT_REKEY);
    assert_int_equal(sx_engine_send_eof(session->engine), SX_OK);
    session_run(session);
    check_finished(session);
    session_free(session);
}

static void test_with_mic_needs_no_exchange_by_gssapi(void **state)
{
    static const unsigned rounds[] = { 0, 1, 3 };

    (void)state;
    for (size_t i = 0; i < sizeof rounds / sizeof rounds[0]; i++) {
        struct session_config config = session_config_default();
        struct session *session;

        config.mode = SX_AUTH_GSSAPI_WITH_MIC;
        config.peer.takes_none = false;
        config.peer.gss.rounds = rounds[i];
        session = checked_session(&config);
        session_run(session);
        check_finished(session);
        assert_string_equal(session->auth.method, "gssapi-with-mic");
        assert_int_equal(session->gss_contexts, 1U << SX_GSS_CONTEXT_AUTH);
        session_free(session);
    }
}

/* A server without such an exchange: gssapi-with-mic does it, over a host key as always. */
static void test_keyex_falls_back_to_with_mic(void **state)
{
    struct session_config config = gss_config(GSS_NISTP256);
    struct session *session;

    (void)state;
    config.peer.lists[SX_LIST_KEX] = "curve25519-sha256";
    session = checked_session(&config);
    session_run(session);
    check_finished(session);
    assert_string_equal(session->negotiated.kex, "curve25519-sha256");
    assert_string_equal(session->auth.method, "gssapi-with-mic");
    assert_int_equal(session->counts[SX_EVENT_HOST_KEY], 1);
    session_free(session);
}

/* --- Without a ticket -------------------------------------------------------------------------- */

static void test_no_ticket_ends_mode_keyex_before_anything_is_asked(void **state)
{
    struct session_config config = gss_config(GSS_NISTP256);
    struct session *session;

    (void)state;
    config.has_no_ticket = true;
    session = checked_session(&config);
    session_run(session);
    check_ended(session, SX_ERR_AUTH_SERVICE);
    assert_non_null(strstr(session_fault_text(session), "the mechanism says no"));
    assert_int_equal(peer_count(session->peer, SX_MSG_KEXINIT), 0);
    session_free(session);
}

/* Named in a list for another mode, it is one exchange of several. */
static void test_no_ticket_leaves_the_other_exchanges(void **state)
{
    struct session_config config = gss_config(GSS_NISTP256);
    struct session *session;

    (void)state;
    config.has_no_ticket = true;
    config.is_gss_demanded = false;
    config.wishes.is_gss_first = false;
    config.mode = SX_AUTH_NONE;
    config.peer.takes_none = true;
    session = checked_session(&config);
    session_run(session);
    check_finished(session);
    assert_string_equal(session->negotiated.kex, "curve25519-sha256");
    session_free(session);
}

/* Rekeys once, when the ticket is gone. */
static struct session *after_expiry(struct session_config *config, bool by_server)
{
    struct session *session;

    config->has_no_ticket_later = true;
    config->peer.command.awaits_eof = true;
    session = checked_session(config);
    assert_true(session_run_until(session, 'S'));
    if (by_server)
        peer_rekey(session->peer);
    else
        assert_int_equal(sx_engine_rekey(session->engine), SX_OK);
    session_run(session);
    return session;
}

/* The host key that came in KEXGSS_HOSTKEY was bound to the first exchange by its MIC. */
static void test_expired_ticket_and_a_host_key_of_the_exchange(void **state)
{
    (void)state;
    for (int by_server = 0; by_server < 2; by_server++) {
        struct session_config config = gss_config(GSS_NISTP256);
        struct session *session;

        config.peer.gss.has_host_key = true;
        session = after_expiry(&config, by_server == 1);
        check_healthy(session);
        assert_string_equal(session->negotiated.kex, "curve25519-sha256");
        assert_int_equal(session->counts[SX_EVENT_KEYS_IN_USE], 2);
        assert_int_equal(session->counts[SX_EVENT_HOST_KEY], 0);
        session_free(session);
    }
}

static void test_expired_ticket_and_a_host_key_that_is_trusted(void **state)
{
    struct session_config config = gss_config(GSS_NISTP256);
    struct session *session = after_expiry(&config, true);

    (void)state;
    check_healthy(session);
    assert_int_equal(session->counts[SX_EVENT_HOST_KEY], 1);
    assert_true(session->host_key.is_rekey);
    assert_true(session->host_key.is_for_lack_of_gss);
    assert_int_equal(session->counts[SX_EVENT_KEYS_IN_USE], 2);
    session_free(session);
}

static void test_expired_ticket_and_a_host_key_that_is_not(void **state)
{
    struct session_config config = gss_config(GSS_NISTP256);
    struct session *session;

    (void)state;
    config.rejects_host_key = true;
    session = after_expiry(&config, true);
    check_ended(session, SX_ERR_AUTH_REKEY);
    assert_non_null(strstr(session_fault_text(session), "the mechanism says no"));
    assert_int_equal(peer_count(session->peer, SX_MSG_DISCONNECT), 1);
    session_free(session);
}

static void test_expired_ticket_and_nothing_else_offered(void **state)
{
    struct session_config config = gss_config(GSS_NISTP256);
    struct session *session;

    (void)state;
    config.wishes.lists[SX_ALG_KEX] = GSS_NISTP256;
    session = after_expiry(&config, false);
    check_ended(session, SX_ERR_AUTH_REKEY);
    assert_int_equal(peer_count(session->peer, SX_MSG_DISCONNECT), 1);
    session_free(session);
}

/* A KDC that doesn't answer holds up the key exchange, not what is sent meanwhile; and then "rekey
 * or terminate" holds as for any other. */
static void test_kdc_that_never_answers_ends_at_the_deadline(void **state)
{
    struct session_config config = gss_config(GSS_NISTP256);
    struct session *session;

    (void)state;
    config.peer.command.awaits_eof = true;
    session = checked_session(&config);
    assert_true(session_run_until(session, 'S'));
    session->config.leaves_questions = true;
    assert_int_equal(sx_engine_rekey(session->engine), SX_OK);
    session_run(session);
    check_healthy(session);
    assert_true(sx_engine_is_waiting(session->engine));
    assert_int_equal(peer_count(session->peer, SX_MSG_KEXINIT), 1);
    session_advance(session, 3600 * 1000);
    check_ended(session, SX_ERR_POLICY_REKEY);
    session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_exchange_signs_on),
        cmocka_unit_test(test_context_takes_as_many_tokens_as_it_wants),
        cmocka_unit_test(test_null_host_key_does_with_gssapi),
        cmocka_unit_test(test_null_host_key_does_with_nothing_else),
        cmocka_unit_test(test_later_exchanges_have_their_own_contexts),
        cmocka_unit_test(test_with_mic_needs_no_exchange_by_gssapi),
        cmocka_unit_test(test_keyex_falls_back_to_with_mic),
        cmocka_unit_test(test_no_ticket_ends_mode_keyex_before_anything_is_asked),
        cmocka_unit_test(test_no_ticket_leaves_the_other_exchanges),
        cmocka_unit_test(test_expired_ticket_and_a_host_key_of_the_exchange),
        cmocka_unit_test(test_expired_ticket_and_a_host_key_that_is_trusted),
        cmocka_unit_test(test_expired_ticket_and_a_host_key_that_is_not),
        cmocka_unit_test(test_expired_ticket_and_nothing_else_offered),
        cmocka_unit_test(test_kdc_that_never_answers_ends_at_the_deadline),
    };

    return RUN_GROUP(tests);
}
