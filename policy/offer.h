/* policy/offer.h: what one connection offers: policy and provider and the user's own lists.
 *
 * A user's list can only narrow and reorder. A name that the policy or the provider refuses is an
 * error that says which rule refused it; nothing is dropped silently. */
#ifndef SX_POLICY_OFFER_H
#define SX_POLICY_OFFER_H

#include "policy/policy.h"

enum { SX_OFFER_MAX = 48 };

struct sx_offer {
    const struct sx_policy *policy;
    struct sx_provider *provider;                   /* borrowed */
    const struct sx_kex_alg *kex[SX_OFFER_MAX + 1]; /* NULL-terminated, like the rest */
    const struct sx_sig_alg *host_key[SX_OFFER_MAX + 1];
    const struct sx_sig_alg *user_key[SX_OFFER_MAX + 1];
    const struct sx_cipher_alg *ciphers[SX_OFFER_MAX + 1];
    const struct sx_mac_alg *macs[SX_OFFER_MAX + 1]; /* may be empty: all ciphers authenticate */
    const struct sx_compression_alg *compressions[SX_OFFER_MAX + 1];
    enum sx_strict_kex strict_kex;
    unsigned dh_preferred_bits;
    uint64_t rekey_bytes;
    uint64_t rekey_packets;
    unsigned rekey_seconds;
};

/* The user's wishes; NULL or "" means the policy's own list or value. */
struct sx_offer_wishes {
    const char *lists[SX_ALG_KIND_COUNT]; /* comma-separated */
    int strict_kex;                       /* -1: the policy's */
    unsigned dh_preferred_bits;           /* 0: the policy's */
    uint64_t rekey_bytes;                 /* 0: the policy's; more than that is an error */
    unsigned rekey_seconds;               /* 0: the policy's */
    bool is_gss_first;                    /* key exchange by Kerberos is what is wanted */
};

/* sx_offer_make applies both locks. A policy row that the provider lacks is left out when the
 * policy's own list is used, and is an error when the user named it. An empty result list is an
 * error too. GSSAPI key exchanges need a ticket, so they are offered only when the user named them,
 * or with is_gss_first: then they stand before all others, named or, unless the policy is an
 * approved one, not; none is an error. SX_ERR_POLICY_ALGORITHM, SX_ERR_POLICY_PROVIDER, SX_ERR_POLICY_SETTING. */
SX_MUST_USE enum sx_err sx_offer_make(const struct sx_policy *policy, struct sx_provider *provider,
                                      const struct sx_offer_wishes *wishes, struct sx_fault *fault,
                                      struct sx_offer *out);

/* Whether the offer has a GSSAPI key exchange, and whether it has one without. */
bool sx_offer_has_gss(const struct sx_offer *offer);
bool sx_offer_has_plain_kex(const struct sx_offer *offer);

/* sx_offer_names writes a kind's names comma-separated; NUL-terminated. SX_ERR_SPACE. */
SX_MUST_USE enum sx_err sx_offer_names(const struct sx_offer *offer, enum sx_alg_kind kind,
                                       char *out, size_t cap);

/* sx_offer_name gives the index-th name of a kind, or NULL past the end. */
const char *sx_offer_name(const struct sx_offer *offer, enum sx_alg_kind kind, unsigned index);

/* sx_policy_wish_names writes what a wish comes to under the policy alone, whatever the provider
 * has; a wish that the policy refuses is written as it is. SX_ERR_SPACE. */
SX_MUST_USE enum sx_err sx_policy_wish_names(const struct sx_policy *policy, enum sx_alg_kind kind,
                                             const char *wish, char *out, size_t cap);

/* What the two locks say of one name. */
struct sx_verdict {
    bool is_known;       /* a policy has it, or a reason speaks of it */
    bool is_allowed;     /* by both locks; by the policy alone where no provider was given */
    bool is_by_policy;   /* by the first lock */
    bool is_opt_in;      /* offered only when a list names it */
    unsigned preference; /* from 1 */
    const char *reason;  /* what speaks against it; "" when nothing does */
    const char *source;  /* of that reason */
    char provider[192];  /* what the provider says; "" where none was given */
};

/* sx_policy_judge asks both locks about a name; provider may be NULL. */
void sx_policy_judge(const struct sx_policy *policy, struct sx_provider *provider,
                     enum sx_alg_kind kind, const char *name, struct sx_verdict *out);

/* Whether any policy has the name, or any reason speaks of it. */
bool sx_policy_knows(enum sx_alg_kind kind, const char *name);

/* Whether a name in a list of key exchanges is none, but says what its sender can do (RFC 8308;
 * OpenSSH's strict key exchange; Dropbear's guesses). */
bool sx_policy_is_signal(enum sx_alg_kind kind, const char *name);

/* sx_policy_explain says in one sentence whether policy and provider (may be NULL) allow name for
 * kind, and if not, which rule refuses it and its source. True when allowed. */
bool sx_policy_explain(const struct sx_policy *policy, struct sx_provider *provider,
                       enum sx_alg_kind kind, const char *name, char *out, size_t cap);

/* sx_policy_refusals writes what is refused of a list of names (a server's), names with the same
 * reason together: "a, b: reason (source); c: ...". Cut to fit; "" when nothing is. */
void sx_policy_refusals(const struct sx_policy *policy, struct sx_provider *provider,
                        enum sx_alg_kind kind, struct sx_slice names, char *out, size_t cap);

#endif
