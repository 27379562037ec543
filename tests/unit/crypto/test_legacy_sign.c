/* ssh-rsa and ssh-dss in all their forms, and DSA keys. */
#include "unit/crypto/vectors_legacy_sign.h"

#include "crypto/key_x509.h"

enum { VECTORS = sizeof legacy_vectors / sizeof legacy_vectors[0] };

static void test_old_host_keys_verify(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        assert_true(sx_sig_is_available(providers_default(), legacy_vectors[i].alg));
        check_host_key(providers_default(), &legacy_vectors[i]);
    }
}

static void test_cut_old_host_key_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++)
        check_frame(&legacy_vectors[i]);
}

static void test_changed_old_host_key_gives_no_other_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++)
        check_changes(&legacy_vectors[i]);
}

/* The old X.509 form comes bare, or behind its name with or without a length; nothing else. */
static void test_old_certificate_comes_in_three_frames(void **state)
{
    struct bytes der = from_hex(x509_sign_rsa);
    struct bytes plain = from_hex(rsa_plain);
    uint8_t storage[BYTES_MAX];

    (void)state;
    for (int kind = 0; kind < 5; kind++) {
        struct sx_writer writer;
        struct sx_slice blob;
        struct sx_key *key = NULL;
        enum sx_err err;

        sx_writer_init(&writer, storage, sizeof storage);
        if (kind != 0)
            sx_writer_text(&writer, kind == 3 ? "x509v3-sign-dss" : "x509v3-sign-rsa");
        if (kind == 1)
            sx_writer_string(&writer, slice_of(&der));
        else
            sx_writer_bytes(&writer, slice_of(&der));
        if (kind == 4)
            sx_writer_u8(&writer, 0);
        assert_ok(sx_writer_finish(&writer, &blob));
        err = decode_host_key(providers_default(), &sx_sig_x509v3_sign_rsa, blob, &key);
        if (kind < 3) {
            assert_ok(err);
            assert_true(sx_slice_is_equal(sx_key_public_blob(key), slice_of(&plain)));
            assert_string_equal(sx_key_cert_names(key)->subject, "CN=host.example");
        } else {
            assert_err(err, kind == 3 ? SX_ERR_PEER_HOST_KEY_TYPE : SX_ERR_PEER_HOST_KEY);
        }
        sx_key_free(key);
    }
}

/* One key, many names: a signature for one algorithm is none for another. */
static void test_signature_of_another_algorithm_is_refused(void **state)
{
    struct sx_slice message = sx_slice_text(host_key_message);
    struct sx_key *key = host_key(providers_default(), &sx_sig_ssh_rsa, rsa_plain);
    struct bytes signature = from_hex(legacy_vectors[0].signature);

    (void)state;
    assert_err(sx_key_verify(key, &sx_sig_rsa_sha2_256, message, slice_of(&signature), NULL),
               SX_ERR_PEER_HOST_KEY_TYPE);
    assert_err(
        sx_key_verify(key, &sx_sig_x509v3_rsa2048_sha256, message, slice_of(&signature), NULL),
        SX_ERR_PEER_HOST_KEY_TYPE);
    sx_key_free(key);
}

/* --- DSA ------------------------------------------------------------------------------------------ */

struct numbers {
    struct bytes p, q, g, y, x;
};

static struct numbers dsa_numbers(void)
{
    const struct numbers n = { from_hex(dsa_p), from_hex(dsa_q), from_hex(dsa_g), from_hex(dsa_y),
                               from_hex(dsa_x) };

    return n;
}

static enum sx_err from_parts(const struct numbers *n, struct sx_key **out)
{
    const struct sx_dsa_parts parts = { slice_of(&n->p), slice_of(&n->q), slice_of(&n->g),
                                        slice_of(&n->y), slice_of(&n->x) };

    return sx_key_from_dsa(providers_default(), &parts, NULL, out);
}

static void test_dsa_key_signs_from_every_container(void **state)
{
    struct bytes der = from_hex(dsa_pkcs8);
    struct bytes plain = from_hex(dss_plain);
    struct numbers numbers = dsa_numbers();
    struct sx_fault fault = { 0 };

    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        struct sx_key *key = NULL;

        if (kind == 0)
            assert_no_fault(sx_key_from_der(providers_default(), slice_of(&der), &fault, &key),
                            &fault);
        else if (kind == 1)
            assert_ok(from_parts(&numbers, &key));
        else
            assert_ok(sx_key_generate(providers_default(), SX_KEY_DSA, 1024, &key));
        assert_true(sx_key_is_private(key));
        assert_int_equal(sx_key_get_type(key), SX_KEY_DSA);
        assert_int_equal(sx_key_bits(key), 1024);
        if (kind < 2)
            assert_true(sx_slice_is_equal(sx_key_public_blob(key), slice_of(&plain)));
        check_own_signature(key, &sx_sig_ssh_dss, "ssh-dss");
        check_own_signature(key, &sx_sig_ssh_dss_cert, "ssh-dss");
        check_own_signature(key, &sx_sig_x509v3_ssh_dss, "ssh-dss");
        check_own_signature(key, &sx_sig_x509v3_sign_dss, "x509v3-sign-dss");
        sx_key_free(key);
    }
    assert_string_equal(sx_key_type_name(SX_KEY_DSA), "ssh-dss");
}

static void test_rsa_key_signs_with_sha1_by_every_name(void **state)
{
    struct sx_key *key = NULL;

    (void)state;
    assert_ok(sx_key_generate(providers_default(), SX_KEY_RSA, 2048, &key));
    check_own_signature(key, &sx_sig_ssh_rsa, "ssh-rsa");
    check_own_signature(key, &sx_sig_ssh_rsa_cert, "ssh-rsa");
    check_own_signature(key, &sx_sig_x509v3_ssh_rsa, "ssh-rsa");
    check_own_signature(key, &sx_sig_x509v3_sign_rsa, "x509v3-sign-rsa");
    sx_key_free(key);
}

static void test_dsa_key_that_does_not_fit_is_refused(void **state)
{
    struct numbers numbers = dsa_numbers();
    struct sx_key *key = NULL;

    (void)state;
    numbers.x.data[3] ^= 1;
    assert_err(from_parts(&numbers, &key), SX_ERR_KEY_FORMAT);
    numbers = dsa_numbers();
    numbers.y.data[40] ^= 1;
    assert_err(from_parts(&numbers, &key), SX_ERR_KEY_FORMAT);
    numbers = dsa_numbers();
    numbers.x.len = 0;
    assert_err(from_parts(&numbers, &key), SX_ERR_KEY_FORMAT);
    assert_null(key);
}

static enum sx_err from_public(const struct numbers *n)
{
    uint8_t storage[BYTES_MAX];
    struct sx_writer writer;
    struct sx_slice blob;
    struct sx_key *key = NULL;
    enum sx_err err;

    sx_writer_init(&writer, storage, sizeof storage);
    sx_writer_text(&writer, "ssh-dss");
    sx_writer_mpint(&writer, slice_of(&n->p));
    sx_writer_mpint(&writer, slice_of(&n->q));
    sx_writer_mpint(&writer, slice_of(&n->g));
    sx_writer_mpint(&writer, slice_of(&n->y));
    assert_ok(sx_writer_finish(&writer, &blob));
    err = decode_host_key(providers_default(), &sx_sig_ssh_dss, blob, &key);
    sx_key_free(key);
    return err;
}

/* ssh-dss has a prime of 1024 bits at least, a subgroup of SHA-1's size, values inside the group. */
static void test_absurd_dsa_key_is_refused(void **state)
{
    struct numbers good = dsa_numbers();
    struct numbers n = good;

    (void)state;
    assert_ok(from_public(&good));
    n.p.data[n.p.len - 1] ^= 1; /* even */
    assert_err(from_public(&n), SX_ERR_PEER_HOST_KEY);
    n = good;
    n.p.data[0] = 0x7f; /* 1023 bits */
    assert_err(from_public(&n), SX_ERR_PEER_HOST_KEY);
    n = good;
    n.q.data[n.q.len++] = 1; /* 168 bits */
    assert_err(from_public(&n), SX_ERR_PEER_HOST_KEY);
    n = good;
    n.q.len = 0;
    assert_err(from_public(&n), SX_ERR_PEER_HOST_KEY);
    n = good;
    n.g.len = 0;
    assert_err(from_public(&n), SX_ERR_PEER_HOST_KEY);
    n = good;
    n.g.len = 1; /* 1 */
    n.g.data[0] = 1;
    assert_err(from_public(&n), SX_ERR_PEER_HOST_KEY);
    n = good;
    n.y = n.p;
    assert_err(from_public(&n), SX_ERR_PEER_HOST_KEY);
    n = good;
    n.y.len = 1;
    n.y.data[0] = 1;
    assert_err(from_public(&n), SX_ERR_PEER_HOST_KEY);
    n = good;
    memset(n.p.data, 0xff, 400); /* 3200 bits */
    n.p.len = 400;
    assert_err(from_public(&n), SX_ERR_PEER_HOST_KEY);
}

/* RFC 4253: exactly 40 bytes; the DER is the older X.509 form's alone. */
static void test_dsa_signature_has_one_form(void **state)
{
    struct sx_slice message = sx_slice_text(host_key_message);
    struct sx_key *key = host_key(providers_default(), &sx_sig_ssh_dss, dss_plain);
    uint8_t storage[128];

    (void)state;
    for (size_t n = 0; n < 60; n++) {
        const uint8_t raw[60] = { 1 };
        struct sx_writer writer;
        struct sx_slice blob;

        sx_writer_init(&writer, storage, sizeof storage);
        sx_writer_text(&writer, "ssh-dss");
        sx_writer_string(&writer, sx_slice_of(raw, n));
        assert_ok(sx_writer_finish(&writer, &blob));
        assert_err(sx_key_verify(key, &sx_sig_ssh_dss, message, blob, NULL), SX_ERR_PEER_SIGNATURE);
        assert_err(sx_key_verify(key, &sx_sig_x509v3_sign_dss, message, blob, NULL),
                   SX_ERR_PEER_SIGNATURE);
    }
    sx_key_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_old_host_keys_verify),
        cmocka_unit_test(test_cut_old_host_key_is_refused),
        cmocka_unit_test(test_changed_old_host_key_gives_no_other_kind),
        cmocka_unit_test(test_old_certificate_comes_in_three_frames),
        cmocka_unit_test(test_signature_of_another_algorithm_is_refused),
        cmocka_unit_test(test_dsa_key_signs_from_every_container),
        cmocka_unit_test(test_rsa_key_signs_with_sha1_by_every_name),
        cmocka_unit_test(test_dsa_key_that_does_not_fit_is_refused),
        cmocka_unit_test(test_absurd_dsa_key_is_refused),
        cmocka_unit_test(test_dsa_signature_has_one_form),
    };

    return cmocka_run_group_tests_name("crypto/legacy_sign", tests, empty_default_context,
                                       restore_default_context);
}
