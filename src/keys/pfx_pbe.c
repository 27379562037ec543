/* keys/pfx_pbe.c: pbeWithSHAAnd3-KeyTripleDES-CBC and its like. */
#include "keys/pfx_pbe.h"

#include <string.h>

#include "base/memory.h"
#include "crypto/key_box.h"
#include "keys/container.h"
#include "wire/der.h"

enum { PBE_COUNT_MAX = 4 * 1000 * 1000 };

/* What an AlgorithmIdentifier of this kind says. */
struct pbe {
    const struct sx_box_cipher *cipher; /* NULL: not known */
    struct sx_slice salt;
    uint32_t count;
};

/* 1.2.840.113549.1.12.1.n */
static const uint8_t oid_pbe[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01 };

static bool pbe_read(struct sx_slice algorithm, struct pbe *out)
{
    static const struct {
        uint8_t number;
        struct sx_box_cipher cipher;
    } rows[] = {
        { 3, { .evp_name = "DES-EDE3-CBC", .is_padded = true } },
        { 5, { .evp_name = "RC2-CBC", .is_legacy = true, .is_padded = true } },
        { 6, { .evp_name = "RC2-40-CBC", .is_legacy = true, .is_padded = true } },
    };
    struct sx_reader outer, reader, params;
    struct sx_slice oid;

    sx_reader_init(&outer, algorithm);
    sx_reader_init(&reader, sx_der_read(&outer, SX_DER_SEQUENCE));
    oid = sx_der_read(&reader, SX_DER_OID);
    if (oid.len != sizeof oid_pbe + 1 || memcmp(oid.ptr, oid_pbe, sizeof oid_pbe) != 0)
        return false;
    sx_reader_init(&params, sx_der_read(&reader, SX_DER_SEQUENCE));
    out->salt = sx_der_read(&params, SX_DER_OCTET_STRING);
    out->count = sx_der_u32(&params);
    if (sx_reader_finish(&outer) != SX_OK || sx_reader_finish(&reader) != SX_OK ||
        sx_reader_finish(&params) != SX_OK || out->salt.len == 0 || out->count == 0 ||
        out->count > PBE_COUNT_MAX)
        return true; /* of this kind, and not usable */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].number == oid.ptr[sizeof oid_pbe])
            out->cipher = &rows[i].cipher;
    }
    return true;
}

bool sx_pfx_pbe_is(struct sx_slice algorithm)
{
    struct pbe pbe = { .cipher = NULL };

    return pbe_read(algorithm, &pbe);
}

bool sx_pfx_pbe_is_available(struct sx_provider *provider, struct sx_slice algorithm)
{
    struct pbe pbe = { .cipher = NULL };
    size_t key_len;
    size_t iv_len;

    return pbe_read(algorithm, &pbe) && pbe.cipher != NULL &&
           sx_box_sizes(provider, pbe.cipher, &key_len, &iv_len) == SX_OK;
}

enum sx_err sx_pfx_pbe_decrypt(struct sx_provider *provider, struct sx_slice algorithm,
                               struct sx_slice data, struct sx_slice passphrase,
                               struct sx_fault *fault, struct sx_secret *out)
{
    struct pbe pbe = { .cipher = NULL };
    struct sx_box_password password = { .text = passphrase };
    uint8_t key[SX_BOX_KEY_MAX];
    uint8_t iv[SX_BOX_IV_MAX];
    size_t key_len = 0;
    size_t iv_len = 0;
    enum sx_err err;

    SX_TRY(sx_container_check(provider, "PKCS#12 with its old encryption", fault));
    if (!pbe_read(algorithm, &pbe) || pbe.cipher == NULL ||
        sx_box_sizes(provider, pbe.cipher, &key_len, &iv_len) != SX_OK)
        return sx_fault_set(
            fault, SX_ERR_POLICY_CONTAINER,
            "the key is encrypted in an old way of PKCS#12 that the crypto provider "
            "lacks (such as RC2, which policy legacy has)");
    password.salt = pbe.salt;
    password.count = pbe.count;
    err = sx_box_pkcs12(provider, SX_HASH_SHA1, SX_BOX_KEY, &password, key, key_len);
    if (err == SX_OK)
        err = sx_box_pkcs12(provider, SX_HASH_SHA1, SX_BOX_IV, &password, iv, iv_len);
    if (err == SX_OK)
        err = sx_box_crypt(provider, pbe.cipher, sx_slice_of(key, key_len), sx_slice_of(iv, iv_len),
                           false, data, out);
    sx_wipe(key, sizeof key);
    sx_wipe(iv, sizeof iv);
    if (err == SX_ERR_KEY_PASSPHRASE)
        return sx_fault_set(fault, err, "the key doesn't decrypt: the password is wrong");
    return err == SX_OK ? SX_OK : sx_fault_note(fault, err);
}
