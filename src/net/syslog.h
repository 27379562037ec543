/* net/syslog.h: messages to a log collector: RFC 5424, over the machine's own log socket, over TCP, or
 * over TLS (net/syslog_target.h). None of them answers: that something was sent doesn't mean that
 * anybody kept it. */
#ifndef SX_NET_SYSLOG_H
#define SX_NET_SYSLOG_H

#include "net/syslog_target.h"

/* Zero-initialise, then init; clear in the end. */
struct sx_syslog {
    struct sx_syslog_target target;
    struct sx_syslog_trust trust;
    bool is_connected;
    int fd;
    struct sx_tls_client *tls; /* of a TLS connection */
};

/* sx_syslog_init reads the target and, for TLS, its files, with which provider then computes. Errors
 * of sx_syslog_target_read, sx_syslog_trust_load and sx_tls_client_new. */
SX_MUST_USE enum sx_err sx_syslog_init(const char *target, struct sx_provider *provider,
                                       struct sx_fault *fault, struct sx_syslog *out);
void sx_syslog_clear(struct sx_syslog *syslog);

/* sx_syslog_connect connects, within a second for each of its addresses and three for TLS.
 * SX_ERR_CONNECT, SX_ERR_HOST_KEY_REJECTED when a TLS collector isn't who it should be, SX_ERR_SOCKET
 * for other failures of TLS; all with a text that names the collector. */
SX_MUST_USE enum sx_err sx_syslog_connect(struct sx_syslog *syslog, struct sx_fault *fault);

/* sx_syslog_send sends one message of facility authpriv, severity notice, MSGID "audit". time is
 * RFC 3339, such as "2026-11-23T12:00:00.123456Z". SX_ERR_SOCKET with a text; SX_ERR_SPACE when the
 * local socket can't take so long a message. */
SX_MUST_USE enum sx_err sx_syslog_send(struct sx_syslog *syslog, const char *time, const char *host,
                                       unsigned long process, struct sx_slice message,
                                       struct sx_fault *fault);

/* sx_syslog_close ends the connection, if there is one. True when a TCP or TLS collector took all and
 * closed as well (TLS: said so), or the local socket was open; then it is likely that nothing was
 * lost. */
bool sx_syslog_close(struct sx_syslog *syslog);

#endif
