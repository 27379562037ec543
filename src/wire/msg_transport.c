/* wire/msg_transport.c: the messages of RFC 4253, RFC 8308 and the key exchanges, each as its RFC
 * lists its fields. Language tags are written empty and read without being kept. */
#include "wire/msg_transport.h"

enum { COOKIE_LEN = 16, EXTENSIONS_MAX = 256 };

enum sx_err sx_msg_disconnect_decode(struct sx_slice payload, struct sx_msg_disconnect *out)
{
    struct sx_msg_disconnect msg;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_DISCONNECT);
    msg.reason = sx_reader_u32(&r);
    msg.description = sx_reader_string(&r);
    (void)sx_reader_string(&r); /* language tag */
    SX_TRY(sx_reader_finish(&r));

    *out = msg;
    return SX_OK;
}

void sx_msg_disconnect_encode(struct sx_writer *writer, const struct sx_msg_disconnect *msg)
{
    sx_writer_u8(writer, SX_MSG_DISCONNECT);
    sx_writer_u32(writer, msg->reason);
    sx_writer_string(writer, msg->description);
    sx_writer_text(writer, "");
}

/* The messages that are a number and one string. */
static enum sx_err one_string_decode(struct sx_slice payload, uint8_t number, struct sx_slice *out)
{
    struct sx_slice string;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, number);
    string = sx_reader_string(&r);
    SX_TRY(sx_reader_finish(&r));

    *out = string;
    return SX_OK;
}

static void one_string_encode(struct sx_writer *writer, uint8_t number, struct sx_slice string)
{
    sx_writer_u8(writer, number);
    sx_writer_string(writer, string);
}

enum sx_err sx_msg_ignore_decode(struct sx_slice payload, struct sx_slice *out_data)
{
    return one_string_decode(payload, SX_MSG_IGNORE, out_data);
}

void sx_msg_ignore_encode(struct sx_writer *writer, struct sx_slice data)
{
    one_string_encode(writer, SX_MSG_IGNORE, data);
}

enum sx_err sx_msg_debug_decode(struct sx_slice payload, struct sx_msg_debug *out)
{
    struct sx_msg_debug msg;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_DEBUG);
    msg.always_display = sx_reader_bool(&r);
    msg.message = sx_reader_string(&r);
    (void)sx_reader_string(&r); /* language tag */
    SX_TRY(sx_reader_finish(&r));

    *out = msg;
    return SX_OK;
}

void sx_msg_debug_encode(struct sx_writer *writer, const struct sx_msg_debug *msg)
{
    sx_writer_u8(writer, SX_MSG_DEBUG);
    sx_writer_bool(writer, msg->always_display);
    sx_writer_string(writer, msg->message);
    sx_writer_text(writer, "");
}

enum sx_err sx_msg_unimplemented_decode(struct sx_slice payload, uint32_t *out_sequence)
{
    struct sx_reader r;
    uint32_t sequence;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_UNIMPLEMENTED);
    sequence = sx_reader_u32(&r);
    SX_TRY(sx_reader_finish(&r));

    *out_sequence = sequence;
    return SX_OK;
}

void sx_msg_unimplemented_encode(struct sx_writer *writer, uint32_t sequence)
{
    sx_writer_u8(writer, SX_MSG_UNIMPLEMENTED);
    sx_writer_u32(writer, sequence);
}

void sx_msg_service_request_encode(struct sx_writer *writer, const char *service)
{
    one_string_encode(writer, SX_MSG_SERVICE_REQUEST, sx_slice_text(service));
}

enum sx_err sx_msg_service_request_decode(struct sx_slice payload, struct sx_slice *out_service)
{
    return one_string_decode(payload, SX_MSG_SERVICE_REQUEST, out_service);
}

enum sx_err sx_msg_service_accept_decode(struct sx_slice payload, struct sx_slice *out_service)
{
    return one_string_decode(payload, SX_MSG_SERVICE_ACCEPT, out_service);
}

void sx_msg_service_accept_encode(struct sx_writer *writer, struct sx_slice service)
{
    one_string_encode(writer, SX_MSG_SERVICE_ACCEPT, service);
}

static bool is_among(const struct sx_slice *names, uint32_t count, struct sx_slice name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (sx_slice_is_equal(names[i], name))
            return true;
    }
    return false;
}

enum sx_err sx_msg_ext_info_decode(struct sx_slice payload, struct sx_msg_ext_info *out)
{
    struct sx_msg_ext_info msg = { 0 };
    struct sx_slice names[EXTENSIONS_MAX];
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_EXT_INFO);
    msg.count = sx_reader_u32(&r);
    if (msg.count > EXTENSIONS_MAX)
        return SX_ERR_PEER_DECODE;
    for (uint32_t i = 0; i < msg.count && !sx_reader_is_bad(&r); i++) {
        names[i] = sx_reader_string(&r);
        if (is_among(names, i, names[i]))
            return SX_ERR_PEER_DECODE;
        if (sx_slice_is_text(names[i], "server-sig-algs")) {
            msg.has_server_sig_algs = true;
            msg.server_sig_algs = sx_reader_name_list(&r);
        } else {
            (void)sx_reader_string(&r);
        }
    }
    SX_TRY(sx_reader_finish(&r));

    *out = msg;
    return SX_OK;
}

void sx_msg_ext_info_encode(struct sx_writer *writer, struct sx_slice server_sig_algs)
{
    sx_writer_u8(writer, SX_MSG_EXT_INFO);
    sx_writer_u32(writer, 1);
    sx_writer_text(writer, "server-sig-algs");
    sx_writer_string(writer, server_sig_algs);
}

enum sx_err sx_msg_kexinit_decode(struct sx_slice payload, struct sx_msg_kexinit *out)
{
    struct sx_msg_kexinit msg;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_KEXINIT);
    msg.cookie = sx_reader_bytes(&r, COOKIE_LEN);
    for (size_t i = 0; i < SX_LIST_COUNT; i++)
        msg.lists[i] = sx_reader_name_list(&r);
    msg.first_kex_packet_follows = sx_reader_bool(&r);
    (void)sx_reader_u32(&r); /* reserved; a later version may give it a meaning */
    SX_TRY(sx_reader_finish(&r));

    *out = msg;
    return SX_OK;
}

void sx_msg_kexinit_encode(struct sx_writer *writer, const struct sx_msg_kexinit *msg)
{
    if (msg->cookie.len != COOKIE_LEN) {
        writer->is_bad = true;
        return;
    }
    sx_writer_u8(writer, SX_MSG_KEXINIT);
    sx_writer_bytes(writer, msg->cookie);
    for (size_t i = 0; i < SX_LIST_COUNT; i++)
        sx_writer_string(writer, msg->lists[i]);
    sx_writer_bool(writer, msg->first_kex_packet_follows);
    sx_writer_u32(writer, 0);
}

enum sx_err sx_msg_newkeys_decode(struct sx_slice payload)
{
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_NEWKEYS);
    return sx_reader_finish(&r);
}

void sx_msg_newkeys_encode(struct sx_writer *writer)
{
    sx_writer_u8(writer, SX_MSG_NEWKEYS);
}

void sx_msg_kex_init_encode(struct sx_writer *writer, struct sx_slice share)
{
    one_string_encode(writer, SX_MSG_KEXDH_INIT, share);
}

enum sx_err sx_msg_kex_init_decode(struct sx_slice payload, struct sx_slice *out_share)
{
    return one_string_decode(payload, SX_MSG_KEXDH_INIT, out_share);
}

enum sx_err sx_msg_kex_reply_decode(struct sx_slice payload, uint8_t number,
                                    struct sx_msg_kex_reply *out)
{
    struct sx_msg_kex_reply msg;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, number);
    msg.host_key = sx_reader_string(&r);
    msg.share = sx_reader_string(&r);
    msg.signature = sx_reader_string(&r);
    SX_TRY(sx_reader_finish(&r));

    *out = msg;
    return SX_OK;
}

void sx_msg_kex_reply_encode(struct sx_writer *writer, uint8_t number,
                             const struct sx_msg_kex_reply *msg)
{
    sx_writer_u8(writer, number);
    sx_writer_string(writer, msg->host_key);
    sx_writer_string(writer, msg->share);
    sx_writer_string(writer, msg->signature);
}
