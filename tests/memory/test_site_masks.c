/* A site's masking rules hold wherever a command is written down: in every line of the log, at every level,
 * and in the audit's records. Without the rules the same command shows its words, so this can fail. This test
 * links its own sx_machine_paths in the library's place. */
#include "memory/checks.h"

#include <sexec/audit.h>
#include <sexec/settings.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/machine.h"
#include "support/served.h"

#define COMMAND "card --user-pin 7654321x; DB_KEY=7654321x vault-login -w7654321x; hush 7654321x"

static char folder[64], site[128], key[128], verifier[128], setting[192];
static struct sx_machine_paths paths;
static struct sx_buffer said;

const struct sx_machine_paths *sx_machine_paths(void)
{
    return &paths;
}

static int make_box(void **state)
{
    struct sexec *object;
    int code;

    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/sexec-masks.XXXXXX");
    if (mkdtemp(folder) == NULL || chmod(folder, 0755) != 0)
        return -1;
    (void)snprintf(site, sizeof site, "%s/policy.conf", folder);
    (void)snprintf(key, sizeof key, "%s/key", folder);
    (void)snprintf(verifier, sizeof verifier, "%s/verifier", folder);
    (void)snprintf(setting, sizeof setting, "AuditKeyFile=%s", key);
    paths = (struct sx_machine_paths){ site, "/nowhere/fips", "/nowhere/lists", geteuid() };
    object = sexec_new();
    if (object == NULL)
        return -1;
    code = sexec_audit_keygen(object, key, verifier);
    sexec_free(object);
    sx_buffer_init(&said, 4 * 1024 * 1024);
    return code;
}

static int drop_box(void **state)
{
    (void)state;
    sx_buffer_clear(&said);
    (void)unlink(site);
    (void)unlink(key);
    (void)unlink(verifier);
    return rmdir(folder);
}

static void on_log(struct sexec *object, const struct sexec_log_event *event, void *context)
{
    (void)object;
    (void)context;
    assert_int_equal(sx_buffer_append(&said, sx_slice_text(sexec_log_event_message(event))), SX_OK);
    assert_int_equal(sx_buffer_append(&said, sx_slice_text("\n")), SX_OK);
}

static int on_record(const char *line, size_t length, void *context)
{
    (void)context;
    return sx_buffer_append(&said, sx_slice_of(line, length)) == SX_OK ? 0 : -1;
}

static unsigned count_of(const char *words)
{
    const char *at = (const char *)sx_buffer_unread(&said).ptr;
    unsigned count = 0;

    for (; (at = strstr(at, words)) != NULL; at++)
        count++;
    return count;
}

/* All that is said while the command runs, with a NUL. */
static void run(const char *rules, int level, bool with_reset)
{
    struct served_config config = served_config_default();
    struct served *served;
    struct sexec *client;
    char level_setting[32];
    int code;
    FILE *file = fopen(site, "w");

    assert_non_null(file);
    assert_true(fputs(rules, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(site, 0644), 0);
    config.peer.command.is_endless = false;
    served = served_start(&config);
    assert_non_null(served);
    client = served_client(served);
    assert_non_null(client);
    if (with_reset) {
        int port = served_port(served);

        assert_int_equal(sexec_reset(client), 0);
        assert_int_equal(sexec_set_ssh_host(client, "127.0.0.1"), 0);
        assert_int_equal(sexec_set_ssh_port(client, port), 0);
        assert_int_equal(sexec_set_ssh_user(client, "u"), 0);
        assert_int_equal(sexec_set_ssh_auth_mode(client, SEXEC_AM_NONE), 0);
        assert_int_equal(sexec_config(client, "SSHAcceptAnyServerHostKey=True", NULL), 0);
    }
    (void)snprintf(level_setting, sizeof level_setting, "LogLevel=%d", level);
    assert_int_equal(sexec_config(client, level_setting, NULL), 0);
    assert_int_equal(sexec_config(client, setting, NULL), 0);
    assert_int_equal(sexec_set_audit_handler(client, on_record, NULL), 0);
    sexec_on_log(client, on_log, NULL);
    sx_buffer_clear(&said);
    code = sexec_execute(client, COMMAND);
    if (code != 0)
        print_error("%s\n", sexec_get_last_error(client));
    assert_int_equal(code, 0);
    sexec_free(client);
    (void)served_end(served);
    served_free(served);
    assert_int_equal(sx_buffer_append(&said, sx_slice_of("", 1)), SX_OK);
}

static const char rules[] = "mask-names = *-pin, db?key\nmask-arguments = vault-login:-w, hush:*\n";

static void test_rules_hold_in_logs_and_records(void **state)
{
    (void)state;
    for (int level = 0; level <= 3; level++)
        for (int with_reset = 0; with_reset <= 1; with_reset++) {
            run(rules, level, with_reset != 0);
            assert_int_equal(count_of("7654321x"), 0);
            assert_int_equal(
                count_of("card --user-pin ****; DB_KEY=**** vault-login -w****; hush ****"),
                1 + (level >= 1) + (level >= 3));
        }
}

static void test_without_rules_the_words_show(void **state)
{
    (void)state;
    run("# nothing\n", 3, false);
    assert_int_equal(count_of(COMMAND), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_hold_in_logs_and_records),
        cmocka_unit_test(test_without_rules_the_words_show),
    };

    return cmocka_run_group_tests(tests, make_box, drop_box);
}
