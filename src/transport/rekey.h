/* transport/rekey.h: the messages of a key exchange, when one is due, and when it is too late for
 * one. Shared by the files of this room only. */
#ifndef SX_TRANSPORT_REKEY_H
#define SX_TRANSPORT_REKEY_H

#include "transport/transport.h"

/* Sends our KEXINIT. */
SX_MUST_USE enum sx_err sx_rekey_start(struct sx_transport *transport, enum sx_rekey_reason reason);

/* Starts an exchange when bytes, packets or time ask for it and none runs. What is sent or comes
 * under the old keys meanwhile is bounded: SX_ERR_POLICY_REKEY (transport/rekey_due.c). */
SX_MUST_USE enum sx_err sx_rekey_if_due(struct sx_transport *transport);

/* When time alone makes sx_rekey_if_due do something; UINT64_MAX for never. */
uint64_t sx_rekey_deadline(const struct sx_transport *transport);

/* A message that the acceptance table gives to the key exchange. */
SX_MUST_USE enum sx_err sx_rekey_message(struct sx_transport *transport, struct sx_slice payload,
                                         uint32_t sequence);

/* Goes on when the caller has made a first token of GSSAPI, or can't. */
SX_MUST_USE enum sx_err sx_rekey_go_on(struct sx_transport *transport);

/* Sends a message of the exchange at once, while others are held. */
SX_MUST_USE enum sx_err sx_rekey_send(struct sx_transport *transport,
                                      const struct sx_writer *payload);

/* Sends what was held while our side waited for NEWKEYS. */
SX_MUST_USE enum sx_err sx_transport_flush_held(struct sx_transport *transport);

#endif
