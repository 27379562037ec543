/* Keyboard-interactive authentication (RFC 4256) and the change of an expired password: rounds and
 * prompts of all counts, answers, and servers that ask too much. */
#include "memory/checks.h"

static const struct peer_round one_prompt[] = {
    { "", "", 1, { "Password: " }, { "correct horse" } },
};

static const struct peer_round many_rounds[] = {
    { "Sign on", "Say who you are", 2, { "Password: ", "Pet: " }, { "correct horse", "Rex" } },
    { "", "Look at your phone", 0, { NULL }, { NULL } },
    { "Second", "", 1, { "Code: " }, { "123456" } },
};

static struct session_config interactive_config(const struct peer_round *rounds, unsigned count,
                                                const char *const *answers)
{
    struct session_config config = session_config_default();

    config.mode = SX_AUTH_INTERACTIVE;
    config.answers = answers;
    config.peer.rounds = rounds;
    config.peer.round_count = count;
    config.peer.takes_none = false;
    config.peer.methods = "keyboard-interactive";
    return config;
}

static struct session *run(const struct session_config *config)
{
    struct session *session = checked_session(config);

    session_run(session);
    return session;
}

static void check_no_answer_in(const struct session *session)
{
    assert_null(strstr(session_fault_text(session), "correct horse"));
    assert_null(strstr(session_fault_text(session), "123456"));
}

static void test_one_prompt(void **state)
{
    static const char *const answers[] = { "correct horse", NULL };
    struct session_config config = interactive_config(one_prompt, 1, answers);
    struct session *session = run(&config);

    (void)state;
    check_finished(session);
    assert_string_equal(session->trace, "VNHKALSXC");
    assert_string_equal(session->asked, "//Password: /");
    assert_string_equal(session->auth.method, "keyboard-interactive");
    assert_false(session->auth.is_unproven);
    session_free(session);
}

static void test_several_rounds_and_prompts(void **state)
{
    static const char *const answers[] = { "correct horse", "Rex", "123456", NULL };
    struct session_config config = interactive_config(many_rounds, 3, answers);
    struct session *session = run(&config);

    (void)state;
    check_finished(session);
    assert_string_equal(session->trace, "VNHKAAALSXC");
    assert_string_equal(session->asked, "Sign on/Say who you are/Password: /Pet: */"
                                        "/Look at your phone/Second//Code: /");
    assert_string_equal(session->peer->answers, "correct horse|Rex|123456|");
    session_free(session);
}

static void test_a_wrong_answer(void **state)
{
    static const char *const answers[] = { "correct horse", "Tom", "123456", NULL };
    struct session_config config = interactive_config(many_rounds, 3, answers);
    struct session *session = run(&config);

    (void)state;
    check_ended(session, SX_ERR_AUTH_FAILED);
    assert_string_equal(session->trace, "VNHKAAAT");
    assert_non_null(strstr(session_fault_text(session), "tried: keyboard-interactive"));
    assert_non_null(strstr(session_fault_text(session), "left: keyboard-interactive"));
    check_no_answer_in(session);
    session_free(session);
}

static void test_nobody_answers(void **state)
{
    static const char *const answers[] = { "correct horse", NULL };
    struct session_config config = interactive_config(many_rounds, 3, answers);
    struct session *session = run(&config);

    (void)state;
    check_ended(session, SX_ERR_AUTH_FAILED);
    assert_string_equal(session->trace, "VNHKA");
    assert_non_null(strstr(session_fault_text(session), "nobody answered the prompt \"Password: "));
    check_no_answer_in(session);
    assert_string_equal(session->peer->answers, "");
    session_free(session);
}

/* RFC 4256 section 3.1 lets a server that has nothing to ask answer at once. */
static void test_a_server_without_the_method(void **state)
{
    struct session_config config = interactive_config(NULL, 0, NULL);
    struct session *session;

    (void)state;
    config.peer.methods = "publickey";
    session = run(&config);
    check_ended(session, SX_ERR_AUTH_FAILED);
    assert_non_null(strstr(session_fault_text(session), "left: publickey"));
    session_free(session);
}

/* Access after rounds that asked for nothing proves nothing: the policy decides. */
static void test_only_rounds_without_prompts(void **state)
{
    struct session_config config = interactive_config(&many_rounds[1], 1, NULL);
    struct session *session = run(&config);
    struct sx_policy strict = sx_policy_default;

    (void)state;
    check_finished(session);
    assert_true(session->auth.is_unproven);
    session_free(session);

    strict.may_accept_without_proof = false;
    config.policy = &strict;
    session = run(&config);
    check_ended(session, SX_ERR_AUTH_UNPROVEN);
    assert_int_equal(session->counts[SX_EVENT_LOGGED_ON], 0);
    session_free(session);
}

static void test_prompts_come_as_they_are(void **state)
{
    static const struct peer_round hostile[] = {
        { "\033]0;x\007", "\r\n\xff", 1, { "\xe2\x80\xae\033[2J" }, { "" } },
    };
    static const char *const answers[] = { "", NULL };
    struct session_config config = interactive_config(hostile, 1, answers);
    struct session *session = run(&config);

    (void)state;
    check_finished(session);
    assert_string_equal(session->asked, "\033]0;x\007/\r\n\xff/\xe2\x80\xae\033[2J/");
    session_free(session);

    config.answers = NULL; /* and in a text for people they are escaped */
    session = run(&config);
    check_ended(session, SX_ERR_AUTH_FAILED);
    assert_non_null(strstr(session_fault_text(session), "\\x1b[2J"));
    session_free(session);
}

static void test_questions_without_end(void **state)
{
    struct peer_round rounds[SX_AUTH_ROUNDS_MAX + 1] = { 0 };
    const char *answers[SX_AUTH_ROUNDS_MAX + 2] = { NULL };
    struct session_config config = interactive_config(rounds, SX_AUTH_ROUNDS_MAX, answers);
    struct session *session;

    (void)state;
    for (unsigned i = 0; i <= SX_AUTH_ROUNDS_MAX; i++) {
        rounds[i] = one_prompt[0];
        answers[i] = "correct horse";
    }
    session = run(&config);
    check_finished(session);
    session_free(session);
    config.peer.round_count++;
    session = run(&config);
    check_ended(session, SX_ERR_PEER_UNEXPECTED);
    check_no_answer_in(session);
    session_free(session);
}

/* The question that test_one_prompt's server asks, replaced by another. */
static void check_bad_request(struct sx_slice bytes, enum sx_err err)
{
    static const char *const answers[] = { "correct horse", NULL };
    struct session_config config = interactive_config(one_prompt, 1, answers);
    struct session *session = checked_session(&config);

    peer_tamper(session->peer, TAMPER_REPLACE, PEER_ANY, SX_MSG_USERAUTH_INFO_REQUEST)->bytes =
        bytes;
    session_run(session);
    check_ended(session, err);
    assert_int_equal(session->counts[SX_EVENT_ASK], 0);
    session_free(session);
}

static void test_requests_that_are_malformed(void **state)
{
    static uint8_t long_prompt[5000] = "\74\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\23\164";

    (void)state;
    check_bad_request(BYTES("\74"), SX_ERR_PEER_DECODE);
    check_bad_request(BYTES("\74\0\0\0\0\0\0\0\0\0\0\0\0\377\377\377\377"), SX_ERR_PEER_DECODE);
    check_bad_request(BYTES("\74\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\41"), SX_ERR_PEER_DECODE);
    check_bad_request(BYTES("\74\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\1"), SX_ERR_PEER_DECODE);
    check_bad_request(BYTES("\74\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1x"), SX_ERR_PEER_DECODE);
    check_bad_request(BYTES("\74\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), SX_ERR_PEER_DECODE);
    memset(long_prompt + 21, 'x', 4980 - 1);
    long_prompt[17] = 0;
    long_prompt[18] = 0;
    long_prompt[19] = 4978 >> 8;
    long_prompt[20] = (uint8_t)4978;
    check_bad_request(sx_slice_of(long_prompt, 21 + 4978 + 1), SX_ERR_PEER_DECODE);
    check_bad_request(BYTES("\75\0\0\0\0"), SX_ERR_PEER_UNEXPECTED);
}

static void test_an_answer_that_is_too_long(void **state)
{
    static char answer[10000];
    const char *const answers[] = { answer, NULL };
    struct session_config config = interactive_config(one_prompt, 1, answers);
    struct session *session;

    (void)state;
    memset(answer, 'a', sizeof answer - 1);
    session = run(&config);
    check_ended(session, SX_ERR_ARGUMENT);
    assert_string_equal(session->peer->answers, "");
    session_free(session);
}

static void test_answers_that_nobody_asked_for(void **state)
{
    const struct sx_slice answer = BYTES("x");
    struct session_config config = interactive_config(one_prompt, 1, NULL);
    struct session *session = checked_session(&config);

    (void)state;
    config.leaves_questions = true;
    assert_int_equal(sx_engine_answer_ask(session->engine, &answer, 1), SX_ERR_STATE);
    session_free(session);

    session = checked_session(&config);
    assert_true(session_run_until(session, 'H'));
    assert_int_equal(sx_engine_answer_host_key(session->engine, true), SX_OK);
    assert_true(session_run_until(session, 'A'));
    assert_true(sx_engine_is_waiting(session->engine));
    assert_int_equal(sx_engine_answer_sign(session->engine, answer), SX_ERR_STATE);
    assert_int_equal(sx_engine_answer_ask(session->engine, &answer, 1), SX_OK);
    assert_int_equal(sx_engine_answer_ask(session->engine, &answer, 1), SX_ERR_STATE);
    session_free(session);
}

/* ---- an expired password ------------------------------------------------------------------- */

static struct session_config change_config(void)
{
    struct session_config config = session_config_default();

    config.mode = SX_AUTH_PASSWORD;
    config.password = "correct horse";
    config.new_password = "better horse";
    config.peer.password = "correct horse";
    config.peer.new_password = "better horse";
    config.peer.takes_none = false;
    return config;
}

static void test_a_password_is_changed(void **state)
{
    struct session_config config = change_config();
    struct session *session = run(&config);

    (void)state;
    check_finished(session);
    assert_string_equal(session->trace, "VNHKALSXC");
    assert_string_equal(session->asked, "//It has expired/");
    session_free(session);
}

static void test_a_new_password_is_not_good_enough(void **state)
{
    struct session_config config = change_config();
    struct session *session;

    (void)state;
    config.new_password = "worse horse";
    session = run(&config);
    check_ended(session, SX_ERR_PEER_UNEXPECTED); /* the test never thinks of another one */
    assert_int_equal(session->counts[SX_EVENT_ASK], SX_AUTH_ROUNDS_MAX);
    assert_null(strstr(session_fault_text(session), "horse"));
    session_free(session);
}

static void test_nobody_has_a_new_password(void **state)
{
    struct session_config config = change_config();
    struct session *session;

    (void)state;
    config.new_password = NULL;
    session = run(&config);
    check_ended(session, SX_ERR_AUTH_PASSWORD_CHANGE);
    assert_non_null(strstr(session_fault_text(session), "It has expired"));
    assert_null(strstr(session_fault_text(session), "horse"));
    session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_prompt),
        cmocka_unit_test(test_several_rounds_and_prompts),
        cmocka_unit_test(test_a_wrong_answer),
        cmocka_unit_test(test_nobody_answers),
        cmocka_unit_test(test_a_server_without_the_method),
        cmocka_unit_test(test_only_rounds_without_prompts),
        cmocka_unit_test(test_prompts_come_as_they_are),
        cmocka_unit_test(test_questions_without_end),
        cmocka_unit_test(test_requests_that_are_malformed),
        cmocka_unit_test(test_an_answer_that_is_too_long),
        cmocka_unit_test(test_answers_that_nobody_asked_for),
        cmocka_unit_test(test_a_password_is_changed),
        cmocka_unit_test(test_a_new_password_is_not_good_enough),
        cmocka_unit_test(test_nobody_has_a_new_password),
    };

    return RUN_GROUP(tests);
}
