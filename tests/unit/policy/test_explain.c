/* Verdicts: which lock, which reason, and a server's refused names in one text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/offer_inside.h"
#include "support/providers.h"

static struct sx_verdict judge(const struct sx_policy *policy, struct sx_provider *provider,
                               enum sx_alg_kind kind, const char *name)
{
    struct sx_verdict verdict;

    sx_policy_judge(policy, provider, kind, name, &verdict);
    return verdict;
}

static void test_allowed_row_has_its_preference(void **state)
{
    struct sx_verdict verdict = judge(&sx_policy_fips, NULL, SX_ALG_CIPHER, "aes256-ctr");

    (void)state;
    assert_true(verdict.is_known && verdict.is_allowed && verdict.is_by_policy);
    assert_false(verdict.is_opt_in);
    assert_int_equal(verdict.preference, 2);
    assert_string_equal(verdict.provider, "");
    verdict = judge(&sx_policy_default, providers_default(), SX_ALG_CIPHER, "aes256-ctr");
    assert_true(verdict.is_allowed);
    assert_non_null(strstr(verdict.provider, "default (version "));
    assert_non_null(strstr(verdict.provider, "has it"));
}

static void test_opt_in_row_says_so(void **state)
{
    struct sx_verdict verdict = judge(&sx_policy_default, NULL, SX_ALG_COMPRESSION, "zlib");
    char text[256];

    (void)state;
    assert_true(verdict.is_allowed && verdict.is_opt_in);
    assert_int_equal(verdict.preference, 0);
    assert_true(sx_policy_explain(&sx_policy_default, providers_default(), SX_ALG_COMPRESSION,
                                  "zlib", text, sizeof text));
    assert_non_null(strstr(text, "only when named"));
}

static void test_each_lock_is_told_apart(void **state)
{
    struct sx_verdict verdict;

    (void)state;
    verdict = judge(&sx_policy_fips, providers_default(), SX_ALG_CIPHER, "aes256-ctr");
    assert_false(verdict.is_allowed);
    assert_true(verdict.is_by_policy);
    assert_non_null(strstr(verdict.provider, "may not serve policy fips"));
    verdict = judge(&sx_policy_fips, NULL, SX_ALG_CIPHER, "chacha20-poly1305@openssh.com");
    assert_false(verdict.is_allowed || verdict.is_by_policy);
    assert_true(verdict.is_known);
    assert_non_null(strstr(verdict.reason, "not approved"));
    assert_string_equal(verdict.source, "SP 800-140C");
    verdict = judge(&sx_policy_fips, NULL, SX_ALG_CIPHER, "made-up");
    assert_false(verdict.is_known || verdict.is_allowed);
}

/* What isn't approved may be sound: the reason must fit the policy that refuses. */
static void test_reason_fits_the_policy(void **state)
{
    struct sx_verdict verdict;

    (void)state;
    verdict = judge(&sx_policy_niap, NULL, SX_ALG_KEX, "mlkem768nistp256-sha256");
    assert_string_equal(verdict.reason, sx_policy_niap.rest);
    assert_string_equal(verdict.source, sx_policy_niap.source);
    verdict = judge(&sx_policy_niap, NULL, SX_ALG_KEX, "curve25519-sha256");
    assert_non_null(strstr(verdict.source, "SP 800-56A"));
    verdict = judge(&sx_policy_default, NULL, SX_ALG_MAC, "hmac-sha1");
    assert_non_null(strstr(verdict.reason, "SHA-1"));
#if SX_LEGACY
    verdict = judge(&sx_policy_compat, NULL, SX_ALG_KEX, "mlkem768x25519-sha256");
    assert_string_equal(verdict.reason, sx_policy_compat.rest);
    assert_true(judge(&sx_policy_compat, NULL, SX_ALG_MAC, "hmac-md5-96").is_allowed);
#endif
}

/* Every name of every policy that another refuses has a reason and a source. */
static void test_every_refusal_has_a_reason_and_a_source(void **state)
{
    unsigned refused = 0;

    (void)state;
    for (size_t i = 0; sx_policies[i] != NULL; i++) {
        for (size_t j = 0; sx_policies[j] != NULL; j++) {
            for (int kind = 0; kind < SX_ALG_KIND_COUNT; kind++) {
                const char *name;

                for (unsigned row = 0;
                     (name = sx_policy_row_name(sx_policies[j], (enum sx_alg_kind)kind, row)) !=
                     NULL;
                     row++) {
                    struct sx_verdict verdict =
                        judge(sx_policies[i], NULL, (enum sx_alg_kind)kind, name);

                    assert_true(verdict.is_known);
                    if (verdict.is_allowed)
                        continue;
                    refused++;
                    if (verdict.reason[0] == '\0' || verdict.source[0] == '\0')
                        fail_msg("policy %s says nothing of %s", sx_policies[i]->name, name);
                }
            }
        }
    }
    assert_true(refused > (SX_LEGACY ? 400 : 100));
}

/* A reason's pattern must not claim names of another kind: an explanation by kind would say both. */
static void test_name_is_of_its_own_kinds_alone(void **state)
{
    (void)state;
    for (size_t i = 0; sx_policies[i] != NULL; i++) {
        for (int kind = 0; kind < SX_ALG_COMPRESSION; kind++) {
            const char *name;

            for (unsigned row = 0;
                 (name = sx_policy_row_name(sx_policies[i], (enum sx_alg_kind)kind, row)) != NULL;
                 row++) {
                bool is_key = kind == SX_ALG_HOST_KEY || kind == SX_ALG_USER_KEY;

                for (int other = 0; other < SX_ALG_COMPRESSION; other++) {
                    bool is_other_key = other == SX_ALG_HOST_KEY || other == SX_ALG_USER_KEY;
                    bool is_same = kind == other || (is_key && is_other_key);

                    if (sx_policy_knows((enum sx_alg_kind)other, name) != is_same)
                        fail_msg("%s as %s", name, sx_alg_kind_name((enum sx_alg_kind)other));
                }
            }
        }
    }
}

static void test_refusals_of_a_server_are_grouped(void **state)
{
    char text[1200];

    (void)state;
    sx_policy_refusals(&sx_policy_fips, NULL, SX_ALG_CIPHER,
                       sx_slice_text("aes256-cbc,aes256-ctr,arcfour,aes128-cbc,made-up,arcfour256"),
                       text, sizeof text);
    assert_string_equal(text,
                        "aes256-cbc, aes128-cbc: CBC in SSH can give away plain text, and the FIPS "
                        "profiles of SSH leave it out (RFC 4251 section 9.3.1; STIG "
                        "RHEL-09-255064); arcfour, arcfour256: RC4 is broken (RFC 8758); made-up: "
                        "no algorithm of this name is known");
    sx_policy_refusals(&sx_policy_fips, NULL, SX_ALG_KEX,
                       sx_slice_text("ext-info-s,kex-strict-s-v00@openssh.com,curve448-sha512"),
                       text, sizeof text);
    assert_int_equal(strncmp(text, "curve448-sha512: X448", 21), 0); /* signals are no names */
    sx_policy_refusals(&sx_policy_fips, NULL, SX_ALG_CIPHER, sx_slice_text("aes256-ctr"), text,
                       sizeof text);
    assert_string_equal(text, "");
    sx_policy_refusals(&sx_policy_fips, NULL, SX_ALG_CIPHER, sx_slice_text(",,a\x1b[2J,"), text,
                       sizeof text);
    assert_non_null(strstr(text, "a\\x1b[2J: no algorithm"));
}

static void check_provider_refusal(const struct test_provider *tp)
{
    char text[400];

    if (!tp->is_fips)
        return;
    sx_policy_refusals(&sx_policy_default, tp->provider, SX_ALG_CIPHER,
                       sx_slice_text("chacha20-poly1305@openssh.com,aes256-ctr,3des-cbc"), text,
                       sizeof text);
    assert_non_null(strstr(text, "chacha20-poly1305@openssh.com: fips (version "));
    assert_non_null(strstr(text, "doesn't have it; 3des-cbc: CBC"));
}

static void test_refusals_by_the_provider_are_told(void **state)
{
    (void)state;
    for_each_provider(check_provider_refusal);
}

/* However long a server's list and however little room: whole, ended, and soon done. */
static void test_refusals_fit_their_room(void **state)
{
    static char names[40000];
    char text[300];

    (void)state;
    for (size_t i = 0; i + 8 < sizeof names; i += 8)
        (void)snprintf(names + i, 9, "a%06zu,", i % 1000000);
    for (size_t cap = 1; cap <= sizeof text; cap++) {
        memset(text, 'x', sizeof text);
        sx_policy_refusals(&sx_policy_fips, NULL, SX_ALG_CIPHER, sx_slice_text(names), text, cap);
        assert_int_equal(strlen(text), cap - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allowed_row_has_its_preference),
        cmocka_unit_test(test_opt_in_row_says_so),
        cmocka_unit_test(test_each_lock_is_told_apart),
        cmocka_unit_test(test_reason_fits_the_policy),
        cmocka_unit_test(test_every_refusal_has_a_reason_and_a_source),
        cmocka_unit_test(test_name_is_of_its_own_kinds_alone),
        cmocka_unit_test(test_refusals_of_a_server_are_grouped),
        cmocka_unit_test(test_refusals_by_the_provider_are_told),
        cmocka_unit_test(test_refusals_fit_their_room),
    };

    return cmocka_run_group_tests_name("policy/explain", tests, NULL, NULL);
}
