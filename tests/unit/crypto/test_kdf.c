/* Key derivation: NIST's vectors under every provider, and long keys by RFC 4253's own words. */
#include "unit/crypto/crypto_checks.h"
#include "unit/crypto/vectors_kdf.h"

#include "crypto/kdf.h"

static void check_vectors(const struct test_provider *tp)
{
    for (size_t i = 0; i < sizeof kdf_vectors / sizeof kdf_vectors[0]; i++) {
        const struct kdf_vector *v = &kdf_vectors[i];
        struct bytes k = from_hex(v->k);
        struct bytes h = from_hex(v->exchange_hash);
        struct bytes id = from_hex(v->session_id);

        for (int letter = 0; letter < 6; letter++) {
            struct bytes expected = from_hex(v->keys[letter]);
            struct sx_secret out = { 0 };

            assert_ok(sx_kdf_ssh(tp->provider, v->hash, slice_of(&k), slice_of(&h), slice_of(&id),
                                 (char)('A' + letter), expected.len, &out));
            assert_int_equal(out.len, expected.len);
            assert_memory_equal(out.ptr, expected.data, expected.len);
            sx_secret_clear(&out);
        }
    }
}

static void test_kdf_matches_nist_vectors(void **state)
{
    (void)state;
    for_each_provider(check_vectors);
}

/* K1 = HASH(K || H || X || session_id), K2 = HASH(K || H || K1), K3 = HASH(K || H || K1 || K2). */
static void check_long(const struct test_provider *tp)
{
    const uint8_t k[] = { 0, 0, 0, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
    const struct sx_slice h = sx_slice_text("the exchange hash");
    const struct sx_slice id = sx_slice_text("the session id");
    uint8_t blocks[3 * 32];
    struct sx_secret out = { 0 };

    for (size_t block = 0; block < 3; block++) {
        struct sx_digest *digest = NULL;
        size_t n = 0;

        assert_ok(sx_digest_new(tp->provider, SX_HASH_SHA256, &digest));
        assert_ok(sx_digest_update(digest, sx_slice_of(k, sizeof k)));
        assert_ok(sx_digest_update(digest, h));
        if (block == 0) {
            assert_ok(sx_digest_update(digest, sx_slice_text("C")));
            assert_ok(sx_digest_update(digest, id));
        } else {
            assert_ok(sx_digest_update(digest, sx_slice_of(blocks, block * 32)));
        }
        assert_ok(sx_digest_final(digest, blocks + block * 32, &n));
        sx_digest_free(digest);
    }
    for (size_t n = 1; n <= sizeof blocks; n += 19) {
        assert_ok(sx_kdf_ssh(tp->provider, SX_HASH_SHA256, sx_slice_of(k, sizeof k), h, id, 'C', n,
                             &out));
        assert_int_equal(out.len, n);
        assert_memory_equal(out.ptr, blocks, n);
    }
    sx_secret_clear(&out);
}

static void test_kdf_extends_as_rfc_4253_says(void **state)
{
    (void)state;
    for_each_provider(check_long);
}

/* SP 800-131A: less than 112 bits of key are not approved, and a strict module says so. */
static void test_kdf_of_a_tiny_secret_is_stopped_by_a_strict_module(void **state)
{
    const uint8_t k[] = { 0, 0, 0, 2, 0x12, 0x34 };
    const struct sx_slice some = sx_slice_text("some bytes");
    const struct test_providers *providers = providers_at_hand();

    (void)state;
    for (size_t i = 0; i < providers->count; i++) {
        const struct sx_provider_info *info = sx_provider_get_info(providers->all[i].provider);
        struct sx_secret out = { 0 };
        bool is_checked = false;

        for (size_t j = 0; j < info->option_count; j++)
            is_checked = is_checked || strcmp(info->options[j].name, "sshkdf-key-check") == 0;
        assert_err(sx_kdf_ssh(providers->all[i].provider, SX_HASH_SHA256, sx_slice_of(k, sizeof k),
                              some, some, 'A', 16, &out),
                   is_checked ? SX_ERR_SET_KEYS : SX_OK);
        sx_secret_clear(&out);
    }
}

static void test_kdf_refuses_what_makes_no_sense(void **state)
{
    struct sx_provider *provider = providers_default();
    const struct sx_slice some = sx_slice_text("some bytes");
    struct sx_secret out = { 0 };

    (void)state;
    assert_err(sx_kdf_ssh(provider, SX_HASH_SHA256, some, some, some, 'G', 16, &out),
               SX_ERR_ARGUMENT);
    assert_err(sx_kdf_ssh(provider, SX_HASH_SHA256, some, some, some, '@', 16, &out),
               SX_ERR_ARGUMENT);
    assert_err(sx_kdf_ssh(provider, SX_HASH_SHA256, some, some, some, 'A', 0, &out),
               SX_ERR_ARGUMENT);
    assert_err(sx_kdf_ssh(provider, SX_HASH_SHA256, some, some, some, 'A', 1u << 20, &out),
               SX_ERR_ARGUMENT);
    assert_err(sx_kdf_ssh(provider, SX_HASH_SHA256, SX_SLICE_NONE, some, some, 'A', 16, &out),
               SX_ERR_ARGUMENT);
    assert_err(sx_kdf_ssh(provider, SX_HASH_NONE, some, some, some, 'A', 16, &out),
               SX_ERR_PROVIDER_FETCH);
    assert_null(out.ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kdf_matches_nist_vectors),
        cmocka_unit_test(test_kdf_extends_as_rfc_4253_says),
        cmocka_unit_test(test_kdf_of_a_tiny_secret_is_stopped_by_a_strict_module),
        cmocka_unit_test(test_kdf_refuses_what_makes_no_sense),
    };

    return cmocka_run_group_tests_name("crypto/kdf", tests, NULL, NULL);
}
