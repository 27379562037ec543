/* services/signer.h: the keys that a user signs on with, and the answer to SX_EVENT_SIGN.
 *
 * What signs may sit elsewhere and take its time (an agent, a token): the engine only sees public
 * keys and asks; whoever pumps it calls sx_signer_sign where it may block. */
#ifndef SX_SERVICES_SIGNER_H
#define SX_SERVICES_SIGNER_H

#include "auth/userauth.h"

/* Zero-initialise; the arrays are parallel. */
struct sx_signer {
    const struct sx_sig_alg *const *algs; /* the only ones that may be used; NULL-terminated */
    struct sx_key *keys[SX_AUTH_KEYS_MAX];
    struct sx_auth_key identities[SX_AUTH_KEYS_MAX];
    unsigned count;
};

/* algs is the offer's user_key list (borrowed): the policy holds at the hand that signs, too. */
void sx_signer_init(struct sx_signer *signer, const struct sx_sig_alg *const *algs);

/* sx_signer_add takes a private key, also on failure. SX_ERR_ARGUMENT when it has no private
 * part, SX_ERR_SPACE when there are SX_AUTH_KEYS_MAX already. */
SX_MUST_USE enum sx_err sx_signer_add(struct sx_signer *signer, struct sx_key *take_key,
                                      struct sx_fault *fault);

/* sx_signer_identities is what the engine's configuration borrows; valid until clear, and an index
 * never changes its key. */
const struct sx_auth_key *sx_signer_identities(const struct sx_signer *signer, unsigned *out_count);

/* sx_signer_sign appends the signature blob to out. SX_ERR_ARGUMENT for an index or an algorithm
 * that is not here, SX_ERR_SIGN. */
SX_MUST_USE enum sx_err sx_signer_sign(const struct sx_signer *signer,
                                       const struct sx_event_sign *request, struct sx_fault *fault,
                                       struct sx_buffer *out);

void sx_signer_clear(struct sx_signer *signer);

#endif
