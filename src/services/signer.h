/* services/signer.h: the keys that a user signs on with, in the order in which they are tried, and
 * the answer to SX_EVENT_SIGN.
 *
 * Keys of this process sign here. An agent's keys stand in the same list: what the agent must be
 * asked is made here, and what it says is a signature is verified here. So do those of tokens, whose
 * calls block: somebody else makes them, on a thread. */
#ifndef SX_SERVICES_SIGNER_H
#define SX_SERVICES_SIGNER_H

#include "auth/userauth.h"
#include "services/signed_cert.h"
#include "services/token_set.h"
#include "wire/msg_agent.h"

/* Zero-initialise. */
struct sx_signer {
    const struct sx_sig_alg *const *algs; /* the only ones that may be used; NULL-terminated */
    unsigned rsa_min_bits;                /* of the agent's keys */
    struct sx_signed_cert cert;           /* set before keys are added; stands before its key */
    bool is_cert_used;                    /* its key was there */

    struct sx_key *keys[SX_AUTH_KEYS_MAX]; /* owned */
    unsigned key_count;
    uint8_t *copies[SX_AUTH_KEYS_MAX]; /* of the agent's blobs */
    unsigned copy_count;
    struct sx_token_set tokens; /* set before their keys are added */

    /* Parallel: what the server is shown, and who signs for it. */
    struct sx_auth_key identities[SX_AUTH_KEYS_MAX];
    const struct sx_key *signs_with[SX_AUTH_KEYS_MAX]; /* NULL: the agent, or a token */
    struct sx_token *token_of[SX_AUTH_KEYS_MAX];       /* of tokens; NULL: no token's */
    unsigned token_index[SX_AUTH_KEYS_MAX];            /* its key there */
    struct sx_slice agent_keys[SX_AUTH_KEYS_MAX];      /* by which the agent knows the key */
    unsigned count;
};

/* algs is the offer's user_key list (borrowed): the policy holds at the hand that signs, too. */
void sx_signer_init(struct sx_signer *signer, const struct sx_sig_alg *const *algs);

/* sx_signer_add takes a private key, also on failure. SX_ERR_ARGUMENT when it has no private
 * part, SX_ERR_SPACE when there are SX_AUTH_KEYS_MAX already. */
SX_MUST_USE enum sx_err sx_signer_add(struct sx_signer *signer, struct sx_key *take_key,
                                      struct sx_fault *fault);

/* sx_signer_add_tokens adds the keys of the tokens, which are open; too short RSA keys are
 * SX_ERR_POLICY_KEY_SIZE, too many keys SX_ERR_SPACE. */
SX_MUST_USE enum sx_err sx_signer_add_tokens(struct sx_signer *signer, struct sx_fault *fault);

/* What became of the keys that the agent holds. */
struct sx_signer_tally {
    unsigned held;
    unsigned taken;
    unsigned unknown;   /* no algorithm of the list is for them, or they can't be read */
    unsigned too_short; /* for rsa_min_bits */
    unsigned spare;     /* here already, or beyond SX_AUTH_KEYS_MAX */
};

/* sx_signer_add_agent adds the agent's keys behind those that are here. */
SX_MUST_USE enum sx_err sx_signer_add_agent(struct sx_signer *signer, struct sx_provider *provider,
                                            struct sx_msg_agent_identities list,
                                            struct sx_signer_tally *out);

/* sx_signer_identities is what the engine's configuration borrows; valid until clear, and an index
 * never changes its key. */
const struct sx_auth_key *sx_signer_identities(const struct sx_signer *signer, unsigned *out_count);

/* Whether the agent signs for the key, or a token. */
bool sx_signer_is_agents(const struct sx_signer *signer, unsigned index);
bool sx_signer_is_tokens(const struct sx_signer *signer, unsigned index);

/* sx_signer_sign appends the signature blob to out. SX_ERR_ARGUMENT for an index or an algorithm
 * that is not here, or a key that isn't this process's; SX_ERR_SIGN. */
SX_MUST_USE enum sx_err sx_signer_sign(const struct sx_signer *signer,
                                       const struct sx_event_sign *request, struct sx_fault *fault,
                                       struct sx_buffer *out);

/* What sx_token_sign is to be called with; borrows from the signer. */
struct sx_signer_token_request {
    struct sx_token *token;
    unsigned index;
    const struct sx_sig_alg *alg; /* static */
};

/* sx_signer_ask_token finds out who is to sign. SX_ERR_ARGUMENT as above, or for a key that isn't a
 * token's. */
SX_MUST_USE enum sx_err sx_signer_ask_token(const struct sx_signer *signer,
                                            const struct sx_event_sign *request,
                                            struct sx_fault *fault,
                                            struct sx_signer_token_request *out);

/* sx_signer_ask_agent fills in what the agent is to be asked; slices live as long as the signer's
 * and the request's. SX_ERR_ARGUMENT as above, or for a key that isn't the agent's. */
SX_MUST_USE enum sx_err sx_signer_ask_agent(const struct sx_signer *signer,
                                            const struct sx_event_sign *request,
                                            struct sx_fault *fault,
                                            struct sx_msg_agent_sign_request *out);

/* sx_signer_check_agent verifies the agent's signature. SX_ERR_AGENT_ANSWER, SX_ERR_ARGUMENT. */
SX_MUST_USE enum sx_err sx_signer_check_agent(const struct sx_signer *signer,
                                              struct sx_provider *provider,
                                              const struct sx_event_sign *request,
                                              struct sx_slice signature, struct sx_fault *fault);

void sx_signer_clear(struct sx_signer *signer);

#endif
