/* fuzz_store.h: what the targets of key store forms share: any bytes give an error with its text, or
 * entries that hold what they say. */
#ifndef SX_FUZZ_STORE_H
#define SX_FUZZ_STORE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "keys/store_decode.h"

static struct sx_provider *provider;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const struct sx_provider_spec spec = { .name = "default" };

    (void)argc;
    (void)argv;
    return sx_provider_open(&spec, NULL, &provider) == SX_OK ? 0 : 1;
}

static inline void check_entry(const struct sx_store_entry *entry)
{
    struct sx_key *again = NULL;

    if (entry->key == NULL || memchr(entry->subject, '\0', sizeof entry->subject) == NULL)
        abort();
    /* What came in as a key goes out as a blob that is one. */
    if (sx_key_from_public_blob(provider, sx_key_public_blob(entry->key), NULL, &again) != SX_OK)
        abort();
    sx_key_free(again);
}

static inline void fuzz_form(enum sx_key_form form, struct sx_slice bytes, const char *passphrase)
{
    struct sx_store store = { 0 };
    struct sx_fault fault = { 0 };
    enum sx_err err =
        sx_store_decode_form(provider, form, bytes, sx_slice_text(passphrase), &fault, &store);

    if (err != SX_OK && (fault.err != err || fault.text[0] == '\0'))
        abort();
    for (unsigned i = 0; i < store.count; i++)
        check_entry(&store.entries[i]);
    if (store.count != 0 && sx_store_find(&store, "*", false) == NULL)
        abort();
    sx_store_clear(&store);
}

#endif
