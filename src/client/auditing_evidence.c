/* client/auditing_evidence.c: what serves a session, and what weakens it, as records. */
#include <stdio.h>
#include <string.h>

#include "client/auditing_inside.h"
#include "policy/offer.h"

/* NULL and "" are both nothing. */
static struct sx_slice said(const char *text)
{
    return text[0] == '\0' ? SX_SLICE_NONE : sx_slice_text(text);
}

/* ---- the provider -------------------------------------------------------------------------- */

/* "KAT_Cipher AES_GCM: pass" */
static enum sx_err list_tests(const struct sx_provider_info *info, struct sx_buffer *out)
{
    char text[160];

    for (size_t i = 0; i < info->test_count; i++) {
        int n = snprintf(text, sizeof text, "%s %s: %s", info->tests[i].type, info->tests[i].desc,
                         info->tests[i].is_passed ? "pass" : "FAIL");

        SX_TRY(sx_buffer_append(out, sx_slice_of(text, (size_t)n + 1)));
    }
    return SX_OK;
}

static enum sx_err put_provider(struct sexec *object, struct sx_fault *fault)
{
    const struct sx_provider_info *info = sx_provider_get_info(object->provider);
    struct sx_audit_record record = { .type = SX_AUDIT_PROVIDER };
    struct sx_buffer results;
    uint64_t failed = 0;
    enum sx_err err;

    sx_buffer_init(&results, SX_AUDIT_TEXT_MAX);
    for (size_t i = 0; i < info->test_count; i++)
        failed += info->tests[i].is_passed ? 0 : 1;
    err = list_tests(info, &results);
    if (err != SX_OK)
        return sx_fault_note(fault, err);
    record.provider = (struct sx_audit_provider){
        .name = sx_slice_text(info->name),
        .full_name = said(info->full_name),
        .version = said(info->version),
        .build_info = said(info->build_info),
        .is_fips = info->is_fips,
        .has_indicator = info->has_indicator,
        .module_path = said(info->module_path),
        .module_sha256 = said(info->module_sha256),
        .config_path = said(info->config_path),
        .self_tests = info->test_count,
        .self_tests_failed = failed,
        .self_test_results.texts = sx_buffer_unread(&results),
        .unapproved = sx_provider_unapproved_count(object->provider),
        .libcrypto = said(info->libcrypto_version),
        .properties = said(info->properties),
        .certificate = said(object->auditing->certificate),
    };
    err = sx_auditing_put(object, &record, fault);
    sx_buffer_clear(&results);
    return err;
}

/* ---- weakenings ---------------------------------------------------------------------------- */

static enum sx_err put_weakening(struct sexec *object, const char *setting, const char *value,
                                 struct sx_fault *fault)
{
    struct sx_audit_record record = { .type = SX_AUDIT_WEAKENING };

    record.weakening.setting = sx_slice_text(setting);
    record.weakening.value = sx_slice_text(value);
    return sx_auditing_put(object, &record, fault);
}

static enum sx_err weaken_if(struct sexec *object, bool is_so, const char *setting,
                             const char *value, struct sx_fault *fault)
{
    return is_so ? put_weakening(object, setting, value, fault) : SX_OK;
}

static enum sx_err put_trust(struct sexec *object, struct sx_fault *fault)
{
    const struct sx_values *values = &object->values;

    SX_TRY(
        weaken_if(object, values->accept_any_host_key, "SSHAcceptAnyServerHostKey", "True", fault));
    SX_TRY(weaken_if(object,
                     strcmp(values->known_mode, "no") == 0 ||
                         strcmp(values->known_mode, "accept-new") == 0,
                     "KnownHostsMode", values->known_mode, fault));
    SX_TRY(weaken_if(object, values->allow_loose_key_file, "AllowLooseKeyFileMode", "True", fault));
    return weaken_if(object, object->offer.strict_kex < object->policy->strict_kex,
                     "UseStrictKeyExchange",
                     object->offer.strict_kex == SX_STRICT_OFF ? "0" : "less", fault);
}

static enum sx_err put_logs(struct sexec *object, struct sx_fault *fault)
{
    const struct sx_auditing *auditing = object->auditing;

    SX_TRY(weaken_if(object, !object->values.mask_sensitive, "MaskSensitive", "False", fault));
    SX_TRY(weaken_if(object, !auditing->must_keep, "AuditRequired", "False", fault));
    SX_TRY(
        weaken_if(object, auditing->sync == SX_AUDIT_SYNC_SESSION, "AuditSync", "session", fault));
    return weaken_if(object, auditing->digests == 0 && object->policy->is_stream_digested,
                     "AuditDigests", "False", fault);
}

static bool is_in_list(const char *names, const char *name)
{
    const size_t len = strlen(name);

    for (const char *at = names; (at = strstr(at, name)) != NULL; at += len)
        if ((at == names || at[-1] == ',') && (at[len] == ',' || at[len] == '\0'))
            return true;
    return false;
}

/* Algorithms that the policy offers only when they are named, and that are offered. */
static enum sx_err put_opted_in(struct sexec *object, enum sx_alg_kind kind, struct sx_fault *fault)
{
    const char *name = sx_policy_opt_in_name(object->policy, kind, 0);
    char setting[64];
    char names[4096];

    if (name == NULL)
        return SX_OK;
    SX_TRY(sx_fault_note(fault, sx_offer_names(&object->offer, kind, names, sizeof names)));
    (void)snprintf(setting, sizeof setting, "opted in: %s", sx_alg_kind_name(kind));
    for (unsigned i = 1; name != NULL; name = sx_policy_opt_in_name(object->policy, kind, i++))
        SX_TRY(weaken_if(object, is_in_list(names, name), setting, name, fault));
    return SX_OK;
}

enum sx_err sx_auditing_session_made(struct sexec *object, struct sx_fault *fault)
{
    if (object->auditing == NULL || object->auditing->audit == NULL)
        return SX_OK;
    object->auditing->unapproved = sx_provider_unapproved_count(object->provider);
    SX_TRY(put_provider(object, fault));
    SX_TRY(put_trust(object, fault));
    SX_TRY(put_logs(object, fault));
    for (int kind = 0; kind < SX_ALG_KIND_COUNT; kind++)
        SX_TRY(put_opted_in(object, (enum sx_alg_kind)kind, fault));
    SX_TRY(
        weaken_if(object, object->policy->is_weak_allowed, "Policy", object->policy->name, fault));
    return sx_auditing_flush(object, fault); /* what was begun is visible from here on */
}
