/* audit/report.c: sessions one by one, and what they add up to, as text. */
#include "audit/sessions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { PRINT_MAX = 4096 };

enum sx_err sx_audit_print(const struct sx_audit_output *out, const char *fmt, ...)
{
    char text[PRINT_MAX];
    va_list args;
    int n;

    va_start(args, fmt);
    n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (n < 0)
        return SX_ERR_INTERNAL;
    return out->write(out->ctx, text, strlen(text));
}

/* --- Show ------------------------------------------------------------------------------------- */

enum sx_err sx_audit_show(const struct sx_audit_sessions *sessions,
                          const struct sx_audit_output *out)
{
    for (size_t i = 0; i < sessions->count; i++) {
        const struct sx_audit_session *session = sessions->all[i];
        struct sx_slice detail = sx_buffer_unread(&session->detail);

        SX_TRY(sx_audit_print(out, "%ssession %s  %s  %s@%s -> %s@%s  %s\n", i == 0 ? "" : "\n",
                              session->id, session->begin, session->user, session->host,
                              session->login, session->server,
                              session->end[0] == '\0'           ? "BEGUN, NO END RECORDED"
                              : sx_audit_session_is_ok(session) ? "ok"
                                                                : "FAILED"));
        if (session->reason[0] != '\0')
            SX_TRY(sx_audit_print(out, "  reason: %s\n", session->reason));
        SX_TRY(out->write(out->ctx, (const char *)detail.ptr, detail.len));
    }
    return sx_audit_print(out, "%s%zu sessions\n", sessions->count == 0 ? "" : "\n",
                          sessions->count);
}

/* --- Report ----------------------------------------------------------------------------------- */

void sx_audit_tally_add(struct sx_audit_tally *tally, const char *name,
                        const struct sx_audit_session *session)
{
    size_t i = tally->count;

    /* Sessions come by their time: most are of the day of the one before. */
    while (i > 0 && strcmp(tally->rows[i - 1].name, name) != 0)
        i--;
    if (i > 0) {
        i--;
    } else {
        i = tally->count;
        if (tally->count == SX_TALLY_MAX) {
            i = SX_TALLY_MAX - 1;
            name = "others";
        } else {
            tally->count++;
        }
        (void)snprintf(tally->rows[i].name, sizeof tally->rows[i].name, "%s", name);
    }
    tally->rows[i].sessions++;
    tally->rows[i].commands += session->commands;
    tally->rows[i].failed += sx_audit_session_is_ok(session) ? 0 : 1;
}

static int compare_rows(const void *a, const void *b)
{
    return strcmp(a, b); /* each begins with its name */
}

void sx_audit_tally_sort(struct sx_audit_tally *tally)
{
    if (tally->count > 1)
        qsort(tally->rows, tally->count, sizeof tally->rows[0], compare_rows);
}

static enum sx_err print_tally(const struct sx_audit_output *out, const char *title,
                               const struct sx_audit_tally *tally)
{
    SX_TRY(sx_audit_print(out, "\n%s\n  %-48s %9s %9s %9s\n", title, "", "sessions", "commands",
                          "failed"));
    for (size_t i = 0; i < tally->count; i++)
        SX_TRY(sx_audit_print(out, "  %-48s %9llu %9llu %9llu\n", tally->rows[i].name,
                              (unsigned long long)tally->rows[i].sessions,
                              (unsigned long long)tally->rows[i].commands,
                              (unsigned long long)tally->rows[i].failed));
    return tally->count == 0 ? sx_audit_print(out, "  none\n") : SX_OK;
}

struct tallies {
    struct sx_audit_tally days;
    struct sx_audit_tally policies;
    struct sx_audit_tally providers;
    struct sx_audit_tally weakenings;
    struct sx_audit_tally failures;
};

static void count(const struct sx_audit_sessions *sessions, struct tallies *tallies)
{
    for (size_t i = 0; i < sessions->count; i++) {
        const struct sx_audit_session *session = sessions->all[i];
        char name[SX_SESSION_TEXT + 48];

        (void)snprintf(name, sizeof name, "%.10s  %s", session->begin, session->server);
        sx_audit_tally_add(&tallies->days, name, session);
        sx_audit_tally_add(&tallies->policies, session->policy, session);
        sx_audit_tally_add(&tallies->providers,
                           session->provider[0] == '\0' ? "none was loaded" : session->provider,
                           session);
        if (session->weakenings[0] != '\0')
            sx_audit_tally_add(&tallies->weakenings, session->weakenings, session);
        if (!sx_audit_session_is_ok(session))
            sx_audit_tally_add(&tallies->failures,
                               session->end[0] == '\0'      ? "begun, no end recorded"
                               : session->reason[0] == '\0' ? "a command failed"
                                                            : session->reason,
                               session);
    }
}

static enum sx_err print_all(const struct sx_audit_sessions *sessions, const char *verdict,
                             const struct tallies *tallies, const struct sx_audit_output *out)
{
    SX_TRY(sx_audit_print(out, "Audit report, %s to %s\n", sessions->first, sessions->last));
    SX_TRY(sx_audit_print(
        out, "%llu records, %zu sessions, %llu recoveries, %llu unreadable lines\n",
        (unsigned long long)sessions->records, sessions->count,
        (unsigned long long)sessions->recoveries, (unsigned long long)sessions->unreadable));
    SX_TRY(sx_audit_print(out, "Chain: %s\n",
                          verdict == NULL ? "not verified (--key verifies)" : verdict));
    SX_TRY(print_tally(out, "Per day and server", &tallies->days));
    SX_TRY(print_tally(out, "Failures", &tallies->failures));
    SX_TRY(print_tally(out, "Weakenings", &tallies->weakenings));
    SX_TRY(print_tally(out, "Policies", &tallies->policies));
    return print_tally(out, "Providers and modules", &tallies->providers);
}

enum sx_err sx_audit_report(const struct sx_audit_sessions *sessions, const char *verdict,
                            const struct sx_audit_output *out)
{
    struct tallies *tallies = sx_alloc(sizeof *tallies);
    enum sx_err err;

    if (tallies == NULL)
        return SX_ERR_MEMORY;
    count(sessions, tallies);
    sx_audit_tally_sort(&tallies->days);
    err = print_all(sessions, verdict, tallies, out);
    sx_free(tallies);
    return err;
}
