/* Each rule notices what it is for, and names the row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/rules.h"

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
    EXPECT_BROKEN(is_stream_digested, false, "no door stands open", "digested");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_notice_lists_that_are_not_sound),
        cmocka_unit_test(test_rules_notice_limits_that_are_not_sound),
        cmocka_unit_test(test_rules_notice_weak_hashes),
        cmocka_unit_test(test_rules_notice_short_keys),
        cmocka_unit_test(test_rules_notice_what_can_be_truncated),
        cmocka_unit_test(test_rules_notice_early_compression),
        cmocka_unit_test(test_rules_notice_late_rekeys),
        cmocka_unit_test(test_rules_notice_what_is_not_approved),
        cmocka_unit_test(test_rules_notice_what_is_not_in_the_document),
    };

    return cmocka_run_group_tests_name("policy/rules", tests, NULL, NULL);
}
