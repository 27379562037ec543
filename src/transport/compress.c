/* transport/compress.c: zlib, bounded. Its memory is ours, so that what it saw is wiped with it. */
#include "transport/compress.h"

#include <limits.h>
#include <string.h>
#include <zlib.h>

#include "base/memory.h"

struct sx_deflate {
    z_stream stream;
};

struct sx_inflate {
    z_stream stream;
};

/* zlib's memory: the size stands in front, so that it can be wiped when it goes. */
enum { BLOCK_HEAD = 16 };

static voidpf z_alloc(voidpf opaque, uInt items, uInt size)
{
    size_t n = (size_t)items * size;
    uint8_t *block;

    (void)opaque;
    if (size != 0 && n / size != items)
        return Z_NULL;
    block = sx_alloc(BLOCK_HEAD + n);
    if (block == NULL)
        return Z_NULL;
    memcpy(block, &n, sizeof n);
    return block + BLOCK_HEAD;
}

static void z_free(voidpf opaque, voidpf ptr)
{
    uint8_t *block = (uint8_t *)ptr - BLOCK_HEAD;
    size_t n;

    (void)opaque;
    memcpy(&n, block, sizeof n);
    sx_free_wiped(block, BLOCK_HEAD + n);
}

enum sx_err sx_deflate_new(struct sx_deflate **out)
{
    struct sx_deflate *state = sx_alloc(sizeof *state);

    if (state == NULL)
        return SX_ERR_MEMORY;
    state->stream.zalloc = z_alloc;
    state->stream.zfree = z_free;
    if (deflateInit(&state->stream, Z_DEFAULT_COMPRESSION) != Z_OK) {
        sx_free(state);
        return SX_ERR_MEMORY;
    }
    *out = state;
    return SX_OK;
}

size_t sx_deflate_bound(size_t n)
{
    /* zlib's own bound for any state of the stream, and the flush marker. */
    return n + n / 8 + 128;
}

enum sx_err sx_deflate_packet(struct sx_deflate *state, struct sx_slice payload,
                              struct sx_writer *out)
{
    z_stream *stream = &state->stream;
    size_t room = out->cap - out->len;

    if (payload.len > UINT_MAX || room > UINT_MAX)
        return SX_ERR_ARGUMENT;
    stream->next_in = (z_const Bytef *)(uintptr_t)payload.ptr;
    stream->avail_in = (uInt)payload.len;
    stream->next_out = out->ptr + out->len;
    stream->avail_out = (uInt)room;
    if (deflate(stream, Z_PARTIAL_FLUSH) != Z_OK || stream->avail_in != 0 || stream->avail_out == 0)
        return SX_ERR_INTERNAL;
    out->len += room - stream->avail_out;
    return SX_OK;
}

void sx_deflate_free(struct sx_deflate *state)
{
    if (state == NULL)
        return;
    (void)deflateEnd(&state->stream);
    sx_free_wiped(state, sizeof *state);
}

enum sx_err sx_inflate_new(struct sx_inflate **out)
{
    struct sx_inflate *state = sx_alloc(sizeof *state);

    if (state == NULL)
        return SX_ERR_MEMORY;
    state->stream.zalloc = z_alloc;
    state->stream.zfree = z_free;
    if (inflateInit(&state->stream) != Z_OK) {
        sx_free(state);
        return SX_ERR_MEMORY;
    }
    *out = state;
    return SX_OK;
}

enum { INFLATE_STEP = 16 * 1024 };

enum sx_err sx_inflate_packet(struct sx_inflate *state, struct sx_slice payload,
                              struct sx_buffer *out)
{
    z_stream *stream = &state->stream;

    sx_buffer_consume(out, sx_buffer_len(out));
    if (payload.len > UINT_MAX)
        return SX_ERR_ARGUMENT;
    stream->next_in = (z_const Bytef *)(uintptr_t)payload.ptr;
    stream->avail_in = (uInt)payload.len;
    for (;;) {
        size_t left = out->max - sx_buffer_len(out);
        size_t n = left < INFLATE_STEP ? left : INFLATE_STEP;
        uint8_t *room;
        int result;

        if (n == 0)
            return SX_ERR_PEER_DECOMPRESS; /* more than a packet may hold */
        SX_TRY(sx_buffer_reserve(out, n, &room));
        stream->next_out = room;
        stream->avail_out = (uInt)n;
        result = inflate(stream, Z_SYNC_FLUSH);
        sx_buffer_commit(out, n - stream->avail_out);
        /* Z_BUF_ERROR: all was read and nothing more came of it. */
        if (result == Z_BUF_ERROR && stream->avail_in == 0)
            return SX_OK;
        if (result != Z_OK)
            return SX_ERR_PEER_DECOMPRESS;
        if (stream->avail_out != 0)
            return stream->avail_in == 0 ? SX_OK : SX_ERR_PEER_DECOMPRESS;
    }
}

void sx_inflate_free(struct sx_inflate *state)
{
    if (state == NULL)
        return;
    (void)inflateEnd(&state->stream);
    sx_free_wiped(state, sizeof *state);
}
