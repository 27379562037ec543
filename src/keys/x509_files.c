/* keys/x509_files.c: finds certificates and revocation lists in what a setting or a file holds. */
#include "keys/x509_files.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "keys/pem.h"
#include "keys/trust_file.h"

enum { DER_SEQUENCE = 0x30 };

static const char *kind_name(enum sx_x509_kind kind)
{
    return kind == SX_X509_ANCHORS ? "trust anchor" : "revocation list";
}

static enum sx_err add_der(struct sx_x509_trust *trust, enum sx_x509_kind kind, struct sx_slice der,
                           struct sx_fault *fault)
{
    return kind == SX_X509_ANCHORS ? sx_x509_trust_add_anchor(trust, der, fault)
                                   : sx_x509_trust_add_crl(trust, der, fault);
}

static bool is_label(enum sx_x509_kind kind, struct sx_slice label)
{
    if (kind == SX_X509_CRLS)
        return sx_slice_is_text(label, "X509 CRL");
    return sx_slice_is_text(label, "CERTIFICATE") || sx_slice_is_text(label, "X509 CERTIFICATE");
}

static enum sx_err add_pem(struct sx_x509_trust *trust, enum sx_x509_kind kind,
                           struct sx_slice text, struct sx_fault *fault, unsigned *out_count)
{
    struct sx_pem block = { 0 };
    bool is_found = false;
    enum sx_err err;

    while ((err = sx_pem_next(&text, fault, &block, &is_found)) == SX_OK && is_found) {
        if (!is_label(kind, block.label))
            continue;
        err = add_der(trust, kind, sx_secret_slice(&block.bytes), fault);
        if (err != SX_OK)
            break;
        (*out_count)++;
    }
    sx_pem_clear(&block);
    return err;
}

static enum sx_err add_base64(struct sx_x509_trust *trust, enum sx_x509_kind kind,
                              struct sx_slice text, struct sx_fault *fault)
{
    uint8_t *der = sx_alloc(text.len + 1);
    size_t len = 0;
    enum sx_err err = SX_ERR_MEMORY;

    if (der != NULL)
        err = sx_base64_decode(text, true, true, der, text.len, &len);
    if (err == SX_ERR_ARGUMENT)
        err = sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                           "a %s is expected in PEM, DER, or the base64 of DER", kind_name(kind));
    if (err == SX_OK)
        err = add_der(trust, kind, sx_slice_of(der, len), fault);
    sx_free(der);
    return sx_fault_note(fault, err);
}

static bool has_pem(struct sx_slice text)
{
    static const char begin[] = "-----BEGIN ";
    const size_t len = sizeof begin - 1;

    for (size_t i = 0; i + len <= text.len; i++)
        if (text.ptr[i] == '-' && memcmp(text.ptr + i, begin, len) == 0)
            return true;
    return false;
}

enum sx_err sx_x509_add_text(struct sx_x509_trust *trust, enum sx_x509_kind kind,
                             struct sx_slice text, struct sx_fault *fault)
{
    unsigned count = 0;

    if (text.len > 0 && text.ptr[0] == DER_SEQUENCE)
        return add_der(trust, kind, text, fault);
    if (!has_pem(text))
        return add_base64(trust, kind, text, fault);
    SX_TRY(sx_fault_note(fault, add_pem(trust, kind, text, fault, &count)));
    if (count == 0)
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT, "there is no %s among the PEM blocks",
                            kind_name(kind));
    return SX_OK;
}

enum sx_err sx_x509_add_file(struct sx_x509_trust *trust, enum sx_x509_kind kind, const char *path,
                             struct sx_fault *fault)
{
    const struct sx_trust_file file = { path,
                                        kind == SX_X509_ANCHORS ? "file of trust anchors"
                                                                : "file of revocation lists",
                                        SX_X509_FILE_BYTES };
    uint8_t *bytes = NULL;
    size_t len = 0;
    struct sx_fault own = { 0 };
    char shown[512];
    enum sx_err err;

    SX_TRY(sx_trust_file_read(&file, fault, &bytes, &len));
    err = sx_x509_add_text(trust, kind, sx_slice_of(bytes, len), &own);
    sx_free(bytes);
    if (err == SX_OK)
        return SX_OK;
    return sx_fault_set(fault, err, "%s: %s", sx_escape(shown, sizeof shown, sx_slice_text(path)),
                        own.text);
}
