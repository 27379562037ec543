/* client/errors.c: the last error of an object. */
#include "client/auditing.h"
#include "client/errors.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "client/codes.h"

int sx_fail(struct sexec *object, int code, const char *fmt, ...)
{
    char text[sizeof object->last_text];
    va_list args;

    object->last_code = code;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    sx_escape_again(object->last_text, sizeof object->last_text, text);
    return code;
}

/* Ours, so that nothing in it has to be escaped: a writer is told that there is no more room for
 * each packet that he fills, and formatting that anew showed in the profile of a stream. */
int sx_fail_code(struct sexec *object, int code)
{
    const char *text = sexec_error_text(code);
    size_t length = strnlen(text, sizeof object->last_text - 1);

    object->last_code = code;
    memcpy(object->last_text, text, length);
    object->last_text[length] = '\0';
    return code;
}

int sx_fail_err(struct sexec *object, enum sx_err err, struct sx_fault *fault)
{
    int code = sx_code_of(err, fault->sys, object->is_connected);

    if (err == SX_OK)
        return SEXEC_OK;
    (void)sx_fault_note(fault, err);
    sx_fail(object, code, "%s", fault->text);
    sx_fault_clear(fault);
    return code;
}

bool sx_is_busy(const struct sexec *object)
{
    return object->action != SX_ACTION_NONE || object->handler_depth > 0;
}

bool sx_is_in_progress(const struct sexec *object)
{
    return object->engine != NULL || sx_task_is_running(object);
}

const char *sexec_get_last_error(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->last_text;
}

int sexec_get_last_error_code(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->last_code;
}
