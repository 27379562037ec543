/* policy/rules.h: predicates that every row of every policy is tested against. */
#ifndef SX_POLICY_RULES_H
#define SX_POLICY_RULES_H

#include "policy/policy.h"

/* Which policies a rule is for. */
enum sx_rule_scope {
    SX_RULE_ALL,
    SX_RULE_SOUND,    /* but those with is_weak_allowed */
    SX_RULE_APPROVED, /* those with is_approved_only */
};

/* A rule says whether a policy keeps it; on false, why holds the offending row. */
struct sx_policy_rule {
    const char *name;
    const char *source;
    bool (*is_kept)(const struct sx_policy *policy, char *why, size_t cap);
    enum sx_rule_scope scope;
};

/* Ends with a row whose name is NULL. */
extern const struct sx_policy_rule sx_policy_rules[];

bool sx_policy_rule_is_for(const struct sx_policy_rule *rule, const struct sx_policy *policy);

/* What the documents list, as texts: a second copy that a row must be in as well
 * (policy/rules_names.c). */
bool sx_rule_has_only_approved(const struct sx_policy *policy, char *why, size_t cap);
bool sx_rule_keeps_to_its_profile(const struct sx_policy *policy, char *why, size_t cap);

/* A broken rule's reason; gives false, so that it can stand in a return statement. */
bool sx_rule_broken(char *why, size_t cap, const char *row, const char *reason);

#endif
