/* Public key blobs: round trips, and every way to be wrong. */
#include "unit/crypto/key_checks.h"
#include "unit/crypto/vectors_sign.h"

static const enum sx_key_type types[] = { SX_KEY_RSA, SX_KEY_ECDSA_P256, SX_KEY_ECDSA_P384,
                                          SX_KEY_ECDSA_P521, SX_KEY_ED25519 };
enum { TYPES = sizeof types / sizeof types[0] };

/* The blob must be refused, with a text, and the output untouched. */
static void refuse(struct sx_provider *provider, struct sx_slice blob)
{
    struct sx_key *key = NULL;
    struct sx_fault fault = { 0 };

    assert_err(sx_key_from_public_blob(provider, blob, &fault, &key), SX_ERR_PEER_HOST_KEY);
    assert_true(strlen(fault.text) > 10);
    assert_null(key);
}

static bool has_type(const struct test_provider *tp, enum sx_key_type type)
{
    bool is_there = false;

    for (size_t i = 0; all_sigs[i] != NULL; i++) {
        if (all_sigs[i]->type == type)
            is_there = sx_sig_is_available(tp->provider, all_sigs[i]);
    }
    if (!is_there) /* only Ed25519 may be missing, and only in a FIPS module (3.1 has none) */
        assert_true(tp->is_fips && type == SX_KEY_ED25519);
    return is_there;
}

static void check_round_trip(const struct test_provider *tp)
{
    static const unsigned bits[] = { 2048, 256, 384, 521, 256 };

    for (size_t i = 0; i < TYPES; i++) {
        struct sx_key *key;
        struct sx_key *copy;

        if (!has_type(tp, types[i]))
            continue;
        assert_ok(sx_key_generate(tp->provider, types[i], 2048, &key));
        copy = from_blob(tp->provider, sx_key_public_blob(key));
        assert_true(sx_key_is_private(key));
        assert_false(sx_key_is_private(copy));
        assert_int_equal(sx_key_get_type(copy), types[i]);
        assert_int_equal(sx_key_bits(copy), bits[i]);
        assert_true(sx_slice_is_equal(sx_key_public_blob(key), sx_key_public_blob(copy)));
        sx_key_free(key);
        sx_key_free(copy);
    }
    sx_key_free(NULL);
}

static void test_blob_round_trips(void **state)
{
    (void)state;
    for_each_provider(check_round_trip);
}

static void check_truncated(const struct test_provider *tp)
{
    for (size_t i = 0; i < TYPES; i++) {
        struct sx_key *key;
        struct sx_slice blob;

        if (!has_type(tp, types[i]))
            continue;
        key = generate(tp->provider, types[i]);
        blob = sx_key_public_blob(key);
        for (size_t n = 0; n < blob.len; n++) {
            /* in a block of exact size, so that a read past the end is seen */
            uint8_t *part = sx_alloc(n);

            assert_non_null(part);
            memcpy(part, blob.ptr, n);
            refuse(tp->provider, sx_slice_of(part, n));
            sx_free(part);
        }
        sx_key_free(key);
    }
}

static void test_blob_cut_anywhere_is_refused(void **state)
{
    (void)state;
    for_each_provider(check_truncated);
}

static void test_blob_with_bytes_left_over_is_refused(void **state)
{
    struct sx_provider *provider = providers_default();

    (void)state;
    for (size_t i = 0; i < TYPES; i++) {
        struct sx_key *key = generate(provider, types[i]);
        struct sx_slice blob = sx_key_public_blob(key);
        uint8_t *longer = sx_alloc(blob.len + 1);

        assert_non_null(longer);
        memcpy(longer, blob.ptr, blob.len);
        refuse(provider, sx_slice_of(longer, blob.len + 1));
        sx_free(longer);
        sx_key_free(key);
    }
}

/* One bit in each byte: refused, or another valid key, but never the same and never a crash. */
static void check_damaged(const struct test_provider *tp)
{
    for (size_t i = 0; i < TYPES; i++) {
        struct sx_key *key;
        struct sx_slice blob;
        unsigned refused = 0;

        if (!has_type(tp, types[i]))
            continue;
        key = generate(tp->provider, types[i]);
        blob = sx_key_public_blob(key);
        for (size_t at = 0; at < blob.len; at++) {
            uint8_t damaged[600];
            struct sx_key *other = NULL;

            memcpy(damaged, blob.ptr, blob.len);
            damaged[at] ^= (uint8_t)(1u << (at % 8));
            if (sx_key_from_public_blob(tp->provider, sx_slice_of(damaged, blob.len), NULL,
                                        &other) != SX_OK) {
                refused++;
                continue;
            }
            assert_false(sx_slice_is_equal(sx_key_public_blob(other), blob));
            assert_true(
                sx_slice_is_equal(sx_key_public_blob(other), sx_slice_of(damaged, blob.len)));
            sx_key_free(other);
        }
        /* a point with a changed coordinate is not on the curve */
        if (types[i] != SX_KEY_RSA && types[i] != SX_KEY_ED25519)
            assert_int_equal(refused, blob.len);
        assert_true(refused >= 4 + strlen(sx_key_type_name(types[i])));
        sx_key_free(key);
    }
}

static void test_damaged_blob_is_never_the_same_key(void **state)
{
    (void)state;
    for_each_provider(check_damaged);
}

/* --- RSA's bounds ------------------------------------------------------------------------------- */

/* An odd number of so many bits. */
static struct sx_slice odd_number(size_t bits, uint8_t *out)
{
    size_t n = (bits + 7) / 8;

    memset(out, 0x5a, n);
    out[0] = (uint8_t)(1u << ((bits - 1) % 8));
    out[n - 1] |= 1;
    return sx_slice_of(out, n);
}

static void try_rsa(struct sx_provider *provider, struct sx_slice e, struct sx_slice n,
                    bool is_good)
{
    uint8_t storage[4096];
    struct sx_slice blob = rsa_blob(e, n, storage, sizeof storage);

    if (is_good)
        sx_key_free(from_blob(provider, blob));
    else
        refuse(provider, blob);
}

static void check_rsa_bounds(const struct test_provider *tp)
{
    const uint8_t e_good[] = { 1, 0, 1 };
    const uint8_t e_one[] = { 1 };
    const uint8_t e_two[] = { 2 };
    const uint8_t e_three[] = { 3 };
    const uint8_t e_64[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
    const uint8_t e_65[] = { 1, 0, 0, 0, 0, 0, 0, 0, 1 };
    uint8_t number[2064];
    struct sx_slice e = sx_slice_of(e_good, 3);

    try_rsa(tp->provider, e, odd_number(1023, number), false);
    try_rsa(tp->provider, e, odd_number(1024, number), true);
    try_rsa(tp->provider, e, odd_number(16384, number), true);
    try_rsa(tp->provider, e, odd_number(16385, number), false);
    try_rsa(tp->provider, e, odd_number(16400, number), false);
    try_rsa(tp->provider, e, SX_SLICE_NONE, false);

    odd_number(2048, number);
    number[255] ^= 1; /* even */
    try_rsa(tp->provider, e, sx_slice_of(number, 256), false);
    odd_number(2048, number);
    try_rsa(tp->provider, SX_SLICE_NONE, sx_slice_of(number, 256), false);
    try_rsa(tp->provider, sx_slice_of(e_one, 1), sx_slice_of(number, 256), false);
    try_rsa(tp->provider, sx_slice_of(e_two, 1), sx_slice_of(number, 256), false);
    try_rsa(tp->provider, sx_slice_of(e_three, 1), sx_slice_of(number, 256), true);
    try_rsa(tp->provider, sx_slice_of(e_64, 8), sx_slice_of(number, 256), true);
    try_rsa(tp->provider, sx_slice_of(e_65, 9), sx_slice_of(number, 256), false);
}

static void test_rsa_outside_its_bounds_is_refused(void **state)
{
    (void)state;
    for_each_provider(check_rsa_bounds);
}

static void test_rsa_number_with_needless_zero_is_refused(void **state)
{
    /* string "ssh-rsa", mpint 00 01 00 01 of 4 bytes */
    static const uint8_t head[] = { 0,   0, 0, 7, 's', 's', 'h', '-', 'r', 's',
                                    'a', 0, 0, 0, 4,   0,   1,   0,   1 };
    uint8_t blob[sizeof head + 4 + 257];

    (void)state;
    memcpy(blob, head, sizeof head);
    memcpy(blob + sizeof head, "\0\0\1\1\0", 5);
    odd_number(2048, blob + sizeof head + 5);
    refuse(providers_default(), sx_slice_of(blob, sizeof blob));
}

/* --- Curves ------------------------------------------------------------------------------------- */

static void check_points(const struct test_provider *tp)
{
    const struct ecdsa_vector *v = &ecdsa_vectors[0];
    struct bytes x = from_hex(v->x);
    struct bytes y = from_hex(v->y);
    const char *type = "ecdsa-sha2-nistp256";
    uint8_t storage[256];
    uint8_t point[65];
    struct sx_slice good = sx_slice_of(point, sizeof point);

    point[0] = 4;
    memcpy(point + 1, x.data, 32);
    memcpy(point + 33, y.data, 32);
    sx_key_free(
        from_blob(tp->provider, point_blob(type, "nistp256", good, storage, sizeof storage)));

    refuse(tp->provider, point_blob(type, "nistp384", good, storage, sizeof storage));
    refuse(tp->provider, point_blob(type, "P-256", good, storage, sizeof storage));
    refuse(tp->provider,
           point_blob("ecdsa-sha2-nistp384", "nistp384", good, storage, sizeof storage));
    refuse(tp->provider,
           point_blob("ecdsa-sha2-nistp521", "nistp256", good, storage, sizeof storage));
    refuse(tp->provider,
           point_blob("ecdsa-sha2-nistb409", "nistb409", good, storage, sizeof storage));
    refuse(tp->provider, point_blob(type, NULL, good, storage, sizeof storage));

    point[0] = (uint8_t)(2 | (point[64] & 1)); /* compressed */
    refuse(tp->provider,
           point_blob(type, "nistp256", sx_slice_of(point, 33), storage, sizeof storage));
    point[0] = (uint8_t)(6 | (point[64] & 1)); /* hybrid */
    refuse(tp->provider, point_blob(type, "nistp256", good, storage, sizeof storage));
    point[0] = 0; /* infinity */
    refuse(tp->provider,
           point_blob(type, "nistp256", sx_slice_of(point, 1), storage, sizeof storage));
    point[0] = 4;
    point[64] ^= 1; /* off the curve */
    refuse(tp->provider, point_blob(type, "nistp256", good, storage, sizeof storage));
    refuse(tp->provider,
           point_blob(type, "nistp256", sx_slice_of(point, 64), storage, sizeof storage));
    memset(point + 1, 0xff, 64); /* coordinates beyond the field */
    refuse(tp->provider, point_blob(type, "nistp256", good, storage, sizeof storage));
}

static void test_point_that_is_not_one_is_refused(void **state)
{
    (void)state;
    for_each_provider(check_points);
}

static void test_ed25519_key_of_wrong_size_is_refused(void **state)
{
    struct sx_provider *provider = providers_default();
    struct bytes key = from_hex(ed25519_vectors[0].public_key);
    uint8_t storage[256];

    (void)state;
    for (size_t n = 0; n < 40; n++) {
        struct sx_slice blob =
            point_blob("ssh-ed25519", NULL, sx_slice_of(key.data, n), storage, sizeof storage);

        if (n == 32)
            sx_key_free(from_blob(provider, blob));
        else
            refuse(provider, blob);
    }
}

static void test_unknown_key_types_are_refused(void **state)
{
    static const char *const names[] = { "ssh-dss",
                                         "ssh-rsa1",
                                         "SSH-RSA",
                                         "",
                                         "rsa-sha2-256",
                                         "ssh-ed25519 ",
                                         "ssh-rsa-cert-v01@openssh.com" };
    struct bytes key = from_hex(ed25519_vectors[0].public_key);
    uint8_t storage[256];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        refuse(providers_default(),
               point_blob(names[i], NULL, slice_of(&key), storage, sizeof storage));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blob_round_trips),
        cmocka_unit_test(test_blob_cut_anywhere_is_refused),
        cmocka_unit_test(test_blob_with_bytes_left_over_is_refused),
        cmocka_unit_test(test_damaged_blob_is_never_the_same_key),
        cmocka_unit_test(test_rsa_outside_its_bounds_is_refused),
        cmocka_unit_test(test_rsa_number_with_needless_zero_is_refused),
        cmocka_unit_test(test_point_that_is_not_one_is_refused),
        cmocka_unit_test(test_ed25519_key_of_wrong_size_is_refused),
        cmocka_unit_test(test_unknown_key_types_are_refused),
    };

    return cmocka_run_group_tests_name("crypto/key", tests, NULL, NULL);
}
