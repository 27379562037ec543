/* tests/support/algorithms.c: the lists of all algorithms and their look-up. */
#include "support/algorithms.h"

#include "crypto/legacy.h"

const struct sx_kex_alg *const all_kex[] = {
    &sx_kex_ecdh_nistp256,     &sx_kex_ecdh_nistp384,
    &sx_kex_ecdh_nistp521,     &sx_kex_dh_group14_sha256,
    &sx_kex_dh_group15_sha512, &sx_kex_dh_group16_sha512,
    &sx_kex_dh_group17_sha512, &sx_kex_dh_group18_sha512,
    &sx_kex_curve25519_sha256, &sx_kex_curve25519_sha256_libssh,
    &sx_kex_dh_gex_sha256,     NULL,
};

const struct sx_sig_alg *const all_signatures[] = {
    &sx_sig_rsa_sha2_256,
    &sx_sig_rsa_sha2_512,
    &sx_sig_ecdsa_nistp256,
    &sx_sig_ecdsa_nistp384,
    &sx_sig_ecdsa_nistp521,
    &sx_sig_ed25519,
    NULL,
};

/* Of users, who may have certificates and old keys. */
static const struct sx_sig_alg *const user_signatures[] = {
    &sx_sig_rsa_sha2_256,
    &sx_sig_rsa_sha2_512,
    &sx_sig_ecdsa_nistp256,
    &sx_sig_ecdsa_nistp384,
    &sx_sig_ecdsa_nistp521,
    &sx_sig_ed25519,
    &sx_sig_rsa_sha2_256_cert,
    &sx_sig_rsa_sha2_512_cert,
    &sx_sig_ecdsa_nistp256_cert,
    &sx_sig_ed25519_cert,
#if SX_LEGACY
    &sx_sig_ssh_rsa,
#endif
    NULL,
};

const struct sx_cipher_alg *const all_ciphers[] = {
    &sx_cipher_aes128_ctr,
    &sx_cipher_aes192_ctr,
    &sx_cipher_aes256_ctr,
    &sx_cipher_aes128_gcm,
    &sx_cipher_aes256_gcm,
    &sx_cipher_chacha20_poly1305,
    NULL,
};

const struct sx_mac_alg *const all_macs[] = {
    &sx_mac_hmac_sha2_256,
    &sx_mac_hmac_sha2_512,
    &sx_mac_hmac_sha2_256_etm,
    &sx_mac_hmac_sha2_512_etm,
    NULL,
};

const struct sx_compression_alg *const all_compressions[] = {
    &sx_compression_none,
    &sx_compression_zlib,
    &sx_compression_zlib_openssh,
    NULL,
};

#define DEFINE_LOOKUP(function, type, list)                                                        \
    const struct type *function(struct sx_slice name)                                              \
    {                                                                                              \
        for (size_t i = 0; (list)[i] != NULL; i++)                                                 \
            if (sx_slice_is_text(name, (list)[i]->name))                                           \
                return (list)[i];                                                                  \
        return NULL;                                                                               \
    }

/* Not in all_kex: a server offers them only when it is told to. */
static const struct sx_kex_alg *const gss_kex[] = {
    &sx_kex_gss_nistp256,       &sx_kex_gss_nistp384,
    &sx_kex_gss_nistp521,       &sx_kex_gss_curve25519,
    &sx_kex_gss_group14_sha256, &sx_kex_gss_group15_sha512,
    &sx_kex_gss_group16_sha512, &sx_kex_gss_group17_sha512,
    &sx_kex_gss_group18_sha512, NULL,
};

static DEFINE_LOOKUP(plain_kex_named, sx_kex_alg,
                     all_kex) static DEFINE_LOOKUP(gss_kex_named, sx_kex_alg, gss_kex) const
    struct sx_kex_alg *kex_named(struct sx_slice name)
{
    const struct sx_kex_alg *alg = plain_kex_named(name);

    return alg != NULL ? alg : gss_kex_named(name);
}

DEFINE_LOOKUP(signature_named, sx_sig_alg, all_signatures)
DEFINE_LOOKUP(user_signature_named, sx_sig_alg, user_signatures)
DEFINE_LOOKUP(cipher_named, sx_cipher_alg, all_ciphers)
DEFINE_LOOKUP(mac_named, sx_mac_alg, all_macs)
DEFINE_LOOKUP(compression_named, sx_compression_alg, all_compressions)
