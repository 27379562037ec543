/* The audit in an object's life: where records go is said once, records begin with the object, and
 * what can't be recorded fails. No server is needed: every connection here is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <sexec/audit.h>

static char folder[] = "/tmp/sexec-auditing-XXXXXX";
static char key_setting[128];
static char file_setting[128];
static char key[64];
static char verifier[64];
static char file[64];

/* What a handler got. */
struct got {
    char lines[64][2048];
    unsigned count;
    int answer;
};

static int setup(void **state)
{
    struct sexec *object = sexec_new();
    int code;

    (void)state;
    if (mkdtemp(folder) == NULL || object == NULL)
        return 1;
    (void)snprintf(key, sizeof key, "%s/key", folder);
    (void)snprintf(verifier, sizeof verifier, "%s/verifier", folder);
    (void)snprintf(file, sizeof file, "%s/file", folder);
    (void)snprintf(key_setting, sizeof key_setting, "AuditKeyFile=%s", key);
    (void)snprintf(file_setting, sizeof file_setting, "AuditFile=%s", file);
    code = sexec_audit_keygen(object, key, verifier);
    sexec_free(object);
    return code;
}

static int teardown(void **state)
{
    (void)state;
    unlink(key);
    unlink(verifier);
    unlink(file);
    return rmdir(folder);
}

static int keep(const char *line, size_t length, void *context)
{
    struct got *got = context;

    assert_in_range(length, 2, sizeof got->lines[0] - 1);
    assert_int_equal(line[length - 1], '\n');
    if (got->count < 64) {
        memcpy(got->lines[got->count], line, length);
        got->lines[got->count++][length] = '\0';
    }
    return got->answer;
}

static bool has(const struct got *got, const char *words)
{
    for (unsigned i = 0; i < got->count; i++)
        if (strstr(got->lines[i], words) != NULL)
            return true;
    return false;
}

static void test_a_handler_gets_every_record_from_the_first_call_on(void **state)
{
    struct got got = { .answer = 0 };
    struct sexec *object = sexec_new();

    (void)state;
    assert_int_equal(sexec_config(object, "SSHAcceptAnyServerHostKey=False", NULL), 0);
    assert_int_equal(sexec_config(object, "NoSuchPassword=geheim", NULL), SEXEC_SETTING);
    assert_int_equal(sexec_config(object, key_setting, NULL), 0);
    assert_int_equal(sexec_set_audit_handler(object, keep, &got), 0);
    assert_int_equal(got.count, 0);
    assert_int_equal(sexec_set_ssh_user(object, "me"), 0);
    assert_int_equal(sexec_set_ssh_password(object, "geheim"), 0);
    assert_int_equal(sexec_set_ssh_cert_store(object, "geheim", 6), 0);
    assert_int_equal(sexec_set_ssh_cert_store(object, "", 0), 0);
    assert_int_equal(sexec_set_timeout(object, 20), 0);
    assert_int_equal(sexec_set_timeout(object, -1), SEXEC_INVALID_ARGUMENT);
    assert_int_equal(sexec_set_firewall_auto_detect(object, false), 0);
    assert_string_equal(sexec_get_ssh_user(object), "me");
    assert_int_equal(sexec_ssh_logon(object, "127.0.0.1", 1), 10061);
    assert_true(has(&got, "\"type\":\"object_begin\""));
    assert_true(has(&got, "SSHAcceptAnyServerHostKey=False"));
    assert_true(has(&got, "config NoSuchPassword (code 3006: No such setting, or its value"));
    assert_true(has(&got, "\"set_ssh_user me\""));
    assert_true(has(&got, "\"set_ssh_password ****\""));
    assert_true(has(&got, "\"set_ssh_cert_store (6 bytes)\""));
    assert_true(has(&got, "\"set_timeout 20\",\"set_timeout -1 (code 10022: [10022] "));
    assert_true(has(&got, "\"set_firewall_auto_detect False\""));
    assert_false(has(&got, "geheim"));
    assert_true(has(&got, "\"type\":\"session_end\",\"niap\":\"connection failure\""));
    sexec_free(object);
    assert_true(has(&got, "\"type\":\"object_end\",\"sessions\":1,\"commands\":0"));
}

static void on_log(struct sexec *object, const struct sexec_log_event *event, void *context)
{
    (void)object;
    (void)event;
    (void)context;
}

static void test_handlers_are_recorded_when_they_are_set_and_taken_away(void **state)
{
    struct got got = { .answer = 0 };
    struct sexec *object = sexec_new();

    (void)state;
    assert_int_equal(sexec_config(object, key_setting, NULL), 0);
    sexec_on_log(object, on_log, NULL);
    sexec_on_log(object, NULL, NULL);
    assert_int_equal(sexec_set_audit_handler(object, NULL, NULL), 0);
    assert_int_equal(sexec_set_audit_handler(object, keep, &got), 0);
    assert_int_equal(sexec_ssh_logon(object, "127.0.0.1", 1), SEXEC_INVALID_ARGUMENT);
    assert_true(has(&got, "\"on_log set\",\"on_log cleared\",\"set_audit_handler cleared\","
                          "\"set_audit_handler set\""));
    assert_true(has(&got, "\"method\":\"ssh_logon\",\"argument\":null,\"code\":10022"));
    sexec_on_log(object, on_log, NULL);
    assert_true(has(&got, "\"method\":\"on_log\",\"argument\":\"set\",\"code\":0"));
    sexec_on_log(object, NULL, NULL);
    assert_true(has(&got, "\"method\":\"on_log\",\"argument\":\"cleared\",\"code\":0"));
    sexec_free(object);
}

/* A setter of a handler has no code to tell with. */
static void test_a_lost_record_of_a_handler_fails_the_next_action(void **state)
{
    struct got got = { .answer = 0 };
    struct sexec *object = sexec_new();

    (void)state;
    assert_int_equal(sexec_config(object, key_setting, NULL), 0);
    assert_int_equal(sexec_set_audit_handler(object, keep, &got), 0);
    assert_int_equal(sexec_set_ssh_user(object, "me"), 0);
    assert_int_equal(sexec_ssh_logon(object, "127.0.0.1", 1), 10061);
    got.answer = 1;
    sexec_on_log(object, on_log, NULL);
    got.answer = 0;
    assert_int_equal(sexec_ssh_logon(object, "127.0.0.1", 1), SEXEC_AUDIT);
    assert_int_equal(sexec_ssh_logon(object, "127.0.0.1", 1), 10061); /* was told */
    sexec_free(object);
}

static void test_bytes_of_settings_are_recorded_as_settings(void **state)
{
    struct got got = { .answer = 0 };
    struct sexec *object = sexec_new();

    (void)state;
    assert_int_equal(sexec_config(object, key_setting, NULL), 0);
    assert_int_equal(sexec_set_audit_handler(object, keep, &got), 0);
    assert_int_equal(sexec_config_bytes(object, "LogLevel", "2", 1), 0);
    assert_int_equal(sexec_config_bytes(object, "FirewallPassword", "geheim", 6), 0);
    assert_int_equal(sexec_config_bytes(object, "ChannelDataEOL", "\0\1", 2), 0);
    assert_int_equal(sexec_config_bytes(object, "LogLevel", "\0", 1), SEXEC_SETTING);
    assert_int_equal(sexec_config_bytes(object, "No=geheim", "geheim", 6), SEXEC_SETTING);
    assert_int_equal(sexec_ssh_logon(object, "127.0.0.1", 1), SEXEC_INVALID_ARGUMENT);
    assert_true(has(&got, "\"config_bytes LogLevel=2\""));
    assert_true(has(&got, "\"config_bytes firewallpassword=****\""));
    assert_true(has(&got, "\"config_bytes ChannelDataEOL (2 bytes)\""));
    assert_true(has(&got, "\"config_bytes LogLevel (1 bytes) (code 3006: "));
    assert_true(has(&got, "\"config_bytes No (6 bytes) (code 3006: "));
    assert_false(has(&got, "geheim"));
    sexec_free(object);
}

static void test_where_records_go_is_said_once(void **state)
{
    static const char *const late[] = { "AuditFile=/tmp/x",    "AuditKeyFile=/tmp/x",
                                        "AuditSync=record",    "AuditSyslog=local",
                                        "AuditRequired=False", "AuditDigests=True" };
    const char *const settings[] = { key_setting, file_setting, NULL };
    struct got got = { .answer = 0 };
    struct sexec *object = NULL;
    const char *value = NULL;

    (void)state;
    assert_int_equal(sexec_new_with(settings, &object), 0);
    for (size_t i = 0; i < sizeof late / sizeof late[0]; i++)
        assert_int_equal(sexec_config(object, late[i], NULL), SEXEC_BAD_STATE);
    assert_int_equal(sexec_set_audit_handler(object, keep, &got), SEXEC_BAD_STATE);
    assert_int_equal(sexec_reset(object), 0); /* doesn't switch it off */
    assert_int_equal(sexec_config(object, late[0], NULL), SEXEC_BAD_STATE);
    assert_int_equal(sexec_config(object, "AuditFile", &value), 0);
    assert_string_equal(value, file);
    sexec_free(object);
}

static void test_settings_are_checked(void **state)
{
    static const char *const bad[] = { "AuditFile=relative", "AuditKeyFile=relative",
                                       "AuditSync=never",    "AuditSyslog=udp:h:1",
                                       "AuditSyslog=tcp:h",  "AuditRequired=perhaps" };
    struct sexec *object = sexec_new();

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(sexec_config(object, bad[i], NULL), SEXEC_SETTING);
    assert_int_equal(sexec_config(object, "AuditSyslog=tcp:[::1]:514", NULL), 0);
    sexec_free(object);
}

static void test_without_its_audit_nothing_connects(void **state)
{
    static const char *const missing[] = { "AuditFile=/tmp/sexec-none/a",
                                           "AuditKeyFile=/tmp/sexec-none/k", NULL };
    struct sexec *object = NULL;

    (void)state;
    assert_int_equal(sexec_new_with(missing, &object), SEXEC_AUDIT);
    assert_non_null(strstr(sexec_get_last_error(object), "/tmp/sexec-none/k"));
    assert_int_equal(sexec_ssh_logon(object, "127.0.0.1", 1), SEXEC_AUDIT);
    assert_int_equal(sexec_execute(object, "true"), SEXEC_AUDIT);
    sexec_free(object);
    object = sexec_new();
    assert_int_equal(sexec_config(object, missing[0], NULL), 0);
    assert_int_equal(sexec_config(object, missing[1], NULL), 0);
    assert_int_equal(sexec_config(object, "AuditRequired=False", NULL), 0);
    assert_int_equal(sexec_set_ssh_user(object, "me"), 0);
    assert_int_equal(sexec_ssh_logon(object, "127.0.0.1", 1), 10061); /* as the user wished */
    sexec_free(object);
}

static void test_a_handler_that_refuses_ends_the_action(void **state)
{
    struct got got = { .answer = 1 };
    struct sexec *object = sexec_new();

    (void)state;
    assert_int_equal(sexec_config(object, key_setting, NULL), 0);
    assert_int_equal(sexec_set_audit_handler(object, keep, &got), 0);
    assert_int_equal(sexec_ssh_logon(object, "127.0.0.1", 1), SEXEC_AUDIT);
    sexec_free(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_handler_gets_every_record_from_the_first_call_on),
        cmocka_unit_test(test_handlers_are_recorded_when_they_are_set_and_taken_away),
        cmocka_unit_test(test_a_lost_record_of_a_handler_fails_the_next_action),
        cmocka_unit_test(test_bytes_of_settings_are_recorded_as_settings),
        cmocka_unit_test(test_where_records_go_is_said_once),
        cmocka_unit_test(test_settings_are_checked),
        cmocka_unit_test(test_without_its_audit_nothing_connects),
        cmocka_unit_test(test_a_handler_that_refuses_ends_the_action),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
