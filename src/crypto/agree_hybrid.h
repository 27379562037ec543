/* crypto/agree_hybrid.h: private to this room: the post-quantum half of a hybrid key exchange. */
#ifndef SX_CRYPTO_AGREE_HYBRID_H
#define SX_CRYPTO_AGREE_HYBRID_H

#include "crypto/agree.h"
#include "crypto/openssl.h"

enum { SX_KEM_SHARE_MAX = 1568 }; /* ML-KEM-1024's encapsulation key, and its ciphertext */

/* Whether the provider has the KEM; the curve's half is asked for by itself. */
bool sx_hybrid_is_available(struct sx_provider *provider, const struct sx_kex_alg *alg);

SX_MUST_USE enum sx_err sx_hybrid_generate(struct sx_provider *provider,
                                           const struct sx_kex_alg *alg, struct sx_fault *fault,
                                           EVP_PKEY **out);

/* sx_hybrid_share writes the encapsulation key, at most SX_KEM_SHARE_MAX bytes. */
SX_MUST_USE enum sx_err sx_hybrid_share(const struct sx_kex_alg *alg, EVP_PKEY *kem, uint8_t *out,
                                        size_t *out_len);

/* Bytes of the ciphertext that the peer's share starts with. */
size_t sx_hybrid_ciphertext_size(const struct sx_kex_alg *alg);

/* sx_hybrid_decapsulate gives K_PQ; ciphertext has its exact size. */
SX_MUST_USE enum sx_err sx_hybrid_decapsulate(struct sx_provider *provider,
                                              const struct sx_kex_alg *alg, EVP_PKEY *kem,
                                              struct sx_slice ciphertext, struct sx_fault *fault,
                                              struct sx_secret *out);

/* sx_hybrid_encode_k gives K, the string of HASH(K_PQ || K_CL), with its length. */
SX_MUST_USE enum sx_err sx_hybrid_encode_k(struct sx_provider *provider,
                                           const struct sx_kex_alg *alg, struct sx_slice k_pq,
                                           struct sx_slice k_cl, struct sx_secret *out);

#endif
