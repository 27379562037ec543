/* Fuzzes the decoders of wire/msg_auth.h and wire/msg_interactive.h, each on the whole input. */
#include "fuzz/fuzz_wire.h"

#include "wire/msg_auth.h"
#include "wire/msg_interactive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

ENCODER(failure, struct sx_msg_userauth_failure, sx_msg_userauth_failure_encode(writer, msg))
ENCODER(banner, struct sx_slice, sx_msg_userauth_banner_encode(writer, *msg))
ENCODER(changereq, struct sx_slice, sx_msg_userauth_passwd_changereq_encode(writer, *msg))
ENCODER(info_request, struct sx_msg_info_request, sx_msg_info_request_encode(writer, msg))
ENCODER(pk_ok, struct sx_msg_userauth_pk_ok, sx_msg_userauth_pk_ok_encode(writer, msg))

/* A request comes from us; here it is the user and the password that come from elsewhere. */
static void encode_password(struct sx_writer *writer, const void *opaque)
{
    const struct sx_msg_userauth_request *msg = opaque;

    sx_msg_userauth_password_encode(writer, msg->user, msg->fields);
}

static void fuzz_request(struct sx_slice payload)
{
    struct sx_msg_userauth_request msg;
    struct sx_msg_userauth_request back;
    struct sx_reader r;
    struct sx_slice wire;

    if (sx_msg_userauth_request_decode(payload, &msg) != SX_OK)
        return;
    promise_inside(payload, msg.user);
    promise_inside(payload, msg.service);
    promise_inside(payload, msg.method);
    promise_inside(payload, msg.fields);
    PROMISE(13 + msg.user.len + msg.service.len + msg.method.len + msg.fields.len == payload.len);

    wire = encode_exact(encode_password, &msg, payload.len + 64);
    PROMISE(sx_msg_userauth_request_decode(wire, &back) == SX_OK);
    PROMISE(sx_slice_is_equal(back.user, msg.user));
    PROMISE(sx_slice_is_text(back.service, "ssh-connection"));
    PROMISE(sx_slice_is_text(back.method, "password"));
    sx_reader_init(&r, back.fields);
    PROMISE(!sx_reader_bool(&r));
    PROMISE(sx_slice_is_equal(sx_reader_string(&r), msg.fields));
    PROMISE(sx_reader_finish(&r) == SX_OK);
    sx_free((void *)(uintptr_t)wire.ptr);
}

static void fuzz_failure(struct sx_slice payload)
{
    struct sx_msg_userauth_failure msg;
    struct sx_msg_userauth_failure back;
    struct sx_slice wire;

    if (sx_msg_userauth_failure_decode(payload, &msg) != SX_OK)
        return;
    promise_inside(payload, msg.methods);
    wire = encode_exact(encode_failure, &msg, payload.len);
    PROMISE(sx_msg_userauth_failure_decode(wire, &back) == SX_OK);
    PROMISE(sx_slice_is_equal(back.methods, msg.methods));
    PROMISE(back.partial_success == msg.partial_success);
    sx_free((void *)(uintptr_t)wire.ptr);
}

typedef enum sx_err text_decode_fn(struct sx_slice payload, struct sx_slice *out);

static void fuzz_text(struct sx_slice payload, text_decode_fn *decode, encode_fn *encode)
{
    struct sx_slice text;
    struct sx_slice back;
    struct sx_slice wire;

    if (decode(payload, &text) != SX_OK)
        return;
    promise_inside(payload, text);
    wire = encode_exact(encode, &text, payload.len);
    PROMISE(decode(wire, &back) == SX_OK);
    PROMISE(sx_slice_is_equal(back, text));
    sx_free((void *)(uintptr_t)wire.ptr);
}

static void fuzz_pk_ok(struct sx_slice payload)
{
    struct sx_msg_userauth_pk_ok msg;
    struct sx_slice wire;

    if (sx_msg_userauth_pk_ok_decode(payload, &msg) != SX_OK)
        return;
    promise_inside(payload, msg.algorithm);
    promise_inside(payload, msg.public_key);
    wire = encode_exact(encode_pk_ok, &msg, payload.len);
    PROMISE(sx_slice_is_equal(wire, payload));
    sx_free((void *)(uintptr_t)wire.ptr);
}

static void fuzz_info_request(struct sx_slice payload)
{
    struct sx_msg_info_request msg;
    struct sx_msg_info_request back;
    struct sx_slice wire;

    if (sx_msg_info_request_decode(payload, &msg) != SX_OK)
        return;
    promise_inside(payload, msg.name);
    promise_inside(payload, msg.instruction);
    PROMISE(msg.count <= SX_PROMPTS_MAX);
    wire = encode_exact(encode_info_request, &msg, payload.len);
    PROMISE(sx_msg_info_request_decode(wire, &back) == SX_OK);
    PROMISE(back.count == msg.count);
    for (unsigned i = 0; i < msg.count; i++) {
        promise_inside(payload, msg.prompts[i].text);
        PROMISE(msg.prompts[i].text.len > 0);
        PROMISE(sx_slice_is_equal(msg.prompts[i].text, back.prompts[i].text));
        PROMISE(msg.prompts[i].is_echoed == back.prompts[i].is_echoed);
    }
    sx_free((void *)(uintptr_t)wire.ptr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_slice payload = sx_slice_of(data, size);

    fuzz_request(payload);
    fuzz_failure(payload);
    fuzz_text(payload, sx_msg_userauth_banner_decode, encode_banner);
    fuzz_text(payload, sx_msg_userauth_passwd_changereq_decode, encode_changereq);
    fuzz_pk_ok(payload);
    fuzz_info_request(payload);
    PROMISE(sx_msg_userauth_success_decode(payload) != SX_OK || (size == 1 && data[0] == 52));
    return 0;
}
