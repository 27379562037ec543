/* openssh-key-v1: keys of ssh-keygen and puttygen are read; whatever disagrees inside is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "keys/openssh_key.h"
#include "keys/pem.h"
#include "support/providers.h"
#include "unit/keys/key_data.h"
#include "wire/reader.h"
#include "wire/writer.h"

static struct sx_provider *provider;

/* The container's bytes out of its PEM file. */
static struct data container_read(const char *file)
{
    struct data text = data_read(file);
    struct data bytes;
    struct sx_slice rest = data_slice(&text);
    struct sx_pem pem = { 0 };
    bool is_found = false;

    assert_int_equal(sx_pem_next(&rest, NULL, &pem, &is_found), SX_OK);
    assert_true(is_found && sx_slice_is_text(pem.label, "OPENSSH PRIVATE KEY"));
    assert_in_range(pem.bytes.len, 1, DATA_MAX);
    memcpy(bytes.bytes, pem.bytes.ptr, pem.bytes.len);
    bytes.len = pem.bytes.len;
    sx_pem_clear(&pem);
    return bytes;
}

static void assert_decodes(const char *file, const char *key_name, const struct sx_sig_alg *alg)
{
    struct data bytes = container_read(file);
    struct data blob = data_public(key_name);
    struct sx_fault fault = { 0 };
    struct sx_key *key = NULL;

    if (sx_openssh_key_decode(provider, data_slice(&bytes), SX_SLICE_NONE, &fault, &key) != SX_OK)
        fail_msg("%s: %s", file, fault.text);
    assert_true(sx_slice_is_equal(sx_key_public_blob(key), data_slice(&blob)));
    assert_true(is_private_part_of(provider, key, alg, data_slice(&blob)));
    sx_key_free(key);
}

static void assert_refused(struct sx_slice bytes, enum sx_err err, const char *word)
{
    struct sx_fault fault = { 0 };
    struct sx_key *key = NULL;

    assert_int_equal(sx_openssh_key_decode(provider, bytes, SX_SLICE_NONE, &fault, &key), err);
    assert_int_equal(fault.err, err);
    assert_null(key);
    if (strstr(fault.text, word) == NULL)
        fail_msg("\"%s\" says nothing of \"%s\"", fault.text, word);
}

static void test_keys_of_every_type_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < DATA_KEYS; i++) {
        char file[64];

        (void)snprintf(file, sizeof file, "%s.openssh", data_keys[i].name);
        assert_decodes(file, data_keys[i].name, data_keys[i].alg);
    }
}

/* PuTTY pads to 16 bytes where OpenSSH pads to 8. */
static void test_longer_padding_is_read(void **state)
{
    (void)state;
    assert_decodes("rsa.putty", "rsa", &sx_sig_rsa_sha2_512);
    assert_decodes("p256.putty", "p256", &sx_sig_ecdsa_nistp256);
    assert_decodes("ed25519.putty", "ed25519", &sx_sig_ed25519);
}

static void test_encrypted_key_wants_its_passphrase(void **state)
{
    struct data bytes = container_read("ed25519.bcrypt");
    struct data blob = data_public("ed25519");
    struct sx_fault fault = { 0 };
    struct sx_key *key = NULL;

    (void)state;
#if SX_LEGACY
    assert_refused(data_slice(&bytes), SX_ERR_KEY_PASSPHRASE, "no passphrase");
    assert_int_equal(sx_openssh_key_decode(provider, data_slice(&bytes),
                                           sx_slice_text("opensesame"), &fault, &key),
                     SX_OK);
    assert_true(sx_slice_is_equal(sx_key_public_blob(key), data_slice(&blob)));
    sx_key_free(key);
    key = NULL;
    assert_int_equal(sx_openssh_key_decode(provider, data_slice(&bytes), sx_slice_text("opensesam"),
                                           &fault, &key),
                     SX_ERR_KEY_PASSPHRASE);
    assert_non_null(strstr(fault.text, "is wrong"));
#else
    (void)blob;
    assert_int_equal(sx_openssh_key_decode(provider, data_slice(&bytes),
                                           sx_slice_text("opensesame"), &fault, &key),
                     SX_ERR_POLICY_CONTAINER);
#endif
    assert_null(key);
}

static void test_dsa_is_read(void **state)
{
    struct data bytes = container_read("dsa.openssh");
    struct sx_key *key = NULL;

    (void)state;
#if SX_LEGACY
    assert_int_equal(sx_openssh_key_decode(provider, data_slice(&bytes), SX_SLICE_NONE, NULL, &key),
                     SX_OK);
    assert_int_equal(sx_key_get_type(key), SX_KEY_DSA);
    assert_true(sx_key_is_private(key));
    sx_key_free(key);
#else
    assert_refused(data_slice(&bytes), SX_ERR_KEY_FORMAT, "\"ssh-dss\"");
    (void)key;
#endif
}

/* --- Containers made here, with one thing wrong ------------------------------------------------- */

/* What a container says; slices into the file's bytes, which hold the right values. */
struct parts {
    const char *cipher;
    const char *kdf;
    struct sx_slice kdf_options;
    uint32_t count;
    struct sx_slice public_blob;
    uint32_t check[2];
    struct sx_slice key; /* type and fields */
    struct sx_slice comment;
    struct sx_slice padding;
    struct sx_slice tail;
};

static const uint8_t counting[32] = { 1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11,
                                      12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
                                      23, 24, 25, 26, 27, 28, 29, 30, 31, 32 };

static struct parts parts_of(const struct data *bytes)
{
    struct parts parts = { .cipher = "none", .kdf = "none", .count = 1 };
    struct sx_reader reader;
    struct sx_slice private_part;
    struct sx_slice key_start;

    sx_reader_init(&reader, data_slice(bytes));
    (void)sx_reader_bytes(&reader, sizeof "openssh-key-v1");
    for (int i = 0; i < 3; i++)
        (void)sx_reader_string(&reader);
    assert_int_equal(sx_reader_u32(&reader), 1);
    parts.public_blob = sx_reader_string(&reader);
    private_part = sx_reader_string(&reader);
    assert_int_equal(sx_reader_finish(&reader), SX_OK);

    sx_reader_init(&reader, private_part);
    parts.check[0] = sx_reader_u32(&reader);
    parts.check[1] = sx_reader_u32(&reader);
    key_start = sx_slice_of(reader.ptr, reader.left);
    if (sx_slice_is_text(sx_reader_string(&reader), "ssh-ed25519")) {
        (void)sx_reader_string(&reader);
        (void)sx_reader_string(&reader);
    } else { /* ECDSA */
        (void)sx_reader_string(&reader);
        (void)sx_reader_string(&reader);
        (void)sx_reader_string(&reader);
    }
    parts.key = sx_slice_of(key_start.ptr, key_start.len - reader.left);
    return parts;
}

/* Padding that makes the private part a multiple of 8. */
static struct sx_slice padding_for(const struct parts *parts)
{
    size_t len = 8 + parts->key.len + 4 + parts->comment.len;

    return sx_slice_of(counting, (8 - len % 8) % 8);
}

static struct data container_make(const struct parts *parts)
{
    struct data made;
    struct sx_writer writer;
    struct sx_slice written;
    size_t mark;

    sx_writer_init(&writer, made.bytes, sizeof made.bytes);
    sx_writer_bytes(&writer, sx_slice_of("openssh-key-v1", 15));
    sx_writer_text(&writer, parts->cipher);
    sx_writer_text(&writer, parts->kdf);
    sx_writer_string(&writer, parts->kdf_options);
    sx_writer_u32(&writer, parts->count);
    sx_writer_string(&writer, parts->public_blob);
    mark = sx_writer_begin_string(&writer);
    sx_writer_u32(&writer, parts->check[0]);
    sx_writer_u32(&writer, parts->check[1]);
    sx_writer_bytes(&writer, parts->key);
    sx_writer_string(&writer, parts->comment);
    sx_writer_bytes(&writer, parts->padding);
    sx_writer_end_string(&writer, mark);
    sx_writer_bytes(&writer, parts->tail);
    assert_int_equal(sx_writer_finish(&writer, &written), SX_OK);
    made.len = written.len;
    return made;
}

static void assert_made_refused(const struct parts *parts, const char *word)
{
    struct data made = container_make(parts);

    assert_refused(data_slice(&made), SX_ERR_KEY_FORMAT, word);
}

static void assert_made_taken(const struct parts *parts)
{
    struct data made = container_make(parts);
    struct sx_key *key = NULL;

    assert_int_equal(sx_openssh_key_decode(provider, data_slice(&made), SX_SLICE_NONE, NULL, &key),
                     SX_OK);
    assert_true(sx_slice_is_equal(sx_key_public_blob(key), parts->public_blob));
    sx_key_free(key);
}

static void test_head_must_be_that_of_an_unencrypted_key(void **state)
{
    struct data bytes = container_read("ed25519.openssh");
    struct parts good = parts_of(&bytes);
    struct parts parts;

    (void)state;
    good.padding = padding_for(&good);
    assert_made_taken(&good);
    parts = good;
    parts.kdf = "bcrypt";
    assert_made_refused(&parts, "no cipher");
    parts = good;
    parts.kdf_options = sx_slice_text("x");
    assert_made_refused(&parts, "no cipher");
    parts = good;
    parts.count = 0;
    assert_made_refused(&parts, "0 keys");
    parts = good;
    parts.count = 2;
    assert_made_refused(&parts, "2 keys");
    parts = good;
    parts.tail = sx_slice_text("x");
    assert_made_refused(&parts, "left over");
    bytes.bytes[14] = 'x'; /* the NUL of the magic */
    assert_refused(data_slice(&bytes), SX_ERR_KEY_FORMAT, "openssh-key-v1");
    assert_refused(SX_SLICE_NONE, SX_ERR_KEY_FORMAT, "openssh-key-v1");
}

static void test_names_of_a_hostile_container_are_escaped(void **state)
{
    struct data bytes = container_read("ed25519.openssh");
    struct parts parts = parts_of(&bytes);
    struct data made;

    (void)state;
    parts.cipher = "\033[31m";
    made = container_make(&parts);
    assert_refused(data_slice(&made), SX_ERR_POLICY_CONTAINER, "\\x1b[31m");
}

static void test_check_numbers_must_be_equal(void **state)
{
    struct data bytes = container_read("ed25519.openssh");
    struct parts parts = parts_of(&bytes);

    (void)state;
    parts.padding = padding_for(&parts);
    parts.check[1] ^= 0x100;
    assert_made_refused(&parts, "check numbers");
}

static void test_padding_must_count_and_fill_a_block(void **state)
{
    struct data bytes = container_read("ed25519.openssh");
    struct parts parts = parts_of(&bytes);
    uint8_t wrong[8];
    size_t least;

    (void)state;
    least = padding_for(&parts).len;
    for (size_t len = 0; len <= 24; len++) {
        parts.padding = sx_slice_of(counting, len);
        if (len % 8 == least)
            assert_made_taken(&parts);
        else
            assert_made_refused(&parts, "length");
    }

    parts.comment = sx_slice_of("comment", (least + 1) % 8); /* then 7 bytes of padding */
    assert_int_equal(padding_for(&parts).len, 7);
    for (size_t i = 0; i < 7; i++) {
        memcpy(wrong, counting, sizeof wrong);
        wrong[i] ^= 0x80;
        parts.padding = sx_slice_of(wrong, 7);
        assert_made_refused(&parts, "padding");
    }
}

static void test_public_part_must_be_the_private_ones(void **state)
{
    struct data bytes = container_read("p256.openssh");
    struct data other = data_public("p384");
    struct data changed = data_public("p256");
    struct parts parts = parts_of(&bytes);

    (void)state;
    parts.padding = padding_for(&parts);
    assert_made_taken(&parts);
    parts.public_blob = data_slice(&other);
    assert_made_refused(&parts, "different keys");
    changed.bytes[changed.len - 1] ^= 1;
    parts.public_blob = data_slice(&changed);
    assert_made_refused(&parts, "different keys");
    parts.public_blob = SX_SLICE_NONE;
    assert_made_refused(&parts, "different keys");
}

static void test_numbers_of_a_private_part_must_fit_together(void **state)
{
    struct data bytes = container_read("p256.openssh");
    struct parts parts = parts_of(&bytes);
    uint8_t key[256];

    (void)state;
    parts.padding = padding_for(&parts);
    assert_in_range(parts.key.len, 100, sizeof key);
    memcpy(key, parts.key.ptr, parts.key.len);
    parts.key.ptr = key;
    assert_made_taken(&parts);

    key[parts.key.len - 1] ^= 1; /* the scalar */
    assert_made_refused(&parts, "damaged");
    key[parts.key.len - 1] ^= 1;
    key[4 + 19 + 4 + 4] ^= 1; /* "nistp256" becomes "nistq256" */
    assert_made_refused(&parts, "bad field");
    key[4 + 19 + 4 + 4] ^= 1;
    assert_made_taken(&parts);
}

static void test_seed_and_both_public_parts_must_agree(void **state)
{
    struct data bytes = container_read("ed25519.openssh");
    struct parts parts = parts_of(&bytes);
    const size_t public_at = 4 + 11 + 4;
    const size_t seed_at = public_at + 32 + 4;
    const size_t spots[] = { public_at, seed_at, seed_at + 31, seed_at + 32, seed_at + 63 };
    uint8_t key[128];

    (void)state;
    parts.padding = padding_for(&parts);
    assert_int_equal(parts.key.len, seed_at + 64);
    memcpy(key, parts.key.ptr, parts.key.len);
    parts.key.ptr = key;
    for (size_t i = 0; i < sizeof spots / sizeof spots[0]; i++) {
        key[spots[i]] ^= 0x10;
        assert_made_refused(&parts, "key");
        key[spots[i]] ^= 0x10;
    }
    /* both public parts changed alike, inside: only the seed tells */
    key[public_at] ^= 0x10;
    key[seed_at + 32] ^= 0x10;
    assert_made_refused(&parts, "another key");
}

static void test_every_truncation_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < DATA_KEYS; i++) {
        struct data bytes;
        char file[64];

        (void)snprintf(file, sizeof file, "%s.openssh", data_keys[i].name);
        bytes = container_read(file);
        for (size_t len = 0; len < bytes.len; len++)
            assert_refused(sx_slice_of(bytes.bytes, len), SX_ERR_KEY_FORMAT, "damaged");
    }
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
        cmocka_unit_test(test_keys_of_every_type_are_read),
        cmocka_unit_test(test_longer_padding_is_read),
        cmocka_unit_test(test_encrypted_key_wants_its_passphrase),
        cmocka_unit_test(test_dsa_is_read),
        cmocka_unit_test(test_head_must_be_that_of_an_unencrypted_key),
        cmocka_unit_test(test_names_of_a_hostile_container_are_escaped),
        cmocka_unit_test(test_check_numbers_must_be_equal),
        cmocka_unit_test(test_padding_must_count_and_fill_a_block),
        cmocka_unit_test(test_public_part_must_be_the_private_ones),
        cmocka_unit_test(test_numbers_of_a_private_part_must_fit_together),
        cmocka_unit_test(test_seed_and_both_public_parts_must_agree),
        cmocka_unit_test(test_every_truncation_is_refused),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
