/* services/token_sign.c: a signature by a token, in SSH's form, checked by the provider. */
#include <string.h>

#include "base/memory.h"
#include "services/token_inside.h"
#include "wire/writer.h"

enum { SIGNATURE_MAX = 2048, BLOB_MAX = 4096, PREFIX_MAX = 19 };

/* The mechanism that hashes by itself, and the one that wants a digest. */
static const struct mechanism_row {
    const struct sx_sig_alg *alg;
    unsigned long whole;
    unsigned long bare;
    uint8_t prefix[PREFIX_MAX]; /* of PKCS#1's DigestInfo, for CKM_RSA_PKCS */
    size_t prefix_len;
} mechanism_rows[] = {
    { &sx_sig_rsa_sha2_256,
      CKM_SHA256_RSA_PKCS,
      CKM_RSA_PKCS,
      { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
        0x05, 0x00, 0x04, 0x20 },
      PREFIX_MAX },
    { &sx_sig_rsa_sha2_512,
      CKM_SHA512_RSA_PKCS,
      CKM_RSA_PKCS,
      { 0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03,
        0x05, 0x00, 0x04, 0x40 },
      PREFIX_MAX },
    { &sx_sig_ecdsa_nistp256, CKM_ECDSA_SHA256, CKM_ECDSA, { 0 }, 0 },
    { &sx_sig_ecdsa_nistp384, CKM_ECDSA_SHA384, CKM_ECDSA, { 0 }, 0 },
    { &sx_sig_ecdsa_nistp521, CKM_ECDSA_SHA512, CKM_ECDSA, { 0 }, 0 },
};

/* Certificates sign as their plain algorithm does: the same key type and hash. */
static const struct mechanism_row *row_of(const struct sx_sig_alg *alg)
{
    for (size_t i = 0; i < sizeof mechanism_rows / sizeof mechanism_rows[0]; i++) {
        if (mechanism_rows[i].alg->type == alg->type && mechanism_rows[i].alg->hash == alg->hash)
            return &mechanism_rows[i];
    }
    return NULL;
}

static bool has_mechanism(const struct sx_token *token, unsigned long mechanism)
{
    struct ck_mechanism_info info = { 0, 0, 0 };

    return token->calls->get_mechanism_info(token->slot, mechanism, &info) == CKR_OK &&
           (info.flags & CKF_SIGN) != 0;
}

/* What the token is given: the message, or its digest, which the provider makes. */
static enum sx_err prepare(const struct sx_token *token, const struct mechanism_row *row,
                           struct sx_slice message, uint8_t *storage, unsigned long *out_mechanism,
                           struct sx_slice *out)
{
    size_t n = 0;

    if (has_mechanism(token, row->whole)) {
        *out_mechanism = row->whole;
        *out = message;
        return SX_OK;
    }
    memcpy(storage, row->prefix, row->prefix_len);
    SX_TRY(sx_digest_once(token->provider, row->alg->hash, message, storage + row->prefix_len, &n));
    *out_mechanism = row->bare;
    *out = sx_slice_of(storage, row->prefix_len + n);
    return SX_OK;
}

static unsigned long sign_once(const struct sx_token *token, const struct sx_token_entry *entry,
                               unsigned long mechanism, struct sx_slice data, uint8_t *signature,
                               size_t *out_len)
{
    struct ck_mechanism how = { .mechanism = mechanism };
    unsigned long length = SIGNATURE_MAX;
    unsigned long code = token->calls->sign_init(token->session, &how, entry->object);

    if (code == CKR_OK && entry->asks_each_time)
        code = token->calls->login(token->session, CKU_CONTEXT_SPECIFIC, token->pin.ptr,
                                   token->pin.len);
    if (code == CKR_OK)
        code = token->calls->sign(token->session, (unsigned char *)(uintptr_t)data.ptr, data.len,
                                  signature, &length);
    *out_len = length;
    return code == CKR_OK && length > SIGNATURE_MAX ? (unsigned long)CKR_DEVICE_ERROR : code;
}

/* What a new session can mend. */
static bool is_lost(unsigned long code)
{
    return code == CKR_SESSION_CLOSED || code == CKR_SESSION_HANDLE_INVALID ||
           code == CKR_USER_NOT_LOGGED_IN || code == CKR_KEY_HANDLE_INVALID ||
           code == CKR_OBJECT_HANDLE_INVALID;
}

/* RSA's signature goes as it is (RFC 8332); ECDSA's halves as mpints (RFC 5656 section 3.1.2). */
static enum sx_err to_ssh(const struct sx_sig_alg *alg, struct sx_slice raw, struct sx_writer *out)
{
    size_t mark;

    sx_writer_text(out, alg->signature_name != NULL ? alg->signature_name : alg->name);
    if (alg->type == SX_KEY_RSA) {
        sx_writer_string(out, raw);
        return SX_OK;
    }
    if (raw.len == 0 || raw.len % 2 != 0)
        return SX_ERR_SIGN;
    mark = sx_writer_begin_string(out);
    sx_writer_mpint(out, sx_slice_of(raw.ptr, raw.len / 2));
    sx_writer_mpint(out, sx_slice_of(raw.ptr + raw.len / 2, raw.len / 2));
    sx_writer_end_string(out, mark);
    return SX_OK;
}

static enum sx_err finish(const struct sx_token *token, const struct sx_token_entry *entry,
                          const struct sx_sig_alg *alg, struct sx_slice message,
                          struct sx_slice raw, struct sx_fault *fault, struct sx_buffer *out)
{
    uint8_t storage[BLOB_MAX];
    struct sx_writer writer;
    struct sx_slice blob = SX_SLICE_NONE;
    enum sx_err err;

    sx_writer_init(&writer, storage, sizeof storage);
    err = to_ssh(alg, raw, &writer);
    if (err == SX_OK)
        err = sx_writer_finish(&writer, &blob);
    if (err == SX_OK)
        err = sx_key_verify(entry->key, alg, message, blob, NULL);
    if (err != SX_OK)
        return sx_fault_set(fault, SX_ERR_SIGN, "token %s: its signature isn't one of its own key",
                            token->label);
    return sx_buffer_append(out, blob);
}

enum sx_err sx_token_sign(struct sx_token *token, unsigned index, const struct sx_sig_alg *alg,
                          struct sx_slice message, struct sx_fault *fault, struct sx_buffer *out)
{
    struct sx_token_entry *entry = &token->entries[index];
    const struct mechanism_row *row = row_of(alg);
    uint8_t storage[PREFIX_MAX + SX_DIGEST_MAX];
    uint8_t signature[SIGNATURE_MAX];
    unsigned long mechanism = 0;
    struct sx_slice data;
    size_t n = 0;
    unsigned long code;

    if (row == NULL)
        return sx_fault_set(fault, SX_ERR_SIGN, "tokens don't sign with %s here", alg->name);
    SX_TRY(prepare(token, row, message, storage, &mechanism, &data));
    code = sign_once(token, entry, mechanism, data, signature, &n);
    if (is_lost(code)) {
        SX_TRY(sx_token_session(token, fault));
        SX_TRY(sx_token_find_again(token, entry, fault));
        code = sign_once(token, entry, mechanism, data, signature, &n);
    }
    if (code != CKR_OK)
        return sx_token_error(token, code, "signing", fault);
    return finish(token, entry, alg, message, sx_slice_of(signature, n), fault, out);
}
