/* base/secret.c: owned secret bytes; one allocation each, wiped over its whole capacity. */
#include "base/secret.h"

#include <string.h>

#include "base/memory.h"

enum sx_err sx_secret_reserve(struct sx_secret *secret, size_t cap)
{
    sx_secret_clear(secret);
    secret->ptr = sx_alloc(cap);
    if (secret->ptr == NULL)
        return SX_ERR_MEMORY;
    secret->cap = cap;
    return SX_OK;
}

enum sx_err sx_secret_set(struct sx_secret *secret, struct sx_slice bytes)
{
    struct sx_secret fresh = { 0 };
    enum sx_err err;

    /* the copy is made first, as bytes may lie in the secret itself */
    err = sx_secret_reserve(&fresh, bytes.len);
    if (err == SX_OK)
        err = sx_secret_append(&fresh, bytes);
    sx_secret_move(secret, &fresh);
    return err;
}

enum sx_err sx_secret_append(struct sx_secret *secret, struct sx_slice bytes)
{
    if (bytes.len > secret->cap - secret->len)
        return SX_ERR_SPACE;
    if (bytes.len != 0)
        memcpy(secret->ptr + secret->len, bytes.ptr, bytes.len);
    secret->len += bytes.len;
    return SX_OK;
}

struct sx_slice sx_secret_slice(const struct sx_secret *secret)
{
    return sx_slice_of(secret->ptr, secret->len);
}

void sx_secret_move(struct sx_secret *to, struct sx_secret *from)
{
    if (to == from)
        return;
    sx_secret_clear(to);
    *to = *from;
    memset(from, 0, sizeof *from);
}

void sx_secret_clear(struct sx_secret *secret)
{
    sx_free_wiped(secret->ptr, secret->cap);
    memset(secret, 0, sizeof *secret);
}
