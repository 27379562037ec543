/* policy/offer_gss.c: the place of GSSAPI key exchanges in an offer. */
#include "policy/offer_inside.h"

#include "base/text.h"

#include <string.h>

static const struct sx_kex_alg *kex_at(const struct sx_rows *rows, unsigned row)
{
    unsigned own = sx_policy_own_count(rows->policy, SX_ALG_KEX);

    return row < own ? rows->policy->kex[row] : rows->policy->kex_opt_in[row - own];
}

/* Whether a list, less the mark before it, holds the name. */
static bool is_named(const char *wish, const char *name)
{
    struct sx_slice names = sx_slice_text(wish);

    if (names.len != 0 && names.ptr[0] == '-')
        return false;
    if (names.len != 0 && (names.ptr[0] == '+' || names.ptr[0] == '^'))
        names = sx_slice_of(names.ptr + 1, names.len - 1);
    return sx_list_has(names, name);
}

/* Takes out of from what is GSSAPI's, or what isn't, and adds it to rows in the same order. */
static void move(struct sx_rows *rows, const struct sx_rows *from, bool is_gss)
{
    for (unsigned i = 0; i < from->count; i++) {
        if (kex_at(from, from->rows[i])->is_gss == is_gss)
            rows->rows[rows->count++] = from->rows[i];
    }
}

/* Whether a list that takes away, "-pattern,...", takes this. */
static bool is_taken(const char *wish, const char *name)
{
    struct sx_slice rest = sx_slice_text(wish), entry;
    char pattern[64];

    if (rest.len == 0 || rest.ptr[0] != '-')
        return false;
    rest = sx_slice_of(rest.ptr + 1, rest.len - 1);
    while (sx_list_next(&rest, &entry)) {
        if (entry.len >= sizeof pattern)
            continue;
        memcpy(pattern, entry.ptr, entry.len);
        pattern[entry.len] = '\0';
        if (sx_pattern_is_match(pattern, name))
            return true;
    }
    return false;
}

/* What is opt-in stands in no list that the user didn't write. */
static void opt_in(struct sx_rows *rows, const char *wish)
{
    const struct sx_policy *policy = rows->policy;
    unsigned own = sx_policy_own_count(policy, SX_ALG_KEX);

    for (unsigned row = own; policy->kex_opt_in != NULL && policy->kex_opt_in[row - own] != NULL &&
                             rows->count < SX_OFFER_MAX;
         row++) {
        if (policy->kex_opt_in[row - own]->is_gss &&
            !is_taken(wish, policy->kex_opt_in[row - own]->name) &&
            sx_policy_is_provided(policy, rows->provider, SX_ALG_KEX, row))
            rows->rows[rows->count++] = row;
    }
}

static void put_first(struct sx_rows *rows, const char *wish)
{
    const struct sx_rows made = *rows;

    rows->count = 0;
    move(rows, &made, true);
    if (rows->count == 0 && !rows->policy->is_approved_only)
        opt_in(rows, wish);
    for (unsigned i = 0; i < made.count && rows->count < SX_OFFER_MAX; i++) {
        if (!kex_at(&made, made.rows[i])->is_gss)
            rows->rows[rows->count++] = made.rows[i];
    }
}

static void leave_named(struct sx_rows *rows, const char *wish)
{
    unsigned count = 0;

    for (unsigned i = 0; i < rows->count; i++) {
        const struct sx_kex_alg *kex = kex_at(rows, rows->rows[i]);

        if (!kex->is_gss || is_named(wish, kex->name))
            rows->rows[count++] = rows->rows[i];
    }
    rows->count = count;
}

enum sx_err sx_rows_place_gss(struct sx_rows *rows, const char *wish, bool is_first,
                              struct sx_fault *fault)
{
    if (!is_first) {
        leave_named(rows, wish);
    } else {
        put_first(rows, wish);
        if (rows->count == 0 || !kex_at(rows, rows->rows[0])->is_gss)
            return sx_fault_set(
                fault, SX_ERR_POLICY_ALGORITHM,
                "mode gssapi-keyex needs a GSSAPI key exchange; under policy %s the "
                "list of key exchanges has to name it, if there is one at all: "
                "SSHKeyExchangeAlgorithms=+gss-...",
                rows->policy->name);
    }
    for (unsigned i = 0; i < rows->count; i++) {
        if (kex_at(rows, rows->rows[i])->is_gss && !rows->policy->may_use_kerberos)
            return sx_fault_set(fault, SX_ERR_POLICY_ALGORITHM,
                                "policy %s doesn't allow Kerberos, so not %s either",
                                rows->policy->name, kex_at(rows, rows->rows[i])->name);
    }
    return SX_OK;
}

bool sx_offer_has_gss(const struct sx_offer *offer)
{
    for (unsigned i = 0; offer->kex[i] != NULL; i++) {
        if (offer->kex[i]->is_gss)
            return true;
    }
    return false;
}

bool sx_offer_has_plain_kex(const struct sx_offer *offer)
{
    for (unsigned i = 0; offer->kex[i] != NULL; i++) {
        if (!offer->kex[i]->is_gss)
            return true;
    }
    return false;
}
