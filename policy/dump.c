/* policy/dump.c: a policy as text. Each row shows all of its descriptor, so that a change there is
 * a change here. */
#include "policy/dump.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum { SX_LINE_MAX = 512 };

/* Lines into a buffer, with one error for all. */
struct dump {
    struct sx_buffer *out;
    enum sx_err err;
};

static void line(struct dump *dump, const char *fmt, ...) SX_PRINTF(2, 3);

static void line(struct dump *dump, const char *fmt, ...)
{
    char text[SX_LINE_MAX];
    va_list args;
    int n;

    va_start(args, fmt);
    n = vsnprintf(text, sizeof text - 1, fmt, args);
    va_end(args);
    if (dump->err != SX_OK)
        return;
    if (n < 0 || (size_t)n >= sizeof text - 1) {
        dump->err = SX_ERR_SPACE;
        return;
    }
    text[n] = '\n';
    dump->err = sx_buffer_append(dump->out, sx_slice_of(text, (size_t)n + 1));
}

static const char *yes(bool is)
{
    return is ? "yes" : "no";
}

static const char *family(enum sx_kex_family f)
{
    switch (f) {
    case SX_KEX_DH: return "dh";
    case SX_KEX_ECDH: return "ecdh";
    case SX_KEX_X25519: return "x25519";
    }
    return "?";
}

static const char *mode(enum sx_cipher_mode m)
{
    switch (m) {
    case SX_CIPHER_CTR: return "ctr";
    case SX_CIPHER_CBC: return "cbc";
    case SX_CIPHER_STREAM: return "stream";
    case SX_CIPHER_GCM: return "gcm";
    case SX_CIPHER_CHACHA20: return "chacha20";
    }
    return "?";
}

static void dump_sig(struct dump *dump, const char *field, const struct sx_sig_alg *const *rows)
{
    for (size_t i = 0; rows[i] != NULL; i++)
        line(dump, "%s %zu: %s key=%s hash=%s", field, i + 1, rows[i]->name,
             sx_key_type_name(rows[i]->type),
             rows[i]->hash == SX_HASH_NONE ? "none" : sx_hash_name(rows[i]->hash));
}

static void dump_rows(struct dump *dump, const struct sx_policy *policy)
{
    const struct sx_kex_alg *const *kex = policy->kex;
    const struct sx_cipher_alg *const *cipher = policy->ciphers;
    const struct sx_mac_alg *const *mac = policy->macs;

    for (size_t i = 0; kex[i] != NULL; i++)
        line(dump, "kex %zu: %s family=%s group=%s hash=%s", i + 1, kex[i]->name,
             family(kex[i]->family), kex[i]->group, sx_hash_name(kex[i]->hash));
    dump_sig(dump, "host-key", policy->host_key);
    dump_sig(dump, "user-key", policy->user_key);
    for (size_t i = 0; cipher[i] != NULL; i++)
        line(dump, "cipher %zu: %s evp=%s mode=%s key=%zu iv=%zu block=%zu tag=%zu discard=%zu",
             i + 1, cipher[i]->name, cipher[i]->evp_name != NULL ? cipher[i]->evp_name : "none",
             mode(cipher[i]->mode), cipher[i]->key_len, cipher[i]->iv_len, cipher[i]->block_len,
             cipher[i]->tag_len, cipher[i]->discard);
    for (size_t i = 0; mac[i] != NULL; i++)
        line(dump, "mac %zu: %s kind=%s hash=%s key=%zu tag=%zu etm=%s", i + 1, mac[i]->name,
             mac[i]->kind == SX_MAC_HMAC ? "hmac" : "umac",
             mac[i]->evp_hash != NULL ? mac[i]->evp_hash : "none", mac[i]->key_len, mac[i]->tag_len,
             yes(mac[i]->is_etm));
}

enum sx_err sx_policy_dump(const struct sx_policy *policy, struct sx_buffer *out)
{
    struct dump dump = { out, SX_OK };

    line(&dump, "policy: %s", policy->name);
    line(&dump, "title: %s", policy->title);
    line(&dump, "source: %s", policy->source);
    line(&dump, "approved-only: %s", yes(policy->is_approved_only));
    for (size_t i = 0; policy->providers[i] != NULL; i++)
        line(&dump, "provider %zu: %s", i + 1, policy->providers[i]);
    dump_rows(&dump, policy);
    line(&dump, "rsa-min-bits: %u", policy->rsa_min_bits);
    line(&dump, "rekey-bytes: %" PRIu64, policy->rekey_bytes);
    line(&dump, "rekey-packets: %" PRIu64, policy->rekey_packets);
    line(&dump, "rekey-seconds: %u", policy->rekey_seconds);
    line(&dump, "strict-kex: %d", (int)policy->strict_kex);
    line(&dump, "may-accept-any-host-key: %s", yes(policy->may_accept_any_host_key));
    line(&dump, "may-unmask-logs: %s", yes(policy->may_unmask_logs));
    line(&dump, "may-accept-without-proof: %s", yes(policy->may_accept_without_proof));
    return dump.err;
}
