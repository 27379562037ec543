/* The policies themselves: every rule on every one, their rows against what computes, and against
 * what the reference documents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/offer_inside.h"
#include "policy/rules.h"
#include "support/providers.h"

static void test_policies_keep_every_rule(void **state)
{
    size_t kept = 0;

    (void)state;
    for (size_t i = 0; sx_policies[i] != NULL; i++) {
        for (const struct sx_policy_rule *rule = sx_policy_rules; rule->name != NULL; rule++) {
            char why[256] = "";

            if (!sx_policy_rule_is_for(rule, sx_policies[i]))
                continue;
            if (!rule->is_kept(sx_policies[i], why, sizeof why))
                fail_msg("policy %s breaks \"%s\" (%s): %s", sx_policies[i]->name, rule->name,
                         rule->source, why);
            kept++;
        }
    }
    /* all rules on the four approved ones, those for sound ones on default, the rest on the rest */
    assert_int_equal(kept, 4 * 13 + 8 + (SX_LEGACY ? 2 * 4 : 0));
}

static void test_policies_are_found_by_their_exact_name(void **state)
{
    (void)state;
    assert_ptr_equal(sx_policy_find("fips"), &sx_policy_fips);
    assert_ptr_equal(sx_policy_find("niap"), &sx_policy_niap);
    assert_ptr_equal(sx_policy_find("cnsa1"), &sx_policy_cnsa1);
    assert_ptr_equal(sx_policy_find("stig"), &sx_policy_stig);
    assert_ptr_equal(sx_policy_find("default"), &sx_policy_default);
    assert_int_equal(sx_policy_find("compat") != NULL, SX_LEGACY);
    assert_int_equal(sx_policy_find("legacy") != NULL, SX_LEGACY);
    assert_null(sx_policy_find("cnsa2")); /* a name that isn't built yet */
    assert_null(sx_policy_find("FIPS"));
    assert_null(sx_policy_find("fips "));
    assert_null(sx_policy_find("fip"));
    assert_null(sx_policy_find(""));
    assert_null(sx_policy_find(NULL));
}

static void test_list_names_end_with_null_and_stay_there(void **state)
{
    (void)state;
    for (int kind = 0; kind < SX_ALG_KIND_COUNT; kind++) {
        unsigned n = 0;

        while (sx_policy_list_name(&sx_policy_fips, (enum sx_alg_kind)kind, n) != NULL)
            n++;
        assert_in_range(n, 2, 14);
        for (unsigned past = n; past < n + 100; past++)
            assert_null(sx_policy_list_name(&sx_policy_fips, (enum sx_alg_kind)kind, past));
        assert_true(strlen(sx_alg_kind_name((enum sx_alg_kind)kind)) > 2);
    }
    assert_null(sx_policy_list_name(&sx_policy_fips, SX_ALG_KIND_COUNT, 0));
}

/* What must never be in the list of a regulated site, said once more without any list. */
static void test_fips_leaves_out_what_its_reasons_say(void **state)
{
    static const char *const never[] = { "curve25519-sha256",
                                         "curve25519-sha256@libssh.org",
                                         "ssh-ed25519",
                                         "ssh-rsa",
                                         "ssh-dss",
                                         "diffie-hellman-group14-sha1",
                                         "diffie-hellman-group-exchange-sha1",
                                         "mlkem768x25519-sha256",
                                         "aes192-ctr",
                                         "aes256-cbc",
                                         "3des-cbc",
                                         "chacha20-poly1305@openssh.com",
                                         "hmac-sha1",
                                         "hmac-md5",
                                         "hmac-sha2-256-96",
                                         "umac-64@openssh.com",
                                         "none" };

    (void)state;
    for (int kind = 0; kind < SX_ALG_COMPRESSION; kind++) {
        const char *name;

        for (unsigned i = 0;
             (name = sx_policy_list_name(&sx_policy_fips, (enum sx_alg_kind)kind, i)) != NULL;
             i++) {
            for (size_t j = 0; j < sizeof never / sizeof never[0]; j++)
                assert_string_not_equal(name, never[j]);
        }
    }
}

/* --- The rows against what computes ----------------------------------------------------------------- */

/* Every row of an approved policy is one that the module has under fips=yes, which a row that it
 * marks unapproved is not; but for ML-KEM, which came with 3.5. */
static void check_rows(const struct sx_policy *policy, const struct test_provider *tp,
                       bool has_ml_kem)
{
    for (int kind = 0; kind < SX_ALG_KIND_COUNT; kind++) {
        const char *name;

        for (unsigned row = 0;
             (name = sx_policy_row_name(policy, (enum sx_alg_kind)kind, row)) != NULL; row++) {
            bool is_there =
                sx_policy_is_provided(policy, tp->provider, (enum sx_alg_kind)kind, row);

            if (is_there != (has_ml_kem || strncmp(name, "mlkem", 5) != 0))
                fail_msg("policy %s, %s: %s", policy->name, name,
                         is_there ? "there without ML-KEM" : "not there");
        }
    }
}

static void check_module(const struct test_provider *tp)
{
    bool has_ml_kem = strncmp(sx_provider_get_info(tp->provider)->version, "3.0", 3) != 0;

    if (!tp->is_fips)
        return;
    for (size_t i = 0; sx_policies[i] != NULL; i++) {
        if (sx_policies[i]->is_approved_only)
            check_rows(sx_policies[i], tp, has_ml_kem);
    }
}

static void test_approved_rows_are_approved_by_each_module(void **state)
{
    (void)state;
    for_each_provider(check_module);
}

#if SX_LEGACY
/* The reference's documented defaults, byte by byte. */
static void test_compat_is_the_reference(void **state)
{
    static const struct {
        enum sx_alg_kind kind;
        const char *list;
    } lists[] = {
        { SX_ALG_KEX,
          "curve25519-sha256,curve25519-sha256@libssh.org,diffie-hellman-group-exchange-sha256,"
          "diffie-hellman-group14-sha256,diffie-hellman-group16-sha512,"
          "diffie-hellman-group18-sha512,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"
          "ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha1,diffie-hellman-group14-sha1,"
          "diffie-hellman-group1-sha1,gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g==,"
          "gss-group16-sha512-toWM5Slw5Ew8Mqkay+al2g==,"
          "gss-nistp256-sha256-toWM5Slw5Ew8Mqkay+al2g==,"
          "gss-curve25519-sha256-toWM5Slw5Ew8Mqkay+al2g==,"
          "gss-group14-sha1-toWM5Slw5Ew8Mqkay+al2g==,gss-gex-sha1-toWM5Slw5Ew8Mqkay+al2g==" },
        { SX_ALG_HOST_KEY,
          "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-256,"
          "rsa-sha2-512,ssh-rsa,ssh-dss,x509v3-sign-rsa,x509v3-sign-dss" },
        { SX_ALG_USER_KEY,
          "ssh-rsa,rsa-sha2-256,rsa-sha2-512,ssh-dss,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,"
          "ecdsa-sha2-nistp521,ssh-ed25519" },
        { SX_ALG_CIPHER,
          "aes256-ctr,aes192-ctr,aes128-ctr,aes256-cbc,aes192-cbc,aes128-cbc,3des-ctr,3des-cbc,"
          "blowfish-cbc,arcfour256,arcfour128,arcfour,cast128-cbc,aes256-gcm@openssh.com,"
          "aes128-gcm@openssh.com,chacha20-poly1305@openssh.com" },
        { SX_ALG_MAC,
          "hmac-sha2-256,hmac-sha2-512,hmac-sha1,hmac-md5,hmac-ripemd160,hmac-sha1-96,hmac-md5-96,"
          "hmac-sha2-256-96,hmac-sha2-512-96,hmac-ripemd160-96,hmac-sha2-256-etm@openssh.com,"
          "hmac-sha2-512-etm@openssh.com,umac-64@openssh.com,umac-64-etm@openssh.com,"
          "umac-128@openssh.com,umac-128-etm@openssh.com" },
        { SX_ALG_COMPRESSION, "none,zlib" },
    };
    char text[2048];

    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        assert_int_equal(
            sx_policy_wish_names(&sx_policy_compat, lists[i].kind, "", text, sizeof text), SX_OK);
        assert_string_equal(text, lists[i].list);
    }
    assert_string_equal(sx_policy_opt_in_name(&sx_policy_compat, SX_ALG_COMPRESSION, 0),
                        "zlib@openssh.com");
    assert_string_equal(sx_policy_opt_in_name(&sx_policy_compat, SX_ALG_USER_KEY, 0),
                        "x509v3-sign-rsa");
    assert_null(sx_policy_opt_in_name(&sx_policy_compat, SX_ALG_KEX, 0));
}

/* Whatever any policy has, legacy has. */
static void test_legacy_is_everything(void **state)
{
    unsigned found;

    (void)state;
    for (size_t i = 0; sx_policies[i] != NULL; i++) {
        for (int kind = 0; kind < SX_ALG_KIND_COUNT; kind++) {
            const char *name;

            for (unsigned row = 0;
                 (name = sx_policy_row_name(sx_policies[i], (enum sx_alg_kind)kind, row)) != NULL;
                 row++) {
                if (!sx_policy_row(&sx_policy_legacy, (enum sx_alg_kind)kind, name, &found))
                    fail_msg("legacy lacks %s of policy %s", name, sx_policies[i]->name);
            }
        }
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policies_keep_every_rule),
        cmocka_unit_test(test_policies_are_found_by_their_exact_name),
        cmocka_unit_test(test_list_names_end_with_null_and_stay_there),
        cmocka_unit_test(test_fips_leaves_out_what_its_reasons_say),
        cmocka_unit_test(test_approved_rows_are_approved_by_each_module),
#if SX_LEGACY
        cmocka_unit_test(test_compat_is_the_reference),
        cmocka_unit_test(test_legacy_is_everything),
#endif
    };

    return cmocka_run_group_tests_name("policy/tables", tests, NULL, NULL);
}
