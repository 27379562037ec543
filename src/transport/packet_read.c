/* transport/packet_read.c: takes packets off the receive buffer: length, MAC, decryption, padding.
 * Everything is bounded before it is used, and no plaintext leaves before its MAC was checked. */
#include <string.h>

#include "transport/packet.h"

static bool is_aead(const struct sx_packet_keys *keys)
{
    return keys->cipher_alg != NULL && sx_cipher_is_aead(keys->cipher_alg);
}

static bool is_etm(const struct sx_packet_keys *keys)
{
    return keys->mac_alg != NULL && keys->mac_alg->is_etm;
}

static size_t block_len(const struct sx_packet_keys *keys)
{
    return keys->cipher_alg == NULL ? 8 : keys->cipher_alg->block_len;
}

static size_t tag_len(const struct sx_packet_keys *keys)
{
    if (is_aead(keys))
        return keys->cipher_alg->tag_len;
    return keys->mac_alg == NULL ? 0 : keys->mac_alg->tag_len;
}

/* How much of the packet must be here before its length can be known. */
static size_t head_len(const struct sx_packet_keys *keys)
{
    if (keys->cipher_alg == NULL || is_aead(keys) || is_etm(keys))
        return 4;
    return block_len(keys);
}

static uint32_t read_u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool is_cbc_and_mac(const struct sx_packet_keys *keys)
{
    return keys->cipher_alg != NULL && keys->cipher_alg->mode == SX_CIPHER_CBC && !is_etm(keys);
}

/* With CBC and encrypt-and-MAC, how soon we hang up would tell an attacker what a block of his
 * decrypted to (CVE-2008-5161). So whatever is wrong, as much is read as the largest packet could
 * have, and then the answer is always the same. */
static void start_discard(struct sx_packet_reader *reader)
{
    reader->discard = 4 + SX_PACKET_LENGTH_MAX + tag_len(&reader->keys);
}

static enum sx_err discard(struct sx_packet_reader *reader, struct sx_buffer *in,
                           struct sx_fault *fault)
{
    size_t n = sx_buffer_len(in) < reader->discard ? sx_buffer_len(in) : reader->discard;

    sx_buffer_consume(in, n);
    reader->discard -= n;
    if (reader->discard > 0)
        return SX_OK;
    return sx_fault_set(fault, SX_ERR_PEER_MAC,
                        "packet %u from the server is damaged: its length or its MAC (%s) is wrong",
                        reader->sequence, reader->keys.mac_alg->name);
}

static bool is_length_good(const struct sx_packet_keys *keys, uint32_t length)
{
    bool is_length_clear = is_aead(keys) || is_etm(keys);

    return length >= 1 + SX_PACKET_PADDING_MIN && length <= SX_PACKET_LENGTH_MAX &&
           (is_length_clear ? length : length + 4) % block_len(keys) == 0;
}

/* Learns packet_length; for encrypt-and-MAC ciphers this decrypts the first block in place. */
static enum sx_err read_length(struct sx_packet_reader *reader, uint8_t *packet,
                               struct sx_fault *fault)
{
    struct sx_packet_keys *keys = &reader->keys;
    uint32_t length;

    if (is_aead(keys))
        SX_TRY(sx_cipher_peek_length(keys->cipher, reader->sequence, packet, &length));
    else {
        if (keys->cipher != NULL && !is_etm(keys))
            SX_TRY(sx_cipher_crypt(keys->cipher, packet, block_len(keys)));
        length = read_u32(packet);
    }
    if (!is_length_good(keys, length)) {
        if (is_cbc_and_mac(keys)) {
            start_discard(reader);
            return SX_OK;
        }
        fault->packet_length = length;
        return sx_fault_set(fault, SX_ERR_PEER_LENGTH,
                            "packet %u from the server has a length of %u bytes, which is out of "
                            "bounds (5 to %d) or no multiple of the cipher's block size",
                            reader->sequence, length, SX_PACKET_LENGTH_MAX);
    }
    reader->length = length;
    reader->has_length = true;
    return SX_OK;
}

static enum sx_err check_mac(struct sx_packet_reader *reader, const uint8_t *packet, size_t n,
                             struct sx_fault *fault)
{
    uint8_t tag[SX_MAC_TAG_MAX];

    SX_TRY(sx_mac_compute(reader->keys.mac, reader->sequence, packet, n, tag));
    if (!sx_is_equal_secret(tag, packet + n, reader->keys.mac_alg->tag_len))
        return sx_fault_set(fault, SX_ERR_PEER_MAC,
                            "the MAC (%s) of packet %u from the server is wrong: the data was "
                            "changed on its way",
                            reader->keys.mac_alg->name, reader->sequence);
    return SX_OK;
}

/* packet is whole: 4 + length + tag bytes. */
static enum sx_err open_packet(struct sx_packet_reader *reader, uint8_t *packet,
                               struct sx_fault *fault)
{
    struct sx_packet_keys *keys = &reader->keys;
    size_t n = 4 + (size_t)reader->length;
    enum sx_err err;

    if (keys->cipher_alg == NULL)
        return SX_OK;
    if (is_aead(keys)) {
        err = sx_cipher_open(keys->cipher, reader->sequence, packet, reader->length);
        if (err == SX_ERR_PEER_MAC)
            return sx_fault_set(fault, err,
                                "the authentication tag (%s) of packet %u from the server is "
                                "wrong: the data was changed on its way",
                                keys->cipher_alg->name, reader->sequence);
        return err;
    }
    if (is_etm(keys)) {
        SX_TRY(check_mac(reader, packet, n, fault));
        return sx_cipher_crypt(keys->cipher, packet + 4, n - 4);
    }
    SX_TRY(sx_cipher_crypt(keys->cipher, packet + block_len(keys), n - block_len(keys)));
    return check_mac(reader, packet, n, fault);
}

static enum sx_err take_payload(struct sx_packet_reader *reader, const uint8_t *packet,
                                struct sx_fault *fault, struct sx_slice *out)
{
    uint32_t padding = packet[4];

    if (padding < SX_PACKET_PADDING_MIN || padding + 2 > reader->length)
        return sx_fault_set(fault, SX_ERR_PEER_PADDING,
                            "packet %u from the server has %u bytes of padding in %u bytes, "
                            "which leaves no message or is less than 4",
                            reader->sequence, padding, reader->length);
    *out = sx_slice_of(packet + 5, reader->length - padding - 1);
    if (reader->inflate == NULL)
        return SX_OK;
    if (sx_inflate_packet(reader->inflate, *out, &reader->inflated) != SX_OK ||
        sx_buffer_len(&reader->inflated) == 0)
        return sx_fault_set(fault, SX_ERR_PEER_DECOMPRESS,
                            "packet %u from the server can't be decompressed, or to more than %d "
                            "bytes",
                            reader->sequence, SX_PACKET_LENGTH_MAX);
    *out = sx_buffer_unread(&reader->inflated);
    return SX_OK;
}

enum sx_err sx_packet_read(struct sx_packet_reader *reader, struct sx_buffer *in,
                           struct sx_fault *fault, bool *out_has, struct sx_slice *out_payload,
                           uint32_t *out_sequence)
{
    enum sx_err err;
    size_t total;
    uint8_t *packet;

    sx_buffer_consume(in, reader->finished);
    reader->finished = 0;
    *out_has = false;
    if (reader->discard > 0)
        return discard(reader, in, fault);
    packet = sx_buffer_mut(in);
    if (!reader->has_length) {
        if (sx_buffer_len(in) < head_len(&reader->keys))
            return SX_OK;
        SX_TRY(read_length(reader, packet, fault));
        if (reader->discard > 0)
            return discard(reader, in, fault);
    }
    total = 4 + (size_t)reader->length + tag_len(&reader->keys);
    if (sx_buffer_len(in) < total)
        return SX_OK;
    err = open_packet(reader, packet, is_cbc_and_mac(&reader->keys) ? NULL : fault);
    if (err == SX_ERR_PEER_MAC && is_cbc_and_mac(&reader->keys)) {
        start_discard(reader);
        return discard(reader, in, fault);
    }
    SX_TRY(err);
    SX_TRY(take_payload(reader, packet, fault, out_payload));
    *out_sequence = reader->sequence++;
    reader->has_length = false;
    reader->finished = total;
    reader->usage.bytes += total;
    reader->usage.packets++;
    *out_has = true;
    return SX_OK;
}

size_t sx_packet_missing(const struct sx_packet_reader *reader, const struct sx_buffer *in)
{
    size_t have = sx_buffer_len(in) - reader->finished;
    size_t want = reader->has_length ? 4 + (size_t)reader->length + tag_len(&reader->keys)
                                     : head_len(&reader->keys);

    return want > have ? want - have : 0;
}
