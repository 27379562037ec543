/* Authentication by none and by password, what the server says meanwhile, and servers that grant
 * or refuse what was not asked. */
#include "memory/checks.h"

#define HOSTILE "\033]0;owned\007\r\nroot# \342\200\256\377"

static struct session_config password_config(void)
{
    struct session_config config = session_config_default();

    config.mode = SX_AUTH_PASSWORD;
    config.password = "correct horse";
    config.peer.password = "correct horse";
    config.peer.takes_none = false;
    return config;
}

static struct session *run(const struct session_config *config)
{
    struct session *session = checked_session(config);

    session_run(session);
    return session;
}

static void check_no_password_in(const struct session *session)
{
    assert_null(strstr(session_fault_text(session), "correct horse"));
}

static void test_a_right_password(void **state)
{
    struct session_config config = password_config();
    struct session *session = run(&config);

    (void)state;
    check_finished(session);
    assert_string_equal(session->trace, "VNHKLSXC");
    assert_string_equal(session->auth.method, "password");
    assert_true(session->auth.is_accepted);
    assert_false(session->auth.is_unproven);
    assert_int_equal(peer_count(session->peer, SX_MSG_USERAUTH_REQUEST), 1);
    session_free(session);
}

static void test_a_wrong_password(void **state)
{
    struct session_config config = password_config();
    struct session *session;

    (void)state;
    config.peer.password = "another";
    config.peer.methods = "publickey,password,keyboard-interactive";
    session = run(&config);
    check_ended(session, SX_ERR_AUTH_FAILED);
    assert_string_equal(session->trace, "VNHKT");
    assert_false(session->auth.is_accepted);
    assert_false(session->auth.is_partial);
    assert_string_equal(session->text, config.peer.methods);
    assert_non_null(strstr(session_fault_text(session), "keyboard-interactive"));
    check_no_password_in(session);
    assert_int_equal(session->peer->disconnect_reason, SX_DISCONNECT_NO_MORE_AUTH_METHODS);
    assert_int_equal(peer_count(session->peer, SX_MSG_USERAUTH_REQUEST), 1);
    session_free(session);
}

static void test_an_empty_password_is_one(void **state)
{
    struct session_config config = password_config();

    (void)state;
    config.password = "";
    config.peer.password = "";
    session_free(run(&config));
}

static void test_none_is_refused(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    config.peer.takes_none = false;
    session = run(&config);
    check_ended(session, SX_ERR_AUTH_FAILED);
    assert_string_equal(session->auth.method, "none");
    session_free(session);
}

/* For none there is no proof that could be missing. */
static void test_none_is_never_unproven(void **state)
{
    struct session_config config = session_config_default();
    struct session *session = run(&config);

    (void)state;
    check_finished(session);
    assert_false(session->auth.is_unproven);
    session_free(session);
}

static void replace(struct session *session, int number, struct sx_slice bytes)
{
    peer_tamper(session->peer, TAMPER_REPLACE, PEER_ANY, number)->bytes = bytes;
}

static void test_an_expired_password(void **state)
{
    struct session_config config = password_config();
    struct session *session = checked_session(&config);

    (void)state;
    replace(session, SX_MSG_USERAUTH_SUCCESS,
            BYTES("\74\0\0\0\32change it\033[31m \342\200\256\377 now, p\0\0\0\0"));
    session_run(session);
    check_ended(session, SX_ERR_AUTH_PASSWORD_CHANGE);
    assert_non_null(strstr(session_fault_text(session), "change it\\x1b[31m"));
    check_no_password_in(session);
    session_free(session);
}

static void test_a_partial_success(void **state)
{
    struct session_config config = password_config();
    struct session *session = checked_session(&config);

    (void)state;
    replace(session, SX_MSG_USERAUTH_SUCCESS, BYTES("\63\0\0\0\11publickey\1"));
    session_run(session);
    check_ended(session, SX_ERR_AUTH_FAILED);
    assert_string_equal(session->trace, "VNHKT");
    assert_true(session->auth.is_partial);
    assert_non_null(strstr(session_fault_text(session), "publickey"));
    session_free(session);
}

/* A method list is a name-list: what is no printable ASCII is a malformed message. */
static void test_a_hostile_method_list(void **state)
{
    struct session_config config = password_config();
    struct session *session = checked_session(&config);

    (void)state;
    replace(session, SX_MSG_USERAUTH_SUCCESS, BYTES("\63\0\0\0\4a\033[m\0"));
    session_run(session);
    check_ended(session, SX_ERR_PEER_DECODE);
    session_free(session);
}

static void test_banners_are_told_as_they_are(void **state)
{
    struct session_config config = password_config();
    struct session *session;

    (void)state;
    config.peer.banner = HOSTILE;
    session = checked_session(&config);
    peer_tamper(session->peer, TAMPER_REPEAT, PEER_ANY, SX_MSG_USERAUTH_BANNER);
    session_run(session);
    check_finished(session);
    assert_string_equal(session->trace, "VNHKBBLSXC");
    session_free(session);

    session = checked_session(&config);
    (void)session_run_until(session, 'B');
    assert_string_equal(session->text, HOSTILE);
    session_free(session);
}

/* --- Outcomes that nobody asked for ----------------------------------------------------------- */

static struct session *run_with_inserted(int before, struct sx_slice bytes)
{
    struct session_config config = password_config();
    struct session *session = checked_session(&config);

    peer_tamper(session->peer, TAMPER_INSERT, PEER_ANY, before)->bytes = bytes;
    session_run(session);
    return session;
}

static void test_outcomes_before_the_service(void **state)
{
    static const struct sx_slice messages[] = {
        { (const uint8_t *)"\64", 1 },
        { (const uint8_t *)"\63\0\0\0\1x\0", 7 },
        { (const uint8_t *)"\65\0\0\0\0\0\0\0\0", 9 },
        { (const uint8_t *)"\74\0\0\0\0\0\0\0\0", 9 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        struct session *session = run_with_inserted(SX_MSG_SERVICE_ACCEPT, messages[i]);

        check_ended(session, SX_ERR_PEER_UNEXPECTED);
        assert_int_equal(session->counts[SX_EVENT_LOGGED_ON], 0);
        session_free(session);
    }
}

static void test_a_second_outcome(void **state)
{
    struct session *session = run_with_inserted(SX_MSG_CHANNEL_OPEN_CONFIRMATION, BYTES("\64"));

    (void)state;
    check_ended(session, SX_ERR_PEER_UNEXPECTED);
    assert_int_equal(session->counts[SX_EVENT_LOGGED_ON], 1);
    session_free(session);
    session = run_with_inserted(SX_MSG_CHANNEL_OPEN_CONFIRMATION, BYTES("\63\0\0\0\1x\0"));
    check_ended(session, SX_ERR_PEER_UNEXPECTED);
    session_free(session);
}

static void test_another_service_than_asked_for(void **state)
{
    struct session_config config = password_config();
    struct session *session = checked_session(&config);

    (void)state;
    replace(session, SX_MSG_SERVICE_ACCEPT, BYTES("\6\0\0\0\16ssh-connection"));
    session_run(session);
    check_ended(session, SX_ERR_PEER_UNEXPECTED);
    assert_int_equal(peer_count(session->peer, SX_MSG_USERAUTH_REQUEST), 0);
    session_free(session);
}

/* The password leaves only under the keys of a server whose host key was accepted. */
static void test_no_password_before_the_host_key(void **state)
{
    struct session_config config = password_config();
    struct session *session;

    (void)state;
    config.rejects_host_key = true;
    session = run(&config);
    check_ended(session, SX_ERR_HOST_KEY_REJECTED);
    assert_int_equal(peer_count(session->peer, SX_MSG_SERVICE_REQUEST), 0);
    assert_int_equal(peer_count(session->peer, SX_MSG_USERAUTH_REQUEST), 0);
    session_free(session);
}

static void test_the_server_disconnects(void **state)
{
    struct session_config config = password_config();
    struct session *session = checked_session(&config);

    (void)state;
    replace(session, SX_MSG_USERAUTH_SUCCESS,
            BYTES("\1\0\0\0\2\0\0\0\23Too many\r\n\033[31m \377ab\0\0\0\0"));
    session_run(session);
    check_ended(session, SX_ERR_PEER_DISCONNECT);
    assert_string_equal(session->trace, "VNHKD");
    assert_int_equal(sx_engine_fault(session->engine)->peer_reason, 2);
    assert_non_null(strstr(session_fault_text(session), "Too many\\x0d\\x0a\\x1b[31m \\xffab"));
    /* Who hangs up hears no more from us. */
    assert_int_equal(peer_count(session->peer, SX_MSG_DISCONNECT), 0);
    session_free(session);
}

static void test_calls_before_the_sign_on(void **state)
{
    struct session_config config = password_config();
    struct session *session = checked_session(&config);
    size_t taken = 1;

    (void)state;
    assert_int_equal(sx_engine_execute(session->engine, BYTES("x")), SX_ERR_NOT_CONNECTED);
    assert_int_equal(sx_engine_write(session->engine, BYTES("x"), &taken), SX_ERR_NOT_CONNECTED);
    assert_int_equal(taken, 0);
    assert_int_equal(sx_engine_send_eof(session->engine), SX_ERR_NOT_CONNECTED);
    assert_int_equal(sx_engine_signal(session->engine, BYTES("HUP")), SX_ERR_NOT_CONNECTED);
    assert_int_equal(sx_engine_consumed(session->engine, 1), SX_ERR_NOT_CONNECTED);
    assert_int_equal(sx_engine_close_channel(session->engine), SX_ERR_NOT_CONNECTED);
    assert_int_equal(sx_engine_rekey(session->engine), SX_ERR_NOT_CONNECTED);
    assert_int_equal(sx_engine_answer_host_key(session->engine, true), SX_ERR_STATE);
    assert_int_equal(sx_engine_answer_sign(session->engine, BYTES("x")), SX_ERR_STATE);
    session_run(session);
    check_finished(session);
    session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_right_password),
        cmocka_unit_test(test_a_wrong_password),
        cmocka_unit_test(test_an_empty_password_is_one),
        cmocka_unit_test(test_none_is_refused),
        cmocka_unit_test(test_none_is_never_unproven),
        cmocka_unit_test(test_an_expired_password),
        cmocka_unit_test(test_a_partial_success),
        cmocka_unit_test(test_a_hostile_method_list),
        cmocka_unit_test(test_banners_are_told_as_they_are),
        cmocka_unit_test(test_outcomes_before_the_service),
        cmocka_unit_test(test_a_second_outcome),
        cmocka_unit_test(test_another_service_than_asked_for),
        cmocka_unit_test(test_no_password_before_the_host_key),
        cmocka_unit_test(test_the_server_disconnects),
        cmocka_unit_test(test_calls_before_the_sign_on),
    };

    return RUN_GROUP(tests);
}
