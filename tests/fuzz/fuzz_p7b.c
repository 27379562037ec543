/* PKCS#7 with certificates. */
#include "fuzz/fuzz_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_form(SX_FORM_P7B, sx_slice_of(data, size), "");
    return 0;
}
