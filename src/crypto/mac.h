/* crypto/mac.h: message authentication codes of the binary packet protocol. */
#ifndef SX_CRYPTO_MAC_H
#define SX_CRYPTO_MAC_H

#include "base/error.h"
#include "base/slice.h"
#include "crypto/digest.h"
#include "crypto/provider.h"

enum sx_mac_kind { SX_MAC_HMAC, SX_MAC_UMAC };

struct sx_mac_ops; /* mac_inside.h */

struct sx_mac_alg {
    const char *name;
    enum sx_mac_kind kind;
    const char *evp_hash; /* HMAC: digest to fetch */
    size_t key_len;
    size_t tag_len;
    bool is_etm;                  /* computed over the ciphertext, length in clear */
    const struct sx_mac_ops *ops; /* composed in a file of its own; NULL: a MAC of EVP */
};

enum { SX_MAC_TAG_MAX = 64 };

extern const struct sx_mac_alg sx_mac_hmac_sha2_256;
extern const struct sx_mac_alg sx_mac_hmac_sha2_512;
extern const struct sx_mac_alg sx_mac_hmac_sha2_256_etm;
extern const struct sx_mac_alg sx_mac_hmac_sha2_512_etm;
extern const struct sx_mac_alg sx_mac_hmac_sha1;
extern const struct sx_mac_alg sx_mac_hmac_sha1_etm;
/* Those that only the policies compat and legacy reach stand in crypto/legacy.h. */

bool sx_mac_is_available(struct sx_provider *provider, const struct sx_mac_alg *alg);

struct sx_mac;

SX_MUST_USE enum sx_err sx_mac_new(struct sx_provider *provider, const struct sx_mac_alg *alg,
                                   struct sx_slice key, struct sx_mac **out);

/* MAC(key, sequence || packet), RFC 4253 section 6.4; writes alg->tag_len bytes. */
SX_MUST_USE enum sx_err sx_mac_compute(struct sx_mac *mac, uint32_t sequence, const uint8_t *packet,
                                       size_t n, uint8_t *out_tag);

void sx_mac_free(struct sx_mac *mac);

#endif
