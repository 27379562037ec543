/* tests/support/peer_kex.c: the server's half of a key exchange. */
#include "support/peer_inside.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "crypto/kdf.h"
#include "support/groups.h"

enum { KEXINIT_MAX = 256 * 1024, NAMES_MAX = 1024, HASH_IN_MAX = 64 * 1024 };

#define EXT_INFO_C "ext-info-c"
#define STRICT_C "kex-strict-c-v00@openssh.com"
#define STRICT_S "kex-strict-s-v00@openssh.com"

void peer_kex_init(struct peer *peer)
{
    sx_buffer_init(&peer->kex.client_init, KEXINIT_MAX);
    sx_buffer_init(&peer->kex.server_init, KEXINIT_MAX);
}

void peer_kex_clear(struct peer *peer)
{
    sx_buffer_clear(&peer->kex.client_init);
    sx_buffer_clear(&peer->kex.server_init);
}

bool peer_is_exchanging(const struct peer *peer)
{
    return peer->kex.is_init_sent || peer->kex.is_init_received;
}

/* --- Our KEXINIT ------------------------------------------------------------------------------ */

static void add_name(char *list, const char *name)
{
    size_t len = strlen(list);

    if (len + strlen(name) + 2 > NAMES_MAX)
        return;
    if (len > 0)
        list[len++] = ',';
    memcpy(list + len, name, strlen(name) + 1);
}

static void default_names(const struct peer *peer, enum sx_kexinit_list kind, char *list)
{
    switch (kind) {
    case SX_LIST_KEX:
        for (size_t i = 0; all_kex[i] != NULL; i++)
            add_name(list, all_kex[i]->name);
        break;
    case SX_LIST_HOST_KEY:
        for (size_t i = 0; all_signatures[i] != NULL; i++)
            for (size_t k = 0; k < PEER_KEYS_MAX && peer->config.host_keys[k] != NULL; k++)
                if (sx_key_get_type(peer->config.host_keys[k]) == all_signatures[i]->type)
                    add_name(list, all_signatures[i]->name);
        break;
    case SX_LIST_CIPHER_C2S:
    case SX_LIST_CIPHER_S2C:
        for (size_t i = 0; all_ciphers[i] != NULL; i++)
            add_name(list, all_ciphers[i]->name);
        break;
    case SX_LIST_MAC_C2S:
    case SX_LIST_MAC_S2C:
        for (size_t i = 0; all_macs[i] != NULL; i++)
            add_name(list, all_macs[i]->name);
        break;
    case SX_LIST_COMPRESSION_C2S:
    case SX_LIST_COMPRESSION_S2C:
        for (size_t i = 0; all_compressions[i] != NULL; i++)
            add_name(list, all_compressions[i]->name);
        break;
    default: break;
    }
}

static void fill_list(const struct peer *peer, enum sx_kexinit_list kind, char *list)
{
    list[0] = '\0';
    if (kind == SX_LIST_KEX && peer->config.has_wrong_guess)
        add_name(list, "guess@example.org");
    if (peer->config.lists[kind] != NULL)
        add_name(list, peer->config.lists[kind]);
    else
        default_names(peer, kind, list);
    if (kind == SX_LIST_KEX && peer->config.is_strict && !peer->has_session_id)
        add_name(list, STRICT_S);
}

void peer_kex_start(struct peer *peer)
{
    char lists[SX_LIST_COUNT][NAMES_MAX];
    uint8_t cookie[16] = { 0 };
    struct sx_msg_kexinit msg = { .cookie = sx_slice_of(cookie, sizeof cookie),
                                  .first_kex_packet_follows = peer->config.has_wrong_guess ||
                                                              peer->config.has_silent_guess };
    struct sx_slice written;

    if (sx_random_bytes(peer->config.provider, cookie, sizeof cookie) != SX_OK)
        peer_fail(peer, SX_ERR_RANDOM, "no random bytes for the cookie");
    for (int i = 0; i < SX_LIST_COUNT; i++) {
        fill_list(peer, (enum sx_kexinit_list)i, lists[i]);
        msg.lists[i] = sx_slice_text(lists[i]);
    }
    sx_msg_kexinit_encode(peer_begin(peer), &msg);
    if (sx_writer_finish(&peer->writing, &written) != SX_OK ||
        sx_buffer_append(&peer->kex.server_init, written) != SX_OK)
        peer_fail(peer, SX_ERR_SPACE, "KEXINIT has no room");
    peer_end(peer);
    peer->kex.is_init_sent = true;
    if (peer->config.has_wrong_guess) {
        sx_writer_u8(peer_begin(peer), SX_MSG_KEXDH_REPLY);
        sx_writer_text(&peer->writing, "a guess");
        peer_end(peer);
    }
}

void peer_rekey(struct peer *peer)
{
    if (!peer_is_exchanging(peer))
        peer_kex_start(peer);
}

/* --- Negotiation: the first of the client's names that we have -------------------------------- */

static bool choose(struct peer *peer, const struct sx_msg_kexinit *client,
                   enum sx_kexinit_list kind, struct sx_slice *out)
{
    char ours[NAMES_MAX];
    struct sx_slice rest = client->lists[kind];
    struct sx_slice name, entry, left;

    fill_list(peer, kind, ours);
    while (sx_list_next(&rest, &name)) {
        left = sx_slice_text(ours);
        while (sx_list_next(&left, &entry))
            if (sx_slice_is_equal(name, entry)) {
                *out = name;
                return true;
            }
    }
    return false; /* the client says so in its DISCONNECT */
}

static bool choose_direction(struct peer *peer, const struct sx_msg_kexinit *client, int direction)
{
    const enum sx_kexinit_list cipher = direction == 0 ? SX_LIST_CIPHER_C2S : SX_LIST_CIPHER_S2C;
    const enum sx_kexinit_list mac = direction == 0 ? SX_LIST_MAC_C2S : SX_LIST_MAC_S2C;
    const enum sx_kexinit_list compression =
        direction == 0 ? SX_LIST_COMPRESSION_C2S : SX_LIST_COMPRESSION_S2C;
    struct peer_kex *kex = &peer->kex;
    struct sx_slice name;

    if (!choose(peer, client, compression, &name))
        return false;
    kex->compressions[direction] = compression_named(name);
    if (!choose(peer, client, cipher, &name))
        return false;
    kex->ciphers[direction] = cipher_named(name);
    kex->macs[direction] = NULL;
    if (sx_cipher_is_aead(kex->ciphers[direction]))
        return true;
    if (!choose(peer, client, mac, &name))
        return false;
    kex->macs[direction] = mac_named(name);
    return true;
}

static void on_kexinit(struct peer *peer, struct sx_slice payload)
{
    struct peer_kex *kex = &peer->kex;
    struct sx_msg_kexinit client;
    struct sx_slice name;

    if (kex->is_init_received || sx_msg_kexinit_decode(payload, &client) != SX_OK) {
        peer_fail(peer, SX_ERR_PEER_DECODE, "the client's KEXINIT");
        return;
    }
    kex->is_init_received = true;
    if (sx_buffer_append(&kex->client_init, payload) != SX_OK)
        peer_fail(peer, SX_ERR_SPACE, "the client's KEXINIT");
    if (!peer->has_session_id) {
        peer->has_ext_info_c = sx_list_has(client.lists[SX_LIST_KEX], EXT_INFO_C);
        peer->is_strict =
            peer->config.is_strict && sx_list_has(client.lists[SX_LIST_KEX], STRICT_C);
        if (peer->received_count != 1)
            peer_fail(peer, SX_ERR_PEER_STRICT, "the client's KEXINIT is not its first packet");
    } else if (sx_list_has(client.lists[SX_LIST_KEX], STRICT_C) ||
               sx_list_has(client.lists[SX_LIST_KEX], EXT_INFO_C)) {
        peer_fail(peer, SX_ERR_PEER_UNEXPECTED, "a later KEXINIT with pseudo-algorithms");
    }
    if (!kex->is_init_sent)
        peer_kex_start(peer);
    if (choose(peer, &client, SX_LIST_KEX, &name))
        kex->kex = kex_named(name);
    if (choose(peer, &client, SX_LIST_HOST_KEY, &name))
        kex->host_key = signature_named(name);
    if (!choose_direction(peer, &client, 0) || !choose_direction(peer, &client, 1))
        return;
}

/* --- Reply, keys, NEWKEYS --------------------------------------------------------------------- */

static bool is_gex(const struct peer *peer)
{
    return peer->kex.kex != NULL && peer->kex.kex->family == SX_KEX_DH_GEX;
}

static bool is_gss(const struct peer *peer)
{
    return peer->kex.kex != NULL && peer->kex.kex->is_gss;
}

static const struct sx_key *host_key(const struct peer *peer)
{
    for (size_t i = 0; i < PEER_KEYS_MAX && peer->config.host_keys[i] != NULL; i++)
        if (peer->kex.host_key != NULL &&
            sx_key_get_type(peer->config.host_keys[i]) == peer->kex.host_key->type)
            return peer->config.host_keys[i];
    return NULL;
}

struct sx_slice peer_host_key_blob(const struct peer *peer)
{
    const struct sx_key *key = host_key(peer);

    return key == NULL ? SX_SLICE_NONE : sx_key_public_blob(key);
}

/* Everything that enters the exchange hash, written out and hashed in one go. */
static enum sx_err exchange_hash(struct peer *peer, struct sx_slice client_share,
                                 struct sx_slice server_share, struct sx_slice k, uint8_t *out,
                                 size_t *out_len)
{
    uint8_t *storage = sx_alloc(HASH_IN_MAX);
    struct sx_writer writer;
    struct sx_slice all;
    enum sx_err err;

    if (storage == NULL)
        return SX_ERR_MEMORY;
    sx_writer_init(&writer, storage, HASH_IN_MAX);
    sx_writer_text(&writer, peer->client_version);
    sx_writer_text(&writer, peer->server_version);
    sx_writer_string(&writer, sx_buffer_unread(&peer->kex.client_init));
    sx_writer_string(&writer, sx_buffer_unread(&peer->kex.server_init));
    sx_writer_string(&writer, is_gss(peer) && !peer->config.gss.has_host_key
                                  ? SX_SLICE_NONE
                                  : peer_host_key_blob(peer));
    if (is_gex(peer)) {
        sx_writer_u32(&writer, peer->kex.gex.min);
        sx_writer_u32(&writer, peer->kex.gex.preferred);
        sx_writer_u32(&writer, peer->kex.gex.max);
        sx_writer_mpint(&writer, peer->kex.group.p);
        sx_writer_mpint(&writer, peer->kex.group.g);
    }
    sx_writer_string(&writer, client_share);
    sx_writer_string(&writer, server_share);
    sx_writer_bytes(&writer, k);
    err = sx_writer_finish(&writer, &all);
    if (err == SX_OK)
        err = sx_digest_once(peer->config.provider, peer->kex.kex->hash, all, out, out_len);
    sx_free_wiped(storage, HASH_IN_MAX);
    return err;
}

/* direction 0: client to server, which we decrypt with A, C, E; 1: ours, with B, D, F. */
static enum sx_err derive(struct peer *peer, struct sx_slice k, struct sx_slice hash, int direction,
                          struct sx_packet_keys *out)
{
    const struct sx_cipher_alg *cipher = peer->kex.ciphers[direction];
    const struct sx_mac_alg *mac = peer->kex.macs[direction];
    const char *letters = direction == 0 ? "ACE" : "BDF";
    const size_t sizes[3] = { cipher->iv_len, cipher->key_len, mac == NULL ? 0 : mac->key_len };
    struct sx_slice session_id = sx_slice_of(peer->session_id, peer->session_id_len);
    struct sx_secret parts[3] = { { 0 } };
    enum sx_err err = SX_OK;

    *out = (struct sx_packet_keys){ .cipher_alg = cipher,
                                    .mac_alg = mac,
                                    .compression = peer->kex.compressions[direction] };
    for (int i = 0; err == SX_OK && i < 3; i++)
        if (sizes[i] != 0)
            err = sx_kdf_ssh(peer->config.provider, peer->kex.kex->hash, k, hash, session_id,
                             letters[i], sizes[i], &parts[i]);
    if (err == SX_OK)
        err = sx_cipher_new(peer->config.provider, cipher, sx_secret_slice(&parts[1]),
                            sx_secret_slice(&parts[0]), direction == 1, &out->cipher);
    if (err == SX_OK && mac != NULL)
        err = sx_mac_new(peer->config.provider, mac, sx_secret_slice(&parts[2]), &out->mac);
    for (int i = 0; i < 3; i++)
        sx_secret_clear(&parts[i]);
    return err;
}

static enum sx_err send_reply(struct peer *peer, struct sx_slice share, struct sx_slice hash)
{
    struct sx_msg_kex_reply reply = { .share = share };
    struct sx_buffer signature;
    enum sx_err err;

    if (is_gss(peer)) {
        peer_gss_complete(peer, share, hash);
        return SX_OK;
    }
    if (host_key(peer) == NULL)
        return SX_ERR_STATE;
    sx_buffer_init(&signature, 8192);
    reply.host_key = sx_key_public_blob(host_key(peer));
    err = sx_key_sign(host_key(peer), peer->kex.host_key, hash, NULL, &signature);
    reply.signature = sx_buffer_unread(&signature);
    sx_msg_kex_reply_encode(peer_begin(peer),
                            is_gex(peer) ? SX_MSG_KEX_GEX_REPLY : SX_MSG_KEXDH_REPLY, &reply);
    peer_end(peer);
    sx_buffer_clear(&signature);
    return err;
}

static void send_newkeys(struct peer *peer, struct sx_packet_keys *out)
{
    bool is_first = peer->exchanges == 0;

    sx_msg_newkeys_encode(peer_begin(peer));
    peer_end(peer);
    if (peer->is_stalled) {
        sx_packet_keys_clear(out);
        return;
    }
    if (sx_packet_writer_rekey(&peer->writer, out, peer->is_strict, peer->is_success_sent) != SX_OK)
        peer_fail(peer, SX_ERR_INTERNAL, "new keys to send with");
    peer->kex.is_init_sent = false;
    if (is_first && peer->has_ext_info_c && peer->config.server_sig_algs != NULL) {
        sx_msg_ext_info_encode(peer_begin(peer), sx_slice_text(peer->config.server_sig_algs));
        peer_end(peer);
    }
    peer_flush_held(peer);
}

static enum sx_err answer(struct peer *peer, struct sx_agree *agree, struct sx_slice client_share)
{
    struct sx_packet_keys out = { 0 };
    struct sx_secret k = { 0 };
    uint8_t hash[SX_DIGEST_MAX];
    size_t hash_len = 0;
    enum sx_err err;

    err = sx_agree_finish(agree, client_share, NULL, &k);
    if (err == SX_OK)
        err = exchange_hash(peer, client_share, sx_agree_share(agree), sx_secret_slice(&k), hash,
                            &hash_len);
    if (err == SX_OK && !peer->has_session_id) {
        memcpy(peer->session_id, hash, hash_len);
        peer->session_id_len = hash_len;
        peer->has_session_id = true;
    }
    if (err == SX_OK)
        err = send_reply(peer, sx_agree_share(agree), sx_slice_of(hash, hash_len));
    if (err == SX_OK)
        err = derive(peer, sx_secret_slice(&k), sx_slice_of(hash, hash_len), 0, &peer->kex.next_in);
    if (err == SX_OK)
        err = derive(peer, sx_secret_slice(&k), sx_slice_of(hash, hash_len), 1, &out);
    sx_secret_clear(&k);
    if (err == SX_OK)
        send_newkeys(peer, &out);
    return err;
}

static bool is_ready_for_share(const struct peer *peer)
{
    return peer->kex.is_init_received && peer->kex.kex != NULL &&
           (peer->kex.host_key != NULL || is_gss(peer)) && peer->kex.next_in.cipher_alg == NULL;
}

/* The smallest group that has what is asked for. */
static struct sx_slice prime_for(unsigned bits)
{
    static const unsigned sizes[] = { 2048, 3072, 4096, 6144, 8192 };
    size_t i = 0;

    while (i + 1 < sizeof sizes / sizeof sizes[0] && sizes[i] < bits)
        i++;
    return group_prime(sizes[i]);
}

static void on_gex_request(struct peer *peer, struct sx_slice payload)
{
    struct peer_kex *kex = &peer->kex;

    if (!is_ready_for_share(peer) || !is_gex(peer) || kex->group.p.len != 0 ||
        sx_msg_gex_request_decode(payload, SX_MSG_KEX_GEX_REQUEST, &kex->gex) != SX_OK ||
        kex->gex.min > kex->gex.preferred || kex->gex.preferred > kex->gex.max) {
        peer_fail(peer, SX_ERR_PEER_UNEXPECTED, "KEX_DH_GEX_REQUEST");
        return;
    }
    kex->group.p =
        peer->config.gex_prime.len != 0 ? peer->config.gex_prime : prime_for(kex->gex.preferred);
    kex->group.g =
        peer->config.gex_generator.len != 0 ? peer->config.gex_generator : sx_slice_text("\2");
    sx_msg_gex_group_encode(peer_begin(peer), SX_MSG_KEX_GEX_GROUP, &kex->group);
    peer_end(peer);
}

static void on_share(struct peer *peer, struct sx_slice payload)
{
    struct peer_kex *kex = &peer->kex;
    struct sx_agree *agree = NULL;
    struct sx_slice share;
    enum sx_err err;

    if (!is_ready_for_share(peer) ||
        is_gex(peer) != (payload.ptr[0] == SX_MSG_KEX_GEX_INIT && kex->group.p.len != 0)) {
        peer_fail(peer, SX_ERR_PEER_UNEXPECTED, "a share out of order");
        return;
    }
    if (is_gex(peer)) {
        err = sx_msg_gex_init_decode(payload, &share);
        if (err == SX_OK)
            err = sx_agree_new_group(peer->config.provider, kex->kex, kex->group.p, kex->group.g,
                                     NULL, &agree);
    } else {
        err = sx_msg_kex_init_decode(payload, &share);
        if (err == SX_OK)
            err = sx_agree_new(peer->config.provider, kex->kex, NULL, &agree);
    }
    if (err == SX_OK)
        err = answer(peer, agree, share);
    sx_agree_free(agree);
    if (err != SX_OK)
        peer_fail(peer, err, "the key exchange with the client");
}

void peer_kex_answer(struct peer *peer, struct sx_slice client_share)
{
    struct sx_agree *agree = NULL;
    enum sx_err err = sx_agree_new(peer->config.provider, peer->kex.kex, NULL, &agree);

    if (err == SX_OK)
        err = answer(peer, agree, client_share);
    sx_agree_free(agree);
    if (err != SX_OK)
        peer_fail(peer, err, "the key exchange with the client");
}

static void on_newkeys(struct peer *peer, struct sx_slice payload)
{
    if (sx_msg_newkeys_decode(payload) != SX_OK || peer->kex.next_in.cipher_alg == NULL) {
        peer_fail(peer, SX_ERR_PEER_UNEXPECTED, "NEWKEYS out of order");
        return;
    }
    if (sx_packet_reader_rekey(&peer->reader, &peer->kex.next_in, peer->is_strict,
                               peer->is_success_sent) != SX_OK)
        peer_fail(peer, SX_ERR_INTERNAL, "new keys to receive with");
    peer->kex.is_init_received = false;
    sx_buffer_clear(&peer->kex.client_init);
    sx_buffer_clear(&peer->kex.server_init);
    peer->kex.group = (struct sx_msg_gex_group){ 0 };
    peer->exchanges++;
}

void peer_kex_message(struct peer *peer, struct sx_slice payload)
{
    if (is_gss(peer) && payload.ptr[0] >= SX_MSG_KEX_FIRST && is_ready_for_share(peer)) {
        peer_gss_kex_message(peer, payload);
        return;
    }
    switch (payload.ptr[0]) {
    case SX_MSG_KEXINIT: on_kexinit(peer, payload); break;
    case SX_MSG_KEX_GEX_REQUEST: on_gex_request(peer, payload); break;
    case SX_MSG_KEXDH_INIT:
    case SX_MSG_KEX_GEX_INIT: on_share(peer, payload); break;
    case SX_MSG_NEWKEYS: on_newkeys(peer, payload); break;
    default: peer_fail(peer, SX_ERR_PEER_UNEXPECTED, "a key exchange message of no use"); break;
    }
}
