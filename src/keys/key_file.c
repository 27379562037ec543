/* keys/key_file.c: reads a key file within bounds, tells the form of what is in it, and hands it
 * to the one that knows the form. */
#include "keys/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "keys/openssh_key.h"
#include "keys/pem.h"

enum { PATH_SHOWN_MAX = 512 };

/* --- The file --------------------------------------------------------------------------------- */

static enum sx_err open_failed(struct sx_fault *fault, const char *shown, int sys)
{
    switch (sys) {
    case ENOENT:
    case ENOTDIR:
        return sx_fault_set_sys(fault, SX_ERR_FILE, sys, "%s: there is no such file", shown);
    case EACCES:
    case EPERM:
        return sx_fault_set_sys(fault, SX_ERR_FILE, sys,
                                "%s: this user may not read the file (errno %d)", shown, sys);
    default:
        return sx_fault_set_sys(fault, SX_ERR_FILE, sys, "%s: the file can't be opened (errno %d)",
                                shown, sys);
    }
}

/* Only of a file of our own can it be said who should read it; root may be given others' keys. */
static bool is_loose(const struct stat *st)
{
    return st->st_uid == geteuid() && (st->st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

static enum sx_err check_file(const struct stat *st, bool allow_loose_mode, const char *shown,
                              struct sx_fault *fault)
{
    if (!S_ISREG(st->st_mode))
        return sx_fault_set(fault, SX_ERR_FILE, "%s: expected a regular file, this is %s", shown,
                            S_ISDIR(st->st_mode) ? "a directory" : "something else");
    if (st->st_size > SX_KEY_FILE_MAX)
        return sx_fault_set(fault, SX_ERR_FILE,
                            "%s: the file has %lld bytes; no private key needs more than %d", shown,
                            (long long)st->st_size, SX_KEY_FILE_MAX);
    if (is_loose(st) && !allow_loose_mode)
        return sx_fault_set(fault, SX_ERR_FILE_MODE,
                            "%s: others can get at this private key (its mode is %04o); "
                            "take that away with chmod 600, or use another key",
                            shown, (unsigned)(st->st_mode & 07777));
    return SX_OK;
}

/* Reads to the end. The file may have grown since it was looked at, so the bound is checked by
 * what comes. */
static enum sx_err read_all(int fd, const char *shown, struct sx_fault *fault,
                            struct sx_secret *out)
{
    SX_TRY(sx_secret_reserve(out, SX_KEY_FILE_MAX + 1));
    while (out->len < out->cap) {
        ssize_t n = read(fd, out->ptr + out->len, out->cap - out->len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return sx_fault_set_sys(fault, SX_ERR_FILE, errno,
                                    "%s: the file can't be read (errno %d)", shown, errno);
        if (n == 0)
            break;
        out->len += (size_t)n;
    }
    if (out->len == 0)
        return sx_fault_set(fault, SX_ERR_FILE, "%s: the file is empty", shown);
    if (out->len > SX_KEY_FILE_MAX)
        return sx_fault_set(fault, SX_ERR_FILE,
                            "%s: the file has more than %d bytes, which no private key needs",
                            shown, SX_KEY_FILE_MAX);
    return SX_OK;
}

enum sx_err sx_key_file_read(const char *path, bool allow_loose_mode, struct sx_fault *fault,
                             struct sx_secret *out)
{
    char shown[PATH_SHOWN_MAX];
    struct stat st;
    enum sx_err err;
    int fd;

    sx_secret_clear(out);
    sx_escape(shown, sizeof shown, sx_slice_text(path));
    /* A pipe must not make us wait for who writes into it. */
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return open_failed(fault, shown, errno);
    if (fstat(fd, &st) != 0)
        err = open_failed(fault, shown, errno);
    else
        err = check_file(&st, allow_loose_mode, shown, fault);
    if (err == SX_OK)
        err = read_all(fd, shown, fault, out);
    (void)close(fd);
    if (err != SX_OK)
        sx_secret_clear(out);
    return err;
}

/* --- PEM -------------------------------------------------------------------------------------- */

static bool ends_with(struct sx_slice text, const char *end)
{
    size_t n = strlen(end);

    return text.len >= n && memcmp(text.ptr + text.len - n, end, n) == 0;
}

/* Finds the one block whose label ends in PRIVATE KEY. *out is empty when there is none. */
static enum sx_err find_private_block(struct sx_slice text, struct sx_fault *fault,
                                      struct sx_pem *out)
{
    struct sx_pem block = { 0 };
    bool is_found = false;
    enum sx_err err;

    while ((err = sx_pem_next(&text, fault, &block, &is_found)) == SX_OK && is_found) {
        if (!ends_with(block.label, "PRIVATE KEY"))
            continue;
        if (out->label.len != 0) {
            err = sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                               "there is more than one private key in it; expected one");
            break;
        }
        out->label = block.label;
        out->headers = block.headers;
        sx_secret_move(&out->bytes, &block.bytes);
    }
    sx_pem_clear(&block);
    return err;
}

static enum sx_err refuse_traditional_encryption(const struct sx_pem *pem, struct sx_fault *fault)
{
    struct sx_slice value = SX_SLICE_NONE;
    char shown[64];

    if (!sx_pem_header(pem, "DEK-Info", &value) && !sx_pem_header(pem, "Proc-Type", &value))
        return SX_OK;
    return sx_fault_set(fault, SX_ERR_POLICY_CONTAINER,
                        "the private key is encrypted in the traditional PEM way (%s), whose key "
                        "derivation is MD5 and not approved; convert it to encrypted PKCS#8 with "
                        "openssl pkcs8 -topk8 -v2 aes-256-cbc",
                        sx_escape(shown, sizeof shown, value));
}

static enum sx_err decode_block(struct sx_provider *provider, const struct sx_pem *pem,
                                struct sx_slice passphrase, struct sx_fault *fault,
                                struct sx_key **out)
{
    struct sx_slice bytes = sx_secret_slice(&pem->bytes);

    SX_TRY(refuse_traditional_encryption(pem, fault));
    if (sx_slice_is_text(pem->label, "PRIVATE KEY") ||
        sx_slice_is_text(pem->label, "RSA PRIVATE KEY") ||
        sx_slice_is_text(pem->label, "EC PRIVATE KEY"))
        return sx_key_from_der(provider, bytes, fault, out);
    if (sx_slice_is_text(pem->label, "OPENSSH PRIVATE KEY"))
        return sx_openssh_key_decode(provider, bytes, fault, out);
    if (!sx_slice_is_text(pem->label, "ENCRYPTED PRIVATE KEY"))
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "keys of the kind \"%.*s\" can't be used; expected RSA, EC or Ed25519",
                            (int)pem->label.len, (const char *)pem->label.ptr);
    if (passphrase.len == 0)
        return sx_fault_set(fault, SX_ERR_KEY_PASSPHRASE,
                            "the private key is encrypted, and no passphrase was given");
    return sx_key_from_encrypted_der(provider, bytes, passphrase, fault, out);
}

/* --- Which form it is ------------------------------------------------------------------------- */

static bool begins_with(struct sx_slice bytes, const char *text)
{
    size_t n = strlen(text);

    return bytes.len >= n && memcmp(bytes.ptr, text, n) == 0;
}

/* Both forms of PKCS#8 are a SEQUENCE. The plain one begins with a version, an INTEGER; the
 * encrypted one with an algorithm, a SEQUENCE. */
enum { DER_INTEGER = 0x02, DER_SEQUENCE = 0x30 };

static uint8_t der_second_tag(struct sx_slice der)
{
    size_t skip = 2;

    if (der.len > 1 && der.ptr[1] > 0x80)
        skip += der.ptr[1] & 0x7fU;
    return der.len > skip ? der.ptr[skip] : 0;
}

static enum sx_err decode_der(struct sx_provider *provider, struct sx_slice der,
                              struct sx_slice passphrase, struct sx_fault *fault,
                              struct sx_key **out)
{
    if (der_second_tag(der) != DER_SEQUENCE)
        return sx_key_from_der(provider, der, fault, out);
    if (passphrase.len == 0)
        return sx_fault_set(fault, SX_ERR_KEY_PASSPHRASE,
                            "this is an encrypted private key in DER, or none at all, and no "
                            "passphrase was given");
    return sx_key_from_encrypted_der(provider, der, passphrase, fault, out);
}

/* What people give by mistake, and what to do about it. */
static enum sx_err unknown_form(struct sx_slice bytes, struct sx_fault *fault)
{
    static const struct {
        const char *start;
        const char *advice;
    } rows[] = {
        { "ssh-", "this is a public key; the private key is in the file without .pub" },
        { "ecdsa-", "this is a public key; the private key is in the file without .pub" },
        { "---- BEGIN SSH2 PUBLIC KEY", "this is a public key; the private key is needed" },
        { "PuTTY-User-Key-File-", "this is a PuTTY key, which can't be read; convert it with "
                                  "puttygen -O private-openssh-new" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (begins_with(bytes, rows[i].start))
            return sx_fault_set(fault, SX_ERR_KEY_FORMAT, "%s", rows[i].advice);
    }
    return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                        "there is no private key in a known form in it; expected PEM (a line "
                        "\"-----BEGIN ... PRIVATE KEY-----\") or DER of PKCS#8");
}

enum sx_err sx_key_decode(struct sx_provider *provider, struct sx_slice bytes,
                          struct sx_slice passphrase, struct sx_fault *fault, struct sx_key **out)
{
    struct sx_pem pem = { 0 };
    enum sx_err err;

    if (bytes.len > SX_KEY_FILE_MAX)
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "the private key has %zu bytes; none needs more than %d", bytes.len,
                            SX_KEY_FILE_MAX);
    err = find_private_block(bytes, fault, &pem);
    if (err == SX_OK && pem.label.len != 0)
        err = decode_block(provider, &pem, passphrase, fault, out);
    else if (err == SX_OK && bytes.len != 0 && bytes.ptr[0] == DER_SEQUENCE)
        err = decode_der(provider, bytes, passphrase, fault, out);
    else if (err == SX_OK)
        err = unknown_form(bytes, fault);
    sx_pem_clear(&pem);
    return err;
}

enum sx_err sx_key_file_load(struct sx_provider *provider, const char *path, bool allow_loose_mode,
                             struct sx_slice passphrase, struct sx_fault *fault,
                             struct sx_key **out)
{
    struct sx_secret bytes = { 0 };
    struct sx_fault inner = { 0 };
    char shown[PATH_SHOWN_MAX];
    enum sx_err err = sx_key_file_read(path, allow_loose_mode, fault, &bytes);

    if (err != SX_OK)
        return err;
    err = sx_key_decode(provider, sx_secret_slice(&bytes), passphrase, &inner, out);
    sx_secret_clear(&bytes);
    if (err == SX_OK)
        return SX_OK;
    (void)sx_fault_note(&inner, err);
    return sx_fault_set(fault, err, "%s: %s", sx_escape(shown, sizeof shown, sx_slice_text(path)),
                        inner.text);
}
