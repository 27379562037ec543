/* crypto/digest.h: message digests under the provider. */
#ifndef SX_CRYPTO_DIGEST_H
#define SX_CRYPTO_DIGEST_H

#include "base/error.h"
#include "base/slice.h"
#include "crypto/provider.h"

enum sx_hash {
    SX_HASH_NONE,
    SX_HASH_MD5,
    SX_HASH_SHA1,
    SX_HASH_SHA256,
    SX_HASH_SHA384,
    SX_HASH_SHA512
};

enum { SX_DIGEST_MAX = 64 };

/* Output size in bytes; 0 for SX_HASH_NONE. */
size_t sx_hash_size(enum sx_hash hash);

/* OpenSSL's name, such as "SHA2-256". */
const char *sx_hash_name(enum sx_hash hash);

/* A running digest. */
struct sx_digest;
SX_MUST_USE enum sx_err sx_digest_new(struct sx_provider *provider, enum sx_hash hash,
                                      struct sx_digest **out);
SX_MUST_USE enum sx_err sx_digest_update(struct sx_digest *digest, struct sx_slice bytes);

/* RFC 4251 string: four length bytes, then the content. */
SX_MUST_USE enum sx_err sx_digest_update_string(struct sx_digest *digest, struct sx_slice bytes);

/* out holds SX_DIGEST_MAX bytes; *out_len gets the size. The digest can't be used further. */
SX_MUST_USE enum sx_err sx_digest_final(struct sx_digest *digest, uint8_t *out, size_t *out_len);

/* sx_digest_restart makes it ready for another message. */
SX_MUST_USE enum sx_err sx_digest_restart(struct sx_digest *digest);

/* Wipes and frees; NULL-safe. */
void sx_digest_free(struct sx_digest *digest);

SX_MUST_USE enum sx_err sx_digest_once(struct sx_provider *provider, enum sx_hash hash,
                                       struct sx_slice bytes, uint8_t *out, size_t *out_len);

#endif
