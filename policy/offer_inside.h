/* policy/offer_inside.h: private to this room: rows by name and number. */
#ifndef SX_POLICY_OFFER_INSIDE_H
#define SX_POLICY_OFFER_INSIDE_H

#include "policy/policy.h"

/* Whether a provider of this name may serve the policy. */
bool sx_policy_has_provider(const struct sx_policy *policy, const char *name);

/* sx_policy_index finds the row of a name in the policy's list; the first lock. */
bool sx_policy_index(const struct sx_policy *policy, enum sx_alg_kind kind, const char *name,
                     unsigned *out_index);

/* Whether the provider has what the row at index is made of; the second lock. */
bool sx_policy_is_provided(const struct sx_policy *policy, struct sx_provider *provider,
                           enum sx_alg_kind kind, unsigned index);

#endif
