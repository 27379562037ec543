/* wire/msg_auth.h: the messages of RFC 4252. Conventions as in wire/msg_transport.h. */
#ifndef SX_WIRE_MSG_AUTH_H
#define SX_WIRE_MSG_AUTH_H

#include "wire/numbers.h"
#include "wire/reader.h"
#include "wire/writer.h"

/* RFC 4252 section 5: the head of every request; the method's fields follow in the same writer. */
void sx_msg_userauth_request_encode(struct sx_writer *writer, struct sx_slice user,
                                    const char *method);

/* RFC 4252 section 8. */
void sx_msg_userauth_password_encode(struct sx_writer *writer, struct sx_slice user,
                                     struct sx_slice password);

/* RFC 4252 section 8: the request again, with the new password that the server asked for. */
void sx_msg_userauth_password_change_encode(struct sx_writer *writer, struct sx_slice user,
                                            struct sx_slice password, struct sx_slice new_password);

/* RFC 4252 section 7. Without a signature (has_signature false) it asks whether the key would do. */
struct sx_msg_userauth_publickey {
    struct sx_slice user;
    bool has_signature;
    struct sx_slice algorithm;
    struct sx_slice public_key;
    struct sx_slice signature; /* the whole signature blob of RFC 4253 section 6.6 */
};
void sx_msg_userauth_publickey_encode(struct sx_writer *writer,
                                      const struct sx_msg_userauth_publickey *msg);

/* RFC 4252 section 7: what is signed: string session id, then the request up to the public key,
 * with has_signature true. */
void sx_msg_userauth_signed_encode(struct sx_writer *writer, struct sx_slice session_id,
                                   struct sx_slice user, struct sx_slice algorithm,
                                   struct sx_slice public_key);

/* For test peers: the head of a request and where its method fields start. */
struct sx_msg_userauth_request {
    struct sx_slice user;
    struct sx_slice service;
    struct sx_slice method;
    struct sx_slice fields;
};
SX_MUST_USE enum sx_err sx_msg_userauth_request_decode(struct sx_slice payload,
                                                       struct sx_msg_userauth_request *out);

/* RFC 4252 section 5.1 */
struct sx_msg_userauth_failure {
    struct sx_slice methods;
    bool partial_success;
};
SX_MUST_USE enum sx_err sx_msg_userauth_failure_decode(struct sx_slice payload,
                                                       struct sx_msg_userauth_failure *out);
void sx_msg_userauth_failure_encode(struct sx_writer *writer,
                                    const struct sx_msg_userauth_failure *msg);

/* RFC 4252 section 5.1 */
SX_MUST_USE enum sx_err sx_msg_userauth_success_decode(struct sx_slice payload);
void sx_msg_userauth_success_encode(struct sx_writer *writer);

/* RFC 4252 section 5.4; the language tag is read and dropped. */
SX_MUST_USE enum sx_err sx_msg_userauth_banner_decode(struct sx_slice payload,
                                                      struct sx_slice *out_message);
void sx_msg_userauth_banner_encode(struct sx_writer *writer, struct sx_slice message);

/* RFC 4252 section 7 */
struct sx_msg_userauth_pk_ok {
    struct sx_slice algorithm;
    struct sx_slice public_key;
};
SX_MUST_USE enum sx_err sx_msg_userauth_pk_ok_decode(struct sx_slice payload,
                                                     struct sx_msg_userauth_pk_ok *out);
void sx_msg_userauth_pk_ok_encode(struct sx_writer *writer,
                                  const struct sx_msg_userauth_pk_ok *msg);

/* RFC 4252 section 8 */
SX_MUST_USE enum sx_err sx_msg_userauth_passwd_changereq_decode(struct sx_slice payload,
                                                                struct sx_slice *out_prompt);
void sx_msg_userauth_passwd_changereq_encode(struct sx_writer *writer, struct sx_slice prompt);

#endif
