/* crypto/key_cert.c: host keys in all their forms, and OpenSSH's certificates. Whom a certificate
 * may speak for, by whom, and for how long, is for who trusts it to say; here its key is taken out,
 * so that the signature over the exchange can be verified. */
#include "crypto/key_cert.h"

#include "crypto/key_inside.h"
#include "crypto/key_x509.h"

#include "base/memory.h"
#include "wire/reader.h"
#include "wire/writer.h"

/* The key type's own fields, in the order of its plain blob. */
static struct sx_slice read_public_fields(struct sx_reader *reader, enum sx_key_type type)
{
    const uint8_t *start = reader->ptr;
    int count = type == SX_KEY_RSA ? 2 : type == SX_KEY_DSA ? 4 : type == SX_KEY_ED25519 ? 1 : 2;

    while (count-- > 0)
        (void)sx_reader_string(reader); /* an mpint has a string's frame */
    if (sx_reader_is_bad(reader))
        return SX_SLICE_NONE;
    return sx_slice_of(start, (size_t)(reader->ptr - start));
}

/* Whether bytes are whole strings, a multiple of group of them. */
static bool is_packed(struct sx_slice bytes, unsigned group)
{
    struct sx_reader reader;
    unsigned count = 0;

    sx_reader_init(&reader, bytes);
    while (reader.left > 0 && !sx_reader_is_bad(&reader)) {
        (void)sx_reader_string(&reader);
        count++;
    }
    return !sx_reader_is_bad(&reader) && count % group == 0;
}

static const char *blob_name(const struct sx_sig_alg *alg)
{
    return alg->blob_name != NULL ? alg->blob_name : alg->name;
}

enum sx_err sx_ssh_cert_decode(const struct sx_sig_alg *alg, struct sx_slice blob,
                               struct sx_fault *fault, struct sx_ssh_cert *out)
{
    struct sx_ssh_cert cert;
    struct sx_reader reader;

    if (blob.len > SX_CERT_BLOB_MAX)
        return sx_fault_set(fault, SX_ERR_PEER_HOST_KEY,
                            "%s: the certificate has %zu bytes; at most %d are taken", alg->name,
                            blob.len, SX_CERT_BLOB_MAX);
    sx_reader_init(&reader, blob);
    if (!sx_slice_is_text(sx_reader_string(&reader), blob_name(alg)))
        return sx_fault_set(fault, SX_ERR_PEER_HOST_KEY_TYPE,
                            "%s was negotiated, but what came is no certificate of type %s",
                            alg->name, blob_name(alg));
    cert.nonce = sx_reader_string(&reader);
    cert.public_fields = read_public_fields(&reader, alg->type);
    cert.serial = sx_reader_u64(&reader);
    cert.type = sx_reader_u32(&reader);
    cert.key_id = sx_reader_string(&reader);
    cert.principals = sx_reader_string(&reader);
    cert.valid_after = sx_reader_u64(&reader);
    cert.valid_before = sx_reader_u64(&reader);
    cert.critical_options = sx_reader_string(&reader);
    cert.extensions = sx_reader_string(&reader);
    (void)sx_reader_string(&reader); /* reserved */
    cert.signature_key = sx_reader_string(&reader);
    cert.signed_part = sx_slice_of(blob.ptr, blob.len - reader.left);
    cert.signature = sx_reader_string(&reader);
    if (sx_reader_finish(&reader) != SX_OK || !is_packed(cert.principals, 1) ||
        !is_packed(cert.critical_options, 2) || !is_packed(cert.extensions, 2) ||
        (cert.type != SX_SSH_CERT_USER && cert.type != SX_SSH_CERT_HOST))
        return sx_fault_set(fault, SX_ERR_PEER_HOST_KEY,
                            "%s: the certificate ends early, has bytes left over, or fields that "
                            "are not what they must be",
                            alg->name);
    *out = cert;
    return SX_OK;
}

/* The plain blob that a certificate's key would have goes through the plain blob's own checks. */
static enum sx_err key_from_cert(struct sx_provider *provider, const struct sx_sig_alg *alg,
                                 uint32_t type, struct sx_slice blob, struct sx_fault *fault,
                                 struct sx_key **out)
{
    struct sx_ssh_cert cert = { .type = 0 };
    struct sx_writer writer;
    struct sx_slice plain;
    uint8_t *storage;
    size_t cap;
    enum sx_err err;

    SX_TRY(sx_ssh_cert_decode(alg, blob, fault, &cert));
    if (cert.type != type)
        return sx_fault_set(fault, SX_ERR_PEER_HOST_KEY,
                            type == SX_SSH_CERT_HOST
                                ? "%s: the server showed a certificate for users, not one for hosts"
                                : "%s: the certificate is one for hosts, not for users",
                            alg->name);
    cap = 64 + cert.public_fields.len;
    storage = sx_alloc(cap);
    if (storage == NULL)
        return SX_ERR_MEMORY;
    sx_writer_init(&writer, storage, cap);
    sx_writer_text(&writer, sx_key_type_name(alg->type));
    sx_writer_bytes(&writer, cert.public_fields);
    err = sx_writer_finish(&writer, &plain);
    if (err == SX_OK)
        err = sx_key_from_public_blob(provider, plain, fault, out);
    sx_free(storage);
    return err;
}

static enum sx_err decode(struct sx_provider *provider, const struct sx_sig_alg *alg,
                          uint32_t cert_type, struct sx_slice blob, struct sx_fault *fault,
                          struct sx_key **out)
{
    switch (alg->form) {
    case SX_SIG_PLAIN: return sx_key_from_public_blob(provider, blob, fault, out);
    case SX_SIG_OPENSSH_CERT: return key_from_cert(provider, alg, cert_type, blob, fault, out);
    case SX_SIG_X509_RFC6187:
    case SX_SIG_X509_SIGN: return sx_key_from_x509_blob(provider, alg, blob, fault, out);
    }
    return SX_ERR_INTERNAL;
}

enum sx_err sx_key_from_host_blob(struct sx_provider *provider, const struct sx_sig_alg *alg,
                                  struct sx_slice blob, struct sx_fault *fault, struct sx_key **out)
{
    struct sx_key *key = NULL;
    enum sx_err err = SX_OK;

    SX_TRY(decode(provider, alg, SX_SSH_CERT_HOST, blob, fault, &key));
    if (key == NULL)
        return SX_ERR_INTERNAL;
    if (key->type != alg->type)
        err = sx_fault_set(fault, SX_ERR_PEER_HOST_KEY_TYPE,
                           "the server sent a host key of type %s, but %s was negotiated",
                           sx_key_type_name(key->type), alg->name);
    else if (key->bits < alg->min_bits)
        err = sx_fault_set(fault, SX_ERR_PEER_HOST_KEY,
                           "the server's host key has %u bits; %s is defined for at least %u",
                           key->bits, alg->name, alg->min_bits);
    if (err != SX_OK) {
        sx_key_free(key);
        return err;
    }
    *out = key;
    return SX_OK;
}

enum sx_err sx_key_from_user_blob(struct sx_provider *provider, const struct sx_sig_alg *alg,
                                  struct sx_slice blob, struct sx_fault *fault, struct sx_key **out)
{
    struct sx_key *key = NULL;

    SX_TRY(decode(provider, alg, SX_SSH_CERT_USER, blob, fault, &key));
    if (key == NULL)
        return SX_ERR_INTERNAL;
    if (key->type != alg->type || key->bits < alg->min_bits) {
        sx_key_free(key);
        return sx_fault_set(fault, SX_ERR_PEER_HOST_KEY_TYPE,
                            "the key is of another type or size than %s is for", alg->name);
    }
    *out = key;
    return SX_OK;
}
