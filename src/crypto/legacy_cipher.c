/* crypto/legacy_cipher.c: ciphers of RFC 4253 section 6.3 and RFC 4345 that only the policies
 * compat and legacy reach: CBC, which leaks by its length field, 64-bit blocks, and arcfour. Left
 * out by -DSEXEC_LEGACY=OFF. All are single modes of EVP, so that cipher.c serves them; the last
 * five come from OpenSSL's legacy provider. */
#include "crypto/legacy.h"

#define SX_CBC(ssh_name, evp, key_size, block, from_legacy)                                        \
    {                                                                                              \
        .name = ssh_name, .evp_name = evp, .mode = SX_CIPHER_CBC, .key_len = key_size,             \
        .iv_len = block, .block_len = block, .is_legacy = from_legacy                              \
    }

/* A stream cipher pads to 8 bytes (RFC 4253 section 6). */
#define SX_ARCFOUR(ssh_name, key_size, dropped)                                                    \
    {                                                                                              \
        .name = ssh_name, .evp_name = "RC4", .mode = SX_CIPHER_STREAM, .key_len = key_size,        \
        .block_len = 8, .discard = dropped, .is_legacy = true                                      \
    }

const struct sx_cipher_alg sx_cipher_aes128_cbc =
    SX_CBC("aes128-cbc", "AES-128-CBC", 16, 16, false);
const struct sx_cipher_alg sx_cipher_aes192_cbc =
    SX_CBC("aes192-cbc", "AES-192-CBC", 24, 16, false);
const struct sx_cipher_alg sx_cipher_aes256_cbc =
    SX_CBC("aes256-cbc", "AES-256-CBC", 32, 16, false);
const struct sx_cipher_alg sx_cipher_3des_cbc = SX_CBC("3des-cbc", "DES-EDE3-CBC", 24, 8, false);
const struct sx_cipher_alg sx_cipher_blowfish_cbc = SX_CBC("blowfish-cbc", "BF-CBC", 16, 8, true);
const struct sx_cipher_alg sx_cipher_cast128_cbc = SX_CBC("cast128-cbc", "CAST5-CBC", 16, 8, true);

const struct sx_cipher_alg sx_cipher_arcfour = SX_ARCFOUR("arcfour", 16, 0);
const struct sx_cipher_alg sx_cipher_arcfour128 = SX_ARCFOUR("arcfour128", 16, 1536);
const struct sx_cipher_alg sx_cipher_arcfour256 = SX_ARCFOUR("arcfour256", 32, 1536);
