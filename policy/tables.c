/* policy/tables.c: the policies. Each list is in order of preference, with its reasons above it.
 *
 * A change here is a change of what the library does on the wire: policy/rules.c tests every row,
 * and tests/golden holds a copy that shows the change in review. A row names a descriptor, so that
 * a typo doesn't compile. What a policy leaves out, policy/reasons.c explains. */
#include "policy/policy.h"

#define GIB ((uint64_t)1 << 30)

/* ================================== fips ====================================================== */

/* SP 800-56A Rev. 3 with the curves and safe-prime groups of its appendix D. The list is that of
 * Fedora's crypto-policies FIPS for OpenSSH clients, less group exchange (a server's own primes
 * can't be validated) and post-quantum hybrids (not built yet). Curves first: they cost a tenth
 * of a group; P-256 is the fastest and has 128 bits. group14 last: 112 bits is the least that is
 * approved. curve25519 is not in SP 800-56A and is out by name, since modules before 3.4 have it
 * as if it were approved. */
static const struct sx_kex_alg *const fips_kex[] = {
    &sx_kex_ecdh_nistp256,
    &sx_kex_ecdh_nistp384,
    &sx_kex_ecdh_nistp521,
    &sx_kex_dh_group16_sha512,
    &sx_kex_dh_group18_sha512,
    &sx_kex_dh_group14_sha256,
    NULL,
};

/* FIPS 186-5: ECDSA and RSA PKCS#1 v1.5 with SHA-2. No ssh-rsa: SHA-1 signatures are disallowed.
 * No Ed25519: FIPS 186-5 approves it, but the modules with a certificate don't (3.1.2 has it as
 * not approved), and crypto-policies, libssh and STIG leave it out. */
static const struct sx_sig_alg *const fips_keys[] = {
    &sx_sig_ecdsa_nistp256, &sx_sig_ecdsa_nistp384, &sx_sig_ecdsa_nistp521,
    &sx_sig_rsa_sha2_512,   &sx_sig_rsa_sha2_256,   NULL,
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

/* Nothing but a FIPS provider may serve; when it can't be had, nothing connects. */
static const char *const fips_providers[] = { "fips", NULL };

const struct sx_policy sx_policy_fips = {
    .name = "fips",
    .title = "FIPS 140-3: approved algorithms, by a FIPS provider or not at all",
    .source = "FIPS 140-3; SP 800-140C and D; Fedora crypto-policies FIPS (2026-02); STIG "
              "RHEL-09-255064",
    .is_approved_only = true,
    .kex = fips_kex,
    .host_key = fips_keys,
    .user_key = fips_keys,
    .ciphers = fips_ciphers,
    .macs = fips_macs,
    .providers = fips_providers,

    /* SP 800-131A Rev. 2: 112 bits of strength. */
    .rsa_min_bits = 2048,

    /* RFC 4253 section 9; NIAP's SSH package, FCS_SSH_EXT.1.8: at most one hour and one gigabyte
     * either way. Packets: RFC 4344 section 3.1's 2^31, far below what GCM's counter allows. */
    .rekey_bytes = 1 * GIB,
    .rekey_packets = (uint64_t)1 << 31,
    .rekey_seconds = 3600,

    /* Offered, not demanded: NIAP's FCS_SSH_EXT.1.6 wants connections with and without. Prefix
     * truncation (CVE-2023-48795) needs ChaCha20-Poly1305 or CBC with encrypt-then-MAC, and
     * neither is in the list above. */
    .strict_kex = SX_STRICT_OFFER,

    .may_accept_any_host_key = false,
    .may_unmask_logs = false,
    .may_accept_without_proof = false,
};

/* ================================= default ==================================================== */

/* RFC 9142: what it has as SHOULD and MUST, less what needs SHA-1 or a server's own primes.
 * X25519 first: fast, and its implementations have the fewest traps. Both of its names: OpenSSH
 * before 7.4 and many devices know only the second. */
static const struct sx_kex_alg *const default_kex[] = {
    &sx_kex_curve25519_sha256,
    &sx_kex_curve25519_sha256_libssh,
    &sx_kex_ecdh_nistp256,
    &sx_kex_ecdh_nistp384,
    &sx_kex_ecdh_nistp521,
    &sx_kex_dh_group16_sha512,
    &sx_kex_dh_group18_sha512,
    &sx_kex_dh_group14_sha256,
    NULL,
};

/* RFC 8709, RFC 5656, RFC 8332; OpenSSH's order, so that the key in known_hosts is found. */
static const struct sx_sig_alg *const default_keys[] = {
    &sx_sig_ed25519,
    &sx_sig_ecdsa_nistp256,
    &sx_sig_ecdsa_nistp384,
    &sx_sig_ecdsa_nistp521,
    &sx_sig_rsa_sha2_512,
    &sx_sig_rsa_sha2_256,
    NULL,
};

/* Authenticated encryption first, then counter mode (RFC 4344), strong before short. */
static const struct sx_cipher_alg *const default_ciphers[] = {
    &sx_cipher_aes256_gcm, &sx_cipher_aes128_gcm, &sx_cipher_aes256_ctr,
    &sx_cipher_aes192_ctr, &sx_cipher_aes128_ctr, NULL,
};

/* RFC 6668; encrypt-then-MAC first. */
static const struct sx_mac_alg *const default_macs[] = {
    &sx_mac_hmac_sha2_256_etm,
    &sx_mac_hmac_sha2_512_etm,
    &sx_mac_hmac_sha2_256,
    &sx_mac_hmac_sha2_512,
    NULL,
};

static const char *const default_providers[] = { "*", NULL };

const struct sx_policy sx_policy_default = {
    .name = "default",
    .title = "Current algorithms, by any provider",
    .source = "RFC 9142; RFC 8332; RFC 8709",
    .is_approved_only = false,
    .kex = default_kex,
    .host_key = default_keys,
    .user_key = default_keys,
    .ciphers = default_ciphers,
    .macs = default_macs,
    .providers = default_providers,

    /* SP 800-131A, and the NIST curves' company. OpenSSH's own floor is lower (1024). */
    .rsa_min_bits = 2048,

    /* RFC 4253 section 9. */
    .rekey_bytes = 1 * GIB,
    .rekey_packets = (uint64_t)1 << 31,
    .rekey_seconds = 3600,

    /* The interface's documented default; the reason is the same as above. */
    .strict_kex = SX_STRICT_OFFER,

    .may_accept_any_host_key = true,
    .may_unmask_logs = true,
    .may_accept_without_proof = true,
};

const struct sx_policy *const sx_policies[] = { &sx_policy_fips, &sx_policy_default, NULL };
