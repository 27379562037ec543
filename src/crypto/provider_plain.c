/* crypto/provider_plain.c: loading a provider that claims no approval: OpenSSL's own `default`, or
 * a named module of the site. */
#include "crypto/openssl.h"

#include <stdio.h>
#include <string.h>

static enum sx_err load_named(struct sx_provider *provider, struct sx_fault *fault)
{
    struct sx_provider_info *info = &provider->info;
    char reason[160];

    if (provider->module_dir[0] != '\0') {
        if (provider->module_dir[0] != '/')
            return sx_fault_set(fault, SX_ERR_PROVIDER, "module directory %s is not absolute",
                                provider->module_dir);
        if (OSSL_PROVIDER_set_default_search_path(provider->libctx, provider->module_dir) != 1)
            return sx_openssl_fault(fault, SX_ERR_PROVIDER, "module directory");
    }
    provider->handle = OSSL_PROVIDER_load(provider->libctx, provider->name);
    if (provider->handle == NULL) {
        sx_openssl_reason(reason, sizeof reason);
        return sx_fault_set(fault, SX_ERR_PROVIDER, "provider %s can't be loaded (%s)",
                            provider->name, reason);
    }
    (void)snprintf(info->properties, sizeof info->properties, "provider=%s", provider->name);
    return SX_OK;
}

enum sx_err sx_provider_load_plain(struct sx_provider *provider, struct sx_fault *fault)
{
    (void)snprintf(provider->info.name, sizeof provider->info.name, "%s", provider->name);
    SX_TRY(load_named(provider, fault));
    provider->decode_properties = provider->info.properties;
    return SX_OK;
}

enum sx_err sx_provider_load_fips(struct sx_provider *provider, struct sx_fault *fault)
{
    return sx_fault_set(fault, SX_ERR_PROVIDER, "provider %s: not yet", provider->name);
}

unsigned long sx_provider_unapproved_count(const struct sx_provider *provider)
{
    return provider->unapproved_before;
}
