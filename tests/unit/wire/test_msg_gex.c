/* The messages of a group exchange (RFC 4419 section 3), against their bytes. */
#include "unit/wire/decode_checks.h"

#include "wire/msg_gex.h"

DECODE_TRIAL(request, struct sx_msg_gex_request,
             sx_msg_gex_request_decode(payload, SX_MSG_KEX_GEX_REQUEST, out))
DECODE_TRIAL(group, struct sx_msg_gex_group,
             sx_msg_gex_group_decode(payload, SX_MSG_KEX_GEX_GROUP, out))
DECODE_TRIAL(init, struct sx_slice, sx_msg_gex_init_decode(payload, out))

static void test_request_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x22"
                                       "\0\0\x08\0"
                                       "\0\0\x0c\0"
                                       "\0\0\x20\0");
    const struct sx_msg_gex_request msg = { 2048, 3072, 8192 };
    struct sx_msg_gex_request back;
    WRITER(w, 32);

    (void)state;
    sx_msg_gex_request_encode(&w, SX_MSG_KEX_GEX_REQUEST, &msg);
    check_written(&w, wire);
    assert_int_equal(sx_msg_gex_request_decode(wire, SX_MSG_KEX_GEX_REQUEST, &back), SX_OK);
    assert_int_equal(back.min, 2048);
    assert_int_equal(back.preferred, 3072);
    assert_int_equal(back.max, 8192);
    check_strict(try_request, wire);
}

static void test_group_round_trips(void **state)
{
    /* the prime's first bit is set, so its mpint has a sign byte */
    const struct sx_slice wire = BYTES("\x1f"
                                       "\0\0\0\x03\0\x80\x07"
                                       "\0\0\0\x01\x05");
    const struct sx_msg_gex_group msg = { BYTES("\x80\x07"), BYTES("\x05") };
    struct sx_msg_gex_group back;
    WRITER(w, 32);

    (void)state;
    sx_msg_gex_group_encode(&w, SX_MSG_KEX_GEX_GROUP, &msg);
    check_written(&w, wire);
    assert_int_equal(sx_msg_gex_group_decode(wire, SX_MSG_KEX_GEX_GROUP, &back), SX_OK);
    assert_true(sx_slice_is_equal(back.p, msg.p));
    assert_true(sx_slice_is_equal(back.g, msg.g));
    check_strict(try_group, wire);
}

/* RFC 4251 section 5: no sign, no zeros that aren't needed. */
static void test_group_refuses_what_is_no_number(void **state)
{
    (void)state;
    assert_int_equal(try_group(BYTES("\x1f\0\0\0\x01\x87\0\0\0\x01\x02")), SX_ERR_PEER_DECODE);
    assert_int_equal(try_group(BYTES("\x1f\0\0\0\x01\x07\0\0\0\x01\x82")), SX_ERR_PEER_DECODE);
    assert_int_equal(try_group(BYTES("\x1f\0\0\0\x02\0\x07\0\0\0\x01\x02")), SX_ERR_PEER_DECODE);
    assert_int_equal(try_group(BYTES("\x1f\0\0\0\x01\x07\0\0\0\x01\0")), SX_ERR_PEER_DECODE);
}

static void test_init_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x20"
                                       "\0\0\0\x03\0\x80\x01");
    struct sx_slice share;
    WRITER(w, 32);

    (void)state;
    sx_msg_gex_init_encode(&w, BYTES("\0\x80\x01"));
    check_written(&w, wire);
    assert_int_equal(sx_msg_gex_init_decode(wire, &share), SX_OK);
    assert_true(sx_slice_is_equal(share, BYTES("\0\x80\x01")));
    check_strict(try_init, wire);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_round_trips),
        cmocka_unit_test(test_group_round_trips),
        cmocka_unit_test(test_group_refuses_what_is_no_number),
        cmocka_unit_test(test_init_round_trips),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
