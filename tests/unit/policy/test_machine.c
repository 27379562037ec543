/* The machine's rules, from files: safe and unsafe, locked and not, and what a policy becomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "policy/machine.h"
#include "support/providers.h"

/* A machine of the test's own: all its files in one folder. */
struct box {
    char folder[64];
    char site[128];
    char kernel[128];
    char lists[128];
    struct sx_machine_paths paths;
};

static struct box box;
static struct sx_machine machine;
static struct sx_machine_room room;

static int make_box(void **state)
{
    (void)state;
    (void)snprintf(box.folder, sizeof box.folder, "/tmp/sexec-machine.XXXXXX");
    assert_non_null(mkdtemp(box.folder));
    assert_int_equal(chmod(box.folder, 0755), 0);
    (void)snprintf(box.site, sizeof box.site, "%s/policy.conf", box.folder);
    (void)snprintf(box.kernel, sizeof box.kernel, "%s/fips_enabled", box.folder);
    (void)snprintf(box.lists, sizeof box.lists, "%s/openssh.config", box.folder);
    box.paths = (struct sx_machine_paths){ box.site, box.kernel, box.lists, geteuid() };
    return 0;
}

static int drop_box(void **state)
{
    (void)state;
    (void)chmod(box.folder, 0755);
    (void)unlink(box.site);
    (void)rmdir(box.site);
    (void)unlink(box.kernel);
    (void)unlink(box.lists);
    return rmdir(box.folder);
}

static void put(const char *path, const char *text)
{
    file_write(path, text, strlen(text));
    assert_int_equal(chmod(path, 0644), 0);
}

static void load(void)
{
    struct sx_fault fault = { 0 };

    if (sx_machine_load(&box.paths, &fault, &machine) != SX_OK)
        fail_msg("not loaded: %s", fault.text);
}

static void load_site(const char *text)
{
    put(box.site, text);
    load();
}

static void refuse(const char *word)
{
    struct sx_fault fault = { 0 };
    enum sx_err err;

    memset(&machine, 0x5a, sizeof machine);
    err = sx_machine_load(&box.paths, &fault, &machine);
    if (err != SX_ERR_POLICY_SETTING && err != SX_ERR_POLICY_ALGORITHM)
        fail_msg("err %s: %s", sx_err_name(err), fault.text);
    if (strstr(fault.text, word) == NULL)
        fail_msg("\"%s\" is not in: %s", word, fault.text);
    assert_int_equal(((const unsigned char *)&machine)[0], 0x5a); /* untouched */
}

static void refuse_site(const char *text, const char *word)
{
    put(box.site, text);
    refuse(word);
}

static const struct sx_policy *narrow(const struct sx_policy *policy)
{
    const struct sx_policy *out = NULL;
    struct sx_fault fault = { 0 };

    if (sx_machine_narrow(&machine, policy, &fault, &room, &out) != SX_OK)
        fail_msg("not narrowed: %s", fault.text);
    return out;
}

static const char *names(const struct sx_policy *policy, enum sx_alg_kind kind)
{
    static char text[2048];

    assert_int_equal(sx_policy_wish_names(policy, kind, "", text, sizeof text), SX_OK);
    return text;
}

static void expect_choice(const struct sx_policy *policy, const char *refusal)
{
    struct sx_fault fault = { 0 };
    enum sx_err err = sx_machine_check(&machine, policy, &fault);

    if (refusal == NULL) {
        assert_int_equal(err, SX_OK);
        return;
    }
    assert_int_equal(err, SX_ERR_POLICY_SETTING);
    if (strstr(fault.text, refusal) == NULL)
        fail_msg("\"%s\" is not in: %s", refusal, fault.text);
}

/* --- The file -------------------------------------------------------------------------------------- */

static void test_missing_file_says_nothing(void **state)
{
    (void)state;
    load();
    assert_false(machine.has_site);
    assert_false(machine.is_kernel_fips);
    assert_ptr_equal(sx_machine_policy(&machine), &sx_policy_default);
    assert_ptr_equal(narrow(&sx_policy_niap), &sx_policy_niap); /* the very table */
    expect_choice(&sx_policy_fips, NULL);
    /* nor does a missing folder */
    box.paths.site = "/nonexistent/sexec/policy.conf";
    load();
    assert_false(machine.has_site);
}

static void test_file_that_others_can_write_is_refused(void **state)
{
    static const mode_t bad[] = { 0666, 0646, 0664, 0620, 0602, 0777 };
    static const mode_t good[] = { 0644, 0600, 0400, 0444, 0755 };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        put(box.site, "policy = fips\n");
        assert_int_equal(chmod(box.site, bad[i]), 0);
        refuse("can be written by others");
        refuse("nothing connects");
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        put(box.site, "policy = fips\n");
        assert_int_equal(chmod(box.site, good[i]), 0);
        load();
        assert_string_equal(machine.site.policy, "fips");
    }
}

/* Whoever can write the folder can put another file in its place, or take it away. */
static void test_folder_that_others_can_write_is_refused(void **state)
{
    (void)state;
    put(box.site, "policy = fips\n");
    assert_int_equal(chmod(box.folder, 0775), 0);
    refuse("can be written by others");
    assert_int_equal(chmod(box.folder, 01777), 0);
    refuse("can be written by others");
    assert_int_equal(unlink(box.site), 0);
    refuse("can be written by others"); /* the missing file may have been taken away */
    assert_int_equal(chmod(box.folder, 0755), 0);
    load();
}

static void test_file_of_another_owner_is_refused(void **state)
{
    (void)state;
    put(box.site, "policy = fips\n");
    box.paths.owner = geteuid() + 1;
    refuse("belongs to user");
    if (geteuid() != 0)
        return; /* only root can give a file away; the rest of the case was shown above */
    box.paths.owner = 0;
    load();
    assert_int_equal(chown(box.site, 12345, (gid_t)-1), 0);
    refuse("belongs to user 12345, not to user 0");
    assert_int_equal(chown(box.site, 0, (gid_t)-1), 0);
    assert_int_equal(chown(box.folder, 12345, (gid_t)-1), 0);
    refuse("belongs to user 12345");
    assert_int_equal(chown(box.folder, 0, (gid_t)-1), 0);
}

static void test_what_is_no_regular_file_is_refused(void **state)
{
    (void)state;
    put(box.lists, "policy = fips\n");
    assert_int_equal(symlink(box.lists, box.site), 0);
    refuse("symbolic link");
    assert_int_equal(unlink(box.site), 0);
    assert_int_equal(mkfifo(box.site, 0600), 0);
    refuse("no regular file"); /* and nobody waits for its other end */
    assert_int_equal(unlink(box.site), 0);
    assert_int_equal(mkdir(box.site, 0755), 0);
    refuse("no regular file");
}

static void test_file_that_is_too_large_is_refused(void **state)
{
    static char text[SX_SITE_BYTES_MAX + 2];

    (void)state;
    memset(text, '#', sizeof text);
    text[SX_SITE_BYTES_MAX] = '\n';
    text[SX_SITE_BYTES_MAX + 1] = '\0';
    refuse_site(text, "too large");
}

static void test_file_that_makes_no_sense_is_refused(void **state)
{
    (void)state;
    refuse_site("policy = fips\nlock\n", "line 2");
    refuse_site("policy = fipps\n", "no policy \"fipps\"");
    refuse_site("policy = fips\nprovider = default\n",
                "provider default may not serve policy fips");
    refuse_site("policy = fips\nciphers = aes256-cbc\n", "CBC in SSH");
    refuse_site("policy = fips\nciphers = -aes256-crt\n", "aes256-crt");
    refuse_site("policy = fips\nmacs = -*\n", "no MAC algorithm is left");
    refuse_site("ciphers = chacha20-poly1305@openssh.com,aes256-cbc\n", "aes256-cbc");
}

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

static void test_paths_of_the_library_are_the_system_s(void **state)
{
    const struct sx_machine_paths *paths = sx_machine_paths();

    (void)state;
    assert_string_equal(paths->site, "/etc/sexec/policy.conf");
    assert_string_equal(paths->kernel_fips, "/proc/sys/crypto/fips_enabled");
    assert_string_equal(paths->system_lists, "/etc/crypto-policies/back-ends/openssh.config");
    assert_int_equal(paths->owner, 0);
}

#define IN_BOX(test) cmocka_unit_test_setup_teardown(test, make_box, drop_box)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOX(test_missing_file_says_nothing),
        IN_BOX(test_file_that_others_can_write_is_refused),
        IN_BOX(test_folder_that_others_can_write_is_refused),
        IN_BOX(test_file_of_another_owner_is_refused),
        IN_BOX(test_what_is_no_regular_file_is_refused),
        IN_BOX(test_file_that_is_too_large_is_refused),
        IN_BOX(test_file_that_makes_no_sense_is_refused),
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
        cmocka_unit_test(test_paths_of_the_library_are_the_system_s),
    };

    return cmocka_run_group_tests_name("policy/machine", tests, NULL, NULL);
}
