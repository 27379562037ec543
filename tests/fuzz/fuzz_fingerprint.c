/* Fingerprint lists: only a list that spells the key's own digest matches. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "keys/fingerprint.h"

static struct sx_provider *provider;
static const char key_blob[] = "any bytes will do for a key";
static char openssh[SX_FINGERPRINT_MAX];
static char sha256[SX_FINGERPRINT_MAX];
static char md5[SX_FINGERPRINT_MAX];

/* Hex alone: without separators, in lower case. */
static size_t squeeze(char *text, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (c != ':' && c != ' ')
            text[n++] = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
    }
    text[n] = '\0';
    return n;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const struct sx_provider_spec spec = { .name = "default" };
    const struct sx_slice blob = sx_slice_text(key_blob);

    (void)argc;
    (void)argv;
    if (sx_provider_open(&spec, NULL, &provider) != SX_OK ||
        sx_fingerprint_openssh(provider, blob, NULL, openssh) != SX_OK ||
        sx_fingerprint_hex(provider, SX_HASH_SHA256, blob, NULL, sha256) != SX_OK ||
        sx_fingerprint_hex(provider, SX_HASH_MD5, blob, NULL, md5) != SX_OK)
        return 1;
    (void)squeeze(sha256, strlen(sha256));
    (void)squeeze(md5, strlen(md5));
    return 0;
}

/* Whether the digest is spelled anywhere in the list. */
static bool is_spelled(const uint8_t *data, size_t size)
{
    char *text = sx_alloc(size + 1);
    bool is_there;

    if (text == NULL)
        abort();
    if (size != 0)
        memcpy(text, data, size);
    is_there = strstr(text, openssh) != NULL;
    (void)squeeze(text, size);
    is_there = is_there || strstr(text, sha256) != NULL || strstr(text, md5) != NULL;
    sx_free(text);
    return is_there;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_fault fault = { 0 };
    bool is_match = false;
    enum sx_err err = sx_fingerprint_is_match(provider, sx_slice_text(key_blob),
                                              sx_slice_of(data, size), &fault, &is_match);

    if (err != SX_OK && (err != SX_ERR_ARGUMENT || fault.text[0] == '\0' || is_match))
        abort();
    if (is_match && !is_spelled(data, size))
        abort();
    return 0;
}
