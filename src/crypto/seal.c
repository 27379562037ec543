/* crypto/seal.c: the forward-moving sealing key over the provider's KBKDF and HMAC. */
#include "crypto/seal.h"

#include <string.h>

#include "base/memory.h"
#include "crypto/openssl.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

struct sx_sealer {
    struct sx_provider *provider; /* a reference while it is in use */
    EVP_KDF_CTX *kdf;
    EVP_MAC_CTX *mac;
    bool holds_keys; /* of a step, until it rests */
};

/* What a derivation gives: this step's tag key, then the next step's key. */
struct step {
    uint8_t tag_key[SX_SEAL_KEY_LEN];
    uint8_t next[SX_SEAL_KEY_LEN];
};

/* The label binds the keys to this use and to this form of it. */
static const char label[] = "libsexec audit seal 1";

/* What a context holds between calls. */
static const uint8_t no_key[SX_SEAL_KEY_LEN];

static OSSL_PARAM text(const char *key, const char *value)
{
    /* OSSL_PARAM has no const, yet these calls only read. */
    return OSSL_PARAM_construct_utf8_string(key, (char *)(uintptr_t)value, 0);
}

static OSSL_PARAM octets(const char *key, const void *ptr, size_t len)
{
    return OSSL_PARAM_construct_octet_string(key, (void *)(uintptr_t)ptr, len);
}

/* All but the key is said once, so that a step fetches nothing. */
static enum sx_err make_kdf(struct sx_sealer *sealer)
{
    struct sx_provider *provider = sealer->provider;
    const OSSL_PARAM params[] = {
        text(OSSL_KDF_PARAM_MAC, "HMAC"),
        text(OSSL_KDF_PARAM_DIGEST, sx_hash_name(SX_HASH_SHA256)),
        text(OSSL_KDF_PARAM_MODE, "COUNTER"),
        text(OSSL_KDF_PARAM_PROPERTIES, sx_provider_properties(provider)),
        octets(OSSL_KDF_PARAM_SALT, label, sizeof label - 1),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(provider->libctx, "KBKDF", sx_provider_properties(provider));
    enum sx_err err = SX_OK;

    if (kdf == NULL)
        return sx_openssl_fault(NULL, SX_ERR_PROVIDER_FETCH, "KBKDF");
    if (!sx_provider_is_maker(provider, EVP_KDF_get0_provider(kdf)))
        err = SX_ERR_PROVIDER;
    else if ((sealer->kdf = EVP_KDF_CTX_new(kdf)) == NULL)
        err = SX_ERR_MEMORY;
    else if (EVP_KDF_CTX_set_params(sealer->kdf, params) != 1)
        err = sx_openssl_fault(NULL, SX_ERR_SET_KEYS, "KBKDF");
    EVP_KDF_free(kdf);
    return err;
}

/* The digest is fetched once, here. */
static enum sx_err make_mac(struct sx_sealer *sealer)
{
    const OSSL_PARAM params[] = {
        text(OSSL_MAC_PARAM_DIGEST, sx_hash_name(SX_HASH_SHA256)),
        text(OSSL_MAC_PARAM_PROPERTIES, sx_provider_properties(sealer->provider)),
        OSSL_PARAM_construct_end(),
    };

    if (sealer->provider->hmac == NULL)
        return SX_ERR_PROVIDER_FETCH;
    sealer->mac = EVP_MAC_CTX_new(sealer->provider->hmac);
    if (sealer->mac == NULL)
        return SX_ERR_MEMORY;
    if (EVP_MAC_init(sealer->mac, no_key, sizeof no_key, params) != 1)
        return sx_openssl_fault(NULL, SX_ERR_SET_KEYS, "HMAC");
    return SX_OK;
}

static void destroy(struct sx_sealer *sealer)
{
    EVP_KDF_CTX_free(sealer->kdf);
    EVP_MAC_CTX_free(sealer->mac);
    sx_free_wiped(sealer, sizeof *sealer);
}

/* One sealer that nobody uses waits with its provider, as making one costs as much as many steps. */
enum sx_err sx_sealer_new(struct sx_provider *provider, struct sx_sealer **out)
{
    struct sx_sealer *sealer = atomic_exchange(&provider->spare_sealer, NULL);
    enum sx_err err = SX_OK;

    if (sealer == NULL) {
        sealer = sx_alloc(sizeof *sealer);
        if (sealer == NULL)
            return SX_ERR_MEMORY;
        sealer->provider = provider;
        err = make_kdf(sealer);
        if (err == SX_OK)
            err = make_mac(sealer);
        if (err != SX_OK) {
            destroy(sealer);
            return err;
        }
    }
    (void)sx_provider_hold(provider);
    *out = sealer;
    return SX_OK;
}

void sx_sealer_free(struct sx_sealer *sealer)
{
    struct sx_provider *provider;

    if (sealer == NULL)
        return;
    provider = sealer->provider;
    if (sx_sealer_rest(sealer) != SX_OK) {
        destroy(sealer);
        sx_provider_close(provider);
        return;
    }
    sealer = atomic_exchange(&provider->spare_sealer, sealer);
    if (sealer != NULL)
        destroy(sealer);
    sx_provider_close(provider);
}

void sx_sealer_free_spare(struct sx_provider *provider)
{
    struct sx_sealer *sealer = atomic_exchange(&provider->spare_sealer, NULL);

    if (sealer != NULL)
        destroy(sealer);
}

static enum sx_err derive(struct sx_sealer *sealer, const uint8_t *key, struct step *out)
{
    const OSSL_PARAM params[] = { octets(OSSL_KDF_PARAM_KEY, key, SX_SEAL_KEY_LEN),
                                  OSSL_PARAM_construct_end() };
    uint8_t both[sizeof *out];

    sealer->holds_keys = true;
    if (EVP_KDF_derive(sealer->kdf, both, sizeof both, params) != 1) {
        sx_wipe(both, sizeof both);
        return sx_openssl_fault(NULL, SX_ERR_SET_KEYS, "KBKDF");
    }
    memcpy(out->tag_key, both, sizeof out->tag_key);
    memcpy(out->next, both + sizeof out->tag_key, sizeof out->next);
    sx_wipe(both, sizeof both);
    return SX_OK;
}

static enum sx_err make_tag(struct sx_sealer *sealer, const uint8_t *tag_key, struct sx_slice bytes,
                            uint8_t *out)
{
    size_t len = 0;

    if (EVP_MAC_init(sealer->mac, tag_key, SX_SEAL_KEY_LEN, NULL) != 1 ||
        (bytes.len != 0 && EVP_MAC_update(sealer->mac, bytes.ptr, bytes.len) != 1) ||
        EVP_MAC_final(sealer->mac, out, &len, SX_SEAL_TAG_LEN) != 1 || len != SX_SEAL_TAG_LEN)
        return sx_openssl_fault(NULL, SX_ERR_ENCRYPT, "HMAC");
    return SX_OK;
}

/* The contexts keep the last key they were given: another takes its place. */
enum sx_err sx_sealer_rest(struct sx_sealer *sealer)
{
    const OSSL_PARAM none[] = { octets(OSSL_KDF_PARAM_KEY, no_key, sizeof no_key),
                                OSSL_PARAM_construct_end() };

    if (!sealer->holds_keys)
        return SX_OK;
    if (EVP_KDF_CTX_set_params(sealer->kdf, none) != 1 ||
        EVP_MAC_init(sealer->mac, no_key, sizeof no_key, NULL) != 1)
        return sx_openssl_fault(NULL, SX_ERR_SET_KEYS, "a sealing key's end");
    sealer->holds_keys = false;
    return SX_OK;
}

enum sx_err sx_sealer_step(struct sx_sealer *sealer, uint8_t key[SX_SEAL_KEY_LEN],
                           struct sx_slice bytes, uint8_t out_tag[SX_SEAL_TAG_LEN])
{
    uint8_t tag[SX_SEAL_TAG_LEN];
    struct step step;
    enum sx_err err = derive(sealer, key, &step);

    if (err != SX_OK)
        return err;
    err = make_tag(sealer, step.tag_key, bytes, tag);
    if (err == SX_OK) {
        memcpy(key, step.next, SX_SEAL_KEY_LEN);
        memcpy(out_tag, tag, SX_SEAL_TAG_LEN);
    }
    sx_wipe(&step, sizeof step);
    sx_wipe(tag, sizeof tag);
    return err;
}

enum sx_err sx_sealer_skip(struct sx_sealer *sealer, uint8_t key[SX_SEAL_KEY_LEN])
{
    struct step step;
    enum sx_err err = derive(sealer, key, &step);

    if (err != SX_OK)
        return err;
    memcpy(key, step.next, SX_SEAL_KEY_LEN);
    sx_wipe(&step, sizeof step);
    return SX_OK;
}

enum sx_err sx_seal_key_generate(struct sx_provider *provider, uint8_t out[SX_SEAL_KEY_LEN])
{
    /* Not RAND_priv_bytes_ex, which asks a RAND_METHOD that the host program may have set. */
    EVP_RAND_CTX *drbg = RAND_get0_private(provider->libctx);
    uint8_t key[SX_SEAL_KEY_LEN];

    if (drbg == NULL || EVP_RAND_generate(drbg, key, sizeof key, 0, 0, NULL, 0) != 1) {
        sx_wipe(key, sizeof key);
        return sx_openssl_fault(NULL, SX_ERR_RANDOM, "a sealing key");
    }
    memcpy(out, key, sizeof key);
    sx_wipe(key, sizeof key);
    return SX_OK;
}
