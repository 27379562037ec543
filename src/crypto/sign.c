/* crypto/sign.c: signatures as SSH encodes them. The message goes into the provider whole, so
 * that hashing and signing are one service of the module. */
#include "crypto/key_inside.h"

#include "base/memory.h"
#include "crypto/legacy_dsa.h"
#include "wire/reader.h"
#include "wire/writer.h"

#include <openssl/bn.h>
#include <openssl/ec.h>

#include <string.h>

enum { SX_RAW_MAX = SX_RSA_BITS_MAX / 8, SX_ED25519_SIGNATURE_SIZE = 64 };

#define SX_SIG(id, ssh_name, key_type, hash_id)                                                    \
    const struct sx_sig_alg sx_sig_##id = { .name = ssh_name, .type = key_type, .hash = hash_id }

SX_SIG(rsa_sha2_256, "rsa-sha2-256", SX_KEY_RSA, SX_HASH_SHA256);
SX_SIG(rsa_sha2_512, "rsa-sha2-512", SX_KEY_RSA, SX_HASH_SHA512);
SX_SIG(ecdsa_nistp256, "ecdsa-sha2-nistp256", SX_KEY_ECDSA_P256, SX_HASH_SHA256);
SX_SIG(ecdsa_nistp384, "ecdsa-sha2-nistp384", SX_KEY_ECDSA_P384, SX_HASH_SHA384);
SX_SIG(ecdsa_nistp521, "ecdsa-sha2-nistp521", SX_KEY_ECDSA_P521, SX_HASH_SHA512);
SX_SIG(ed25519, "ssh-ed25519", SX_KEY_ED25519, SX_HASH_NONE);

/* Certificates: the signature is the plain algorithm's and carries its name; RSA's three share one
 * kind of certificate. */
#define SX_CERT(id, plain, blob, key_type, hash_id)                                                \
    const struct sx_sig_alg sx_sig_##id##_cert = { .name = plain "-cert-v01@openssh.com",          \
                                                   .type = key_type,                               \
                                                   .hash = hash_id,                                \
                                                   .form = SX_SIG_OPENSSH_CERT,                    \
                                                   .blob_name = blob "-cert-v01@openssh.com",      \
                                                   .signature_name = plain }

SX_CERT(rsa_sha2_256, "rsa-sha2-256", "ssh-rsa", SX_KEY_RSA, SX_HASH_SHA256);
SX_CERT(rsa_sha2_512, "rsa-sha2-512", "ssh-rsa", SX_KEY_RSA, SX_HASH_SHA512);
SX_CERT(ecdsa_nistp256, "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", SX_KEY_ECDSA_P256,
        SX_HASH_SHA256);
SX_CERT(ecdsa_nistp384, "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", SX_KEY_ECDSA_P384,
        SX_HASH_SHA384);
SX_CERT(ecdsa_nistp521, "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521", SX_KEY_ECDSA_P521,
        SX_HASH_SHA512);
SX_CERT(ed25519, "ssh-ed25519", "ssh-ed25519", SX_KEY_ED25519, SX_HASH_NONE);

/* RFC 6187 section 3: what stands behind "x509v3-" starts the signature. */
#define SX_X509(id, plain, key_type, hash_id, bits)                                                \
    const struct sx_sig_alg sx_sig_x509v3_##id = { .name = "x509v3-" plain,                        \
                                                   .type = key_type,                               \
                                                   .hash = hash_id,                                \
                                                   .form = SX_SIG_X509_RFC6187,                    \
                                                   .signature_name = plain,                        \
                                                   .min_bits = bits }

SX_X509(rsa2048_sha256, "rsa2048-sha256", SX_KEY_RSA, SX_HASH_SHA256, 2048);
SX_X509(ecdsa_nistp256, "ecdsa-sha2-nistp256", SX_KEY_ECDSA_P256, SX_HASH_SHA256, 0);
SX_X509(ecdsa_nistp384, "ecdsa-sha2-nistp384", SX_KEY_ECDSA_P384, SX_HASH_SHA384, 0);
SX_X509(ecdsa_nistp521, "ecdsa-sha2-nistp521", SX_KEY_ECDSA_P521, SX_HASH_SHA512, 0);

bool sx_sig_is_available(struct sx_provider *provider, const struct sx_sig_alg *alg)
{
    const struct sx_key_row *row = sx_key_row(alg->type);
    const char *properties = sx_provider_properties(provider);
    EVP_KEYMGMT *manager = EVP_KEYMGMT_fetch(provider->libctx, row->evp_type, properties);
    EVP_SIGNATURE *signature = EVP_SIGNATURE_fetch(provider->libctx, row->evp_sign, properties);
    bool is_there = manager != NULL && signature != NULL &&
                    (alg->hash == SX_HASH_NONE || sx_provider_digest(provider, alg->hash) != NULL);
    char reason[8];

    EVP_KEYMGMT_free(manager);
    EVP_SIGNATURE_free(signature);
    if (!is_there)
        sx_openssl_reason(reason, sizeof reason);
    return is_there;
}

/* Whether the initialised operation is the provider's. */
static bool is_ours(const struct sx_key *key, EVP_MD_CTX *ctx)
{
    EVP_PKEY_CTX *operation = EVP_MD_CTX_get_pkey_ctx(ctx);

    return operation != NULL &&
           sx_provider_is_maker(key->provider, EVP_PKEY_CTX_get0_provider(operation));
}

/* What the signature blob starts with. */
static const char *signature_name(const struct sx_sig_alg *alg)
{
    return alg->signature_name != NULL ? alg->signature_name : alg->name;
}

/* The older X.509 form never said; some peers write the plain algorithm's name. */
static bool is_signature_name(const struct sx_sig_alg *alg, struct sx_slice name)
{
    return sx_slice_is_text(name, signature_name(alg)) ||
           (alg->form == SX_SIG_X509_SIGN && sx_slice_is_text(name, sx_key_type_name(alg->type)));
}

static const char *digest_name(const struct sx_sig_alg *alg)
{
    return alg->hash == SX_HASH_NONE ? NULL : sx_hash_name(alg->hash);
}

/* --- ECDSA's two numbers: DER inside, two mpints on the wire (RFC 5656 section 3.1.2) ---------- */

static enum sx_err ecdsa_to_ssh(const uint8_t *der, size_t n, struct sx_writer *writer)
{
    uint8_t bytes[SX_RAW_MAX];
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)n);
    const BIGNUM *numbers[2];

    if (pair == NULL)
        return SX_ERR_SIGN;
    ECDSA_SIG_get0(pair, &numbers[0], &numbers[1]);
    for (int i = 0; i < 2; i++) {
        int len = BN_num_bytes(numbers[i]) <= SX_RAW_MAX ? BN_bn2bin(numbers[i], bytes) : 0;

        sx_writer_mpint(writer, sx_slice_of(bytes, (size_t)len));
    }
    ECDSA_SIG_free(pair);
    return SX_OK;
}

static enum sx_err ecdsa_to_der(struct sx_slice raw, size_t field_size, uint8_t *out, size_t cap,
                                size_t *out_len)
{
    struct sx_reader reader;
    struct sx_slice r;
    struct sx_slice s;
    ECDSA_SIG *pair;
    BIGNUM *bn_r;
    BIGNUM *bn_s;
    enum sx_err err = SX_ERR_MEMORY;

    sx_reader_init(&reader, raw);
    r = sx_reader_mpint(&reader);
    s = sx_reader_mpint(&reader);
    if (sx_reader_finish(&reader) != SX_OK || r.len == 0 || s.len == 0 || r.len > field_size ||
        s.len > field_size)
        return SX_ERR_PEER_SIGNATURE;
    pair = ECDSA_SIG_new();
    bn_r = BN_bin2bn(r.ptr, (int)r.len, NULL);
    bn_s = BN_bin2bn(s.ptr, (int)s.len, NULL);
    if (pair != NULL && bn_r != NULL && bn_s != NULL && ECDSA_SIG_set0(pair, bn_r, bn_s) == 1) {
        int n;

        bn_r = NULL; /* the pair's now */
        bn_s = NULL;
        n = i2d_ECDSA_SIG(pair, NULL);
        if (n > 0 && (size_t)n <= cap) {
            *out_len = (size_t)i2d_ECDSA_SIG(pair, &out);
            err = SX_OK;
        }
    }
    BN_free(bn_r);
    BN_free(bn_s);
    ECDSA_SIG_free(pair);
    return err;
}

/* --- Signing ---------------------------------------------------------------------------------- */

/* Appends string(algorithm) string(signature). */
static enum sx_err blob_append(const struct sx_sig_alg *alg, const uint8_t *raw, size_t n,
                               struct sx_buffer *out)
{
    size_t cap =
        4 + strlen(signature_name(alg)) + 4 + n + 16; /* 16: lengths and signs of two mpints */
    struct sx_writer writer;
    struct sx_slice blob;
    uint8_t *room;
    size_t mark;

    SX_TRY(sx_buffer_reserve(out, cap, &room));
    sx_writer_init(&writer, room, cap);
    sx_writer_text(&writer, signature_name(alg));
    mark = sx_writer_begin_string(&writer);
    if (sx_key_row(alg->type)->field_size != 0)
        SX_TRY(ecdsa_to_ssh(raw, n, &writer));
#if SX_LEGACY
    else if (alg->type == SX_KEY_DSA)
        SX_TRY(sx_dsa_to_ssh(alg, raw, n, &writer));
#endif
    else
        sx_writer_bytes(&writer, sx_slice_of(raw, n));
    sx_writer_end_string(&writer, mark);
    SX_TRY(sx_writer_finish(&writer, &blob));
    sx_buffer_commit(out, blob.len);
    return SX_OK;
}

enum sx_err sx_key_sign(const struct sx_key *key, const struct sx_sig_alg *alg,
                        struct sx_slice message, struct sx_fault *fault, struct sx_buffer *out)
{
    uint8_t raw[SX_RAW_MAX];
    size_t n = sizeof raw;
    EVP_MD_CTX *ctx;
    enum sx_err err;

    if (!key->is_private || key->type != alg->type)
        return sx_fault_set(fault, SX_ERR_SIGN, "%s can't be made with this key (%s, %s part)",
                            alg->name, sx_key_type_name(key->type),
                            key->is_private ? "private" : "public");
    ctx = EVP_MD_CTX_new();
    if (ctx == NULL)
        return SX_ERR_MEMORY;
    if (EVP_DigestSignInit_ex(ctx, NULL, digest_name(alg), key->provider->libctx,
                              sx_provider_properties(key->provider), key->pkey, NULL) != 1 ||
        !is_ours(key, ctx) || EVP_DigestSign(ctx, raw, &n, message.ptr, message.len) != 1)
        err = sx_openssl_fault(fault, SX_ERR_SIGN, alg->name);
    else
        err = blob_append(alg, raw, n, out);
    EVP_MD_CTX_free(ctx);
    sx_wipe(raw, sizeof raw);
    return err;
}

/* --- Verifying -------------------------------------------------------------------------------- */

/* The bytes that OpenSSL wants, from the signature field. */
static enum sx_err raw_from_ssh(const struct sx_key *key, const struct sx_sig_alg *alg,
                                struct sx_slice field, uint8_t *out, size_t *out_len)
{
    const struct sx_key_row *row = sx_key_row(key->type);
    size_t size = key->type == SX_KEY_RSA ? (key->bits + 7) / 8 : SX_ED25519_SIGNATURE_SIZE;

    if (row->field_size != 0)
        return ecdsa_to_der(field, row->field_size, out, SX_RAW_MAX, out_len);
#if SX_LEGACY
    if (key->type == SX_KEY_DSA)
        return sx_dsa_to_der(alg, field, out, SX_RAW_MAX, out_len);
#else
    (void)alg;
#endif
    if (field.len > size || field.len == 0 ||
        (key->type == SX_KEY_ED25519 && field.len != SX_ED25519_SIGNATURE_SIZE))
        return SX_ERR_PEER_SIGNATURE;
    memset(out, 0, size - field.len);
    memcpy(out + (size - field.len), field.ptr, field.len);
    *out_len = size;
    return SX_OK;
}

static enum sx_err verify_raw(const struct sx_key *key, const struct sx_sig_alg *alg,
                              struct sx_slice message, const uint8_t *raw, size_t n,
                              struct sx_fault *fault)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    enum sx_err err = SX_OK;

    if (ctx == NULL)
        return SX_ERR_MEMORY;
    if (EVP_DigestVerifyInit_ex(ctx, NULL, digest_name(alg), key->provider->libctx,
                                sx_provider_properties(key->provider), key->pkey, NULL) != 1 ||
        !is_ours(key, ctx))
        err = sx_openssl_fault(fault, SX_ERR_PROVIDER, alg->name);
    else if (EVP_DigestVerify(ctx, raw, n, message.ptr, message.len) != 1)
        err = sx_openssl_fault(fault, SX_ERR_PEER_SIGNATURE, "the signature is wrong");
    EVP_MD_CTX_free(ctx);
    return err;
}

enum sx_err sx_key_verify(const struct sx_key *key, const struct sx_sig_alg *alg,
                          struct sx_slice message, struct sx_slice signature,
                          struct sx_fault *fault)
{
    uint8_t raw[SX_RAW_MAX];
    size_t n = 0;
    struct sx_reader reader;
    struct sx_slice name;
    struct sx_slice field;
    enum sx_err err;

    sx_reader_init(&reader, signature);
    name = sx_reader_string(&reader);
    field = sx_reader_string(&reader);
    if (sx_reader_finish(&reader) != SX_OK)
        return sx_fault_set(fault, SX_ERR_PEER_SIGNATURE,
                            "%s: the signature ends early or has bytes left over", alg->name);
    if (!is_signature_name(alg, name) || key->type != alg->type)
        return sx_fault_set(fault, SX_ERR_PEER_HOST_KEY_TYPE,
                            "expected a signature by %s, came one of another algorithm or a key "
                            "of type %s",
                            alg->name, sx_key_type_name(key->type));
    err = raw_from_ssh(key, alg, field, raw, &n);
    if (err != SX_OK)
        return sx_fault_set(fault, err, "%s: the signature is not encoded as it must be",
                            alg->name);
    return verify_raw(key, alg, message, raw, n, fault);
}
