/* wire/msg_auth.c: the messages of RFC 4252, each as the RFC lists its fields. */
#include "wire/msg_auth.h"

static const char connection_service[] = "ssh-connection";

void sx_msg_userauth_request_encode(struct sx_writer *writer, struct sx_slice user,
                                    const char *method)
{
    sx_writer_u8(writer, SX_MSG_USERAUTH_REQUEST);
    sx_writer_string(writer, user);
    sx_writer_text(writer, connection_service);
    sx_writer_text(writer, method);
}

void sx_msg_userauth_password_encode(struct sx_writer *writer, struct sx_slice user,
                                     struct sx_slice password)
{
    sx_msg_userauth_request_encode(writer, user, "password");
    sx_writer_bool(writer, false); /* not a change of password */
    sx_writer_string(writer, password);
}

void sx_msg_userauth_password_change_encode(struct sx_writer *writer, struct sx_slice user,
                                            struct sx_slice password, struct sx_slice new_password)
{
    sx_msg_userauth_request_encode(writer, user, "password");
    sx_writer_bool(writer, true);
    sx_writer_string(writer, password);
    sx_writer_string(writer, new_password);
}

/* The request up to the public key, which is also the tail of what is signed. */
static void publickey_head_encode(struct sx_writer *writer, struct sx_slice user,
                                  bool has_signature, struct sx_slice algorithm,
                                  struct sx_slice public_key)
{
    sx_msg_userauth_request_encode(writer, user, "publickey");
    sx_writer_bool(writer, has_signature);
    sx_writer_string(writer, algorithm);
    sx_writer_string(writer, public_key);
}

void sx_msg_userauth_publickey_encode(struct sx_writer *writer,
                                      const struct sx_msg_userauth_publickey *msg)
{
    publickey_head_encode(writer, msg->user, msg->has_signature, msg->algorithm, msg->public_key);
    if (msg->has_signature)
        sx_writer_string(writer, msg->signature);
}

void sx_msg_userauth_signed_encode(struct sx_writer *writer, struct sx_slice session_id,
                                   struct sx_slice user, struct sx_slice algorithm,
                                   struct sx_slice public_key)
{
    sx_writer_string(writer, session_id);
    publickey_head_encode(writer, user, true, algorithm, public_key);
}

enum sx_err sx_msg_userauth_request_decode(struct sx_slice payload,
                                           struct sx_msg_userauth_request *out)
{
    struct sx_msg_userauth_request msg;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_USERAUTH_REQUEST);
    msg.user = sx_reader_string(&r);
    msg.service = sx_reader_string(&r);
    msg.method = sx_reader_string(&r);
    msg.fields = sx_reader_rest(&r);
    SX_TRY(sx_reader_finish(&r));

    *out = msg;
    return SX_OK;
}

enum sx_err sx_msg_userauth_failure_decode(struct sx_slice payload,
                                           struct sx_msg_userauth_failure *out)
{
    struct sx_msg_userauth_failure msg;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_USERAUTH_FAILURE);
    msg.methods = sx_reader_name_list(&r);
    msg.partial_success = sx_reader_bool(&r);
    SX_TRY(sx_reader_finish(&r));

    *out = msg;
    return SX_OK;
}

void sx_msg_userauth_failure_encode(struct sx_writer *writer,
                                    const struct sx_msg_userauth_failure *msg)
{
    sx_writer_u8(writer, SX_MSG_USERAUTH_FAILURE);
    sx_writer_string(writer, msg->methods);
    sx_writer_bool(writer, msg->partial_success);
}

enum sx_err sx_msg_userauth_success_decode(struct sx_slice payload)
{
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_USERAUTH_SUCCESS);
    return sx_reader_finish(&r);
}

void sx_msg_userauth_success_encode(struct sx_writer *writer)
{
    sx_writer_u8(writer, SX_MSG_USERAUTH_SUCCESS);
}

/* Banner and password change request: a text for the user and its language tag. */
static enum sx_err tagged_text_decode(struct sx_slice payload, uint8_t number, struct sx_slice *out)
{
    struct sx_slice text;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, number);
    text = sx_reader_string(&r);
    (void)sx_reader_string(&r); /* language tag */
    SX_TRY(sx_reader_finish(&r));

    *out = text;
    return SX_OK;
}

static void tagged_text_encode(struct sx_writer *writer, uint8_t number, struct sx_slice text)
{
    sx_writer_u8(writer, number);
    sx_writer_string(writer, text);
    sx_writer_text(writer, "");
}

enum sx_err sx_msg_userauth_banner_decode(struct sx_slice payload, struct sx_slice *out_message)
{
    return tagged_text_decode(payload, SX_MSG_USERAUTH_BANNER, out_message);
}

void sx_msg_userauth_banner_encode(struct sx_writer *writer, struct sx_slice message)
{
    tagged_text_encode(writer, SX_MSG_USERAUTH_BANNER, message);
}

enum sx_err sx_msg_userauth_pk_ok_decode(struct sx_slice payload, struct sx_msg_userauth_pk_ok *out)
{
    struct sx_msg_userauth_pk_ok msg;
    struct sx_reader r;

    sx_reader_init(&r, payload);
    sx_reader_expect_u8(&r, SX_MSG_USERAUTH_PK_OK);
    msg.algorithm = sx_reader_string(&r);
    msg.public_key = sx_reader_string(&r);
    SX_TRY(sx_reader_finish(&r));

    *out = msg;
    return SX_OK;
}

void sx_msg_userauth_pk_ok_encode(struct sx_writer *writer, const struct sx_msg_userauth_pk_ok *msg)
{
    sx_writer_u8(writer, SX_MSG_USERAUTH_PK_OK);
    sx_writer_string(writer, msg->algorithm);
    sx_writer_string(writer, msg->public_key);
}

enum sx_err sx_msg_userauth_passwd_changereq_decode(struct sx_slice payload,
                                                    struct sx_slice *out_prompt)
{
    return tagged_text_decode(payload, SX_MSG_USERAUTH_PASSWD_CHANGEREQ, out_prompt);
}

void sx_msg_userauth_passwd_changereq_encode(struct sx_writer *writer, struct sx_slice prompt)
{
    tagged_text_encode(writer, SX_MSG_USERAUTH_PASSWD_CHANGEREQ, prompt);
}
