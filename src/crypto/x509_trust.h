/* crypto/x509_trust.h: X.509 host certificates (RFC 6187) under trust anchors of the user's: path,
 * name, time, use, revocation. All signatures are verified by the provider. */
#ifndef SX_CRYPTO_X509_TRUST_H
#define SX_CRYPTO_X509_TRUST_H

#include "crypto/key_x509.h"

enum { SX_X509_ANCHORS_MAX = 1024, SX_X509_CRLS_MAX = 64, SX_X509_CRL_BYTES = 8 * 1024 * 1024 };

/* Anchors and revocation lists; bound to a provider. */
struct sx_x509_trust;

SX_MUST_USE enum sx_err sx_x509_trust_new(struct sx_provider *provider, struct sx_fault *fault,
                                          struct sx_x509_trust **out);

/* One certificate, or one revocation list, in DER without anything behind it. Every anchor counts
 * by itself, also one that isn't self-signed, and a host's own. SX_ERR_KEY_FORMAT. */
SX_MUST_USE enum sx_err sx_x509_trust_add_anchor(struct sx_x509_trust *trust, struct sx_slice der,
                                                 struct sx_fault *fault);
SX_MUST_USE enum sx_err sx_x509_trust_add_crl(struct sx_x509_trust *trust, struct sx_slice der,
                                              struct sx_fault *fault);
unsigned sx_x509_trust_anchors(const struct sx_x509_trust *trust);

/* Frees; NULL-safe. */
void sx_x509_trust_free(struct sx_x509_trust *trust);

/* What is asked of a chain. */
struct sx_x509_demands {
    const char *host;      /* name or address, which a subjectAltName must hold */
    int64_t now;           /* seconds since 1970 */
    unsigned key_types;    /* a bit (1 << enum sx_key_type) for each that a certificate may have */
    unsigned rsa_min_bits; /* of each certificate's key */
    const char *policy;    /* whose demands these are, for the reasons */
};

/* sx_x509_trust_check follows RFC 5280 section 6 from the chain's first certificate to an anchor,
 * with hashes from SHA-2 on and keys as demanded. The first certificate must name the host in its
 * subjectAltName (a common name doesn't count), may have the key usage digitalSignature, and if it
 * has extended key usages then id-kp-secureShellServer or anyExtendedKeyUsage (RFC 6187 section
 * 2.2.2). Where there are revocation lists, one must speak of the first certificate, and none of
 * the others may be on one. An OCSP answer that the server gave must be of the certificate's issuer
 * or whom that one entrusted, of now, and say "good". SX_ERR_HOST_KEY_REJECTED with the reason. */
SX_MUST_USE enum sx_err sx_x509_trust_check(const struct sx_x509_trust *trust,
                                            const struct sx_x509_chain *chain,
                                            const struct sx_x509_demands *demands,
                                            struct sx_fault *fault);

#endif
