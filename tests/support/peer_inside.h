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

/* The host key that was negotiated; empty for none. */
struct sx_slice peer_host_key_blob(const struct peer *peer);

/* Answers the client's share: reply, keys, NEWKEYS. */
void peer_kex_answer(struct peer *peer, struct sx_slice client_share);

/* GSSAPI (peer_gss.c). complete sends what ends a key exchange; keyex tells whether a request of
 * that method is right; auth_message whether gssapi-with-mic is over, and how. */
void peer_gss_kex_message(struct peer *peer, struct sx_slice payload);
void peer_gss_complete(struct peer *peer, struct sx_slice share, struct sx_slice hash);
bool peer_gss_keyex(struct peer *peer, struct sx_slice fields);
void peer_gss_respond(struct peer *peer, struct sx_slice fields);
bool peer_gss_auth_message(struct peer *peer, struct sx_slice payload, bool *out_is_right);

void peer_auth_message(struct peer *peer, struct sx_slice payload);

void peer_channel_message(struct peer *peer, struct sx_slice payload);
void peer_channel_work(struct peer *peer);

#endif
