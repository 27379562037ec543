/* The binary packet protocol: a reader with no keys and with keys that the writer shares, fed with
 * sealed packets, with changed ones and with noise, in any pieces. What was sealed and not touched
 * comes out as it was; what was touched never comes out under a MAC. */
#include <string.h>

#include "base/memory.h"
#include "crypto/legacy.h"
#include "fuzz/fuzz_bytes.h"
#include "support/fixture.h"
#include "transport/packet.h"

enum { PAYLOAD_MAX = 600, SENT_MAX = 64, STREAM_MAX = 1024 * 1024 };

static const struct {
    const struct sx_cipher_alg *cipher;
    const struct sx_mac_alg *mac;
    const struct sx_compression_alg *compression;
} seals[] = {
    { NULL, NULL, NULL },
    { &sx_cipher_aes128_ctr, &sx_mac_hmac_sha2_256, NULL },
    { &sx_cipher_aes256_ctr, &sx_mac_hmac_sha2_512_etm, NULL },
    { &sx_cipher_aes128_gcm, NULL, NULL },
    { NULL, NULL, &sx_compression_zlib },
    { &sx_cipher_aes128_gcm, NULL, &sx_compression_zlib },
#if SX_LEGACY
    { &sx_cipher_aes128_cbc, &sx_mac_hmac_sha2_256, NULL },
    { &sx_cipher_aes128_cbc, &sx_mac_hmac_sha2_256_etm, NULL },
#endif
};

struct line {
    struct sx_packet_writer writer;
    struct sx_packet_reader reader;
    struct sx_buffer wire; /* sealed, and not on its way yet */
    struct sx_buffer in;   /* arrived */
    uint8_t sent[SENT_MAX];
    size_t lengths[SENT_MAX];
    unsigned sent_count;
    unsigned got_count;
    bool is_touched;
    bool is_keyed;
    enum sx_err err;
};

static struct sx_packet_keys make_keys(size_t seal, bool is_encrypt)
{
    static const uint8_t zeros[64];
    struct sx_packet_keys keys = { .cipher_alg = seals[seal].cipher,
                                   .mac_alg = seals[seal].mac,
                                   .compression = seals[seal].compression };
    struct sx_slice secret = sx_slice_of(zeros, sizeof zeros);

    if (keys.cipher_alg != NULL)
        PROMISE(sx_cipher_new(fixture_provider(), keys.cipher_alg, secret, secret, is_encrypt,
                              &keys.cipher) == SX_OK);
    if (keys.mac_alg != NULL)
        PROMISE(sx_mac_new(fixture_provider(), keys.mac_alg, secret, &keys.mac) == SX_OK);
    return keys;
}

/* The payload is its first byte over and over, so that it can be told by that and its length. */
static void seal(struct line *line, uint8_t value, size_t n)
{
    uint8_t payload[PAYLOAD_MAX];
    struct sx_writer writer;

    if (line->sent_count == SENT_MAX)
        return;
    memset(payload, value, n);
    PROMISE(sx_packet_begin(&line->writer, &line->wire, n, &writer) == SX_OK);
    sx_writer_bytes(&writer, sx_slice_of(payload, n));
    PROMISE(sx_packet_end(&line->writer, &line->wire, &writer) == SX_OK);
    line->sent[line->sent_count] = value;
    line->lengths[line->sent_count++] = n;
}

static void carry(struct line *line, size_t n)
{
    struct sx_slice bytes = sx_buffer_unread(&line->wire);

    bytes.len = n < bytes.len ? n : bytes.len;
    PROMISE(sx_buffer_append(&line->in, bytes) == SX_OK);
    sx_buffer_consume(&line->wire, bytes.len);
}

static void check_payload(struct line *line, struct sx_slice payload, uint32_t sequence)
{
    PROMISE(payload.len > 0 && payload.len <= SX_PACKET_LENGTH_MAX);
    if (!line->is_touched || line->is_keyed) {
        PROMISE(line->got_count < line->sent_count);
        PROMISE(payload.len == line->lengths[line->got_count]);
        for (size_t i = 0; i < payload.len; i++)
            PROMISE(payload.ptr[i] == line->sent[line->got_count]);
        PROMISE(sequence == line->got_count);
    }
    line->got_count++;
}

static void read_all(struct line *line)
{
    struct sx_fault fault = { 0 };
    struct sx_slice payload;
    uint32_t sequence;
    bool has = true;

    while (line->err == SX_OK && has) {
        line->err = sx_packet_read(&line->reader, &line->in, &fault, &has, &payload, &sequence);
        if (line->err == SX_OK && has)
            check_payload(line, payload, sequence);
        else if (line->err == SX_OK)
            PROMISE(sx_packet_missing(&line->reader, &line->in) > 0);
    }
    if (line->err == SX_OK)
        return;
    PROMISE(line->is_touched);
    PROMISE(line->err == SX_ERR_PEER_LENGTH || line->err == SX_ERR_PEER_PADDING ||
            line->err == SX_ERR_PEER_MAC ||
            (line->err == SX_ERR_PEER_DECOMPRESS && !line->is_keyed));
    promise_plain_text(fault.text);
}

static void act(struct line *line, struct fuzz_bytes *bytes)
{
    uint8_t action = fuzz_u8(bytes);
    uint8_t value = fuzz_u8(bytes);

    switch (action % 6) {
    case 0: seal(line, value, 1 + fuzz_u16(bytes) % PAYLOAD_MAX); break;
    case 1: carry(line, value); break;
    case 2: carry(line, sx_buffer_len(&line->wire)); break;
    case 3: read_all(line); break;
    case 4:
        line->is_touched = true;
        PROMISE(sx_buffer_append(&line->wire, fuzz_slice(bytes, value)) == SX_OK);
        break;
    default:
        if (sx_buffer_len(&line->wire) > 0 && value != 0) {
            line->is_touched = true;
            sx_buffer_mut(&line->wire)[fuzz_u16(bytes) % sx_buffer_len(&line->wire)] ^= value;
        }
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = { data, size };
    struct line *line = sx_alloc(sizeof *line);
    size_t seal_index = fuzz_u8(&bytes) % (sizeof seals / sizeof seals[0]);
    struct sx_packet_keys in = make_keys(seal_index, false), out = make_keys(seal_index, true);

    PROMISE(line != NULL);
    line->is_keyed = seals[seal_index].cipher != NULL;
    line->writer.provider = fixture_provider();
    sx_buffer_init(&line->wire, STREAM_MAX);
    sx_buffer_init(&line->in, STREAM_MAX);
    PROMISE(sx_packet_reader_rekey(&line->reader, &in, true, false) == SX_OK);
    PROMISE(sx_packet_writer_rekey(&line->writer, &out, true, false) == SX_OK);
    while (bytes.left > 0)
        act(line, &bytes);
    carry(line, sx_buffer_len(&line->wire));
    read_all(line);
    if (!line->is_touched)
        PROMISE(line->got_count == line->sent_count);
    sx_packet_reader_clear(&line->reader);
    sx_packet_writer_clear(&line->writer);
    sx_buffer_clear(&line->wire);
    sx_buffer_clear(&line->in);
    sx_free(line);
    return 0;
}
