/* With OpenSSL's default context disabled (its only provider is "null"), everything here still
 * works: so nothing of ours ever fetches from it. A group of its own, as a process does this once. */
#include "unit/crypto/key_checks.h"

#include "crypto/agree.h"
#include "crypto/cipher.h"
#include "crypto/kdf.h"
#include "crypto/mac.h"

#include <openssl/evp.h>
#include <openssl/provider.h>

/* A key made for this test: PKCS#8 plain, and under "open sesame" (PBKDF2 with HMAC-SHA-256, 16
 * bytes of salt, 2048 rounds; AES-256-CBC). */
static const char plain_key[] =
    "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b020101042046e57d707a8b3ca7"
    "0e4d8e4c7cf3918cc28cd3453596525f6cfa316dce618f4ba144034200046795a6f3fa15390e6e9c243aac6a"
    "191052f897d1e41c4d3d350fc04c9544627423f57bdae14d3c39d99ed83d48029121365759ea7eb3b1ebe12c"
    "5129e6873505";
static const char sealed_key[] =
    "3081f4305f06092a864886f70d01050d3052303106092a864886f70d01050c30240410ff19c56f646f04238e"
    "844909da1ae94202020800300c06082a864886f70d02090500301d060960864801650304012a041022ef881d"
    "f2d29e838395a8cd073239820481908c6e9268edb28d3f170e6e4fbcc145f75df0e7e8142923ad0251fea6a5"
    "70c78a48077e5962748b62e20938e2051ad4152248e5e99af56561a893c549ff2d62853e3ab0d15e8a287902"
    "806ae5ceb1d8e9197a23d07c6e2b35b5b61537b1bdb29cb89ce3bd303831d375edc9ac7773faf1303b17444c"
    "1a00e1e21081f0d7e825d486c7aee456efc2535f5ecee5c73200c5";

static OSSL_PROVIDER *nothing;

static int disable_default_context(void **state)
{
    EVP_MD *md;

    (void)state;
    nothing = OSSL_PROVIDER_load(NULL, "null");
    if (nothing == NULL)
        return -1;
    md = EVP_MD_fetch(NULL, "SHA2-256", NULL);
    EVP_MD_free(md);
    return md == NULL ? 0 : -1; /* or the tests below would show nothing */
}

static int enable_default_context(void **state)
{
    (void)state;
    return OSSL_PROVIDER_unload(nothing) == 1 ? 0 : -1;
}

static void check_symmetric(const struct test_provider *tp)
{
    static const struct sx_cipher_alg *const ciphers[] = {
        &sx_cipher_aes128_ctr, &sx_cipher_aes192_ctr, &sx_cipher_aes256_ctr,
        &sx_cipher_aes128_gcm, &sx_cipher_aes256_gcm, NULL
    };
    static const struct sx_mac_alg *const macs[] = { &sx_mac_hmac_sha2_256, &sx_mac_hmac_sha2_512,
                                                     NULL };
    const struct sx_slice some = sx_slice_text("thirty-two bytes and a few more.");
    uint8_t packet[4 + 64 + 16] = { 0 };
    uint8_t out[SX_MAC_TAG_MAX];
    size_t n = 0;

    assert_ok(sx_random_bytes(tp->provider, out, sizeof out));
    assert_ok(sx_digest_once(tp->provider, SX_HASH_SHA512, some, out, &n));
    for (size_t i = 0; ciphers[i] != NULL; i++) {
        struct sx_cipher *seal = NULL;
        struct sx_cipher *open = NULL;

        assert_true(sx_cipher_is_available(tp->provider, ciphers[i]));
        assert_ok(sx_cipher_new(tp->provider, ciphers[i], some, some, true, &seal));
        assert_ok(sx_cipher_new(tp->provider, ciphers[i], some, some, false, &open));
        if (sx_cipher_is_aead(ciphers[i])) {
            assert_ok(sx_cipher_seal(seal, 0, packet, 64));
            assert_ok(sx_cipher_open(open, 0, packet, 64));
        } else {
            assert_ok(sx_cipher_crypt(seal, packet, 64));
            assert_ok(sx_cipher_crypt(open, packet, 64));
        }
        sx_cipher_free(seal);
        sx_cipher_free(open);
    }
    for (size_t i = 0; macs[i] != NULL; i++) {
        struct sx_mac *mac = NULL;
        uint8_t key[64] = { 1 };

        assert_true(sx_mac_is_available(tp->provider, macs[i]));
        assert_ok(sx_mac_new(tp->provider, macs[i], sx_slice_of(key, sizeof key), &mac));
        assert_ok(sx_mac_compute(mac, 0, packet, sizeof packet, out));
        sx_mac_free(mac);
    }
}

static void test_ciphers_and_macs_need_no_default_context(void **state)
{
    (void)state;
    for_each_provider(check_symmetric);
}

static void check_exchange(const struct test_provider *tp)
{
    static const struct sx_kex_alg *const all[] = { &sx_kex_ecdh_nistp256,
                                                    &sx_kex_ecdh_nistp384,
                                                    &sx_kex_ecdh_nistp521,
                                                    &sx_kex_dh_group14_sha256,
                                                    &sx_kex_dh_group16_sha512,
                                                    &sx_kex_curve25519_sha256,
                                                    NULL };

    for (size_t i = 0; all[i] != NULL; i++) {
        struct sx_agree *a = NULL;
        struct sx_agree *b = NULL;
        struct sx_secret k = { 0 };
        struct sx_secret derived = { 0 };

        if (!sx_kex_is_available(tp->provider, all[i])) {
            assert_true(tp->is_fips && all[i]->family == SX_KEX_X25519);
            continue;
        }
        assert_ok(sx_agree_new(tp->provider, all[i], NULL, &a));
        assert_ok(sx_agree_new(tp->provider, all[i], NULL, &b));
        assert_ok(sx_agree_finish(a, sx_agree_share(b), NULL, &k));
        assert_ok(sx_kdf_ssh(tp->provider, all[i]->hash, sx_secret_slice(&k),
                             sx_slice_text("a hash"), sx_slice_text("an id"), 'A', 64, &derived));
        sx_secret_clear(&k);
        sx_secret_clear(&derived);
        sx_agree_free(a);
        sx_agree_free(b);
    }
}

static void test_key_exchange_needs_no_default_context(void **state)
{
    (void)state;
    for_each_provider(check_exchange);
}

static void check_keys(const struct test_provider *tp)
{
    const struct sx_slice text = sx_slice_text("signed");
    struct bytes der = from_hex(plain_key);
    struct bytes sealed = from_hex(sealed_key);
    struct sx_fault fault = { 0 };
    struct sx_key *key = NULL;
    struct sx_key *again = NULL;

    for (size_t i = 0; all_sigs[i] != NULL; i++) {
        struct sx_buffer made;

        if (!sx_sig_is_available(tp->provider, all_sigs[i]))
            continue;
        key = generate(tp->provider, all_sigs[i]->type);
        again = from_blob(tp->provider, sx_key_public_blob(key));
        made = sign(key, all_sigs[i], text);
        assert_ok(sx_key_verify(again, all_sigs[i], text, sx_buffer_unread(&made), NULL));
        sx_buffer_clear(&made);
        sx_key_free(key);
        sx_key_free(again);
    }
    assert_no_fault(sx_key_from_der(tp->provider, slice_of(&der), &fault, &key), &fault);
    assert_no_fault(sx_key_from_encrypted_der(tp->provider, slice_of(&sealed),
                                              sx_slice_text("open sesame"), &fault, &again),
                    &fault);
    assert_true(sx_slice_is_equal(sx_key_public_blob(key), sx_key_public_blob(again)));
    sx_key_free(key);
    sx_key_free(again);
}

static void test_keys_need_no_default_context(void **state)
{
    (void)state;
    for_each_provider(check_keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ciphers_and_macs_need_no_default_context),
        cmocka_unit_test(test_key_exchange_needs_no_default_context),
        cmocka_unit_test(test_keys_need_no_default_context),
    };

    return cmocka_run_group_tests_name("crypto/provider_alone", tests, disable_default_context,
                                       enable_default_context);
}
