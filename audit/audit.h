/* audit/audit.h: an object's way to its sinks: records get time and place here, are sealed once, and
 * the same line goes to the file and to whoever else is to have it. */
#ifndef SX_AUDIT_AUDIT_H
#define SX_AUDIT_AUDIT_H

#include "audit/file.h"

/* When records reach the disk. */
enum sx_audit_sync {
    SX_AUDIT_SYNC_GROUP,   /* before a command runs and before a method says how it ended */
    SX_AUDIT_SYNC_RECORD,  /* each by itself */
    SX_AUDIT_SYNC_SESSION, /* at the end of each session */
    SX_AUDIT_SYNC_COUNT
};

/* "group", "record", "session" */
const char *sx_audit_sync_name(enum sx_audit_sync sync);

/* Gets each line with its "\n"; SX_OK only when it has taken charge of it. */
struct sx_audit_taker {
    enum sx_err (*take)(void *ctx, struct sx_slice line);
    void *ctx;
};

struct sx_audit_config {
    struct sx_provider *provider;
    const char *file; /* NULL: the taker alone keeps the lines */
    const char *key;  /* the machine's state */
    enum sx_audit_sync sync;
    struct sx_audit_taker taker; /* take NULL for none */
    const char *collector;       /* as sx_syslog_init takes it, or NULL; gets what is in file */
};

struct sx_audit;

/* Texts are copied. SX_ERR_AUDIT with a text that says what is wrong with file or key. */
SX_MUST_USE enum sx_err sx_audit_open(const struct sx_audit_config *config, struct sx_fault *fault,
                                      struct sx_audit **out);

/* sx_audit_use changes the provider that computes; keeps the old one on failure. */
SX_MUST_USE enum sx_err sx_audit_use(struct sx_audit *audit, struct sx_provider *provider,
                                     struct sx_fault *fault);

/* sx_audit_session_new gives following records a session's name of their own; sx_audit_session_none
 * ends that. */
SX_MUST_USE enum sx_err sx_audit_session_new(struct sx_audit *audit);
void sx_audit_session_none(struct sx_audit *audit);

/* sx_audit_write takes records, whose types and members the caller filled in, with the time and
 * place of now; they are in the file at the next flush or commit (with SX_AUDIT_SYNC_RECORD at once,
 * and durable). Each failure here and below is SX_ERR_AUDIT with a text. */
SX_MUST_USE enum sx_err sx_audit_write(struct sx_audit *audit, struct sx_audit_record *records,
                                       size_t count, struct sx_fault *fault);

/* sx_audit_flush seals what was taken and appends it, with one write; then it outlives the process.
 * On failure those records are lost. */
SX_MUST_USE enum sx_err sx_audit_flush(struct sx_audit *audit, struct sx_fault *fault);

/* sx_audit_commit returns when everything written is durable. */
SX_MUST_USE enum sx_err sx_audit_commit(struct sx_audit *audit, struct sx_fault *fault);

/* sx_audit_news says, once, why the collector doesn't get what is in the file; else NULL. The text
 * lives until the next call. */
const char *sx_audit_news(struct sx_audit *audit);

/* Flushes and commits nothing; NULL-safe. */
void sx_audit_close(struct sx_audit *audit);

/* sx_audit_fill gives a record the present time, and this machine, process and user, in texts that
 * live as long as place. */
struct sx_audit_place {
    uint64_t process;
    char host[256];
    char user[64];
};
void sx_audit_place_init(struct sx_audit_place *place);
void sx_audit_fill(const struct sx_audit_place *place, struct sx_audit_record *record);

#endif
