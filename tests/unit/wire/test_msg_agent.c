/* The agent's messages: bytes as the draft has them, and everything that they may not be. */
#include "unit/wire/decode_checks.h"

#include "wire/msg_agent.h"

DECODE_TRIAL(identities, struct sx_msg_agent_identities,
             sx_msg_agent_identities_decode(payload, out))
DECODE_TRIAL(response, struct sx_slice, sx_msg_agent_sign_response_decode(payload, out))

#define TWO_KEYS "\14\0\0\0\2\0\0\0\3one\0\0\0\1c\0\0\0\0\0\0\0\0"

static void test_requests(void **state)
{
    const struct sx_msg_agent_sign_request request = { sx_slice_text("key"), sx_slice_text("data"),
                                                       SX_AGENT_RSA_SHA2_512 };
    WRITER(list, 16);
    WRITER(sign, 64);

    (void)state;
    sx_msg_agent_request_identities_encode(&list);
    check_written(&list, BYTES("\13"));
    sx_msg_agent_sign_request_encode(&sign, &request);
    check_written(&sign, BYTES("\15\0\0\0\3key\0\0\0\4data\0\0\0\4"));
}

static void test_identities(void **state)
{
    struct sx_msg_agent_identities list;
    struct sx_agent_identity identity;
    const struct sx_agent_identity both[] = { { sx_slice_text("one"), sx_slice_text("c") },
                                              { SX_SLICE_NONE, SX_SLICE_NONE } };
    WRITER(writer, 64);

    (void)state;
    check_strict(try_identities, BYTES(TWO_KEYS));
    assert_int_equal(sx_msg_agent_identities_decode(BYTES(TWO_KEYS), &list), SX_OK);
    assert_int_equal(list.count, 2);
    assert_true(sx_msg_agent_identity_next(&list, &identity));
    assert_true(sx_slice_is_text(identity.blob, "one"));
    assert_true(sx_slice_is_text(identity.comment, "c"));
    assert_true(sx_msg_agent_identity_next(&list, &identity));
    assert_int_equal(identity.blob.len, 0);
    assert_false(sx_msg_agent_identity_next(&list, &identity));
    assert_false(sx_msg_agent_identity_next(&list, &identity));
    sx_msg_agent_identities_encode(&writer, both, 2);
    check_written(&writer, BYTES(TWO_KEYS));
    check_strict(try_identities, BYTES("\14\0\0\0\0"));
}

/* A count that its entries don't bear out. */
static void test_counts_that_lie(void **state)
{
    (void)state;
    assert_int_equal(try_identities(BYTES("\14\377\377\377\377")), SX_ERR_PEER_DECODE);
    assert_int_equal(try_identities(BYTES("\14\0\0\10\1")), SX_ERR_PEER_DECODE);
    assert_int_equal(try_identities(BYTES("\14\0\0\0\3\0\0\0\3one\0\0\0\1c\0\0\0\0\0\0\0\0")),
                     SX_ERR_PEER_DECODE);
    assert_int_equal(try_identities(BYTES("\14\0\0\0\1\0\0\0\3one\0\0\0\1c\0\0\0\0\0\0\0\0")),
                     SX_ERR_PEER_DECODE);
    assert_int_equal(try_identities(BYTES("\14\0\0\0\1\377\377\377\377")), SX_ERR_PEER_DECODE);
}

static void test_signature(void **state)
{
    struct sx_slice signature;
    WRITER(writer, 64);

    (void)state;
    check_strict(try_response, BYTES("\16\0\0\0\3sig"));
    assert_int_equal(sx_msg_agent_sign_response_decode(BYTES("\16\0\0\0\3sig"), &signature), SX_OK);
    assert_true(sx_slice_is_text(signature, "sig"));
    sx_msg_agent_sign_response_encode(&writer, signature);
    check_written(&writer, BYTES("\16\0\0\0\3sig"));
}

static void test_both_ways_to_say_no(void **state)
{
    (void)state;
    assert_true(sx_msg_agent_is_failure(BYTES("\5")));
    assert_true(sx_msg_agent_is_failure(BYTES("\34")));
    assert_false(sx_msg_agent_is_failure(BYTES("\16\5")));
    assert_false(sx_msg_agent_is_failure(SX_SLICE_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_identities),
        cmocka_unit_test(test_counts_that_lie),
        cmocka_unit_test(test_signature),
        cmocka_unit_test(test_both_ways_to_say_no),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
