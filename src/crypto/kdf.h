/* crypto/kdf.h: key derivation through the provider's SSHKDF (RFC 4253 section 7.2). */
#ifndef SX_CRYPTO_KDF_H
#define SX_CRYPTO_KDF_H

#include "base/error.h"
#include "base/secret.h"
#include "crypto/digest.h"
#include "crypto/provider.h"

/* letter is 'A' to 'F'; k is the encoded K with its length prefix; out gets n bytes. */
SX_MUST_USE enum sx_err sx_kdf_ssh(struct sx_provider *provider, enum sx_hash hash,
                                   struct sx_slice k, struct sx_slice exchange_hash,
                                   struct sx_slice session_id, char letter, size_t n,
                                   struct sx_secret *out);

#endif
