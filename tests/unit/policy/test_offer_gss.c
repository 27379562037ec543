/* GSSAPI key exchanges in an offer: only for who names them, or first for who signs on with them. */
#include <string.h>

#include "unit/policy/offer_checks.h"

#include "policy/offer.h"
#include "support/providers.h"

#define SUFFIX "toWM5Slw5Ew8Mqkay+al2g=="
#define NISTP256 "gss-nistp256-sha256-" SUFFIX
#define CURVE25519 "gss-curve25519-sha256-" SUFFIX

static enum sx_err try(const struct sx_policy *policy, struct sx_provider *provider,
                       const char *list, bool is_first, struct sx_fault *fault,
                       struct sx_offer *out)
{
    struct sx_offer_wishes wishes = { .strict_kex = -1, .is_gss_first = is_first };

    wishes.lists[SX_ALG_KEX] = list;
    *fault = (struct sx_fault){ .err = SX_OK };
    return sx_offer_make(policy, provider, &wishes, fault, out);
}

static struct sx_offer made(const struct sx_policy *policy, struct sx_provider *provider,
                            const char *list, bool is_first)
{
    struct sx_offer offer;
    struct sx_fault fault;

    if (try(policy, provider, list, is_first, &fault, &offer) != SX_OK)
        fail_msg("%s: %s", list, fault.text);
    return offer;
}

static unsigned gss_count(const struct sx_offer *offer)
{
    unsigned count = 0;

    for (unsigned i = 0; offer->kex[i] != NULL; i++)
        count += offer->kex[i]->is_gss ? 1 : 0;
    return count;
}

static void test_nobody_is_asked_for_a_ticket_unasked(void **state)
{
    struct sx_offer offer = made(&sx_policy_default, providers_default(), "", false);

    (void)state;
    assert_int_equal(gss_count(&offer), 0);
    assert_false(sx_offer_has_gss(&offer));
    assert_true(sx_offer_has_plain_kex(&offer));
#if SX_LEGACY
    /* the reference's default list has six, and a password is no ticket */
    offer = made(&sx_policy_compat, providers_default(), "", false);
    assert_int_equal(gss_count(&offer), 0);
#endif
}

static void test_named_ones_stand_where_they_were_named(void **state)
{
    struct sx_offer offer =
        made(&sx_policy_default, providers_default(), "ecdh-sha2-nistp256," NISTP256, false);

    (void)state;
    assert_string_equal(offer.kex[0]->name, "ecdh-sha2-nistp256");
    assert_string_equal(offer.kex[1]->name, NISTP256);
    assert_null(offer.kex[2]);
    offer = made(&sx_policy_default, providers_default(), "+" NISTP256, false);
    assert_int_equal(gss_count(&offer), 1);
    offer = made(&sx_policy_default, providers_default(), NISTP256, false);
    assert_true(sx_offer_has_gss(&offer));
    assert_false(sx_offer_has_plain_kex(&offer));
}

static void test_mode_keyex_has_them_first(void **state)
{
    struct sx_offer offer = made(&sx_policy_default, providers_default(), "", true);

    (void)state;
    assert_int_equal(gss_count(&offer), 9);
    assert_string_equal(offer.kex[0]->name, CURVE25519);
    assert_true(offer.kex[8]->is_gss);
    assert_false(offer.kex[9]->is_gss);
    assert_true(sx_offer_has_plain_kex(&offer)); /* for servers that have none */
    /* a list narrows them, and what stands in it comes behind */
    offer = made(&sx_policy_default, providers_default(), "ecdh-sha2-nistp256," NISTP256, true);
    assert_string_equal(offer.kex[0]->name, NISTP256);
    assert_string_equal(offer.kex[1]->name, "ecdh-sha2-nistp256");
    assert_null(offer.kex[2]);
    offer = made(&sx_policy_default, providers_default(), "-gss-curve25519*,mlkem*", true);
    assert_int_equal(gss_count(&offer), 8);
    assert_string_equal(offer.kex[0]->name, NISTP256);
#if SX_LEGACY
    offer = made(&sx_policy_compat, providers_default(), "", true);
    assert_string_equal(offer.kex[0]->name, "gss-group14-sha256-" SUFFIX);
    assert_int_equal(gss_count(&offer), 6);
#endif
}

static void check_fips(const struct test_provider *tp)
{
    struct sx_offer offer;
    struct sx_fault fault;

    if (!tp->is_fips)
        return;
    offer = made(&sx_policy_fips, tp->provider, "", false);
    assert_int_equal(gss_count(&offer), 0);
    /* the mode alone opts into nothing */
    assert_int_equal(try(&sx_policy_fips, tp->provider, "", true, &fault, &offer),
                     SX_ERR_POLICY_ALGORITHM);
    assert_non_null(strstr(fault.text, "SSHKeyExchangeAlgorithms=+gss-"));
    offer = made(&sx_policy_fips, tp->provider, "+" NISTP256, true);
    assert_string_equal(offer.kex[0]->name, NISTP256);
    assert_int_equal(gss_count(&offer), 1);
    assert_int_equal(try(&sx_policy_fips, tp->provider, "+" CURVE25519, true, &fault, &offer),
                     SX_ERR_POLICY_ALGORITHM);
    assert_non_null(strstr(fault.text, "X25519 is not an approved key agreement"));
    assert_int_equal(
        try(&sx_policy_fips, tp->provider, "+gss-group14-sha1-" SUFFIX, true, &fault, &offer),
        SX_ERR_POLICY_ALGORITHM);
    assert_non_null(strstr(fault.text, "SHA-1"));
}

static void test_fips_has_them_only_by_name(void **state)
{
    (void)state;
    for_each_provider(check_fips);
}

/* A site that forbids Kerberos forbids these as well. */
static void test_policy_without_kerberos_has_none(void **state)
{
    struct sx_policy policy = sx_policy_default;
    struct sx_offer offer;
    struct sx_fault fault;

    (void)state;
    policy.may_use_kerberos = policy.may_delegate = false;
    assert_int_equal(try(&policy, providers_default(), "+" NISTP256, false, &fault, &offer),
                     SX_ERR_POLICY_ALGORITHM);
    assert_non_null(strstr(fault.text, "doesn't allow Kerberos"));
    assert_int_equal(try(&policy, providers_default(), "", false, &fault, &offer), SX_OK);
    assert_int_equal(try(&policy, providers_default(), "", true, &fault, &offer),
                     SX_ERR_POLICY_ALGORITHM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody_is_asked_for_a_ticket_unasked),
        cmocka_unit_test(test_named_ones_stand_where_they_were_named),
        cmocka_unit_test(test_mode_keyex_has_them_first),
        cmocka_unit_test(test_fips_has_them_only_by_name),
        cmocka_unit_test(test_policy_without_kerberos_has_none),
    };

    return cmocka_run_group_tests_name("policy/offer_gss", tests, NULL, NULL);
}
