/* X.509 certificates as host keys: chains of RFC 6187, names for people, and what is refused. */
#include "unit/crypto/vectors_x509.h"

#include "crypto/key_x509.h"

enum { VECTORS = sizeof x509_vectors / sizeof x509_vectors[0] };

static void check_vectors(const struct test_provider *tp)
{
    for (size_t i = 0; i < VECTORS; i++) {
        assert_true(sx_sig_is_available(tp->provider, x509_vectors[i].alg));
        check_host_key(tp->provider, &x509_vectors[i]);
    }
}

static void test_chains_give_the_key_of_their_first(void **state)
{
    (void)state;
    for_each_provider(check_vectors);
}

static void test_cut_chain_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++)
        check_frame(&x509_vectors[i]);
}

static void test_changed_chain_gives_no_other_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++)
        check_changes(&x509_vectors[i]);
}

/* --- Blobs of our own frame ----------------------------------------------------------------------- */

static uint8_t storage[SX_X509_BLOB_MAX + 4096];

/* A blob of name, the certificate (hex) copies times, and answers times an answer. */
static struct sx_slice frame(const char *name, const char *der, uint32_t copies, uint32_t answers)
{
    struct bytes cert = from_hex(der);
    struct sx_writer writer;
    struct sx_slice blob;

    sx_writer_init(&writer, storage, sizeof storage);
    sx_writer_text(&writer, name);
    sx_writer_u32(&writer, copies);
    for (uint32_t i = 0; i < copies; i++)
        sx_writer_string(&writer, slice_of(&cert));
    sx_writer_u32(&writer, answers);
    for (uint32_t i = 0; i < answers; i++)
        sx_writer_text(&writer, "answer");
    assert_ok(sx_writer_finish(&writer, &blob));
    return blob;
}

static enum sx_err decode(const struct sx_sig_alg *alg, struct sx_slice blob, struct sx_key **out)
{
    return decode_host_key(providers_default(), alg, blob, out);
}

static void test_counts_are_bounded(void **state)
{
    static const struct {
        uint32_t copies, answers;
        bool is_good;
    } rows[] = {
        { 1, 0, true },   { 1, 1, true },    { 2, 1, true },    { 2, 2, true },
        { 16, 16, true }, { 0, 0, false },   { 0, 1, false },   { 1, 2, false },
        { 17, 0, false }, { 16, 17, false }, { 17, 17, false },
    };
    const struct sx_sig_alg *alg = &sx_sig_x509v3_ecdsa_nistp256;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sx_key *key = NULL;
        struct sx_slice blob = frame(alg->name, der_p256, rows[i].copies, rows[i].answers);

        assert_err(decode(alg, blob, &key), rows[i].is_good ? SX_OK : SX_ERR_PEER_HOST_KEY);
        sx_key_free(key);
    }
}

static void test_sizes_are_bounded(void **state)
{
    static uint8_t der[SX_X509_DER_MAX + 1];
    const struct sx_sig_alg *alg = &sx_sig_x509v3_ecdsa_nistp256;
    struct bytes cert = from_hex(der_p256);

    (void)state;
    /* certificate, then padding certificates that are never looked into */
    for (size_t extra = 0; extra < 3; extra++) {
        size_t n = extra == 0 ? 1 : extra == 1 ? SX_X509_DER_MAX : SX_X509_DER_MAX + 1;
        struct sx_writer writer;
        struct sx_slice blob;
        struct sx_key *key = NULL;

        sx_writer_init(&writer, storage, sizeof storage);
        sx_writer_text(&writer, alg->name);
        sx_writer_u32(&writer, 2);
        sx_writer_string(&writer, slice_of(&cert));
        sx_writer_string(&writer, sx_slice_of(der, n));
        sx_writer_u32(&writer, 0);
        assert_ok(sx_writer_finish(&writer, &blob));
        assert_err(decode(alg, blob, &key), extra < 2 ? SX_OK : SX_ERR_PEER_HOST_KEY);
        sx_key_free(key);
    }
    /* an empty certificate, and one with a byte more in its own string */
    for (size_t kind = 0; kind < 2; kind++) {
        struct sx_writer writer;
        struct sx_slice blob;
        struct sx_key *key = NULL;

        sx_writer_init(&writer, storage, sizeof storage);
        sx_writer_text(&writer, alg->name);
        sx_writer_u32(&writer, 1);
        sx_writer_string(&writer, sx_slice_of(cert.data, kind == 0 ? 0 : cert.len + 1));
        sx_writer_u32(&writer, 0);
        assert_ok(sx_writer_finish(&writer, &blob));
        assert_err(decode(alg, blob, &key), SX_ERR_PEER_HOST_KEY);
        assert_null(key);
    }
    /* all together */
    assert_err(decode(alg, sx_slice_of(storage, SX_X509_BLOB_MAX + 1), &(struct sx_key *){ NULL }),
               SX_ERR_PEER_HOST_KEY);
}

static void test_key_must_be_of_the_negotiated_kind(void **state)
{
    struct sx_key *key = NULL;
    struct sx_slice blob;

    (void)state;
    /* the right name with another type's certificate */
    blob = frame("x509v3-ecdsa-sha2-nistp384", der_p256, 1, 0);
    assert_err(decode(&sx_sig_x509v3_ecdsa_nistp384, blob, &key), SX_ERR_PEER_HOST_KEY_TYPE);
    blob = frame("x509v3-rsa2048-sha256", der_p256, 1, 0);
    assert_err(decode(&sx_sig_x509v3_rsa2048_sha256, blob, &key), SX_ERR_PEER_HOST_KEY_TYPE);
    /* another name */
    blob = frame("x509v3-ecdsa-sha2-nistp384", der_p256, 1, 0);
    assert_err(decode(&sx_sig_x509v3_ecdsa_nistp256, blob, &key), SX_ERR_PEER_HOST_KEY_TYPE);
    blob = frame("ecdsa-sha2-nistp256", der_p256, 1, 0);
    assert_err(decode(&sx_sig_x509v3_ecdsa_nistp256, blob, &key), SX_ERR_PEER_HOST_KEY_TYPE);
    assert_null(key);
}

/* "rsa2048" is in the name: 1024 bits are not it. */
static void test_small_rsa_key_is_refused_by_its_algorithm(void **state)
{
    struct sx_key *key = NULL;

    (void)state;
    assert_err(decode(&sx_sig_x509v3_rsa2048_sha256,
                      frame("x509v3-rsa2048-sha256", der_small_rsa, 1, 0), &key),
               SX_ERR_PEER_HOST_KEY);
    assert_null(key);
    assert_ok(
        decode(&sx_sig_x509v3_rsa2048_sha256, frame("x509v3-rsa2048-sha256", der_rsa, 1, 0), &key));
    sx_key_free(key);
}

/* A curve by numbers may have anything in them; kinds that SSH has no name for have no use. */
static void test_odd_keys_are_refused(void **state)
{
    struct sx_key *key = NULL;
    const struct sx_sig_alg *alg = &sx_sig_x509v3_ecdsa_nistp256;

    (void)state;
    assert_err(decode(alg, frame(alg->name, der_explicit_curve, 1, 0), &key), SX_ERR_PEER_HOST_KEY);
    assert_err(decode(alg, frame(alg->name, der_ed448, 1, 0), &key), SX_ERR_PEER_HOST_KEY);
    assert_err(decode(alg, frame(alg->name, "3003020101", 1, 0), &key), SX_ERR_PEER_HOST_KEY);
    assert_err(decode(alg, frame(alg->name, "00", 1, 0), &key), SX_ERR_PEER_HOST_KEY);
    assert_null(key);
}

/* --- Names ---------------------------------------------------------------------------------------- */

static void test_names_are_for_people_to_read(void **state)
{
    const struct sx_sig_alg *alg = &sx_sig_x509v3_ecdsa_nistp256;
    struct sx_key *key = host_key(providers_default(), alg, x509_p256);
    const struct sx_cert_names *names = sx_key_cert_names(key);

    (void)state;
    assert_non_null(names);
    assert_string_equal(names->subject, "CN=host.example");
    assert_string_equal(names->issuer, "CN=Host CA,O=Example\\, Inc.");
    sx_key_free(key);

    /* line feeds, escape codes, letters that turn the line around: all escaped, commas too */
    key = NULL;
    assert_ok(decode(alg, frame(alg->name, der_odd_name, 1, 0), &key));
    names = sx_key_cert_names(key);
    assert_string_equal(names->subject, "CN=h\\C3\\B6st\\0A\\E2\\80\\AE\\, CN=evil\\1B[2J");
    for (const char *c = names->subject; *c != '\0'; c++)
        assert_true(*c >= ' ' && *c <= '~');
    sx_key_free(key);

    /* a bare key has none */
    assert_ok(sx_key_generate(providers_default(), SX_KEY_ECDSA_P256, 0, &key));
    assert_null(sx_key_cert_names(key));
    sx_key_free(key);
}

static void test_key_pairs_sign_for_their_certificates(void **state)
{
    static const struct {
        const struct sx_sig_alg *alg;
        const char *name;
    } rows[] = {
        { &sx_sig_x509v3_rsa2048_sha256, "rsa2048-sha256" },
        { &sx_sig_x509v3_ecdsa_nistp256, "ecdsa-sha2-nistp256" },
        { &sx_sig_x509v3_ecdsa_nistp384, "ecdsa-sha2-nistp384" },
        { &sx_sig_x509v3_ecdsa_nistp521, "ecdsa-sha2-nistp521" },
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
        cmocka_unit_test(test_chains_give_the_key_of_their_first),
        cmocka_unit_test(test_cut_chain_is_refused),
        cmocka_unit_test(test_changed_chain_gives_no_other_kind),
        cmocka_unit_test(test_counts_are_bounded),
        cmocka_unit_test(test_sizes_are_bounded),
        cmocka_unit_test(test_key_must_be_of_the_negotiated_kind),
        cmocka_unit_test(test_small_rsa_key_is_refused_by_its_algorithm),
        cmocka_unit_test(test_odd_keys_are_refused),
        cmocka_unit_test(test_names_are_for_people_to_read),
        cmocka_unit_test(test_key_pairs_sign_for_their_certificates),
    };

    return cmocka_run_group_tests_name("crypto/key_x509", tests, empty_default_context,
                                       restore_default_context);
}
