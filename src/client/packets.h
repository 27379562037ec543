/* client/packets.h: packets as hexadecimal texts, and what the packet methods lend. */
#ifndef SX_CLIENT_PACKETS_H
#define SX_CLIENT_PACKETS_H

#include "client/object.h"

/* Upper-case digits with a NUL behind them. */
SX_MUST_USE enum sx_err sx_packet_encode(struct sx_slice packet, struct sx_secret *out);

/* SX_ERR_ARGUMENT when text is no hexadecimal or too long. */
SX_MUST_USE enum sx_err sx_packet_decode(const char *text, struct sx_secret *out);

/* Wipes what was lent. */
void sx_packets_clear(struct sexec *object);

#endif
