/* wire/param.h: the reference's field languages for packets ("set_ssh_param", "get_ssh_param").
 *
 * A type is one of s (text), sb (text as hex), m (mpint), i and l (integers of 32 and 64 bits),
 * b (byte), f (boolean). A field is "%" and types, comma-separated, from the first byte of the
 * payload on, of which the last is meant; or the name of a well-known field of a channel request
 * (RFC 4254 sections 5.4, 6.2 to 6.9). Differs from the reference, whose one example, "%s,f" for an
 * x11-req, fits no order of that packet: there it is "%b,i,s,f,f,s" or X11AuthProtocol. */
#ifndef SX_WIRE_PARAM_H
#define SX_WIRE_PARAM_H

#include "base/secret.h"

enum { SX_PARAM_PAYLOAD_MAX = 32 * 1024, SX_PARAM_TYPES_MAX = 64 };

/* One field; raw borrows from the payload. */
struct sx_param {
    char type;           /* s, m, i, l, b or f; x for sb */
    struct sx_slice raw; /* of texts and mpints the contents, of numbers their bytes */
};

/* sx_param_find reads a field. SX_ERR_ARGUMENT when field is none, SX_ERR_PEER_DECODE when the
 * payload doesn't have it. */
SX_MUST_USE enum sx_err sx_param_find(struct sx_slice payload, const char *field,
                                      struct sx_param *out);

/* sx_param_text gives the value as sx_param_append takes it, with a NUL: numbers in decimal, sb in
 * upper case, f as true or false. SX_ERR_PEER_DECODE for a text with a NUL inside and for an mpint
 * that is not in its shortest form. */
SX_MUST_USE enum sx_err sx_param_text(const struct sx_param *param, struct sx_secret *out);

/* sx_param_append makes payload and behind it the value. payload may lie in *out. SX_ERR_ARGUMENT
 * when type is none, value none of that type; SX_ERR_SPACE beyond SX_PARAM_PAYLOAD_MAX. */
SX_MUST_USE enum sx_err sx_param_append(struct sx_slice payload, const char *type,
                                        const char *value, struct sx_secret *out);

#endif
