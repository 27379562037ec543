/* base/buffer.c: a byte queue in one block. It never shrinks while it holds bytes, and it never
 * reallocs: a new block is made, the old one is copied and wiped. */
#include "base/buffer.h"

#include <string.h>

#include "base/memory.h"

enum { BLOCK_MIN = 256 };

void sx_buffer_init(struct sx_buffer *buf, size_t max)
{
    memset(buf, 0, sizeof *buf);
    buf->max = max;
}

static size_t cap_for(const struct sx_buffer *buf, size_t need)
{
    size_t cap = buf->cap > BLOCK_MIN ? buf->cap : BLOCK_MIN;

    while (cap < need && cap <= buf->max / 2)
        cap *= 2;
    /* the loop stops short of need only where doubling would pass max */
    return cap >= need && cap <= buf->max ? cap : buf->max;
}

static enum sx_err buffer_grow(struct sx_buffer *buf, size_t need)
{
    size_t cap = cap_for(buf, need);
    size_t len = sx_buffer_len(buf);
    uint8_t *block = sx_alloc(cap);

    if (block == NULL)
        return SX_ERR_MEMORY;
    if (len != 0)
        memcpy(block, buf->block + buf->start, len);
    sx_free_wiped(buf->block, buf->cap);
    buf->block = block;
    buf->start = 0;
    buf->end = len;
    buf->cap = cap;
    return SX_OK;
}

enum sx_err sx_buffer_reserve(struct sx_buffer *buf, size_t n, uint8_t **out)
{
    size_t len = sx_buffer_len(buf);

    if (n > buf->max - len)
        return SX_ERR_SPACE;
    if (buf->block == NULL || len + n > buf->cap) {
        SX_TRY(buffer_grow(buf, len + n));
    } else if (n > buf->cap - buf->end) {
        memmove(buf->block, buf->block + buf->start, len);
        buf->start = 0;
        buf->end = len;
    }
    *out = buf->block + buf->end;
    return SX_OK;
}

void sx_buffer_commit(struct sx_buffer *buf, size_t n)
{
    size_t room = buf->cap - buf->end;

    buf->end += n < room ? n : room;
}

enum sx_err sx_buffer_append(struct sx_buffer *buf, struct sx_slice bytes)
{
    uint8_t *room;

    if (bytes.len == 0)
        return SX_OK;
    SX_TRY(sx_buffer_reserve(buf, bytes.len, &room));
    memcpy(room, bytes.ptr, bytes.len);
    sx_buffer_commit(buf, bytes.len);
    return SX_OK;
}

struct sx_slice sx_buffer_unread(const struct sx_buffer *buf)
{
    return buf->block != NULL ? sx_slice_of(buf->block + buf->start, sx_buffer_len(buf))
                              : SX_SLICE_NONE;
}

uint8_t *sx_buffer_mut(struct sx_buffer *buf)
{
    return buf->block != NULL ? buf->block + buf->start : NULL;
}

size_t sx_buffer_len(const struct sx_buffer *buf)
{
    return buf->end - buf->start;
}

void sx_buffer_truncate(struct sx_buffer *buf, size_t len)
{
    if (len < sx_buffer_len(buf))
        buf->end = buf->start + len;
}

void sx_buffer_consume(struct sx_buffer *buf, size_t n)
{
    if (n < sx_buffer_len(buf)) {
        buf->start += n;
    } else {
        buf->start = 0;
        buf->end = 0;
    }
}

void sx_buffer_trim(struct sx_buffer *buf)
{
    if (sx_buffer_len(buf) == 0)
        sx_buffer_clear(buf);
}

void sx_buffer_clear(struct sx_buffer *buf)
{
    sx_free_wiped(buf->block, buf->cap);
    sx_buffer_init(buf, buf->max);
}
