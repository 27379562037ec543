/* transport/accept.h: which message is welcome when, and who takes it.
 *
 * One const table, phase x message number. A known message without a cell is a protocol error;
 * an unknown number is answered with UNIMPLEMENTED (RFC 4253 section 11.4), except during a
 * strict initial key exchange, where everything unexpected ends the connection. */
#ifndef SX_TRANSPORT_ACCEPT_H
#define SX_TRANSPORT_ACCEPT_H

#include <stdint.h>

/* Phases of the receiving direction. */
enum sx_phase {
    SX_PHASE_KEXINIT,            /* version lines exchanged, first KEXINIT not here yet */
    SX_PHASE_KEX_INITIAL,        /* first key exchange, without strict rules */
    SX_PHASE_KEX_INITIAL_STRICT, /* first key exchange under strict rules */
    SX_PHASE_SERVICE,            /* encrypted, SERVICE_ACCEPT not here yet */
    SX_PHASE_AUTH,
    SX_PHASE_CONNECTED,
    SX_PHASE_REKEY, /* the server's KEXINIT is here, its NEWKEYS not yet */
    SX_PHASE_COUNT,
};

enum sx_owner {
    SX_OWNER_NONE, /* protocol error */
    SX_OWNER_TRANSPORT,
    SX_OWNER_KEX,
    SX_OWNER_AUTH,
    SX_OWNER_CONNECTION,
    SX_OWNER_UNKNOWN, /* answer UNIMPLEMENTED */
};

enum sx_owner sx_accept_owner(enum sx_phase phase, uint8_t number);

const char *sx_phase_name(enum sx_phase phase);

#endif
