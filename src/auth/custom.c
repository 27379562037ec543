/* auth/custom.c: authentication that the caller's own code does (the reference's amCustom). It is
 * asked for a packet at the start, with the server's SERVICE_ACCEPT, and then for an answer to each
 * message but the banner and SUCCESS. What it may send is authentication and nothing else. */
#include "auth/failure.h"
#include "auth/userauth.h"
#include "base/text.h"
#include "wire/msg_auth.h"

enum { PACKET_MAX = 32 * 1024 };

static enum sx_err ask(struct sx_auth *auth)
{
    const struct sx_event_ask event = { .kind = SX_ASK_PACKET, .packet = auth->last };

    return sx_auth_ask(auth, &event);
}

static enum sx_err message(struct sx_auth *auth, struct sx_slice payload)
{
    (void)payload; /* it is the last one */
    return ask(auth);
}

/* A request must be for the service that comes after it; its method is noted for the error text. */
static enum sx_err check_request(struct sx_auth *auth, struct sx_slice packet)
{
    struct sx_msg_userauth_request msg;
    char shown[64];

    if (sx_msg_userauth_request_decode(packet, &msg) != SX_OK)
        return sx_fault_set(auth->fault, SX_ERR_AUTH_PACKET,
                            "custom authentication: the packet is no USERAUTH_REQUEST: byte 50, "
                            "then strings user, \"ssh-connection\" and method");
    if (!sx_slice_is_text(msg.service, "ssh-connection"))
        return sx_fault_set(auth->fault, SX_ERR_AUTH_PACKET,
                            "custom authentication: the request names service \"%s\", not "
                            "ssh-connection",
                            sx_escape(shown, sizeof shown, msg.service));
    sx_auth_note_tried(auth, sx_escape(shown, sizeof shown, msg.method));
    return SX_OK;
}

static enum sx_err check_packet(struct sx_auth *auth, struct sx_slice packet)
{
    uint8_t number = packet.ptr[0];

    if (packet.len > PACKET_MAX)
        return sx_fault_set(auth->fault, SX_ERR_AUTH_PACKET,
                            "custom authentication: the packet has more than %d bytes", PACKET_MAX);
    if (number == SX_MSG_USERAUTH_REQUEST)
        return check_request(auth, packet);
    if (number >= SX_MSG_USERAUTH_FIRST && number <= SX_MSG_USERAUTH_LAST)
        return SX_OK;
    return sx_fault_set(auth->fault, SX_ERR_AUTH_PACKET,
                        "custom authentication: the packet has type %u; only 50 "
                        "(USERAUTH_REQUEST) and 60 to 79 may be sent",
                        number);
}

static enum sx_err answer(struct sx_auth *auth, const struct sx_slice *answers, unsigned count)
{
    struct sx_writer payload;

    if (count == 0 || answers[0].len == 0) {
        sx_auth_note(auth, "; the custom authentication gave no packet to send");
        auth->is_exhausted = true;
        return SX_OK;
    }
    SX_TRY(check_packet(auth, answers[0]));
    auth->is_proof_sent = true; /* what proves it is the caller's matter */
    SX_TRY(sx_transport_begin(auth->transport, answers[0].len, &payload));
    sx_writer_bytes(&payload, answers[0]);
    return sx_transport_end(auth->transport, &payload);
}

const struct sx_auth_method sx_auth_method_custom = {
    .name = "custom", .start = ask, .message = message, .retry = ask, .answer = answer
};
