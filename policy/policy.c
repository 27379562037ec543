/* policy/policy.c: finding policies and walking their lists by name. */
#include "policy/policy.h"

#include <string.h>

const struct sx_policy *const sx_policies[] = {
    &sx_policy_fips,
    &sx_policy_niap,
    &sx_policy_cnsa1,
    &sx_policy_stig,
    &sx_policy_default,
#if SX_LEGACY
    &sx_policy_compat,
    &sx_policy_legacy,
#endif
    NULL,
};

const struct sx_policy *sx_policy_find(const char *name)
{
    if (name == NULL)
        return NULL;
    for (size_t i = 0; sx_policies[i] != NULL; i++) {
        if (strcmp(sx_policies[i]->name, name) == 0)
            return sx_policies[i];
    }
    return NULL;
}

const char *sx_alg_kind_name(enum sx_alg_kind kind)
{
    switch (kind) {
    case SX_ALG_KEX: return "key exchange";
    case SX_ALG_HOST_KEY: return "host key";
    case SX_ALG_USER_KEY: return "user key";
    case SX_ALG_CIPHER: return "cipher";
    case SX_ALG_MAC: return "MAC";
    case SX_ALG_COMPRESSION: return "compression";
    case SX_ALG_KIND_COUNT: break;
    }
    return "";
}

/* The index-th name of a list of descriptors; NULL at its end, past it, and where there is none. */
#define NAME_AT(list, index, out)                                                                  \
    do {                                                                                           \
        unsigned name_at_i = 0;                                                                    \
        while ((list) != NULL && name_at_i < (index) && (list)[name_at_i] != NULL)                 \
            name_at_i++;                                                                           \
        if ((list) != NULL && (list)[name_at_i] != NULL)                                           \
            (out) = (list)[name_at_i]->name;                                                       \
    } while (0)

const char *sx_policy_list_name(const struct sx_policy *policy, enum sx_alg_kind kind,
                                unsigned index)
{
    const char *name = NULL;

    switch (kind) {
    case SX_ALG_KEX: NAME_AT(policy->kex, index, name); break;
    case SX_ALG_HOST_KEY: NAME_AT(policy->host_key, index, name); break;
    case SX_ALG_USER_KEY: NAME_AT(policy->user_key, index, name); break;
    case SX_ALG_CIPHER: NAME_AT(policy->ciphers, index, name); break;
    case SX_ALG_MAC: NAME_AT(policy->macs, index, name); break;
    case SX_ALG_COMPRESSION: NAME_AT(policy->compressions, index, name); break;
    case SX_ALG_KIND_COUNT: break;
    }
    return name;
}

const char *sx_policy_opt_in_name(const struct sx_policy *policy, enum sx_alg_kind kind,
                                  unsigned index)
{
    const char *name = NULL;

    switch (kind) {
    case SX_ALG_KEX: NAME_AT(policy->kex_opt_in, index, name); break;
    case SX_ALG_HOST_KEY: NAME_AT(policy->host_key_opt_in, index, name); break;
    case SX_ALG_USER_KEY: NAME_AT(policy->user_key_opt_in, index, name); break;
    case SX_ALG_CIPHER: NAME_AT(policy->ciphers_opt_in, index, name); break;
    case SX_ALG_MAC: NAME_AT(policy->macs_opt_in, index, name); break;
    case SX_ALG_COMPRESSION: NAME_AT(policy->compressions_opt_in, index, name); break;
    case SX_ALG_KIND_COUNT: break;
    }
    return name;
}
