/* PKCS#11 URIs: refused with a text, or parts that are texts and an absolute path. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "services/token_uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_token_uri uri;
    struct sx_fault fault = { 0 };
    enum sx_err err = sx_token_uri_parse(sx_slice_of(data, size), &fault, &uri);

    if (err != SX_OK && (fault.err != err || fault.text[0] == '\0'))
        abort();
    if (err == SX_OK && (uri.module[0] != '/' || strlen(uri.module) >= sizeof uri.module ||
                         strlen(uri.object) >= sizeof uri.object || uri.id_len > sizeof uri.id))
        abort();
    return 0;
}
