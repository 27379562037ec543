/* crypto/key_pbes2.c: PBES2 (RFC 8018), the one protection of key containers that can be approved,
 * undone and made, and private keys in PKCS#8 under it.
 *
 * Key derivation and cipher are fetched one by one: OpenSSL's own PKCS8_decrypt falls back to its
 * default library context for what the provider lacks, and switches off the provider's checks of
 * salt and count. */
#include "crypto/key_box.h"

#include <string.h>

#include "base/memory.h"
#include "crypto/key_inside.h"
#include "wire/der.h"

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

enum {
    SX_PBKDF2_COUNT_MAX = 4 * 1000 * 1000, /* beyond that a damaged file is likelier */
    SX_APPROVED_SALT_MIN = 16,             /* SP 800-132: 128 bits */
    SX_APPROVED_COUNT_MIN = 1000,
    SX_NEW_SALT = 16,
    SX_NEW_COUNT = 600 * 1000, /* a quarter of a second; what OWASP advises for HMAC-SHA-256 */
};

/* --- Undone ----------------------------------------------------------------------------------- */

/* What PBKDF2 is told in an AlgorithmIdentifier. */
struct numbers {
    struct sx_slice salt; /* in storage */
    uint64_t count;
    enum sx_hash hash;
    uint8_t storage[64];
};

/* PBKDF2's pseudo-random function; absent means HMAC-SHA-1 (RFC 8018 appendix A.2). */
static enum sx_hash hash_of(const X509_ALGOR *prf)
{
    const ASN1_OBJECT *oid = NULL;

    if (prf == NULL)
        return SX_HASH_SHA1;
    X509_ALGOR_get0(&oid, NULL, NULL, prf);
    switch (OBJ_obj2nid(oid)) {
    case NID_hmacWithSHA1: return SX_HASH_SHA1;
    case NID_hmacWithSHA256: return SX_HASH_SHA256;
    case NID_hmacWithSHA384: return SX_HASH_SHA384;
    case NID_hmacWithSHA512: return SX_HASH_SHA512;
    default: return SX_HASH_NONE;
    }
}

static bool numbers_read(const X509_ALGOR *algorithm, struct numbers *out)
{
    const ASN1_OCTET_STRING *salt;
    PBKDF2PARAM *param;
    bool is_ok = false;

    if (OBJ_obj2nid(algorithm->algorithm) != NID_id_pbkdf2)
        return false;
    param = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), algorithm->parameter);
    if (param != NULL && param->salt->type == V_ASN1_OCTET_STRING &&
        ASN1_INTEGER_get_uint64(&out->count, param->iter) == 1) {
        salt = param->salt->value.octet_string;
        out->hash = hash_of(param->prf);
        is_ok = (size_t)ASN1_STRING_length(salt) <= sizeof out->storage && out->count > 0 &&
                out->count <= SX_PBKDF2_COUNT_MAX && out->hash != SX_HASH_NONE;
        if (is_ok && ASN1_STRING_length(salt) > 0)
            memcpy(out->storage, ASN1_STRING_get0_data(salt), (size_t)ASN1_STRING_length(salt));
        out->salt = sx_slice_of(out->storage, is_ok ? (size_t)ASN1_STRING_length(salt) : 0);
    }
    PBKDF2PARAM_free(param);
    return is_ok;
}

/* SP 800-132's bounds. */
static enum sx_err numbers_check(const struct sx_provider *provider, const struct numbers *numbers,
                                 struct sx_fault *fault)
{
    if (!provider->info.is_fips ||
        (numbers->salt.len >= SX_APPROVED_SALT_MIN && numbers->count >= SX_APPROVED_COUNT_MIN))
        return SX_OK;
    return sx_fault_set(fault, SX_ERR_POLICY_CONTAINER,
                        "the private key's PBKDF2 has a salt of %zu bytes and a count of %llu; "
                        "SP 800-132 wants at least %d and %d: " SX_KEY_CONVERT_ADVICE,
                        numbers->salt.len, (unsigned long long)numbers->count, SX_APPROVED_SALT_MIN,
                        SX_APPROVED_COUNT_MIN);
}

/* What PBES2's parameters say. */
struct pbes2 {
    struct numbers kdf;
    const char *cipher_name;
    uint8_t iv[SX_BOX_IV_MAX];
    size_t iv_len;
};

static X509_ALGOR *algorithm_read(struct sx_slice der)
{
    const unsigned char *ptr = der.ptr;
    X509_ALGOR *algorithm = d2i_X509_ALGOR(NULL, &ptr, (long)der.len);

    if (algorithm != NULL && ptr == der.ptr + der.len)
        return algorithm;
    X509_ALGOR_free(algorithm);
    return NULL;
}

static bool pbes2_parse(struct sx_slice der, struct pbes2 *out)
{
    X509_ALGOR *algorithm = algorithm_read(der);
    const ASN1_OBJECT *oid = NULL;
    const void *value = NULL;
    PBE2PARAM *param = NULL;
    int type = 0;
    bool is_ok = false;

    if (algorithm != NULL && OBJ_obj2nid(algorithm->algorithm) == NID_pbes2)
        param = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), algorithm->parameter);
    if (param != NULL && numbers_read(param->keyfunc, &out->kdf)) {
        X509_ALGOR_get0(&oid, &type, &value, param->encryption);
        out->cipher_name = OBJ_nid2sn(OBJ_obj2nid(oid)); /* static */
        is_ok = type == V_ASN1_OCTET_STRING && out->cipher_name != NULL &&
                ASN1_STRING_length(value) <= SX_BOX_IV_MAX;
        if (is_ok) {
            out->iv_len = (size_t)ASN1_STRING_length(value);
            memcpy(out->iv, ASN1_STRING_get0_data(value), out->iv_len);
        }
    }
    PBE2PARAM_free(param);
    X509_ALGOR_free(algorithm);
    return is_ok;
}

enum sx_err sx_box_pbes2(struct sx_provider *provider, struct sx_slice algorithm,
                         struct sx_slice data, struct sx_slice passphrase, struct sx_fault *fault,
                         struct sx_secret *out)
{
    struct pbes2 p = { .cipher_name = NULL };
    struct sx_box_cipher cipher = { .is_padded = true };
    struct sx_box_password password = { .text = passphrase };
    uint8_t key[SX_BOX_KEY_MAX];
    size_t key_len = 0;
    size_t iv_len = 0;
    enum sx_err err;

    if (!pbes2_parse(algorithm, &p))
        return sx_openssl_fault(fault, SX_ERR_KEY_FORMAT,
                                "the encryption is not PBES2 with PBKDF2, or out of its bounds");
    SX_TRY(numbers_check(provider, &p.kdf, fault));
    cipher.evp_name = p.cipher_name;
    if (sx_box_sizes(provider, &cipher, &key_len, &iv_len) != SX_OK || iv_len != p.iv_len)
        return sx_fault_set(fault, SX_ERR_POLICY_CONTAINER,
                            "the private key is encrypted with %s, which provider %s doesn't offer "
                            "for this; encrypt it anew with AES-256-CBC",
                            p.cipher_name, provider->info.name);
    password.salt = p.kdf.salt;
    password.count = p.kdf.count;
    err = sx_box_pbkdf2(provider, p.kdf.hash, &password, key, key_len);
    if (err != SX_OK)
        err = sx_fault_set(fault, err, "PBKDF2 failed in provider %s", provider->info.name);
    if (err == SX_OK)
        err = sx_box_crypt(provider, &cipher, sx_slice_of(key, key_len), sx_slice_of(p.iv, iv_len),
                           false, data, out);
    if (err == SX_ERR_KEY_PASSPHRASE)
        err = sx_fault_set(fault, err, "the private key doesn't decrypt: the passphrase is wrong");
    sx_wipe(key, sizeof key);
    return err;
}

/* PBMAC1's parameters have PBES2's shape: a key derivation, then an HMAC for the cipher. */
enum sx_err sx_box_pbmac1(struct sx_provider *provider, struct sx_slice algorithm,
                          struct sx_slice data, struct sx_slice passphrase, struct sx_fault *fault,
                          uint8_t *out, size_t *out_len)
{
    X509_ALGOR *outer = algorithm_read(algorithm);
    PBE2PARAM *param = NULL;
    struct numbers kdf = { .count = 0 };
    struct sx_box_password password = { .text = passphrase };
    enum sx_hash hash = SX_HASH_NONE;
    uint8_t key[SX_DIGEST_MAX];
    enum sx_err err;

    if (outer != NULL)
        param = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), outer->parameter);
    if (param != NULL && numbers_read(param->keyfunc, &kdf))
        hash = hash_of(param->encryption);
    PBE2PARAM_free(param);
    X509_ALGOR_free(outer);
    if (hash == SX_HASH_NONE)
        return sx_openssl_fault(fault, SX_ERR_KEY_FORMAT, "PBMAC1's parameters are not known");
    SX_TRY(numbers_check(provider, &kdf, fault));
    password.salt = kdf.salt;
    password.count = kdf.count;
    err = sx_box_pbkdf2(provider, kdf.hash, &password, key, sx_hash_size(hash));
    if (err == SX_OK)
        err = sx_box_hmac(provider, hash, sx_slice_of(key, sx_hash_size(hash)), data, out);
    if (err == SX_OK)
        *out_len = sx_hash_size(hash);
    sx_wipe(key, sizeof key);
    return err == SX_OK ? SX_OK : sx_fault_note(fault, err);
}

/* --- PKCS#8 ----------------------------------------------------------------------------------- */

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
    struct sx_secret plain = { 0 };
    struct sx_reader outer;
    struct sx_reader reader;
    struct sx_slice algorithm;
    struct sx_slice data;
    enum sx_err err;

    sx_reader_init(&outer, der);
    sx_reader_init(&reader, sx_der_read(&outer, SX_DER_SEQUENCE));
    algorithm = sx_der_whole(&reader, SX_DER_SEQUENCE);
    data = sx_der_read(&reader, SX_DER_OCTET_STRING);
    if (der.len > SX_DER_MAX || sx_reader_finish(&outer) != SX_OK ||
        sx_reader_finish(&reader) != SX_OK)
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "the encrypted private key is damaged, or no PKCS#8");
    err = sx_box_pbes2(provider, algorithm, data, passphrase, fault, &plain);
    if (err == SX_OK && !is_pkcs8(sx_secret_slice(&plain)))
        err = sx_openssl_fault(fault, SX_ERR_KEY_PASSPHRASE,
                               "the private key doesn't decrypt: the passphrase is wrong");
    if (err == SX_OK)
        err = sx_key_from_der(provider, sx_secret_slice(&plain), fault, out);
    sx_secret_clear(&plain);
    return err;
}

/* --- Made ------------------------------------------------------------------------------------- */

static enum sx_err plain_pkcs8(const struct sx_key *key, struct sx_fault *fault,
                               struct sx_secret *out)
{
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key->pkey);
    unsigned char *der = NULL;
    int n = info != NULL ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : -1;
    enum sx_err err;

    PKCS8_PRIV_KEY_INFO_free(info); /* wipes the key in it */
    if (n <= 0)
        return sx_openssl_fault(fault, SX_ERR_MAKE_KEY, "the key can't be written as PKCS#8");
    err = sx_secret_set(out, sx_slice_of(der, (size_t)n));
    OPENSSL_clear_free(der, (size_t)n);
    return err;
}

/* AlgorithmIdentifier of PBES2 with PBKDF2 and HMAC-SHA-256, AES-256-CBC. NULL without memory. */
static X509_ALGOR *pbes2_algorithm(struct sx_slice salt, struct sx_slice iv)
{
    PBE2PARAM *param = PBE2PARAM_new();
    ASN1_OCTET_STRING *iv_text = ASN1_OCTET_STRING_new();
    X509_ALGOR *algorithm = X509_ALGOR_new();
    X509_ALGOR *kdf = PKCS5_pbkdf2_set(SX_NEW_COUNT, (unsigned char *)(uintptr_t)salt.ptr,
                                       (int)salt.len, NID_hmacWithSHA256, -1);
    bool is_ok = param != NULL && iv_text != NULL && algorithm != NULL && kdf != NULL &&
                 ASN1_OCTET_STRING_set(iv_text, iv.ptr, (int)iv.len) == 1 &&
                 X509_ALGOR_set0(param->encryption, OBJ_nid2obj(NID_aes_256_cbc),
                                 V_ASN1_OCTET_STRING, iv_text) == 1;

    if (is_ok) {
        iv_text = NULL;
        X509_ALGOR_free(param->keyfunc);
        param->keyfunc = kdf;
        kdf = NULL;
        is_ok = ASN1_TYPE_pack_sequence(ASN1_ITEM_rptr(PBE2PARAM), param, &algorithm->parameter) !=
                NULL;
        algorithm->algorithm = OBJ_nid2obj(NID_pbes2);
    }
    if (!is_ok) {
        X509_ALGOR_free(algorithm);
        algorithm = NULL;
    }
    ASN1_OCTET_STRING_free(iv_text);
    X509_ALGOR_free(kdf);
    PBE2PARAM_free(param);
    return algorithm;
}

static enum sx_err assemble(struct sx_slice salt, struct sx_slice iv, struct sx_slice data,
                            struct sx_buffer *out)
{
    X509_ALGOR *algorithm = pbes2_algorithm(salt, iv);
    ASN1_OCTET_STRING *text = ASN1_OCTET_STRING_new();
    X509_SIG *sig = X509_SIG_new();
    X509_ALGOR *inner = NULL;
    ASN1_OCTET_STRING *inner_text = NULL;
    unsigned char *der = NULL;
    int n = -1;
    enum sx_err err = SX_ERR_MEMORY;

    if (algorithm != NULL && text != NULL && sig != NULL) {
        X509_SIG_getm(sig, &inner, &inner_text);
        if (X509_ALGOR_copy(inner, algorithm) == 1 &&
            ASN1_OCTET_STRING_set(inner_text, data.ptr, (int)data.len) == 1)
            n = i2d_X509_SIG(sig, &der);
    }
    if (n > 0)
        err = sx_buffer_append(out, sx_slice_of(der, (size_t)n));
    OPENSSL_free(der);
    X509_SIG_free(sig);
    ASN1_OCTET_STRING_free(text);
    X509_ALGOR_free(algorithm);
    return err;
}

enum sx_err sx_key_to_encrypted_der(const struct sx_key *key, struct sx_slice passphrase,
                                    struct sx_fault *fault, struct sx_buffer *out)
{
    static const struct sx_box_cipher cipher = { .evp_name = "AES-256-CBC", .is_padded = true };
    struct sx_secret plain = { 0 };
    struct sx_secret sealed = { 0 };
    uint8_t salt[SX_NEW_SALT] = { 0 }, iv[SX_BOX_IV_MAX] = { 0 }, secret[32] = { 0 };
    const struct sx_box_password password = { passphrase, sx_slice_of(salt, sizeof salt),
                                              SX_NEW_COUNT };
    enum sx_err err;

    if (!key->is_private || passphrase.len == 0)
        return sx_fault_set(fault, SX_ERR_ARGUMENT,
                            key->is_private ? "the passphrase of the new key is empty"
                                            : "a public key alone can't be converted");
    err = sx_random_bytes(key->provider, salt, sizeof salt);
    if (err == SX_OK)
        err = sx_random_bytes(key->provider, iv, sizeof iv);
    if (err == SX_OK)
        err = plain_pkcs8(key, fault, &plain);
    if (err == SX_OK)
        err = sx_box_pbkdf2(key->provider, SX_HASH_SHA256, &password, secret, sizeof secret);
    if (err == SX_OK)
        err = sx_box_crypt(key->provider, &cipher, sx_slice_of(secret, sizeof secret),
                           sx_slice_of(iv, sizeof iv), true, sx_secret_slice(&plain), &sealed);
    if (err == SX_OK)
        err = assemble(sx_slice_of(salt, sizeof salt), sx_slice_of(iv, sizeof iv),
                       sx_secret_slice(&sealed), out);
    sx_wipe(secret, sizeof secret);
    sx_secret_clear(&plain);
    sx_secret_clear(&sealed);
    return err == SX_OK ? SX_OK : sx_fault_note(fault, err);
}
