/* CBC, 3des-ctr and arcfour: published vectors, what runs on from call to call, who serves. */
#include "unit/crypto/legacy_checks.h"

#include "crypto/legacy.h"

#include "crypto/openssl.h"

struct vector {
    const struct sx_cipher_alg *alg;
    const char *key;
    const char *iv;
    const char *plain;
    const char *sealed;
};

#define SP_800_38A_PLAIN                                                                           \
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"                             \
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
#define SP_800_38A_IV "000102030405060708090a0b0c0d0e0f"

/* The text that both S. Young's set and FIPS 81 take: "7654321 Now is the time for ". */
#define NOW_IS_THE_TIME "37363534333231204e6f77206973207468652074696d6520666f722000000000"

static const struct vector vectors[] = {
    /* SP 800-38A, sections F.2.1, F.2.3, F.2.5 */
    { &sx_cipher_aes128_cbc, "2b7e151628aed2a6abf7158809cf4f3c", SP_800_38A_IV, SP_800_38A_PLAIN,
      "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
      "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7" },
    { &sx_cipher_aes192_cbc, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", SP_800_38A_IV,
      SP_800_38A_PLAIN,
      "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a"
      "571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd" },
    { &sx_cipher_aes256_cbc, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
      SP_800_38A_IV, SP_800_38A_PLAIN,
      "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"
      "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b" },
    /* OpenSSL's evpciph_des3_common.txt; made again with Python's cryptography */
    { &sx_cipher_3des_cbc, "0123456789abcdeff1e0d3c2b5a49786fedcba9876543210", "fedcba9876543210",
      NOW_IS_THE_TIME, "3fe301c962ac01d02213763c1cbd4cdc799657c064ecf5d41c673812cfde9675" },
    /* E. Young's vectors for Blowfish, chaining mode */
    { &sx_cipher_blowfish_cbc, "0123456789abcdeff0e1d2c3b4a59687", "fedcba9876543210",
      NOW_IS_THE_TIME, "6b77b4d63006dee605b156e27403979358deb9e7154616d959f1652bd5ff92cc" },
    /* RFC 2144 appendix B.1: one block, which chaining to zero leaves as it is */
    { &sx_cipher_cast128_cbc, "0123456712345678234567893456789a", "0000000000000000",
      "0123456789abcdef", "238b4fe5847e44b2" },
    /* RFC 6229 section 2: the keystream of RC4 from its start, and from byte 1536 on */
    { &sx_cipher_arcfour, "0102030405060708090a0b0c0d0e0f10", "",
      "0000000000000000000000000000000000000000000000000000000000000000",
      "9ac7cc9a609d1ef7b2932899cde41b975248c4959014126a6e8a84f11d1a9e1c" },
    { &sx_cipher_arcfour128, "0102030405060708090a0b0c0d0e0f10", "",
      "00000000000000000000000000000000", "ffa0b514647ec04f6306b892ae661181" },
    { &sx_cipher_arcfour256, "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20", "",
      "00000000000000000000000000000000", "3e34135c79db010200767651cf263073" },
};

enum { VECTORS = sizeof vectors / sizeof vectors[0] };

static struct sx_cipher *new_cipher(struct sx_provider *provider, const struct vector *v,
                                    bool is_encrypt)
{
    struct bytes key = from_hex(v->key);
    struct bytes iv = from_hex(v->iv);
    struct sx_cipher *cipher = NULL;

    assert_int_equal(key.len, v->alg->key_len);
    assert_int_equal(iv.len, v->alg->iv_len);
    assert_ok(sx_cipher_new(provider, v->alg, slice_of(&key), slice_of(&iv), is_encrypt, &cipher));
    return cipher;
}

static void check_vector(struct sx_provider *provider, const struct vector *v)
{
    struct bytes plain = from_hex(v->plain);
    struct bytes sealed = from_hex(v->sealed);
    struct bytes data = plain;
    struct sx_cipher *c = new_cipher(provider, v, true);

    print_message("[   row    ] %s\n", v->alg->name);
    assert_ok(sx_cipher_crypt(c, data.data, data.len));
    assert_memory_equal(data.data, sealed.data, sealed.len);
    sx_cipher_free(c);

    /* chaining and keystream run on from call to call */
    data = plain;
    c = new_cipher(provider, v, true);
    for (size_t at = 0; at < data.len; at += v->alg->block_len)
        assert_ok(sx_cipher_crypt(c, data.data + at, v->alg->block_len));
    assert_memory_equal(data.data, sealed.data, sealed.len);
    sx_cipher_free(c);

    c = new_cipher(provider, v, false);
    assert_ok(sx_cipher_crypt(c, data.data, v->alg->block_len));
    assert_ok(sx_cipher_crypt(c, data.data + v->alg->block_len, data.len - v->alg->block_len));
    assert_memory_equal(data.data, plain.data, plain.len);
    sx_cipher_free(c);
}

static void test_legacy_ciphers_match_published_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++)
        check_vector(provider_with_legacy(), &vectors[i]);
}

static void check_aes_cbc(const struct test_provider *tp)
{
    for (size_t i = 0; i < 3; i++) {
        assert_true(sx_cipher_is_available(tp->provider, vectors[i].alg));
        check_vector(tp->provider, &vectors[i]);
    }
}

static void test_aes_cbc_is_the_same_under_every_provider(void **state)
{
    (void)state;
    for_each_provider(check_aes_cbc);
}

/* Made with Python's cryptography (DES-EDE3 in ECB mode) and a counter of Python's own: the
 * keystream from a counter that wraps after three blocks, its first 64 bytes and its last 16. */
static void test_3des_ctr_counts_modulo_64_bits(void **state)
{
    static const struct vector v = { &sx_cipher_3des_ctr,
                                     "0123456789abcdeff1e0d3c2b5a49786fedcba9876543210",
                                     "fffffffffffffffd", "", "" };
    struct bytes first =
        from_hex("674a69b8c56bbf96e8b147b512dabf52b8b8b4bfe060d2eda21de4671d456138"
                 "557fa6e4ef1c1a6b0f630959d20a76149eb9503d04a7336e978717fc332ac9f8");
    struct bytes last = from_hex("f287cdf82d1eded395480aab80c21ba2");
    uint8_t data[1032] = { 0 };
    uint8_t zero[sizeof data] = { 0 };
    struct sx_cipher *c = new_cipher(providers_default(), &v, true);

    (void)state;
    assert_ok(sx_cipher_crypt(c, data, 8)); /* as a packet's first block, then its rest */
    assert_ok(sx_cipher_crypt(c, data + 8, 0));
    assert_ok(sx_cipher_crypt(c, data + 8, sizeof data - 8));
    assert_memory_equal(data, first.data, first.len);
    assert_memory_equal(data + sizeof data - last.len, last.data, last.len);
    assert_err(sx_cipher_crypt(c, data, 12), SX_ERR_ARGUMENT);
    sx_cipher_free(c);

    c = new_cipher(providers_default(), &v, false);
    assert_ok(sx_cipher_crypt(c, data, sizeof data));
    assert_memory_equal(data, zero, sizeof data);
    sx_cipher_free(c);
}

/* The five come from the legacy provider and from nowhere else; nothing else comes from there. */
static void test_legacy_provider_serves_what_asks_for_it_alone(void **state)
{
    struct sx_provider *with = provider_with_legacy();
    const struct sx_provider_info *info = sx_provider_get_info(with);
    uint8_t bytes[64] = { 0 };

    (void)state;
    assert_string_equal(info->properties, "provider=default");
    assert_true(info->legacy_version[0] != '\0');
    if (info->legacy_path[0] != '\0')
        assert_int_equal(strlen(info->legacy_sha256), 64);
    for (size_t i = 0; i < VECTORS; i++) {
        const struct sx_cipher_alg *alg = vectors[i].alg;
        struct sx_cipher *cipher = NULL;
        struct sx_cipher_alg elsewhere = *alg;

        assert_true(sx_cipher_is_available(with, alg));
        assert_int_equal(sx_cipher_is_available(providers_default(), alg), !alg->is_legacy);
        elsewhere.is_legacy = !alg->is_legacy;
        assert_false(sx_cipher_is_available(with, &elsewhere));
        if (!alg->is_legacy)
            continue;
        assert_err(sx_cipher_new(providers_default(), alg, sx_slice_of(bytes, 64),
                                 sx_slice_of(bytes, 64), true, &cipher),
                   SX_ERR_PROVIDER_FETCH);
        assert_null(cipher);
    }
    assert_string_equal(sx_provider_get_info(providers_default())->legacy_version, "");
    assert_string_equal(sx_provider_get_info(providers_default())->legacy_path, "");
}

static void check_never_for_fips(const struct test_provider *tp)
{
    struct sx_provider_spec spec = { .name = "fips",
                                     .module_dir = tp->dir,
                                     .is_legacy_allowed = true };
    struct sx_provider *provider = NULL;
    struct sx_fault fault = { 0 };

    if (!tp->is_fips)
        return;
    assert_no_fault(sx_provider_open(&spec, &fault, &provider), &fault);
    assert_ptr_equal(provider, tp->provider); /* the wish makes no difference */
    for (size_t i = 0; i < VECTORS; i++) {
        if (vectors[i].alg->is_legacy)
            assert_false(sx_cipher_is_available(provider, vectors[i].alg));
    }
    sx_provider_close(provider);
}

static void test_legacy_provider_never_stands_beside_fips(void **state)
{
    (void)state;
    for_each_provider(check_never_for_fips);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_legacy_ciphers_match_published_vectors),
        cmocka_unit_test(test_aes_cbc_is_the_same_under_every_provider),
        cmocka_unit_test(test_3des_ctr_counts_modulo_64_bits),
        cmocka_unit_test(test_legacy_provider_serves_what_asks_for_it_alone),
        cmocka_unit_test(test_legacy_provider_never_stands_beside_fips),
    };

    return cmocka_run_group_tests_name("crypto/legacy_cipher", tests, empty_default_context,
                                       restore_default_context);
}
