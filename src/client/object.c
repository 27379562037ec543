/* client/object.c: an object's life. */
#include <sexec/sexec.h>

#include <string.h>

#include "base/memory.h"
#include "client/action.h"
#include "client/auditing.h"
#include "client/errors.h"
#include "client/events.h"
#include "client/io.h"
#include "client/log_lines.h"
#include "client/packets.h"
#include "client/rules.h"
#include "client/session.h"
#include "client/values.h"

enum { LENT_MAX = 256 * 1024, HOST_KEY_MAX = 256 * 1024, LOG_LINES_MAX = 64 * 1024 * 1024 };

static void write_log(void *context, enum sx_log_level level, const char *line)
{
    sx_log_lines_add(context, level, line);
}

static void apply_log_values(struct sexec *object)
{
    sx_log_lines_level(object);
    object->log.is_unmasked = !object->values.mask_sensitive;
    object->log.mask = sx_rules_mask(object);
}

struct sexec *sexec_new(void)
{
    struct sexec *object = sx_alloc(sizeof *object);

    if (object == NULL)
        return NULL;
    object->stdin_fd = -1;
    object->pump.fd = -1;
    object->wake.fd = -1;
    atomic_init(&object->is_interrupted, false);
    sx_agent_job_init(object);
    sx_buffer_init(&object->out_lines.pending, 1024 * 1024);
    sx_buffer_init(&object->err_lines.pending, 1024 * 1024);
    sx_buffer_init(&object->host_key, HOST_KEY_MAX);
    sx_buffer_init(&object->lent, LENT_MAX);
    sx_buffer_init(&object->log_lines, LOG_LINES_MAX);
    sx_buffer_init(&object->server_offer, LENT_MAX);
    if (sx_values_init(&object->values) != SX_OK || sx_rules_start(object) != SX_OK ||
        sx_auditing_start(object) != SX_OK || sx_wake_open(&object->wake) != SX_OK) {
        sexec_free(object);
        return NULL;
    }
    object->log.write = write_log;
    object->log.ctx = object;
    apply_log_values(object);
    return object;
}

static void clear_command(struct sexec *object)
{
    sx_buffer_clear(&object->out_lines.pending);
    sx_buffer_clear(&object->err_lines.pending);
    sx_buffer_clear(&object->host_key);
    sx_buffer_clear(&object->lent);
    sx_buffer_clear(&object->log_lines);
    sx_packets_clear(object);
    sx_buffer_clear(&object->server_offer);
    object->kerberos.facts = (struct sx_gss_facts){ 0 };
    sx_input_close(object);
    sx_fault_clear(&object->fault);
    object->result = (struct sx_result){ 0 };
    object->is_eof_early = false;
    object->server_version[0] = '\0';
    object->served_policy[0] = object->served_provider[0] = object->served_module[0] = '\0';
    object->last_text[0] = '\0';
    sx_text_free_wiped(object->action_text);
    object->action_text = NULL;
    object->last_code = 0;
}

void sexec_free(struct sexec *object)
{
    if (object == NULL)
        return;
    if (object->handler_depth > 0) {
        object->is_free_wanted = true;
        return;
    }
    memset(object->handlers, 0, sizeof object->handlers);
    sx_session_close(object, 0, "OK");
    sx_auditing_end(object);
    clear_command(object);
    sx_values_clear(&object->values);
    sx_rules_end(object);
    if (object->wake.fd >= 0)
        sx_wake_close(&object->wake);
    sx_free_wiped(object, sizeof *object);
}

void sx_method_begin(struct sexec *object)
{
    object->method_depth++;
}

int sx_method_end(struct sexec *object, int code)
{
    object->method_depth--;
    if (object->method_depth == 0)
        sx_log_lines_tell(object);
    if (object->is_free_wanted && object->method_depth == 0 && object->handler_depth == 0)
        sexec_free(object);
    return code;
}

static int reset(struct sexec *object)
{
    struct sx_values fresh;
    enum sx_err err;

    if (object->handler_depth > 0)
        return sx_fail_code(object, SEXEC_BUSY);
    err = sx_values_init(&fresh);
    if (err != SX_OK)
        return sx_fail_err(object, err, &object->fault);
    sx_session_close(object, 0, "OK");
    object->action = SX_ACTION_NONE;
    object->is_begun = false;
    object->is_auto_logoff = false;
    object->is_explaining = false;
    object->stream_error = SX_OK;
    object->action_code = 0;
    clear_command(object);
    sx_values_clear(&object->values);
    object->values = fresh;
    object->log.mask = (struct sx_mask_rules){ NULL, NULL }; /* borrowed from the rules */
    sx_rules_end(object);
    err = sx_rules_start(object);
    if (err != SX_OK)
        return sx_fail_err(object, err, &object->fault);
    apply_log_values(object);
    return 0;
}

int sexec_reset(struct sexec *object)
{
    sx_method_begin(object);
    return sx_method_end(object, sx_auditing_call(object, "reset", NULL, reset(object)));
}

int sexec_new_with(const char *const *settings, struct sexec **out)
{
    struct sexec *object = sexec_new();
    int code = 0;

    *out = object;
    if (object == NULL)
        return SEXEC_MEMORY;
    for (; code == 0 && *settings != NULL; settings++)
        code = sexec_config(object, *settings, NULL);
    if (code == 0)
        code = sx_fail_err(object, sx_auditing_begin(object, &object->fault), &object->fault);
    return code == 0 ? sx_auditing_finish(object, code) : code;
}

const char *sexec_version(void)
{
    return SX_VERSION;
}
