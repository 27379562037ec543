/* crypto/agree_peer.h: private to this room: shares as the wire carries them, and K. */
#ifndef SX_CRYPTO_AGREE_PEER_H
#define SX_CRYPTO_AGREE_PEER_H

#include "crypto/agree.h"
#include "crypto/openssl.h"

enum { SX_SHARE_MAX = 1 + 8192 / 8 }; /* the largest group's prime with its sign byte */

/* Both kinds of Diffie-Hellman over a prime. */
static inline bool sx_kex_is_dh(const struct sx_kex_alg *alg)
{
    return alg->family == SX_KEX_DH || alg->family == SX_KEX_DH_GEX;
}

/* sx_agree_adopt is sx_agree_new with a key pair that is there already; takes it, also on
 * failure. Published vectors come in this way. */
SX_MUST_USE enum sx_err sx_agree_adopt(struct sx_provider *provider, const struct sx_kex_alg *alg,
                                       EVP_PKEY *take_key, struct sx_fault *fault,
                                       struct sx_agree **out);

/* The same for a hybrid: the curve's key pair, and the KEM's. */
SX_MUST_USE enum sx_err sx_agree_adopt_hybrid(struct sx_provider *provider,
                                              const struct sx_kex_alg *alg, EVP_PKEY *take_key,
                                              EVP_PKEY *take_kem, struct sx_fault *fault,
                                              struct sx_agree **out);

/* sx_share_from_key writes the public part of key as a share of at most SX_SHARE_MAX bytes. */
SX_MUST_USE enum sx_err sx_share_from_key(EVP_PKEY *key, const struct sx_kex_alg *alg, uint8_t *out,
                                          size_t *out_len);

/* sx_share_to_key checks the peer's share by the rules of sx_agree_finish and makes a key of it;
 * own is our key, which has the group. */
SX_MUST_USE enum sx_err sx_share_to_key(struct sx_provider *provider, const struct sx_kex_alg *alg,
                                        EVP_PKEY *own, struct sx_slice share,
                                        struct sx_fault *fault, EVP_PKEY **out);

/* sx_share_encode_k writes the shared secret Z as the string that hash and key derivation take:
 * a length and an mpint. An all-zero Z is SX_ERR_PEER_EC_POINT or SX_ERR_PEER_DH_VALUE. */
SX_MUST_USE enum sx_err sx_share_encode_k(const struct sx_kex_alg *alg, struct sx_slice z,
                                          struct sx_fault *fault, struct sx_secret *out);

#endif
