/* crypto/legacy.h: every algorithm that only the policies compat and legacy reach.
 *
 * They live in the files legacy_*.c, which -DSEXEC_LEGACY=OFF leaves out; this header is empty
 * then, so that a policy table that names one outside of #if SX_LEGACY doesn't compile. */
#ifndef SX_CRYPTO_LEGACY_H
#define SX_CRYPTO_LEGACY_H

#if SX_LEGACY

#include "crypto/agree.h"
#include "crypto/cipher.h"
#include "crypto/key.h"
#include "crypto/mac.h"

/* Ciphers: legacy_cipher.c; 3des-ctr: legacy_3des_ctr.c. */
extern const struct sx_cipher_alg sx_cipher_aes128_cbc;
extern const struct sx_cipher_alg sx_cipher_aes192_cbc;
extern const struct sx_cipher_alg sx_cipher_aes256_cbc;
extern const struct sx_cipher_alg sx_cipher_3des_cbc;
extern const struct sx_cipher_alg sx_cipher_3des_ctr;
extern const struct sx_cipher_alg sx_cipher_blowfish_cbc; /* these five: is_legacy */
extern const struct sx_cipher_alg sx_cipher_cast128_cbc;
extern const struct sx_cipher_alg sx_cipher_arcfour;
extern const struct sx_cipher_alg sx_cipher_arcfour128;
extern const struct sx_cipher_alg sx_cipher_arcfour256;

/* MACs: legacy_mac.c; UMAC: legacy_umac.c. */
extern const struct sx_mac_alg sx_mac_hmac_sha1_96;
extern const struct sx_mac_alg sx_mac_hmac_sha2_256_96;
extern const struct sx_mac_alg sx_mac_hmac_sha2_512_96;
extern const struct sx_mac_alg sx_mac_hmac_md5;
extern const struct sx_mac_alg sx_mac_hmac_md5_96;
extern const struct sx_mac_alg sx_mac_hmac_md5_etm;
extern const struct sx_mac_alg sx_mac_hmac_ripemd160;
extern const struct sx_mac_alg sx_mac_hmac_ripemd160_96;
extern const struct sx_mac_alg sx_mac_umac_64;
extern const struct sx_mac_alg sx_mac_umac_64_etm;
extern const struct sx_mac_alg sx_mac_umac_128;
extern const struct sx_mac_alg sx_mac_umac_128_etm;

/* Key exchanges with SHA-1: legacy_kex.c. */
extern const struct sx_kex_alg sx_kex_dh_group1_sha1;
extern const struct sx_kex_alg sx_kex_dh_group14_sha1;
extern const struct sx_kex_alg sx_kex_dh_gex_sha1;
extern const struct sx_kex_alg sx_kex_gss_group14_sha1;
extern const struct sx_kex_alg sx_kex_gss_gex_sha1;

/* Signatures with SHA-1 or DSA: legacy_sign.c. */
extern const struct sx_sig_alg sx_sig_ssh_rsa;
extern const struct sx_sig_alg sx_sig_ssh_dss;
extern const struct sx_sig_alg sx_sig_ssh_rsa_cert;
extern const struct sx_sig_alg sx_sig_ssh_dss_cert;
extern const struct sx_sig_alg sx_sig_x509v3_sign_rsa;
extern const struct sx_sig_alg sx_sig_x509v3_sign_dss;
extern const struct sx_sig_alg sx_sig_x509v3_ssh_rsa;
extern const struct sx_sig_alg sx_sig_x509v3_ssh_dss;

#endif
#endif
