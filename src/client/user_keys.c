/* client/user_keys.c: from ssh_cert_store to the signer. */
#include "client/user_keys.h"

#include <string.h>

#include "client/values.h"

bool sx_user_has_store(const struct sexec *object)
{
    return object->values.ssh_cert_store_type != SEXEC_CST_USER ||
           strcmp(sx_secret_text(&object->values.stores[0]), "MY") != 0;
}

enum sx_err sx_user_store_open(const struct sexec *object, struct sx_provider *provider,
                               unsigned index, struct sx_fault *fault, struct sx_store *out)
{
    const struct sx_values *values = &object->values;
    const struct sx_secret *store = &values->stores[index];
    const struct sx_store_spec spec = {
        .type = values->ssh_cert_store_type,
        .value = sx_secret_text(store),
        .length = store->len == 0 ? 0 : store->len - 1, /* without the NUL */
        .passphrase = sx_secret_text_slice(&values->ssh_cert_store_password),
        .allow_loose_mode = values->allow_loose_key_file,
    };

    return sx_store_open(provider, &spec, fault, out);
}

/* Curves have one size each. */
static unsigned least_bits(const struct sx_policy *policy, enum sx_key_type type)
{
    switch (type) {
    case SX_KEY_RSA: return policy->rsa_min_bits;
    case SX_KEY_DSA: return policy->dsa_min_bits;
    default: return 0;
    }
}

static enum sx_err use_entry(struct sexec *object, struct sx_store_entry *entry,
                             struct sx_fault *fault)
{
    const enum sx_key_type type = sx_key_get_type(entry->key);
    const unsigned bits = sx_key_bits(entry->key);

    if (bits < least_bits(object->policy, type))
        return sx_fault_set(fault, SX_ERR_POLICY_KEY_SIZE,
                            "the %s key has %u bits; policy %s wants at least %u",
                            type == SX_KEY_RSA ? "RSA" : "DSA", bits, object->policy->name,
                            least_bits(object->policy, type));
    return sx_signer_add(&object->signer, sx_store_take_key(entry), fault);
}

static enum sx_err use_all(struct sexec *object, struct sx_store *store, struct sx_fault *fault)
{
    unsigned used = 0;

    for (unsigned i = 0; i < store->count; i++) {
        if (!sx_key_is_private(store->entries[i].key))
            continue;
        SX_TRY(use_entry(object, &store->entries[i], fault));
        used++;
    }
    if (used != 0)
        return SX_OK;
    return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                        "ssh_cert_store holds a public key or a certificate, but no private key; "
                        "the private key is needed");
}

/* The public key that ssh_cert_encoded certifies. */
static enum sx_err wanted_key(const struct sexec *object, struct sx_fault *fault,
                              struct sx_store *out)
{
    const struct sx_secret *encoded = &object->values.ssh_cert_encoded;

    return sx_store_decode(object->provider, sx_slice_of(encoded->ptr, encoded->len - 1),
                           SX_SLICE_NONE, fault, out);
}

/* A token's store is opened for signing on alone: each time counts against its PIN's tries. That may
 * block, so it comes later (client/tokens.h). */
static enum sx_err take_token(struct sexec *object, unsigned index, const struct sx_store *wanted,
                              struct sx_fault *fault)
{
    const struct sx_values *values = &object->values;
    const struct sx_token_spec spec = {
        .uri = sx_slice_of(values->stores[index].ptr, values->stores[index].len - 1),
        .pin = sx_secret_text_slice(&values->ssh_cert_store_password),
        .subject = values->ssh_cert_subject,
        .wanted = wanted->count != 0 ? sx_key_public_blob(wanted->entries[0].key) : SX_SLICE_NONE,
    };
    struct sx_token *token = NULL;

    if (!object->policy->may_use_token)
        return sx_fault_set(fault, SX_ERR_POLICY_SETTING,
                            "ssh_cert_store_type=23: policy %s doesn't let a token sign, as it "
                            "computes outside of the provider",
                            object->policy->name);
    SX_TRY(sx_token_new(object->provider, &spec, fault, &token));
    return sx_token_set_take(&object->signer.tokens, token, fault);
}

static enum sx_err load_one(struct sexec *object, unsigned index, const struct sx_store *wanted,
                            bool *out_is_found, struct sx_fault *fault)
{
    const char *subject = object->values.ssh_cert_subject;
    struct sx_store store = { .count = 0 };
    struct sx_store_entry *entry = NULL;
    enum sx_err err;

    if (object->values.ssh_cert_store_type == SEXEC_CST_PKCS11) {
        *out_is_found = true; /* or it is an error */
        return take_token(object, index, wanted, fault);
    }
    SX_TRY(sx_user_store_open(object, object->provider, index, fault, &store));
    if (wanted->count != 0)
        entry = sx_store_find_key(&store, sx_key_public_blob(wanted->entries[0].key));
    else if (subject[0] != '\0')
        entry = sx_store_find(&store, subject, true);
    if (wanted->count == 0 && subject[0] == '\0')
        err = use_all(object, &store, fault);
    else
        err = entry != NULL ? use_entry(object, entry, fault) : SX_OK;
    *out_is_found = *out_is_found || entry != NULL;
    sx_store_clear(&store);
    return err;
}

enum sx_err sx_user_keys_load(struct sexec *object, struct sx_fault *fault)
{
    const struct sx_values *values = &object->values;
    struct sx_store wanted = { .count = 0 };
    bool is_chosen = values->ssh_cert_encoded.len > 1 || values->ssh_cert_subject[0] != '\0';
    bool is_found = false;
    enum sx_err err = SX_OK;

    if (values->is_cert_missed)
        return sx_fault_set(fault, SX_ERR_KEY_NOT_FOUND,
                            "ssh_cert_store holds no private key for the ssh_cert_subject or "
                            "ssh_cert_encoded that was set");
    if (values->ssh_cert_encoded.len > 1)
        err = wanted_key(object, fault, &wanted);
    for (unsigned i = 0; err == SX_OK && i < values->store_count; i++)
        err = load_one(object, i, &wanted, &is_found, fault);
    if (err == SX_OK && is_chosen && !is_found)
        err =
            sx_fault_set(fault, SX_ERR_KEY_NOT_FOUND, "ssh_cert_store holds no private key for %s",
                         wanted.count != 0 ? "ssh_cert_encoded" : values->ssh_cert_subject);
    sx_store_clear(&wanted);
    return err;
}
