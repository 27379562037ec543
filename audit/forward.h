/* audit/forward.h: a log collector gets the audit file's lines, in their order.
 *
 * What collectors took is a mark beside the key, for all processes together. Who connects sends
 * from the mark on, whoever wrote it, and moves the mark when the collector has taken its leave
 * properly. So a collector that was away gets every record in the end, some perhaps twice. It never
 * makes a record durable, and that it is away never ends a session. */
#ifndef SX_AUDIT_FORWARD_H
#define SX_AUDIT_FORWARD_H

#include "audit/file.h"
#include "net/syslog.h"

struct sx_audit_forward {
    char target[256]; /* as sx_syslog_open takes it; "" for none */
    struct sx_syslog syslog;
    struct sx_audit_mark sent; /* on this connection */
    uint64_t retry_at;         /* milliseconds of the monotonic clock */
};

void sx_audit_forward_init(struct sx_audit_forward *forward, const char *target);

/* sx_audit_forward_run sends what is in the file and was not sent; what fails is tried again later. */
void sx_audit_forward_run(struct sx_audit_forward *forward, struct sx_audit_file *file,
                          const struct sx_audit_crypto *crypto, const char *host);

/* sx_audit_forward_end says good-bye, and moves the mark when the collector does so, too. */
void sx_audit_forward_end(struct sx_audit_forward *forward, struct sx_audit_file *file);

#endif
