/* policy/tables_compat.c: compat and legacy, for servers that speak nothing better.
 *
 * Both hold what is broken, knowingly: SHA-1 and MD5, CBC, 64-bit blocks, RC4, 1024-bit groups and
 * keys. They are no defaults, no approved policy reaches their rows, and a build with
 * -DSEXEC_LEGACY=OFF has neither them nor the code behind them. How to read the tables:
 * policy/tables_fips.c. */
#include "policy/policy.h"

#include "crypto/legacy.h"

#if SX_LEGACY

#define GIB ((uint64_t)1 << 30)

/* The limits and locks that the two share: the smallest sizes that the code computes with at all,
 * and everything in the application's own hands. 2048 bits are asked for in a group exchange: the
 * servers that need these policies often have no larger group ready. Block ciphers of 64 bits
 * stay far below their birthday bound within a gigabyte (RFC 4344 section 3.2). */
#define ASKS_FOR_LITTLE                                                                            \
    .rsa_min_bits = 1024, .dsa_min_bits = 1024, .dh_min_bits = 1024, .dh_preferred_bits = 2048,    \
    .is_known_group_only = false
#define RENEWS_KEYS_IN_TIME                                                                        \
    .rekey_bytes = 1 * GIB, .rekey_packets = (uint64_t)1 << 31, .rekey_seconds = 3600
#define LEAVES_DOORS_OPEN                                                                          \
    .may_accept_any_host_key = true, .may_unmask_logs = true, .may_accept_without_proof = true,    \
    .is_audit_required = false, .is_stream_digested = false, .may_use_kerberos = true,             \
    .may_delegate = true, .may_use_agent = true, .may_use_token = true

static const char *const any_provider[] = { "*", NULL };

/* ================================= compat ===================================================== */

/* The reference's documented defaults, each list in its order, so that a program that was written
 * for it finds what it expects. The orders are not good: counter mode before GCM, SHA-1 first for
 * users, no compression but the early one. What the reference supports and doesn't offer by
 * itself is opt-in. Its six gss exchanges are offered where Kerberos is (policy/offer.h). */
static const struct sx_kex_alg *const compat_kex[] = {
    &sx_kex_curve25519_sha256,
    &sx_kex_curve25519_sha256_libssh,
    &sx_kex_dh_gex_sha256,
    &sx_kex_dh_group14_sha256,
    &sx_kex_dh_group16_sha512,
    &sx_kex_dh_group18_sha512,
    &sx_kex_ecdh_nistp256,
    &sx_kex_ecdh_nistp384,
    &sx_kex_ecdh_nistp521,
    &sx_kex_dh_gex_sha1,
    &sx_kex_dh_group14_sha1,
    &sx_kex_dh_group1_sha1,
    &sx_kex_gss_group14_sha256,
    &sx_kex_gss_group16_sha512,
    &sx_kex_gss_nistp256,
    &sx_kex_gss_curve25519,
    &sx_kex_gss_group14_sha1,
    &sx_kex_gss_gex_sha1,
    NULL,
};

/* SSHPublicKeyAlgorithms. */
static const struct sx_sig_alg *const compat_host_keys[] = {
    &sx_sig_ed25519,
    &sx_sig_ecdsa_nistp256,
    &sx_sig_ecdsa_nistp384,
    &sx_sig_ecdsa_nistp521,
    &sx_sig_rsa_sha2_256,
    &sx_sig_rsa_sha2_512,
    &sx_sig_ssh_rsa,
    &sx_sig_ssh_dss,
    &sx_sig_x509v3_sign_rsa,
    &sx_sig_x509v3_sign_dss,
    NULL,
};

/* SSHPubKeyAuthSigAlgorithms. */
static const struct sx_sig_alg *const compat_user_keys[] = {
    &sx_sig_ssh_rsa,        &sx_sig_rsa_sha2_256,   &sx_sig_rsa_sha2_512,
    &sx_sig_ssh_dss,        &sx_sig_ecdsa_nistp256, &sx_sig_ecdsa_nistp384,
    &sx_sig_ecdsa_nistp521, &sx_sig_ed25519,        NULL,
};
static const struct sx_sig_alg *const compat_user_keys_opt_in[] = {
    &sx_sig_x509v3_sign_rsa,     &sx_sig_x509v3_sign_dss,
    &sx_sig_ssh_rsa_cert, /* SignedSSHCert, which names them */
    &sx_sig_rsa_sha2_256_cert,   &sx_sig_rsa_sha2_512_cert,
    &sx_sig_ssh_dss_cert,        &sx_sig_ecdsa_nistp256_cert,
    &sx_sig_ecdsa_nistp384_cert, &sx_sig_ecdsa_nistp521_cert,
    &sx_sig_ed25519_cert,        NULL,
};

/* ssh_encryption_algorithms. */
static const struct sx_cipher_alg *const compat_ciphers[] = {
    &sx_cipher_aes256_ctr,
    &sx_cipher_aes192_ctr,
    &sx_cipher_aes128_ctr,
    &sx_cipher_aes256_cbc,
    &sx_cipher_aes192_cbc,
    &sx_cipher_aes128_cbc,
    &sx_cipher_3des_ctr,
    &sx_cipher_3des_cbc,
    &sx_cipher_blowfish_cbc,
    &sx_cipher_arcfour256,
    &sx_cipher_arcfour128,
    &sx_cipher_arcfour,
    &sx_cipher_cast128_cbc,
    &sx_cipher_aes256_gcm,
    &sx_cipher_aes128_gcm,
    &sx_cipher_chacha20_poly1305,
    NULL,
};

/* SSHMacAlgorithms. */
static const struct sx_mac_alg *const compat_macs[] = {
    &sx_mac_hmac_sha2_256,
    &sx_mac_hmac_sha2_512,
    &sx_mac_hmac_sha1,
    &sx_mac_hmac_md5,
    &sx_mac_hmac_ripemd160,
    &sx_mac_hmac_sha1_96,
    &sx_mac_hmac_md5_96,
    &sx_mac_hmac_sha2_256_96,
    &sx_mac_hmac_sha2_512_96,
    &sx_mac_hmac_ripemd160_96,
    &sx_mac_hmac_sha2_256_etm,
    &sx_mac_hmac_sha2_512_etm,
    &sx_mac_umac_64,
    &sx_mac_umac_64_etm,
    &sx_mac_umac_128,
    &sx_mac_umac_128_etm,
    NULL,
};

/* ssh_compression_algorithms. */
static const struct sx_compression_alg *const compat_compressions[] = {
    &sx_compression_none,
    &sx_compression_zlib,
    NULL,
};
static const struct sx_compression_alg *const compat_compressions_opt_in[] = {
    &sx_compression_zlib_openssh,
    NULL,
};

const struct sx_policy sx_policy_compat = {
    .name = "compat",
    .title = "The reference's own defaults, broken algorithms included",
    .source = "SExec reference: default values of its lists",
    .rest = "the reference doesn't have it; policy legacy has everything",
    .is_approved_only = false,
    .is_weak_allowed = true,

    .kex = compat_kex,
    .host_key = compat_host_keys,
    .user_key = compat_user_keys,
    .user_key_opt_in = compat_user_keys_opt_in,
    .ciphers = compat_ciphers,
    .macs = compat_macs,
    .compressions = compat_compressions,
    .compressions_opt_in = compat_compressions_opt_in,
    .providers = any_provider,

    ASKS_FOR_LITTLE,
    RENEWS_KEYS_IN_TIME, /* KeyRenegotiationThreshold: 1 GB */

    /* UseStrictKeyExchange: 1, and 0 may be set. */
    .strict_kex = SX_STRICT_OFFER,
    .strict_kex_min = SX_STRICT_OFF,

    LEAVES_DOORS_OPEN,
};

/* ================================= legacy ===================================================== */

/* Everything that is built: what is in order first and in the order of policy default, then what
 * is broken, the lesser damage first, so that the worst is used only where nothing else is left. */
static const struct sx_kex_alg *const legacy_kex[] = {
    &sx_kex_mlkem768x25519_sha256,
    &sx_kex_mlkem768nistp256_sha256,
    &sx_kex_mlkem1024nistp384_sha384,
    &sx_kex_curve25519_sha256,
    &sx_kex_curve25519_sha256_libssh,
    &sx_kex_ecdh_nistp256,
    &sx_kex_ecdh_nistp384,
    &sx_kex_ecdh_nistp521,
    &sx_kex_dh_group16_sha512,
    &sx_kex_dh_group18_sha512,
    &sx_kex_dh_group14_sha256,
    &sx_kex_dh_group15_sha512,
    &sx_kex_dh_group17_sha512,
    &sx_kex_dh_gex_sha256,
    &sx_kex_dh_group14_sha1, /* from here on SHA-1 */
    &sx_kex_dh_gex_sha1,
    &sx_kex_dh_group1_sha1, /* and 1024 bits */
    NULL,
};

/* For who names them or signs on with them, as in policy default. */
static const struct sx_kex_alg *const legacy_kex_opt_in[] = {
    &sx_kex_gss_curve25519,     &sx_kex_gss_nistp256,
    &sx_kex_gss_nistp384,       &sx_kex_gss_nistp521,
    &sx_kex_gss_group16_sha512, &sx_kex_gss_group18_sha512,
    &sx_kex_gss_group14_sha256, &sx_kex_gss_group15_sha512,
    &sx_kex_gss_group17_sha512, &sx_kex_gss_group14_sha1, /* SHA-1 */
    &sx_kex_gss_gex_sha1,       NULL,
};

static const struct sx_sig_alg *const legacy_host_keys[] = {
    &sx_sig_ed25519,
    &sx_sig_ecdsa_nistp256,
    &sx_sig_ecdsa_nistp384,
    &sx_sig_ecdsa_nistp521,
    &sx_sig_rsa_sha2_512,
    &sx_sig_rsa_sha2_256,
    &sx_sig_ed25519_cert,
    &sx_sig_ecdsa_nistp256_cert,
    &sx_sig_ecdsa_nistp384_cert,
    &sx_sig_ecdsa_nistp521_cert,
    &sx_sig_rsa_sha2_512_cert,
    &sx_sig_rsa_sha2_256_cert,
    &sx_sig_x509v3_ecdsa_nistp256,
    &sx_sig_x509v3_ecdsa_nistp384,
    &sx_sig_x509v3_ecdsa_nistp521,
    &sx_sig_x509v3_rsa2048_sha256,
    &sx_sig_ssh_rsa, /* from here on SHA-1 */
    &sx_sig_ssh_rsa_cert,
    &sx_sig_x509v3_ssh_rsa,
    &sx_sig_x509v3_sign_rsa,
    &sx_sig_ssh_dss, /* and DSA of 1024 bits */
    &sx_sig_ssh_dss_cert,
    &sx_sig_x509v3_ssh_dss,
    &sx_sig_x509v3_sign_dss,
    NULL,
};

static const struct sx_sig_alg *const legacy_user_keys[] = {
    &sx_sig_ed25519,
    &sx_sig_ecdsa_nistp256,
    &sx_sig_ecdsa_nistp384,
    &sx_sig_ecdsa_nistp521,
    &sx_sig_rsa_sha2_512,
    &sx_sig_rsa_sha2_256,
    &sx_sig_ed25519_cert,
    &sx_sig_ecdsa_nistp256_cert,
    &sx_sig_ecdsa_nistp384_cert,
    &sx_sig_ecdsa_nistp521_cert,
    &sx_sig_rsa_sha2_512_cert,
    &sx_sig_rsa_sha2_256_cert,
    &sx_sig_ssh_rsa,
    &sx_sig_ssh_rsa_cert,
    &sx_sig_ssh_dss,
    &sx_sig_ssh_dss_cert,
    &sx_sig_x509v3_sign_rsa,
    &sx_sig_x509v3_sign_dss,
    NULL,
};

static const struct sx_cipher_alg *const legacy_ciphers[] = {
    &sx_cipher_aes256_gcm, &sx_cipher_aes128_gcm,   &sx_cipher_aes256_ctr,
    &sx_cipher_aes192_ctr, &sx_cipher_aes128_ctr,   &sx_cipher_chacha20_poly1305,
    &sx_cipher_aes256_cbc,                                               /* CBC */
    &sx_cipher_aes192_cbc, &sx_cipher_aes128_cbc,   &sx_cipher_3des_ctr, /* blocks of 64 bits */
    &sx_cipher_3des_cbc,   &sx_cipher_blowfish_cbc, &sx_cipher_cast128_cbc,
    &sx_cipher_arcfour256, /* RC4 */
    &sx_cipher_arcfour128, &sx_cipher_arcfour,      NULL,
};

static const struct sx_mac_alg *const legacy_macs[] = {
    &sx_mac_hmac_sha2_256_etm,
    &sx_mac_hmac_sha2_512_etm,
    &sx_mac_umac_128_etm,
    &sx_mac_hmac_sha2_256,
    &sx_mac_hmac_sha2_512,
    &sx_mac_umac_128,
    &sx_mac_hmac_sha1_etm, /* SHA-1, RIPEMD-160 */
    &sx_mac_hmac_sha1,
    &sx_mac_hmac_ripemd160,
    &sx_mac_hmac_sha2_512_96, /* tags of 64 to 96 bits */
    &sx_mac_hmac_sha2_256_96,
    &sx_mac_hmac_sha1_96,
    &sx_mac_hmac_ripemd160_96,
    &sx_mac_umac_64_etm,
    &sx_mac_umac_64,
    &sx_mac_hmac_md5_etm, /* MD5 */
    &sx_mac_hmac_md5,
    &sx_mac_hmac_md5_96,
    NULL,
};

static const struct sx_compression_alg *const legacy_compressions[] = {
    &sx_compression_none,
    &sx_compression_zlib_openssh,
    &sx_compression_zlib,
    NULL,
};

const struct sx_policy sx_policy_legacy = {
    .name = "legacy",
    .title = "Everything that is built, the broken last",
    .source = "none: for servers that can't be replaced yet",
    .rest = "it is not built",
    .is_approved_only = false,
    .is_weak_allowed = true,

    .kex = legacy_kex,
    .kex_opt_in = legacy_kex_opt_in,
    .host_key = legacy_host_keys,
    .user_key = legacy_user_keys,
    .ciphers = legacy_ciphers,
    .macs = legacy_macs,
    .compressions = legacy_compressions,
    .providers = any_provider,

    ASKS_FOR_LITTLE,
    RENEWS_KEYS_IN_TIME,

    /* As in default: who can do strict key exchange must, or do without what needs it. */
    .strict_kex = SX_STRICT_REJECT_AFFECTED,
    .strict_kex_min = SX_STRICT_OFF,

    LEAVES_DOORS_OPEN,
};

#endif
