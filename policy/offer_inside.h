/* policy/offer_inside.h: private to this room: rows by name and number.
 *
 * A row's number counts through what the policy offers by itself and then through what is only
 * opt-in, so that one number says all. */
#ifndef SX_POLICY_OFFER_INSIDE_H
#define SX_POLICY_OFFER_INSIDE_H

#include "policy/offer.h"

/* Whether a provider of this name may serve the policy. */
bool sx_policy_has_provider(const struct sx_policy *policy, const char *name);

/* How many rows the policy offers by itself. */
unsigned sx_policy_own_count(const struct sx_policy *policy, enum sx_alg_kind kind);

/* The name of a row, or NULL past the last. */
const char *sx_policy_row_name(const struct sx_policy *policy, enum sx_alg_kind kind, unsigned row);

/* sx_policy_row finds the row of a name; the first lock. */
bool sx_policy_row(const struct sx_policy *policy, enum sx_alg_kind kind, const char *name,
                   unsigned *out_row);

/* Whether the provider has what the row is made of; the second lock. */
bool sx_policy_is_provided(const struct sx_policy *policy, struct sx_provider *provider,
                           enum sx_alg_kind kind, unsigned row);

/* Where rows are copied to: one array for each kind, zeroed, with room for SX_OFFER_MAX + 1. */
struct sx_row_arrays {
    const struct sx_kex_alg **kex;
    const struct sx_sig_alg **host_key;
    const struct sx_sig_alg **user_key;
    const struct sx_cipher_alg **ciphers;
    const struct sx_mac_alg **macs;
    const struct sx_compression_alg **compressions;
};

/* How a list's names are read. */
enum sx_rows_mode {
    SX_ROWS_USER,   /* each name must be the policy's; what is taken away may be unknown */
    SX_ROWS_STRICT, /* what is taken away must be known as well: a typo must not widen */
    SX_ROWS_FILTER, /* a list that was written for several policies: foreign names are passed over */
};

/* A list of one kind while it is made: numbers of the policy's own rows, so that nothing can come
 * in that the policy doesn't have. */
struct sx_rows {
    const struct sx_policy *policy;
    struct sx_provider *provider; /* NULL: the second lock isn't asked */
    enum sx_alg_kind kind;
    enum sx_rows_mode mode;
    unsigned rows[SX_OFFER_MAX];
    unsigned count;
};

/* sx_rows_make fills the list as a wish says ("" and NULL: the policy's own). An empty outcome is
 * an error but where the policy's own list is empty. SX_ERR_POLICY_ALGORITHM. */
SX_MUST_USE enum sx_err sx_rows_make(struct sx_rows *rows, const char *wish,
                                     struct sx_fault *fault);

/* sx_rows_make_rest fills it with what stays opt-in beside a list that was made so. */
void sx_rows_make_rest(struct sx_rows *rest, const char *wish, const struct sx_rows *made);

/* sx_rows_place_gss gives the GSSAPI key exchanges of a list that was made their place, as
 * sx_offer_make says (policy/offer_gss.c). */
SX_MUST_USE enum sx_err sx_rows_place_gss(struct sx_rows *rows, const char *wish, bool is_first,
                                          struct sx_fault *fault);

void sx_rows_store(const struct sx_rows *rows, const struct sx_row_arrays *out);

#endif
