/* tests/support/peer_inside.h: between the files of the peer. */
#ifndef SX_TESTS_PEER_INSIDE_H
#define SX_TESTS_PEER_INSIDE_H

#include "support/peer.h"

/* Keeps the first mistake of the client (or failure of our own). */
void peer_fail(struct peer *peer, enum sx_err err, const char *note);

/* Sends a finished payload through tampers and seal; peer_end without the holding back. */
void peer_emit(struct peer *peer, struct sx_slice payload);
void peer_flush_held(struct peer *peer);

/* Seals payload with a packet_length or padding_length that is not its own; below 0 for right. */
void peer_seal_odd(struct peer *peer, struct sx_slice payload, int64_t length, int64_t padding);

void peer_kex_init(struct peer *peer);
void peer_kex_clear(struct peer *peer);
void peer_kex_start(struct peer *peer);
void peer_kex_message(struct peer *peer, struct sx_slice payload);

void peer_auth_message(struct peer *peer, struct sx_slice payload);

void peer_channel_message(struct peer *peer, struct sx_slice payload);
void peer_channel_work(struct peer *peer);

#endif
