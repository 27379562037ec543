/* crypto/key_x509.c: X.509 certificates as host keys. The certificate is decoded in the provider's
 * own library context, and its key ends up in the provider's hands, or is refused. */
#include "crypto/key_x509.h"

#include "crypto/key_inside.h"

#include "base/memory.h"
#include "wire/reader.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/x509.h>

#include <string.h>

/* --- The blob --------------------------------------------------------------------------------- */

static enum sx_err bad_frame(const struct sx_sig_alg *alg, struct sx_fault *fault)
{
    return sx_fault_set(fault, SX_ERR_PEER_HOST_KEY,
                        "%s: the certificates end early, have bytes left over, are too many (at "
                        "most %d) or too long (at most %d bytes each)",
                        alg->name, SX_X509_CHAIN_MAX, SX_X509_DER_MAX);
}

static enum sx_err bad_name(const struct sx_sig_alg *alg, struct sx_fault *fault)
{
    return sx_fault_set(fault, SX_ERR_PEER_HOST_KEY_TYPE,
                        "%s was negotiated, but what came is no certificate of that form",
                        alg->name);
}

/* A count of at most max, and as many strings of DER. */
static bool read_list(struct sx_reader *reader, size_t max, struct sx_slice *out, size_t *out_count)
{
    uint32_t count = sx_reader_u32(reader);

    if (count > max)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        out[i] = sx_reader_string(reader);
        if (out[i].len == 0 || out[i].len > SX_X509_DER_MAX)
            return false;
    }
    *out_count = count;
    return true;
}

static enum sx_err decode_rfc6187(const struct sx_sig_alg *alg, struct sx_slice blob,
                                  struct sx_fault *fault, struct sx_x509_chain *chain)
{
    struct sx_reader reader;

    sx_reader_init(&reader, blob);
    if (!sx_slice_is_text(sx_reader_string(&reader), alg->name))
        return bad_name(alg, fault);
    if (!read_list(&reader, SX_X509_CHAIN_MAX, chain->certs, &chain->cert_count) ||
        !read_list(&reader, chain->cert_count, chain->ocsp, &chain->ocsp_count) ||
        sx_reader_finish(&reader) != SX_OK || chain->cert_count == 0)
        return bad_frame(alg, fault);
    return SX_OK;
}

/* A certificate starts with the tag of a SEQUENCE, a length of this size with zero: which of the
 * three ways was taken shows in one byte. PKIX-SSH sends the bare certificate. */
static enum sx_err decode_sign(const struct sx_sig_alg *alg, struct sx_slice blob,
                               struct sx_fault *fault, struct sx_x509_chain *chain)
{
    static const uint8_t tag_sequence = 0x30;
    struct sx_reader reader;
    struct sx_slice *cert = &chain->certs[0];

    sx_reader_init(&reader, blob);
    if (blob.len > 0 && blob.ptr[0] != tag_sequence &&
        !sx_slice_is_text(sx_reader_string(&reader), alg->name))
        return bad_name(alg, fault);
    if (reader.left > 0 && reader.ptr[0] != tag_sequence)
        *cert = sx_reader_string(&reader);
    else
        *cert = sx_reader_rest(&reader);
    if (sx_reader_finish(&reader) != SX_OK || cert->len == 0 || cert->len > SX_X509_DER_MAX)
        return bad_frame(alg, fault);
    chain->cert_count = 1;
    return SX_OK;
}

enum sx_err sx_x509_chain_decode(const struct sx_sig_alg *alg, struct sx_slice blob,
                                 struct sx_fault *fault, struct sx_x509_chain *out)
{
    struct sx_x509_chain chain = { .cert_count = 0 };

    if (blob.len > SX_X509_BLOB_MAX)
        return bad_frame(alg, fault);
    if (alg->form == SX_SIG_X509_RFC6187)
        SX_TRY(decode_rfc6187(alg, blob, fault, &chain));
    else
        SX_TRY(decode_sign(alg, blob, fault, &chain));
    *out = chain;
    return SX_OK;
}

/* --- The certificate -------------------------------------------------------------------------- */

/* RFC 2253's form is plain ASCII: everything else comes escaped. What doesn't fit is cut. */
static bool print_name(const X509_NAME *name, char *out)
{
    BIO *bio = BIO_new(BIO_s_mem());
    int n = -1;

    if (bio != NULL && name != NULL && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0)
        n = BIO_read(bio, out, SX_CERT_NAME_MAX - 1);
    BIO_free(bio);
    if (bio == NULL)
        return false;
    out[n > 0 ? n : 0] = '\0'; /* an empty name reads nothing */
    return true;
}

static bool read_names(const X509 *x509, struct sx_cert_names *out)
{
    return print_name(X509_get_subject_name(x509), out->subject) &&
           print_name(X509_get_issuer_name(x509), out->issuer);
}

/* RFC 5480 section 2.1.1: a curve is named, never described by numbers of the sender's choice. */
static bool has_named_curve(EVP_PKEY *pkey)
{
    int is_explicit = 0;

    return EVP_PKEY_is_a(pkey, "EC") != 1 ||
           (EVP_PKEY_get_int_param(pkey, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
                                   &is_explicit) == 1 &&
            is_explicit == 0);
}

static enum sx_err key_from_der(struct sx_provider *provider, struct sx_slice der,
                                struct sx_fault *fault, struct sx_key **out)
{
    X509 *x509 = X509_new_ex(provider->libctx, provider->decode_properties);
    const unsigned char *ptr = der.ptr;
    struct sx_cert_names *names = sx_alloc(sizeof *names);
    EVP_PKEY *pkey = NULL;
    struct sx_key *key = NULL;
    enum sx_err err = SX_ERR_MEMORY;

    if (x509 == NULL || names == NULL)
        goto out;
    if (d2i_X509(&x509, &ptr, (long)der.len) == NULL || ptr != der.ptr + der.len ||
        (pkey = X509_get_pubkey(x509)) == NULL || !has_named_curve(pkey)) {
        err = sx_openssl_fault(fault, SX_ERR_PEER_HOST_KEY,
                               "the server's certificate is no X.509 certificate with a key of a "
                               "known kind");
        goto out;
    }
    if (!read_names(x509, names))
        goto out;
    err = sx_key_wrap(provider, pkey, false, SX_ERR_PEER_HOST_KEY, fault, &key);
    pkey = NULL; /* the key's now */
    if (err != SX_OK || key == NULL)
        goto out;
    key->names = names;
    names = NULL;
    *out = key;
out:
    EVP_PKEY_free(pkey);
    X509_free(x509);
    sx_free(names);
    return err;
}

enum sx_err sx_key_from_x509_blob(struct sx_provider *provider, const struct sx_sig_alg *alg,
                                  struct sx_slice blob, struct sx_fault *fault, struct sx_key **out)
{
    struct sx_x509_chain chain = { .cert_count = 0 };

    SX_TRY(sx_x509_chain_decode(alg, blob, fault, &chain));
    return key_from_der(provider, chain.certs[0], fault, out);
}

const struct sx_cert_names *sx_key_cert_names(const struct sx_key *key)
{
    return key->names;
}
