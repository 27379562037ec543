/* crypto/agree_hybrid.c: ML-KEM beside a curve (RFC 10042). OpenSSL's composite groups put NIST's
 * curves first, which is not SSH's order, so the two halves are fetched apart, both from the one
 * provider that was asked for. libcrypto 3.0 knows no ML-KEM itself, yet serves a module's by name.
 *
 * The client makes the KEM's key pair: its share is the encapsulation key, the server's is the
 * ciphertext. */
#include "crypto/agree_hybrid.h"

#include "base/memory.h"

#include <openssl/core_names.h>

#include <string.h>

#define SX_HYBRID(id, ssh_name, kem_name, curve_name, curve_alg, hash_id)                          \
    const struct sx_kex_alg sx_kex_##id = { .name = ssh_name,                                      \
                                            .family = SX_KEX_HYBRID,                               \
                                            .group = curve_name,                                   \
                                            .hash = hash_id,                                       \
                                            .kem = kem_name,                                       \
                                            .half = &sx_kex_##curve_alg }

SX_HYBRID(mlkem768nistp256_sha256, "mlkem768nistp256-sha256", "ML-KEM-768", "P-256", ecdh_nistp256,
          SX_HASH_SHA256);
SX_HYBRID(mlkem1024nistp384_sha384, "mlkem1024nistp384-sha384", "ML-KEM-1024", "P-384",
          ecdh_nistp384, SX_HASH_SHA384);
SX_HYBRID(mlkem768x25519_sha256, "mlkem768x25519-sha256", "ML-KEM-768", "X25519", curve25519_sha256,
          SX_HASH_SHA256);

enum { SX_KEM_SECRET_SIZE = 32 };

/* FIPS 203 table 3. */
struct kem_sizes {
    const char *name;
    size_t key;
    size_t ciphertext;
};

static const struct kem_sizes kems[] = { { "ML-KEM-768", 1184, 1088 },
                                         { "ML-KEM-1024", 1568, 1568 } };

static const struct kem_sizes *sizes_of(const struct sx_kex_alg *alg)
{
    return strcmp(alg->kem, kems[0].name) == 0 ? &kems[0] : &kems[1];
}

size_t sx_hybrid_ciphertext_size(const struct sx_kex_alg *alg)
{
    return sizes_of(alg)->ciphertext;
}

bool sx_hybrid_is_available(struct sx_provider *provider, const struct sx_kex_alg *alg)
{
    const char *properties = sx_provider_properties(provider);
    EVP_KEYMGMT *manager = EVP_KEYMGMT_fetch(provider->libctx, alg->kem, properties);
    EVP_KEM *kem = EVP_KEM_fetch(provider->libctx, alg->kem, properties);
    bool is_there = manager != NULL && kem != NULL;
    char reason[8];

    EVP_KEYMGMT_free(manager);
    EVP_KEM_free(kem);
    if (!is_there)
        sx_openssl_reason(reason, sizeof reason);
    return is_there;
}

enum sx_err sx_hybrid_generate(struct sx_provider *provider, const struct sx_kex_alg *alg,
                               struct sx_fault *fault, EVP_PKEY **out)
{
    EVP_PKEY *kem = NULL;
    EVP_PKEY_CTX *ctx =
        EVP_PKEY_CTX_new_from_name(provider->libctx, alg->kem, sx_provider_properties(provider));
    bool is_ok = ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1 &&
                 sx_provider_is_maker(provider, EVP_PKEY_CTX_get0_provider(ctx)) &&
                 EVP_PKEY_generate(ctx, &kem) == 1;

    EVP_PKEY_CTX_free(ctx);
    if (!is_ok)
        return sx_openssl_fault(fault, SX_ERR_MAKE_KEY, alg->kem);
    *out = kem;
    return SX_OK;
}

enum sx_err sx_hybrid_share(const struct sx_kex_alg *alg, EVP_PKEY *kem, uint8_t *out,
                            size_t *out_len)
{
    if (EVP_PKEY_get_octet_string_param(kem, OSSL_PKEY_PARAM_PUB_KEY, out, SX_KEM_SHARE_MAX,
                                        out_len) != 1)
        return SX_ERR_MAKE_KEY;
    return *out_len == sizes_of(alg)->key ? SX_OK : SX_ERR_MAKE_KEY;
}

enum sx_err sx_hybrid_decapsulate(struct sx_provider *provider, const struct sx_kex_alg *alg,
                                  EVP_PKEY *kem, struct sx_slice ciphertext, struct sx_fault *fault,
                                  struct sx_secret *out)
{
    EVP_PKEY_CTX *ctx =
        EVP_PKEY_CTX_new_from_pkey(provider->libctx, kem, sx_provider_properties(provider));
    size_t n = 0;
    enum sx_err err = SX_OK;

    /* A ciphertext that is not the key's own gives a secret of chance, by FIPS 203: that the two
     * sides differ shows when the server's signature is checked. */
    if (ctx == NULL || EVP_PKEY_decapsulate_init(ctx, NULL) != 1 ||
        !sx_provider_is_maker(provider, EVP_PKEY_CTX_get0_provider(ctx)) ||
        EVP_PKEY_decapsulate(ctx, NULL, &n, ciphertext.ptr, ciphertext.len) != 1 ||
        n != SX_KEM_SECRET_SIZE) {
        err = sx_openssl_fault(fault, SX_ERR_MAKE_KEY, alg->kem);
        goto out;
    }
    err = sx_secret_reserve(out, n);
    if (err != SX_OK)
        goto out;
    if (EVP_PKEY_decapsulate(ctx, out->ptr, &n, ciphertext.ptr, ciphertext.len) != 1) {
        err = sx_openssl_fault(fault, SX_ERR_MAKE_KEY, alg->kem);
        goto out;
    }
    out->len = n;
out:
    EVP_PKEY_CTX_free(ctx);
    return err;
}

enum sx_err sx_hybrid_encode_k(struct sx_provider *provider, const struct sx_kex_alg *alg,
                               struct sx_slice k_pq, struct sx_slice k_cl, struct sx_secret *out)
{
    struct sx_digest *digest = NULL;
    struct sx_secret k = { 0 };
    uint8_t hash[SX_DIGEST_MAX] = { 0 };
    size_t n = 0;
    enum sx_err err = sx_digest_new(provider, alg->hash, &digest);

    if (err == SX_OK)
        err = sx_digest_update(digest, k_pq);
    if (err == SX_OK)
        err = sx_digest_update(digest, k_cl);
    if (err == SX_OK)
        err = sx_digest_final(digest, hash, &n);
    if (err == SX_OK)
        err = sx_secret_reserve(&k, 4 + n);
    if (err == SX_OK) {
        const uint8_t prefix[4] = { 0, 0, 0, (uint8_t)n };

        err = sx_secret_append(&k, sx_slice_of(prefix, sizeof prefix));
    }
    if (err == SX_OK)
        err = sx_secret_append(&k, sx_slice_of(hash, n));
    if (err == SX_OK)
        sx_secret_move(out, &k);
    sx_secret_clear(&k);
    sx_wipe(hash, sizeof hash);
    sx_digest_free(digest);
    return err;
}
