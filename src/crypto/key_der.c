/* crypto/key_der.c: private keys in DER: PKCS#8 and the traditional forms. */
#include "crypto/key_inside.h"

#include "base/memory.h"
#include "crypto/key_proven.h"
#include "crypto/legacy.h"
#include "wire/der.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/decoder.h>

enum {
    SX_RSA_BITS_APPROVED = 2048, /* SP 800-131A, to sign */
};

/* A key whose parts don't belong together signs nothing that anybody accepts; better said when it
 * is loaded than as "authentication failed". A damaged RSA prime can make signing fail, too. A
 * small RSA key or a DSA key that a module refuses to sign with passes: the policy says why it is
 * refused. OpenSSL's own provider refuses neither, so there it is damage. */
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
        strcmp(key->provider->info.name, "default") != 0 &&
        (key->type == SX_KEY_DSA || (key->type == SX_KEY_RSA && key->bits < SX_RSA_BITS_APPROVED));

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

/* The whole check, which a key passes once in a process. */
static bool is_sound(const struct sx_key *key, const struct sx_slice *parts, size_t count)
{
    uint8_t tag[SX_KEY_TAG_SIZE];
    bool has_tag = count > 0 && sx_key_tag(key->provider, key->type, parts, count, tag) == SX_OK;
    bool is_ok = has_tag && sx_key_is_proven(key->provider, tag);

    if (!is_ok) {
        is_ok = is_bounded(key) && is_consistent(key);
        if (is_ok && has_tag)
            sx_key_prove(key->provider, tag);
    }
    sx_wipe(tag, sizeof tag);
    return is_ok;
}

enum sx_err sx_key_wrap_private(struct sx_provider *provider, EVP_PKEY *take_pkey,
                                const struct sx_slice *parts, size_t count, struct sx_fault *fault,
                                struct sx_key **out)
{
    struct sx_key *key = NULL;
    struct sx_slice point =
        count > 0 && EVP_PKEY_is_a(take_pkey, "EC") == 1 ? parts[0] : SX_SLICE_NONE;

    SX_TRY(sx_key_wrap_point(provider, take_pkey, true, point, SX_ERR_KEY_FORMAT, fault, &key));
    if (!is_sound(key, parts, count)) {
        sx_key_free(key);
        (void)sx_openssl_fault(NULL, SX_ERR_KEY_FORMAT, "");
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "the private key doesn't fit its own public part: it is damaged");
    }
    *out = key;
    return SX_OK;
}

/* --- What states all its parts ----------------------------------------------------------------- */

static const uint8_t oid_rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 };
static const uint8_t oid_ec[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 };
static const struct {
    enum sx_key_type type;
    struct sx_slice oid;
} curves[] = {
    { SX_KEY_ECDSA_P256, { (const uint8_t *)"\x2a\x86\x48\xce\x3d\x03\x01\x07", 8 } },
    { SX_KEY_ECDSA_P384, { (const uint8_t *)"\x2b\x81\x04\x00\x22", 5 } },
    { SX_KEY_ECDSA_P521, { (const uint8_t *)"\x2b\x81\x04\x00\x23", 5 } },
};

/* A positive INTEGER without its sign byte; empty when it is none, or not in its shortest form. */
static struct sx_slice magnitude(struct sx_reader *reader)
{
    struct sx_slice number = sx_der_read(reader, SX_DER_INTEGER);

    if (number.len == 0 || (number.ptr[0] & 0x80) != 0)
        return SX_SLICE_NONE;
    if (number.ptr[0] != 0)
        return number;
    if (number.len < 2 || (number.ptr[1] & 0x80) == 0)
        return SX_SLICE_NONE;
    return sx_slice_of(number.ptr + 1, number.len - 1);
}

/* RSAPrivateKey of two primes, RFC 8017 appendix A.1.2. */
static bool read_rsa(struct sx_slice der, struct sx_rsa_parts *out)
{
    struct sx_reader outer, reader;

    sx_reader_init(&outer, der);
    sx_reader_init(&reader, sx_der_read(&outer, SX_DER_SEQUENCE));
    if (sx_der_u32(&reader) != 0)
        return false;
    out->n = magnitude(&reader);
    out->e = magnitude(&reader);
    out->d = magnitude(&reader);
    out->p = magnitude(&reader);
    out->q = magnitude(&reader);
    (void)magnitude(&reader); /* the exponents of p and q are calculated anew */
    (void)magnitude(&reader);
    out->iqmp = magnitude(&reader);
    return sx_reader_finish(&reader) == SX_OK && sx_reader_finish(&outer) == SX_OK;
}

static bool read_curve(struct sx_reader *reader, enum sx_key_type *out)
{
    struct sx_slice oid = sx_der_read(reader, SX_DER_OID);

    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
        if (sx_slice_is_equal(oid, curves[i].oid)) {
            *out = curves[i].type;
            return true;
        }
    }
    return false;
}

/* ECPrivateKey with its public key, RFC 5915 section 3. Its curve must be the one that has_curve
 * says is known already. */
static bool read_ec(struct sx_slice der, bool has_curve, enum sx_key_type *type,
                    struct sx_slice *point, struct sx_slice *scalar)
{
    struct sx_reader outer, reader, part;

    sx_reader_init(&outer, der);
    sx_reader_init(&reader, sx_der_read(&outer, SX_DER_SEQUENCE));
    if (sx_der_u32(&reader) != 1)
        return false;
    *scalar = sx_der_read(&reader, SX_DER_OCTET_STRING);
    if (sx_der_peek(&reader) == SX_DER_CONTEXT_0_CONSTRUCTED) {
        enum sx_key_type said;

        sx_reader_init(&part, sx_der_read(&reader, SX_DER_CONTEXT_0_CONSTRUCTED));
        if (!read_curve(&part, &said) || sx_reader_finish(&part) != SX_OK ||
            (has_curve && said != *type))
            return false;
        *type = said;
        has_curve = true;
    }
    sx_reader_init(&part, sx_der_read(&reader, SX_DER_CONTEXT_1_CONSTRUCTED));
    *point = sx_der_read(&part, SX_DER_BIT_STRING);
    if (!has_curve || point->len < 2 || point->ptr[0] != 0 || sx_reader_finish(&part) != SX_OK ||
        sx_reader_finish(&reader) != SX_OK || sx_reader_finish(&outer) != SX_OK)
        return false;
    *point = sx_slice_of(point->ptr + 1, point->len - 1); /* no unused bits */
    return true;
}

/* The inside of PrivateKeyInfo, RFC 5208 section 5, without attributes. */
static bool read_pkcs8(struct sx_slice der, struct sx_slice *algorithm, struct sx_slice *key)
{
    struct sx_reader outer, reader;

    sx_reader_init(&outer, der);
    sx_reader_init(&reader, sx_der_read(&outer, SX_DER_SEQUENCE));
    if (sx_der_u32(&reader) != 0)
        return false;
    *algorithm = sx_der_read(&reader, SX_DER_SEQUENCE);
    *key = sx_der_read(&reader, SX_DER_OCTET_STRING);
    return sx_reader_finish(&reader) == SX_OK && sx_reader_finish(&outer) == SX_OK;
}

/* RSA and EC keys that state all their parts are read here, as OpenSSL 3.0 takes more time to
 * choose among its decoders than the rest of a connection takes. *out_is_read is false for anything
 * else, wrong or right. */
static enum sx_err read_parts(struct sx_provider *provider, struct sx_slice der,
                              struct sx_fault *fault, bool *out_is_read, struct sx_key **out)
{
    struct sx_slice algorithm = SX_SLICE_NONE, inside = SX_SLICE_NONE, oid, point, scalar;
    struct sx_rsa_parts rsa;
    enum sx_key_type type = SX_KEY_ECDSA_P256;
    bool is_pkcs8 = read_pkcs8(der, &algorithm, &inside);
    bool is_rsa = true, is_ec = true; /* a traditional form says it by its shape */
    struct sx_reader reader;

    if (is_pkcs8) {
        sx_reader_init(&reader, algorithm);
        oid = sx_der_read(&reader, SX_DER_OID);
        is_rsa = sx_slice_is_equal(oid, sx_slice_of(oid_rsa, sizeof oid_rsa));
        is_ec = sx_slice_is_equal(oid, sx_slice_of(oid_ec, sizeof oid_ec)) &&
                read_curve(&reader, &type) && sx_reader_finish(&reader) == SX_OK;
    } else {
        inside = der;
    }
    *out_is_read = true;
    if (is_rsa && read_rsa(inside, &rsa))
        return sx_key_from_rsa(provider, &rsa, fault, out);
    if (is_ec && read_ec(inside, is_pkcs8, &type, &point, &scalar))
        return sx_key_from_ec(provider, type, point, scalar, fault, out);
    *out_is_read = false;
    return SX_OK;
}

/* --- What leaves parts to be calculated --------------------------------------------------------- */

enum sx_err sx_key_from_der(struct sx_provider *provider, struct sx_slice der,
                            struct sx_fault *fault, struct sx_key **out)
{
    EVP_PKEY *pkey = NULL;
    const unsigned char *ptr = der.ptr;
    size_t left = der.len;
    OSSL_DECODER_CTX *ctx;
    bool is_read = false;

    if (der.len == 0 || der.len > SX_DER_MAX)
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT, "the private key has %zu bytes", der.len);
    SX_TRY(read_parts(provider, der, fault, &is_read, out));
    if (is_read)
        return SX_OK;
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
    return sx_key_wrap_private(provider, pkey, NULL, 0, fault, out);
}
