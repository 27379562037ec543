/* HMACs with MD5, SHA-1 and RIPEMD-160, and the cut ones: RFC 2202, RFC 2286, RFC 4231. */
#include "unit/crypto/legacy_checks.h"

#include "crypto/legacy.h"

#define REPEAT_5(c) c c c c c
#define REPEAT_10(c) REPEAT_5(c) REPEAT_5(c)
#define REPEAT_50(c) REPEAT_10(c) REPEAT_10(c) REPEAT_10(c) REPEAT_10(c) REPEAT_10(c)

struct vector {
    const struct sx_mac_alg *alg;
    const char *key;     /* a shorter one is filled with zeros, as HMAC itself does */
    const char *message; /* its first four bytes stand in for the sequence number */
    const char *tag;
};

#define HI_THERE "4869205468657265"
#define FOR_NOTHING "7768617420646f2079612077616e7420666f72206e6f7468696e673f"
#define TRUNCATION "546573742057697468205472756e636174696f6e"
#define KEY_16(c) REPEAT_10(c) REPEAT_5(c) c
#define KEY_20(c) REPEAT_10(c) REPEAT_10(c)

static const struct vector vectors[] = {
    /* RFC 2202 section 2, cases 1, 2, 3, 5 */
    { &sx_mac_hmac_md5, KEY_16("0b"), HI_THERE, "9294727a3638bb1c13f48ef8158bfc9d" },
    { &sx_mac_hmac_md5, "4a656665", FOR_NOTHING, "750c783e6ab0b503eaa86e310a5db738" },
    { &sx_mac_hmac_md5, KEY_16("aa"), REPEAT_50("dd"), "56be34521d144c88dbb8c733f0e8b3f6" },
    { &sx_mac_hmac_md5_etm, KEY_16("0c"), TRUNCATION, "56461ef2342edc00f9bab995690efd4c" },
    { &sx_mac_hmac_md5_96, KEY_16("0c"), TRUNCATION, "56461ef2342edc00f9bab995" },
    /* RFC 2202 section 3, cases 1, 2, 3, 5 */
    { &sx_mac_hmac_sha1, KEY_20("0b"), HI_THERE, "b617318655057264e28bc0b6fb378c8ef146be00" },
    { &sx_mac_hmac_sha1, "4a656665", FOR_NOTHING, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
    { &sx_mac_hmac_sha1_etm, KEY_20("aa"), REPEAT_50("dd"),
      "125d7342b9ac11cd91a39af48aa17b4f63f175d3" },
    { &sx_mac_hmac_sha1_96, KEY_20("0c"), TRUNCATION, "4c1a03424b55e07fe7f27be1" },
    /* RFC 2286 section 2, cases 1, 2, 3, 5 */
    { &sx_mac_hmac_ripemd160, KEY_20("0b"), HI_THERE, "24cb4bd67d20fc1a5d2ed7732dcc39377f0a5668" },
    { &sx_mac_hmac_ripemd160, "4a656665", FOR_NOTHING, "dda6c0213a485a9e24f4742064a7f033b43c4069" },
    { &sx_mac_hmac_ripemd160, KEY_20("aa"), REPEAT_50("dd"),
      "b0b105360de759960ab4f35298e116e295d8e7c1" },
    { &sx_mac_hmac_ripemd160_96, KEY_20("0c"), TRUNCATION, "7619693978f91d90539ae786" },
    /* RFC 4231 section 4.2, cut to 96 bits */
    { &sx_mac_hmac_sha2_256_96, KEY_20("0b"), HI_THERE, "b0344c61d8db38535ca8afce" },
    { &sx_mac_hmac_sha2_512_96, KEY_20("0b"), HI_THERE, "87aa7cdea5ef619d4ff0b424" },
};

enum { VECTORS = sizeof vectors / sizeof vectors[0] };

static void check_vector(struct sx_provider *provider, const struct vector *v)
{
    struct bytes key = from_hex(v->key);
    struct bytes message = from_hex(v->message);
    struct bytes expected = from_hex(v->tag);
    uint8_t out[SX_MAC_TAG_MAX];
    struct sx_mac *mac = NULL;
    uint32_t sequence = (uint32_t)message.data[0] << 24 | (uint32_t)message.data[1] << 16 |
                        (uint32_t)message.data[2] << 8 | message.data[3];

    memset(key.data + key.len, 0, sizeof key.data - key.len);
    memset(out, 0xa5, sizeof out);
    assert_int_equal(expected.len, v->alg->tag_len);
    assert_ok(sx_mac_new(provider, v->alg, sx_slice_of(key.data, v->alg->key_len), &mac));
    assert_ok(sx_mac_compute(mac, sequence, message.data + 4, message.len - 4, out));
    assert_memory_equal(out, expected.data, expected.len);
    for (size_t i = expected.len; i < sizeof out; i++)
        assert_int_equal(out[i], 0xa5); /* a cut tag is cut */
    sx_mac_free(mac);
}

static void test_old_hmacs_match_their_rfcs(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++)
        check_vector(providers_default(), &vectors[i]);
}

/* SHA-1 and SHA-2 are in the modules, MD5 and RIPEMD-160 are not. */
static void check_availability(const struct test_provider *tp)
{
    for (size_t i = 0; i < VECTORS; i++) {
        const struct sx_mac_alg *alg = vectors[i].alg;
        bool is_in_fips = strncmp(alg->evp_hash, "SHA", 3) == 0;

        assert_int_equal(sx_mac_is_available(tp->provider, alg), !tp->is_fips || is_in_fips);
        if (sx_mac_is_available(tp->provider, alg))
            check_vector(tp->provider, &vectors[i]);
    }
}

static void test_old_hmacs_are_there_where_their_hash_is(void **state)
{
    (void)state;
    for_each_provider(check_availability);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_old_hmacs_match_their_rfcs),
        cmocka_unit_test(test_old_hmacs_are_there_where_their_hash_is),
    };

    return cmocka_run_group_tests_name("crypto/legacy_mac", tests, empty_default_context,
                                       restore_default_context);
}
