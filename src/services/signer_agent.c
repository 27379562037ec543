/* services/signer_agent.c: keys that an agent signs for. The agent computes outside of our provider;
 * what it lists is decoded and judged as any key is, and what it signed is verified by the provider
 * before a server sees it. */
#include "services/signer_inside.h"

#include <string.h>

#include "base/memory.h"

/* What a blob of the algorithm's starts with. */
static const char *blob_name(const struct sx_sig_alg *alg)
{
    if (alg->form == SX_SIG_PLAIN)
        return sx_key_type_name(alg->type);
    return alg->blob_name != NULL ? alg->blob_name : alg->name;
}

/* Any algorithm of the list that is for keys of this kind; NULL when there is none. */
static const struct sx_sig_alg *alg_for(const struct sx_signer *signer, struct sx_slice blob)
{
    struct sx_slice name;
    struct sx_reader reader;

    sx_reader_init(&reader, blob);
    name = sx_reader_string(&reader);
    for (const struct sx_sig_alg *const *alg = signer->algs; *alg != NULL; alg++)
        if ((*alg)->form <= SX_SIG_OPENSSH_CERT && sx_slice_is_text(name, blob_name(*alg)))
            return *alg;
    return NULL;
}

static bool is_here(const struct sx_signer *signer, struct sx_slice blob)
{
    for (unsigned i = 0; i < signer->count; i++)
        if (sx_slice_is_equal(signer->identities[i].public_blob, blob))
            return true;
    return false;
}

/* A copy that lives as long as the signer; its place is there, as identities are no more. */
static enum sx_err keep(struct sx_signer *signer, struct sx_slice blob, struct sx_slice *out)
{
    uint8_t *copy = sx_alloc(blob.len);

    if (copy == NULL)
        return SX_ERR_MEMORY;
    memcpy(copy, blob.ptr, blob.len);
    signer->copies[signer->copy_count++] = copy;
    *out = sx_slice_of(copy, blob.len);
    return SX_OK;
}

static enum sx_err add_one(struct sx_signer *signer, struct sx_provider *provider,
                           struct sx_slice blob, struct sx_signer_tally *tally)
{
    const struct sx_sig_alg *alg = alg_for(signer, blob);
    struct sx_auth_key identity = { 0 };
    struct sx_key *key = NULL;
    bool is_short;

    if (alg == NULL || sx_key_from_user_blob(provider, alg, blob, NULL, &key) != SX_OK) {
        tally->unknown++;
        return SX_OK;
    }
    is_short = alg->type == SX_KEY_RSA && sx_key_bits(key) < signer->rsa_min_bits;
    sx_key_free(key);
    if (is_short) {
        tally->too_short++;
        return SX_OK;
    }
    if (is_here(signer, blob) || signer->count == SX_AUTH_KEYS_MAX) {
        tally->spare++;
        return SX_OK;
    }
    SX_TRY(keep(signer, blob, &blob));
    identity.type = alg->type;
    identity.form = alg->form;
    identity.public_blob = blob;
    tally->taken++;
    if (!sx_signer_put_cert(signer, blob, NULL, blob) ||
        !sx_signer_put(signer, &identity, NULL, blob))
        tally->spare++; /* the certificate took the last place */
    return SX_OK;
}

enum sx_err sx_signer_add_agent(struct sx_signer *signer, struct sx_provider *provider,
                                struct sx_msg_agent_identities list, struct sx_signer_tally *out)
{
    struct sx_agent_identity identity;
    struct sx_signer_tally tally = { .held = list.count };

    while (sx_msg_agent_identity_next(&list, &identity))
        SX_TRY(add_one(signer, provider, identity.blob, &tally));
    *out = tally;
    return SX_OK;
}

static enum sx_err find_agents(const struct sx_signer *signer, const struct sx_event_sign *request,
                               struct sx_fault *fault, const struct sx_sig_alg **out)
{
    SX_TRY(sx_signer_find(signer, request, fault, out));
    if (!sx_signer_is_agents(signer, request->key_index))
        return sx_fault_set(fault, SX_ERR_ARGUMENT, "key %u is not the agent's",
                            request->key_index + 1);
    return SX_OK;
}

enum sx_err sx_signer_ask_agent(const struct sx_signer *signer, const struct sx_event_sign *request,
                                struct sx_fault *fault, struct sx_msg_agent_sign_request *out)
{
    const struct sx_sig_alg *alg = NULL;
    struct sx_msg_agent_sign_request question = { .data = request->message };

    SX_TRY(find_agents(signer, request, fault, &alg));
    question.key = signer->agent_keys[request->key_index];
    if (alg->type == SX_KEY_RSA && alg->hash == SX_HASH_SHA256)
        question.flags = SX_AGENT_RSA_SHA2_256;
    else if (alg->type == SX_KEY_RSA && alg->hash == SX_HASH_SHA512)
        question.flags = SX_AGENT_RSA_SHA2_512;
    *out = question;
    return SX_OK;
}

enum sx_err sx_signer_check_agent(const struct sx_signer *signer, struct sx_provider *provider,
                                  const struct sx_event_sign *request, struct sx_slice signature,
                                  struct sx_fault *fault)
{
    const struct sx_sig_alg *alg = NULL;
    struct sx_fault reason = { 0 };
    struct sx_key *key = NULL;
    enum sx_err err;

    SX_TRY(find_agents(signer, request, fault, &alg));
    err = sx_key_from_user_blob(provider, alg, signer->identities[request->key_index].public_blob,
                                &reason, &key);
    if (err == SX_OK)
        err = sx_key_verify(key, alg, request->message, signature, &reason);
    sx_key_free(key);
    if (err == SX_OK)
        return SX_OK;
    return sx_fault_set(fault, SX_ERR_AGENT_ANSWER, "the ssh-agent's signature by %s is wrong: %s",
                        request->algorithm, sx_fault_note(&reason, err) == err ? reason.text : "");
}
