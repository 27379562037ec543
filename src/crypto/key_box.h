/* crypto/key_box.h: what key containers are protected with: encryption of a whole buffer, and keys
 * derived from a password. Each primitive is fetched from the provider by itself; what it lacks is
 * an error, never looked for elsewhere. */
#ifndef SX_CRYPTO_KEY_BOX_H
#define SX_CRYPTO_KEY_BOX_H

#include "base/secret.h"
#include "crypto/digest.h"

enum { SX_BOX_KEY_MAX = 64, SX_BOX_IV_MAX = 16, SX_BOX_SIZE_MAX = 1 << 20, SX_BOX_BLOCK_MAX = 16 };

/* What a refused container's owner can do; completes a sentence. */
#define SX_KEY_CONVERT_ADVICE                                                                      \
    "convert the key with: sexec --policy default --convert-key NEWFILE -i FILE"

/* A block or stream cipher by OpenSSL's name. */
struct sx_box_cipher {
    const char *evp_name; /* "AES-256-CBC" */
    bool is_legacy;       /* from OpenSSL's legacy provider, where the policy lets it be loaded */
    bool is_padded;       /* PKCS#7 padding; else whole blocks */
};

/* sx_box_sizes tells the cipher's key and IV sizes. SX_ERR_PROVIDER_FETCH when it isn't there, or
 * authenticates, which no container here does by it. */
SX_MUST_USE enum sx_err sx_box_sizes(struct sx_provider *provider,
                                     const struct sx_box_cipher *cipher, size_t *out_key_len,
                                     size_t *out_iv_len);

/* sx_box_crypt encrypts or decrypts all of data into out, which is cleared first. key and iv have
 * the cipher's sizes (SX_ERR_ARGUMENT). SX_ERR_KEY_PASSPHRASE when padding or length come out
 * wrong; SX_ERR_PROVIDER_FETCH, SX_ERR_PROVIDER. */
SX_MUST_USE enum sx_err sx_box_crypt(struct sx_provider *provider,
                                     const struct sx_box_cipher *cipher, struct sx_slice key,
                                     struct sx_slice iv, bool is_encrypt, struct sx_slice data,
                                     struct sx_secret *out);

/* The two ciphers of OpenSSH's files that authenticate: AES-256-GCM, with a key of 32 and an IV of
 * 12 bytes, and its own ChaCha20-Poly1305, with a key of 64. SX_ERR_KEY_PASSPHRASE when the tag is
 * wrong; else as above. */
SX_MUST_USE enum sx_err sx_box_open_gcm(struct sx_provider *provider, struct sx_slice key,
                                        struct sx_slice iv, struct sx_slice data,
                                        struct sx_slice tag, struct sx_secret *out);
SX_MUST_USE enum sx_err sx_box_open_chacha(struct sx_provider *provider, struct sx_slice key,
                                           struct sx_slice data, struct sx_slice tag,
                                           struct sx_secret *out);

/* A password with what makes a key of it. */
struct sx_box_password {
    struct sx_slice text;
    struct sx_slice salt;
    uint64_t count;
};

/* PBKDF2 (RFC 8018). Under a fips provider the module's own least salt and count hold. All
 * derivations: SX_ERR_PROVIDER_FETCH when the provider lacks it, SX_ERR_PROVIDER. */
SX_MUST_USE enum sx_err sx_box_pbkdf2(struct sx_provider *provider, enum sx_hash hash,
                                      const struct sx_box_password *password, uint8_t *out,
                                      size_t n);

/* sx_box_pbes2 decrypts data as the AlgorithmIdentifier of PBES2 (RFC 8018) in algorithm, DER, says.
 * Under a fips provider PBKDF2's salt must have 16 bytes and its count be 1000
 * (SX_ERR_POLICY_CONTAINER; also for a cipher that the provider lacks). SX_ERR_KEY_FORMAT;
 * SX_ERR_KEY_PASSPHRASE. */
SX_MUST_USE enum sx_err sx_box_pbes2(struct sx_provider *provider, struct sx_slice algorithm,
                                     struct sx_slice data, struct sx_slice passphrase,
                                     struct sx_fault *fault, struct sx_secret *out);

/* sx_box_pbmac1 computes PBMAC1 (RFC 9579) over data; out holds SX_DIGEST_MAX bytes. Errors as
 * above. */
SX_MUST_USE enum sx_err sx_box_pbmac1(struct sx_provider *provider, struct sx_slice algorithm,
                                      struct sx_slice data, struct sx_slice passphrase,
                                      struct sx_fault *fault, uint8_t *out, size_t *out_len);

/* PKCS#12's own (RFC 7292 appendix B); text is UTF-8 and becomes a BMPString here. */
enum sx_box_purpose { SX_BOX_KEY = 1, SX_BOX_IV = 2, SX_BOX_MAC = 3 };
SX_MUST_USE enum sx_err sx_box_pkcs12(struct sx_provider *provider, enum sx_hash hash,
                                      enum sx_box_purpose purpose,
                                      const struct sx_box_password *password, uint8_t *out,
                                      size_t n);

/* MD5 over the text and eight bytes of salt, chained: how traditional PEM makes its key. */
SX_MUST_USE enum sx_err sx_box_md5(struct sx_provider *provider,
                                   const struct sx_box_password *password, uint8_t *out, size_t n);

/* Argon2 (RFC 9106); password's count is the number of passes. From libcrypto 3.2 on. */
enum sx_box_argon2 { SX_BOX_ARGON2D, SX_BOX_ARGON2I, SX_BOX_ARGON2ID };
SX_MUST_USE enum sx_err sx_box_argon2(struct sx_provider *provider, enum sx_box_argon2 flavour,
                                      const struct sx_box_password *password, uint32_t memory_kib,
                                      uint32_t lanes, uint8_t *out, size_t n);

/* HMAC over one piece; out holds SX_DIGEST_MAX bytes. The key may be empty. */
SX_MUST_USE enum sx_err sx_box_hmac(struct sx_provider *provider, enum sx_hash hash,
                                    struct sx_slice key, struct sx_slice data, uint8_t *out);

#if SX_LEGACY
/* bcrypt_pbkdf, OpenSSH's own: legacy_bcrypt.c. */
SX_MUST_USE enum sx_err sx_box_bcrypt(struct sx_provider *provider,
                                      const struct sx_box_password *password, uint8_t *out,
                                      size_t n);
#endif

#endif
