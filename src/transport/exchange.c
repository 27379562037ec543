/* transport/exchange.c: the key exchange's arithmetic. Not here: when messages may come
 * (transport.c) and whether the host key is trusted (the engine's caller). */
#include "transport/exchange.h"

#include <string.h>

#include "base/memory.h"
#include "crypto/kdf.h"

void sx_exchange_init(struct sx_exchange *exchange)
{
    *exchange = (struct sx_exchange){ 0 };
    sx_buffer_init(&exchange->client_init, SX_PACKET_LENGTH_MAX);
    sx_buffer_init(&exchange->server_init, SX_PACKET_LENGTH_MAX);
    sx_buffer_init(&exchange->host_key, SX_PACKET_LENGTH_MAX);
    sx_buffer_init(&exchange->gex_hashed, SX_PACKET_LENGTH_MAX);
}

void sx_exchange_clear(struct sx_exchange *exchange)
{
    sx_buffer_clear(&exchange->client_init);
    sx_buffer_clear(&exchange->server_init);
    sx_buffer_clear(&exchange->host_key);
    sx_buffer_clear(&exchange->gex_hashed);
    sx_agree_free(exchange->agree);
    sx_secret_clear(&exchange->k);
    sx_wipe(exchange->hash, sizeof exchange->hash);
    sx_exchange_init(exchange);
}

enum sx_err sx_exchange_start(struct sx_exchange *exchange, struct sx_provider *provider,
                              struct sx_fault *fault)
{
    return sx_agree_new(provider, exchange->algs.kex, fault, &exchange->agree);
}

/* H = HASH(V_C || V_S || I_C || I_S || K_S || Q_C || Q_S || K), all as strings but K, which
 * comes encoded (RFC 4253 section 8, RFC 5656 section 4). A group exchange has min, n, max, p and g
 * before Q_C (RFC 4419 section 3). */
static enum sx_err hash_all(struct sx_exchange *exchange, struct sx_digest *digest,
                            const struct sx_exchange_versions *versions,
                            const struct sx_msg_kex_reply *reply)
{
    const struct sx_slice strings[] = {
        sx_slice_text(versions->client),
        sx_slice_text(versions->server),
        sx_buffer_unread(&exchange->client_init),
        sx_buffer_unread(&exchange->server_init),
        reply->host_key,
    };

    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
        SX_TRY(sx_digest_update_string(digest, strings[i]));
    SX_TRY(sx_digest_update(digest, sx_buffer_unread(&exchange->gex_hashed)));
    SX_TRY(sx_digest_update_string(digest, sx_agree_share(exchange->agree)));
    SX_TRY(sx_digest_update_string(digest, reply->share));
    SX_TRY(sx_digest_update(digest, sx_secret_slice(&exchange->k)));
    return sx_digest_final(digest, exchange->hash, &exchange->hash_len);
}

static enum sx_err compute_hash(struct sx_exchange *exchange, struct sx_provider *provider,
                                const struct sx_exchange_versions *versions,
                                const struct sx_msg_kex_reply *reply)
{
    struct sx_digest *digest = NULL;
    enum sx_err err = sx_digest_new(provider, exchange->algs.kex->hash, &digest);

    if (err == SX_OK)
        err = hash_all(exchange, digest, versions, reply);
    sx_digest_free(digest);
    return err == SX_OK ? SX_OK : SX_ERR_EXCHANGE_HASH;
}

bool sx_exchange_is_gex(const struct sx_exchange *exchange)
{
    return exchange->algs.kex->family == SX_KEX_DH_GEX;
}

enum { GEX_BITS_MAX = 8192 };

void sx_exchange_gex_request(struct sx_exchange *exchange, const struct sx_offer *offer)
{
    exchange->gex.min = offer->policy->dh_min_bits;
    exchange->gex.max = GEX_BITS_MAX;
    exchange->gex.preferred = offer->dh_preferred_bits;
}

static unsigned bits_of(struct sx_slice magnitude)
{
    unsigned bits = (unsigned)magnitude.len * 8;

    if (magnitude.len == 0)
        return 0;
    for (uint8_t top = magnitude.ptr[0]; (top & 0x80) == 0; top = (uint8_t)(top << 1))
        bits--;
    return bits;
}

static enum sx_err check_group(const struct sx_exchange *exchange, const struct sx_offer *offer,
                               const struct sx_msg_gex_group *group, struct sx_fault *fault)
{
    unsigned bits = bits_of(group->p);

    if (bits < exchange->gex.min || bits > exchange->gex.max)
        return sx_fault_set(fault, SX_ERR_PEER_DH_VALUE,
                            "the server chose a Diffie-Hellman group of %u bits; we asked for %u "
                            "to %u (policy %s)",
                            bits, exchange->gex.min, exchange->gex.max, offer->policy->name);
    if (offer->policy->is_known_group_only && sx_group_name(group->p, group->g) == NULL)
        return sx_fault_set(fault, SX_ERR_POLICY_GROUP,
                            "the server chose a Diffie-Hellman group of %u bits that is none of "
                            "the safe-prime groups of RFC 3526 and RFC 7919, which policy %s "
                            "demands (SP 800-56A Rev. 3); let the server offer a fixed group",
                            bits, offer->policy->name);
    return SX_OK;
}

/* min || n || max || p || g */
static enum sx_err keep_for_hash(struct sx_exchange *exchange, const struct sx_msg_gex_group *group)
{
    size_t max = 32 + group->p.len + group->g.len;
    struct sx_writer writer;
    struct sx_slice written;
    uint8_t *room;

    SX_TRY(sx_buffer_reserve(&exchange->gex_hashed, max, &room));
    sx_writer_init(&writer, room, max);
    sx_writer_u32(&writer, exchange->gex.min);
    sx_writer_u32(&writer, exchange->gex.preferred);
    sx_writer_u32(&writer, exchange->gex.max);
    sx_writer_mpint(&writer, group->p);
    sx_writer_mpint(&writer, group->g);
    SX_TRY(sx_writer_finish(&writer, &written));
    sx_buffer_commit(&exchange->gex_hashed, written.len);
    return SX_OK;
}

enum sx_err sx_exchange_gex_group(struct sx_exchange *exchange, const struct sx_offer *offer,
                                  struct sx_slice payload, struct sx_fault *fault)
{
    struct sx_msg_gex_group group;

    SX_TRY(sx_msg_gex_group_decode(payload, payload.ptr[0], &group));
    SX_TRY(check_group(exchange, offer, &group, fault));
    SX_TRY(keep_for_hash(exchange, &group));
    return sx_agree_new_group(offer->provider, exchange->algs.kex, group.p, group.g, fault,
                              &exchange->agree);
}

static enum sx_err check_host_key(struct sx_exchange *exchange, const struct sx_offer *offer,
                                  const struct sx_key *key, struct sx_fault *fault)
{
    const struct sx_sig_alg *alg = exchange->algs.host_key;

    if (sx_key_get_type(key) != alg->type)
        return sx_fault_set(fault, SX_ERR_PEER_HOST_KEY_TYPE,
                            "the server sent a host key of type %s, but %s was negotiated",
                            sx_key_type_name(sx_key_get_type(key)), alg->name);
    if (alg->type == SX_KEY_RSA && sx_key_bits(key) < offer->policy->rsa_min_bits)
        return sx_fault_set(fault, SX_ERR_POLICY_KEY_SIZE,
                            "the server's RSA host key has %u bits; policy %s wants at least %u",
                            sx_key_bits(key), offer->policy->name, offer->policy->rsa_min_bits);
    exchange->host_key_bits = sx_key_bits(key);
    exchange->host_key_type = sx_key_type_name(sx_key_get_type(key));
    return SX_OK;
}

enum sx_err sx_exchange_reply(struct sx_exchange *exchange, const struct sx_offer *offer,
                              const struct sx_exchange_versions *versions, struct sx_slice payload,
                              struct sx_fault *fault)
{
    struct sx_msg_kex_reply reply;
    struct sx_key *key = NULL;
    enum sx_err err;

    SX_TRY(sx_msg_kex_reply_decode(
        payload, sx_exchange_is_gex(exchange) ? SX_MSG_KEX_GEX_REPLY : SX_MSG_KEXDH_REPLY, &reply));
    err = sx_key_from_host_blob(offer->provider, exchange->algs.host_key, reply.host_key, fault,
                                &key);
    if (err == SX_OK)
        err = check_host_key(exchange, offer, key, fault);
    if (err == SX_OK)
        err = sx_agree_finish(exchange->agree, reply.share, fault, &exchange->k);
    if (err == SX_OK)
        err = compute_hash(exchange, offer->provider, versions, &reply);
    if (err == SX_OK)
        err =
            sx_key_verify(key, exchange->algs.host_key,
                          sx_slice_of(exchange->hash, exchange->hash_len), reply.signature, fault);
    if (err == SX_OK)
        err = sx_buffer_append(&exchange->host_key, reply.host_key);
    sx_key_free(key);
    return err;
}

enum sx_err sx_exchange_gss_host_key(struct sx_exchange *exchange, const struct sx_offer *offer,
                                     struct sx_slice host_key, struct sx_fault *fault)
{
    struct sx_key *key = NULL;
    enum sx_err err;

    /* RFC 4462 section 2.1: not with "null". */
    if (exchange->algs.host_key == NULL || sx_buffer_len(&exchange->host_key) > 0)
        return sx_fault_set(fault, SX_ERR_PEER_UNEXPECTED,
                            "the server sent a host key that has no place in this key exchange");
    err = sx_key_from_host_blob(offer->provider, exchange->algs.host_key, host_key, fault, &key);
    if (err == SX_OK)
        err = check_host_key(exchange, offer, key, fault);
    if (err == SX_OK)
        err = sx_buffer_append(&exchange->host_key, host_key);
    sx_key_free(key);
    return err;
}

/* K_S is empty when no host key came (RFC 4462 section 2.1); the rest is as in every exchange. */
enum sx_err sx_exchange_gss_finish(struct sx_exchange *exchange, const struct sx_offer *offer,
                                   const struct sx_exchange_versions *versions,
                                   struct sx_slice share, struct sx_fault *fault)
{
    const struct sx_msg_kex_reply reply = { .host_key = sx_buffer_unread(&exchange->host_key),
                                            .share = share };

    SX_TRY(sx_agree_finish(exchange->agree, share, fault, &exchange->k));
    return compute_hash(exchange, offer->provider, versions, &reply);
}

/* The three letters of a direction: IV, encryption key, MAC key. */
static enum sx_err derive_direction(struct sx_exchange *exchange, struct sx_provider *provider,
                                    struct sx_slice session_id, const char letters[3],
                                    bool is_encrypt, const struct sx_cipher_alg *cipher,
                                    const struct sx_mac_alg *mac,
                                    const struct sx_compression_alg *compression,
                                    struct sx_packet_keys *out)
{
    const size_t sizes[3] = { cipher->iv_len, cipher->key_len, mac == NULL ? 0 : mac->key_len };
    struct sx_slice hash = sx_slice_of(exchange->hash, exchange->hash_len);
    struct sx_secret parts[3] = { { 0 } };
    struct sx_packet_keys keys = { .cipher_alg = cipher,
                                   .mac_alg = mac,
                                   .compression = compression };
    enum sx_err err = SX_OK;

    for (int i = 0; err == SX_OK && i < 3; i++)
        if (sizes[i] > 0)
            err = sx_kdf_ssh(provider, exchange->algs.kex->hash, sx_secret_slice(&exchange->k),
                             hash, session_id, letters[i], sizes[i], &parts[i]);
    if (err == SX_OK)
        err = sx_cipher_new(provider, cipher, sx_secret_slice(&parts[1]),
                            sx_secret_slice(&parts[0]), is_encrypt, &keys.cipher);
    if (err == SX_OK && mac != NULL)
        err = sx_mac_new(provider, mac, sx_secret_slice(&parts[2]), &keys.mac);
    for (int i = 0; i < 3; i++)
        sx_secret_clear(&parts[i]);
    if (err != SX_OK) {
        sx_packet_keys_clear(&keys);
        return err;
    }
    *out = keys;
    return SX_OK;
}

enum sx_err sx_exchange_derive(struct sx_exchange *exchange, struct sx_provider *provider,
                               struct sx_slice session_id, struct sx_packet_keys *c2s,
                               struct sx_packet_keys *s2c)
{
    const struct sx_negotiated *algs = &exchange->algs;
    struct sx_packet_keys out = { 0 }, in = { 0 };
    enum sx_err err;

    err = derive_direction(exchange, provider, session_id, "ACE", true, algs->cipher_c2s,
                           algs->mac_c2s, algs->compression_c2s, &out);
    if (err == SX_OK)
        err = derive_direction(exchange, provider, session_id, "BDF", false, algs->cipher_s2c,
                               algs->mac_s2c, algs->compression_s2c, &in);
    sx_secret_clear(&exchange->k);
    if (err != SX_OK) {
        sx_packet_keys_clear(&out);
        return err;
    }
    *c2s = out;
    *s2c = in;
    return SX_OK;
}
