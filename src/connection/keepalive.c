/* connection/keepalive.c: asks for life signs, and gives a dead connection up. */
#include "connection/keepalive.h"

#include "wire/msg_connection.h"

void sx_keepalive_init(struct sx_keepalive *keepalive, const struct sx_keepalive_config *config,
                       struct sx_transport *transport, uint64_t now, struct sx_fault *fault)
{
    *keepalive = (struct sx_keepalive){
        .config = *config, .transport = transport, .fault = fault, .moved_at = now
    };
}

void sx_keepalive_moved(struct sx_keepalive *keepalive, uint64_t now, bool is_received)
{
    keepalive->moved_at = now;
    if (is_received)
        keepalive->silent = 0;
}

uint64_t sx_keepalive_deadline(const struct sx_keepalive *keepalive)
{
    if (keepalive->config.interval_seconds == 0)
        return UINT64_MAX;
    return keepalive->moved_at + (uint64_t)keepalive->config.interval_seconds * 1000;
}

static enum sx_err ask(struct sx_keepalive *keepalive)
{
    const struct sx_msg_global_request msg = { sx_slice_text("keepalive@openssh.com"), true,
                                               SX_SLICE_NONE };
    struct sx_writer payload;

    SX_TRY(sx_transport_begin(keepalive->transport, 64, &payload));
    sx_msg_global_request_encode(&payload, &msg);
    SX_TRY(sx_transport_end(keepalive->transport, &payload));
    keepalive->unanswered++;
    return SX_OK;
}

enum sx_err sx_keepalive_tick(struct sx_keepalive *keepalive, uint64_t now)
{
    if (now < sx_keepalive_deadline(keepalive))
        return SX_OK;
    if (keepalive->silent >= keepalive->config.count_max)
        return sx_fault_set(keepalive->fault, SX_ERR_KEEPALIVE,
                            "the server gave no life sign to %u keep-alive requests, one every %u "
                            "seconds",
                            keepalive->silent, keepalive->config.interval_seconds);
    keepalive->silent++;
    keepalive->moved_at = now;
    return sx_transport_is_exchanging(keepalive->transport) ? SX_OK : ask(keepalive);
}

bool sx_keepalive_takes(struct sx_keepalive *keepalive, struct sx_slice payload)
{
    if (payload.len == 0 || keepalive->unanswered == 0 ||
        (payload.ptr[0] != SX_MSG_REQUEST_SUCCESS && payload.ptr[0] != SX_MSG_REQUEST_FAILURE))
        return false;
    keepalive->unanswered--;
    return true;
}
