/* policy/rules.c: what must be true of every policy and of every row in it. */
#include "policy/rules.h"

#include "policy/offer.h"

#include <stdio.h>
#include <string.h>

bool sx_rule_broken(char *why, size_t cap, const char *row, const char *reason)
{
    (void)snprintf(why, cap, "%s: %s", row, reason);
    return false;
}

bool sx_policy_rule_is_for(const struct sx_policy_rule *rule, const struct sx_policy *policy)
{
    switch (rule->scope) {
    case SX_RULE_ALL: return true;
    case SX_RULE_SOUND: return !policy->is_weak_allowed;
    case SX_RULE_APPROVED: return policy->is_approved_only;
    }
    return true;
}

/* Runs over both lists of a field, what is offered and what is opt-in. */
#define EACH_ROW(policy, field, alg, check)                                                        \
    do {                                                                                           \
        for (size_t each_i = 0; (policy)->field[each_i] != NULL; each_i++) {                       \
            alg = (policy)->field[each_i];                                                         \
            if (!(check))                                                                          \
                return false;                                                                      \
        }                                                                                          \
        for (size_t each_i = 0;                                                                    \
             (policy)->field##_opt_in != NULL && (policy)->field##_opt_in[each_i] != NULL;         \
             each_i++) {                                                                           \
            alg = (policy)->field##_opt_in[each_i];                                                \
            if (!(check))                                                                          \
                return false;                                                                      \
        }                                                                                          \
    } while (0)

/* --- Form ------------------------------------------------------------------------------------- */

static bool has_only_aeads(const struct sx_policy *policy)
{
    const struct sx_cipher_alg *alg;

    EACH_ROW(policy, ciphers, alg, sx_cipher_is_aead(alg));
    return true;
}

/* The number-th name of a kind, first of what is offered, then of what is opt-in. */
static const char *name_of(const struct sx_policy *policy, enum sx_alg_kind kind, unsigned number,
                           unsigned own)
{
    return number < own ? sx_policy_list_name(policy, kind, number)
                        : sx_policy_opt_in_name(policy, kind, number - own);
}

static bool is_list_sound(const struct sx_policy *policy, enum sx_alg_kind kind, char *why,
                          size_t cap)
{
    const char *name;
    unsigned own = 0, count = 0;

    while (sx_policy_list_name(policy, kind, own) != NULL)
        own++;
    if (own == 0 && !(kind == SX_ALG_MAC && has_only_aeads(policy)))
        return sx_rule_broken(why, cap, sx_alg_kind_name(kind), "has no row");
    for (; (name = name_of(policy, kind, count, own)) != NULL; count++) {
        for (unsigned j = 0; j < count; j++) {
            if (strcmp(name, name_of(policy, kind, j, own)) == 0)
                return sx_rule_broken(why, cap, name, "stands twice");
        }
    }
    if (count > SX_OFFER_MAX)
        return sx_rule_broken(why, cap, sx_alg_kind_name(kind), "more rows than an offer holds");
    return true;
}

static bool has_sound_lists(const struct sx_policy *policy, char *why, size_t cap)
{
    if (policy->providers[0] == NULL)
        return sx_rule_broken(why, cap, "providers", "none may serve");
    if (policy->rest == NULL || policy->source == NULL || policy->title == NULL)
        return sx_rule_broken(why, cap, "title, source or rest", "isn't said");
    for (int kind = 0; kind < SX_ALG_KIND_COUNT; kind++) {
        if (!is_list_sound(policy, (enum sx_alg_kind)kind, why, cap))
            return false;
    }
    return true;
}

static bool has_sound_limits(const struct sx_policy *policy, char *why, size_t cap)
{
    if (policy->rsa_min_bits < 1024 || policy->dsa_min_bits < 1024 || policy->dh_min_bits < 1024)
        return sx_rule_broken(why, cap, "rsa_, dsa_ or dh_min_bits", "less than 1024");
    if (policy->dh_preferred_bits < policy->dh_min_bits ||
        policy->dh_preferred_bits > SX_DH_BITS_MAX)
        return sx_rule_broken(why, cap, "dh_preferred_bits", "outside of what may be asked for");
    if (policy->strict_kex < policy->strict_kex_min)
        return sx_rule_broken(why, cap, "strict_kex", "below strict_kex_min");
    if (policy->may_delegate && !policy->may_use_kerberos)
        return sx_rule_broken(why, cap, "may_delegate", "without may_use_kerberos");
    return true;
}

static bool is_gss_where_kerberos_is(const struct sx_policy *policy, char *why, size_t cap)
{
    const struct sx_kex_alg *kex;

    EACH_ROW(policy, kex, kex,
             !kex->is_gss || policy->may_use_kerberos ||
                 sx_rule_broken(why, cap, kex->name, "without may_use_kerberos"));
    return true;
}

static bool renews_keys_in_time(const struct sx_policy *policy, char *why, size_t cap)
{
    if (policy->rekey_bytes == 0 || policy->rekey_bytes > (uint64_t)1 << 30)
        return sx_rule_broken(why, cap, "rekey_bytes", "0 or over 1 GiB");
    if (policy->rekey_packets == 0 || policy->rekey_packets > (uint64_t)1 << 31)
        return sx_rule_broken(why, cap, "rekey_packets", "0 or over 2^31");
    if (policy->rekey_seconds == 0 || policy->rekey_seconds > 3600)
        return sx_rule_broken(why, cap, "rekey_seconds", "0 or over an hour");
    return true;
}

/* --- Strength --------------------------------------------------------------------------------- */

/* Also false with why, so that it can stand in EACH_ROW. */
static bool is_strong_hash(enum sx_hash hash, const char *row, char *why, size_t cap)
{
    if (hash == SX_HASH_MD5 || hash == SX_HASH_SHA1)
        return sx_rule_broken(why, cap, row, sx_hash_name(hash));
    return true;
}

static bool is_strong_hmac(const struct sx_mac_alg *alg, char *why, size_t cap)
{
    if (alg->evp_hash != NULL && strncmp(alg->evp_hash, "SHA2-", 5) != 0)
        return sx_rule_broken(why, cap, alg->name, alg->evp_hash);
    return true;
}

static bool has_no_weak_hash(const struct sx_policy *policy, char *why, size_t cap)
{
    const struct sx_kex_alg *kex;
    const struct sx_sig_alg *sig;
    const struct sx_mac_alg *mac;

    EACH_ROW(policy, kex, kex, is_strong_hash(kex->hash, kex->name, why, cap));
    EACH_ROW(policy, host_key, sig, is_strong_hash(sig->hash, sig->name, why, cap));
    EACH_ROW(policy, user_key, sig, is_strong_hash(sig->hash, sig->name, why, cap));
    EACH_ROW(policy, macs, mac, is_strong_hmac(mac, why, cap));
    return true;
}

/* A group exchange is as strong as dh_min_bits, which is looked at beside it. */
static bool is_strong_kex(const struct sx_kex_alg *alg, char *why, size_t cap)
{
    static const char *const groups[] = { "P-256",     "P-384",     "P-521",
                                          "X25519",    "modp_2048", "modp_3072",
                                          "modp_4096", "modp_6144", "modp_8192" };

    if (alg->family == SX_KEX_DH_GEX)
        return true;
    if (alg->family == SX_KEX_HYBRID &&
        (alg->half == NULL || alg->kem == NULL || strncmp(alg->kem, "ML-KEM-", 7) != 0))
        return sx_rule_broken(why, cap, alg->name, "is a hybrid of unknown halves");
    if (alg->family == SX_KEX_HYBRID)
        return is_strong_kex(alg->half, why, cap);
    for (size_t i = 0; alg->group != NULL && i < sizeof groups / sizeof groups[0]; i++) {
        if (strcmp(groups[i], alg->group) == 0)
            return true;
    }
    return sx_rule_broken(why, cap, alg->name, "its group is not a strong one");
}

static bool is_strong_cipher(const struct sx_cipher_alg *alg, char *why, size_t cap)
{
    if (alg->key_len < 16)
        return sx_rule_broken(why, cap, alg->name, "its key is shorter than 128 bits");
    if (alg->mode == SX_CIPHER_CBC || alg->mode == SX_CIPHER_STREAM || alg->is_legacy)
        return sx_rule_broken(why, cap, alg->name, "its mode is not a sound one");
    return true;
}

static bool is_strong_mac(const struct sx_mac_alg *alg, char *why, size_t cap)
{
    if (alg->key_len < 16 || alg->tag_len < 16)
        return sx_rule_broken(why, cap, alg->name, "key or tag is shorter than 128 bits");
    return true;
}

static bool has_112_bits(const struct sx_policy *policy, char *why, size_t cap)
{
    const struct sx_kex_alg *kex;
    const struct sx_cipher_alg *cipher;
    const struct sx_mac_alg *mac;

    if (policy->rsa_min_bits < 2048)
        return sx_rule_broken(why, cap, "rsa_min_bits", "less than 2048");
    if (policy->dh_min_bits < 2048)
        return sx_rule_broken(why, cap, "dh_min_bits", "less than 2048");
    EACH_ROW(policy, kex, kex, is_strong_kex(kex, why, cap));
    EACH_ROW(policy, ciphers, cipher, is_strong_cipher(cipher, why, cap));
    EACH_ROW(policy, macs, mac, is_strong_mac(mac, why, cap));
    return true;
}

/* Prefix truncation (CVE-2023-48795) works on ChaCha20-Poly1305 and on CBC with encrypt-then-MAC,
 * unless both sides do strict key exchange. */
static bool is_whole(const struct sx_policy *policy, const struct sx_cipher_alg *alg, char *why,
                     size_t cap)
{
    if (alg->mode != SX_CIPHER_GCM && alg->mode != SX_CIPHER_CTR &&
        policy->strict_kex < SX_STRICT_REJECT_AFFECTED)
        return sx_rule_broken(why, cap, alg->name,
                              "can be truncated without strict key exchange, which isn't demanded");
    return true;
}

static bool resists_truncation(const struct sx_policy *policy, char *why, size_t cap)
{
    const struct sx_cipher_alg *alg;

    if (policy->strict_kex_min == SX_STRICT_OFF)
        return sx_rule_broken(why, cap, "strict_kex_min", "it need not even be offered");
    EACH_ROW(policy, ciphers, alg, is_whole(policy, alg, why, cap));
    return true;
}

static bool inflates_late(const struct sx_policy *policy, char *why, size_t cap)
{
    for (size_t i = 0; policy->compressions[i] != NULL; i++) {
        const struct sx_compression_alg *alg = policy->compressions[i];

        if (i == 0 && alg->is_zlib)
            return sx_rule_broken(why, cap, alg->name, "is preferred to none");
        if (alg->is_zlib && !alg->is_delayed)
            return sx_rule_broken(why, cap, alg->name, "starts before anybody is signed on");
    }
    return true;
}

/* --- Approval --------------------------------------------------------------------------------- */

static bool has_only_fips_provider(const struct sx_policy *policy, char *why, size_t cap)
{
    for (size_t i = 0; policy->providers[i] != NULL; i++) {
        if (strcmp(policy->providers[i], "fips") != 0)
            return sx_rule_broken(why, cap, policy->providers[i], "is no FIPS provider");
    }
    return true;
}

static bool knows_its_groups(const struct sx_policy *policy, char *why, size_t cap)
{
    if (!policy->is_known_group_only)
        return sx_rule_broken(why, cap, "is_known_group_only", "is off");
    return true;
}

static bool opens_no_door(const struct sx_policy *policy, char *why, size_t cap)
{
    if (policy->is_weak_allowed)
        return sx_rule_broken(why, cap, "is_weak_allowed", "is on");
    if (policy->may_accept_any_host_key)
        return sx_rule_broken(why, cap, "may_accept_any_host_key", "is on");
    if (policy->may_unmask_logs)
        return sx_rule_broken(why, cap, "may_unmask_logs", "is on");
    if (policy->may_accept_without_proof)
        return sx_rule_broken(why, cap, "may_accept_without_proof", "is on");
    if (policy->may_use_agent)
        return sx_rule_broken(why, cap, "may_use_agent", "is on");
    if (!policy->is_audit_required)
        return sx_rule_broken(why, cap, "is_audit_required", "is off");
    if (!policy->is_stream_digested)
        return sx_rule_broken(why, cap, "is_stream_digested", "is off");
    return true;
}

const struct sx_policy_rule sx_policy_rules[] = {
    { "sound lists", "policy/policy.h", has_sound_lists, SX_RULE_ALL },
    { "sound limits", "policy/policy.h", has_sound_limits, SX_RULE_ALL },
    { "GSSAPI only where Kerberos may be used", "policy/policy.h", is_gss_where_kerberos_is,
      SX_RULE_ALL },
    { "new keys after 1 GiB, 2^31 packets and an hour",
      "RFC 4253 section 9; RFC 4344 section 3.1; NIAP FCS_SSH_EXT.1.8", renews_keys_in_time,
      SX_RULE_ALL },
    { "no SHA-1 and no MD5", "SP 800-131A Rev. 2; RFC 9142", has_no_weak_hash, SX_RULE_SOUND },
    { "112 bits of strength at least", "SP 800-57 part 1", has_112_bits, SX_RULE_SOUND },
    { "safe from prefix truncation", "CVE-2023-48795", resists_truncation, SX_RULE_SOUND },
    { "no compression before the sign-on", "RHEL 9 STIG; OpenSSH 4.2", inflates_late,
      SX_RULE_SOUND },
    { "approved algorithms only", "SP 800-140C; SP 800-140D", sx_rule_has_only_approved,
      SX_RULE_APPROVED },
    { "its document's algorithms only", "policy/rules_names.c", sx_rule_keeps_to_its_profile,
      SX_RULE_APPROVED },
    { "a FIPS provider only", "FIPS 140-3", has_only_fips_provider, SX_RULE_APPROVED },
    { "known groups only", "SP 800-56A Rev. 3 appendix D", knows_its_groups, SX_RULE_APPROVED },
    { "no door stands open", "NIAP FCS_SSHC_EXT.1", opens_no_door, SX_RULE_APPROVED },
    { NULL, NULL, NULL, SX_RULE_ALL },
};
