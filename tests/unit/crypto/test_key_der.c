/* Private keys in DER: what OpenSSL writes is read, and damaged or badly protected ones are not. */
#include "unit/crypto/key_checks.h"

#include "crypto/key_inside.h"

#include <openssl/encoder.h>
#include <openssl/objects.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

static const struct sx_sig_alg *const one_of_each[] = {
    &sx_sig_rsa_sha2_256,   &sx_sig_ecdsa_nistp256, &sx_sig_ecdsa_nistp384,
    &sx_sig_ecdsa_nistp521, &sx_sig_ed25519,        NULL
};

/* A key of the default provider and its DER form; both are the fixture's. */
struct fixture {
    struct sx_key *key;
    unsigned char *der;
    size_t len;
};

static struct sx_slice der_of(const struct fixture *f)
{
    return sx_slice_of(f->der, f->len);
}

/* structure: "PrivateKeyInfo", or "type-specific" for the traditional form. */
static struct fixture make(const struct sx_sig_alg *alg, const char *structure)
{
    struct fixture f = { .key = generate(providers_default(), alg->type) };
    OSSL_ENCODER_CTX *ctx = OSSL_ENCODER_CTX_new_for_pkey(f.key->pkey, EVP_PKEY_KEYPAIR, "DER",
                                                          structure, "provider=default");

    assert_non_null(ctx);
    assert_int_equal(OSSL_ENCODER_to_data(ctx, &f.der, &f.len), 1);
    OSSL_ENCODER_CTX_free(ctx);
    return f;
}

static void done(struct fixture *f)
{
    sx_key_free(f->key);
    OPENSSL_free(f->der);
}

/* The key that was read is the fixture's, and signs what the fixture's verifies. */
static void assert_same_key(const struct fixture *f, const struct sx_key *key,
                            const struct sx_sig_alg *alg)
{
    const struct sx_slice text = sx_slice_text("signed by what was read");
    struct sx_buffer made = sign(key, alg, text);

    assert_true(sx_key_is_private(key));
    assert_int_equal(sx_key_get_type(key), alg->type);
    assert_true(sx_slice_is_equal(sx_key_public_blob(key), sx_key_public_blob(f->key)));
    assert_ok(sx_key_verify(f->key, alg, text, sx_buffer_unread(&made), NULL));
    sx_buffer_clear(&made);
}

static enum sx_err read_der(struct sx_provider *provider, struct sx_slice der)
{
    struct sx_key *key = NULL;
    struct sx_fault fault = { 0 };
    enum sx_err err = sx_key_from_der(provider, der, &fault, &key);

    if (err != SX_OK) {
        assert_true(strlen(fault.text) > 10);
        assert_null(key);
    }
    sx_key_free(key);
    return err;
}

/* --- Plain ---------------------------------------------------------------------------------------- */

static void check_reads(const struct test_provider *tp)
{
    for (size_t i = 0; one_of_each[i] != NULL; i++) {
        bool is_there = sx_sig_is_available(tp->provider, one_of_each[i]);
        struct fixture f = make(one_of_each[i], "PrivateKeyInfo");
        struct sx_key *key = NULL;

        if (is_there) {
            assert_ok(sx_key_from_der(tp->provider, der_of(&f), NULL, &key));
            assert_same_key(&f, key, one_of_each[i]);
            sx_key_free(key);
        } else {
            assert_err(read_der(tp->provider, der_of(&f)), SX_ERR_KEY_FORMAT);
        }
        done(&f);
        if (!is_there || one_of_each[i]->type == SX_KEY_ED25519)
            continue; /* Ed25519 has no traditional form */
        f = make(one_of_each[i], "type-specific");
        assert_ok(sx_key_from_der(tp->provider, der_of(&f), NULL, &key));
        assert_same_key(&f, key, one_of_each[i]);
        sx_key_free(key);
        done(&f);
    }
}

static void test_der_is_read_in_both_forms(void **state)
{
    (void)state;
    for_each_provider(check_reads);
}

static void check_truncated(const struct test_provider *tp)
{
    for (size_t i = 0; one_of_each[i] != NULL; i++) {
        struct fixture f = make(one_of_each[i], "PrivateKeyInfo");
        /* OpenSSL tries all its decoders on each, so not every length under every provider */
        size_t step = tp->is_fips || f.len > 300 ? f.len / 8 : 1;
        unsigned char *longer = sx_alloc(f.len + 1);

        for (size_t n = (f.len - 1) % step; n < f.len; n += step) {
            uint8_t *part = sx_alloc(n);

            assert_non_null(part);
            memcpy(part, f.der, n);
            assert_err(read_der(tp->provider, sx_slice_of(part, n)), SX_ERR_KEY_FORMAT);
            sx_free(part);
        }
        assert_non_null(longer);
        memcpy(longer, f.der, f.len);
        assert_err(read_der(tp->provider, sx_slice_of(longer, f.len + 1)), SX_ERR_KEY_FORMAT);
        sx_free(longer);
        done(&f);
    }
}

static void test_der_cut_or_with_bytes_left_over_is_refused(void **state)
{
    (void)state;
    for_each_provider(check_truncated);
}

/* One bit anywhere: refused, or harmless (in a field that signing doesn't use), never a key whose
 * signatures its own public part refuses. */
static void test_damaged_der_never_gives_an_inconsistent_key(void **state)
{
    struct sx_provider *provider = providers_default();
    unsigned refused = 0;
    unsigned tried = 0;

    (void)state;
    for (size_t i = 0; one_of_each[i] != NULL; i++) {
        struct fixture f = make(one_of_each[i], "PrivateKeyInfo");
        size_t step = f.len > 300 ? 31 : 3;

        for (size_t at = 0; at < f.len; at += step) {
            struct sx_key *key = NULL;

            f.der[at] ^= (uint8_t)(1u << (at % 8));
            tried++;
            if (sx_key_from_der(provider, der_of(&f), NULL, &key) != SX_OK) {
                refused++;
            } else {
                const struct sx_slice text = sx_slice_text("is it whole?");
                struct sx_buffer made = sign(key, one_of_each[i], text);

                assert_ok(sx_key_verify(key, one_of_each[i], text, sx_buffer_unread(&made), NULL));
                sx_buffer_clear(&made);
                sx_key_free(key);
            }
            f.der[at] ^= (uint8_t)(1u << (at % 8));
        }
        done(&f);
    }
    assert_true(refused > tried / 2);
}

static void test_der_of_other_things_is_refused(void **state)
{
    struct sx_provider *provider = providers_default();
    struct fixture f = make(&sx_sig_ecdsa_nistp256, "PrivateKeyInfo");
    unsigned char *public_der = NULL;
    int n = i2d_PUBKEY(f.key->pkey, &public_der);
    EVP_PKEY *other = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "secp224r1");
    OSSL_ENCODER_CTX *ctx;
    unsigned char *other_der = NULL;
    size_t other_len = 0;

    (void)state;
    /* a public key; a curve that SSH doesn't have; a key type that SSH doesn't have; no DER */
    assert_true(n > 0);
    assert_err(read_der(provider, sx_slice_of(public_der, (size_t)n)), SX_ERR_KEY_FORMAT);
    OPENSSL_free(public_der);
    done(&f);
    for (int i = 0; i < 2; i++) {
        ctx = OSSL_ENCODER_CTX_new_for_pkey(other, EVP_PKEY_KEYPAIR, "DER", "PrivateKeyInfo", NULL);
        assert_int_equal(OSSL_ENCODER_to_data(ctx, &other_der, &other_len), 1);
        assert_err(read_der(provider, sx_slice_of(other_der, other_len)), SX_ERR_KEY_FORMAT);
        OSSL_ENCODER_CTX_free(ctx);
        OPENSSL_free(other_der);
        other_der = NULL;
        EVP_PKEY_free(other);
        other = i == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, "X25519") : NULL;
    }
    assert_err(read_der(provider, sx_slice_text("not DER at all")), SX_ERR_KEY_FORMAT);
    assert_err(read_der(provider, SX_SLICE_NONE), SX_ERR_KEY_FORMAT);
}

/* --- Under a passphrase ----------------------------------------------------------------------------- */

struct protection {
    const EVP_CIPHER *cipher;
    int count;
    int salt_len;
    int prf; /* NID; -1 for OpenSSL's own choice */
};

/* RFC 8018's PBES2 by OpenSSL's own hand. */
static struct fixture make_encrypted(const struct sx_sig_alg *alg, const struct protection *how)
{
    struct fixture f = make(alg, "PrivateKeyInfo");
    const unsigned char *ptr = f.der;
    unsigned char salt[64] = { 1, 2, 3 };
    PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &ptr, (long)f.len);
    X509_ALGOR *pbe =
        PKCS5_pbe2_set_iv(how->cipher, how->count, salt, how->salt_len, NULL, how->prf);
    X509_SIG *sealed = PKCS8_set0_pbe("open sesame", 11, info, pbe);
    int n;

    assert_non_null(sealed);
    OPENSSL_free(f.der);
    f.der = NULL;
    n = i2d_X509_SIG(sealed, &f.der);
    assert_true(n > 0);
    f.len = (size_t)n;
    X509_SIG_free(sealed);
    PKCS8_PRIV_KEY_INFO_free(info);
    return f;
}

static enum sx_err read_encrypted(struct sx_provider *provider, struct sx_slice der,
                                  const char *passphrase, struct sx_fault *fault)
{
    struct sx_key *key = NULL;
    enum sx_err err =
        sx_key_from_encrypted_der(provider, der, sx_slice_text(passphrase), fault, &key);

    if (err != SX_OK)
        assert_null(key);
    sx_key_free(key);
    return err;
}

static void check_encrypted(const struct test_provider *tp)
{
    const struct protection good[] = {
        { EVP_aes_256_cbc(), 1000, 16, NID_hmacWithSHA256 },
        { EVP_aes_128_cbc(), 2048, 32, NID_hmacWithSHA512 },
        { EVP_aes_192_cbc(), 5000, 16, NID_hmacWithSHA384 },
        { EVP_aes_256_cbc(), 2048, 16, NID_hmacWithSHA1 },
    };

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        const struct sx_sig_alg *alg = one_of_each[i];
        struct fixture f = make_encrypted(alg, &good[i]);
        struct sx_fault fault = { 0 };
        struct sx_key *key = NULL;

        assert_no_fault(sx_key_from_encrypted_der(tp->provider, der_of(&f),
                                                  sx_slice_text("open sesame"), &fault, &key),
                        &fault);
        assert_same_key(&f, key, alg);
        sx_key_free(key);
        for (int j = 0; j < 20; j++) { /* padding is right by chance once in 256 */
            char wrong[] = "open sesame ?";

            wrong[12] = (char)('a' + j);
            assert_err(read_encrypted(tp->provider, der_of(&f), wrong, NULL),
                       SX_ERR_KEY_PASSPHRASE);
        }
        assert_err(read_encrypted(tp->provider, der_of(&f), "", NULL), SX_ERR_KEY_PASSPHRASE);
        done(&f);
    }
}

static void test_encrypted_der_opens_with_its_passphrase_alone(void **state)
{
    (void)state;
    for_each_provider(check_encrypted);
}

/* SP 800-132. OpenSSL's own loader would take both: it tells the module not to look. */
static void check_weak_protection(const struct test_provider *tp)
{
    const struct protection weak[] = { { EVP_aes_256_cbc(), 2048, 8, NID_hmacWithSHA256 },
                                       { EVP_aes_256_cbc(), 2048, 15, NID_hmacWithSHA256 },
                                       { EVP_aes_256_cbc(), 999, 16, NID_hmacWithSHA256 } };

    for (size_t i = 0; i < sizeof weak / sizeof weak[0]; i++) {
        struct fixture f = make_encrypted(&sx_sig_ecdsa_nistp256, &weak[i]);
        struct sx_fault fault = { 0 };

        assert_err(read_encrypted(tp->provider, der_of(&f), "open sesame", &fault),
                   tp->is_fips ? SX_ERR_POLICY_CONTAINER : SX_OK);
        if (tp->is_fips)
            assert_non_null(strstr(fault.text, "SP 800-132"));
        done(&f);
    }
}

static void test_weak_key_derivation_is_refused_by_fips_alone(void **state)
{
    (void)state;
    for_each_provider(check_weak_protection);
}

/* A cipher that the provider lacks must not come from anywhere else. */
static void check_foreign_cipher(const struct test_provider *tp)
{
    const struct protection camellia = { EVP_camellia_128_cbc(), 2048, 16, NID_hmacWithSHA256 };
    const struct protection stream = { EVP_aes_128_cfb128(), 2048, 16, NID_hmacWithSHA256 };
    struct fixture f = make_encrypted(&sx_sig_ecdsa_nistp256, &camellia);

    assert_err(read_encrypted(tp->provider, der_of(&f), "open sesame", NULL),
               tp->is_fips ? SX_ERR_POLICY_CONTAINER : SX_OK);
    done(&f);
    f = make_encrypted(&sx_sig_ecdsa_nistp256, &stream);
    assert_err(read_encrypted(tp->provider, der_of(&f), "open sesame", NULL),
               SX_ERR_POLICY_CONTAINER);
    done(&f);
}

static void test_cipher_that_the_provider_lacks_is_refused(void **state)
{
    (void)state;
    for_each_provider(check_foreign_cipher);
}

static void test_encrypted_der_of_another_scheme_is_refused(void **state)
{
    struct sx_provider *provider = providers_default();
    const struct protection good = { EVP_aes_256_cbc(), 1000, 16, NID_hmacWithSHA256 };
    struct fixture f = make(&sx_sig_ecdsa_nistp256, "PrivateKeyInfo");
    const unsigned char *ptr = f.der;
    unsigned char *der = NULL;
    unsigned char salt[16] = { 1 };
    PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &ptr, (long)f.len);
    X509_ALGOR *scrypt =
        PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), salt, sizeof salt, NULL, 1024, 8, 1);
    X509_SIG *sealed = PKCS8_set0_pbe("open sesame", 11, info, scrypt);
    int n = i2d_X509_SIG(sealed, &der);

    (void)state;
    assert_true(n > 0);
    assert_err(read_encrypted(provider, sx_slice_of(der, (size_t)n), "open sesame", NULL),
               SX_ERR_KEY_FORMAT);
    OPENSSL_free(der);
    X509_SIG_free(sealed);
    PKCS8_PRIV_KEY_INFO_free(info);
    /* not encrypted at all, and the other way round */
    assert_err(read_encrypted(provider, der_of(&f), "open sesame", NULL), SX_ERR_KEY_FORMAT);
    done(&f);
    f = make_encrypted(&sx_sig_ecdsa_nistp256, &good);
    assert_err(read_der(provider, der_of(&f)), SX_ERR_KEY_FORMAT);
    done(&f);
}

static void test_encrypted_der_cut_anywhere_is_refused(void **state)
{
    const struct protection good = { EVP_aes_256_cbc(), 1000, 16, NID_hmacWithSHA256 };
    struct fixture f = make_encrypted(&sx_sig_ecdsa_nistp256, &good);

    (void)state;
    for (size_t n = 0; n < f.len; n++)
        assert_err(read_encrypted(providers_default(), sx_slice_of(f.der, n), "open sesame", NULL),
                   SX_ERR_KEY_FORMAT);
    done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_der_is_read_in_both_forms),
        cmocka_unit_test(test_der_cut_or_with_bytes_left_over_is_refused),
        cmocka_unit_test(test_damaged_der_never_gives_an_inconsistent_key),
        cmocka_unit_test(test_der_of_other_things_is_refused),
        cmocka_unit_test(test_encrypted_der_opens_with_its_passphrase_alone),
        cmocka_unit_test(test_weak_key_derivation_is_refused_by_fips_alone),
        cmocka_unit_test(test_cipher_that_the_provider_lacks_is_refused),
        cmocka_unit_test(test_encrypted_der_of_another_scheme_is_refused),
        cmocka_unit_test(test_encrypted_der_cut_anywhere_is_refused),
    };

    return cmocka_run_group_tests_name("crypto/key_der", tests, NULL, NULL);
}
