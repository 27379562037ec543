/* policy/offer.c: what one connection offers. A list is built as row numbers of the policy's own
 * list, so nothing can come in that the policy doesn't have. */
#include "policy/offer.h"
#include "policy/offer_inside.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { SX_NAME_MAX = 64 };

/* One kind's list while it is made. */
struct list {
    const struct sx_policy *policy;
    struct sx_provider *provider;
    enum sx_alg_kind kind;
    unsigned rows[SX_OFFER_MAX];
    unsigned count;
};

static bool has_row(const struct list *list, unsigned row)
{
    for (unsigned i = 0; i < list->count; i++) {
        if (list->rows[i] == row)
            return true;
    }
    return false;
}

/* A row twice is once: the first place counts. A policy has at most SX_OFFER_MAX rows. */
static void add_row(struct list *list, unsigned row)
{
    if (!has_row(list, row) && list->count < SX_OFFER_MAX)
        list->rows[list->count++] = row;
}

/* The policy's own rows, less what the provider lacks, less what patterns take away. */
static void add_policy(struct list *list, struct sx_slice without)
{
    const char *name;

    for (unsigned i = 0; (name = sx_policy_list_name(list->policy, list->kind, i)) != NULL; i++) {
        struct sx_slice rest = without;
        struct sx_slice entry;
        char pattern[SX_NAME_MAX];
        bool is_out = false;

        while (without.len != 0 && !is_out && sx_list_next(&rest, &entry)) {
            (void)snprintf(pattern, sizeof pattern, "%.*s", (int)entry.len,
                           (const char *)entry.ptr);
            is_out = sx_pattern_is_match(pattern, name);
        }
        if (!is_out && sx_policy_is_provided(list->policy, list->provider, list->kind, i))
            add_row(list, i);
    }
}

/* Names that the user wrote: each must pass both locks. */
static enum sx_err add_named(struct list *list, struct sx_slice names, struct sx_fault *fault)
{
    const bool ends_empty = names.ptr[names.len - 1] == ',';
    struct sx_slice entry;

    while (sx_list_next(&names, &entry)) {
        char name[SX_NAME_MAX];
        char why[512];
        unsigned row = 0;

        if (ends_empty || entry.len == 0 || entry.len >= sizeof name ||
            memchr(entry.ptr, '\0', entry.len))
            return sx_fault_set(fault, SX_ERR_POLICY_ALGORITHM,
                                "the list of %s algorithms has an entry that is empty or too long",
                                sx_alg_kind_name(list->kind));
        (void)snprintf(name, sizeof name, "%.*s", (int)entry.len, (const char *)entry.ptr);
        if (!sx_policy_explain(list->policy, list->provider, list->kind, name, why, sizeof why) ||
            !sx_policy_index(list->policy, list->kind, name, &row))
            return sx_fault_set(fault, SX_ERR_POLICY_ALGORITHM, "%s", why);
        add_row(list, row);
    }
    return SX_OK;
}

/* What may stand before a list is as in ssh_config(5): + adds behind the policy's own list (where
 * all that is allowed stands already, so it only checks), ^ moves to its front, - takes away. */
static enum sx_err make_list(struct list *list, const char *wish, struct sx_fault *fault)
{
    struct sx_slice names = sx_slice_text(wish);
    char mark = names.len != 0 ? (char)names.ptr[0] : '\0';
    bool is_marked = mark == '+' || mark == '^' || mark == '-';
    enum sx_err err = SX_OK;

    if (is_marked)
        names = sx_slice_of(names.ptr + 1, names.len - 1);
    if (is_marked && names.len == 0)
        return sx_fault_set(fault, SX_ERR_POLICY_ALGORITHM,
                            "the list of %s algorithms holds nothing behind its %c",
                            sx_alg_kind_name(list->kind), mark);
    if (names.len == 0 || mark == '+' || mark == '-')
        add_policy(list, mark == '-' ? names : SX_SLICE_NONE);
    if (names.len != 0 && mark != '-')
        err = add_named(list, names, fault);
    if (mark == '^')
        add_policy(list, SX_SLICE_NONE);
    if (err == SX_OK && list->count == 0)
        err = sx_fault_set(fault, SX_ERR_POLICY_ALGORITHM,
                           "no %s algorithm is left: policy %s, provider %s and the user's list "
                           "have none in common",
                           sx_alg_kind_name(list->kind), list->policy->name,
                           sx_provider_get_info(list->provider)->name);
    return err;
}

static void store(const struct list *list, struct sx_offer *offer)
{
    const struct sx_policy *policy = list->policy;

    for (unsigned i = 0; i < list->count; i++) {
        unsigned row = list->rows[i];

        switch (list->kind) {
        case SX_ALG_KEX: offer->kex[i] = policy->kex[row]; break;
        case SX_ALG_HOST_KEY: offer->host_key[i] = policy->host_key[row]; break;
        case SX_ALG_USER_KEY: offer->user_key[i] = policy->user_key[row]; break;
        case SX_ALG_CIPHER: offer->ciphers[i] = policy->ciphers[row]; break;
        case SX_ALG_MAC: offer->macs[i] = policy->macs[row]; break;
        case SX_ALG_KIND_COUNT: break;
        }
    }
}

/* Settings may be made stricter, never looser. */
static enum sx_err make_settings(const struct sx_policy *policy,
                                 const struct sx_offer_wishes *wishes, struct sx_fault *fault,
                                 struct sx_offer *offer)
{
    if (wishes->strict_kex > (int)SX_STRICT_REQUIRE)
        return sx_fault_set(fault, SX_ERR_POLICY_SETTING,
                            "strict key exchange has the levels 0 to 3, not %d",
                            wishes->strict_kex);
    if (wishes->strict_kex >= 0 && wishes->strict_kex < (int)policy->strict_kex)
        return sx_fault_set(fault, SX_ERR_POLICY_SETTING,
                            "policy %s wants strict key exchange of level %d at least, not %d",
                            policy->name, (int)policy->strict_kex, wishes->strict_kex);
    if (wishes->rekey_bytes > policy->rekey_bytes)
        return sx_fault_set(fault, SX_ERR_POLICY_SETTING,
                            "policy %s wants new keys after %llu bytes at most, not %llu",
                            policy->name, (unsigned long long)policy->rekey_bytes,
                            (unsigned long long)wishes->rekey_bytes);
    if (wishes->rekey_seconds > policy->rekey_seconds)
        return sx_fault_set(fault, SX_ERR_POLICY_SETTING,
                            "policy %s wants new keys after %u seconds at most, not %u",
                            policy->name, policy->rekey_seconds, wishes->rekey_seconds);
    offer->strict_kex =
        wishes->strict_kex >= 0 ? (enum sx_strict_kex)wishes->strict_kex : policy->strict_kex;
    offer->rekey_bytes = wishes->rekey_bytes != 0 ? wishes->rekey_bytes : policy->rekey_bytes;
    offer->rekey_seconds =
        wishes->rekey_seconds != 0 ? wishes->rekey_seconds : policy->rekey_seconds;
    offer->rekey_packets = policy->rekey_packets;
    return SX_OK;
}

enum sx_err sx_offer_make(const struct sx_policy *policy, struct sx_provider *provider,
                          const struct sx_offer_wishes *wishes, struct sx_fault *fault,
                          struct sx_offer *out)
{
    struct sx_offer offer = { .policy = policy, .provider = provider };
    const char *name = sx_provider_get_info(provider)->name;

    if (!sx_policy_has_provider(policy, name))
        return sx_fault_set(fault, SX_ERR_POLICY_PROVIDER,
                            "policy %s may not be served by provider %s; it allows: %s",
                            policy->name, name, policy->providers[0]);
    SX_TRY(make_settings(policy, wishes, fault, &offer));
    for (int kind = 0; kind < SX_ALG_KIND_COUNT; kind++) {
        struct list list = { .policy = policy,
                             .provider = provider,
                             .kind = (enum sx_alg_kind)kind };

        SX_TRY(make_list(&list, wishes->lists[kind], fault));
        store(&list, &offer);
    }
    *out = offer;
    return SX_OK;
}

static const char *offer_name(const struct sx_offer *offer, enum sx_alg_kind kind, size_t i)
{
    switch (kind) {
    case SX_ALG_KEX: return offer->kex[i] != NULL ? offer->kex[i]->name : NULL;
    case SX_ALG_HOST_KEY: return offer->host_key[i] != NULL ? offer->host_key[i]->name : NULL;
    case SX_ALG_USER_KEY: return offer->user_key[i] != NULL ? offer->user_key[i]->name : NULL;
    case SX_ALG_CIPHER: return offer->ciphers[i] != NULL ? offer->ciphers[i]->name : NULL;
    case SX_ALG_MAC: return offer->macs[i] != NULL ? offer->macs[i]->name : NULL;
    case SX_ALG_KIND_COUNT: break;
    }
    return NULL;
}

enum sx_err sx_offer_names(const struct sx_offer *offer, enum sx_alg_kind kind, char *out,
                           size_t cap)
{
    const char *name;
    size_t used = 0;

    if (cap == 0)
        return SX_ERR_SPACE;
    out[0] = '\0';
    for (size_t i = 0; (name = offer_name(offer, kind, i)) != NULL; i++) {
        int n = snprintf(out + used, cap - used, "%s%s", i == 0 ? "" : ",", name);

        if (n < 0 || (size_t)n >= cap - used)
            return SX_ERR_SPACE;
        used += (size_t)n;
    }
    return SX_OK;
}
