/* transport/packet_write.c: seals payloads in place in the send buffer. */
#include <string.h>

#include "base/memory.h"
#include "transport/packet.h"

enum { HEAD = 5 }; /* packet_length and padding_length */

static bool is_length_outside(const struct sx_packet_keys *keys)
{
    if (keys->cipher_alg == NULL)
        return false;
    return sx_cipher_is_aead(keys->cipher_alg) || (keys->mac_alg != NULL && keys->mac_alg->is_etm);
}

/* Padding is random (RFC 4253 section 6), drawn from the provider some hundred bytes at a time:
 * a DRBG call for each packet would cost more than sealing a small packet. */
static enum sx_err fill_padding(struct sx_packet_writer *writer, uint8_t *out, size_t n)
{
    if (writer->pool_left < n) {
        SX_TRY(sx_random_bytes(writer->provider, writer->pool, sizeof writer->pool));
        writer->pool_left = sizeof writer->pool;
    }
    writer->pool_left -= n;
    memcpy(out, writer->pool + writer->pool_left, n);
    sx_wipe(writer->pool + writer->pool_left, n);
    return SX_OK;
}

static size_t padding_for(const struct sx_packet_keys *keys, size_t payload)
{
    size_t block = keys->cipher_alg == NULL ? 8 : keys->cipher_alg->block_len;
    size_t counted = (is_length_outside(keys) ? 1 : HEAD) + payload;
    size_t padding = block - counted % block;

    return padding < SX_PACKET_PADDING_MIN ? padding + block : padding;
}

enum sx_err sx_packet_begin(struct sx_packet_writer *writer, struct sx_buffer *out,
                            size_t payload_max, struct sx_writer *payload)
{
    uint8_t *room;

    if (writer->deflate != NULL) {
        SX_TRY(sx_buffer_reserve(&writer->plain, payload_max, &room));
        sx_writer_init(payload, room, payload_max);
        return SX_OK;
    }
    SX_TRY(sx_buffer_reserve(out, payload_max + SX_PACKET_OVERHEAD_MAX, &room));
    sx_writer_init(payload, room + HEAD, payload_max);
    return SX_OK;
}

/* packet is the four length bytes and n bytes behind them, which borrowed may belong to. */
static enum sx_err seal(struct sx_packet_writer *writer, uint8_t *packet, size_t n,
                        const struct sx_cipher_borrowed *borrowed, size_t *out_tag)
{
    struct sx_packet_keys *keys = &writer->keys;

    *out_tag = 0;
    if (keys->cipher_alg == NULL)
        return SX_OK;
    if (sx_cipher_is_aead(keys->cipher_alg)) {
        *out_tag = keys->cipher_alg->tag_len;
        return sx_cipher_seal_from(keys->cipher, writer->sequence, packet, n, borrowed);
    }
    *out_tag = keys->mac_alg->tag_len;
    if (keys->mac_alg->is_etm) {
        SX_TRY(sx_cipher_crypt_from(keys->cipher, packet + 4, n, borrowed));
        return sx_mac_compute(keys->mac, writer->sequence, packet, 4 + n, packet + 4 + n);
    }
    SX_TRY(sx_mac_compute(keys->mac, writer->sequence, packet, 4 + n, packet + 4 + n));
    return sx_cipher_crypt(keys->cipher, packet, 4 + n);
}

/* What is read last is the plain text, and it is read once. */
static bool can_borrow(const struct sx_packet_writer *writer)
{
    return writer->deflate == NULL && is_length_outside(&writer->keys) &&
           sx_cipher_can_borrow(writer->keys.cipher_alg);
}

/* packet has the payload behind its head, but for what is borrowed, and room for the rest. */
static enum sx_err finish(struct sx_packet_writer *writer, struct sx_buffer *out, uint8_t *packet,
                          size_t payload, const struct sx_cipher_borrowed *borrowed)
{
    size_t padding = padding_for(&writer->keys, payload);
    size_t length = 1 + payload + padding;
    size_t tag;
    enum sx_err err;

    packet[0] = (uint8_t)(length >> 24);
    packet[1] = (uint8_t)(length >> 16);
    packet[2] = (uint8_t)(length >> 8);
    packet[3] = (uint8_t)length;
    packet[4] = (uint8_t)padding;
    err = fill_padding(writer, packet + HEAD + payload, padding);
    if (err == SX_OK)
        err = seal(writer, packet, length, borrowed, &tag);
    if (err != SX_OK) {
        sx_wipe(packet, HEAD + payload + padding); /* it may have held a password */
        return err;
    }
    sx_buffer_commit(out, 4 + length + tag);
    writer->sequence++;
    writer->usage.bytes += 4 + length + tag;
    writer->usage.packets++;
    return SX_OK;
}

static enum sx_err finish_deflated(struct sx_packet_writer *writer, struct sx_buffer *out,
                                   struct sx_slice plain)
{
    size_t max = sx_deflate_bound(plain.len);
    struct sx_writer deflated;
    uint8_t *room;
    enum sx_err err;

    SX_TRY(sx_buffer_reserve(out, max + SX_PACKET_OVERHEAD_MAX, &room));
    sx_writer_init(&deflated, room + HEAD, max);
    err = sx_deflate_packet(writer->deflate, plain, &deflated);
    sx_wipe((void *)(uintptr_t)plain.ptr, plain.len);
    SX_TRY(err);
    return finish(writer, out, room, deflated.len, NULL);
}

enum sx_err sx_packet_end(struct sx_packet_writer *writer, struct sx_buffer *out,
                          const struct sx_writer *payload)
{
    struct sx_writer whole = *payload;
    /* Counted from behind the length, the padding's length is before the payload. */
    const struct sx_cipher_borrowed borrowed = { 1 + whole.borrowed_at, whole.borrowed };
    struct sx_slice written;

    if (can_borrow(writer))
        whole.borrowed = SX_SLICE_NONE;
    sx_writer_settle(&whole);
    SX_TRY(sx_writer_finish(&whole, &written));
    if (writer->deflate != NULL)
        return finish_deflated(writer, out, written);
    return finish(writer, out, whole.ptr - HEAD, written.len,
                  can_borrow(writer) && borrowed.bytes.len > 0 ? &borrowed : NULL);
}
