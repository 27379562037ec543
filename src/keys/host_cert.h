/* keys/host_cert.h: whether an OpenSSH certificate (PROTOCOL.certkeys, draft-ietf-sshm-cert) may
 * speak for a host. Whether its signer is trusted is for who asks to know. */
#ifndef SX_KEYS_HOST_CERT_H
#define SX_KEYS_HOST_CERT_H

#include "policy/policy.h"

struct sx_host_cert_rules {
    const struct sx_policy *policy; /* which signatures of an authority count, and its key's size */
    const char *host;               /* whom it must name */
    int64_t now;                    /* seconds since 1970 */
};

/* sx_host_cert_signer gives the authority's key blob; it points into blob. SX_ERR_PEER_HOST_KEY. */
SX_MUST_USE enum sx_err sx_host_cert_signer(const struct sx_sig_alg *alg, struct sx_slice blob,
                                            struct sx_fault *fault, struct sx_slice *out);

/* sx_host_cert_check: the certificate is one for hosts; its principals name the host (without case,
 * no patterns; an empty list names nobody); it is valid now; it has no critical option, as none is
 * defined for hosts; and the signature is right, by an algorithm and a key that the policy allows
 * for host keys. SX_ERR_HOST_KEY_REJECTED with the reason; SX_ERR_PEER_HOST_KEY. */
SX_MUST_USE enum sx_err sx_host_cert_check(struct sx_provider *provider,
                                           const struct sx_sig_alg *alg, struct sx_slice blob,
                                           const struct sx_host_cert_rules *rules,
                                           struct sx_fault *fault);

#endif
