/* base/memory.h: the only place that allocates, and the only wipe. */
#ifndef SX_BASE_MEMORY_H
#define SX_BASE_MEMORY_H

#include <stddef.h>

/* sx_alloc returns n zeroed bytes, or NULL; n of 0 gives a valid pointer. Free with sx_free. */
void *sx_alloc(size_t n);

/* sx_alloc_array is sx_alloc(count * size), NULL on overflow. */
void *sx_alloc_array(size_t count, size_t size);

/* sx_text_dup copies a NUL-terminated text; NULL in gives NULL out. */
char *sx_text_dup(const char *text);

void sx_free(void *ptr);

/* sx_free_wiped wipes n bytes and frees; NULL-safe. sx_text_free_wiped does so for a text. */
void sx_free_wiped(void *ptr, size_t n);
void sx_text_free_wiped(char *text);

/* sx_wipe overwrites n bytes in a way that the compiler can't drop. */
void sx_wipe(void *ptr, size_t n);

#endif
