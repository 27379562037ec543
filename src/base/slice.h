/* base/slice.h: borrowed bytes. A slice never owns; whoever hands it out says how long it lives. */
#ifndef SX_BASE_SLICE_H
#define SX_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sx_slice {
    const uint8_t *ptr;
    size_t len;
};

#define SX_SLICE_NONE ((struct sx_slice){ NULL, 0 })

struct sx_slice sx_slice_of(const void *ptr, size_t len);

/* sx_slice_text borrows a NUL-terminated text without its NUL; NULL gives an empty slice. */
struct sx_slice sx_slice_text(const char *text);

/* Not constant-time: for public bytes. For secrets and MACs there is sx_is_equal_secret. */
bool sx_slice_is_equal(struct sx_slice a, struct sx_slice b);
bool sx_slice_is_text(struct sx_slice a, const char *text);

/* sx_is_equal_secret compares n bytes in time that depends on n alone. */
bool sx_is_equal_secret(const void *a, const void *b, size_t n);

#endif
