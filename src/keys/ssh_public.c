/* keys/ssh_public.c: OpenSSH's public key lines and RFC 4716's files. */
#include "keys/ssh_public.h"

#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "crypto/key_cert.h"
#include "crypto/legacy.h"
#include "wire/reader.h"

enum { PUBLIC_BLOB_MAX = 64 * 1024, BARE_MIN = 64 };

static const char rfc4716_begin[] = "---- BEGIN SSH2 PUBLIC KEY ----";
static const char rfc4716_end[] = "---- END SSH2 PUBLIC KEY ----";

static bool begins(struct sx_slice text, const char *start)
{
    size_t n = strlen(start);

    return text.len >= n && memcmp(text.ptr, start, n) == 0;
}

/* The blob alone in base64, as "type base64 comment" has it in its middle. */
static bool is_bare(struct sx_slice text)
{
    if (text.len < BARE_MIN || !begins(text, "AAAA"))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];

        if (!(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
            c != '+' && c != '/' && c != '=' && c != '\n' && c != '\r')
            return false;
    }
    return true;
}

bool sx_ssh_public_is(struct sx_slice text)
{
    if (is_bare(text))
        return true;
    /* A file may well be called "ssh-key". */
    if (text.len == 0 ||
        (memchr(text.ptr, ' ', text.len) == NULL && memchr(text.ptr, '\n', text.len) == NULL))
        return false;
    return begins(text, "ssh-") || begins(text, "ecdsa-sha2-") || begins(text, "sk-ssh-") ||
           begins(text, "sk-ecdsa-") || begins(text, "rsa-sha2-") || begins(text, rfc4716_begin);
}

static enum sx_err damaged(struct sx_fault *fault)
{
    return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                        "the SSH public key is damaged: expected \"type base64\" or RFC 4716's "
                        "form");
}

/* The next line; "\r" before its end doesn't count. */
static bool next_line(struct sx_slice *rest, struct sx_slice *out)
{
    const uint8_t *end = rest->len > 0 ? memchr(rest->ptr, '\n', rest->len) : NULL;
    size_t len = end != NULL ? (size_t)(end - rest->ptr) : rest->len;
    size_t used = end != NULL ? len + 1 : len;

    if (rest->len == 0)
        return false;
    *out = sx_slice_of(rest->ptr, len);
    *rest = sx_slice_of(rest->ptr + used, rest->len - used);
    while (out->len > 0 && out->ptr[out->len - 1] == '\r')
        out->len--;
    return true;
}

/* RFC 4716 section 3: header lines, which a backslash at their end continues, then base64. */
static enum sx_err body_of_4716(struct sx_slice text, struct sx_fault *fault, struct sx_buffer *out)
{
    struct sx_slice rest = text;
    struct sx_slice line = SX_SLICE_NONE;
    bool is_header = false;

    if (!next_line(&rest, &line) || !sx_slice_is_text(line, rfc4716_begin))
        return damaged(fault);
    while (next_line(&rest, &line)) {
        if (sx_slice_is_text(line, rfc4716_end))
            return SX_OK;
        if (is_header || (line.len > 0 && memchr(line.ptr, ':', line.len) != NULL)) {
            is_header = line.len > 0 && line.ptr[line.len - 1] == '\\';
            continue;
        }
        SX_TRY(sx_buffer_append(out, line));
    }
    return damaged(fault);
}

static bool next_word(struct sx_slice *rest, struct sx_slice *out)
{
    size_t n = 0;

    while (rest->len > 0 && (rest->ptr[0] == ' ' || rest->ptr[0] == '\t'))
        *rest = sx_slice_of(rest->ptr + 1, rest->len - 1);
    while (n < rest->len && rest->ptr[n] != ' ' && rest->ptr[n] != '\t')
        n++;
    *out = sx_slice_of(rest->ptr, n);
    *rest = sx_slice_of(rest->ptr + n, rest->len - n);
    return n > 0;
}

/* The form of certificate that a blob's name speaks of; NULL for a plain key. */
static const struct sx_sig_alg *cert_form(struct sx_slice name)
{
    static const struct sx_sig_alg *const forms[] = {
        &sx_sig_rsa_sha2_512_cert,
        &sx_sig_ecdsa_nistp256_cert,
        &sx_sig_ecdsa_nistp384_cert,
        &sx_sig_ecdsa_nistp521_cert,
        &sx_sig_ed25519_cert,
#if SX_LEGACY
        &sx_sig_ssh_dss_cert,
#endif
    };

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const char *blob_name = forms[i]->blob_name != NULL ? forms[i]->blob_name : forms[i]->name;

        if (sx_slice_is_text(name, blob_name))
            return forms[i];
    }
    return NULL;
}

static enum sx_err key_of_blob(struct sx_provider *provider, struct sx_slice blob,
                               struct sx_fault *fault, struct sx_key **out)
{
    struct sx_fault inner = { 0 };
    const struct sx_sig_alg *form;
    struct sx_reader reader;
    struct sx_slice name;
    char shown[64];
    enum sx_err err;

    sx_reader_init(&reader, blob);
    name = sx_reader_string(&reader);
    sx_escape(shown, sizeof shown, name);
    if (strncmp(shown, "sk-", 3) == 0)
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "the public key is of type \"%s\": security keys (sk-*) can't be used "
                            "here",
                            shown);
    form = cert_form(name);
    err = form != NULL ? sx_key_from_host_blob(provider, form, blob, &inner, out)
                       : sx_key_from_public_blob(provider, blob, &inner, out);
    if (err == SX_OK || err == SX_ERR_MEMORY)
        return err;
    return sx_fault_set(fault, SX_ERR_KEY_FORMAT, "the SSH public key can't be read: %s",
                        inner.text);
}

enum sx_err sx_ssh_public_decode(struct sx_provider *provider, struct sx_slice text,
                                 struct sx_fault *fault, const struct sx_key_sink *sink)
{
    struct sx_slice rest = text;
    struct sx_slice line = SX_SLICE_NONE;
    struct sx_slice word = SX_SLICE_NONE;
    struct sx_buffer base64;
    struct sx_secret blob = { 0 };
    struct sx_key *key = NULL;
    enum sx_err err = SX_OK;

    sx_buffer_init(&base64, PUBLIC_BLOB_MAX);
    if (begins(text, rfc4716_begin))
        err = body_of_4716(text, fault, &base64);
    else if (is_bare(text))
        err = sx_buffer_append(&base64, text);
    else if (!next_line(&rest, &line) || !next_word(&line, &word) || !next_word(&line, &word))
        err = damaged(fault);
    else
        err = sx_buffer_append(&base64, word);
    if (err == SX_OK)
        err = sx_secret_reserve(&blob, sx_buffer_len(&base64) + 1);
    if (err == SX_OK && sx_base64_decode(sx_buffer_unread(&base64), true, false, blob.ptr, blob.cap,
                                         &blob.len) != SX_OK)
        err = damaged(fault);
    if (err == SX_OK)
        err = key_of_blob(provider, sx_secret_slice(&blob), fault, &key);
    if (err == SX_OK)
        err = sink->key(sink->context, key, fault);
    sx_buffer_clear(&base64);
    sx_secret_clear(&blob);
    return err == SX_OK ? SX_OK : sx_fault_note(fault, err);
}
