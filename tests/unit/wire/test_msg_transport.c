/* Messages of RFC 4253 and RFC 8308, byte for byte against the RFCs' tables. */
#include "unit/wire/decode_checks.h"

#include "wire/msg_transport.h"

DECODE_TRIAL(disconnect, struct sx_msg_disconnect, sx_msg_disconnect_decode(payload, out))
DECODE_TRIAL(ignore, struct sx_slice, sx_msg_ignore_decode(payload, out))
DECODE_TRIAL(debug, struct sx_msg_debug, sx_msg_debug_decode(payload, out))
DECODE_TRIAL(unimplemented, uint32_t, sx_msg_unimplemented_decode(payload, out))
DECODE_TRIAL(service_request, struct sx_slice, sx_msg_service_request_decode(payload, out))
DECODE_TRIAL(service_accept, struct sx_slice, sx_msg_service_accept_decode(payload, out))
DECODE_TRIAL(ext_info, struct sx_msg_ext_info, sx_msg_ext_info_decode(payload, out))
DECODE_TRIAL(kexinit, struct sx_msg_kexinit, sx_msg_kexinit_decode(payload, out))
DECODE_TRIAL(kex_init, struct sx_slice, sx_msg_kex_init_decode(payload, out))
DECODE_TRIAL(kex_reply, struct sx_msg_kex_reply, sx_msg_kex_reply_decode(payload, 31, out))

static void test_disconnect_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x01"
                                       "\0\0\0\x0b"
                                       "\0\0\0\x03"
                                       "bye"
                                       "\0\0\0\0");
    struct sx_msg_disconnect msg = { SX_DISCONNECT_BY_APPLICATION, sx_slice_text("bye") };
    struct sx_msg_disconnect back;
    WRITER(w, 64);

    (void)state;
    sx_msg_disconnect_encode(&w, &msg);
    check_written(&w, wire);
    assert_int_equal(sx_msg_disconnect_decode(wire, &back), SX_OK);
    assert_int_equal(back.reason, 11);
    assert_true(sx_slice_is_text(back.description, "bye"));
    check_strict(try_disconnect, wire);
}

static void test_disconnect_may_carry_a_language(void **state)
{
    struct sx_msg_disconnect msg;

    (void)state;
    assert_int_equal(sx_msg_disconnect_decode(BYTES("\x01\0\0\0\x02\0\0\0\x02no\0\0\0\x02"
                                                    "de"),
                                              &msg),
                     SX_OK);
    assert_true(sx_slice_is_text(msg.description, "no"));
}

static void test_ignore_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x02"
                                       "\0\0\0\x03"
                                       "a\0b");
    struct sx_slice data;
    WRITER(w, 64);

    (void)state;
    sx_msg_ignore_encode(&w, BYTES("a\0b"));
    check_written(&w, wire);
    assert_int_equal(sx_msg_ignore_decode(wire, &data), SX_OK);
    assert_true(sx_slice_is_equal(data, BYTES("a\0b")));
    check_strict(try_ignore, wire);
}

static void test_unimplemented_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x03"
                                       "\x01\x02\x03\x04");
    uint32_t sequence;
    WRITER(w, 64);

    (void)state;
    sx_msg_unimplemented_encode(&w, 0x01020304);
    check_written(&w, wire);
    assert_int_equal(sx_msg_unimplemented_decode(wire, &sequence), SX_OK);
    assert_int_equal(sequence, 0x01020304);
    check_strict(try_unimplemented, wire);
}

static void test_debug_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x04"
                                       "\x01"
                                       "\0\0\0\x02"
                                       "hi"
                                       "\0\0\0\0");
    struct sx_msg_debug msg = { true, sx_slice_text("hi") };
    struct sx_msg_debug back;
    WRITER(w, 64);

    (void)state;
    sx_msg_debug_encode(&w, &msg);
    check_written(&w, wire);
    assert_int_equal(sx_msg_debug_decode(wire, &back), SX_OK);
    assert_true(back.always_display);
    assert_true(sx_slice_is_text(back.message, "hi"));
    check_strict(try_debug, wire);
}

static void test_service_request_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x05"
                                       "\0\0\0\x0c"
                                       "ssh-userauth");
    struct sx_slice service;
    WRITER(w, 64);

    (void)state;
    sx_msg_service_request_encode(&w, "ssh-userauth");
    check_written(&w, wire);
    assert_int_equal(sx_msg_service_request_decode(wire, &service), SX_OK);
    assert_true(sx_slice_is_text(service, "ssh-userauth"));
    check_strict(try_service_request, wire);
}

static void test_service_accept_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x06"
                                       "\0\0\0\x0c"
                                       "ssh-userauth");
    struct sx_slice service;
    WRITER(w, 64);

    (void)state;
    sx_msg_service_accept_encode(&w, sx_slice_text("ssh-userauth"));
    check_written(&w, wire);
    assert_int_equal(sx_msg_service_accept_decode(wire, &service), SX_OK);
    assert_true(sx_slice_is_text(service, "ssh-userauth"));
    check_strict(try_service_accept, wire);
}

static void test_ext_info_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x07"
                                       "\0\0\0\x01"
                                       "\0\0\0\x0f"
                                       "server-sig-algs"
                                       "\0\0\0\x19"
                                       "rsa-sha2-256,rsa-sha2-512");
    struct sx_msg_ext_info msg;
    WRITER(w, 64);

    (void)state;
    sx_msg_ext_info_encode(&w, sx_slice_text("rsa-sha2-256,rsa-sha2-512"));
    check_written(&w, wire);
    assert_int_equal(sx_msg_ext_info_decode(wire, &msg), SX_OK);
    assert_int_equal(msg.count, 1);
    assert_true(msg.has_server_sig_algs);
    assert_true(sx_slice_is_text(msg.server_sig_algs, "rsa-sha2-256,rsa-sha2-512"));
    check_strict(try_ext_info, wire);
}

static void test_ext_info_skips_what_it_does_not_know(void **state)
{
    const struct sx_slice wire = BYTES("\x07"
                                       "\0\0\0\x03"
                                       "\0\0\0\x01"
                                       "a"
                                       "\0\0\0\x02"
                                       "\xff\0"
                                       "\0\0\0\x0f"
                                       "server-sig-algs"
                                       "\0\0\0\0"
                                       "\0\0\0\x01"
                                       "b"
                                       "\0\0\0\0");
    struct sx_msg_ext_info msg;

    (void)state;
    assert_int_equal(sx_msg_ext_info_decode(wire, &msg), SX_OK);
    assert_int_equal(msg.count, 3);
    assert_true(msg.has_server_sig_algs);
    assert_int_equal(msg.server_sig_algs.len, 0);
    check_strict(try_ext_info, wire);

    assert_int_equal(sx_msg_ext_info_decode(BYTES("\x07\0\0\0\0"), &msg), SX_OK);
    assert_int_equal(msg.count, 0);
    assert_false(msg.has_server_sig_algs);
    assert_int_equal(msg.server_sig_algs.len, 0);
}

static void test_ext_info_refuses_repeated_names_and_bad_lists(void **state)
{
    (void)state;
    assert_int_equal(try_ext_info(BYTES("\x07\0\0\0\x03"
                                        "\0\0\0\x01w\0\0\0\0"
                                        "\0\0\0\x01x\0\0\0\0"
                                        "\0\0\0\x01x\0\0\0\0")),
                     SX_ERR_PEER_DECODE);
    assert_int_equal(try_ext_info(BYTES("\x07\0\0\0\x02"
                                        "\0\0\0\x01x\0\0\0\0"
                                        "\0\0\0\x01x\0\0\0\0")),
                     SX_ERR_PEER_DECODE);
    assert_int_equal(try_ext_info(BYTES("\x07\0\0\0\x02"
                                        "\0\0\0\x0fserver-sig-algs\0\0\0\0"
                                        "\0\0\0\x0fserver-sig-algs\0\0\0\0")),
                     SX_ERR_PEER_DECODE);
    assert_int_equal(try_ext_info(BYTES("\x07\0\0\0\x01"
                                        "\0\0\0\x0fserver-sig-algs\0\0\0\x02,a")),
                     SX_ERR_PEER_DECODE);
}

/* count extensions named by two digits each, without values. */
static struct sx_slice many_extensions(uint8_t *storage, size_t cap, uint32_t count)
{
    struct sx_slice out = SX_SLICE_NONE;
    struct sx_writer w;

    sx_writer_init(&w, storage, cap);
    sx_writer_u8(&w, SX_MSG_EXT_INFO);
    sx_writer_u32(&w, count);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t name[2] = { (uint8_t)(i >> 8), (uint8_t)i };

        sx_writer_string(&w, sx_slice_of(name, sizeof name));
        sx_writer_text(&w, "");
    }
    assert_int_equal(sx_writer_finish(&w, &out), SX_OK);
    return out;
}

static void test_ext_info_bounds_the_number_of_extensions(void **state)
{
    uint8_t storage[4096];

    (void)state;
    assert_int_equal(try_ext_info(many_extensions(storage, sizeof storage, 256)), SX_OK);
    assert_int_equal(try_ext_info(many_extensions(storage, sizeof storage, 257)),
                     SX_ERR_PEER_DECODE);
    assert_int_equal(try_ext_info(BYTES("\x07\xff\xff\xff\xff")), SX_ERR_PEER_DECODE);
}

#define KEXINIT_LISTS                                                                              \
    "\0\0\0\x05k1,k2"                                                                              \
    "\0\0\0\x02h1"                                                                                 \
    "\0\0\0\x02"                                                                                   \
    "c1"                                                                                           \
    "\0\0\0\x02"                                                                                   \
    "c2"                                                                                           \
    "\0\0\0\x02m1"                                                                                 \
    "\0\0\0\x02m2"                                                                                 \
    "\0\0\0\x02z1"                                                                                 \
    "\0\0\0\x02z2"                                                                                 \
    "\0\0\0\0"                                                                                     \
    "\0\0\0\x02l2"

static const char *const kexinit_lists[SX_LIST_COUNT] = { "k1,k2", "h1", "c1", "c2", "m1",
                                                          "m2",    "z1", "z2", "",   "l2" };

static void test_kexinit_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x14"
                                       "0123456789abcdef" KEXINIT_LISTS "\x01"
                                       "\0\0\0\0");
    struct sx_msg_kexinit msg = { .cookie = sx_slice_text("0123456789abcdef"),
                                  .first_kex_packet_follows = true };
    struct sx_msg_kexinit back;
    WRITER(w, 256);

    (void)state;
    for (size_t i = 0; i < SX_LIST_COUNT; i++)
        msg.lists[i] = sx_slice_text(kexinit_lists[i]);
    sx_msg_kexinit_encode(&w, &msg);
    check_written(&w, wire);
    assert_int_equal(sx_msg_kexinit_decode(wire, &back), SX_OK);
    assert_true(sx_slice_is_text(back.cookie, "0123456789abcdef"));
    for (size_t i = 0; i < SX_LIST_COUNT; i++)
        assert_true(sx_slice_is_text(back.lists[i], kexinit_lists[i]));
    assert_true(back.first_kex_packet_follows);
    check_strict(try_kexinit, wire);
}

static void test_kexinit_takes_any_reserved_value(void **state)
{
    struct sx_msg_kexinit msg;

    (void)state;
    assert_int_equal(sx_msg_kexinit_decode(BYTES("\x14"
                                                 "0123456789abcdef" KEXINIT_LISTS "\0"
                                                 "\0\0\0\x01"),
                                           &msg),
                     SX_OK);
    assert_false(msg.first_kex_packet_follows);
}

static void test_kexinit_refuses_a_bad_list_at_each_place(void **state)
{
    (void)state;
    for (size_t bad = 0; bad <= SX_LIST_COUNT; bad++) {
        struct sx_slice wire = SX_SLICE_NONE;
        WRITER(w, 256);

        sx_writer_u8(&w, SX_MSG_KEXINIT);
        sx_writer_bytes(&w, sx_slice_text("0123456789abcdef"));
        for (size_t i = 0; i < SX_LIST_COUNT; i++)
            sx_writer_text(&w, i == bad ? "a,,b" : "a,b");
        sx_writer_bool(&w, false);
        sx_writer_u32(&w, 0);
        assert_int_equal(sx_writer_finish(&w, &wire), SX_OK);
        assert_int_equal(try_kexinit(wire), bad < SX_LIST_COUNT ? SX_ERR_PEER_DECODE : SX_OK);
    }
}

static void test_kexinit_is_not_written_without_its_cookie(void **state)
{
    struct sx_msg_kexinit msg = { .cookie = sx_slice_text("0123456789abcde") };
    struct sx_slice out;
    WRITER(w, 256);

    (void)state;
    sx_msg_kexinit_encode(&w, &msg);
    assert_int_equal(sx_writer_finish(&w, &out), SX_ERR_SPACE);
}

static void test_newkeys_round_trips(void **state)
{
    WRITER(w, 64);

    (void)state;
    sx_msg_newkeys_encode(&w);
    check_written(&w, BYTES("\x15"));
    check_strict(sx_msg_newkeys_decode, BYTES("\x15"));
}

static void test_kex_init_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x1e"
                                       "\0\0\0\x03"
                                       "\0\x80\x01");
    struct sx_slice share;
    WRITER(w, 64);

    (void)state;
    sx_msg_kex_init_encode(&w, BYTES("\0\x80\x01"));
    check_written(&w, wire);
    assert_int_equal(sx_msg_kex_init_decode(wire, &share), SX_OK);
    assert_true(sx_slice_is_equal(share, BYTES("\0\x80\x01")));
    check_strict(try_kex_init, wire);
}

static void test_kex_reply_round_trips(void **state)
{
    const struct sx_slice wire = BYTES("\x1f"
                                       "\0\0\0\x04"
                                       "host"
                                       "\0\0\0\x05"
                                       "share"
                                       "\0\0\0\x03"
                                       "sig");
    struct sx_msg_kex_reply msg = { sx_slice_text("host"), sx_slice_text("share"),
                                    sx_slice_text("sig") };
    struct sx_msg_kex_reply back;
    WRITER(w, 64);
    WRITER(gex, 64);

    (void)state;
    sx_msg_kex_reply_encode(&w, SX_MSG_KEXDH_REPLY, &msg);
    check_written(&w, wire);
    assert_int_equal(sx_msg_kex_reply_decode(wire, SX_MSG_KEXDH_REPLY, &back), SX_OK);
    assert_true(sx_slice_is_text(back.host_key, "host"));
    assert_true(sx_slice_is_text(back.share, "share"));
    assert_true(sx_slice_is_text(back.signature, "sig"));
    check_strict(try_kex_reply, wire);

    /* the same fields under the number of a group exchange */
    sx_msg_kex_reply_encode(&gex, SX_MSG_KEX_GEX_REPLY, &msg);
    assert_int_equal(gex_storage[0], 33);
    assert_int_equal(sx_msg_kex_reply_decode(sx_slice_of(gex_storage, gex.len), 33, &back), SX_OK);
    assert_int_equal(sx_msg_kex_reply_decode(wire, 33, &back), SX_ERR_PEER_DECODE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_disconnect_round_trips),
        cmocka_unit_test(test_disconnect_may_carry_a_language),
        cmocka_unit_test(test_ignore_round_trips),
        cmocka_unit_test(test_unimplemented_round_trips),
        cmocka_unit_test(test_debug_round_trips),
        cmocka_unit_test(test_service_request_round_trips),
        cmocka_unit_test(test_service_accept_round_trips),
        cmocka_unit_test(test_ext_info_round_trips),
        cmocka_unit_test(test_ext_info_skips_what_it_does_not_know),
        cmocka_unit_test(test_ext_info_refuses_repeated_names_and_bad_lists),
        cmocka_unit_test(test_ext_info_bounds_the_number_of_extensions),
        cmocka_unit_test(test_kexinit_round_trips),
        cmocka_unit_test(test_kexinit_takes_any_reserved_value),
        cmocka_unit_test(test_kexinit_refuses_a_bad_list_at_each_place),
        cmocka_unit_test(test_kexinit_is_not_written_without_its_cookie),
        cmocka_unit_test(test_newkeys_round_trips),
        cmocka_unit_test(test_kex_init_round_trips),
        cmocka_unit_test(test_kex_reply_round_trips),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
