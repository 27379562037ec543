/* crypto/mac.c: HMAC over sequence number and packet (RFC 4253 section 6.4), and the one door to
 * MACs that are composed in files of their own (mac_inside.h). The keyed context is made once and
 * started again for each packet. */
#include "crypto/mac_inside.h"

#include "base/memory.h"
#include "crypto/openssl.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

struct sx_mac {
    EVP_MAC_CTX *ctx; /* HMAC; else NULL, and state is the composed MAC's own */
    void *state;
    const struct sx_mac_alg *alg;
};

/* RFC 6668; the -etm forms as OpenSSH defines them. */
#define SX_HMAC(bits, suffix, etm)                                                                 \
    {                                                                                              \
        .name = "hmac-sha2-" #bits suffix, .kind = SX_MAC_HMAC, .evp_hash = "SHA2-" #bits,         \
        .key_len = bits / 8, .tag_len = bits / 8, .is_etm = etm                                    \
    }

const struct sx_mac_alg sx_mac_hmac_sha2_256 = SX_HMAC(256, "", false);
const struct sx_mac_alg sx_mac_hmac_sha2_512 = SX_HMAC(512, "", false);
const struct sx_mac_alg sx_mac_hmac_sha2_256_etm = SX_HMAC(256, "-etm@openssh.com", true);
const struct sx_mac_alg sx_mac_hmac_sha2_512_etm = SX_HMAC(512, "-etm@openssh.com", true);

/* RFC 4253 section 6.4. */
const struct sx_mac_alg sx_mac_hmac_sha1 = {
    .name = "hmac-sha1", .kind = SX_MAC_HMAC, .evp_hash = "SHA1", .key_len = 20, .tag_len = 20
};
const struct sx_mac_alg sx_mac_hmac_sha1_etm = { .name = "hmac-sha1-etm@openssh.com",
                                                 .kind = SX_MAC_HMAC,
                                                 .evp_hash = "SHA1",
                                                 .key_len = 20,
                                                 .tag_len = 20,
                                                 .is_etm = true };

static bool has_digest(const struct sx_provider *provider, const char *name)
{
    EVP_MD *md = EVP_MD_fetch(provider->libctx, name, sx_provider_properties(provider));
    char reason[8];

    if (md == NULL) {
        sx_openssl_reason(reason, sizeof reason);
        return false;
    }
    EVP_MD_free(md);
    return true;
}

bool sx_mac_is_available(struct sx_provider *provider, const struct sx_mac_alg *alg)
{
    if (alg->ops != NULL)
        return alg->ops->is_available(provider, alg);
    return alg->kind == SX_MAC_HMAC && provider->hmac != NULL &&
           has_digest(provider, alg->evp_hash);
}

static enum sx_err key_hmac(struct sx_provider *provider, struct sx_mac *mac, struct sx_slice key)
{
    const struct sx_mac_alg *alg = mac->alg;
    OSSL_PARAM params[3];

    if (alg->kind != SX_MAC_HMAC || provider->hmac == NULL)
        return SX_ERR_PROVIDER_FETCH;
    mac->ctx = EVP_MAC_CTX_new(provider->hmac);
    if (mac->ctx == NULL)
        return SX_ERR_MEMORY;
    /* OSSL_PARAM has no const, yet an init only reads. */
    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
                                                 (char *)(uintptr_t)alg->evp_hash, 0);
    params[1] = OSSL_PARAM_construct_utf8_string(
        OSSL_MAC_PARAM_PROPERTIES, (char *)(uintptr_t)sx_provider_properties(provider), 0);
    params[2] = OSSL_PARAM_construct_end();
    if (EVP_MAC_init(mac->ctx, key.ptr, alg->key_len, params) != 1 ||
        EVP_MAC_CTX_get_mac_size(mac->ctx) < alg->tag_len)
        return sx_openssl_fault(NULL, SX_ERR_SET_KEYS, alg->name);
    return SX_OK;
}

enum sx_err sx_mac_new(struct sx_provider *provider, const struct sx_mac_alg *alg,
                       struct sx_slice key, struct sx_mac **out)
{
    struct sx_mac *mac;
    enum sx_err err;

    if (key.len < alg->key_len)
        return SX_ERR_ARGUMENT;
    mac = sx_alloc(sizeof *mac);
    if (mac == NULL)
        return SX_ERR_MEMORY;
    mac->alg = alg;
    err = alg->ops != NULL ? alg->ops->make(provider, alg, key, &mac->state)
                           : key_hmac(provider, mac, key);
    if (err != SX_OK) {
        sx_mac_free(mac);
        return err;
    }
    *out = mac;
    return SX_OK;
}

enum sx_err sx_mac_compute(struct sx_mac *mac, uint32_t sequence, const uint8_t *packet, size_t n,
                           uint8_t *out_tag)
{
    uint8_t counter[4] = { (uint8_t)(sequence >> 24), (uint8_t)(sequence >> 16),
                           (uint8_t)(sequence >> 8), (uint8_t)sequence };
    uint8_t tag[SX_MAC_TAG_MAX];
    size_t len = 0;
    enum sx_err err = SX_OK;

    if (mac->alg->ops != NULL)
        return mac->alg->ops->compute(mac->state, sequence, packet, n, out_tag);
    /* Init without a key starts again with the one that the context holds. */
    if (EVP_MAC_init(mac->ctx, NULL, 0, NULL) != 1 ||
        EVP_MAC_update(mac->ctx, counter, sizeof counter) != 1 ||
        EVP_MAC_update(mac->ctx, packet, n) != 1 ||
        EVP_MAC_final(mac->ctx, tag, &len, sizeof tag) != 1 || len < mac->alg->tag_len) {
        err = sx_openssl_fault(NULL, SX_ERR_ENCRYPT, mac->alg->name);
    } else {
        for (size_t i = 0; i < mac->alg->tag_len; i++)
            out_tag[i] = tag[i];
    }
    sx_wipe(tag, sizeof tag); /* a right tag for a wrong packet must not stay behind */
    return err;
}

void sx_mac_free(struct sx_mac *mac)
{
    if (mac == NULL)
        return;
    EVP_MAC_CTX_free(mac->ctx);
    if (mac->alg->ops != NULL && mac->state != NULL)
        mac->alg->ops->destroy(mac->state);
    sx_free_wiped(mac, sizeof *mac);
}
