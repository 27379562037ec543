/* crypto/legacy_sign.c: signature algorithms with SHA-1 or DSA, which only the policies compat and
 * legacy reach: RFC 4253 section 6.6, their OpenSSH certificates, and their X.509 forms, of RFC 6187
 * and from before it. Left out by -DSEXEC_LEGACY=OFF. sign.c serves them like all others. */
#include "crypto/legacy.h"

#define SX_OLD_SIG(id, ssh_name, key_type, of_form, of_blob, of_signature)                         \
    const struct sx_sig_alg sx_sig_##id = { .name = ssh_name,                                      \
                                            .type = key_type,                                      \
                                            .hash = SX_HASH_SHA1,                                  \
                                            .form = of_form,                                       \
                                            .blob_name = of_blob,                                  \
                                            .signature_name = of_signature }

SX_OLD_SIG(ssh_rsa, "ssh-rsa", SX_KEY_RSA, SX_SIG_PLAIN, NULL, NULL);
SX_OLD_SIG(ssh_dss, "ssh-dss", SX_KEY_DSA, SX_SIG_PLAIN, NULL, NULL);
SX_OLD_SIG(ssh_rsa_cert, "ssh-rsa-cert-v01@openssh.com", SX_KEY_RSA, SX_SIG_OPENSSH_CERT, NULL,
           "ssh-rsa");
SX_OLD_SIG(ssh_dss_cert, "ssh-dss-cert-v01@openssh.com", SX_KEY_DSA, SX_SIG_OPENSSH_CERT, NULL,
           "ssh-dss");
SX_OLD_SIG(x509v3_ssh_rsa, "x509v3-ssh-rsa", SX_KEY_RSA, SX_SIG_X509_RFC6187, NULL, "ssh-rsa");
SX_OLD_SIG(x509v3_ssh_dss, "x509v3-ssh-dss", SX_KEY_DSA, SX_SIG_X509_RFC6187, NULL, "ssh-dss");

/* draft-ietf-secsh-transport up to -12 names these two without saying what a signature starts
 * with; PKIX-SSH writes the algorithm's own name. sx_key_verify takes the key type's, too. */
SX_OLD_SIG(x509v3_sign_rsa, "x509v3-sign-rsa", SX_KEY_RSA, SX_SIG_X509_SIGN, NULL, NULL);
SX_OLD_SIG(x509v3_sign_dss, "x509v3-sign-dss", SX_KEY_DSA, SX_SIG_X509_SIGN, NULL, NULL);
