/* transport/negotiate.h: our KEXINIT, the server's, and what follows from both (RFC 4253
 * section 7.1). */
#ifndef SX_TRANSPORT_NEGOTIATE_H
#define SX_TRANSPORT_NEGOTIATE_H

#include "policy/offer.h"
#include "wire/msg_transport.h"

/* Pseudo-algorithms in the first KEXINIT: RFC 8308 section 2.1 and OpenSSH's strict exchange. */
#define SX_EXT_INFO_C "ext-info-c"
#define SX_STRICT_C "kex-strict-c-v00@openssh.com"
#define SX_STRICT_S "kex-strict-s-v00@openssh.com"

/* RFC 4462 section 5: the host key algorithm of a server that has no host key. */
#define SX_HOST_KEY_NULL "null"

/* What of the offer holds for this exchange. */
struct sx_kex_terms {
    bool is_first; /* pseudo-algorithms are sent, and count */
    bool has_gss;  /* there is a token to begin a GSSAPI key exchange with; else none is offered */
};

struct sx_negotiated {
    const struct sx_kex_alg *kex;
    const struct sx_sig_alg *host_key; /* NULL for "null", only with a GSSAPI key exchange */
    const struct sx_cipher_alg *cipher_c2s;
    const struct sx_cipher_alg *cipher_s2c;
    const struct sx_mac_alg *mac_c2s; /* NULL with an AEAD cipher */
    const struct sx_mac_alg *mac_s2c;
    const struct sx_compression_alg *compression_c2s;
    const struct sx_compression_alg *compression_s2c;
    bool is_peer_strict;     /* the server offers strict key exchange */
    bool is_guess_to_ignore; /* the server sent a wrong guess: its next packet is dropped */
};

/* sx_kexinit_build writes our KEXINIT from the offer. With a GSSAPI key exchange the host key
 * algorithm "null" goes along, last. */
SX_MUST_USE enum sx_err sx_kexinit_build(const struct sx_offer *offer, struct sx_kex_terms terms,
                                         struct sx_writer *writer);

/* sx_negotiate picks the first of ours that the server has, list by list; a key exchange that needs
 * a host key only where there is one. On failure (SX_ERR_NEGOTIATE) the fault shows both lists and
 * says what the policy refuses of the server's. */
SX_MUST_USE enum sx_err sx_negotiate(const struct sx_offer *offer,
                                     const struct sx_msg_kexinit *peer, struct sx_kex_terms terms,
                                     struct sx_fault *fault, struct sx_negotiated *out);

/* The name of what was negotiated, also of "null". */
const char *sx_negotiated_host_key(const struct sx_negotiated *negotiated);

#endif
