/* services/token_uri.h: which token and key are meant: a PKCS#11 URI (RFC 7512), or the absolute
 * path of a module alone. */
#ifndef SX_SERVICES_TOKEN_URI_H
#define SX_SERVICES_TOKEN_URI_H

#include "base/error.h"
#include "base/slice.h"

enum { SX_TOKEN_TEXT_MAX = 128, SX_TOKEN_PATH_MAX = 1024 };

/* Empty texts and has_slot false match anything. */
struct sx_token_uri {
    char module[SX_TOKEN_PATH_MAX]; /* absolute */
    char token[SX_TOKEN_TEXT_MAX];  /* the token's label */
    char serial[SX_TOKEN_TEXT_MAX];
    char object[SX_TOKEN_TEXT_MAX]; /* the key's label */
    uint8_t id[SX_TOKEN_TEXT_MAX];
    size_t id_len;
    bool has_slot;
    unsigned long slot;
};

/* sx_token_uri_parse reads "/path/module.so", or "pkcs11:" with the attributes token, serial,
 * object, id, slot-id, type (of private) and the query module-path, which must be there. A PIN in it
 * (pin-value, pin-source) is refused: it belongs into ssh_cert_store_password. Attributes that
 * aren't known are refused, too, as they would narrow what is meant. SX_ERR_ARGUMENT. */
SX_MUST_USE enum sx_err sx_token_uri_parse(struct sx_slice text, struct sx_fault *fault,
                                           struct sx_token_uri *out);

#endif
