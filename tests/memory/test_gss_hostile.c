/* GSSAPI with a server that lies: each lie is a named error before any key is in use. */
#include "memory/gss_checks.h"

/* --- A server that lies ------------------------------------------------------------------------- */

static void test_wrong_mic_ends_the_exchange(void **state)
{
    struct session_config config = gss_config(GSS_NISTP256);
    struct session *session;

    (void)state;
    config.has_foreign_key = true;
    session = checked_session(&config);
    session_run(session);
    check_ended(session, SX_ERR_PEER_SIGNATURE);
    assert_int_equal(session->counts[SX_EVENT_KEYS_IN_USE], 0);
    assert_int_equal(peer_count(session->peer, SX_MSG_NEWKEYS), 0);
    session_free(session);
}

static void test_error_of_the_server_is_told(void **state)
{
    struct session_config config = gss_config(GSS_NISTP256);
    struct session *session;

    (void)state;
    config.peer.gss.is_failing = true;
    session = checked_session(&config);
    session_run(session);
    check_ended(session, SX_ERR_AUTH_SERVICE);
    assert_non_null(strstr(session_fault_text(session), "No key table entry"));
    assert_non_null(strstr(session_fault_text(session), "851968"));
    session_free(session);
}

static void test_context_that_never_ends_is_no_context(void **state)
{
    struct session_config config = gss_config(GSS_NISTP256);
    struct session *session;

    (void)state;
    config.is_never_complete = true;
    session = checked_session(&config);
    session_run(session);
    check_ended(session, SX_ERR_PEER_UNEXPECTED);
    assert_int_equal(session->counts[SX_EVENT_KEYS_IN_USE], 0);
    session_free(session);
}

/* What the server sends in place of COMPLETE. */
typedef void forge_fn(struct sx_writer *out);

static void forge_none(struct sx_writer *out)
{
    const struct sx_msg_kexgss_complete msg = { .share = BYTES("\4"), .mic = BYTES("mic") };

    sx_msg_kexgss_complete_encode(out, &msg); /* no token, and the context isn't complete */
}

static void forge_foreign_token(struct sx_writer *out)
{
    sx_msg_kexgss_continue_encode(out, BYTES("what is this"));
}

static void forge_host_key(struct sx_writer *out)
{
    sx_msg_kexgss_hostkey_encode(out, BYTES("no key"));
}

static void forge_long_token(struct sx_writer *out)
{
    static const uint8_t zeros[SX_GSS_TOKEN_MAX + 1];

    sx_msg_kexgss_continue_encode(out, sx_slice_of(zeros, sizeof zeros));
}

static void forge_group(struct sx_writer *out)
{
    sx_writer_u8(out, SX_MSG_KEXGSS_GROUP);
    sx_writer_mpint(out, BYTES("\7"));
    sx_writer_mpint(out, BYTES("\2"));
}

static void forge_other(struct sx_writer *out)
{
    sx_writer_u8(out, 49);
}

static void edit(void *ctx, struct sx_slice payload, struct sx_writer *out)
{
    forge_fn *const *forge = ctx;

    (void)payload;
    (*forge)(out);
}

static void test_forged_messages_end_the_exchange(void **state)
{
    static const struct {
        forge_fn *forge;
        enum sx_err err;
    } rows[] = {
        { forge_none, SX_ERR_PEER_UNEXPECTED },   { forge_foreign_token, SX_ERR_AUTH_SERVICE },
        { forge_host_key, SX_ERR_PEER_HOST_KEY }, { forge_long_token, SX_ERR_PEER_DECODE },
        { forge_group, SX_ERR_PEER_UNEXPECTED },  { forge_other, SX_ERR_PEER_UNEXPECTED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct session_config config = gss_config(GSS_NISTP256);
        struct session *session = checked_session(&config);
        struct peer_tamper *tamper =
            peer_tamper(session->peer, TAMPER_EDIT, PEER_ANY, SX_MSG_KEXGSS_COMPLETE);
        forge_fn *forge = rows[i].forge;

        tamper->edit = edit;
        tamper->ctx = &forge;
        session_run(session);
        check_ended(session, rows[i].err);
        assert_int_equal(session->counts[SX_EVENT_KEYS_IN_USE], 0);
        assert_int_equal(peer_count(session->peer, SX_MSG_NEWKEYS), 0);
        session_free(session);
    }
}

/* --- gssapi-with-mic with a server that lies ---------------------------------------------------- */

static bool send_forged(void *ctx, struct peer *peer, struct sx_slice payload)
{
    const uint8_t *number = ctx; /* answer a request with this; 0: as usual */

    if (payload.ptr[0] != SX_MSG_USERAUTH_REQUEST)
        return false;
    switch (*number) {
    case SX_MSG_USERAUTH_GSSAPI_RESPONSE:
        sx_msg_gssapi_response_encode(peer_begin(peer), BYTES("\6\3\1\2\3"));
        break;
    case SX_MSG_USERAUTH_GSSAPI_ERROR: {
        const struct sx_msg_gss_error error = { 1, 2, BYTES("no such \x1b[31mluck") };

        sx_msg_gss_error_encode(peer_begin(peer), SX_MSG_USERAUTH_GSSAPI_ERROR, &error);
        peer_end(peer);
        sx_msg_userauth_failure_encode(
            peer_begin(peer), &(struct sx_msg_userauth_failure){ BYTES("publickey"), false });
        break;
    }
    default: sx_msg_gssapi_token_encode(peer_begin(peer), *number, BYTES("token")); break;
    }
    peer_end(peer);
    return true;
}

static void check_forged_auth(uint8_t number, enum sx_err err, const char *word)
{
    struct session_config config = session_config_default();
    struct session *session;

    config.mode = SX_AUTH_GSSAPI_WITH_MIC;
    config.peer.takes_none = false;
    session = checked_session(&config);
    session->peer->on_message = send_forged;
    session->peer->ctx = &number;
    session_run(session);
    check_ended(session, err);
    assert_non_null(strstr(session_fault_text(session), word));
    session_free(session);
}

static void test_with_mic_keeps_its_order(void **state)
{
    (void)state;
    check_forged_auth(SX_MSG_USERAUTH_GSSAPI_RESPONSE, SX_ERR_PEER_UNEXPECTED, "not offered");
    check_forged_auth(SX_MSG_USERAUTH_GSSAPI_TOKEN, SX_ERR_PEER_UNEXPECTED, "no place");
    check_forged_auth(SX_MSG_USERAUTH_GSSAPI_ERRTOK, SX_ERR_PEER_UNEXPECTED, "no place");
    check_forged_auth(SX_MSG_USERAUTH_GSSAPI_MIC, SX_ERR_PEER_UNEXPECTED, "no place");
    check_forged_auth(SX_MSG_USERAUTH_GSSAPI_ERROR, SX_ERR_AUTH_FAILED, "no such \\x1b[31mluck");
}

static void test_with_mic_without_a_ticket_tells_why(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    config.mode = SX_AUTH_GSSAPI_WITH_MIC;
    config.peer.takes_none = false;
    config.has_no_ticket = true;
    session = checked_session(&config);
    session_run(session);
    check_ended(session, SX_ERR_AUTH_FAILED);
    assert_non_null(strstr(session_fault_text(session), "the mechanism says no"));
    assert_int_equal(peer_count(session->peer, SX_MSG_USERAUTH_GSSAPI_ERRTOK), 1);
    session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_mic_ends_the_exchange),
        cmocka_unit_test(test_error_of_the_server_is_told),
        cmocka_unit_test(test_context_that_never_ends_is_no_context),
        cmocka_unit_test(test_forged_messages_end_the_exchange),
        cmocka_unit_test(test_with_mic_keeps_its_order),
        cmocka_unit_test(test_with_mic_without_a_ticket_tells_why),
    };

    return RUN_GROUP(tests);
}
