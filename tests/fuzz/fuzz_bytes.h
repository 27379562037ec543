/* fuzz/fuzz_bytes.h: what the fuzz targets with a course of actions take from their input. */
#ifndef SX_TESTS_FUZZ_BYTES_H
#define SX_TESTS_FUZZ_BYTES_H

#include "base/error.h"
#include "base/slice.h"
#include "base/text.h"

/* A broken promise ends the run, so that the fuzzer keeps the input. */
#define PROMISE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            __builtin_trap();                                                                      \
    } while (0)

struct fuzz_bytes {
    const uint8_t *ptr;
    size_t left;
};

/* Past the end everything is zero and empty. */
static inline uint8_t fuzz_u8(struct fuzz_bytes *bytes)
{
    if (bytes->left == 0)
        return 0;
    bytes->left--;
    return *bytes->ptr++;
}

static inline uint16_t fuzz_u16(struct fuzz_bytes *bytes)
{
    uint16_t high = fuzz_u8(bytes);

    return (uint16_t)(high << 8 | fuzz_u8(bytes));
}

static inline struct sx_slice fuzz_slice(struct fuzz_bytes *bytes, size_t n)
{
    struct sx_slice slice;

    if (n > bytes->left)
        n = bytes->left;
    slice = sx_slice_of(bytes->ptr, n);
    bytes->ptr += n;
    bytes->left -= n;
    return slice;
}

/* A text for people holds nothing that a terminal or a log would act on: escaping it again changes
 * nothing but the backslashes. */
static inline void promise_plain_text(const char *text)
{
    char again[4 * SX_FAULT_TEXT_MAX];
    const char *p = sx_escape(again, sizeof again, sx_slice_text(text));

    for (; *text != '\0'; text++, p++) {
        PROMISE(*p == *text);
        if (*text == '\\')
            p++;
    }
    PROMISE(*p == '\0');
}

#endif
