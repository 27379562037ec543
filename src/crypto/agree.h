/* crypto/agree.h: key agreement: Diffie-Hellman, elliptic curves, X25519, and hybrids with ML-KEM.
 *
 * A share is the content of the wire's length-prefixed field: for Diffie-Hellman an mpint's
 * bytes with its sign byte, for curves the point, for hybrids the KEM's bytes and then the point,
 * so that messages treat all alike. */
#ifndef SX_CRYPTO_AGREE_H
#define SX_CRYPTO_AGREE_H

#include "base/error.h"
#include "base/secret.h"
#include "crypto/digest.h"
#include "crypto/provider.h"

enum sx_kex_family {
    SX_KEX_DH,
    SX_KEX_ECDH,
    SX_KEX_X25519,
    SX_KEX_DH_GEX, /* RFC 4419: the server names the group; sx_agree_new_group */
    SX_KEX_HYBRID  /* RFC 10042: ML-KEM and a curve */
};

struct sx_kex_alg {
    const char *name;
    enum sx_kex_family family;
    const char *group; /* OpenSSL's group or curve name: "modp_2048", "P-256", "X25519"; NULL for
                          a group exchange */
    enum sx_hash hash; /* for the exchange hash and the key derivation */

    struct sx_slice prime;         /* a group that OpenSSL has no name for; its generator is 2 */
    const char *kem;               /* hybrids: the KEM's name, "ML-KEM-768"; else NULL */
    const struct sx_kex_alg *half; /* hybrids: the curve's own algorithm; else NULL */
    bool is_gss; /* the server is authenticated by GSSAPI (RFC 4462), not by its host key */
};

extern const struct sx_kex_alg sx_kex_ecdh_nistp256;
extern const struct sx_kex_alg sx_kex_ecdh_nistp384;
extern const struct sx_kex_alg sx_kex_ecdh_nistp521;
extern const struct sx_kex_alg sx_kex_dh_group14_sha256;
extern const struct sx_kex_alg sx_kex_dh_group15_sha512;
extern const struct sx_kex_alg sx_kex_dh_group16_sha512;
extern const struct sx_kex_alg sx_kex_dh_group17_sha512;
extern const struct sx_kex_alg sx_kex_dh_group18_sha512;
extern const struct sx_kex_alg sx_kex_curve25519_sha256;
extern const struct sx_kex_alg sx_kex_curve25519_sha256_libssh; /* the @libssh.org name */
extern const struct sx_kex_alg sx_kex_dh_gex_sha256;
extern const struct sx_kex_alg sx_kex_mlkem768nistp256_sha256;
extern const struct sx_kex_alg sx_kex_mlkem1024nistp384_sha384;
extern const struct sx_kex_alg sx_kex_mlkem768x25519_sha256;
extern const struct sx_kex_alg sx_kex_gss_nistp256;
extern const struct sx_kex_alg sx_kex_gss_nistp384;
extern const struct sx_kex_alg sx_kex_gss_nistp521;
extern const struct sx_kex_alg sx_kex_gss_curve25519;
extern const struct sx_kex_alg sx_kex_gss_group14_sha256;
extern const struct sx_kex_alg sx_kex_gss_group15_sha512;
extern const struct sx_kex_alg sx_kex_gss_group16_sha512;
extern const struct sx_kex_alg sx_kex_gss_group17_sha512;
extern const struct sx_kex_alg sx_kex_gss_group18_sha512;
/* Those that only the policies compat and legacy reach stand in crypto/legacy.h. */

/* All primitives of the exchange fetch, its hash and the key derivation included. */
bool sx_kex_is_available(struct sx_provider *provider, const struct sx_kex_alg *alg);

struct sx_agree; /* one exchange: our ephemeral key */

/* Generates the ephemeral key pair, for a hybrid both. Not for a group exchange. */
SX_MUST_USE enum sx_err sx_agree_new(struct sx_provider *provider, const struct sx_kex_alg *alg,
                                     struct sx_fault *fault, struct sx_agree **out);

enum { SX_DH_BITS_MIN = 1024, SX_DH_BITS_MAX = 8192 };

/* sx_agree_new_group is sx_agree_new for a group exchange, with the server's group; p and g are
 * magnitudes without leading zeros. SX_ERR_PEER_DH_VALUE unless p is odd and has SX_DH_BITS_MIN to
 * SX_DH_BITS_MAX bits, and 2 <= g < p-1. The policy's own bounds are the caller's to check. */
SX_MUST_USE enum sx_err sx_agree_new_group(struct sx_provider *provider,
                                           const struct sx_kex_alg *alg, struct sx_slice p,
                                           struct sx_slice g, struct sx_fault *fault,
                                           struct sx_agree **out);

/* sx_group_name says which group of SP 800-56A Rev. 3 appendix D the group is, by OpenSSL's name:
 * "modp_2048" to "modp_8192" (RFC 3526), "ffdhe2048" to "ffdhe8192" (RFC 7919); NULL when none.
 * These are the only ones that a FIPS module computes with. Needs no provider. */
const char *sx_group_name(struct sx_slice p, struct sx_slice g);

/* Our share; lives as long as agree. */
struct sx_slice sx_agree_share(const struct sx_agree *agree);

/* sx_agree_finish checks the peer's share fully (range 1 < f < p-1 and minimal mpint; point on
 * curve, uncompressed, not infinity; X25519 of 32 bytes with a non-zero result; a hybrid's exact
 * length) and gives K as it enters the hash and the key derivation: length prefix included, an
 * mpint classically, a string of HASH(K_PQ || K_CL) for hybrids. The
 * ephemeral private key is destroyed, whatever the outcome. SX_ERR_PEER_DH_VALUE,
 * SX_ERR_PEER_EC_POINT, or a crypto error. */
SX_MUST_USE enum sx_err sx_agree_finish(struct sx_agree *agree, struct sx_slice peer_share,
                                        struct sx_fault *fault, struct sx_secret *out_k);

void sx_agree_free(struct sx_agree *agree);

#endif
