/* connection/terminal.h: the modes of a pseudo-terminal (RFC 4254 section 8). */
#ifndef SX_CONNECTION_TERMINAL_H
#define SX_CONNECTION_TERMINAL_H

#include "base/error.h"
#include "base/slice.h"

enum { SX_TERMINAL_MODES_MAX = 5 * 159 + 1, SX_TERMINAL_TYPE_MAX = 64 };

/* Encoded modes: an opcode and four bytes each, then TTY_OP_END. */
struct sx_terminal_modes {
    uint8_t bytes[SX_TERMINAL_MODES_MAX];
    size_t len;
};

/* sx_terminal_modes_parse reads "53=0,50=1": opcodes 1 to 159, values of 32 bits; empty is no mode.
 * SX_ERR_ARGUMENT. */
SX_MUST_USE enum sx_err sx_terminal_modes_parse(struct sx_slice text,
                                                struct sx_terminal_modes *out);

/* sx_terminal_modes_set takes encoded modes; TTY_OP_END may be missing. SX_ERR_ARGUMENT. */
SX_MUST_USE enum sx_err sx_terminal_modes_set(struct sx_slice encoded,
                                              struct sx_terminal_modes *out);

#endif
