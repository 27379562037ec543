/* unit/crypto/host_key_checks.h: what the tests of host keys in all their forms share. */
#ifndef SX_TESTS_HOST_KEY_CHECKS_H
#define SX_TESTS_HOST_KEY_CHECKS_H

#include "unit/crypto/crypto_checks.h"

#include "crypto/key.h"
#include "wire/reader.h"
#include "wire/writer.h"

/* A host key as a server shows it, the bare public key that is in it, and a signature by it. */
struct host_key_vector {
    const struct sx_sig_alg *alg;
    const char *blob;
    const char *plain;
    const char *signature;
};

static const char host_key_message[] = "the exchange hash stands here";

static inline enum sx_err decode_host_key(struct sx_provider *provider,
                                          const struct sx_sig_alg *alg, struct sx_slice blob,
                                          struct sx_key **out)
{
    struct sx_fault fault = { 0 };
    enum sx_err err = sx_key_from_host_blob(provider, alg, blob, &fault, out);

    if (err != SX_OK) {
        assert_int_equal(fault.err, err);
        assert_true(strlen(fault.text) > 10);
    }
    return err;
}

static inline struct sx_key *host_key(struct sx_provider *provider, const struct sx_sig_alg *alg,
                                      const char *hex)
{
    struct bytes blob = from_hex(hex);
    struct sx_fault fault = { 0 };
    struct sx_key *key = NULL;

    assert_no_fault(sx_key_from_host_blob(provider, alg, slice_of(&blob), &fault, &key), &fault);
    return key;
}

/* The key comes out of its form; its signature is right, and no other is. */
static inline void check_host_key(struct sx_provider *provider, const struct host_key_vector *v)
{
    struct bytes plain = from_hex(v->plain);
    struct bytes signature = from_hex(v->signature);
    struct sx_slice message = sx_slice_text(host_key_message);
    struct sx_key *key = host_key(provider, v->alg, v->blob);
    struct sx_fault fault = { 0 };

    print_message("[   row    ] %s\n", v->alg->name);
    assert_int_equal(sx_key_get_type(key), v->alg->type);
    assert_false(sx_key_is_private(key));
    assert_true(sx_slice_is_equal(sx_key_public_blob(key), slice_of(&plain)));
    assert_no_fault(sx_key_verify(key, v->alg, message, slice_of(&signature), &fault), &fault);

    message.len--;
    assert_err(sx_key_verify(key, v->alg, message, slice_of(&signature), NULL),
               SX_ERR_PEER_SIGNATURE);
    message.len++;
    signature.data[signature.len - 1] ^= 1;
    assert_err(sx_key_verify(key, v->alg, message, slice_of(&signature), NULL),
               SX_ERR_PEER_SIGNATURE);
    signature.data[signature.len - 1] ^= 1;
    signature.data[4] ^= 1; /* another algorithm's name */
    assert_err(sx_key_verify(key, v->alg, message, slice_of(&signature), NULL),
               SX_ERR_PEER_HOST_KEY_TYPE);
    sx_key_free(key);
}

/* No beginning of a blob is one, nor one with a byte more. */
static inline void check_frame(const struct host_key_vector *v)
{
    struct bytes blob = from_hex(v->blob);
    struct sx_key *key = NULL;

    for (size_t n = 0; n < blob.len; n++)
        assert_int_not_equal(
            decode_host_key(providers_default(), v->alg, sx_slice_of(blob.data, n), &key), SX_OK);
    blob.data[blob.len] = 0;
    assert_int_not_equal(
        decode_host_key(providers_default(), v->alg, sx_slice_of(blob.data, blob.len + 1), &key),
        SX_OK);
    assert_null(key);
}

/* A changed byte is refused or gives some key, but never a key of another kind. */
static inline void check_changes(const struct host_key_vector *v)
{
    struct bytes blob = from_hex(v->blob);

    for (size_t at = 0; at < blob.len; at++) {
        for (unsigned bit = 0; bit < 8; bit += 3) {
            struct sx_key *key = NULL;

            blob.data[at] ^= (uint8_t)(1u << bit);
            if (decode_host_key(providers_default(), v->alg, slice_of(&blob), &key) == SX_OK)
                assert_int_equal(sx_key_get_type(key), v->alg->type);
            else
                assert_null(key);
            sx_key_free(key);
            blob.data[at] ^= (uint8_t)(1u << bit);
        }
    }
}

/* A key pair signs in every form of its type with the name that the form wants, and only that. */
static inline void check_own_signature(const struct sx_key *key, const struct sx_sig_alg *alg,
                                       const char *name)
{
    struct sx_slice message = sx_slice_text(host_key_message);
    struct sx_fault fault = { 0 };
    struct sx_buffer blob;
    struct sx_reader reader;

    sx_buffer_init(&blob, 8192);
    assert_no_fault(sx_key_sign(key, alg, message, &fault, &blob), &fault);
    sx_reader_init(&reader, sx_buffer_unread(&blob));
    assert_true(sx_slice_is_text(sx_reader_string(&reader), name));
    assert_no_fault(sx_key_verify(key, alg, message, sx_buffer_unread(&blob), &fault), &fault);
    sx_buffer_clear(&blob);
}

#endif
