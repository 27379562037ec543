/* The policies themselves: every rule on every one, and that each rule notices what it is for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/policy.h"
#include "policy/rules.h"

static void test_policies_keep_every_rule(void **state)
{
    size_t kept = 0;

    (void)state;
    for (size_t i = 0; sx_policies[i] != NULL; i++) {
        for (const struct sx_policy_rule *rule = sx_policy_rules; rule->name != NULL; rule++) {
            char why[256] = "";

            if (rule->is_for_approved_only && !sx_policies[i]->is_approved_only)
                continue;
            if (!rule->is_kept(sx_policies[i], why, sizeof why))
                fail_msg("policy %s breaks \"%s\" (%s): %s", sx_policies[i]->name, rule->name,
                         rule->source, why);
            kept++;
        }
    }
    assert_int_equal(kept, 8 + 5); /* all rules on fips; those for everybody on default */
}

static void test_policies_are_found_by_their_exact_name(void **state)
{
    (void)state;
    assert_ptr_equal(sx_policy_find("fips"), &sx_policy_fips);
    assert_ptr_equal(sx_policy_find("default"), &sx_policy_default);
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
        assert_in_range(n, 4, 6);
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
                                         "diffie-hellman-group-exchange-sha256",
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
    for (int kind = 0; kind < SX_ALG_KIND_COUNT; kind++) {
        const char *name;

        for (unsigned i = 0;
             (name = sx_policy_list_name(&sx_policy_fips, (enum sx_alg_kind)kind, i)) != NULL;
             i++) {
            for (size_t j = 0; j < sizeof never / sizeof never[0]; j++)
                assert_string_not_equal(name, never[j]);
        }
    }
}

/* --- Each rule notices its own offence ------------------------------------------------------------- */

static const struct sx_kex_alg kex_sha1 = { "diffie-hellman-group14-sha1", SX_KEX_DH, "modp_2048",
                                            SX_HASH_SHA1 };
static const struct sx_kex_alg kex_small = { "diffie-hellman-group1-sha256", SX_KEX_DH, "modp_1024",
                                             SX_HASH_SHA256 };
static const struct sx_sig_alg sig_sha1 = { "ssh-rsa", SX_KEY_RSA, SX_HASH_SHA1 };
static const struct sx_mac_alg mac_md5 = { "hmac-md5", SX_MAC_HMAC, "MD5", 16, 16, false };
static const struct sx_mac_alg mac_sha1 = { "hmac-sha1", SX_MAC_HMAC, "SHA1", 20, 20, false };
static const struct sx_mac_alg mac_short = {
    "hmac-sha2-256-96", SX_MAC_HMAC, "SHA2-256", 32, 12, false
};
static const struct sx_cipher_alg cipher_cbc = { .name = "aes256-cbc",
                                                 .evp_name = "AES-256-CBC",
                                                 .mode = SX_CIPHER_CBC,
                                                 .key_len = 32,
                                                 .iv_len = 16,
                                                 .block_len = 16 };
static const struct sx_cipher_alg cipher_small = { .name = "des-ctr",
                                                   .evp_name = "DES-CTR",
                                                   .mode = SX_CIPHER_CTR,
                                                   .key_len = 8,
                                                   .iv_len = 8,
                                                   .block_len = 8 };

static const struct sx_kex_alg *const kex_none[] = { NULL };
static const struct sx_kex_alg *const kex_twice[] = { &sx_kex_ecdh_nistp256,
                                                      &sx_kex_dh_group14_sha256,
                                                      &sx_kex_ecdh_nistp256, NULL };
static const struct sx_kex_alg *const kex_with_sha1[] = { &sx_kex_ecdh_nistp256, &kex_sha1, NULL };
static const struct sx_kex_alg *const kex_with_small[] = { &kex_small, NULL };
static const struct sx_kex_alg *const kex_with_x25519[] = { &sx_kex_curve25519_sha256, NULL };
static const struct sx_sig_alg *const sigs_with_sha1[] = { &sx_sig_rsa_sha2_256, &sig_sha1, NULL };
static const struct sx_sig_alg *const sigs_with_ed25519[] = { &sx_sig_ed25519, NULL };
static const struct sx_mac_alg *const macs_with_md5[] = { &mac_md5, NULL };
static const struct sx_mac_alg *const macs_with_sha1[] = { &sx_mac_hmac_sha2_256, &mac_sha1, NULL };
static const struct sx_mac_alg *const macs_with_short[] = { &mac_short, NULL };
static const struct sx_cipher_alg *const ciphers_with_cbc[] = { &cipher_cbc, NULL };
static const struct sx_cipher_alg *const ciphers_with_small[] = { &cipher_small, NULL };
static const char *const providers_any[] = { "fips", "*", NULL };
static const char *const providers_none[] = { NULL };

/* Exactly the rule of this name must notice, and its reason must hold the word. */
static void expect_broken(const struct sx_policy *policy, const char *rule_name, const char *word)
{
    bool is_noticed = false;

    for (const struct sx_policy_rule *rule = sx_policy_rules; rule->name != NULL; rule++) {
        char why[256] = "";

        if (rule->is_kept(policy, why, sizeof why))
            continue;
        if (strcmp(rule->name, rule_name) == 0) {
            is_noticed = true;
            if (strstr(why, word) == NULL)
                fail_msg("\"%s\" is not in: %s", word, why);
        }
    }
    if (!is_noticed)
        fail_msg("\"%s\" didn't notice %s", rule_name, word);
}

/* A copy of fips with one field changed. */
#define EXPECT_BROKEN(field, value, rule_name, word)                                               \
    do {                                                                                           \
        struct sx_policy changed = sx_policy_fips;                                                 \
                                                                                                   \
        changed.field = (value);                                                                   \
        expect_broken(&changed, rule_name, word);                                                  \
    } while (0)

static void test_rules_notice_lists_that_are_not_sound(void **state)
{
    const char *const rule = "sound lists";

    (void)state;
    EXPECT_BROKEN(kex, kex_none, rule, "key exchange");
    EXPECT_BROKEN(kex, kex_twice, rule, "twice");
    EXPECT_BROKEN(providers, providers_none, rule, "providers");
}

static void test_rules_notice_weak_hashes(void **state)
{
    const char *const rule = "no SHA-1 and no MD5";

    (void)state;
    EXPECT_BROKEN(kex, kex_with_sha1, rule, "group14-sha1");
    EXPECT_BROKEN(host_key, sigs_with_sha1, rule, "ssh-rsa");
    EXPECT_BROKEN(user_key, sigs_with_sha1, rule, "ssh-rsa");
    EXPECT_BROKEN(macs, macs_with_md5, rule, "hmac-md5");
    EXPECT_BROKEN(macs, macs_with_sha1, rule, "hmac-sha1");
}

static void test_rules_notice_short_keys(void **state)
{
    const char *const rule = "112 bits of strength at least";

    (void)state;
    EXPECT_BROKEN(rsa_min_bits, 2047, rule, "rsa_min_bits");
    EXPECT_BROKEN(kex, kex_with_small, rule, "group1");
    EXPECT_BROKEN(ciphers, ciphers_with_small, rule, "des-ctr");
    EXPECT_BROKEN(macs, macs_with_short, rule, "-96");
}

static void test_rules_notice_what_can_be_truncated(void **state)
{
    const char *const rule = "safe from prefix truncation";
    struct sx_policy strict = sx_policy_fips;
    char why[256];

    (void)state;
    EXPECT_BROKEN(strict_kex, SX_STRICT_OFF, rule, "strict_kex");
    EXPECT_BROKEN(ciphers, ciphers_with_cbc, rule, "aes256-cbc");
    /* with strict key exchange demanded the same row is in order */
    strict.ciphers = ciphers_with_cbc;
    strict.strict_kex = SX_STRICT_REQUIRE;
    for (const struct sx_policy_rule *r = sx_policy_rules; r->name != NULL; r++) {
        if (strcmp(r->name, rule) == 0)
            assert_true(r->is_kept(&strict, why, sizeof why));
    }
}

static void test_rules_notice_late_rekeys(void **state)
{
    const char *const rule = "new keys after 1 GiB, 2^31 packets and an hour";

    (void)state;
    EXPECT_BROKEN(rekey_bytes, ((uint64_t)1 << 30) + 1, rule, "rekey_bytes");
    EXPECT_BROKEN(rekey_bytes, 0, rule, "rekey_bytes");
    EXPECT_BROKEN(rekey_packets, ((uint64_t)1 << 31) + 1, rule, "rekey_packets");
    EXPECT_BROKEN(rekey_packets, 0, rule, "rekey_packets");
    EXPECT_BROKEN(rekey_seconds, 3601, rule, "rekey_seconds");
    EXPECT_BROKEN(rekey_seconds, 0, rule, "rekey_seconds");
}

static void test_rules_notice_what_is_not_approved(void **state)
{
    (void)state;
    EXPECT_BROKEN(kex, kex_with_x25519, "approved algorithms only", "curve25519");
    EXPECT_BROKEN(host_key, sigs_with_ed25519, "approved algorithms only", "ed25519");
    EXPECT_BROKEN(user_key, sigs_with_ed25519, "approved algorithms only", "ed25519");
    EXPECT_BROKEN(ciphers, ciphers_with_cbc, "approved algorithms only", "cbc");
    EXPECT_BROKEN(macs, macs_with_short, "approved algorithms only", "-96");
    EXPECT_BROKEN(providers, providers_any, "a FIPS provider only", "*");
    EXPECT_BROKEN(may_accept_any_host_key, true, "no door stands open", "any_host_key");
    EXPECT_BROKEN(may_unmask_logs, true, "no door stands open", "unmask");
    EXPECT_BROKEN(may_accept_without_proof, true, "no door stands open", "proof");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policies_keep_every_rule),
        cmocka_unit_test(test_policies_are_found_by_their_exact_name),
        cmocka_unit_test(test_list_names_end_with_null_and_stay_there),
        cmocka_unit_test(test_fips_leaves_out_what_its_reasons_say),
        cmocka_unit_test(test_rules_notice_lists_that_are_not_sound),
        cmocka_unit_test(test_rules_notice_weak_hashes),
        cmocka_unit_test(test_rules_notice_short_keys),
        cmocka_unit_test(test_rules_notice_what_can_be_truncated),
        cmocka_unit_test(test_rules_notice_late_rekeys),
        cmocka_unit_test(test_rules_notice_what_is_not_approved),
    };

    return cmocka_run_group_tests_name("policy/tables", tests, NULL, NULL);
}
