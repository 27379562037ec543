/* keys/host_trust.h: whether a server's host key is trusted by what was configured.
 *
 * Nothing is trusted unless a setting says so; a key that no setting accepts is undecided, and
 * the application's event has the last word, but for a revoked key. What speaks, in this order:
 * a revocation; the key or fingerprint that was set; who signed its certificate; files of known
 * hosts; and at last what takes unknown keys, which never takes a changed one. */
#ifndef SX_KEYS_HOST_TRUST_H
#define SX_KEYS_HOST_TRUST_H

#include "base/event.h"
#include "crypto/x509_trust.h"
#include "keys/known_hosts.h"
#include "policy/policy.h"

/* What made a key trusted. */
enum sx_host_trust {
    SX_HOST_TRUST_NONE, /* no setting did */
    SX_HOST_TRUST_FINGERPRINT,
    SX_HOST_TRUST_KEY,
    SX_HOST_TRUST_CERTIFICATE, /* OpenSSH's, of a trusted authority */
    SX_HOST_TRUST_X509,        /* a chain to a trust anchor */
    SX_HOST_TRUST_KNOWN,       /* a file of known hosts has the key */
    SX_HOST_TRUST_NEW,         /* the host was not known, and is to be now */
    SX_HOST_TRUST_ANY,         /* any key is taken */
    SX_HOST_TRUST_EVENT, /* the application's event accepted it; for records, set by the caller */
};

/* A word for logs and records: "none", "fingerprint", "key", "certificate", "x509", "known_hosts",
 * "new", "any", "event". */
const char *sx_host_trust_name(enum sx_host_trust trust);

/* What becomes of hosts that no file knows. A changed key is refused in every mode. */
enum sx_known_mode {
    SX_KNOWN_MODE_YES,        /* refused */
    SX_KNOWN_MODE_ACCEPT_NEW, /* accepted and written down */
    SX_KNOWN_MODE_NO,         /* accepted, and written down where that is possible */
};

/* All borrowed; empty means that nothing is configured. */
struct sx_host_trust_settings {
    const struct sx_policy *policy;
    struct sx_slice fingerprints; /* list, see sx_fingerprint_is_match */
    struct sx_slice key;          /* "type base64 [comment]", or the base64 alone */
    struct sx_slice ca_keys;      /* such lines, of authorities for OpenSSH's certificates */
    bool accept_any;
    const struct sx_known_hosts *known; /* NULL: no files */
    enum sx_known_mode known_mode;
    const struct sx_x509_trust *x509; /* NULL: no anchors */
    const char *host;                 /* whom the key must belong to; NULL only for a check */
    int port;
    int64_t now; /* seconds since 1970 */
};

/* What was found. Zero-initialise. */
struct sx_host_verdict {
    enum sx_host_trust trust;
    bool is_final;                /* revoked: no event may accept it */
    struct sx_known_answer known; /* what the files say */
    struct sx_fault why;          /* the reason of a refusal, where there is a special one */
    struct sx_cert_names names;   /* of an X.509 certificate; else empty */
};

/* sx_host_trust_check says before anything is connected whether the settings can be used:
 * SX_ERR_ARGUMENT names what can't be understood, SX_ERR_POLICY_SETTING what the policy forbids,
 * SX_ERR_PROVIDER_FETCH a hash that the provider lacks. */
SX_MUST_USE enum sx_err sx_host_trust_check(const struct sx_host_trust_settings *settings,
                                            struct sx_provider *provider, struct sx_fault *fault);

/* sx_host_trust_decide gives the ground on which a host key is trusted, the narrowest first. For
 * certificates the plain key in them counts as well as the whole. Errors as above, and those of
 * sx_known_hosts_ask. */
SX_MUST_USE enum sx_err sx_host_trust_decide(const struct sx_host_trust_settings *settings,
                                             struct sx_provider *provider,
                                             const struct sx_event_host_key *host_key,
                                             struct sx_fault *fault, struct sx_host_verdict *out);

/* sx_host_trust_add writes a new host down (sx_known_hosts_add), in the first of the files.
 * SX_ERR_HOST_KEY_REJECTED when another process has by now written down another key. In the mode
 * "no" a file that can't be written is no error. */
SX_MUST_USE enum sx_err sx_host_trust_add(const struct sx_host_trust_settings *settings,
                                          struct sx_provider *provider,
                                          const struct sx_event_host_key *host_key, bool is_hashed,
                                          struct sx_fault *fault);

/* sx_host_trust_reject sets the error for a key that nobody accepted, and returns it: which key
 * the server has, what was configured, and what to do. SX_ERR_HOST_KEY_REJECTED. */
enum sx_err sx_host_trust_reject(const struct sx_host_trust_settings *settings,
                                 struct sx_provider *provider,
                                 const struct sx_event_host_key *host_key,
                                 const struct sx_host_verdict *verdict, struct sx_fault *fault);

/* sx_host_trust_plain gives the public key blob of a host key in any form, to be freed with
 * sx_free. SX_ERR_PEER_HOST_KEY. */
SX_MUST_USE enum sx_err sx_host_trust_plain(const struct sx_policy *policy,
                                            struct sx_provider *provider,
                                            const struct sx_event_host_key *host_key,
                                            struct sx_fault *fault, uint8_t **out, size_t *out_len);

#endif
