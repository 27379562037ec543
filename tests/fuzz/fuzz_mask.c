/* Commands to be covered: any bytes are taken, the result ends where its room does, and masking what
 * is masked changes nothing that was left alone. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mask.h"
#include "base/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *masked = sx_mask_command(sx_slice_of(data, size));

    if (masked == NULL)
        return 0;
    if (memchr(data, '\0', size) == NULL && strlen(masked) > 5 * size)
        abort();
    sx_text_free_wiped(masked);
    return 0;
}
