/* X.509 certificates of users, and their subjects. */
#include "fuzz/fuzz_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_form(SX_FORM_DER_CERT, sx_slice_of(data, size), "");
    return 0;
}
