/* policy/narrow.h: a policy made narrower for one machine: fewer rows, another order, stricter
 * limits. Nothing can come in that the policy doesn't have. */
#ifndef SX_POLICY_NARROW_H
#define SX_POLICY_NARROW_H

#include "policy/offer.h"

/* What narrows; 0, -1 and "" say nothing. A limit that is looser than the policy's is passed over,
 * as it would widen. */
struct sx_narrowing {
    const char *by;                       /* its source, for people; borrowed by the outcome */
    const char *lists[SX_ALG_KIND_COUNT]; /* as a user writes them */
    bool is_filter; /* lists were written for several policies: what they name beside this one's
                       rows is passed over, not refused */
    bool forbids_kerberos;
    bool forbids_delegation;
    bool forbids_agent;
    bool forbids_token;
    int strict_kex; /* -1 */
    unsigned rsa_min_bits;
    unsigned dh_min_bits;
    uint64_t rekey_bytes;
    unsigned rekey_seconds;
};

/* A copy of a policy with lists of its own; nothing outside points into it but policy. */
struct sx_narrowed {
    struct sx_policy policy;
    struct sx_offer own;    /* its lists alone are used */
    struct sx_offer opt_in; /* likewise */
};

/* sx_policy_narrow fills out, which must stay where it is, and is of no use after a failure.
 * SX_ERR_POLICY_ALGORITHM when a list names what the policy refuses, or leaves nothing. */
SX_MUST_USE enum sx_err sx_policy_narrow(const struct sx_policy *base,
                                         const struct sx_narrowing *narrowing,
                                         struct sx_fault *fault, struct sx_narrowed *out);

#endif
