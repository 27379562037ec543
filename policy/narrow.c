/* policy/narrow.c: a policy made narrower. */
#include "policy/narrow.h"
#include "policy/offer_inside.h"

static struct sx_row_arrays arrays_of(struct sx_offer *offer)
{
    return (struct sx_row_arrays){ offer->kex,     offer->host_key, offer->user_key,
                                   offer->ciphers, offer->macs,     offer->compressions };
}

static enum sx_err narrow_lists(const struct sx_policy *base, const struct sx_narrowing *narrowing,
                                struct sx_fault *fault, struct sx_narrowed *out)
{
    const struct sx_row_arrays own = arrays_of(&out->own);
    const struct sx_row_arrays opt_in = arrays_of(&out->opt_in);

    for (int kind = 0; kind < SX_ALG_KIND_COUNT; kind++) {
        struct sx_rows rows = { .policy = base,
                                .kind = (enum sx_alg_kind)kind,
                                .mode = narrowing->is_filter ? SX_ROWS_FILTER : SX_ROWS_STRICT };
        struct sx_rows rest = rows;

        SX_TRY(sx_rows_make(&rows, narrowing->lists[kind], fault));
        sx_rows_make_rest(&rest, narrowing->lists[kind], &rows);
        sx_rows_store(&rows, &own);
        sx_rows_store(&rest, &opt_in);
    }
    return SX_OK;
}

static void point_at_lists(struct sx_narrowed *out)
{
    out->policy.kex = out->own.kex;
    out->policy.host_key = out->own.host_key;
    out->policy.user_key = out->own.user_key;
    out->policy.ciphers = out->own.ciphers;
    out->policy.macs = out->own.macs;
    out->policy.compressions = out->own.compressions;
    out->policy.kex_opt_in = out->opt_in.kex;
    out->policy.host_key_opt_in = out->opt_in.host_key;
    out->policy.user_key_opt_in = out->opt_in.user_key;
    out->policy.ciphers_opt_in = out->opt_in.ciphers;
    out->policy.macs_opt_in = out->opt_in.macs;
    out->policy.compressions_opt_in = out->opt_in.compressions;
}

static void raise_to(unsigned *least, unsigned wanted)
{
    if (wanted > *least)
        *least = wanted;
}

static void narrow_limits(const struct sx_narrowing *narrowing, struct sx_policy *policy)
{
    raise_to(&policy->rsa_min_bits, narrowing->rsa_min_bits);
    raise_to(&policy->dh_min_bits, narrowing->dh_min_bits);
    raise_to(&policy->dh_preferred_bits, policy->dh_min_bits);
    if (narrowing->rekey_bytes != 0 && narrowing->rekey_bytes < policy->rekey_bytes)
        policy->rekey_bytes = narrowing->rekey_bytes;
    if (narrowing->rekey_seconds != 0 && narrowing->rekey_seconds < policy->rekey_seconds)
        policy->rekey_seconds = narrowing->rekey_seconds;
    if (narrowing->strict_kex > (int)policy->strict_kex)
        policy->strict_kex = (enum sx_strict_kex)narrowing->strict_kex;
    if (narrowing->strict_kex > (int)policy->strict_kex_min)
        policy->strict_kex_min = (enum sx_strict_kex)narrowing->strict_kex;
    policy->may_use_kerberos = policy->may_use_kerberos && !narrowing->forbids_kerberos;
    policy->may_delegate =
        policy->may_delegate && policy->may_use_kerberos && !narrowing->forbids_delegation;
    policy->may_use_agent = policy->may_use_agent && !narrowing->forbids_agent;
    policy->may_use_token = policy->may_use_token && !narrowing->forbids_token;
}

enum sx_err sx_policy_narrow(const struct sx_policy *base, const struct sx_narrowing *narrowing,
                             struct sx_fault *fault, struct sx_narrowed *out)
{
    *out = (struct sx_narrowed){ .policy = *base };
    SX_TRY(narrow_lists(base, narrowing, fault, out));
    point_at_lists(out);
    narrow_limits(narrowing, &out->policy);
    out->policy.base = base;
    out->policy.narrowed_by = narrowing->by;
    return SX_OK;
}
