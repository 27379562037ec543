/* PuTTY's keys: the file as it is, and behind a first byte of 0 its two blobs, which the file's MAC
 * keeps from being damaged. */
#include "fuzz/fuzz_store.h"
#include "keys/ppk_parts.h"
#include "wire/reader.h"

static void fuzz_parts(struct sx_slice bytes)
{
    struct sx_reader reader;
    struct sx_slice type, open;
    struct sx_key *key = NULL;

    sx_reader_init(&reader, bytes);
    type = sx_reader_string(&reader);
    open = sx_reader_string(&reader);
    if (!sx_reader_is_bad(&reader) &&
        sx_ppk_key_make(provider, type, open, sx_reader_rest(&reader), NULL, &key) == SX_OK &&
        !sx_slice_is_equal(sx_key_public_blob(key), open))
        abort();
    sx_key_free(key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0 && data[0] == 0)
        fuzz_parts(sx_slice_of(data + 1, size - 1));
    else
        fuzz_form(SX_FORM_PPK, sx_slice_of(data, size), "opensesame");
    return 0;
}
