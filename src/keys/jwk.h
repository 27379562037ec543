/* keys/jwk.h: JSON Web Keys (RFC 7517, 7518, 8037), one or a set. */
#ifndef SX_KEYS_JWK_H
#define SX_KEYS_JWK_H

#include "keys/key_sink.h"

/* sx_jwk_decode reads kty RSA, EC (P-256, P-384, P-521) and OKP (Ed25519), private and public, of
 * one key or of all in a set ("keys"); members that it doesn't know are passed over. A key of
 * another kty is an error when it stands alone, and passed over in a set. SX_ERR_KEY_FORMAT. */
SX_MUST_USE enum sx_err sx_jwk_decode(struct sx_provider *provider, struct sx_slice text,
                                      struct sx_fault *fault, const struct sx_key_sink *sink);

#endif
