/* policy/reasons.h: why well-known algorithms stand in no list, or not in an approved one. */
#ifndef SX_POLICY_REASONS_H
#define SX_POLICY_REASONS_H

#include "policy/policy.h"

/* Where a reason holds: what isn't approved can be sound all the same. */
enum sx_reason_scope { SX_REASON_ALWAYS, SX_REASON_UNDER_APPROVAL };

struct sx_reason {
    enum sx_alg_kind kind; /* SX_ALG_HOST_KEY stands for both kinds of keys */
    const char *names;     /* a pattern with * and ? */
    enum sx_reason_scope scope;
    const char *reason; /* completes "it is refused: ..." */
    const char *source;
};

/* sx_reason_find gives the first row that fits the name and holds for the policy (NULL: any), or
 * NULL for a name that no row speaks of. */
const struct sx_reason *sx_reason_find(const struct sx_policy *policy, enum sx_alg_kind kind,
                                       const char *name);

#endif
