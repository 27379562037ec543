/* The section file of a FIPS module: what is accepted, and every other line by its name. */
#include "unit/crypto/module_checks.h"

#include <sys/stat.h>
#include <unistd.h>

static void write_config(const struct module_copy *copy, const char *text)
{
    file_write(copy->config, text, strlen(text));
}

static void check_missing_config(struct module_copy *copy)
{
    assert_int_equal(unlink(copy->config), 0);
    /* the system's own is the next choice; it may exist, but not for this file */
    refuse(copy->dir, NULL, "fipsmodule.cnf", "config");
    refuse(copy->dir, "/nowhere/at/all.cnf", "/nowhere/at/all.cnf", "openssl fipsinstall");
    refuse(copy->dir, copy->dir, "regular file", copy->dir);
    assert_int_equal(mkfifo(copy->config, 0600), 0);
    refuse(copy->dir, copy->config, "regular file", copy->config); /* and doesn't hang */
}

static void test_missing_config_says_what_where_and_how(void **state)
{
    (void)state;
    for_each_copy(check_missing_config);
}

static void check_config_too_long(struct module_copy *copy)
{
    char *text = sx_alloc(20000);

    assert_non_null(text);
    memset(text, '\n', 20000);
    file_write(copy->config, text, 20000);
    sx_free(text);
    refuse(copy->dir, NULL, "at most", copy->config);
}

static void test_config_of_any_length_is_not_read(void **state)
{
    (void)state;
    for_each_copy(check_config_too_long);
}

static void check_sections(struct module_copy *copy)
{
    char mac[512];
    char text[2048];

    mac_line(copy, mac, sizeof mac);
    write_config(copy, "");
    refuse(copy->dir, NULL, "no section fips_sect", copy->config);
    write_config(copy, "[fips_sect]\nsecurity-checks = 1\n");
    refuse(copy->dir, NULL, "no module-mac", copy->config);
    (void)snprintf(text, sizeof text, "%s\n[other]\nx = 1\n", mac); /* outside of any section */
    write_config(copy, text);
    refuse(copy->dir, NULL, "no section fips_sect", copy->config);
    (void)snprintf(text, sizeof text, "[one]\n%s\n[two]\n%s\n", mac, mac);
    write_config(copy, text);
    refuse(copy->dir, NULL, "more than one", copy->config);
    /* the MAC of a section that isn't the module's doesn't count */
    (void)snprintf(text, sizeof text, "[fips_sect]\nsecurity-checks = 1\n[two]\n%s\n", mac);
    write_config(copy, text);
    refuse(copy->dir, NULL, "no module-mac", copy->config);
}

static void test_config_without_the_section_is_refused(void **state)
{
    (void)state;
    for_each_copy(check_sections);
}

struct bad_line {
    const char *line;
    const char *word; /* in the refusal */
};

static void check_lines(struct module_copy *copy)
{
    static const struct bad_line lines[] = {
        { "activate = 1", "activate" },
        { "activate = 0", "activate" },
        { "activate=yes", "activate" },
        { "module = /tmp/other.so", "plain" },
        { "module = other", "\"module = other\"" },
        { "identity = default", "identity" },
        { "soft_load = 1", "plain" },
        { "1.activate = 1", "plain" },
        { "fips_sect::activate = 1", "plain" },
        { ".include /etc/ssl/openssl.cnf", "plain" },
        { ".include = /etc/ssl/openssl.cnf", "plain" },
        { ".pragma = dollarid:on", "plain" },
        { "x = $ENV::HOME", "plain" },
        { "x = ${other::y}", "plain" },
        { "x = \"1\"", "plain" },
        { "x = 1 \\", "plain" },
        { "x = 1 # really", "plain" },
        { "x", "plain" },
        { "= 1", "plain" },
        { "x =", "plain" },
        { "; comment", "plain" },
        { "x = \033[31mred", "\\x1b" },
        { "security-checks = 1", "twice" },
        { "security-check2 = 0", "switches a check off" },
    };
    size_t n = 0;
    char *text = file_read(copy->config, &n);

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        append_config(copy, lines[i].line);
        refuse(copy->dir, NULL, lines[i].word, copy->config);
        file_write(copy->config, text, n);
    }
    sx_free(text);
    sx_provider_close(accept(copy->dir, NULL));
}

static void test_config_with_any_other_line_is_refused_by_name(void **state)
{
    (void)state;
    for_each_copy(check_lines);
}

static void check_nul(struct module_copy *copy)
{
    size_t n = 0;
    char *text = file_read(copy->config, &n);
    static const char line[] = "x\0 = 1\n";
    char *all = sx_alloc(n + sizeof line);

    assert_non_null(all);
    memcpy(all, text, n);
    memcpy(all + n, line, sizeof line - 1);
    file_write(copy->config, all, n + sizeof line - 1);
    refuse(copy->dir, NULL, "\\x00", copy->config);
    sx_free(all);
    sx_free(text);
}

static void test_config_with_a_nul_is_refused(void **state)
{
    (void)state;
    for_each_copy(check_nul);
}

/* What a person or another tool may well have written, and what changes nothing. */
static void check_good_forms(struct module_copy *copy)
{
    static const char rest[] = "\n# a comment\n\n[other]\nactivate = 1\n.include /nowhere\n";
    char mac[512];
    char text[4096];
    size_t n = 0;
    char *own;

    mac_line(copy, mac, sizeof mac);
    own = file_read(copy->config, &n);
    append_config(copy, rest); /* other sections are nobody's business */
    sx_provider_close(accept(copy->dir, NULL));

    /* another name for the section, Windows line ends, blanks */
    (void)snprintf(text, sizeof text, "[ my module ]\r\n%s", own + strlen("[fips_sect]\n"));
    write_config(copy, text);
    sx_provider_close(accept(copy->dir, copy->config));
    sx_free(own);
}

static void test_config_in_other_clothes_is_accepted(void **state)
{
    (void)state;
    for_each_copy(check_good_forms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_missing_config_says_what_where_and_how),
        cmocka_unit_test(test_config_of_any_length_is_not_read),
        cmocka_unit_test(test_config_without_the_section_is_refused),
        cmocka_unit_test(test_config_with_any_other_line_is_refused_by_name),
        cmocka_unit_test(test_config_with_a_nul_is_refused),
        cmocka_unit_test(test_config_in_other_clothes_is_accepted),
    };

    return cmocka_run_group_tests_name("crypto/provider_config", tests, NULL, NULL);
}
