/* policy/reasons.c: the reasons against algorithms, with their sources, so that a refusal can
 * explain itself. The first row whose pattern fits counts, so special rows stand first. What no
 * row speaks against is refused with the policy's own words (its field rest). */
#include "policy/reasons.h"

#include "base/text.h"

#include <stddef.h>

#define ALWAYS SX_REASON_ALWAYS
#define APPROVAL SX_REASON_UNDER_APPROVAL

static const struct sx_reason reasons[] = {
    /* key exchange */
    { SX_ALG_KEX, "mlkem768x25519-*", APPROVAL, "its other half, X25519, is not approved",
      "SP 800-56A Rev. 3 appendix D; OpenSSL 3.5 has X25519 with fips=no" },
    { SX_ALG_KEX, "mlkem1024-sha384", ALWAYS, "ML-KEM alone is not built", "draft-harrison-sshm" },
    { SX_ALG_KEX, "sntrup*", ALWAYS, "its Streamlined NTRU Prime is in no OpenSSL and not approved",
      "RFC 9941" },
    { SX_ALG_KEX, "curve25519-*", APPROVAL, "X25519 is not an approved key agreement",
      "SP 800-56A Rev. 3 appendix D" },
    { SX_ALG_KEX, "curve448-*", ALWAYS, "X448 is not built, and not an approved key agreement",
      "SP 800-56A Rev. 3 appendix D" },
    { SX_ALG_KEX, "diffie-hellman-group1-sha1", ALWAYS,
      "its group has 1024 bits, and it uses SHA-1", "RFC 9142 section 4; SP 800-131A Rev. 2" },
    { SX_ALG_KEX, "gss-*-sha1-*", ALWAYS, "it uses SHA-1",
      "RFC 9142 section 4; SP 800-131A Rev. 2" },
    { SX_ALG_KEX, "gss-curve25519-*", APPROVAL, "X25519 is not an approved key agreement",
      "SP 800-56A Rev. 3 appendix D" },
    { SX_ALG_KEX, "gss-*-toWM5Slw5Ew8Mqkay+al2g==", APPROVAL,
      "GSSAPI shows who the server is with krb5's cryptography, which is in no FIPS profile of SSH",
      "crypto-policies FIPS: GSSAPIKeyExchange no" },
    { SX_ALG_KEX, "gss-*", ALWAYS,
      "of GSSAPI's mechanisms Kerberos is built, with the exchanges of RFC 8732",
      "RFC 4462; RFC 8732" },
    { SX_ALG_KEX, "diffie-hellman-*-sha1*", ALWAYS, "it uses SHA-1",
      "RFC 9142 section 4; SP 800-131A Rev. 2" },
    { SX_ALG_KEX, "diffie-hellman-group-exchange-*", APPROVAL,
      "the server picks its own prime, which can't be shown to be a safe approved group",
      "SP 800-56A Rev. 3 section 5.5.1" },
    { SX_ALG_KEX, "rsa1024-*", ALWAYS, "its RSA key has 1024 bits", "RFC 9142 section 4" },
    { SX_ALG_KEX, "rsa2048-*", ALWAYS, "RSA key exchange is not built", "RFC 4432" },

    /* keys and their signatures */
    { SX_ALG_HOST_KEY, "ssh-rsa*", ALWAYS,
      "it signs with SHA-1; the same RSA key works with rsa-sha2-256",
      "RFC 8332 section 1; SP 800-131A Rev. 2" },
    { SX_ALG_HOST_KEY, "ssh-dss*", ALWAYS, "DSA is withdrawn, and it signs with SHA-1",
      "FIPS 186-5" },
    { SX_ALG_HOST_KEY, "x509v3-*-dss*", ALWAYS, "DSA is withdrawn, and it signs with SHA-1",
      "FIPS 186-5" },
    { SX_ALG_HOST_KEY, "x509v3-ssh-rsa*", ALWAYS,
      "it signs with SHA-1; the same certificate works with x509v3-rsa2048-sha256",
      "RFC 6187 section 3.1; SP 800-131A Rev. 2" },
    { SX_ALG_HOST_KEY, "x509v3-sign-rsa*", ALWAYS,
      "it signs with SHA-1, in a form from before RFC 6187", "SP 800-131A Rev. 2" },
    { SX_ALG_HOST_KEY, "ssh-ed25519*", APPROVAL,
      "FIPS 186-5 approves Ed25519, but the FIPS modules with a certificate don't offer it as "
      "approved, and no FIPS profile of SSH has it",
      "CMVP certificate #4985; crypto-policies FIPS" },
    { SX_ALG_HOST_KEY, "ssh-ed448", ALWAYS, "Ed448 is not built", "RFC 8709" },
    { SX_ALG_HOST_KEY, "ssh-mldsa-*", ALWAYS, "ML-DSA is not built", "draft-sfluhrer-ssh-mldsa" },
    { SX_ALG_HOST_KEY, "sk-*", ALWAYS, "keys of FIDO devices are not built",
      "OpenSSH PROTOCOL.u2f" },
    { SX_ALG_HOST_KEY, "webauthn-*", ALWAYS, "keys of FIDO devices are not built",
      "OpenSSH PROTOCOL.u2f" },
    { SX_ALG_HOST_KEY, "null", ALWAYS, "it proves nothing", "RFC 4462 section 5" },

    /* ciphers */
    { SX_ALG_CIPHER, "aes192-ctr", APPROVAL, "it is approved, but in no FIPS profile of SSH",
      "STIG RHEL-09-255064; crypto-policies FIPS" },
    { SX_ALG_CIPHER, "chacha20-poly1305*", APPROVAL, "ChaCha20 and Poly1305 are not approved",
      "SP 800-140C" },
    { SX_ALG_CIPHER, "blowfish-*", ALWAYS, "Blowfish has 64-bit blocks and is not approved",
      "SP 800-140C" },
    { SX_ALG_CIPHER, "cast128-*", ALWAYS, "CAST-128 has 64-bit blocks and is not approved",
      "SP 800-140C" },
    { SX_ALG_CIPHER, "*-cbc*", ALWAYS,
      "CBC in SSH can give away plain text, and the FIPS profiles of SSH leave it out",
      "RFC 4251 section 9.3.1; STIG RHEL-09-255064" },
    { SX_ALG_CIPHER, "3des-*", ALWAYS, "Triple DES may not encrypt since 2024",
      "SP 800-131A Rev. 2" },
    { SX_ALG_CIPHER, "arcfour*", ALWAYS, "RC4 is broken", "RFC 8758" },
    { SX_ALG_CIPHER, "none", ALWAYS, "it doesn't encrypt", "RFC 4253 section 6.3" },

    /* MACs */
    { SX_ALG_MAC, "hmac-md5*", ALWAYS, "it uses MD5", "RFC 6151" },
    { SX_ALG_MAC, "*-96*", ALWAYS, "its tags are cut to 96 bits, which no FIPS profile of SSH has",
      "crypto-policies FIPS" },
    { SX_ALG_MAC, "hmac-sha1*", ALWAYS, "it uses SHA-1", "SP 800-131A Rev. 2" },
    { SX_ALG_MAC, "hmac-ripemd160*", ALWAYS, "RIPEMD-160 is not approved", "FIPS 180-4" },
    { SX_ALG_MAC, "umac-*", ALWAYS, "UMAC is not approved, and in no OpenSSL", "SP 800-140C" },
    { SX_ALG_MAC, "none", ALWAYS, "it doesn't protect anything", "RFC 4253 section 6.4" },

    /* compression */
    { SX_ALG_COMPRESSION, "zlib", ALWAYS,
      "it inflates what a server sends before anybody is signed on; zlib@openssh.com waits",
      "RHEL 9 STIG; OpenSSH 4.2" },
};

const struct sx_reason *sx_reason_find(const struct sx_policy *policy, enum sx_alg_kind kind,
                                       const char *name)
{
    if (kind == SX_ALG_USER_KEY)
        kind = SX_ALG_HOST_KEY;
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        bool holds =
            reasons[i].scope == SX_REASON_ALWAYS || policy == NULL || policy->is_approved_only;

        if (holds && reasons[i].kind == kind && sx_pattern_is_match(reasons[i].names, name))
            return &reasons[i];
    }
    return NULL;
}
