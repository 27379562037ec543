/* crypto/x509_ocsp.c: OCSP answers that a server brings along (RFC 6187 section 2.1, RFC 6960).
 * The signature is verified by the provider: OpenSSL's own OCSP_basic_verify would decode the
 * certificate of who signed in the default library context. */
#include "crypto/x509_inside.h"

#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

enum { OCSP_BYTES_MAX = 64 * 1024 };

static enum sx_err reject(struct sx_fault *fault, const char *why)
{
    char reason[8];

    sx_openssl_reason(reason, sizeof reason);
    return sx_fault_set(fault, SX_ERR_HOST_KEY_REJECTED,
                        "the OCSP answer for the server's X.509 certificate %s", why);
}

/* Whom the issuer entrusted with its answers (RFC 6960 section 4.2.2.2): signed by it, for OCSP,
 * and valid now. */
static bool is_entrusted(X509 *signer, X509 *issuer, time_t now)
{
    return X509_check_issued(issuer, signer) == X509_V_OK &&
           X509_verify(signer, X509_get0_pubkey(issuer)) == 1 &&
           (X509_get_extended_key_usage(signer) & XKU_OCSP_SIGN) != 0 &&
           (X509_get_extension_flags(signer) & EXFLAG_XKUSAGE) != 0 &&
           X509_cmp_time(X509_get0_notBefore(signer), &now) < 0 &&
           X509_cmp_time(X509_get0_notAfter(signer), &now) > 0;
}

static bool is_signed_by(struct sx_provider *provider, const OCSP_BASICRESP *basic, X509 *signer)
{
    EVP_PKEY *key = X509_get0_pubkey(signer);
    const X509_ALGOR *alg = OCSP_resp_get0_tbs_sigalg(basic);
    int hash = NID_undef;

    /* A hash of SHA-2 at least, as in the path itself. */
    if (key == NULL || OBJ_find_sigid_algs(OBJ_obj2nid(alg->algorithm), &hash, NULL) != 1 ||
        hash == NID_md5 || hash == NID_sha1)
        return false;
    return ASN1_item_verify_ex(ASN1_ITEM_rptr(OCSP_RESPDATA), alg, OCSP_resp_get0_signature(basic),
                               OCSP_resp_get0_respdata(basic), NULL, key, provider->libctx,
                               provider->decode_properties) == 1;
}

/* Certificates in the answer are decoded again, in the provider's context. */
static bool is_signed_by_entrusted(struct sx_provider *provider, const OCSP_BASICRESP *basic,
                                   X509 *issuer, time_t now)
{
    const STACK_OF(X509) *certs = OCSP_resp_get0_certs(basic);
    bool is_good = false;

    for (int i = 0; !is_good && i < sk_X509_num(certs); i++) {
        unsigned char *der = NULL;
        int len = i2d_X509(sk_X509_value(certs, i), &der);
        X509 *signer = len <= 0 ? NULL : sx_x509_from_der(provider, sx_slice_of(der, (size_t)len));

        is_good = signer != NULL && is_entrusted(signer, issuer, now) &&
                  is_signed_by(provider, basic, signer);
        X509_free(signer);
        OPENSSL_free(der);
    }
    return is_good;
}

/* Whether bytes is the hash of data, by the hash that the answer's identifier names. */
static bool is_hash_of(struct sx_provider *provider, const ASN1_OBJECT *name,
                       const ASN1_OCTET_STRING *bytes, struct sx_slice data)
{
    uint8_t digest[SX_DIGEST_MAX];
    size_t len = 0;
    enum sx_hash hash;

    switch (OBJ_obj2nid(name)) {
    case NID_sha1: hash = SX_HASH_SHA1; break; /* tells issuers apart, proves nothing */
    case NID_sha256: hash = SX_HASH_SHA256; break;
    case NID_sha384: hash = SX_HASH_SHA384; break;
    case NID_sha512: hash = SX_HASH_SHA512; break;
    default: return false;
    }
    return sx_digest_once(provider, hash, data, digest, &len) == SX_OK &&
           sx_slice_is_equal(
               sx_slice_of(digest, len),
               sx_slice_of(ASN1_STRING_get0_data(bytes), (size_t)ASN1_STRING_length(bytes)));
}

/* CertID (RFC 6960 section 4.1.1): the issuer's name and key, and the serial number. */
static bool is_about(struct sx_provider *provider, OCSP_SINGLERESP *single, X509 *cert,
                     X509 *issuer)
{
    OCSP_CERTID *id = (OCSP_CERTID *)(uintptr_t)OCSP_SINGLERESP_get0_id(single);
    const ASN1_BIT_STRING *key = X509_get0_pubkey_bitstr(issuer);
    ASN1_OCTET_STRING *name_hash = NULL;
    ASN1_OCTET_STRING *key_hash = NULL;
    ASN1_INTEGER *serial = NULL;
    ASN1_OBJECT *hash = NULL;
    unsigned char *name = NULL;
    int name_len;
    bool is_it;

    if (OCSP_id_get0_info(&name_hash, &hash, &key_hash, &serial, id) != 1 || key == NULL ||
        ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(cert)) != 0)
        return false;
    name_len = i2d_X509_NAME(X509_get_subject_name(issuer), &name);
    is_it = name_len > 0 &&
            is_hash_of(provider, hash, name_hash, sx_slice_of(name, (size_t)name_len)) &&
            is_hash_of(provider, hash, key_hash,
                       sx_slice_of(ASN1_STRING_get0_data(key), (size_t)ASN1_STRING_length(key)));
    OPENSSL_free(name);
    return is_it;
}

/* The answer about this very certificate. */
static enum sx_err check_status(struct sx_provider *provider, OCSP_BASICRESP *basic, X509 *cert,
                                X509 *issuer, time_t now, struct sx_fault *fault)
{
    ASN1_GENERALIZEDTIME *this_update = NULL;
    ASN1_GENERALIZEDTIME *next_update = NULL;
    int status = -1;

    for (int i = 0; status < 0 && i < OCSP_resp_count(basic); i++) {
        OCSP_SINGLERESP *single = OCSP_resp_get0(basic, i);

        if (is_about(provider, single, cert, issuer))
            status = OCSP_single_get0_status(single, NULL, NULL, &this_update, &next_update);
    }
    if (status < 0)
        return reject(fault, "doesn't speak of it");
    if (status == V_OCSP_CERTSTATUS_REVOKED)
        return reject(fault, "says that it was revoked");
    if (status != V_OCSP_CERTSTATUS_GOOD)
        return reject(fault, "says that it isn't known");
    if (this_update == NULL || X509_cmp_time(this_update, &now) > 0)
        return reject(fault, "is of the future");
    if (next_update == NULL || X509_cmp_time(next_update, &now) < 0)
        return reject(fault, "is too old, or doesn't say how long it counts");
    return SX_OK;
}

/* --- The frame -------------------------------------------------------------------------------- */

/* Takes an element of this tag and class off; its content goes to *out. */
static bool element_take(struct sx_slice *rest, int tag, int class, struct sx_slice *out)
{
    const unsigned char *ptr = rest->ptr;
    long len = 0;
    int found_tag = 0;
    int found_class = 0;
    int flags = rest->len == 0
                    ? 0x80
                    : ASN1_get_object(&ptr, &len, &found_tag, &found_class, (long)rest->len);

    if ((flags & 0x80) != 0 || (flags & 0x01) != 0 || found_tag != tag || found_class != class)
        return false;
    *out = sx_slice_of(ptr, (size_t)len);
    *rest = sx_slice_of(ptr + len, rest->len - (size_t)(ptr - rest->ptr) - (size_t)len);
    return true;
}

/* OCSPResponse (RFC 6960 section 4.2.1) is taken apart by hand: OpenSSL would decode what is in it,
 * keys of certificates too, in the default library context. NULL when it can't be decoded; *out_ok
 * is false for an error of the responder's. */
static OCSP_BASICRESP *frame_decode(struct sx_provider *provider, struct sx_slice der, bool *out_ok)
{
    static const uint8_t basic_oid[] = { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01 };
    const int plain = V_ASN1_UNIVERSAL;
    struct sx_slice all, status, tagged, bytes, type, basic;
    const unsigned char *ptr;
    void *out;

    if (!element_take(&der, V_ASN1_SEQUENCE, plain, &all) || der.len != 0 ||
        !element_take(&all, V_ASN1_ENUMERATED, plain, &status) || status.len != 1)
        return NULL;
    *out_ok = status.ptr[0] == 0;
    if (!*out_ok || !element_take(&all, 0, V_ASN1_CONTEXT_SPECIFIC, &tagged) || all.len != 0 ||
        !element_take(&tagged, V_ASN1_SEQUENCE, plain, &bytes) || tagged.len != 0 ||
        !element_take(&bytes, V_ASN1_OBJECT, plain, &type) ||
        !sx_slice_is_equal(type, sx_slice_of(basic_oid, sizeof basic_oid)) ||
        !element_take(&bytes, V_ASN1_OCTET_STRING, plain, &basic) || bytes.len != 0)
        return NULL;
    ptr = basic.ptr;
    out = ASN1_item_d2i_ex(NULL, &ptr, (long)basic.len, ASN1_ITEM_rptr(OCSP_BASICRESP),
                           provider->libctx, provider->decode_properties);
    if (out != NULL && ptr != basic.ptr + basic.len) {
        OCSP_BASICRESP_free(out);
        return NULL;
    }
    return out;
}

enum sx_err sx_ocsp_check(struct sx_provider *provider, struct sx_slice der, X509 *cert,
                          X509 *issuer, int64_t now, struct sx_fault *fault)
{
    OCSP_BASICRESP *basic = NULL;
    bool is_answer = true;
    enum sx_err err;

    if (der.len <= OCSP_BYTES_MAX)
        basic = frame_decode(provider, der, &is_answer);
    if (basic == NULL)
        err = reject(fault, is_answer ? "can't be decoded" : "is an error of the responder's");
    else if (!is_signed_by(provider, basic, issuer) &&
             !is_signed_by_entrusted(provider, basic, issuer, (time_t)now))
        err = reject(fault, "is signed neither by its issuer nor by whom that one entrusted");
    else
        err = check_status(provider, basic, cert, issuer, (time_t)now, fault);
    OCSP_BASICRESP_free(basic);
    return err;
}
