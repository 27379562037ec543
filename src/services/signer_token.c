/* services/signer_token.c: keys that tokens sign for. */
#include "services/signer_inside.h"

static enum sx_err add_key(struct sx_signer *signer, struct sx_token *token, unsigned index,
                           struct sx_fault *fault)
{
    const struct sx_key *key = sx_token_key(token, index);
    const struct sx_auth_key identity = { .type = sx_key_get_type(key),
                                          .public_blob = sx_key_public_blob(key) };
    const unsigned first = signer->count;

    if (identity.type == SX_KEY_RSA && sx_key_bits(key) < signer->rsa_min_bits)
        return sx_fault_set(fault, SX_ERR_POLICY_KEY_SIZE,
                            "the token's RSA key has %u bits; the policy wants at least %u",
                            sx_key_bits(key), signer->rsa_min_bits);
    if (!sx_signer_put_cert(signer, identity.public_blob, NULL, SX_SLICE_NONE) ||
        !sx_signer_put(signer, &identity, NULL, SX_SLICE_NONE))
        return sx_fault_set(fault, SX_ERR_SPACE, "more than %d keys to sign on with",
                            SX_AUTH_KEYS_MAX);
    for (unsigned i = first; i < signer->count; i++) {
        signer->token_of[i] = token;
        signer->token_index[i] = index;
    }
    return SX_OK;
}

enum sx_err sx_signer_add_tokens(struct sx_signer *signer, struct sx_fault *fault)
{
    for (unsigned i = 0; i < signer->tokens.count; i++) {
        struct sx_token *token = signer->tokens.tokens[i];

        for (unsigned key = 0; key < sx_token_key_count(token); key++)
            SX_TRY(add_key(signer, token, key, fault));
    }
    return SX_OK;
}

bool sx_signer_is_tokens(const struct sx_signer *signer, unsigned index)
{
    return index < signer->count && signer->token_of[index] != NULL;
}

enum sx_err sx_signer_ask_token(const struct sx_signer *signer, const struct sx_event_sign *request,
                                struct sx_fault *fault, struct sx_signer_token_request *out)
{
    const struct sx_sig_alg *alg = NULL;

    SX_TRY(sx_signer_find(signer, request, fault, &alg));
    if (!sx_signer_is_tokens(signer, request->key_index))
        return sx_fault_set(fault, SX_ERR_ARGUMENT, "key %u is not a token's",
                            request->key_index + 1);
    out->token = signer->token_of[request->key_index];
    out->index = signer->token_index[request->key_index];
    out->alg = alg;
    return SX_OK;
}
