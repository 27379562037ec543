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
    { "backup --password --all", "backup --password --all" },
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
    { "a;SECRET=x;b", "a;SECRET=****;b" },
    { "(PASSWORD=x run)&", "(PASSWORD=**** run)&" },
    { "PASSWORD= run", "PASSWORD=**** run" },
    { "say 'it is fine'", "say 'it is fine'" },
    { "tab\tand\nline", "tab\tand\nline" },
};

static void test_secrets_are_covered_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *masked = sx_mask_command(sx_slice_text(rows[i].command));

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
        sx_text_free_wiped(sx_mask_command(sx_slice_of(command, len)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secrets_are_covered_and_nothing_else),
        cmocka_unit_test(test_any_bytes_are_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
