/* tests/support/matrix.c: walks key exchange x (cipher, MAC) x host key. */
#include "support/matrix.h"

#include "support/algorithms.h"
#include "support/fixture.h"

enum { SEALS_MAX = 128 };

struct seal {
    const char *cipher;
    const char *mac;
};

static size_t list_seals(const struct sx_offer *offer, struct seal *seals)
{
    size_t n = 0;

    for (size_t c = 0; offer->ciphers[c] != NULL; c++) {
        if (sx_cipher_is_aead(offer->ciphers[c])) {
            seals[n++] = (struct seal){ offer->ciphers[c]->name, NULL };
            continue;
        }
        for (size_t m = 0; offer->macs[m] != NULL && n < SEALS_MAX - 1; m++)
            seals[n++] = (struct seal){ offer->ciphers[c]->name, offer->macs[m]->name };
    }
    return n;
}

static bool is_dear(const struct sx_kex_alg *kex)
{
    return kex == &sx_kex_dh_group16_sha512 || kex == &sx_kex_dh_group17_sha512 ||
           kex == &sx_kex_dh_group18_sha512;
}

/* The diagonal through the host keys leaves out no pair as long as the other two kinds have at
 * least as many values. */
static bool is_sampled(const struct sx_kex_alg *kex, size_t k, size_t s, size_t h,
                       size_t host_key_count)
{
    return (k + s) % host_key_count == h && (!is_dear(kex) || s % 5 == k % 5);
}

/* Hybrids, certificates and what is weak are spoken with real servers only
 * (tests/interop/test_algorithms.py); the peer in memory has the rest. */
static bool is_spoken(const struct sx_kex_alg *kex, const struct sx_sig_alg *host_key)
{
    return kex_named(sx_slice_text(kex->name)) != NULL &&
           signature_named(sx_slice_text(host_key->name)) != NULL;
}

size_t matrix_walk(const struct sx_offer *offer, matrix_visit *visit, void *ctx)
{
    struct seal seals[SEALS_MAX];
    size_t seal_count = list_seals(offer, seals), host_key_count = 0, visited = 0;

    /* Bare keys stand before all others, so that the diagonal runs through them alone. */
    while (offer->host_key[host_key_count] != NULL &&
           signature_named(sx_slice_text(offer->host_key[host_key_count]->name)) != NULL)
        host_key_count++;
    for (size_t k = 0; offer->kex[k] != NULL; k++)
        for (size_t s = 0; s < seal_count; s++)
            for (size_t h = 0; h < host_key_count; h++) {
                const struct matrix_cell cell = { offer->kex[k]->name, offer->host_key[h]->name,
                                                  seals[s].cipher, seals[s].mac };

                if (!is_spoken(offer->kex[k], offer->host_key[h]))
                    continue;
                if (!fixture_is_full() && !is_sampled(offer->kex[k], k, s, h, host_key_count))
                    continue;
                visit(ctx, &cell);
                visited++;
            }
    return visited;
}
