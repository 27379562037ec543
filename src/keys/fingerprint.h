/* keys/fingerprint.h: fingerprints of public key blobs, shown and compared. */
#ifndef SX_KEYS_FINGERPRINT_H
#define SX_KEYS_FINGERPRINT_H

#include "crypto/digest.h"

/* Room for every form that is written here, with its NUL. */
enum { SX_FINGERPRINT_MAX = 3 * SX_DIGEST_MAX + 1 };

/* sx_fingerprint_hex writes the reference's form, "0a:1b:2c:3d"; hash is MD5, SHA-1 or SHA-256.
 * SX_ERR_PROVIDER_FETCH, with the provider's name, when it doesn't have the hash. */
SX_MUST_USE enum sx_err sx_fingerprint_hex(struct sx_provider *provider, enum sx_hash hash,
                                           struct sx_slice blob, struct sx_fault *fault,
                                           char out[SX_FINGERPRINT_MAX]);

/* sx_fingerprint_openssh writes "SHA256:" and base64 without padding. */
SX_MUST_USE enum sx_err sx_fingerprint_openssh(struct sx_provider *provider, struct sx_slice blob,
                                               struct sx_fault *fault,
                                               char out[SX_FINGERPRINT_MAX]);

/* sx_fingerprint_is_match says whether a comma-separated list holds the blob's fingerprint. An
 * entry is hex of a SHA-256 or MD5 digest in any case, with or without colons; "MD5:" and such
 * hex; or "SHA256:" and base64. All entries are looked at: one that is none of these is
 * SX_ERR_ARGUMENT, and one whose hash the provider lacks SX_ERR_PROVIDER_FETCH, each by name. */
SX_MUST_USE enum sx_err sx_fingerprint_is_match(struct sx_provider *provider, struct sx_slice blob,
                                                struct sx_slice list, struct sx_fault *fault,
                                                bool *out);

#endif
