/* keys/host_trust.c: holds a host key against what was configured. How a refusal is told stands in
 * host_reject.c. */
#include "keys/host_trust.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "crypto/key_x509.h"
#include "keys/host_cert.h"
#include "keys/host_reject.h"
#include "keys/key_line.h"

const char *sx_host_trust_name(enum sx_host_trust trust)
{
    switch (trust) {
    case SX_HOST_TRUST_FINGERPRINT: return "fingerprint";
    case SX_HOST_TRUST_KEY: return "key";
    case SX_HOST_TRUST_CERTIFICATE: return "certificate";
    case SX_HOST_TRUST_X509: return "x509";
    case SX_HOST_TRUST_KNOWN: return "known_hosts";
    case SX_HOST_TRUST_NEW: return "new";
    case SX_HOST_TRUST_ANY: return "any";
    case SX_HOST_TRUST_EVENT: return "event";
    case SX_HOST_TRUST_NONE: break;
    }
    return "none";
}

/* --- The key, in all its forms ---------------------------------------------------------------- */

static const struct sx_sig_alg *find_alg(const struct sx_sig_alg *const *rows, const char *name)
{
    for (; rows != NULL && *rows != NULL; rows++)
        if (strcmp((*rows)->name, name) == 0)
            return *rows;
    return NULL;
}

/* The negotiated algorithm; NULL when the policy has none of the name, which then is a plain one. */
static const struct sx_sig_alg *alg_of(const struct sx_policy *policy, const char *name)
{
    const struct sx_sig_alg *alg;

    if (name == NULL)
        return NULL;
    alg = find_alg(policy->host_key, name);
    return alg != NULL ? alg : find_alg(policy->host_key_opt_in, name);
}

static bool is_plain(const struct sx_sig_alg *alg)
{
    return alg == NULL || alg->form == SX_SIG_PLAIN;
}

enum sx_err sx_host_trust_plain(const struct sx_policy *policy, struct sx_provider *provider,
                                const struct sx_event_host_key *host_key, struct sx_fault *fault,
                                uint8_t **out, size_t *out_len)
{
    const struct sx_sig_alg *alg = alg_of(policy, host_key->algorithm);
    struct sx_slice blob = host_key->blob;
    struct sx_key *key = NULL;
    uint8_t *copy;

    if (!is_plain(alg)) {
        SX_TRY(sx_key_from_host_blob(provider, alg, blob, fault, &key));
        blob = sx_key_public_blob(key);
    }
    copy = sx_alloc(blob.len + 1);
    if (copy != NULL) {
        if (blob.len > 0)
            memcpy(copy, blob.ptr, blob.len);
        *out_len = blob.len;
        *out = copy;
    }
    sx_key_free(key);
    return copy == NULL ? SX_ERR_MEMORY : SX_OK;
}

/* --- The configured keys ---------------------------------------------------------------------- */

/* A line of text holds the wanted blob. */
static enum sx_err line_is_match(struct sx_slice text, const char *what, struct sx_slice wanted,
                                 struct sx_fault *fault, bool *out)
{
    struct sx_slice accepted = SX_SLICE_NONE;
    uint8_t *storage;
    enum sx_err err = SX_ERR_ARGUMENT;

    *out = false;
    storage = sx_alloc(SX_KEY_LINE_MAX);
    if (storage == NULL)
        return SX_ERR_MEMORY;
    if (text.len <= SX_KEY_LINE_MAX)
        err = sx_key_line_decode(text, storage, &accepted);
    if (err == SX_OK)
        *out = sx_slice_is_equal(accepted, wanted);
    else
        err = sx_fault_set(fault, SX_ERR_ARGUMENT,
                           "the accepted %s is not understood; expected one line as in a .pub "
                           "file (\"ssh-ed25519 AAAA...\"), or its base64 part alone",
                           what);
    sx_free(storage);
    return err;
}

/* One of the lines is the authority's; all are looked at. */
static enum sx_err is_authority(const struct sx_host_trust_settings *settings, struct sx_slice ca,
                                struct sx_fault *fault, bool *out)
{
    struct sx_slice rest = settings->ca_keys;
    struct sx_slice line;
    bool is_match = false;

    *out = false;
    while (sx_key_line_next(&rest, &line)) {
        struct sx_slice blank = line;

        if (sx_key_line_word(&blank).len == 0)
            continue;
        SX_TRY(line_is_match(line, "authority's key", ca, fault, &is_match));
        *out = *out || (is_match && ca.len != 0);
    }
    return SX_OK;
}

/* --- The verdict ------------------------------------------------------------------------------ */

/* One host key while it is judged. */
struct judging {
    const struct sx_host_trust_settings *settings;
    struct sx_provider *provider;
    const struct sx_event_host_key *host_key;
    const struct sx_sig_alg *alg;
    struct sx_slice plain;
    struct sx_slice ca; /* who signed the OpenSSH certificate; empty without one */
    bool is_key;
    bool is_print;
    bool is_authority;
};

/* Every setting is looked at, also when one has decided: a wrong one is an error always. */
static enum sx_err compare(struct judging *judging, struct sx_fault *fault)
{
    const struct sx_host_trust_settings *settings = judging->settings;
    struct sx_slice blob = judging->host_key->blob;
    bool is_whole = false;

    if (settings->fingerprints.len != 0) {
        SX_TRY(sx_fingerprint_is_match(judging->provider, judging->plain, settings->fingerprints,
                                       fault, &judging->is_print));
        SX_TRY(sx_fingerprint_is_match(judging->provider, blob, settings->fingerprints, fault,
                                       &is_whole));
        judging->is_print = judging->is_print || is_whole;
    }
    if (settings->key.len != 0) {
        SX_TRY(line_is_match(settings->key, "host key", judging->plain, fault, &judging->is_key));
        SX_TRY(line_is_match(settings->key, "host key", blob, fault, &is_whole));
        judging->is_key = judging->is_key || is_whole;
    }
    return is_authority(settings, judging->ca, fault, &judging->is_authority);
}

static enum sx_err check_settings(const struct sx_host_trust_settings *settings,
                                  struct sx_fault *fault)
{
    const struct sx_policy *policy = settings->policy;

    if (settings->accept_any && !policy->may_accept_any_host_key)
        return sx_fault_set(fault, SX_ERR_POLICY_SETTING,
                            "policy %s does not allow SSHAcceptAnyServerHostKey; give the host "
                            "key's fingerprint instead",
                            policy->name);
    if (settings->known_mode == SX_KNOWN_MODE_NO && !policy->may_accept_any_host_key)
        return sx_fault_set(fault, SX_ERR_POLICY_SETTING,
                            "policy %s does not allow KnownHostsMode=no; \"accept-new\" accepts "
                            "unknown hosts and remembers them",
                            policy->name);
    if (settings->known_mode == SX_KNOWN_MODE_ACCEPT_NEW &&
        (settings->known == NULL || settings->known->count == 0))
        return sx_fault_set(fault, SX_ERR_ARGUMENT,
                            "KnownHostsMode=accept-new needs a KnownHostsFile to write new hosts "
                            "down in");
    return SX_OK;
}

/* Certificates: a signer or an anchor that is trusted decides, for better or worse. *out is false
 * when there is none. */
static enum sx_err judge_certificate(const struct judging *judging, struct sx_fault *fault,
                                     struct sx_host_verdict *verdict, bool *out)
{
    const struct sx_host_trust_settings *settings = judging->settings;
    struct sx_x509_chain chain = { .cert_count = 0 };
    enum sx_err err;

    *out = true;
    if (judging->ca.len != 0 && (judging->is_authority || verdict->known.verdict == SX_KNOWN_CA)) {
        const struct sx_host_cert_rules rules = { settings->policy, settings->host, settings->now };

        err = sx_host_cert_check(judging->provider, judging->alg, judging->host_key->blob, &rules,
                                 &verdict->why);
        if (err == SX_OK)
            verdict->trust = SX_HOST_TRUST_CERTIFICATE;
        return err == SX_ERR_MEMORY ? sx_fault_note(fault, err) : SX_OK;
    }
    if (settings->x509 != NULL && judging->alg != NULL &&
        (judging->alg->form == SX_SIG_X509_RFC6187 || judging->alg->form == SX_SIG_X509_SIGN)) {
        const struct sx_x509_demands demands = {
            .host = settings->host,
            .now = settings->now,
            .key_types = sx_host_key_types(settings->policy),
            .rsa_min_bits = settings->policy->rsa_min_bits,
            .policy = settings->policy->name,
        };

        SX_TRY(sx_x509_chain_decode(judging->alg, judging->host_key->blob, fault, &chain));
        err = sx_x509_trust_check(settings->x509, &chain, &demands, &verdict->why);
        if (err == SX_OK)
            verdict->trust = SX_HOST_TRUST_X509;
        return err == SX_ERR_MEMORY ? sx_fault_note(fault, err) : SX_OK;
    }
    *out = false;
    return SX_OK;
}

/* What the files say, and what becomes of the unknown. */
static void judge_known(const struct judging *judging, struct sx_host_verdict *verdict)
{
    const struct sx_host_trust_settings *settings = judging->settings;
    bool is_named = settings->fingerprints.len != 0 || settings->key.len != 0;

    switch (verdict->known.verdict) {
    case SX_KNOWN_KEY: verdict->trust = SX_HOST_TRUST_KNOWN; return;
    case SX_KNOWN_CHANGED:
    case SX_KNOWN_OTHER_TYPE:
    case SX_KNOWN_REVOKED: return;
    case SX_KNOWN_NEW:
    case SX_KNOWN_CA: break; /* a CA without its certificate, as with ssh(1) */
    }
    /* Who names a key doesn't want another one remembered. */
    if (settings->known_mode != SX_KNOWN_MODE_YES && !is_named)
        verdict->trust = SX_HOST_TRUST_NEW;
    else if (settings->accept_any)
        verdict->trust = SX_HOST_TRUST_ANY;
}

/* For people, whatever becomes of the certificate. */
static void note_names(const struct judging *judging, struct sx_host_verdict *verdict)
{
    struct sx_key *key = NULL;

    if (is_plain(judging->alg) ||
        sx_key_from_host_blob(judging->provider, judging->alg, judging->host_key->blob, NULL,
                              &key) != SX_OK)
        return;
    if (sx_key_cert_names(key) != NULL)
        verdict->names = *sx_key_cert_names(key);
    sx_key_free(key);
}

static enum sx_err judge(struct judging *judging, struct sx_fault *fault,
                         struct sx_host_verdict *verdict)
{
    const struct sx_host_trust_settings *settings = judging->settings;
    bool is_decided = false;

    if (settings->known != NULL && settings->known->count > 0 && settings->host != NULL) {
        const struct sx_known_query query = { settings->host, settings->port, judging->plain,
                                              judging->ca };

        SX_TRY(
            sx_known_hosts_ask(settings->known, judging->provider, &query, fault, &verdict->known));
    }
    if (verdict->known.verdict == SX_KNOWN_REVOKED) {
        verdict->is_final = true;
        return SX_OK;
    }
    if (judging->is_key || judging->is_print) {
        verdict->trust = judging->is_key ? SX_HOST_TRUST_KEY : SX_HOST_TRUST_FINGERPRINT;
        return SX_OK;
    }
    SX_TRY(judge_certificate(judging, fault, verdict, &is_decided));
    if (!is_decided)
        judge_known(judging, verdict);
    return SX_OK;
}

enum sx_err sx_host_trust_decide(const struct sx_host_trust_settings *settings,
                                 struct sx_provider *provider,
                                 const struct sx_event_host_key *host_key, struct sx_fault *fault,
                                 struct sx_host_verdict *out)
{
    struct sx_host_verdict verdict = { .trust = SX_HOST_TRUST_NONE };
    struct judging judging = { .settings = settings, .provider = provider, .host_key = host_key };
    uint8_t *plain = NULL;
    size_t plain_len = 0;
    enum sx_err err;

    SX_TRY(check_settings(settings, fault));
    SX_TRY(sx_host_trust_plain(settings->policy, provider, host_key, fault, &plain, &plain_len));
    judging.alg = alg_of(settings->policy, host_key->algorithm);
    judging.plain = sx_slice_of(plain, plain_len);
    note_names(&judging, &verdict);
    err = SX_OK;
    if (!is_plain(judging.alg) && judging.alg->form == SX_SIG_OPENSSH_CERT)
        err = sx_host_cert_signer(judging.alg, host_key->blob, fault, &judging.ca);
    if (err == SX_OK)
        err = compare(&judging, fault);
    if (err == SX_OK)
        err = judge(&judging, fault, &verdict);
    sx_free(plain);
    if (err == SX_OK)
        *out = verdict;
    return err;
}

enum sx_err sx_host_trust_check(const struct sx_host_trust_settings *settings,
                                struct sx_provider *provider, struct sx_fault *fault)
{
    const struct sx_event_host_key nobody = { .blob = SX_SLICE_NONE };
    struct judging judging = { .settings = settings, .provider = provider, .host_key = &nobody };

    SX_TRY(check_settings(settings, fault));
    return compare(&judging, fault);
}

enum sx_err sx_host_trust_add(const struct sx_host_trust_settings *settings,
                              struct sx_provider *provider,
                              const struct sx_event_host_key *host_key, bool is_hashed,
                              struct sx_fault *fault)
{
    struct sx_host_verdict now = { .trust = SX_HOST_TRUST_NONE };
    struct sx_fault own = { 0 };
    uint8_t *plain = NULL;
    size_t plain_len = 0;
    enum sx_err err;

    if (settings->known == NULL || settings->known->count == 0)
        return SX_OK;
    SX_TRY(sx_host_trust_plain(settings->policy, provider, host_key, fault, &plain, &plain_len));
    err =
        sx_known_hosts_add(settings->known->files[0].path, provider,
                           &(struct sx_known_query){ settings->host, settings->port,
                                                     sx_slice_of(plain, plain_len), SX_SLICE_NONE },
                           is_hashed, &own, &now.known);
    sx_free(plain);
    if (err != SX_OK)
        return settings->known_mode == SX_KNOWN_MODE_NO ? SX_OK
                                                        : sx_fault_set(fault, err, "%s", own.text);
    switch (now.known.verdict) {
    case SX_KNOWN_CHANGED:
    case SX_KNOWN_OTHER_TYPE:
    case SX_KNOWN_REVOKED: return sx_host_trust_reject(settings, provider, host_key, &now, fault);
    default: return SX_OK;
    }
}
