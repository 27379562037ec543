/* keys/pfx.h: PKCS#12 (RFC 7292): private keys with their certificates under a password. */
#ifndef SX_KEYS_PFX_H
#define SX_KEYS_PFX_H

#include "keys/key_sink.h"

bool sx_pfx_is(struct sx_slice der);

/* sx_pfx_decode checks the MAC (RFC 7292's own or PBMAC1), then hands on each key and certificate.
 * Encryption: PBES2, or PKCS#12's own with 3DES or RC2; where the provider lacks RC2, as all but
 * OpenSSL's legacy one do, certificates under it are passed over, and keys refused. DER alone.
 * SX_ERR_POLICY_CONTAINER under an approved-only policy for all but PBMAC1 with PBES2 (of a salt
 * and count that SP 800-132 allows), or when the provider lacks what is needed; SX_ERR_KEY_FORMAT;
 * SX_ERR_KEY_PASSPHRASE. */
SX_MUST_USE enum sx_err sx_pfx_decode(struct sx_provider *provider, struct sx_slice der,
                                      struct sx_slice passphrase, struct sx_fault *fault,
                                      const struct sx_key_sink *sink);

#endif
