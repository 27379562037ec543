/* policy/dump.h: a policy as canonical text, for people, golden files and diffs. */
#ifndef SX_POLICY_DUMP_H
#define SX_POLICY_DUMP_H

#include "base/buffer.h"
#include "policy/policy.h"

/* sx_policy_dump appends one "field: value" line for each field and one line for each row, in
 * order. The text is stable: a change to a table changes it and nothing else does. */
SX_MUST_USE enum sx_err sx_policy_dump(const struct sx_policy *policy, struct sx_buffer *out);

#endif
