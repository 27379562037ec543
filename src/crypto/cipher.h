/* crypto/cipher.h: the ciphers of the binary packet protocol, in place, with no allocation for a
 * packet. Descriptors are const and named; policies point at them. */
#ifndef SX_CRYPTO_CIPHER_H
#define SX_CRYPTO_CIPHER_H

#include "base/error.h"
#include "base/slice.h"
#include "crypto/provider.h"

enum sx_cipher_mode {
    SX_CIPHER_CTR,      /* RFC 4344 */
    SX_CIPHER_CBC,      /* RFC 4253 section 6.3 */
    SX_CIPHER_STREAM,   /* arcfour */
    SX_CIPHER_GCM,      /* RFC 5647 as OpenSSH profiles it: length is additional data */
    SX_CIPHER_CHACHA20, /* OpenSSH's construction: length encrypted under a key of its own */
};

struct sx_cipher_ops; /* cipher_inside.h */

struct sx_cipher_alg {
    const char *name;     /* SSH name */
    const char *evp_name; /* what is fetched */
    enum sx_cipher_mode mode;
    size_t key_len;
    size_t iv_len;    /* bytes taken from the key derivation; 0 where none */
    size_t block_len; /* padding granularity, at least 8 */
    size_t tag_len;   /* authentication tag of an AEAD; 0 elsewhere, then a MAC is negotiated */
    size_t discard;   /* keystream bytes to drop first (RFC 4345) */
    bool
        is_legacy; /* fetched from OpenSSL's legacy provider, which only a spec that allows it has */
    const struct sx_cipher_ops *ops; /* composed in a file of its own; NULL: a mode of EVP */
};

extern const struct sx_cipher_alg sx_cipher_aes128_ctr;
extern const struct sx_cipher_alg sx_cipher_aes192_ctr;
extern const struct sx_cipher_alg sx_cipher_aes256_ctr;
extern const struct sx_cipher_alg sx_cipher_aes128_gcm;
extern const struct sx_cipher_alg sx_cipher_aes256_gcm;
extern const struct sx_cipher_alg sx_cipher_chacha20_poly1305;
/* Those that only the policies compat and legacy reach stand in crypto/legacy.h. */

/* sx_cipher_is_available: the provider can fetch all that the cipher is made of. */
bool sx_cipher_is_available(struct sx_provider *provider, const struct sx_cipher_alg *alg);

bool sx_cipher_is_aead(const struct sx_cipher_alg *alg);

struct sx_cipher; /* one direction's keyed state */

/* key and iv must have at least the descriptor's sizes; what is over is ignored. */
SX_MUST_USE enum sx_err sx_cipher_new(struct sx_provider *provider, const struct sx_cipher_alg *alg,
                                      struct sx_slice key, struct sx_slice iv, bool is_encrypt,
                                      struct sx_cipher **out);

/* Not for AEADs: n is a multiple of block_len; state runs on from call to call. */
SX_MUST_USE enum sx_err sx_cipher_crypt(struct sx_cipher *cipher, uint8_t *data, size_t n);

/* What is encrypted need not have been copied to its place: the bytes that belong at this offset of
 * the data, or of a packet's body, are read from where they are. */
struct sx_cipher_borrowed {
    size_t at;
    struct sx_slice bytes;
};

/* Whether the cipher can: one that works by blocks can't. */
bool sx_cipher_can_borrow(const struct sx_cipher_alg *alg);

/* sx_cipher_crypt with borrowed bytes; NULL for none. SX_ERR_ARGUMENT when they don't lie within n. */
SX_MUST_USE enum sx_err sx_cipher_crypt_from(struct sx_cipher *cipher, uint8_t *data, size_t n,
                                             const struct sx_cipher_borrowed *borrowed);

/* AEAD: packet is the four length bytes, n body bytes, and room for tag_len bytes behind them.
 * seal encrypts in place and writes the tag; open checks the tag before anything of the body
 * counts, SX_ERR_PEER_MAC when it is wrong, and leaves the length bytes as they came. sequence is
 * the packet's sequence number; GCM doesn't use it.
 * GCM takes its nonces from the provider's own counter (IG C.H scenario 1.d). */
SX_MUST_USE enum sx_err sx_cipher_seal(struct sx_cipher *cipher, uint32_t sequence, uint8_t *packet,
                                       size_t n);
SX_MUST_USE enum sx_err sx_cipher_seal_from(struct sx_cipher *cipher, uint32_t sequence,
                                            uint8_t *packet, size_t n,
                                            const struct sx_cipher_borrowed *borrowed);
SX_MUST_USE enum sx_err sx_cipher_open(struct sx_cipher *cipher, uint32_t sequence, uint8_t *packet,
                                       size_t n);

/* AEAD: the packet_length in the first four bytes, decrypted where it is encrypted; the bytes
 * stay as they are. */
SX_MUST_USE enum sx_err sx_cipher_peek_length(struct sx_cipher *cipher, uint32_t sequence,
                                              const uint8_t *packet, uint32_t *out_length);

/* Wipes keys; NULL-safe. */
void sx_cipher_free(struct sx_cipher *cipher);

#endif
