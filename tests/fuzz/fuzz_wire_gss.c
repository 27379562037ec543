/* Fuzzes the decoders of wire/msg_gss.h, each on the whole input. What is accepted must be bounded,
 * lie inside, and read the same again when it is written. */
#include "fuzz/fuzz_wire.h"

#include "wire/msg_gss.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t number; /* of the message that is tried, for encoders that take one */

ENCODER(init, struct sx_msg_kexgss_init, sx_msg_kexgss_init_encode(writer, msg))
ENCODER(continue, struct sx_slice, sx_msg_kexgss_continue_encode(writer, *msg))
ENCODER(complete, struct sx_msg_kexgss_complete, sx_msg_kexgss_complete_encode(writer, msg))
ENCODER(hostkey, struct sx_slice, sx_msg_kexgss_hostkey_encode(writer, *msg))
ENCODER(error, struct sx_msg_gss_error, sx_msg_gss_error_encode(writer, number, msg))
ENCODER(response, struct sx_slice, sx_msg_gssapi_response_encode(writer, *msg))
ENCODER(token, struct sx_slice, sx_msg_gssapi_token_encode(writer, number, *msg))

typedef enum sx_err token_decode_fn(struct sx_slice payload, struct sx_slice *out);

static enum sx_err decode_numbered(struct sx_slice payload, struct sx_slice *out)
{
    return sx_msg_gssapi_token_decode(payload, number, out);
}

static void fuzz_token(struct sx_slice payload, token_decode_fn *decode, encode_fn *encode)
{
    struct sx_slice token, wire;

    if (decode(payload, &token) != SX_OK)
        return;
    promise_inside(payload, token);
    PROMISE(token.len <= SX_GSS_TOKEN_MAX);
    wire = encode_exact(encode, &token, payload.len);
    PROMISE(sx_slice_is_equal(wire, payload));
    sx_free((void *)(uintptr_t)wire.ptr);
}

static void fuzz_init(struct sx_slice payload)
{
    struct sx_msg_kexgss_init msg;
    struct sx_slice wire;

    if (sx_msg_kexgss_init_decode(payload, &msg) != SX_OK)
        return;
    promise_inside(payload, msg.token);
    promise_inside(payload, msg.share);
    PROMISE(msg.token.len <= SX_GSS_TOKEN_MAX);
    wire = encode_exact(encode_init, &msg, payload.len);
    PROMISE(sx_slice_is_equal(wire, payload));
    sx_free((void *)(uintptr_t)wire.ptr);
}

static void fuzz_complete(struct sx_slice payload)
{
    struct sx_msg_kexgss_complete msg, back;
    struct sx_slice wire;

    if (sx_msg_kexgss_complete_decode(payload, &msg) != SX_OK)
        return;
    promise_inside(payload, msg.share);
    promise_inside(payload, msg.mic);
    promise_inside(payload, msg.token);
    PROMISE(msg.mic.len <= SX_GSS_TOKEN_MAX && msg.token.len <= SX_GSS_TOKEN_MAX);
    PROMISE(msg.has_token || msg.token.len == 0);
    wire = encode_exact(encode_complete, &msg, payload.len);
    /* any byte that isn't 0 says true, so the bytes may differ there */
    PROMISE(wire.len == payload.len);
    PROMISE(sx_msg_kexgss_complete_decode(wire, &back) == SX_OK);
    PROMISE(back.has_token == msg.has_token && sx_slice_is_equal(back.token, msg.token));
    sx_free((void *)(uintptr_t)wire.ptr);
}

static void fuzz_error(struct sx_slice payload)
{
    struct sx_msg_gss_error msg, back;
    struct sx_slice wire;

    if (sx_msg_gss_error_decode(payload, number, &msg) != SX_OK)
        return;
    promise_inside(payload, msg.message);
    PROMISE(msg.message.len <= SX_GSS_TEXT_MAX);
    wire = encode_exact(encode_error, &msg, payload.len);
    PROMISE(sx_msg_gss_error_decode(wire, number, &back) == SX_OK);
    PROMISE(back.major == msg.major && back.minor == msg.minor);
    PROMISE(sx_slice_is_equal(back.message, msg.message));
    sx_free((void *)(uintptr_t)wire.ptr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t token_numbers[] = { SX_MSG_USERAUTH_GSSAPI_TOKEN,
                                             SX_MSG_USERAUTH_GSSAPI_ERRTOK,
                                             SX_MSG_USERAUTH_GSSAPI_MIC };
    static const uint8_t error_numbers[] = { SX_MSG_KEXGSS_ERROR, SX_MSG_USERAUTH_GSSAPI_ERROR };
    struct sx_slice payload = sx_slice_of(data, size);

    fuzz_init(payload);
    fuzz_token(payload, sx_msg_kexgss_continue_decode, encode_continue);
    fuzz_complete(payload);
    fuzz_token(payload, sx_msg_kexgss_hostkey_decode, encode_hostkey);
    fuzz_token(payload, sx_msg_gssapi_response_decode, encode_response);
    for (size_t i = 0; i < sizeof token_numbers; i++) {
        number = token_numbers[i];
        fuzz_token(payload, decode_numbered, encode_token);
    }
    for (size_t i = 0; i < sizeof error_numbers; i++) {
        number = error_numbers[i];
        fuzz_error(payload);
    }
    return 0;
}
