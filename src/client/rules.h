/* client/rules.h: which policy holds for an object: the one that it chose, as the machine's own
 * rules leave it. */
#ifndef SX_CLIENT_RULES_H
#define SX_CLIENT_RULES_H

#include "base/mask.h"
#include "client/object.h"

/* sx_rules_start reads the machine's rules for an object whose values are fresh, and gives these
 * the site's defaults. Rules that can't be trusted are kept as an error, with which nothing
 * connects; only SX_ERR_MEMORY comes back. */
SX_MUST_USE enum sx_err sx_rules_start(struct sexec *object);
void sx_rules_end(struct sexec *object);

/* sx_rules_policy gives the object's policy as it holds; it lives as long as the object has it.
 * SX_ERR_POLICY_SETTING when the machine's rules are broken, forbid it or leave nothing of it. */
SX_MUST_USE enum sx_err sx_rules_policy(struct sexec *object, struct sx_fault *fault,
                                        const struct sx_policy **out);

/* The same for getters and checks: the table alone where it can't be had. Never NULL. */
const struct sx_policy *sx_rules_policy_shown(struct sexec *object);

/* sx_rules_other gives another policy as it holds on this machine, in room. */
SX_MUST_USE enum sx_err sx_rules_other(const struct sexec *object, const struct sx_policy *policy,
                                       struct sx_fault *fault, struct sx_machine_room *room,
                                       const struct sx_policy **out);

/* The policy that a new object has. */
const char *sx_rules_default_name(const struct sexec *object);

/* Whether the site file locks what chooses policy and provider, and its name. */
bool sx_rules_is_locked(const struct sexec *object);
const char *sx_rules_by(const struct sexec *object);

/* sx_rules_check says whether the object may choose the policy: 0, or 3005 with its text kept. */
int sx_rules_check(struct sexec *object, const struct sx_policy *policy);

/* sx_rules_audit gives the paths that the site file has for records and their key; "" for none. */
void sx_rules_audit(const struct sexec *object, const char **out_file, const char **out_key,
                    const char **out_collector);

/* What the site file says about secrets in commands; lives as long as the object has its rules. */
struct sx_mask_rules sx_rules_mask(const struct sexec *object);

#endif
