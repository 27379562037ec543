/* The reference's codes for what the provider can't do in the midst of a session: a module that fails
 * at one operation from then on (support/faulty), as broken hardware would. */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sexec/audit.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory/checks.h"
#include "support/served.h"
#include "support/shown.h"

static const struct {
    const char *fault;
    int code;
} rows[] = {
    { "fetch", 1005 }, { "kdf", 1006 }, { "digest", 1011 }, { "key", 1012 }, { "cipher", 1014 },
};

/* Only from here on: the provider was loaded, and served what comes before. */
static void begin_fault(struct sexec *object, const struct sexec_connected_event *event,
                        void *fault)
{
    (void)object;
    (void)event;
    if (fault != NULL)
        assert_int_equal(setenv("SEXEC_FAULT", fault, 1), 0);
}

static void use_faulty(struct sexec *object)
{
    assert_int_equal(sexec_config(object, "Provider=faulty", NULL), 0);
    assert_int_equal(sexec_config(object, "ProviderModuleDir=" SX_FAULTY_DIR, NULL), 0);
}

static int execute(const char *fault)
{
    struct served_config config = served_config_default();
    struct served *served;
    struct sexec *client;
    int code;

    config.peer.command.is_endless = false;
    served = served_start(&config);
    assert_non_null(served);
    client = served_client(served);
    use_faulty(client);
    assert_int_equal(sexec_config(client, "SSHKeyExchangeAlgorithms=curve25519-sha256", NULL), 0);
    assert_int_equal(sexec_set_ssh_encryption_algorithms(client, "aes128-gcm@openssh.com"), 0);
    sexec_on_connected(client, begin_fault, (void *)(uintptr_t)fault);
    code = sexec_execute(client, "true");
    assert_int_equal(unsetenv("SEXEC_FAULT"), 0);
    if (code != 0)
        check_text(sexec_get_last_error(client));
    sexec_free(client);
    served_free(served);
    return code;
}

static void test_a_module_that_fails_half_way(void **state)
{
    (void)state;
    assert_int_equal(execute(NULL), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_shown(execute(rows[i].fault), rows[i].code);
    assert_int_equal(execute(NULL), 0);
}

/* A folder of the test's own, and a file in it. */
static char folder[] = "/tmp/sexec-codes-XXXXXX";

static const char *file_named(const char *name)
{
    static char paths[8][64];
    static unsigned next;
    char *path = paths[next++ % 8];

    (void)snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void write_key(const char *path)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    FILE *file = fopen(path, "w");

    assert_non_null(key);
    assert_non_null(file);
    assert_int_equal(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
    fclose(file);
    EVP_PKEY_free(key);
}

/* Keys of the sign-on that can't sign are passed over; a checkpoint has one key alone. */
static void test_a_signature_that_can_not_be_made(void **state)
{
    static const char *const names[] = { "machine", "verifier", "audit", "key" };
    const char *machine, *audit, *key;
    struct sexec *object = sexec_new();
    char setting[128];
    const char *line = NULL;

    (void)state;
    assert_non_null(mkdtemp(folder));
    machine = file_named("machine");
    audit = file_named("audit");
    key = file_named("key");
    umask(077);
    write_key(key);
    use_faulty(object);
    assert_int_equal(sexec_audit_keygen(object, machine, file_named("verifier")), 0);
    (void)snprintf(setting, sizeof setting, "AuditFile=%s", audit);
    assert_int_equal(sexec_config(object, setting, NULL), 0);
    (void)snprintf(setting, sizeof setting, "AuditKeyFile=%s", machine);
    assert_int_equal(sexec_config(object, setting, NULL), 0);
    assert_int_equal(sexec_execute(object, "true"), SEXEC_INVALID_ARGUMENT); /* is recorded */
    sexec_free(object);
    object = sexec_new();
    use_faulty(object);
    assert_int_equal(sexec_audit_checkpoint(object, audit, machine, key, NULL, &line), 0);
    assert_int_equal(setenv("SEXEC_FAULT", "sign", 1), 0);
    check_shown(sexec_audit_checkpoint(object, audit, machine, key, NULL, &line), 1013);
    assert_int_equal(unsetenv("SEXEC_FAULT"), 0);
    sexec_free(object);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(unlink(file_named(names[i])), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_module_that_fails_half_way),
        cmocka_unit_test(test_a_signature_that_can_not_be_made),
    };

    return RUN_GROUP(tests);
}
