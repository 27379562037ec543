/* keys/ppk.h: PuTTY's private key files, versions 2 and 3. */
#ifndef SX_KEYS_PPK_H
#define SX_KEYS_PPK_H

#include "crypto/key.h"

/* Whether the text begins as such a file, of any version. */
bool sx_ppk_is(struct sx_slice text);

/* sx_ppk_decode reads the key; its MAC must be right, which covers everything in the file but the
 * key derivation. SX_ERR_POLICY_CONTAINER under an approved-only policy, and for version 3 with a
 * passphrase where the provider lacks Argon2 (libcrypto has it from 3.2 on); SX_ERR_KEY_FORMAT;
 * SX_ERR_KEY_PASSPHRASE. */
SX_MUST_USE enum sx_err sx_ppk_decode(struct sx_provider *provider, struct sx_slice text,
                                      struct sx_slice passphrase, struct sx_fault *fault,
                                      struct sx_key **out);

#endif
