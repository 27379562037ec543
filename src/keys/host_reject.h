/* keys/host_reject.h: private to this room: what telling a refusal and deciding it share. */
#ifndef SX_KEYS_HOST_REJECT_H
#define SX_KEYS_HOST_REJECT_H

#include "keys/host_trust.h"

/* A bit (1 << enum sx_key_type) for each type of key that the policy has a host key algorithm
 * for. */
unsigned sx_host_key_types(const struct sx_policy *policy);

#endif
