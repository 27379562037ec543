/* keys/pem_key.h: traditional PEM with a passphrase (RFC 1421's DEK-Info, as OpenSSL writes it). */
#ifndef SX_KEYS_PEM_KEY_H
#define SX_KEYS_PEM_KEY_H

#include "crypto/key.h"
#include "keys/pem.h"

/* Whether the block's header lines say that it is encrypted. */
bool sx_pem_is_encrypted(const struct sx_pem *pem);

/* sx_pem_key_decode decrypts the block and reads the key: AES, 3DES and DES in CBC, with a key that
 * MD5 makes of the passphrase. Nothing in it tells a wrong passphrase from a right one but the
 * key's own form. SX_ERR_POLICY_CONTAINER under an approved-only policy, or when the provider lacks
 * what is needed; SX_ERR_KEY_FORMAT; SX_ERR_KEY_PASSPHRASE. */
SX_MUST_USE enum sx_err sx_pem_key_decode(struct sx_provider *provider, const struct sx_pem *pem,
                                          struct sx_slice passphrase, struct sx_fault *fault,
                                          struct sx_key **out);

#endif
