/* policy/offer.c: what one connection offers: lists (policy/rows.c) and limits under both locks. */
#include "policy/offer.h"
#include "policy/offer_inside.h"

#include "base/text.h"

#include <stdio.h>

/* Limits may be made stricter, never looser. */
static enum sx_err check_limits(const struct sx_policy *policy,
                                const struct sx_offer_wishes *wishes, struct sx_fault *fault)
{
    if (wishes->strict_kex > (int)SX_STRICT_REQUIRE)
        return sx_fault_set(fault, SX_ERR_POLICY_SETTING,
                            "strict key exchange has the levels 0 to 3, not %d",
                            wishes->strict_kex);
    if (wishes->strict_kex >= 0 && wishes->strict_kex < (int)policy->strict_kex_min)
        return sx_fault_set(fault, SX_ERR_POLICY_SETTING,
                            "policy %s wants strict key exchange of level %d at least, not %d",
                            policy->name, (int)policy->strict_kex_min, wishes->strict_kex);
    if (wishes->dh_preferred_bits != 0 && wishes->dh_preferred_bits < policy->dh_min_bits)
        return sx_fault_set(fault, SX_ERR_POLICY_SETTING,
                            "policy %s wants Diffie-Hellman groups of %u bits at least, not %u",
                            policy->name, policy->dh_min_bits, wishes->dh_preferred_bits);
    if (wishes->dh_preferred_bits > SX_DH_BITS_MAX)
        return sx_fault_set(fault, SX_ERR_POLICY_SETTING,
                            "Diffie-Hellman groups have %d bits at most, not %u", SX_DH_BITS_MAX,
                            wishes->dh_preferred_bits);
    if (wishes->rekey_bytes > policy->rekey_bytes)
        return sx_fault_set(fault, SX_ERR_POLICY_SETTING,
                            "policy %s wants new keys after %llu bytes at most, not %llu",
                            policy->name, (unsigned long long)policy->rekey_bytes,
                            (unsigned long long)wishes->rekey_bytes);
    if (wishes->rekey_seconds > policy->rekey_seconds)
        return sx_fault_set(fault, SX_ERR_POLICY_SETTING,
                            "policy %s wants new keys after %u seconds at most, not %u",
                            policy->name, policy->rekey_seconds, wishes->rekey_seconds);
    return SX_OK;
}

static void make_limits(const struct sx_policy *policy, const struct sx_offer_wishes *wishes,
                        struct sx_offer *offer)
{
    offer->strict_kex =
        wishes->strict_kex >= 0 ? (enum sx_strict_kex)wishes->strict_kex : policy->strict_kex;
    offer->dh_preferred_bits =
        wishes->dh_preferred_bits != 0 ? wishes->dh_preferred_bits : policy->dh_preferred_bits;
    offer->rekey_bytes = wishes->rekey_bytes != 0 ? wishes->rekey_bytes : policy->rekey_bytes;
    offer->rekey_seconds =
        wishes->rekey_seconds != 0 ? wishes->rekey_seconds : policy->rekey_seconds;
    offer->rekey_packets = policy->rekey_packets;
}

enum sx_err sx_offer_make(const struct sx_policy *policy, struct sx_provider *provider,
                          const struct sx_offer_wishes *wishes, struct sx_fault *fault,
                          struct sx_offer *out)
{
    struct sx_offer offer = { .policy = policy, .provider = provider };
    const struct sx_row_arrays arrays = { offer.kex,     offer.host_key, offer.user_key,
                                          offer.ciphers, offer.macs,     offer.compressions };
    const char *name = sx_provider_get_info(provider)->name;

    if (!sx_policy_has_provider(policy, name))
        return sx_fault_set(fault, SX_ERR_POLICY_PROVIDER,
                            "policy %s may not be served by provider %s; it allows: %s",
                            policy->name, name, policy->providers[0]);
    SX_TRY(check_limits(policy, wishes, fault));
    make_limits(policy, wishes, &offer);
    for (int kind = 0; kind < SX_ALG_KIND_COUNT; kind++) {
        struct sx_rows rows = { .policy = policy,
                                .provider = provider,
                                .kind = (enum sx_alg_kind)kind,
                                .mode = SX_ROWS_USER };

        SX_TRY(sx_rows_make(&rows, wishes->lists[kind], fault));
        if (kind == SX_ALG_KEX)
            SX_TRY(sx_rows_place_gss(&rows, wishes->lists[kind], wishes->is_gss_first, fault));
        sx_rows_store(&rows, &arrays);
    }
    *out = offer;
    return SX_OK;
}

#define NAME_AT(list, index) ((list)[index] != NULL ? (list)[index]->name : NULL)

const char *sx_offer_name(const struct sx_offer *offer, enum sx_alg_kind kind, unsigned index)
{
    if (index > SX_OFFER_MAX)
        return NULL;
    switch (kind) {
    case SX_ALG_KEX: return NAME_AT(offer->kex, index);
    case SX_ALG_HOST_KEY: return NAME_AT(offer->host_key, index);
    case SX_ALG_USER_KEY: return NAME_AT(offer->user_key, index);
    case SX_ALG_CIPHER: return NAME_AT(offer->ciphers, index);
    case SX_ALG_MAC: return NAME_AT(offer->macs, index);
    case SX_ALG_COMPRESSION: return NAME_AT(offer->compressions, index);
    case SX_ALG_KIND_COUNT: break;
    }
    return NULL;
}

/* One more name of a comma-separated text. */
static enum sx_err append(char *out, size_t cap, size_t *used, const char *name)
{
    int n = snprintf(out + *used, cap - *used, "%s%s", *used == 0 ? "" : ",", name);

    if (n < 0 || (size_t)n >= cap - *used)
        return SX_ERR_SPACE;
    *used += (size_t)n;
    return SX_OK;
}

enum sx_err sx_offer_names(const struct sx_offer *offer, enum sx_alg_kind kind, char *out,
                           size_t cap)
{
    const char *name;
    size_t used = 0;

    if (cap == 0)
        return SX_ERR_SPACE;
    out[0] = '\0';
    for (unsigned i = 0; (name = sx_offer_name(offer, kind, i)) != NULL; i++)
        SX_TRY(append(out, cap, &used, name));
    return SX_OK;
}

enum sx_err sx_policy_wish_names(const struct sx_policy *policy, enum sx_alg_kind kind,
                                 const char *wish, char *out, size_t cap)
{
    struct sx_rows rows = { .policy = policy, .kind = kind, .mode = SX_ROWS_USER };
    size_t used = 0;

    if (cap == 0)
        return SX_ERR_SPACE;
    out[0] = '\0';
    if (sx_rows_make(&rows, wish, NULL) != SX_OK)
        return append(out, cap, &used, wish);
    for (unsigned i = 0; i < rows.count; i++)
        SX_TRY(append(out, cap, &used, sx_policy_row_name(policy, kind, rows.rows[i])));
    return SX_OK;
}
