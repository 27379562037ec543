/* client/policy_settings.c: choosing a policy and reading back what holds under it. */
#include "client/policy_settings.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "client/errors.h"
#include "client/rules.h"
#include "client/session.h"
#include "client/special.h"
#include "client/values.h"

enum { LIST_MAX = 4096 };

static int refuse(struct sexec *object, const char *name, const char *why)
{
    return sx_fail(object, SEXEC_SETTING, "setting %s: %s", name, why);
}

/* --- What chooses ----------------------------------------------------------------------------- */

static int refuse_unknown_policy(struct sexec *object, const char *value)
{
    char names[256] = "", shown[80];

    if (strcmp(value, "compat") == 0 || strcmp(value, "legacy") == 0)
        return sx_fail(object, SEXEC_SETTING,
                       "policy %s is left out of this build (-DSEXEC_LEGACY=OFF)", value);
    for (int i = 0; sx_policies[i] != NULL; i++) {
        size_t len = strlen(names);

        snprintf(names + len, sizeof names - len, "%s%s", i == 0 ? "" : ", ", sx_policies[i]->name);
    }
    return sx_fail(object, SEXEC_SETTING, "there is no policy \"%s\"; there are: %s",
                   sx_escape(shown, sizeof shown, sx_slice_text(value)), names);
}

int sx_check_policy(struct sexec *object, const char *value)
{
    const struct sx_policy *policy = sx_policy_find(value);

    return policy != NULL ? sx_rules_check(object, policy) : refuse_unknown_policy(object, value);
}

/* A locked policy would be worth little with a provider of the application's own. */
static int check_unlocked(struct sexec *object, const char *name, const char *was,
                          const char *value)
{
    if (!sx_rules_is_locked(object) || strcmp(was, value) == 0)
        return 0;
    return sx_fail(object, SEXEC_POLICY, "setting %s: the %s locks it", name, sx_rules_by(object));
}

int sx_check_provider(struct sexec *object, const char *value)
{
    return check_unlocked(object, "Provider", object->values.provider, value);
}

static int check_path(struct sexec *object, const char *name, const char *was, const char *value)
{
    if (value[0] != '\0' && value[0] != '/')
        return refuse(object, name,
                      "the path must be absolute, or the working folder could choose the module");
    return check_unlocked(object, name, was, value);
}

int sx_check_module_dir(struct sexec *object, const char *value)
{
    return check_path(object, "ProviderModuleDir", object->values.module_dir, value);
}

int sx_check_provider_config(struct sexec *object, const char *value)
{
    return check_path(object, "ProviderConfigFile", object->values.provider_config, value);
}

int sx_set_use_fips(struct sexec *object, const char *value)
{
    const char *policy = sx_policy_fips.name, *provider = "fips";
    bool wanted;
    int code;

    if (!sx_parse_bool(value, &wanted))
        return refuse(object, "UseFIPSCompliantAPI",
                      "the value must be True, False, 1, 0, Yes or No");
    if (!wanted) {
        policy = sx_rules_default_name(object);
        provider = sx_rules_is_locked(object) ? object->values.provider : "";
    }
    code = sx_check_policy(object, policy);
    if (code == 0)
        code = sx_check_provider(object, provider);
    if (code == 0)
        code = sx_fail_err(object, sx_text_set(&object->values.policy, policy), &object->fault);
    if (code == 0)
        code = sx_fail_err(object, sx_text_set(&object->values.provider, provider), &object->fault);
    return code;
}

int sx_get_use_fips(struct sexec *object, struct sx_buffer *out)
{
    const struct sx_policy *policy = sx_rules_policy_shown(object);
    bool is_on =
        policy->is_approved_only && strcmp(sx_session_provider_name(object, policy), "fips") == 0;

    return sx_lend_text(object, out, is_on ? "True" : "False");
}

/* --- What a policy may forbid ------------------------------------------------------------------ */

int sx_check_accept_any(struct sexec *object, const char *value)
{
    const struct sx_policy *policy = sx_rules_policy_shown(object);
    bool wanted = false;

    (void)sx_parse_bool(value, &wanted);
    if (!wanted || policy->may_accept_any_host_key)
        return 0;
    return sx_fail(object, SEXEC_POLICY,
                   "SSHAcceptAnyServerHostKey: policy %s accepts no unknown host key",
                   policy->name);
}

int sx_set_mask_sensitive(struct sexec *object, const char *value)
{
    const struct sx_policy *policy = sx_rules_policy_shown(object);
    bool wanted;

    if (!sx_parse_bool(value, &wanted))
        return refuse(object, "MaskSensitive", "the value must be True, False, 1, 0, Yes or No");
    if (!wanted && !policy->may_unmask_logs)
        return sx_fail(object, SEXEC_POLICY,
                       "MaskSensitive: policy %s doesn't let logs show secrets", policy->name);
    object->values.mask_sensitive = wanted;
    object->log.is_unmasked = !wanted;
    return 0;
}

int sx_get_mask_sensitive(struct sexec *object, struct sx_buffer *out)
{
    return sx_lend_text(object, out, object->values.mask_sensitive ? "True" : "False");
}

/* --- What narrows, read back as it holds -------------------------------------------------------- */

int sx_lend_list(struct sexec *object, enum sx_alg_kind kind, struct sx_buffer *out)
{
    char names[LIST_MAX];
    enum sx_err err;

    if (object->engine != NULL)
        err = sx_offer_names(&object->offer, kind, names, sizeof names);
    else
        err = sx_policy_wish_names(sx_rules_policy_shown(object), kind, object->values.lists[kind],
                                   names, sizeof names);
    if (err != SX_OK) /* longer than any list of ours: as it was written */
        return sx_lend_text(object, out, object->values.lists[kind]);
    return sx_lend_text(object, out, names);
}

int sx_get_kex(struct sexec *object, struct sx_buffer *out)
{
    return sx_lend_list(object, SX_ALG_KEX, out);
}

int sx_get_host_keys(struct sexec *object, struct sx_buffer *out)
{
    return sx_lend_list(object, SX_ALG_HOST_KEY, out);
}

int sx_get_user_keys(struct sexec *object, struct sx_buffer *out)
{
    return sx_lend_list(object, SX_ALG_USER_KEY, out);
}

int sx_get_macs(struct sexec *object, struct sx_buffer *out)
{
    return sx_lend_list(object, SX_ALG_MAC, out);
}

static int lend_number(struct sexec *object, struct sx_buffer *out, unsigned long long value)
{
    char text[32];

    (void)snprintf(text, sizeof text, "%llu", value);
    return sx_lend_text(object, out, text);
}

int sx_get_strict_kex(struct sexec *object, struct sx_buffer *out)
{
    int level = object->values.strict_kex;

    return lend_number(object, out,
                       level >= 0 ? (unsigned long long)level
                                  : (unsigned long long)sx_rules_policy_shown(object)->strict_kex);
}

/* The reference takes 1024 to 8192; 0 goes back to the policy's. */
int sx_set_dh_bits(struct sexec *object, const char *value)
{
    long long bits;

    if (!sx_parse_number(value, &bits) ||
        (bits != 0 && (bits < SX_DH_BITS_MIN || bits > SX_DH_BITS_MAX)))
        return refuse(object, "PreferredDHGroupBits", "the value must be 1024 to 8192, or 0");
    object->values.dh_preferred_bits = (int)bits;
    return 0;
}

int sx_get_dh_bits(struct sexec *object, struct sx_buffer *out)
{
    int bits = object->values.dh_preferred_bits;

    return lend_number(object, out,
                       bits != 0 ? (unsigned long long)bits
                                 : sx_rules_policy_shown(object)->dh_preferred_bits);
}

int sx_get_rekey_bytes(struct sexec *object, struct sx_buffer *out)
{
    long long bytes = object->values.rekey_bytes;

    return lend_number(object, out,
                       bytes != 0 ? (unsigned long long)bytes
                                  : sx_rules_policy_shown(object)->rekey_bytes);
}

int sx_get_rekey_seconds(struct sexec *object, struct sx_buffer *out)
{
    int seconds = object->values.rekey_seconds;

    return lend_number(object, out,
                       seconds != 0 ? (unsigned long long)seconds
                                    : sx_rules_policy_shown(object)->rekey_seconds);
}
