/* audit/sessions.h: the sessions that audit files tell of, for who reads or counts them. It takes the
 * lines as they are: whether they are whole is verify.h's to say. */
#ifndef SX_AUDIT_SESSIONS_H
#define SX_AUDIT_SESSIONS_H

#include "audit/line.h"

enum { SX_SESSION_TEXT = 160, SX_SESSIONS_MAX = 1000000 };

struct sx_audit_session {
    char id[40];
    char begin[32]; /* times as records have them */
    char end[32];   /* "": it was begun, and no end was recorded */
    char host[SX_SESSION_TEXT];
    char user[SX_SESSION_TEXT];
    char server[SX_SESSION_TEXT];
    char login[SX_SESSION_TEXT];
    char policy[40];
    char provider[SX_SESSION_TEXT]; /* "fips 3.5.7, module SHA-256 ab12..." */
    char command[SX_SESSION_TEXT];  /* the first */
    char reason[SX_SESSION_TEXT];   /* of the end, or of a command that failed */
    char weakenings[SX_SESSION_TEXT];
    uint64_t code; /* of the end; else of the last command */
    uint64_t duration_us;
    uint64_t commands;
    uint64_t failed_commands;
    uint64_t refusals;
    uint64_t stdout_bytes;
    bool is_logged_on;
    struct sx_buffer detail; /* only when asked for: one line of text for each record */
};

/* What is asked of a session; "" for nothing. host and user match either end, with * and ?; from and
 * to are beginnings of times. */
struct sx_audit_filter {
    char host[SX_SESSION_TEXT];
    char user[SX_SESSION_TEXT];
    char from[32];
    char to[32];
    char session[40];
    char result[8]; /* "ok" or "failed" */
};

/* "NAME=VALUE" texts, NULL-terminated or NULL. SX_ERR_ARGUMENT with a text. */
SX_MUST_USE enum sx_err sx_audit_filter_read(const char *const *texts, struct sx_fault *fault,
                                             struct sx_audit_filter *out);

struct sx_audit_sessions {
    struct sx_audit_session **all; /* in order of their begin */
    size_t count;
    size_t room;
    uint64_t records;
    uint64_t recoveries;
    uint64_t unreadable; /* lines that are no record */
    char first[32];      /* times of the first and last record */
    char last[32];
};

/* sx_audit_sessions_read fills out, which sx_audit_sessions_clear frees, also after a failure. */
SX_MUST_USE enum sx_err sx_audit_sessions_read(const char *const *paths,
                                               const struct sx_audit_filter *filter,
                                               bool with_detail, struct sx_fault *fault,
                                               struct sx_audit_sessions *out);
void sx_audit_sessions_clear(struct sx_audit_sessions *sessions);

/* Ended, and all that was asked of it went well. */
bool sx_audit_session_is_ok(const struct sx_audit_session *session);

/* Where a view goes, piece by piece; anything but SX_OK stops it. */
struct sx_audit_output {
    enum sx_err (*write)(void *ctx, const char *text, size_t len);
    void *ctx;
};

/* The views: sessions one by one; counts as text; counts and a timeline as a page. verdict may be
 * NULL. */
SX_MUST_USE enum sx_err sx_audit_show(const struct sx_audit_sessions *sessions,
                                      const struct sx_audit_output *out);
SX_MUST_USE enum sx_err sx_audit_report(const struct sx_audit_sessions *sessions,
                                        const char *verdict, const struct sx_audit_output *out);
SX_MUST_USE enum sx_err sx_audit_page(const struct sx_audit_sessions *sessions, const char *verdict,
                                      const struct sx_audit_output *out);

/* Formats and writes; longer texts than 4 KiB are cut. */
SX_MUST_USE enum sx_err sx_audit_print(const struct sx_audit_output *out, const char *fmt, ...)
    SX_PRINTF(2, 3);

/* Counts by name, for the views. Names beyond the table count as "others". */
enum { SX_TALLY_MAX = 2048 };
struct sx_audit_tally {
    struct {
        char name[SX_SESSION_TEXT];
        uint64_t sessions;
        uint64_t commands;
        uint64_t failed;
    } rows[SX_TALLY_MAX];
    size_t count;
};
void sx_audit_tally_add(struct sx_audit_tally *tally, const char *name,
                        const struct sx_audit_session *session);
void sx_audit_tally_sort(struct sx_audit_tally *tally); /* by name */

#endif
