/* Fuzzes the site file and crypto-policies' back end: what is read narrows every policy and widens
 * none, and what isn't read changes nothing. The first byte says which of the two forms it is. */
#include <stdint.h>
#include <string.h>

#include "base/mask.h"
#include "fuzz/fuzz_bytes.h"
#include "policy/site.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sx_site site;
static struct sx_narrowed narrowed;

static bool has_name(const struct sx_policy *policy, enum sx_alg_kind kind, const char *name)
{
    const char *at;

    for (unsigned i = 0; (at = sx_policy_list_name(policy, kind, i)) != NULL; i++) {
        if (strcmp(at, name) == 0)
            return true;
    }
    for (unsigned i = 0; (at = sx_policy_opt_in_name(policy, kind, i)) != NULL; i++) {
        if (strcmp(at, name) == 0)
            return true;
    }
    return false;
}

static void promise_rows(const struct sx_policy *base, const struct sx_policy *policy)
{
    for (int k = 0; k < SX_ALG_KIND_COUNT; k++) {
        enum sx_alg_kind kind = (enum sx_alg_kind)k;
        const char *name;

        for (unsigned i = 0; (name = sx_policy_list_name(policy, kind, i)) != NULL; i++)
            PROMISE(has_name(base, kind, name));
        for (unsigned i = 0; (name = sx_policy_opt_in_name(policy, kind, i)) != NULL; i++)
            PROMISE(has_name(base, kind, name));
        PROMISE((sx_policy_list_name(base, kind, 0) == NULL) ==
                (sx_policy_list_name(policy, kind, 0) == NULL));
    }
}

static void promise_limits(const struct sx_policy *base, const struct sx_policy *policy)
{
    PROMISE(policy->rsa_min_bits >= base->rsa_min_bits);
    PROMISE(policy->dsa_min_bits == base->dsa_min_bits);
    PROMISE(policy->dh_min_bits >= base->dh_min_bits);
    PROMISE(policy->dh_preferred_bits >= policy->dh_min_bits);
    PROMISE(policy->rekey_bytes <= base->rekey_bytes && policy->rekey_bytes > 0);
    PROMISE(policy->rekey_packets == base->rekey_packets);
    PROMISE(policy->rekey_seconds <= base->rekey_seconds && policy->rekey_seconds > 0);
    PROMISE(policy->strict_kex >= base->strict_kex);
    PROMISE(policy->strict_kex_min >= base->strict_kex_min);
    PROMISE(policy->strict_kex >= policy->strict_kex_min);
    PROMISE(policy->providers == base->providers);
    PROMISE(policy->is_approved_only == base->is_approved_only);
    PROMISE(!policy->may_use_kerberos || base->may_use_kerberos);
    PROMISE(!policy->may_delegate || (base->may_delegate && policy->may_use_kerberos));
    PROMISE(!policy->may_use_agent || base->may_use_agent);
    PROMISE(!policy->may_use_token || base->may_use_token);
    PROMISE(policy->may_accept_any_host_key == base->may_accept_any_host_key);
    PROMISE(policy->may_unmask_logs == base->may_unmask_logs);
    PROMISE(policy->is_audit_required == base->is_audit_required);
}

static void narrow_all(bool is_filter)
{
    const struct sx_narrowing narrowing = sx_site_narrowing(&site, "fuzz", is_filter);

    for (size_t i = 0; sx_policies[i] != NULL; i++) {
        struct sx_fault fault = { 0 };

        if (sx_policy_narrow(sx_policies[i], &narrowing, &fault, &narrowed) != SX_OK) {
            PROMISE(fault.err == SX_ERR_POLICY_ALGORITHM);
            promise_plain_text(fault.text);
            continue;
        }
        promise_rows(sx_policies[i], &narrowed.policy);
        promise_limits(sx_policies[i], &narrowed.policy);
    }
}

static void promise_ended(void)
{
    PROMISE(memchr(site.policy, '\0', sizeof site.policy) != NULL);
    PROMISE(memchr(site.provider, '\0', sizeof site.provider) != NULL);
    PROMISE(memchr(site.module_dir, '\0', sizeof site.module_dir) != NULL);
    PROMISE(memchr(site.provider_config, '\0', sizeof site.provider_config) != NULL);
    PROMISE(site.module_dir[0] == '\0' || site.module_dir[0] == '/');
    PROMISE(site.provider_config[0] == '\0' || site.provider_config[0] == '/');
    PROMISE(memchr(site.mask_names, '\0', sizeof site.mask_names) != NULL);
    PROMISE(sx_mask_names_are_valid(sx_slice_text(site.mask_names)));
    PROMISE(memchr(site.mask_arguments, '\0', sizeof site.mask_arguments) != NULL);
    PROMISE(sx_mask_arguments_are_valid(sx_slice_text(site.mask_arguments)));
    for (int kind = 0; kind < SX_ALG_KIND_COUNT; kind++)
        PROMISE(memchr(site.lists[kind], '\0', sizeof site.lists[kind]) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = { data, size };
    bool is_system = (fuzz_u8(&bytes) & 1) != 0;
    struct sx_slice text = fuzz_slice(&bytes, bytes.left);
    struct sx_fault fault = { 0 };
    enum sx_err err;

    memset(&site, 0x5a, sizeof site);
    err = is_system ? sx_site_decode_system(text, "FILE", &fault, &site)
                    : sx_site_decode(text, "FILE", &fault, &site);
    if (err != SX_OK) {
        const uint8_t *raw = (const uint8_t *)&site;

        PROMISE(err == SX_ERR_POLICY_SETTING);
        promise_plain_text(fault.text);
        for (size_t i = 0; i < sizeof site; i++)
            PROMISE(raw[i] == 0x5a);
        return 0;
    }
    promise_ended();
    narrow_all(true);
    narrow_all(false);
    return 0;
}
