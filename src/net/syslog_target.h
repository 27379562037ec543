/* net/syslog_target.h: how a log collector is named, and what a TLS connection to it needs.
 *
 *   local                   the machine's log socket, /dev/log
 *   /path                   another datagram socket
 *   tcp:HOST:PORT           octet counting over TCP (RFC 6587 section 3.4.1)
 *   tls://HOST:PORT?ca=FILE[&name=NAME][&crl=FILE][&cert=FILE&key=FILE]
 *                           the same over TLS (RFC 5425). ca: the anchors that the collector's
 *                           certificate must lead to; name: what it must name, else HOST; cert
 *                           and key: our own, in PEM. An IPv6 address stands in brackets. */
#ifndef SX_NET_SYSLOG_TARGET_H
#define SX_NET_SYSLOG_TARGET_H

#include "base/error.h"
#include "crypto/tls_client.h"

enum { SX_SYSLOG_TARGET_MAX = 2048, SX_SYSLOG_HOST_MAX = 256 };

enum sx_syslog_kind { SX_SYSLOG_LOCAL, SX_SYSLOG_TCP, SX_SYSLOG_TLS };

struct sx_syslog_target {
    enum sx_syslog_kind kind;
    char host[SX_SYSLOG_HOST_MAX]; /* without brackets */
    char port[8];
    char path[108]; /* of a local socket */

    /* TLS. */
    char name[SX_SYSLOG_HOST_MAX];
    char *ca; /* owned, as the next ones; NULL for none */
    char *crl;
    char *cert;
    char *key;
};

/* SX_ERR_ARGUMENT with a text that says what is wrong. Clear what was read. */
SX_MUST_USE enum sx_err sx_syslog_target_read(const char *text, struct sx_fault *fault,
                                              struct sx_syslog_target *out);
void sx_syslog_target_clear(struct sx_syslog_target *target);

/* The files of a TLS target, read and kept. */
struct sx_syslog_trust {
    struct sx_x509_trust *anchors;
    struct sx_key *key; /* NULL for none */
    struct sx_secret chain[SX_TLS_CHAIN_MAX];
    size_t chain_count;
};

/* SX_ERR_FILE, SX_ERR_FILE_MODE, SX_ERR_KEY_FORMAT, with texts that name the file. */
SX_MUST_USE enum sx_err sx_syslog_trust_load(const struct sx_syslog_target *target,
                                             struct sx_provider *provider, struct sx_fault *fault,
                                             struct sx_syslog_trust *out);
void sx_syslog_trust_clear(struct sx_syslog_trust *trust);

#endif
