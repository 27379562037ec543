/* tests/support/fixture.c: providers and keys that are made once. */
#include "support/fixture.h"
#include "support/providers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROVIDERS_MAX = 8, KEYS_MAX = 64 };

static struct sx_provider *providers[PROVIDERS_MAX]; /* 0 is the default one */

static struct {
    struct sx_provider *provider;
    enum sx_key_type type;
    unsigned index;
    struct sx_key *key;
} keys[KEYS_MAX];

struct sx_provider *fixture_provider(void)
{
    const struct sx_provider_spec spec = { .name = "default" };
    struct sx_fault fault = { 0 };

    if (providers[0] == NULL && sx_provider_open(&spec, &fault, &providers[0]) != SX_OK)
        fprintf(stderr, "fixture: %s\n", fault.text);
    return providers[0];
}

struct sx_provider *fixture_module(unsigned index, struct sx_fault *out_fault)
{
    const struct modules *modules = modules_at_hand();
    struct sx_provider_spec spec = { .name = "fips" };

    if (index >= modules->count || index + 1 >= PROVIDERS_MAX)
        return NULL;
    spec.module_dir = modules->dirs[index];
    if (providers[1 + index] == NULL &&
        sx_provider_open(&spec, out_fault, &providers[1 + index]) != SX_OK)
        return NULL;
    return providers[1 + index];
}

const struct sx_key *fixture_key(struct sx_provider *provider, enum sx_key_type type,
                                 unsigned index)
{
    size_t i = 0;

    for (; i < KEYS_MAX && keys[i].key != NULL; i++)
        if (keys[i].provider == provider && keys[i].type == type && keys[i].index == index)
            return keys[i].key;
    if (i == KEYS_MAX || sx_key_generate(provider, type, FIXTURE_RSA_BITS, &keys[i].key) != SX_OK) {
        fprintf(stderr, "fixture: no key of type %s\n", sx_key_type_name(type));
        return NULL;
    }
    keys[i].provider = provider;
    keys[i].type = type;
    keys[i].index = index;
    return keys[i].key;
}

void fixture_clear(void)
{
    for (size_t i = 0; i < KEYS_MAX; i++) {
        sx_key_free(keys[i].key);
        keys[i].key = NULL;
    }
    for (size_t i = 0; i < PROVIDERS_MAX; i++) {
        sx_provider_close(providers[i]);
        providers[i] = NULL;
    }
}

bool fixture_is_full(void)
{
    const char *full = getenv("SEXEC_TEST_FULL");

    return full != NULL && full[0] != '\0';
}
