/* base/slice.c: borrowed bytes, and the two ways to compare them. */
#include "base/slice.h"

#include <string.h>

struct sx_slice sx_slice_of(const void *ptr, size_t len)
{
    struct sx_slice slice = { ptr, len };

    return slice;
}

struct sx_slice sx_slice_text(const char *text)
{
    return text != NULL ? sx_slice_of(text, strlen(text)) : SX_SLICE_NONE;
}

bool sx_slice_is_equal(struct sx_slice a, struct sx_slice b)
{
    if (a.len != b.len)
        return false;
    /* an empty slice may have no pointer, which memcmp must not see */
    return a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0;
}

bool sx_slice_is_text(struct sx_slice a, const char *text)
{
    return sx_slice_is_equal(a, sx_slice_text(text));
}

bool sx_is_equal_secret(const void *a, const void *b, size_t n)
{
    /* volatile: the compiler may not leave the loop at the first difference */
    const volatile unsigned char *left = a;
    const volatile unsigned char *right = b;
    unsigned difference = 0;

    for (size_t i = 0; i < n; i++)
        difference |= (unsigned)(left[i] ^ right[i]);
    return difference == 0;
}
