/* crypto/provider.c: the registry of loaded providers, and what every loaded provider gives.
 *
 * The registry is the library's only mutable static. A loaded context is never unloaded: loading
 * a module again would run its self-tests again. A failed load leaves nothing behind. */
#include "crypto/openssl.h"

#include "base/memory.h"
#include "crypto/curve.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <pthread.h>
#include <string.h>

enum { SX_PROVIDER_NAME_MAX = sizeof((struct sx_provider_info *)0)->name };

static struct {
    pthread_mutex_t lock;
    struct sx_provider *first;
    atomic_ulong unapproved;
} registry = { PTHREAD_MUTEX_INITIALIZER, NULL, 0 };

const struct sx_provider *sx_provider_first_loaded(void)
{
    return registry.first;
}

void sx_provider_count_unapproved(void)
{
    atomic_fetch_add(&registry.unapproved, 1);
}

unsigned long sx_provider_unapproved_count(const struct sx_provider *provider)
{
    return atomic_load(&registry.unapproved) - provider->unapproved_before;
}

const char *sx_provider_properties(const struct sx_provider *provider)
{
    return provider->info.properties;
}

EVP_MD *sx_provider_digest(const struct sx_provider *provider, enum sx_hash hash)
{
    return (unsigned)hash < SX_HASH_COUNT ? provider->digests[hash] : NULL;
}

const struct sx_provider_info *sx_provider_get_info(const struct sx_provider *provider)
{
    return &provider->info;
}

void sx_provider_destroy(struct sx_provider *provider)
{
    if (provider == NULL)
        return;
    for (int i = 0; i < SX_HASH_COUNT; i++)
        EVP_MD_free(provider->digests[i]);
    EVP_MAC_free(provider->hmac);
    sx_sealer_free_spare(provider);
    EVP_KDF_free(provider->sshkdf);
    sx_curve_clear(provider);
    pthread_mutex_destroy(&provider->proven.lock);
    pthread_mutex_destroy(&provider->known.lock);
    if (provider->legacy != NULL)
        (void)OSSL_PROVIDER_unload(provider->legacy);
    if (provider->base != NULL)
        (void)OSSL_PROVIDER_unload(provider->base);
    if (provider->handle != NULL)
        (void)OSSL_PROVIDER_unload(provider->handle);
    OSSL_LIB_CTX_free(provider->libctx);
    sx_free(provider->name);
    sx_free(provider->module_dir);
    sx_free(provider->config_file);
    sx_free(provider->module_mac);
    sx_free(provider);
}

/* What nearly every connection needs, fetched once. A primitive that is missing is found missing
 * when an algorithm asks for it. */
enum sx_err sx_provider_fetch_common(struct sx_provider *provider, struct sx_fault *fault)
{
    const char *properties = sx_provider_properties(provider);
    char reason[160];

    for (int i = 0; i < SX_HASH_COUNT; i++) {
        if (i != SX_HASH_NONE)
            provider->digests[i] =
                EVP_MD_fetch(provider->libctx, sx_hash_name((enum sx_hash)i), properties);
    }
    provider->hmac = EVP_MAC_fetch(provider->libctx, "HMAC", properties);
    provider->sshkdf = EVP_KDF_fetch(provider->libctx, "SSHKDF", properties);
    sx_openssl_reason(reason, sizeof reason);
    if (provider->digests[SX_HASH_SHA256] == NULL || provider->sshkdf == NULL)
        return sx_fault_set(
            fault, SX_ERR_PROVIDER, "provider %s lacks %s, without which SSH can't be spoken (%s)",
            provider->name, provider->sshkdf == NULL ? "the key derivation SSHKDF" : "SHA2-256",
            reason);
    return SX_OK;
}

/* Each of the two wishes has a meaning for one provider only; elsewhere it makes no difference. */
static bool is_unapproved(const struct sx_provider_spec *spec)
{
    return spec->is_unapproved_allowed && strcmp(spec->name, "fips") == 0;
}

static bool is_legacy(const struct sx_provider_spec *spec)
{
    return spec->is_legacy_allowed && strcmp(spec->name, "default") == 0;
}

static enum sx_err load(const struct sx_provider_spec *spec, struct sx_fault *fault,
                        struct sx_provider **out)
{
    struct sx_provider *provider = sx_alloc(sizeof *provider);
    enum sx_err err = SX_ERR_MEMORY;
    bool is_fips;

    if (provider == NULL)
        return SX_ERR_MEMORY;
    pthread_mutex_init(&provider->proven.lock, NULL);
    pthread_mutex_init(&provider->known.lock, NULL);
    provider->name = sx_text_dup(spec->name);
    provider->module_dir = sx_text_dup(spec->module_dir != NULL ? spec->module_dir : "");
    provider->config_file = sx_text_dup(spec->config_file != NULL ? spec->config_file : "");
    provider->is_unapproved_allowed = is_unapproved(spec);
    provider->is_legacy_allowed = is_legacy(spec);
    provider->libctx = OSSL_LIB_CTX_new();
    if (provider->name == NULL || provider->module_dir == NULL || provider->config_file == NULL ||
        provider->libctx == NULL)
        goto out;
    provider->unapproved_before = atomic_load(&registry.unapproved);
    is_fips = strcmp(spec->name, "fips") == 0;
    err =
        is_fips ? sx_provider_load_fips(provider, fault) : sx_provider_load_plain(provider, fault);
    if (err == SX_OK)
        err = sx_provider_fetch_common(provider, fault);
    if (err == SX_OK)
        err = sx_provider_describe(provider, fault);
    if (err == SX_OK && is_fips)
        err = sx_provider_verify_fips(provider, fault);
    if (err != SX_OK)
        goto out;
    *out = provider;
    provider = NULL;
out:
    sx_provider_destroy(provider);
    return err;
}

/* A name may become a file name, so it must not lead anywhere else. */
static bool is_name(const char *name)
{
    size_t n = name != NULL ? strlen(name) : 0;

    return n > 0 && n < SX_PROVIDER_NAME_MAX && name[0] != '.' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") == n;
}

static bool is_same(const char *kept, const char *asked)
{
    return strcmp(kept, asked != NULL ? asked : "") == 0;
}

enum sx_err sx_provider_open(const struct sx_provider_spec *spec, struct sx_fault *fault,
                             struct sx_provider **out)
{
    struct sx_provider *provider;
    enum sx_err err = SX_OK;

    if (!is_name(spec->name))
        return sx_fault_set(fault, SX_ERR_PROVIDER,
                            "a provider's name has letters, digits, '_', '-' and '.', at most %d",
                            SX_PROVIDER_NAME_MAX - 1);
    pthread_mutex_lock(&registry.lock);
    for (provider = registry.first; provider != NULL; provider = provider->next) {
        if (is_same(provider->name, spec->name) &&
            is_same(provider->module_dir, spec->module_dir) &&
            is_same(provider->config_file, spec->config_file) &&
            provider->is_unapproved_allowed == is_unapproved(spec) &&
            provider->is_legacy_allowed == is_legacy(spec))
            break;
    }
    if (provider == NULL) {
        err = load(spec, fault, &provider);
        if (err == SX_OK) {
            provider->next = registry.first;
            registry.first = provider;
        }
    }
    if (err == SX_OK) {
        provider->users++;
        *out = provider;
    }
    pthread_mutex_unlock(&registry.lock);
    return err;
}

struct sx_provider *sx_provider_hold(struct sx_provider *provider)
{
    pthread_mutex_lock(&registry.lock);
    provider->users++;
    pthread_mutex_unlock(&registry.lock);
    return provider;
}

void sx_provider_close(struct sx_provider *provider)
{
    if (provider == NULL)
        return;
    pthread_mutex_lock(&registry.lock);
    if (provider->users > 0)
        provider->users--;
    pthread_mutex_unlock(&registry.lock);
}

enum sx_err sx_random_bytes(struct sx_provider *provider, void *out, size_t n)
{
    /* Straight to the context's own DRBG: RAND_bytes would ask a RAND_METHOD that the host
     * program may have set for the whole process. */
    EVP_RAND_CTX *drbg = RAND_get0_public(provider->libctx);

    if (n == 0)
        return SX_OK;
    if (drbg == NULL || EVP_RAND_generate(drbg, out, n, 0, 0, NULL, 0) != 1) {
        sx_wipe(out, n);
        return sx_openssl_fault(NULL, SX_ERR_RANDOM, "random bytes");
    }
    return SX_OK;
}
