/* keys/key_form.h: which form of key store bytes are in, told from the bytes alone. */
#ifndef SX_KEYS_KEY_FORM_H
#define SX_KEYS_KEY_FORM_H

#include <stdbool.h>

#include "base/slice.h"

enum sx_key_form {
    SX_FORM_UNKNOWN,
    SX_FORM_PEM,           /* one or more blocks of any label */
    SX_FORM_DER_KEY,       /* PKCS#8, or a traditional private key */
    SX_FORM_DER_ENCRYPTED, /* PKCS#8 under a passphrase */
    SX_FORM_DER_PUBLIC,    /* SubjectPublicKeyInfo */
    SX_FORM_DER_CERT,      /* an X.509 certificate */
    SX_FORM_PFX,
    SX_FORM_P7B,
    SX_FORM_PPK,
    SX_FORM_SSH_PUBLIC,
    SX_FORM_JWK,
    SX_FORM_XML,
    SX_FORM_JAVA, /* JKS or JCEKS, known by their first bytes */
};

enum sx_key_form sx_key_form_of(struct sx_slice bytes);

/* What a person calls it: "PEM", "PKCS#12 (PFX)". */
const char *sx_key_form_name(enum sx_key_form form);

/* sx_key_form_is_base64 says whether bytes are nothing but base64 of what may be DER or PEM. */
bool sx_key_form_is_base64(struct sx_slice bytes);

#endif
