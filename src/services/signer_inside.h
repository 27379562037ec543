/* services/signer_inside.h: what the two files of the signer share. */
#ifndef SX_SERVICES_SIGNER_INSIDE_H
#define SX_SERVICES_SIGNER_INSIDE_H

#include "services/signer.h"

/* sx_signer_put appends an identity; key NULL: the agent signs, which knows the key by agent_key.
 * False when there are SX_AUTH_KEYS_MAX already. */
bool sx_signer_put(struct sx_signer *signer, const struct sx_auth_key *identity,
                   const struct sx_key *key, struct sx_slice agent_key);

/* sx_signer_put_cert does so for the certificate when it is for the key with this plain blob. */
bool sx_signer_put_cert(struct sx_signer *signer, struct sx_slice plain_blob,
                        const struct sx_key *key, struct sx_slice agent_key);

/* sx_signer_find gives the request's algorithm. SX_ERR_ARGUMENT when it or the index isn't here. */
SX_MUST_USE enum sx_err sx_signer_find(const struct sx_signer *signer,
                                       const struct sx_event_sign *request, struct sx_fault *fault,
                                       const struct sx_sig_alg **out);

#endif
