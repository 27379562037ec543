/* policy/rules.h: predicates that every row of every policy is tested against. */
#ifndef SX_POLICY_RULES_H
#define SX_POLICY_RULES_H

#include "policy/policy.h"

/* A rule says whether a policy keeps it; on false, why holds the offending row. */
struct sx_policy_rule {
    const char *name;
    const char *source;
    bool (*is_kept)(const struct sx_policy *policy, char *why, size_t cap);
    bool is_for_approved_only; /* tested on policies with is_approved_only, else on all */
};

/* Ends with a row whose name is NULL. */
extern const struct sx_policy_rule sx_policy_rules[];

#endif
