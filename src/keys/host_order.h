/* keys/host_order.h: which host key to ask a server for. */
#ifndef SX_KEYS_HOST_ORDER_H
#define SX_KEYS_HOST_ORDER_H

#include "policy/offer.h"

/* What could be trusted. */
struct sx_host_wishes {
    struct sx_slice types; /* comma-separated key types that are known of the host */
    bool has_ca;           /* OpenSSH's certificates */
    bool has_anchors;      /* X.509 certificates */
};

/* sx_host_order moves what could be trusted to the front of the offer's host key algorithms:
 * certificates first, then the known types; each group keeps its order. Nothing comes in or goes
 * out. */
void sx_host_order(struct sx_offer *offer, const struct sx_host_wishes *wishes);

#endif
