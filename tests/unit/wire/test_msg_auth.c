/* Messages of RFC 4252, byte for byte against its tables. */
#include "unit/wire/decode_checks.h"

#include "wire/msg_auth.h"
#include "wire/msg_interactive.h"

DECODE_TRIAL(request, struct sx_msg_userauth_request, sx_msg_userauth_request_decode(payload, out))
DECODE_TRIAL(failure, struct sx_msg_userauth_failure, sx_msg_userauth_failure_decode(payload, out))
DECODE_TRIAL(banner, struct sx_slice, sx_msg_userauth_banner_decode(payload, out))
DECODE_TRIAL(pk_ok, struct sx_msg_userauth_pk_ok, sx_msg_userauth_pk_ok_decode(payload, out))
DECODE_TRIAL(info_request, struct sx_msg_info_request, sx_msg_info_request_decode(payload, out))
DECODE_TRIAL(changereq, struct sx_slice, sx_msg_userauth_passwd_changereq_decode(payload, out))

#define HEAD "\x32\0\0\0\x03joe\0\0\0\x0essh-connection"

static void test_request_head_has_user_service_and_method(void **state)
{
    const struct sx_slice wire = BYTES(HEAD "\0\0\0\x04none");
    struct sx_msg_userauth_request msg;
    WRITER(w, 64);

    (void)state;
    sx_msg_userauth_request_encode(&w, sx_slice_text("joe"), "none");
    check_written(&w, wire);
    assert_int_equal(sx_msg_userauth_request_decode(wire, &msg), SX_OK);
    assert_true(sx_slice_is_text(msg.user, "joe"));
    assert_true(sx_slice_is_text(msg.service, "ssh-connection"));
    assert_true(sx_slice_is_text(msg.method, "none"));
    assert_int_equal(msg.fields.len, 0);
    /* the method's fields may follow, so more bytes are no error */
    check_truncated(try_request, wire, wire.len);
    check_wrong_number(try_request, wire);
}

static void test_password_request_round_trips(void **state)
{
    const struct sx_slice wire = BYTES(HEAD "\0\0\0\x08password"
                                            "\0"
                                            "\0\0\0\x06"
                                            "p\xc3\xa4ss!");
    struct sx_msg_userauth_request msg;
    WRITER(w, 128);

    (void)state;
    sx_msg_userauth_password_encode(&w, sx_slice_text("joe"), sx_slice_text("p\xc3\xa4ss!"));
    check_written(&w, wire);
    assert_int_equal(sx_msg_userauth_request_decode(wire, &msg), SX_OK);
    assert_true(sx_slice_is_text(msg.method, "password"));
    assert_true(sx_slice_is_equal(msg.fields, BYTES("\0\0\0\0\x06p\xc3\xa4ss!")));
}

static void test_publickey_question_has_no_signature(void **state)
{
    struct sx_msg_userauth_publickey msg = { sx_slice_text("joe"), false,
                                             sx_slice_text("rsa-sha2-256"), sx_slice_text("blob"),
                                             sx_slice_text("must not appear") };
    WRITER(w, 256);

    (void)state;
    sx_msg_userauth_publickey_encode(&w, &msg);
    check_written(&w, BYTES(HEAD "\0\0\0\x09publickey"
                                 "\0"
                                 "\0\0\0\x0crsa-sha2-256"
                                 "\0\0\0\x04"
                                 "blob"));
}

static void test_publickey_proof_ends_in_its_signature(void **state)
{
    struct sx_msg_userauth_publickey msg = { sx_slice_text("joe"), true,
                                             sx_slice_text("rsa-sha2-256"), sx_slice_text("blob"),
                                             sx_slice_text("sig") };
    WRITER(w, 256);

    (void)state;
    sx_msg_userauth_publickey_encode(&w, &msg);
    check_written(&w, BYTES(HEAD "\0\0\0\x09publickey"
                                 "\x01"
                                 "\0\0\0\x0crsa-sha2-256"
                                 "\0\0\0\x04"
                                 "blob"
                                 "\0\0\0\x03sig"));
}

static void test_what_is_signed_is_session_id_and_request(void **state)
{
    WRITER(w, 256);

    (void)state;
    sx_msg_userauth_signed_encode(&w, sx_slice_text("SESSION"), sx_slice_text("joe"),
                                  sx_slice_text("rsa-sha2-256"), sx_slice_text("blob"));
    check_written(&w, BYTES("\0\0\0\x07SESSION" HEAD "\0\0\0\x09publickey"
                            "\x01"
                            "\0\0\0\x0crsa-sha2-256"
                            "\0\0\0\x04"
                            "blob"));
}

static void test_failure_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x33"
                                       "\0\0\0\x12publickey,password"
                                       "\x01");
    struct sx_msg_userauth_failure msg = { sx_slice_text("publickey,password"), true };
    struct sx_msg_userauth_failure back;
    WRITER(w, 64);

    (void)state;
    sx_msg_userauth_failure_encode(&w, &msg);
    check_written(&w, wire);
    assert_int_equal(sx_msg_userauth_failure_decode(wire, &back), SX_OK);
    assert_true(sx_slice_is_text(back.methods, "publickey,password"));
    assert_true(back.partial_success);
    check_strict(try_failure, wire);

    assert_int_equal(sx_msg_userauth_failure_decode(BYTES("\x33\0\0\0\0\0"), &back), SX_OK);
    assert_int_equal(back.methods.len, 0);
    assert_false(back.partial_success);
    assert_int_equal(try_failure(BYTES("\x33\0\0\0\x02"
                                       "a,"
                                       "\0")),
                     SX_ERR_PEER_DECODE);
}

static void test_success_round_trips(void **state)
{
    WRITER(w, 64);

    (void)state;
    sx_msg_userauth_success_encode(&w);
    check_written(&w, BYTES("\x34"));
    check_strict(sx_msg_userauth_success_decode, BYTES("\x34"));
}

static void test_banner_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x35"
                                       "\0\0\0\x03hi\n"
                                       "\0\0\0\0");
    struct sx_slice message;
    WRITER(w, 64);

    (void)state;
    sx_msg_userauth_banner_encode(&w, sx_slice_text("hi\n"));
    check_written(&w, wire);
    assert_int_equal(sx_msg_userauth_banner_decode(wire, &message), SX_OK);
    assert_true(sx_slice_is_text(message, "hi\n"));
    check_strict(try_banner, wire);

    assert_int_equal(sx_msg_userauth_banner_decode(BYTES("\x35\0\0\0\x02hi\0\0\0\x02"
                                                         "en"),
                                                   &message),
                     SX_OK);
    assert_true(sx_slice_is_text(message, "hi"));
}

static void test_pk_ok_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x3c"
                                       "\0\0\0\x0bssh-ed25519"
                                       "\0\0\0\x04"
                                       "blob");
    struct sx_msg_userauth_pk_ok msg = { sx_slice_text("ssh-ed25519"), sx_slice_text("blob") };
    struct sx_msg_userauth_pk_ok back;
    WRITER(w, 64);

    (void)state;
    sx_msg_userauth_pk_ok_encode(&w, &msg);
    check_written(&w, wire);
    assert_int_equal(sx_msg_userauth_pk_ok_decode(wire, &back), SX_OK);
    assert_true(sx_slice_is_text(back.algorithm, "ssh-ed25519"));
    assert_true(sx_slice_is_text(back.public_key, "blob"));
    check_strict(try_pk_ok, wire);
}

static void test_passwd_changereq_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x3c"
                                       "\0\0\0\x07"
                                       "expired"
                                       "\0\0\0\0");
    struct sx_slice prompt;
    WRITER(w, 64);

    (void)state;
    sx_msg_userauth_passwd_changereq_encode(&w, sx_slice_text("expired"));
    check_written(&w, wire);
    assert_int_equal(sx_msg_userauth_passwd_changereq_decode(wire, &prompt), SX_OK);
    assert_true(sx_slice_is_text(prompt, "expired"));
    check_strict(try_changereq, wire);
}

static void test_password_change_has_both_passwords(void **state)
{
    const struct sx_slice wire = BYTES("\x32"
                                       "\0\0\0\x01u"
                                       "\0\0\0\x0essh-connection"
                                       "\0\0\0\x08password"
                                       "\x01"
                                       "\0\0\0\x03old"
                                       "\0\0\0\x03new");
    WRITER(w, 64);

    (void)state;
    sx_msg_userauth_password_change_encode(&w, sx_slice_text("u"), sx_slice_text("old"),
                                           sx_slice_text("new"));
    check_written(&w, wire);
}

/* RFC 4256 sections 3.1 to 3.4. */
static void test_interactive_request_wishes_for_nothing(void **state)
{
    const struct sx_slice wire = BYTES("\x32"
                                       "\0\0\0\x01u"
                                       "\0\0\0\x0essh-connection"
                                       "\0\0\0\x14keyboard-interactive"
                                       "\0\0\0\0"
                                       "\0\0\0\0");
    WRITER(w, 64);

    (void)state;
    sx_msg_userauth_interactive_encode(&w, sx_slice_text("u"));
    check_written(&w, wire);
}

static void test_info_request_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x3c"
                                       "\0\0\0\x01n"
                                       "\0\0\0\x02in"
                                       "\0\0\0\0"
                                       "\0\0\0\x02"
                                       "\0\0\0\x02p:\0"
                                       "\0\0\0\x02q:\x01");
    struct sx_msg_info_request msg = { .name = sx_slice_text("n"),
                                       .instruction = sx_slice_text("in"),
                                       .count = 2,
                                       .prompts = { { sx_slice_text("p:"), false },
                                                    { sx_slice_text("q:"), true } } };
    struct sx_msg_info_request back;
    WRITER(w, 64);

    (void)state;
    sx_msg_info_request_encode(&w, &msg);
    check_written(&w, wire);
    assert_int_equal(sx_msg_info_request_decode(wire, &back), SX_OK);
    assert_true(sx_slice_is_text(back.name, "n"));
    assert_true(sx_slice_is_text(back.instruction, "in"));
    assert_int_equal(back.count, 2);
    assert_true(sx_slice_is_text(back.prompts[0].text, "p:"));
    assert_false(back.prompts[0].is_echoed);
    assert_true(back.prompts[1].is_echoed);
    check_strict(try_info_request, wire);
}

static void test_info_request_is_bounded(void **state)
{
    static struct sx_msg_info_request msg;
    static uint8_t storage[512];
    struct sx_msg_info_request back;
    struct sx_writer w;
    struct sx_slice wire;

    (void)state;
    msg.count = SX_PROMPTS_MAX;
    for (unsigned i = 0; i < SX_PROMPTS_MAX; i++)
        msg.prompts[i].text = sx_slice_text("p");
    sx_writer_init(&w, storage, sizeof storage);
    sx_msg_info_request_encode(&w, &msg);
    assert_int_equal(sx_writer_finish(&w, &wire), SX_OK);
    assert_int_equal(sx_msg_info_request_decode(wire, &back), SX_OK);
    sx_writer_text(&w, "p"); /* one more */
    sx_writer_bool(&w, false);
    storage[16]++;
    assert_int_equal(sx_writer_finish(&w, &wire), SX_OK);
    assert_int_equal(sx_msg_info_request_decode(wire, &back), SX_ERR_PEER_DECODE);
}

static void test_info_response_has_each_answer(void **state)
{
    const struct sx_slice answers[] = { sx_slice_text("one"), SX_SLICE_NONE };
    WRITER(w, 64);

    (void)state;
    sx_msg_info_response_encode(&w, answers, 2);
    check_written(&w, BYTES("\x3d\0\0\0\x02\0\0\0\x03one\0\0\0\0"));
    WRITER(none, 64);
    sx_msg_info_response_encode(&none, NULL, 0);
    check_written(&none, BYTES("\x3d\0\0\0\0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_head_has_user_service_and_method),
        cmocka_unit_test(test_password_request_round_trips),
        cmocka_unit_test(test_publickey_question_has_no_signature),
        cmocka_unit_test(test_publickey_proof_ends_in_its_signature),
        cmocka_unit_test(test_what_is_signed_is_session_id_and_request),
        cmocka_unit_test(test_failure_round_trips),
        cmocka_unit_test(test_success_round_trips),
        cmocka_unit_test(test_banner_round_trips),
        cmocka_unit_test(test_pk_ok_round_trips),
        cmocka_unit_test(test_passwd_changereq_round_trips),
        cmocka_unit_test(test_password_change_has_both_passwords),
        cmocka_unit_test(test_interactive_request_wishes_for_nothing),
        cmocka_unit_test(test_info_request_round_trips),
        cmocka_unit_test(test_info_request_is_bounded),
        cmocka_unit_test(test_info_response_has_each_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
