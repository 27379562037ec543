/* keys/host_trust.h: whether a server's host key is trusted by what was configured.
 *
 * Nothing is trusted unless a setting says so; a key that no setting accepts is undecided, and
 * the application's event has the last word. */
#ifndef SX_KEYS_HOST_TRUST_H
#define SX_KEYS_HOST_TRUST_H

#include "base/event.h"
#include "policy/policy.h"

/* What made a key trusted. */
enum sx_host_trust {
    SX_HOST_TRUST_NONE, /* no setting did */
    SX_HOST_TRUST_FINGERPRINT,
    SX_HOST_TRUST_KEY,
    SX_HOST_TRUST_ANY,   /* any key is taken */
    SX_HOST_TRUST_EVENT, /* the application's event accepted it; for records, set by the caller */
};

/* A word for logs and records: "none", "fingerprint", "key", "any", "event". */
const char *sx_host_trust_name(enum sx_host_trust trust);

/* All borrowed; empty means that nothing is configured. */
struct sx_host_trust_settings {
    const struct sx_policy *policy;
    struct sx_slice fingerprints; /* list, see sx_fingerprint_is_match */
    struct sx_slice key;          /* "type base64 [comment]", or the base64 alone */
    bool accept_any;
};

/* sx_host_trust_check says before anything is connected whether the settings can be used:
 * SX_ERR_ARGUMENT names what can't be understood, SX_ERR_POLICY_SETTING what the policy forbids,
 * SX_ERR_PROVIDER_FETCH a hash that the provider lacks. */
SX_MUST_USE enum sx_err sx_host_trust_check(const struct sx_host_trust_settings *settings,
                                            struct sx_provider *provider, struct sx_fault *fault);

/* sx_host_trust_decide gives the ground on which blob is trusted, the narrowest first. Errors as
 * above. */
SX_MUST_USE enum sx_err sx_host_trust_decide(const struct sx_host_trust_settings *settings,
                                             struct sx_provider *provider, struct sx_slice blob,
                                             struct sx_fault *fault, enum sx_host_trust *out);

/* sx_host_trust_reject sets the error for a key that nobody accepted, and returns it: which key
 * the server has, what was configured, and what to do. SX_ERR_HOST_KEY_REJECTED. */
enum sx_err sx_host_trust_reject(const struct sx_host_trust_settings *settings,
                                 struct sx_provider *provider,
                                 const struct sx_event_host_key *host_key, struct sx_fault *fault);

#endif
