/* client/auditing_inside.h: what the files of the audit's wiring share. */
#ifndef SX_CLIENT_AUDITING_INSIDE_H
#define SX_CLIENT_AUDITING_INSIDE_H

#include "audit/audit.h"
#include "client/auditing.h"
#include "crypto/digest.h"
#include "net/syslog_target.h"

enum { SX_STREAM_IN, SX_STREAM_OUT, SX_STREAM_ERR, SX_STREAM_COUNT };
enum { SX_AUDIT_PATH_MAX = 1024, SX_CERTIFICATE_MAX = 64 };

struct sx_auditing {
    /* Settings; fixed once is_decided. */
    bool is_decided;
    bool is_from_site; /* the site file says where, and nobody else */
    char file[SX_AUDIT_PATH_MAX];
    char key[SX_AUDIT_PATH_MAX];
    char collector[SX_SYSLOG_TARGET_MAX];
    enum sx_audit_sync sync;
    bool is_required;
    int digests; /* -1: as the policy says */
    char certificate[SX_CERTIFICATE_MAX];
    sexec_audit_handler handler;
    void *handler_context;

    struct sx_audit *audit; /* NULL until the first action */
    bool must_keep;         /* a lost record ends the action; of the present action */
    struct sx_fault *lost;  /* why a record of the present action was lost; err SX_OK for none.
                             * NULL without an audit: thousands of objects may be idle */
    bool is_loss_untold;    /* of a call that has no code to tell it; the next action does */
    struct sx_buffer calls; /* before the first action, for SX_AUDIT_SETUP */
    uint64_t calls_lost;
    uint64_t counts[SX_COUNTED_COUNT];
    uint64_t session_records; /* of the object's sessions and what happens in them, until now */
    uint64_t created_at;
    uint64_t sessions;
    uint64_t commands;

    /* The session. */
    bool is_in_session;
    bool was_logged_on;
    uint64_t unapproved; /* operations, when the session began */
    bool is_end_durable; /* of the last command */
    uint64_t session_at; /* milliseconds of the monotonic clock, as is command_at */

    /* The command. */
    bool is_in_command;
    bool is_waiting; /* recorded, but not durable yet */
    uint64_t command_at;
    uint64_t bytes[SX_STREAM_COUNT];
    struct sx_digest *streams[SX_STREAM_COUNT]; /* NULL: no digests */
};

/* sx_auditing_put takes a record. When it is lost, *fault says so and SX_ERR_AUDIT is returned if it
 * must be kept, else the program is told by a status event. */
SX_MUST_USE enum sx_err sx_auditing_put(struct sexec *object, struct sx_audit_record *record,
                                        struct sx_fault *fault);

/* What was put stands in the file, and with commit on the disk. */
SX_MUST_USE enum sx_err sx_auditing_flush(struct sexec *object, struct sx_fault *fault);
SX_MUST_USE enum sx_err sx_auditing_commit(struct sexec *object, struct sx_fault *fault);

#endif
