/* A host program (or OPENSSL_CONF) can make an ENGINE the default for an algorithm. OpenSSL then
 * hands even fetched objects over to it. Here such an engine lies in wait: it must get no key of
 * ours, and what it would have served must fail instead. */
#define OPENSSL_SUPPRESS_DEPRECATED /* engines are; that they still act is the point */
#include "unit/crypto/key_checks.h"

#include "crypto/agree.h"
#include "crypto/cipher.h"

#include <openssl/engine.h>
#include <openssl/rand.h>

static unsigned keys_seen;
static unsigned random_calls;

static EVP_CIPHER *engine_cipher;
static EVP_MD *engine_digest;

/* One method for each key type, as the engine frees each by itself. */
static const int pkey_types[] = { EVP_PKEY_RSA, EVP_PKEY_EC, EVP_PKEY_DH, EVP_PKEY_ED25519,
                                  EVP_PKEY_X25519 };
enum { PKEY_TYPES = sizeof pkey_types / sizeof pkey_types[0] };
static EVP_PKEY_METHOD *engine_pkey[PKEY_TYPES];

static int cipher_init(EVP_CIPHER_CTX *ctx, const unsigned char *key, const unsigned char *iv,
                       int enc)
{
    (void)ctx;
    (void)iv;
    (void)enc;
    keys_seen += key != NULL;
    return 1;
}

static int cipher_run(EVP_CIPHER_CTX *ctx, unsigned char *out, const unsigned char *in, size_t n)
{
    (void)ctx;
    memmove(out, in, n); /* "encrypts" to plain text */
    return 1;
}

static int digest_init(EVP_MD_CTX *ctx)
{
    (void)ctx;
    return 1;
}

static int digest_update(EVP_MD_CTX *ctx, const void *data, size_t n)
{
    (void)ctx;
    (void)data;
    (void)n;
    return 1;
}

static int digest_final(EVP_MD_CTX *ctx, unsigned char *out)
{
    (void)ctx;
    memset(out, 0, 32);
    return 1;
}

static int pkey_keygen(EVP_PKEY_CTX *ctx, EVP_PKEY *pkey)
{
    (void)ctx;
    (void)pkey;
    return 1;
}

static int random_bytes(unsigned char *out, int n)
{
    memset(out, 0, (size_t)n);
    random_calls++;
    return 1;
}

static int give_cipher(ENGINE *e, const EVP_CIPHER **out, const int **nids, int nid)
{
    static const int all[] = { NID_aes_256_ctr };

    (void)e;
    if (out == NULL) {
        *nids = all;
        return 1;
    }
    *out = nid == NID_aes_256_ctr ? engine_cipher : NULL;
    return *out != NULL;
}

static int give_digest(ENGINE *e, const EVP_MD **out, const int **nids, int nid)
{
    static const int all[] = { NID_sha256 };

    (void)e;
    if (out == NULL) {
        *nids = all;
        return 1;
    }
    *out = nid == NID_sha256 ? engine_digest : NULL;
    return *out != NULL;
}

static int give_pkey(ENGINE *e, EVP_PKEY_METHOD **out, const int **nids, int nid)
{
    (void)e;
    if (out == NULL) {
        *nids = pkey_types;
        return PKEY_TYPES;
    }
    for (int i = 0; i < PKEY_TYPES; i++) {
        if (pkey_types[i] == nid) {
            *out = engine_pkey[i];
            return 1;
        }
    }
    return 0;
}

static RAND_METHOD random_method = { .bytes = random_bytes, .pseudorand = random_bytes };

static ENGINE *register_engine(ENGINE *e)
{
    assert_int_equal(ENGINE_set_id(e, "in-wait"), 1);
    assert_int_equal(ENGINE_set_name(e, "an engine that lies in wait"), 1);
    assert_int_equal(ENGINE_set_ciphers(e, give_cipher), 1);
    assert_int_equal(ENGINE_set_digests(e, give_digest), 1);
    assert_int_equal(ENGINE_set_pkey_meths(e, give_pkey), 1);
    assert_int_equal(ENGINE_set_RAND(e, &random_method), 1);
    return e;
}

static ENGINE *make_engine(void)
{
    ENGINE *e = ENGINE_new();

    for (int i = 0; i < PKEY_TYPES; i++) {
        engine_pkey[i] = EVP_PKEY_meth_new(pkey_types[i], 0);
        EVP_PKEY_meth_set_keygen(engine_pkey[i], NULL, pkey_keygen);
    }
    assert_non_null(e);
    if (engine_cipher != NULL)
        return register_engine(e);
    engine_cipher = EVP_CIPHER_meth_new(NID_aes_256_ctr, 1, 32);
    EVP_CIPHER_meth_set_iv_length(engine_cipher, 16);
    EVP_CIPHER_meth_set_flags(engine_cipher, EVP_CIPH_CTR_MODE);
    EVP_CIPHER_meth_set_init(engine_cipher, cipher_init);
    EVP_CIPHER_meth_set_do_cipher(engine_cipher, cipher_run);
    engine_digest = EVP_MD_meth_new(NID_sha256, 0);
    EVP_MD_meth_set_result_size(engine_digest, 32);
    EVP_MD_meth_set_init(engine_digest, digest_init);
    EVP_MD_meth_set_update(engine_digest, digest_update);
    EVP_MD_meth_set_final(engine_digest, digest_final);
    return register_engine(e);
}

static void become_default(ENGINE *e)
{
    assert_int_equal(ENGINE_set_default_ciphers(e), 1);
    assert_int_equal(ENGINE_set_default_digests(e), 1);
    assert_int_equal(ENGINE_set_default_pkey_meths(e), 1);
    assert_int_equal(ENGINE_set_default_RAND(e), 1);
}

static void withdraw(ENGINE *e)
{
    ENGINE_unregister_ciphers(e);
    ENGINE_unregister_digests(e);
    ENGINE_unregister_pkey_meths(e);
    ENGINE_unregister_RAND(e);
}

/* What the engine stands in front of: works without it, fails with it. */
static void check_intercepted(const struct test_provider *tp, bool is_expected_to_work)
{
    uint8_t bytes[64] = { 1 };
    size_t n = 0;
    struct sx_cipher *cipher = NULL;
    struct sx_agree *agree = NULL;
    struct sx_key *key = NULL;

    assert_int_equal(
        sx_digest_once(tp->provider, SX_HASH_SHA256, sx_slice_text("abc"), bytes, &n) == SX_OK,
        is_expected_to_work);
    assert_int_equal(sx_cipher_new(tp->provider, &sx_cipher_aes256_ctr, sx_slice_of(bytes, 32),
                                   sx_slice_of(bytes, 16), true, &cipher) == SX_OK,
                     is_expected_to_work);
    assert_int_equal(sx_key_generate(tp->provider, SX_KEY_RSA, 2048, &key) == SX_OK,
                     is_expected_to_work);
    assert_int_equal(sx_agree_new(tp->provider, &sx_kex_dh_group14_sha256, NULL, &agree) == SX_OK,
                     is_expected_to_work);
    sx_agree_free(agree);
    agree = NULL;
    assert_int_equal(sx_agree_new(tp->provider, &sx_kex_ecdh_nistp256, NULL, &agree) == SX_OK,
                     is_expected_to_work);
    sx_agree_free(agree);
    sx_cipher_free(cipher);
    sx_key_free(key);
}

/* That the engine is really in the way: a plain use of a fetched cipher of a private context runs
 * into it. (crypto/openssl.h would hide the deprecated calls, so the context is one of its own.) */
static void control(void)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
    EVP_CIPHER *fetched = EVP_CIPHER_fetch(libctx, "AES-256-CTR", "provider=default");
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    uint8_t key[32] = { 0 };

    assert_non_null(fetched);
    keys_seen = 0;
    assert_int_equal(EVP_EncryptInit_ex2(ctx, fetched, key, key, NULL), 1);
    assert_int_equal(keys_seen, 1);
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(fetched);
    OSSL_LIB_CTX_free(libctx);
}

static void with_engine(const struct test_provider *tp)
{
    const struct sx_slice text = sx_slice_text("signed before the engine came");
    struct sx_key *key = generate(tp->provider, SX_KEY_ECDSA_P256);
    struct sx_buffer made = sign(key, &sx_sig_ecdsa_nistp256, text);
    struct sx_buffer more;
    ENGINE *e = make_engine();
    uint8_t bytes[32] = { 0 };
    uint8_t zero[32] = { 0 };

    sx_buffer_init(&more, 1024);
    check_intercepted(tp, true);
    become_default(e);
    control();
    keys_seen = 0;
    random_calls = 0;
    check_intercepted(tp, false);
    assert_int_equal(keys_seen, 0);

    /* a key that the provider made: with it, or not at all */
    assert_int_not_equal(sx_key_sign(key, &sx_sig_ecdsa_nistp256, text, NULL, &more), SX_OK);
    assert_int_not_equal(
        sx_key_verify(key, &sx_sig_ecdsa_nistp256, text, sx_buffer_unread(&made), NULL), SX_OK);

    /* The default provider's generator is made of libcrypto's ciphers, so the engine could come in
     * there; a module is closed all through. */
    if (tp->is_fips) {
        assert_ok(sx_random_bytes(tp->provider, bytes, sizeof bytes));
        assert_memory_not_equal(bytes, zero, sizeof bytes);
        assert_int_equal(random_calls, 0);
    }

    withdraw(e);
    check_intercepted(tp, true);
    assert_ok(sx_key_verify(key, &sx_sig_ecdsa_nistp256, text, sx_buffer_unread(&made), NULL));
    sx_buffer_clear(&made);
    sx_buffer_clear(&more);
    sx_key_free(key);
    ENGINE_free(e); /* the methods stay: OpenSSL may still hold contexts made with them */
}

static void test_engine_of_the_host_gets_nothing(void **state)
{
    (void)state;
    for_each_provider(with_engine);
}

/* RAND_METHOD is the other way to stand in for all random numbers of a process. */
static void check_random_method(const struct test_provider *tp)
{
    uint8_t bytes[32] = { 0 };
    uint8_t zero[32] = { 0 };

    random_calls = 0;
    assert_int_equal(RAND_set_rand_method(&random_method), 1);
    assert_int_equal(RAND_bytes(bytes, sizeof bytes), 1);
    assert_int_equal(random_calls, 1);
    assert_ok(sx_random_bytes(tp->provider, bytes, sizeof bytes));
    assert_int_equal(random_calls, 1);
    assert_memory_not_equal(bytes, zero, sizeof bytes);
    assert_int_equal(RAND_set_rand_method(NULL), 1);
}

static void test_random_method_of_the_host_is_not_asked(void **state)
{
    (void)state;
    for_each_provider(check_random_method);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_method_of_the_host_is_not_asked),
        cmocka_unit_test(test_engine_of_the_host_gets_nothing),
    };

    return cmocka_run_group_tests_name("crypto/provider_engine", tests, NULL, NULL);
}
