/* What the machine's rules come to: the choice and its lock, the floor, and what a policy becomes. */
#include "unit/policy/machine_box.h"

/* --- The choice ------------------------------------------------------------------------------------ */

static void test_unlocked_choice_is_a_default(void **state)
{
    (void)state;
    load_site("policy = stig\n");
    assert_ptr_equal(sx_machine_policy(&machine), &sx_policy_stig);
    for (size_t i = 0; sx_policies[i] != NULL; i++)
        expect_choice(sx_policies[i], NULL);
}

static void test_locked_choice_is_the_only_one(void **state)
{
    (void)state;
    load_site("policy = stig\nlock = yes\n");
    for (size_t i = 0; sx_policies[i] != NULL; i++)
        expect_choice(sx_policies[i], sx_policies[i] == &sx_policy_stig ? NULL : box.site);
    load_site("lock = yes\n");
    assert_ptr_equal(sx_machine_policy(&machine), &sx_policy_default);
    expect_choice(&sx_policy_fips, "locks policy default");
}

static void test_site_narrows_its_policy(void **state)
{
    const struct sx_policy *policy;

    (void)state;
    load_site("policy = fips\nciphers = aes256-gcm@openssh.com\nkex = -mlkem*\n"
              "strict-kex = 3\nrsa-min-bits = 4096\nallow-token = no\n");
    policy = narrow(&sx_policy_fips);
    assert_string_equal(policy->name, "fips");
    assert_string_equal(names(policy, SX_ALG_CIPHER), "aes256-gcm@openssh.com");
    assert_string_equal(sx_policy_list_name(policy, SX_ALG_KEX, 0), "ecdh-sha2-nistp256");
    assert_int_equal(policy->strict_kex_min, SX_STRICT_REQUIRE);
    assert_int_equal(policy->rsa_min_bits, 4096);
    assert_false(policy->may_use_token);
    assert_non_null(strstr(policy->narrowed_by, box.site));
}

/* Its limits and locks hold for what an application chooses instead; its lists filter that. */
static void test_site_narrows_what_is_chosen_instead(void **state)
{
    const struct sx_policy *policy, *out;
    struct sx_fault fault = { 0 };

    (void)state;
    load_site("policy = default\nciphers = chacha20-poly1305@openssh.com,aes256-ctr\n"
              "allow-kerberos = no\nrekey-seconds = 60\n");
    policy = narrow(&sx_policy_fips);
    assert_string_equal(names(policy, SX_ALG_CIPHER), "aes256-ctr");
    assert_int_equal(policy->rekey_seconds, 60);
    assert_false(policy->may_use_kerberos);
    assert_int_equal(sx_machine_narrow(&machine, &sx_policy_niap, &fault, &room, &out),
                     SX_ERR_POLICY_ALGORITHM);
    assert_non_null(strstr(fault.text, "no cipher algorithm is left"));
}

/* --- The kernel ------------------------------------------------------------------------------------ */

static void test_kernel_makes_fips_the_floor(void **state)
{
    (void)state;
    put(box.kernel, "1\n");
    load();
    assert_true(machine.is_kernel_fips);
    assert_ptr_equal(sx_machine_policy(&machine), &sx_policy_fips);
    for (size_t i = 0; sx_policies[i] != NULL; i++)
        expect_choice(sx_policies[i],
                      sx_policies[i]->is_approved_only ? NULL : "the kernel is in FIPS mode");
    put(box.kernel, "0\n");
    load();
    assert_false(machine.is_kernel_fips);
    expect_choice(&sx_policy_default, NULL);
}

static void test_floor_lifts_the_site_but_not_beyond(void **state)
{
    (void)state;
    put(box.kernel, "1\n");
    load_site("policy = default\nlock = yes\nciphers = chacha20-poly1305@openssh.com,aes256-ctr\n");
    assert_ptr_equal(sx_machine_policy(&machine), &sx_policy_fips);
    expect_choice(&sx_policy_fips, NULL);
    expect_choice(&sx_policy_default, "locks policy fips");
    assert_string_equal(names(narrow(&sx_policy_fips), SX_ALG_CIPHER), "aes256-ctr");
    load_site("policy = niap\n");
    assert_ptr_equal(sx_machine_policy(&machine), &sx_policy_niap);
    refuse_site("policy = default\nprovider = default\n", "may not serve policy fips");
}

static void test_kernel_switch_that_can_not_be_read_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(mkdir(box.kernel, 0755), 0);
    refuse("fips_enabled");
    assert_int_equal(rmdir(box.kernel), 0);
}

/* --- crypto-policies ------------------------------------------------------------------------------- */

static const char lists_of_openssh[] = "Ciphers aes256-gcm@openssh.com,aes256-cbc,aes128-ctr\n"
                                       "MACs hmac-sha2-256,hmac-sha1\n"
                                       "GSSAPIKeyExchange no\n"
                                       "KexAlgorithms ecdh-sha2-nistp384,sntrup761x25519-sha512\n"
                                       "RequiredRSASize 3072\n";

static void test_system_narrows_default(void **state)
{
    const struct sx_policy *policy;

    (void)state;
    put(box.lists, lists_of_openssh);
    load_site("policy = system\nkex = ecdh-sha2-nistp384\nmacs = hmac-sha2-256\n");
    assert_true(machine.has_system);
    assert_ptr_equal(sx_machine_policy(&machine), &sx_policy_default);
    policy = narrow(&sx_policy_default);
    assert_string_equal(names(policy, SX_ALG_CIPHER), "aes256-gcm@openssh.com,aes128-ctr");
    assert_string_equal(names(policy, SX_ALG_MAC), "hmac-sha2-256");
    assert_string_equal(names(policy, SX_ALG_KEX), "ecdh-sha2-nistp384");
    assert_int_equal(policy->rsa_min_bits, 3072);
    /* what was chosen instead, it doesn't touch */
    assert_string_equal(names(narrow(&sx_policy_stig), SX_ALG_CIPHER),
                        names(&sx_policy_stig, SX_ALG_CIPHER));
}

/* The site's own list comes on top, and may only name what the system left. */
static void test_site_narrows_what_the_system_left(void **state)
{
    (void)state;
    put(box.lists, lists_of_openssh);
    refuse_site("policy = system\nciphers = aes256-ctr\n", "crypto-policies");
}

static void test_machine_without_crypto_policies_has_default(void **state)
{
    (void)state;
    load_site("policy = system\n");
    assert_false(machine.has_system);
    assert_ptr_equal(sx_machine_policy(&machine), &sx_policy_default);
    assert_string_equal(names(narrow(&sx_policy_default), SX_ALG_CIPHER),
                        names(&sx_policy_default, SX_ALG_CIPHER));
}

static void test_system_lists_must_be_safe_and_sound(void **state)
{
    (void)state;
    put(box.lists, "GSSAPIKeyExchange no\n");
    refuse_site("policy = system\n", "no list of algorithms");
    put(box.lists, lists_of_openssh);
    assert_int_equal(chmod(box.lists, 0666), 0);
    refuse_site("policy = system\n", "can be written by others");
    put(box.lists, "Ciphers aes256-cbc\n");
    refuse_site("policy = system\n", "no cipher algorithm is left");
    /* and when nobody follows them, nobody asks */
    load_site("policy = default\n");
}

/* The back end is a link into the system's own files. */
static void test_system_lists_may_be_a_link(void **state)
{
    char target[160];

    (void)state;
    (void)snprintf(target, sizeof target, "%s.target", box.lists);
    put(target, lists_of_openssh);
    assert_int_equal(symlink(target, box.lists), 0);
    load_site("policy = system\n");
    assert_true(machine.has_system);
    assert_int_equal(unlink(target), 0);
    load_site("policy = system\n"); /* dangling: the machine has none */
    assert_false(machine.has_system);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOX(test_unlocked_choice_is_a_default),
        IN_BOX(test_locked_choice_is_the_only_one),
        IN_BOX(test_site_narrows_its_policy),
        IN_BOX(test_site_narrows_what_is_chosen_instead),
        IN_BOX(test_kernel_makes_fips_the_floor),
        IN_BOX(test_floor_lifts_the_site_but_not_beyond),
        IN_BOX(test_kernel_switch_that_can_not_be_read_is_an_error),
        IN_BOX(test_system_narrows_default),
        IN_BOX(test_site_narrows_what_the_system_left),
        IN_BOX(test_machine_without_crypto_policies_has_default),
        IN_BOX(test_system_lists_must_be_safe_and_sound),
        IN_BOX(test_system_lists_may_be_a_link),
    };

    return cmocka_run_group_tests_name("policy/machine", tests, NULL, NULL);
}
