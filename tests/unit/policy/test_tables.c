/* The policies themselves: every rule on every one, and that each rule notices what it is for. */
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
    assert_int_equal(kept, 4 * 12 + 7 + (SX_LEGACY ? 2 * 3 : 0));
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

/* --- Each rule notices its own offence ------------------------------------------------------------- */

static const struct sx_kex_alg kex_sha1 = { .name = "diffie-hellman-group14-sha1",
                                            .family = SX_KEX_DH,
                                            .group = "modp_2048",
                                            .hash = SX_HASH_SHA1 };
static const struct sx_kex_alg kex_small = { .name = "diffie-hellman-group1-sha256",
                                             .family = SX_KEX_DH,
                                             .group = "modp_1024",
                                             .hash = SX_HASH_SHA256 };
static const struct sx_kex_alg kex_half = { .name = "sntrup761x25519-sha512",
                                            .family = SX_KEX_HYBRID,
                                            .kem = "sntrup761",
                                            .half = &sx_kex_curve25519_sha256,
                                            .hash = SX_HASH_SHA512 };
static const struct sx_sig_alg sig_sha1 = { .name = "ssh-rsa",
                                            .type = SX_KEY_RSA,
                                            .hash = SX_HASH_SHA1 };
static const struct sx_mac_alg mac_md5 = {
    .name = "hmac-md5", .kind = SX_MAC_HMAC, .evp_hash = "MD5", .key_len = 16, .tag_len = 16
};
static const struct sx_mac_alg mac_sha1 = {
    .name = "hmac-sha1", .kind = SX_MAC_HMAC, .evp_hash = "SHA1", .key_len = 20, .tag_len = 20
};
static const struct sx_mac_alg mac_short = { .name = "hmac-sha2-256-96",
                                             .kind = SX_MAC_HMAC,
                                             .evp_hash = "SHA2-256",
                                             .key_len = 32,
                                             .tag_len = 12 };
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
static const struct sx_kex_alg *const kex_with_half[] = { &kex_half, NULL };
static const struct sx_kex_alg *const kex_with_x25519[] = { &sx_kex_curve25519_sha256, NULL };
static const struct sx_kex_alg *const kex_with_x25519_twice[] = { &sx_kex_curve25519_sha256,
                                                                  &sx_kex_curve25519_sha256, NULL };
static const struct sx_sig_alg *const sigs_with_sha1[] = { &sx_sig_rsa_sha2_256, &sig_sha1, NULL };
static const struct sx_sig_alg *const sigs_with_ed25519[] = { &sx_sig_ed25519, NULL };
static const struct sx_mac_alg *const macs_with_md5[] = { &mac_md5, NULL };
static const struct sx_mac_alg *const macs_with_sha1[] = { &sx_mac_hmac_sha2_256, &mac_sha1, NULL };
static const struct sx_mac_alg *const macs_with_short[] = { &mac_short, NULL };
static const struct sx_cipher_alg *const ciphers_with_cbc[] = { &cipher_cbc, NULL };
static const struct sx_cipher_alg *const ciphers_with_192[] = { &sx_cipher_aes192_ctr, NULL };
static const struct sx_cipher_alg *const ciphers_with_small[] = { &cipher_small, NULL };
static const struct sx_mac_alg *const macs_none[] = { NULL };
static const struct sx_compression_alg *const compressions_early[] = { &sx_compression_none,
                                                                       &sx_compression_zlib, NULL };
static const struct sx_compression_alg *const compressions_first[] = { &sx_compression_zlib_openssh,
                                                                       &sx_compression_none, NULL };
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
    EXPECT_BROKEN(kex_opt_in, kex_with_x25519_twice, rule, "twice");
    EXPECT_BROKEN(macs, macs_none, rule, "MAC"); /* fips has ciphers that need one */
    EXPECT_BROKEN(providers, providers_none, rule, "providers");
    EXPECT_BROKEN(rest, NULL, rule, "rest");
}

static void test_rules_notice_limits_that_are_not_sound(void **state)
{
    const char *const rule = "sound limits";

    (void)state;
    EXPECT_BROKEN(rsa_min_bits, 1023, rule, "1024");
    EXPECT_BROKEN(dsa_min_bits, 0, rule, "1024");
    EXPECT_BROKEN(dh_min_bits, 512, rule, "1024");
    EXPECT_BROKEN(dh_preferred_bits, 2047, rule, "dh_preferred_bits");
    EXPECT_BROKEN(dh_preferred_bits, 8193, rule, "dh_preferred_bits");
    EXPECT_BROKEN(strict_kex_min, SX_STRICT_REQUIRE, rule, "strict_kex");
    EXPECT_BROKEN(may_use_kerberos, false, rule, "may_delegate");
}

static void test_rules_notice_weak_hashes(void **state)
{
    const char *const rule = "no SHA-1 and no MD5";

    (void)state;
    EXPECT_BROKEN(kex, kex_with_sha1, rule, "group14-sha1");
    EXPECT_BROKEN(kex_opt_in, kex_with_sha1, rule, "group14-sha1");
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
    EXPECT_BROKEN(dh_min_bits, 2047, rule, "dh_min_bits");
    EXPECT_BROKEN(kex, kex_with_small, rule, "group1");
    EXPECT_BROKEN(kex, kex_with_half, rule, "sntrup761");
    EXPECT_BROKEN(ciphers_opt_in, ciphers_with_cbc, rule, "aes256-cbc");
    EXPECT_BROKEN(ciphers, ciphers_with_small, rule, "des-ctr");
    EXPECT_BROKEN(macs, macs_with_short, rule, "-96");
}

static void test_rules_notice_what_can_be_truncated(void **state)
{
    const char *const rule = "safe from prefix truncation";
    struct sx_policy strict = sx_policy_fips;
    char why[256];

    (void)state;
    EXPECT_BROKEN(strict_kex_min, SX_STRICT_OFF, rule, "strict_kex");
    EXPECT_BROKEN(ciphers, ciphers_with_cbc, rule, "aes256-cbc");
    /* with strict key exchange demanded the same row is in order */
    strict.ciphers = ciphers_with_cbc;
    strict.strict_kex = SX_STRICT_REQUIRE;
    for (const struct sx_policy_rule *r = sx_policy_rules; r->name != NULL; r++) {
        if (strcmp(r->name, rule) == 0)
            assert_true(r->is_kept(&strict, why, sizeof why));
    }
}

static void test_rules_notice_early_compression(void **state)
{
    const char *const rule = "no compression before the sign-on";

    (void)state;
    EXPECT_BROKEN(compressions, compressions_early, rule, "before anybody is signed on");
    EXPECT_BROKEN(compressions, compressions_first, rule, "preferred");
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
    EXPECT_BROKEN(may_use_agent, true, "no door stands open", "agent");
    EXPECT_BROKEN(is_audit_required, false, "no door stands open", "audit");
    EXPECT_BROKEN(is_weak_allowed, true, "no door stands open", "weak");
    EXPECT_BROKEN(is_known_group_only, false, "known groups only", "known");
    EXPECT_BROKEN(kex_opt_in, kex_with_x25519, "approved algorithms only", "curve25519");
}

/* What is approved can be outside of a policy's document all the same. */
static void test_rules_notice_what_is_not_in_the_document(void **state)
{
    const char *const rule = "its document's algorithms only";
    struct sx_policy other;

    (void)state;
    EXPECT_BROKEN(ciphers, ciphers_with_192, rule, "aes192-ctr");
    other = sx_policy_niap;
    other.ciphers = sx_policy_fips.ciphers;
    expect_broken(&other, rule, "aes256-ctr");
    other = sx_policy_niap;
    other.kex = sx_policy_fips.kex;
    expect_broken(&other, rule, "mlkem768nistp256-sha256");
    other = sx_policy_cnsa1;
    other.kex = sx_policy_niap.kex;
    expect_broken(&other, rule, "ecdh-sha2-nistp521");
    other = sx_policy_stig;
    other.kex = sx_policy_fips.kex;
    expect_broken(&other, rule, "mlkem768nistp256-sha256");
    other = sx_policy_fips;
    other.name = "unheard-of";
    expect_broken(&other, rule, "no document");
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
/* The reference's documented defaults, byte by byte (its six gss exchanges come with GSSAPI). */
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
          "diffie-hellman-group1-sha1" },
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
        cmocka_unit_test(test_rules_notice_lists_that_are_not_sound),
        cmocka_unit_test(test_rules_notice_limits_that_are_not_sound),
        cmocka_unit_test(test_rules_notice_weak_hashes),
        cmocka_unit_test(test_rules_notice_short_keys),
        cmocka_unit_test(test_rules_notice_what_can_be_truncated),
        cmocka_unit_test(test_rules_notice_early_compression),
        cmocka_unit_test(test_rules_notice_late_rekeys),
        cmocka_unit_test(test_rules_notice_what_is_not_approved),
        cmocka_unit_test(test_rules_notice_what_is_not_in_the_document),
        cmocka_unit_test(test_approved_rows_are_approved_by_each_module),
#if SX_LEGACY
        cmocka_unit_test(test_compat_is_the_reference),
        cmocka_unit_test(test_legacy_is_everything),
#endif
    };

    return cmocka_run_group_tests_name("policy/tables", tests, NULL, NULL);
}
