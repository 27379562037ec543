/* client/audit_views.c: audit files for people. */
#include <sexec/audit.h>

#include "audit/sessions.h"
#include "client/auditing.h"
#include "client/errors.h"

/* The program's handler behind the room's output. */
struct taker {
    sexec_audit_text_handler handler;
    void *context;
};

static enum sx_err hand_on(void *ctx, const char *text, size_t len)
{
    const struct taker *taker = ctx;

    return len == 0 || taker->handler(text, len, taker->context) == 0 ? SX_OK : SX_ERR_FILE;
}

static enum sx_err read_sessions(struct sexec *object, const char *const *files,
                                 const char *const *filters, bool with_detail,
                                 struct sx_audit_sessions *out)
{
    struct sx_audit_filter filter;

    sx_fault_clear(&object->fault);
    *out = (struct sx_audit_sessions){ 0 };
    SX_TRY(sx_audit_filter_read(filters, &object->fault, &filter));
    return sx_audit_sessions_read(files, &filter, with_detail, &object->fault, out);
}

int sexec_audit_show(struct sexec *object, const char *const *files, const char *const *filters,
                     sexec_audit_text_handler handler, void *context)
{
    struct taker taker = { handler, context };
    const struct sx_audit_output out = { hand_on, &taker };
    struct sx_audit_sessions sessions;
    enum sx_err err = read_sessions(object, files, filters, true, &sessions);

    sx_auditing_count(object, SX_COUNTED_GETTER);
    if (err == SX_OK)
        err = sx_audit_show(&sessions, &out);
    sx_audit_sessions_clear(&sessions);
    return sx_fail_err(object, err, &object->fault);
}

int sexec_audit_report(struct sexec *object, const char *const *files, const char *const *filters,
                       bool is_html, const char *verdict, sexec_audit_text_handler handler,
                       void *context)
{
    struct taker taker = { handler, context };
    const struct sx_audit_output out = { hand_on, &taker };
    struct sx_audit_sessions sessions;
    enum sx_err err = read_sessions(object, files, filters, false, &sessions);

    sx_auditing_count(object, SX_COUNTED_GETTER);
    if (err == SX_OK)
        err = is_html ? sx_audit_page(&sessions, verdict, &out)
                      : sx_audit_report(&sessions, verdict, &out);
    sx_audit_sessions_clear(&sessions);
    return sx_fail_err(object, err, &object->fault);
}
