/* connection/keepalive.h: life signs that are asked for: a global request that no server knows, and
 * every server must answer (RFC 4254 section 4). Whatever comes from the server is a life sign. */
#ifndef SX_CONNECTION_KEEPALIVE_H
#define SX_CONNECTION_KEEPALIVE_H

#include "transport/transport.h"

struct sx_keepalive_config {
    unsigned interval_seconds; /* of silence in both directions; 0: never asked */
    unsigned count_max;        /* requests in a row without a life sign before giving up */
};

struct sx_keepalive {
    struct sx_keepalive_config config;
    struct sx_transport *transport;
    struct sx_fault *fault;
    uint64_t moved_at;   /* bytes went or came */
    unsigned silent;     /* requests since something came */
    unsigned unanswered; /* requests whose answers are to come */
};

void sx_keepalive_init(struct sx_keepalive *keepalive, const struct sx_keepalive_config *config,
                       struct sx_transport *transport, uint64_t now, struct sx_fault *fault);

/* Bytes went out or, is_received, came in. */
void sx_keepalive_moved(struct sx_keepalive *keepalive, uint64_t now, bool is_received);

/* When sx_keepalive_tick has something to do. */
uint64_t sx_keepalive_deadline(const struct sx_keepalive *keepalive);

/* sx_keepalive_tick asks when it is time; only while signed on. During a key exchange, where it may
 * not, the silence counts all the same. SX_ERR_KEEPALIVE. */
SX_MUST_USE enum sx_err sx_keepalive_tick(struct sx_keepalive *keepalive, uint64_t now);

/* sx_keepalive_takes says whether payload, a REQUEST_SUCCESS or REQUEST_FAILURE, answers one of
 * ours, and counts it. */
bool sx_keepalive_takes(struct sx_keepalive *keepalive, struct sx_slice payload);

#endif
