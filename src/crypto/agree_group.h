/* crypto/agree_group.h: private to this room: Diffie-Hellman in a group that is given by numbers. */
#ifndef SX_CRYPTO_AGREE_GROUP_H
#define SX_CRYPTO_AGREE_GROUP_H

#include "crypto/agree.h"
#include "crypto/openssl.h"

/* sx_group_check judges a group from the network as sx_agree_new_group says. */
SX_MUST_USE enum sx_err sx_group_check(const struct sx_kex_alg *alg, struct sx_slice p,
                                       struct sx_slice g, struct sx_fault *fault);

/* sx_group_generate makes a key pair in the group; NULL with OpenSSL's errors in its queue. A FIPS
 * module does so in the groups that sx_group_name knows only. */
EVP_PKEY *sx_group_generate(struct sx_provider *provider, struct sx_slice p, struct sx_slice g);

/* sx_group_public makes a public key of value in own's group. */
EVP_PKEY *sx_group_public(struct sx_provider *provider, EVP_PKEY *own, const BIGNUM *value);

#endif
