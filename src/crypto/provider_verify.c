/* crypto/provider_verify.c: proof that the loaded FIPS provider is alone in its context, strict,
 * and the one that serves. Each probe asks for what must not be there, or for who made what is. */
#define _GNU_SOURCE /* dladdr */
#include "crypto/openssl.h"

#include <openssl/err.h>
#include <openssl/rand.h>

#include <dlfcn.h>
#include <string.h>

/* --- Alone ------------------------------------------------------------------------------------ */

struct census {
    unsigned expected;
    unsigned others;
};

static int count_provider(OSSL_PROVIDER *one, void *arg)
{
    struct census *census = arg;
    const char *name = OSSL_PROVIDER_get0_name(one);

    if (strcmp(name, "fips") == 0 || strcmp(name, "base") == 0)
        census->expected++;
    else
        census->others++;
    return 1;
}

static enum sx_err check_alone(const struct sx_provider *provider, struct sx_fault *fault)
{
    struct census census = { 0, 0 };

    if (OSSL_PROVIDER_available(provider->libctx, "fips") != 1)
        return sx_openssl_fault(fault, SX_ERR_PROVIDER, "the FIPS provider is not available");
    if (OSSL_PROVIDER_available(provider->libctx, "default") != 0 ||
        OSSL_PROVIDER_do_all(provider->libctx, count_provider, &census) != 1 ||
        census.expected != 2 || census.others != 0)
        return sx_fault_set(fault, SX_ERR_PROVIDER,
                            "the FIPS provider is not alone: its context holds %u others",
                            census.others);
    return SX_OK;
}

/* --- Strict ----------------------------------------------------------------------------------- */

static enum sx_err check_strict(const struct sx_provider *provider, struct sx_fault *fault)
{
    const struct sx_provider_info *info = &provider->info;
    bool has_security_checks = false;

    for (size_t i = 0; i < info->option_count; i++) {
        if (strcmp(info->options[i].name, "security-checks") == 0)
            has_security_checks = true;
        if (!info->options[i].is_on)
            return sx_fault_set(fault, SX_ERR_PROVIDER,
                                "the FIPS module %s is tolerant: its check %s is off; add the line "
                                "\"%s = 1\" to %s (openssl fipsinstall -pedantic writes all)",
                                info->module_path, info->options[i].name, info->options[i].name,
                                info->config_path);
    }
    if (!has_security_checks)
        return sx_fault_set(fault, SX_ERR_PROVIDER,
                            "the FIPS module %s doesn't say whether its security checks are on",
                            info->module_path);
    return SX_OK;
}

/* --- Nothing unapproved fetches ----------------------------------------------------------------- */

static enum sx_err check_absent(const struct sx_provider *provider, struct sx_fault *fault)
{
    /* The second form takes the default properties back; the third asks for anything. */
    static const char *const queries[] = { NULL, "-fips", "provider=default" };

    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        EVP_MD *md = EVP_MD_fetch(provider->libctx, "MD5", queries[i]);
        EVP_CIPHER *cipher = EVP_CIPHER_fetch(provider->libctx, "ChaCha20", queries[i]);
        bool is_there = md != NULL || cipher != NULL;

        EVP_MD_free(md);
        EVP_CIPHER_free(cipher);
        if (is_there)
            return sx_fault_set(fault, SX_ERR_PROVIDER,
                                "the FIPS provider's context gives out %s, which is not approved: "
                                "something else serves in its place",
                                md != NULL ? "MD5" : "ChaCha20");
    }
    (void)sx_openssl_fault(NULL, SX_ERR_PROVIDER, "");
    return SX_OK;
}

/* --- It serves itself --------------------------------------------------------------------------- */

static enum sx_err check_serves(const struct sx_provider *provider, struct sx_fault *fault)
{
    EVP_RAND_CTX *drbgs[] = { RAND_get0_primary(provider->libctx),
                              RAND_get0_public(provider->libctx),
                              RAND_get0_private(provider->libctx) };

    if (!sx_provider_is_maker(provider, EVP_KDF_get0_provider(provider->sshkdf)) ||
        !sx_provider_is_maker(provider, EVP_MAC_get0_provider(provider->hmac)))
        return sx_fault_set(fault, SX_ERR_PROVIDER,
                            "SSHKDF or HMAC doesn't come from the FIPS provider");
    for (size_t i = 0; i < sizeof drbgs / sizeof drbgs[0]; i++) {
        if (drbgs[i] == NULL ||
            !sx_provider_is_maker(provider,
                                  EVP_RAND_get0_provider(EVP_RAND_CTX_get0_rand(drbgs[i]))))
            return sx_openssl_fault(fault, SX_ERR_PROVIDER,
                                    "random numbers don't come from the FIPS provider");
    }
    return SX_OK;
}

/* --- The indicator ------------------------------------------------------------------------------ */

typedef int indicator_callback(const char *type, const char *desc, const OSSL_PARAM params[]);
typedef void set_indicator_callback(OSSL_LIB_CTX *libctx, indicator_callback *callback);

/* OpenSSL's own error queue, which belongs to the thread, carries the news to where the operation
 * that fails is turned into one of our errors. Returning 0 is what makes it fail. */
static int on_unapproved(const char *type, const char *desc, const OSSL_PARAM params[])
{
    (void)params;
    sx_provider_count_unapproved();
    ERR_raise_data(ERR_LIB_USER, SX_REASON_UNAPPROVED, "%s %s", type != NULL ? type : "",
                   desc != NULL ? desc : "");
    return 0;
}

/* libcrypto has the function from 3.4 on. It is looked up in the library that serves us, since a
 * process may hold a second libcrypto. */
static set_indicator_callback *find_setter(void)
{
    union {
        void *object;
        set_indicator_callback *function;
        OSSL_LIB_CTX *(*known)(void);
    } address;
    Dl_info library;
    void *handle;

    address.known = OSSL_LIB_CTX_new;
    if (dladdr(address.object, &library) == 0)
        return NULL;
    handle = dlopen(library.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    if (handle == NULL)
        return NULL;
    address.object = dlsym(handle, "OSSL_INDICATOR_set_callback");
    (void)dlclose(handle); /* the library stays, others hold it */
    return address.function;
}

/* Modules from 3.4 on report their indicator checks one by one; this is one of them. */
static bool module_has_indicator(const struct sx_provider_info *info)
{
    for (size_t i = 0; i < info->option_count; i++) {
        if (strcmp(info->options[i].name, "signature-digest-check") == 0)
            return true;
    }
    return false;
}

static void watch_indicator(struct sx_provider *provider)
{
    set_indicator_callback *set = find_setter();

    /* Where unapproved services may serve, nothing is to be stopped. */
    if (set == NULL || provider->is_unapproved_allowed || !module_has_indicator(&provider->info))
        return;
    set(provider->libctx, on_unapproved);
    provider->info.has_indicator = true;
}

enum sx_err sx_provider_verify_fips(struct sx_provider *provider, struct sx_fault *fault)
{
    SX_TRY(check_alone(provider, fault));
    SX_TRY(check_strict(provider, fault));
    SX_TRY(check_absent(provider, fault));
    SX_TRY(check_serves(provider, fault));
    watch_indicator(provider);
    return SX_OK;
}
