/* client/auditing.c: the audit in an object's life: opening, calls, actions. */
#include "client/auditing.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "client/auditing_inside.h"
#include "client/errors.h"
#include "client/events.h"
#include "client/rules.h"
#include "client/session.h"
#include "net/clock.h"

enum { CALLS_MAX = 16 * 1024 };

/* ---- life ---------------------------------------------------------------------------------- */

/* %u becomes the user's name. A path that is then too long is one that can't be opened. */
static void expand(const char *path, const char *user, char out[SX_AUDIT_PATH_MAX])
{
    size_t n = 0;

    for (; *path != '\0' && n + 1 < SX_AUDIT_PATH_MAX; path++) {
        if (path[0] == '%' && path[1] == 'u') {
            n += (size_t)snprintf(out + n, SX_AUDIT_PATH_MAX - n, "%s", user);
            n = n < SX_AUDIT_PATH_MAX ? n : SX_AUDIT_PATH_MAX - 1;
            path++;
        } else {
            out[n++] = *path;
        }
    }
    out[n] = '\0';
}

static void take_from_site(struct sexec *object)
{
    struct sx_audit_place place;
    const char *file;
    const char *key;
    const char *collector;

    sx_rules_audit(object, &file, &key, &collector);
    (void)snprintf(object->auditing->collector, sizeof object->auditing->collector, "%s",
                   collector);
    if (file[0] == '\0' && key[0] == '\0')
        return;
    sx_audit_place_init(&place);
    expand(file, place.user, object->auditing->file);
    expand(key, place.user, object->auditing->key);
    object->auditing->is_from_site = true;
}

enum sx_err sx_auditing_start(struct sexec *object)
{
    struct sx_auditing *auditing = sx_alloc(sizeof *auditing);

    if (auditing == NULL)
        return SX_ERR_MEMORY;
    auditing->is_required = true;
    auditing->digests = -1;
    auditing->created_at = sx_clock_now();
    sx_buffer_init(&auditing->calls, CALLS_MAX);
    object->auditing = auditing;
    take_from_site(object);
    return SX_OK;
}

void sx_auditing_end(struct sexec *object)
{
    struct sx_auditing *auditing = object->auditing;
    struct sx_fault ignored = { 0 };

    if (auditing == NULL)
        return;
    if (auditing->audit != NULL) {
        struct sx_audit_record record = { .type = SX_AUDIT_OBJECT_END };

        record.object_end = (struct sx_audit_object_end){
            .sessions = auditing->sessions,
            .commands = auditing->commands,
            .duration_us = (sx_clock_now() - auditing->created_at) * 1000,
        };
        /* Nobody is left to be told; each session's end was committed already. */
        if (sx_audit_write(auditing->audit, &record, 1, &ignored) == SX_OK)
            (void)!sx_audit_flush(auditing->audit, &ignored);
        sx_audit_close(auditing->audit);
    }
    for (int i = 0; i < SX_STREAM_COUNT; i++)
        sx_digest_free(auditing->streams[i]);
    sx_buffer_clear(&auditing->calls);
    sx_free(auditing->lost);
    sx_free_wiped(auditing, sizeof *auditing);
    object->auditing = NULL;
}

/* ---- records ------------------------------------------------------------------------------- */

/* What was lost: remembered for the action's end, or only told. */
static enum sx_err lose(struct sexec *object, const struct sx_fault *why, struct sx_fault *fault)
{
    struct sx_auditing *auditing = object->auditing;
    char line[SX_FAULT_TEXT_MAX + 32];

    if (auditing->must_keep) {
        if (auditing->lost->err == SX_OK)
            *auditing->lost = *why;
        return sx_fault_set_sys(fault, SX_ERR_AUDIT, why->sys, "%s", why->text);
    }
    (void)snprintf(line, sizeof line, "Warning: %s", why->text);
    sx_fire_ssh_status(object, line);
    return SX_OK;
}

/* The collector is away, or isn't who it should be. */
static void tell_news(struct sexec *object)
{
    const char *news = sx_audit_news(object->auditing->audit);
    char line[SX_FAULT_TEXT_MAX + 32];

    if (news == NULL)
        return;
    (void)snprintf(line, sizeof line, "Warning: %s", news);
    sx_fire_ssh_status(object, line);
}

enum sx_err sx_auditing_put(struct sexec *object, struct sx_audit_record *record,
                            struct sx_fault *fault)
{
    struct sx_fault why;

    sx_fault_clear(&why);
    if (record->type >= SX_AUDIT_SESSION_BEGIN)
        object->auditing->session_records++;
    if (object->auditing->audit == NULL ||
        sx_audit_write(object->auditing->audit, record, 1, &why) == SX_OK)
        return SX_OK;
    return lose(object, &why, fault);
}

enum sx_err sx_auditing_flush(struct sexec *object, struct sx_fault *fault)
{
    struct sx_fault why;

    sx_fault_clear(&why);
    if (object->auditing->audit == NULL || sx_audit_flush(object->auditing->audit, &why) == SX_OK)
        return SX_OK;
    return lose(object, &why, fault);
}

enum sx_err sx_auditing_commit(struct sexec *object, struct sx_fault *fault)
{
    struct sx_fault why;

    if (object->auditing->audit == NULL)
        return SX_OK;
    sx_fault_clear(&why);
    if (sx_audit_commit(object->auditing->audit, &why) != SX_OK)
        return lose(object, &why, fault);
    tell_news(object);
    return SX_OK;
}

/* ---- calls --------------------------------------------------------------------------------- */

/* Kept until it is known whether and where there is an audit: "method argument", and when it failed
 * " (code N: what the reference says of N)". The error's own text isn't there: it may quote. */
static void keep_call(struct sx_auditing *auditing, const char *method, const char *argument,
                      int code)
{
    char outcome[320] = "";
    const struct sx_slice parts[] = { sx_slice_text(method),
                                      sx_slice_text(argument == NULL ? "" : " "),
                                      sx_slice_text(argument == NULL ? "" : argument) };
    const size_t before = sx_buffer_len(&auditing->calls);
    enum sx_err err = SX_OK;

    if (code != 0)
        (void)snprintf(outcome, sizeof outcome, " (code %d: %s)", code, sexec_error_text(code));
    for (size_t i = 0; err == SX_OK && i < sizeof parts / sizeof parts[0]; i++)
        err = sx_buffer_append(&auditing->calls, parts[i]);
    if (err == SX_OK)
        err = sx_buffer_append(&auditing->calls, sx_slice_of(outcome, strlen(outcome) + 1));
    if (err != SX_OK) {
        sx_buffer_truncate(&auditing->calls, before);
        auditing->calls_lost++;
    }
}

int sx_auditing_call(struct sexec *object, const char *method, const char *argument, int code)
{
    struct sx_audit_record record = { .type = SX_AUDIT_CALL };
    struct sx_auditing *auditing = object->auditing;
    struct sx_fault fault = { 0 };

    if (auditing == NULL)
        return code;
    if (auditing->audit == NULL) {
        if (!auditing->is_decided)
            keep_call(auditing, method, argument, code);
        return code;
    }
    record.call = (struct sx_audit_call){ .method = sx_slice_text(method),
                                          .argument = sx_slice_text(argument),
                                          .code = (uint64_t)code };
    if ((sx_auditing_put(object, &record, &fault) == SX_OK &&
         sx_auditing_flush(object, &fault) == SX_OK) ||
        code != 0)
        return code;
    return sx_fail_err(object, SX_ERR_AUDIT, &fault);
}

void sx_auditing_handler(struct sexec *object, const char *setter, bool is_set)
{
    if (sx_auditing_call(object, setter, is_set ? "set" : "cleared", 0) != 0)
        object->auditing->is_loss_untold = true; /* a setter without a code */
}

uint64_t sx_auditing_mark(const struct sexec *object)
{
    return object->auditing == NULL ? 0 : object->auditing->session_records;
}

int sx_auditing_method(struct sexec *object, const char *method, uint64_t mark, int code)
{
    return code == 0 || sx_auditing_mark(object) != mark
               ? code
               : sx_auditing_call(object, method, NULL, code);
}

void sx_auditing_logoff(struct sexec *object)
{
    struct sx_audit_record record = { .type = SX_AUDIT_CALL };
    struct sx_fault kept = { 0 }; /* for the action's end */

    if (object->auditing == NULL || object->auditing->audit == NULL)
        return;
    record.call.method = sx_slice_text("ssh_logoff");
    (void)!sx_auditing_put(object, &record, &kept);
}

int sx_auditing_number(struct sexec *object, const char *method, long long argument, int code)
{
    char text[32];

    (void)snprintf(text, sizeof text, "%lld", argument);
    return sx_auditing_call(object, method, text, code);
}

int sx_auditing_sized(struct sexec *object, const char *method, size_t length, int code)
{
    char text[48];

    (void)snprintf(text, sizeof text, "(%zu bytes)", length);
    return sx_auditing_call(object, method, text, code);
}

/* Values that may hold a secret go by their names, without regard to case. */
static bool is_secret_name(const char *name)
{
    return sx_pattern_is_match("*password*", name) || sx_pattern_is_match("*passphrase*", name) ||
           sx_pattern_is_match("*pin*", name) || sx_pattern_is_match("*secret*", name) ||
           sx_pattern_is_match("firewalldata", name);
}

int sx_auditing_config(struct sexec *object, const char *method, const char *configuration,
                       int code)
{
    size_t len = strcspn(configuration, "=");
    char lower[64];
    char shown[SX_TEXT_MAX];
    size_t i;

    for (i = 0; i < len && i + 1 < sizeof lower; i++)
        lower[i] =
            (char)(configuration[i] >= 'A' && configuration[i] <= 'Z' ? configuration[i] - 'A' + 'a'
                                                                      : configuration[i]);
    lower[i] = '\0';
    if (is_secret_name(lower) && strcmp(lower, "passwordprompt") != 0 &&
        strstr(lower, "fingerprint") == NULL)
        (void)snprintf(shown, sizeof shown, "%s=****", lower);
    else
        (void)snprintf(shown, sizeof shown, "%s", configuration);
    return sx_auditing_call(object, method, shown, code);
}

void sx_auditing_count(const struct sexec *object, enum sx_counted what)
{
    if (object->auditing != NULL)
        object->auditing->counts[what]++;
}

/* ---- actions ------------------------------------------------------------------------------- */

static enum sx_err take_line(void *ctx, struct sx_slice line)
{
    const struct sx_auditing *auditing = ctx;

    return auditing->handler((const char *)line.ptr, line.len, auditing->handler_context) == 0
               ? SX_OK
               : SX_ERR_AUDIT;
}

static enum sx_err put_object_begin(struct sexec *object, struct sx_fault *fault)
{
    struct sx_auditing *auditing = object->auditing;
    struct sx_audit_record record = { .type = SX_AUDIT_OBJECT_BEGIN };

    record.object_begin = (struct sx_audit_object_begin){
        .library = sx_slice_text("libsexec " SX_VERSION),
        .policy = sx_slice_text(object->values.policy),
        .sync = sx_slice_text(sx_audit_sync_name(auditing->sync)),
        .is_required = auditing->must_keep,
        .calls_lost = auditing->calls_lost,
    };
    SX_TRY(sx_auditing_put(object, &record, fault));
    if (sx_buffer_len(&auditing->calls) == 0)
        return SX_OK;
    record = (struct sx_audit_record){ .type = SX_AUDIT_SETUP };
    record.setup.calls.texts = sx_buffer_unread(&auditing->calls);
    SX_TRY(sx_auditing_put(object, &record, fault));
    sx_buffer_clear(&auditing->calls);
    return SX_OK;
}

static enum sx_err open_sinks(struct sexec *object, struct sx_provider *provider,
                              struct sx_fault *fault)
{
    struct sx_auditing *auditing = object->auditing;
    const struct sx_audit_config config = {
        .provider = provider,
        .file = auditing->file[0] == '\0' ? NULL : auditing->file,
        .key = auditing->key,
        .sync = auditing->sync,
        .collector = auditing->collector[0] == '\0' ? NULL : auditing->collector,
        .taker = { auditing->handler == NULL ? NULL : take_line, auditing },
    };
    struct sx_fault why = { 0 };

    if (auditing->audit != NULL)
        return sx_audit_use(auditing->audit, provider, fault);
    if (auditing->collector[0] != '\0' && auditing->file[0] == '\0') {
        (void)sx_fault_set(&why, SX_ERR_AUDIT,
                           "a log collector has no way to say that it kept a record: AuditSyslog "
                           "needs AuditFile beside it");
        return lose(object, &why, fault);
    }
    if (auditing->key[0] == '\0') {
        (void)sx_fault_set(&why, SX_ERR_AUDIT,
                           "an audit needs AuditKeyFile: sexec-audit keygen makes one");
        return lose(object, &why, fault);
    }
    if (sx_audit_open(&config, &why, &auditing->audit) != SX_OK)
        return lose(object, &why, fault);
    return put_object_begin(object, fault);
}

enum sx_err sx_auditing_begin(struct sexec *object, struct sx_fault *fault)
{
    struct sx_auditing *auditing = object->auditing;
    const struct sx_policy *policy;
    struct sx_provider *provider;
    enum sx_err err;

    auditing->is_decided = true;
    if (auditing->is_loss_untold) {
        auditing->is_loss_untold = false;
        return sx_fault_set_sys(fault, SX_ERR_AUDIT, auditing->lost->sys, "%s",
                                auditing->lost->text);
    }
    if (auditing->lost != NULL)
        sx_fault_clear(auditing->lost);
    if (auditing->file[0] == '\0' && auditing->key[0] == '\0' && auditing->collector[0] == '\0' &&
        auditing->handler == NULL) {
        sx_buffer_clear(&auditing->calls);
        return SX_OK;
    }
    if (auditing->lost == NULL && (auditing->lost = sx_alloc(sizeof *auditing->lost)) == NULL)
        return sx_fault_note(fault, SX_ERR_MEMORY);
    SX_TRY(sx_rules_policy(object, fault, &policy));
    auditing->must_keep = auditing->is_required || policy->is_audit_required;
    SX_TRY(sx_session_provider_for(object, policy, fault, &provider));
    err = open_sinks(object, provider, fault);
    sx_provider_close(provider);
    return err;
}

int sx_auditing_finish(struct sexec *object, int code)
{
    struct sx_auditing *auditing = object->auditing;
    struct sx_fault fault;

    if (auditing == NULL)
        return code;
    sx_fault_clear(&fault);
    /* Whatever is told from now on stands in the file. */
    (void)!sx_auditing_flush(object, &fault);
    auditing->is_loss_untold = false;
    if (auditing->lost == NULL || auditing->lost->err == SX_OK || code == SEXEC_AUDIT)
        return code;
    fault = *auditing->lost;
    return sx_fail_err(object, SX_ERR_AUDIT, &fault);
}

static int set_audit_handler(struct sexec *object, sexec_audit_handler handler, void *context)
{
    struct sx_auditing *auditing = object->auditing;

    if (auditing->is_decided)
        return sx_fail(object, SEXEC_BAD_STATE,
                       "the audit can't be changed after the first action of an object");
    auditing->handler = handler;
    auditing->handler_context = context;
    return 0;
}

int sexec_set_audit_handler(struct sexec *object, sexec_audit_handler handler, void *context)
{
    return sx_auditing_call(object, "set_audit_handler", handler == NULL ? "cleared" : "set",
                            set_audit_handler(object, handler, context));
}
