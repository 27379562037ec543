/* crypto/provider_known.c: which algorithms a provider was found to have: a hash table of places,
 * each at its row's address or at the next free place behind. When it is full, rows that it lacks
 * are asked about each time. */
#include "crypto/openssl.h"

#include <stdint.h>

static size_t place_of(const struct sx_provider *provider, const void *row)
{
    size_t at = (size_t)((uintptr_t)row / sizeof(void *)) % SX_KNOWN_MAX;

    while (provider->known.places[at].row != NULL && provider->known.places[at].row != row)
        at = (at + 1) % SX_KNOWN_MAX;
    return at;
}

bool sx_provider_recall(struct sx_provider *provider, const void *row, bool *out_is_there)
{
    size_t at;
    bool is_known;

    pthread_mutex_lock(&provider->known.lock);
    at = place_of(provider, row);
    is_known = provider->known.places[at].row != NULL;
    if (is_known)
        *out_is_there = provider->known.places[at].is_there;
    pthread_mutex_unlock(&provider->known.lock);
    return is_known;
}

void sx_provider_note(struct sx_provider *provider, const void *row, bool is_there)
{
    size_t at;

    pthread_mutex_lock(&provider->known.lock);
    at = place_of(provider, row);
    /* One place stays free, at which a search for what isn't there ends. */
    if (provider->known.places[at].row == NULL && provider->known.count + 1 < SX_KNOWN_MAX) {
        provider->known.places[at].row = row;
        provider->known.count++;
    }
    if (provider->known.places[at].row == row)
        provider->known.places[at].is_there = is_there;
    pthread_mutex_unlock(&provider->known.lock);
}
