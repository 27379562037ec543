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
    SX_KEY_ED25519
};

/* The key type's name in public key blobs: "ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed25519". */
const char *sx_key_type_name(enum sx_key_type type);

/* A signature algorithm, for host keys and for users. */
struct sx_sig_alg {
    const char *name;      /* on the wire: "rsa-sha2-256" */
    enum sx_key_type type; /* of the key it works with */
    enum sx_hash hash;     /* SX_HASH_NONE for Ed25519 */
};

extern const struct sx_sig_alg sx_sig_rsa_sha2_256;
extern const struct sx_sig_alg sx_sig_rsa_sha2_512;
extern const struct sx_sig_alg sx_sig_ecdsa_nistp256;
extern const struct sx_sig_alg sx_sig_ecdsa_nistp384;
extern const struct sx_sig_alg sx_sig_ecdsa_nistp521;
extern const struct sx_sig_alg sx_sig_ed25519;

bool sx_sig_is_available(struct sx_provider *provider, const struct sx_sig_alg *alg);

struct sx_key; /* a public key, perhaps with its private part; bound to a provider */

/* sx_key_from_public_blob decodes RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4
 * strictly: no trailing bytes, minimal mpints, point on the curve, RSA modulus of 1024 to 16384
 * bits with an odd exponent of at least 3 and at most 64 bits. SX_ERR_PEER_HOST_KEY when bad. */
SX_MUST_USE enum sx_err sx_key_from_public_blob(struct sx_provider *provider, struct sx_slice blob,
                                                struct sx_fault *fault, struct sx_key **out);

/* sx_key_from_der reads an unencrypted PrivateKeyInfo (PKCS#8), or a traditional RSAPrivateKey or
 * ECPrivateKey. SX_ERR_KEY_FORMAT. */
SX_MUST_USE enum sx_err sx_key_from_der(struct sx_provider *provider, struct sx_slice der,
                                        struct sx_fault *fault, struct sx_key **out);

/* sx_key_from_encrypted_der reads EncryptedPrivateKeyInfo with PBES2. Under a fips provider the
 * salt must have 16 bytes and the count 1000 (SX_ERR_POLICY_CONTAINER). SX_ERR_KEY_PASSPHRASE. */
SX_MUST_USE enum sx_err sx_key_from_encrypted_der(struct sx_provider *provider, struct sx_slice der,
                                                  struct sx_slice passphrase,
                                                  struct sx_fault *fault, struct sx_key **out);

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
