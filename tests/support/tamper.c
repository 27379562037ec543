/* tests/support/tamper.c: packets whose length fields lie, sealed rightly all the same. */
#include "support/peer_inside.h"

#include <string.h>

enum { HEAD = 5, BLOCK_PLAIN = 8 };

static void put_u32(uint8_t *out, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(value >> (24 - 8 * i));
}

static bool is_length_outside(const struct sx_packet_keys *keys)
{
    if (keys->cipher_alg == NULL)
        return false;
    return sx_cipher_is_aead(keys->cipher_alg) || (keys->mac_alg != NULL && keys->mac_alg->is_etm);
}

/* packet is 4 + n bytes with room for the tag behind them; gives the tag's length. */
static enum sx_err close_packet(struct sx_packet_writer *writer, uint8_t *packet, size_t n,
                                size_t *out_tag)
{
    struct sx_packet_keys *keys = &writer->keys;

    *out_tag = 0;
    if (keys->cipher_alg == NULL)
        return SX_OK;
    if (sx_cipher_is_aead(keys->cipher_alg)) {
        *out_tag = keys->cipher_alg->tag_len;
        return sx_cipher_seal(keys->cipher, writer->sequence, packet, n);
    }
    *out_tag = keys->mac_alg->tag_len;
    if (keys->mac_alg->is_etm) {
        SX_TRY(sx_cipher_crypt(keys->cipher, packet + 4, n));
        return sx_mac_compute(keys->mac, writer->sequence, packet, 4 + n, packet + 4 + n);
    }
    SX_TRY(sx_mac_compute(keys->mac, writer->sequence, packet, 4 + n, packet + 4 + n));
    return sx_cipher_crypt(keys->cipher, packet, 4 + n);
}

void peer_seal_odd(struct peer *peer, struct sx_slice payload, int64_t length, int64_t padding)
{
    const struct sx_packet_keys *keys = &peer->writer.keys;
    size_t block = keys->cipher_alg == NULL ? BLOCK_PLAIN : keys->cipher_alg->block_len;
    size_t counted = (is_length_outside(keys) ? 1 : HEAD) + payload.len;
    size_t filler = block - counted % block;
    size_t n, tag = 0;
    uint8_t *packet;

    if (filler < SX_PACKET_PADDING_MIN)
        filler += block;
    n = 1 + payload.len + filler;
    if (sx_buffer_reserve(&peer->out, 4 + n + SX_MAC_TAG_MAX, &packet) != SX_OK) {
        peer_fail(peer, SX_ERR_SPACE, "the peer's output is full");
        return;
    }
    put_u32(packet, length >= 0 ? (uint32_t)length : (uint32_t)n);
    packet[4] = padding >= 0 ? (uint8_t)padding : (uint8_t)filler;
    memcpy(packet + HEAD, payload.ptr, payload.len);
    memset(packet + HEAD + payload.len, 0x5a, filler);
    peer->last_sequence = peer->writer.sequence;
    if (close_packet(&peer->writer, packet, n, &tag) != SX_OK) {
        peer_fail(peer, SX_ERR_ENCRYPT, "the peer can't seal a packet");
        return;
    }
    sx_buffer_commit(&peer->out, 4 + n + tag);
    peer->writer.sequence++;
}
