/* crypto/provider_plain.c: loading a provider that claims no approval: OpenSSL's own `default`, or
 * a named module of the site, which then must bring every primitive itself. */
#include "crypto/openssl.h"

#include <openssl/crypto.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Evidence for a provider that comes from a file; the built-in ones have none. */
static bool find_file(const char *dir, const char *name, char *out_path, size_t cap)
{
    struct stat st;
    int n = snprintf(out_path, cap, "%s/%s.so", dir, name);

    if (n < 0 || (size_t)n >= cap || stat(out_path, &st) != 0 || !S_ISREG(st.st_mode)) {
        out_path[0] = '\0';
        return false;
    }
    return true;
}

static enum sx_err set_path(struct sx_provider *provider, struct sx_fault *fault)
{
    const char *dir = provider->module_dir;

    if (dir[0] == '\0')
        dir = OPENSSL_info(OPENSSL_INFO_MODULES_DIR);
    if (dir == NULL || dir[0] != '/')
        return sx_fault_set(fault, SX_ERR_PROVIDER,
                            "the module directory must be an absolute path, not \"%s\"",
                            dir != NULL ? dir : "");
    /* Set in any case: without it the environment's OPENSSL_MODULES would be searched. */
    if (OSSL_PROVIDER_set_default_search_path(provider->libctx, dir) != 1)
        return sx_openssl_fault(fault, SX_ERR_PROVIDER, "the module search path can't be set");
    (void)find_file(dir, provider->name, provider->info.module_path,
                    sizeof provider->info.module_path);
    return SX_OK;
}

static enum sx_err load_one(struct sx_provider *provider, const char *name, struct sx_fault *fault,
                            OSSL_PROVIDER **out)
{
    char reason[160];

    *out = OSSL_PROVIDER_load(provider->libctx, name);
    if (*out != NULL)
        return SX_OK;
    sx_openssl_reason(reason, sizeof reason);
    return sx_fault_set(fault, SX_ERR_PROVIDER,
                        "provider %s can't be loaded (%s): it is neither built into OpenSSL nor a "
                        "module in %s; name the module's folder with ProviderModuleDir "
                        "(--module-dir)",
                        name, reason,
                        provider->module_dir[0] != '\0' ? provider->module_dir
                                                        : OPENSSL_info(OPENSSL_INFO_MODULES_DIR));
}

#if SX_LEGACY
/* OpenSSL's legacy provider beside `default`: nothing is ever fetched from it but what asks for
 * provider=legacy by name, as every other fetch here says provider=default. Where its module can't
 * be had, what it would serve is not available, and says so when asked for. */
static void load_legacy(struct sx_provider *provider)
{
    struct sx_provider_info *info = &provider->info;
    const char *system_dir = OPENSSL_info(OPENSSL_INFO_MODULES_DIR);
    const char *dir = provider->module_dir;
    char reason[8];

    if (dir[0] != '/' || !find_file(dir, "legacy", info->legacy_path, sizeof info->legacy_path))
        dir = system_dir;
    /* Set in any case: without it the environment's OPENSSL_MODULES would be searched. */
    if (dir != NULL && OSSL_PROVIDER_set_default_search_path(provider->libctx, dir) == 1)
        provider->legacy = OSSL_PROVIDER_load(provider->libctx, "legacy");
    if (provider->legacy != NULL)
        (void)find_file(dir, "legacy", info->legacy_path, sizeof info->legacy_path);
    else
        info->legacy_path[0] = '\0';
    sx_openssl_reason(reason, sizeof reason);
}
#endif

enum sx_err sx_provider_load_plain(struct sx_provider *provider, struct sx_fault *fault)
{
    struct sx_provider_info *info = &provider->info;

    (void)snprintf(info->properties, sizeof info->properties, "provider=%s", provider->name);
    provider->decode_properties = info->properties;
    if (strcmp(provider->name, "default") == 0) {
        SX_TRY(load_one(provider, provider->name, fault, &provider->handle));
#if SX_LEGACY
        if (provider->is_legacy_allowed)
            load_legacy(provider);
#endif
        return SX_OK;
    }

    SX_TRY(set_path(provider, fault));
    SX_TRY(load_one(provider, provider->name, fault, &provider->handle));
    /* Decoders may come from OpenSSL's base provider; there is no cryptography in it. The keys
     * that they make can only be the named provider's, as nobody else manages any here. */
    SX_TRY(load_one(provider, "base", fault, &provider->base));
    (void)snprintf(provider->decode_storage, sizeof provider->decode_storage, "?provider=%s",
                   provider->name);
    provider->decode_properties = provider->decode_storage;
    return SX_OK;
}
