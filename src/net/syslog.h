/* net/syslog.h: messages to a log collector: RFC 5424, over the machine's own log socket, or over TCP
 * with octet counting (RFC 6587 section 3.4.1). Neither answers: that something was sent doesn't
 * mean that anybody kept it. */
#ifndef SX_NET_SYSLOG_H
#define SX_NET_SYSLOG_H

#include "base/error.h"
#include "base/slice.h"

struct sx_syslog {
    int fd; /* -1: not connected */
    bool is_stream;
};

/* sx_syslog_open connects to "local" (/dev/log), an absolute path of a socket, or "tcp:HOST:PORT",
 * within a second. SX_ERR_ARGUMENT for other targets, SX_ERR_CONNECT, with a text. */
SX_MUST_USE enum sx_err sx_syslog_open(const char *target, struct sx_fault *fault,
                                       struct sx_syslog *out);

/* sx_syslog_is_target says whether the text is one of the three forms. */
bool sx_syslog_is_target(const char *target);

/* sx_syslog_send sends one message of facility authpriv, severity notice, MSGID "audit". time is
 * RFC 3339, such as "2026-11-23T12:00:00.123456Z". SX_ERR_SOCKET. */
SX_MUST_USE enum sx_err sx_syslog_send(struct sx_syslog *syslog, const char *time, const char *host,
                                       unsigned long process, struct sx_slice message);

/* sx_syslog_close ends the connection. True when a TCP collector took all and closed as well, or
 * the local socket was open; then it is likely that nothing was lost. */
bool sx_syslog_close(struct sx_syslog *syslog);

#endif
