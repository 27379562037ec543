/* Offers: both locks, limits, and what is said of one name. */
#include "unit/policy/offer_checks.h"

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
#define FIPS_USER_CERTS                                                                            \
    "ecdsa-sha2-nistp256-cert-v01@openssh.com,ecdsa-sha2-nistp384-cert-v01@openssh.com,"           \
    "ecdsa-sha2-nistp521-cert-v01@openssh.com,rsa-sha2-512-cert-v01@openssh.com,"                  \
    "rsa-sha2-256-cert-v01@openssh.com"

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
    assert_string_equal(names(&offer, SX_ALG_USER_KEY), FIPS_USER_KEYS "," FIPS_USER_CERTS);
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
        cmocka_unit_test(test_settings_may_only_become_stricter),
        cmocka_unit_test(test_strict_level_goes_down_to_the_least),
        cmocka_unit_test(test_macs_may_be_none_where_ciphers_authenticate),
        cmocka_unit_test(test_names_that_do_not_fit_are_an_error),
        cmocka_unit_test(test_explanation_names_the_lock),
    };

    return cmocka_run_group_tests_name("policy/offer", tests, NULL, NULL);
}
