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
    case SX_KEX_DH_GEX: return "dh-gex";
    case SX_KEX_HYBRID: return "hybrid";
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

static const char *form(enum sx_sig_form f)
{
    switch (f) {
    case SX_SIG_PLAIN: return "plain";
    case SX_SIG_OPENSSH_CERT: return "openssh-cert";
    case SX_SIG_X509_RFC6187: return "x509-rfc6187";
    case SX_SIG_X509_SIGN: return "x509-sign";
    }
    return "?";
}

static const char *or_none(const char *text)
{
    return text != NULL ? text : "none";
}

/* One list of a field; NULL for none. What is opt-in has a field name of its own. */
static void dump_kex(struct dump *dump, const char *field, const struct sx_kex_alg *const *rows)
{
    for (size_t i = 0; rows != NULL && rows[i] != NULL; i++)
        line(dump, "%s %zu: %s family=%s group=%s kem=%s half=%s prime=%zu hash=%s%s", field, i + 1,
             rows[i]->name, family(rows[i]->family), or_none(rows[i]->group), or_none(rows[i]->kem),
             rows[i]->half != NULL ? rows[i]->half->name : "none", rows[i]->prime.len * 8,
             sx_hash_name(rows[i]->hash), rows[i]->is_gss ? " gss=yes" : "");
}

static void dump_sig(struct dump *dump, const char *field, const struct sx_sig_alg *const *rows)
{
    for (size_t i = 0; rows != NULL && rows[i] != NULL; i++)
        line(dump, "%s %zu: %s key=%s hash=%s form=%s min-bits=%u", field, i + 1, rows[i]->name,
             sx_key_type_name(rows[i]->type),
             rows[i]->hash == SX_HASH_NONE ? "none" : sx_hash_name(rows[i]->hash),
             form(rows[i]->form), rows[i]->min_bits);
}

static void dump_cipher(struct dump *dump, const char *field,
                        const struct sx_cipher_alg *const *rows)
{
    for (size_t i = 0; rows != NULL && rows[i] != NULL; i++)
        line(dump, "%s %zu: %s evp=%s mode=%s key=%zu iv=%zu block=%zu tag=%zu discard=%zu", field,
             i + 1, rows[i]->name, or_none(rows[i]->evp_name), mode(rows[i]->mode),
             rows[i]->key_len, rows[i]->iv_len, rows[i]->block_len, rows[i]->tag_len,
             rows[i]->discard);
}

static void dump_mac(struct dump *dump, const char *field, const struct sx_mac_alg *const *rows)
{
    for (size_t i = 0; rows != NULL && rows[i] != NULL; i++)
        line(dump, "%s %zu: %s kind=%s hash=%s key=%zu tag=%zu etm=%s", field, i + 1, rows[i]->name,
             rows[i]->kind == SX_MAC_HMAC ? "hmac" : "umac", or_none(rows[i]->evp_hash),
             rows[i]->key_len, rows[i]->tag_len, yes(rows[i]->is_etm));
}

static void dump_compression(struct dump *dump, const char *field,
                             const struct sx_compression_alg *const *rows)
{
    for (size_t i = 0; rows != NULL && rows[i] != NULL; i++)
        line(dump, "%s %zu: %s zlib=%s delayed=%s", field, i + 1, rows[i]->name,
             yes(rows[i]->is_zlib), yes(rows[i]->is_delayed));
}

static void dump_rows(struct dump *dump, const struct sx_policy *policy)
{
    dump_kex(dump, "kex", policy->kex);
    dump_kex(dump, "kex-opt-in", policy->kex_opt_in);
    dump_sig(dump, "host-key", policy->host_key);
    dump_sig(dump, "host-key-opt-in", policy->host_key_opt_in);
    dump_sig(dump, "user-key", policy->user_key);
    dump_sig(dump, "user-key-opt-in", policy->user_key_opt_in);
    dump_cipher(dump, "cipher", policy->ciphers);
    dump_cipher(dump, "cipher-opt-in", policy->ciphers_opt_in);
    dump_mac(dump, "mac", policy->macs);
    dump_mac(dump, "mac-opt-in", policy->macs_opt_in);
    dump_compression(dump, "compression", policy->compressions);
    dump_compression(dump, "compression-opt-in", policy->compressions_opt_in);
}

static void dump_limits(struct dump *dump, const struct sx_policy *policy)
{
    line(dump, "rsa-min-bits: %u", policy->rsa_min_bits);
    line(dump, "dsa-min-bits: %u", policy->dsa_min_bits);
    line(dump, "dh-min-bits: %u", policy->dh_min_bits);
    line(dump, "dh-preferred-bits: %u", policy->dh_preferred_bits);
    line(dump, "known-group-only: %s", yes(policy->is_known_group_only));
    line(dump, "rekey-bytes: %" PRIu64, policy->rekey_bytes);
    line(dump, "rekey-packets: %" PRIu64, policy->rekey_packets);
    line(dump, "rekey-seconds: %u", policy->rekey_seconds);
    line(dump, "strict-kex: %d", (int)policy->strict_kex);
    line(dump, "strict-kex-min: %d", (int)policy->strict_kex_min);
    line(dump, "may-accept-any-host-key: %s", yes(policy->may_accept_any_host_key));
    line(dump, "may-unmask-logs: %s", yes(policy->may_unmask_logs));
    line(dump, "may-accept-without-proof: %s", yes(policy->may_accept_without_proof));
    line(dump, "audit-required: %s", yes(policy->is_audit_required));
    line(dump, "stream-digests: %s", yes(policy->is_stream_digested));
    line(dump, "may-use-kerberos: %s", yes(policy->may_use_kerberos));
    line(dump, "may-delegate: %s", yes(policy->may_delegate));
    line(dump, "may-use-agent: %s", yes(policy->may_use_agent));
    line(dump, "may-use-token: %s", yes(policy->may_use_token));
}

enum sx_err sx_policy_dump(const struct sx_policy *policy, struct sx_buffer *out)
{
    struct dump dump = { out, SX_OK };

    line(&dump, "policy: %s", policy->name);
    line(&dump, "title: %s", policy->title);
    line(&dump, "source: %s", policy->source);
    line(&dump, "rest: %s", policy->rest);
    for (const struct sx_policy *at = policy; at->base != NULL; at = at->base)
        line(&dump, "narrowed-by: %s", at->narrowed_by);
    line(&dump, "approved-only: %s", yes(policy->is_approved_only));
    line(&dump, "weak-allowed: %s", yes(policy->is_weak_allowed));
    for (size_t i = 0; policy->providers[i] != NULL; i++)
        line(&dump, "provider %zu: %s", i + 1, policy->providers[i]);
    dump_rows(&dump, policy);
    dump_limits(&dump, policy);
    return dump.err;
}
