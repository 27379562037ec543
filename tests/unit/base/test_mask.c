/* Commands with secrets in them: the secrets are covered, and nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mask.h"
#include "base/memory.h"

static const struct {
    const char *command;
    const char *masked;
} rows[] = {
    { "", "" },
    { "ls -l /tmp", "ls -l /tmp" },
    { "backup --password=geheim --all", "backup --password=**** --all" },
    { "backup --password geheim --all", "backup --password **** --all" },
    { "backup --password='two words' x", "backup --password=**** x" },
    { "backup --password \"two \\\" words\" x", "backup --password **** x" },
    { "backup --password", "backup --password" },
    { "backup --password -geheim x", "backup --password **** x" },
    { "backup --password --token geheim x", "backup --password **** **** x" },
    { "backup --password \\\n geheim x", "backup --password \\\n **** x" },
    { "PGPASSWORD=geheim psql -h db", "PGPASSWORD=**** psql -h db" },
    { "env API_TOKEN=abc run; echo ok", "env API_TOKEN=**** run; echo ok" },
    { "mysql -u root -pgeheim shop", "mysql -u root -p**** shop" },
    { "mysqldump -p shop", "mysqldump -p shop" },
    { "cp -pr a b", "cp -pr a b" },
    { "sshpass -p geheim ssh x", "sshpass -p **** ssh x" },
    { "curl https://me:geheim@h.example/x", "curl https://me:****@h.example/x" },
    { "curl https://h.example:8080/a@b", "curl https://h.example:8080/a@b" },
    { "curl -H 'Authorization: Bearer abc.def' u", "curl -H 'Authorization: Bearer ****' u" },
    { "curl -H \"X-Api-Key=abc\" u", "curl -H \"X-Api-Key=**** u" },
    { "curl -H\"Authorization: Bearer abc\" u", "curl -H\"Authorization: Bearer ****\" u" },
    { "curl -H Authorization:\\ Bearer\\ abc u", "curl -H Authorization:\\ Bearer\\ **** u" },
    { "curl -H 'X-Auth-Token: abc' u", "curl -H 'X-Auth-Token: ****' u" },
    { "curl -H 'X-Auth-Token:abc d' u", "curl -H 'X-Auth-Token:**** d' u" },
    { "curl -u me:geheim u", "curl -u **** u" },
    { "/usr/bin/curl --user=me:geheim u", "/usr/bin/curl --user=**** u" },
    { "git clone https://me:p@ss@h/x", "git clone https://me:****@h/x" },
    { "mysql \\\n-pgeheim", "mysql \\\n-p****" },
    { "MYSQL_PWD=a DB_PASS='b c' --pass d", "MYSQL_PWD=**** DB_PASS=**** --pass ****" },
    { "openssl rsa -passin pass:geheim", "openssl rsa -passin ****" },
    { "ldapsearch -w geheim -x", "ldapsearch -w **** -x" },
    { "redis-cli -ageheim ping", "redis-cli -a**** ping" },
    { "7z a -pgeheim x", "7z a -p**** x" },
    { "sh -c 'mysql -pgeheim x'", "sh -c 'mysql -p**** x'" },
    { "echo \"a b\" --name='c d'", "echo \"a b\" --name='c d'" },
    { "a;SECRET=x;b", "a;SECRET=****;b" },
    { "(PASSWORD=x run)&", "(PASSWORD=**** run)&" },
    { "PASSWORD= run", "PASSWORD=**** run" },
    { "say 'it is fine'", "say 'it is fine'" },
    { "tab\tand\nline", "tab\tand\nline" },
};

static const struct sx_mask_rules site = { "*-pin, db?key",
                                           "vault-login:-w, tool*:--code, hush:*" };

static const struct {
    const char *command;
    const char *masked;
} site_rows[] = {
    { "card --user-pin 1234 x", "card --user-pin **** x" },
    { "card --user-pin=1234 x", "card --user-pin=**** x" },
    { "card \"--USER-PIN=1234\" x", "card \"--USER-PIN=**** x" },
    { "card --user-pins 1234", "card --user-pins 1234" },
    { "card --pin 1234", "card --pin 1234" },
    { "DB_KEY=1 db_keys=2 db--key=3", "DB_KEY=**** db_keys=2 db--key=3" },
    { "vault-login -w geheim x", "vault-login -w **** x" },
    { "sudo /opt/Vault-Login -wgeheim x", "sudo /opt/Vault-Login -w**** x" },
    { "vault-login -W geheim", "vault-login -W geheim" },
    { "other -w geheim", "other -w geheim" },
    { "tool7 --code geheim --code=geheim --coder x", "tool7 --code **** --code=**** --coder x" },
    { "echo a; hush b 'c d' e=f", "echo a; hush **** **** ****" },
    { "sh -c 'hush b c' d", "sh -c 'hush **** ****' ****" },
    { "backup --password=geheim", "backup --password=****" },
};

static void test_a_site_adds_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof site_rows / sizeof site_rows[0]; i++) {
        char *masked = sx_mask_command(sx_slice_text(site_rows[i].command), &site);

        assert_non_null(masked);
        assert_string_equal(masked, site_rows[i].masked);
        sx_text_free_wiped(masked);
    }
}

static void test_rules_of_a_site_are_strict(void **state)
{
    static const char *const names[] = { "a b",  "a,,b", "a=b", "a:b",     "[a]",
                                         "a\\b", "$x",   "a,",  "\xc3\xa4" };
    static const char *const arguments[] = { "tool",     "tool:",   ":-w",       "tool:w",
                                             "tool:-",   "a:-w,",   "tool:-w*",  "tool:-?",
                                             "to ol:-w", "a:-w:-x", "tool:-w=x", "tool:**" };
    char many[SX_MASK_ARGUMENTS_MAX * 5 + 8] = "a:-w";
    char longest[SX_MASK_ENTRY_MAX + 2];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_false(sx_mask_names_are_valid(sx_slice_text(names[i])));
    for (size_t i = 0; i < sizeof arguments / sizeof arguments[0]; i++)
        assert_false(sx_mask_arguments_are_valid(sx_slice_text(arguments[i])));
    assert_true(sx_mask_names_are_valid(sx_slice_text(site.names)));
    assert_true(sx_mask_arguments_are_valid(sx_slice_text(site.arguments)));
    for (size_t i = 1; i < SX_MASK_ARGUMENTS_MAX; i++)
        strcat(many, ",a:-w");
    assert_true(sx_mask_arguments_are_valid(sx_slice_text(many)));
    strcat(many, ",a:-w");
    assert_false(sx_mask_arguments_are_valid(sx_slice_text(many)));
    memset(longest, 'x', sizeof longest);
    assert_true(sx_mask_names_are_valid(sx_slice_of(longest, SX_MASK_ENTRY_MAX)));
    assert_false(sx_mask_names_are_valid(sx_slice_of(longest, SX_MASK_ENTRY_MAX + 1)));
}

static void test_secrets_are_covered_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *masked = sx_mask_command(sx_slice_text(rows[i].command), NULL);

        assert_non_null(masked);
        assert_string_equal(masked, rows[i].masked);
        sx_text_free_wiped(masked);
    }
}

/* Each command ends where its room does; a sanitizer or valgrind sees a step beyond. */
static void test_any_bytes_are_taken(void **state)
{
    uint32_t seed = 7;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        static const char parts[] = "=-p:/@'\"\\ ;tokenBasic&";
        char command[64];
        size_t len;

        seed = seed * 1664525 + 1013904223;
        len = seed >> 26;
        for (size_t k = 0; k < len; k++) {
            seed = seed * 1664525 + 1013904223;
            command[k] = parts[(seed >> 24) % (sizeof parts - 1)];
        }
        sx_text_free_wiped(sx_mask_command(sx_slice_of(command, len), &site));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secrets_are_covered_and_nothing_else),
        cmocka_unit_test(test_a_site_adds_rules),
        cmocka_unit_test(test_rules_of_a_site_are_strict),
        cmocka_unit_test(test_any_bytes_are_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
