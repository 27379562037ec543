/* crypto/tls_client.h: the client's side of a TLS connection, without a socket: bytes from the server
 * go in, bytes for it come out.
 *
 * TLS 1.2 or later, with the suites, groups and signatures that every policy here allows: AES-GCM,
 * the NIST curves, RSA and ECDSA with SHA-2. All of it is computed by the provider in its own
 * context; under a FIPS module the fetches are bound to fips=yes. The server must show a
 * certificate with a path to an anchor, within its time, for servers, with the name asked for in
 * its subjectAltName. No session is resumed, nothing is renegotiated. */
#ifndef SX_CRYPTO_TLS_CLIENT_H
#define SX_CRYPTO_TLS_CLIENT_H

#include "base/buffer.h"
#include "crypto/key.h"
#include "crypto/x509_trust.h"

enum { SX_TLS_CHAIN_MAX = 8 };

/* What is wanted; all borrowed during new. */
struct sx_tls_demands {
    const struct sx_x509_trust
        *trust;               /* the anchors, and revocation lists; it also has the provider */
    const char *name;         /* DNS name or address that the server must prove */
    const struct sx_key *key; /* of the client's own certificate; NULL for none */
    struct sx_slice chain[SX_TLS_CHAIN_MAX]; /* DER, the client's own first */
    size_t chain_count;
};

struct sx_tls_client;

/* SX_ERR_PROVIDER when there is no libssl, SX_ERR_KEY_FORMAT for a client's certificate that is
 * damaged or isn't the key's, with texts. */
SX_MUST_USE enum sx_err sx_tls_client_new(const struct sx_tls_demands *demands,
                                          struct sx_fault *fault, struct sx_tls_client **out);

/* sx_tls_client_take takes bytes that the server sent. SX_ERR_MEMORY. */
SX_MUST_USE enum sx_err sx_tls_client_take(struct sx_tls_client *tls, struct sx_slice bytes);

/* sx_tls_client_pending is what waits to be sent; sx_tls_client_sent says how much of it was. The
 * slice lives until the next call. */
SX_MUST_USE enum sx_err sx_tls_client_pending(struct sx_tls_client *tls, struct sx_slice *out);
void sx_tls_client_sent(struct sx_tls_client *tls, size_t len);

/* sx_tls_client_shake_hands goes on with the handshake; *out_is_done when it is over. In between send
 * what is pending and take what comes. SX_ERR_HOST_KEY_REJECTED with the reason when the
 * certificate isn't good, SX_ERR_SOCKET with OpenSSL's word for everything else; an alert may then
 * be pending. */
SX_MUST_USE enum sx_err sx_tls_client_shake_hands(struct sx_tls_client *tls, struct sx_fault *fault,
                                                  bool *out_is_done);

/* sx_tls_client_write makes bytes pending, all of them. SX_ERR_SOCKET. */
SX_MUST_USE enum sx_err sx_tls_client_write(struct sx_tls_client *tls, struct sx_slice bytes,
                                            struct sx_fault *fault);

/* sx_tls_client_listen works off what came: alerts, tickets, key updates; what the server says is
 * thrown away, as it has nothing to say. SX_ERR_CLOSED when it took its leave (close_notify),
 * SX_ERR_SOCKET with the reason when it ended the connection otherwise. */
SX_MUST_USE enum sx_err sx_tls_client_listen(struct sx_tls_client *tls, struct sx_fault *fault);

/* sx_tls_client_leave makes a close_notify pending. */
void sx_tls_client_leave(struct sx_tls_client *tls);

/* "TLSv1.3 TLS_AES_256_GCM_SHA384"; "" before the handshake's end. */
const char *sx_tls_client_describe(const struct sx_tls_client *tls);

/* NULL-safe. */
void sx_tls_client_free(struct sx_tls_client *tls);

#endif
