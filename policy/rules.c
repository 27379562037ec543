/* policy/rules.c: what must be true of every row. The approved names stand here a second time, as
 * texts from the standards: a row that gets into a table must get into a second list as well,
 * which nobody does by mistake. */
#include "policy/rules.h"

#include "policy/offer.h"

#include <stdio.h>
#include <string.h>

/* A broken rule's reason; gives false, so that it can stand in a return statement. */
static bool broken(char *why, size_t cap, const char *row, const char *reason)
{
    (void)snprintf(why, cap, "%s: %s", row, reason);
    return false;
}

/* --- Form ------------------------------------------------------------------------------------- */

static bool is_list_kept(const struct sx_policy *policy, enum sx_alg_kind kind, char *why,
                         size_t cap)
{
    const char *name;
    unsigned count = 0;

    for (; (name = sx_policy_list_name(policy, kind, count)) != NULL; count++) {
        for (unsigned j = 0; j < count; j++) {
            if (strcmp(name, sx_policy_list_name(policy, kind, j)) == 0)
                return broken(why, cap, name, "stands twice");
        }
    }
    if (count == 0)
        return broken(why, cap, sx_alg_kind_name(kind), "has no row");
    if (count > SX_OFFER_MAX)
        return broken(why, cap, sx_alg_kind_name(kind), "has more rows than an offer holds");
    return true;
}

static bool lists_are_sound(const struct sx_policy *policy, char *why, size_t cap)
{
    if (policy->providers[0] == NULL)
        return broken(why, cap, "providers", "none may serve");
    for (int kind = 0; kind < SX_ALG_KIND_COUNT; kind++) {
        if (!is_list_kept(policy, (enum sx_alg_kind)kind, why, cap))
            return false;
    }
    return true;
}

/* --- Strength --------------------------------------------------------------------------------- */

static bool is_weak_hash(enum sx_hash hash)
{
    return hash == SX_HASH_MD5 || hash == SX_HASH_SHA1;
}

static bool sigs_have_strong_hash(const struct sx_sig_alg *const *rows, char *why, size_t cap)
{
    for (size_t i = 0; rows[i] != NULL; i++) {
        if (is_weak_hash(rows[i]->hash))
            return broken(why, cap, rows[i]->name, sx_hash_name(rows[i]->hash));
    }
    return true;
}

static bool has_no_weak_hash(const struct sx_policy *policy, char *why, size_t cap)
{
    for (size_t i = 0; policy->kex[i] != NULL; i++) {
        if (is_weak_hash(policy->kex[i]->hash))
            return broken(why, cap, policy->kex[i]->name, sx_hash_name(policy->kex[i]->hash));
    }
    for (size_t i = 0; policy->macs[i] != NULL; i++) {
        const char *hash = policy->macs[i]->evp_hash;

        if (hash != NULL && strncmp(hash, "SHA2-", 5) != 0)
            return broken(why, cap, policy->macs[i]->name, hash);
    }
    return sigs_have_strong_hash(policy->host_key, why, cap) &&
           sigs_have_strong_hash(policy->user_key, why, cap);
}

static bool has_112_bits(const struct sx_policy *policy, char *why, size_t cap)
{
    static const char *const groups[] = { "P-256",     "P-384",     "P-521",     "X25519",
                                          "modp_2048", "modp_4096", "modp_8192", NULL };

    if (policy->rsa_min_bits < 2048)
        return broken(why, cap, "rsa_min_bits", "less than 2048");
    for (size_t i = 0; policy->kex[i] != NULL; i++) {
        size_t j = 0;

        while (groups[j] != NULL && strcmp(groups[j], policy->kex[i]->group) != 0)
            j++;
        if (groups[j] == NULL)
            return broken(why, cap, policy->kex[i]->name, "its group is not a strong one");
    }
    for (size_t i = 0; policy->ciphers[i] != NULL; i++) {
        if (policy->ciphers[i]->key_len < 16)
            return broken(why, cap, policy->ciphers[i]->name, "its key is shorter than 128 bits");
    }
    for (size_t i = 0; policy->macs[i] != NULL; i++) {
        if (policy->macs[i]->key_len < 16 || policy->macs[i]->tag_len < 16)
            return broken(why, cap, policy->macs[i]->name, "key or tag is shorter than 128 bits");
    }
    return true;
}

/* Prefix truncation (CVE-2023-48795) works on ChaCha20-Poly1305 and on CBC with encrypt-then-MAC,
 * unless both sides do strict key exchange. */
static bool resists_truncation(const struct sx_policy *policy, char *why, size_t cap)
{
    if (policy->strict_kex == SX_STRICT_OFF)
        return broken(why, cap, "strict_kex", "is not even offered");
    for (size_t i = 0; policy->ciphers[i] != NULL; i++) {
        enum sx_cipher_mode mode = policy->ciphers[i]->mode;

        if (mode != SX_CIPHER_GCM && mode != SX_CIPHER_CTR &&
            policy->strict_kex < SX_STRICT_REJECT_AFFECTED)
            return broken(why, cap, policy->ciphers[i]->name,
                          "can be truncated without strict key exchange, which isn't demanded");
    }
    return true;
}

static bool rekeys_in_time(const struct sx_policy *policy, char *why, size_t cap)
{
    if (policy->rekey_bytes == 0 || policy->rekey_bytes > (uint64_t)1 << 30)
        return broken(why, cap, "rekey_bytes", "0 or over 1 GiB");
    if (policy->rekey_packets == 0 || policy->rekey_packets > (uint64_t)1 << 31)
        return broken(why, cap, "rekey_packets", "0 or over 2^31");
    if (policy->rekey_seconds == 0 || policy->rekey_seconds > 3600)
        return broken(why, cap, "rekey_seconds", "0 or over an hour");
    return true;
}

/* --- Approval --------------------------------------------------------------------------------- */

static const char *const approved[SX_ALG_KIND_COUNT][8] = {
    [SX_ALG_KEX] = { "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521",
                     "diffie-hellman-group14-sha256", "diffie-hellman-group16-sha512",
                     "diffie-hellman-group18-sha512", NULL },
    [SX_ALG_HOST_KEY] = { "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
                          "rsa-sha2-256", "rsa-sha2-512", NULL },
    [SX_ALG_USER_KEY] = { "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
                          "rsa-sha2-256", "rsa-sha2-512", NULL },
    [SX_ALG_CIPHER] = { "aes128-ctr", "aes192-ctr", "aes256-ctr", "aes128-gcm@openssh.com",
                        "aes256-gcm@openssh.com", NULL },
    [SX_ALG_MAC] = { "hmac-sha2-256", "hmac-sha2-512", "hmac-sha2-256-etm@openssh.com",
                     "hmac-sha2-512-etm@openssh.com", NULL },
};

static bool has_only_approved(const struct sx_policy *policy, char *why, size_t cap)
{
    for (int kind = 0; kind < SX_ALG_KIND_COUNT; kind++) {
        const char *name;

        for (unsigned i = 0;
             (name = sx_policy_list_name(policy, (enum sx_alg_kind)kind, i)) != NULL; i++) {
            size_t j = 0;

            while (approved[kind][j] != NULL && strcmp(approved[kind][j], name) != 0)
                j++;
            if (approved[kind][j] == NULL)
                return broken(why, cap, name, "is in no list of approved algorithms");
        }
    }
    return true;
}

static bool has_only_fips_provider(const struct sx_policy *policy, char *why, size_t cap)
{
    for (size_t i = 0; policy->providers[i] != NULL; i++) {
        if (strcmp(policy->providers[i], "fips") != 0)
            return broken(why, cap, policy->providers[i], "is no FIPS provider");
    }
    return true;
}

static bool opens_no_doors(const struct sx_policy *policy, char *why, size_t cap)
{
    if (policy->may_accept_any_host_key)
        return broken(why, cap, "may_accept_any_host_key", "is on");
    if (policy->may_unmask_logs)
        return broken(why, cap, "may_unmask_logs", "is on");
    if (policy->may_accept_without_proof)
        return broken(why, cap, "may_accept_without_proof", "is on");
    return true;
}

const struct sx_policy_rule sx_policy_rules[] = {
    { "sound lists", "policy/policy.h", lists_are_sound, false },
    { "no SHA-1 and no MD5", "SP 800-131A Rev. 2; RFC 9142", has_no_weak_hash, false },
    { "112 bits of strength at least", "SP 800-57 part 1", has_112_bits, false },
    { "safe from prefix truncation", "CVE-2023-48795", resists_truncation, false },
    { "new keys after 1 GiB, 2^31 packets and an hour",
      "RFC 4253 section 9; RFC 4344 section 3.1; NIAP FCS_SSH_EXT.1.8", rekeys_in_time, false },
    { "approved algorithms only", "SP 800-140C; SP 800-140D", has_only_approved, true },
    { "a FIPS provider only", "FIPS 140-3", has_only_fips_provider, true },
    { "no door stands open", "NIAP FCS_SSHC_EXT.1", opens_no_doors, true },
    { NULL, NULL, NULL, false },
};
