/* policy/rows.c: a list as a user or a site writes it becomes rows of the policy. */
#include "policy/offer_inside.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { NAME_ROOM = 64 };

#define COUNT(list)                                                                                \
    while ((list) != NULL && (list)[count] != NULL)                                                \
    count++

unsigned sx_policy_own_count(const struct sx_policy *policy, enum sx_alg_kind kind)
{
    unsigned count = 0;

    switch (kind) {
    case SX_ALG_KEX: COUNT(policy->kex); break;
    case SX_ALG_HOST_KEY: COUNT(policy->host_key); break;
    case SX_ALG_USER_KEY: COUNT(policy->user_key); break;
    case SX_ALG_CIPHER: COUNT(policy->ciphers); break;
    case SX_ALG_MAC: COUNT(policy->macs); break;
    case SX_ALG_COMPRESSION: COUNT(policy->compressions); break;
    case SX_ALG_KIND_COUNT: break;
    }
    return count;
}

const char *sx_policy_row_name(const struct sx_policy *policy, enum sx_alg_kind kind, unsigned row)
{
    unsigned own = sx_policy_own_count(policy, kind);

    return row < own ? sx_policy_list_name(policy, kind, row)
                     : sx_policy_opt_in_name(policy, kind, row - own);
}

bool sx_policy_row(const struct sx_policy *policy, enum sx_alg_kind kind, const char *name,
                   unsigned *out_row)
{
    unsigned own = sx_policy_own_count(policy, kind);
    const char *at;

    for (unsigned row = 0;; row++) {
        at = row < own ? sx_policy_list_name(policy, kind, row)
                       : sx_policy_opt_in_name(policy, kind, row - own);
        if (at == NULL)
            return false;
        if (strcmp(at, name) == 0) {
            *out_row = row;
            return true;
        }
    }
}

#define ROW(policy, field, row, own)                                                               \
    ((row) < (own) ? (policy)->field[row] : (policy)->field##_opt_in[(row) - (own)])

/* The row's descriptor; NULL where the provider isn't asked. */
static const void *descriptor(const struct sx_policy *policy, enum sx_alg_kind kind, unsigned row,
                              unsigned own)
{
    switch (kind) {
    case SX_ALG_KEX: return ROW(policy, kex, row, own);
    case SX_ALG_HOST_KEY: return ROW(policy, host_key, row, own);
    case SX_ALG_USER_KEY: return ROW(policy, user_key, row, own);
    case SX_ALG_CIPHER: return ROW(policy, ciphers, row, own);
    case SX_ALG_MAC: return ROW(policy, macs, row, own);
    case SX_ALG_COMPRESSION: /* no cryptography */
    case SX_ALG_KIND_COUNT: break;
    }
    return NULL;
}

static bool ask(struct sx_provider *provider, enum sx_alg_kind kind, const void *alg)
{
    switch (kind) {
    case SX_ALG_KEX: return sx_kex_is_available(provider, alg);
    case SX_ALG_HOST_KEY:
    case SX_ALG_USER_KEY: return sx_sig_is_available(provider, alg);
    case SX_ALG_CIPHER: return sx_cipher_is_available(provider, alg);
    case SX_ALG_MAC: return sx_mac_is_available(provider, alg);
    case SX_ALG_COMPRESSION:
    case SX_ALG_KIND_COUNT: break;
    }
    return false;
}

bool sx_policy_is_provided(const struct sx_policy *policy, struct sx_provider *provider,
                           enum sx_alg_kind kind, unsigned row)
{
    const void *alg = descriptor(policy, kind, row, sx_policy_own_count(policy, kind));
    bool is_there;

    if (alg == NULL)
        return kind == SX_ALG_COMPRESSION;
    if (sx_provider_recall(provider, alg, &is_there))
        return is_there;
    is_there = ask(provider, kind, alg);
    sx_provider_note(provider, alg, is_there);
    return is_there;
}

void sx_rows_store(const struct sx_rows *rows, const struct sx_row_arrays *out)
{
    const struct sx_policy *policy = rows->policy;
    unsigned own = sx_policy_own_count(policy, rows->kind);

    for (unsigned i = 0; i < rows->count; i++) {
        unsigned row = rows->rows[i];

        switch (rows->kind) {
        case SX_ALG_KEX: out->kex[i] = ROW(policy, kex, row, own); break;
        case SX_ALG_HOST_KEY: out->host_key[i] = ROW(policy, host_key, row, own); break;
        case SX_ALG_USER_KEY: out->user_key[i] = ROW(policy, user_key, row, own); break;
        case SX_ALG_CIPHER: out->ciphers[i] = ROW(policy, ciphers, row, own); break;
        case SX_ALG_MAC: out->macs[i] = ROW(policy, macs, row, own); break;
        case SX_ALG_COMPRESSION: out->compressions[i] = ROW(policy, compressions, row, own); break;
        case SX_ALG_KIND_COUNT: break;
        }
    }
}

static bool has_row(const struct sx_rows *rows, unsigned row)
{
    for (unsigned i = 0; i < rows->count; i++) {
        if (rows->rows[i] == row)
            return true;
    }
    return false;
}

/* A row twice is once: the first place counts. A policy has at most SX_OFFER_MAX rows. */
static void add_row(struct sx_rows *rows, unsigned row)
{
    if (!has_row(rows, row) && rows->count < SX_OFFER_MAX)
        rows->rows[rows->count++] = row;
}

/* The next entry of a list as a text; an empty one when it doesn't fit or isn't there. */
static bool next_name(struct sx_slice *list, char *out, size_t cap)
{
    struct sx_slice entry;

    if (!sx_list_next(list, &entry))
        return false;
    if (entry.len >= cap || (entry.len > 0 && memchr(entry.ptr, '\0', entry.len) != NULL))
        entry = SX_SLICE_NONE;
    (void)snprintf(out, cap, "%.*s", (int)entry.len, (const char *)entry.ptr);
    return true;
}

static bool is_among(struct sx_slice patterns, const char *name)
{
    char pattern[NAME_ROOM];

    while (patterns.len != 0 && next_name(&patterns, pattern, sizeof pattern)) {
        if (sx_pattern_is_match(pattern, name))
            return true;
    }
    return false;
}

/* The policy's own rows, less what the provider lacks, less what patterns take away. */
static void add_policy(struct sx_rows *rows, struct sx_slice without)
{
    unsigned own = sx_policy_own_count(rows->policy, rows->kind);

    for (unsigned row = 0; row < own; row++) {
        if (!is_among(without, sx_policy_row_name(rows->policy, rows->kind, row)) &&
            (rows->provider == NULL ||
             sx_policy_is_provided(rows->policy, rows->provider, rows->kind, row)))
            add_row(rows, row);
    }
}

static enum sx_err refuse_entry(const struct sx_rows *rows, struct sx_fault *fault)
{
    return sx_fault_set(fault, SX_ERR_POLICY_ALGORITHM,
                        "the list of %s algorithms has an entry that is empty or too long",
                        sx_alg_kind_name(rows->kind));
}

/* A comma at the end has an empty entry behind it, which walking the list doesn't show. */
static bool ends_empty(struct sx_slice names)
{
    return names.len != 0 && names.ptr[names.len - 1] == ',';
}

/* Names that the user wrote: each must pass both locks. */
static enum sx_err add_named(struct sx_rows *rows, struct sx_slice names, struct sx_fault *fault)
{
    const bool is_cut = ends_empty(names);
    char name[NAME_ROOM], why[512];
    unsigned row = 0;

    while (next_name(&names, name, sizeof name)) {
        if (name[0] == '\0' || is_cut)
            return refuse_entry(rows, fault);
        if (rows->mode == SX_ROWS_FILTER && !sx_policy_row(rows->policy, rows->kind, name, &row))
            continue;
        if (!sx_policy_explain(rows->policy, rows->provider, rows->kind, name, why, sizeof why) ||
            !sx_policy_row(rows->policy, rows->kind, name, &row))
            return sx_fault_set(fault, SX_ERR_POLICY_ALGORITHM, "%s", why);
        add_row(rows, row);
    }
    return SX_OK;
}

/* What is taken away by its name, not by a pattern, must be a name. */
static enum sx_err check_taken(const struct sx_rows *rows, struct sx_slice names,
                               struct sx_fault *fault)
{
    const bool is_cut = ends_empty(names);
    char name[NAME_ROOM], shown[96];

    while (next_name(&names, name, sizeof name)) {
        if (name[0] == '\0' || is_cut)
            return refuse_entry(rows, fault);
        if (rows->mode == SX_ROWS_STRICT && strpbrk(name, "*?") == NULL &&
            !sx_policy_knows(rows->kind, name))
            return sx_fault_set(fault, SX_ERR_POLICY_ALGORITHM,
                                "no %s algorithm is called %s, so it can't be taken away",
                                sx_alg_kind_name(rows->kind),
                                sx_escape(shown, sizeof shown, sx_slice_text(name)));
    }
    return SX_OK;
}

/* The mark before a list, which loses it; '\0' for none. */
static char take_mark(struct sx_slice *names)
{
    char mark = names->len != 0 ? (char)names->ptr[0] : '\0';

    if (mark != '+' && mark != '^' && mark != '-')
        return '\0';
    *names = sx_slice_of(names->ptr + 1, names->len - 1);
    return mark;
}

static enum sx_err refuse_empty(const struct sx_rows *rows, struct sx_fault *fault)
{
    if (rows->provider == NULL)
        return sx_fault_set(fault, SX_ERR_POLICY_ALGORITHM,
                            "no %s algorithm is left: policy %s and the list have none in common",
                            sx_alg_kind_name(rows->kind), rows->policy->name);
    return sx_fault_set(fault, SX_ERR_POLICY_ALGORITHM,
                        "no %s algorithm is left: policy %s, provider %s and the user's list "
                        "have none in common",
                        sx_alg_kind_name(rows->kind), rows->policy->name,
                        sx_provider_get_info(rows->provider)->name);
}

/* What may stand before a list is as in ssh_config(5): + adds behind the policy's own list (what
 * is opt-in; the rest stands there already), ^ moves to its front, - takes away. */
enum sx_err sx_rows_make(struct sx_rows *rows, const char *wish, struct sx_fault *fault)
{
    struct sx_slice names = sx_slice_text(wish);
    char mark = take_mark(&names);

    rows->count = 0;
    if (mark != '\0' && names.len == 0)
        return sx_fault_set(fault, SX_ERR_POLICY_ALGORITHM,
                            "the list of %s algorithms holds nothing behind its %c",
                            sx_alg_kind_name(rows->kind), mark);
    if (mark == '-')
        SX_TRY(check_taken(rows, names, fault));
    if (names.len == 0 || mark == '+' || mark == '-')
        add_policy(rows, mark == '-' ? names : SX_SLICE_NONE);
    if (names.len != 0 && mark != '-')
        SX_TRY(add_named(rows, names, fault));
    if (mark == '^')
        add_policy(rows, SX_SLICE_NONE);
    if (rows->count == 0 && sx_policy_own_count(rows->policy, rows->kind) != 0)
        return refuse_empty(rows, fault);
    return SX_OK;
}

void sx_rows_make_rest(struct sx_rows *rest, const char *wish, const struct sx_rows *made)
{
    struct sx_slice names = sx_slice_text(wish);
    char mark = take_mark(&names);
    const char *name;

    rest->count = 0;
    if (names.len != 0 && mark == '\0')
        return; /* a plain list says all */
    for (unsigned row = sx_policy_own_count(rest->policy, rest->kind);
         (name = sx_policy_row_name(rest->policy, rest->kind, row)) != NULL; row++) {
        if (!has_row(made, row) && !(mark == '-' && is_among(names, name)))
            add_row(rest, row);
    }
}
