/* crypto/provider_plain.c: loading a provider that claims no approval: OpenSSL's own `default`, or
 * a named module of the site, which then must bring every primitive itself. */
#include "crypto/openssl.h"

#include <openssl/crypto.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Evidence for a provider that comes from a file; the built-in ones have none. */
static void find_file(struct sx_provider *provider, const char *dir)
{
    struct sx_provider_info *info = &provider->info;
    struct stat st;
    int n = snprintf(info->module_path, sizeof info->module_path, "%s/%s.so", dir, provider->name);

    if (n < 0 || (size_t)n >= sizeof info->module_path || stat(info->module_path, &st) != 0 ||
        !S_ISREG(st.st_mode))
        info->module_path[0] = '\0';
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
    find_file(provider, dir);
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
                        "module in %s; name the module's folder with --module-dir",
                        name, reason,
                        provider->module_dir[0] != '\0' ? provider->module_dir
                                                        : OPENSSL_info(OPENSSL_INFO_MODULES_DIR));
}

enum sx_err sx_provider_load_plain(struct sx_provider *provider, struct sx_fault *fault)
{
    struct sx_provider_info *info = &provider->info;

    (void)snprintf(info->properties, sizeof info->properties, "provider=%s", provider->name);
    provider->decode_properties = info->properties;
    if (strcmp(provider->name, "default") == 0)
        return load_one(provider, provider->name, fault, &provider->handle);

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
