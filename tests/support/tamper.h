/* tests/support/tamper.h: what a hostile peer does to single messages that it sends.
 *
 * A tamper names a message by its place among all that the peer sends (index, from 0), or by its
 * number, or by both; PEER_ANY matches all. Each works once unless it is_repeated. */
#ifndef SX_TESTS_TAMPER_H
#define SX_TESTS_TAMPER_H

#include "base/slice.h"
#include "wire/writer.h"

enum { PEER_ANY = -1, PEER_TAMPERS_MAX = 8 };

enum peer_tamper_kind {
    TAMPER_NONE,
    TAMPER_STALL,       /* neither this message nor any later one is sent */
    TAMPER_DROP,        /* not sent */
    TAMPER_REPLACE,     /* bytes are sent in its place, as a payload */
    TAMPER_INSERT,      /* bytes are sent before it, as a payload of its own */
    TAMPER_REPEAT,      /* sent twice */
    TAMPER_EDIT,        /* edit writes the payload to be sent */
    TAMPER_FLIP_PLAIN,  /* mask is applied to the payload's byte at offset, before encryption */
    TAMPER_FLIP_SEALED, /* mask is applied to the packet's byte at offset, after encryption */
    TAMPER_LENGTH,      /* packet_length is value; the MAC is right */
    TAMPER_PADDING,     /* padding_length is value; the MAC is right */
    TAMPER_LOSE,        /* sealed and counted, and lost on the way */
    TAMPER_REPLAY,      /* the sealed packet arrives twice */
    TAMPER_CUT,         /* only the first value bytes of the packet are sent, and nothing more */
    TAMPER_RAW,         /* bytes are sent instead of the packet, as they are */
};

/* Offsets below 0 count from the end. */
struct peer_tamper {
    enum peer_tamper_kind kind;
    int index;
    int number;
    bool is_repeated;
    int offset;
    uint8_t mask;
    uint32_t value;
    struct sx_slice bytes;
    void (*edit)(void *ctx, struct sx_slice payload, struct sx_writer *out);
    void *ctx;
};

#endif
