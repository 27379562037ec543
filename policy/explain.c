/* policy/explain.c: one sentence on whether an algorithm is allowed, and which lock keeps it out. */
#include "policy/offer.h"
#include "policy/offer_inside.h"
#include "policy/reasons.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

bool sx_policy_has_provider(const struct sx_policy *policy, const char *name)
{
    for (size_t i = 0; policy->providers[i] != NULL; i++) {
        if (strcmp(policy->providers[i], "*") == 0 || strcmp(policy->providers[i], name) == 0)
            return true;
    }
    return false;
}

bool sx_policy_index(const struct sx_policy *policy, enum sx_alg_kind kind, const char *name,
                     unsigned *out_index)
{
    const char *row;

    for (unsigned i = 0; (row = sx_policy_list_name(policy, kind, i)) != NULL; i++) {
        if (strcmp(row, name) == 0) {
            *out_index = i;
            return true;
        }
    }
    return false;
}

bool sx_policy_is_provided(const struct sx_policy *policy, struct sx_provider *provider,
                           enum sx_alg_kind kind, unsigned index)
{
    switch (kind) {
    case SX_ALG_KEX: return sx_kex_is_available(provider, policy->kex[index]);
    case SX_ALG_HOST_KEY: return sx_sig_is_available(provider, policy->host_key[index]);
    case SX_ALG_USER_KEY: return sx_sig_is_available(provider, policy->user_key[index]);
    case SX_ALG_CIPHER: return sx_cipher_is_available(provider, policy->ciphers[index]);
    case SX_ALG_MAC: return sx_mac_is_available(provider, policy->macs[index]);
    case SX_ALG_KIND_COUNT: break;
    }
    return false;
}

/* The policy has no such row: why. */
static void explain_refusal(const struct sx_policy *policy, enum sx_alg_kind kind, const char *name,
                            char *out, size_t cap)
{
    const struct sx_reason *reason = sx_reason_find(kind, name);
    char shown[96];

    sx_escape(shown, sizeof shown, sx_slice_text(name));
    if (reason != NULL)
        (void)snprintf(out, cap, "policy %s refuses the %s algorithm %s: %s (%s)", policy->name,
                       sx_alg_kind_name(kind), shown, reason->reason, reason->source);
    else
        (void)snprintf(out, cap,
                       "policy %s refuses the %s algorithm %s: no algorithm of this name "
                       "is known",
                       policy->name, sx_alg_kind_name(kind), shown);
}

bool sx_policy_explain(const struct sx_policy *policy, struct sx_provider *provider,
                       enum sx_alg_kind kind, const char *name, char *out, size_t cap)
{
    const struct sx_provider_info *info;
    unsigned index = 0;

    if (!sx_policy_index(policy, kind, name, &index)) {
        explain_refusal(policy, kind, name, out, cap);
        return false;
    }
    if (provider == NULL) {
        (void)snprintf(out, cap, "policy %s allows the %s algorithm %s (preference %u)",
                       policy->name, sx_alg_kind_name(kind), name, index + 1);
        return true;
    }
    info = sx_provider_get_info(provider);
    if (!sx_policy_has_provider(policy, info->name)) {
        (void)snprintf(out, cap, "policy %s allows %s, but not by provider %s", policy->name, name,
                       info->name);
        return false;
    }
    if (!sx_policy_is_provided(policy, provider, kind, index)) {
        (void)snprintf(out, cap,
                       "policy %s allows %s, but provider %s (version %s) doesn't have it",
                       policy->name, name, info->name, info->version);
        return false;
    }
    (void)snprintf(out, cap,
                   "policy %s allows the %s algorithm %s (preference %u), and provider "
                   "%s (version %s) has it",
                   policy->name, sx_alg_kind_name(kind), name, index + 1, info->name,
                   info->version);
    return true;
}
