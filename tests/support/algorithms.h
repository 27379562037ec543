/* tests/support/algorithms.h: every algorithm that the library can serve, for peers and matrices.
 *
 * The lists end with NULL. A peer finds by name what a client's list holds. */
#ifndef SX_TESTS_ALGORITHMS_H
#define SX_TESTS_ALGORITHMS_H

#include "crypto/agree.h"
#include "crypto/cipher.h"
#include "crypto/key.h"
#include "crypto/mac.h"
#include "wire/compression.h"

extern const struct sx_kex_alg *const all_kex[];
extern const struct sx_sig_alg *const all_signatures[];
extern const struct sx_cipher_alg *const all_ciphers[];
extern const struct sx_mac_alg *const all_macs[];
extern const struct sx_compression_alg *const all_compressions[];

/* NULL when no algorithm has that name. */
const struct sx_kex_alg *kex_named(struct sx_slice name);
const struct sx_sig_alg *signature_named(struct sx_slice name);
const struct sx_sig_alg *user_signature_named(struct sx_slice name);
const struct sx_cipher_alg *cipher_named(struct sx_slice name);
const struct sx_mac_alg *mac_named(struct sx_slice name);
const struct sx_compression_alg *compression_named(struct sx_slice name);

#endif
