/* PEM: any text ends, and every block that is found lies in it and holds something. */
#include <stdint.h>
#include <stdlib.h>

#include "keys/pem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_slice rest = sx_slice_of(data, size);
    struct sx_pem pem = { 0 };
    struct sx_slice value;
    bool is_found = false;

    for (;;) {
        size_t before = rest.len;

        if (sx_pem_next(&rest, NULL, &pem, &is_found) != SX_OK || !is_found)
            break;
        if (rest.len >= before || pem.bytes.len == 0 || pem.bytes.len > before ||
            pem.label.len == 0 || pem.label.ptr < data ||
            pem.label.ptr + pem.label.len > data + size)
            abort();
        if (sx_pem_header(&pem, "DEK-Info", &value) &&
            (value.ptr < data || value.ptr + value.len > data + size))
            abort();
    }
    sx_pem_clear(&pem);
    return 0;
}
