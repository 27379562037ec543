/* wire/msg_gss.h: the messages of RFC 4462 and RFC 8732: key exchange and user authentication by
 * GSSAPI. Conventions as in wire/msg_transport.h.
 *
 * Tokens, MICs and object identifiers come from the server's GSSAPI and go into ours, so their
 * length is bounded here: decoders refuse what is longer than SX_GSS_TOKEN_MAX. */
#ifndef SX_WIRE_MSG_GSS_H
#define SX_WIRE_MSG_GSS_H

#include "wire/numbers.h"
#include "wire/reader.h"
#include "wire/writer.h"

/* Kerberos tickets of users in very many groups reach some 48 KiB. */
enum { SX_GSS_TOKEN_MAX = 64 * 1024, SX_GSS_TEXT_MAX = 4 * 1024 };

/* The Kerberos mechanism's object identifier in DER, as RFC 4462 section 3.2 sends it, and the
 * suffix of its key exchanges' names: base64 of its MD5 (section 2), which is a constant here, so
 * that no MD5 is computed. */
extern const struct sx_slice sx_gss_krb5_oid;
#define SX_GSS_KRB5_SUFFIX "toWM5Slw5Ew8Mqkay+al2g=="

/* ---- Key exchange, RFC 4462 section 2.1 ---- */

/* share is e, f or a point as in sx_msg_kex_init_encode. */
struct sx_msg_kexgss_init {
    struct sx_slice token;
    struct sx_slice share;
};
void sx_msg_kexgss_init_encode(struct sx_writer *writer, const struct sx_msg_kexgss_init *msg);
SX_MUST_USE enum sx_err sx_msg_kexgss_init_decode(struct sx_slice payload,
                                                  struct sx_msg_kexgss_init *out);

void sx_msg_kexgss_continue_encode(struct sx_writer *writer, struct sx_slice token);
SX_MUST_USE enum sx_err sx_msg_kexgss_continue_decode(struct sx_slice payload,
                                                      struct sx_slice *out_token);

struct sx_msg_kexgss_complete {
    struct sx_slice share;
    struct sx_slice mic; /* over the exchange hash */
    bool has_token;
    struct sx_slice token;
};
void sx_msg_kexgss_complete_encode(struct sx_writer *writer,
                                   const struct sx_msg_kexgss_complete *msg);
SX_MUST_USE enum sx_err sx_msg_kexgss_complete_decode(struct sx_slice payload,
                                                      struct sx_msg_kexgss_complete *out);

void sx_msg_kexgss_hostkey_encode(struct sx_writer *writer, struct sx_slice host_key);
SX_MUST_USE enum sx_err sx_msg_kexgss_hostkey_decode(struct sx_slice payload,
                                                     struct sx_slice *out_host_key);

/* Also USERAUTH_GSSAPI_ERROR, section 3.8; number tells them apart. The language tag is read and
 * dropped. */
struct sx_msg_gss_error {
    uint32_t major;
    uint32_t minor;
    struct sx_slice message;
};
void sx_msg_gss_error_encode(struct sx_writer *writer, uint8_t number,
                             const struct sx_msg_gss_error *msg);
SX_MUST_USE enum sx_err sx_msg_gss_error_decode(struct sx_slice payload, uint8_t number,
                                                struct sx_msg_gss_error *out);

/* ---- User authentication, RFC 4462 section 3 ---- */

/* Offers Kerberos alone. */
void sx_msg_userauth_gssapi_encode(struct sx_writer *writer, struct sx_slice user);

/* RESPONSE (60): the mechanism that the server chose. */
void sx_msg_gssapi_response_encode(struct sx_writer *writer, struct sx_slice oid);
SX_MUST_USE enum sx_err sx_msg_gssapi_response_decode(struct sx_slice payload,
                                                      struct sx_slice *out_oid);

/* TOKEN (61), ERRTOK (65) and MIC (66) look alike. */
void sx_msg_gssapi_token_encode(struct sx_writer *writer, uint8_t number, struct sx_slice token);
SX_MUST_USE enum sx_err sx_msg_gssapi_token_decode(struct sx_slice payload, uint8_t number,
                                                   struct sx_slice *out_token);

/* Section 4: the request of method gssapi-keyex. */
void sx_msg_userauth_keyex_encode(struct sx_writer *writer, struct sx_slice user,
                                  struct sx_slice mic);

/* Sections 3.5 and 4: what the MIC of either method is over. */
void sx_msg_gssapi_signed_encode(struct sx_writer *writer, struct sx_slice session_id,
                                 struct sx_slice user, const char *method);

#endif
