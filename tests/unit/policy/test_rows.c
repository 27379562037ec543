/* A user's list: what it may say, what it comes to, and that none gets past the policy. */
#include "unit/policy/offer_checks.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_list_replaces_and_orders),
        cmocka_unit_test(test_caret_moves_to_the_front),
        cmocka_unit_test(test_plus_adds_nothing_that_is_there_already),
        cmocka_unit_test(test_opt_in_is_offered_when_it_is_named),
        cmocka_unit_test(test_minus_takes_away_by_pattern),
        cmocka_unit_test(test_list_that_makes_no_sense_is_refused),
        cmocka_unit_test(test_no_list_gets_past_the_policy),
        cmocka_unit_test(test_name_in_a_refusal_is_escaped),
    };

    return cmocka_run_group_tests_name("policy/rows", tests, NULL, NULL);
}
