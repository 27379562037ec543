/* client/audit_tools.h: what the functions of <sexec/audit.h> begin and end with. */
#ifndef SX_CLIENT_AUDIT_TOOLS_H
#define SX_CLIENT_AUDIT_TOOLS_H

#include "audit/chain.h"
#include "client/object.h"

/* What the object's policy and provider compute with. */
SX_MUST_USE enum sx_err sx_audit_tool_begin(struct sexec *object, struct sx_audit_crypto *out);

/* Gives it back; the public code of err. */
int sx_audit_tool_end(struct sexec *object, enum sx_err err, struct sx_audit_crypto *crypto);

#endif
