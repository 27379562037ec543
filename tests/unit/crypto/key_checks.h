/* unit/crypto/key_checks.h: blobs and signatures for the tests of keys. */
#ifndef SX_TESTS_KEY_CHECKS_H
#define SX_TESTS_KEY_CHECKS_H

#include "unit/crypto/crypto_checks.h"

#include "crypto/key.h"
#include "wire/writer.h"

static const struct sx_sig_alg *const all_sigs[] = { &sx_sig_ecdsa_nistp256,
                                                     &sx_sig_ecdsa_nistp384,
                                                     &sx_sig_ecdsa_nistp521,
                                                     &sx_sig_ed25519,
                                                     &sx_sig_rsa_sha2_256,
                                                     &sx_sig_rsa_sha2_512,
                                                     NULL };

static inline struct sx_key *generate(struct sx_provider *provider, enum sx_key_type type)
{
    struct sx_key *key = NULL;

    assert_ok(sx_key_generate(provider, type, 2048, &key));
    return key;
}

static inline struct sx_key *from_blob(struct sx_provider *provider, struct sx_slice blob)
{
    struct sx_key *key = NULL;
    struct sx_fault fault = { 0 };

    assert_no_fault(sx_key_from_public_blob(provider, blob, &fault, &key), &fault);
    return key;
}

/* A signature over message in a fresh buffer; clear it with sx_buffer_clear. */
static inline struct sx_buffer sign(const struct sx_key *key, const struct sx_sig_alg *alg,
                                    struct sx_slice message)
{
    struct sx_buffer out;
    struct sx_fault fault = { 0 };

    sx_buffer_init(&out, 8192);
    assert_no_fault(sx_key_sign(key, alg, message, &fault, &out), &fault);
    return out;
}

/* string(name) string(raw) in storage. */
static inline struct sx_slice signature_blob(const char *name, struct sx_slice raw, void *storage,
                                             size_t cap)
{
    struct sx_writer writer;
    struct sx_slice blob;

    sx_writer_init(&writer, storage, cap);
    sx_writer_text(&writer, name);
    sx_writer_string(&writer, raw);
    assert_ok(sx_writer_finish(&writer, &blob));
    return blob;
}

/* Two mpints, as an ECDSA signature has them. */
static inline struct sx_slice mpint_pair(struct sx_slice a, struct sx_slice b, void *storage,
                                         size_t cap)
{
    struct sx_writer writer;
    struct sx_slice pair;

    sx_writer_init(&writer, storage, cap);
    sx_writer_mpint(&writer, a);
    sx_writer_mpint(&writer, b);
    assert_ok(sx_writer_finish(&writer, &pair));
    return pair;
}

/* string("ssh-rsa") mpint(e) mpint(n). */
static inline struct sx_slice rsa_blob(struct sx_slice e, struct sx_slice n, void *storage,
                                       size_t cap)
{
    struct sx_writer writer;
    struct sx_slice blob;

    sx_writer_init(&writer, storage, cap);
    sx_writer_text(&writer, "ssh-rsa");
    sx_writer_mpint(&writer, e);
    sx_writer_mpint(&writer, n);
    assert_ok(sx_writer_finish(&writer, &blob));
    return blob;
}

/* string(type) [string(curve)] string(point). */
static inline struct sx_slice point_blob(const char *type, const char *curve, struct sx_slice point,
                                         void *storage, size_t cap)
{
    struct sx_writer writer;
    struct sx_slice blob;

    sx_writer_init(&writer, storage, cap);
    sx_writer_text(&writer, type);
    if (curve != NULL)
        sx_writer_text(&writer, curve);
    sx_writer_string(&writer, point);
    assert_ok(sx_writer_finish(&writer, &blob));
    return blob;
}

#endif
