/* What the tests of offers share: making one, and what a refusal must say. */
#ifndef SX_TESTS_OFFER_CHECKS_H
#define SX_TESTS_OFFER_CHECKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "policy/offer.h"
#include "support/providers.h"

static const struct sx_offer_wishes no_wishes = { .strict_kex = -1 };

/* Names of one kind, in a static buffer. */
static inline const char *names(const struct sx_offer *offer, enum sx_alg_kind kind)
{
    static char text[1024];

    assert_int_equal(sx_offer_names(offer, kind, text, sizeof text), SX_OK);
    return text;
}

static inline struct sx_offer make(const struct sx_policy *policy, struct sx_provider *provider,
                                   const struct sx_offer_wishes *wishes)
{
    struct sx_offer offer;
    struct sx_fault fault = { 0 };

    if (sx_offer_make(policy, provider, wishes, &fault, &offer) != SX_OK)
        fail_msg("no offer: %s", fault.text);
    return offer;
}

/* Under default, with one list. */
static inline const char *with_list(enum sx_alg_kind kind, const char *list)
{
    static struct sx_offer offer;
    struct sx_offer_wishes wishes = no_wishes;

    wishes.lists[kind] = list;
    offer = make(&sx_policy_default, providers_default(), &wishes);
    return names(&offer, kind);
}

static inline void refuse(const struct sx_policy *policy, struct sx_provider *provider,
                          const struct sx_offer_wishes *wishes, enum sx_err expected,
                          const char *word)
{
    struct sx_offer offer = { .policy = NULL };
    struct sx_fault fault = { 0 };

    assert_string_equal(sx_err_name(sx_offer_make(policy, provider, wishes, &fault, &offer)),
                        sx_err_name(expected));
    if (strstr(fault.text, word) == NULL)
        fail_msg("\"%s\" is not in: %s", word, fault.text);
    assert_null(offer.policy); /* untouched */
}

static inline void refuse_list(const struct sx_policy *policy, struct sx_provider *provider,
                               enum sx_alg_kind kind, const char *list, const char *word)
{
    struct sx_offer_wishes wishes = no_wishes;

    wishes.lists[kind] = list;
    refuse(policy, provider, &wishes, SX_ERR_POLICY_ALGORITHM, word);
}

#endif
