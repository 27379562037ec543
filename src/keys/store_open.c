/* keys/store_open.c: from a store's type and value to its bytes, and whether they are of that type. */
#include "keys/key_store.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "keys/key_file.h"
#include "keys/key_folder.h"
#include "keys/store_decode.h"

enum { PATH_SHOWN_MAX = 512 };

#define FORMS(a, b, c) (1U << (a) | 1U << (b) | 1U << (c))

/* Each type that has bytes: where they are, and of which forms they may be. */
static const struct type_row {
    int type;
    bool is_file;
    bool is_public; /* nothing secret in it, so anybody may read the file */
    unsigned forms; /* 0: of any */
    const char *name;
} type_rows[] = {
    { SX_STORE_PFX_FILE, true, false, FORMS(SX_FORM_PFX, SX_FORM_PFX, SX_FORM_PFX), "PFX" },
    { SX_STORE_PFX_BLOB, false, false, FORMS(SX_FORM_PFX, SX_FORM_PFX, SX_FORM_PFX), "PFX" },
    { SX_STORE_PEM_FILE, true, false, FORMS(SX_FORM_PEM, SX_FORM_DER_KEY, SX_FORM_DER_ENCRYPTED),
      "PEM" },
    { SX_STORE_PEM_BLOB, false, false, FORMS(SX_FORM_PEM, SX_FORM_DER_KEY, SX_FORM_DER_ENCRYPTED),
      "PEM" },
    { SX_STORE_PUBLIC_FILE, true, true, FORMS(SX_FORM_PEM, SX_FORM_DER_PUBLIC, SX_FORM_DER_CERT),
      "public key" },
    { SX_STORE_PUBLIC_BLOB, false, true, FORMS(SX_FORM_PEM, SX_FORM_DER_PUBLIC, SX_FORM_DER_CERT),
      "public key" },
    { SX_STORE_SSH_PUBLIC_BLOB, false, true,
      FORMS(SX_FORM_SSH_PUBLIC, SX_FORM_SSH_PUBLIC, SX_FORM_SSH_PUBLIC), "SSH public key" },
    { SX_STORE_P7B_FILE, true, true, FORMS(SX_FORM_P7B, SX_FORM_PEM, SX_FORM_P7B), "P7B" },
    { SX_STORE_P7B_BLOB, false, true, FORMS(SX_FORM_P7B, SX_FORM_PEM, SX_FORM_P7B), "P7B" },
    { SX_STORE_SSH_PUBLIC_FILE, true, true,
      FORMS(SX_FORM_SSH_PUBLIC, SX_FORM_SSH_PUBLIC, SX_FORM_SSH_PUBLIC), "SSH public key" },
    { SX_STORE_PPK_FILE, true, false, FORMS(SX_FORM_PPK, SX_FORM_PPK, SX_FORM_PPK), "PPK" },
    { SX_STORE_PPK_BLOB, false, false, FORMS(SX_FORM_PPK, SX_FORM_PPK, SX_FORM_PPK), "PPK" },
    { SX_STORE_XML_FILE, true, false, FORMS(SX_FORM_XML, SX_FORM_XML, SX_FORM_XML), "XML" },
    { SX_STORE_XML_BLOB, false, false, FORMS(SX_FORM_XML, SX_FORM_XML, SX_FORM_XML), "XML" },
    { SX_STORE_JWK_FILE, true, false, FORMS(SX_FORM_JWK, SX_FORM_JWK, SX_FORM_JWK), "JWK" },
    { SX_STORE_JWK_BLOB, false, false, FORMS(SX_FORM_JWK, SX_FORM_JWK, SX_FORM_JWK), "JWK" },
};

static const struct type_row *row_of(int type)
{
    for (size_t i = 0; i < sizeof type_rows / sizeof type_rows[0]; i++) {
        if (type_rows[i].type == type)
            return &type_rows[i];
    }
    return NULL;
}

static bool is_java(int type)
{
    return type == SX_STORE_JKS_FILE || type == SX_STORE_JKS_BLOB || type == SX_STORE_BCFKS_FILE ||
           type == SX_STORE_BCFKS_BLOB;
}

bool sx_store_type_is_known(int type)
{
    return row_of(type) != NULL || is_java(type) || type == SX_STORE_USER ||
           type == SX_STORE_MACHINE || type == SX_STORE_PKCS11 || type == SX_STORE_AUTO;
}

/* --- Bytes ------------------------------------------------------------------------------------ */

static enum sx_err wrong_form(const struct type_row *row, enum sx_key_form form,
                              struct sx_fault *fault)
{
    return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                        "the store's type %d wants %s, and this is %s; type 99 takes any",
                        row->type, row->name, sx_key_form_name(form));
}

/* row NULL: any form. */
static enum sx_err decode_as(struct sx_provider *provider, const struct type_row *row,
                             struct sx_slice bytes, struct sx_slice passphrase,
                             struct sx_fault *fault, struct sx_store *out)
{
    enum sx_key_form form = sx_key_form_of(bytes);

    if (form != SX_FORM_UNKNOWN && row != NULL && (row->forms & 1U << form) == 0)
        return wrong_form(row, form, fault);
    SX_TRY(sx_store_decode_form(provider, form, bytes, passphrase, fault, out));
    if (out->count == 0)
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "there is no key and no certificate that can be used in it");
    return SX_OK;
}

/* "A string (binary or base64-encoded)". */
static enum sx_err decode_bytes(struct sx_provider *provider, const struct type_row *row,
                                struct sx_slice bytes, struct sx_slice passphrase,
                                struct sx_fault *fault, struct sx_store *out)
{
    struct sx_secret binary = { 0 };
    enum sx_err err;

    if (bytes.len > SX_STORE_BYTES_MAX)
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "the key store has %zu bytes; none needs more than %d", bytes.len,
                            SX_STORE_BYTES_MAX);
    if (!sx_key_form_is_base64(bytes))
        return decode_as(provider, row, bytes, passphrase, fault, out);
    SX_TRY(sx_secret_reserve(&binary, bytes.len));
    err = sx_base64_decode(bytes, true, true, binary.ptr, binary.cap, &binary.len);
    if (err == SX_OK)
        err = decode_as(provider, row, sx_secret_slice(&binary), passphrase, fault, out);
    else
        err = sx_fault_set(fault, SX_ERR_KEY_FORMAT, "the key store is damaged base64");
    sx_secret_clear(&binary);
    return err;
}

enum sx_err sx_store_decode(struct sx_provider *provider, struct sx_slice bytes,
                            struct sx_slice passphrase, struct sx_fault *fault,
                            struct sx_store *out)
{
    enum sx_err err = decode_bytes(provider, NULL, bytes, passphrase, fault, out);

    if (err != SX_OK)
        sx_store_clear(out);
    return err;
}

static enum sx_err open_file(struct sx_provider *provider, const struct type_row *row,
                             const struct sx_store_spec *spec, struct sx_fault *fault,
                             struct sx_store *out)
{
    struct sx_secret bytes = { 0 };
    struct sx_fault inner = { 0 };
    char shown[PATH_SHOWN_MAX];
    bool is_public = row != NULL && row->is_public;
    enum sx_err err;

    SX_TRY(sx_key_file_read(spec->value, spec->allow_loose_mode || is_public, fault, &bytes));
    err = decode_bytes(provider, row, sx_secret_slice(&bytes), spec->passphrase, &inner, out);
    sx_secret_clear(&bytes);
    if (err == SX_OK)
        return SX_OK;
    (void)sx_fault_note(&inner, err);
    return sx_fault_set(fault, err, "%s: %s",
                        sx_escape(shown, sizeof shown, sx_slice_text(spec->value)), inner.text);
}

/* --- Types ------------------------------------------------------------------------------------ */

/* A file's name has no NUL and is of no form. */
static bool is_file_name(const struct sx_store_spec *spec)
{
    struct sx_slice bytes = sx_slice_of(spec->value, spec->length);

    return memchr(spec->value, '\0', spec->length) == NULL &&
           sx_key_form_of(bytes) == SX_FORM_UNKNOWN &&
           (!sx_key_form_is_base64(bytes) || spec->length < 64);
}

static enum sx_err open_any(struct sx_provider *provider, const struct sx_store_spec *spec,
                            struct sx_fault *fault, struct sx_store *out)
{
    const struct type_row *row = row_of(spec->type);
    bool is_file = row != NULL ? row->is_file : is_file_name(spec);

    if (is_java(spec->type))
        return sx_fault_set(fault, SX_ERR_KEY_STORE,
                            "ssh_cert_store_type %d is a Java key store, which is not available on "
                            "this platform; write it as PKCS#12 and use type 2 or 3",
                            spec->type);
    if (spec->type == SX_STORE_USER || spec->type == SX_STORE_MACHINE)
        return sx_key_folder_open(provider, spec, fault, out);
    if (row == NULL && spec->type != SX_STORE_AUTO)
        return sx_fault_set(fault, SX_ERR_KEY_STORE, "ssh_cert_store_type %d is not known here",
                            spec->type);
    if (spec->length == 0 || (is_file && memchr(spec->value, '\0', spec->length) != NULL))
        return sx_fault_set(fault, SX_ERR_ARGUMENT,
                            "ssh_cert_store is %s; ssh_cert_store_type %d wants a %s",
                            spec->length == 0 ? "empty" : "no file name", spec->type,
                            is_file ? "file name" : "store");
    if (is_file)
        return open_file(provider, row, spec, fault, out);
    return decode_bytes(provider, row, sx_slice_of(spec->value, spec->length), spec->passphrase,
                        fault, out);
}

enum sx_err sx_store_open(struct sx_provider *provider, const struct sx_store_spec *spec,
                          struct sx_fault *fault, struct sx_store *out)
{
    enum sx_err err = open_any(provider, spec, fault, out);

    if (err != SX_OK)
        sx_store_clear(out);
    return err;
}
