/* crypto/agree.h: key agreement: Diffie-Hellman, elliptic curves, X25519 (and hybrids).
 *
 * A share is the content of the wire's length-prefixed field: for Diffie-Hellman an mpint's
 * bytes with its sign byte, for curves the point, so that messages treat both alike. */
#ifndef SX_CRYPTO_AGREE_H
#define SX_CRYPTO_AGREE_H

#include "base/error.h"
#include "base/secret.h"
#include "crypto/digest.h"
#include "crypto/provider.h"

enum sx_kex_family { SX_KEX_DH, SX_KEX_ECDH, SX_KEX_X25519 };

struct sx_kex_alg {
    const char *name;
    enum sx_kex_family family;
    const char *group; /* OpenSSL's group or curve name: "modp_2048", "P-256", "X25519" */
    enum sx_hash hash; /* for the exchange hash and the key derivation */
};

extern const struct sx_kex_alg sx_kex_ecdh_nistp256;
extern const struct sx_kex_alg sx_kex_ecdh_nistp384;
extern const struct sx_kex_alg sx_kex_ecdh_nistp521;
extern const struct sx_kex_alg sx_kex_dh_group14_sha256;
extern const struct sx_kex_alg sx_kex_dh_group16_sha512;
extern const struct sx_kex_alg sx_kex_dh_group18_sha512;
extern const struct sx_kex_alg sx_kex_curve25519_sha256;
extern const struct sx_kex_alg sx_kex_curve25519_sha256_libssh; /* the @libssh.org name */

/* All primitives of the exchange fetch, its hash and the key derivation included. */
bool sx_kex_is_available(struct sx_provider *provider, const struct sx_kex_alg *alg);

struct sx_agree; /* one exchange: our ephemeral key */

/* Generates the ephemeral key pair. */
SX_MUST_USE enum sx_err sx_agree_new(struct sx_provider *provider, const struct sx_kex_alg *alg,
                                     struct sx_fault *fault, struct sx_agree **out);

/* Our share; lives as long as agree. */
struct sx_slice sx_agree_share(const struct sx_agree *agree);

/* sx_agree_finish checks the peer's share fully (range 1 < f < p-1 and minimal mpint; point on
 * curve, uncompressed, not infinity; X25519 of 32 bytes with a non-zero result) and gives K as it
 * enters the hash and the key derivation: length prefix included, mpint classically. The
 * ephemeral private key is destroyed, whatever the outcome. SX_ERR_PEER_DH_VALUE,
 * SX_ERR_PEER_EC_POINT, or a crypto error. */
SX_MUST_USE enum sx_err sx_agree_finish(struct sx_agree *agree, struct sx_slice peer_share,
                                        struct sx_fault *fault, struct sx_secret *out_k);

void sx_agree_free(struct sx_agree *agree);

#endif
