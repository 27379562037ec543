/* wire/msg_transport.h: one encode and one decode for each message of RFC 4253, RFC 8308 and the
 * key exchanges. Decoders leave *out untouched on error; slices borrow from payload. A payload
 * starts with its message number. Encoders write the whole payload into the writer. */
#ifndef SX_WIRE_MSG_TRANSPORT_H
#define SX_WIRE_MSG_TRANSPORT_H

#include "wire/numbers.h"
#include "wire/reader.h"
#include "wire/writer.h"

/* RFC 4253 section 11.1 */
struct sx_msg_disconnect {
    uint32_t reason;
    struct sx_slice description;
};
SX_MUST_USE enum sx_err sx_msg_disconnect_decode(struct sx_slice payload,
                                                 struct sx_msg_disconnect *out);
void sx_msg_disconnect_encode(struct sx_writer *writer, const struct sx_msg_disconnect *msg);

/* RFC 4253 section 11.2 */
SX_MUST_USE enum sx_err sx_msg_ignore_decode(struct sx_slice payload, struct sx_slice *out_data);
void sx_msg_ignore_encode(struct sx_writer *writer, struct sx_slice data);

/* RFC 4253 section 11.3 */
struct sx_msg_debug {
    bool always_display;
    struct sx_slice message;
};
SX_MUST_USE enum sx_err sx_msg_debug_decode(struct sx_slice payload, struct sx_msg_debug *out);
void sx_msg_debug_encode(struct sx_writer *writer, const struct sx_msg_debug *msg);

/* RFC 4253 section 11.4 */
SX_MUST_USE enum sx_err sx_msg_unimplemented_decode(struct sx_slice payload,
                                                    uint32_t *out_sequence);
void sx_msg_unimplemented_encode(struct sx_writer *writer, uint32_t sequence);

/* RFC 4253 section 10 */
void sx_msg_service_request_encode(struct sx_writer *writer, const char *service);
SX_MUST_USE enum sx_err sx_msg_service_request_decode(struct sx_slice payload,
                                                      struct sx_slice *out_service);
SX_MUST_USE enum sx_err sx_msg_service_accept_decode(struct sx_slice payload,
                                                     struct sx_slice *out_service);
void sx_msg_service_accept_encode(struct sx_writer *writer, struct sx_slice service);

/* RFC 8308 section 2.3: count, then pairs. Only server-sig-algs is kept; unknown names are
 * skipped, a repeated name is an error, more than 256 extensions too. */
struct sx_msg_ext_info {
    uint32_t count;
    bool has_server_sig_algs;
    struct sx_slice server_sig_algs;
};
SX_MUST_USE enum sx_err sx_msg_ext_info_decode(struct sx_slice payload,
                                               struct sx_msg_ext_info *out);
void sx_msg_ext_info_encode(struct sx_writer *writer, struct sx_slice server_sig_algs);

/* RFC 4253 section 7.1. lists[] in wire order. */
enum sx_kexinit_list {
    SX_LIST_KEX,
    SX_LIST_HOST_KEY,
    SX_LIST_CIPHER_C2S,
    SX_LIST_CIPHER_S2C,
    SX_LIST_MAC_C2S,
    SX_LIST_MAC_S2C,
    SX_LIST_COMPRESSION_C2S,
    SX_LIST_COMPRESSION_S2C,
    SX_LIST_LANGUAGE_C2S,
    SX_LIST_LANGUAGE_S2C,
    SX_LIST_COUNT,
};
struct sx_msg_kexinit {
    struct sx_slice cookie; /* 16 bytes */
    struct sx_slice lists[SX_LIST_COUNT];
    bool first_kex_packet_follows;
};
SX_MUST_USE enum sx_err sx_msg_kexinit_decode(struct sx_slice payload, struct sx_msg_kexinit *out);
void sx_msg_kexinit_encode(struct sx_writer *writer, const struct sx_msg_kexinit *msg);

/* RFC 4253 section 7.3 */
SX_MUST_USE enum sx_err sx_msg_newkeys_decode(struct sx_slice payload);
void sx_msg_newkeys_encode(struct sx_writer *writer);

/* RFC 4253 section 8 (e and f are mpints) and RFC 5656 section 4 (Q is a string) look the same on
 * the wire: number, length, content. share is that content, for an mpint with its sign byte;
 * crypto/agree.h makes and checks it. */
void sx_msg_kex_init_encode(struct sx_writer *writer, struct sx_slice share);
SX_MUST_USE enum sx_err sx_msg_kex_init_decode(struct sx_slice payload, struct sx_slice *out_share);
struct sx_msg_kex_reply {
    struct sx_slice host_key;
    struct sx_slice share;
    struct sx_slice signature;
};
SX_MUST_USE enum sx_err sx_msg_kex_reply_decode(struct sx_slice payload, uint8_t number,
                                                struct sx_msg_kex_reply *out);
void sx_msg_kex_reply_encode(struct sx_writer *writer, uint8_t number,
                             const struct sx_msg_kex_reply *msg);

#endif
