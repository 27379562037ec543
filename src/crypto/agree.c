/* crypto/agree.c: one ephemeral key agreement, whatever the family. A hybrid is that of its curve
 * with a KEM beside it.
 *
 * The peer's share is judged here before OpenSSL sees it: a Diffie-Hellman value against the
 * group's prime, a point by its form. OpenSSL then makes a check of its own. */
#include "crypto/agree.h"

#include "base/memory.h"
#include "crypto/agree_group.h"
#include "crypto/agree_hybrid.h"
#include "crypto/agree_peer.h"
#include "crypto/curve.h"
#include "crypto/openssl.h"

#include <openssl/core_names.h>
#include <openssl/dh.h>
#include <openssl/params.h>

#define SX_KEX(id, ssh_name, kind, group_name, hash_id)                                            \
    const struct sx_kex_alg sx_kex_##id = {                                                        \
        .name = ssh_name, .family = kind, .group = group_name, .hash = hash_id                     \
    }

SX_KEX(ecdh_nistp256, "ecdh-sha2-nistp256", SX_KEX_ECDH, "P-256", SX_HASH_SHA256);
SX_KEX(ecdh_nistp384, "ecdh-sha2-nistp384", SX_KEX_ECDH, "P-384", SX_HASH_SHA384);
SX_KEX(ecdh_nistp521, "ecdh-sha2-nistp521", SX_KEX_ECDH, "P-521", SX_HASH_SHA512);
SX_KEX(dh_group14_sha256, "diffie-hellman-group14-sha256", SX_KEX_DH, "modp_2048", SX_HASH_SHA256);
SX_KEX(dh_group15_sha512, "diffie-hellman-group15-sha512", SX_KEX_DH, "modp_3072", SX_HASH_SHA512);
SX_KEX(dh_group16_sha512, "diffie-hellman-group16-sha512", SX_KEX_DH, "modp_4096", SX_HASH_SHA512);
SX_KEX(dh_group17_sha512, "diffie-hellman-group17-sha512", SX_KEX_DH, "modp_6144", SX_HASH_SHA512);
SX_KEX(dh_group18_sha512, "diffie-hellman-group18-sha512", SX_KEX_DH, "modp_8192", SX_HASH_SHA512);
SX_KEX(curve25519_sha256, "curve25519-sha256", SX_KEX_X25519, "X25519", SX_HASH_SHA256);
SX_KEX(curve25519_sha256_libssh, "curve25519-sha256@libssh.org", SX_KEX_X25519, "X25519",
       SX_HASH_SHA256);

struct sx_agree {
    struct sx_provider *provider; /* one reference of our own */
    const struct sx_kex_alg *alg;
    const struct sx_kex_alg *half; /* what key is for: a hybrid's curve, else alg itself */
    EVP_PKEY *key;                 /* NULL once finished */
    EVP_PKEY *kem;                 /* a hybrid's; NULL once finished */
    uint8_t share[SX_KEM_SHARE_MAX + SX_SHARE_MAX];
    size_t share_len;
};

static const char *key_type(enum sx_kex_family family)
{
    switch (family) {
    case SX_KEX_DH:
    case SX_KEX_DH_GEX: return "DH";
    case SX_KEX_ECDH: return "EC";
    case SX_KEX_X25519: return "X25519";
    case SX_KEX_HYBRID: break;
    }
    return "";
}

/* What a fresh key pair is made by: its kind, or for a curve a key that has it already. */
static EVP_PKEY_CTX *context_for(struct sx_provider *provider, const struct sx_kex_alg *alg)
{
    const char *properties = sx_provider_properties(provider);
    EVP_PKEY *curve;

    if (alg->family != SX_KEX_ECDH)
        return EVP_PKEY_CTX_new_from_name(provider->libctx, key_type(alg->family), properties);
    curve = sx_curve_params(provider, alg->group);
    return curve == NULL ? NULL : EVP_PKEY_CTX_new_from_pkey(provider->libctx, curve, properties);
}

static EVP_PKEY *generate(struct sx_provider *provider, const struct sx_kex_alg *alg)
{
    static const uint8_t two[1] = { 2 };
    OSSL_PARAM params[2] = { OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                                              (char *)(uintptr_t)alg->group, 0),
                             OSSL_PARAM_construct_end() };
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx;

    if (alg->prime.len != 0)
        return sx_group_generate(provider, alg->prime, sx_slice_of(two, sizeof two));
    ctx = context_for(provider, alg);
    if (ctx == NULL || EVP_PKEY_keygen_init(ctx) != 1 ||
        (alg->family == SX_KEX_DH && EVP_PKEY_CTX_set_params(ctx, params) != 1) ||
        !sx_provider_is_maker(provider, EVP_PKEY_CTX_get0_provider(ctx)) ||
        EVP_PKEY_generate(ctx, &key) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(ctx);
    return key;
}

/* A module that fetches Diffie-Hellman may yet compute in no group of this size: tried once. */
static bool can_generate(struct sx_provider *provider, const struct sx_kex_alg *alg)
{
    EVP_PKEY *key = generate(provider, alg);

    EVP_PKEY_free(key);
    return key != NULL;
}

bool sx_kex_is_available(struct sx_provider *provider, const struct sx_kex_alg *alg)
{
    const char *properties = sx_provider_properties(provider);
    const struct sx_kex_alg *half = alg->half != NULL ? alg->half : alg;
    const char *type = key_type(half->family);
    EVP_KEYMGMT *manager = EVP_KEYMGMT_fetch(provider->libctx, type, properties);
    EVP_KEYEXCH *exchange = EVP_KEYEXCH_fetch(
        provider->libctx, half->family == SX_KEX_ECDH ? "ECDH" : type, properties);
    bool is_there = manager != NULL && exchange != NULL && provider->sshkdf != NULL &&
                    sx_provider_digest(provider, alg->hash) != NULL;
    char reason[8];

    EVP_KEYMGMT_free(manager);
    EVP_KEYEXCH_free(exchange);
    if (is_there && alg->kem != NULL)
        is_there = sx_hybrid_is_available(provider, alg);
    if (is_there && alg->prime.len != 0)
        is_there = can_generate(provider, alg);
    if (!is_there)
        sx_openssl_reason(reason, sizeof reason);
    return is_there;
}

/* Writes our share: a hybrid's KEM first. */
static enum sx_err make_share(struct sx_agree *agree)
{
    size_t n = 0;

    if (agree->kem != NULL)
        SX_TRY(sx_hybrid_share(agree->alg, agree->kem, agree->share, &agree->share_len));
    SX_TRY(sx_share_from_key(agree->key, agree->half, agree->share + agree->share_len, &n));
    agree->share_len += n;
    return SX_OK;
}

/* Takes both keys, also on failure. */
static enum sx_err adopt(struct sx_provider *provider, const struct sx_kex_alg *alg,
                         EVP_PKEY *take_key, EVP_PKEY *take_kem, struct sx_fault *fault,
                         struct sx_agree **out)
{
    struct sx_agree *agree = sx_alloc(sizeof *agree);
    enum sx_err err;

    if (agree == NULL) {
        EVP_PKEY_free(take_key);
        EVP_PKEY_free(take_kem);
        return SX_ERR_MEMORY;
    }
    agree->provider = sx_provider_hold(provider);
    agree->alg = alg;
    agree->half = alg->half != NULL ? alg->half : alg;
    agree->key = take_key;
    agree->kem = take_kem;
    err = make_share(agree);
    if (err != SX_OK) {
        sx_agree_free(agree);
        return sx_openssl_fault(fault, err, alg->name);
    }
    *out = agree;
    return SX_OK;
}

enum sx_err sx_agree_adopt(struct sx_provider *provider, const struct sx_kex_alg *alg,
                           EVP_PKEY *take_key, struct sx_fault *fault, struct sx_agree **out)
{
    return adopt(provider, alg, take_key, NULL, fault, out);
}

enum sx_err sx_agree_adopt_hybrid(struct sx_provider *provider, const struct sx_kex_alg *alg,
                                  EVP_PKEY *take_key, EVP_PKEY *take_kem, struct sx_fault *fault,
                                  struct sx_agree **out)
{
    return adopt(provider, alg, take_key, take_kem, fault, out);
}

enum sx_err sx_agree_new(struct sx_provider *provider, const struct sx_kex_alg *alg,
                         struct sx_fault *fault, struct sx_agree **out)
{
    EVP_PKEY *kem = NULL;
    EVP_PKEY *key;

    if (alg->family == SX_KEX_DH_GEX)
        return SX_ERR_ARGUMENT;
    if (alg->kem != NULL)
        SX_TRY(sx_hybrid_generate(provider, alg, fault, &kem));
    key = generate(provider, alg->half != NULL ? alg->half : alg);
    if (key == NULL) {
        EVP_PKEY_free(kem);
        return sx_openssl_fault(fault, SX_ERR_MAKE_KEY, alg->name);
    }
    return adopt(provider, alg, key, kem, fault, out);
}

enum sx_err sx_agree_new_group(struct sx_provider *provider, const struct sx_kex_alg *alg,
                               struct sx_slice p, struct sx_slice g, struct sx_fault *fault,
                               struct sx_agree **out)
{
    EVP_PKEY *key;

    if (alg->family != SX_KEX_DH_GEX)
        return SX_ERR_ARGUMENT;
    SX_TRY(sx_group_check(alg, p, g, fault));
    key = sx_group_generate(provider, p, g);
    if (key == NULL)
        return sx_openssl_fault(fault, SX_ERR_MAKE_KEY, alg->name);
    return adopt(provider, alg, key, NULL, fault, out);
}

struct sx_slice sx_agree_share(const struct sx_agree *agree)
{
    return sx_slice_of(agree->share, agree->share_len);
}

/* Z as the provider computes it, of fixed length: leading zeros of a DH secret are kept here, so
 * that nothing about them shows in the provider's timing. */
static enum sx_err derive(const struct sx_agree *agree, EVP_PKEY *peer, struct sx_fault *fault,
                          struct sx_secret *out)
{
    const struct sx_kex_alg *alg = agree->half;
    enum sx_err bad = sx_kex_is_dh(alg) ? SX_ERR_PEER_DH_VALUE : SX_ERR_PEER_EC_POINT;
    enum sx_err err = SX_OK;
    size_t n = 0;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(agree->provider->libctx, agree->key,
                                                   sx_provider_properties(agree->provider));

    if (ctx == NULL || EVP_PKEY_derive_init(ctx) != 1 ||
        !sx_provider_is_maker(agree->provider, EVP_PKEY_CTX_get0_provider(ctx)) ||
        (sx_kex_is_dh(alg) && EVP_PKEY_CTX_set_dh_pad(ctx, 1) != 1)) {
        err = sx_openssl_fault(fault, SX_ERR_MAKE_KEY, alg->name);
        goto out;
    }
    /* Of a point it was seen when it became a key that it is on the curve, its coordinates in the
     * field, and not infinity (crypto/agree_peer.c). That is the partial validation which
     * SP 800-56A rev. 3, section 5.6.2.3.4, has for ephemeral keys, and no less than the full one
     * here: these curves have cofactor 1, so that each such point has the whole order. To multiply
     * by the order, as OpenSSL's default check does, costs as much as the agreement itself (650,000
     * instructions for P-256). */
    if (EVP_PKEY_derive_set_peer_ex(ctx, peer, alg->family != SX_KEX_ECDH) != 1) {
        err = sx_openssl_fault(fault, bad, "the server's key exchange value was refused");
        goto out;
    }
    if (EVP_PKEY_derive(ctx, NULL, &n) != 1 || n == 0) {
        err = sx_openssl_fault(fault, SX_ERR_MAKE_KEY, alg->name);
        goto out;
    }
    err = sx_secret_reserve(out, n);
    if (err != SX_OK)
        goto out;
    if (EVP_PKEY_derive(ctx, out->ptr, &n) != 1) {
        /* X25519 fails here when the result is all zero, which is the peer's doing. */
        err = sx_openssl_fault(fault, alg->family == SX_KEX_X25519 ? bad : SX_ERR_MAKE_KEY,
                               "no shared secret came out of the server's key exchange value");
        goto out;
    }
    out->len = n;
out:
    EVP_PKEY_CTX_free(ctx);
    return err;
}

/* K of a hybrid: share is the peer's KEM ciphertext, z what the curve has given. */
static enum sx_err finish_hybrid(const struct sx_agree *agree, struct sx_slice ciphertext,
                                 struct sx_slice z, struct sx_fault *fault, struct sx_secret *out_k)
{
    struct sx_secret k_pq = { 0 };
    enum sx_err err =
        sx_hybrid_decapsulate(agree->provider, agree->alg, agree->kem, ciphertext, fault, &k_pq);

    if (err == SX_OK)
        err = sx_hybrid_encode_k(agree->provider, agree->alg, sx_secret_slice(&k_pq), z, out_k);
    sx_secret_clear(&k_pq);
    return err;
}

static enum sx_err finish(const struct sx_agree *agree, struct sx_slice peer_share,
                          struct sx_fault *fault, struct sx_secret *out_k)
{
    struct sx_slice ciphertext = SX_SLICE_NONE;
    struct sx_secret z = { 0 };
    EVP_PKEY *peer = NULL;
    enum sx_err err;

    if (agree->kem != NULL) {
        size_t n = sx_hybrid_ciphertext_size(agree->alg);

        if (peer_share.len <= n)
            return sx_fault_set(fault, SX_ERR_PEER_EC_POINT,
                                "%s: expected a ciphertext of %zu bytes and a point, came %zu "
                                "bytes",
                                agree->alg->name, n, peer_share.len);
        ciphertext = sx_slice_of(peer_share.ptr, n);
        peer_share = sx_slice_of(peer_share.ptr + n, peer_share.len - n);
    }
    err = sx_share_to_key(agree->provider, agree->half, agree->key, peer_share, fault, &peer);
    if (err == SX_OK)
        err = derive(agree, peer, fault, &z);
    if (err == SX_OK)
        err = agree->kem != NULL
                  ? finish_hybrid(agree, ciphertext, sx_secret_slice(&z), fault, out_k)
                  : sx_share_encode_k(agree->alg, sx_secret_slice(&z), fault, out_k);
    EVP_PKEY_free(peer);
    sx_secret_clear(&z);
    return err;
}

enum sx_err sx_agree_finish(struct sx_agree *agree, struct sx_slice peer_share,
                            struct sx_fault *fault, struct sx_secret *out_k)
{
    enum sx_err err;

    if (agree->key == NULL)
        return SX_ERR_STATE;
    err = finish(agree, peer_share, fault, out_k);
    EVP_PKEY_free(agree->key); /* ephemeral: gone as soon as they have served or failed */
    EVP_PKEY_free(agree->kem);
    agree->key = NULL;
    agree->kem = NULL;
    return err;
}

void sx_agree_free(struct sx_agree *agree)
{
    if (agree == NULL)
        return;
    EVP_PKEY_free(agree->key);
    EVP_PKEY_free(agree->kem);
    sx_provider_close(agree->provider);
    sx_free_wiped(agree, sizeof *agree);
}
