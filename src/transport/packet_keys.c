/* transport/packet_keys.c: what a direction is keyed with, and taking new keys into use. */
#include "base/memory.h"
#include "transport/packet.h"

void sx_packet_keys_clear(struct sx_packet_keys *keys)
{
    sx_cipher_free(keys->cipher);
    sx_mac_free(keys->mac);
    *keys = (struct sx_packet_keys){ 0 };
}

/* RFC 4253 section 6.2: a context is made anew with each key exchange; the delayed kind waits for
 * the end of the authentication, which a later exchange has behind it. */
static bool is_compressing(const struct sx_packet_keys *keys, bool is_authenticated)
{
    const struct sx_compression_alg *alg = keys->compression;

    return alg != NULL && alg->is_zlib && (is_authenticated || !alg->is_delayed);
}

static enum sx_err start_inflate(struct sx_packet_reader *reader, bool is_authenticated)
{
    sx_inflate_free(reader->inflate);
    reader->inflate = NULL;
    if (!is_compressing(&reader->keys, is_authenticated))
        return SX_OK;
    reader->inflated.max = SX_PACKET_LENGTH_MAX;
    return sx_inflate_new(&reader->inflate);
}

static enum sx_err start_deflate(struct sx_packet_writer *writer, bool is_authenticated)
{
    sx_deflate_free(writer->deflate);
    writer->deflate = NULL;
    if (!is_compressing(&writer->keys, is_authenticated))
        return SX_OK;
    writer->plain.max = SX_PACKET_LENGTH_MAX;
    return sx_deflate_new(&writer->deflate);
}

enum sx_err sx_packet_reader_rekey(struct sx_packet_reader *reader, struct sx_packet_keys *keys,
                                   bool reset, bool is_authenticated)
{
    sx_packet_keys_clear(&reader->keys);
    reader->keys = *keys;
    *keys = (struct sx_packet_keys){ 0 };
    reader->usage = (struct sx_packet_usage){ 0 };
    if (reset)
        reader->sequence = 0;
    return start_inflate(reader, is_authenticated);
}

enum sx_err sx_packet_reader_authenticated(struct sx_packet_reader *reader)
{
    return reader->inflate != NULL ? SX_OK : start_inflate(reader, true);
}

void sx_packet_reader_clear(struct sx_packet_reader *reader)
{
    sx_packet_keys_clear(&reader->keys);
    sx_inflate_free(reader->inflate);
    sx_buffer_clear(&reader->inflated);
    *reader = (struct sx_packet_reader){ 0 };
}

enum sx_err sx_packet_writer_rekey(struct sx_packet_writer *writer, struct sx_packet_keys *keys,
                                   bool reset, bool is_authenticated)
{
    sx_packet_keys_clear(&writer->keys);
    writer->keys = *keys;
    *keys = (struct sx_packet_keys){ 0 };
    writer->usage = (struct sx_packet_usage){ 0 };
    if (reset)
        writer->sequence = 0;
    return start_deflate(writer, is_authenticated);
}

enum sx_err sx_packet_writer_authenticated(struct sx_packet_writer *writer)
{
    return writer->deflate != NULL ? SX_OK : start_deflate(writer, true);
}

void sx_packet_writer_clear(struct sx_packet_writer *writer)
{
    sx_packet_keys_clear(&writer->keys);
    sx_deflate_free(writer->deflate);
    writer->deflate = NULL;
    sx_buffer_clear(&writer->plain);
    sx_wipe(writer->pool, sizeof writer->pool);
    writer->pool_left = 0;
}
