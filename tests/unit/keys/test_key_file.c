/* Key files: every form is read, every other one is refused with its reason, and a damaged file
 * never gives a wrong key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <errno.h>
#include <fcntl.h>

#include <cmocka.h>

#include "keys/key_file.h"
#include "keys/key_store.h"
#include "support/providers.h"
#include "unit/keys/key_data.h"

static struct sx_provider *provider;
static const char passphrase[] = "opensesame";

static enum sx_err decode(struct sx_slice bytes, const char *phrase, struct sx_fault *fault,
                          struct sx_key **out)
{
    return sx_key_decode(provider, bytes, sx_slice_text(phrase), fault, out);
}

/* --- Forms ------------------------------------------------------------------------------------ */

static const char *const forms[] = { "openssh", "pkcs8", "traditional", "der", "salt8", "salt16" };
enum { FORMS = sizeof forms / sizeof forms[0] };

/* Whether there is such a file, and its name. */
static bool form_file(size_t key, size_t form, char name[64])
{
    (void)snprintf(name, 64, "%s.%s", data_keys[key].name, forms[form]);
    return strcmp(name, "ed25519.traditional") != 0; /* there is no such form */
}

static void assert_is_key(struct sx_slice bytes, size_t which, const char *what)
{
    struct data blob = data_public(data_keys[which].name);
    struct sx_fault fault = { 0 };
    struct sx_key *key = NULL;

    if (decode(bytes, passphrase, &fault, &key) != SX_OK)
        fail_msg("%s: %s", what, fault.text);
    assert_int_equal(sx_key_get_type(key), data_keys[which].type);
    assert_true(sx_key_is_private(key));
    assert_true(sx_slice_is_equal(sx_key_public_blob(key), data_slice(&blob)));
    assert_true(is_private_part_of(provider, key, data_keys[which].alg, data_slice(&blob)));
    sx_key_free(key);
}

static void assert_refused(struct sx_slice bytes, const char *phrase, enum sx_err err,
                           const char *word)
{
    struct sx_fault fault = { 0 };
    struct sx_key *key = NULL;

    assert_int_equal(decode(bytes, phrase, &fault, &key), err);
    assert_int_equal(fault.err, err);
    assert_null(key);
    if (strstr(fault.text, word) == NULL)
        fail_msg("\"%s\" says nothing of \"%s\"", fault.text, word);
    assert_null(strstr(fault.text, passphrase));
}

static void read_every_form(const struct test_provider *tp)
{
    struct sx_provider *usual = provider;
    unsigned count = 0;

    provider = tp->provider;
    for (size_t key = 0; key < DATA_KEYS; key++) {
        for (size_t form = 0; form < FORMS; form++) {
            char name[64];
            struct data file;

            if (!form_file(key, form, name))
                continue;
            file = data_read(name);
            if (tp->is_fips && strcmp(forms[form], "salt8") == 0)
                assert_refused(data_slice(&file), passphrase, SX_ERR_POLICY_CONTAINER,
                               "salt of 8 bytes");
            else if (!sx_sig_is_available(provider, data_keys[key].alg)) /* Ed25519, module 3.1 */
                assert_refused(data_slice(&file), passphrase, SX_ERR_KEY_FORMAT, "private key");
            else
                assert_is_key(data_slice(&file), key, name);
            count++;
        }
    }
    provider = usual;
    assert_int_equal(count, DATA_KEYS * FORMS - 1);
}

static void test_every_key_is_read_in_every_form(void **state)
{
    (void)state;
    for_each_provider(read_every_form);
}

static void test_key_is_found_beside_other_blocks(void **state)
{
    static const char before[] = "Bag Attributes\n"
                                 "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
                                 "-----END EC PARAMETERS-----\n";
    static const char after[] = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
    struct data file = data_read("p256.traditional");
    struct data parameters = data_read("p256_parameters.pem");
    struct data whole;
    struct sx_key *key = NULL;

    (void)state;
    whole.len = (size_t)snprintf((char *)whole.bytes, sizeof whole.bytes, "%s%.*s%s", before,
                                 (int)file.len, (const char *)file.bytes, after);
    assert_is_key(data_slice(&whole), 1, "between other blocks");
    assert_int_equal(decode(data_slice(&parameters), "", NULL, &key), SX_OK);
    assert_int_equal(sx_key_get_type(key), SX_KEY_ECDSA_P256);
    sx_key_free(key);
}

static void test_line_ends_of_other_systems_are_read(void **state)
{
    static const char *const names[] = { "rsa.openssh", "rsa.pkcs8", "rsa.traditional",
                                         "rsa.salt16" };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct data file = data_read(names[i]);
        struct data crlf = { .len = 0 };

        for (size_t at = 0; at < file.len; at++) {
            if (file.bytes[at] == '\n')
                crlf.bytes[crlf.len++] = '\r';
            crlf.bytes[crlf.len++] = file.bytes[at];
        }
        assert_is_key(data_slice(&crlf), 0, names[i]);
    }
}

/* --- Refusals --------------------------------------------------------------------------------- */

static void assert_file_refused(const char *name, const char *phrase, enum sx_err err,
                                const char *word)
{
    struct data file = data_read(name);

    assert_refused(data_slice(&file), phrase, err, word);
}

static void test_missing_and_wrong_passphrases_are_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < DATA_KEYS; i++) {
        char name[64];

        (void)snprintf(name, sizeof name, "%s.salt8", data_keys[i].name);
        assert_file_refused(name, "", SX_ERR_KEY_PASSPHRASE, "no passphrase was given");
        assert_file_refused(name, "opensesamE", SX_ERR_KEY_PASSPHRASE, "passphrase is wrong");
    }
}

/* Under an approved-only policy with the way out, elsewhere opened. */
static void try_unapproved(const struct test_provider *tp)
{
    static const char *const files[] = { "rsa.dek_info", "ed25519.bcrypt" };
    struct sx_provider *usual = provider;

    provider = tp->provider;
    for (size_t i = 0; i < 2; i++) {
        struct data file = data_read(files[i]);

        if (tp->is_fips) {
            assert_refused(data_slice(&file), passphrase, SX_ERR_POLICY_CONTAINER,
                           "sexec --policy default --convert-key");
            assert_refused(data_slice(&file), "", SX_ERR_POLICY_CONTAINER, "not approved");
        } else if (!SX_LEGACY && i == 1) {
            assert_refused(data_slice(&file), passphrase, SX_ERR_POLICY_CONTAINER, "bcrypt");
        } else {
            assert_is_key(data_slice(&file), i == 0 ? 0 : 4, files[i]);
            assert_refused(data_slice(&file), "", SX_ERR_KEY_PASSPHRASE, "no passphrase");
            assert_refused(data_slice(&file), "wrong", SX_ERR_KEY_PASSPHRASE, "is wrong");
        }
    }
    provider = usual;
}

static void test_unapproved_containers_are_refused_with_advice(void **state)
{
    (void)state;
    for_each_provider(try_unapproved);
}

static void test_other_kinds_of_key_are_refused(void **state)
{
    (void)state;
    assert_file_refused("secp256k1.pkcs8", "", SX_ERR_KEY_FORMAT, "P-256");
    assert_file_refused("x25519.pkcs8", "", SX_ERR_KEY_FORMAT, "Ed25519");
    assert_refused(sx_slice_text("-----BEGIN NEW PRIVATE KEY-----\nAAAA\n"
                                 "-----END NEW PRIVATE KEY-----\n"),
                   "", SX_ERR_KEY_FORMAT, "NEW PRIVATE KEY");
}

static void test_what_holds_no_private_key_is_refused_with_advice(void **state)
{
    (void)state;
    assert_file_refused("rsa.pub", "", SX_ERR_KEY_FORMAT, "private key is needed");
    assert_file_refused("p256.pub", "", SX_ERR_KEY_FORMAT, "private key is needed");
    assert_refused(sx_slice_text("PuTTY-User-Key-File-3: ssh-rsa\n"), "", SX_ERR_KEY_FORMAT,
                   "PuTTY key is damaged");
    assert_refused(sx_slice_text("---- BEGIN SSH2 PUBLIC KEY ----\n"), "", SX_ERR_KEY_FORMAT,
                   "public key");
    assert_refused(sx_slice_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
                   "", SX_ERR_KEY_FORMAT, "no key");
    assert_refused(sx_slice_text("hello"), "", SX_ERR_KEY_FORMAT, "no key");
    assert_refused(SX_SLICE_NONE, "", SX_ERR_KEY_FORMAT, "no key");
    assert_refused(sx_slice_of("0", 1), "", SX_ERR_KEY_FORMAT, "PKCS#8");
    assert_refused(sx_slice_of("0\x84", 2), "", SX_ERR_KEY_FORMAT, "PKCS#8");
    assert_refused(sx_slice_of("0\x03\x30\x01\x06", 5), "", SX_ERR_KEY_PASSPHRASE, "passphrase");
    assert_refused(sx_slice_of("0\x03\x30\x01\x06", 5), "x", SX_ERR_KEY_FORMAT, "PKCS#8");
}

static void test_two_private_keys_are_refused(void **state)
{
    struct data file = data_read("p384.pkcs8");
    struct data twice = data_read("p256.pkcs8");

    (void)state;
    memcpy(twice.bytes + twice.len, file.bytes, file.len);
    twice.len += file.len;
    assert_refused(data_slice(&twice), "", SX_ERR_KEY_FORMAT, "more than one");
}

static void test_blob_is_bounded(void **state)
{
    uint8_t *bytes = calloc(1, SX_KEY_FILE_MAX + 1);

    (void)state;
    assert_non_null(bytes);
    assert_refused(sx_slice_of(bytes, SX_KEY_FILE_MAX + 1), "", SX_ERR_KEY_FORMAT, "65537 bytes");
    assert_refused(sx_slice_of(bytes, SX_KEY_FILE_MAX), "", SX_ERR_KEY_FORMAT, "no key");
    free(bytes);
}

/* --- Damage ----------------------------------------------------------------------------------- */

/* Whatever the bytes have become: an error with a text, or the very key. */
static void assert_never_wrong(struct sx_slice bytes, size_t which, const struct data *blob,
                               bool has_check, const char *what)
{
    struct sx_fault fault = { 0 };
    struct sx_key *key = NULL;
    enum sx_err err = decode(bytes, passphrase, &fault, &key);

    if (err != SX_OK) {
        assert_null(key);
        assert_int_equal(fault.err, err);
        assert_true(fault.text[0] != '\0');
        assert_true(err == SX_ERR_KEY_FORMAT || err == SX_ERR_KEY_PASSPHRASE ||
                    err == SX_ERR_POLICY_CONTAINER);
        return;
    }
    if (has_check && (!sx_slice_is_equal(sx_key_public_blob(key), data_slice(blob)) ||
                      !is_private_part_of(provider, key, data_keys[which].alg, data_slice(blob))))
        fail_msg("%s gives a wrong key", what);
    if (!has_check)
        assert_true(
            is_private_part_of(provider, key, data_keys[which].alg, sx_key_public_blob(key)));
    sx_key_free(key);
}

/* Calls for every key and form. PKCS#8 of an Ed25519 key holds the seed and nothing else: another
 * seed is another good key, and no reader can tell; so there it must only be good. */
static void for_every_file(void (*check)(const struct data *file, size_t key,
                                         const struct data *blob, bool has_check, const char *name))
{
    for (size_t key = 0; key < DATA_KEYS; key++) {
        struct data blob = data_public(data_keys[key].name);

        for (size_t form = 0; form < FORMS; form++) {
            bool has_check = data_keys[key].type != SX_KEY_ED25519 || form == 0;
            char name[64];
            struct data file;

            if (!form_file(key, form, name) || strcmp(forms[form], "salt8") == 0)
                continue; /* salt8 is as salt16 */
            file = data_read(name);
            check(&file, key, &blob, has_check, name);
        }
    }
}

static void truncate_everywhere(const struct data *file, size_t key, const struct data *blob,
                                bool has_check, const char *name)
{
    (void)has_check; /* what is cut off is never another seed */
    for (size_t len = 0; len < file->len; len++)
        assert_never_wrong(sx_slice_of(file->bytes, len), key, blob, true, name);
    /* all that can be missing is the last line end */
    assert_refused(sx_slice_of(file->bytes, file->len - 2), passphrase, SX_ERR_KEY_FORMAT, "");
}

static void test_truncated_files_give_no_wrong_key(void **state)
{
    (void)state;
    for_every_file(truncate_everywhere);
}

/* A repeatable sequence, so that a failure can be looked at. */
static uint32_t next_number(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static void damage_everywhere(const struct data *file, size_t key, const struct data *blob,
                              bool has_check, const char *name)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const size_t step = getenv("SEXEC_TEST_FULL") != NULL ? 1 : file->len / 12 + 1;
    struct data copy = *file;
    uint32_t seed = (uint32_t)file->len;

    for (size_t at = next_number(&seed) % step; at < file->len; at += step) {
        uint8_t old = copy.bytes[at];

        copy.bytes[at] = (uint8_t)(old ^ 1U << next_number(&seed) % 8);
        assert_never_wrong(data_slice(&copy), key, blob, has_check, name);
        copy.bytes[at] = (uint8_t)digits[next_number(&seed) % 64]; /* still base64 */
        assert_never_wrong(data_slice(&copy), key, blob, has_check, name);
        copy.bytes[at] = old;
    }
}

static void test_damaged_files_give_no_wrong_key(void **state)
{
    (void)state;
    for_every_file(damage_everywhere);
}

/* --- The file --------------------------------------------------------------------------------- */

static char folder[] = "/tmp/sexec-keys-XXXXXX";
static char path[64];

static void key_file_write(const void *bytes, size_t len, mode_t mode)
{
    int fd;

    (void)unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
}

static void assert_read(bool allow_loose_mode, const char *content)
{
    struct sx_secret secret = { 0 };
    struct sx_fault fault = { 0 };

    if (sx_key_file_read(path, allow_loose_mode, &fault, &secret) != SX_OK)
        fail_msg("%s", fault.text);
    assert_true(sx_slice_is_text(sx_secret_slice(&secret), content));
    sx_secret_clear(&secret);
}

static void assert_unread(const char *name, enum sx_err err, int sys, const char *word)
{
    struct sx_secret secret = { 0 };
    struct sx_fault fault = { 0 };

    assert_int_equal(sx_secret_set(&secret, sx_slice_text("old")), SX_OK);
    assert_int_equal(sx_key_file_read(name, false, &fault, &secret), err);
    assert_null(secret.ptr);
    assert_int_equal(fault.err, err);
    assert_int_equal(fault.sys, sys);
    if (strstr(fault.text, word) == NULL || strncmp(fault.text, name, strlen(name)) != 0)
        fail_msg("\"%s\" says nothing of \"%s\" and \"%s\"", fault.text, name, word);
}

static void test_whole_file_is_read(void **state)
{
    (void)state;
    key_file_write("content", 7, 0600);
    assert_read(false, "content");
    key_file_write("content", 7, 0400);
    assert_read(false, "content");
}

static void test_missing_file_is_told_from_an_unreadable_one(void **state)
{
    (void)state;
    assert_unread("/nowhere/at/all", SX_ERR_FILE, ENOENT, "no such file");
    assert_unread("", SX_ERR_FILE, ENOENT, "no such file");
    assert_unread("/etc/passwd/key", SX_ERR_FILE, ENOTDIR, "no such file");
    key_file_write("content", 7, 0);
    /* root reads everything, so that it is somebody else for a moment */
    assert_int_equal(chmod(folder, 0711), 0);
    if (geteuid() == 0)
        assert_int_equal(seteuid(65534), 0);
    assert_unread(path, SX_ERR_FILE, EACCES, "may not read");
    if (getuid() == 0)
        assert_int_equal(seteuid(0), 0);
}

static void test_file_that_others_can_get_at_is_refused_unless_allowed(void **state)
{
    static const mode_t loose[] = { 0644, 0640, 0620, 0610, 0604, 0602, 0601, 0666 };

    (void)state;
    for (size_t i = 0; i < sizeof loose / sizeof loose[0]; i++) {
        key_file_write("content", 7, loose[i]);
        assert_unread(path, SX_ERR_FILE_MODE, 0, "chmod 600");
        assert_read(true, "content");
    }
    key_file_write("content", 7, 0644);
    assert_unread(path, SX_ERR_FILE_MODE, 0, "mode is 0644");
}

static void test_mode_of_another_owners_file_is_not_judged(void **state)
{
    struct sx_secret secret = { 0 };

    (void)state;
    key_file_write("content", 7, 0644);
    if (geteuid() == 0) {
        assert_int_equal(chown(path, 65534, 65534), 0);
        assert_read(false, "content");
    } else { /* root's, and readable by all */
        assert_int_equal(sx_key_file_read("/etc/passwd", false, NULL, &secret), SX_OK);
        sx_secret_clear(&secret);
    }
}

static void test_only_regular_files_of_good_size_are_read(void **state)
{
    char *bytes = malloc(SX_KEY_FILE_MAX + 1);
    struct sx_secret secret = { 0 };

    (void)state;
    assert_non_null(bytes);
    memset(bytes, 'x', SX_KEY_FILE_MAX + 1);
    key_file_write(bytes, SX_KEY_FILE_MAX, 0600);
    assert_int_equal(sx_key_file_read(path, false, NULL, &secret), SX_OK);
    assert_int_equal(secret.len, SX_KEY_FILE_MAX);
    sx_secret_clear(&secret);
    key_file_write(bytes, SX_KEY_FILE_MAX + 1, 0600);
    assert_unread(path, SX_ERR_FILE, 0, "65537 bytes");
    key_file_write(bytes, 0, 0600);
    assert_unread(path, SX_ERR_FILE, 0, "empty");
    free(bytes);

    assert_unread(folder, SX_ERR_FILE, 0, "a directory");
    assert_unread("/dev/zero", SX_ERR_FILE, 0, "regular file");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_unread(path, SX_ERR_FILE, 0, "regular file"); /* and doesn't wait for a writer */
}

static enum sx_err store_load(const char *name, const char *phrase, struct sx_fault *fault,
                              struct sx_store *out)
{
    const struct sx_store_spec spec = { .type = SX_STORE_AUTO,
                                        .value = name,
                                        .length = strlen(name),
                                        .passphrase = sx_slice_text(phrase) };

    return sx_store_open(provider, &spec, fault, out);
}

static void test_load_names_the_file_in_every_error(void **state)
{
    struct data file = data_read("p256.salt16");
    struct sx_fault fault = { 0 };
    struct sx_store store = { 0 };

    (void)state;
    key_file_write(file.bytes, file.len, 0600);
    assert_int_equal(store_load(path, passphrase, &fault, &store), SX_OK);
    assert_int_equal(store.count, 1);
    assert_int_equal(sx_key_get_type(store.entries[0].key), SX_KEY_ECDSA_P256);
    sx_store_clear(&store);

    assert_int_equal(store_load(path, "", &fault, &store), SX_ERR_KEY_PASSPHRASE);
    assert_int_equal(store.count, 0);
    assert_int_equal(fault.err, SX_ERR_KEY_PASSPHRASE);
    assert_int_equal(strncmp(fault.text, path, strlen(path)), 0);
    assert_non_null(strstr(fault.text, ": the private key is encrypted"));

    sx_fault_clear(&fault);
    assert_int_equal(store_load("/no\033where", "", &fault, &store), SX_ERR_FILE);
    assert_int_equal(strncmp(fault.text, "/no\\x1bwhere: ", 14), 0);
}

static int setup(void **state)
{
    (void)state;
    provider = providers_default();
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/key", folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_key_is_read_in_every_form),
        cmocka_unit_test(test_key_is_found_beside_other_blocks),
        cmocka_unit_test(test_line_ends_of_other_systems_are_read),
        cmocka_unit_test(test_missing_and_wrong_passphrases_are_said),
        cmocka_unit_test(test_unapproved_containers_are_refused_with_advice),
        cmocka_unit_test(test_other_kinds_of_key_are_refused),
        cmocka_unit_test(test_what_holds_no_private_key_is_refused_with_advice),
        cmocka_unit_test(test_two_private_keys_are_refused),
        cmocka_unit_test(test_blob_is_bounded),
        cmocka_unit_test(test_truncated_files_give_no_wrong_key),
        cmocka_unit_test(test_damaged_files_give_no_wrong_key),
        cmocka_unit_test(test_whole_file_is_read),
        cmocka_unit_test(test_missing_file_is_told_from_an_unreadable_one),
        cmocka_unit_test(test_file_that_others_can_get_at_is_refused_unless_allowed),
        cmocka_unit_test(test_mode_of_another_owners_file_is_not_judged),
        cmocka_unit_test(test_only_regular_files_of_good_size_are_read),
        cmocka_unit_test(test_load_names_the_file_in_every_error),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
