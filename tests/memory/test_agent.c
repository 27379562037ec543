/* Keys that are asked for, as an agent's are: when, what comes of them in each mode, certificates,
 * and the choice of the algorithm. */
#include "memory/checks.h"
#include "support/user_cert.h"

static struct session_config agent_config(unsigned count, enum sx_agent_use use)
{
    struct session_config config = session_config_default();

    config.mode = SX_AUTH_PUBLICKEY;
    config.agent = use;
    config.password = "right";
    config.peer.password = "right";
    config.peer.takes_none = false;
    config.peer.server_sig_algs = "ssh-ed25519,rsa-sha2-512,rsa-sha2-256,ecdsa-sha2-nistp256";
    for (unsigned i = 0; i < count; i++)
        config.keys[i] = fixture_key(config.provider, SX_KEY_ED25519, 1 + i);
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

static void test_keys_are_asked_for_when_the_method_begins(void **state)
{
    (void)state;
    for (unsigned count = 1; count <= 2; count++)
        for (int use = SX_AGENT_ALSO; use <= SX_AGENT_ONLY; use++) {
            struct session_config config = agent_config(count, (enum sx_agent_use)use);
            struct session *session = run(&config);

            check_finished(session);
            assert_string_equal(session->trace, count == 1 ? "VNHKIGLSXC" : "VNHKITGLSXC");
            session_free(session);
        }
}

/* Whatever the mode, the agent alone is public key. */
static void test_the_agent_alone(void **state)
{
    static const enum sx_auth_mode modes[] = { SX_AUTH_NONE, SX_AUTH_PASSWORD, SX_AUTH_PUBLICKEY };

    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        struct session_config config = agent_config(1, SX_AGENT_ONLY);
        struct session *session;

        config.mode = modes[i];
        session = run(&config);
        check_finished(session);
        assert_string_equal(session->auth.method, "publickey");
        session_free(session);

        config.peer.user_keys[0] = SX_SLICE_NONE;
        session = run(&config);
        check_ended(session, SX_ERR_AUTH_FAILED);
        assert_int_equal(peer_count(session->peer, SX_MSG_USERAUTH_REQUEST), 1);
        session_free(session);
    }
}

static void test_the_agent_alone_has_no_key(void **state)
{
    struct session_config config = agent_config(0, SX_AGENT_ONLY);
    struct session *session = run(&config);

    (void)state;
    check_ended(session, SX_ERR_AUTH_NO_CREDENTIALS);
    assert_non_null(strstr(session_fault_text(session), "the agent holds no key"));
    session_free(session);
}

static void test_an_agent_that_can_not_be_had(void **state)
{
    const struct sx_fault failure = { .err = SX_ERR_AGENT, .text = "the ssh-agent is far away" };

    (void)state;
    for (int use = SX_AGENT_ALSO; use <= SX_AGENT_ONLY; use++)
        for (int is_password = 0; is_password < 2; is_password++) {
            struct session_config config = agent_config(1, (enum sx_agent_use)use);
            struct session *session;

            config.mode = is_password ? SX_AUTH_PASSWORD : SX_AUTH_PUBLICKEY;
            config.agent_failure = &failure;
            session = run(&config);
            if (use == SX_AGENT_ONLY) {
                check_ended(session, SX_ERR_AGENT);
                assert_string_equal(session_fault_text(session), failure.text);
            } else if (is_password) {
                check_finished(session);
                assert_string_equal(session->trace, "VNHKILSXC");
            } else {
                check_ended(session, SX_ERR_AUTH_NO_CREDENTIALS);
            }
            session_free(session);
        }
}

/* As the reference's example has it: mode password, and the agent's keys come first. */
static void test_the_agents_keys_come_before_the_password(void **state)
{
    (void)state;
    for (int takes_key = 0; takes_key < 2; takes_key++) {
        struct session_config config = agent_config(2, SX_AGENT_ALSO);
        struct session *session;

        config.mode = SX_AUTH_PASSWORD;
        if (!takes_key)
            config.peer.user_keys[0] = SX_SLICE_NONE;
        session = run(&config);
        check_finished(session);
        assert_string_equal(session->auth.method, takes_key ? "publickey" : "password");
        assert_string_equal(session->trace, takes_key ? "VNHKITGLSXC" : "VNHKITTLSXC");
        session_free(session);
    }
}

static void test_both_fail(void **state)
{
    struct session_config config = agent_config(1, SX_AGENT_ALSO);
    struct session *session;

    (void)state;
    config.mode = SX_AUTH_PASSWORD;
    config.password = "wrong";
    config.peer.user_keys[0] = SX_SLICE_NONE;
    session = run(&config);
    check_ended(session, SX_ERR_AUTH_FAILED);
    assert_non_null(strstr(session_fault_text(session), "publickey, password"));
    assert_null(strstr(session_fault_text(session), "wrong"));
    session_free(session);
}

static void test_an_open_question_stops_everything(void **state)
{
    struct session_config config = agent_config(1, SX_AGENT_ONLY);
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
    assert_int_equal(sx_engine_answer_sign(session->engine, BYTES("x")), SX_ERR_STATE);
    session->config.leaves_questions = false;
    assert_int_equal(sx_engine_answer_identities(session->engine, session->auth_keys, 1, NULL),
                     SX_OK);
    assert_int_equal(sx_engine_answer_identities(session->engine, session->auth_keys, 1, NULL),
                     SX_ERR_STATE);
    session_run(session);
    check_finished(session);
    session_free(session);
}

/* Who signed is told with the success. */
static void test_who_signed_is_told(void **state)
{
    (void)state;
    for (int is_outside = 0; is_outside < 2; is_outside++) {
        struct session_config config = agent_config(1, SX_AGENT_ALSO);
        struct session *session = checked_session(&config);

        session->auth_keys[0].is_outside = is_outside == 1;
        session_run(session);
        check_finished(session);
        assert_int_equal(session->auth.is_outside, is_outside);
        session_free(session);
    }
}

/* --- Certificates and algorithms ---------------------------------------------------------------- */

struct seen {
    char algorithms[512];
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

static struct session *run_watched(struct session *session, struct seen *seen)
{
    session->peer->on_message = keep_algorithm;
    session->peer->ctx = seen;
    session_run(session);
    return session;
}

/* A server may list the certificates' algorithms, or the signatures alone, as OpenSSH does. */
static void test_certificates(void **state)
{
    static const struct {
        const struct sx_sig_alg *alg;
        const char *named; /* SignedSSHCert's algorithm; NULL for any */
        const char *list;
        const char *expected;
    } cases[] = {
        { &sx_sig_ed25519_cert, NULL, "ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com " },
        { &sx_sig_ed25519_cert, NULL, NULL, "ssh-ed25519-cert-v01@openssh.com " },
        { &sx_sig_ecdsa_nistp256_cert, NULL, "ecdsa-sha2-nistp256-cert-v01@openssh.com",
          "ecdsa-sha2-nistp256-cert-v01@openssh.com " },
        { &sx_sig_rsa_sha2_512_cert, NULL, "rsa-sha2-256,ssh-rsa",
          "rsa-sha2-256-cert-v01@openssh.com " },
        { &sx_sig_rsa_sha2_512_cert, NULL, "rsa-sha2-256,rsa-sha2-512",
          "rsa-sha2-512-cert-v01@openssh.com " },
        { &sx_sig_rsa_sha2_512_cert, "rsa-sha2-256-cert-v01@openssh.com",
          "rsa-sha2-256,rsa-sha2-512", "rsa-sha2-256-cert-v01@openssh.com " },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct session_config config = agent_config(0, SX_AGENT_OFF);
        uint8_t storage[USER_CERT_MAX];
        struct seen seen = { "" };
        struct session *session;

        config.keys[0] = fixture_key(config.provider, cases[i].alg->type, 1);
        config.peer.server_sig_algs = cases[i].list;
        config.peer.user_keys[0] = user_cert_make(config.keys[0], cases[i].alg, 1, storage);
        session = checked_session(&config);
        session->auth_keys[0].public_blob = config.peer.user_keys[0];
        session->auth_keys[0].form = SX_SIG_OPENSSH_CERT;
        session->auth_keys[0].algorithm = cases[i].named;
        (void)run_watched(session, &seen);
        check_finished(session);
        assert_string_equal(seen.algorithms, cases[i].expected);
        session_free(session);
    }
}

/* Without server-sig-algs the list's algorithms for the key are tried one after another. */
static void test_a_server_that_says_nothing_of_algorithms(void **state)
{
    struct session_config config = agent_config(0, SX_AGENT_OFF);
    struct seen seen = { "" };
    struct session *session;

    (void)state;
    config.wishes.lists[SX_ALG_USER_KEY] = "rsa-sha2-512,ssh-ed25519,rsa-sha2-256";
    config.keys[0] = fixture_key(config.provider, SX_KEY_RSA, 1);
    config.keys[1] = fixture_key(config.provider, SX_KEY_ED25519, 1);
    config.peer.server_sig_algs = NULL;
    session = run_watched(checked_session(&config), &seen);
    check_ended(session, SX_ERR_AUTH_FAILED);
    assert_string_equal(seen.algorithms, "rsa-sha2-512 rsa-sha2-256 ssh-ed25519 ");
    session_free(session);
}

#if SX_LEGACY
/* The reference's notes on rsa-sha2: SHA-1 stands first in its list, and is used where a server
 * lists nothing; one that lists SHA-2 gets that. */
static void test_sha1_comes_last_where_the_server_lists(void **state)
{
    static const struct {
        const char *list;
        const char *expected;
    } cases[] = {
        { NULL, "ssh-rsa " },
        { "ssh-rsa", "ssh-rsa " },
        { "ssh-rsa,rsa-sha2-256", "rsa-sha2-256 " },
        { "rsa-sha2-512,rsa-sha2-256,ssh-rsa", "rsa-sha2-256 " },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct session_config config = agent_config(0, SX_AGENT_OFF);
        struct seen seen = { "" };
        struct session *session;

        config.policy = &sx_policy_compat;
        config.keys[0] = fixture_key(config.provider, SX_KEY_RSA, 1);
        config.peer.user_keys[0] = sx_key_public_blob(config.keys[0]);
        config.peer.server_sig_algs = cases[i].list;
        session = run_watched(checked_session(&config), &seen);
        check_finished(session);
        assert_string_equal(seen.algorithms, cases[i].expected);
        session_free(session);
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_are_asked_for_when_the_method_begins),
        cmocka_unit_test(test_the_agent_alone),
        cmocka_unit_test(test_the_agent_alone_has_no_key),
        cmocka_unit_test(test_an_agent_that_can_not_be_had),
        cmocka_unit_test(test_the_agents_keys_come_before_the_password),
        cmocka_unit_test(test_both_fail),
        cmocka_unit_test(test_an_open_question_stops_everything),
        cmocka_unit_test(test_who_signed_is_told),
        cmocka_unit_test(test_certificates),
        cmocka_unit_test(test_a_server_that_says_nothing_of_algorithms),
#if SX_LEGACY
        cmocka_unit_test(test_sha1_comes_last_where_the_server_lists),
#endif
    };

    return RUN_GROUP(tests);
}
