/* crypto/openssl.h: private to this room: what its files share about OpenSSL.
 *
 * Only what is not deprecated in OpenSSL 3 is visible, so that no low-level call, which would go
 * around the provider, can compile. Every fetch takes the library context and the property query
 * from here. */
#ifndef SX_CRYPTO_OPENSSL_H
#define SX_CRYPTO_OPENSSL_H

#define OPENSSL_API_COMPAT 30000
#define OPENSSL_NO_DEPRECATED
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/provider.h>
#include <openssl/types.h>

#include <pthread.h>
#include <stdatomic.h>

#include "crypto/digest.h"
#include "crypto/provider.h"

enum {
    SX_HASH_COUNT = SX_HASH_SHA512 + 1,
    SX_CURVE_COUNT = 3,
    SX_PROVEN_MAX = 64,
    SX_KNOWN_MAX = 256
};

/* The reason that our indicator callback puts into OpenSSL's error queue under ERR_LIB_USER. */
enum { SX_REASON_UNAPPROVED = 4001 };

struct sx_sealer; /* crypto/seal.h */

/* A loaded provider. Filled by one thread before it is shared, and only read afterwards, but for
 * what is atomic or has a lock of its own. */
struct sx_provider {
    struct sx_provider *next; /* in the registry */
    unsigned long users;      /* under the registry's lock */
    char *name;               /* the registry's key: what was asked for */
    char *module_dir;
    char *config_file;
    bool is_unapproved_allowed;
    bool is_legacy_allowed;

    OSSL_LIB_CTX *libctx;
    OSSL_PROVIDER *handle;         /* the provider that was asked for */
    OSSL_PROVIDER *legacy;         /* beside `default`: serves only what asks for it by name */
    OSSL_PROVIDER *base;           /* decoders; NULL where the provider brings its own */
    const char *decode_properties; /* for decoders, where properties is for primitives */
    char decode_storage[80];
    char *module_mac; /* what the loaded module has proven; NULL for others */

    /* Primitives of every connection, fetched once. NULL where the provider has none. */
    EVP_MD *digests[SX_HASH_COUNT];
    EVP_MAC *hmac;
    EVP_KDF *sshkdf;
    _Atomic(struct sx_sealer *) spare_sealer;   /* crypto/seal.c's */
    _Atomic(EVP_PKEY *) curves[SX_CURVE_COUNT]; /* crypto/curve.c; NULL until used */

    /* crypto/key_proven.c: digests of private keys whose parts were found to fit. */
    struct {
        pthread_mutex_t lock;
        size_t count;
        size_t next; /* which is written over next */
        uint8_t tags[SX_PROVEN_MAX][32];
    } proven;

    /* crypto/provider_known.c: which algorithms it has, as far as it was asked. */
    struct {
        pthread_mutex_t lock;
        size_t count;
        struct {
            const void *row; /* NULL for a free place */
            bool is_there;
        } places[SX_KNOWN_MAX];
    } known;

    /* Self-tests: written while loading, later only counted. */
    bool is_collecting;
    bool is_test_failed;
    bool has_kat;
    bool has_integrity;
    atomic_ulong later_passed;
    atomic_ulong later_failed;
    unsigned long unapproved_before; /* the process's count when this provider was loaded */

    struct sx_provider_info info;
};

/* The property query for every primitive; never NULL. */
const char *sx_provider_properties(const struct sx_provider *provider);

/* sx_provider_digest gives the fetched digest, or NULL when the provider lacks it. Borrowed. */
EVP_MD *sx_provider_digest(const struct sx_provider *provider, enum sx_hash hash);

/* sx_provider_is_maker says whether a primitive's maker is the provider that was asked for. Asked
 * of every context after its initialisation: an ENGINE that the host program (or OPENSSL_CONF) has
 * made a default takes even fetched objects over, and then the maker is nobody. */
bool sx_provider_is_maker(const struct sx_provider *provider, const OSSL_PROVIDER *maker);

/* sx_openssl_fault makes err with a text: what failed, and OpenSSL's last reason. It clears the
 * thread's OpenSSL errors, so that they mislead nobody later, and returns err, or
 * SX_ERR_UNAPPROVED when the module's indicator stopped the operation. fault may be NULL. */
enum sx_err sx_openssl_fault(struct sx_fault *fault, enum sx_err err, const char *what);

/* sx_openssl_reason writes OpenSSL's last reason as text and clears the thread's errors. */
const char *sx_openssl_reason(char *out, size_t cap);

/* The steps of opening (provider.c calls them in this order); each leaves what it made in
 * provider, and sx_provider_destroy undoes all of them. */
SX_MUST_USE enum sx_err sx_provider_load_fips(struct sx_provider *provider, struct sx_fault *fault);
SX_MUST_USE enum sx_err sx_provider_load_plain(struct sx_provider *provider,
                                               struct sx_fault *fault);
SX_MUST_USE enum sx_err sx_provider_fetch_common(struct sx_provider *provider,
                                                 struct sx_fault *fault);
SX_MUST_USE enum sx_err sx_provider_describe(struct sx_provider *provider, struct sx_fault *fault);
SX_MUST_USE enum sx_err sx_provider_verify_fips(struct sx_provider *provider,
                                                struct sx_fault *fault);
void sx_provider_destroy(struct sx_provider *provider);

/* Parts of loading the FIPS module: watching its self-tests, and judging them. */
void sx_provider_watch_tests(struct sx_provider *provider);
SX_MUST_USE enum sx_err sx_provider_finish_tests(struct sx_provider *provider,
                                                 struct sx_fault *fault);
const char *sx_provider_failed_test(const struct sx_provider *provider, char *out, size_t cap);

/* Frees what crypto/seal.c keeps with the provider. */
void sx_sealer_free_spare(struct sx_provider *provider);

/* The registry, for who loads while its lock is held. */
const struct sx_provider *sx_provider_first_loaded(void);

/* The indicator callback knows no context, so refusals are counted for the whole process. */
void sx_provider_count_unapproved(void);

#endif
