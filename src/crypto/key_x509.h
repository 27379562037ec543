/* crypto/key_x509.h: X.509 certificates as host keys: the blobs of RFC 6187 and of what was before
 * it, and the public key of the first certificate. Nothing here says that a certificate is to be
 * trusted. */
#ifndef SX_CRYPTO_KEY_X509_H
#define SX_CRYPTO_KEY_X509_H

#include "crypto/key.h"

enum { SX_X509_CHAIN_MAX = 16, SX_X509_BLOB_MAX = 256 * 1024, SX_X509_DER_MAX = 64 * 1024 };

/* What a blob carries; slices of DER that point into it, not decoded yet. */
struct sx_x509_chain {
    struct sx_slice certs[SX_X509_CHAIN_MAX]; /* the host's first, each signed by the next */
    size_t cert_count;                        /* at least 1 */
    struct sx_slice ocsp[SX_X509_CHAIN_MAX];  /* answers for certs, in their order */
    size_t ocsp_count;
};

/* sx_x509_chain_decode reads the frame of a blob in alg's form. RFC 6187 section 2.1: at least one
 * certificate, no more answers than certificates; at most SX_X509_CHAIN_MAX of SX_X509_DER_MAX
 * bytes each. The older form is one certificate: bare, or behind the algorithm's name, then with or
 * without a length. SX_ERR_PEER_HOST_KEY, or SX_ERR_PEER_HOST_KEY_TYPE for another name. */
SX_MUST_USE enum sx_err sx_x509_chain_decode(const struct sx_sig_alg *alg, struct sx_slice blob,
                                             struct sx_fault *fault, struct sx_x509_chain *out);

/* sx_key_from_x509_blob takes the first certificate's public key; sx_key_cert_names tells whose it
 * says that it is. SX_ERR_PEER_HOST_KEY. */
SX_MUST_USE enum sx_err sx_key_from_x509_blob(struct sx_provider *provider,
                                              const struct sx_sig_alg *alg, struct sx_slice blob,
                                              struct sx_fault *fault, struct sx_key **out);

#endif
