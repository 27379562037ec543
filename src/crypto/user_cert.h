/* crypto/user_cert.h: X.509 certificates as key stores hold them: whose they are, and for which
 * key. Nothing here says that one is to be trusted. */
#ifndef SX_CRYPTO_USER_CERT_H
#define SX_CRYPTO_USER_CERT_H

#include "crypto/key.h"

/* sx_user_cert_read reads one certificate in DER: its public key, and its subject in the
 * reference's form: "CN=www.server.com, OU=test, C=US, E=a@b", in the certificate's order, values
 * with a comma or a quote in quotes, what isn't printable escaped; cut at the array's size.
 * SX_ERR_KEY_FORMAT. */
SX_MUST_USE enum sx_err sx_user_cert_read(struct sx_provider *provider, struct sx_slice der,
                                          struct sx_fault *fault, struct sx_key **out_key,
                                          char out_subject[SX_CERT_NAME_MAX]);

/* sx_key_from_spki reads a public key in DER: SubjectPublicKeyInfo, or RSA's own older form.
 * SX_ERR_KEY_FORMAT. */
SX_MUST_USE enum sx_err sx_key_from_spki(struct sx_provider *provider, struct sx_slice der,
                                         struct sx_fault *fault, struct sx_key **out);

#endif
