/* policy/policy.c: finding policies and walking their lists by name. */
#include "policy/policy.h"

#include <string.h>

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
    case SX_ALG_KIND_COUNT: break;
    }
    return "";
}

/* The index-th name of a NULL-terminated list of descriptors; NULL at its end and past it. */
#define NAME_AT(list, index, out)                                                                  \
    do {                                                                                           \
        unsigned name_at_i = 0;                                                                    \
        while (name_at_i < (index) && (list)[name_at_i] != NULL)                                   \
            name_at_i++;                                                                           \
        (out) = (list)[name_at_i] != NULL ? (list)[name_at_i]->name : NULL;                        \
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
    case SX_ALG_KIND_COUNT: break;
    }
    return name;
}
