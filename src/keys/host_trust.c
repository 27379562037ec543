/* keys/host_trust.c: compares a host key with what was configured. Files of known hosts and
 * certificates are no part of this. */
#include "keys/host_trust.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "keys/fingerprint.h"
#include "wire/reader.h"

enum { KEY_TEXT_MAX = 16 * 1024 };

const char *sx_host_trust_name(enum sx_host_trust trust)
{
    switch (trust) {
    case SX_HOST_TRUST_FINGERPRINT: return "fingerprint";
    case SX_HOST_TRUST_KEY: return "key";
    case SX_HOST_TRUST_ANY: return "any";
    case SX_HOST_TRUST_EVENT: return "event";
    case SX_HOST_TRUST_NONE: break;
    }
    return "none";
}

/* --- The configured key ----------------------------------------------------------------------- */

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Takes the next word off; empty at the end. */
static struct sx_slice word_next(struct sx_slice *rest)
{
    struct sx_slice word;
    size_t i = 0;
    size_t start;

    while (i < rest->len && is_space(rest->ptr[i]))
        i++;
    start = i;
    while (i < rest->len && !is_space(rest->ptr[i]))
        i++;
    word = sx_slice_of(rest->ptr + start, i - start);
    *rest = sx_slice_of(rest->ptr + i, rest->len - i);
    return word;
}

static enum sx_err key_bad(struct sx_fault *fault)
{
    return sx_fault_set(fault, SX_ERR_ARGUMENT,
                        "the accepted host key is not understood; expected one line as in a .pub "
                        "file (\"ssh-ed25519 AAAA...\"), or its base64 part alone");
}

/* A blob begins with its type's name, which must be the one that stands before the base64. */
static bool is_blob_of(struct sx_slice blob, struct sx_slice type)
{
    struct sx_reader reader;
    struct sx_slice name;

    sx_reader_init(&reader, blob);
    name = sx_reader_string(&reader);
    return name.len != 0 && (type.len == 0 || sx_slice_is_equal(name, type));
}

/* Decodes the configured key into storage, which has room for KEY_TEXT_MAX bytes. */
static enum sx_err key_decode(struct sx_slice text, struct sx_fault *fault, uint8_t *storage,
                              struct sx_slice *out)
{
    struct sx_slice first = word_next(&text);
    struct sx_slice coded = word_next(&text);
    struct sx_slice type = first;
    size_t len;

    if (coded.len == 0) {
        coded = first;
        type = SX_SLICE_NONE;
    }
    if (sx_base64_decode(coded, false, true, storage, KEY_TEXT_MAX, &len) != SX_OK ||
        !is_blob_of(sx_slice_of(storage, len), type))
        return key_bad(fault);
    *out = sx_slice_of(storage, len);
    return SX_OK;
}

static enum sx_err key_is_match(struct sx_slice text, struct sx_slice blob, struct sx_fault *fault,
                                bool *out)
{
    struct sx_slice accepted = SX_SLICE_NONE;
    uint8_t *storage;
    enum sx_err err;

    if (text.len > KEY_TEXT_MAX)
        return key_bad(fault);
    storage = sx_alloc(KEY_TEXT_MAX);
    if (storage == NULL)
        return SX_ERR_MEMORY;
    err = key_decode(text, fault, storage, &accepted);
    if (err == SX_OK)
        *out = sx_slice_is_equal(accepted, blob);
    sx_free(storage);
    return err;
}

/* --- The verdict ------------------------------------------------------------------------------ */

enum sx_err sx_host_trust_decide(const struct sx_host_trust_settings *settings,
                                 struct sx_provider *provider, struct sx_slice blob,
                                 struct sx_fault *fault, enum sx_host_trust *out)
{
    bool is_print_match = false;
    bool is_key_match = false;

    /* Every setting is looked at, also when one has decided: a wrong one is an error always. */
    if (settings->accept_any && !settings->policy->may_accept_any_host_key)
        return sx_fault_set(fault, SX_ERR_POLICY_SETTING,
                            "policy %s does not allow SSHAcceptAnyServerHostKey; give the host "
                            "key's fingerprint instead",
                            settings->policy->name);
    if (settings->fingerprints.len != 0)
        SX_TRY(sx_fingerprint_is_match(provider, blob, settings->fingerprints, fault,
                                       &is_print_match));
    if (settings->key.len != 0)
        SX_TRY(key_is_match(settings->key, blob, fault, &is_key_match));

    if (is_key_match)
        *out = SX_HOST_TRUST_KEY;
    else if (is_print_match)
        *out = SX_HOST_TRUST_FINGERPRINT;
    else
        *out = settings->accept_any ? SX_HOST_TRUST_ANY : SX_HOST_TRUST_NONE;
    return SX_OK;
}

enum sx_err sx_host_trust_check(const struct sx_host_trust_settings *settings,
                                struct sx_provider *provider, struct sx_fault *fault)
{
    enum sx_host_trust unused;

    return sx_host_trust_decide(settings, provider, SX_SLICE_NONE, fault, &unused);
}

/* --- The rejection ---------------------------------------------------------------------------- */

/* "SHA256:..." of the configured key, or what stands there when that can't be had. */
static void key_describe(const struct sx_host_trust_settings *settings,
                         struct sx_provider *provider, char out[SX_FINGERPRINT_MAX])
{
    uint8_t *storage = sx_alloc(KEY_TEXT_MAX);
    struct sx_slice accepted = SX_SLICE_NONE;

    if (storage == NULL || settings->key.len > KEY_TEXT_MAX ||
        key_decode(settings->key, NULL, storage, &accepted) != SX_OK ||
        sx_fingerprint_openssh(provider, accepted, NULL, out) != SX_OK)
        (void)snprintf(out, SX_FINGERPRINT_MAX, "(not readable)");
    sx_free(storage);
}

enum sx_err sx_host_trust_reject(const struct sx_host_trust_settings *settings,
                                 struct sx_provider *provider,
                                 const struct sx_event_host_key *host_key, struct sx_fault *fault)
{
    char presented[SX_FINGERPRINT_MAX];
    char list[400] = "";
    char key[SX_FINGERPRINT_MAX] = "";

    SX_TRY(sx_fingerprint_openssh(provider, host_key->blob, fault, presented));
    if (settings->fingerprints.len == 0 && settings->key.len == 0)
        return sx_fault_set(fault, SX_ERR_HOST_KEY_REJECTED,
                            "the server's host key (%s, %u bits, %s) is not known and was not "
                            "accepted; when the server's administrator confirms this fingerprint, "
                            "set SSHAcceptServerHostKeyFingerPrint to it",
                            host_key->key_type, host_key->bits, presented);
    if (settings->fingerprints.len != 0)
        sx_escape(list, sizeof list, settings->fingerprints);
    if (settings->key.len != 0)
        key_describe(settings, provider, key);
    return sx_fault_set(
        fault, SX_ERR_HOST_KEY_REJECTED,
        "the server's host key (%s, %u bits, %s) is not the one that is accepted: "
        "%s%s%s%s%s; somebody may stand between, or the key was changed or is of "
        "another type: ask the server's administrator",
        host_key->key_type, host_key->bits, presented, list[0] != '\0' ? "fingerprint " : "", list,
        list[0] != '\0' && key[0] != '\0' ? ", or " : "", key[0] != '\0' ? "key " : "", key);
}
