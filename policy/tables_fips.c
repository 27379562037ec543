/* policy/tables_fips.c: fips, the policy for FIPS 140-3.
 *
 * How to read this file and its sisters: each list is in order of preference, with its reasons
 * above it. A row names a descriptor, so that a typo doesn't compile. A change here is a change of
 * what the library does on the wire: policy/rules.c tests every row, and tests/golden holds a copy
 * that shows the change in review. What a policy leaves out, policy/reasons.c explains. */
#include "policy/policy.h"

#define GIB ((uint64_t)1 << 30)

/* SP 800-56A Rev. 3 with the curves and safe-prime groups of its appendix D, and FIPS 203's ML-KEM
 * beside such a curve. The set is that of Fedora's crypto-policies FIPS for OpenSSH clients.
 *
 * The hybrids stand here and not in a policy of their own: the module is what has a certificate or
 * has none. One without ML-KEM (3.1.2, certificate #4985) doesn't offer these rows, whatever the
 * table says; one with it (3.5) is as approved in ML-KEM as in its AES. What came of both halves
 * is at least as strong as the curve alone. They are first, since recorded traffic must stay
 * closed when the curves fall. mlkem768x25519 is out: its other half is not approved.
 *
 * Then curves: they cost a tenth of a group; P-256 is the fastest and has 128 bits. group14: 112
 * bits is the least that is approved. Group exchange is last, for a server that has nothing else:
 * it mostly serves primes of its own, which can't be shown to be safe and which no module computes
 * with, so it would win over group14 only to fail. curve25519 is not in SP 800-56A and is out by
 * name, since modules before 3.4 have it as if it were approved. */
static const struct sx_kex_alg *const fips_kex[] = {
    &sx_kex_mlkem768nistp256_sha256, &sx_kex_mlkem1024nistp384_sha384,
    &sx_kex_ecdh_nistp256,           &sx_kex_ecdh_nistp384,
    &sx_kex_ecdh_nistp521,           &sx_kex_dh_group16_sha512,
    &sx_kex_dh_group18_sha512,       &sx_kex_dh_group14_sha256,
    &sx_kex_dh_gex_sha256,           NULL,
};

/* GSSAPI key exchange with Kerberos, RFC 8732: only for who names it. What is agreed on and hashed is
 * the module's and approved; who the server is, krb5's cryptography shows, which has to be
 * assessed by itself. Therefore crypto-policies FIPS leaves it off (GSSAPIKeyExchange no), and so
 * does this policy until the site says otherwise. Of the three that OpenSSH's patched servers and
 * crypto-policies outside of FIPS have: gss-curve25519 isn't approved, and is out by name. */
static const struct sx_kex_alg *const fips_kex_opt_in[] = {
    &sx_kex_gss_nistp256,
    &sx_kex_gss_group16_sha512,
    &sx_kex_gss_group14_sha256,
    NULL,
};

/* FIPS 186-5: ECDSA and RSA PKCS#1 v1.5 with SHA-2. No ssh-rsa: SHA-1 signatures are disallowed.
 * No Ed25519: FIPS 186-5 approves it, but the modules with a certificate don't (3.1.2 has it as
 * not approved), and crypto-policies, libssh and STIG leave it out. Bare keys first, so that the
 * key is asked for that a fingerprint was noted of; then OpenSSH's certificates (in
 * crypto-policies) and X.509's (RFC 6187), which sign with the same algorithms. */
static const struct sx_sig_alg *const fips_host_keys[] = {
    &sx_sig_ecdsa_nistp256,        &sx_sig_ecdsa_nistp384,        &sx_sig_ecdsa_nistp521,
    &sx_sig_rsa_sha2_512,          &sx_sig_rsa_sha2_256,          &sx_sig_ecdsa_nistp256_cert,
    &sx_sig_ecdsa_nistp384_cert,   &sx_sig_ecdsa_nistp521_cert,   &sx_sig_rsa_sha2_512_cert,
    &sx_sig_rsa_sha2_256_cert,     &sx_sig_x509v3_ecdsa_nistp256, &sx_sig_x509v3_ecdsa_nistp384,
    &sx_sig_x509v3_ecdsa_nistp521, &sx_sig_x509v3_rsa2048_sha256, NULL,
};

/* The same signatures for users, bare and in OpenSSH's certificates. */
static const struct sx_sig_alg *const fips_user_keys[] = {
    &sx_sig_ecdsa_nistp256,
    &sx_sig_ecdsa_nistp384,
    &sx_sig_ecdsa_nistp521,
    &sx_sig_rsa_sha2_512,
    &sx_sig_rsa_sha2_256,
    &sx_sig_ecdsa_nistp256_cert,
    &sx_sig_ecdsa_nistp384_cert,
    &sx_sig_ecdsa_nistp521_cert,
    &sx_sig_rsa_sha2_512_cert,
    &sx_sig_rsa_sha2_256_cert,
    NULL,
};

/* SP 800-38D (nonces made in the module, IG C.H scenario 1.d) and SP 800-38A. The very list and
 * order of STIG RHEL-09-255064 and of crypto-policies FIPS. aes192-ctr is approved too, but no
 * profile has it, and an auditor who compares lists would have to ask why it is here. No CBC:
 * approved, but RHEL's policy and STIG leave it out. */
static const struct sx_cipher_alg *const fips_ciphers[] = {
    &sx_cipher_aes256_gcm,
    &sx_cipher_aes256_ctr,
    &sx_cipher_aes128_gcm,
    &sx_cipher_aes128_ctr,
    NULL,
};

/* FIPS 198-1 with SHA-2, whole tags. Encrypt-then-MAC first: it checks before it decrypts. No
 * SHA-1: approved until the end of 2030, but STIG and this library's SHA-1 rule are against it.
 * No truncated tags: they are in no FIPS profile of SSH. */
static const struct sx_mac_alg *const fips_macs[] = {
    &sx_mac_hmac_sha2_256_etm,
    &sx_mac_hmac_sha2_512_etm,
    &sx_mac_hmac_sha2_256,
    &sx_mac_hmac_sha2_512,
    NULL,
};

/* Not cryptography, so FIPS doesn't speak of it. Delayed compression alone, as STIG has it for
 * servers: before the sign-on nobody should be able to feed our inflate. "none" first: what is
 * compressed tells by its length what is in it, so the user has to ask. */
static const struct sx_compression_alg *const fips_compressions[] = {
    &sx_compression_none,
    &sx_compression_zlib_openssh,
    NULL,
};

/* Nothing but a FIPS provider may serve; when it can't be had, nothing connects. */
static const char *const fips_providers[] = { "fips", NULL };

const struct sx_policy sx_policy_fips = {
    .name = "fips",
    .title = "FIPS 140-3: approved algorithms, by a FIPS provider or not at all",
    .source = "FIPS 140-3; SP 800-140C and D; Fedora crypto-policies FIPS (2026-02); STIG "
              "RHEL-09-255064",
    .rest = "it is in no FIPS profile of SSH",
    .is_approved_only = true,
    .is_weak_allowed = false,

    .kex = fips_kex,
    .kex_opt_in = fips_kex_opt_in,
    .host_key = fips_host_keys,
    .user_key = fips_user_keys,
    .ciphers = fips_ciphers,
    .macs = fips_macs,
    .compressions = fips_compressions,
    .providers = fips_providers,

    /* SP 800-131A Rev. 2: 112 bits of strength. 3072 bits are asked for, which is 128 bits (SP
     * 800-57 part 1, table 2). A module computes with the groups of SP 800-56A appendix D alone;
     * told apart before it is asked, a server's own prime has an error that says so. */
    .rsa_min_bits = 2048,
    .dsa_min_bits = 2048,
    .dh_min_bits = 2048,
    .dh_preferred_bits = 3072,
    .is_known_group_only = true,

    /* RFC 4253 section 9; NIAP's SSH package, FCS_SSH_EXT.1.8: at most one hour and one gigabyte
     * either way. Packets: RFC 4344 section 3.1's 2^31, far below what GCM's counter allows. */
    .rekey_bytes = 1 * GIB,
    .rekey_packets = (uint64_t)1 << 31,
    .rekey_seconds = 3600,

    /* Offered, not demanded: NIAP's FCS_SSH_EXT.1.6 wants connections with and without. Prefix
     * truncation (CVE-2023-48795) needs ChaCha20-Poly1305 or CBC with encrypt-then-MAC, and
     * neither is in the list above. */
    .strict_kex = SX_STRICT_OFFER,
    .strict_kex_min = SX_STRICT_OFFER,

    /* Regulated use: a server must be known, secrets stay masked, a server that asks for no proof
     * is refused, and what can't be recorded doesn't run. */
    .may_accept_any_host_key = false,
    .may_unmask_logs = false,
    .may_accept_without_proof = false,
    .is_audit_required = true,
    .is_stream_digested = true,

    /* Kerberos and tokens prove who the user is, and have modules and certificates of their own;
     * the site decides, and the record says that they were used. An agent is a program of the
     * user's, and nobody can say what computes in it. */
    .may_use_kerberos = true,
    .may_delegate = true,
    .may_use_agent = false,
    .may_use_token = true,
};
