/* keys/openssh_key.c: openssh-key-v1.
 *
 *     "openssh-key-v1\0"
 *     string cipher, string kdf, string kdf options        "none", "none", "", or a cipher,
 *                                                          "bcrypt", and salt and rounds
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

#include "base/memory.h"
#include "base/text.h"
#include "crypto/key_box.h"
#include "keys/container.h"
#include "wire/reader.h"

static const char magic[] = "openssh-key-v1"; /* with its NUL */

enum { NO_CIPHER_BLOCK = 8, ED25519_SIZE = 32, BCRYPT_COUNT_MAX = 2048, TAG_SIZE = 16 };

/* The fields of the container; slices into it. */
struct container {
    struct sx_slice cipher;
    struct sx_slice kdf;
    struct sx_slice kdf_options;
    uint32_t count;
    struct sx_slice public_blob; /* of the first key */
    struct sx_slice private_part;
    struct sx_slice tag; /* of a cipher that authenticates */
};

static enum sx_err damaged(struct sx_fault *fault, const char *what)
{
    return sx_fault_set(fault, SX_ERR_KEY_FORMAT, "the OpenSSH private key is damaged: %s", what);
}

static enum sx_err container_decode(struct sx_slice bytes, struct sx_fault *fault,
                                    struct container *out)
{
    struct container c = { .tag = SX_SLICE_NONE };
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
        c.tag = sx_reader_rest(&reader); /* an AEAD cipher's tag follows */
    if (sx_reader_finish(&reader) != SX_OK)
        return damaged(fault, "it ends early or has bytes left over");
    *out = c;
    return SX_OK;
}

/* --- The passphrase --------------------------------------------------------------------------- */

static enum sx_err refuse_cipher(const struct container *c, struct sx_fault *fault)
{
    char cipher[64];
    char kdf[64];

    return sx_fault_set(fault, SX_ERR_POLICY_CONTAINER,
                        "the OpenSSH private key is encrypted with %s under %s, which can't be "
                        "read here; give it another cipher with ssh-keygen -p -Z aes256-ctr",
                        sx_escape(cipher, sizeof cipher, c->cipher),
                        sx_escape(kdf, sizeof kdf, c->kdf));
}

#if SX_LEGACY

/* The ciphers, and what they take of the derived bytes; two of them authenticate. */
static const struct cipher_row {
    const char *name;
    struct sx_box_cipher box; /* without a name: an AEAD */
    size_t key_len, iv_len;
} cipher_rows[] = {
    { "aes256-ctr", { .evp_name = "AES-256-CTR" }, 32, 16 },
    { "aes192-ctr", { .evp_name = "AES-192-CTR" }, 24, 16 },
    { "aes128-ctr", { .evp_name = "AES-128-CTR" }, 16, 16 },
    { "aes256-cbc", { .evp_name = "AES-256-CBC" }, 32, 16 },
    { "aes192-cbc", { .evp_name = "AES-192-CBC" }, 24, 16 },
    { "aes128-cbc", { .evp_name = "AES-128-CBC" }, 16, 16 },
    { "3des-cbc", { .evp_name = "DES-EDE3-CBC" }, 24, 8 },
    { "aes256-gcm@openssh.com", { .evp_name = NULL }, 32, 12 },
    { "chacha20-poly1305@openssh.com", { .evp_name = NULL }, 64, 0 },
};

static const struct cipher_row *cipher_of(struct sx_slice name)
{
    for (size_t i = 0; i < sizeof cipher_rows / sizeof cipher_rows[0]; i++) {
        if (sx_slice_is_text(name, cipher_rows[i].name))
            return &cipher_rows[i];
    }
    return NULL;
}

static enum sx_err open_with(struct sx_provider *provider, const struct cipher_row *row,
                             const struct container *c, const uint8_t *secret,
                             struct sx_secret *out)
{
    struct sx_slice key = sx_slice_of(secret, row->key_len);
    struct sx_slice iv = sx_slice_of(secret + row->key_len, row->iv_len);

    if (row->box.evp_name != NULL)
        return sx_box_crypt(provider, &row->box, key, iv, false, c->private_part, out);
    if (row->iv_len != 0)
        return sx_box_open_gcm(provider, key, iv, c->private_part, c->tag, out);
    return sx_box_open_chacha(provider, key, c->private_part, c->tag, out);
}

static enum sx_err decrypt(struct sx_provider *provider, const struct container *c,
                           struct sx_slice passphrase, struct sx_fault *fault,
                           struct sx_secret *out)
{
    const struct cipher_row *row = cipher_of(c->cipher);
    struct sx_box_password password = { .text = passphrase };
    uint8_t secret[SX_BOX_KEY_MAX + SX_BOX_IV_MAX];
    struct sx_reader reader;
    enum sx_err err;

    if (row == NULL || !sx_slice_is_text(c->kdf, "bcrypt"))
        return refuse_cipher(c, fault);
    sx_reader_init(&reader, c->kdf_options);
    password.salt = sx_reader_string(&reader);
    password.count = sx_reader_u32(&reader);
    if (sx_reader_finish(&reader) != SX_OK || password.salt.len == 0 || password.count == 0 ||
        password.count > BCRYPT_COUNT_MAX)
        return damaged(fault, "its key derivation has bad numbers");
    if (c->tag.len != (row->box.evp_name != NULL ? 0U : (size_t)TAG_SIZE) ||
        c->private_part.len % NO_CIPHER_BLOCK != 0)
        return damaged(fault, "what is encrypted has no whole blocks, or no right end");
    if (passphrase.len == 0)
        return sx_fault_set(fault, SX_ERR_KEY_PASSPHRASE,
                            "the OpenSSH private key is encrypted, and no passphrase was given");
    err = sx_box_bcrypt(provider, &password, secret, row->key_len + row->iv_len);
    if (err == SX_OK)
        err = open_with(provider, row, c, secret, out);
    sx_wipe(secret, sizeof secret);
    if (err == SX_ERR_PROVIDER_FETCH)
        return refuse_cipher(c, fault);
    if (err == SX_ERR_KEY_PASSPHRASE && row->box.evp_name == NULL)
        return sx_fault_set(fault, err,
                            "the OpenSSH private key doesn't decrypt: the passphrase is wrong, or "
                            "the file is damaged");
    if (err == SX_ERR_KEY_PASSPHRASE)
        return damaged(fault, "what is encrypted has no whole blocks");
    return err == SX_OK ? SX_OK : sx_fault_note(fault, err);
}

#else

static enum sx_err decrypt(struct sx_provider *provider, const struct container *c,
                           struct sx_slice passphrase, struct sx_fault *fault,
                           struct sx_secret *out)
{
    (void)provider;
    (void)passphrase;
    (void)out;
    return refuse_cipher(c, fault);
}

#endif

/* Gives the private part as it is, or decrypted into storage. */
static enum sx_err open_part(struct sx_provider *provider, const struct container *c,
                             struct sx_slice passphrase, struct sx_fault *fault,
                             struct sx_secret *storage, struct sx_slice *out)
{
    *out = c->private_part;
    if (sx_slice_is_text(c->cipher, "none")) {
        if (sx_slice_is_text(c->kdf, "none") && c->kdf_options.len == 0)
            return SX_OK;
        return damaged(fault, "it has a key derivation but no cipher");
    }
    SX_TRY(sx_container_check(provider, "the encryption of OpenSSH's own private keys (bcrypt)",
                              fault));
    SX_TRY(decrypt(provider, c, passphrase, fault, storage));
    *out = sx_secret_slice(storage);
    return SX_OK;
}

/* --- The fields of each type ------------------------------------------------------------------ */

static bool type_of(struct sx_slice name, enum sx_key_type *out)
{
    static const enum sx_key_type types[] = {
        SX_KEY_RSA,
        SX_KEY_ECDSA_P256,
        SX_KEY_ECDSA_P384,
        SX_KEY_ECDSA_P521,
        SX_KEY_ED25519,
#if SX_LEGACY
        SX_KEY_DSA,
#endif
    };

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
#if SX_LEGACY
    struct sx_dsa_parts dsa;
#endif
    struct sx_slice point;  /* ECDSA's, or Ed25519's public key */
    struct sx_slice scalar; /* ECDSA's, or Ed25519's seed and its public key again */
};

/* Security keys sign with a device that this library doesn't speak to. */
static enum sx_err refuse_type(struct sx_slice name, struct sx_fault *fault)
{
    char shown[64];

    sx_escape(shown, sizeof shown, name);
    if (strncmp(shown, "sk-", 3) == 0)
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "the OpenSSH private key is of type \"%s\": security keys (sk-*) "
                            "can't be used here; use an agent that holds the key, or another key",
                            shown);
    return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                        "the OpenSSH private key is of type \"%s\"; expected RSA, DSA, ECDSA on "
                        "nistp256, nistp384 or nistp521, or Ed25519",
                        shown);
}

static void fields_read(struct sx_reader *reader, struct fields *f, bool *out_is_named_right)
{
    *out_is_named_right = true;
    if (f->type == SX_KEY_RSA) {
        f->rsa.n = sx_reader_mpint(reader);
        f->rsa.e = sx_reader_mpint(reader);
        f->rsa.d = sx_reader_mpint(reader);
        f->rsa.iqmp = sx_reader_mpint(reader);
        f->rsa.p = sx_reader_mpint(reader);
        f->rsa.q = sx_reader_mpint(reader);
#if SX_LEGACY
    } else if (f->type == SX_KEY_DSA) {
        f->dsa.p = sx_reader_mpint(reader);
        f->dsa.q = sx_reader_mpint(reader);
        f->dsa.g = sx_reader_mpint(reader);
        f->dsa.y = sx_reader_mpint(reader);
        f->dsa.x = sx_reader_mpint(reader);
#endif
    } else if (f->type == SX_KEY_ED25519) {
        f->point = sx_reader_string(reader);
        f->scalar = sx_reader_string(reader);
    } else {
        *out_is_named_right = is_curve_of(sx_reader_string(reader), f->type);
        f->point = sx_reader_string(reader);
        f->scalar = sx_reader_mpint(reader);
    }
    (void)sx_reader_string(reader); /* comment */
}

static enum sx_err fields_decode(struct sx_slice part, bool is_encrypted, struct sx_fault *fault,
                                 struct fields *out)
{
    struct fields f = { 0 };
    struct sx_reader reader;
    struct sx_slice name;
    bool is_named_right = true;
    uint32_t check;

    sx_reader_init(&reader, part);
    check = sx_reader_u32(&reader);
    if (sx_reader_u32(&reader) != check) {
        if (is_encrypted)
            return sx_fault_set(fault, SX_ERR_KEY_PASSPHRASE,
                                "the OpenSSH private key doesn't decrypt: the passphrase is wrong");
        return damaged(fault, "its check numbers are wrong");
    }
    if (part.len % NO_CIPHER_BLOCK != 0)
        return damaged(fault, "its length is wrong");
    name = sx_reader_string(&reader);
    if (!sx_reader_is_bad(&reader) && !type_of(name, &f.type))
        return refuse_type(name, fault);
    fields_read(&reader, &f, &is_named_right);
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
#if SX_LEGACY
    if (f->type == SX_KEY_DSA)
        return sx_key_from_dsa(provider, &f->dsa, fault, out);
#endif
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
                                  struct sx_slice passphrase, struct sx_fault *fault,
                                  struct sx_key **out)
{
    struct container c = { 0 };
    struct fields f = { 0 };
    struct sx_secret storage = { 0 };
    struct sx_slice part = SX_SLICE_NONE;
    struct sx_key *key = NULL;
    enum sx_err err;

    SX_TRY(container_decode(bytes, fault, &c));
    err = open_part(provider, &c, passphrase, fault, &storage, &part);
    if (err == SX_OK)
        err = fields_decode(part, storage.ptr != NULL, fault, &f);
    if (err == SX_OK)
        err = key_make(provider, &f, fault, &key);
    if (err == SX_OK && !sx_slice_is_equal(sx_key_public_blob(key), c.public_blob))
        err = damaged(fault, "its private and its public part belong to different keys");
    if (err == SX_OK)
        *out = key;
    else
        sx_key_free(key);
    sx_secret_clear(&storage);
    return err;
}
