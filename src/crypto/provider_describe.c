/* crypto/provider_describe.c: evidence of what serves, asked from the provider itself, and the
 * digest of the file that it came from. */
#include "crypto/openssl.h"

#include "base/text.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void copy_text(char *out, size_t cap, const char *text)
{
    (void)snprintf(out, cap, "%s", text != NULL ? text : "");
}

static enum sx_err describe_self(struct sx_provider *provider, struct sx_fault *fault)
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

/* Every whole number that a provider offers besides its status is one of its checks, on or off. */
static enum sx_err describe_options(struct sx_provider *provider, struct sx_fault *fault)
{
    struct sx_provider_info *info = &provider->info;
    const OSSL_PARAM *known = OSSL_PROVIDER_gettable_params(provider->handle);

    for (; known != NULL && known->key != NULL; known++) {
        struct sx_provider_option *option = &info->options[info->option_count];
        int value = 0;
        OSSL_PARAM params[] = { OSSL_PARAM_construct_int(known->key, &value),
                                OSSL_PARAM_construct_end() };

        if ((known->data_type != OSSL_PARAM_INTEGER &&
             known->data_type != OSSL_PARAM_UNSIGNED_INTEGER) ||
            strcmp(known->key, OSSL_PROV_PARAM_STATUS) == 0)
            continue;
        /* A check that can't be shown is not passed over: strictness must be proven for all. */
        if (info->option_count == SX_PROVIDER_OPTIONS_MAX ||
            strlen(known->key) >= sizeof option->name)
            return sx_fault_set(fault, SX_ERR_PROVIDER,
                                "provider %s reports more checks than can be kept", provider->name);
        copy_text(option->name, sizeof option->name, known->key);
        option->is_on = OSSL_PROVIDER_get_params(provider->handle, params) == 1 && value == 1;
        info->option_count++;
    }
    return SX_OK;
}

static enum sx_err hash_file(struct sx_provider *provider, int fd, uint8_t *out, size_t *out_len)
{
    uint8_t chunk[16 * 1024];
    struct sx_digest *digest = NULL;
    enum sx_err err;
    ssize_t n;

    SX_TRY(sx_digest_new(provider, SX_HASH_SHA256, &digest));
    do {
        n = read(fd, chunk, sizeof chunk);
        err = n > 0 ? sx_digest_update(digest, sx_slice_of(chunk, (size_t)n)) : SX_OK;
    } while (err == SX_OK && (n > 0 || (n < 0 && errno == EINTR)));
    if (err == SX_OK)
        err = n < 0 ? SX_ERR_FILE : sx_digest_final(digest, out, out_len);
    sx_digest_free(digest);
    return err;
}

/* out has room for 65 characters; left alone where there is no file. */
static enum sx_err describe_file(struct sx_provider *provider, const char *path, char *out_sha256,
                                 struct sx_fault *fault)
{
    uint8_t sum[SX_DIGEST_MAX];
    char hex[3 * SX_DIGEST_MAX + 1];
    size_t n = 0;
    enum sx_err err;
    int fd;

    if (path[0] == '\0')
        return SX_OK;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return sx_fault_set_sys(fault, SX_ERR_PROVIDER, errno, "the module %s can't be read (%s)",
                                path, strerror(errno));
    err = hash_file(provider, fd, sum, &n);
    (void)close(fd);
    if (err != SX_OK)
        return sx_fault_set(fault, SX_ERR_PROVIDER, "the module %s can't be hashed", path);
    copy_text(out_sha256, sizeof((struct sx_provider_info *)0)->module_sha256,
              sx_hex_encode(hex, sx_slice_of(sum, n), 0));
    return SX_OK;
}

static void describe_legacy(struct sx_provider *provider)
{
    char *version = NULL;
    OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_VERSION, &version, 0),
                            OSSL_PARAM_construct_end() };

    if (provider->legacy != NULL && OSSL_PROVIDER_get_params(provider->legacy, params) == 1)
        copy_text(provider->info.legacy_version, sizeof provider->info.legacy_version, version);
}

enum sx_err sx_provider_describe(struct sx_provider *provider, struct sx_fault *fault)
{
    struct sx_provider_info *info = &provider->info;

    copy_text(info->name, sizeof info->name, provider->name);
    copy_text(info->libcrypto_version, sizeof info->libcrypto_version,
              OpenSSL_version(OPENSSL_VERSION));
    SX_TRY(describe_self(provider, fault));
    SX_TRY(describe_options(provider, fault));
    describe_legacy(provider);
    SX_TRY(describe_file(provider, info->legacy_path, info->legacy_sha256, fault));
    return describe_file(provider, info->module_path, info->module_sha256, fault);
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
                            "process must be started anew",
                            provider->name);
    }
    return SX_OK;
}
