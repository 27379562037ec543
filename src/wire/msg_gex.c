/* wire/msg_gex.c: encodes and decodes the messages of RFC 4419. */
#include "wire/msg_gex.h"

void sx_msg_gex_request_encode(struct sx_writer *writer, uint8_t number,
                               const struct sx_msg_gex_request *msg)
{
    sx_writer_u8(writer, number);
    sx_writer_u32(writer, msg->min);
    sx_writer_u32(writer, msg->preferred);
    sx_writer_u32(writer, msg->max);
}

enum sx_err sx_msg_gex_request_decode(struct sx_slice payload, uint8_t number,
                                      struct sx_msg_gex_request *out)
{
    struct sx_msg_gex_request m;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, number);
    m.min = sx_reader_u32(&r);
    m.preferred = sx_reader_u32(&r);
    m.max = sx_reader_u32(&r);
    SX_TRY(sx_reader_finish(&r));

    *out = m;
    return SX_OK;
}

void sx_msg_gex_group_encode(struct sx_writer *writer, uint8_t number,
                             const struct sx_msg_gex_group *msg)
{
    sx_writer_u8(writer, number);
    sx_writer_mpint(writer, msg->p);
    sx_writer_mpint(writer, msg->g);
}

enum sx_err sx_msg_gex_group_decode(struct sx_slice payload, uint8_t number,
                                    struct sx_msg_gex_group *out)
{
    struct sx_msg_gex_group m;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, number);
    m.p = sx_reader_mpint(&r);
    m.g = sx_reader_mpint(&r);
    SX_TRY(sx_reader_finish(&r));

    *out = m;
    return SX_OK;
}

void sx_msg_gex_init_encode(struct sx_writer *writer, struct sx_slice share)
{
    sx_writer_u8(writer, SX_MSG_KEX_GEX_INIT);
    sx_writer_string(writer, share);
}

enum sx_err sx_msg_gex_init_decode(struct sx_slice payload, struct sx_slice *out_share)
{
    struct sx_slice share;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_KEX_GEX_INIT);
    share = sx_reader_string(&r);
    SX_TRY(sx_reader_finish(&r));

    *out_share = share;
    return SX_OK;
}
