/* policy/explain.c: whether an algorithm is allowed, and which lock keeps it out. */
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

static bool is_in_a_table(enum sx_alg_kind kind, const char *name)
{
    unsigned row;

    for (size_t i = 0; sx_policies[i] != NULL; i++) {
        if (sx_policy_row(sx_policies[i], kind, name, &row))
            return true;
    }
    return false;
}

bool sx_policy_knows(enum sx_alg_kind kind, const char *name)
{
    return is_in_a_table(kind, name) || sx_reason_find(NULL, kind, name) != NULL;
}

/* --- The first lock --------------------------------------------------------------------------- */

/* The policy has no such row: why. A table that had it was narrowed; else a reason speaks against
 * it, or the policy's own words do. */
static void judge_absence(const struct sx_policy *policy, enum sx_alg_kind kind, const char *name,
                          struct sx_verdict *out)
{
    const struct sx_reason *reason = sx_reason_find(policy, kind, name);
    unsigned row;

    for (const struct sx_policy *at = policy; at->base != NULL; at = at->base) {
        if (!sx_policy_row(at->base, kind, name, &row))
            continue;
        out->reason = "the machine's own rules leave it out";
        out->source = at->narrowed_by;
        return;
    }
    if (reason != NULL) {
        out->reason = reason->reason;
        out->source = reason->source;
    } else if (is_in_a_table(kind, name)) {
        out->reason = policy->rest;
        out->source = policy->source;
    } else {
        out->is_known = false;
        out->reason = "no algorithm of this name is known";
        out->source = "";
    }
}

static void judge_by_policy(const struct sx_policy *policy, enum sx_alg_kind kind, const char *name,
                            struct sx_verdict *out)
{
    unsigned own = sx_policy_own_count(policy, kind);
    unsigned row = 0;

    out->is_known = true;
    out->reason = out->source = "";
    out->is_by_policy = sx_policy_row(policy, kind, name, &row);
    if (!out->is_by_policy) {
        judge_absence(policy, kind, name, out);
        return;
    }
    out->is_opt_in = row >= own;
    out->preference = out->is_opt_in ? 0 : row + 1;
}

/* --- The second ------------------------------------------------------------------------------- */

/* True when the provider may serve the policy and has the row. */
static bool judge_by_provider(const struct sx_policy *policy, struct sx_provider *provider,
                              enum sx_alg_kind kind, const char *name, struct sx_verdict *out)
{
    const struct sx_provider_info *info = sx_provider_get_info(provider);
    unsigned row = 0;

    if (!sx_policy_has_provider(policy, info->name)) {
        (void)snprintf(out->provider, sizeof out->provider, "%s may not serve policy %s",
                       info->name, policy->name);
        return false;
    }
    if (!sx_policy_row(policy, kind, name, &row)) {
        (void)snprintf(out->provider, sizeof out->provider, "%s (version %s) isn't asked",
                       info->name, info->version);
        return false;
    }
    if (kind == SX_ALG_COMPRESSION) {
        (void)snprintf(out->provider, sizeof out->provider, "none is needed");
        return true;
    }
    if (!sx_policy_is_provided(policy, provider, kind, row)) {
        (void)snprintf(out->provider, sizeof out->provider, "%s (version %s) doesn't have it",
                       info->name, info->version);
        return false;
    }
    (void)snprintf(out->provider, sizeof out->provider, "%s (version %s) has it", info->name,
                   info->version);
    return true;
}

void sx_policy_judge(const struct sx_policy *policy, struct sx_provider *provider,
                     enum sx_alg_kind kind, const char *name, struct sx_verdict *out)
{
    *out = (struct sx_verdict){ 0 };
    judge_by_policy(policy, kind, name, out);
    out->is_allowed = out->is_by_policy;
    if (provider != NULL && !judge_by_provider(policy, provider, kind, name, out))
        out->is_allowed = false;
}

/* --- As sentences ----------------------------------------------------------------------------- */

bool sx_policy_explain(const struct sx_policy *policy, struct sx_provider *provider,
                       enum sx_alg_kind kind, const char *name, char *out, size_t cap)
{
    struct sx_verdict verdict;
    char shown[96], place[32];

    sx_policy_judge(policy, provider, kind, name, &verdict);
    if (!verdict.is_by_policy) {
        (void)snprintf(out, cap, "policy %s refuses the %s algorithm %s: %s%s%s%s", policy->name,
                       sx_alg_kind_name(kind), sx_escape(shown, sizeof shown, sx_slice_text(name)),
                       verdict.reason, verdict.source[0] == '\0' ? "" : " (", verdict.source,
                       verdict.source[0] == '\0' ? "" : ")");
        return false;
    }
    if (!verdict.is_allowed) {
        (void)snprintf(out, cap, "policy %s allows %s, but provider %s", policy->name, name,
                       verdict.provider);
        return false;
    }
    if (verdict.is_opt_in)
        (void)snprintf(place, sizeof place, "only when named");
    else
        (void)snprintf(place, sizeof place, "preference %u", verdict.preference);
    (void)snprintf(out, cap, "policy %s allows the %s algorithm %s (%s)%s%s", policy->name,
                   sx_alg_kind_name(kind), name, place,
                   provider == NULL ? "" : "; provider: ", verdict.provider);
    return true;
}

enum { NAMES_MAX = 64, NAME_ROOM = 96 };

/* The next name of a list that is refused, escaped, with its verdict; how far the list is read is
 * bounded, as it is a server's. */
static bool next_refused(const struct sx_policy *policy, struct sx_provider *provider,
                         enum sx_alg_kind kind, struct sx_slice *names, unsigned *count,
                         char *out_name, struct sx_verdict *out)
{
    struct sx_slice entry;

    while ((*count)++ < NAMES_MAX && sx_list_next(names, &entry)) {
        if (entry.len == 0)
            continue;
        sx_escape(out_name, NAME_ROOM, entry);
        sx_policy_judge(policy, provider, kind, out_name, out);
        if (!out->is_allowed)
            return true;
    }
    return false;
}

/* What the refusal says, both of policy and of provider. */
static const char *refusal(const struct sx_verdict *verdict)
{
    return verdict->is_by_policy ? verdict->provider : verdict->reason;
}

/* Adds to a text that is cut where it ends. */
static void add(char *out, size_t cap, size_t *used, const char *text)
{
    int n = snprintf(out + *used, cap - *used, "%s", text);

    if (n > 0)
        *used = (size_t)n < cap - *used ? *used + (size_t)n : cap - 1;
}

static bool is_said(const char *const *said, unsigned count, const char *reason)
{
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(said[i], reason) == 0)
            return true;
    }
    return false;
}

void sx_policy_refusals(const struct sx_policy *policy, struct sx_provider *provider,
                        enum sx_alg_kind kind, struct sx_slice names, char *out, size_t cap)
{
    const char *said[NAMES_MAX]; /* reasons are static texts; of a provider there is one */
    unsigned said_count = 0, count = 0;
    struct sx_verdict verdict, other;
    char name[NAME_ROOM], other_name[NAME_ROOM];
    size_t used = 0;

    out[0] = '\0';
    while (next_refused(policy, provider, kind, &names, &count, name, &verdict)) {
        const char *key = verdict.is_by_policy ? "" : verdict.reason;
        struct sx_slice rest = names;
        unsigned rest_count = count;

        if (is_said(said, said_count, key))
            continue;
        said[said_count++] = key;
        add(out, cap, &used, used == 0 ? "" : "; ");
        add(out, cap, &used, name);
        while (next_refused(policy, provider, kind, &rest, &rest_count, other_name, &other)) {
            if (strcmp(refusal(&other), refusal(&verdict)) == 0) {
                add(out, cap, &used, ", ");
                add(out, cap, &used, other_name);
            }
        }
        add(out, cap, &used, ": ");
        add(out, cap, &used, refusal(&verdict));
        if (!verdict.is_by_policy && verdict.source[0] != '\0') {
            add(out, cap, &used, " (");
            add(out, cap, &used, verdict.source);
            add(out, cap, &used, ")");
        }
    }
}
