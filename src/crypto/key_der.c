/* crypto/key_der.c: private keys in DER: PKCS#8, the two traditional forms, and PKCS#8 under a
 * passphrase (RFC 8018, PBES2).
 *
 * The passphrase's key derivation and the decryption are fetched here one by one: OpenSSL's own
 * PKCS8_decrypt falls back to its default library context for what the provider lacks, and
 * switches off the provider's checks of salt and count. */
#include "crypto/key_inside.h"

#include "base/memory.h"
#include "crypto/legacy.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/objects.h>
#include <openssl/params.h>
#include <openssl/x509.h>

enum {
    SX_DER_MAX = 1 << 14,                  /* RSA of 16384 bits takes 9.5 KiB */
    SX_PBKDF2_COUNT_MAX = 4 * 1000 * 1000, /* beyond that a damaged file is likelier */
    SX_APPROVED_SALT_MIN = 16,             /* SP 800-132: 128 bits */
    SX_APPROVED_COUNT_MIN = 1000,
    SX_RSA_BITS_APPROVED = 2048, /* SP 800-131A, to sign */
};

/* A key whose parts don't belong together signs nothing that anybody accepts; better said when it
 * is loaded than as "authentication failed". A damaged RSA prime can make signing fail, too. A
 * small RSA key or a DSA key that a module refuses to sign with passes: the policy says why it is
 * refused. */
static bool is_consistent(const struct sx_key *key)
{
    static const struct sx_sig_alg *const algs[SX_KEY_TYPE_COUNT] = {
        [SX_KEY_RSA] = &sx_sig_rsa_sha2_256,
        [SX_KEY_ECDSA_P256] = &sx_sig_ecdsa_nistp256,
        [SX_KEY_ECDSA_P384] = &sx_sig_ecdsa_nistp384,
        [SX_KEY_ECDSA_P521] = &sx_sig_ecdsa_nistp521,
        [SX_KEY_ED25519] = &sx_sig_ed25519,
#if SX_LEGACY
        [SX_KEY_DSA] = &sx_sig_ssh_dss,
#endif
    };
    const struct sx_sig_alg *alg = algs[key->type];
    const struct sx_slice message = sx_slice_text("pairwise consistency");
    struct sx_buffer signature;
    bool is_ok =
        key->type == SX_KEY_DSA || (key->type == SX_KEY_RSA && key->bits < SX_RSA_BITS_APPROVED);

    sx_buffer_init(&signature, 2 * SX_RSA_BITS_MAX / 8);
    if (sx_key_sign(key, alg, message, NULL, &signature) == SX_OK)
        is_ok = sx_key_verify(key, alg, message, sx_buffer_unread(&signature), NULL) == SX_OK;
    sx_buffer_clear(&signature);
    return is_ok;
}

/* No private number of RSA is longer than the modulus. Longer ones would be slow to calculate with,
 * and are not what anybody's key generation makes. */
static bool is_bounded(const struct sx_key *key)
{
    static const char *const names[] = {
        OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_FACTOR1,
        OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
        OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
    };
    bool is_ok = true;

    for (size_t i = 0; key->type == SX_KEY_RSA && i < sizeof names / sizeof names[0]; i++) {
        BIGNUM *number = NULL;

        is_ok = is_ok && EVP_PKEY_get_bn_param(key->pkey, names[i], &number) == 1 &&
                BN_num_bits(number) <= (int)key->bits;
        BN_clear_free(number);
    }
    return is_ok;
}

enum sx_err sx_key_wrap_private(struct sx_provider *provider, EVP_PKEY *take_pkey,
                                struct sx_fault *fault, struct sx_key **out)
{
    struct sx_key *key = NULL;

    SX_TRY(sx_key_wrap(provider, take_pkey, true, SX_ERR_KEY_FORMAT, fault, &key));
    if (!is_bounded(key) || !is_consistent(key)) {
        sx_key_free(key);
        (void)sx_openssl_fault(NULL, SX_ERR_KEY_FORMAT, "");
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "the private key doesn't fit its own public part: it is damaged");
    }
    *out = key;
    return SX_OK;
}

enum sx_err sx_key_from_der(struct sx_provider *provider, struct sx_slice der,
                            struct sx_fault *fault, struct sx_key **out)
{
    EVP_PKEY *pkey = NULL;
    const unsigned char *ptr = der.ptr;
    size_t left = der.len;
    OSSL_DECODER_CTX *ctx;

    if (der.len == 0 || der.len > SX_DER_MAX)
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT, "the private key has %zu bytes", der.len);
    ctx = OSSL_DECODER_CTX_new_for_pkey(&pkey, "DER", NULL, NULL, EVP_PKEY_KEYPAIR,
                                        provider->libctx, provider->decode_properties);
    if (ctx == NULL || OSSL_DECODER_from_data(ctx, &ptr, &left) != 1 || left != 0) {
        OSSL_DECODER_CTX_free(ctx);
        EVP_PKEY_free(pkey);
        return sx_openssl_fault(
            fault, SX_ERR_KEY_FORMAT,
            "the private key is damaged, no PKCS#8, RSA or EC private key in DER, or "
            "of a type that the crypto provider doesn't have");
    }
    OSSL_DECODER_CTX_free(ctx);
    return sx_key_wrap_private(provider, pkey, fault, out);
}

/* --- PBES2 ------------------------------------------------------------------------------------ */

/* What an EncryptedPrivateKeyInfo says; pointers into sig. */
struct pbes2 {
    X509_SIG *sig;
    PBE2PARAM *param;
    PBKDF2PARAM *kdf;
    const ASN1_OCTET_STRING *data;
    struct sx_slice salt;
    struct sx_slice iv;
    uint64_t count;
    const char *cipher_name;
    const char *digest_name;
};

static void pbes2_clear(struct pbes2 *p)
{
    X509_SIG_free(p->sig);
    PBE2PARAM_free(p->param);
    PBKDF2PARAM_free(p->kdf);
}

static struct sx_slice octets(const ASN1_OCTET_STRING *text)
{
    return sx_slice_of(ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text));
}

/* PBKDF2's pseudo-random function; absent means HMAC-SHA-1 (RFC 8018 appendix A.2). */
static const char *digest_of(const X509_ALGOR *prf)
{
    const ASN1_OBJECT *oid = NULL;

    if (prf == NULL)
        return sx_hash_name(SX_HASH_SHA1);
    X509_ALGOR_get0(&oid, NULL, NULL, prf);
    switch (OBJ_obj2nid(oid)) {
    case NID_hmacWithSHA1: return sx_hash_name(SX_HASH_SHA1);
    case NID_hmacWithSHA256: return sx_hash_name(SX_HASH_SHA256);
    case NID_hmacWithSHA384: return sx_hash_name(SX_HASH_SHA384);
    case NID_hmacWithSHA512: return sx_hash_name(SX_HASH_SHA512);
    default: return NULL;
    }
}

static bool pbes2_parse(struct sx_slice der, struct pbes2 *out)
{
    const unsigned char *ptr = der.ptr;
    const X509_ALGOR *outer = NULL;
    const ASN1_OBJECT *oid = NULL;
    const void *value = NULL;
    int type = 0;

    out->sig = d2i_X509_SIG(NULL, &ptr, (long)der.len);
    if (out->sig == NULL || ptr != der.ptr + der.len)
        return false;
    X509_SIG_get0(out->sig, &outer, &out->data);
    if (OBJ_obj2nid(outer->algorithm) != NID_pbes2)
        return false;
    out->param = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), outer->parameter);
    if (out->param == NULL || OBJ_obj2nid(out->param->keyfunc->algorithm) != NID_id_pbkdf2)
        return false;
    out->kdf =
        ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), out->param->keyfunc->parameter);
    if (out->kdf == NULL || out->kdf->salt->type != V_ASN1_OCTET_STRING ||
        ASN1_INTEGER_get_uint64(&out->count, out->kdf->iter) != 1)
        return false;
    X509_ALGOR_get0(&oid, &type, &value, out->param->encryption);
    if (type != V_ASN1_OCTET_STRING)
        return false;
    out->salt = octets(out->kdf->salt->value.octet_string);
    out->iv = octets(value);
    out->cipher_name = OBJ_nid2sn(OBJ_obj2nid(oid));
    out->digest_name = digest_of(out->kdf->prf);
    return out->cipher_name != NULL && out->digest_name != NULL && out->count > 0 &&
           out->count <= SX_PBKDF2_COUNT_MAX;
}

static enum sx_err derive(struct sx_provider *provider, const struct pbes2 *p,
                          struct sx_slice passphrase, uint8_t *key, size_t key_len)
{
    const char *properties = sx_provider_properties(provider);
    EVP_KDF *kdf = EVP_KDF_fetch(provider->libctx, "PBKDF2", properties);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    uint64_t count = p->count;
    int without_bounds = provider->info.is_fips ? 0 : 1; /* the module checks once more itself */
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)p->digest_name,
                                         0),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_PROPERTIES, (char *)(uintptr_t)properties,
                                         0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD,
                                          (void *)(uintptr_t)passphrase.ptr, passphrase.len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)p->salt.ptr,
                                          p->salt.len),
        OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_ITER, &count),
        OSSL_PARAM_construct_int(OSSL_KDF_PARAM_PKCS5, &without_bounds),
        OSSL_PARAM_construct_end(),
    };
    bool is_ok = ctx != NULL && EVP_KDF_derive(ctx, key, key_len, params) == 1;

    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    return is_ok ? SX_OK : SX_ERR_PROVIDER;
}

/* Decrypts p's data into out, which has room for all of it. */
static enum sx_err decrypt(struct sx_provider *provider, const struct pbes2 *p,
                           struct sx_slice passphrase, struct sx_fault *fault,
                           struct sx_secret *out)
{
    uint8_t key[EVP_MAX_KEY_LENGTH];
    struct sx_slice data = octets(p->data);
    EVP_CIPHER *cipher =
        EVP_CIPHER_fetch(provider->libctx, p->cipher_name, sx_provider_properties(provider));
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n = 0;
    int tail = 0;
    enum sx_err err = SX_OK;

    if (cipher == NULL || ctx == NULL || EVP_CIPHER_get_mode(cipher) != EVP_CIPH_CBC_MODE ||
        EVP_CIPHER_get_iv_length(cipher) != (int)p->iv.len) {
        (void)sx_openssl_fault(NULL, SX_ERR_PROVIDER_FETCH, "");
        err = sx_fault_set(fault, SX_ERR_POLICY_CONTAINER,
                           "the private key is encrypted with %s, which provider %s doesn't offer "
                           "for this; encrypt it anew with AES-256-CBC",
                           p->cipher_name, provider->info.name);
        goto out;
    }
    if (EVP_DecryptInit_ex2(ctx, cipher, NULL, NULL, NULL) != 1 ||
        !sx_provider_is_maker(provider,
                              EVP_CIPHER_get0_provider(EVP_CIPHER_CTX_get0_cipher(ctx)))) {
        err = sx_openssl_fault(fault, SX_ERR_PROVIDER, p->cipher_name);
        goto out;
    }
    err = derive(provider, p, passphrase, key, (size_t)EVP_CIPHER_get_key_length(cipher));
    if (err != SX_OK) {
        err = sx_openssl_fault(fault, err, "PBKDF2");
        goto out;
    }
    if (EVP_DecryptInit_ex2(ctx, NULL, key, p->iv.ptr, NULL) != 1 ||
        EVP_DecryptUpdate(ctx, out->ptr, &n, data.ptr, (int)data.len) != 1 ||
        EVP_DecryptFinal_ex(ctx, out->ptr + n, &tail) != 1)
        err = sx_openssl_fault(fault, SX_ERR_KEY_PASSPHRASE,
                               "the private key doesn't decrypt: the passphrase is wrong");
    else
        out->len = (size_t)(n + tail);
out:
    sx_wipe(key, sizeof key);
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(cipher);
    return err;
}

/* Padding comes out right by chance once in 256; what is no PKCS#8 then was a wrong passphrase. */
static bool is_pkcs8(struct sx_slice der)
{
    const unsigned char *ptr = der.ptr;
    PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &ptr, (long)der.len);
    bool is_ok = info != NULL && ptr == der.ptr + der.len;

    PKCS8_PRIV_KEY_INFO_free(info);
    return is_ok;
}

enum sx_err sx_key_from_encrypted_der(struct sx_provider *provider, struct sx_slice der,
                                      struct sx_slice passphrase, struct sx_fault *fault,
                                      struct sx_key **out)
{
    struct pbes2 p = { 0 };
    struct sx_secret plain = { 0 };
    enum sx_err err = SX_OK;

    if (der.len == 0 || der.len > SX_DER_MAX || !pbes2_parse(der, &p)) {
        err = sx_openssl_fault(fault, SX_ERR_KEY_FORMAT,
                               "the encrypted private key is not PKCS#8 under PBES2 with PBKDF2");
        goto out;
    }
    if (provider->info.is_fips &&
        (p.salt.len < SX_APPROVED_SALT_MIN || p.count < SX_APPROVED_COUNT_MIN)) {
        err = sx_fault_set(fault, SX_ERR_POLICY_CONTAINER,
                           "the private key's PBKDF2 has a salt of %zu bytes and a count of %llu; "
                           "SP 800-132 wants at least %d and %d: encrypt it anew with "
                           "openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 600000 -saltlen 16",
                           p.salt.len, (unsigned long long)p.count, SX_APPROVED_SALT_MIN,
                           SX_APPROVED_COUNT_MIN);
        goto out;
    }
    err = sx_secret_reserve(&plain, (size_t)ASN1_STRING_length(p.data) + EVP_MAX_BLOCK_LENGTH);
    if (err == SX_OK)
        err = decrypt(provider, &p, passphrase, fault, &plain);
    if (err == SX_OK && !is_pkcs8(sx_secret_slice(&plain)))
        err = sx_openssl_fault(fault, SX_ERR_KEY_PASSPHRASE,
                               "the private key doesn't decrypt: the passphrase is wrong");
    if (err == SX_OK)
        err = sx_key_from_der(provider, sx_secret_slice(&plain), fault, out);
out:
    pbes2_clear(&p);
    sx_secret_clear(&plain);
    return err;
}
