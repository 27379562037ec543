/* The machine's files: safe and unsafe ones, and what makes no sense. */
#include "unit/policy/machine_box.h"

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

static void test_paths_of_the_library_are_the_system_s(void **state)
{
    const struct sx_machine_paths *paths = sx_machine_paths();

    (void)state;
    assert_string_equal(paths->site, "/etc/sexec/policy.conf");
    assert_string_equal(paths->kernel_fips, "/proc/sys/crypto/fips_enabled");
    assert_string_equal(paths->system_lists, "/etc/crypto-policies/back-ends/openssh.config");
    assert_int_equal(paths->owner, 0);
}

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
        cmocka_unit_test(test_paths_of_the_library_are_the_system_s),
    };

    return cmocka_run_group_tests_name("policy/machine_file", tests, NULL, NULL);
}
