/* Offers: both locks, the user's lists, and the reason for every refusal. */
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
static const char *names(const struct sx_offer *offer, enum sx_alg_kind kind)
{
    static char text[1024];

    assert_int_equal(sx_offer_names(offer, kind, text, sizeof text), SX_OK);
    return text;
}

static struct sx_offer make(const struct sx_policy *policy, struct sx_provider *provider,
                            const struct sx_offer_wishes *wishes)
{
    struct sx_offer offer;
    struct sx_fault fault = { 0 };

    if (sx_offer_make(policy, provider, wishes, &fault, &offer) != SX_OK)
        fail_msg("no offer: %s", fault.text);
    return offer;
}

/* Under default, with one list. */
static const char *with_list(enum sx_alg_kind kind, const char *list)
{
    static struct sx_offer offer;
    struct sx_offer_wishes wishes = no_wishes;

    wishes.lists[kind] = list;
    offer = make(&sx_policy_default, providers_default(), &wishes);
    return names(&offer, kind);
}

static void refuse(const struct sx_policy *policy, struct sx_provider *provider,
                   const struct sx_offer_wishes *wishes, enum sx_err expected, const char *word)
{
    struct sx_offer offer = { .policy = NULL };
    struct sx_fault fault = { 0 };

    assert_string_equal(sx_err_name(sx_offer_make(policy, provider, wishes, &fault, &offer)),
                        sx_err_name(expected));
    if (strstr(fault.text, word) == NULL)
        fail_msg("\"%s\" is not in: %s", word, fault.text);
    assert_null(offer.policy); /* untouched */
}

static void refuse_list(const struct sx_policy *policy, struct sx_provider *provider,
                        enum sx_alg_kind kind, const char *list, const char *word)
{
    struct sx_offer_wishes wishes = no_wishes;

    wishes.lists[kind] = list;
    refuse(policy, provider, &wishes, SX_ERR_POLICY_ALGORITHM, word);
}

/* --- The policy's own lists ------------------------------------------------------------------------ */

#define DEFAULT_KEX                                                                                \
    "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"        \
    "ecdh-sha2-nistp521,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,"              \
    "diffie-hellman-group14-sha256,diffie-hellman-group15-sha512,diffie-hellman-group17-sha512,"   \
    "diffie-hellman-group-exchange-sha256"
#define FIPS_KEX                                                                                   \
    "ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group16-sha512,"      \
    "diffie-hellman-group18-sha512,diffie-hellman-group14-sha256,"                                 \
    "diffie-hellman-group-exchange-sha256"
#define FIPS_USER_KEYS                                                                             \
    "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256"

/* ML-KEM came with OpenSSL 3.5, in the default provider and in the module. */
static bool has_ml_kem(struct sx_provider *provider)
{
    return sx_kex_is_available(provider, &sx_kex_mlkem768nistp256_sha256);
}

static void test_default_offers_all_of_its_policy(void **state)
{
    struct sx_offer offer = make(&sx_policy_default, providers_default(), &no_wishes);

    (void)state;
    assert_string_equal(names(&offer, SX_ALG_KEX),
                        has_ml_kem(providers_default())
                            ? "mlkem768x25519-sha256,mlkem768nistp256-sha256,"
                              "mlkem1024nistp384-sha384," DEFAULT_KEX
                            : DEFAULT_KEX);
    assert_string_equal(names(&offer, SX_ALG_CIPHER),
                        "aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,"
                        "aes128-ctr,chacha20-poly1305@openssh.com");
    assert_string_equal(names(&offer, SX_ALG_COMPRESSION), "none,zlib@openssh.com");
    assert_int_equal(offer.strict_kex, SX_STRICT_REJECT_AFFECTED);
    assert_int_equal(offer.dh_preferred_bits, 3072);
    assert_int_equal(offer.rekey_bytes, 1u << 30);
    assert_int_equal(offer.rekey_packets, 1u << 31);
    assert_int_equal(offer.rekey_seconds, 3600);
    assert_ptr_equal(offer.policy, &sx_policy_default);
    assert_ptr_equal(offer.provider, providers_default());
}

static void check_fips_offer(const struct test_provider *tp)
{
    struct sx_offer offer;

    if (!tp->is_fips)
        return;
    offer = make(&sx_policy_fips, tp->provider, &no_wishes);
    assert_string_equal(names(&offer, SX_ALG_KEX),
                        has_ml_kem(tp->provider)
                            ? "mlkem768nistp256-sha256,mlkem1024nistp384-sha384," FIPS_KEX
                            : FIPS_KEX);
    assert_int_equal(has_ml_kem(tp->provider),
                     strncmp(sx_provider_get_info(tp->provider)->version, "3.5", 3) == 0);
    assert_int_equal(
        strncmp(names(&offer, SX_ALG_HOST_KEY), FIPS_USER_KEYS ",", sizeof FIPS_USER_KEYS), 0);
    assert_string_equal(names(&offer, SX_ALG_USER_KEY), FIPS_USER_KEYS);
    assert_string_equal(names(&offer, SX_ALG_CIPHER),
                        "aes256-gcm@openssh.com,aes256-ctr,aes128-gcm@openssh.com,aes128-ctr");
    assert_string_equal(names(&offer, SX_ALG_MAC),
                        "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,"
                        "hmac-sha2-256,hmac-sha2-512");
}

static void test_fips_offers_all_of_its_policy_by_each_module(void **state)
{
    (void)state;
    for_each_provider(check_fips_offer);
}

/* The second lock: policy default on a FIPS module leaves out what the module lacks. */
static void check_second_lock(const struct test_provider *tp)
{
    struct sx_offer offer = make(&sx_policy_default, tp->provider, &no_wishes);
    bool has_x25519 = sx_kex_is_available(tp->provider, &sx_kex_curve25519_sha256);
    bool has_ed25519 = sx_sig_is_available(tp->provider, &sx_sig_ed25519);

    assert_int_equal(strstr(names(&offer, SX_ALG_KEX), "curve25519") != NULL, has_x25519);
    assert_int_equal(strstr(names(&offer, SX_ALG_HOST_KEY), "ed25519") != NULL, has_ed25519);
    if (!has_x25519) {
        refuse_list(&sx_policy_default, tp->provider, SX_ALG_KEX,
                    "ecdh-sha2-nistp256,curve25519-sha256", "doesn't have it");
        refuse_list(&sx_policy_default, tp->provider, SX_ALG_KEX, "^curve25519-sha256",
                    "doesn't have it");
        refuse_list(&sx_policy_default, tp->provider, SX_ALG_KEX, "+curve25519-sha256",
                    "doesn't have it");
    }
}

static void test_what_the_provider_lacks_is_left_out_or_named(void **state)
{
    (void)state;
    for_each_provider(check_second_lock);
}

static void test_fips_is_served_by_a_fips_provider_alone(void **state)
{
    (void)state;
    refuse(&sx_policy_fips, providers_default(), &no_wishes, SX_ERR_POLICY_PROVIDER,
           "provider default");
}

/* --- The user's lists ------------------------------------------------------------------------------ */

static void test_plain_list_replaces_and_orders(void **state)
{
    (void)state;
    assert_string_equal(with_list(SX_ALG_CIPHER, "aes128-ctr,aes256-ctr"), "aes128-ctr,aes256-ctr");
    assert_string_equal(with_list(SX_ALG_CIPHER, " aes128-ctr , aes256-ctr "),
                        "aes128-ctr,aes256-ctr");
    assert_string_equal(with_list(SX_ALG_CIPHER, "aes128-ctr,aes256-ctr,aes128-ctr"),
                        "aes128-ctr,aes256-ctr");
    assert_string_equal(with_list(SX_ALG_MAC, "hmac-sha2-512"), "hmac-sha2-512");
    assert_string_equal(with_list(SX_ALG_USER_KEY, "ssh-ed25519"), "ssh-ed25519");
    assert_string_equal(with_list(SX_ALG_HOST_KEY, "rsa-sha2-256"), "rsa-sha2-256");
    assert_string_equal(with_list(SX_ALG_KEX, "curve25519-sha256@libssh.org"),
                        "curve25519-sha256@libssh.org");
    assert_string_equal(with_list(SX_ALG_MAC, ""),
                        "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,"
                        "hmac-sha2-256,hmac-sha2-512");
}

static void test_caret_moves_to_the_front(void **state)
{
    (void)state;
    assert_string_equal(with_list(SX_ALG_CIPHER, "^aes128-ctr,aes192-ctr"),
                        "aes128-ctr,aes192-ctr,aes256-gcm@openssh.com,aes128-gcm@openssh.com,"
                        "aes256-ctr,chacha20-poly1305@openssh.com");
}

static void test_plus_adds_nothing_that_is_there_already(void **state)
{
    (void)state;
    assert_string_equal(with_list(SX_ALG_CIPHER, "+aes128-ctr"),
                        "aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,"
                        "aes128-ctr,chacha20-poly1305@openssh.com");
}

/* What is opt-in is offered by those who name it, by any mark, and by nobody else. */
static void test_opt_in_is_offered_when_it_is_named(void **state)
{
    (void)state;
    assert_string_equal(with_list(SX_ALG_COMPRESSION, ""), "none,zlib@openssh.com");
    assert_string_equal(with_list(SX_ALG_COMPRESSION, "+zlib"), "none,zlib@openssh.com,zlib");
    assert_string_equal(with_list(SX_ALG_COMPRESSION, "^zlib"), "zlib,none,zlib@openssh.com");
    assert_string_equal(with_list(SX_ALG_COMPRESSION, "zlib"), "zlib");
    assert_string_equal(with_list(SX_ALG_COMPRESSION, "-zlib"), "none,zlib@openssh.com");
    assert_string_equal(with_list(SX_ALG_COMPRESSION, "^zlib@openssh.com"),
                        "zlib@openssh.com,none");
}

static void test_minus_takes_away_by_pattern(void **state)
{
    (void)state;
    assert_string_equal(with_list(SX_ALG_CIPHER, "-*-ctr"),
                        "aes256-gcm@openssh.com,aes128-gcm@openssh.com,"
                        "chacha20-poly1305@openssh.com");
    assert_string_equal(with_list(SX_ALG_CIPHER, "-aes128*,aes192-ctr,unheard-of"),
                        "aes256-gcm@openssh.com,aes256-ctr,chacha20-poly1305@openssh.com");
    refuse_list(&sx_policy_default, providers_default(), SX_ALG_CIPHER, "-*", "no cipher");
}

static void test_list_that_makes_no_sense_is_refused(void **state)
{
    static const char *const lists[] = {
        ",", "aes128-ctr,", ",aes128-ctr", "aes128-ctr,,aes256-ctr", "+", "^", "-", "^,", " "
    };
    char longest[200];

    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        if (strcmp(lists[i], "-") == 0 || strcmp(lists[i], "+") == 0 || strcmp(lists[i], "^") == 0)
            refuse_list(&sx_policy_default, providers_default(), SX_ALG_CIPHER, lists[i],
                        "nothing behind");
        else
            refuse_list(&sx_policy_default, providers_default(), SX_ALG_CIPHER, lists[i], "empty");
    }
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    refuse_list(&sx_policy_default, providers_default(), SX_ALG_CIPHER, longest, "too long");
}

/* A name of policy fips that passes both locks. */
static const char *provided_name(struct sx_provider *provider, enum sx_alg_kind kind)
{
    struct sx_offer offer = make(&sx_policy_fips, provider, &no_wishes);

    return sx_offer_name(&offer, kind, 0);
}

/* The first lock: no list gets past the policy, however it is written. */
static void check_first_lock(const struct test_provider *tp)
{
    static const struct {
        enum sx_alg_kind kind;
        const char *name;
        const char *word; /* in the reason */
    } rows[] = {
        { SX_ALG_KEX, "curve25519-sha256", "SP 800-56A" },
        { SX_ALG_KEX, "curve25519-sha256@libssh.org", "SP 800-56A" },
        { SX_ALG_KEX, "diffie-hellman-group14-sha1", "SHA-1" },
        { SX_ALG_KEX, "diffie-hellman-group1-sha1", "1024 bits" },
        { SX_ALG_KEX, "diffie-hellman-group-exchange-sha1", "SHA-1" },
        { SX_ALG_KEX, "mlkem768x25519-sha256", "X25519" },
        { SX_ALG_KEX, "sntrup761x25519-sha512@openssh.com", "NTRU" },
        { SX_ALG_KEX, "diffie-hellman-group15-sha512", "no FIPS profile" },
        { SX_ALG_HOST_KEY, "x509v3-ssh-rsa", "SHA-1" },
        { SX_ALG_HOST_KEY, "x509v3-sign-dss", "withdrawn" },
        { SX_ALG_HOST_KEY, "ssh-ed25519-cert-v01@openssh.com", "FIPS 186-5" },
        { SX_ALG_COMPRESSION, "zlib", "signed on" },
        { SX_ALG_HOST_KEY, "ssh-ed25519", "FIPS 186-5" },
        { SX_ALG_HOST_KEY, "ssh-rsa", "rsa-sha2-256" },
        { SX_ALG_USER_KEY, "ssh-rsa", "rsa-sha2-256" },
        { SX_ALG_USER_KEY, "ssh-dss", "withdrawn" },
        { SX_ALG_CIPHER, "aes192-ctr", "STIG" },
        { SX_ALG_CIPHER, "aes256-cbc", "RFC 4251" },
        { SX_ALG_CIPHER, "3des-cbc", "RFC 4251" },
        { SX_ALG_CIPHER, "chacha20-poly1305@openssh.com", "not approved" },
        { SX_ALG_CIPHER, "none", "doesn't encrypt" },
        { SX_ALG_MAC, "hmac-sha1", "SHA-1" },
        { SX_ALG_MAC, "hmac-md5-96", "MD5" },
        { SX_ALG_MAC, "umac-128-etm@openssh.com", "UMAC" },
        { SX_ALG_MAC, "none", "protect" },
        { SX_ALG_CIPHER, "AES256-CTR", "no algorithm of this name" },
        { SX_ALG_CIPHER, "hmac-sha2-256", "no algorithm of this name" },
    };

    if (!tp->is_fips)
        return;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *good = provided_name(tp->provider, rows[i].kind);
        static const char *const forms[] = { "%s", "%s,%s", "+%s", "^%s", "^%s,%s" };

        for (size_t form = 0; form < sizeof forms / sizeof forms[0]; form++) {
            char list[200];

            if (strstr(forms[form], "%s,%s") != NULL)
                (void)snprintf(list, sizeof list, "%s%s,%s", forms[form][0] == '^' ? "^" : "", good,
                               rows[i].name);
            else
                (void)snprintf(list, sizeof list, "%.*s%s", (int)(strlen(forms[form]) - 2),
                               forms[form], rows[i].name);
            refuse_list(&sx_policy_fips, tp->provider, rows[i].kind, list, rows[i].word);
            refuse_list(&sx_policy_fips, tp->provider, rows[i].kind, list, "policy fips refuses");
        }
    }
}

static void test_no_list_gets_past_the_policy(void **state)
{
    (void)state;
    for_each_provider(check_first_lock);
}

static void test_name_in_a_refusal_is_escaped(void **state)
{
    (void)state;
    refuse_list(&sx_policy_default, providers_default(), SX_ALG_CIPHER, "a\033[2Jb\n", "\\x1b");
}

/* --- Settings -------------------------------------------------------------------------------------- */

static void test_settings_may_only_become_stricter(void **state)
{
    struct sx_offer_wishes wishes = no_wishes;
    struct sx_offer offer;

    (void)state;
    wishes.strict_kex = SX_STRICT_REQUIRE;
    wishes.rekey_bytes = 1 << 20;
    wishes.rekey_seconds = 60;
    offer = make(&sx_policy_default, providers_default(), &wishes);
    assert_int_equal(offer.strict_kex, SX_STRICT_REQUIRE);
    assert_int_equal(offer.rekey_bytes, 1 << 20);
    assert_int_equal(offer.rekey_seconds, 60);

    wishes = no_wishes;
    wishes.strict_kex = SX_STRICT_OFF;
    refuse(&sx_policy_default, providers_default(), &wishes, SX_ERR_POLICY_SETTING, "level 1");
    wishes.strict_kex = 4;
    refuse(&sx_policy_default, providers_default(), &wishes, SX_ERR_POLICY_SETTING, "0 to 3");
    wishes = no_wishes;
    wishes.rekey_bytes = (1u << 30) + 1;
    refuse(&sx_policy_default, providers_default(), &wishes, SX_ERR_POLICY_SETTING, "1073741824");
    wishes = no_wishes;
    wishes.rekey_seconds = 3601;
    refuse(&sx_policy_default, providers_default(), &wishes, SX_ERR_POLICY_SETTING, "3600");
    wishes = no_wishes;
    wishes.dh_preferred_bits = 2047;
    refuse(&sx_policy_default, providers_default(), &wishes, SX_ERR_POLICY_SETTING, "2048");
    wishes.dh_preferred_bits = 8193;
    refuse(&sx_policy_default, providers_default(), &wishes, SX_ERR_POLICY_SETTING, "8192");
    wishes.dh_preferred_bits = 4096;
    offer = make(&sx_policy_default, providers_default(), &wishes);
    assert_int_equal(offer.dh_preferred_bits, 4096);
}

/* The interface's default, 1, may be set under default, whose own is 2. */
static void test_strict_level_goes_down_to_the_least(void **state)
{
    struct sx_offer_wishes wishes = no_wishes;

    (void)state;
    wishes.strict_kex = SX_STRICT_OFFER;
    assert_int_equal(make(&sx_policy_default, providers_default(), &wishes).strict_kex,
                     SX_STRICT_OFFER);
#if SX_LEGACY
    wishes.strict_kex = SX_STRICT_OFF;
    assert_int_equal(make(&sx_policy_compat, providers_default(), &wishes).strict_kex,
                     SX_STRICT_OFF);
#endif
}

/* An AEAD needs no MAC: niap and cnsa1 offer none, and that is no empty list of a user's making. */
static void check_no_macs(const struct test_provider *tp)
{
    struct sx_offer offer;

    if (!tp->is_fips)
        return;
    offer = make(&sx_policy_niap, tp->provider, &no_wishes);
    assert_string_equal(names(&offer, SX_ALG_MAC), "");
    assert_string_equal(names(&offer, SX_ALG_CIPHER), "aes256-gcm@openssh.com");
    offer = make(&sx_policy_cnsa1, tp->provider, &no_wishes);
    assert_string_equal(names(&offer, SX_ALG_MAC), "");
    refuse_list(&sx_policy_niap, tp->provider, SX_ALG_MAC, "hmac-sha2-512", "no other mechanisms");
    refuse_list(&sx_policy_stig, tp->provider, SX_ALG_MAC, "-*", "no MAC");
}

static void test_macs_may_be_none_where_ciphers_authenticate(void **state)
{
    (void)state;
    for_each_provider(check_no_macs);
}

static void test_names_that_do_not_fit_are_an_error(void **state)
{
    struct sx_offer offer = make(&sx_policy_default, providers_default(), &no_wishes);
    const char *all = names(&offer, SX_ALG_MAC);
    size_t need = strlen(all) + 1;
    char text[1024];

    (void)state;
    for (size_t cap = 0; cap < need; cap++)
        assert_int_equal(sx_offer_names(&offer, SX_ALG_MAC, text, cap), SX_ERR_SPACE);
    assert_int_equal(sx_offer_names(&offer, SX_ALG_MAC, text, need), SX_OK);
    assert_string_equal(text, all);
}

/* --- Explanations ---------------------------------------------------------------------------------- */

static void test_explanation_names_the_lock(void **state)
{
    char text[512];

    (void)state;
    assert_true(
        sx_policy_explain(&sx_policy_fips, NULL, SX_ALG_CIPHER, "aes256-ctr", text, sizeof text));
    assert_non_null(strstr(text, "policy fips allows the cipher algorithm aes256-ctr"));
    assert_non_null(strstr(text, "preference 2"));
    assert_false(
        sx_policy_explain(&sx_policy_fips, NULL, SX_ALG_CIPHER, "aes192-ctr", text, sizeof text));
    assert_non_null(strstr(text, "policy fips refuses"));
    assert_false(sx_policy_explain(&sx_policy_fips, providers_default(), SX_ALG_CIPHER,
                                   "aes256-ctr", text, sizeof text));
    assert_non_null(strstr(text, "provider default may not serve policy fips"));
    assert_true(sx_policy_explain(&sx_policy_default, providers_default(), SX_ALG_KEX,
                                  "curve25519-sha256", text, sizeof text));
    assert_non_null(strstr(text, "provider: default (version "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_offers_all_of_its_policy),
        cmocka_unit_test(test_fips_offers_all_of_its_policy_by_each_module),
        cmocka_unit_test(test_what_the_provider_lacks_is_left_out_or_named),
        cmocka_unit_test(test_fips_is_served_by_a_fips_provider_alone),
        cmocka_unit_test(test_plain_list_replaces_and_orders),
        cmocka_unit_test(test_caret_moves_to_the_front),
        cmocka_unit_test(test_plus_adds_nothing_that_is_there_already),
        cmocka_unit_test(test_opt_in_is_offered_when_it_is_named),
        cmocka_unit_test(test_minus_takes_away_by_pattern),
        cmocka_unit_test(test_list_that_makes_no_sense_is_refused),
        cmocka_unit_test(test_no_list_gets_past_the_policy),
        cmocka_unit_test(test_name_in_a_refusal_is_escaped),
        cmocka_unit_test(test_settings_may_only_become_stricter),
        cmocka_unit_test(test_strict_level_goes_down_to_the_least),
        cmocka_unit_test(test_macs_may_be_none_where_ciphers_authenticate),
        cmocka_unit_test(test_names_that_do_not_fit_are_an_error),
        cmocka_unit_test(test_explanation_names_the_lock),
    };

    return cmocka_run_group_tests_name("policy/offer", tests, NULL, NULL);
}
