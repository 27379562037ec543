/* crypto/key_proven.h: private to this room: private keys that were found consistent already.
 *
 * A key from outside signs and verifies once before it is used (key_der.c), which is a quarter of
 * a connection's instructions when each object of a program reads the same key. What was found good
 * is remembered for the process's life by a SHA-256 digest of all its parts. */
#ifndef SX_CRYPTO_KEY_PROVEN_H
#define SX_CRYPTO_KEY_PROVEN_H

#include "crypto/key_inside.h"

enum { SX_KEY_TAG_SIZE = 32 };

/* sx_key_tag writes the digest of a key's type and its parts. */
SX_MUST_USE enum sx_err sx_key_tag(struct sx_provider *provider, enum sx_key_type type,
                                   const struct sx_slice *parts, size_t count,
                                   uint8_t out[SX_KEY_TAG_SIZE]);

/* sx_key_is_proven says whether a key of this tag passed under this provider; the oldest of
 * SX_PROVEN_MAX are forgotten. Both are safe from any thread. */
bool sx_key_is_proven(struct sx_provider *provider, const uint8_t tag[SX_KEY_TAG_SIZE]);
void sx_key_prove(struct sx_provider *provider, const uint8_t tag[SX_KEY_TAG_SIZE]);

#endif
