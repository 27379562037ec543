/* keys/container.h: key containers whose protection no approved policy takes. */
#ifndef SX_KEYS_CONTAINER_H
#define SX_KEYS_CONTAINER_H

#include "crypto/provider.h"

/* sx_container_check refuses what (such as "PuTTY's private key format") under an approved-only
 * policy, with a text that names the command which converts the key. SX_ERR_POLICY_CONTAINER. */
SX_MUST_USE enum sx_err sx_container_check(const struct sx_provider *provider, const char *what,
                                           struct sx_fault *fault);

#endif
