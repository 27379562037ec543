/* unit/wire/decode_checks.h: what every decoder has to refuse, tried on one good message.
 *
 * Each trial is a block of exact size, so that a checker sees a read of one byte too many. */
#ifndef SX_TESTS_DECODE_CHECKS_H
#define SX_TESTS_DECODE_CHECKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/slice.h"

/* A literal with NULs inside as a slice, without its last NUL. */
#define BYTES(literal) sx_slice_of((literal), sizeof(literal) - 1)

typedef enum sx_err decode_fn(struct sx_slice payload);

/* DECODE_TRIAL(name, type, call) makes try_<name>: the decoder on a payload, its output in *out,
 * and a check that a failure leaves every byte of *out as it was. */
#define DECODE_TRIAL(name, type, call)                                                             \
    static enum sx_err try_##name(struct sx_slice payload)                                         \
    {                                                                                              \
        type result[1];                                                                            \
        type before[1];                                                                            \
        type *out = result;                                                                        \
        enum sx_err err;                                                                           \
                                                                                                   \
        memset(result, 0xa5, sizeof result);                                                       \
        memset(before, 0xa5, sizeof before);                                                       \
        err = (call);                                                                              \
        if (err != SX_OK)                                                                          \
            assert_memory_equal(result, before, sizeof before);                                    \
        return err;                                                                                \
    }

/* Not inlined: at -O3 gcc follows lengths here that no test has, and warns of them. */
static __attribute__((noinline, unused)) enum sx_err decode_copy(decode_fn *decode,
                                                                 const uint8_t *bytes, size_t len)
{
    uint8_t *copy = sx_alloc(len != 0 ? len : 1);
    enum sx_err err;

    assert_non_null(copy);
    if (len != 0)
        memcpy(copy, bytes, len);
    err = decode(len != 0 ? sx_slice_of(copy, len) : SX_SLICE_NONE);
    sx_free(copy);
    return err;
}

/* Every length below min is too short, and the message itself is good. */
static inline void check_truncated(decode_fn *decode, struct sx_slice good, size_t min)
{
    assert_int_equal(decode_copy(decode, good.ptr, good.len), SX_OK);
    for (size_t len = 0; len < min; len++)
        assert_int_equal(decode_copy(decode, good.ptr, len), SX_ERR_PEER_DECODE);
}

static inline void check_extra_byte(decode_fn *decode, struct sx_slice good)
{
    uint8_t *longer = sx_alloc(good.len + 1);

    assert_non_null(longer);
    memcpy(longer, good.ptr, good.len);
    for (int extra = 0; extra < 256; extra += 51) {
        longer[good.len] = (uint8_t)extra;
        assert_int_equal(decode_copy(decode, longer, good.len + 1), SX_ERR_PEER_DECODE);
    }
    sx_free(longer);
}

static inline void check_wrong_number(decode_fn *decode, struct sx_slice good)
{
    uint8_t *copy = sx_alloc(good.len);

    assert_non_null(copy);
    memcpy(copy, good.ptr, good.len);
    for (unsigned number = 0; number < 256; number++) {
        copy[0] = (uint8_t)number;
        assert_int_equal(decode_copy(decode, copy, good.len),
                         number == good.ptr[0] ? SX_OK : SX_ERR_PEER_DECODE);
    }
    sx_free(copy);
}

/* A message of which each byte counts: number first, nothing optional, nothing open at its end. */
static inline void check_strict(decode_fn *decode, struct sx_slice good)
{
    check_truncated(decode, good, good.len);
    check_extra_byte(decode, good);
    check_wrong_number(decode, good);
}

/* What an encoder wrote. Usage: WRITER(w, 64); encode(&w, ...); check_written(&w, BYTES("...")). */
#define WRITER(name, cap)                                                                          \
    uint8_t name##_storage[cap];                                                                   \
    struct sx_writer name;                                                                         \
                                                                                                   \
    sx_writer_init(&name, name##_storage, sizeof name##_storage)

#define check_written(writer, expected)                                                            \
    do {                                                                                           \
        struct sx_slice check_slice = SX_SLICE_NONE;                                               \
                                                                                                   \
        assert_int_equal(sx_writer_finish((writer), &check_slice), SX_OK);                         \
        assert_int_equal(check_slice.len, (expected).len);                                         \
        assert_memory_equal(check_slice.ptr, (expected).ptr, (expected).len);                      \
    } while (0)

#endif
