/* keys/pfx.c: PKCS#12.
 *
 *     PFX                SEQUENCE { version 3, AuthenticatedSafe in a data ContentInfo, MacData }
 *     AuthenticatedSafe  SEQUENCE of ContentInfo, each plain (data) or encrypted, with in it:
 *     SafeContents       SEQUENCE of SafeBag { kind, [0] value, attributes }
 *
 * The MAC covers all of it, so nothing is looked at before it is right. */
#include "keys/pfx.h"

#include <string.h>

#include "base/memory.h"
#include "crypto/key_box.h"
#include "keys/container.h"
#include "keys/pfx_pbe.h"
#include "wire/der.h"

enum { PFX_BAGS_MAX = 64, PFX_COUNT_MAX = 4 * 1000 * 1000, PFX_SAFES_MAX = 16 };

/* 1.2.840.113549.1.7.1, .1.7.6, .1.12.10.1.n and .1.9.22.1 */
static const uint8_t oid_data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01 };
static const uint8_t oid_encrypted[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x06 };
static const uint8_t oid_bag[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01 };
static const uint8_t oid_x509[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x16, 0x01 };
static const uint8_t oid_pbmac1[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0e };
enum { BAG_KEY = 1, BAG_SHROUDED_KEY = 2, BAG_CERT = 3 };

#define IS_OID(slice, oid) sx_slice_is_equal(slice, sx_slice_of(oid, sizeof(oid)))

/* What all steps need. */
struct pfx {
    struct sx_provider *provider;
    struct sx_slice passphrase;
    struct sx_fault *fault;
    const struct sx_key_sink *sink;
    unsigned bags;
};

static enum sx_err damaged(struct sx_fault *fault)
{
    return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                        "the PKCS#12 file is damaged, or not in DER (files in BER can be written "
                        "anew with openssl pkcs12)");
}

bool sx_pfx_is(struct sx_slice der)
{
    struct sx_reader reader;
    struct sx_reader pfx;
    struct sx_reader safe;

    sx_reader_init(&reader, der);
    sx_reader_init(&pfx, sx_der_read(&reader, SX_DER_SEQUENCE));
    if (sx_der_u32(&pfx) != 3)
        return false;
    sx_reader_init(&safe, sx_der_read(&pfx, SX_DER_SEQUENCE));
    return IS_OID(sx_der_read(&safe, SX_DER_OID), oid_data);
}

/* --- The MAC ---------------------------------------------------------------------------------- */

static enum sx_hash hash_of(struct sx_slice algorithm)
{
    static const uint8_t sha1[] = { 0x2b, 0x0e, 0x03, 0x02, 0x1a };
    static const uint8_t sha2[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02 };
    static const enum sx_hash hashes[] = { SX_HASH_SHA256, SX_HASH_SHA384, SX_HASH_SHA512 };
    struct sx_reader outer, reader;
    struct sx_slice oid;

    sx_reader_init(&outer, algorithm);
    sx_reader_init(&reader, sx_der_read(&outer, SX_DER_SEQUENCE));
    oid = sx_der_read(&reader, SX_DER_OID);
    if (IS_OID(oid, sha1))
        return SX_HASH_SHA1;
    if (oid.len == sizeof sha2 + 1 && memcmp(oid.ptr, sha2, sizeof sha2) == 0 &&
        oid.ptr[sizeof sha2] >= 1 && oid.ptr[sizeof sha2] <= 3)
        return hashes[oid.ptr[sizeof sha2] - 1];
    return SX_HASH_NONE;
}

static bool is_pbmac1(struct sx_slice algorithm)
{
    struct sx_reader outer, reader;

    sx_reader_init(&outer, algorithm);
    sx_reader_init(&reader, sx_der_read(&outer, SX_DER_SEQUENCE));
    return IS_OID(sx_der_read(&reader, SX_DER_OID), oid_pbmac1);
}

/* RFC 7292's own: PKCS#12's key derivation, which no FIPS module has. */
static enum sx_err own_mac(struct pfx *pfx, struct sx_slice algorithm, struct sx_slice salt,
                           uint32_t count, struct sx_slice data, uint8_t *out, size_t *out_len)
{
    const struct sx_box_password password = { pfx->passphrase, salt, count };
    enum sx_hash hash = hash_of(algorithm);
    uint8_t key[SX_DIGEST_MAX];
    enum sx_err err;

    SX_TRY(sx_container_check(pfx->provider, "PKCS#12 with its old key derivation", pfx->fault));
    if (hash == SX_HASH_NONE || salt.len == 0 || count == 0 || count > PFX_COUNT_MAX)
        return damaged(pfx->fault);
    *out_len = sx_hash_size(hash);
    err = sx_box_pkcs12(pfx->provider, hash, SX_BOX_MAC, &password, key, *out_len);
    if (err == SX_ERR_PROVIDER_FETCH)
        return sx_fault_set(
            pfx->fault, SX_ERR_POLICY_CONTAINER,
            "the crypto provider lacks the key derivation of PKCS#12; " SX_KEY_CONVERT_ADVICE);
    if (err == SX_OK)
        err = sx_box_hmac(pfx->provider, hash, sx_slice_of(key, *out_len), data, out);
    sx_wipe(key, sizeof key);
    return err;
}

static enum sx_err mac_check(struct pfx *pfx, struct sx_slice mac_data, struct sx_slice data)
{
    struct sx_reader reader, info;
    struct sx_slice algorithm, digest, salt;
    uint32_t count = 1;
    uint8_t mac[SX_DIGEST_MAX];
    size_t mac_len = 0;
    enum sx_err err;

    sx_reader_init(&reader, mac_data);
    sx_reader_init(&info, sx_der_read(&reader, SX_DER_SEQUENCE));
    algorithm = sx_der_whole(&info, SX_DER_SEQUENCE);
    digest = sx_der_read(&info, SX_DER_OCTET_STRING);
    salt = sx_der_read(&reader, SX_DER_OCTET_STRING);
    if (sx_der_peek(&reader) != 0)
        count = sx_der_u32(&reader);
    if (sx_reader_finish(&info) != SX_OK || sx_reader_finish(&reader) != SX_OK)
        return damaged(pfx->fault);
    if (is_pbmac1(algorithm))
        err = sx_box_pbmac1(pfx->provider, algorithm, data, pfx->passphrase, pfx->fault, mac,
                            &mac_len);
    else
        err = own_mac(pfx, algorithm, salt, count, data, mac, &mac_len);
    if (err != SX_OK)
        return err;
    if (digest.len == mac_len && sx_is_equal_secret(digest.ptr, mac, mac_len))
        return SX_OK;
    return sx_fault_set(pfx->fault, SX_ERR_KEY_PASSPHRASE,
                        "the PKCS#12 file's MAC is wrong: the password is wrong, or the file is "
                        "damaged");
}

/* --- What is in it ---------------------------------------------------------------------------- */

static enum sx_err decrypt(struct pfx *pfx, struct sx_slice algorithm, struct sx_slice data,
                           struct sx_secret *out)
{
    if (sx_pfx_pbe_is(algorithm))
        return sx_pfx_pbe_decrypt(pfx->provider, algorithm, data, pfx->passphrase, pfx->fault, out);
    return sx_box_pbes2(pfx->provider, algorithm, data, pfx->passphrase, pfx->fault, out);
}

static enum sx_err key_add(struct pfx *pfx, struct sx_slice pkcs8)
{
    struct sx_key *key = NULL;

    SX_TRY(sx_key_from_der(pfx->provider, pkcs8, pfx->fault, &key));
    return pfx->sink->key(pfx->sink->context, key, pfx->fault);
}

static enum sx_err shrouded_key(struct pfx *pfx, struct sx_slice value)
{
    struct sx_secret plain = { 0 };
    struct sx_reader outer, reader;
    struct sx_slice algorithm, data;
    enum sx_err err;

    sx_reader_init(&outer, value);
    sx_reader_init(&reader, sx_der_read(&outer, SX_DER_SEQUENCE));
    algorithm = sx_der_whole(&reader, SX_DER_SEQUENCE);
    data = sx_der_read(&reader, SX_DER_OCTET_STRING);
    if (sx_reader_finish(&outer) != SX_OK || sx_reader_finish(&reader) != SX_OK)
        return damaged(pfx->fault);
    err = decrypt(pfx, algorithm, data, &plain);
    if (err == SX_OK)
        err = key_add(pfx, sx_secret_slice(&plain));
    sx_secret_clear(&plain);
    return err;
}

static enum sx_err cert_add(struct pfx *pfx, struct sx_slice value)
{
    struct sx_reader outer, bag, wrapped;
    struct sx_slice cert;

    sx_reader_init(&outer, value);
    sx_reader_init(&bag, sx_der_read(&outer, SX_DER_SEQUENCE));
    if (!IS_OID(sx_der_read(&bag, SX_DER_OID), oid_x509))
        return SX_OK; /* SDSI's */
    sx_reader_init(&wrapped, sx_der_read(&bag, SX_DER_CONTEXT_0_CONSTRUCTED));
    cert = sx_der_read(&wrapped, SX_DER_OCTET_STRING);
    if (sx_reader_finish(&outer) != SX_OK || sx_reader_finish(&bag) != SX_OK ||
        sx_reader_finish(&wrapped) != SX_OK)
        return damaged(pfx->fault);
    return pfx->sink->certificate(pfx->sink->context, cert, pfx->fault);
}

static enum sx_err bags_read(struct pfx *pfx, struct sx_slice contents)
{
    struct sx_reader outer, bags;

    sx_reader_init(&outer, contents);
    sx_reader_init(&bags, sx_der_read(&outer, SX_DER_SEQUENCE));
    if (sx_reader_finish(&outer) != SX_OK)
        return damaged(pfx->fault);
    while (sx_der_peek(&bags) != 0) {
        struct sx_reader bag;
        struct sx_slice oid, value;

        sx_reader_init(&bag, sx_der_read(&bags, SX_DER_SEQUENCE));
        oid = sx_der_read(&bag, SX_DER_OID);
        value = sx_der_read(&bag, SX_DER_CONTEXT_0_CONSTRUCTED);
        if (sx_reader_is_bad(&bags) || sx_reader_is_bad(&bag) || pfx->bags++ == PFX_BAGS_MAX)
            return damaged(pfx->fault);
        if (oid.len != sizeof oid_bag + 1 || memcmp(oid.ptr, oid_bag, sizeof oid_bag) != 0)
            continue;
        switch (oid.ptr[sizeof oid_bag]) {
        case BAG_KEY: SX_TRY(key_add(pfx, value)); break;
        case BAG_SHROUDED_KEY: SX_TRY(shrouded_key(pfx, value)); break;
        case BAG_CERT: SX_TRY(cert_add(pfx, value)); break;
        default: break; /* CRLs, secrets, nested contents */
        }
    }
    return sx_reader_is_bad(&bags) ? damaged(pfx->fault) : SX_OK;
}

static enum sx_err encrypted_read(struct pfx *pfx, struct sx_slice content)
{
    struct sx_secret plain = { 0 };
    struct sx_reader outer, data, info;
    struct sx_slice algorithm, sealed;
    enum sx_err err;

    sx_reader_init(&outer, content);
    sx_reader_init(&data, sx_der_read(&outer, SX_DER_SEQUENCE));
    (void)sx_der_u32(&data); /* version */
    sx_reader_init(&info, sx_der_read(&data, SX_DER_SEQUENCE));
    (void)sx_der_read(&info, SX_DER_OID); /* data */
    algorithm = sx_der_whole(&info, SX_DER_SEQUENCE);
    sealed = sx_der_read(&info, SX_DER_CONTEXT_0);
    if (sx_reader_finish(&outer) != SX_OK || sx_reader_is_bad(&data) ||
        sx_reader_finish(&info) != SX_OK)
        return damaged(pfx->fault);
    /* Old files keep certificates, which are no secret, under RC2. */
    if (sx_pfx_pbe_is(algorithm) && !sx_pfx_pbe_is_available(pfx->provider, algorithm))
        return SX_OK;
    err = decrypt(pfx, algorithm, sealed, &plain);
    if (err == SX_OK)
        err = bags_read(pfx, sx_secret_slice(&plain));
    sx_secret_clear(&plain);
    return err;
}

static enum sx_err safes_read(struct pfx *pfx, struct sx_slice authenticated)
{
    struct sx_reader outer, safes;

    sx_reader_init(&outer, authenticated);
    sx_reader_init(&safes, sx_der_read(&outer, SX_DER_SEQUENCE));
    if (sx_reader_finish(&outer) != SX_OK)
        return damaged(pfx->fault);
    for (unsigned i = 0; sx_der_peek(&safes) != 0; i++) {
        struct sx_reader safe, wrapped;
        struct sx_slice oid, content;

        sx_reader_init(&safe, sx_der_read(&safes, SX_DER_SEQUENCE));
        oid = sx_der_read(&safe, SX_DER_OID);
        content = sx_der_read(&safe, SX_DER_CONTEXT_0_CONSTRUCTED);
        if (sx_reader_is_bad(&safes) || sx_reader_finish(&safe) != SX_OK || i == PFX_SAFES_MAX)
            return damaged(pfx->fault);
        if (IS_OID(oid, oid_encrypted)) {
            SX_TRY(encrypted_read(pfx, content));
        } else if (IS_OID(oid, oid_data)) {
            sx_reader_init(&wrapped, content);
            content = sx_der_read(&wrapped, SX_DER_OCTET_STRING);
            if (sx_reader_finish(&wrapped) != SX_OK)
                return damaged(pfx->fault);
            SX_TRY(bags_read(pfx, content));
        } else {
            return sx_fault_set(pfx->fault, SX_ERR_KEY_FORMAT,
                                "the PKCS#12 file is protected by a public key, not a password");
        }
    }
    return sx_reader_is_bad(&safes) ? damaged(pfx->fault) : SX_OK;
}

enum sx_err sx_pfx_decode(struct sx_provider *provider, struct sx_slice der,
                          struct sx_slice passphrase, struct sx_fault *fault,
                          const struct sx_key_sink *sink)
{
    struct pfx pfx = { provider, passphrase, fault, sink, 0 };
    struct sx_reader outer, reader, safe, wrapped;
    struct sx_slice oid, data, mac_data;
    enum sx_err err;

    sx_reader_init(&outer, der);
    sx_reader_init(&reader, sx_der_read(&outer, SX_DER_SEQUENCE));
    (void)sx_der_u32(&reader); /* version */
    sx_reader_init(&safe, sx_der_read(&reader, SX_DER_SEQUENCE));
    oid = sx_der_read(&safe, SX_DER_OID);
    sx_reader_init(&wrapped, sx_der_read(&safe, SX_DER_CONTEXT_0_CONSTRUCTED));
    data = sx_der_read(&wrapped, SX_DER_OCTET_STRING);
    if (!sx_reader_is_bad(&reader) && sx_der_peek(&reader) == 0)
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "the PKCS#12 file has no MAC, so nothing shows that it is whole");
    mac_data = sx_der_read(&reader, SX_DER_SEQUENCE);
    if (sx_reader_finish(&outer) != SX_OK || sx_reader_finish(&reader) != SX_OK ||
        sx_reader_finish(&safe) != SX_OK || sx_reader_finish(&wrapped) != SX_OK ||
        !IS_OID(oid, oid_data))
        return damaged(fault);
    err = mac_check(&pfx, mac_data, data);
    if (err == SX_OK)
        err = safes_read(&pfx, data);
    return err == SX_OK ? SX_OK : sx_fault_note(fault, err);
}
