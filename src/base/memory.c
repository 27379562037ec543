/* base/memory.c: the C library's allocator behind one door, and explicit_bzero. */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE /* explicit_bzero */
#endif

#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *sx_alloc(size_t n)
{
    return calloc(1, n != 0 ? n : 1);
}

void *sx_alloc_array(size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    return sx_alloc(count * size);
}

char *sx_text_dup(const char *text)
{
    size_t size;
    char *copy;

    if (text == NULL)
        return NULL;
    size = strlen(text) + 1;
    copy = sx_alloc(size);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

void sx_free(void *ptr)
{
    free(ptr);
}

void sx_free_wiped(void *ptr, size_t n)
{
    if (ptr == NULL)
        return;
    sx_wipe(ptr, n);
    free(ptr);
}

void sx_text_free_wiped(char *text)
{
    if (text != NULL)
        sx_free_wiped(text, strlen(text));
}

void sx_wipe(void *ptr, size_t n)
{
    if (ptr != NULL && n != 0)
        explicit_bzero(ptr, n);
}
