/* keys/openssh_key.h: the private key container openssh-key-v1, OpenSSH's own (PROTOCOL.key). */
#ifndef SX_KEYS_OPENSSH_KEY_H
#define SX_KEYS_OPENSSH_KEY_H

#include "crypto/key.h"

/* sx_openssh_key_decode reads the container's bytes (what "OPENSSH PRIVATE KEY" encloses) when it
 * is not encrypted and holds one key. Check numbers, padding and the public part outside must all
 * agree with the private part. SX_ERR_KEY_FORMAT; SX_ERR_POLICY_CONTAINER when it is encrypted,
 * since its key derivation (bcrypt) is none that a FIPS module has. */
SX_MUST_USE enum sx_err sx_openssh_key_decode(struct sx_provider *provider, struct sx_slice bytes,
                                              struct sx_fault *fault, struct sx_key **out);

#endif
