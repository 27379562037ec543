/* policy/reasons.h: why well-known algorithms stand in no list, or not in an approved one. */
#ifndef SX_POLICY_REASONS_H
#define SX_POLICY_REASONS_H

#include "policy/policy.h"

struct sx_reason {
    enum sx_alg_kind kind; /* SX_ALG_HOST_KEY stands for both kinds of keys */
    const char *names;     /* a pattern with * and ? */
    const char *reason;    /* completes "it is left out: ..." */
    const char *source;
};

/* sx_reason_find gives the first row that fits, or NULL for a name that nobody here knows. */
const struct sx_reason *sx_reason_find(enum sx_alg_kind kind, const char *name);

#endif
