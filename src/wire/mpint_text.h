/* wire/mpint_text.h: an mpint's contents (RFC 4251 section 5) as a number that people write. */
#ifndef SX_WIRE_MPINT_TEXT_H
#define SX_WIRE_MPINT_TEXT_H

#include "base/error.h"
#include "base/slice.h"

enum {
    SX_MPINT_TEXT_BYTES = 2048 + 1,                   /* 16384 bits, and a sign */
    SX_MPINT_TEXT_CHARS = SX_MPINT_TEXT_BYTES * 3 + 2 /* more than its digits, sign and NUL */
};

/* sx_mpint_to_text writes the decimal number, with - where it is negative, and a NUL; out must hold
 * SX_MPINT_TEXT_CHARS. SX_ERR_PEER_DECODE for contents that are not the shortest form or longer
 * than SX_MPINT_TEXT_BYTES. */
SX_MUST_USE enum sx_err sx_mpint_to_text(struct sx_slice contents, char *out);

/* sx_mpint_from_text reads a decimal number, or a hexadecimal one after 0x; - may stand in front.
 * out must hold SX_MPINT_TEXT_BYTES. SX_ERR_ARGUMENT when it is none or too large. */
SX_MUST_USE enum sx_err sx_mpint_from_text(const char *text, uint8_t *out, size_t *out_len);

#endif
