/* transport/gss.h: a key exchange whose server is authenticated by GSSAPI (RFC 4462 section 2), as far
 * as it differs from the others. Private to this room; the transport holds one.
 *
 * Tokens are the caller's to make, who may have to ask a KDC. The first is asked for before our
 * KEXINIT goes out: only who has it can know whether such an exchange can be offered. */
#ifndef SX_TRANSPORT_GSS_H
#define SX_TRANSPORT_GSS_H

#include "base/buffer.h"
#include "base/event.h"

enum sx_gss_stage {
    SX_GSS_IDLE,      /* no token is at hand */
    SX_GSS_PREPARING, /* the caller makes the first one; KEXINIT waits for it */
    SX_GSS_PREPARED,  /* it is in token, or there is none: is_possible says */
    SX_GSS_RUNNING,   /* INIT is out */
    SX_GSS_STEPPING,  /* the caller takes a token of CONTINUE */
    SX_GSS_ENDING,    /* the caller takes the token of COMPLETE */
    SX_GSS_VERIFYING, /* the caller verifies the MIC */
};

struct sx_gss_kex {
    enum sx_gss_stage stage;
    bool is_possible;    /* the first token is here, so such an exchange is offered */
    bool is_established; /* the context is */
    enum sx_gss_context context;
    struct sx_buffer token; /* our first */
    struct sx_buffer mic;   /* the server's, of COMPLETE */
    char why_not[1024];     /* why is_possible is false; "" when it isn't */
};

void sx_gss_kex_init(struct sx_gss_kex *gss);

/* Ready for the next exchange. */
void sx_gss_kex_clear(struct sx_gss_kex *gss);

struct sx_transport;

/* sx_gss_prepare asks for the first token. */
SX_MUST_USE enum sx_err sx_gss_prepare(struct sx_transport *transport);

/* sx_gss_send_init sends INIT, once our share stands. */
SX_MUST_USE enum sx_err sx_gss_send_init(struct sx_transport *transport);

/* A message 30 to 49 in such an exchange. */
SX_MUST_USE enum sx_err sx_gss_message(struct sx_transport *transport, struct sx_slice payload);

#endif
