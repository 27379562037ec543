/* HMAC: RFC 4231, under every provider. */
#include "unit/crypto/crypto_checks.h"

#include "crypto/mac.h"

#define REPEAT_20(c) c c c c c c c c c c c c c c c c c c c c

/* RFC 4231 section 4, test cases 1 to 4 and 6. The first four octets of a message stand in for
 * the sequence number. A key that is shorter than ours is filled with zeros, which is what HMAC
 * itself does with it; one longer than HMAC's block is hashed first, likewise. */
struct vector {
    const char *key;
    const char *message;
    const char *tag_256;
    const char *tag_512;
};

static const struct vector vectors[] = {
    { REPEAT_20("0b"), "4869205468657265",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
      "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
      "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854" },
    { "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
      "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737" },
    { REPEAT_20("aa"), REPEAT_20("dd") REPEAT_20("dd") "dddddddddddddddddddd",
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
      "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39"
      "bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb" },
    { "0102030405060708090a0b0c0d0e0f10111213141516171819",
      REPEAT_20("cd") REPEAT_20("cd") "cdcdcdcdcdcdcdcdcdcd",
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
      "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3db"
      "a91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd" },
    { REPEAT_20("aa") REPEAT_20("aa") REPEAT_20("aa") REPEAT_20("aa") REPEAT_20("aa")
          REPEAT_20("aa") "aaaaaaaaaaaaaaaaaaaaaa",
      "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
      "65204b6579202d2048617368204b6579204669727374",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
      "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
      "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598" },
};

static void check_one(struct sx_provider *provider, const struct vector *v,
                      const struct sx_mac_alg *alg, enum sx_hash hash, const char *tag)
{
    struct bytes key = from_hex(v->key);
    struct bytes message = from_hex(v->message);
    struct bytes expected = from_hex(tag);
    uint8_t out[SX_MAC_TAG_MAX];
    struct sx_mac *mac = NULL;
    uint32_t sequence = (uint32_t)message.data[0] << 24 | (uint32_t)message.data[1] << 16 |
                        (uint32_t)message.data[2] << 8 | message.data[3];
    size_t n = 0;

    if (key.len > alg->key_len) {
        assert_ok(sx_digest_once(provider, hash, slice_of(&key), out, &n));
        memcpy(key.data, out, n);
        assert_int_equal(n, alg->key_len);
    }
    assert_ok(sx_mac_new(provider, alg, sx_slice_of(key.data, alg->key_len), &mac));
    for (int again = 0; again < 3; again++) { /* one context serves many packets */
        memset(out, 0, sizeof out);
        assert_ok(sx_mac_compute(mac, sequence, message.data + 4, message.len - 4, out));
        assert_memory_equal(out, expected.data, alg->tag_len);
    }
    sx_mac_free(mac);
}

static void check_vectors(const struct test_provider *tp)
{
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        const struct vector *v = &vectors[i];

        check_one(tp->provider, v, &sx_mac_hmac_sha2_256, SX_HASH_SHA256, v->tag_256);
        check_one(tp->provider, v, &sx_mac_hmac_sha2_256_etm, SX_HASH_SHA256, v->tag_256);
        check_one(tp->provider, v, &sx_mac_hmac_sha2_512, SX_HASH_SHA512, v->tag_512);
        check_one(tp->provider, v, &sx_mac_hmac_sha2_512_etm, SX_HASH_SHA512, v->tag_512);
    }
}

static void test_mac_matches_rfc_4231(void **state)
{
    (void)state;
    for_each_provider(check_vectors);
}

static void check_covers(const struct test_provider *tp)
{
    uint8_t key[32] = { 7 };
    uint8_t packet[64] = { 1, 2, 3 };
    uint8_t tag[SX_MAC_TAG_MAX];
    uint8_t other[SX_MAC_TAG_MAX];
    struct sx_mac *mac = NULL;

    assert_ok(sx_mac_new(tp->provider, &sx_mac_hmac_sha2_256, sx_slice_of(key, 32), &mac));
    assert_ok(sx_mac_compute(mac, 5, packet, sizeof packet, tag));
    assert_ok(sx_mac_compute(mac, 6, packet, sizeof packet, other));
    assert_memory_not_equal(tag, other, 32);
    assert_ok(sx_mac_compute(mac, 5, packet, sizeof packet - 1, other));
    assert_memory_not_equal(tag, other, 32);
    for (size_t i = 0; i < sizeof packet; i++) {
        packet[i] ^= 1;
        assert_ok(sx_mac_compute(mac, 5, packet, sizeof packet, other));
        assert_memory_not_equal(tag, other, 32);
        packet[i] ^= 1;
    }
    assert_ok(sx_mac_compute(mac, 5, packet, sizeof packet, other));
    assert_memory_equal(tag, other, 32);
    sx_mac_free(mac);
}

static void test_mac_covers_sequence_and_every_byte(void **state)
{
    (void)state;
    for_each_provider(check_covers);
}

static void test_mac_writes_its_tag_and_no_more(void **state)
{
    uint8_t key[64] = { 7 };
    uint8_t out[SX_MAC_TAG_MAX];
    struct sx_mac *mac = NULL;

    (void)state;
    memset(out, 0xa5, sizeof out);
    assert_ok(sx_mac_new(providers_default(), &sx_mac_hmac_sha2_256, sx_slice_of(key, 64), &mac));
    assert_ok(sx_mac_compute(mac, 0, key, 1, out));
    for (size_t i = 32; i < sizeof out; i++)
        assert_int_equal(out[i], 0xa5);
    sx_mac_free(mac);
}

static void test_mac_refuses_a_short_key(void **state)
{
    uint8_t key[64] = { 7 };
    struct sx_mac *mac = NULL;

    (void)state;
    assert_err(sx_mac_new(providers_default(), &sx_mac_hmac_sha2_512, sx_slice_of(key, 63), &mac),
               SX_ERR_ARGUMENT);
    assert_null(mac);
    sx_mac_free(NULL);
}

static void test_mac_that_no_provider_has_is_not_available(void **state)
{
    const struct sx_mac_alg unknown = { .name = "hmac-unknown",
                                        .kind = SX_MAC_HMAC,
                                        .evp_hash = "SHA2-257",
                                        .key_len = 32,
                                        .tag_len = 32 };
    const struct sx_mac_alg md5 = {
        .name = "hmac-md5", .kind = SX_MAC_HMAC, .evp_hash = "MD5", .key_len = 16, .tag_len = 16
    };
    const struct test_providers *providers = providers_at_hand();
    uint8_t key[32] = { 7 };
    struct sx_mac *mac = NULL;

    (void)state;
    for (size_t i = 0; i < providers->count; i++) {
        struct sx_provider *provider = providers->all[i].provider;

        assert_true(sx_mac_is_available(provider, &sx_mac_hmac_sha2_512_etm));
        assert_false(sx_mac_is_available(provider, &unknown));
        assert_int_not_equal(sx_mac_new(provider, &unknown, sx_slice_of(key, 32), &mac), SX_OK);
        assert_int_equal(sx_mac_is_available(provider, &md5), !providers->all[i].is_fips);
        if (providers->all[i].is_fips)
            assert_int_not_equal(sx_mac_new(provider, &md5, sx_slice_of(key, 32), &mac), SX_OK);
    }
    assert_null(mac);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mac_matches_rfc_4231),
        cmocka_unit_test(test_mac_covers_sequence_and_every_byte),
        cmocka_unit_test(test_mac_writes_its_tag_and_no_more),
        cmocka_unit_test(test_mac_refuses_a_short_key),
        cmocka_unit_test(test_mac_that_no_provider_has_is_not_available),
    };

    return cmocka_run_group_tests_name("crypto/mac", tests, NULL, NULL);
}
