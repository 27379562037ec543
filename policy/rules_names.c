/* policy/rules_names.c: the names that standards and profiles list, a second time and as texts
 * from the documents: a row that gets into a table must get into a list here as well, which nobody
 * does by mistake. */
#include "policy/rules.h"

#include <string.h>

/* A document's names; policy is who claims to keep to it, NULL for all approved ones. */
struct profile {
    const char *policy;
    const char *document;
    const char *names[SX_ALG_KIND_COUNT]; /* with a blank before and behind each */
};

#define ECDSA " ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 "
#define ECDSA_CERT                                                                                 \
    "ecdsa-sha2-nistp256-cert-v01@openssh.com ecdsa-sha2-nistp384-cert-v01@openssh.com "           \
    "ecdsa-sha2-nistp521-cert-v01@openssh.com "
#define RSA_CERT "rsa-sha2-256-cert-v01@openssh.com rsa-sha2-512-cert-v01@openssh.com "
#define X509                                                                                       \
    "x509v3-rsa2048-sha256 x509v3-ecdsa-sha2-nistp256 x509v3-ecdsa-sha2-nistp384 "                 \
    "x509v3-ecdsa-sha2-nistp521 "
#define GSS                                                                                        \
    "gss-nistp256-sha256-toWM5Slw5Ew8Mqkay+al2g== gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g== "    \
    "gss-group16-sha512-toWM5Slw5Ew8Mqkay+al2g== "
#define HMACS                                                                                      \
    " hmac-sha2-256 hmac-sha2-512 hmac-sha2-256-etm@openssh.com hmac-sha2-512-etm@openssh.com "

/* SP 800-56A Rev. 3, FIPS 203, FIPS 186-5, SP 800-38A and D, FIPS 198-1: what is approved, whether
 * a profile has it or not. */
static const struct profile approved = {
    NULL,
    "SP 800-140C and D",
    { [SX_ALG_KEX] = (" mlkem768nistp256-sha256 mlkem1024nistp384-sha384 ecdh-sha2-nistp256 "
                      "ecdh-sha2-nistp384 ecdh-sha2-nistp521 diffie-hellman-group14-sha256 "
                      "diffie-hellman-group15-sha512 diffie-hellman-group16-sha512 "
                      "diffie-hellman-group17-sha512 diffie-hellman-group18-sha512 "
                      "diffie-hellman-group-exchange-sha256 " GSS),
      [SX_ALG_HOST_KEY] = (ECDSA "rsa-sha2-256 rsa-sha2-512 " ECDSA_CERT RSA_CERT X509),
      [SX_ALG_USER_KEY] = (ECDSA "rsa-sha2-256 rsa-sha2-512 " ECDSA_CERT RSA_CERT X509),
      [SX_ALG_CIPHER] = (" aes128-ctr aes192-ctr aes256-ctr aes128-gcm@openssh.com "
                         "aes256-gcm@openssh.com "),
      [SX_ALG_MAC] = HMACS,
      [SX_ALG_COMPRESSION] = " none zlib@openssh.com " },
};

static const struct profile profiles[] = {
    { "fips",
      "crypto-policies FIPS, 2026-02, less SHA-1; RFC 6187; RFC 8732 for who names it",
      { [SX_ALG_KEX] = (" mlkem768nistp256-sha256 mlkem1024nistp384-sha384 ecdh-sha2-nistp256 "
                        "ecdh-sha2-nistp384 ecdh-sha2-nistp521 diffie-hellman-group14-sha256 "
                        "diffie-hellman-group16-sha512 diffie-hellman-group18-sha512 "
                        "diffie-hellman-group-exchange-sha256 " GSS),
        [SX_ALG_HOST_KEY] = (ECDSA "rsa-sha2-256 rsa-sha2-512 " ECDSA_CERT RSA_CERT X509),
        [SX_ALG_USER_KEY] = (ECDSA "rsa-sha2-256 rsa-sha2-512 " ECDSA_CERT RSA_CERT),
        [SX_ALG_CIPHER] = " aes256-gcm@openssh.com aes256-ctr aes128-gcm@openssh.com aes128-ctr ",
        [SX_ALG_MAC] = HMACS,
        [SX_ALG_COMPRESSION] = " none zlib@openssh.com " } },
    { "niap",
      "NIAP Functional Package for SSH 2.0",
      { [SX_ALG_KEX] = (" diffie-hellman-group15-sha512 diffie-hellman-group16-sha512 "
                        "diffie-hellman-group17-sha512 diffie-hellman-group18-sha512 "
                        "ecdh-sha2-nistp384 ecdh-sha2-nistp521 "),
        [SX_ALG_HOST_KEY] = (" rsa-sha2-512 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 "
                             "x509v3-ecdsa-sha2-nistp384 x509v3-ecdsa-sha2-nistp521 "),
        [SX_ALG_USER_KEY] = (" rsa-sha2-512 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 "
                             "x509v3-ecdsa-sha2-nistp384 x509v3-ecdsa-sha2-nistp521 "),
        [SX_ALG_CIPHER] = " aes256-gcm@openssh.com ",
        [SX_ALG_MAC] = "",
        [SX_ALG_COMPRESSION] = " none " } },
    { "cnsa1",
      "RFC 9212",
      { [SX_ALG_KEX] = (" ecdh-sha2-nistp384 diffie-hellman-group15-sha512 "
                        "diffie-hellman-group16-sha512 "),
        [SX_ALG_HOST_KEY] = " ecdsa-sha2-nistp384 rsa-sha2-512 x509v3-ecdsa-sha2-nistp384 ",
        [SX_ALG_USER_KEY] = " ecdsa-sha2-nistp384 rsa-sha2-512 x509v3-ecdsa-sha2-nistp384 ",
        [SX_ALG_CIPHER] = " aes256-gcm@openssh.com ",
        [SX_ALG_MAC] = "",
        [SX_ALG_COMPRESSION] = " none " } },
    { "stig",
      "RHEL-09-255064, RHEL-09-255070; crypto-policies FIPS of RHEL 9",
      { [SX_ALG_KEX] = (" ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521 "
                        "diffie-hellman-group14-sha256 diffie-hellman-group16-sha512 "
                        "diffie-hellman-group18-sha512 "),
        [SX_ALG_HOST_KEY] = (ECDSA "rsa-sha2-256 rsa-sha2-512 " ECDSA_CERT RSA_CERT),
        [SX_ALG_USER_KEY] = (ECDSA "rsa-sha2-256 rsa-sha2-512 " ECDSA_CERT RSA_CERT),
        [SX_ALG_CIPHER] = " aes256-gcm@openssh.com aes256-ctr aes128-gcm@openssh.com aes128-ctr ",
        [SX_ALG_MAC] = HMACS,
        [SX_ALG_COMPRESSION] = " none " } },
};

/* Whether " names " holds the name between blanks. */
static bool has_name(const char *names, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = strstr(names, name); at != NULL; at = strstr(at + 1, name)) {
        if (at > names && at[-1] == ' ' && at[len] == ' ')
            return true;
    }
    return false;
}

typedef const char *name_at(const struct sx_policy *policy, enum sx_alg_kind kind, unsigned index);

static bool is_inside(const struct sx_policy *policy, name_at *list, const struct profile *profile,
                      char *why, size_t cap)
{
    for (int kind = 0; kind < SX_ALG_KIND_COUNT; kind++) {
        const char *name;

        for (unsigned i = 0; (name = list(policy, (enum sx_alg_kind)kind, i)) != NULL; i++) {
            if (!has_name(profile->names[kind], name))
                return sx_rule_broken(why, cap, name, profile->document);
        }
    }
    return true;
}

bool sx_rule_has_only_approved(const struct sx_policy *policy, char *why, size_t cap)
{
    return is_inside(policy, sx_policy_list_name, &approved, why, cap) &&
           is_inside(policy, sx_policy_opt_in_name, &approved, why, cap);
}

bool sx_rule_keeps_to_its_profile(const struct sx_policy *policy, char *why, size_t cap)
{
    for (size_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++) {
        if (strcmp(profiles[i].policy, policy->name) == 0)
            return is_inside(policy, sx_policy_list_name, &profiles[i], why, cap) &&
                   is_inside(policy, sx_policy_opt_in_name, &profiles[i], why, cap);
    }
    return sx_rule_broken(why, cap, policy->name, "no document is noted for it");
}
