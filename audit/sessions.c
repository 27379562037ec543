/* audit/sessions.c: records gathered into sessions, and filtered. */
#include "audit/sessions.h"

#include <stdio.h>
#include <string.h>

#include "audit/reader.h"
#include "base/memory.h"
#include "base/text.h"

enum { DETAIL_MAX = 16 * 1024 * 1024, VALUE_MAX = 4096 };

/* --- Filters ---------------------------------------------------------------------------------- */

/* The beginning of a record's time, as far as one likes: anything else would match by chance. */
static bool is_time(const char *text)
{
    static const char form[] = "0000-00-00T00:00:00.000000Z";
    const size_t len = strlen(text);

    for (size_t i = 0; i < len; i++)
        if (i >= sizeof form - 1 ||
            (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i]))
            return false;
    return true;
}

enum sx_err sx_audit_filter_read(const char *const *texts, struct sx_fault *fault,
                                 struct sx_audit_filter *out)
{
    struct sx_audit_filter filter = { 0 };
    const struct {
        const char *name;
        char *field;
        size_t size;
    } fields[] = {
        { "host=", filter.host, sizeof filter.host },
        { "user=", filter.user, sizeof filter.user },
        { "from=", filter.from, sizeof filter.from },
        { "to=", filter.to, sizeof filter.to },
        { "session=", filter.session, sizeof filter.session },
        { "result=", filter.result, sizeof filter.result },
    };

    for (; texts != NULL && *texts != NULL; texts++) {
        size_t i = 0;

        while (i < sizeof fields / sizeof fields[0] &&
               strncmp(*texts, fields[i].name, strlen(fields[i].name)) != 0)
            i++;
        if (i == sizeof fields / sizeof fields[0] ||
            strlen(*texts) - strlen(fields[i].name) >= fields[i].size)
            return sx_fault_set(fault, SX_ERR_ARGUMENT, "\"%.80s\" is no filter, or too long",
                                *texts);
        (void)snprintf(fields[i].field, fields[i].size, "%s", *texts + strlen(fields[i].name));
    }
    if (filter.result[0] != '\0' && strcmp(filter.result, "ok") != 0 &&
        strcmp(filter.result, "failed") != 0)
        return sx_fault_set(fault, SX_ERR_ARGUMENT, "filter result is ok or failed");
    if (!is_time(filter.from) || !is_time(filter.to))
        return sx_fault_set(fault, SX_ERR_ARGUMENT,
                            "filters from and to are times as records have them, or how they "
                            "begin: 2026-11-30T08");
    *out = filter;
    return SX_OK;
}

bool sx_audit_session_is_ok(const struct sx_audit_session *session)
{
    return session->end[0] != '\0' && session->code == 0 && session->failed_commands == 0;
}

static bool is_match(const struct sx_audit_filter *filter, const struct sx_audit_session *session)
{
    if (filter->host[0] != '\0' && !sx_pattern_is_match(filter->host, session->host) &&
        !sx_pattern_is_match(filter->host, session->server))
        return false;
    if (filter->user[0] != '\0' && !sx_pattern_is_match(filter->user, session->user) &&
        !sx_pattern_is_match(filter->user, session->login))
        return false;
    if (filter->session[0] != '\0' && strcmp(filter->session, session->id) != 0)
        return false;
    if (strncmp(session->begin, filter->from, strlen(filter->from)) < 0 ||
        (filter->to[0] != '\0' && strncmp(session->begin, filter->to, strlen(filter->to)) > 0))
        return false;
    return filter->result[0] == '\0' ||
           sx_audit_session_is_ok(session) == (strcmp(filter->result, "ok") == 0);
}

/* --- Gathering -------------------------------------------------------------------------------- */

static void take_text(const struct sx_audit_line *line, const char *name, char *out, size_t cap)
{
    const struct sx_audit_member *member = sx_audit_line_find(line, name);

    if (member != NULL && member->kind == SX_AUDIT_KIND_TEXT)
        (void)sx_audit_member_text(member, out, cap);
}

static uint64_t number_of(const struct sx_audit_line *line, const char *name)
{
    const struct sx_audit_member *member = sx_audit_line_find(line, name);

    return member != NULL && member->kind == SX_AUDIT_KIND_NUMBER ? member->number : 0;
}

#define TAKE(line, name, field) take_text((line), (name), (field), sizeof(field))

static void take_provider(const struct sx_audit_line *line, struct sx_audit_session *session)
{
    char name[64] = "";
    char version[48] = "";
    char module[80] = "";

    TAKE(line, "name", name);
    TAKE(line, "version", version);
    TAKE(line, "module_sha256", module);
    (void)snprintf(session->provider, sizeof session->provider, "%s %s%s%.16s", name, version,
                   module[0] == '\0' ? "" : ", module SHA-256 ", module);
}

static void take_weakening(const struct sx_audit_line *line, struct sx_audit_session *session)
{
    size_t used = strlen(session->weakenings);
    char setting[64] = "";
    char value[64] = "";

    TAKE(line, "setting", setting);
    TAKE(line, "value", value);
    (void)snprintf(session->weakenings + used, sizeof session->weakenings - used, "%s%s=%s",
                   used == 0 ? "" : ", ", setting, value);
}

static void take_command_end(const struct sx_audit_line *line, struct sx_audit_session *session)
{
    uint64_t code = number_of(line, "code");

    session->stdout_bytes += number_of(line, "stdout_bytes");
    if (code == 0)
        return;
    session->failed_commands++;
    if (session->reason[0] == '\0') {
        char state[32] = "";
        char signal[32] = "";

        TAKE(line, "state", state);
        TAKE(line, "signal", signal);
        (void)snprintf(session->reason, sizeof session->reason, "command %s %s (%llu)", state,
                       signal[0] != '\0' ? signal : "", (unsigned long long)code);
        if (strcmp(state, "exited") == 0)
            (void)snprintf(session->reason, sizeof session->reason, "command exited with %llu",
                           (unsigned long long)number_of(line, "status"));
    }
}

static void take_end(const struct sx_audit_line *line, struct sx_audit_session *session)
{
    TAKE(line, "time", session->end);
    session->code = number_of(line, "code");
    session->duration_us = number_of(line, "duration_us");
    if (session->code != 0)
        TAKE(line, "reason", session->reason);
}

static void take_record(const struct sx_audit_line *line, struct sx_slice type,
                        struct sx_audit_session *session)
{
    if (sx_slice_is_text(type, "session_begin")) {
        TAKE(line, "server", session->server);
        TAKE(line, "login", session->login);
        TAKE(line, "policy", session->policy);
    } else if (sx_slice_is_text(type, "provider")) {
        take_provider(line, session);
    } else if (sx_slice_is_text(type, "weakening")) {
        take_weakening(line, session);
    } else if (sx_slice_is_text(type, "policy_refusal")) {
        session->refusals++;
    } else if (sx_slice_is_text(type, "logged_on")) {
        session->is_logged_on = true;
    } else if (sx_slice_is_text(type, "command_begin")) {
        if (session->commands++ == 0)
            TAKE(line, "command", session->command);
    } else if (sx_slice_is_text(type, "command_end")) {
        take_command_end(line, session);
    } else if (sx_slice_is_text(type, "session_end")) {
        take_end(line, session);
    }
}

/* "12:00:00.123456  command_end  state=exited status=0 ..." */
static enum sx_err add_detail(const struct sx_audit_line *line, struct sx_slice type,
                              struct sx_buffer *out)
{
    static const char *const passed_over[] = { "v",    "seq",     "time", "host", "process",
                                               "user", "session", "type", "prev", "tag" };
    char time[32] = "";
    char value[VALUE_MAX];
    char text[VALUE_MAX + 128];

    TAKE(line, "time", time);
    (void)snprintf(text, sizeof text, "  %.15s  %-14.*s", strlen(time) > 11 ? time + 11 : "",
                   (int)type.len, (const char *)type.ptr);
    SX_TRY(sx_buffer_append(out, sx_slice_text(text)));
    for (size_t i = 0; i < line->count; i++) {
        const struct sx_audit_member *member = &line->members[i];
        bool is_passed = member->kind == SX_AUDIT_KIND_NULL || member->kind == SX_AUDIT_KIND_FALSE;

        for (size_t k = 0; k < sizeof passed_over / sizeof passed_over[0]; k++)
            is_passed |= sx_slice_is_text(member->name, passed_over[k]);
        if (is_passed)
            continue;
        if (member->kind == SX_AUDIT_KIND_NUMBER)
            (void)snprintf(value, sizeof value, "=%llu", (unsigned long long)member->number);
        else if (member->kind == SX_AUDIT_KIND_TEXT) {
            value[0] = '=';
            (void)sx_audit_member_text(member, value + 1, sizeof value - 1);
        } else {
            value[0] = '\0';
        }
        (void)snprintf(text, sizeof text, "  %.*s%s", (int)member->name.len,
                       (const char *)member->name.ptr, value);
        SX_TRY(sx_buffer_append(out, sx_slice_text(text)));
    }
    return sx_buffer_append(out, sx_slice_text("\n"));
}

/* Sessions that are under way are among the last ones. */
static struct sx_audit_session *find(const struct sx_audit_sessions *sessions, const char *id)
{
    for (size_t i = sessions->count; i > 0; i--)
        if (strcmp(sessions->all[i - 1]->id, id) == 0)
            return sessions->all[i - 1];
    return NULL;
}

static enum sx_err add_session(struct sx_audit_sessions *sessions, const struct sx_audit_line *line,
                               const char *id, struct sx_audit_session **out)
{
    struct sx_audit_session *session;

    if (sessions->count == SX_SESSIONS_MAX)
        return SX_ERR_SPACE;
    if (sessions->count == sessions->room) {
        size_t room = sessions->room == 0 ? 64 : 2 * sessions->room;
        struct sx_audit_session **all = sx_alloc_array(room, sizeof(struct sx_audit_session *));

        if (all == NULL)
            return SX_ERR_MEMORY;
        if (sessions->count > 0)
            memcpy(all, sessions->all, sessions->count * sizeof(struct sx_audit_session *));
        sx_free(sessions->all);
        sessions->all = all;
        sessions->room = room;
    }
    session = sx_alloc(sizeof *session);
    if (session == NULL)
        return SX_ERR_MEMORY;
    (void)snprintf(session->id, sizeof session->id, "%s", id);
    TAKE(line, "time", session->begin);
    TAKE(line, "host", session->host);
    TAKE(line, "user", session->user);
    sx_buffer_init(&session->detail, DETAIL_MAX);
    sessions->all[sessions->count++] = session;
    *out = session;
    return SX_OK;
}

static enum sx_err take_line(struct sx_audit_sessions *sessions, const struct sx_audit_line *line,
                             bool with_detail)
{
    const struct sx_audit_member *type = sx_audit_line_find(line, "type");
    struct sx_audit_session *session;
    char id[40] = "";

    sessions->records++;
    if (sessions->first[0] == '\0')
        TAKE(line, "time", sessions->first);
    TAKE(line, "time", sessions->last);
    if (type == NULL)
        return SX_OK;
    if (sx_slice_is_text(type->raw, "recovery"))
        sessions->recoveries++;
    TAKE(line, "session", id);
    if (id[0] == '\0')
        return SX_OK;
    session = find(sessions, id);
    if (session == NULL)
        SX_TRY(add_session(sessions, line, id, &session));
    take_record(line, type->raw, session);
    return with_detail ? add_detail(line, type->raw, &session->detail) : SX_OK;
}

static void free_session(struct sx_audit_session *session)
{
    sx_buffer_clear(&session->detail);
    sx_free(session);
}

static void keep_matching(const struct sx_audit_filter *filter, struct sx_audit_sessions *sessions)
{
    size_t kept = 0;

    for (size_t i = 0; i < sessions->count; i++) {
        if (is_match(filter, sessions->all[i]))
            sessions->all[kept++] = sessions->all[i];
        else
            free_session(sessions->all[i]);
    }
    sessions->count = kept;
}

enum sx_err sx_audit_sessions_read(const char *const *paths, const struct sx_audit_filter *filter,
                                   bool with_detail, struct sx_fault *fault,
                                   struct sx_audit_sessions *out)
{
    struct sx_audit_reader reader;
    enum sx_err err;

    *out = (struct sx_audit_sessions){ 0 };
    sx_audit_reader_open(&reader, paths);
    for (;;) {
        struct sx_audit_piece piece;
        struct sx_audit_line line;
        bool has;

        err = sx_audit_reader_next(&reader, fault, &has, &piece);
        if (err != SX_OK || !has)
            break;
        if (sx_audit_line_read(piece.line, &line) != SX_OK)
            out->unreadable++;
        else
            err = take_line(out, &line, with_detail);
        if (err != SX_OK)
            break;
    }
    sx_audit_reader_close(&reader);
    keep_matching(filter, out);
    return sx_fault_note(fault, err);
}

void sx_audit_sessions_clear(struct sx_audit_sessions *sessions)
{
    for (size_t i = 0; i < sessions->count; i++)
        free_session(sessions->all[i]);
    sx_free(sessions->all);
    *sessions = (struct sx_audit_sessions){ 0 };
}
