/* Signatures: published ones verify, deterministic ones are made again, and wrong ones fail. */
#include "unit/crypto/key_checks.h"
#include "unit/crypto/vectors_sign.h"

static enum sx_err verify(const struct sx_key *key, const struct sx_sig_alg *alg,
                          struct sx_slice message, struct sx_slice signature)
{
    struct sx_fault fault = { 0 };
    enum sx_err err = sx_key_verify(key, alg, message, signature, &fault);

    if (err != SX_OK)
        assert_true(strlen(fault.text) > 10);
    return err;
}

/* --- Published -------------------------------------------------------------------------------------- */

static void check_rsa_vectors(const struct test_provider *tp)
{
    struct bytes n = from_hex(rsa_vector_n);
    struct bytes e = from_hex(rsa_vector_e);
    uint8_t storage[600];
    struct sx_key *key =
        from_blob(tp->provider, rsa_blob(slice_of(&e), slice_of(&n), storage, sizeof storage));

    for (size_t i = 0; i < sizeof rsa_vectors / sizeof rsa_vectors[0]; i++) {
        const struct rsa_vector *v = &rsa_vectors[i];
        struct bytes message = from_hex(v->message);
        struct bytes raw = from_hex(v->signature);
        struct sx_slice blob =
            signature_blob(v->alg->name, slice_of(&raw), storage, sizeof storage);

        assert_ok(verify(key, v->alg, slice_of(&message), blob));
        message.data[0] ^= 1;
        assert_err(verify(key, v->alg, slice_of(&message), blob), SX_ERR_PEER_SIGNATURE);
    }
    sx_key_free(key);
}

static void test_rsa_verifies_nist_signatures(void **state)
{
    (void)state;
    for_each_provider(check_rsa_vectors);
}

static struct sx_key *ecdsa_key(struct sx_provider *provider, const struct ecdsa_vector *v)
{
    struct bytes x = from_hex(v->x);
    struct bytes y = from_hex(v->y);
    const char *type = sx_key_type_name(v->alg->type);
    uint8_t point[133] = { 4 };
    uint8_t storage[256];

    memcpy(point + 1, x.data, x.len);
    memcpy(point + 1 + x.len, y.data, y.len);
    return from_blob(provider,
                     point_blob(type, type + strlen("ecdsa-sha2-"),
                                sx_slice_of(point, 1 + x.len + y.len), storage, sizeof storage));
}

static void check_ecdsa_vectors(const struct test_provider *tp)
{
    for (size_t i = 0; i < sizeof ecdsa_vectors / sizeof ecdsa_vectors[0]; i++) {
        const struct ecdsa_vector *v = &ecdsa_vectors[i];
        struct bytes message = from_hex(v->message);
        struct bytes r = from_hex(v->r);
        struct bytes s = from_hex(v->s);
        uint8_t pair[160];
        uint8_t storage[256];
        struct sx_key *key = ecdsa_key(tp->provider, v);
        struct sx_slice blob =
            signature_blob(v->alg->name, mpint_pair(slice_of(&r), slice_of(&s), pair, sizeof pair),
                           storage, sizeof storage);

        assert_ok(verify(key, v->alg, slice_of(&message), blob));
        message.data[message.len - 1] ^= 1;
        assert_err(verify(key, v->alg, slice_of(&message), blob), SX_ERR_PEER_SIGNATURE);
        sx_key_free(key);
    }
}

static void test_ecdsa_verifies_nist_signatures(void **state)
{
    (void)state;
    for_each_provider(check_ecdsa_vectors);
}

static void check_ed25519_vectors(const struct test_provider *tp)
{
    if (!sx_sig_is_available(tp->provider, &sx_sig_ed25519)) {
        assert_true(tp->is_fips);
        return;
    }
    for (size_t i = 0; i < sizeof ed25519_vectors / sizeof ed25519_vectors[0]; i++) {
        const struct ed25519_vector *v = &ed25519_vectors[i];
        struct bytes seed = from_hex(v->seed);
        struct bytes public_key = from_hex(v->public_key);
        struct bytes message = from_hex(v->message);
        struct bytes raw = from_hex(v->signature);
        uint8_t storage[256];
        struct sx_key *key = NULL;
        struct sx_buffer made;

        assert_ok(
            sx_key_from_ed25519(tp->provider, slice_of(&public_key), slice_of(&seed), NULL, &key));
        made = sign(key, &sx_sig_ed25519, slice_of(&message));
        assert_true(
            sx_slice_is_equal(sx_buffer_unread(&made), signature_blob("ssh-ed25519", slice_of(&raw),
                                                                      storage, sizeof storage)));
        assert_ok(verify(key, &sx_sig_ed25519, slice_of(&message), sx_buffer_unread(&made)));
        sx_buffer_clear(&made);
        sx_key_free(key);
    }
}

static void test_ed25519_makes_rfc_8032_signatures(void **state)
{
    (void)state;
    for_each_provider(check_ed25519_vectors);
}

/* --- Made here --------------------------------------------------------------------------------------- */

static void check_sign(const struct test_provider *tp)
{
    static const size_t sizes[] = { 0, 1, 63, 64, 65, 5000 };
    static uint8_t message[5001];

    for (size_t i = 0; all_sigs[i] != NULL; i++) {
        struct sx_key *key;
        struct sx_key *public_part;

        if (!sx_sig_is_available(tp->provider, all_sigs[i]))
            continue;
        key = generate(tp->provider, all_sigs[i]->type);
        public_part = from_blob(tp->provider, sx_key_public_blob(key));
        for (size_t j = 0; j < sizeof sizes / sizeof sizes[0]; j++) {
            struct sx_slice text = sx_slice_of(message, sizes[j]);
            struct sx_buffer made = sign(key, all_sigs[i], text);

            assert_ok(verify(public_part, all_sigs[i], text, sx_buffer_unread(&made)));
            assert_err(verify(public_part, all_sigs[i], sx_slice_of(message, sizes[j] ^ 1),
                              sx_buffer_unread(&made)),
                       SX_ERR_PEER_SIGNATURE);
            sx_buffer_clear(&made);
        }
        sx_key_free(key);
        sx_key_free(public_part);
    }
}

static void test_signature_verifies_with_the_public_part(void **state)
{
    (void)state;
    for_each_provider(check_sign);
}

static void check_damaged(const struct test_provider *tp)
{
    const struct sx_slice text = sx_slice_text("what was signed");

    for (size_t i = 0; all_sigs[i] != NULL; i++) {
        struct sx_key *key;
        struct sx_buffer made;
        size_t len;
        uint8_t *bytes;

        if (!sx_sig_is_available(tp->provider, all_sigs[i]))
            continue;
        key = generate(tp->provider, all_sigs[i]->type);
        made = sign(key, all_sigs[i], text);
        len = sx_buffer_len(&made);
        bytes = sx_buffer_mut(&made);
        for (size_t at = 0; at < len; at++) {
            enum sx_err err;

            bytes[at] ^= (uint8_t)(1u << (at % 8));
            err = verify(key, all_sigs[i], text, sx_buffer_unread(&made));
            assert_true(err == SX_ERR_PEER_SIGNATURE || err == SX_ERR_PEER_HOST_KEY_TYPE);
            bytes[at] ^= (uint8_t)(1u << (at % 8));
        }
        for (size_t n = 0; n < len; n++) {
            uint8_t *part = sx_alloc(n);

            assert_non_null(part);
            memcpy(part, bytes, n);
            assert_err(verify(key, all_sigs[i], text, sx_slice_of(part, n)), SX_ERR_PEER_SIGNATURE);
            sx_free(part);
        }
        assert_ok(verify(key, all_sigs[i], text, sx_buffer_unread(&made)));
        sx_buffer_clear(&made);
        sx_key_free(key);
    }
}

static void test_signature_changed_or_cut_anywhere_is_wrong(void **state)
{
    (void)state;
    for_each_provider(check_damaged);
}

static void test_signature_with_bytes_left_over_is_wrong(void **state)
{
    struct sx_key *key = generate(providers_default(), SX_KEY_ED25519);
    const struct sx_slice text = sx_slice_text("what was signed");
    struct sx_buffer made = sign(key, &sx_sig_ed25519, text);

    (void)state;
    assert_ok(sx_buffer_append(&made, sx_slice_of("", 1)));
    assert_err(verify(key, &sx_sig_ed25519, text, sx_buffer_unread(&made)), SX_ERR_PEER_SIGNATURE);
    sx_buffer_clear(&made);
    sx_key_free(key);
}

/* --- Types ---------------------------------------------------------------------------------------------- */

static void test_signature_by_another_algorithm_is_refused(void **state)
{
    struct sx_provider *provider = providers_default();
    const struct sx_slice text = sx_slice_text("what was signed");
    struct sx_key *rsa = generate(provider, SX_KEY_RSA);
    struct sx_key *p256 = generate(provider, SX_KEY_ECDSA_P256);
    struct sx_buffer made = sign(rsa, &sx_sig_rsa_sha2_512, text);

    (void)state;
    assert_err(verify(rsa, &sx_sig_rsa_sha2_256, text, sx_buffer_unread(&made)),
               SX_ERR_PEER_HOST_KEY_TYPE);
    assert_err(verify(p256, &sx_sig_rsa_sha2_512, text, sx_buffer_unread(&made)),
               SX_ERR_PEER_HOST_KEY_TYPE);
    assert_err(verify(rsa, &sx_sig_ecdsa_nistp256, text, sx_buffer_unread(&made)),
               SX_ERR_PEER_HOST_KEY_TYPE);
    /* the label of one hash on a signature with the other */
    memcpy(sx_buffer_mut(&made) + 4, "rsa-sha2-256", 12);
    assert_err(verify(rsa, &sx_sig_rsa_sha2_256, text, sx_buffer_unread(&made)),
               SX_ERR_PEER_SIGNATURE);
    sx_buffer_clear(&made);
    sx_key_free(rsa);
    sx_key_free(p256);
}

static void test_signing_needs_the_private_part_of_the_right_type(void **state)
{
    struct sx_provider *provider = providers_default();
    struct sx_key *key = generate(provider, SX_KEY_ECDSA_P256);
    struct sx_key *public_part = from_blob(provider, sx_key_public_blob(key));
    struct sx_fault fault = { 0 };
    struct sx_buffer out;

    (void)state;
    sx_buffer_init(&out, 1024);
    assert_err(sx_key_sign(public_part, &sx_sig_ecdsa_nistp256, sx_slice_text("x"), &fault, &out),
               SX_ERR_SIGN);
    assert_non_null(strstr(fault.text, "public part"));
    assert_err(sx_key_sign(key, &sx_sig_ecdsa_nistp384, sx_slice_text("x"), NULL, &out),
               SX_ERR_SIGN);
    assert_int_equal(sx_buffer_len(&out), 0);
    sx_buffer_clear(&out);
    sx_key_free(key);
    sx_key_free(public_part);
}

/* --- Encodings -------------------------------------------------------------------------------------------- */

/* RFC 8332 section 3: implementations differ on leading zeros; both forms must pass. */
static void test_rsa_signature_without_leading_zeros_verifies(void **state)
{
    struct sx_provider *provider = providers_default();
    struct sx_key *key = generate(provider, SX_KEY_RSA);
    uint8_t storage[400];
    bool is_seen = false;

    (void)state;
    for (uint32_t i = 0; i < 20000 && !is_seen; i++) {
        struct sx_slice text = sx_slice_of(&i, sizeof i);
        struct sx_buffer made = sign(key, &sx_sig_rsa_sha2_256, text);
        struct sx_slice raw = sx_buffer_unread(&made);

        raw = sx_slice_of(raw.ptr + raw.len - 256, 256);
        if (raw.ptr[0] == 0) {
            is_seen = true;
            assert_ok(verify(key, &sx_sig_rsa_sha2_256, text, sx_buffer_unread(&made)));
            assert_ok(verify(key, &sx_sig_rsa_sha2_256, text,
                             signature_blob("rsa-sha2-256", sx_slice_of(raw.ptr + 1, 255), storage,
                                            sizeof storage)));
            assert_err(verify(key, &sx_sig_rsa_sha2_256, text,
                              signature_blob("rsa-sha2-256", sx_slice_of(raw.ptr + 1, 254), storage,
                                             sizeof storage)),
                       SX_ERR_PEER_SIGNATURE);
        }
        sx_buffer_clear(&made);
    }
    assert_true(is_seen);
    sx_key_free(key);
}

static void test_rsa_signature_longer_than_the_modulus_is_wrong(void **state)
{
    struct sx_provider *provider = providers_default();
    struct sx_key *key = generate(provider, SX_KEY_RSA);
    const struct sx_slice text = sx_slice_text("what was signed");
    struct sx_buffer made = sign(key, &sx_sig_rsa_sha2_256, text);
    struct sx_slice blob = sx_buffer_unread(&made);
    uint8_t raw[257] = { 0 };
    uint8_t storage[400];

    (void)state;
    memcpy(raw + 1, blob.ptr + blob.len - 256, 256);
    assert_ok(
        verify(key, &sx_sig_rsa_sha2_256, text,
               signature_blob("rsa-sha2-256", sx_slice_of(raw + 1, 256), storage, sizeof storage)));
    assert_err(
        verify(key, &sx_sig_rsa_sha2_256, text,
               signature_blob("rsa-sha2-256", sx_slice_of(raw, 257), storage, sizeof storage)),
        SX_ERR_PEER_SIGNATURE);
    assert_err(verify(key, &sx_sig_rsa_sha2_256, text,
                      signature_blob("rsa-sha2-256", SX_SLICE_NONE, storage, sizeof storage)),
               SX_ERR_PEER_SIGNATURE);
    sx_buffer_clear(&made);
    sx_key_free(key);
}

static void check_ecdsa_forms(const struct test_provider *tp)
{
    const struct ecdsa_vector *v = &ecdsa_vectors[0];
    struct bytes message = from_hex(v->message);
    struct bytes r = from_hex(v->r);
    struct bytes s = from_hex(v->s);
    /* n of P-256, FIPS 186-4 section D.1.2.3 */
    struct bytes n = from_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    struct sx_slice good_r = slice_of(&r);
    struct sx_slice good_s = slice_of(&s);
    const struct {
        struct sx_slice r;
        struct sx_slice s;
        enum sx_err err;
    } rows[] = {
        { good_r, good_s, SX_OK },
        { SX_SLICE_NONE, good_s, SX_ERR_PEER_SIGNATURE },
        { good_r, SX_SLICE_NONE, SX_ERR_PEER_SIGNATURE },
        { SX_SLICE_NONE, SX_SLICE_NONE, SX_ERR_PEER_SIGNATURE },
        { slice_of(&n), good_s, SX_ERR_PEER_SIGNATURE },
        { good_r, slice_of(&n), SX_ERR_PEER_SIGNATURE },
        { good_s, good_r, SX_ERR_PEER_SIGNATURE },
        { sx_slice_of(message.data, 33), good_s, SX_ERR_PEER_SIGNATURE },
    };
    struct sx_key *key = ecdsa_key(tp->provider, v);
    uint8_t pair[160];
    uint8_t storage[256];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_err(
            verify(key, v->alg, slice_of(&message),
                   signature_blob(v->alg->name, mpint_pair(rows[i].r, rows[i].s, pair, sizeof pair),
                                  storage, sizeof storage)),
            rows[i].err);
    sx_key_free(key);
}

static void test_ecdsa_numbers_out_of_range_are_wrong(void **state)
{
    (void)state;
    for_each_provider(check_ecdsa_forms);
}

static void test_ecdsa_numbers_must_be_shortest_and_positive(void **state)
{
    const struct ecdsa_vector *v = &ecdsa_vectors[0];
    struct bytes message = from_hex(v->message);
    struct bytes r = from_hex(v->r);
    struct bytes s = from_hex(v->s);
    struct sx_key *key = ecdsa_key(providers_default(), v);
    uint8_t pair[160];
    uint8_t storage[256];
    struct sx_slice good = mpint_pair(slice_of(&r), slice_of(&s), pair, sizeof pair);
    uint8_t changed[160];
    bool has_sign = r.data[0] >= 0x80;

    (void)state;
    /* r with one zero more */
    memcpy(changed, good.ptr, 4);
    changed[3]++;
    changed[4] = 0;
    memcpy(changed + 5, good.ptr + 4, good.len - 4);
    assert_err(verify(key, v->alg, slice_of(&message),
                      signature_blob(v->alg->name, sx_slice_of(changed, good.len + 1), storage,
                                     sizeof storage)),
               SX_ERR_PEER_SIGNATURE);
    /* the vector's r has its top bit set: without the sign byte it is negative */
    assert_true(has_sign);
    memcpy(changed, good.ptr, 4);
    changed[3]--;
    memcpy(changed + 4, good.ptr + 5, good.len - 5);
    assert_err(verify(key, v->alg, slice_of(&message),
                      signature_blob(v->alg->name, sx_slice_of(changed, good.len - 1), storage,
                                     sizeof storage)),
               SX_ERR_PEER_SIGNATURE);
    sx_key_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rsa_verifies_nist_signatures),
        cmocka_unit_test(test_ecdsa_verifies_nist_signatures),
        cmocka_unit_test(test_ed25519_makes_rfc_8032_signatures),
        cmocka_unit_test(test_signature_verifies_with_the_public_part),
        cmocka_unit_test(test_signature_changed_or_cut_anywhere_is_wrong),
        cmocka_unit_test(test_signature_with_bytes_left_over_is_wrong),
        cmocka_unit_test(test_signature_by_another_algorithm_is_refused),
        cmocka_unit_test(test_signing_needs_the_private_part_of_the_right_type),
        cmocka_unit_test(test_rsa_signature_without_leading_zeros_verifies),
        cmocka_unit_test(test_rsa_signature_longer_than_the_modulus_is_wrong),
        cmocka_unit_test(test_ecdsa_numbers_out_of_range_are_wrong),
        cmocka_unit_test(test_ecdsa_numbers_must_be_shortest_and_positive),
    };

    return cmocka_run_group_tests_name("crypto/sign", tests, NULL, NULL);
}
