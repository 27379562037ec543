/* crypto/provider_describe.c: evidence of what serves, asked from the provider itself. */
#include "crypto/openssl.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include <stdio.h>

static void copy_text(char *out, size_t cap, const char *text)
{
    (void)snprintf(out, cap, "%s", text != NULL ? text : "");
}

enum sx_err sx_provider_describe(struct sx_provider *provider, struct sx_fault *fault)
{
    struct sx_provider_info *info = &provider->info;
    char *name = NULL;
    char *version = NULL;
    char *build = NULL;
    int status = 0;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_NAME, &name, 0),
        OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_VERSION, &version, 0),
        OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_BUILDINFO, &build, 0),
        OSSL_PARAM_construct_int(OSSL_PROV_PARAM_STATUS, &status),
        OSSL_PARAM_construct_end(),
    };

    copy_text(info->libcrypto_version, sizeof info->libcrypto_version,
              OpenSSL_version(OPENSSL_FULL_VERSION_STRING));
    if (OSSL_PROVIDER_get_params(provider->handle, params) != 1)
        return sx_openssl_fault(fault, SX_ERR_PROVIDER, "the provider doesn't describe itself");
    copy_text(info->full_name, sizeof info->full_name, name);
    copy_text(info->version, sizeof info->version, version);
    copy_text(info->build_info, sizeof info->build_info, build);
    info->is_running = status == 1;
    if (!info->is_running)
        return sx_fault_set(fault, SX_ERR_PROVIDER,
                            "provider %s is loaded but doesn't run: its status is %d",
                            provider->name, status);
    return SX_OK;
}

enum sx_err sx_provider_check(struct sx_provider *provider, struct sx_fault *fault)
{
    int status = 0;
    OSSL_PARAM params[] = { OSSL_PARAM_construct_int(OSSL_PROV_PARAM_STATUS, &status),
                            OSSL_PARAM_construct_end() };

    if (OSSL_PROVIDER_get_params(provider->handle, params) != 1 || status != 1) {
        (void)sx_openssl_fault(NULL, SX_ERR_PROVIDER, "");
        return sx_fault_set(fault, SX_ERR_PROVIDER,
                            "provider %s is in its error state and does nothing any more; the "
                            "process must be started anew", provider->name);
    }
    return SX_OK;
}
