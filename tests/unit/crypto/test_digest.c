/* Digests: published values under every provider, and what is not there. */
#include "unit/crypto/crypto_checks.h"

#include "crypto/digest.h"

struct vector {
    enum sx_hash hash;
    const char *message;
    const char *digest;
};

/* FIPS 180-4's examples (NIST CSRC, "abc" and the 448-bit message); RFC 1321 section A.5 for MD5. */
static const struct vector vectors[] = {
    { SX_HASH_SHA1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
    { SX_HASH_SHA1, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
    { SX_HASH_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { SX_HASH_SHA256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
    { SX_HASH_SHA384, "abc",
      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
      "8086072ba1e7cc2358baeca134c825a7" },
    { SX_HASH_SHA512, "abc",
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
    { SX_HASH_MD5, "abc", "900150983cd24fb0d6963f7d28e17f72" },
};

static void check_vectors(const struct test_provider *tp)
{
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        const struct vector *v = &vectors[i];
        struct bytes expected = from_hex(v->digest);
        uint8_t out[SX_DIGEST_MAX];
        size_t n = 0;
        enum sx_err err = sx_digest_once(tp->provider, v->hash, sx_slice_text(v->message), out, &n);

        if (v->hash == SX_HASH_MD5 && tp->is_fips) {
            assert_err(err, SX_ERR_PROVIDER_FETCH);
            assert_int_equal(n, 0);
            continue;
        }
        assert_ok(err);
        assert_int_equal(n, expected.len);
        assert_int_equal(n, sx_hash_size(v->hash));
        assert_memory_equal(out, expected.data, n);
    }
}

static void test_digest_matches_published_values(void **state)
{
    (void)state;
    for_each_provider(check_vectors);
}

static void check_pieces(const struct test_provider *tp)
{
    const char text[] = "the same bytes in any pieces";
    uint8_t whole[SX_DIGEST_MAX];
    uint8_t parts[SX_DIGEST_MAX];
    size_t n = 0;

    assert_ok(sx_digest_once(tp->provider, SX_HASH_SHA512, sx_slice_text(text), whole, &n));
    for (size_t cut = 0; cut <= strlen(text); cut++) {
        struct sx_digest *digest = NULL;

        assert_ok(sx_digest_new(tp->provider, SX_HASH_SHA512, &digest));
        assert_ok(sx_digest_update(digest, sx_slice_of(text, cut)));
        assert_ok(sx_digest_update(digest, SX_SLICE_NONE));
        assert_ok(sx_digest_update(digest, sx_slice_of(text + cut, strlen(text) - cut)));
        assert_ok(sx_digest_final(digest, parts, &n));
        assert_memory_equal(whole, parts, n);
        sx_digest_free(digest);
    }
}

static void test_digest_of_pieces_is_digest_of_whole(void **state)
{
    (void)state;
    for_each_provider(check_pieces);
}

static void test_digest_string_has_its_length_before_it(void **state)
{
    const uint8_t with_length[] = { 0, 0, 0, 3, 'a', 'b', 'c', 0, 0, 0, 0 };
    struct sx_provider *provider = providers_default();
    struct sx_digest *digest = NULL;
    uint8_t a[SX_DIGEST_MAX];
    uint8_t b[SX_DIGEST_MAX];
    size_t n = 0;

    (void)state;
    assert_ok(sx_digest_new(provider, SX_HASH_SHA256, &digest));
    assert_ok(sx_digest_update_string(digest, sx_slice_text("abc")));
    assert_ok(sx_digest_update_string(digest, SX_SLICE_NONE));
    assert_ok(sx_digest_final(digest, a, &n));
    sx_digest_free(digest);
    assert_ok(sx_digest_once(provider, SX_HASH_SHA256, sx_slice_of(with_length, sizeof with_length),
                             b, &n));
    assert_memory_equal(a, b, n);
}

static void test_digest_is_over_after_final(void **state)
{
    struct sx_digest *digest = NULL;
    uint8_t out[SX_DIGEST_MAX];
    size_t n = 0;

    (void)state;
    assert_ok(sx_digest_new(providers_default(), SX_HASH_SHA256, &digest));
    assert_ok(sx_digest_final(digest, out, &n));
    assert_err(sx_digest_final(digest, out, &n), SX_ERR_STATE);
    assert_err(sx_digest_update(digest, sx_slice_text("x")), SX_ERR_STATE);
    sx_digest_free(digest);
    sx_digest_free(NULL);
}

static void test_digest_of_no_hash_is_refused(void **state)
{
    struct sx_digest *digest = NULL;

    (void)state;
    assert_err(sx_digest_new(providers_default(), SX_HASH_NONE, &digest), SX_ERR_PROVIDER_FETCH);
    assert_null(digest);
    assert_int_equal(sx_hash_size(SX_HASH_NONE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digest_matches_published_values),
        cmocka_unit_test(test_digest_of_pieces_is_digest_of_whole),
        cmocka_unit_test(test_digest_string_has_its_length_before_it),
        cmocka_unit_test(test_digest_is_over_after_final),
        cmocka_unit_test(test_digest_of_no_hash_is_refused),
    };

    return cmocka_run_group_tests_name("crypto/digest", tests, NULL, NULL);
}
