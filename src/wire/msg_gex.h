/* wire/msg_gex.h: Diffie-Hellman group exchange (RFC 4419). INIT (32) and REPLY (33) look like the
 * plain exchange's (wire/msg_transport.h). REQUEST and GROUP look the same in GSSAPI's group
 * exchange (RFC 4462 section 2.2), under the numbers 40 and 41. Conventions as there. */
#ifndef SX_WIRE_MSG_GEX_H
#define SX_WIRE_MSG_GEX_H

#include "wire/numbers.h"
#include "wire/reader.h"
#include "wire/writer.h"

/* RFC 4419 section 3: sizes in bits. */
struct sx_msg_gex_request {
    uint32_t min;
    uint32_t preferred;
    uint32_t max;
};
void sx_msg_gex_request_encode(struct sx_writer *writer, uint8_t number,
                               const struct sx_msg_gex_request *msg);
SX_MUST_USE enum sx_err sx_msg_gex_request_decode(struct sx_slice payload, uint8_t number,
                                                  struct sx_msg_gex_request *out);

/* RFC 4419 section 3: magnitudes without leading zeros. */
struct sx_msg_gex_group {
    struct sx_slice p;
    struct sx_slice g;
};
void sx_msg_gex_group_encode(struct sx_writer *writer, uint8_t number,
                             const struct sx_msg_gex_group *msg);
SX_MUST_USE enum sx_err sx_msg_gex_group_decode(struct sx_slice payload, uint8_t number,
                                                struct sx_msg_gex_group *out);

/* INIT with its own number. */
void sx_msg_gex_init_encode(struct sx_writer *writer, struct sx_slice share);
SX_MUST_USE enum sx_err sx_msg_gex_init_decode(struct sx_slice payload, struct sx_slice *out_share);

#endif
