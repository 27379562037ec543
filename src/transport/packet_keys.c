/* transport/packet_keys.c: what a direction is keyed with, and taking new keys into use. */
#include "base/memory.h"
#include "transport/packet.h"

void sx_packet_keys_clear(struct sx_packet_keys *keys)
{
    sx_cipher_free(keys->cipher);
    sx_mac_free(keys->mac);
    *keys = (struct sx_packet_keys){ 0 };
}

void sx_packet_reader_rekey(struct sx_packet_reader *reader, struct sx_packet_keys *keys,
                            bool reset)
{
    sx_packet_keys_clear(&reader->keys);
    reader->keys = *keys;
    *keys = (struct sx_packet_keys){ 0 };
    reader->usage = (struct sx_packet_usage){ 0 };
    if (reset)
        reader->sequence = 0;
}

void sx_packet_reader_clear(struct sx_packet_reader *reader)
{
    sx_packet_keys_clear(&reader->keys);
    *reader = (struct sx_packet_reader){ 0 };
}

void sx_packet_writer_rekey(struct sx_packet_writer *writer, struct sx_packet_keys *keys,
                            bool reset)
{
    sx_packet_keys_clear(&writer->keys);
    writer->keys = *keys;
    *keys = (struct sx_packet_keys){ 0 };
    writer->usage = (struct sx_packet_usage){ 0 };
    if (reset)
        writer->sequence = 0;
}

void sx_packet_writer_clear(struct sx_packet_writer *writer)
{
    sx_packet_keys_clear(&writer->keys);
    sx_wipe(writer->pool, sizeof writer->pool);
    writer->pool_left = 0;
}
