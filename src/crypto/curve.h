/* crypto/curve.h: private to this room: keys on a named curve that don't build the curve anew.
 *
 * Found by callgrind: OpenSSL 3 calculates a curve's Montgomery numbers and its generator each time
 * that a key is made by the curve's name, 137,000 instructions for P-256, and a connection makes
 * three such keys. A key that is copied from one that has the curve already shares all of that. */
#ifndef SX_CRYPTO_CURVE_H
#define SX_CRYPTO_CURVE_H

#include "crypto/openssl.h"

/* sx_curve_params gives a key that has the parameters of a curve ("P-256", "P-384", "P-521") and
 * nothing else, made on first use and kept with the provider. Borrowed; NULL with OpenSSL's errors
 * in its queue. Safe from any thread. */
EVP_PKEY *sx_curve_params(struct sx_provider *provider, const char *curve);

/* sx_curve_public makes a public key of an uncompressed point, which must lie on the curve. NULL
 * with OpenSSL's errors in its queue. */
EVP_PKEY *sx_curve_public(struct sx_provider *provider, const char *curve, struct sx_slice point);

/* sx_curve_clear frees what was kept. */
void sx_curve_clear(struct sx_provider *provider);

#endif
