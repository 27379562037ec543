/* Several methods for one sign-on: partial successes in any order, all available methods, servers
 * that ask for more than there is or without end, and the texts of what failed. */
#include "memory/checks.h"

static const struct peer_round code_round[] = {
    { "", "", 1, { "Code: " }, { "123456" } },
};
static const char *const code_answers[] = { "123456", "123456", "123456", NULL };

/* Credentials for all three methods. */
static struct session_config rich_config(enum sx_auth_mode mode)
{
    struct session_config config = session_config_default();

    config.mode = mode;
    config.password = config.peer.password = "correct horse";
    config.keys[0] = fixture_key(config.provider, SX_KEY_ED25519, 1);
    config.peer.user_keys[0] = sx_key_public_blob(config.keys[0]);
    config.can_answer = true;
    config.answers = code_answers;
    config.peer.rounds = code_round;
    config.peer.round_count = 1;
    config.peer.takes_none = false;
    return config;
}

static struct session *run(const struct session_config *config)
{
    struct session *session = checked_session(config);

    session_run(session);
    return session;
}

static void check_no_secret_in(const struct session *session)
{
    assert_null(strstr(session_fault_text(session), "horse"));
    assert_null(strstr(session_fault_text(session), "123456"));
}

static void check_text_has(const struct session *session, const char *words)
{
    if (strstr(session_fault_text(session), words) == NULL)
        print_error("\"%s\" is not in: %s\n", words, session_fault_text(session));
    assert_non_null(strstr(session_fault_text(session), words));
}

static void test_any_order_that_the_server_asks_for(void **state)
{
    static const struct {
        const char *factors;
        const char *trace;
    } rows[] = {
        { "password", "VNHKTLSXC" },
        { "publickey,password", "VNHKTGTLSXC" },
        { "password,publickey", "VNHKTTGLSXC" },
        { "publickey,keyboard-interactive", "VNHKTGTALSXC" },
        { "keyboard-interactive,publickey,password", "VNHKTATGTLSXC" },
        { "keyboard-interactive,keyboard-interactive", "VNHKTATALSXC" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct session_config config = rich_config(SX_AUTH_MULTI_FACTOR);
        struct session *session;

        config.peer.factors = rows[i].factors;
        session = run(&config);
        check_finished(session);
        assert_string_equal(session->trace, rows[i].trace);
        assert_false(session->auth.is_unproven);
        session_free(session);
    }
}

/* Each of two keys is a factor of its own. */
static void test_two_keys_are_two_factors(void **state)
{
    struct session_config config = rich_config(SX_AUTH_MULTI_FACTOR);
    struct session *session;

    (void)state;
    config.keys[1] = fixture_key(config.provider, SX_KEY_ED25519, 2);
    config.peer.user_keys[1] = sx_key_public_blob(config.keys[1]);
    config.peer.factors = "publickey,publickey";
    session = run(&config);
    check_finished(session);
    assert_int_equal(session->counts[SX_EVENT_SIGN], 2);
    session_free(session);

    config.peer.factors = "publickey,publickey,publickey";
    session = run(&config);
    check_ended(session, SX_ERR_AUTH_FAILED);
    check_text_has(session, "publickey (accepted), publickey (accepted)");
    session_free(session);
}

/* Reference, amMultiFactor: "If the server rejects an authentication step, the class fails". */
static void test_a_refused_factor_ends_it(void **state)
{
    struct session_config config = rich_config(SX_AUTH_MULTI_FACTOR);
    struct session *session;

    (void)state;
    config.peer.password = "another";
    config.peer.methods = "password,keyboard-interactive";
    session = run(&config);
    check_ended(session, SX_ERR_AUTH_FAILED);
    assert_string_equal(session->trace, "VNHKTT");
    check_text_has(session, "tried: none, password (requests refused: 2)");
    check_text_has(session, "left: password,keyboard-interactive");
    check_no_secret_in(session);
    session_free(session);

    config.is_trying_all = true;
    session = run(&config);
    check_finished(session);
    assert_string_equal(session->auth.method, "keyboard-interactive");
    session_free(session);
}

/* What fails on our side is no refusal: the next method comes. */
static void test_a_key_that_cannot_sign_is_no_refusal(void **state)
{
    struct session_config config = rich_config(SX_AUTH_MULTI_FACTOR);
    struct session *session;

    (void)state;
    config.cannot_sign = true;
    config.peer.methods = "publickey,password";
    session = run(&config);
    check_finished(session);
    assert_string_equal(session->auth.method, "password");
    session_free(session);
}

static void test_no_credentials_for_what_is_asked(void **state)
{
    struct session_config config = rich_config(SX_AUTH_MULTI_FACTOR);
    struct session *session;

    (void)state;
    config.keys[0] = NULL;
    config.can_answer = false;
    config.peer.factors = "password,keyboard-interactive";
    session = run(&config);
    check_ended(session, SX_ERR_AUTH_FAILED);
    check_text_has(session, "tried: none, password (accepted)");
    check_text_has(session, "left: keyboard-interactive");
    check_text_has(session, "on_ssh_keyboard_interactive");
    session_free(session);

    config.peer.factors = "publickey";
    session = run(&config);
    check_ended(session, SX_ERR_AUTH_FAILED);
    assert_int_equal(peer_count(session->peer, SX_MSG_USERAUTH_REQUEST), 1);
    check_text_has(session, "left: publickey");
    session_free(session);
}

/* A single mode does its one method. */
static void test_a_single_mode_says_which_would_do(void **state)
{
    struct session_config config = rich_config(SX_AUTH_PASSWORD);
    struct session *session;

    (void)state;
    config.peer.factors = "password,publickey";
    session = run(&config);
    check_ended(session, SX_ERR_AUTH_FAILED);
    assert_true(session->auth.is_partial);
    check_text_has(session, "ssh_auth_mode 1");
    session_free(session);

    config.is_trying_all = true;
    session = run(&config);
    check_finished(session);
    assert_string_equal(session->auth.method, "publickey");
    session_free(session);
}

static void test_all_methods_after_the_modes_own(void **state)
{
    static const struct {
        enum sx_auth_mode mode;
        const char *trace; /* until all is refused */
        const char *tried;
    } rows[] = {
        { SX_AUTH_PASSWORD, "VNHKTGTAT", "tried: password, publickey, keyboard-interactive (" },
        { SX_AUTH_PUBLICKEY, "VNHKGTTAT", "tried: publickey, password, keyboard-interactive (" },
        { SX_AUTH_INTERACTIVE, "VNHKATGTT", "tried: keyboard-interactive, publickey, password (" },
        { SX_AUTH_MULTI_FACTOR, "VNHKTGTTAT",
          "tried: none, publickey, password, keyboard-interactive (" },
        { SX_AUTH_NONE, "VNHKT", "tried: none (" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct session_config config = rich_config(rows[i].mode);
        struct session *session;

        config.is_trying_all = true;
        config.peer.password = "another";
        config.peer.user_keys[0] = sx_slice_text("another");
        config.answers = (const char *const[]){ "wrong", NULL };
        config.peer.methods = "hostbased,keyboard-interactive,password,publickey";
        session = run(&config);
        check_ended(session, SX_ERR_AUTH_FAILED);
        assert_string_equal(session->trace, rows[i].trace);
        check_text_has(session, rows[i].tried);
        check_text_has(session, "left: hostbased,keyboard-interactive,password,publickey");
        check_no_secret_in(session);
        session_free(session);
    }
}

/* Without a password, the mode's own method is left out, and "none" brings the list. */
static void test_all_methods_without_the_modes_own(void **state)
{
    struct session_config config = rich_config(SX_AUTH_PASSWORD);
    struct session *session;

    (void)state;
    config.is_trying_all = true;
    config.password = "";
    config.peer.methods = "password,keyboard-interactive";
    session = run(&config);
    check_finished(session);
    assert_string_equal(session->trace, "VNHKTALSXC");
    session_free(session);
}

static void test_only_listed_methods_are_tried(void **state)
{
    struct session_config config = rich_config(SX_AUTH_PASSWORD);
    struct session *session;

    (void)state;
    config.is_trying_all = true;
    config.peer.password = "another";
    config.peer.methods = "keyboard-interactive";
    session = run(&config);
    check_finished(session);
    assert_string_equal(session->trace, "VNHKTALSXC");
    assert_int_equal(session->counts[SX_EVENT_SIGN], 0);
    session_free(session);
}

static void test_passwords_by_keyboard_interactive_are_advised(void **state)
{
    struct session_config config = rich_config(SX_AUTH_PASSWORD);
    struct session *session;

    (void)state;
    config.peer.password = NULL;
    config.peer.methods = "publickey,keyboard-interactive";
    session = run(&config);
    check_ended(session, SX_ERR_AUTH_FAILED);
    check_text_has(session, "ssh_auth_mode 4");
    session_free(session);
}

/* A server that lets in at "none" asked for nothing of what the mode demands. */
static void test_access_at_the_first_question(void **state)
{
    struct session_config config = rich_config(SX_AUTH_MULTI_FACTOR);
    struct session *session;
    struct sx_policy strict = sx_policy_default;

    (void)state;
    config.peer.takes_none = true;
    session = run(&config);
    check_finished(session);
    assert_true(session->auth.is_unproven);
    session_free(session);

    strict.may_accept_without_proof = false;
    config.policy = &strict;
    session = run(&config);
    check_ended(session, SX_ERR_AUTH_UNPROVEN);
    session_free(session);
}

/* After a factor that was proven, a round without prompts may be the second one. */
static void test_a_silent_second_factor(void **state)
{
    static const struct peer_round silent[] = { { "", "Look at your phone", 0, { 0 }, { 0 } } };
    struct session_config config = rich_config(SX_AUTH_MULTI_FACTOR);
    struct sx_policy strict = sx_policy_default;
    struct session *session;

    (void)state;
    strict.may_accept_without_proof = false;
    config.policy = &strict;
    config.peer.rounds = silent;
    config.peer.factors = "publickey,keyboard-interactive";
    session = run(&config);
    check_finished(session);
    assert_false(session->auth.is_unproven);
    session_free(session);
}

static void test_factors_without_end(void **state)
{
    struct session_config config = rich_config(SX_AUTH_MULTI_FACTOR);
    const char *answers[64] = { NULL };
    char factors[512] = "keyboard-interactive";
    struct session *session;

    (void)state;
    for (unsigned i = 0; i < 40; i++)
        answers[i] = "123456";
    for (unsigned i = 0; i < SX_AUTH_FACTORS_MAX + 1; i++)
        strcat(factors, ",keyboard-interactive");
    config.answers = answers;
    config.peer.factors = factors;
    session = run(&config);
    check_ended(session, SX_ERR_PEER_UNEXPECTED);
    assert_int_equal(session->counts[SX_EVENT_ASK], SX_AUTH_FACTORS_MAX + 1);
    session_free(session);
}

/* A server that says "partial success" and lists nothing that is left. */
static void test_a_partial_success_with_nothing_left(void **state)
{
    struct session_config config = rich_config(SX_AUTH_MULTI_FACTOR);
    struct session *session = checked_session(&config);

    (void)state;
    config.peer.factors = "password";
    session_free(session);
    session = checked_session(&config);
    peer_tamper(session->peer, TAMPER_REPLACE, PEER_ANY, SX_MSG_USERAUTH_SUCCESS)->bytes =
        BYTES("\63\0\0\0\0\1");
    session_run(session);
    check_ended(session, SX_ERR_AUTH_FAILED);
    check_text_has(session, "password (accepted)");
    check_text_has(session, "(none told)");
    session_free(session);
}

/* OpenSSH does so after MaxAuthTries. */
static void test_a_server_that_hangs_up_after_refusals(void **state)
{
    struct session_config config = rich_config(SX_AUTH_MULTI_FACTOR);
    struct session *session;

    (void)state;
    config.is_trying_all = true;
    config.peer.password = "another";
    config.peer.methods = "password,keyboard-interactive";
    session = checked_session(&config);
    peer_tamper(session->peer, TAMPER_REPLACE, PEER_ANY, SX_MSG_USERAUTH_INFO_REQUEST)->bytes =
        BYTES("\1\0\0\0\2\0\0\0\10Too many\0\0\0\0");
    session_run(session);
    check_ended(session, SX_ERR_AUTH_FAILED);
    check_text_has(session, "tried: none, password, keyboard-interactive");
    check_text_has(session, "Too many");
    assert_int_equal(peer_count(session->peer, SX_MSG_DISCONNECT), 0);
    session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_order_that_the_server_asks_for),
        cmocka_unit_test(test_two_keys_are_two_factors),
        cmocka_unit_test(test_a_refused_factor_ends_it),
        cmocka_unit_test(test_a_key_that_cannot_sign_is_no_refusal),
        cmocka_unit_test(test_no_credentials_for_what_is_asked),
        cmocka_unit_test(test_a_single_mode_says_which_would_do),
        cmocka_unit_test(test_all_methods_after_the_modes_own),
        cmocka_unit_test(test_all_methods_without_the_modes_own),
        cmocka_unit_test(test_only_listed_methods_are_tried),
        cmocka_unit_test(test_passwords_by_keyboard_interactive_are_advised),
        cmocka_unit_test(test_access_at_the_first_question),
        cmocka_unit_test(test_a_silent_second_factor),
        cmocka_unit_test(test_factors_without_end),
        cmocka_unit_test(test_a_partial_success_with_nothing_left),
        cmocka_unit_test(test_a_server_that_hangs_up_after_refusals),
    };

    return RUN_GROUP(tests);
}
