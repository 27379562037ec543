/* keys/openssh_key.c: openssh-key-v1, unencrypted.
 *
 *     "openssh-key-v1\0"
 *     string cipher, string kdf, string kdf options        "none", "none", ""
 *     uint32 number of keys                                 1
 *     string public key blob
 *     string private part, padded to the cipher's block:
 *         uint32 check, uint32 check                        equal
 *         string key type, then the fields of that type
 *         string comment
 *         byte 1, 2, 3, ...                                 padding
 */
#include "keys/openssh_key.h"

#include <string.h>

#include "base/text.h"
#include "wire/reader.h"

static const char magic[] = "openssh-key-v1"; /* with its NUL */

enum { NO_CIPHER_BLOCK = 8, ED25519_SIZE = 32 };

/* The fields of the container; slices into it. */
struct container {
    struct sx_slice cipher;
    struct sx_slice kdf;
    struct sx_slice kdf_options;
    uint32_t count;
    struct sx_slice public_blob; /* of the first key */
    struct sx_slice private_part;
};

static enum sx_err damaged(struct sx_fault *fault, const char *what)
{
    return sx_fault_set(fault, SX_ERR_KEY_FORMAT, "the OpenSSH private key is damaged: %s", what);
}

static enum sx_err container_decode(struct sx_slice bytes, struct sx_fault *fault,
                                    struct container *out)
{
    struct container c;
    struct sx_reader reader;

    sx_reader_init(&reader, bytes);
    if (!sx_slice_is_equal(sx_reader_bytes(&reader, sizeof magic),
                           sx_slice_of(magic, sizeof magic)))
        return damaged(fault, "it does not begin with openssh-key-v1");
    c.cipher = sx_reader_string(&reader);
    c.kdf = sx_reader_string(&reader);
    c.kdf_options = sx_reader_string(&reader);
    c.count = sx_reader_u32(&reader);
    if (!sx_reader_is_bad(&reader) && c.count != 1)
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "the OpenSSH private key file holds %lu keys; expected one",
                            (unsigned long)c.count);
    c.public_blob = sx_reader_string(&reader);
    c.private_part = sx_reader_string(&reader);
    if (!sx_slice_is_text(c.cipher, "none"))
        sx_reader_rest(&reader); /* an AEAD cipher's tag follows */
    if (sx_reader_finish(&reader) != SX_OK)
        return damaged(fault, "it ends early or has bytes left over");
    *out = c;
    return SX_OK;
}

static enum sx_err check_is_plain(const struct container *c, struct sx_fault *fault)
{
    char cipher[64];
    char kdf[64];

    if (sx_slice_is_text(c->cipher, "none")) {
        if (sx_slice_is_text(c->kdf, "none") && c->kdf_options.len == 0)
            return SX_OK;
        return damaged(fault, "it has a key derivation but no cipher");
    }
    return sx_fault_set(
        fault, SX_ERR_POLICY_CONTAINER,
        "the OpenSSH private key is encrypted (%s with %s), and such keys can't be read: bcrypt is "
        "not approved, and no provider has it; keep the key as encrypted PKCS#8 instead, which "
        "ssh-keygen -p -m PKCS8 makes of RSA and ECDSA keys",
        sx_escape(cipher, sizeof cipher, c->cipher), sx_escape(kdf, sizeof kdf, c->kdf));
}

/* --- The fields of each type ------------------------------------------------------------------ */

static bool type_of(struct sx_slice name, enum sx_key_type *out)
{
    static const enum sx_key_type types[] = { SX_KEY_RSA, SX_KEY_ECDSA_P256, SX_KEY_ECDSA_P384,
                                              SX_KEY_ECDSA_P521, SX_KEY_ED25519 };

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (sx_slice_is_text(name, sx_key_type_name(types[i]))) {
            *out = types[i];
            return true;
        }
    }
    return false;
}

static bool is_padded(struct sx_slice padding)
{
    for (size_t i = 0; i < padding.len; i++) {
        if (padding.ptr[i] != (uint8_t)(i + 1))
            return false;
    }
    return true;
}

/* "ecdsa-sha2-nistp256" works on "nistp256" (RFC 5656 section 6.2). */
static bool is_curve_of(struct sx_slice curve, enum sx_key_type type)
{
    return sx_slice_is_text(curve, sx_key_type_name(type) + strlen("ecdsa-sha2-"));
}

/* What a private part says of its key. Which members count depends on the type. */
struct fields {
    enum sx_key_type type;
    struct sx_rsa_parts rsa;
    struct sx_slice point;  /* ECDSA's, or Ed25519's public key */
    struct sx_slice scalar; /* ECDSA's, or Ed25519's seed and its public key again */
};

static enum sx_err fields_decode(struct sx_slice part, struct sx_fault *fault, struct fields *out)
{
    struct fields f = { 0 };
    struct sx_reader reader;
    struct sx_slice name;
    bool is_named_right = true;
    uint32_t check;
    char shown[64];

    sx_reader_init(&reader, part);
    check = sx_reader_u32(&reader);
    if (sx_reader_u32(&reader) != check || part.len % NO_CIPHER_BLOCK != 0)
        return damaged(fault, "its check numbers or its length are wrong");
    name = sx_reader_string(&reader);
    if (!sx_reader_is_bad(&reader) && !type_of(name, &f.type))
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "the OpenSSH private key is of type \"%s\"; expected RSA, ECDSA on "
                            "nistp256, nistp384 or nistp521, or Ed25519",
                            sx_escape(shown, sizeof shown, name));
    if (f.type == SX_KEY_RSA) {
        f.rsa.n = sx_reader_mpint(&reader);
        f.rsa.e = sx_reader_mpint(&reader);
        f.rsa.d = sx_reader_mpint(&reader);
        f.rsa.iqmp = sx_reader_mpint(&reader);
        f.rsa.p = sx_reader_mpint(&reader);
        f.rsa.q = sx_reader_mpint(&reader);
    } else if (f.type == SX_KEY_ED25519) {
        f.point = sx_reader_string(&reader);
        f.scalar = sx_reader_string(&reader);
    } else {
        is_named_right = is_curve_of(sx_reader_string(&reader), f.type);
        f.point = sx_reader_string(&reader);
        f.scalar = sx_reader_mpint(&reader);
    }
    (void)sx_reader_string(&reader); /* comment */
    if (!is_named_right || !is_padded(sx_reader_rest(&reader)) ||
        sx_reader_finish(&reader) != SX_OK)
        return damaged(fault, "its private part ends early, has a bad field or wrong padding");
    *out = f;
    return SX_OK;
}

static enum sx_err key_make(struct sx_provider *provider, const struct fields *f,
                            struct sx_fault *fault, struct sx_key **out)
{
    struct sx_slice seed;
    struct sx_slice again;

    if (f->type == SX_KEY_RSA)
        return sx_key_from_rsa(provider, &f->rsa, fault, out);
    if (f->type != SX_KEY_ED25519)
        return sx_key_from_ec(provider, f->type, f->point, f->scalar, fault, out);

    if (f->scalar.len != 2 * ED25519_SIZE)
        return damaged(fault, "its private part ends early, has a bad field or wrong padding");
    seed = sx_slice_of(f->scalar.ptr, ED25519_SIZE);
    again = sx_slice_of(f->scalar.ptr + ED25519_SIZE, ED25519_SIZE);
    if (!sx_slice_is_equal(again, f->point))
        return damaged(fault, "its private and its public part belong to different keys");
    return sx_key_from_ed25519(provider, f->point, seed, fault, out);
}

enum sx_err sx_openssh_key_decode(struct sx_provider *provider, struct sx_slice bytes,
                                  struct sx_fault *fault, struct sx_key **out)
{
    struct container c = { 0 };
    struct fields f = { 0 };
    struct sx_key *key = NULL;

    SX_TRY(container_decode(bytes, fault, &c));
    SX_TRY(check_is_plain(&c, fault));
    SX_TRY(fields_decode(c.private_part, fault, &f));
    SX_TRY(key_make(provider, &f, fault, &key));
    if (!sx_slice_is_equal(sx_key_public_blob(key), c.public_blob)) {
        sx_key_free(key);
        return damaged(fault, "its private and its public part belong to different keys");
    }
    *out = key;
    return SX_OK;
}
