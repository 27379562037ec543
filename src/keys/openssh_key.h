/* keys/openssh_key.h: the private key container openssh-key-v1, OpenSSH's own (PROTOCOL.key). */
#ifndef SX_KEYS_OPENSSH_KEY_H
#define SX_KEYS_OPENSSH_KEY_H

#include "crypto/key.h"

/* sx_openssh_key_decode reads the container's bytes (what "OPENSSH PRIVATE KEY" encloses) when it
 * holds one key; passphrase may be empty. Check numbers, padding and the public part outside must
 * all agree with the private part. Every cipher of ssh-keygen is known; security keys (sk-*) are
 * left out.
 * SX_ERR_KEY_FORMAT; SX_ERR_KEY_PASSPHRASE; SX_ERR_POLICY_CONTAINER when it is encrypted and the
 * policy is approved-only, since its key derivation (bcrypt) is none that a FIPS module has, or
 * its cipher isn't there. */
SX_MUST_USE enum sx_err sx_openssh_key_decode(struct sx_provider *provider, struct sx_slice bytes,
                                              struct sx_slice passphrase, struct sx_fault *fault,
                                              struct sx_key **out);

#endif
