/* A policy made narrower: nothing comes in, everything else is as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/narrow.h"

static const struct sx_narrowing nothing = { .by = "TEST", .strict_kex = -1 };

/* cmocka ends a test where it fails, so one room for all. */
static struct sx_narrowed narrowed;

static const struct sx_policy *narrow(const struct sx_policy *base,
                                      const struct sx_narrowing *narrowing)
{
    struct sx_fault fault = { 0 };

    if (sx_policy_narrow(base, narrowing, &fault, &narrowed) != SX_OK)
        fail_msg("refused: %s", fault.text);
    return &narrowed.policy;
}

static void refuse(const struct sx_policy *base, const struct sx_narrowing *narrowing,
                   const char *word)
{
    struct sx_fault fault = { 0 };

    assert_int_equal(sx_policy_narrow(base, narrowing, &fault, &narrowed), SX_ERR_POLICY_ALGORITHM);
    if (strstr(fault.text, word) == NULL)
        fail_msg("\"%s\" is not in: %s", word, fault.text);
}

static const char *names(const struct sx_policy *policy, enum sx_alg_kind kind)
{
    static char text[2048];

    assert_int_equal(sx_policy_wish_names(policy, kind, "", text, sizeof text), SX_OK);
    return text;
}

static void expect_same_lists(const struct sx_policy *a, const struct sx_policy *b)
{
    for (int kind = 0; kind < SX_ALG_KIND_COUNT; kind++) {
        for (unsigned i = 0; i < SX_OFFER_MAX; i++) {
            const char *own = sx_policy_list_name(a, (enum sx_alg_kind)kind, i);
            const char *opt_in = sx_policy_opt_in_name(a, (enum sx_alg_kind)kind, i);

            assert_ptr_equal(own, sx_policy_list_name(b, (enum sx_alg_kind)kind, i));
            assert_ptr_equal(opt_in, sx_policy_opt_in_name(b, (enum sx_alg_kind)kind, i));
        }
    }
}

static void test_nothing_narrows_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; sx_policies[i] != NULL; i++) {
        const struct sx_policy *policy = narrow(sx_policies[i], &nothing);

        expect_same_lists(policy, sx_policies[i]);
        assert_string_equal(policy->name, sx_policies[i]->name);
        assert_int_equal(policy->rsa_min_bits, sx_policies[i]->rsa_min_bits);
        assert_int_equal(policy->strict_kex, sx_policies[i]->strict_kex);
        assert_int_equal(policy->may_use_agent, sx_policies[i]->may_use_agent);
        assert_ptr_equal(policy->base, sx_policies[i]);
        assert_string_equal(policy->narrowed_by, "TEST");
    }
}

static void test_lists_narrow_and_reorder(void **state)
{
    struct sx_narrowing narrowing = nothing;
    const struct sx_policy *policy;

    (void)state;
    narrowing.lists[SX_ALG_CIPHER] = "aes128-ctr,aes256-ctr";
    narrowing.lists[SX_ALG_MAC] = "-*-etm@openssh.com";
    narrowing.lists[SX_ALG_KEX] = "^diffie-hellman-group14-sha256";
    policy = narrow(&sx_policy_fips, &narrowing);
    assert_string_equal(names(policy, SX_ALG_CIPHER), "aes128-ctr,aes256-ctr");
    assert_string_equal(names(policy, SX_ALG_MAC), "hmac-sha2-256,hmac-sha2-512");
    assert_string_equal(sx_policy_list_name(policy, SX_ALG_KEX, 0),
                        "diffie-hellman-group14-sha256");
    assert_string_equal(sx_policy_list_name(policy, SX_ALG_KEX, 1), "mlkem768nistp256-sha256");
}

/* What was opt-in can be switched on, stays so, or goes. */
static void test_opt_in_rows_follow_the_list(void **state)
{
    struct sx_narrowing narrowing = nothing;
    const struct sx_policy *policy;

    (void)state;
    narrowing.lists[SX_ALG_COMPRESSION] = "+zlib";
    policy = narrow(&sx_policy_default, &narrowing);
    assert_string_equal(names(policy, SX_ALG_COMPRESSION), "none,zlib@openssh.com,zlib");
    assert_null(sx_policy_opt_in_name(policy, SX_ALG_COMPRESSION, 0));
    narrowing.lists[SX_ALG_COMPRESSION] = "^zlib@openssh.com";
    policy = narrow(&sx_policy_default, &narrowing);
    assert_string_equal(sx_policy_opt_in_name(policy, SX_ALG_COMPRESSION, 0), "zlib");
    narrowing.lists[SX_ALG_COMPRESSION] = "-zlib";
    policy = narrow(&sx_policy_default, &narrowing);
    assert_null(sx_policy_opt_in_name(policy, SX_ALG_COMPRESSION, 0));
    assert_string_equal(names(policy, SX_ALG_COMPRESSION), "none,zlib@openssh.com");
    narrowing.lists[SX_ALG_COMPRESSION] = "none";
    policy = narrow(&sx_policy_default, &narrowing);
    assert_null(sx_policy_opt_in_name(policy, SX_ALG_COMPRESSION, 0));
}

static void test_nothing_comes_in(void **state)
{
    struct sx_narrowing narrowing = nothing;

    (void)state;
    narrowing.lists[SX_ALG_CIPHER] = "+aes192-ctr";
    refuse(&sx_policy_fips, &narrowing, "policy fips refuses the cipher algorithm aes192-ctr");
    narrowing.lists[SX_ALG_CIPHER] = "aes256-ctr,chacha20-poly1305@openssh.com";
    refuse(&sx_policy_fips, &narrowing, "not approved");
    narrowing.lists[SX_ALG_CIPHER] = "-*";
    refuse(&sx_policy_fips, &narrowing, "no cipher algorithm is left");
}

/* A typo in what is taken away would leave it in. */
static void test_what_is_taken_away_must_be_known(void **state)
{
    struct sx_narrowing narrowing = nothing;

    (void)state;
    narrowing.lists[SX_ALG_CIPHER] = "-aes128-crt";
    refuse(&sx_policy_fips, &narrowing, "no cipher algorithm is called aes128-crt");
    narrowing.lists[SX_ALG_CIPHER] = "-aes256-cbc"; /* known, and not there anyway */
    assert_string_equal(names(narrow(&sx_policy_fips, &narrowing), SX_ALG_CIPHER),
                        names(&sx_policy_fips, SX_ALG_CIPHER));
    narrowing.lists[SX_ALG_CIPHER] = "-*cbc*";
    (void)narrow(&sx_policy_fips, &narrowing);
}

/* A filter was written for several policies. */
static void test_filter_passes_over_foreign_names(void **state)
{
    struct sx_narrowing narrowing = nothing;
    const struct sx_policy *policy;

    (void)state;
    narrowing.is_filter = true;
    narrowing.lists[SX_ALG_CIPHER] = "chacha20-poly1305@openssh.com,aes128-ctr,made-up,aes256-ctr";
    narrowing.lists[SX_ALG_MAC] = "-made-up";
    policy = narrow(&sx_policy_fips, &narrowing);
    assert_string_equal(names(policy, SX_ALG_CIPHER), "aes128-ctr,aes256-ctr");
    narrowing.lists[SX_ALG_CIPHER] = "chacha20-poly1305@openssh.com";
    refuse(&sx_policy_fips, &narrowing, "no cipher algorithm is left");
    /* no list of MACs can take any from niap, which has none */
    narrowing = nothing;
    narrowing.is_filter = true;
    narrowing.lists[SX_ALG_MAC] = "hmac-sha2-256";
    assert_string_equal(names(narrow(&sx_policy_niap, &narrowing), SX_ALG_MAC), "");
}

static void test_limits_become_stricter_alone(void **state)
{
    struct sx_narrowing narrowing = nothing;
    const struct sx_policy *policy;

    (void)state;
    narrowing.rsa_min_bits = 3072;
    narrowing.dh_min_bits = 4096;
    narrowing.rekey_bytes = 4096;
    narrowing.rekey_seconds = 60;
    narrowing.strict_kex = SX_STRICT_REQUIRE;
    narrowing.forbids_agent = narrowing.forbids_token = true;
    policy = narrow(&sx_policy_default, &narrowing);
    assert_int_equal(policy->rsa_min_bits, 3072);
    assert_int_equal(policy->dh_min_bits, 4096);
    assert_int_equal(policy->dh_preferred_bits, 4096);
    assert_int_equal(policy->rekey_bytes, 4096);
    assert_int_equal(policy->rekey_seconds, 60);
    assert_int_equal(policy->strict_kex, SX_STRICT_REQUIRE);
    assert_int_equal(policy->strict_kex_min, SX_STRICT_REQUIRE);
    assert_false(policy->may_use_agent);
    assert_false(policy->may_use_token);
    assert_true(policy->may_use_kerberos);
    assert_true(policy->may_delegate);

    narrowing = nothing;
    narrowing.rsa_min_bits = 1024;
    narrowing.dh_min_bits = 1024;
    narrowing.rekey_bytes = UINT64_MAX;
    narrowing.rekey_seconds = 86400;
    narrowing.strict_kex = SX_STRICT_OFF;
    narrowing.forbids_kerberos = true;
    policy = narrow(&sx_policy_default, &narrowing);
    assert_int_equal(policy->rsa_min_bits, 2048);
    assert_int_equal(policy->dh_min_bits, 2048);
    assert_int_equal(policy->dh_preferred_bits, 3072);
    assert_int_equal(policy->rekey_bytes, 1u << 30);
    assert_int_equal(policy->rekey_seconds, 3600);
    assert_int_equal(policy->strict_kex, SX_STRICT_REJECT_AFFECTED);
    assert_int_equal(policy->strict_kex_min, SX_STRICT_OFFER);
    assert_false(policy->may_use_kerberos);
    assert_false(policy->may_delegate); /* there is nothing to delegate then */
    assert_true(policy->may_use_agent);

    /* what a policy forbids, no site allows */
    policy = narrow(&sx_policy_fips, &nothing);
    assert_false(policy->may_use_agent);
    assert_false(policy->may_accept_any_host_key);
}

/* What a machine took out says so, and not that the policy refuses it. */
static void test_verdict_names_what_narrowed(void **state)
{
    struct sx_narrowing narrowing = nothing;
    struct sx_verdict verdict;

    (void)state;
    narrowing.lists[SX_ALG_CIPHER] = "aes256-ctr";
    sx_policy_judge(narrow(&sx_policy_fips, &narrowing), NULL, SX_ALG_CIPHER, "aes128-ctr",
                    &verdict);
    assert_false(verdict.is_allowed);
    assert_string_equal(verdict.source, "TEST");
    assert_non_null(strstr(verdict.reason, "machine"));
    sx_policy_judge(&narrowed.policy, NULL, SX_ALG_CIPHER, "aes256-cbc", &verdict);
    assert_non_null(strstr(verdict.source, "RFC 4251"));
    sx_policy_judge(&narrowed.policy, NULL, SX_ALG_CIPHER, "aes256-ctr", &verdict);
    assert_true(verdict.is_allowed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_narrows_nothing),
        cmocka_unit_test(test_lists_narrow_and_reorder),
        cmocka_unit_test(test_opt_in_rows_follow_the_list),
        cmocka_unit_test(test_nothing_comes_in),
        cmocka_unit_test(test_what_is_taken_away_must_be_known),
        cmocka_unit_test(test_filter_passes_over_foreign_names),
        cmocka_unit_test(test_limits_become_stricter_alone),
        cmocka_unit_test(test_verdict_names_what_narrowed),
    };

    return cmocka_run_group_tests_name("policy/narrow", tests, NULL, NULL);
}
