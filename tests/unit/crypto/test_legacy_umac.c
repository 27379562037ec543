/* UMAC: RFC 4418's vectors, others' with 128 bits, and the hash's own definition in slow numbers. */
#include "unit/crypto/legacy_checks.h"

#include "crypto/legacy.h"
#include "crypto/legacy_umac.h"

#include <openssl/bn.h>
#include <openssl/evp.h>

enum { MESSAGE_MAX = 1 << 20 };

static const uint8_t key[SX_UMAC_KEY_SIZE] = "abcdefghijklmnop";
static const uint8_t nonce[SX_UMAC_NONCE_SIZE] = "bcdefghi";

struct vector {
    const char *piece; /* repeated, and cut to n bytes */
    size_t n;
    const char *tag_64;
    const char *tag_128;
};

/* RFC 4418, appendix, for 64 bits, and its 96 bits as the start of 128: more streams only add to
 * the tag. The last 32 bits, and the last row with its odd size, are GNU Nettle's umac-test.c's. */
static const struct vector vectors[] = {
    { "", 0, "6e155fad26900be1", "32fedb100c79ad58f07ff7643cc60465" },
    { "a", 3, "44b5cb542f220104", "185e4fe905cba7bd85e4c2dc3d117d8d" },
    { "a", 1 << 10, "26bf2f5d60118bd9", "7a54abe04af82d60fb298c3cbd195bcb" },
    { "a", 1 << 15, "27f8ef643b0d118d", "7b136bd911e4b734286ef2be501f2c3c" },
    { "a", 1 << 20, "a4477e87e9f55853", "f8acfa3ac31cfeea047f7b115b03bef5" },
    { "abc", 3, "d4d7b9f6bd4fbfcf", "883c3d4b97a61976ffcf232308cba5a5" },
    { "abc", 1500, "d4cf26ddefd5c01a", "8824a260c53c66a36c9260a62cb83aa1" },
    { "defdefdefdefdef", 1022, "2cee9784556387b3", "700513397f8a210a98938d3e7ac3bd88" },
};

static uint8_t message[MESSAGE_MAX];

static struct sx_slice fill(const char *piece, size_t n)
{
    for (size_t i = 0; i < n; i++)
        message[i] = (uint8_t)piece[i % strlen(piece)];
    return sx_slice_of(message, n);
}

static void expect(struct sx_provider *provider, struct sx_slice bytes, const char *hex)
{
    struct bytes expected = from_hex(hex);
    uint8_t out[SX_UMAC_TAG_MAX + 1];
    struct sx_umac *umac = NULL;

    assert_ok(sx_umac_new(provider, key, expected.len, &umac));
    for (int again = 0; again < 2; again++) { /* one context serves many packets */
        memset(out, 0xa5, sizeof out);
        assert_ok(sx_umac_compute(umac, nonce, bytes, out));
        assert_memory_equal(out, expected.data, expected.len);
        assert_int_equal(out[expected.len], 0xa5);
    }
    sx_umac_free(umac);
}

static void check_vectors(const struct test_provider *tp)
{
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        struct sx_slice bytes = fill(vectors[i].piece, vectors[i].n);

        expect(tp->provider, bytes, vectors[i].tag_64);
        expect(tp->provider, bytes, vectors[i].tag_128);
    }
}

static void test_umac_matches_rfc_4418(void **state)
{
    (void)state;
    for_each_provider(check_vectors);
}

/* As SSH calls it: the nonce is the sequence number in 64 bits, and the etm forms compute the same.
 * Two tags of 64 bits come from one block of the pad; all sequence numbers are told apart. */
static void test_umac_takes_the_sequence_number_as_nonce(void **state)
{
    static const struct sx_mac_alg *const algs[] = { &sx_mac_umac_64, &sx_mac_umac_64_etm,
                                                     &sx_mac_umac_128, &sx_mac_umac_128_etm };
    static const uint32_t numbers[] = { 0, 1, 2, 3, 0x01020304, 0x80000000, 0xffffffff };
    enum { COUNT = sizeof numbers / sizeof numbers[0] };
    struct sx_slice bytes = fill("packet", 100);

    (void)state;
    for (size_t a = 0; a < 4; a++) {
        struct sx_mac *mac = NULL;
        struct sx_umac *umac = NULL;
        uint8_t tags[COUNT][SX_MAC_TAG_MAX];

        assert_true(sx_mac_is_available(providers_default(), algs[a]));
        assert_ok(sx_mac_new(providers_default(), algs[a], sx_slice_of(key, 16), &mac));
        assert_ok(sx_umac_new(providers_default(), key, algs[a]->tag_len, &umac));
        for (size_t i = 0; i < COUNT; i++) {
            uint32_t n = numbers[i];
            const uint8_t long_nonce[8] = {
                0, 0, 0, 0, (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n
            };
            uint8_t out[SX_UMAC_TAG_MAX];

            assert_ok(sx_mac_compute(mac, n, bytes.ptr, bytes.len, tags[i]));
            assert_ok(sx_umac_compute(umac, long_nonce, bytes, out));
            assert_memory_equal(tags[i], out, algs[a]->tag_len);
            for (size_t j = 0; j < i; j++)
                assert_memory_not_equal(tags[i], tags[j], algs[a]->tag_len);
        }
        sx_umac_free(umac);
        sx_mac_free(mac);
    }
}

/* --- The definition, once more ------------------------------------------------------------------
 *
 * RFC 4418 section 5 with OpenSSL's big numbers instead of ours, for the first stream alone, and
 * with messages of zero bits and of one bits, which bring sums and products to their edges. */

static EVP_CIPHER_CTX *slow_aes(const uint8_t *k)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

    assert_int_equal(EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, k, NULL), 1);
    EVP_CIPHER_CTX_set_padding(ctx, 0);
    return ctx;
}

static void slow_kdf(uint8_t index, uint8_t *out, size_t n)
{
    EVP_CIPHER_CTX *ctx = slow_aes(key);

    for (size_t i = 0; i < n; i += 16) {
        uint8_t in[16] = { 0 };
        uint8_t block[16];
        int done = 0;

        in[7] = index;
        in[14] = (uint8_t)((i / 16 + 1) >> 8);
        in[15] = (uint8_t)(i / 16 + 1);
        assert_int_equal(EVP_EncryptUpdate(ctx, block, &done, in, 16), 1);
        memcpy(out + i, block, n - i < 16 ? n - i : 16);
    }
    EVP_CIPHER_CTX_free(ctx);
}

static uint64_t slow_word(BIGNUM *n)
{
    uint8_t bytes[8];
    uint64_t out = 0;

    assert_int_equal(BN_mask_bits(n, 64) == 1 || BN_num_bits(n) <= 64, 1);
    assert_int_equal(BN_bn2binpad(n, bytes, 8), 8);
    for (int i = 0; i < 8; i++)
        out = out << 8 | bytes[i];
    return out;
}

static uint64_t slow_l1(const uint8_t *k, const uint8_t *bytes, size_t n)
{
    uint8_t chunk[1024] = { 0 };
    uint64_t sum = 8 * (uint64_t)n;

    memcpy(chunk, bytes, n);
    for (size_t i = 0; i < n; i += 32) {
        for (size_t j = i; j < i + 16; j += 4) {
            uint32_t a = 0, b = 0, ka = 0, kb = 0;

            for (int t = 3; t >= 0; t--) {
                a = a << 8 | chunk[j + (size_t)t];
                b = b << 8 | chunk[j + (size_t)t + 16];
                ka = ka << 8 | k[j + 3 - (size_t)t];
                kb = kb << 8 | k[j + 19 - (size_t)t];
            }
            sum += (uint64_t)(uint32_t)(a + ka) * (uint32_t)(b + kb);
        }
    }
    return sum;
}

static BIGNUM *slow_number(uint64_t n)
{
    uint8_t bytes[8];

    for (int i = 7; i >= 0; i--, n >>= 8)
        bytes[i] = (uint8_t)n;
    return BN_bin2bn(bytes, 8, NULL);
}

/* y = (key * y + m) mod 2^64 - 59 */
static void slow_step(BIGNUM *y, const BIGNUM *k, uint64_t m, const BIGNUM *prime, BN_CTX *ctx)
{
    BIGNUM *bn_m = slow_number(m);

    assert_int_equal(BN_mul(y, y, k, ctx), 1);
    assert_int_equal(BN_add(y, y, bn_m), 1);
    assert_int_equal(BN_mod(y, y, prime, ctx), 1);
    BN_free(bn_m);
}

static uint64_t slow_l2(const uint64_t *chunks, size_t count)
{
    uint8_t bytes[24];
    BN_CTX *ctx = BN_CTX_new();
    BIGNUM *y = BN_new();
    BIGNUM *prime = slow_number(0 - (uint64_t)59);
    BIGNUM *k;
    uint64_t out;

    slow_kdf(2, bytes, sizeof bytes);
    bytes[0] &= 1;
    bytes[4] &= 1;
    k = BN_bin2bn(bytes, 8, NULL);
    assert_int_equal(BN_one(y), 1);
    for (size_t i = 0; i < count; i++) {
        if (chunks[i] >= 0xffffffff00000000u) {
            slow_step(y, k, 0 - (uint64_t)60, prime, ctx);
            slow_step(y, k, chunks[i] - 59, prime, ctx);
        } else {
            slow_step(y, k, chunks[i], prime, ctx);
        }
    }
    out = slow_word(y);
    BN_free(y);
    BN_free(prime);
    BN_free(k);
    BN_CTX_free(ctx);
    return out;
}

static void slow_tag(struct sx_slice bytes, uint8_t *out)
{
    uint8_t l1[1024], l3[64], mask[4], pad_key[16], block[16];
    uint64_t chunks[64];
    uint64_t b;
    uint64_t sum = 0;
    size_t count = 0;
    EVP_CIPHER_CTX *ctx;
    uint8_t in[16] = { 0 };
    int done = 0;

    slow_kdf(1, l1, sizeof l1);
    for (size_t at = 0; at < bytes.len; at += 1024) {
        size_t n = bytes.len - at < 1024 ? bytes.len - at : 1024;

        chunks[count++] = slow_l1(l1, bytes.ptr + at, n);
    }
    b = count == 1 ? chunks[0] : slow_l2(chunks, count);
    slow_kdf(3, l3, sizeof l3);
    for (size_t i = 4; i < 8; i++) {
        uint64_t k = 0;

        for (size_t j = 0; j < 8; j++)
            k = k << 8 | l3[8 * i + j];
        sum += (b >> (16 * (7 - i)) & 0xffff) * (k % 0xffffffffbu);
    }
    sum %= 0xffffffffbu;
    slow_kdf(4, mask, sizeof mask);
    slow_kdf(0, pad_key, sizeof pad_key);
    ctx = slow_aes(pad_key);
    memcpy(in, nonce, 8);
    in[7] &= 0xfe;
    assert_int_equal(EVP_EncryptUpdate(ctx, block, &done, in, 16), 1);
    EVP_CIPHER_CTX_free(ctx);
    for (size_t i = 0; i < 4; i++)
        out[i] = (uint8_t)(sum >> (24 - 8 * i)) ^ mask[i] ^ block[8 * (nonce[7] & 1) + i];
}

static void test_umac_is_what_its_definition_says(void **state)
{
    static const size_t sizes[] = { 1,    31,   32,   33,   1023, 1024, 1025,
                                    1056, 2047, 2048, 2049, 4100, 9000, 35000 };
    struct sx_umac *umac = NULL;
    uint8_t out[SX_UMAC_TAG_MAX];
    uint8_t expected[4];

    (void)state;
    assert_ok(sx_umac_new(providers_default(), key, 8, &umac));
    for (unsigned kind = 0; kind < 3; kind++) {
        for (size_t i = 0; i < MESSAGE_MAX; i++)
            message[i] = kind == 0 ? 0 : kind == 1 ? 0xff : (uint8_t)(i * i >> 3);
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            struct sx_slice bytes = sx_slice_of(message, sizes[i]);

            slow_tag(bytes, expected);
            assert_ok(sx_umac_compute(umac, nonce, bytes, out));
            assert_memory_equal(out, expected, sizeof expected);
        }
    }
    sx_umac_free(umac);
}

/* What would need the second polynomial, which no packet reaches, is refused instead of wrong. */
static void test_umac_refuses_what_no_packet_can_be(void **state)
{
    struct sx_umac *umac = NULL;
    uint8_t out[SX_UMAC_TAG_MAX];

    (void)state;
    assert_ok(sx_umac_new(providers_default(), key, 16, &umac));
    assert_err(
        sx_umac_compute(umac, nonce, sx_slice_of(message, SX_UMAC_MESSAGE_MAX + (size_t)1), out),
        SX_ERR_ARGUMENT);
    sx_umac_free(umac);
    sx_umac_free(NULL);
}

static void test_umac_refuses_a_short_key(void **state)
{
    struct sx_mac *mac = NULL;

    (void)state;
    assert_err(sx_mac_new(providers_default(), &sx_mac_umac_64, sx_slice_of(key, 15), &mac),
               SX_ERR_ARGUMENT);
    assert_null(mac);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_umac_matches_rfc_4418),
        cmocka_unit_test(test_umac_takes_the_sequence_number_as_nonce),
        cmocka_unit_test(test_umac_is_what_its_definition_says),
        cmocka_unit_test(test_umac_refuses_what_no_packet_can_be),
        cmocka_unit_test(test_umac_refuses_a_short_key),
    };

    return cmocka_run_group_tests_name("crypto/legacy_umac", tests, NULL, NULL);
}
