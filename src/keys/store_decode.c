/* keys/store_decode.c: hands bytes to the reader of their form, and PEM's blocks to that of theirs. */
#include "keys/store_decode.h"

#include <string.h>

#include "base/text.h"
#include "crypto/user_cert.h"
#include "keys/jwk.h"
#include "keys/openssh_key.h"
#include "keys/p7b.h"
#include "keys/pem.h"
#include "keys/pem_key.h"
#include "keys/pfx.h"
#include "keys/ppk.h"
#include "keys/ssh_public.h"
#include "keys/xml_key.h"
#include "wire/der.h"

/* What all steps need. */
struct decode {
    struct sx_provider *provider;
    struct sx_slice passphrase;
    struct sx_fault *fault;
    struct sx_store *store;
    struct sx_key_sink sink;
};

static enum sx_err take_key(void *context, struct sx_key *key, struct sx_fault *fault)
{
    struct decode *decode = context;

    return sx_store_add_key(decode->store, key, fault);
}

static enum sx_err take_certificate(void *context, struct sx_slice der, struct sx_fault *fault)
{
    struct decode *decode = context;

    return sx_store_add_certificate(decode->store, decode->provider, der, fault);
}

/* --- PEM -------------------------------------------------------------------------------------- */

static bool ends_with(struct sx_slice text, const char *end)
{
    size_t n = strlen(end);

    return text.len >= n && memcmp(text.ptr + text.len - n, end, n) == 0;
}

static enum sx_err need_passphrase(const struct decode *decode)
{
    if (decode->passphrase.len != 0)
        return SX_OK;
    return sx_fault_set(decode->fault, SX_ERR_KEY_PASSPHRASE,
                        "the private key is encrypted, and no passphrase was given");
}

static enum sx_err private_block(struct decode *decode, const struct sx_pem *pem,
                                 struct sx_key **out)
{
    struct sx_slice bytes = sx_secret_slice(&pem->bytes);

    if (sx_pem_is_encrypted(pem))
        return sx_pem_key_decode(decode->provider, pem, decode->passphrase, decode->fault, out);
    if (sx_slice_is_text(pem->label, "PRIVATE KEY") ||
        sx_slice_is_text(pem->label, "RSA PRIVATE KEY") ||
        sx_slice_is_text(pem->label, "DSA PRIVATE KEY") ||
        sx_slice_is_text(pem->label, "EC PRIVATE KEY"))
        return sx_key_from_der(decode->provider, bytes, decode->fault, out);
    if (sx_slice_is_text(pem->label, "OPENSSH PRIVATE KEY"))
        return sx_openssh_key_decode(decode->provider, bytes, decode->passphrase, decode->fault,
                                     out);
    if (!sx_slice_is_text(pem->label, "ENCRYPTED PRIVATE KEY"))
        return sx_fault_set(decode->fault, SX_ERR_KEY_FORMAT,
                            "keys of the kind \"%.*s\" can't be used; expected RSA, EC or Ed25519",
                            (int)pem->label.len, (const char *)pem->label.ptr);
    SX_TRY(need_passphrase(decode));
    return sx_key_from_encrypted_der(decode->provider, bytes, decode->passphrase, decode->fault,
                                     out);
}

/* Blocks of other labels, such as parameters, are passed over. */
static enum sx_err decode_block(struct decode *decode, const struct sx_pem *pem)
{
    struct sx_slice bytes = sx_secret_slice(&pem->bytes);
    struct sx_key *key = NULL;

    if (ends_with(pem->label, "PRIVATE KEY")) {
        SX_TRY(private_block(decode, pem, &key));
        return sx_store_add_key(decode->store, key, decode->fault);
    }
    if (sx_slice_is_text(pem->label, "CERTIFICATE") ||
        sx_slice_is_text(pem->label, "X509 CERTIFICATE"))
        return take_certificate(decode, bytes, decode->fault);
    if (sx_slice_is_text(pem->label, "PUBLIC KEY") ||
        sx_slice_is_text(pem->label, "RSA PUBLIC KEY")) {
        /* Beside a private key it says nothing more; alone, there is nothing to be used. */
        if (sx_key_from_spki(decode->provider, bytes, NULL, &key) != SX_OK)
            return SX_OK;
        return sx_store_add_key(decode->store, key, decode->fault);
    }
    if (sx_slice_is_text(pem->label, "PKCS7") || sx_slice_is_text(pem->label, "CMS"))
        return sx_p7b_decode(bytes, decode->fault, &decode->sink);
    return SX_OK;
}

static enum sx_err decode_pem(struct decode *decode, struct sx_slice text)
{
    struct sx_pem pem = { 0 };
    bool is_found = false;
    enum sx_err err;

    while ((err = sx_pem_next(&text, decode->fault, &pem, &is_found)) == SX_OK && is_found) {
        err = decode_block(decode, &pem);
        if (err != SX_OK)
            break;
    }
    sx_pem_clear(&pem);
    return err;
}

/* --- All forms -------------------------------------------------------------------------------- */

static enum sx_err unknown(const struct decode *decode)
{
    return sx_fault_set(decode->fault, SX_ERR_KEY_FORMAT,
                        "there is no key in a known form in it; expected PEM (a line \"-----BEGIN "
                        "... PRIVATE KEY-----\"), DER, PKCS#12, PKCS#7, a PuTTY key, an SSH public "
                        "key, a JSON Web Key or an XML key");
}

/* The forms that are one key. */
static enum sx_err decode_one(struct decode *decode, enum sx_key_form form, struct sx_slice bytes)
{
    struct sx_key *key = NULL;
    enum sx_err err;

    switch (form) {
    case SX_FORM_DER_KEY:
        err = sx_key_from_der(decode->provider, bytes, decode->fault, &key);
        break;
    case SX_FORM_DER_PUBLIC:
        err = sx_key_from_spki(decode->provider, bytes, decode->fault, &key);
        break;
    case SX_FORM_DER_ENCRYPTED:
        err = need_passphrase(decode);
        if (err == SX_OK)
            err = sx_key_from_encrypted_der(decode->provider, bytes, decode->passphrase,
                                            decode->fault, &key);
        break;
    default:
        err = sx_ppk_decode(decode->provider, bytes, decode->passphrase, decode->fault, &key);
        break;
    }
    return err == SX_OK ? sx_store_add_key(decode->store, key, decode->fault) : err;
}

enum sx_err sx_store_decode_form(struct sx_provider *provider, enum sx_key_form form,
                                 struct sx_slice bytes, struct sx_slice passphrase,
                                 struct sx_fault *fault, struct sx_store *out)
{
    struct decode decode = {
        .provider = provider, .passphrase = passphrase, .fault = fault, .store = out
    };

    decode.sink = (struct sx_key_sink){ take_key, take_certificate, &decode };
    switch (form) {
    case SX_FORM_PEM: return decode_pem(&decode, bytes);
    case SX_FORM_DER_KEY:
    case SX_FORM_DER_PUBLIC:
    case SX_FORM_DER_ENCRYPTED:
    case SX_FORM_PPK: return decode_one(&decode, form, bytes);
    case SX_FORM_DER_CERT: return take_certificate(&decode, bytes, fault);
    case SX_FORM_PFX: return sx_pfx_decode(provider, bytes, passphrase, fault, &decode.sink);
    case SX_FORM_P7B: return sx_p7b_decode(bytes, fault, &decode.sink);
    case SX_FORM_SSH_PUBLIC: return sx_ssh_public_decode(provider, bytes, fault, &decode.sink);
    case SX_FORM_JWK: return sx_jwk_decode(provider, bytes, fault, &decode.sink);
    case SX_FORM_XML: return sx_xml_key_decode(provider, bytes, fault, &decode.sink);
    case SX_FORM_JAVA:
        return sx_fault_set(fault, SX_ERR_KEY_STORE,
                            "this is a Java key store, which is not available on this platform; "
                            "write it as PKCS#12 with keytool -importkeystore -deststoretype "
                            "PKCS12");
    case SX_FORM_UNKNOWN: break;
    }
    return unknown(&decode);
}
