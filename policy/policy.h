/* policy/policy.h: what is allowed. A policy is a const table that an auditor can read.
 *
 * Two locks guard every algorithm: the policy must name it, and the provider must have it
 * (policy/offer.h). The tables are in tables_*.c, one file for each family, with the reason and
 * the source of each list above it. Lists are in order of preference and end with NULL. */
#ifndef SX_POLICY_POLICY_H
#define SX_POLICY_POLICY_H

#include <stdint.h>

#include "crypto/agree.h"
#include "crypto/cipher.h"
#include "crypto/key.h"
#include "crypto/mac.h"
#include "wire/compression.h"

/* The reference's UseStrictKeyExchange. */
enum sx_strict_kex {
    SX_STRICT_OFF = 0,
    SX_STRICT_OFFER = 1,
    SX_STRICT_REJECT_AFFECTED = 2,
    SX_STRICT_REQUIRE = 3,
};

/* The kinds of algorithm that a policy lists. */
enum sx_alg_kind {
    SX_ALG_KEX,
    SX_ALG_HOST_KEY,
    SX_ALG_USER_KEY,
    SX_ALG_CIPHER,
    SX_ALG_MAC,
    SX_ALG_COMPRESSION,
    SX_ALG_KIND_COUNT
};

/* How a kind is called in messages: "key exchange", "host key", "cipher". */
const char *sx_alg_kind_name(enum sx_alg_kind kind);

struct sx_policy {
    const char *name;
    const char *title;     /* one line for a person */
    const char *source;    /* the standards and profiles that it follows */
    const char *rest;      /* why what isn't listed is refused, where nothing else speaks against
                              it; completes "it is refused: ..." */
    bool is_approved_only; /* for regulated use: fails closed where others warn */
    bool is_weak_allowed;  /* holds broken algorithms, for servers that speak nothing better;
                              OpenSSL's legacy provider may be loaded beside "default" */

    /* What is offered when the user says nothing. The MACs may be empty where all ciphers
     * authenticate by themselves. */
    const struct sx_kex_alg *const *kex;
    const struct sx_sig_alg *const *host_key;
    const struct sx_sig_alg *const *user_key;
    const struct sx_cipher_alg *const *ciphers;
    const struct sx_mac_alg *const *macs;
    const struct sx_compression_alg *const *compressions;

    /* Allowed as well, but offered only when a list names them. NULL: none. */
    const struct sx_kex_alg *const *kex_opt_in;
    const struct sx_sig_alg *const *host_key_opt_in;
    const struct sx_sig_alg *const *user_key_opt_in;
    const struct sx_cipher_alg *const *ciphers_opt_in;
    const struct sx_mac_alg *const *macs_opt_in;
    const struct sx_compression_alg *const *compressions_opt_in;

    const char *const *providers; /* provider names that may serve; "*" for any */

    /* The least sizes of keys and groups, whoever made them: host keys, users' keys, groups of a
     * group exchange. */
    unsigned rsa_min_bits;
    unsigned dsa_min_bits;
    unsigned dh_min_bits;
    unsigned dh_preferred_bits; /* asked for in a group exchange; the user may ask for another */
    bool is_known_group_only;   /* group exchange: the groups of RFC 3526 and RFC 7919 alone */

    /* New keys after this much, at most; the user may set less. */
    uint64_t rekey_bytes;   /* in either direction */
    uint64_t rekey_packets; /* in either direction */
    unsigned rekey_seconds;

    enum sx_strict_kex strict_kex;     /* when the user says nothing */
    enum sx_strict_kex strict_kex_min; /* the least that the user may set */

    bool may_accept_any_host_key;  /* SSHAcceptAnyServerHostKey */
    bool may_unmask_logs;          /* MaskSensitive=False */
    bool may_accept_without_proof; /* a server that grants access before the demanded proof */
    bool is_audit_required;        /* what can't be recorded durably doesn't run */
    bool is_stream_digested;       /* an audit holds SHA-256 of a command's streams */

    /* What computes outside of our provider; its use is recorded. */
    bool may_use_kerberos; /* krb5's own cryptography */
    bool may_delegate;     /* forwarding of Kerberos credentials */
    bool may_use_agent;    /* signatures by an agent */
    bool may_use_token;    /* signatures by a PKCS#11 token */

    /* Set in copies alone (policy/narrow.h): the policy that was narrowed, and what narrowed it. */
    const struct sx_policy *base;
    const char *narrowed_by;
};

extern const struct sx_policy sx_policy_fips;
extern const struct sx_policy sx_policy_niap;
extern const struct sx_policy sx_policy_cnsa1;
extern const struct sx_policy sx_policy_stig;
extern const struct sx_policy sx_policy_default;
#if SX_LEGACY
extern const struct sx_policy sx_policy_compat;
extern const struct sx_policy sx_policy_legacy;
#endif

/* All policies, NULL-terminated. */
extern const struct sx_policy *const sx_policies[];

/* sx_policy_find looks a policy up by its exact name; NULL when there is none. */
const struct sx_policy *sx_policy_find(const char *name);

/* sx_policy_list_name gives the index-th name that the policy offers by itself, or NULL past the
 * end; sx_policy_opt_in_name does so for what is offered only when it is named. */
const char *sx_policy_list_name(const struct sx_policy *policy, enum sx_alg_kind kind,
                                unsigned index);
const char *sx_policy_opt_in_name(const struct sx_policy *policy, enum sx_alg_kind kind,
                                  unsigned index);

#endif
