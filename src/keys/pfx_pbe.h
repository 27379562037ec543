/* keys/pfx_pbe.h: PKCS#12's own encryption by password (RFC 7292 appendix C), which isn't approved. */
#ifndef SX_KEYS_PFX_PBE_H
#define SX_KEYS_PFX_PBE_H

#include "base/secret.h"
#include "crypto/provider.h"

/* Whether the AlgorithmIdentifier, in DER, is one of its kind. */
bool sx_pfx_pbe_is(struct sx_slice algorithm);

/* Whether this provider has the cipher. */
bool sx_pfx_pbe_is_available(struct sx_provider *provider, struct sx_slice algorithm);

/* sx_pfx_pbe_decrypt: SX_ERR_POLICY_CONTAINER under an approved-only policy or when the provider
 * lacks it; SX_ERR_KEY_FORMAT; SX_ERR_KEY_PASSPHRASE. */
SX_MUST_USE enum sx_err sx_pfx_pbe_decrypt(struct sx_provider *provider, struct sx_slice algorithm,
                                           struct sx_slice data, struct sx_slice passphrase,
                                           struct sx_fault *fault, struct sx_secret *out);

#endif
