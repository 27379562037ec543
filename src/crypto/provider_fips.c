/* crypto/provider_fips.c: loads the FIPS module into a context of its own.
 *
 * The order matters. The search path comes first, or the environment would choose the module. The
 * callback comes before the load, or its self-tests pass unseen. The module gets its config before
 * it is loaded, or it enters its error state. The default properties come before anything is
 * fetched. What can be known only afterwards is provider_verify.c's. */
#include "crypto/openssl.h"
#include "crypto/provider_config.h"

#include "base/memory.h"

#include <openssl/crypto.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char fips_properties[] = "provider=fips,fips=yes";

/* The base provider's decoders carry fips=yes, not provider=fips. */
static const char fips_decode_properties[] = "fips=yes";

/* For a policy that isn't approved-only: the module is as alone in its context as ever, so that
 * nothing else can serve, but what it holds without fips=yes is found too. */
static const char open_properties[] = "provider=fips";
static const char open_decode_properties[] = "?provider=fips";

static bool is_regular(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static enum sx_err find_module(struct sx_provider *provider, struct sx_fault *fault)
{
    struct sx_provider_info *info = &provider->info;
    const char *dir = provider->module_dir;
    int n;

    if (dir[0] == '\0')
        dir = OPENSSL_info(OPENSSL_INFO_MODULES_DIR);
    if (dir == NULL || dir[0] != '/')
        return sx_fault_set(fault, SX_ERR_PROVIDER,
                            "the FIPS module's directory must be an absolute path, not \"%s\"",
                            dir != NULL ? dir : "");
    n = snprintf(info->module_path, sizeof info->module_path, "%s/fips.so", dir);
    if (n < 0 || (size_t)n >= sizeof info->module_path)
        return sx_fault_set(fault, SX_ERR_PROVIDER, "the FIPS module's directory is too long");
    if (!is_regular(info->module_path))
        return sx_fault_set(fault, SX_ERR_PROVIDER,
                            "the FIPS provider was not found: looked for its module %s; install "
                            "the package that holds it (openssl-provider-fips on Debian), or build "
                            "OpenSSL with enable-fips, and name its folder with ProviderModuleDir "
                            "(--module-dir)",
                            info->module_path);
    return SX_OK;
}

static enum sx_err find_config(struct sx_provider *provider, struct sx_fault *fault)
{
    struct sx_provider_info *info = &provider->info;
    const char *system_dir = OPENSSL_info(OPENSSL_INFO_CONFIG_DIR);
    size_t cap = sizeof info->config_path;
    int dir_len = (int)(strlen(info->module_path) - strlen("fips.so"));
    int n;

    if (provider->config_file[0] != '\0') {
        n = snprintf(info->config_path, cap, "%s", provider->config_file);
    } else {
        n = snprintf(info->config_path, cap, "%.*sfipsmodule.cnf", dir_len, info->module_path);
        if (n > 0 && (size_t)n < cap && !is_regular(info->config_path) && system_dir != NULL)
            n = snprintf(info->config_path, cap, "%s/fipsmodule.cnf", system_dir);
    }
    if (n < 0 || (size_t)n >= cap)
        return sx_fault_set(fault, SX_ERR_PROVIDER, "the FIPS module's config path is too long");
    return SX_OK;
}

/* A module checks its own integrity once in a process. With another MAC for the same file a second
 * context would load unchecked, and asking for a check would stop the module for everybody. */
static enum sx_err match_loaded(struct sx_provider *provider, const char *mac,
                                struct sx_fault *fault)
{
    const struct sx_provider *other;
    struct stat mine;
    struct stat theirs;

    if (stat(provider->info.module_path, &mine) != 0)
        return sx_fault_set(fault, SX_ERR_PROVIDER, "the FIPS module %s is gone",
                            provider->info.module_path);
    for (other = sx_provider_first_loaded(); other != NULL; other = other->next) {
        if (other->module_mac == NULL || stat(other->info.module_path, &theirs) != 0 ||
            mine.st_dev != theirs.st_dev || mine.st_ino != theirs.st_ino)
            continue;
        if (strcmp(other->module_mac, mac) != 0)
            return sx_fault_set(fault, SX_ERR_PROVIDER,
                                "the config %s gives the FIPS module %s another module-mac than "
                                "the one that it proved when it was loaded before",
                                provider->info.config_path, provider->info.module_path);
    }
    return SX_OK;
}

static enum sx_err load_modules(struct sx_provider *provider, struct sx_fault *fault)
{
    char failed[160];
    char reason[160];

    provider->handle = OSSL_PROVIDER_load(provider->libctx, "fips");
    if (provider->handle == NULL) {
        sx_openssl_reason(reason, sizeof reason);
        return sx_fault_set(
            fault, SX_ERR_PROVIDER,
            "the FIPS module %s doesn't load with the config %s: %s; self-test that failed: %s. "
            "The file may be damaged, or the config made for another one: make it anew with "
            "openssl fipsinstall, and start this program anew, as a module that failed once stays "
            "failed in its process",
            provider->info.module_path, provider->info.config_path, reason,
            sx_provider_failed_test(provider, failed, sizeof failed));
    }
    provider->base = OSSL_PROVIDER_load(provider->libctx, "base");
    if (provider->base == NULL)
        return sx_openssl_fault(fault, SX_ERR_PROVIDER, "OpenSSL's base provider doesn't load");
    if (!provider->is_unapproved_allowed &&
        EVP_set_default_properties(provider->libctx, fips_decode_properties) != 1)
        return sx_openssl_fault(fault, SX_ERR_PROVIDER, "default properties can't be set");
    return SX_OK;
}

static enum sx_err load_with(struct sx_provider *provider, struct sx_module_config *config,
                             struct sx_fault *fault)
{
    struct sx_provider_info *info = &provider->info;
    char dir[sizeof info->module_path];

    SX_TRY(sx_module_config_read(info->config_path, fault, config));
    SX_TRY(match_loaded(provider, config->mac, fault));
    info->has_install_status = config->has_install_status;
    provider->module_mac = sx_text_dup(config->mac);
    if (provider->module_mac == NULL)
        return SX_ERR_MEMORY;
    (void)snprintf(dir, sizeof dir, "%.*s", (int)(strlen(info->module_path) - strlen("/fips.so")),
                   info->module_path);
    if (OSSL_PROVIDER_set_default_search_path(provider->libctx, dir[0] != '\0' ? dir : "/") != 1)
        return sx_openssl_fault(fault, SX_ERR_PROVIDER, "the module search path can't be set");
    sx_provider_watch_tests(provider);
    SX_TRY(sx_module_config_apply(config, provider->libctx, fault));
    SX_TRY(load_modules(provider, fault));
    return sx_provider_finish_tests(provider, fault);
}

enum sx_err sx_provider_load_fips(struct sx_provider *provider, struct sx_fault *fault)
{
    struct sx_provider_info *info = &provider->info;
    struct sx_module_config *config;
    enum sx_err err;

    info->is_fips = !provider->is_unapproved_allowed;
    (void)snprintf(info->properties, sizeof info->properties, "%s",
                   info->is_fips ? fips_properties : open_properties);
    provider->decode_properties = info->is_fips ? fips_decode_properties : open_decode_properties;
    SX_TRY(find_module(provider, fault));
    SX_TRY(find_config(provider, fault));
    config = sx_alloc(sizeof *config);
    if (config == NULL)
        return SX_ERR_MEMORY;
    err = load_with(provider, config, fault);
    sx_free(config);
    return err;
}
