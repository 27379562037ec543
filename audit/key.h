/* audit/key.h: the two halves of an audit's key: the machine's state (audit/state.h), which moves
 * on, and the verifier's copy, which stays as it was made and is kept away from the machine.
 *
 * The verifier's copy is three lines: "libsexec audit key 1", "chain: " and 32 hex digits, "key: "
 * and 64 hex digits. */
#ifndef SX_AUDIT_KEY_H
#define SX_AUDIT_KEY_H

#include "audit/state.h"

/* sx_audit_key_generate makes both files, which must not be there yet, for their owner alone. */
SX_MUST_USE enum sx_err sx_audit_key_generate(const struct sx_audit_crypto *crypto,
                                              const char *machine_path, const char *verifier_path,
                                              struct sx_fault *fault);

/* sx_audit_key_decode reads a verifier's copy into the first head of its chain. SX_ERR_KEY_FORMAT.
 * Wipe it. */
SX_MUST_USE enum sx_err sx_audit_key_decode(struct sx_slice bytes, struct sx_fault *fault,
                                            struct sx_audit_head *out);

#endif
