/* tests/support/faulty/faulty.c: an OpenSSL provider that is OpenSSL's own default one, but for the
 * one operation that the environment's SEXEC_FAULT names at the moment: that fails, as a broken module
 * or hardware would. Its algorithms are those that the test negotiates.
 *
 *     fetch    AES-128-GCM isn't there any more
 *     digest   SHA2-256 gives no result
 *     kdf      SSHKDF derives nothing
 *     key      X25519 makes no key pair
 *     cipher   AES-128-GCM encrypts nothing
 *     sign     Ed25519 signs once, so that a key can be loaded, which tries it, and no more */
#include <openssl/core.h>
#include <openssl/core_dispatch.h>
#include <openssl/crypto.h>
#include <openssl/provider.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The real provider behind each instance. What an instance fetches itself, it asks the next one for by
 * this provider's name: a KBKDF its HMAC, and that its digest. */
enum { INSTANCES = 3, ALGORITHMS_MAX = 512, FUNCTIONS_MAX = 64 };

static struct {
    OSSL_LIB_CTX *libctx;
    OSSL_PROVIDER *provider;
    void *context;
} real[INSTANCES];
static int instances;

static bool is_faulty(const char *what)
{
    const char *fault = getenv("SEXEC_FAULT");

    return fault != NULL && strcmp(fault, what) == 0;
}

static OSSL_FUNC_digest_final_fn *digest_final;
static OSSL_FUNC_kdf_derive_fn *kdf_derive;
static OSSL_FUNC_keymgmt_gen_fn *key_gen;
static OSSL_FUNC_cipher_update_fn *cipher_update;
static OSSL_FUNC_signature_digest_sign_fn *digest_sign;

static int faulty_digest_final(void *ctx, unsigned char *out, size_t *out_len, size_t cap)
{
    return is_faulty("digest") ? 0 : digest_final(ctx, out, out_len, cap);
}

static int faulty_kdf_derive(void *ctx, unsigned char *key, size_t len, const OSSL_PARAM params[])
{
    return is_faulty("kdf") ? 0 : kdf_derive(ctx, key, len, params);
}

static void *faulty_key_gen(void *ctx, OSSL_CALLBACK *callback, void *arg)
{
    return is_faulty("key") ? NULL : key_gen(ctx, callback, arg);
}

static int faulty_cipher_update(void *ctx, unsigned char *out, size_t *out_len, size_t cap,
                                const unsigned char *in, size_t in_len)
{
    return is_faulty("cipher") ? 0 : cipher_update(ctx, out, out_len, cap, in, in_len);
}

static int faulty_digest_sign(void *ctx, unsigned char *out, size_t *out_len, size_t cap,
                              const unsigned char *message, size_t len)
{
    static bool has_signed;
    bool is_wanted = is_faulty("sign");
    bool is_over = is_wanted && has_signed;

    has_signed = is_wanted && (has_signed || out != NULL);
    return is_over ? 0 : digest_sign(ctx, out, out_len, cap, message, len);
}

/* Which function of which algorithm is ours. */
#define SWAP(operation, name, function, kept, ours)                                                \
    {                                                                                              \
        operation, name, function, (void (**)(void)) & (kept), (void (*)(void))(ours)              \
    }
static const struct {
    int operation;
    const char *name; /* begins the real one's names */
    int function;
    void (**kept)(void);
    void (*ours)(void);
} swaps[] = {
    SWAP(OSSL_OP_DIGEST, "SHA2-256:", OSSL_FUNC_DIGEST_FINAL, digest_final, faulty_digest_final),
    SWAP(OSSL_OP_SIGNATURE, "ED25519:", OSSL_FUNC_SIGNATURE_DIGEST_SIGN, digest_sign,
         faulty_digest_sign),
    SWAP(OSSL_OP_KDF, "SSHKDF", OSSL_FUNC_KDF_DERIVE, kdf_derive, faulty_kdf_derive),
    SWAP(OSSL_OP_KEYMGMT, "X25519:", OSSL_FUNC_KEYMGMT_GEN, key_gen, faulty_key_gen),
    SWAP(OSSL_OP_CIPHER, "AES-128-GCM:", OSSL_FUNC_CIPHER_UPDATE, cipher_update,
         faulty_cipher_update),
};
enum { SWAPS = sizeof swaps / sizeof swaps[0] };

static OSSL_DISPATCH dispatches[SWAPS][FUNCTIONS_MAX];
static OSSL_ALGORITHM algorithms[INSTANCES][OSSL_OP_ENCODER][ALGORITHMS_MAX];

/* The real one's table with our function in its place. */
static const OSSL_DISPATCH *swapped(size_t swap, const OSSL_DISPATCH *from)
{
    OSSL_DISPATCH *to = dispatches[swap];
    size_t i = 0;

    for (; from[i].function_id != 0 && i + 1 < FUNCTIONS_MAX; i++) {
        to[i] = from[i];
        if (from[i].function_id == swaps[swap].function) {
            *swaps[swap].kept = from[i].function;
            to[i].function = swaps[swap].ours;
        }
    }
    to[i] = (OSSL_DISPATCH){ 0, NULL };
    return to;
}

static int instance_of(const void *context)
{
    int instance = 0;

    while (instance + 1 < instances && real[instance].context != context)
        instance++;
    return instance;
}

/* The real one's algorithms under our name. Forms of keys are the base provider's. */
static const OSSL_ALGORITHM *query(void *context, int operation, int *no_cache)
{
    int instance = instance_of(context);
    const OSSL_ALGORITHM *from =
        OSSL_PROVIDER_query_operation(real[instance].provider, operation, no_cache);
    OSSL_ALGORITHM *to;
    size_t n = 0;

    if (from == NULL || operation < 0 || operation >= OSSL_OP_ENCODER)
        return NULL;
    to = algorithms[instance][operation];
    for (; from->algorithm_names != NULL && n + 1 < ALGORITHMS_MAX; from++) {
        to[n] = *from;
        to[n].property_definition = "provider=faulty";
        for (size_t swap = 0; swap < SWAPS; swap++) {
            if (swaps[swap].operation == operation &&
                strncmp(from->algorithm_names, swaps[swap].name, strlen(swaps[swap].name)) == 0)
                to[n].implementation = swapped(swap, from->implementation);
        }
        if (operation != OSSL_OP_CIPHER || !is_faulty("fetch") ||
            to[n].implementation == from->implementation)
            n++;
    }
    to[n] = (OSSL_ALGORITHM){ NULL, NULL, NULL, NULL };
    *no_cache = operation == OSSL_OP_CIPHER; /* ciphers are asked for anew each time */
    return to;
}

static const OSSL_PARAM *gettable_params(void *context)
{
    return OSSL_PROVIDER_gettable_params(real[instance_of(context)].provider);
}

static int get_params(void *context, OSSL_PARAM params[])
{
    return OSSL_PROVIDER_get_params(real[instance_of(context)].provider, params);
}

static void teardown(void *context)
{
    for (int i = 0; i < instances; i++) {
        if (real[i].context != context)
            continue;
        OSSL_PROVIDER_unload(real[i].provider);
        OSSL_LIB_CTX_free(real[i].libctx);
        real[i].context = NULL;
    }
}

static const OSSL_DISPATCH functions[] = {
    { OSSL_FUNC_PROVIDER_GETTABLE_PARAMS, (void (*)(void))gettable_params },
    { OSSL_FUNC_PROVIDER_GET_PARAMS, (void (*)(void))get_params },
    { OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query },
    { OSSL_FUNC_PROVIDER_TEARDOWN, (void (*)(void))teardown },
    { 0, NULL },
};

OSSL_provider_init_fn OSSL_provider_init;
int OSSL_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
                       const OSSL_DISPATCH **out, void **context)
{
    int instance = instances;

    (void)handle;
    (void)in;
    if (instance == INSTANCES)
        return 0;
    instances++;
    real[instance].libctx = OSSL_LIB_CTX_new();
    real[instance].provider = OSSL_PROVIDER_load(real[instance].libctx, "default");
    if (real[instance].provider == NULL)
        return 0;
    real[instance].context = OSSL_PROVIDER_get0_provider_ctx(real[instance].provider);
    if (instance + 1 < INSTANCES &&
        (OSSL_PROVIDER_add_builtin(real[instance].libctx, "faulty", OSSL_provider_init) != 1 ||
         OSSL_PROVIDER_load(real[instance].libctx, "faulty") == NULL))
        return 0;
    *out = functions;
    *context = real[instance].context;
    return 1;
}
