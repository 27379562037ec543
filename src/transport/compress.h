/* transport/compress.h: zlib on packet payloads (RFC 4253 section 6.2), one direction each. A
 * context runs on from packet to packet and is made anew with each key exchange. */
#ifndef SX_TRANSPORT_COMPRESS_H
#define SX_TRANSPORT_COMPRESS_H

#include "base/buffer.h"
#include "base/error.h"
#include "wire/writer.h"

struct sx_deflate;
struct sx_inflate;

SX_MUST_USE enum sx_err sx_deflate_new(struct sx_deflate **out);

/* sx_deflate_packet writes the compressed payload, flushed so that the peer can read it whole. out
 * needs room for sx_deflate_bound bytes. */
SX_MUST_USE enum sx_err sx_deflate_packet(struct sx_deflate *state, struct sx_slice payload,
                                          struct sx_writer *out);

/* The most that n bytes can become. */
size_t sx_deflate_bound(size_t n);

void sx_deflate_free(struct sx_deflate *state);

SX_MUST_USE enum sx_err sx_inflate_new(struct sx_inflate **out);

/* sx_inflate_packet replaces out's contents by what the payload stands for; never more than out's
 * maximum: SX_ERR_PEER_DECOMPRESS then, and when the data is no zlib. */
SX_MUST_USE enum sx_err sx_inflate_packet(struct sx_inflate *state, struct sx_slice payload,
                                          struct sx_buffer *out);

void sx_inflate_free(struct sx_inflate *state);

#endif
