/* wire/msg_gss.c: encodes and decodes the messages of RFC 4462. */
#include "wire/msg_gss.h"

#include "wire/msg_auth.h"

/* 1.2.840.113554.1.2.2 (RFC 4121 section 1, RFC 1964 section 1). */
static const uint8_t krb5_oid[] = {
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02
};
const struct sx_slice sx_gss_krb5_oid = { krb5_oid, sizeof krb5_oid };

/* A string that goes to our GSSAPI. */
static struct sx_slice read_token(struct sx_reader *reader)
{
    struct sx_slice token = sx_reader_string(reader);

    if (token.len > SX_GSS_TOKEN_MAX)
        reader->is_bad = true;
    return token;
}

/* A message that is its number and one token. */
static enum sx_err decode_token(struct sx_slice payload, uint8_t number, struct sx_slice *out)
{
    struct sx_slice token;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, number);
    token = read_token(&r);
    SX_TRY(sx_reader_finish(&r));

    *out = token;
    return SX_OK;
}

static void encode_token(struct sx_writer *writer, uint8_t number, struct sx_slice token)
{
    sx_writer_u8(writer, number);
    sx_writer_string(writer, token);
}

void sx_msg_kexgss_init_encode(struct sx_writer *writer, const struct sx_msg_kexgss_init *msg)
{
    encode_token(writer, SX_MSG_KEXGSS_INIT, msg->token);
    sx_writer_string(writer, msg->share);
}

enum sx_err sx_msg_kexgss_init_decode(struct sx_slice payload, struct sx_msg_kexgss_init *out)
{
    struct sx_msg_kexgss_init m;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_KEXGSS_INIT);
    m.token = read_token(&r);
    m.share = sx_reader_string(&r);
    SX_TRY(sx_reader_finish(&r));

    *out = m;
    return SX_OK;
}

void sx_msg_kexgss_continue_encode(struct sx_writer *writer, struct sx_slice token)
{
    encode_token(writer, SX_MSG_KEXGSS_CONTINUE, token);
}

enum sx_err sx_msg_kexgss_continue_decode(struct sx_slice payload, struct sx_slice *out_token)
{
    return decode_token(payload, SX_MSG_KEXGSS_CONTINUE, out_token);
}

void sx_msg_kexgss_complete_encode(struct sx_writer *writer,
                                   const struct sx_msg_kexgss_complete *msg)
{
    sx_writer_u8(writer, SX_MSG_KEXGSS_COMPLETE);
    sx_writer_string(writer, msg->share);
    sx_writer_string(writer, msg->mic);
    sx_writer_bool(writer, msg->has_token);
    if (msg->has_token)
        sx_writer_string(writer, msg->token);
}

enum sx_err sx_msg_kexgss_complete_decode(struct sx_slice payload,
                                          struct sx_msg_kexgss_complete *out)
{
    struct sx_msg_kexgss_complete m = { .token = SX_SLICE_NONE };
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_KEXGSS_COMPLETE);
    m.share = sx_reader_string(&r);
    m.mic = read_token(&r);
    m.has_token = sx_reader_bool(&r);
    if (m.has_token)
        m.token = read_token(&r);
    SX_TRY(sx_reader_finish(&r));

    *out = m;
    return SX_OK;
}

void sx_msg_kexgss_hostkey_encode(struct sx_writer *writer, struct sx_slice host_key)
{
    encode_token(writer, SX_MSG_KEXGSS_HOSTKEY, host_key);
}

enum sx_err sx_msg_kexgss_hostkey_decode(struct sx_slice payload, struct sx_slice *out_host_key)
{
    return decode_token(payload, SX_MSG_KEXGSS_HOSTKEY, out_host_key);
}

void sx_msg_gss_error_encode(struct sx_writer *writer, uint8_t number,
                             const struct sx_msg_gss_error *msg)
{
    sx_writer_u8(writer, number);
    sx_writer_u32(writer, msg->major);
    sx_writer_u32(writer, msg->minor);
    sx_writer_string(writer, msg->message);
    sx_writer_text(writer, "");
}

enum sx_err sx_msg_gss_error_decode(struct sx_slice payload, uint8_t number,
                                    struct sx_msg_gss_error *out)
{
    struct sx_msg_gss_error m;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, number);
    m.major = sx_reader_u32(&r);
    m.minor = sx_reader_u32(&r);
    m.message = sx_reader_string(&r);
    (void)sx_reader_string(&r);
    if (m.message.len > SX_GSS_TEXT_MAX)
        r.is_bad = true;
    SX_TRY(sx_reader_finish(&r));

    *out = m;
    return SX_OK;
}

void sx_msg_userauth_gssapi_encode(struct sx_writer *writer, struct sx_slice user)
{
    sx_msg_userauth_request_encode(writer, user, "gssapi-with-mic");
    sx_writer_u32(writer, 1);
    sx_writer_string(writer, sx_gss_krb5_oid);
}

void sx_msg_gssapi_response_encode(struct sx_writer *writer, struct sx_slice oid)
{
    encode_token(writer, SX_MSG_USERAUTH_GSSAPI_RESPONSE, oid);
}

enum sx_err sx_msg_gssapi_response_decode(struct sx_slice payload, struct sx_slice *out_oid)
{
    return decode_token(payload, SX_MSG_USERAUTH_GSSAPI_RESPONSE, out_oid);
}

void sx_msg_gssapi_token_encode(struct sx_writer *writer, uint8_t number, struct sx_slice token)
{
    encode_token(writer, number, token);
}

enum sx_err sx_msg_gssapi_token_decode(struct sx_slice payload, uint8_t number,
                                       struct sx_slice *out_token)
{
    return decode_token(payload, number, out_token);
}

void sx_msg_userauth_keyex_encode(struct sx_writer *writer, struct sx_slice user,
                                  struct sx_slice mic)
{
    sx_msg_userauth_request_encode(writer, user, "gssapi-keyex");
    sx_writer_string(writer, mic);
}

void sx_msg_gssapi_signed_encode(struct sx_writer *writer, struct sx_slice session_id,
                                 struct sx_slice user, const char *method)
{
    sx_writer_string(writer, session_id);
    sx_msg_userauth_request_encode(writer, user, method);
}
