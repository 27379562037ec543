/* crypto/key_cert.h: OpenSSH's certificates (PROTOCOL.certkeys, draft-ietf-sshm-cert) as their
 * blobs carry them. Decoding says what a certificate claims; nothing here says that it is true. */
#ifndef SX_CRYPTO_KEY_CERT_H
#define SX_CRYPTO_KEY_CERT_H

#include "crypto/key.h"

enum { SX_CERT_BLOB_MAX = 64 * 1024, SX_SSH_CERT_USER = 1, SX_SSH_CERT_HOST = 2 };

/* Slices point into the blob. */
struct sx_ssh_cert {
    struct sx_slice nonce;
    struct sx_slice public_fields; /* what the plain public key blob has behind its name */
    uint64_t serial;
    uint32_t type; /* SX_SSH_CERT_USER or SX_SSH_CERT_HOST */
    struct sx_slice key_id;
    struct sx_slice principals; /* strings, one behind the other; checked to be such */
    uint64_t valid_after;
    uint64_t valid_before;
    struct sx_slice critical_options; /* pairs of strings; checked to be such */
    struct sx_slice extensions;       /* likewise */
    struct sx_slice signature_key;
    struct sx_slice signed_part; /* all but the signature's field */
    struct sx_slice signature;
};

/* sx_ssh_cert_decode reads a certificate of alg's form. Every field must be there and whole, the
 * type one of the two, and nothing left over; reserved is ignored, as the format says.
 * SX_ERR_PEER_HOST_KEY. */
SX_MUST_USE enum sx_err sx_ssh_cert_decode(const struct sx_sig_alg *alg, struct sx_slice blob,
                                           struct sx_fault *fault, struct sx_ssh_cert *out);

#endif
