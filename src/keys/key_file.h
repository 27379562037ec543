/* keys/key_file.h: a user's private key out of a file or a blob.
 *
 * Known forms: PEM with PRIVATE KEY (PKCS#8), ENCRYPTED PRIVATE KEY (PKCS#8 under PBES2), RSA
 * PRIVATE KEY and EC PRIVATE KEY (traditional, unencrypted), OPENSSH PRIVATE KEY (unencrypted);
 * and DER of PKCS#8, plain or encrypted. For RSA, ECDSA on the NIST curves, and Ed25519. */
#ifndef SX_KEYS_KEY_FILE_H
#define SX_KEYS_KEY_FILE_H

#include "base/secret.h"
#include "crypto/key.h"

enum { SX_KEY_FILE_MAX = 64 * 1024 };

/* sx_key_file_read takes the whole content of a regular file of at most SX_KEY_FILE_MAX bytes.
 * SX_ERR_FILE: missing, not readable, no regular file, empty, or too large, each with its own text.
 * SX_ERR_FILE_MODE: the file is ours and others have any permission on it, and allow_loose_mode
 * is false. out is cleared first and empty on failure. */
SX_MUST_USE enum sx_err sx_key_file_read(const char *path, bool allow_loose_mode,
                                         struct sx_fault *fault, struct sx_secret *out);

/* sx_key_decode finds out the form of bytes and reads the one private key in them; certificates,
 * public keys and parameters beside it in PEM are passed over. passphrase is for encrypted forms
 * and may be empty. SX_ERR_KEY_FORMAT; SX_ERR_KEY_PASSPHRASE when it is missing or wrong;
 * SX_ERR_POLICY_CONTAINER when the key is encrypted in a way that isn't approved. */
SX_MUST_USE enum sx_err sx_key_decode(struct sx_provider *provider, struct sx_slice bytes,
                                      struct sx_slice passphrase, struct sx_fault *fault,
                                      struct sx_key **out);

/* sx_key_file_load is both at once; every error text begins with the path. */
SX_MUST_USE enum sx_err sx_key_file_load(struct sx_provider *provider, const char *path,
                                         bool allow_loose_mode, struct sx_slice passphrase,
                                         struct sx_fault *fault, struct sx_key **out);

#endif
