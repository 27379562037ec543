/* Stores of every form: told from the bytes alone, read to the very key, searched as the reference
 * says; cut or damaged they give an error, and never another key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "keys/key_folder.h"
#include "keys/key_form.h"
#include "keys/key_store.h"
#include "support/providers.h"
#include "unit/keys/key_data.h"

static struct sx_provider *provider;

/* Each file of data/ in a form that isn't PEM's; those with a passphrase have "opensesame". */
static const struct file_row {
    const char *suffix;
    enum sx_key_form form;
    bool is_approved;
    bool is_private;
} file_rows[] = {
    { "ppk2", SX_FORM_PPK, false, true }, { "ppk2_sealed", SX_FORM_PPK, false, true },
    { "ppk3", SX_FORM_PPK, false, true }, { "jwk", SX_FORM_JWK, true, true },
    { "pfx", SX_FORM_PFX, false, true },  { "p7b", SX_FORM_P7B, true, false },
    { "cert", SX_FORM_PEM, true, false }, { "pub", SX_FORM_SSH_PUBLIC, true, false },
    { "xml", SX_FORM_XML, true, true },
};
enum { FILE_ROWS = sizeof file_rows / sizeof file_rows[0] };
static const size_t with_files[] = { 0, 1, 3, 4 }; /* of data_keys */

static bool has_file(size_t key, size_t row)
{
    return strcmp(file_rows[row].suffix, "xml") != 0 || key == 0;
}

static struct data file_of(size_t key, size_t row)
{
    char name[64];

    (void)snprintf(name, sizeof name, "%s.%s", data_keys[key].name, file_rows[row].suffix);
    return data_read(name);
}

static enum sx_err decode(struct sx_slice bytes, struct sx_fault *fault, struct sx_store *out)
{
    return sx_store_decode(provider, bytes, sx_slice_text("opensesame"), fault, out);
}

/* --- Read ------------------------------------------------------------------------------------- */

static void assert_reads(size_t key, size_t row, const struct data *file, bool is_fips)
{
    struct data blob = data_public(data_keys[key].name);
    struct sx_store store = { 0 };
    struct sx_fault fault = { 0 };
    enum sx_err err = decode(data_slice(file), &fault, &store);
    struct sx_store_entry *entry;

    if (is_fips && !file_rows[row].is_approved) {
        assert_int_equal(err, SX_ERR_POLICY_CONTAINER);
        assert_non_null(strstr(fault.text, "sexec --policy default --convert-key"));
        assert_int_equal(store.count, 0);
        return;
    }
    if (err != SX_OK)
        fail_msg("%s.%s: %s", data_keys[key].name, file_rows[row].suffix, fault.text);
    assert_int_equal(store.count, 1);
    entry = sx_store_find(&store, "*", false);
    assert_ptr_equal(entry, store.entries);
    assert_true(sx_slice_is_equal(sx_key_public_blob(entry->key), data_slice(&blob)));
    assert_int_equal(sx_key_is_private(entry->key), file_rows[row].is_private);
    if (file_rows[row].is_private)
        assert_true(
            is_private_part_of(provider, entry->key, data_keys[key].alg, data_slice(&blob)));
    sx_store_clear(&store);
}

static void read_all(const struct test_provider *tp)
{
    struct sx_provider *usual = provider;

    provider = tp->provider;
    for (size_t i = 0; i < sizeof with_files / sizeof with_files[0]; i++) {
        for (size_t row = 0; row < FILE_ROWS; row++) {
            size_t key = with_files[i];
            struct data file;

            if (!has_file(key, row) || !sx_sig_is_available(provider, data_keys[key].alg))
                continue;
            file = file_of(key, row);
            assert_int_equal(sx_key_form_of(data_slice(&file)), file_rows[row].form);
            assert_reads(key, row, &file, tp->is_fips);
        }
    }
    provider = usual;
}

static void test_every_form_is_told_and_read(void **state)
{
    (void)state;
    for_each_provider(read_all);
}

static void test_der_is_told_from_its_shape(void **state)
{
    struct data pkcs8 = data_read("p256.der");
    struct sx_slice java = sx_slice_of("\xfe\xed\xfe\xed\0\0\0\2", 8);
    struct sx_store store = { 0 };
    struct sx_fault fault = { 0 };

    (void)state;
    assert_int_equal(sx_key_form_of(data_slice(&pkcs8)), SX_FORM_DER_KEY);
    assert_int_equal(sx_key_form_of(java), SX_FORM_JAVA);
    assert_int_equal(sx_key_form_of(SX_SLICE_NONE), SX_FORM_UNKNOWN);
    assert_int_equal(sx_key_form_of(sx_slice_text("ssh-key")), SX_FORM_UNKNOWN); /* a file's name */
    assert_int_equal(decode(java, &fault, &store), SX_ERR_KEY_STORE);
    assert_non_null(strstr(fault.text, "not available on this platform"));
}

static void test_wrong_passwords_are_told_from_damage(void **state)
{
    static const char *const names[] = { "p256.ppk2_sealed", "rsa.pfx" };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct data file = data_read(names[i]);
        struct sx_store store = { 0 };
        struct sx_fault fault = { 0 };

        assert_int_equal(sx_store_decode(provider, data_slice(&file), sx_slice_text("opensesamE"),
                                         &fault, &store),
                         SX_ERR_KEY_PASSPHRASE);
        assert_non_null(strstr(fault.text, "is wrong"));
        assert_int_equal(store.count, 0);
    }
}

/* libcrypto has Argon2 from 3.2 on. */
static void test_argon2_works_or_says_why_not(void **state)
{
    struct data file = data_read("p256.ppk3_sealed");
    struct sx_store store = { 0 };
    struct sx_fault fault = { 0 };
    enum sx_err err = decode(data_slice(&file), &fault, &store);

    (void)state;
    if (err == SX_OK)
        assert_int_equal(store.count, 1);
    else
        assert_non_null(strstr(fault.text, "Argon2id"));
    assert_true(err == SX_OK || err == SX_ERR_POLICY_CONTAINER);
    sx_store_clear(&store);
}

/* --- Damage ----------------------------------------------------------------------------------- */

static void assert_never_wrong(size_t key, struct sx_slice bytes, const struct data *blob)
{
    struct sx_store store = { 0 };
    struct sx_fault fault = { 0 };
    enum sx_err err = decode(bytes, &fault, &store);

    if (err != SX_OK) {
        assert_int_equal(fault.err, err);
        assert_true(fault.text[0] != '\0');
        assert_int_equal(store.count, 0);
    }
    for (unsigned i = 0; i < store.count; i++) {
        const struct sx_key *found = store.entries[i].key;

        if (sx_key_is_private(found) &&
            (!sx_slice_is_equal(sx_key_public_blob(found), data_slice(blob)) ||
             !is_private_part_of(provider, found, data_keys[key].alg, data_slice(blob))))
            fail_msg("%s: damage gives a wrong key", data_keys[key].name);
    }
    sx_store_clear(&store);
}

static void test_damaged_and_cut_stores_give_no_wrong_key(void **state)
{
    unsigned seed = 1;

    (void)state;
    for (size_t row = 0; row < FILE_ROWS; row++) {
        size_t key = strcmp(file_rows[row].suffix, "xml") == 0 ? 0 : 1;
        struct data blob = data_public(data_keys[key].name);
        struct data file = file_of(key, row);

        for (int i = 0; i < 100; i++) {
            struct data changed = file;

            seed = seed * 1103515245U + 12345U;
            changed.bytes[(seed >> 8) % file.len] ^= (uint8_t)(1U << (seed >> 5 & 7));
            assert_never_wrong(key, data_slice(&changed), &blob);
        }
        for (size_t len = 0; len < file.len; len += 7)
            assert_never_wrong(key, sx_slice_of(file.bytes, len), &blob);
    }
}

/* --- The search ------------------------------------------------------------------------------- */

/* Certificates of three keys, and the private key of one. */
static void store_make(struct sx_store *out)
{
    static const char *const names[] = { "rsa.cert", "p521.cert", "p256.cert", "p256.pkcs8" };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct data file = data_read(names[i]);
        struct sx_store one = { 0 };

        assert_int_equal(decode(data_slice(&file), NULL, &one), SX_OK);
        assert_int_equal(sx_store_merge(out, &one, NULL), SX_OK);
        sx_store_clear(&one);
    }
    assert_int_equal(out->count, 3);
}

static const char *found(struct sx_store *store, const char *subject, bool is_private_only)
{
    struct sx_store_entry *entry = sx_store_find(store, subject, is_private_only);

    return entry != NULL ? entry->subject : "nothing";
}

#define SUBJECT(name) "C=US, O=\"Example, Inc.\", CN=" name ".example, E=a@" name ".example"

static void test_search_is_exact_then_contained_then_empty(void **state)
{
    struct sx_store store = { 0 };

    (void)state;
    store_make(&store);
    assert_string_equal(found(&store, SUBJECT("rsa"), false), SUBJECT("rsa"));
    assert_string_equal(
        found(&store, "C=US,O=\"Example, Inc.\",CN=rsa.example,E=a@rsa.example", false),
        SUBJECT("rsa"));
    assert_string_equal(found(&store, "CN=p521.example", false), SUBJECT("p521"));
    assert_string_equal(found(&store, "@p521", false), SUBJECT("p521"));
    assert_string_equal(found(&store, "Example, Inc.", false), SUBJECT("p256")); /* the private */
    assert_string_equal(found(&store, "*", false), SUBJECT("p256"));
    assert_string_equal(found(&store, "CN=p384.example", false), "nothing");
    assert_string_equal(found(&store, "", false), "nothing");
    assert_string_equal(found(&store, "CN=p521.example", true), "nothing"); /* no private key */
    assert_string_equal(found(&store, "CN=p256.example", true), SUBJECT("p256"));
    sx_store_clear(&store);
}

static void test_private_key_of_a_certificate_is_found(void **state)
{
    struct sx_store store = { 0 };
    struct data p256 = data_public("p256");
    struct data rsa = data_public("rsa");

    (void)state;
    store_make(&store);
    assert_non_null(sx_store_find_key(&store, data_slice(&p256)));
    assert_null(sx_store_find_key(&store, data_slice(&rsa)));
    sx_store_clear(&store);
}

/* --- Types ------------------------------------------------------------------------------------ */

static void test_types_are_the_references(void **state)
{
    (void)state;
    for (int type = -1; type <= 100; type++)
        assert_int_equal(sx_store_type_is_known(type),
                         (type >= 0 && type <= 23 && type != 20) || type == 99);
}

static enum sx_err open_type(int type, const char *value, size_t length, struct sx_fault *fault,
                             struct sx_store *out)
{
    const struct sx_store_spec spec = {
        .type = type, .value = value, .length = length, .passphrase = sx_slice_text("opensesame")
    };

    sx_fault_clear(fault);
    return sx_store_open(provider, &spec, fault, out);
}

static void test_blob_of_another_form_is_refused(void **state)
{
    struct data jwk = data_read("p256.jwk");
    const char *text = (const char *)jwk.bytes;
    struct sx_store store = { 0 };
    struct sx_fault fault = { 0 };

    (void)state;
    jwk.bytes[jwk.len] = '\0';
    assert_int_equal(open_type(SX_STORE_JWK_BLOB, text, jwk.len, &fault, &store), SX_OK);
    sx_store_clear(&store);
    assert_int_equal(open_type(SX_STORE_AUTO, text, jwk.len, &fault, &store), SX_OK);
    sx_store_clear(&store);
    assert_int_equal(open_type(SX_STORE_PEM_BLOB, text, jwk.len, &fault, &store),
                     SX_ERR_KEY_FORMAT);
    assert_non_null(strstr(fault.text, "wants PEM, and this is a JSON Web Key"));
    assert_int_equal(open_type(SX_STORE_JKS_BLOB, text, jwk.len, &fault, &store), SX_ERR_KEY_STORE);
    assert_int_equal(open_type(SX_STORE_BCFKS_FILE, "/x", 2, &fault, &store), SX_ERR_KEY_STORE);
    assert_int_equal(open_type(SX_STORE_JWK_BLOB, "", 0, &fault, &store), SX_ERR_ARGUMENT);
    assert_int_equal(open_type(SX_STORE_JWK_FILE, "/no/such", 8, &fault, &store), SX_ERR_FILE);
}

/* "A string (binary or base64-encoded)". */
static void test_base64_is_taken_for_the_bytes(void **state)
{
    static const char *const names[] = { "p256.der", "p256.pkcs8", "p256.pfx" };
    struct data line = data_read("p256.pub");
    char text[2 * DATA_MAX];
    struct sx_store store = { 0 };
    struct sx_fault fault = { 0 };
    char *blob;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct data file = data_read(names[i]);

        assert_int_equal(sx_base64_encode(data_slice(&file), text, sizeof text), SX_OK);
        if (open_type(SX_STORE_AUTO, text, strlen(text), &fault, &store) != SX_OK)
            fail_msg("%s: %s", names[i], fault.text);
        assert_int_equal(store.count, 1);
        assert_true(sx_key_is_private(store.entries[0].key));
        sx_store_clear(&store);
    }
    line.bytes[line.len] = '\0';
    blob = strchr((char *)line.bytes, ' ') + 1;
    *strchr(blob, ' ') = '\0';
    assert_int_equal(open_type(SX_STORE_SSH_PUBLIC_BLOB, blob, strlen(blob), &fault, &store),
                     SX_OK);
    assert_int_equal(store.count, 1);
    sx_store_clear(&store);
}

static void test_folder_of_keys_is_one_store(void **state)
{
    static const char *const names[] = { "b.pem", "a.jwk", "c.pub", ".hidden" };
    static const char *const files[] = { "p256.pkcs8", "rsa.jwk", "rsa.pub", "p521.pkcs8" };
    char folder[] = "/tmp/sexec-test-XXXXXX";
    char path[128];
    struct sx_store store = { 0 };
    struct sx_fault fault = { 0 };

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(open_type(SX_STORE_USER, folder, strlen(folder), &fault, &store),
                     SX_ERR_AUTH_NO_CREDENTIALS);
    for (size_t i = 0; i < 4; i++) {
        struct data file = data_read(files[i]);
        FILE *out;

        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        out = fopen(path, "wb");
        assert_non_null(out);
        assert_int_equal(fwrite(file.bytes, 1, file.len, out), file.len);
        assert_int_equal(fclose(out), 0);
        assert_int_equal(chmod(path, 0600), 0);
    }
    assert_int_equal(open_type(SX_STORE_USER, folder, strlen(folder), &fault, &store), SX_OK);
    assert_int_equal(store.count, 2);
    assert_int_equal(sx_key_get_type(store.entries[0].key), SX_KEY_RSA); /* by name */
    assert_int_equal(sx_key_get_type(store.entries[1].key), SX_KEY_ECDSA_P256);
    sx_store_clear(&store);
    assert_int_equal(chmod(folder, 0770), 0);
    assert_int_equal(open_type(SX_STORE_MACHINE, folder, strlen(folder), &fault, &store),
                     SX_ERR_FILE_MODE);
    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(folder), 0);
}

static int setup(void **state)
{
    (void)state;
    provider = providers_default();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_form_is_told_and_read),
        cmocka_unit_test(test_der_is_told_from_its_shape),
        cmocka_unit_test(test_wrong_passwords_are_told_from_damage),
        cmocka_unit_test(test_argon2_works_or_says_why_not),
        cmocka_unit_test(test_damaged_and_cut_stores_give_no_wrong_key),
        cmocka_unit_test(test_search_is_exact_then_contained_then_empty),
        cmocka_unit_test(test_private_key_of_a_certificate_is_found),
        cmocka_unit_test(test_types_are_the_references),
        cmocka_unit_test(test_blob_of_another_form_is_refused),
        cmocka_unit_test(test_base64_is_taken_for_the_bytes),
        cmocka_unit_test(test_folder_of_keys_is_one_store),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
