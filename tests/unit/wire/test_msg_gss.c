/* Messages of RFC 4462, byte for byte against its tables. */
#include "unit/wire/decode_checks.h"

#include "wire/msg_gss.h"

DECODE_TRIAL(init, struct sx_msg_kexgss_init, sx_msg_kexgss_init_decode(payload, out))
DECODE_TRIAL(continue, struct sx_slice, sx_msg_kexgss_continue_decode(payload, out))
DECODE_TRIAL(complete, struct sx_msg_kexgss_complete, sx_msg_kexgss_complete_decode(payload, out))
DECODE_TRIAL(hostkey, struct sx_slice, sx_msg_kexgss_hostkey_decode(payload, out))
DECODE_TRIAL(kex_error, struct sx_msg_gss_error,
             sx_msg_gss_error_decode(payload, SX_MSG_KEXGSS_ERROR, out))
DECODE_TRIAL(auth_error, struct sx_msg_gss_error,
             sx_msg_gss_error_decode(payload, SX_MSG_USERAUTH_GSSAPI_ERROR, out))
DECODE_TRIAL(response, struct sx_slice, sx_msg_gssapi_response_decode(payload, out))
DECODE_TRIAL(token, struct sx_slice,
             sx_msg_gssapi_token_decode(payload, SX_MSG_USERAUTH_GSSAPI_TOKEN, out))
DECODE_TRIAL(errtok, struct sx_slice,
             sx_msg_gssapi_token_decode(payload, SX_MSG_USERAUTH_GSSAPI_ERRTOK, out))

#define KRB5 "\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"
#define HEAD "\x32\0\0\0\x03joe\0\0\0\x0essh-connection"

/* RFC 4462 section 2.1: byte 30, string token, mpint e. */
static void test_init_holds_token_and_share(void **state)
{
    const struct sx_slice wire = BYTES("\x1e\0\0\0\x05token\0\0\0\x03\0\x81\x02");
    const struct sx_msg_kexgss_init msg = { sx_slice_text("token"), BYTES("\0\x81\x02") };
    struct sx_msg_kexgss_init back;
    WRITER(w, 64);

    (void)state;
    sx_msg_kexgss_init_encode(&w, &msg);
    check_written(&w, wire);
    assert_int_equal(sx_msg_kexgss_init_decode(wire, &back), SX_OK);
    assert_true(sx_slice_is_equal(back.token, msg.token));
    assert_true(sx_slice_is_equal(back.share, msg.share));
    check_strict(try_init, wire);
}

static void test_continue_holds_a_token(void **state)
{
    const struct sx_slice wire = BYTES("\x1f\0\0\0\x05token");
    WRITER(w, 64);

    (void)state;
    sx_msg_kexgss_continue_encode(&w, sx_slice_text("token"));
    check_written(&w, wire);
    check_strict(try_continue, wire);
}

static void test_complete_without_token_ends_after_false(void **state)
{
    const struct sx_slice wire = BYTES("\x20\0\0\0\x02\x04p\0\0\0\x03mic\0");
    const struct sx_msg_kexgss_complete msg = { .share = BYTES("\x04p"),
                                                .mic = sx_slice_text("mic") };
    struct sx_msg_kexgss_complete back;
    WRITER(w, 64);

    (void)state;
    sx_msg_kexgss_complete_encode(&w, &msg);
    check_written(&w, wire);
    assert_int_equal(sx_msg_kexgss_complete_decode(wire, &back), SX_OK);
    assert_false(back.has_token);
    assert_int_equal(back.token.len, 0);
    assert_true(sx_slice_is_text(back.mic, "mic"));
    check_strict(try_complete, wire);
}

static void test_complete_with_token_holds_it(void **state)
{
    const struct sx_slice wire = BYTES("\x20\0\0\0\x02\x04p\0\0\0\x03mic\1\0\0\0\x03tok");
    const struct sx_msg_kexgss_complete msg = { BYTES("\x04p"), sx_slice_text("mic"), true,
                                                sx_slice_text("tok") };
    struct sx_msg_kexgss_complete back;
    WRITER(w, 64);

    (void)state;
    sx_msg_kexgss_complete_encode(&w, &msg);
    check_written(&w, wire);
    assert_int_equal(sx_msg_kexgss_complete_decode(wire, &back), SX_OK);
    assert_true(back.has_token);
    assert_true(sx_slice_is_text(back.token, "tok"));
    check_strict(try_complete, wire);
}

static void test_hostkey_holds_a_blob(void **state)
{
    const struct sx_slice wire = BYTES("\x21\0\0\0\4blob");
    WRITER(w, 64);

    (void)state;
    sx_msg_kexgss_hostkey_encode(&w, sx_slice_text("blob"));
    check_written(&w, wire);
    check_strict(try_hostkey, wire);
}

static void test_errors_differ_by_their_number(void **state)
{
    const struct sx_slice kex = BYTES("\x22\0\x0d\0\0\0\1\x86\xa1\0\0\0\2no\0\0\0\0");
    const struct sx_slice auth = BYTES("\x40\0\x0d\0\0\0\1\x86\xa1\0\0\0\2no\0\0\0\0");
    const struct sx_msg_gss_error msg = { 0xd0000, 100001, sx_slice_text("no") };
    struct sx_msg_gss_error back;
    WRITER(w, 64);
    WRITER(v, 64);

    (void)state;
    sx_msg_gss_error_encode(&w, SX_MSG_KEXGSS_ERROR, &msg);
    check_written(&w, kex);
    sx_msg_gss_error_encode(&v, SX_MSG_USERAUTH_GSSAPI_ERROR, &msg);
    check_written(&v, auth);
    assert_int_equal(sx_msg_gss_error_decode(kex, SX_MSG_KEXGSS_ERROR, &back), SX_OK);
    assert_int_equal(back.major, 0xd0000);
    assert_int_equal(back.minor, 100001);
    assert_true(sx_slice_is_text(back.message, "no"));
    check_strict(try_kex_error, kex);
    check_strict(try_auth_error, auth);
}

static void test_requests_offer_kerberos_alone(void **state)
{
    WRITER(w, 128);
    WRITER(v, 128);

    (void)state;
    sx_msg_userauth_gssapi_encode(&w, sx_slice_text("joe"));
    check_written(&w, BYTES(HEAD "\0\0\0\x0fgssapi-with-mic\0\0\0\1\0\0\0\x0b" KRB5));
    sx_msg_userauth_keyex_encode(&v, sx_slice_text("joe"), sx_slice_text("mic"));
    check_written(&v, BYTES(HEAD "\0\0\0\x0cgssapi-keyex\0\0\0\3mic"));
}

static void test_response_and_tokens_hold_one_string(void **state)
{
    const struct sx_slice response = BYTES("\x3c\0\0\0\x0b" KRB5);
    const struct sx_slice token = BYTES("\x3d\0\0\0\x03tok");
    const struct sx_slice errtok = BYTES("\x41\0\0\0\x03tok");
    struct sx_slice oid;
    WRITER(w, 64);
    WRITER(v, 64);

    (void)state;
    sx_msg_gssapi_response_encode(&w, sx_gss_krb5_oid);
    check_written(&w, response);
    assert_int_equal(sx_msg_gssapi_response_decode(response, &oid), SX_OK);
    assert_true(sx_slice_is_equal(oid, sx_gss_krb5_oid));
    sx_msg_gssapi_token_encode(&v, SX_MSG_USERAUTH_GSSAPI_TOKEN, sx_slice_text("tok"));
    check_written(&v, token);
    check_strict(try_response, response);
    check_strict(try_token, token);
    check_strict(try_errtok, errtok);
}

/* Sections 3.5 and 4: string session id, byte 50, string user, string service, string method. */
static void test_mic_is_over_session_and_request(void **state)
{
    WRITER(w, 128);

    (void)state;
    sx_msg_gssapi_signed_encode(&w, sx_slice_text("id"), sx_slice_text("joe"), "gssapi-keyex");
    check_written(&w, BYTES("\0\0\0\2id" HEAD "\0\0\0\x0cgssapi-keyex"));
}

/* One byte more than our GSSAPI is to be given. */
static void test_tokens_are_bounded(void **state)
{
    const size_t size = 1 + 4 + SX_GSS_TOKEN_MAX + 1;
    uint8_t *wire = sx_alloc(size);
    struct sx_slice out;

    (void)state;
    assert_non_null(wire);
    wire[0] = SX_MSG_USERAUTH_GSSAPI_TOKEN;
    wire[2] = (uint8_t)((SX_GSS_TOKEN_MAX + 1) >> 16);
    wire[3] = (uint8_t)((SX_GSS_TOKEN_MAX + 1) >> 8);
    wire[4] = (uint8_t)(SX_GSS_TOKEN_MAX + 1);
    assert_int_equal(
        sx_msg_gssapi_token_decode(sx_slice_of(wire, size), SX_MSG_USERAUTH_GSSAPI_TOKEN, &out),
        SX_ERR_PEER_DECODE);
    wire[2] = (uint8_t)(SX_GSS_TOKEN_MAX >> 16);
    wire[3] = (uint8_t)(SX_GSS_TOKEN_MAX >> 8);
    wire[4] = (uint8_t)SX_GSS_TOKEN_MAX;
    assert_int_equal(
        sx_msg_gssapi_token_decode(sx_slice_of(wire, size - 1), SX_MSG_USERAUTH_GSSAPI_TOKEN, &out),
        SX_OK);
    assert_int_equal(out.len, SX_GSS_TOKEN_MAX);
    sx_free(wire);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_init_holds_token_and_share),
        cmocka_unit_test(test_continue_holds_a_token),
        cmocka_unit_test(test_complete_without_token_ends_after_false),
        cmocka_unit_test(test_complete_with_token_holds_it),
        cmocka_unit_test(test_hostkey_holds_a_blob),
        cmocka_unit_test(test_errors_differ_by_their_number),
        cmocka_unit_test(test_requests_offer_kerberos_alone),
        cmocka_unit_test(test_response_and_tokens_hold_one_string),
        cmocka_unit_test(test_mic_is_over_session_and_request),
        cmocka_unit_test(test_tokens_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
