/* crypto/provider.h: the one door to OpenSSL.
 *
 * Each provider choice (name, module directory, config file) has one OSSL_LIB_CTX of our own,
 * shared and counted by all objects of the process. Nothing in the library ever uses libcrypto's
 * default context. Loading fails closed: a provider that can't be shown to be the one that was
 * asked for, healthy and strict, is not handed out.
 *
 * OpenSSL lets a host program (or OPENSSL_CONF) make an ENGINE the default for an algorithm, and
 * then hands even fetched objects over to it. Every operation here therefore asks, after its
 * initialisation and before it gets a key, whose it is; what isn't the provider's fails.
 */
#ifndef SX_CRYPTO_PROVIDER_H
#define SX_CRYPTO_PROVIDER_H

#include "base/error.h"
#include "base/slice.h"

struct sx_provider; /* opaque; immutable once open; safe to share between threads */

/* Which provider is wanted. Texts are borrowed during open. */
struct sx_provider_spec {
    const char *name;           /* "default", "fips", or another provider's module name */
    const char *module_dir;     /* absolute directory of the module; NULL or "" for the system's */
    const char *config_file;    /* the module's section file (fipsmodule.cnf); NULL or "" for
                                module_dir/fipsmodule.cnf, else the system's OPENSSLDIR one */
    bool is_unapproved_allowed; /* "fips": the same module, strict and verified alike, but fetched
                                   with provider=fips alone, so that what it holds beside its
                                   approved services (X25519 in 3.5) can serve a policy that
                                   isn't approved-only; info.is_fips is false then */
    bool is_legacy_allowed;     /* "default": OpenSSL's legacy provider is loaded beside it, where
                                   its module can be had, for arcfour, blowfish-cbc and
                                   cast128-cbc alone; no meaning for other providers */
};

enum { SX_PROVIDER_TEXT_MAX = 256, SX_PROVIDER_TESTS_MAX = 96, SX_PROVIDER_OPTIONS_MAX = 48 };

/* One self-test that the module ran while we loaded it. */
struct sx_provider_test {
    char phase[32];
    char type[48];
    char desc[64];
    bool is_passed;
};

/* A check that the module reports, such as "security-checks" or "signature-digest-check". */
struct sx_provider_option {
    char name[48];
    bool is_on;
};

/* Evidence of what serves: texts are NUL-terminated, empty where the provider doesn't say. */
struct sx_provider_info {
    char name[64];                        /* as asked for */
    char full_name[SX_PROVIDER_TEXT_MAX]; /* the provider's own, OSSL_PROV_PARAM_NAME */
    char version[64];
    char build_info[SX_PROVIDER_TEXT_MAX];
    bool is_running;         /* OSSL_PROV_PARAM_STATUS */
    bool is_fips;            /* fetches are bound to fips=yes */
    bool has_indicator;      /* libcrypto and module report approved use */
    bool has_install_status; /* its config lets it skip self-tests on load */
    char libcrypto_version[SX_PROVIDER_TEXT_MAX];
    char module_path[1024]; /* empty for built-in providers */
    char module_sha256[65]; /* hex; empty for built-in providers */
    char config_path[1024];
    char properties[128];    /* the property query of every fetch */
    char legacy_version[64]; /* of the legacy provider that is loaded beside; else empty */
    char legacy_path[1024];  /* its module */
    char legacy_sha256[65];  /* hex */
    struct sx_provider_option options[SX_PROVIDER_OPTIONS_MAX];
    size_t option_count;
    struct sx_provider_test tests[SX_PROVIDER_TESTS_MAX];
    size_t test_count;
};

/* sx_provider_open gives the shared provider for spec, loading it on first use.
 *
 * For "fips": an absolute module directory is searched and nothing else; the config must have the
 * module's section with its MAC and without `activate`; every check that the module has must be
 * on; its self-tests must pass; MD5 and ChaCha20 must not fetch; SSHKDF must come from it. The
 * environment (OPENSSL_CONF, OPENSSL_MODULES) and the host program's own providers have no
 * influence. Errors: SX_ERR_PROVIDER with a text that says what was looked for, where, and how
 * to get it; SX_ERR_MEMORY. A failed load is not remembered here, but a module whose self-test
 * failed stays in its error state until the process ends. */
SX_MUST_USE enum sx_err sx_provider_open(const struct sx_provider_spec *spec,
                                         struct sx_fault *fault, struct sx_provider **out);

/* sx_provider_hold counts one more user of an open provider and returns it. */
struct sx_provider *sx_provider_hold(struct sx_provider *provider);

/* sx_provider_close gives one reference back; the context stays loaded for the process's life,
 * as loading a module again costs its self-tests again. NULL-safe. */
void sx_provider_close(struct sx_provider *provider);

/* sx_provider_get_info lives as long as the reference. */
const struct sx_provider_info *sx_provider_get_info(const struct sx_provider *provider);

/* sx_provider_check asks the module whether it still runs; SX_ERR_PROVIDER when it entered its
 * error state. Called at the start of each connection. */
SX_MUST_USE enum sx_err sx_provider_check(struct sx_provider *provider, struct sx_fault *fault);

/* sx_provider_unapproved_count counts operations that the module's indicator refused as not
 * approved since the provider was loaded (always 0 without an indicator). The indicator doesn't
 * say which context it speaks of: with several FIPS modules in one process they count together. */
unsigned long sx_provider_unapproved_count(const struct sx_provider *provider);

/* sx_provider_later_tests counts the self-tests that the module ran after it was loaded, such as
 * the pairwise consistency test of each fresh key pair. */
void sx_provider_later_tests(const struct sx_provider *provider, unsigned long *out_passed,
                             unsigned long *out_failed);

/* sx_provider_recall says in *out_is_there whether the provider has an algorithm, when it was told
 * before; row is the algorithm's descriptor, which must live as long as the process. What a loaded
 * provider has doesn't change, and to fetch it for each connection's offer costs as much as to
 * write the offer. Both are safe from any thread. */
bool sx_provider_recall(struct sx_provider *provider, const void *row, bool *out_is_there);
void sx_provider_note(struct sx_provider *provider, const void *row, bool is_there);

/* Random bytes from the provider's DRBG, for padding, cookies and other public values; whatever
 * makes a key or a secret draws from the provider's private DRBG inside the module. */
SX_MUST_USE enum sx_err sx_random_bytes(struct sx_provider *provider, void *out, size_t n);

#endif
