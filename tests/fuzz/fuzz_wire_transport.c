/* Fuzzes the decoders of wire/msg_transport.h, each on the whole input, and the mpint. */
#include "fuzz/fuzz_wire.h"

#include "wire/msg_gex.h"
#include "wire/msg_transport.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

ENCODER(disconnect, struct sx_msg_disconnect, sx_msg_disconnect_encode(writer, msg))
ENCODER(ignore, struct sx_slice, sx_msg_ignore_encode(writer, *msg))
ENCODER(debug, struct sx_msg_debug, sx_msg_debug_encode(writer, msg))
ENCODER(unimplemented, uint32_t, sx_msg_unimplemented_encode(writer, *msg))
ENCODER(service_accept, struct sx_slice, sx_msg_service_accept_encode(writer, *msg))
ENCODER(kexinit, struct sx_msg_kexinit, sx_msg_kexinit_encode(writer, msg))
ENCODER(kex_init, struct sx_slice, sx_msg_kex_init_encode(writer, *msg))
ENCODER(kex_reply, struct sx_msg_kex_reply, sx_msg_kex_reply_encode(writer, 31, msg))
ENCODER(gex_request, struct sx_msg_gex_request,
        sx_msg_gex_request_encode(writer, SX_MSG_KEX_GEX_REQUEST, msg))
ENCODER(gex_group, struct sx_msg_gex_group,
        sx_msg_gex_group_encode(writer, SX_MSG_KEX_GEX_GROUP, msg))
ENCODER(gex_init, struct sx_slice, sx_msg_gex_init_encode(writer, *msg))
ENCODER(ext_info, struct sx_slice, sx_msg_ext_info_encode(writer, *msg))
ENCODER(mpint, struct sx_slice, sx_writer_mpint(writer, *msg))

static void fuzz_disconnect(struct sx_slice payload)
{
    struct sx_msg_disconnect msg;
    struct sx_msg_disconnect back;
    struct sx_slice wire;

    if (sx_msg_disconnect_decode(payload, &msg) != SX_OK)
        return;
    promise_inside(payload, msg.description);
    wire = encode_exact(encode_disconnect, &msg, payload.len);
    PROMISE(sx_msg_disconnect_decode(wire, &back) == SX_OK);
    PROMISE(back.reason == msg.reason);
    PROMISE(sx_slice_is_equal(back.description, msg.description));
    sx_free((void *)(uintptr_t)wire.ptr);
}

static void fuzz_debug(struct sx_slice payload)
{
    struct sx_msg_debug msg;
    struct sx_msg_debug back;
    struct sx_slice wire;

    if (sx_msg_debug_decode(payload, &msg) != SX_OK)
        return;
    promise_inside(payload, msg.message);
    wire = encode_exact(encode_debug, &msg, payload.len);
    PROMISE(sx_msg_debug_decode(wire, &back) == SX_OK);
    PROMISE(back.always_display == msg.always_display);
    PROMISE(sx_slice_is_equal(back.message, msg.message));
    sx_free((void *)(uintptr_t)wire.ptr);
}

static void fuzz_unimplemented(struct sx_slice payload)
{
    uint32_t sequence;
    uint32_t back;
    struct sx_slice wire;

    if (sx_msg_unimplemented_decode(payload, &sequence) != SX_OK)
        return;
    wire = encode_exact(encode_unimplemented, &sequence, payload.len);
    PROMISE(sx_slice_is_equal(wire, payload));
    PROMISE(sx_msg_unimplemented_decode(wire, &back) == SX_OK && back == sequence);
    sx_free((void *)(uintptr_t)wire.ptr);
}

typedef enum sx_err string_decode_fn(struct sx_slice payload, struct sx_slice *out);

/* The messages that are a number and a string have one encoding alone. */
static void fuzz_string(struct sx_slice payload, string_decode_fn *decode, encode_fn *encode)
{
    struct sx_slice string;
    struct sx_slice wire;

    if (decode(payload, &string) != SX_OK)
        return;
    promise_inside(payload, string);
    wire = encode_exact(encode, &string, payload.len);
    PROMISE(sx_slice_is_equal(wire, payload));
    sx_free((void *)(uintptr_t)wire.ptr);
}

static void fuzz_ext_info(struct sx_slice payload)
{
    struct sx_msg_ext_info msg;
    struct sx_msg_ext_info back;
    struct sx_slice wire;

    if (sx_msg_ext_info_decode(payload, &msg) != SX_OK)
        return;
    PROMISE(msg.count <= 256);
    promise_inside(payload, msg.server_sig_algs);
    if (!msg.has_server_sig_algs) {
        PROMISE(msg.server_sig_algs.len == 0);
        return;
    }
    wire = encode_exact(encode_ext_info, &msg.server_sig_algs, payload.len);
    PROMISE(sx_msg_ext_info_decode(wire, &back) == SX_OK);
    PROMISE(back.count == 1 && back.has_server_sig_algs);
    PROMISE(sx_slice_is_equal(back.server_sig_algs, msg.server_sig_algs));
    sx_free((void *)(uintptr_t)wire.ptr);
}

static void fuzz_kexinit(struct sx_slice payload)
{
    struct sx_msg_kexinit msg;
    struct sx_msg_kexinit back;
    struct sx_slice wire;

    if (sx_msg_kexinit_decode(payload, &msg) != SX_OK)
        return;
    promise_inside(payload, msg.cookie);
    PROMISE(msg.cookie.len == 16);
    wire = encode_exact(encode_kexinit, &msg, payload.len);
    PROMISE(wire.len == payload.len);
    PROMISE(sx_msg_kexinit_decode(wire, &back) == SX_OK);
    PROMISE(sx_slice_is_equal(back.cookie, msg.cookie));
    PROMISE(back.first_kex_packet_follows == msg.first_kex_packet_follows);
    for (size_t i = 0; i < SX_LIST_COUNT; i++) {
        promise_inside(payload, msg.lists[i]);
        PROMISE(sx_slice_is_equal(back.lists[i], msg.lists[i]));
    }
    sx_free((void *)(uintptr_t)wire.ptr);
}

static void fuzz_kex_reply(struct sx_slice payload)
{
    struct sx_msg_kex_reply msg;
    struct sx_slice wire;

    if (sx_msg_kex_reply_decode(payload, 31, &msg) != SX_OK)
        return;
    promise_inside(payload, msg.host_key);
    promise_inside(payload, msg.share);
    promise_inside(payload, msg.signature);
    wire = encode_exact(encode_kex_reply, &msg, payload.len);
    PROMISE(sx_slice_is_equal(wire, payload));
    sx_free((void *)(uintptr_t)wire.ptr);
}

static void fuzz_gex(struct sx_slice payload)
{
    struct sx_msg_gex_request request;
    struct sx_msg_gex_group group;
    struct sx_slice wire;

    if (sx_msg_gex_request_decode(payload, SX_MSG_KEX_GEX_REQUEST, &request) == SX_OK) {
        wire = encode_exact(encode_gex_request, &request, payload.len);
        PROMISE(sx_slice_is_equal(wire, payload));
        sx_free((void *)(uintptr_t)wire.ptr);
    }
    if (sx_msg_gex_group_decode(payload, SX_MSG_KEX_GEX_GROUP, &group) == SX_OK) {
        promise_inside(payload, group.p);
        promise_inside(payload, group.g);
        wire = encode_exact(encode_gex_group, &group, payload.len);
        PROMISE(sx_slice_is_equal(wire, payload));
        sx_free((void *)(uintptr_t)wire.ptr);
    }
}

static void fuzz_mpint(struct sx_slice payload)
{
    struct sx_slice magnitude;
    struct sx_slice wire;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    magnitude = sx_reader_mpint(&r);
    if (sx_reader_finish(&r) != SX_OK)
        return;
    promise_inside(payload, magnitude);
    PROMISE(magnitude.len == 0 || magnitude.ptr[0] != 0);
    wire = encode_exact(encode_mpint, &magnitude, payload.len);
    PROMISE(sx_slice_is_equal(wire, payload));
    sx_free((void *)(uintptr_t)wire.ptr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_slice payload = sx_slice_of(data, size);

    fuzz_disconnect(payload);
    fuzz_string(payload, sx_msg_ignore_decode, encode_ignore);
    fuzz_unimplemented(payload);
    fuzz_debug(payload);
    fuzz_string(payload, sx_msg_service_accept_decode, encode_service_accept);
    fuzz_ext_info(payload);
    fuzz_kexinit(payload);
    fuzz_string(payload, sx_msg_kex_init_decode, encode_kex_init);
    fuzz_string(payload, sx_msg_gex_init_decode, encode_gex_init);
    fuzz_gex(payload);
    fuzz_kex_reply(payload);
    fuzz_mpint(payload);
    PROMISE(sx_msg_newkeys_decode(payload) != SX_OK || (size == 1 && data[0] == 21));
    return 0;
}
