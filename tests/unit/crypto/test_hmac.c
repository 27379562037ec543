/* HMAC of one message: RFC 2202 section 3 and RFC 4231 section 4. */
#include "unit/crypto/crypto_checks.h"

#include "crypto/hmac.h"

struct vector {
    enum sx_hash hash;
    const char *key; /* hex */
    const char *message;
    const char *tag; /* hex */
};

static const struct vector vectors[] = {
    { SX_HASH_SHA1, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "Hi There",
      "b617318655057264e28bc0b6fb378c8ef146be00" },
    { SX_HASH_SHA256, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "Hi There",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
};

static void check_vectors(const struct test_provider *tp)
{
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        uint8_t key[32];
        uint8_t tag[SX_DIGEST_MAX];
        uint8_t out[SX_DIGEST_MAX];
        size_t key_len;
        size_t tag_len;

        assert_int_equal(sx_hex_decode(sx_slice_text(vectors[i].key), key, sizeof key, &key_len),
                         SX_OK);
        assert_int_equal(sx_hex_decode(sx_slice_text(vectors[i].tag), tag, sizeof tag, &tag_len),
                         SX_OK);
        assert_int_equal(sx_hmac_once(tp->provider, vectors[i].hash, sx_slice_of(key, key_len),
                                      sx_slice_text(vectors[i].message), out),
                         SX_OK);
        assert_int_equal(tag_len, sx_hash_size(vectors[i].hash));
        assert_memory_equal(out, tag, tag_len);
    }
}

static void test_published_vectors(void **state)
{
    (void)state;
    for_each_provider(check_vectors);
}

static void test_hash_that_the_provider_lacks_is_refused(void **state)
{
    const struct test_providers *all = providers_at_hand();
    uint8_t out[SX_DIGEST_MAX];

    (void)state;
    for (size_t i = 0; i < all->count; i++)
        if (all->all[i].is_fips)
            assert_int_equal(sx_hmac_once(all->all[i].provider, SX_HASH_MD5,
                                          sx_slice_text("a key of 20 bytes..."),
                                          sx_slice_text("message"), out),
                             SX_ERR_PROVIDER_FETCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_vectors),
        cmocka_unit_test(test_hash_that_the_provider_lacks_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
