/* keys/ppk.c: PuTTY's private key files.
 *
 *     PuTTY-User-Key-File-2: ssh-rsa          (or -3)
 *     Encryption: none                        (or aes256-cbc)
 *     Comment: ...
 *     Public-Lines: N                         then N lines of base64: the public blob
 *     Key-Derivation: Argon2id                version 3, when encrypted; then Argon2-Memory (KiB),
 *                                             -Passes, -Parallelism and -Salt (hex)
 *     Private-Lines: N                        then N lines of base64
 *     Private-MAC: hex                        of HMAC-SHA-1 (version 2) or HMAC-SHA-256
 */
#include "keys/ppk.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "crypto/key_box.h"
#include "keys/container.h"
#include "keys/ppk_parts.h"
#include "wire/writer.h"

enum {
    PPK_LINES_MAX = 1024,
    PPK_BYTES_MAX = 16 * 1024,
    ARGON2_MEMORY_MAX = 1024 * 1024, /* KiB: a GiB; puttygen's own is 8 MiB */
    ARGON2_PASSES_MAX = 1000,
    ARGON2_LANES_MAX = 64,
    AES_KEY = 32,
    AES_BLOCK = 16,
};

static const char first_line[] = "PuTTY-User-Key-File-";

/* What the file says; slices into its text, but for the decoded parts. */
struct ppk {
    unsigned version;
    struct sx_slice type;
    struct sx_slice encryption;
    struct sx_slice comment;
    struct sx_slice flavour;
    uint32_t memory, passes, lanes;
    uint8_t salt[64];
    size_t salt_len;
    uint8_t mac[SX_DIGEST_MAX];
    size_t mac_len;
    struct sx_secret public_blob;
    struct sx_secret private_part;
};

static enum sx_err damaged(struct sx_fault *fault, const char *what)
{
    return sx_fault_set(fault, SX_ERR_KEY_FORMAT, "the PuTTY key is damaged: %s", what);
}

/* --- Lines ------------------------------------------------------------------------------------ */

static bool next_line(struct sx_slice *rest, struct sx_slice *out)
{
    const uint8_t *end;
    size_t len;

    if (rest->len == 0)
        return false;
    end = memchr(rest->ptr, '\n', rest->len);
    len = end != NULL ? (size_t)(end - rest->ptr) : rest->len;
    *out = sx_slice_of(rest->ptr, len);
    *rest = sx_slice_of(rest->ptr + len, rest->len - len);
    if (end != NULL)
        *rest = sx_slice_of(rest->ptr + 1, rest->len - 1);
    if (out->len > 0 && out->ptr[out->len - 1] == '\r')
        out->len--;
    return true;
}

/* The value of the next line, when it has this name. */
static bool next_field(struct sx_slice *rest, const char *name, struct sx_slice *out)
{
    struct sx_slice saved = *rest;
    struct sx_slice line;
    size_t n = strlen(name);

    if (next_line(rest, &line) && line.len >= n + 2 && memcmp(line.ptr, name, n) == 0 &&
        memcmp(line.ptr + n, ": ", 2) == 0) {
        *out = sx_slice_of(line.ptr + n + 2, line.len - n - 2);
        return true;
    }
    *rest = saved;
    return false;
}

static bool next_number(struct sx_slice *rest, const char *name, uint32_t max, uint32_t *out)
{
    struct sx_slice text;
    uint32_t value = 0;

    if (!next_field(rest, name, &text) || text.len == 0 || text.len > 9)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        value = value * 10 + (text.ptr[i] - '0');
    }
    *out = value;
    return value <= max;
}

/* "NAME: N", then N lines of base64. */
static bool next_block(struct sx_slice *rest, const char *name, struct sx_secret *out)
{
    struct sx_slice line;
    struct sx_slice all;
    uint32_t lines;
    const uint8_t *start;

    if (!next_number(rest, name, PPK_LINES_MAX, &lines) || lines == 0)
        return false;
    start = rest->ptr;
    for (; lines > 0; lines--) {
        if (!next_line(rest, &line))
            return false;
    }
    all = sx_slice_of(start, (size_t)(rest->ptr - start));
    return sx_secret_reserve(out, PPK_BYTES_MAX) == SX_OK &&
           sx_base64_decode(all, true, false, out->ptr, out->cap, &out->len) == SX_OK;
}

static bool derivation_read(struct sx_slice *rest, struct ppk *out)
{
    struct sx_slice salt;

    return next_field(rest, "Key-Derivation", &out->flavour) &&
           next_number(rest, "Argon2-Memory", ARGON2_MEMORY_MAX, &out->memory) &&
           next_number(rest, "Argon2-Passes", ARGON2_PASSES_MAX, &out->passes) &&
           next_number(rest, "Argon2-Parallelism", ARGON2_LANES_MAX, &out->lanes) &&
           next_field(rest, "Argon2-Salt", &salt) &&
           sx_hex_decode(salt, out->salt, sizeof out->salt, &out->salt_len) == SX_OK;
}

static bool is_encrypted(const struct ppk *ppk)
{
    return !sx_slice_is_text(ppk->encryption, "none");
}

static enum sx_err ppk_read(struct sx_slice text, struct sx_fault *fault, struct ppk *out)
{
    struct sx_slice rest = text;
    struct sx_slice mac;
    struct sx_slice line;

    if (next_field(&rest, "PuTTY-User-Key-File-3", &out->type))
        out->version = 3;
    else if (next_field(&rest, "PuTTY-User-Key-File-2", &out->type))
        out->version = 2;
    else
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "the PuTTY key is of a version that isn't known; expected 2 or 3");
    if (!next_field(&rest, "Encryption", &out->encryption) ||
        !next_field(&rest, "Comment", &out->comment))
        return damaged(fault, "expected the lines Encryption and Comment");
    if (is_encrypted(out) && !sx_slice_is_text(out->encryption, "aes256-cbc"))
        return damaged(fault, "its encryption is none that is known");
    if (!next_block(&rest, "Public-Lines", &out->public_blob))
        return damaged(fault, "its public part is cut or no base64");
    if (out->version == 3 && is_encrypted(out) && !derivation_read(&rest, out))
        return damaged(fault, "its key derivation is incomplete or out of bounds");
    if (!next_block(&rest, "Private-Lines", &out->private_part))
        return damaged(fault, "its private part is cut or no base64");
    if (!next_field(&rest, "Private-MAC", &mac) ||
        sx_hex_decode(mac, out->mac, sizeof out->mac, &out->mac_len) != SX_OK)
        return damaged(fault, "its MAC is missing");
    while (next_line(&rest, &line)) {
        if (line.len != 0)
            return damaged(fault, "there is something behind its end");
    }
    return SX_OK;
}

/* --- The passphrase --------------------------------------------------------------------------- */

/* What a passphrase gives: for encryption, its IV, and the MAC. */
struct secrets {
    uint8_t key[AES_KEY];
    uint8_t iv[AES_BLOCK];
    uint8_t mac_key[SX_DIGEST_MAX];
    size_t mac_len;
};

static enum sx_err sha1_of(struct sx_provider *provider, struct sx_slice head, struct sx_slice tail,
                           uint8_t *out)
{
    struct sx_digest *digest = NULL;
    size_t n;
    enum sx_err err = sx_digest_new(provider, SX_HASH_SHA1, &digest);

    if (err == SX_OK)
        err = sx_digest_update(digest, head);
    if (err == SX_OK)
        err = sx_digest_update(digest, tail);
    if (err == SX_OK)
        err = sx_digest_final(digest, out, &n);
    sx_digest_free(digest);
    return err;
}

static enum sx_err secrets_of_2(struct sx_provider *provider, struct sx_slice passphrase,
                                struct secrets *out)
{
    static const char name[] = "putty-private-key-file-mac-key";
    static const uint8_t counts[2][4] = { { 0, 0, 0, 0 }, { 0, 0, 0, 1 } };
    uint8_t both[2 * SX_DIGEST_MAX];
    enum sx_err err = sha1_of(provider, sx_slice_text(name), passphrase, out->mac_key);

    out->mac_len = sx_hash_size(SX_HASH_SHA1);
    for (size_t i = 0; err == SX_OK && i < 2; i++)
        err = sha1_of(provider, sx_slice_of(counts[i], sizeof counts[i]), passphrase,
                      both + i * out->mac_len);
    if (err == SX_OK)
        memcpy(out->key, both, sizeof out->key);
    sx_wipe(both, sizeof both);
    return err; /* the IV is zero */
}

static enum sx_err secrets_of_3(struct sx_provider *provider, const struct ppk *ppk,
                                struct sx_slice passphrase, struct sx_fault *fault,
                                struct secrets *out)
{
    static const char *const names[] = { "Argon2d", "Argon2i", "Argon2id" };
    const struct sx_box_password password = { passphrase, sx_slice_of(ppk->salt, ppk->salt_len),
                                              ppk->passes };
    uint8_t all[AES_KEY + AES_BLOCK + 32];
    unsigned flavour = 0;
    enum sx_err err;

    while (flavour < 3 && !sx_slice_is_text(ppk->flavour, names[flavour]))
        flavour++;
    if (flavour == 3)
        return damaged(fault, "its key derivation is none that is known");
    err = sx_box_argon2(provider, (enum sx_box_argon2)flavour, &password, ppk->memory, ppk->lanes,
                        all, sizeof all);
    if (err == SX_ERR_PROVIDER_FETCH)
        return sx_fault_set(fault, SX_ERR_POLICY_CONTAINER,
                            "the PuTTY key is encrypted under %s, which the crypto provider lacks "
                            "(libcrypto has it from 3.2 on); write the key in version 2 with "
                            "puttygen --ppk-param version=2, or without a passphrase",
                            names[flavour]);
    if (err == SX_OK) {
        memcpy(out->key, all, AES_KEY);
        memcpy(out->iv, all + AES_KEY, AES_BLOCK);
        memcpy(out->mac_key, all + AES_KEY + AES_BLOCK, 32);
        out->mac_len = 32;
    }
    sx_wipe(all, sizeof all);
    return err == SX_OK ? SX_OK : sx_fault_note(fault, err);
}

static enum sx_err secrets_make(struct sx_provider *provider, const struct ppk *ppk,
                                struct sx_slice passphrase, struct sx_fault *fault,
                                struct secrets *out)
{
    enum sx_err err;

    if (!is_encrypted(ppk)) {
        if (ppk->version == 3)
            return SX_OK; /* the MAC's key is empty */
        passphrase = SX_SLICE_NONE;
    } else if (passphrase.len == 0) {
        return sx_fault_set(fault, SX_ERR_KEY_PASSPHRASE,
                            "the PuTTY key is encrypted, and no passphrase was given");
    } else if (ppk->version == 3) {
        return secrets_of_3(provider, ppk, passphrase, fault, out);
    }
    err = secrets_of_2(provider, passphrase, out);
    return err == SX_OK ? SX_OK : sx_fault_note(fault, err);
}

/* --- Put together ----------------------------------------------------------------------------- */

static enum sx_err mac_check(struct sx_provider *provider, const struct ppk *ppk,
                             const struct secrets *secrets, struct sx_slice plain,
                             struct sx_fault *fault)
{
    const enum sx_hash hash = ppk->version == 3 ? SX_HASH_SHA256 : SX_HASH_SHA1;
    const size_t cap = 64 + ppk->type.len + ppk->encryption.len + ppk->comment.len +
                       ppk->public_blob.len + plain.len;
    struct sx_secret data = { 0 };
    struct sx_writer writer;
    struct sx_slice all = SX_SLICE_NONE;
    uint8_t mac[SX_DIGEST_MAX];
    enum sx_err err;

    SX_TRY(sx_secret_reserve(&data, cap));
    sx_writer_init(&writer, data.ptr, cap);
    sx_writer_string(&writer, ppk->type);
    sx_writer_string(&writer, ppk->encryption);
    sx_writer_string(&writer, ppk->comment);
    sx_writer_string(&writer, sx_secret_slice(&ppk->public_blob));
    sx_writer_string(&writer, plain);
    err = sx_writer_finish(&writer, &all);
    if (err == SX_OK)
        err =
            sx_box_hmac(provider, hash, sx_slice_of(secrets->mac_key, secrets->mac_len), all, mac);
    sx_secret_clear(&data);
    if (err != SX_OK)
        return sx_fault_note(fault, err);
    if (ppk->mac_len == sx_hash_size(hash) && sx_is_equal_secret(mac, ppk->mac, ppk->mac_len))
        return SX_OK;
    if (is_encrypted(ppk))
        return sx_fault_set(fault, SX_ERR_KEY_PASSPHRASE,
                            "the PuTTY key doesn't decrypt: the passphrase is wrong, or the file "
                            "is damaged");
    return damaged(fault, "its MAC is wrong");
}

static enum sx_err open_ppk(struct sx_provider *provider, struct ppk *ppk,
                            struct sx_slice passphrase, struct sx_fault *fault, struct sx_key **out)
{
    static const struct sx_box_cipher cipher = { .evp_name = "AES-256-CBC" };
    struct secrets secrets = { .mac_len = 0 };
    struct sx_secret plain = { 0 };
    enum sx_err err = SX_OK;

    if (is_encrypted(ppk) && ppk->private_part.len % AES_BLOCK != 0)
        return damaged(fault, "its private part has no whole blocks");
    err = secrets_make(provider, ppk, passphrase, fault, &secrets);
    if (err == SX_OK && is_encrypted(ppk)) {
        err = sx_box_crypt(provider, &cipher, sx_slice_of(secrets.key, AES_KEY),
                           sx_slice_of(secrets.iv, AES_BLOCK), false,
                           sx_secret_slice(&ppk->private_part), &plain);
        if (err == SX_OK)
            sx_secret_move(&ppk->private_part, &plain);
    }
    if (err == SX_OK)
        err = mac_check(provider, ppk, &secrets, sx_secret_slice(&ppk->private_part), fault);
    if (err == SX_OK)
        err = sx_ppk_key_make(provider, ppk->type, sx_secret_slice(&ppk->public_blob),
                              sx_secret_slice(&ppk->private_part), fault, out);
    sx_wipe(&secrets, sizeof secrets);
    sx_secret_clear(&plain);
    return err == SX_OK ? SX_OK : sx_fault_note(fault, err);
}

bool sx_ppk_is(struct sx_slice text)
{
    size_t n = sizeof first_line - 1;

    return text.len > n && memcmp(text.ptr, first_line, n) == 0;
}

enum sx_err sx_ppk_decode(struct sx_provider *provider, struct sx_slice text,
                          struct sx_slice passphrase, struct sx_fault *fault, struct sx_key **out)
{
    struct ppk ppk = { .version = 0 };
    enum sx_err err;

    SX_TRY(sx_container_check(provider, "PuTTY's private key format", fault));
    err = ppk_read(text, fault, &ppk);
    if (err == SX_OK)
        err = open_ppk(provider, &ppk, passphrase, fault, out);
    sx_secret_clear(&ppk.public_blob);
    sx_secret_clear(&ppk.private_part);
    return err;
}
