/* openssh-key-v1 containers: any bytes give an error with its text, or the key whose public part
 * stands in them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "keys/openssh_key.h"

static struct sx_provider *provider;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const struct sx_provider_spec spec = { .name = "default" };

    (void)argc;
    (void)argv;
    return sx_provider_open(&spec, NULL, &provider) == SX_OK ? 0 : 1;
}

/* The blob of a container that was taken: magic, "none", "none", "", 1 and its length lie before. */
enum { BLOB_AT = 15 + 8 + 8 + 4 + 4 + 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_fault fault = { 0 };
    struct sx_key *key = NULL;
    struct sx_slice blob;
    enum sx_err err =
        sx_openssh_key_decode(provider, sx_slice_of(data, size), SX_SLICE_NONE, &fault, &key);

    if (err != SX_OK) {
        if (key != NULL || fault.err != err || fault.text[0] == '\0')
            abort();
        return 0;
    }
    blob = sx_key_public_blob(key);
    if (!sx_key_is_private(key) || size < BLOB_AT + blob.len ||
        memcmp(data + BLOB_AT, blob.ptr, blob.len) != 0)
        abort();
    sx_key_free(key);
    return 0;
}
