/* Ciphers: published vectors, the nonce counter, and every way to damage a packet. */
#include "unit/crypto/crypto_checks.h"

#include "crypto/cipher.h"

#include <openssl/evp.h>

static const struct sx_cipher_alg *const ctr[] = { &sx_cipher_aes128_ctr, &sx_cipher_aes192_ctr,
                                                   &sx_cipher_aes256_ctr, NULL };
static const struct sx_cipher_alg *const gcm[] = { &sx_cipher_aes128_gcm, &sx_cipher_aes256_gcm,
                                                   NULL };

/* SP 800-38A, sections F.5.1, F.5.3 and F.5.5: one plain text and counter, three keys. */
static const char ctr_plain[] = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                                "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
static const char ctr_counter[] = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";
static const char *const ctr_keys[] = {
    "2b7e151628aed2a6abf7158809cf4f3c", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
    "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"
};
static const char *const ctr_sealed[] = {
    "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"
    "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee",
    "1abc932417521ca24f2b0459fe7e6e0b090339ec0aa6faefd5ccc2c6f4ce8e94"
    "1e36b26bd1ebc670d1bd1d665620abf74f78a7f6d29809585a97daec58c6b050",
    "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
    "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6"
};

static struct sx_cipher *new_cipher(struct sx_provider *provider, const struct sx_cipher_alg *alg,
                                    struct sx_slice key, struct sx_slice iv, bool is_encrypt)
{
    struct sx_cipher *cipher = NULL;

    assert_ok(sx_cipher_new(provider, alg, key, iv, is_encrypt, &cipher));
    return cipher;
}

static void check_ctr_vectors(const struct test_provider *tp)
{
    for (size_t i = 0; ctr[i] != NULL; i++) {
        struct bytes key = from_hex(ctr_keys[i]);
        struct bytes iv = from_hex(ctr_counter);
        struct bytes plain = from_hex(ctr_plain);
        struct bytes sealed = from_hex(ctr_sealed[i]);
        struct bytes data = plain;
        struct sx_cipher *c = new_cipher(tp->provider, ctr[i], slice_of(&key), slice_of(&iv), true);

        assert_ok(sx_cipher_crypt(c, data.data, data.len));
        assert_memory_equal(data.data, sealed.data, sealed.len);
        sx_cipher_free(c);

        /* the state runs on from call to call, and back the same way */
        c = new_cipher(tp->provider, ctr[i], slice_of(&key), slice_of(&iv), false);
        assert_ok(sx_cipher_crypt(c, data.data, 16));
        assert_ok(sx_cipher_crypt(c, data.data + 16, 0));
        assert_ok(sx_cipher_crypt(c, data.data + 16, 48));
        assert_memory_equal(data.data, plain.data, plain.len);
        sx_cipher_free(c);
    }
}

static void test_ctr_matches_sp_800_38a(void **state)
{
    (void)state;
    for_each_provider(check_ctr_vectors);
}

/* AES-GCM with a nonce of one's own, in OpenSSL's default context: the yardstick. Its first use
 * below is on a published vector, as no published one has SSH's four bytes of additional data. */
static void reference_seal(struct sx_slice key, const uint8_t *iv, struct sx_slice aad,
                           uint8_t *data, size_t n, uint8_t *tag)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int done = 0;

    assert_non_null(ctx);
    assert_int_equal(EVP_EncryptInit_ex(ctx, key.len == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm(),
                                        NULL, key.ptr, iv),
                     1);
    assert_int_equal(EVP_EncryptUpdate(ctx, NULL, &done, aad.ptr, (int)aad.len), 1);
    assert_int_equal(EVP_EncryptUpdate(ctx, data, &done, data, (int)n), 1);
    assert_int_equal(EVP_EncryptFinal_ex(ctx, data + n, &done), 1);
    assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, 16, tag), 1);
    EVP_CIPHER_CTX_free(ctx);
}

/* McGrew and Viega, "The Galois/Counter Mode of Operation", test case 4. */
static void test_reference_matches_published_gcm(void **state)
{
    struct bytes key = from_hex("feffe9928665731c6d6a8f9467308308");
    struct bytes iv = from_hex("cafebabefacedbaddecaf888");
    struct bytes aad = from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    struct bytes data = from_hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                                 "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
    struct bytes sealed =
        from_hex("42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
                 "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091");
    struct bytes tag = from_hex("5bc94fbc3221a5db94fae95ae7121a47");
    uint8_t made[16];

    (void)state;
    reference_seal(slice_of(&key), iv.data, slice_of(&aad), data.data, data.len, made);
    assert_memory_equal(data.data, sealed.data, sealed.len);
    assert_memory_equal(made, tag.data, tag.len);
}

/* RFC 5647 section 7.1: four fixed bytes, then a 64-bit counter that takes one step a packet. */
static void step(uint8_t *iv)
{
    for (int i = 11; i >= 4; i--) {
        if (++iv[i] != 0)
            return;
    }
}

enum { BODY = 48, PACKET = 4 + BODY + 16 };

static void fill_packet(uint8_t *packet, unsigned seed)
{
    for (unsigned i = 0; i < PACKET; i++)
        packet[i] = (uint8_t)(seed * 31 + i);
}

static void check_gcm_against_reference(struct sx_provider *provider,
                                        const struct sx_cipher_alg *alg, const char *first_iv)
{
    struct bytes iv = from_hex(first_iv);
    uint8_t key[32] = { 1, 2, 3, 4, 5 };
    struct sx_slice key_slice = sx_slice_of(key, alg->key_len);
    struct sx_cipher *seal = new_cipher(provider, alg, key_slice, slice_of(&iv), true);
    struct sx_cipher *open = new_cipher(provider, alg, key_slice, slice_of(&iv), false);

    for (unsigned i = 0; i < 40; i++) {
        uint8_t packet[PACKET];
        uint8_t plain[PACKET];
        uint8_t expected[PACKET];
        uint32_t length = 0;

        fill_packet(packet, i);
        memcpy(plain, packet, sizeof plain);
        memcpy(expected, packet, sizeof expected);
        reference_seal(key_slice, iv.data, sx_slice_of(expected, 4), expected + 4, BODY,
                       expected + 4 + BODY);
        step(iv.data);

        assert_ok(sx_cipher_seal(seal, i, packet, BODY));
        assert_memory_equal(packet, expected, PACKET);
        assert_ok(sx_cipher_peek_length(open, i, packet, &length));
        assert_int_equal(length, (uint32_t)plain[0] << 24 | (uint32_t)plain[1] << 16 |
                                     (uint32_t)plain[2] << 8 | plain[3]);
        assert_ok(sx_cipher_open(open, i, packet, BODY));
        assert_memory_equal(packet, plain, 4 + BODY);
    }
    sx_cipher_free(seal);
    sx_cipher_free(open);
}

static void check_gcm(const struct test_provider *tp)
{
    for (size_t i = 0; gcm[i] != NULL; i++) {
        check_gcm_against_reference(tp->provider, gcm[i], "000102030405060708090a0b");
        /* the counter carries through all of its bytes, and never into the fixed part */
        check_gcm_against_reference(tp->provider, gcm[i], "ffffffff00000000fffffff0");
        check_gcm_against_reference(tp->provider, gcm[i], "00000000fffffffffffffff0");
    }
}

static void test_gcm_steps_its_nonce_as_rfc_5647_says(void **state)
{
    (void)state;
    for_each_provider(check_gcm);
}

static void check_tampering(const struct test_provider *tp)
{
    uint8_t key[32] = { 9 };
    uint8_t iv[12] = { 7 };

    for (size_t i = 0; gcm[i] != NULL; i++) {
        for (size_t at = 0; at < PACKET; at++) {
            struct sx_cipher *seal =
                new_cipher(tp->provider, gcm[i], sx_slice_of(key, 32), sx_slice_of(iv, 12), true);
            struct sx_cipher *open =
                new_cipher(tp->provider, gcm[i], sx_slice_of(key, 32), sx_slice_of(iv, 12), false);
            uint8_t packet[PACKET];
            uint8_t again[PACKET];
            uint8_t zero[BODY] = { 0 };

            fill_packet(packet, 1);
            fill_packet(again, 2);
            assert_ok(sx_cipher_seal(seal, 0, packet, BODY));
            assert_ok(sx_cipher_seal(seal, 1, again, BODY));
            packet[at] ^= (uint8_t)(1u << (at % 8));
            assert_err(sx_cipher_open(open, 0, packet, BODY), SX_ERR_PEER_MAC);
            assert_memory_equal(packet + 4, zero, BODY); /* nothing unauthenticated is left */
            /* after that the direction is dead, even for a good packet */
            assert_err(sx_cipher_open(open, 1, again, BODY), SX_ERR_STATE);
            sx_cipher_free(seal);
            sx_cipher_free(open);
        }
    }
}

static void test_gcm_notices_every_changed_byte(void **state)
{
    (void)state;
    for_each_provider(check_tampering);
}

static void check_replay(const struct test_provider *tp)
{
    uint8_t key[32] = { 9 };
    uint8_t iv[12] = { 7 };
    struct sx_cipher *seal = new_cipher(tp->provider, &sx_cipher_aes256_gcm, sx_slice_of(key, 32),
                                        sx_slice_of(iv, 12), true);
    struct sx_cipher *open = new_cipher(tp->provider, &sx_cipher_aes256_gcm, sx_slice_of(key, 32),
                                        sx_slice_of(iv, 12), false);
    uint8_t packet[PACKET];
    uint8_t copy[PACKET];

    fill_packet(packet, 3);
    assert_ok(sx_cipher_seal(seal, 0, packet, BODY));
    memcpy(copy, packet, sizeof copy);
    assert_ok(sx_cipher_open(open, 0, packet, BODY));
    assert_err(sx_cipher_open(open, 1, copy, BODY), SX_ERR_PEER_MAC);
    sx_cipher_free(seal);
    sx_cipher_free(open);
}

static void test_gcm_refuses_a_packet_twice(void **state)
{
    (void)state;
    for_each_provider(check_replay);
}

static void test_cipher_refuses_wrong_sizes_and_uses(void **state)
{
    struct sx_provider *provider = providers_default();
    uint8_t key[32] = { 9 };
    uint8_t iv[16] = { 7 };
    uint8_t packet[PACKET] = { 0 };
    uint32_t length = 0;
    struct sx_cipher *none = NULL;
    struct sx_cipher *seal = new_cipher(provider, &sx_cipher_aes128_gcm, sx_slice_of(key, 32),
                                        sx_slice_of(iv, 16), true);
    struct sx_cipher *open = new_cipher(provider, &sx_cipher_aes128_gcm, sx_slice_of(key, 32),
                                        sx_slice_of(iv, 16), false);
    struct sx_cipher *plain = new_cipher(provider, &sx_cipher_aes128_ctr, sx_slice_of(key, 32),
                                         sx_slice_of(iv, 16), true);

    (void)state;
    assert_err(sx_cipher_new(provider, &sx_cipher_aes256_gcm, sx_slice_of(key, 31),
                             sx_slice_of(iv, 12), true, &none),
               SX_ERR_ARGUMENT);
    assert_err(sx_cipher_new(provider, &sx_cipher_aes256_gcm, sx_slice_of(key, 32),
                             sx_slice_of(iv, 11), true, &none),
               SX_ERR_ARGUMENT);
    assert_null(none);
    for (size_t n = 0; n < BODY; n++) {
        if (n % 16 == 0 && n != 0)
            continue;
        assert_err(sx_cipher_seal(seal, 0, packet, n), SX_ERR_ARGUMENT);
        assert_err(sx_cipher_open(open, 0, packet, n), SX_ERR_ARGUMENT);
        if (n != 0)
            assert_err(sx_cipher_crypt(plain, packet, n), SX_ERR_ARGUMENT);
    }
    assert_err(sx_cipher_open(seal, 0, packet, BODY), SX_ERR_STATE);
    assert_err(sx_cipher_seal(open, 0, packet, BODY), SX_ERR_STATE);
    assert_err(sx_cipher_crypt(seal, packet, BODY), SX_ERR_STATE);
    assert_err(sx_cipher_seal(plain, 0, packet, BODY), SX_ERR_STATE);
    assert_err(sx_cipher_peek_length(plain, 0, packet, &length), SX_ERR_STATE);
    sx_cipher_free(seal);
    sx_cipher_free(open);
    sx_cipher_free(plain);
    sx_cipher_free(NULL);
}

enum { WIDE = 1024, WIDE_PACKET = 4 + WIDE + 16 };

/* Encrypts with what is borrowed missing at its place. */
static void encrypt_from(struct sx_cipher *cipher, uint32_t number, uint8_t *packet,
                         const struct sx_cipher_borrowed *borrowed)
{
    memset(packet + 4 + borrowed->at, 0xee, borrowed->bytes.len);
    if (sx_cipher_seal_from(cipher, number, packet, WIDE, borrowed) != SX_OK)
        assert_ok(sx_cipher_crypt_from(cipher, packet + 4, WIDE, borrowed));
}

static void check_borrowed_at(struct sx_cipher *whole, struct sx_cipher *from, uint32_t number,
                              size_t at, size_t len)
{
    uint8_t expected[WIDE_PACKET];
    uint8_t packet[WIDE_PACKET];
    uint8_t elsewhere[WIDE] = { 0 };
    const struct sx_cipher_borrowed borrowed = { at, sx_slice_of(elsewhere, len) };

    for (size_t i = 0; i < sizeof packet; i++)
        packet[i] = expected[i] = (uint8_t)(i * 7 + number);
    memcpy(elsewhere, packet + 4 + at, len);
    if (sx_cipher_seal(whole, number, expected, WIDE) != SX_OK)
        assert_ok(sx_cipher_crypt(whole, expected + 4, WIDE));
    encrypt_from(from, number, packet, &borrowed);
    assert_memory_equal(packet, expected, sizeof packet);
}

/* Wherever it stands in the body, the same comes out as if it had been copied there. */
static void check_borrowed(const struct test_provider *tp)
{
    static const struct sx_cipher_alg *const algs[] = {
        &sx_cipher_aes128_ctr, &sx_cipher_aes256_ctr, &sx_cipher_aes128_gcm, &sx_cipher_aes256_gcm,
        &sx_cipher_chacha20_poly1305
    };
    const uint8_t key[64] = { 3, 1, 4 };

    for (size_t i = 0; i < sizeof algs / sizeof algs[0]; i++) {
        struct sx_slice k = sx_slice_of(key, sizeof key);
        struct sx_cipher *whole;
        struct sx_cipher *from;
        uint32_t number = 0;

        if (!sx_cipher_is_available(tp->provider, algs[i])) {
            assert_true(tp->is_fips && algs[i] == &sx_cipher_chacha20_poly1305);
            continue;
        }
        assert_true(sx_cipher_can_borrow(algs[i]));
        whole = new_cipher(tp->provider, algs[i], k, k, true);
        from = new_cipher(tp->provider, algs[i], k, k, true);
        for (size_t at = 0; at < 40; at++)
            for (size_t len = 1; len <= WIDE - at; len += 1 + len / 2)
                check_borrowed_at(whole, from, number++, at, len);
        check_borrowed_at(whole, from, number, 0, WIDE);
        sx_cipher_free(whole);
        sx_cipher_free(from);
    }
}

static void test_borrowed_bytes_are_encrypted_as_if_they_were_there(void **state)
{
    (void)state;
    for_each_provider(check_borrowed);
}

static void test_what_is_borrowed_lies_within(void **state)
{
    static const struct sx_cipher_borrowed wrong[] = { { BODY + 1, { NULL, 0 } },
                                                       { BODY, { (const uint8_t *)"x", 1 } },
                                                       { 1, { (const uint8_t *)"x", BODY } },
                                                       { 1, { (const uint8_t *)"x", SIZE_MAX } } };
    struct sx_provider *provider = providers_default();
    uint8_t packet[PACKET] = { 0 };
    const uint8_t key[32] = { 5 };
    struct sx_slice k = sx_slice_of(key, sizeof key);
    struct sx_cipher *seal = new_cipher(provider, &sx_cipher_aes256_gcm, k, k, true);
    struct sx_cipher *plain = new_cipher(provider, &sx_cipher_aes256_ctr, k, k, true);

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_err(sx_cipher_seal_from(seal, 0, packet, BODY, &wrong[i]), SX_ERR_ARGUMENT);
        assert_err(sx_cipher_crypt_from(plain, packet, BODY, &wrong[i]), SX_ERR_ARGUMENT);
    }
    sx_cipher_free(seal);
    sx_cipher_free(plain);
}

/* A row that lies about its cipher, or names one that is not there, is not served. */
static void check_availability(const struct test_provider *tp)
{
    struct sx_cipher_alg lie = sx_cipher_aes256_ctr;
    struct sx_cipher_alg chacha = sx_cipher_aes256_ctr;
    uint8_t bytes[32] = { 0 };
    struct sx_cipher *cipher = NULL;

    for (size_t i = 0; ctr[i] != NULL; i++)
        assert_true(sx_cipher_is_available(tp->provider, ctr[i]));
    for (size_t i = 0; gcm[i] != NULL; i++)
        assert_true(sx_cipher_is_available(tp->provider, gcm[i]));
    lie.evp_name = "AES-128-CTR";
    assert_false(sx_cipher_is_available(tp->provider, &lie));
    assert_err(sx_cipher_new(tp->provider, &lie, sx_slice_of(bytes, 32), sx_slice_of(bytes, 16),
                             true, &cipher),
               SX_ERR_PROVIDER_FETCH);
    lie.evp_name = "AES-257-CTR";
    assert_false(sx_cipher_is_available(tp->provider, &lie));
    chacha.evp_name = "ChaCha20";
    assert_int_equal(sx_cipher_is_available(tp->provider, &chacha), !tp->is_fips);
    assert_null(cipher);
}

static void test_cipher_that_no_provider_has_is_not_available(void **state)
{
    (void)state;
    for_each_provider(check_availability);
}

/* RFC 4345: arcfour128 and arcfour256 drop the first 1536 bytes; shown with a stream that is at
 * hand everywhere. */
static void test_cipher_drops_what_its_row_says(void **state)
{
    struct sx_cipher_alg dropping = sx_cipher_aes128_ctr;
    uint8_t key[16] = { 4 };
    uint8_t iv[16] = { 5 };
    uint8_t whole[1536 + 64] = { 0 };
    uint8_t rest[64] = { 0 };
    struct sx_cipher *c = new_cipher(providers_default(), &sx_cipher_aes128_ctr,
                                     sx_slice_of(key, 16), sx_slice_of(iv, 16), true);

    (void)state;
    assert_ok(sx_cipher_crypt(c, whole, sizeof whole));
    sx_cipher_free(c);
    dropping.discard = 1536;
    c = new_cipher(providers_default(), &dropping, sx_slice_of(key, 16), sx_slice_of(iv, 16), true);
    assert_ok(sx_cipher_crypt(c, rest, sizeof rest));
    assert_memory_equal(rest, whole + 1536, sizeof rest);
    sx_cipher_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ctr_matches_sp_800_38a),
        cmocka_unit_test(test_reference_matches_published_gcm),
        cmocka_unit_test(test_gcm_steps_its_nonce_as_rfc_5647_says),
        cmocka_unit_test(test_gcm_notices_every_changed_byte),
        cmocka_unit_test(test_gcm_refuses_a_packet_twice),
        cmocka_unit_test(test_cipher_refuses_wrong_sizes_and_uses),
        cmocka_unit_test(test_borrowed_bytes_are_encrypted_as_if_they_were_there),
        cmocka_unit_test(test_what_is_borrowed_lies_within),
        cmocka_unit_test(test_cipher_that_no_provider_has_is_not_available),
        cmocka_unit_test(test_cipher_drops_what_its_row_says),
    };

    return cmocka_run_group_tests_name("crypto/cipher", tests, NULL, NULL);
}
