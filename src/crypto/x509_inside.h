/* crypto/x509_inside.h: private to this room: what the files of X.509 trust share. */
#ifndef SX_CRYPTO_X509_INSIDE_H
#define SX_CRYPTO_X509_INSIDE_H

#include "crypto/openssl.h"
#include "crypto/x509_trust.h"

#include <openssl/x509.h>

/* sx_x509_from_der decodes a certificate in the provider's context; NULL, with OpenSSL's errors
 * cleared, when it is none or has bytes left over. */
X509 *sx_x509_from_der(struct sx_provider *provider, struct sx_slice der);

/* sx_ocsp_check judges an OCSP answer (RFC 6960) about cert, which issuer signed. Who else signs it
 * must come along in the answer, be signed by issuer, and be entrusted with OCSP by its extended
 * key usage. SX_ERR_HOST_KEY_REJECTED with the reason. */
SX_MUST_USE enum sx_err sx_ocsp_check(struct sx_provider *provider, struct sx_slice der, X509 *cert,
                                      X509 *issuer, int64_t now, struct sx_fault *fault);

/* The anchors and revocation lists, and the provider that they were read in; all borrowed. */
X509_STORE *sx_x509_trust_store(const struct sx_x509_trust *trust);
struct sx_provider *sx_x509_trust_provider(const struct sx_x509_trust *trust);
bool sx_x509_trust_has_crls(const struct sx_x509_trust *trust);

#endif
