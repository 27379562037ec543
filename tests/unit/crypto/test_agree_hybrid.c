/* Hybrid key exchanges: a server that is not ours, decapsulation vectors, every wrong length, and
 * which provider has which half. */
#include "unit/crypto/crypto_checks.h"
#include "unit/crypto/vectors_hybrid.h"

#include "crypto/agree_hybrid.h"
#include "crypto/agree_peer.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

static const struct sx_kex_alg *const hybrids[] = { &sx_kex_mlkem768nistp256_sha256,
                                                    &sx_kex_mlkem1024nistp384_sha384,
                                                    &sx_kex_mlkem768x25519_sha256, NULL };

/* The modules at hand without fips=yes, where X25519 of 3.5 is found too. */
static struct sx_provider *unapproved_of(const struct test_provider *tp)
{
    const struct sx_provider_spec spec = { .name = "fips",
                                           .module_dir = tp->dir,
                                           .is_unapproved_allowed = true };
    struct sx_provider *provider = NULL;
    struct sx_fault fault = { 0 };

    assert_no_fault(sx_provider_open(&spec, &fault, &provider), &fault);
    return provider;
}

/* Runs check for every provider and every hybrid that it has, and says how many ran. */
static unsigned for_each_hybrid(void (*check)(struct sx_provider *provider,
                                              const struct sx_kex_alg *alg))
{
    const struct test_providers *providers = providers_at_hand();
    unsigned count = 0;

    for (size_t p = 0; p < providers->count; p++) {
        const struct test_provider *tp = &providers->all[p];
        struct sx_provider *both[2] = { sx_provider_hold(tp->provider), NULL };

        if (tp->is_fips)
            both[1] = unapproved_of(tp);
        for (size_t b = 0; b < 2 && both[b] != NULL; b++) {
            for (size_t i = 0; hybrids[i] != NULL; i++) {
                if (!sx_kex_is_available(both[b], hybrids[i]))
                    continue;
                print_message("[  hybrid  ] %s: %s, %s\n", tp->label,
                              sx_provider_get_info(both[b])->properties, hybrids[i]->name);
                check(both[b], hybrids[i]);
                count++;
            }
            sx_provider_close(both[b]);
        }
    }
    return count;
}

/* What is there, is there: a module that holds ML-KEM gives two under fips=yes and three without;
 * no module at hand that holds it fails the test, as nothing here would be shown then. */
static void expect_some(unsigned count)
{
    const struct test_providers *providers = providers_at_hand();
    bool has_modules = providers->count > 1;

    if (has_modules && count < 5)
        fail_msg("only %u hybrids of providers ran: MISSING: a FIPS module of 3.5", count);
}

/* --- Availability ------------------------------------------------------------------------------- */

static bool has(struct sx_provider *provider, const char *name)
{
    EVP_KEYMGMT *manager =
        EVP_KEYMGMT_fetch(provider->libctx, name, sx_provider_properties(provider));

    EVP_KEYMGMT_free(manager);
    return manager != NULL;
}

static void check_availability(const struct test_provider *tp)
{
    bool has_kem = has(tp->provider, "ML-KEM-768");

    assert_int_equal(has_kem, has(tp->provider, "ML-KEM-1024"));
    assert_int_equal(sx_kex_is_available(tp->provider, hybrids[0]), has_kem);
    assert_int_equal(sx_kex_is_available(tp->provider, hybrids[1]), has_kem);
    assert_int_equal(sx_kex_is_available(tp->provider, hybrids[2]),
                     has_kem && has(tp->provider, "X25519"));
    if (tp->is_fips) {
        struct sx_provider *open = unapproved_of(tp);

        assert_true(sx_kex_is_available(open, &sx_kex_curve25519_sha256));
        for (size_t i = 0; hybrids[i] != NULL; i++)
            assert_int_equal(sx_kex_is_available(open, hybrids[i]), has_kem);
        sx_provider_close(open);
    }
}

static void test_hybrids_are_there_when_both_halves_are(void **state)
{
    (void)state;
    for_each_provider(check_availability);
}

/* --- A server of our own making ------------------------------------------------------------------ */

static size_t z_size(const struct sx_kex_alg *alg)
{
    return strcmp(alg->group, "P-384") == 0 ? 48 : 32;
}

/* The test's side of the KEM: the secret and the ciphertext for a client's encapsulation key. */
static void encapsulate(struct sx_provider *provider, const struct sx_kex_alg *alg,
                        struct sx_slice key, uint8_t *out_ciphertext, uint8_t *out_secret)
{
    const char *properties = sx_provider_properties(provider);
    EVP_PKEY_CTX *make = EVP_PKEY_CTX_new_from_name(provider->libctx, alg->kem, properties);
    OSSL_PARAM params[] = { OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                                              (void *)(uintptr_t)key.ptr, key.len),
                            OSSL_PARAM_construct_end() };
    EVP_PKEY *pkey = NULL;
    EVP_PKEY_CTX *ctx;
    size_t n = sx_hybrid_ciphertext_size(alg);
    size_t secret = 32;

    assert_int_equal(EVP_PKEY_fromdata_init(make), 1);
    assert_int_equal(EVP_PKEY_fromdata(make, &pkey, EVP_PKEY_PUBLIC_KEY, params), 1);
    ctx = EVP_PKEY_CTX_new_from_pkey(provider->libctx, pkey, properties);
    assert_int_equal(EVP_PKEY_encapsulate_init(ctx, NULL), 1);
    assert_int_equal(EVP_PKEY_encapsulate(ctx, out_ciphertext, &n, out_secret, &secret), 1);
    assert_int_equal(n, sx_hybrid_ciphertext_size(alg));
    assert_int_equal(secret, 32);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_CTX_free(make);
    EVP_PKEY_free(pkey);
}

struct answer {
    uint8_t share[SX_KEM_SHARE_MAX + 128];
    size_t len;
    struct bytes k; /* as the server has it: length, and the hash */
};

static void answer_share(struct sx_provider *provider, const struct sx_kex_alg *alg,
                         struct sx_slice share, struct answer *out)
{
    size_t key_size = strcmp(alg->kem, "ML-KEM-768") == 0 ? 1184 : 1568;
    size_t n = sx_hybrid_ciphertext_size(alg);
    struct sx_slice point = sx_slice_of(share.ptr + key_size, share.len - key_size);
    struct sx_agree *half = NULL;
    struct sx_secret z = { 0 };
    uint8_t both[32 + 48] = { 0 };
    size_t skip;

    encapsulate(provider, alg, sx_slice_of(share.ptr, key_size), out->share, both);
    assert_ok(sx_agree_new(provider, alg->half, NULL, &half));
    memcpy(out->share + n, sx_agree_share(half).ptr, sx_agree_share(half).len);
    out->len = n + sx_agree_share(half).len;
    /* the curve's own K is an mpint: here it gets its fixed length back */
    assert_ok(sx_agree_finish(half, point, NULL, &z));
    skip = z.ptr[4] == 0 ? 5 : 4;
    memcpy(both + 32 + z_size(alg) - (z.len - skip), z.ptr + skip, z.len - skip);
    memset(out->k.data, 0, 4);
    assert_ok(sx_digest_once(provider, alg->hash, sx_slice_of(both, 32 + z_size(alg)),
                             out->k.data + 4, &out->k.len));
    out->k.data[3] = (uint8_t)out->k.len;
    out->k.len += 4;
    sx_secret_clear(&z);
    sx_agree_free(half);
}

static void check_round_trip(struct sx_provider *provider, const struct sx_kex_alg *alg)
{
    for (int again = 0; again < 3; again++) {
        struct sx_agree *client = NULL;
        struct sx_secret k = { 0 };
        struct sx_fault fault = { 0 };
        struct answer answer;

        assert_no_fault(sx_agree_new(provider, alg, &fault, &client), &fault);
        answer_share(provider, alg, sx_agree_share(client), &answer);
        assert_no_fault(sx_agree_finish(client, sx_slice_of(answer.share, answer.len), &fault, &k),
                        &fault);
        assert_int_equal(k.len, 4 + sx_hash_size(alg->hash));
        assert_true(sx_slice_is_equal(sx_secret_slice(&k), slice_of(&answer.k)));
        assert_err(sx_agree_finish(client, sx_slice_of(answer.share, answer.len), NULL, &k),
                   SX_ERR_STATE);
        sx_secret_clear(&k);
        sx_agree_free(client);
    }
}

static void test_hybrids_reach_the_servers_k(void **state)
{
    (void)state;
    expect_some(for_each_hybrid(check_round_trip));
}

/* --- A server that is not ours ------------------------------------------------------------------- */

static EVP_PKEY *kem_from_seed(struct sx_provider *provider, const char *name, const char *seed)
{
    struct bytes bytes = from_hex(seed);
    EVP_PKEY_CTX *ctx =
        EVP_PKEY_CTX_new_from_name(provider->libctx, name, sx_provider_properties(provider));
    OSSL_PARAM params[] = { OSSL_PARAM_construct_octet_string("seed", bytes.data, bytes.len),
                            OSSL_PARAM_construct_end() };
    EVP_PKEY *key = NULL;

    assert_int_equal(bytes.len, 64);
    assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
    assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params), 1);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static EVP_PKEY *curve_from(struct sx_provider *provider, const struct hybrid_vector *v)
{
    struct bytes private_key = from_hex(v->private_key);
    struct bytes public_key = from_hex(v->public_key);
    const char *properties = sx_provider_properties(provider);
    OSSL_PARAM_BLD *build;
    OSSL_PARAM *params;
    EVP_PKEY_CTX *ctx;
    EVP_PKEY *key = NULL;
    BIGNUM *d;

    if (strcmp(v->alg->group, "X25519") == 0)
        return EVP_PKEY_new_raw_private_key_ex(provider->libctx, "X25519", properties,
                                               private_key.data, private_key.len);
    build = OSSL_PARAM_BLD_new();
    d = BN_bin2bn(private_key.data, (int)private_key.len, NULL);
    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, v->alg->group, 0);
    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, public_key.data,
                                     public_key.len);
    OSSL_PARAM_BLD_push_BN_pad(build, OSSL_PKEY_PARAM_PRIV_KEY, d, private_key.len);
    params = OSSL_PARAM_BLD_to_param(build);
    ctx = EVP_PKEY_CTX_new_from_name(provider->libctx, "EC", properties);
    assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
    assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params), 1);
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_free(d);
    return key;
}

static void check_foreign_server(struct sx_provider *provider, const struct sx_kex_alg *alg)
{
    for (size_t i = 0; i < sizeof hybrid_vectors / sizeof hybrid_vectors[0]; i++) {
        const struct hybrid_vector *v = &hybrid_vectors[i];
        struct bytes share = from_hex(v->server_share);
        struct bytes k = from_hex(v->k);
        struct bytes key_sha256 = from_hex(v->key_sha256);
        struct bytes point = from_hex(v->public_key);
        struct sx_agree *client = NULL;
        struct sx_secret got = { 0 };
        struct sx_fault fault = { 0 };
        struct sx_slice ours;
        uint8_t sum[SX_DIGEST_MAX];
        size_t n = 0;

        if (v->alg != alg)
            continue;
        assert_no_fault(sx_agree_adopt_hybrid(provider, alg, curve_from(provider, v),
                                              kem_from_seed(provider, alg->kem, v->seed), &fault,
                                              &client),
                        &fault);
        /* our share: the encapsulation key, then the point */
        ours = sx_agree_share(client);
        assert_true(ours.len > point.len);
        assert_memory_equal(ours.ptr + ours.len - point.len, point.data, point.len);
        assert_ok(sx_digest_once(provider, SX_HASH_SHA256,
                                 sx_slice_of(ours.ptr, ours.len - point.len), sum, &n));
        assert_memory_equal(sum, key_sha256.data, n);

        assert_no_fault(sx_agree_finish(client, slice_of(&share), &fault, &got), &fault);
        assert_int_equal(got.len, 4 + k.len);
        assert_int_equal(got.ptr[3], k.len);
        assert_memory_equal(got.ptr + 4, k.data, k.len);
        sx_secret_clear(&got);
        sx_agree_free(client);
    }
}

static void test_hybrids_reach_the_k_of_a_server_in_python(void **state)
{
    (void)state;
    expect_some(for_each_hybrid(check_foreign_server));
}

static void check_wycheproof(struct sx_provider *provider, const struct sx_kex_alg *alg)
{
    for (size_t i = 0; i < sizeof kem_vectors / sizeof kem_vectors[0]; i++) {
        const struct kem_vector *v = &kem_vectors[i];
        struct bytes ciphertext = from_hex(v->ciphertext);
        struct bytes secret = from_hex(v->secret);
        struct sx_secret got = { 0 };
        EVP_PKEY *kem;

        if (strcmp(v->name, alg->kem) != 0)
            continue;
        kem = kem_from_seed(provider, v->name, v->seed);
        assert_ok(sx_hybrid_decapsulate(provider, alg, kem, slice_of(&ciphertext), NULL, &got));
        assert_true(sx_slice_is_equal(sx_secret_slice(&got), slice_of(&secret)));
        sx_secret_clear(&got);
        EVP_PKEY_free(kem);
    }
}

static void test_decapsulation_matches_wycheproof(void **state)
{
    (void)state;
    expect_some(for_each_hybrid(check_wycheproof));
}

/* --- Bad shares ---------------------------------------------------------------------------------- */

static enum sx_err finish_with(struct sx_provider *provider, const struct sx_kex_alg *alg,
                               struct sx_slice share)
{
    struct sx_agree *client = NULL;
    struct sx_secret k = { 0 };
    struct sx_fault fault = { 0 };
    enum sx_err err;

    assert_ok(sx_agree_new(provider, alg, NULL, &client));
    err = sx_agree_finish(client, share, &fault, &k);
    if (err != SX_OK) {
        assert_int_equal(fault.err, err);
        assert_true(strlen(fault.text) > 10);
        assert_null(k.ptr);
    }
    sx_secret_clear(&k);
    sx_agree_free(client);
    return err;
}

static void check_bad_shares(struct sx_provider *provider, const struct sx_kex_alg *alg)
{
    size_t n = sx_hybrid_ciphertext_size(alg);
    struct sx_agree *client = NULL;
    struct sx_secret k = { 0 };
    struct answer answer;
    uint8_t longer[SX_KEM_SHARE_MAX + 256] = { 0 };

    assert_ok(sx_agree_new(provider, alg, NULL, &client));
    answer_share(provider, alg, sx_agree_share(client), &answer);
    memcpy(longer, answer.share, answer.len);
    for (size_t len = 0; len < answer.len + 4; len += len < 4 || len + 4 > n ? 1 : 97) {
        if (len != answer.len)
            assert_err(finish_with(provider, alg, sx_slice_of(longer, len)), SX_ERR_PEER_EC_POINT);
    }
    /* the halves in the other order, which is OpenSSL's for NIST's curves */
    memcpy(longer, answer.share + n, answer.len - n);
    memcpy(longer + (answer.len - n), answer.share, n);
    if (strcmp(alg->group, "X25519") != 0)
        assert_err(finish_with(provider, alg, sx_slice_of(longer, answer.len)),
                   SX_ERR_PEER_EC_POINT);

    /* a point that is none */
    memcpy(longer, answer.share, answer.len);
    memset(longer + n + (strcmp(alg->group, "X25519") != 0 ? 1 : 0), 0,
           answer.len - n - (strcmp(alg->group, "X25519") != 0 ? 1 : 0));
    assert_err(finish_with(provider, alg, sx_slice_of(longer, answer.len)), SX_ERR_PEER_EC_POINT);

    /* a changed ciphertext is not told, but gives another K */
    memcpy(longer, answer.share, answer.len);
    longer[n / 2] ^= 1;
    assert_ok(sx_agree_finish(client, sx_slice_of(longer, answer.len), NULL, &k));
    assert_int_equal(k.len, answer.k.len);
    assert_memory_not_equal(k.ptr, answer.k.data, k.len);
    sx_secret_clear(&k);
    sx_agree_free(client);
}

static void test_hybrid_share_that_is_not_one_is_refused(void **state)
{
    (void)state;
    expect_some(for_each_hybrid(check_bad_shares));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hybrids_are_there_when_both_halves_are),
        cmocka_unit_test(test_hybrids_reach_the_servers_k),
        cmocka_unit_test(test_hybrids_reach_the_k_of_a_server_in_python),
        cmocka_unit_test(test_decapsulation_matches_wycheproof),
        cmocka_unit_test(test_hybrid_share_that_is_not_one_is_refused),
    };

    return cmocka_run_group_tests_name("crypto/agree_hybrid", tests, empty_default_context,
                                       restore_default_context);
}
