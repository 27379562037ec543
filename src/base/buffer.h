/* base/buffer.h: a growable byte queue, written at its end and read at its start.
 *
 * Bytes live in one block: [0, start) was read, [start, end) is unread, [end, cap) is free.
 * Growth is bounded by a maximum given at init. Blocks that are let go are wiped first, as
 * packets may hold passwords. Pointers into it are valid until the next reserve. */
#ifndef SX_BASE_BUFFER_H
#define SX_BASE_BUFFER_H

#include "base/error.h"
#include "base/slice.h"

struct sx_buffer {
    uint8_t *block;
    size_t start;
    size_t end;
    size_t cap;
    size_t max;
};

void sx_buffer_init(struct sx_buffer *buf, size_t max);

/* sx_buffer_reserve makes room for n more bytes and sets *out to them; nothing is appended yet.
 * Unread bytes move to the front before the block grows. SX_ERR_SPACE when max would be passed. */
SX_MUST_USE enum sx_err sx_buffer_reserve(struct sx_buffer *buf, size_t n, uint8_t **out);

/* sx_buffer_commit appends the first n bytes of what was reserved. */
void sx_buffer_commit(struct sx_buffer *buf, size_t n);

SX_MUST_USE enum sx_err sx_buffer_append(struct sx_buffer *buf, struct sx_slice bytes);

/* sx_buffer_unread is all that was not consumed yet. */
struct sx_slice sx_buffer_unread(const struct sx_buffer *buf);

/* sx_buffer_mut is the same bytes, writable, for decryption in place. */
uint8_t *sx_buffer_mut(struct sx_buffer *buf);

size_t sx_buffer_len(const struct sx_buffer *buf);

/* sx_buffer_consume drops n bytes from the front (at most all). */
void sx_buffer_consume(struct sx_buffer *buf, size_t n);

/* sx_buffer_truncate takes back what was appended beyond the first len unread bytes. */
void sx_buffer_truncate(struct sx_buffer *buf, size_t len);

/* sx_buffer_trim gives an empty buffer's block back, so that an idle session costs little. */
void sx_buffer_trim(struct sx_buffer *buf);

/* sx_buffer_clear wipes and frees the block; the maximum stays. */
void sx_buffer_clear(struct sx_buffer *buf);

#endif
