/* policy/tables_profiles.c: niap, cnsa1 and stig: named profiles of FIPS 140-3 for SSH clients.
 * Each is what its document lists and nothing else. How to read the tables: policy/tables_fips.c.
 *
 * There is no cnsa2: its profile (draft-becker-cnsa2-ssh-profile) wants mlkem1024-sha384 and
 * ssh-mldsa-87, and a name should not stand here before what it promises is built and shown. */
#include "policy/policy.h"

#define GIB ((uint64_t)1 << 30)

/* The limits and locks that the three share, as in fips, which gives the reasons. */
#define RENEWS_KEYS_IN_TIME                                                                        \
    .rekey_bytes = 1 * GIB, .rekey_packets = (uint64_t)1 << 31, .rekey_seconds = 3600
#define OPENS_NO_DOOR                                                                              \
    .may_accept_any_host_key = false, .may_unmask_logs = false, .may_accept_without_proof = false, \
    .is_audit_required = true, .is_stream_digested = true

static const char *const fips_alone[] = { "fips", NULL };

/* None of the documents speaks of compression; what isn't claimed isn't offered. */
static const struct sx_compression_alg *const no_compression[] = { &sx_compression_none, NULL };

/* ================================== niap ====================================================== */

/* FCS_SSH_EXT.1.6, all that it lists: ECDH on P-384 and P-521, and the fixed groups of RFC 8268
 * with 3072 bits and more. No hybrid, no P-256, no group14. The curve first, as it is the fastest;
 * then groups from small to large, all of them beyond 128 bits. */
static const struct sx_kex_alg *const niap_kex[] = {
    &sx_kex_ecdh_nistp384,
    &sx_kex_ecdh_nistp521,
    &sx_kex_dh_group15_sha512,
    &sx_kex_dh_group16_sha512,
    &sx_kex_dh_group17_sha512,
    &sx_kex_dh_group18_sha512,
    NULL,
};

/* FCS_SSHC_EXT.1.1: bare keys of a local database, X.509 keys of trusted authorities. */
static const struct sx_sig_alg *const niap_host_keys[] = {
    &sx_sig_ecdsa_nistp384,        &sx_sig_ecdsa_nistp521,        &sx_sig_rsa_sha2_512,
    &sx_sig_x509v3_ecdsa_nistp384, &sx_sig_x509v3_ecdsa_nistp521, NULL,
};

/* FCS_SSH_EXT.1.2. */
static const struct sx_sig_alg *const niap_user_keys[] = {
    &sx_sig_ecdsa_nistp384,
    &sx_sig_ecdsa_nistp521,
    &sx_sig_rsa_sha2_512,
    NULL,
};

/* FCS_SSH_EXT.1.4: AES-256 in GCM and nothing else; no counter mode any more. */
static const struct sx_cipher_alg *const niap_ciphers[] = { &sx_cipher_aes256_gcm, NULL };

/* FCS_SSH_EXT.1.5: "implicit", that is GCM's own tag. The list is empty on the wire as well, since
 * test 1.5:1 fails what advertises a MAC that isn't claimed. */
static const struct sx_mac_alg *const no_macs[] = { NULL };

const struct sx_policy sx_policy_niap = {
    .name = "niap",
    .title = "NIAP Functional Package for Secure Shell 2.0, client",
    .source = "NIAP Functional Package for SSH 2.0 (2024-12-12), FCS_SSH_EXT.1, FCS_SSHC_EXT.1",
    .rest = "the package lists what may be used, \"and no other mechanisms\"",
    .is_approved_only = true,
    .is_weak_allowed = false,

    .kex = niap_kex,
    .host_key = niap_host_keys,
    .user_key = niap_user_keys,
    .ciphers = niap_ciphers,
    .macs = no_macs,
    .compressions = no_compression,
    .providers = fips_alone,

    /* The package gives no size for RSA; 3072 is what goes with its groups and P-384 (CNSA 1.0).
     * It has no group exchange. */
    .rsa_min_bits = 3072,
    .dsa_min_bits = 3072,
    .dh_min_bits = 3072,
    .dh_preferred_bits = 3072,
    .is_known_group_only = true,

    /* FCS_SSH_EXT.1.8: one hour, one gigabyte sent, one gigabyte received. */
    RENEWS_KEYS_IN_TIME,

    /* Tests FCS_SSH_EXT.1.6:3 and 1.6:4: must connect without and with it. */
    .strict_kex = SX_STRICT_OFFER,
    .strict_kex_min = SX_STRICT_OFFER,

    /* FCS_SSHC_EXT.1; table 2 (audit events), where the protection profile has FAU_GEN.1. */
    OPENS_NO_DOOR,

    /* FCS_SSH_EXT.1.2: password and public key "and no other methods". */
    .may_use_kerberos = false,
    .may_delegate = false,
    .may_use_agent = false,
    .may_use_token = true,
};

/* ================================== cnsa1 ===================================================== */

/* RFC 9212: ECDH on P-384, or the fixed groups of 3072 and 4096 bits. */
static const struct sx_kex_alg *const cnsa1_kex[] = {
    &sx_kex_ecdh_nistp384,
    &sx_kex_dh_group15_sha512,
    &sx_kex_dh_group16_sha512,
    NULL,
};

/* RFC 9212: ECDSA on P-384, or RSA of 3072 bits and more. CNSA 1.0 has SHA-384 and stronger, so
 * that x509v3-rsa2048-sha256, whose hash is SHA-256, stays out. */
static const struct sx_sig_alg *const cnsa1_host_keys[] = {
    &sx_sig_ecdsa_nistp384,
    &sx_sig_rsa_sha2_512,
    &sx_sig_x509v3_ecdsa_nistp384,
    NULL,
};
static const struct sx_sig_alg *const cnsa1_user_keys[] = {
    &sx_sig_ecdsa_nistp384,
    &sx_sig_rsa_sha2_512,
    NULL,
};

/* RFC 9212: AES-256 in GCM, under OpenSSH's name for it, which servers speak. */
static const struct sx_cipher_alg *const cnsa1_ciphers[] = { &sx_cipher_aes256_gcm, NULL };

const struct sx_policy sx_policy_cnsa1 = {
    .name = "cnsa1",
    .title = "Commercial National Security Algorithm Suite 1.0",
    .source = "RFC 9212; CNSSP 15",
    .rest = "the suite has only P-384, RSA and Diffie-Hellman of 3072 bits, AES-256 and SHA-384 or "
            "stronger",
    .is_approved_only = true,
    .is_weak_allowed = false,

    .kex = cnsa1_kex,
    .host_key = cnsa1_host_keys,
    .user_key = cnsa1_user_keys,
    .ciphers = cnsa1_ciphers,
    .macs = no_macs, /* GCM's own tag */
    .compressions = no_compression,
    .providers = fips_alone,

    .rsa_min_bits = 3072,
    .dsa_min_bits = 3072,
    .dh_min_bits = 3072,
    .dh_preferred_bits = 3072,
    .is_known_group_only = true,

    RENEWS_KEYS_IN_TIME, /* RFC 9212: after an hour or a gigabyte */
    .strict_kex = SX_STRICT_OFFER,
    .strict_kex_min = SX_STRICT_OFFER,
    OPENS_NO_DOOR,

    /* RFC 9212 doesn't speak of GSSAPI, and what a suite doesn't name stays off. */
    .may_use_kerberos = false,
    .may_delegate = false,
    .may_use_agent = false,
    .may_use_token = true,
};

/* ================================== stig ====================================================== */

/* RHEL 9 in FIPS mode, which the STIG demands of the machine: crypto-policies FIPS, less the
 * hybrids, which RHEL 9 doesn't have, and less group exchange, for fips's reason. */
static const struct sx_kex_alg *const stig_kex[] = {
    &sx_kex_ecdh_nistp256,
    &sx_kex_ecdh_nistp384,
    &sx_kex_ecdh_nistp521,
    &sx_kex_dh_group16_sha512,
    &sx_kex_dh_group18_sha512,
    &sx_kex_dh_group14_sha256,
    NULL,
};
static const struct sx_sig_alg *const stig_host_keys[] = {
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
static const struct sx_sig_alg *const stig_user_keys[] = {
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

/* RHEL-09-255064 (V-270177): exactly these. */
static const struct sx_cipher_alg *const stig_ciphers[] = {
    &sx_cipher_aes256_gcm,
    &sx_cipher_aes256_ctr,
    &sx_cipher_aes128_gcm,
    &sx_cipher_aes128_ctr,
    NULL,
};

/* RHEL-09-255070 (V-270178): exactly these. */
static const struct sx_mac_alg *const stig_macs[] = {
    &sx_mac_hmac_sha2_256_etm,
    &sx_mac_hmac_sha2_512_etm,
    &sx_mac_hmac_sha2_256,
    &sx_mac_hmac_sha2_512,
    NULL,
};

const struct sx_policy sx_policy_stig = {
    .name = "stig",
    .title = "DISA STIG for Red Hat Enterprise Linux 9, SSH client",
    .source = "RHEL 9 STIG V2R3, RHEL-09-255064, RHEL-09-255070; crypto-policies FIPS of RHEL 9",
    .rest = "the STIG lists what the SSH client may use; anything else is a finding",
    .is_approved_only = true,
    .is_weak_allowed = false,

    .kex = stig_kex,
    .host_key = stig_host_keys,
    .user_key = stig_user_keys,
    .ciphers = stig_ciphers,
    .macs = stig_macs,
    .compressions = no_compression,
    .providers = fips_alone,

    /* RHEL's RequiredRSASize under FIPS. */
    .rsa_min_bits = 2048,
    .dsa_min_bits = 2048,
    .dh_min_bits = 2048,
    .dh_preferred_bits = 3072,
    .is_known_group_only = true,

    RENEWS_KEYS_IN_TIME, /* the STIG's RekeyLimit 1G 1h, a rule for servers, kept by the client */
    .strict_kex = SX_STRICT_OFFER,
    .strict_kex_min = SX_STRICT_OFFER,
    OPENS_NO_DOOR,

    /* As in fips. */
    .may_use_kerberos = true,
    .may_delegate = true,
    .may_use_agent = false,
    .may_use_token = true,
};
