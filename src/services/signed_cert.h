/* services/signed_cert.h: the user's certificate as SignedSSHCert has it. */
#ifndef SX_SERVICES_SIGNED_CERT_H
#define SX_SERVICES_SIGNED_CERT_H

#include "crypto/key.h"

/* Zero is no certificate. */
struct sx_signed_cert {
    uint8_t *storage;             /* owns blob */
    struct sx_slice blob;         /* the certificate, as the server is shown it */
    struct sx_key *key;           /* the public key that it is for */
    const struct sx_sig_alg *alg; /* one that fits it */
    const char *algorithm;        /* the one to use; NULL: any of the list that fits */
};

/* sx_signed_cert_read reads "ALGORITHM BASE64", with a comment perhaps. The algorithm must be one
 * of algs (SX_ERR_POLICY_ALGORITHM) that fits the certificate, which must be one for users. What it
 * promises is the server's to judge. ssh-rsa-cert-v01@openssh.com, when algs lacks it, stands for
 * any other of RSA's. SX_ERR_KEY_FORMAT. */
SX_MUST_USE enum sx_err sx_signed_cert_read(struct sx_provider *provider,
                                            const struct sx_sig_alg *const *algs,
                                            struct sx_slice line, struct sx_fault *fault,
                                            struct sx_signed_cert *out);

void sx_signed_cert_clear(struct sx_signed_cert *cert);

#endif
