/* transport/ident.h: the version exchange of RFC 4253 section 4.2. */
#ifndef SX_TRANSPORT_IDENT_H
#define SX_TRANSPORT_IDENT_H

#include "base/buffer.h"
#include "base/error.h"

enum {
    SX_IDENT_MAX = 255,          /* RFC 4253 section 4.2: with CR LF */
    SX_IDENT_COMMENT_MAX = 8192, /* one line before the version line */
    SX_IDENT_COMMENTS_MAX = 1024 /* how many such lines */
};

/* The server's side of the exchange. Zero it first. */
struct sx_ident {
    bool is_done;
    unsigned comment_count;
    char line[SX_IDENT_MAX + 1]; /* V_S: without CR LF */
};

/* sx_ident_is_valid_client says whether a version string may be sent: "SSH-2.0-", printable
 * US-ASCII, at most 253 bytes. */
bool sx_ident_is_valid_client(const char *line);

/* sx_ident_read takes lines off in until the version line was read (is_done) or bytes run out.
 * patterns is a comma-separated list of wildcard patterns, one of which the line must match
 * (reference: SSHVersionPattern). SX_ERR_PEER_VERSION. */
SX_MUST_USE enum sx_err sx_ident_read(struct sx_ident *ident, struct sx_buffer *in,
                                      const char *patterns, struct sx_fault *fault);

#endif
