/* keys/key_form.c: the first bytes of each form, and for DER the shape behind them. */
#include "keys/key_form.h"

#include <string.h>

#include "keys/p7b.h"
#include "keys/pfx.h"
#include "keys/ppk.h"
#include "keys/ssh_public.h"
#include "wire/der.h"

enum { DER_BIT_STRING = 0x03 };

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Text may have a byte order mark and blanks before it. */
static struct sx_slice text_start(struct sx_slice bytes)
{
    if (bytes.len >= 3 && memcmp(bytes.ptr, "\xef\xbb\xbf", 3) == 0)
        bytes = sx_slice_of(bytes.ptr + 3, bytes.len - 3);
    while (bytes.len > 0 && is_blank(bytes.ptr[0]))
        bytes = sx_slice_of(bytes.ptr + 1, bytes.len - 1);
    return bytes;
}

/* A line that begins so; anything may stand before it (RFC 7468 section 5.2). */
static bool has_pem_block(struct sx_slice bytes)
{
    static const char edge[] = "-----BEGIN ";
    const size_t n = sizeof edge - 1;

    for (size_t i = 0; i + n <= bytes.len; i++) {
        if (bytes.ptr[i] == '-' && memcmp(bytes.ptr + i, edge, n) == 0 &&
            (i == 0 || is_blank(bytes.ptr[i - 1]) || bytes.ptr[i - 1] == 0xbf))
            return true;
    }
    return false;
}

static enum sx_key_form form_of_der(struct sx_slice bytes)
{
    struct sx_reader outer, reader, first;

    sx_reader_init(&outer, bytes);
    sx_reader_init(&reader, sx_der_read(&outer, SX_DER_SEQUENCE));
    if (sx_pfx_is(bytes))
        return SX_FORM_PFX;
    if (sx_p7b_is(bytes))
        return SX_FORM_P7B;
    if (sx_der_peek(&reader) == SX_DER_SEQUENCE) {
        sx_reader_init(&first, sx_der_read(&reader, SX_DER_SEQUENCE));
        if (sx_der_peek(&first) != SX_DER_OID)
            return sx_der_peek(&first) != 0 ? SX_FORM_DER_CERT : SX_FORM_DER_KEY;
        return sx_der_peek(&reader) == DER_BIT_STRING ? SX_FORM_DER_PUBLIC : SX_FORM_DER_ENCRYPTED;
    }
    return SX_FORM_DER_KEY; /* or damaged, which its reader finds out */
}

enum sx_key_form sx_key_form_of(struct sx_slice bytes)
{
    const struct sx_slice text = text_start(bytes);

    if (bytes.len >= 4 && (memcmp(bytes.ptr, "\xfe\xed\xfe\xed", 4) == 0 ||
                           memcmp(bytes.ptr, "\xce\xce\xce\xce", 4) == 0))
        return SX_FORM_JAVA;
    if (bytes.len > 0 && bytes.ptr[0] == SX_DER_SEQUENCE)
        return form_of_der(bytes);
    if (sx_ppk_is(text))
        return SX_FORM_PPK;
    if (sx_ssh_public_is(text))
        return SX_FORM_SSH_PUBLIC;
    if (text.len > 0 && text.ptr[0] == '{')
        return SX_FORM_JWK;
    if (text.len > 0 && text.ptr[0] == '<')
        return SX_FORM_XML;
    return has_pem_block(bytes) ? SX_FORM_PEM : SX_FORM_UNKNOWN;
}

const char *sx_key_form_name(enum sx_key_form form)
{
    switch (form) {
    case SX_FORM_PEM: return "PEM";
    case SX_FORM_DER_KEY: return "a private key in DER";
    case SX_FORM_DER_ENCRYPTED: return "an encrypted private key in DER";
    case SX_FORM_DER_PUBLIC: return "a public key in DER";
    case SX_FORM_DER_CERT: return "a certificate in DER";
    case SX_FORM_PFX: return "PKCS#12 (PFX)";
    case SX_FORM_P7B: return "PKCS#7 (P7B)";
    case SX_FORM_PPK: return "a PuTTY key (PPK)";
    case SX_FORM_SSH_PUBLIC: return "an SSH public key";
    case SX_FORM_JWK: return "a JSON Web Key";
    case SX_FORM_XML: return "an XML key";
    case SX_FORM_JAVA: return "a Java key store";
    case SX_FORM_UNKNOWN: break;
    }
    return "in no known form";
}

bool sx_key_form_is_base64(struct sx_slice bytes)
{
    static const char of_pem[] = "LS0tLS1CRUdJT"; /* "-----BEGIN" */

    if (bytes.len < sizeof of_pem || (bytes.ptr[0] != 'M' && /* of 0x30 */
                                      memcmp(bytes.ptr, of_pem, sizeof of_pem - 1) != 0))
        return false;
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t c = bytes.ptr[i];

        if (!is_blank(c) && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') &&
            !(c >= '0' && c <= '9') && c != '+' && c != '/' && c != '=')
            return false;
    }
    return true;
}
