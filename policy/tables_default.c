/* policy/tables_default.c: default, the policy of a new object: what is in order today, without
 * regard to approval. How to read the tables: policy/tables_fips.c. */
#include "policy/policy.h"

#define GIB ((uint64_t)1 << 30)

/* The hybrids first, as OpenSSH has them since 10.0: recorded traffic must stay closed when the
 * curves fall (RFC 10042). Each is offered where the provider has both halves. Then RFC 9142: what
 * it has as SHOULD and MUST, less what needs SHA-1. X25519 first: fast, and its implementations
 * have the fewest traps. Both of its names: OpenSSH before 7.4 and many devices know only the
 * second. Group exchange (RFC 4419) is last: its primes are the server's own, and must be
 * believed; some network devices have nothing else that is in order. */
static const struct sx_kex_alg *const default_kex[] = {
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
    NULL,
};

/* GSSAPI with Kerberos (RFC 4462, RFC 8732), in the order of the above. They ask for a ticket before
 * anything is known of the server, so they are for who wants them: who names them, or signs on in
 * mode gssapi-keyex. Those with SHA-1 are out as everywhere. */
static const struct sx_kex_alg *const default_kex_opt_in[] = {
    &sx_kex_gss_curve25519,     &sx_kex_gss_nistp256,
    &sx_kex_gss_nistp384,       &sx_kex_gss_nistp521,
    &sx_kex_gss_group16_sha512, &sx_kex_gss_group18_sha512,
    &sx_kex_gss_group14_sha256, &sx_kex_gss_group15_sha512,
    &sx_kex_gss_group17_sha512, NULL,
};

/* RFC 8709, RFC 5656, RFC 8332; OpenSSH's order, so that the key in known_hosts is found. Bare
 * keys before certificates, so that the key is asked for that a fingerprint was noted of. */
static const struct sx_sig_alg *const default_host_keys[] = {
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
    NULL,
};

/* The same for users. */
static const struct sx_sig_alg *const default_user_keys[] = {
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
    NULL,
};

/* Authenticated encryption first, then counter mode (RFC 4344), strong before short. ChaCha20 is
 * last although it is sound: alone of these it can be truncated where the server doesn't do
 * strict key exchange (see strict_kex below), so it is for servers that have no AES. */
static const struct sx_cipher_alg *const default_ciphers[] = {
    &sx_cipher_aes256_gcm,
    &sx_cipher_aes128_gcm,
    &sx_cipher_aes256_ctr,
    &sx_cipher_aes192_ctr,
    &sx_cipher_aes128_ctr,
    &sx_cipher_chacha20_poly1305,
    NULL,
};

/* RFC 6668; encrypt-then-MAC first. */
static const struct sx_mac_alg *const default_macs[] = {
    &sx_mac_hmac_sha2_256_etm,
    &sx_mac_hmac_sha2_512_etm,
    &sx_mac_hmac_sha2_256,
    &sx_mac_hmac_sha2_512,
    NULL,
};

/* Compressed data tells by its length what is in it: only for those who ask, by putting zlib
 * before none. Before the sign-on (RFC 4253's own zlib) only for those who name it: nobody
 * unknown should be able to feed our inflate. */
static const struct sx_compression_alg *const default_compressions[] = {
    &sx_compression_none,
    &sx_compression_zlib_openssh,
    NULL,
};
static const struct sx_compression_alg *const default_compressions_opt_in[] = {
    &sx_compression_zlib,
    NULL,
};

static const char *const default_providers[] = { "*", NULL };

const struct sx_policy sx_policy_default = {
    .name = "default",
    .title = "Current algorithms, by any provider",
    .source = "RFC 9142; RFC 8332; RFC 8709; RFC 10042",
    .rest = "it is not among the current algorithms that this policy lists",
    .is_approved_only = false,
    .is_weak_allowed = false,

    .kex = default_kex,
    .kex_opt_in = default_kex_opt_in,
    .host_key = default_host_keys,
    .user_key = default_user_keys,
    .ciphers = default_ciphers,
    .macs = default_macs,
    .compressions = default_compressions,
    .compressions_opt_in = default_compressions_opt_in,
    .providers = default_providers,

    /* SP 800-131A, and the NIST curves' company. OpenSSH's own floor is lower (1024). */
    .rsa_min_bits = 2048,
    .dsa_min_bits = 2048,
    .dh_min_bits = 2048,
    .dh_preferred_bits = 3072,
    .is_known_group_only = false,

    /* RFC 4253 section 9; RFC 4344 section 3.1. */
    .rekey_bytes = 1 * GIB,
    .rekey_packets = (uint64_t)1 << 31,
    .rekey_seconds = 3600,

    /* CVE-2023-48795: a server without strict key exchange may choose anything but ChaCha20. The
     * interface's documented default, 1, may be set; 0 gains nothing. */
    .strict_kex = SX_STRICT_REJECT_AFFECTED,
    .strict_kex_min = SX_STRICT_OFFER,

    /* The application's own business. */
    .may_accept_any_host_key = true,
    .may_unmask_logs = true,
    .may_accept_without_proof = true,
    .is_audit_required = false,
    .is_stream_digested = false,
    .may_use_kerberos = true,
    .may_delegate = true,
    .may_use_agent = true,
    .may_use_token = true,
};
