/* transport/trace.h: packets in the log: at level 2 that they went by, at level 3 their fields, after
 * decryption and before encryption, as wire/describe.h defines them. */
#ifndef SX_TRANSPORT_TRACE_H
#define SX_TRANSPORT_TRACE_H

#include "transport/transport.h"

/* What a packet costs when nobody looks: this question. */
static inline bool sx_trace_is_on(const struct sx_transport *transport)
{
    const struct sx_log *log = transport->config.log;

    return log != NULL && log->level >= SX_LOG_VERBOSE;
}

void sx_trace_packet(struct sx_transport *transport, struct sx_slice payload, bool is_sent);

static inline void sx_trace_received(struct sx_transport *transport, struct sx_slice payload)
{
    if (sx_trace_is_on(transport))
        sx_trace_packet(transport, payload, false);
}

/* Before sx_packet_end. */
void sx_trace_written(struct sx_transport *transport, const struct sx_writer *payload);

static inline void sx_trace_sent(struct sx_transport *transport, const struct sx_writer *payload)
{
    if (sx_trace_is_on(transport))
        sx_trace_written(transport, payload);
}

#endif
