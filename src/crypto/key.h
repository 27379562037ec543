/* crypto/key.h: asymmetric keys and their signatures as SSH encodes them. */
#ifndef SX_CRYPTO_KEY_H
#define SX_CRYPTO_KEY_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/secret.h"
#include "crypto/digest.h"
#include "crypto/provider.h"

enum sx_key_type {
    SX_KEY_RSA,
    SX_KEY_ECDSA_P256,
    SX_KEY_ECDSA_P384,
    SX_KEY_ECDSA_P521,
    SX_KEY_ED25519,
    SX_KEY_DSA /* 1024-bit DSA with SHA-1; absent under -DSEXEC_LEGACY=OFF */
};

/* The key type's name in public key blobs: "ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed25519",
 * "ssh-dss". */
const char *sx_key_type_name(enum sx_key_type type);

/* How the public key of a signature algorithm comes along. */
enum sx_sig_form {
    SX_SIG_PLAIN,        /* the bare public key */
    SX_SIG_OPENSSH_CERT, /* OpenSSH's certificates, *-cert-v01@openssh.com */
    SX_SIG_X509_RFC6187, /* a chain of X.509 certificates with OCSP answers */
    SX_SIG_X509_SIGN     /* one X.509 certificate, as before RFC 6187: x509v3-sign-* */
};

/* A signature algorithm, for host keys and for users. */
struct sx_sig_alg {
    const char *name;      /* as negotiated: "rsa-sha2-256" */
    enum sx_key_type type; /* of the key it works with */
    enum sx_hash hash;     /* SX_HASH_NONE for Ed25519 */
    enum sx_sig_form form;
    const char *blob_name;      /* what the public key blob starts with; NULL: name, or the key
                                   type's name in plain form */
    const char *signature_name; /* what the signature blob starts with; NULL: name */
    unsigned min_bits;          /* RSA: the least modulus that the algorithm itself allows; 0 */
};

extern const struct sx_sig_alg sx_sig_rsa_sha2_256;
extern const struct sx_sig_alg sx_sig_rsa_sha2_512;
extern const struct sx_sig_alg sx_sig_ecdsa_nistp256;
extern const struct sx_sig_alg sx_sig_ecdsa_nistp384;
extern const struct sx_sig_alg sx_sig_ecdsa_nistp521;
extern const struct sx_sig_alg sx_sig_ed25519;
extern const struct sx_sig_alg sx_sig_rsa_sha2_256_cert;
extern const struct sx_sig_alg sx_sig_rsa_sha2_512_cert;
extern const struct sx_sig_alg sx_sig_ecdsa_nistp256_cert;
extern const struct sx_sig_alg sx_sig_ecdsa_nistp384_cert;
extern const struct sx_sig_alg sx_sig_ecdsa_nistp521_cert;
extern const struct sx_sig_alg sx_sig_ed25519_cert;
extern const struct sx_sig_alg sx_sig_x509v3_rsa2048_sha256;
extern const struct sx_sig_alg sx_sig_x509v3_ecdsa_nistp256;
extern const struct sx_sig_alg sx_sig_x509v3_ecdsa_nistp384;
extern const struct sx_sig_alg sx_sig_x509v3_ecdsa_nistp521;
/* Those that only the policies compat and legacy reach stand in crypto/legacy.h. */

bool sx_sig_is_available(struct sx_provider *provider, const struct sx_sig_alg *alg);

struct sx_key; /* a public key, perhaps with its private part; bound to a provider */

/* sx_key_from_public_blob decodes RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4
 * strictly: no trailing bytes, minimal mpints, point on the curve, RSA modulus of 1024 to 16384
 * bits with an odd exponent of at least 3 and at most 64 bits. SX_ERR_PEER_HOST_KEY when bad. */
SX_MUST_USE enum sx_err sx_key_from_public_blob(struct sx_provider *provider, struct sx_slice blob,
                                                struct sx_fault *fault, struct sx_key **out);

/* sx_key_from_host_blob decodes a host key in alg's form: the bare public key as above, the public
 * key inside an OpenSSH host certificate, or that of the first X.509 certificate. It must be of
 * alg's key type (SX_ERR_PEER_HOST_KEY_TYPE). What the certificate promises is not judged here:
 * the key only serves to verify the signature over the exchange hash. SX_ERR_PEER_HOST_KEY. */
SX_MUST_USE enum sx_err sx_key_from_host_blob(struct sx_provider *provider,
                                              const struct sx_sig_alg *alg, struct sx_slice blob,
                                              struct sx_fault *fault, struct sx_key **out);

/* sx_key_from_user_blob does so for users' keys, whose OpenSSH certificates are of the other kind. */
SX_MUST_USE enum sx_err sx_key_from_user_blob(struct sx_provider *provider,
                                              const struct sx_sig_alg *alg, struct sx_slice blob,
                                              struct sx_fault *fault, struct sx_key **out);

/* Who an X.509 certificate speaks of and who speaks, in RFC 2253's form, for people to read: cut
 * at the field's size, with everything unprintable escaped. */
enum { SX_CERT_NAME_MAX = 512 };
struct sx_cert_names {
    char subject[SX_CERT_NAME_MAX];
    char issuer[SX_CERT_NAME_MAX];
};

/* NULL when the key didn't come in an X.509 certificate; lives as long as the key. */
const struct sx_cert_names *sx_key_cert_names(const struct sx_key *key);

/* sx_key_from_der reads an unencrypted PrivateKeyInfo (PKCS#8), or a traditional RSAPrivateKey or
 * ECPrivateKey. SX_ERR_KEY_FORMAT. */
SX_MUST_USE enum sx_err sx_key_from_der(struct sx_provider *provider, struct sx_slice der,
                                        struct sx_fault *fault, struct sx_key **out);

/* sx_key_from_encrypted_der reads EncryptedPrivateKeyInfo with PBES2. Under a fips provider the
 * salt must have 16 bytes and the count 1000 (SX_ERR_POLICY_CONTAINER). SX_ERR_KEY_PASSPHRASE. */
SX_MUST_USE enum sx_err sx_key_from_encrypted_der(struct sx_provider *provider, struct sx_slice der,
                                                  struct sx_slice passphrase,
                                                  struct sx_fault *fault, struct sx_key **out);

/* sx_key_to_encrypted_der appends the private key as EncryptedPrivateKeyInfo with PBES2:
 * AES-256-CBC, PBKDF2 with HMAC-SHA-256, a salt of 16 bytes and 600000 rounds, which every policy
 * takes. SX_ERR_ARGUMENT for a public key or an empty passphrase; SX_ERR_MAKE_KEY. */
SX_MUST_USE enum sx_err sx_key_to_encrypted_der(const struct sx_key *key,
                                                struct sx_slice passphrase, struct sx_fault *fault,
                                                struct sx_buffer *out);

/* Parts of a private key as OpenSSH's own format carries them; magnitudes without sign bytes. */
struct sx_rsa_parts {
    struct sx_slice n, e, d, p, q, iqmp; /* dmp1 and dmq1 are computed */
};
SX_MUST_USE enum sx_err sx_key_from_rsa(struct sx_provider *provider,
                                        const struct sx_rsa_parts *parts, struct sx_fault *fault,
                                        struct sx_key **out);
SX_MUST_USE enum sx_err sx_key_from_ec(struct sx_provider *provider, enum sx_key_type type,
                                       struct sx_slice point, struct sx_slice scalar,
                                       struct sx_fault *fault, struct sx_key **out);
SX_MUST_USE enum sx_err sx_key_from_ed25519(struct sx_provider *provider,
                                            struct sx_slice public_key, struct sx_slice seed,
                                            struct sx_fault *fault, struct sx_key **out);

#if SX_LEGACY
/* ssh-dss: p, q, g, y and the private x, magnitudes without sign bytes. */
struct sx_dsa_parts {
    struct sx_slice p, q, g, y, x;
};
SX_MUST_USE enum sx_err sx_key_from_dsa(struct sx_provider *provider,
                                        const struct sx_dsa_parts *parts, struct sx_fault *fault,
                                        struct sx_key **out);
#endif

/* For tests and tools: a fresh key pair; bits only for RSA. */
SX_MUST_USE enum sx_err sx_key_generate(struct sx_provider *provider, enum sx_key_type type,
                                        unsigned bits, struct sx_key **out);

enum sx_key_type sx_key_get_type(const struct sx_key *key);
unsigned sx_key_bits(const struct sx_key *key);
bool sx_key_is_private(const struct sx_key *key);

/* The public key blob; lives as long as the key. */
struct sx_slice sx_key_public_blob(const struct sx_key *key);

/* sx_key_sign signs the message (never a digest made outside) and appends the signature blob of
 * RFC 4253 section 6.6 (string algorithm, string signature). SX_ERR_SIGN. */
SX_MUST_USE enum sx_err sx_key_sign(const struct sx_key *key, const struct sx_sig_alg *alg,
                                    struct sx_slice message, struct sx_fault *fault,
                                    struct sx_buffer *out);

/* sx_key_verify: the blob's algorithm must be alg and the key of its type
 * (SX_ERR_PEER_HOST_KEY_TYPE), its encoding strict, the signature right
 * (SX_ERR_PEER_SIGNATURE). RSA signatures shorter than the modulus are padded (RFC 8332). */
SX_MUST_USE enum sx_err sx_key_verify(const struct sx_key *key, const struct sx_sig_alg *alg,
                                      struct sx_slice message, struct sx_slice signature,
                                      struct sx_fault *fault);

/* Wipes the private part; NULL-safe. */
void sx_key_free(struct sx_key *key);

#endif
