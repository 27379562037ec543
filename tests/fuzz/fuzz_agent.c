/* Fuzzes what an ssh-agent may send: the decoders of wire/msg_agent.h on the whole input, and the
 * exchange of services/agent.h on the input as a stream, cut into pieces by its first byte. */
#include "fuzz/fuzz_wire.h"

#include "services/agent.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

ENCODER(response, struct sx_slice, sx_msg_agent_sign_response_encode(writer, *msg))

static void fuzz_identities(struct sx_slice payload)
{
    struct sx_msg_agent_identities list;
    struct sx_agent_identity identity;
    uint32_t count = 0;
    size_t bytes = 5;

    if (sx_msg_agent_identities_decode(payload, &list) != SX_OK)
        return;
    PROMISE(list.count <= SX_AGENT_IDENTITIES_MAX);
    while (sx_msg_agent_identity_next(&list, &identity)) {
        promise_inside(payload, identity.blob);
        promise_inside(payload, identity.comment);
        bytes += 8 + identity.blob.len + identity.comment.len;
        count++;
    }
    PROMISE(bytes == payload.len && count <= SX_AGENT_IDENTITIES_MAX);
}

static void fuzz_response(struct sx_slice payload)
{
    struct sx_slice signature;
    struct sx_slice wire;

    if (sx_msg_agent_sign_response_decode(payload, &signature) != SX_OK)
        return;
    promise_inside(payload, signature);
    wire = encode_exact(encode_response, &signature, payload.len);
    PROMISE(sx_slice_is_equal(wire, payload));
    sx_free((void *)(uintptr_t)wire.ptr);
}

/* However the bytes are cut, the exchange ends in the same way. */
static enum sx_err exchange(struct sx_slice stream, size_t piece, enum sx_agent_state *out_state)
{
    const struct sx_msg_agent_sign_request request = { sx_slice_text("key"), sx_slice_text("data"),
                                                       0 };
    struct sx_msg_agent_identities list;
    struct sx_slice signature = SX_SLICE_NONE;
    enum sx_err err = SX_OK;
    struct sx_agent agent;

    sx_agent_init(&agent);
    PROMISE(sx_agent_ask_signature(&agent, &request) == SX_OK);
    sx_agent_sent(&agent, sx_agent_to_send(&agent).len);
    while (err == SX_OK && stream.len > 0) {
        size_t n = stream.len < piece ? stream.len : piece;

        err = sx_agent_received(&agent, sx_slice_of(stream.ptr, n), NULL);
        stream = sx_slice_of(stream.ptr + n, stream.len - n);
    }
    PROMISE(err == SX_OK || err == SX_ERR_AGENT_ANSWER);
    *out_state = agent.state;
    if (err == SX_OK && agent.state == SX_AGENT_ANSWERED) {
        enum sx_err is_signature = sx_agent_take_signature(&agent, NULL, &signature);

        PROMISE(is_signature != SX_OK || sx_agent_take_identities(&agent, NULL, &list) != SX_OK);
    } else {
        PROMISE(sx_agent_take_signature(&agent, NULL, &signature) != SX_OK || err != SX_OK);
    }
    sx_agent_clear(&agent);
    return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_slice payload = sx_slice_of(data, size);
    enum sx_agent_state whole, cut;

    fuzz_identities(payload);
    fuzz_response(payload);
    if (size > 1) {
        struct sx_slice stream = sx_slice_of(data + 1, size - 1);
        enum sx_err err = exchange(stream, stream.len, &whole);

        PROMISE(exchange(stream, 1 + data[0] % 32, &cut) == err);
        PROMISE(err != SX_OK || whole == cut);
    }
    return 0;
}
