/* crypto/key_proven.c: which private keys were found consistent already. */
#include "crypto/key_proven.h"

#include "base/memory.h"

#include <string.h>

enum sx_err sx_key_tag(struct sx_provider *provider, enum sx_key_type type,
                       const struct sx_slice *parts, size_t count, uint8_t out[SX_KEY_TAG_SIZE])
{
    struct sx_digest *digest = NULL;
    uint8_t tag[SX_DIGEST_MAX];
    size_t len = 0;
    enum sx_err err;

    SX_TRY(sx_digest_new(provider, SX_HASH_SHA256, &digest));
    err = sx_digest_update_string(digest, sx_slice_text(sx_key_type_name(type)));
    for (size_t i = 0; err == SX_OK && i < count; i++)
        err = sx_digest_update_string(digest, parts[i]);
    if (err == SX_OK)
        err = sx_digest_final(digest, tag, &len);
    if (err == SX_OK)
        memcpy(out, tag, SX_KEY_TAG_SIZE);
    sx_digest_free(digest);
    return err;
}

bool sx_key_is_proven(struct sx_provider *provider, const uint8_t tag[SX_KEY_TAG_SIZE])
{
    bool is_found = false;

    pthread_mutex_lock(&provider->proven.lock);
    for (size_t i = 0; !is_found && i < provider->proven.count; i++)
        is_found = memcmp(provider->proven.tags[i], tag, SX_KEY_TAG_SIZE) == 0;
    pthread_mutex_unlock(&provider->proven.lock);
    return is_found;
}

void sx_key_prove(struct sx_provider *provider, const uint8_t tag[SX_KEY_TAG_SIZE])
{
    pthread_mutex_lock(&provider->proven.lock);
    memcpy(provider->proven.tags[provider->proven.next], tag, SX_KEY_TAG_SIZE);
    provider->proven.next = (provider->proven.next + 1) % SX_PROVEN_MAX;
    if (provider->proven.count < SX_PROVEN_MAX)
        provider->proven.count++;
    pthread_mutex_unlock(&provider->proven.lock);
}
