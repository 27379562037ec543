/* Authentication by public key: each type, several keys, the server's list of algorithms, servers
 * that ask for another key's proof or for none. */
#include "memory/checks.h"

static struct session_config key_config(unsigned count, enum sx_key_type type)
{
    struct session_config config = session_config_default();

    config.mode = SX_AUTH_PUBLICKEY;
    config.peer.takes_none = false;
    config.peer.server_sig_algs = "ssh-ed25519,rsa-sha2-512,rsa-sha2-256,ecdsa-sha2-nistp256,"
                                  "ecdsa-sha2-nistp384,ecdsa-sha2-nistp521";
    for (unsigned i = 0; i < count; i++)
        config.keys[i] = fixture_key(config.provider, type, 1 + i);
    if (count > 0)
        config.peer.user_keys[0] = sx_key_public_blob(config.keys[count - 1]);
    return config;
}

static struct session *run(const struct session_config *config)
{
    struct session *session = checked_session(config);

    session_run(session);
    return session;
}

static void test_every_type_of_key(void **state)
{
    (void)state;
    for (int type = SX_KEY_RSA; type <= SX_KEY_ED25519; type++)
        for (unsigned count = 1; count <= 2; count++) {
            struct session_config config = key_config(count, (enum sx_key_type)type);
            struct session *session = run(&config);

            check_finished(session);
            assert_string_equal(session->auth.method, "publickey");
            assert_false(session->auth.is_unproven);
            /* One key is proven at once; the first of two is shown and refused. */
            assert_string_equal(session->trace, count == 1 ? "VNHKGLSXC" : "VNHKTGLSXC");
            assert_int_equal(peer_count(session->peer, SX_MSG_USERAUTH_REQUEST),
                             count == 1 ? 1 : 3);
            session_free(session);
        }
}

/* Keeps the algorithm of each request that the peer sees. */
struct seen {
    char algorithms[256];
};

static bool keep_algorithm(void *ctx, struct peer *peer, struct sx_slice payload)
{
    struct seen *seen = ctx;
    struct sx_msg_userauth_request msg;
    struct sx_reader reader;
    struct sx_slice name;
    size_t len = strlen(seen->algorithms);

    (void)peer;
    if (payload.ptr[0] != SX_MSG_USERAUTH_REQUEST ||
        sx_msg_userauth_request_decode(payload, &msg) != SX_OK)
        return false;
    sx_reader_init(&reader, msg.fields);
    (void)sx_reader_bool(&reader);
    name = sx_reader_string(&reader);
    if (len + name.len + 2 < sizeof seen->algorithms) {
        memcpy(seen->algorithms + len, name.ptr, name.len);
        seen->algorithms[len + name.len] = ' ';
    }
    return false;
}

static struct session *run_watched(const struct session_config *config, struct seen *seen)
{
    struct session *session = checked_session(config);

    session->peer->on_message = keep_algorithm;
    session->peer->ctx = seen;
    session_run(session);
    return session;
}

/* Without a list the policy's first choice is tried; with one, what the server takes. */
static void test_the_servers_list_chooses_the_algorithm(void **state)
{
    static const struct {
        const char *list;
        const char *expected;
    } cases[] = {
        { NULL, "rsa-sha2-512 " },
        { "rsa-sha2-256", "rsa-sha2-256 " },
        { "rsa-sha2-256,rsa-sha2-512", "rsa-sha2-512 " },
        { "ssh-rsa,rsa-sha2-256,x@example.org", "rsa-sha2-256 " },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct session_config config = key_config(1, SX_KEY_RSA);
        struct seen seen = { "" };
        struct session *session;

        config.wishes.lists[SX_ALG_USER_KEY] = "rsa-sha2-512,rsa-sha2-256";
        config.peer.server_sig_algs = cases[i].list;
        session = run_watched(&config, &seen);
        check_finished(session);
        assert_string_equal(seen.algorithms, cases[i].expected);
        session_free(session);
    }
}

static void test_a_key_that_the_server_can_not_verify(void **state)
{
    struct session_config config = key_config(1, SX_KEY_RSA);
    struct session *session;

    (void)state;
    config.peer.server_sig_algs = "ssh-rsa,ssh-ed25519";
    session = run(&config);
    check_ended(session, SX_ERR_AUTH_FAILED);
    assert_int_equal(peer_count(session->peer, SX_MSG_USERAUTH_REQUEST), 0);
    assert_non_null(strstr(session_fault_text(session), "not tried"));
    session_free(session);
}

static void test_no_key_at_all(void **state)
{
    struct session_config config = key_config(0, SX_KEY_RSA);
    struct session *session = run(&config);

    (void)state;
    check_ended(session, SX_ERR_AUTH_NO_CREDENTIALS);
    assert_int_equal(session->peer->disconnect_reason, SX_DISCONNECT_NO_MORE_AUTH_METHODS);
    session_free(session);
}

static void test_every_key_is_refused(void **state)
{
    (void)state;
    for (unsigned count = 1; count <= 5; count++) {
        struct session_config config = key_config(count, SX_KEY_ED25519);
        struct session *session;

        config.peer.user_keys[0] = SX_SLICE_NONE;
        session = run(&config);
        check_ended(session, SX_ERR_AUTH_FAILED);
        assert_int_equal(session->counts[SX_EVENT_AUTH_TRIED], count);
        assert_int_equal(peer_count(session->peer, SX_MSG_USERAUTH_REQUEST), count);
        session_free(session);
    }
}

/* Keys of many types: those that can't be used are passed over and named. */
static void test_unusable_keys_among_others(void **state)
{
    struct session_config config = key_config(0, SX_KEY_RSA);
    struct session *session;

    (void)state;
    config.keys[0] = fixture_key(config.provider, SX_KEY_ECDSA_P521, 1);
    config.keys[1] = fixture_key(config.provider, SX_KEY_RSA, 1);
    config.keys[2] = fixture_key(config.provider, SX_KEY_ECDSA_P256, 1);
    config.peer.server_sig_algs = "ecdsa-sha2-nistp256";
    config.peer.user_keys[0] = sx_key_public_blob(config.keys[2]);
    session = run(&config);
    check_finished(session);
    assert_string_equal(session->trace, "VNHKGLSXC");
    session_free(session);
}

/* A key that can't sign is passed over; when it was the last, that is the end. */
static void test_a_key_that_can_not_sign(void **state)
{
    (void)state;
    for (unsigned count = 1; count <= 3; count++) {
        struct session_config config = key_config(count, SX_KEY_ED25519);
        struct session *session;

        config.cannot_sign = true;
        for (unsigned i = 0; i < count; i++)
            config.peer.user_keys[i] = sx_key_public_blob(config.keys[i]);
        session = run(&config);
        check_ended(session, SX_ERR_AUTH_FAILED);
        assert_int_equal(session->counts[SX_EVENT_SIGN], count);
        session_free(session);
    }
}

/* While the user is asked, nothing is read; the answer goes on from there. */
static void test_an_open_question_stops_everything(void **state)
{
    struct session_config config = key_config(2, SX_KEY_ED25519);
    struct session *session;
    uint8_t *room;

    (void)state;
    session = checked_session(&config);
    (void)session_run_until(session, 'K');
    session->config.leaves_questions = true;
    session_run(session);
    check_healthy(session);
    assert_true(sx_engine_is_waiting(session->engine));
    assert_int_equal(sx_engine_recv_space(session->engine, &room), 0);
    assert_string_equal(session->trace, "VNHKTG");
    /* An answer of nothing: the key can't sign, and it was the last one. */
    assert_int_equal(sx_engine_answer_sign(session->engine, SX_SLICE_NONE), SX_ERR_AUTH_FAILED);
    session_run(session);
    check_ended(session, SX_ERR_AUTH_FAILED);
    assert_int_equal(sx_engine_answer_sign(session->engine, BYTES("x")), SX_ERR_AUTH_FAILED);
    session_free(session);
}

/* Also what has arrived already is not looked at: here a second PK_OK, which is a mistake. */
static void test_an_open_question_comes_before_what_has_arrived(void **state)
{
    struct session_config config = key_config(2, SX_KEY_ED25519);
    struct session *session = checked_session(&config);

    (void)state;
    peer_tamper(session->peer, TAMPER_REPEAT, PEER_ANY, SX_MSG_USERAUTH_PK_OK);
    (void)session_run_until(session, 'T');
    session->config.leaves_questions = true;
    session_run(session);
    check_healthy(session);
    assert_string_equal(session->trace, "VNHKTG");
    assert_int_equal(sx_engine_answer_sign(session->engine, BYTES("\0\0\0\0\0\0\0\0")), SX_OK);
    session_drain(session);
    check_ended(session, SX_ERR_PEER_UNEXPECTED);
    session_free(session);
}

/* --- Servers that cheat ----------------------------------------------------------------------- */

/* PK_OK must speak of the key and the algorithm that were shown: else we'd sign for another. */
static void test_pk_ok_for_another_key_or_algorithm(void **state)
{
    static uint8_t storage[2048];

    (void)state;
    for (int is_algorithm = 0; is_algorithm < 2; is_algorithm++) {
        struct session_config config = key_config(2, SX_KEY_ED25519);
        struct session *session = checked_session(&config);
        struct sx_msg_userauth_pk_ok ok = { sx_slice_text("ssh-ed25519"),
                                            sx_key_public_blob(config.keys[0]) };
        struct sx_writer writer;

        if (is_algorithm == 1) {
            ok.algorithm = sx_slice_text("rsa-sha2-256");
            ok.public_key = sx_key_public_blob(config.keys[1]);
        }
        sx_writer_init(&writer, storage, sizeof storage);
        sx_msg_userauth_pk_ok_encode(&writer, &ok);
        peer_tamper(session->peer, TAMPER_REPLACE, PEER_ANY, SX_MSG_USERAUTH_PK_OK)->bytes =
            sx_slice_of(writer.ptr, writer.len);
        session_run(session);
        check_ended(session, SX_ERR_PEER_UNEXPECTED);
        assert_int_equal(session->counts[SX_EVENT_SIGN], 0);
        session_free(session);
    }
}

/* PK_OK in answer to the proof itself means nothing. */
static void test_pk_ok_after_the_proof(void **state)
{
    struct session_config config = key_config(1, SX_KEY_ED25519);
    struct session *session = checked_session(&config);
    struct sx_msg_userauth_pk_ok ok = { sx_slice_text("ssh-ed25519"),
                                        sx_key_public_blob(config.keys[0]) };
    static uint8_t storage[512];
    struct sx_writer writer;

    (void)state;
    sx_writer_init(&writer, storage, sizeof storage);
    sx_msg_userauth_pk_ok_encode(&writer, &ok);
    peer_tamper(session->peer, TAMPER_REPLACE, PEER_ANY, SX_MSG_USERAUTH_SUCCESS)->bytes =
        sx_slice_of(writer.ptr, writer.len);
    session_run(session);
    check_ended(session, SX_ERR_PEER_UNEXPECTED);
    session_free(session);
}

/* A server that lets in whoever shows a key, by the policy's word on such servers. */
static void test_access_without_proof(void **state)
{
    (void)state;
    for (int may = 0; may < 2; may++) {
        struct session_config config = key_config(2, SX_KEY_ED25519);
        struct sx_policy policy = sx_policy_default;
        struct session *session;

        policy.may_accept_without_proof = may == 1;
        config.policy = &policy;
        session = checked_session(&config);
        peer_tamper(session->peer, TAMPER_REPLACE, PEER_ANY, SX_MSG_USERAUTH_PK_OK)->bytes =
            BYTES("\64");
        session_run(session);
        if (may == 0) {
            check_ended(session, SX_ERR_AUTH_UNPROVEN);
            assert_int_equal(session->counts[SX_EVENT_LOGGED_ON], 0);
        } else {
            assert_int_equal(session->err, SX_OK);
            assert_int_equal(session->counts[SX_EVENT_LOGGED_ON], 1);
            assert_true(session->auth.is_accepted);
            assert_true(session->auth.is_unproven);
        }
        session_free(session);
    }
}

/* Refused once with proof, let in for showing another key: still without proof. */
static void test_access_without_proof_after_a_refusal(void **state)
{
    struct session_config config = key_config(3, SX_KEY_ED25519);
    struct session *session;

    (void)state;
    config.peer.user_keys[0] = sx_key_public_blob(config.keys[0]);
    config.peer.user_keys[1] = sx_key_public_blob(config.keys[1]);
    session = checked_session(&config);
    peer_tamper(session->peer, TAMPER_REPLACE, PEER_ANY, SX_MSG_USERAUTH_SUCCESS)->bytes =
        BYTES("\63\0\0\0\11publickey\0");
    (void)session_run_until(session, 'T');
    assert_string_equal(session->trace, "VNHKGT");
    session->peer->is_logged_on = false; /* it only said that it was not */
    peer_tamper(session->peer, TAMPER_REPLACE, PEER_ANY, SX_MSG_USERAUTH_PK_OK)->bytes =
        BYTES("\64");
    session_run(session);
    assert_int_equal(session->counts[SX_EVENT_LOGGED_ON], 1);
    assert_true(session->auth.is_unproven);
    session_free(session);
}

/* RFC 4253 section 7: after an exchange that has proven the server, the first request needn't wait
 * for SERVICE_ACCEPT. It does wait where the server may still tell what would change it, as RSA's
 * algorithms, and with several keys, which are shown first; and with a server that may lose it. */
static void test_a_certain_request_goes_ahead(void **state)
{
    static const struct {
        enum sx_key_type type;
        unsigned keys;
        const char *greeting;
        unsigned sent;
    } rows[] = { { SX_KEY_ECDSA_P256, 1, "SSH-2.0-OpenSSH_9.2\r\n", 1 },
                 { SX_KEY_ED25519, 1, "SSH-2.0-OpenSSH_9.2\r\n", 1 },
                 { SX_KEY_RSA, 1, "SSH-2.0-OpenSSH_9.2\r\n", 0 },
                 { SX_KEY_ECDSA_P256, 2, "SSH-2.0-OpenSSH_9.2\r\n", 0 },
                 { SX_KEY_ECDSA_P256, 1, "SSH-2.0-peer_1.0\r\n", 0 } };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct session_config config = key_config(rows[i].keys, rows[i].type);
        struct session *session;

        config.peer.greeting = rows[i].greeting;
        session = checked_session(&config);
        peer_tamper(session->peer, TAMPER_DROP, PEER_ANY, SX_MSG_SERVICE_ACCEPT);
        session_run(session);
        assert_int_equal(peer_count(session->peer, SX_MSG_SERVICE_REQUEST), 1);
        assert_int_equal(peer_count(session->peer, SX_MSG_USERAUTH_REQUEST), rows[i].sent);
        /* The peer's SUCCESS has no place before its SERVICE_ACCEPT, which was dropped. */
        if (rows[i].sent > 0)
            check_ended(session, SX_ERR_PEER_UNEXPECTED);
        assert_false(sx_engine_is_logged_on(session->engine));
        session_free(session);
    }
}

/* What a server may say instead of SERVICE_ACCEPT, while the request that went ahead is there. */
static void test_nothing_takes_the_place_of_service_accept(void **state)
{
    static const struct {
        struct sx_slice bytes;
        enum sx_err err;
    } rows[] = {
        { { (const uint8_t *)"\64", 1 }, SX_ERR_PEER_UNEXPECTED },
        { { (const uint8_t *)"\63\0\0\0\11publickey\0", 15 }, SX_ERR_PEER_UNEXPECTED },
        { { (const uint8_t *)"\63\0\0\0\11publickey\1", 15 }, SX_ERR_PEER_UNEXPECTED },
        { { (const uint8_t *)"\65\0\0\0\2hi\0\0\0\0", 11 }, SX_ERR_PEER_UNEXPECTED },
        { { (const uint8_t *)"\74\0\0\0\0\0\0\0\0", 9 }, SX_ERR_PEER_UNEXPECTED },
        { { (const uint8_t *)"\6\0\0\0\16ssh-connection", 19 }, SX_ERR_PEER_UNEXPECTED },
        { { (const uint8_t *)"\3\0\0\0\5", 5 }, SX_ERR_PEER_UNIMPLEMENTED },
        { { (const uint8_t *)"\120\0\0\0\1x\1", 7 }, SX_ERR_PEER_UNEXPECTED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct session_config config = key_config(1, SX_KEY_ED25519);
        struct session *session;

        config.peer.greeting = "SSH-2.0-OpenSSH_9.2\r\n";
        session = checked_session(&config);
        peer_tamper(session->peer, TAMPER_REPLACE, PEER_ANY, SX_MSG_SERVICE_ACCEPT)->bytes =
            rows[i].bytes;
        session_run(session);
        check_ended(session, rows[i].err);
        assert_int_equal(session->counts[SX_EVENT_LOGGED_ON], 0);
        session_free(session);
    }
}

static bool rekey_at_request(void *ctx, struct peer *peer, struct sx_slice payload)
{
    (void)ctx;
    if (payload.ptr[0] == SX_MSG_SERVICE_REQUEST)
        peer_rekey(peer);
    return false;
}

/* Keys are renewed between the two: the answers to both come under the new ones. */
static void test_keys_are_renewed_behind_a_request_ahead(void **state)
{
    struct session_config config = key_config(1, SX_KEY_ED25519);
    struct session *session;

    (void)state;
    config.peer.greeting = "SSH-2.0-OpenSSH_9.2\r\n";
    session = checked_session(&config);
    session->peer->on_message = rekey_at_request;
    session_run(session);
    assert_string_equal(session->peer->note, "");
    assert_int_equal(session->err, SX_OK);
    assert_int_equal(peer_count(session->peer, SX_MSG_USERAUTH_REQUEST), 1);
    assert_int_equal(session->counts[SX_EVENT_KEYS_IN_USE], 2);
    assert_true(sx_engine_is_logged_on(session->engine));
    session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type_of_key),
        cmocka_unit_test(test_a_certain_request_goes_ahead),
        cmocka_unit_test(test_nothing_takes_the_place_of_service_accept),
        cmocka_unit_test(test_keys_are_renewed_behind_a_request_ahead),
        cmocka_unit_test(test_the_servers_list_chooses_the_algorithm),
        cmocka_unit_test(test_a_key_that_the_server_can_not_verify),
        cmocka_unit_test(test_no_key_at_all),
        cmocka_unit_test(test_every_key_is_refused),
        cmocka_unit_test(test_unusable_keys_among_others),
        cmocka_unit_test(test_a_key_that_can_not_sign),
        cmocka_unit_test(test_an_open_question_stops_everything),
        cmocka_unit_test(test_an_open_question_comes_before_what_has_arrived),
        cmocka_unit_test(test_pk_ok_for_another_key_or_algorithm),
        cmocka_unit_test(test_pk_ok_after_the_proof),
        cmocka_unit_test(test_access_without_proof),
        cmocka_unit_test(test_access_without_proof_after_a_refusal),
    };

    return RUN_GROUP(tests);
}
