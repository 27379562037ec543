/* audit/forward.h: a log collector gets the audit file's lines, in their order.
 *
 * What collectors took is a mark beside the key, for all processes together. Who connects sends
 * from the mark on, whoever wrote it, and moves the mark when the collector has taken its leave
 * properly. When one can't be reached or breaks off, nobody knows what became of the records before
 * the mark: it goes back to the last checkpoint, as records that somebody signed are kept already.
 * What stands in files that were put aside since is sent first (audit/forward_older.c). So a collector
 * that was away gets every record in the end, some perhaps twice. It never makes a record durable,
 * and that it is away never ends a session. */
#ifndef SX_AUDIT_FORWARD_H
#define SX_AUDIT_FORWARD_H

#include "audit/file.h"
#include "net/syslog.h"

struct sx_audit_forward {
    bool is_wanted;
    struct sx_syslog syslog;
    struct sx_audit_mark sent; /* on this connection */
    uint64_t retry_at;         /* milliseconds of the monotonic clock */
    struct sx_fault why;       /* why the collector doesn't get what it should */
    bool is_told;              /* that reason was given out */
};

/* target as sx_syslog_init takes it, NULL for none, and its errors. Clear it in the end. */
SX_MUST_USE enum sx_err sx_audit_forward_init(struct sx_audit_forward *forward, const char *target,
                                              struct sx_provider *provider, struct sx_fault *fault);
void sx_audit_forward_clear(struct sx_audit_forward *forward);

/* sx_audit_forward_run sends what is in the file and was not sent; what fails is tried again later. */
void sx_audit_forward_run(struct sx_audit_forward *forward, struct sx_audit_file *file,
                          const struct sx_audit_crypto *crypto, const char *host);

/* sx_audit_forward_end says good-bye, and moves the mark when the collector does so, too. */
void sx_audit_forward_end(struct sx_audit_forward *forward, struct sx_audit_file *file,
                          const struct sx_audit_crypto *crypto);

/* Why the collector has not got all; NULL when there is nothing that wasn't said before. */
const char *sx_audit_forward_news(struct sx_audit_forward *forward);

/* Private to forward*.c. send_until sends the lines of fd from the mark's place up to size;
 * send_older sends what the files before this one hold behind the mark, which then stands at the
 * begin of this one. Errors leave their reason in forward->why. */
SX_MUST_USE enum sx_err sx_audit_forward_until(struct sx_audit_forward *forward, int fd,
                                               uint64_t size, const char *host);
SX_MUST_USE enum sx_err sx_audit_forward_older(struct sx_audit_forward *forward,
                                               const struct sx_audit_file *file,
                                               uint64_t generation, const char *host);

#endif
