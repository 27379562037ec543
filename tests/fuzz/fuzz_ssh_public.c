/* OpenSSH's public key lines and RFC 4716's files. */
#include "fuzz/fuzz_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_form(SX_FORM_SSH_PUBLIC, sx_slice_of(data, size), "");
    return 0;
}
