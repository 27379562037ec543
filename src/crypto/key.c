/* crypto/key.c: what a key is: its type, its size and its public blob. */
#include "crypto/key_inside.h"

#include "base/memory.h"
#include "crypto/legacy_dsa.h"
#include "wire/writer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>

#include <string.h>

enum { SX_BLOB_MAX = 64 + SX_RSA_BITS_MAX / 8 + SX_RSA_EXPONENT_BITS_MAX / 8, SX_POINT_MAX = 133 };

static const struct sx_key_row key_rows[SX_KEY_TYPE_COUNT] = {
    [SX_KEY_RSA] = { "ssh-rsa", "RSA", "RSA", NULL, NULL, 0 },
    [SX_KEY_ECDSA_P256] = { "ecdsa-sha2-nistp256", "EC", "ECDSA", "P-256", "nistp256", 32 },
    [SX_KEY_ECDSA_P384] = { "ecdsa-sha2-nistp384", "EC", "ECDSA", "P-384", "nistp384", 48 },
    [SX_KEY_ECDSA_P521] = { "ecdsa-sha2-nistp521", "EC", "ECDSA", "P-521", "nistp521", 66 },
    [SX_KEY_ED25519] = { "ssh-ed25519", "ED25519", "ED25519", NULL, NULL, 0 },
#if SX_LEGACY
    [SX_KEY_DSA] = { "ssh-dss", "DSA", "DSA", NULL, NULL, 0 },
#endif
};

const struct sx_key_row *sx_key_row(enum sx_key_type type)
{
    return &key_rows[type];
}

const char *sx_key_type_name(enum sx_key_type type)
{
    return (unsigned)type < SX_KEY_TYPE_COUNT ? key_rows[type].ssh_name : "";
}

/* OpenSSL reports a curve by any of its names. */
static bool type_of_curve(const char *group, enum sx_key_type *out)
{
    static const struct {
        const char *name;
        enum sx_key_type type;
    } curves[] = {
        { "prime256v1", SX_KEY_ECDSA_P256 }, { "P-256", SX_KEY_ECDSA_P256 },
        { "secp384r1", SX_KEY_ECDSA_P384 },  { "P-384", SX_KEY_ECDSA_P384 },
        { "secp521r1", SX_KEY_ECDSA_P521 },  { "P-521", SX_KEY_ECDSA_P521 },
    };

    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
        if (strcmp(group, curves[i].name) == 0) {
            *out = curves[i].type;
            return true;
        }
    }
    return false;
}

static bool type_of(EVP_PKEY *pkey, enum sx_key_type *out)
{
    char group[64] = "";
    size_t n = 0;

    if (EVP_PKEY_is_a(pkey, "RSA") == 1) {
        *out = SX_KEY_RSA;
        return true;
    }
    if (EVP_PKEY_is_a(pkey, "ED25519") == 1) {
        *out = SX_KEY_ED25519;
        return true;
    }
#if SX_LEGACY
    if (EVP_PKEY_is_a(pkey, "DSA") == 1) {
        *out = SX_KEY_DSA;
        return true;
    }
#endif
    return EVP_PKEY_is_a(pkey, "EC") == 1 &&
           EVP_PKEY_get_group_name(pkey, group, sizeof group, &n) == 1 && type_of_curve(group, out);
}

/* RFC 4253 section 6.6: e, then n, with the bounds of sx_key_from_public_blob. */
static enum sx_err rsa_fields(EVP_PKEY *pkey, enum sx_err bad, struct sx_fault *fault,
                              struct sx_writer *writer, unsigned *out_bits)
{
    uint8_t bytes[SX_RSA_BITS_MAX / 8];
    BIGNUM *n = NULL;
    BIGNUM *e = NULL;
    enum sx_err err = SX_OK;
    int len;

    if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) != 1 ||
        EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) != 1) {
        err = sx_openssl_fault(fault, bad, "RSA key");
        goto out;
    }
    if (BN_num_bits(n) < SX_RSA_BITS_MIN || BN_num_bits(n) > SX_RSA_BITS_MAX || !BN_is_odd(n)) {
        err = sx_fault_set(fault, bad,
                           "RSA modulus: expected an odd number of %d to %d bits, came %d bits",
                           SX_RSA_BITS_MIN, SX_RSA_BITS_MAX, BN_num_bits(n));
        goto out;
    }
    if (BN_num_bits(e) < 2 || BN_num_bits(e) > SX_RSA_EXPONENT_BITS_MAX || !BN_is_odd(e)) {
        err = sx_fault_set(fault, bad,
                           "RSA exponent: expected an odd number from 3 on of at most %d bits, "
                           "came %d bits",
                           SX_RSA_EXPONENT_BITS_MAX, BN_num_bits(e));
        goto out;
    }
    len = BN_bn2bin(e, bytes);
    sx_writer_mpint(writer, sx_slice_of(bytes, (size_t)len));
    len = BN_bn2bin(n, bytes);
    sx_writer_mpint(writer, sx_slice_of(bytes, (size_t)len));
    *out_bits = (unsigned)BN_num_bits(n);
out:
    BN_free(n);
    BN_free(e);
    return err;
}

/* RFC 5656 section 3.1 and RFC 8709 section 4. */
static enum sx_err point_fields(EVP_PKEY *pkey, const struct sx_key_row *row, struct sx_slice known,
                                enum sx_err bad, struct sx_fault *fault, struct sx_writer *writer)
{
    uint8_t point[SX_POINT_MAX];
    size_t n = 0;
    size_t expected = row->field_size != 0 ? 1 + 2 * row->field_size : SX_ED25519_SIZE;
    const char *param =
        row->field_size != 0 ? OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY : OSSL_PKEY_PARAM_PUB_KEY;

    if (known.len == 0) {
        if (EVP_PKEY_get_octet_string_param(pkey, param, point, sizeof point, &n) != 1)
            return sx_openssl_fault(fault, bad, row->ssh_name);
        known = sx_slice_of(point, n);
    }
    if (known.len != expected)
        return sx_fault_set(fault, bad, "%s: public key has %zu bytes instead of %zu",
                            row->ssh_name, known.len, expected);
    if (row->ssh_curve != NULL)
        sx_writer_text(writer, row->ssh_curve);
    sx_writer_string(writer, known);
    return SX_OK;
}

static enum sx_err blob_make(struct sx_key *key, struct sx_slice point, enum sx_err bad,
                             struct sx_fault *fault)
{
    const struct sx_key_row *row = &key_rows[key->type];
    uint8_t storage[SX_BLOB_MAX];
    struct sx_writer writer;
    struct sx_slice blob;

    sx_writer_init(&writer, storage, sizeof storage);
    sx_writer_text(&writer, row->ssh_name);
    if (key->type == SX_KEY_RSA) {
        SX_TRY(rsa_fields(key->pkey, bad, fault, &writer, &key->bits));
#if SX_LEGACY
    } else if (key->type == SX_KEY_DSA) {
        SX_TRY(sx_dsa_fields(key->pkey, bad, fault, &writer, &key->bits));
#endif
    } else {
        SX_TRY(point_fields(key->pkey, row, point, bad, fault, &writer));
        /* libcrypto's versions differ on Ed25519; as an encoded key it has 256 bits */
        key->bits = row->field_size != 0 ? (unsigned)EVP_PKEY_get_bits(key->pkey) : 256;
    }
    SX_TRY(sx_writer_finish(&writer, &blob));
    key->blob = sx_alloc(blob.len);
    if (key->blob == NULL)
        return SX_ERR_MEMORY;
    memcpy(key->blob, blob.ptr, blob.len);
    key->blob_len = blob.len;
    return SX_OK;
}

enum sx_err sx_key_wrap(struct sx_provider *provider, EVP_PKEY *take_pkey, bool is_private,
                        enum sx_err bad, struct sx_fault *fault, struct sx_key **out)
{
    return sx_key_wrap_point(provider, take_pkey, is_private, SX_SLICE_NONE, bad, fault, out);
}

enum sx_err sx_key_wrap_point(struct sx_provider *provider, EVP_PKEY *take_pkey, bool is_private,
                              struct sx_slice point, enum sx_err bad, struct sx_fault *fault,
                              struct sx_key **out)
{
    struct sx_key *key = sx_alloc(sizeof *key);
    enum sx_err err = SX_OK;

    if (key == NULL) {
        EVP_PKEY_free(take_pkey);
        return SX_ERR_MEMORY;
    }
    key->provider = sx_provider_hold(provider);
    key->pkey = take_pkey;
    key->is_private = is_private;
    if (!sx_provider_is_maker(provider, EVP_PKEY_get0_provider(take_pkey))) {
        err = sx_openssl_fault(fault, SX_ERR_PROVIDER, "the key is not in the provider's hands");
        goto out;
    }
    if (!type_of(take_pkey, &key->type)) {
        (void)sx_openssl_fault(NULL, bad, "");
        err = sx_fault_set(fault, bad,
                           "the key is of a kind that SSH doesn't use; expected RSA, EC on P-256, "
                           "P-384 or P-521, or Ed25519");
        goto out;
    }
    err = blob_make(key, point, bad, fault);
    if (err != SX_OK)
        goto out;
    *out = key;
    key = NULL;
out:
    sx_key_free(key);
    return err;
}

enum sx_key_type sx_key_get_type(const struct sx_key *key)
{
    return key->type;
}

unsigned sx_key_bits(const struct sx_key *key)
{
    return key->bits;
}

bool sx_key_is_private(const struct sx_key *key)
{
    return key->is_private;
}

struct sx_slice sx_key_public_blob(const struct sx_key *key)
{
    return sx_slice_of(key->blob, key->blob_len);
}

void sx_key_free(struct sx_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->pkey); /* clears the private numbers */
    sx_free(key->blob);
    sx_free(key->names);
    sx_provider_close(key->provider);
    sx_free_wiped(key, sizeof *key);
}
