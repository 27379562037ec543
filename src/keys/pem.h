/* keys/pem.h: one PEM block at a time (RFC 7468, with the header lines of RFC 1421), strictly. */
#ifndef SX_KEYS_PEM_H
#define SX_KEYS_PEM_H

#include "base/secret.h"

enum { SX_PEM_LABEL_MAX = 64 };

/* A decoded block. label and headers borrow from the text. Zero-initialise. */
struct sx_pem {
    struct sx_slice label;   /* "PRIVATE KEY" */
    struct sx_slice headers; /* the lines "Name: value" before the data; empty without */
    struct sx_secret bytes;
};

/* sx_pem_next reads the first block of *rest and moves *rest behind it; *out_found is false when
 * there is none. Lines outside of blocks are skipped unless they begin like a block's edge. Inside
 * a block: labels must agree, the data must be strict base64, where white space counts for
 * nothing, and there must be some. SX_ERR_KEY_FORMAT; then *rest and *out are untouched. The
 * caller clears what it got. */
SX_MUST_USE enum sx_err sx_pem_next(struct sx_slice *rest, struct sx_fault *fault,
                                    struct sx_pem *out, bool *out_found);

/* sx_pem_header finds a header line by its exact name; the value is without blanks around it. */
bool sx_pem_header(const struct sx_pem *pem, const char *name, struct sx_slice *out_value);

void sx_pem_clear(struct sx_pem *pem);

#endif
