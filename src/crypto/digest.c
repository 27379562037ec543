/* crypto/digest.c: message digests under the provider. */
#include "crypto/openssl.h"

#include "base/memory.h"

struct sx_digest {
    EVP_MD_CTX *ctx;
    bool is_done;
};

struct hash_row {
    const char *name;
    size_t size;
};

static const struct hash_row hash_rows[SX_HASH_COUNT] = {
    [SX_HASH_NONE] = { "", 0 },
    [SX_HASH_MD5] = { "MD5", 16 },
    [SX_HASH_SHA1] = { "SHA1", 20 },
    [SX_HASH_SHA256] = { "SHA2-256", 32 },
    [SX_HASH_SHA384] = { "SHA2-384", 48 },
    [SX_HASH_SHA512] = { "SHA2-512", 64 },
};

size_t sx_hash_size(enum sx_hash hash)
{
    return (unsigned)hash < SX_HASH_COUNT ? hash_rows[hash].size : 0;
}

const char *sx_hash_name(enum sx_hash hash)
{
    return (unsigned)hash < SX_HASH_COUNT ? hash_rows[hash].name : "";
}

enum sx_err sx_digest_new(struct sx_provider *provider, enum sx_hash hash, struct sx_digest **out)
{
    EVP_MD *md = sx_provider_digest(provider, hash);
    struct sx_digest *digest;

    if (md == NULL)
        return SX_ERR_PROVIDER_FETCH;
    digest = sx_alloc(sizeof *digest);
    if (digest == NULL)
        return SX_ERR_MEMORY;
    digest->ctx = EVP_MD_CTX_new();
    if (digest->ctx == NULL) {
        sx_digest_free(digest);
        return SX_ERR_MEMORY;
    }
    if (EVP_DigestInit_ex2(digest->ctx, md, NULL) != 1 ||
        !sx_provider_is_maker(provider, EVP_MD_get0_provider(EVP_MD_CTX_get0_md(digest->ctx)))) {
        sx_digest_free(digest);
        return sx_openssl_fault(NULL, SX_ERR_PROVIDER, "digest init");
    }
    *out = digest;
    return SX_OK;
}

enum sx_err sx_digest_update(struct sx_digest *digest, struct sx_slice bytes)
{
    if (digest->is_done)
        return SX_ERR_STATE;
    if (bytes.len != 0 && EVP_DigestUpdate(digest->ctx, bytes.ptr, bytes.len) != 1)
        return sx_openssl_fault(NULL, SX_ERR_PROVIDER, "digest update");
    return SX_OK;
}

enum sx_err sx_digest_update_string(struct sx_digest *digest, struct sx_slice bytes)
{
    uint8_t prefix[4];

    if (bytes.len > UINT32_MAX)
        return SX_ERR_ARGUMENT;
    prefix[0] = (uint8_t)(bytes.len >> 24);
    prefix[1] = (uint8_t)(bytes.len >> 16);
    prefix[2] = (uint8_t)(bytes.len >> 8);
    prefix[3] = (uint8_t)bytes.len;
    SX_TRY(sx_digest_update(digest, sx_slice_of(prefix, sizeof prefix)));
    return sx_digest_update(digest, bytes);
}

enum sx_err sx_digest_final(struct sx_digest *digest, uint8_t *out, size_t *out_len)
{
    uint8_t result[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    enum sx_err err = SX_OK;

    if (digest->is_done)
        return SX_ERR_STATE;
    digest->is_done = true;
    if (EVP_DigestFinal_ex(digest->ctx, result, &n) != 1 || n > SX_DIGEST_MAX) {
        err = sx_openssl_fault(NULL, SX_ERR_PROVIDER, "digest final");
    } else {
        for (unsigned i = 0; i < n; i++)
            out[i] = result[i];
        *out_len = n;
    }
    sx_wipe(result, sizeof result);
    return err;
}

enum sx_err sx_digest_restart(struct sx_digest *digest)
{
    if (EVP_DigestInit_ex2(digest->ctx, NULL, NULL) != 1)
        return sx_openssl_fault(NULL, SX_ERR_PROVIDER, "digest start");
    digest->is_done = false;
    return SX_OK;
}

void sx_digest_free(struct sx_digest *digest)
{
    if (digest == NULL)
        return;
    EVP_MD_CTX_free(digest->ctx);
    sx_free_wiped(digest, sizeof *digest);
}

enum sx_err sx_digest_once(struct sx_provider *provider, enum sx_hash hash, struct sx_slice bytes,
                           uint8_t *out, size_t *out_len)
{
    struct sx_digest *digest = NULL;
    enum sx_err err = sx_digest_new(provider, hash, &digest);

    if (digest == NULL)
        return err;
    err = sx_digest_update(digest, bytes);
    if (err == SX_OK)
        err = sx_digest_final(digest, out, out_len);
    sx_digest_free(digest);
    return err;
}
