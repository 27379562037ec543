/* services/signer.c: signs with keys that this process holds. */
#include "services/signer.h"

#include <string.h>

void sx_signer_init(struct sx_signer *signer, const struct sx_sig_alg *const *algs)
{
    memset(signer, 0, sizeof *signer);
    signer->algs = algs;
}

enum sx_err sx_signer_add(struct sx_signer *signer, struct sx_key *take_key, struct sx_fault *fault)
{
    enum sx_err err = SX_OK;

    if (!sx_key_is_private(take_key))
        err = sx_fault_set(fault, SX_ERR_ARGUMENT,
                           "a public key can't sign on; the private key is needed");
    else if (signer->count == SX_AUTH_KEYS_MAX)
        err = sx_fault_set(fault, SX_ERR_SPACE, "more than %d keys to sign on with",
                           SX_AUTH_KEYS_MAX);
    if (err != SX_OK) {
        sx_key_free(take_key);
        return err;
    }
    signer->keys[signer->count] = take_key;
    signer->identities[signer->count] =
        (struct sx_auth_key){ .type = sx_key_get_type(take_key),
                              .public_blob = sx_key_public_blob(take_key) };
    signer->count++;
    return SX_OK;
}

const struct sx_auth_key *sx_signer_identities(const struct sx_signer *signer, unsigned *out_count)
{
    *out_count = signer->count;
    return signer->identities;
}

static const struct sx_sig_alg *alg_find(const struct sx_signer *signer, const char *name)
{
    for (const struct sx_sig_alg *const *alg = signer->algs; *alg != NULL; alg++) {
        if (strcmp((*alg)->name, name) == 0)
            return *alg;
    }
    return NULL;
}

enum sx_err sx_signer_sign(const struct sx_signer *signer, const struct sx_event_sign *request,
                           struct sx_fault *fault, struct sx_buffer *out)
{
    const struct sx_sig_alg *alg = alg_find(signer, request->algorithm);

    if (request->key_index >= signer->count)
        return sx_fault_set(fault, SX_ERR_ARGUMENT, "there is no key %u to sign with",
                            request->key_index + 1);
    if (alg == NULL)
        return sx_fault_set(fault, SX_ERR_ARGUMENT,
                            "the policy in force has no signature algorithm \"%s\"",
                            request->algorithm);
    return sx_key_sign(signer->keys[request->key_index], alg, request->message, fault, out);
}

void sx_signer_clear(struct sx_signer *signer)
{
    for (unsigned i = 0; i < signer->count; i++)
        sx_key_free(signer->keys[i]);
    memset(signer, 0, sizeof *signer);
}
