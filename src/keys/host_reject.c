/* keys/host_reject.c: the sentence for a host key that nobody accepted. */
#include "keys/host_reject.h"

#include <stdio.h>

#include "base/memory.h"
#include "base/text.h"
#include "keys/key_line.h"

enum { PATH_SHOWN_MAX = 512, HOST_SHOWN_MAX = 300 };

unsigned sx_host_key_types(const struct sx_policy *policy)
{
    unsigned types = 0;

    for (unsigned i = 0; policy->host_key != NULL && policy->host_key[i] != NULL; i++)
        types |= 1U << policy->host_key[i]->type;
    for (unsigned i = 0; policy->host_key_opt_in != NULL && policy->host_key_opt_in[i] != NULL; i++)
        types |= 1U << policy->host_key_opt_in[i]->type;
    return types;
}

/* "SHA256:..." of the configured key, or what stands there when that can't be had. */
static void key_describe(struct sx_slice key, struct sx_provider *provider,
                         char out[SX_FINGERPRINT_MAX])
{
    uint8_t *storage = sx_alloc(SX_KEY_LINE_MAX);
    struct sx_slice accepted = SX_SLICE_NONE;

    if (storage == NULL || key.len > SX_KEY_LINE_MAX ||
        sx_key_line_decode(key, storage, &accepted) != SX_OK ||
        sx_fingerprint_openssh(provider, accepted, NULL, out) != SX_OK)
        (void)snprintf(out, SX_FINGERPRINT_MAX, "(not readable)");
    sx_free(storage);
}

/* What the server showed, for all these sentences. */
struct presented {
    const struct sx_event_host_key *key;
    char fingerprint[SX_FINGERPRINT_MAX]; /* of the plain key, as ssh-keygen -l shows it */
};

static enum sx_err reject_known(const struct sx_host_trust_settings *settings,
                                const struct presented *shown, const struct sx_known_answer *known,
                                struct sx_fault *fault)
{
    char path[PATH_SHOWN_MAX];
    char host[HOST_SHOWN_MAX];

    sx_escape(path, sizeof path, sx_slice_text(known->path));
    sx_escape(host, sizeof host, sx_slice_text(settings->host));
    if (known->verdict == SX_KNOWN_REVOKED)
        return sx_fault_set(fault, SX_ERR_HOST_KEY_REJECTED,
                            "the server's host key (%s, %s) or its certificate's signer is revoked "
                            "for %s: %s:%lu revokes %s %s; nothing here accepts it",
                            shown->key->key_type, shown->fingerprint, host, path, known->line,
                            known->type, known->fingerprint);
    if (known->verdict == SX_KNOWN_OTHER_TYPE)
        return sx_fault_set(
            fault, SX_ERR_HOST_KEY_REJECTED,
            "the server's host key (%s, %u bits, %s) is of a type that isn't known for %s: "
            "%s:%lu knows %s %s; somebody may stand between, or the server has a new key: ask its "
            "administrator, then add the new key's line, or set "
            "SSHAcceptServerHostKeyFingerPrint",
            shown->key->key_type, shown->key->bits, shown->fingerprint, host, path, known->line,
            known->type, known->fingerprint);
    return sx_fault_set(
        fault, SX_ERR_HOST_KEY_REJECTED,
        "the server's host key has changed: %s shows %s %s, but %s:%lu knows %s %s; somebody may "
        "stand between, or the key was changed: ask the server's administrator, and only then "
        "take that line away, or set SSHAcceptServerHostKeyFingerPrint",
        host, shown->key->key_type, shown->fingerprint, path, known->line, known->type,
        known->fingerprint);
}

static enum sx_err reject_configured(const struct sx_host_trust_settings *settings,
                                     struct sx_provider *provider, const struct presented *shown,
                                     struct sx_fault *fault)
{
    char list[400] = "";
    char key[SX_FINGERPRINT_MAX] = "";

    if (settings->fingerprints.len != 0)
        sx_escape(list, sizeof list, settings->fingerprints);
    if (settings->key.len != 0)
        key_describe(settings->key, provider, key);
    return sx_fault_set(fault, SX_ERR_HOST_KEY_REJECTED,
                        "the server's host key (%s, %u bits, %s) is not the one that is accepted: "
                        "%s%s%s%s%s; somebody may stand between, or the key was changed or is of "
                        "another type: ask the server's administrator",
                        shown->key->key_type, shown->key->bits, shown->fingerprint,
                        list[0] != '\0' ? "fingerprint " : "", list,
                        list[0] != '\0' && key[0] != '\0' ? ", or " : "",
                        key[0] != '\0' ? "key " : "", key);
}

enum sx_err sx_host_trust_reject(const struct sx_host_trust_settings *settings,
                                 struct sx_provider *provider,
                                 const struct sx_event_host_key *host_key,
                                 const struct sx_host_verdict *verdict, struct sx_fault *fault)
{
    struct presented shown = { .key = host_key };
    uint8_t *plain = NULL;
    size_t len = 0;
    enum sx_err err;

    SX_TRY(sx_host_trust_plain(settings->policy, provider, host_key, fault, &plain, &len));
    err = sx_fingerprint_openssh(provider, sx_slice_of(plain, len), fault, shown.fingerprint);
    sx_free(plain);
    SX_TRY(err);
    if (verdict->known.verdict == SX_KNOWN_REVOKED)
        return reject_known(settings, &shown, &verdict->known, fault);
    if (verdict->why.err != SX_OK)
        return sx_fault_set(fault, SX_ERR_HOST_KEY_REJECTED, "%s (host key %s, %s)",
                            verdict->why.text, host_key->key_type, shown.fingerprint);
    if (verdict->known.verdict == SX_KNOWN_CHANGED || verdict->known.verdict == SX_KNOWN_OTHER_TYPE)
        return reject_known(settings, &shown, &verdict->known, fault);
    if (settings->fingerprints.len != 0 || settings->key.len != 0)
        return reject_configured(settings, provider, &shown, fault);
    return sx_fault_set(fault, SX_ERR_HOST_KEY_REJECTED,
                        "the server's host key (%s, %u bits, %s) is not known and was not "
                        "accepted; when the server's administrator confirms this fingerprint, "
                        "set SSHAcceptServerHostKeyFingerPrint to it",
                        host_key->key_type, host_key->bits, shown.fingerprint);
}
