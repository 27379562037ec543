/* transport/exchange.h: one key exchange, from both KEXINITs to the derived keys.
 *
 * The transport feeds it messages; it checks all that the server says and commits last: nothing
 * of the connection changes before the server's signature was verified. */
#ifndef SX_TRANSPORT_EXCHANGE_H
#define SX_TRANSPORT_EXCHANGE_H

#include "base/buffer.h"
#include "base/secret.h"
#include "transport/negotiate.h"
#include "transport/packet.h"
#include "wire/msg_gex.h"

struct sx_exchange {
    struct sx_buffer client_init; /* I_C and I_S: the KEXINIT payloads */
    struct sx_buffer server_init;
    struct sx_negotiated algs;
    struct sx_agree *agree;
    struct sx_msg_gex_request gex; /* what we asked for, in a group exchange */
    struct sx_buffer gex_hashed;   /* min, n, max, p, g as they enter the hash; else empty */
    struct sx_buffer host_key;     /* K_S */
    unsigned host_key_bits;
    const char *host_key_type;
    struct sx_secret k; /* encoded, with its length prefix */
    uint8_t hash[SX_DIGEST_MAX];
    size_t hash_len;
};

/* What the exchange hash needs beside the exchange itself: V_C and V_S. */
struct sx_exchange_versions {
    const char *client;
    const char *server;
};

void sx_exchange_init(struct sx_exchange *exchange);

/* sx_exchange_start makes the ephemeral key, once algs is set. */
SX_MUST_USE enum sx_err sx_exchange_start(struct sx_exchange *exchange,
                                          struct sx_provider *provider, struct sx_fault *fault);

/* In a group exchange (RFC 4419) the group comes from the server first: sx_exchange_gex_request says
 * what to ask for, sx_exchange_gex_group takes the answer, checks it and makes the ephemeral key. A
 * group of a size that was not asked for, or under an approved policy one that the module doesn't
 * know, is SX_ERR_PEER_DH_VALUE. */
bool sx_exchange_is_gex(const struct sx_exchange *exchange);
void sx_exchange_gex_request(struct sx_exchange *exchange, const struct sx_offer *offer);
SX_MUST_USE enum sx_err sx_exchange_gex_group(struct sx_exchange *exchange,
                                              const struct sx_offer *offer, struct sx_slice payload,
                                              struct sx_fault *fault);

/* sx_exchange_reply takes the server's reply: decodes the host key and checks it against the
 * negotiated algorithm and the policy's minimum, agrees on K, computes H, verifies the signature. */
SX_MUST_USE enum sx_err sx_exchange_reply(struct sx_exchange *exchange,
                                          const struct sx_offer *offer,
                                          const struct sx_exchange_versions *versions,
                                          struct sx_slice payload, struct sx_fault *fault);

/* A GSSAPI key exchange (RFC 4462 section 2.1) has no signature; the caller has the MIC over hash
 * verified by the security context. sx_exchange_gss_host_key takes the optional host key, once,
 * before the end; sx_exchange_gss_finish agrees on K and computes H. */
SX_MUST_USE enum sx_err sx_exchange_gss_host_key(struct sx_exchange *exchange,
                                                 const struct sx_offer *offer,
                                                 struct sx_slice host_key, struct sx_fault *fault);
SX_MUST_USE enum sx_err sx_exchange_gss_finish(struct sx_exchange *exchange,
                                               const struct sx_offer *offer,
                                               const struct sx_exchange_versions *versions,
                                               struct sx_slice share, struct sx_fault *fault);

/* sx_exchange_derive makes both directions' keys (RFC 4253 section 7.2) and wipes K. */
SX_MUST_USE enum sx_err sx_exchange_derive(struct sx_exchange *exchange,
                                           struct sx_provider *provider, struct sx_slice session_id,
                                           struct sx_packet_keys *c2s, struct sx_packet_keys *s2c);

/* Wipes everything; ready for the next exchange. */
void sx_exchange_clear(struct sx_exchange *exchange);

#endif
