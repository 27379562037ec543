/* OpenSSH certificates as host keys: ssh-keygen's own, their fields, and what is none. */
#include "unit/crypto/vectors_cert.h"

#include "crypto/key_cert.h"

enum { VECTORS = sizeof cert_vectors / sizeof cert_vectors[0] };

static void check_vectors(const struct test_provider *tp)
{
    for (size_t i = 0; i < VECTORS; i++) {
        if (!sx_sig_is_available(tp->provider, cert_vectors[i].alg)) {
            assert_true(tp->is_fips && cert_vectors[i].alg == &sx_sig_ed25519_cert);
            continue;
        }
        check_host_key(tp->provider, &cert_vectors[i]);
    }
}

static void test_certificates_of_ssh_keygen_give_their_key(void **state)
{
    (void)state;
    for_each_provider(check_vectors);
}

static void test_cut_certificate_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++)
        check_frame(&cert_vectors[i]);
}

static void test_changed_certificate_gives_no_other_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++)
        check_changes(&cert_vectors[i]);
}

static void test_certificate_says_what_ssh_keygen_was_told(void **state)
{
    struct bytes blob = from_hex(ed25519_cert);
    struct bytes plain = from_hex(ed25519_plain);
    struct sx_ssh_cert cert;
    struct sx_reader reader;
    struct sx_slice name;

    (void)state;
    assert_ok(sx_ssh_cert_decode(&sx_sig_ed25519_cert, slice_of(&blob), NULL, &cert));
    assert_int_equal(cert.nonce.len, 32);
    assert_int_equal(cert.serial, 7);
    assert_int_equal(cert.type, SX_SSH_CERT_HOST);
    assert_true(sx_slice_is_text(cert.key_id, "host key ed25519256"));
    assert_true(cert.valid_after < cert.valid_before);
    assert_int_equal(cert.critical_options.len, 0);
    assert_int_equal(cert.extensions.len, 0);
    sx_reader_init(&reader, cert.principals);
    assert_true(sx_slice_is_text(sx_reader_string(&reader), "host.example"));
    assert_true(sx_slice_is_text(sx_reader_string(&reader), "10.0.0.1"));
    assert_ok(sx_reader_finish(&reader));
    /* the plain blob ends in the fields; the CA's key is a plain blob; it signs all before */
    assert_memory_equal(plain.data + plain.len - cert.public_fields.len, cert.public_fields.ptr,
                        cert.public_fields.len);
    sx_reader_init(&reader, cert.signature_key);
    name = sx_reader_string(&reader);
    assert_true(sx_slice_is_text(name, "ssh-ed25519"));
    assert_int_equal(cert.signed_part.len + 4 + cert.signature.len, blob.len);
}

/* The CA's signature covers signed_part: shown with the key that is in the certificate itself. */
static void test_ca_signature_covers_the_signed_part(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        struct bytes blob = from_hex(cert_vectors[i].blob);
        struct sx_ssh_cert cert;
        struct sx_key *ca = NULL;
        struct sx_slice less;

        assert_ok(sx_ssh_cert_decode(cert_vectors[i].alg, slice_of(&blob), NULL, &cert));
        assert_ok(sx_key_from_public_blob(providers_default(), cert.signature_key, NULL, &ca));
        assert_ok(sx_key_verify(ca, &sx_sig_ed25519, cert.signed_part, cert.signature, NULL));
        less = sx_slice_of(cert.signed_part.ptr, cert.signed_part.len - 1);
        assert_err(sx_key_verify(ca, &sx_sig_ed25519, less, cert.signature, NULL),
                   SX_ERR_PEER_SIGNATURE);
        sx_key_free(ca);
    }
}

static void test_certificate_for_users_is_no_host_key(void **state)
{
    struct bytes blob = from_hex(user_cert);
    struct sx_ssh_cert cert;
    struct sx_key *key = NULL;
    struct sx_reader reader;

    (void)state;
    assert_err(
        decode_host_key(providers_default(), &sx_sig_rsa_sha2_256_cert, slice_of(&blob), &key),
        SX_ERR_PEER_HOST_KEY);
    assert_null(key);
    assert_ok(sx_ssh_cert_decode(&sx_sig_rsa_sha2_256_cert, slice_of(&blob), NULL, &cert));
    assert_int_equal(cert.type, SX_SSH_CERT_USER);
    sx_reader_init(&reader, cert.critical_options);
    assert_true(sx_slice_is_text(sx_reader_string(&reader), "force-command"));
    assert_int_equal(sx_reader_string(&reader).len, 4 + strlen("/bin/true"));
    assert_ok(sx_reader_finish(&reader));
    assert_true(cert.extensions.len > 0);
}

/* What was negotiated is what must come: no bare key for a certificate, nor the other way round,
 * nor a certificate of another type. */
static void test_another_form_than_negotiated_is_refused(void **state)
{
    struct sx_key *key = NULL;

    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        struct bytes plain = from_hex(cert_vectors[i].plain);

        assert_err(
            decode_host_key(providers_default(), cert_vectors[i].alg, slice_of(&plain), &key),
            SX_ERR_PEER_HOST_KEY_TYPE);
        for (size_t j = 0; j < VECTORS; j++) {
            struct bytes other = from_hex(cert_vectors[j].blob);

            if (cert_vectors[i].alg->type != cert_vectors[j].alg->type)
                assert_err(decode_host_key(providers_default(), cert_vectors[i].alg,
                                           slice_of(&other), &key),
                           SX_ERR_PEER_HOST_KEY_TYPE);
        }
        plain = from_hex(cert_vectors[i].blob);
        assert_err(decode_host_key(providers_default(), &sx_sig_ed25519, slice_of(&plain), &key),
                   SX_ERR_PEER_HOST_KEY);
        plain = from_hex(p256_plain);
        assert_err(decode_host_key(providers_default(), &sx_sig_ed25519, slice_of(&plain), &key),
                   SX_ERR_PEER_HOST_KEY_TYPE);
    }
    assert_null(key);
}

/* --- Frames of our own ---------------------------------------------------------------------------- */

struct frame {
    uint32_t type;
    const char *principals; /* hex, as is */
    const char *options;
    const char *extensions;
};

static enum sx_err decode_frame(const struct frame *f, size_t padding)
{
    static uint8_t storage[SX_CERT_BLOB_MAX + 1024];
    static const uint8_t zeros[SX_CERT_BLOB_MAX];
    struct bytes plain = from_hex(ed25519_plain);
    struct bytes principals = from_hex(f->principals);
    struct bytes options = from_hex(f->options);
    struct bytes extensions = from_hex(f->extensions);
    struct sx_writer writer;
    struct sx_slice blob;
    struct sx_ssh_cert cert;

    sx_writer_init(&writer, storage, sizeof storage);
    sx_writer_text(&writer, "ssh-ed25519-cert-v01@openssh.com");
    sx_writer_string(&writer, sx_slice_of(zeros, padding)); /* nonce */
    sx_writer_bytes(&writer, sx_slice_of(plain.data + plain.len - 36, 36));
    sx_writer_u64(&writer, 1);
    sx_writer_u32(&writer, f->type);
    sx_writer_text(&writer, "id");
    sx_writer_string(&writer, slice_of(&principals));
    sx_writer_u64(&writer, 0);
    sx_writer_u64(&writer, UINT64_MAX);
    sx_writer_string(&writer, slice_of(&options));
    sx_writer_string(&writer, slice_of(&extensions));
    sx_writer_text(&writer, "reserved is ignored");
    sx_writer_string(&writer, slice_of(&plain));
    sx_writer_text(&writer, "signature");
    assert_ok(sx_writer_finish(&writer, &blob));
    return sx_ssh_cert_decode(&sx_sig_ed25519_cert, blob, NULL, &cert);
}

static void test_fields_that_are_not_lists_are_refused(void **state)
{
    static const struct frame good[] = { { 2, "", "", "" },
                                         { 1, "0000000161",
                                           "0000000161"
                                           "00000000",
                                           "" },
                                         { 2,
                                           "00000000"
                                           "00000000",
                                           "",
                                           "0000000161"
                                           "0000000162" } };
    static const struct frame bad[] = {
        { 0, "", "", "" },           { 3, "", "", "" },           { 2, "00", "", "" },
        { 2, "0000000261", "", "" }, { 2, "", "0000000161", "" }, { 2, "", "", "0000000161" },
        { 2, "", "", "ffffffff" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_ok(decode_frame(&good[i], 32));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_err(decode_frame(&bad[i], 32), SX_ERR_PEER_HOST_KEY);
    /* its size is bounded */
    assert_ok(decode_frame(&good[0], SX_CERT_BLOB_MAX - 512));
    assert_err(decode_frame(&good[0], SX_CERT_BLOB_MAX), SX_ERR_PEER_HOST_KEY);
}

static void test_key_pairs_sign_for_their_certificates(void **state)
{
    static const struct {
        const struct sx_sig_alg *alg;
        const char *name;
    } rows[] = {
        { &sx_sig_rsa_sha2_256_cert, "rsa-sha2-256" },
        { &sx_sig_rsa_sha2_512_cert, "rsa-sha2-512" },
        { &sx_sig_ecdsa_nistp256_cert, "ecdsa-sha2-nistp256" },
        { &sx_sig_ecdsa_nistp384_cert, "ecdsa-sha2-nistp384" },
        { &sx_sig_ecdsa_nistp521_cert, "ecdsa-sha2-nistp521" },
        { &sx_sig_ed25519_cert, "ssh-ed25519" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sx_key *key = NULL;

        assert_ok(sx_key_generate(providers_default(), rows[i].alg->type, 2048, &key));
        check_own_signature(key, rows[i].alg, rows[i].name);
        sx_key_free(key);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_certificates_of_ssh_keygen_give_their_key),
        cmocka_unit_test(test_cut_certificate_is_refused),
        cmocka_unit_test(test_changed_certificate_gives_no_other_kind),
        cmocka_unit_test(test_certificate_says_what_ssh_keygen_was_told),
        cmocka_unit_test(test_ca_signature_covers_the_signed_part),
        cmocka_unit_test(test_certificate_for_users_is_no_host_key),
        cmocka_unit_test(test_another_form_than_negotiated_is_refused),
        cmocka_unit_test(test_fields_that_are_not_lists_are_refused),
        cmocka_unit_test(test_key_pairs_sign_for_their_certificates),
    };

    return cmocka_run_group_tests_name("crypto/key_cert", tests, empty_default_context,
                                       restore_default_context);
}
