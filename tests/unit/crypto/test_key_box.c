/* Keys out of passwords, by published vectors; encryption there and back; what a provider lacks is
 * said, not looked for elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "crypto/key_box.h"
#include "crypto/key.h"
#include "support/providers.h"

static struct sx_provider *provider;

static void assert_hex(const uint8_t *bytes, size_t n, const char *hex)
{
    char text[3 * 64 + 1];

    assert_in_range(n, 1, 64);
    assert_string_equal(sx_hex_encode(text, sx_slice_of(bytes, n), 0), hex);
}

static struct sx_box_password password_of(const char *text, const char *salt, uint64_t count)
{
    return (struct sx_box_password){ sx_slice_text(text), sx_slice_text(salt), count };
}

/* RFC 6070. */
static void test_pbkdf2_is_the_standards(void **state)
{
    struct sx_box_password password = password_of("password", "salt", 2);
    uint8_t out[20];

    (void)state;
    assert_int_equal(sx_box_pbkdf2(provider, SX_HASH_SHA1, &password, out, sizeof out), SX_OK);
    assert_hex(out, sizeof out, "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957");
    password.count = 4096;
    assert_int_equal(sx_box_pbkdf2(provider, SX_HASH_SHA1, &password, out, sizeof out), SX_OK);
    assert_hex(out, sizeof out, "4b007901b765489abead49d926f721d065a429c1");
}

/* The vectors of PKCS#12 implementors, password "smeg". */
static void test_pkcs12_is_as_others_have_it(void **state)
{
    static const uint8_t salt[] = { 0x0a, 0x58, 0xcf, 0x64, 0x53, 0x0d, 0x82, 0x3f };
    const struct sx_box_password password = { sx_slice_text("smeg"), sx_slice_of(salt, sizeof salt),
                                              1 };
    uint8_t out[24];

    (void)state;
    assert_int_equal(sx_box_pkcs12(provider, SX_HASH_SHA1, SX_BOX_KEY, &password, out, sizeof out),
                     SX_OK);
    assert_hex(out, sizeof out, "8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3");
}

#if SX_LEGACY
/* OpenBSD's regression tests. */
static void test_bcrypt_is_openbsds(void **state)
{
    struct sx_box_password password = password_of("password", "salt", 4);
    uint8_t out[32];

    (void)state;
    assert_int_equal(sx_box_bcrypt(provider, &password, out, sizeof out), SX_OK);
    assert_hex(out, sizeof out, "5bbf0cc293587f1c3635555c27796598d47e579071bf427e9d8fbe842aba34d9");
    password.count = 0;
    assert_int_equal(sx_box_bcrypt(provider, &password, out, sizeof out), SX_ERR_ARGUMENT);
    password = password_of("", "salt", 4);
    assert_int_equal(sx_box_bcrypt(provider, &password, out, sizeof out), SX_ERR_ARGUMENT);
}
#endif

/* RFC 2202, case 2; and a key of no bytes, as PuTTY's unencrypted files have it. */
static void test_hmac_is_the_standards(void **state)
{
    uint8_t out[SX_DIGEST_MAX];

    (void)state;
    assert_int_equal(sx_box_hmac(provider, SX_HASH_SHA1, sx_slice_text("Jefe"),
                                 sx_slice_text("what do ya want for nothing?"), out),
                     SX_OK);
    assert_hex(out, 20, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    assert_int_equal(sx_box_hmac(provider, SX_HASH_SHA256, SX_SLICE_NONE, SX_SLICE_NONE, out),
                     SX_OK);
    assert_hex(out, 32, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void test_encryption_goes_there_and_back(void **state)
{
    static const struct sx_box_cipher ciphers[] = {
        { .evp_name = "AES-256-CBC", .is_padded = true },
        { .evp_name = "AES-128-CTR" },
        { .evp_name = "DES-EDE3-CBC", .is_padded = true },
    };
    static const uint8_t key[32] = { 1, 2, 3 };
    static const uint8_t iv[16] = { 4, 5, 6 };
    const struct sx_slice text = sx_slice_text("what is to be kept, of odd size");

    (void)state;
    for (size_t i = 0; i < sizeof ciphers / sizeof ciphers[0]; i++) {
        struct sx_secret sealed = { 0 };
        struct sx_secret plain = { 0 };
        size_t key_len = 0;
        size_t iv_len = 0;

        assert_int_equal(sx_box_sizes(provider, &ciphers[i], &key_len, &iv_len), SX_OK);
        assert_int_equal(sx_box_crypt(provider, &ciphers[i], sx_slice_of(key, key_len),
                                      sx_slice_of(iv, iv_len), true, text, &sealed),
                         SX_OK);
        assert_false(sx_slice_is_equal(sx_secret_slice(&sealed), text));
        assert_int_equal(sx_box_crypt(provider, &ciphers[i], sx_slice_of(key, key_len),
                                      sx_slice_of(iv, iv_len), false, sx_secret_slice(&sealed),
                                      &plain),
                         SX_OK);
        assert_true(sx_slice_is_equal(sx_secret_slice(&plain), text));
        assert_int_equal(sx_box_crypt(provider, &ciphers[i], sx_slice_of(key, key_len - 1),
                                      sx_slice_of(iv, iv_len), false, sx_secret_slice(&sealed),
                                      &plain),
                         SX_ERR_ARGUMENT);
        assert_null(plain.ptr);
        sx_secret_clear(&sealed);
    }
}

static void try_lack(const struct test_provider *tp)
{
    static const struct sx_box_cipher legacy = { .evp_name = "RC2-40-CBC", .is_legacy = true };
    static const struct sx_box_cipher aead = { .evp_name = "AES-256-GCM" };
    struct sx_box_password password = password_of("password", "saltsalt", 2000);
    uint8_t out[32];
    size_t key_len, iv_len;

    assert_int_equal(sx_box_sizes(tp->provider, &legacy, &key_len, &iv_len), SX_ERR_PROVIDER_FETCH);
    assert_int_equal(sx_box_sizes(tp->provider, &aead, &key_len, &iv_len), SX_ERR_PROVIDER_FETCH);
    assert_int_equal(sx_box_md5(tp->provider, &password, out, sizeof out),
                     tp->is_fips ? SX_ERR_PROVIDER_FETCH : SX_OK);
    assert_int_equal(
        sx_box_pkcs12(tp->provider, SX_HASH_SHA1, SX_BOX_KEY, &password, out, sizeof out),
        tp->is_fips ? SX_ERR_PROVIDER_FETCH : SX_OK);
    /* The module's own bound, which is not switched off: 128 bits of salt. */
    assert_int_equal(sx_box_pbkdf2(tp->provider, SX_HASH_SHA256, &password, out, sizeof out),
                     tp->is_fips ? SX_ERR_PROVIDER : SX_OK);
    password = password_of("password", "sixteen of salt!", 2000);
    assert_int_equal(sx_box_pbkdf2(tp->provider, SX_HASH_SHA256, &password, out, sizeof out),
                     SX_OK);
}

static void test_what_a_provider_lacks_is_said(void **state)
{
    (void)state;
    for_each_provider(try_lack);
}

static void try_convert(const struct test_provider *tp)
{
    struct sx_fault fault = { 0 };
    struct sx_key *key = NULL;
    struct sx_key *again = NULL;
    struct sx_buffer der;

    sx_buffer_init(&der, 16384);
    assert_int_equal(sx_key_generate(tp->provider, SX_KEY_ECDSA_P256, 0, &key), SX_OK);
    if (sx_key_to_encrypted_der(key, sx_slice_text("opensesame"), &fault, &der) != SX_OK)
        fail_msg("%s: %s", tp->label, fault.text);
    assert_int_equal(sx_key_from_encrypted_der(tp->provider, sx_buffer_unread(&der),
                                               sx_slice_text("opensesame"), NULL, &again),
                     SX_OK);
    assert_true(sx_slice_is_equal(sx_key_public_blob(key), sx_key_public_blob(again)));
    sx_buffer_clear(&der);
    assert_int_equal(sx_key_to_encrypted_der(key, SX_SLICE_NONE, &fault, &der), SX_ERR_ARGUMENT);
    assert_int_equal(sx_buffer_len(&der), 0);
    sx_key_free(key);
    sx_key_free(again);
}

static void test_what_is_written_is_read_by_every_provider(void **state)
{
    (void)state;
    for_each_provider(try_convert);
}

static int setup(void **state)
{
    (void)state;
    provider = providers_default();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pbkdf2_is_the_standards),
        cmocka_unit_test(test_pkcs12_is_as_others_have_it),
#if SX_LEGACY
        cmocka_unit_test(test_bcrypt_is_openbsds),
#endif
        cmocka_unit_test(test_hmac_is_the_standards),
        cmocka_unit_test(test_encryption_goes_there_and_back),
        cmocka_unit_test(test_what_a_provider_lacks_is_said),
        cmocka_unit_test(test_what_is_written_is_read_by_every_provider),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
