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

/* A signature is known for hosts and users alike, whoever lists it. */
static bool is_in_a_table(enum sx_alg_kind kind, const char *name)
{
    enum sx_alg_kind twin = kind == SX_ALG_HOST_KEY   ? SX_ALG_USER_KEY
                            : kind == SX_ALG_USER_KEY ? SX_ALG_HOST_KEY
                                                      : kind;
    unsigned row;

    for (size_t i = 0; sx_policies[i] != NULL; i++) {
        if (sx_policy_row(sx_policies[i], kind, name, &row) ||
            sx_policy_row(sx_policies[i], twin, name, &row))
            return true;
    }
    return false;
}

bool sx_policy_is_signal(enum sx_alg_kind kind, const char *name)
{
    static const char *const signals[] = { "ext-info-s", "ext-info-c",
                                           "kex-strict-s-v00@openssh.com",
                                           "kex-strict-c-v00@openssh.com",
                                           "kex-guess2@matt.ucc.asn.au" };

    for (size_t i = 0; kind == SX_ALG_KEX && i < sizeof signals / sizeof signals[0]; i++) {
        if (strcmp(signals[i], name) == 0)
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

/* --- A server's names ------------------------------------------------------------------------- */

enum { REFUSED_MAX = 64, NAME_ROOM = 96 };

/* One refused name. Reasons and sources are static texts, or the provider's one. */
struct refused {
    char name[NAME_ROOM]; /* escaped */
    const char *reason;
    const char *source;
    bool is_told;
};

/* Fills rows with what is refused of the list, which is read so far only, as it is a server's.
 * provider_says gets what the provider says of those that it lacks. */
static unsigned find_refused(const struct sx_policy *policy, struct sx_provider *provider,
                             enum sx_alg_kind kind, struct sx_slice names,
                             struct refused rows[REFUSED_MAX], char *provider_says, size_t cap)
{
    struct sx_verdict verdict;
    struct sx_slice entry;
    unsigned count = 0;

    for (unsigned i = 0; i < REFUSED_MAX && sx_list_next(&names, &entry); i++) {
        struct refused *row = &rows[count];

        sx_escape(row->name, sizeof row->name, entry);
        if (entry.len == 0 || sx_policy_is_signal(kind, row->name))
            continue;
        sx_policy_judge(policy, provider, kind, row->name, &verdict);
        if (verdict.is_allowed)
            continue;
        if (verdict.is_by_policy)
            (void)snprintf(provider_says, cap, "%s", verdict.provider);
        row->reason = verdict.is_by_policy ? provider_says : verdict.reason;
        row->source = verdict.is_by_policy ? "" : verdict.source;
        row->is_told = false;
        count++;
    }
    return count;
}

/* Adds to a text that is cut where it ends. */
static void add(char *out, size_t cap, size_t *used, const char *text)
{
    size_t room = cap - *used - 1;
    size_t n = strlen(text) < room ? strlen(text) : room;

    memcpy(out + *used, text, n);
    *used += n;
    out[*used] = '\0';
}

void sx_policy_refusals(const struct sx_policy *policy, struct sx_provider *provider,
                        enum sx_alg_kind kind, struct sx_slice names, char *out, size_t cap)
{
    struct refused rows[REFUSED_MAX];
    char provider_says[192];
    unsigned count =
        find_refused(policy, provider, kind, names, rows, provider_says, sizeof provider_says);
    size_t used = 0;

    out[0] = '\0';
    for (unsigned i = 0; i < count; i++) {
        if (rows[i].is_told)
            continue;
        add(out, cap, &used, used == 0 ? "" : "; ");
        add(out, cap, &used, rows[i].name);
        for (unsigned j = i + 1; j < count; j++) {
            if (strcmp(rows[j].reason, rows[i].reason) != 0)
                continue;
            add(out, cap, &used, ", ");
            add(out, cap, &used, rows[j].name);
            rows[j].is_told = true;
        }
        add(out, cap, &used, ": ");
        add(out, cap, &used, rows[i].reason);
        if (rows[i].source[0] == '\0')
            continue;
        add(out, cap, &used, " (");
        add(out, cap, &used, rows[i].source);
        add(out, cap, &used, ")");
    }
}
