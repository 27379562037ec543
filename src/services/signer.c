/* services/signer.c: the list of keys, and signing with those that this process holds. */
#include "services/signer_inside.h"

#include <string.h>

#include "base/memory.h"

void sx_signer_init(struct sx_signer *signer, const struct sx_sig_alg *const *algs)
{
    memset(signer, 0, sizeof *signer);
    signer->algs = algs;
}

bool sx_signer_put(struct sx_signer *signer, const struct sx_auth_key *identity,
                   const struct sx_key *key, struct sx_slice agent_key)
{
    if (signer->count == SX_AUTH_KEYS_MAX)
        return false;
    signer->identities[signer->count] = *identity;
    signer->identities[signer->count].is_outside = key == NULL;
    signer->signs_with[signer->count] = key;
    signer->agent_keys[signer->count] = agent_key;
    signer->count++;
    return true;
}

bool sx_signer_put_cert(struct sx_signer *signer, struct sx_slice plain_blob,
                        const struct sx_key *key, struct sx_slice agent_key)
{
    const struct sx_signed_cert *cert = &signer->cert;
    struct sx_auth_key identity = { .form = SX_SIG_OPENSSH_CERT };

    if (cert->key == NULL || !sx_slice_is_equal(sx_key_public_blob(cert->key), plain_blob))
        return true;
    identity.type = sx_key_get_type(cert->key);
    identity.public_blob = cert->blob;
    identity.algorithm = cert->algorithm;
    signer->is_cert_used = true;
    return sx_signer_put(signer, &identity, key, agent_key);
}

enum sx_err sx_signer_add(struct sx_signer *signer, struct sx_key *take_key, struct sx_fault *fault)
{
    struct sx_auth_key identity = { .type = sx_key_get_type(take_key),
                                    .public_blob = sx_key_public_blob(take_key) };
    enum sx_err err = SX_OK;

    if (!sx_key_is_private(take_key))
        err = sx_fault_set(fault, SX_ERR_ARGUMENT,
                           "a public key can't sign on; the private key is needed");
    else if (!sx_signer_put_cert(signer, identity.public_blob, take_key, SX_SLICE_NONE) ||
             !sx_signer_put(signer, &identity, take_key, SX_SLICE_NONE))
        err = sx_fault_set(fault, SX_ERR_SPACE, "more than %d keys to sign on with",
                           SX_AUTH_KEYS_MAX);
    if (err != SX_OK) {
        /* Its certificate may have taken the last place. */
        if (signer->count > 0 && signer->signs_with[signer->count - 1] == take_key)
            signer->count--;
        sx_key_free(take_key);
        return err;
    }
    signer->keys[signer->key_count++] = take_key;
    return SX_OK;
}

const struct sx_auth_key *sx_signer_identities(const struct sx_signer *signer, unsigned *out_count)
{
    *out_count = signer->count;
    return signer->identities;
}

bool sx_signer_is_agents(const struct sx_signer *signer, unsigned index)
{
    return index < signer->count && signer->signs_with[index] == NULL &&
           signer->token_of[index] == NULL;
}

enum sx_err sx_signer_find(const struct sx_signer *signer, const struct sx_event_sign *request,
                           struct sx_fault *fault, const struct sx_sig_alg **out)
{
    if (request->key_index >= signer->count)
        return sx_fault_set(fault, SX_ERR_ARGUMENT, "there is no key %u to sign with",
                            request->key_index + 1);
    for (const struct sx_sig_alg *const *alg = signer->algs; *alg != NULL; alg++) {
        if (strcmp((*alg)->name, request->algorithm) == 0) {
            *out = *alg;
            return SX_OK;
        }
    }
    return sx_fault_set(fault, SX_ERR_ARGUMENT,
                        "the policy in force has no signature algorithm \"%s\"",
                        request->algorithm);
}

enum sx_err sx_signer_sign(const struct sx_signer *signer, const struct sx_event_sign *request,
                           struct sx_fault *fault, struct sx_buffer *out)
{
    const struct sx_sig_alg *alg = NULL;

    SX_TRY(sx_signer_find(signer, request, fault, &alg));
    if (signer->signs_with[request->key_index] == NULL)
        return sx_fault_set(fault, SX_ERR_ARGUMENT, "key %u is the agent's or a token's",
                            request->key_index + 1);
    return sx_key_sign(signer->signs_with[request->key_index], alg, request->message, fault, out);
}

void sx_signer_clear(struct sx_signer *signer)
{
    for (unsigned i = 0; i < signer->key_count; i++)
        sx_key_free(signer->keys[i]);
    for (unsigned i = 0; i < signer->copy_count; i++)
        sx_free(signer->copies[i]);
    sx_token_set_clear(&signer->tokens);
    sx_signed_cert_clear(&signer->cert);
    memset(signer, 0, sizeof *signer);
}
