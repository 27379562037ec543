/* crypto/key_inside.h: private to this room: what the files that make and use keys share. */
#ifndef SX_CRYPTO_KEY_INSIDE_H
#define SX_CRYPTO_KEY_INSIDE_H

#include "crypto/key.h"
#include "crypto/openssl.h"

#include <openssl/param_build.h>

struct sx_key {
    struct sx_provider *provider; /* one reference of our own */
    EVP_PKEY *pkey;
    enum sx_key_type type;
    unsigned bits;
    bool is_private;
    uint8_t *blob; /* the public key blob */
    size_t blob_len;
    struct sx_cert_names *names; /* of the X.509 certificate that it came in; else NULL */
};

enum {
    SX_DER_MAX = 1 << 14, /* of a private key: RSA of 16384 bits takes 9.5 KiB */
    SX_KEY_TYPE_COUNT = (SX_LEGACY ? SX_KEY_DSA : SX_KEY_ED25519) + 1,
    SX_ED25519_SIZE = 32,
    SX_RSA_BITS_MIN = 1024,
    SX_RSA_BITS_MAX = 16384,
    SX_RSA_EXPONENT_BITS_MAX = 64
};

/* What a key type is called on either side. */
struct sx_key_row {
    const char *ssh_name;
    const char *evp_type;  /* for key management: "RSA", "EC", "ED25519" */
    const char *evp_sign;  /* for signatures: "RSA", "ECDSA", "ED25519" */
    const char *evp_group; /* OpenSSL's curve name; NULL where there is none */
    const char *ssh_curve; /* RFC 5656 section 6.1's curve name */
    size_t field_size;     /* bytes of a coordinate, and at most of a scalar, r or s */
};

const struct sx_key_row *sx_key_row(enum sx_key_type type);

/* sx_key_from_build makes a key of row's type from what was pushed; NULL with OpenSSL's errors in
 * its queue. The parameters are wiped. */
EVP_PKEY *sx_key_from_build(struct sx_provider *provider, const struct sx_key_row *row,
                            OSSL_PARAM_BLD *build, int selection);

/* sx_key_wrap takes pkey (also on failure), finds out its type and size, checks them by the rules
 * of sx_key_from_public_blob, and makes its public blob. bad is the error for a key that is not
 * acceptable. */
SX_MUST_USE enum sx_err sx_key_wrap(struct sx_provider *provider, EVP_PKEY *take_pkey,
                                    bool is_private, enum sx_err bad, struct sx_fault *fault,
                                    struct sx_key **out);

/* sx_key_wrap_point is sx_key_wrap of a key on a curve that was made of this very point, which the
 * provider then needn't calculate back from its own form (50,000 instructions). Of other keys
 * nothing is known: SX_SLICE_NONE. */
SX_MUST_USE enum sx_err sx_key_wrap_point(struct sx_provider *provider, EVP_PKEY *take_pkey,
                                          bool is_private, struct sx_slice point, enum sx_err bad,
                                          struct sx_fault *fault, struct sx_key **out);

/* sx_key_wrap_private is sx_key_wrap for a private key that came from outside, which must also
 * fit its own public part: SX_ERR_KEY_FORMAT. A key of the same parts (all numbers that pkey was
 * made of, a curve's point first) that was found to fit before isn't tried again; count 0 when they
 * aren't known. */
SX_MUST_USE enum sx_err sx_key_wrap_private(struct sx_provider *provider, EVP_PKEY *take_pkey,
                                            const struct sx_slice *parts, size_t count,
                                            struct sx_fault *fault, struct sx_key **out);

#endif
