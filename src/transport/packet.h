/* transport/packet.h: the binary packet protocol of RFC 4253 section 6, one direction each.
 *
 * Both ends work in place: a reader decrypts inside the receive buffer and hands the payload out
 * as a slice of it; a writer lets the payload be built where it is encrypted, but for a string that
 * may stay elsewhere until then (wire/writer.h). Neither allocates for a packet. They know no roles, so a test peer uses them too. */
#ifndef SX_TRANSPORT_PACKET_H
#define SX_TRANSPORT_PACKET_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/secret.h"
#include "crypto/cipher.h"
#include "crypto/mac.h"
#include "transport/compress.h"
#include "wire/compression.h"
#include "wire/writer.h"

enum {
    /* Largest packet_length that is accepted. RFC 4253 section 6.1 asks for 35000; servers send
     * KEXINITs and host certificates beyond that, and OpenSSH stops at this size too. */
    SX_PACKET_LENGTH_MAX = 256 * 1024,
    SX_PACKET_PADDING_MIN = 4,
    /* What a packet can have around its payload: length, padding length, padding, tag. */
    SX_PACKET_OVERHEAD_MAX = 4 + 1 + 4 + 2 * 16 + SX_MAC_TAG_MAX,
};

/* The keyed algorithms of one direction; all NULL before the first NEWKEYS. Owned. */
struct sx_packet_keys {
    const struct sx_cipher_alg *cipher_alg;
    const struct sx_mac_alg *mac_alg;
    struct sx_cipher *cipher;
    struct sx_mac *mac;
    const struct sx_compression_alg *compression; /* NULL: none */
};
void sx_packet_keys_clear(struct sx_packet_keys *keys);

/* Counters since the keys were taken into use. */
struct sx_packet_usage {
    uint64_t bytes;
    uint64_t packets;
};

struct sx_packet_reader {
    struct sx_packet_keys keys;
    struct sx_packet_usage usage;
    uint32_t sequence; /* of the next packet */
    bool has_length;   /* the next packet's length is known (and its first block decrypted) */
    uint32_t length;
    size_t finished;            /* bytes of the last packet, still at the buffer's front */
    size_t discard;             /* bytes to read before a damaged packet is told; 0 while none is */
    struct sx_inflate *inflate; /* NULL while nothing is compressed */
    struct sx_buffer inflated;  /* the payload after it was decompressed */
};

/* sx_packet_read decrypts and checks the next packet of in, if it is whole; *out_has says so, and
 * *out_payload borrows from in until the next call. *out_sequence is its sequence number. */
SX_MUST_USE enum sx_err sx_packet_read(struct sx_packet_reader *reader, struct sx_buffer *in,
                                       struct sx_fault *fault, bool *out_has,
                                       struct sx_slice *out_payload, uint32_t *out_sequence);

/* How many more bytes the packet at hand needs at least; a hint for the size of reads. */
size_t sx_packet_missing(const struct sx_packet_reader *reader, const struct sx_buffer *in);

/* sx_packet_reader_rekey takes keys into use (moved); with reset, sequence numbers restart at 0
 * as strict key exchange wants. Compression starts anew: at once, or when is_authenticated for a
 * delayed one. SX_ERR_MEMORY. */
SX_MUST_USE enum sx_err sx_packet_reader_rekey(struct sx_packet_reader *reader,
                                               struct sx_packet_keys *keys, bool reset,
                                               bool is_authenticated);

/* The user is authenticated: delayed compression starts with the next packet. */
SX_MUST_USE enum sx_err sx_packet_reader_authenticated(struct sx_packet_reader *reader);
void sx_packet_reader_clear(struct sx_packet_reader *reader);

enum { SX_PADDING_POOL = 512 };

struct sx_packet_writer {
    struct sx_packet_keys keys;
    struct sx_packet_usage usage;
    uint32_t sequence;
    struct sx_provider *provider; /* borrowed: random padding */
    uint8_t pool[SX_PADDING_POOL];
    size_t pool_left;
    struct sx_deflate *deflate; /* NULL while nothing is compressed */
    struct sx_buffer plain;     /* the payload before it is compressed */
};

/* sx_packet_begin makes room in out and points payload at it; sx_packet_end pads, authenticates
 * and encrypts what was written there and appends it. Nothing is appended when either fails. */
SX_MUST_USE enum sx_err sx_packet_begin(struct sx_packet_writer *writer, struct sx_buffer *out,
                                        size_t payload_max, struct sx_writer *payload);
SX_MUST_USE enum sx_err sx_packet_end(struct sx_packet_writer *writer, struct sx_buffer *out,
                                      const struct sx_writer *payload);

SX_MUST_USE enum sx_err sx_packet_writer_rekey(struct sx_packet_writer *writer,
                                               struct sx_packet_keys *keys, bool reset,
                                               bool is_authenticated);
SX_MUST_USE enum sx_err sx_packet_writer_authenticated(struct sx_packet_writer *writer);
void sx_packet_writer_clear(struct sx_packet_writer *writer);

#endif
