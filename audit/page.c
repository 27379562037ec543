/* audit/page.c: a report as one HTML page that needs nothing else: no script, no font, no network. */
#include "audit/sessions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { DAYS_MAX = 92, MARKS_PER_DAY = 4000, ROWS_OPEN = 40, SHOWN_MAX = 2000 };
enum { WIDTH = 960, ROW = 26, LEFT = 96 };

static const char style[] =
    "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
    "style-src 'unsafe-inline'\"><title>Audit report</title><style>"
    ":root{color-scheme:light dark;--ink:#1c2430;--soft:#667085;--line:#e3e7ee;--paper:#fbfcfe;"
    "--card:#fff;--ok:#2f8f6b;--bad:#c8412b;--open:#b7791f}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6eaf2;--soft:#94a0b4;--line:#2a3343;"
    "--paper:#10151e;--card:#171e2a;--ok:#4cc296;--bad:#ef7560;--open:#e0b050}}"
    "*{box-sizing:border-box}body{margin:0 auto;max-width:1080px;padding:40px 24px 80px;"
    "background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}"
    "h1{font-size:26px;margin:0 0 4px}h2{font-size:16px;margin:36px 0 10px}"
    "p{margin:0;color:var(--soft)}.cards{display:grid;gap:12px;margin-top:20px;"
    "grid-template-columns:repeat(auto-fit,minmax(128px,1fr))}"
    ".card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 16px}"
    ".card b{display:block;font-size:24px;font-variant-numeric:tabular-nums}"
    ".verdict{border-left:4px solid var(--soft);padding:10px 14px;margin-top:20px;"
    "background:var(--card);border-radius:4px;color:var(--ink)}"
    ".verdict.ok{border-color:var(--ok)}.verdict.bad{border-color:var(--bad)}"
    ".scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);"
    "border-radius:10px;padding:12px}svg text{fill:var(--soft);font:11px system-ui,sans-serif}"
    "svg line{stroke:var(--line)}.o{fill:var(--ok);opacity:.6}.b{fill:var(--bad)}"
    ".u{fill:var(--open)}.legend{display:flex;gap:18px;margin:8px 0 10px;font-size:13px;"
    "color:var(--soft)}.legend i{display:inline-block;width:10px;border-radius:2px;"
    "margin-right:6px;vertical-align:-2px;height:14px}.legend i.b,.legend i.u{height:18px}"
    ".legend .o{background:var(--ok)}.legend .b{background:var(--bad)}"
    ".legend .u{background:var(--open)}summary{font-size:16px;font-weight:600;cursor:pointer;"
    "margin:36px 0 10px}summary span{color:var(--soft);font-weight:400;font-size:14px}"
    "table{width:100%;border-collapse:collapse;background:var(--card);font-size:14px}"
    "th,td{text-align:left;padding:7px 10px;border-bottom:1px solid var(--line);"
    "vertical-align:top}td code{overflow-wrap:anywhere}td:first-child code{white-space:nowrap}th{color:var(--soft);font-weight:500}"
    "tr:last-child td{border-bottom:0}.bad{color:var(--bad);font-weight:600}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    "code{font:13px ui-monospace,monospace}.tag{font-weight:600}.tag.ok{color:var(--ok)}"
    ".tag.bad{color:var(--bad)}.tag.open{color:var(--open)}</style></head><body>";

/* --- Text ------------------------------------------------------------------------------------- */

/* What records say came from anywhere. */
static const char *escape(char *out, size_t cap, const char *text)
{
    size_t n = 0;

    for (; *text != '\0' && n + 8 < cap; text++) {
        const char *word = *text == '<'    ? "&lt;"
                           : *text == '>'  ? "&gt;"
                           : *text == '&'  ? "&amp;"
                           : *text == '"'  ? "&quot;"
                           : *text == '\'' ? "&#39;"
                                           : NULL;

        if (word == NULL)
            out[n++] = *text;
        else
            n += (size_t)snprintf(out + n, cap - n, "%s", word);
    }
    out[n] = '\0';
    return out;
}

static const char *state_class(const struct sx_audit_session *session)
{
    return session->end[0] == '\0' ? "open" : sx_audit_session_is_ok(session) ? "ok" : "bad";
}

static const char *state_word(const struct sx_audit_session *session)
{
    return session->end[0] == '\0' ? "no end" : sx_audit_session_is_ok(session) ? "ok" : "failed";
}

/* --- Timeline --------------------------------------------------------------------------------- */

/* Seconds of the day in "2026-11-23T12:34:56...". */
static double second_of(const char *time)
{
    if (strlen(time) < 19)
        return 0;
    return (double)(strtol(time + 11, NULL, 10) * 3600 + strtol(time + 14, NULL, 10) * 60 +
                    strtol(time + 17, NULL, 10));
}

static enum sx_err draw_session(const struct sx_audit_output *out, size_t row,
                                const struct sx_audit_session *session)
{
    const double scale = (double)(WIDTH - LEFT) / 86400;
    const bool is_ok = sx_audit_session_is_ok(session);
    double x = LEFT + second_of(session->begin) * scale;
    double width = (double)session->duration_us / 1e6 * scale;
    char server[6 * SX_SESSION_TEXT];
    char command[6 * SX_SESSION_TEXT];

    width = width < 2.5 ? 2.5 : width > WIDTH - x ? WIDTH - x : width;
    return sx_audit_print(
        out,
        "<rect class=\"%c\" x=\"%.1f\" y=\"%zu\" width=\"%.1f\" height=\"%d\" rx=\"2\">"
        "<title>%.19s %s %s: %s</title></rect>",
        session->end[0] == '\0'           ? 'u'
        : sx_audit_session_is_ok(session) ? 'o'
                                          : 'b',
        x, 24 + row * ROW - (is_ok ? 0 : 2), width, is_ok ? 14 : 18, session->begin,
        escape(server, sizeof server, session->server), state_word(session),
        escape(command, sizeof command, session->command));
}

static enum sx_err draw_axis(const struct sx_audit_output *out, size_t days)
{
    for (int hour = 0; hour <= 24; hour += 3) {
        int x = LEFT + hour * (WIDTH - LEFT) / 24;

        SX_TRY(sx_audit_print(out,
                              "<line x1=\"%d\" y1=\"18\" x2=\"%d\" y2=\"%zu\"/>"
                              "<text x=\"%d\" y=\"12\" text-anchor=\"%s\">%02d:00</text>",
                              x, x, 20 + days * ROW, x,
                              hour == 24  ? "end"
                              : hour == 0 ? "start"
                                          : "middle",
                              hour));
    }
    return SX_OK;
}

static size_t count_days(const struct sx_audit_sessions *sessions)
{
    size_t days = 0;

    for (size_t i = 0; i < sessions->count; i++)
        if (i == 0 || strncmp(sessions->all[i]->begin, sessions->all[i - 1]->begin, 10) != 0)
            days++;
    return days < DAYS_MAX ? days : DAYS_MAX;
}

/* The sessions of one day, from index at: what went well first, so that nothing covers what didn't.
 * *out_next is the next day's first. */
static enum sx_err draw_day(const struct sx_audit_sessions *sessions, size_t at, size_t row,
                            const struct sx_audit_output *out, size_t *out_next)
{
    const char *day = sessions->all[at]->begin;
    size_t end = at;

    while (end < sessions->count && strncmp(sessions->all[end]->begin, day, 10) == 0)
        end++;
    SX_TRY(sx_audit_print(out, "<text x=\"0\" y=\"%zu\">%.10s</text>", 35 + row * ROW, day));
    for (int pass = 0; pass < 2; pass++) {
        size_t marks = 0;

        for (size_t i = at; i < end && marks < MARKS_PER_DAY; i++) {
            if (sx_audit_session_is_ok(sessions->all[i]) != (pass == 0))
                continue;
            marks++;
            SX_TRY(draw_session(out, row, sessions->all[i]));
        }
    }
    *out_next = end;
    return SX_OK;
}

static enum sx_err draw_timeline(const struct sx_audit_sessions *sessions,
                                 const struct sx_audit_output *out)
{
    const size_t days = count_days(sessions);
    size_t at = 0;

    SX_TRY(
        sx_audit_print(out,
                       "<h2>Timeline (UTC)</h2><div class=\"legend\"><span><i class=\"o\"></i>ok"
                       "</span><span><i class=\"b\"></i>failed</span><span><i class=\"u\"></i>no "
                       "end recorded</span></div><div class=\"scroll\"><svg role=\"img\" "
                       "aria-label=\"Sessions by day and hour\" viewBox=\"0 0 %d %zu\" "
                       "width=\"100%%\" style=\"min-width:640px\">",
                       WIDTH, 28 + days * ROW));
    SX_TRY(draw_axis(out, days));
    for (size_t row = 0; row < days; row++)
        SX_TRY(draw_day(sessions, at, row, out, &at));
    return sx_audit_print(out, "</svg></div>%s",
                          at < sessions->count ? "<p>Later days are not drawn.</p>" : "");
}

/* --- Cards and tables ------------------------------------------------------------------------- */

/* "12:34:56..." of a time. */
static const char *clock_of(const char *time)
{
    return strlen(time) > 11 ? time + 11 : "";
}

static enum sx_err print_head(const struct sx_audit_sessions *sessions, const char *verdict,
                              const struct sx_audit_output *out)
{
    uint64_t commands = 0;
    uint64_t failed = 0;
    uint64_t weak = 0;
    char shown[4096];

    for (size_t i = 0; i < sessions->count; i++) {
        commands += sessions->all[i]->commands;
        failed += sx_audit_session_is_ok(sessions->all[i]) ? 0 : 1;
        weak += sessions->all[i]->weakenings[0] == '\0' ? 0 : 1;
    }
    SX_TRY(sx_audit_print(out, "<h1>Audit report</h1><p>%.10s %.8s to %.10s %.8s UTC</p>",
                          sessions->first, clock_of(sessions->first), sessions->last,
                          clock_of(sessions->last)));
    SX_TRY(sx_audit_print(out, "<div class=\"verdict %s\">Chain: %s</div>",
                          verdict == NULL                                 ? ""
                          : strstr(verdict, "whole and in order") != NULL ? "ok"
                                                                          : "bad",
                          verdict == NULL ? "not verified" : escape(shown, sizeof shown, verdict)));
    return sx_audit_print(
        out,
        "<div class=\"cards\"><div class=\"card\"><b>%zu</b>sessions</div>"
        "<div class=\"card\"><b>%llu</b>commands</div><div class=\"card\"><b>%llu</b>failed</div>"
        "<div class=\"card\"><b>%llu</b>with weakenings</div>"
        "<div class=\"card\"><b>%llu</b>records</div></div>",
        sessions->count, (unsigned long long)commands, (unsigned long long)failed,
        (unsigned long long)weak, (unsigned long long)sessions->records);
}

/* What is long is folded. */
static enum sx_err begin_table(const struct sx_audit_output *out, const char *title, size_t rows,
                               const char *heads)
{
    return sx_audit_print(out,
                          "<details%s><summary>%s <span>%zu</span></summary><div class=\"scroll\">"
                          "<table><tr>%s</tr>",
                          rows <= ROWS_OPEN ? " open" : "", title, rows, heads);
}

static enum sx_err end_table(const struct sx_audit_output *out)
{
    return sx_audit_print(out, "</table></div></details>");
}

static enum sx_err print_tally(const struct sx_audit_output *out, const char *title,
                               const struct sx_audit_tally *tally)
{
    static const char numbers[] = "<th class=\"n\">sessions</th><th class=\"n\">commands</th>"
                                  "<th class=\"n\">failed</th>";
    char heads[256];
    char name[6 * SX_SESSION_TEXT];

    if (tally->count == 0)
        return sx_audit_print(out, "<h2>%s</h2><p>None.</p>", title);
    (void)snprintf(heads, sizeof heads, "<th></th>%s", numbers);
    SX_TRY(begin_table(out, title, tally->count, heads));
    for (size_t i = 0; i < tally->count; i++)
        SX_TRY(sx_audit_print(out,
                              "<tr><td>%s</td><td class=\"n\">%llu</td><td class=\"n\">%llu</td>"
                              "<td class=\"n%s\">%llu</td></tr>",
                              escape(name, sizeof name, tally->rows[i].name),
                              (unsigned long long)tally->rows[i].sessions,
                              (unsigned long long)tally->rows[i].commands,
                              tally->rows[i].failed == 0 ? "" : " bad",
                              (unsigned long long)tally->rows[i].failed));
    return end_table(out);
}

static enum sx_err print_tallies(const struct sx_audit_sessions *sessions,
                                 struct sx_audit_tally *tally, const struct sx_audit_output *out)
{
    static const char *const titles[] = { "Per day and server", "Weakenings", "Policies",
                                          "Providers and modules" };

    for (int which = 0; which < 4; which++) {
        memset(tally, 0, sizeof *tally);
        for (size_t i = 0; i < sessions->count; i++) {
            const struct sx_audit_session *session = sessions->all[i];
            char name[SX_SESSION_TEXT + 16];

            (void)snprintf(name, sizeof name, "%.10s  %s", session->begin, session->server);
            if (which != 1 || session->weakenings[0] != '\0')
                sx_audit_tally_add(tally,
                                   which == 0   ? name
                                   : which == 1 ? session->weakenings
                                   : which == 2 ? session->policy
                                                : session->provider,
                                   session);
        }
        if (which == 0)
            sx_audit_tally_sort(tally);
        SX_TRY(print_tally(out, titles[which], tally));
    }
    return SX_OK;
}

/* All sessions, or those alone that didn't go well. */
static enum sx_err print_sessions(const struct sx_audit_sessions *sessions, bool is_failed_only,
                                  const struct sx_audit_output *out)
{
    char texts[4][6 * SX_SESSION_TEXT];
    size_t count = 0;
    size_t shown = 0;

    for (size_t i = 0; i < sessions->count; i++)
        count += !is_failed_only || !sx_audit_session_is_ok(sessions->all[i]) ? 1 : 0;
    if (count == 0)
        return sx_audit_print(out, "<h2>%s</h2><p>None.</p>",
                              is_failed_only ? "Failures" : "Sessions");
    SX_TRY(begin_table(out, is_failed_only ? "Failures" : "Sessions", count,
                       "<th>begin</th><th>who</th><th>server</th><th>command</th><th>result</th>"));
    for (size_t i = 0; i < sessions->count && shown < SHOWN_MAX; i++) {
        const struct sx_audit_session *session = sessions->all[i];

        if (is_failed_only && sx_audit_session_is_ok(session))
            continue;
        shown++;
        SX_TRY(sx_audit_print(
            out,
            "<tr><td><code>%.10s %.8s</code></td><td>%s</td><td>%s</td><td><code>%s</code></td>"
            "<td><span class=\"tag %s\">%s</span> %s</td></tr>",
            session->begin, clock_of(session->begin),
            escape(texts[0], sizeof texts[0], session->user),
            escape(texts[1], sizeof texts[1], session->server),
            escape(texts[2], sizeof texts[2], session->command), state_class(session),
            state_word(session), escape(texts[3], sizeof texts[3], session->reason)));
    }
    SX_TRY(end_table(out));
    return count > SHOWN_MAX ? sx_audit_print(out, "<p>The first %d of %zu.</p>", SHOWN_MAX, count)
                             : SX_OK;
}

enum sx_err sx_audit_page(const struct sx_audit_sessions *sessions, const char *verdict,
                          const struct sx_audit_output *out)
{
    struct sx_audit_tally *tally = sx_alloc(sizeof *tally);
    enum sx_err err;

    if (tally == NULL)
        return SX_ERR_MEMORY;
    err = out->write(out->ctx, style, sizeof style - 1);
    if (err == SX_OK)
        err = print_head(sessions, verdict, out);
    if (err == SX_OK)
        err = draw_timeline(sessions, out);
    if (err == SX_OK)
        err = print_sessions(sessions, true, out);
    if (err == SX_OK)
        err = print_tallies(sessions, tally, out);
    if (err == SX_OK)
        err = print_sessions(sessions, false, out);
    if (err == SX_OK)
        err = sx_audit_print(out, "</body></html>\n");
    sx_free(tally);
    return err;
}
