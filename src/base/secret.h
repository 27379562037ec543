/* base/secret.h: owned secret bytes of a fixed capacity, never moved, always wiped.
 *
 * Zero-initialise (`struct sx_secret s = { 0 };`); every path ends in sx_secret_clear. */
#ifndef SX_BASE_SECRET_H
#define SX_BASE_SECRET_H

#include "base/error.h"
#include "base/slice.h"

struct sx_secret {
    uint8_t *ptr;
    size_t len;
    size_t cap;
};

/* sx_secret_reserve clears the secret and gives it room for cap bytes, len 0. */
SX_MUST_USE enum sx_err sx_secret_reserve(struct sx_secret *secret, size_t cap);

/* sx_secret_set replaces the contents by a copy; on failure the old contents are wiped too. */
SX_MUST_USE enum sx_err sx_secret_set(struct sx_secret *secret, struct sx_slice bytes);

/* sx_secret_append adds bytes within the reserved capacity; SX_ERR_SPACE beyond it. */
SX_MUST_USE enum sx_err sx_secret_append(struct sx_secret *secret, struct sx_slice bytes);

struct sx_slice sx_secret_slice(const struct sx_secret *secret);

/* sx_secret_move hands the contents of from over to to (which is cleared first). */
void sx_secret_move(struct sx_secret *to, struct sx_secret *from);

void sx_secret_clear(struct sx_secret *secret);

#endif
