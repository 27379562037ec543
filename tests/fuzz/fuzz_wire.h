/* fuzz/fuzz_wire.h: what the fuzz targets of the messages share.
 *
 * Whatever a decoder accepts must lie inside its payload, and an encoder must be able to write it
 * so that the decoder reads the same again, in exactly the room that it took and not in less. */
#ifndef SX_TESTS_FUZZ_WIRE_H
#define SX_TESTS_FUZZ_WIRE_H

#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "wire/reader.h"
#include "wire/writer.h"

/* A broken promise ends the run, so that the fuzzer keeps the input. */
#define PROMISE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            __builtin_trap();                                                                      \
    } while (0)

static inline void promise_inside(struct sx_slice payload, struct sx_slice part)
{
    uintptr_t first = (uintptr_t)payload.ptr;
    uintptr_t start = (uintptr_t)part.ptr;

    if (part.len == 0)
        return;
    PROMISE(start >= first && part.len <= payload.len);
    PROMISE(start - first <= payload.len - part.len);
}

typedef void encode_fn(struct sx_writer *writer, const void *msg);

/* Encodes into a block of cap bytes; NULL when that was too small. */
static inline uint8_t *encode_into(encode_fn *encode, const void *msg, size_t cap, size_t *out_len)
{
    uint8_t *block = sx_alloc(cap);
    struct sx_slice written;
    struct sx_writer w;

    PROMISE(block != NULL);
    sx_writer_init(&w, block, cap);
    encode(&w, msg);
    if (sx_writer_finish(&w, &written) != SX_OK) {
        sx_free(block);
        return NULL;
    }
    *out_len = written.len;
    return block;
}

/* The encoded form in a block of exact size, to be freed. The room that an encoded message takes
 * is never more than its payload and an empty language tag. */
static inline struct sx_slice encode_exact(encode_fn *encode, const void *msg, size_t payload_len)
{
    size_t len = 0;
    size_t again = 0;
    uint8_t *block = encode_into(encode, msg, payload_len + 4, &len);

    PROMISE(block != NULL && len > 0);
    sx_free(block);
    PROMISE(encode_into(encode, msg, len - 1, &again) == NULL);
    block = encode_into(encode, msg, len, &again);
    PROMISE(block != NULL && again == len);
    return sx_slice_of(block, len);
}

/* ENCODER(type, call) makes encode_<type>, which sees its message as `msg`. */
#define ENCODER(name, type, call)                                                                  \
    static void encode_##name(struct sx_writer *writer, const void *opaque)                        \
    {                                                                                              \
        const type *msg = opaque;                                                                  \
                                                                                                   \
        call;                                                                                      \
    }

#endif
