/* policy/policy.h: what is allowed. A policy is a const table that an auditor can read.
 *
 * Two locks guard every algorithm: the policy must name it, and the provider must have it
 * (policy/offer.h). Lists are in order of preference and end with NULL. */
#ifndef SX_POLICY_POLICY_H
#define SX_POLICY_POLICY_H

#include <stdint.h>

#include "crypto/agree.h"
#include "crypto/cipher.h"
#include "crypto/key.h"
#include "crypto/mac.h"

/* The reference's UseStrictKeyExchange. */
enum sx_strict_kex {
    SX_STRICT_OFF = 0,
    SX_STRICT_OFFER = 1,
    SX_STRICT_REJECT_AFFECTED = 2,
    SX_STRICT_REQUIRE = 3,
};

struct sx_policy {
    const char *name;
    const char *title;     /* one line for a person */
    const char *source;    /* the standard or profile that it follows */
    bool is_approved_only; /* meant for regulated use: fails closed where others warn */

    const struct sx_kex_alg *const *kex;
    const struct sx_sig_alg *const *host_key;
    const struct sx_sig_alg *const *user_key;
    const struct sx_cipher_alg *const *ciphers;
    const struct sx_mac_alg *const *macs;
    const char *const *providers; /* provider names that may serve; "*" for any */

    unsigned rsa_min_bits;
    uint64_t rekey_bytes;   /* in either direction; an upper bound for the user's own */
    uint64_t rekey_packets; /* in either direction */
    unsigned rekey_seconds;
    enum sx_strict_kex strict_kex; /* default level; the user may raise it */
    bool may_accept_any_host_key;  /* SSHAcceptAnyServerHostKey */
    bool may_unmask_logs;          /* MaskSensitive=False */
    bool may_accept_without_proof; /* server grants access before the demanded proof */
};

extern const struct sx_policy sx_policy_fips;
extern const struct sx_policy sx_policy_default;

/* All policies, NULL-terminated. */
extern const struct sx_policy *const sx_policies[];

/* sx_policy_find looks a policy up by its exact name; NULL when there is none. */
const struct sx_policy *sx_policy_find(const char *name);

/* The kinds of algorithm that a policy lists; names as messages call them. */
enum sx_alg_kind {
    SX_ALG_KEX,
    SX_ALG_HOST_KEY,
    SX_ALG_USER_KEY,
    SX_ALG_CIPHER,
    SX_ALG_MAC,
    SX_ALG_KIND_COUNT
};
const char *sx_alg_kind_name(enum sx_alg_kind kind);

/* sx_policy_list_name gives the index-th name of the policy's list, or NULL past its end. */
const char *sx_policy_list_name(const struct sx_policy *policy, enum sx_alg_kind kind,
                                unsigned index);

#endif
