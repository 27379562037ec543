/* unit/keys/key_data.h: the key files under data/, and what is true of each. Include in one file
 * of a test, after cmocka.h. */
#ifndef SX_TESTS_KEY_DATA_H
#define SX_TESTS_KEY_DATA_H

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "crypto/key.h"

enum { DATA_MAX = 8192 };

struct data {
    uint8_t bytes[DATA_MAX];
    size_t len;
};

static inline struct sx_slice data_slice(const struct data *data)
{
    return sx_slice_of(data->bytes, data->len);
}

static inline struct data data_read(const char *name)
{
    struct data data;
    char path[512];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/unit/keys/data/%s", SX_TESTS_DIR, name);
    file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s can't be opened", path);
    data.len = fread(data.bytes, 1, sizeof data.bytes, file);
    (void)fclose(file);
    assert_in_range(data.len, 1, sizeof data.bytes - 1);
    return data;
}

/* The public key blob that NAME.pub holds. */
static inline struct data data_public(const char *name)
{
    struct data text;
    struct data blob;
    char file[64];
    const uint8_t *start;
    const uint8_t *end;

    (void)snprintf(file, sizeof file, "%s.pub", name);
    text = data_read(file);
    start = memchr(text.bytes, ' ', text.len);
    assert_non_null(start);
    start++;
    end = memchr(start, ' ', text.len - (size_t)(start - text.bytes));
    assert_non_null(end);
    assert_int_equal(sx_base64_decode(sx_slice_of(start, (size_t)(end - start)), false, false,
                                      blob.bytes, sizeof blob.bytes, &blob.len),
                     SX_OK);
    return blob;
}

/* Each key, and the signature algorithm that it is tried with. */
static const struct {
    const char *name;
    enum sx_key_type type;
    unsigned bits;
    const struct sx_sig_alg *alg;
} data_keys[] = {
    { "rsa", SX_KEY_RSA, 2048, &sx_sig_rsa_sha2_256 },
    { "p256", SX_KEY_ECDSA_P256, 256, &sx_sig_ecdsa_nistp256 },
    { "p384", SX_KEY_ECDSA_P384, 384, &sx_sig_ecdsa_nistp384 },
    { "p521", SX_KEY_ECDSA_P521, 521, &sx_sig_ecdsa_nistp521 },
    { "ed25519", SX_KEY_ED25519, 256, &sx_sig_ed25519 },
};
enum { DATA_KEYS = sizeof data_keys / sizeof data_keys[0] };

/* Signs with key and lets the key of blob verify: whether it is the private part of blob. */
static inline bool is_private_part_of(struct sx_provider *provider, const struct sx_key *key,
                                      const struct sx_sig_alg *alg, struct sx_slice blob)
{
    struct sx_slice message = sx_slice_text("a message");
    struct sx_key *verifier = NULL;
    struct sx_buffer signature;
    bool is_right;

    sx_buffer_init(&signature, 4096);
    assert_int_equal(sx_key_from_public_blob(provider, blob, NULL, &verifier), SX_OK);
    is_right = sx_key_sign(key, alg, message, NULL, &signature) == SX_OK &&
               sx_key_verify(verifier, alg, message, sx_buffer_unread(&signature), NULL) == SX_OK;
    sx_buffer_clear(&signature);
    sx_key_free(verifier);
    return is_right;
}

#endif
