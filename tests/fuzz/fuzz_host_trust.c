/* The accepted host key: only a text that holds the server's own key in base64 makes it trusted. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "keys/host_trust.h"

static struct sx_provider *provider;
static const uint8_t blob[] = "\0\0\0\013ssh-ed25519\0\0\0 0123456789abcdef0123456789abcdef";
static char coded[128];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const struct sx_provider_spec spec = { .name = "default" };

    (void)argc;
    (void)argv;
    if (sx_provider_open(&spec, NULL, &provider) != SX_OK ||
        sx_base64_encode(sx_slice_of(blob, sizeof blob - 1), coded, sizeof coded) != SX_OK)
        return 1;
    coded[strcspn(coded, "=")] = '\0';
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct sx_policy policy = { .name = "fuzz" };
    const struct sx_host_trust_settings settings = { .policy = &policy,
                                                     .key = sx_slice_of(data, size) };
    const struct sx_event_host_key host_key = { .blob = sx_slice_of(blob, sizeof blob - 1),
                                                .key_type = "ssh-ed25519" };
    struct sx_host_verdict verdict = { .trust = SX_HOST_TRUST_NONE };
    struct sx_fault fault = { 0 };
    enum sx_err err = sx_host_trust_decide(&settings, provider, &host_key, &fault, &verdict);

    if (err == SX_OK && verdict.trust == SX_HOST_TRUST_KEY) {
        char *text = sx_alloc(size + 1);

        if (text == NULL)
            abort();
        memcpy(text, data, size);
        if (strstr(text, coded) == NULL)
            abort();
        sx_free(text);
    } else if (verdict.trust != SX_HOST_TRUST_NONE || (err != SX_OK && err != SX_ERR_ARGUMENT)) {
        abort();
    }
    sx_fault_clear(&fault);
    if (sx_host_trust_reject(&settings, provider, &host_key, &verdict, &fault) !=
        SX_ERR_HOST_KEY_REJECTED)
        abort();
    return 0;
}
