/* crypto/user_cert.c: a certificate's public key and subject, and public keys in DER. */
#include "crypto/user_cert.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "crypto/key_inside.h"

#include <openssl/asn1.h>
#include <openssl/decoder.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

enum { DER_MAX = 64 * 1024, VALUE_MAX = 256 };

/* The reference's names of the fields; others have OpenSSL's short names, or their numbers. */
static void field_name(const ASN1_OBJECT *oid, char *out, size_t cap)
{
    int nid = OBJ_obj2nid(oid);

    if (nid == NID_pkcs9_emailAddress)
        (void)snprintf(out, cap, "E");
    else if (nid == NID_stateOrProvinceName)
        (void)snprintf(out, cap, "S");
    else if (nid != NID_undef)
        (void)snprintf(out, cap, "%s", OBJ_nid2sn(nid));
    else
        (void)OBJ_obj2txt(out, (int)cap, oid, 1);
}

static void append(char *text, size_t cap, const char *more)
{
    size_t len = strlen(text);

    (void)snprintf(text + len, cap - len, "%s", more);
}

static bool append_entry(char *subject, const X509_NAME_ENTRY *entry)
{
    unsigned char *utf8 = NULL;
    char name[64];
    char value[VALUE_MAX];
    bool is_quoted;
    int n = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));

    if (n < 0)
        return false;
    sx_escape(value, sizeof value, sx_slice_of(utf8, (size_t)n));
    OPENSSL_free(utf8);
    field_name(X509_NAME_ENTRY_get_object(entry), name, sizeof name);
    is_quoted = strpbrk(value, ",\"") != NULL;
    if (subject[0] != '\0')
        append(subject, SX_CERT_NAME_MAX, ", ");
    append(subject, SX_CERT_NAME_MAX, name);
    append(subject, SX_CERT_NAME_MAX, is_quoted ? "=\"" : "=");
    append(subject, SX_CERT_NAME_MAX, value);
    append(subject, SX_CERT_NAME_MAX, is_quoted ? "\"" : "");
    return true;
}

static bool write_subject(const X509_NAME *name, char *out)
{
    char subject[SX_CERT_NAME_MAX] = "";

    for (int i = 0; i < X509_NAME_entry_count(name); i++) {
        if (!append_entry(subject, X509_NAME_get_entry(name, i)))
            return false;
    }
    memcpy(out, subject, sizeof subject);
    return true;
}

enum sx_err sx_user_cert_read(struct sx_provider *provider, struct sx_slice der,
                              struct sx_fault *fault, struct sx_key **out_key,
                              char out_subject[SX_CERT_NAME_MAX])
{
    X509 *x509 = X509_new_ex(provider->libctx, provider->decode_properties);
    const unsigned char *ptr = der.ptr;
    EVP_PKEY *pkey = NULL;

    if (x509 == NULL)
        return SX_ERR_MEMORY;
    if (der.len <= DER_MAX && d2i_X509(&x509, &ptr, (long)der.len) != NULL &&
        ptr == der.ptr + der.len && write_subject(X509_get_subject_name(x509), out_subject))
        pkey = X509_get_pubkey(x509);
    X509_free(x509);
    if (pkey == NULL)
        return sx_openssl_fault(fault, SX_ERR_KEY_FORMAT,
                                "the certificate is damaged, no X.509 certificate, or for a key of "
                                "a kind that the crypto provider doesn't have");
    return sx_key_wrap(provider, pkey, false, SX_ERR_KEY_FORMAT, fault, out_key);
}

enum sx_err sx_key_from_spki(struct sx_provider *provider, struct sx_slice der,
                             struct sx_fault *fault, struct sx_key **out)
{
    EVP_PKEY *pkey = NULL;
    const unsigned char *ptr = der.ptr;
    size_t left = der.len;
    OSSL_DECODER_CTX *ctx = NULL;
    bool is_ok = false;

    if (der.len > 0 && der.len <= SX_DER_MAX)
        ctx = OSSL_DECODER_CTX_new_for_pkey(&pkey, "DER", NULL, NULL, EVP_PKEY_PUBLIC_KEY,
                                            provider->libctx, provider->decode_properties);
    if (ctx != NULL)
        is_ok = OSSL_DECODER_from_data(ctx, &ptr, &left) == 1 && left == 0;
    OSSL_DECODER_CTX_free(ctx);
    if (!is_ok) {
        EVP_PKEY_free(pkey);
        return sx_openssl_fault(fault, SX_ERR_KEY_FORMAT,
                                "the public key is damaged, or of a kind that can't be used");
    }
    return sx_key_wrap(provider, pkey, false, SX_ERR_KEY_FORMAT, fault, out);
}
