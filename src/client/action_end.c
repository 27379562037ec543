/* client/action_end.c: the time that an action has, and how it ends: well, broken off or given up. */
#include "client/action_inside.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "client/auditing.h"
#include "client/errors.h"
#include "client/events.h"
#include "client/io.h"
#include "client/logging.h"
#include "client/session.h"
#include "net/clock.h"

/* How long the farewell may take to leave, and the rest with timeout 0. */
enum { LOGOFF_MS = 2000 };

/* ---- time -------------------------------------------------------------------------------- */

static uint64_t after_seconds(uint64_t from, int seconds)
{
    return seconds <= 0 ? UINT64_MAX : from + (uint64_t)seconds * 1000;
}

/* Each wait of a logoff has an end: a server that doesn't answer must not keep the program. */
static uint64_t logoff_ends(const struct sexec *object)
{
    if (object->logoff == SX_LOGOFF_FAREWELL || object->values.timeout == 0)
        return object->action_started + LOGOFF_MS;
    return after_seconds(object->action_started, object->values.timeout);
}

uint64_t sx_action_wakes(const struct sexec *object)
{
    const struct sx_values *values = &object->values;
    int seconds = values->timeout;

    if (object->action == SX_ACTION_NONE)
        return UINT64_MAX;
    if (object->action == SX_ACTION_LOGOFF)
        return logoff_ends(object);
    if (!object->is_connected) {
        if (values->connection_timeout > 0)
            seconds = values->connection_timeout;
        return after_seconds(object->action_started, seconds);
    }
    return after_seconds(
        values->absolute_timeout ? object->action_started : object->last_progress_at, seconds);
}

void sx_action_note_progress(struct sexec *object)
{
    uint64_t progress = object->engine == NULL ? 0 : sx_engine_progress(object->engine);

    if (progress == object->last_progress)
        return;
    object->last_progress = progress;
    object->last_progress_at = sx_clock_now();
}

enum sx_err sx_action_check_time(struct sexec *object, struct sx_fault *fault)
{
    if (object->stream_error != SX_OK)
        return object->stream_error; /* its text is in the fault already */
    if (atomic_exchange(&object->is_interrupted, false))
        return sx_fault_set(fault, SX_ERR_INTERRUPTED, "interrupted");
    if (sx_clock_now() < sx_action_wakes(object))
        return SX_OK;
    return sx_fault_set(fault, SX_ERR_TIMEOUT, "timeout: %s",
                        !object->is_connected ? "not signed on within the time"
                        : object->values.absolute_timeout
                            ? "the command did not end within the time"
                            : "nothing was sent or received for the command within the time");
}

/* ---- the end of an action ----------------------------------------------------------------- */

void sx_action_keep_error(struct sexec *object, int code)
{
    if (code == 0)
        return;
    sx_text_free_wiped(object->action_text);
    object->action_text =
        sx_text_dup(object->last_text); /* NULL: what the handlers leave must do */
}

const char *sx_action_error_text(const struct sexec *object)
{
    return object->action_text == NULL ? object->last_text : object->action_text;
}

static int give_error(struct sexec *object, int code)
{
    if (code != 0 && object->action_text != NULL)
        (void)sx_fail(object, code, "%s", object->action_text);
    sx_text_free_wiped(object->action_text);
    object->action_text = NULL;
    return code;
}

int sx_action_finish(struct sexec *object, int code)
{
    object->action = SX_ACTION_NONE;
    object->is_auto_logoff = false;
    object->is_begun = false;
    object->is_explaining = false;
    object->stream_error = SX_OK;
    object->action_code = 0;
    if (object->engine != NULL)
        sx_engine_rest(object->engine);
    sx_input_close(object);
    sx_logging_end(object, code);
    return sx_auditing_finish(object, give_error(object, code));
}

/* What runs is left to itself: true when its end was not told. */
static bool give_up_command(struct sexec *object)
{
    bool is_running;

    /* Asked for but not answered: it may have started. */
    if (object->is_begun && object->engine != NULL &&
        sx_engine_channel_state(object->engine) == SX_CHANNEL_STARTING)
        object->result.is_started = true;
    is_running = object->result.is_started && object->result.kind == SEXEC_RESULT_NONE;
    if (is_running) {
        object->result.kind = SEXEC_RESULT_NO_STATUS;
        object->result.exit_status = -1;
    }
    sx_output_flush(object);
    return is_running;
}

int sx_action_end_logoff(struct sexec *object, enum sx_err err, struct sx_fault *fault)
{
    int code = object->action_code;

    if (err == SX_ERR_INTERRUPTED && code == 0)
        code = sx_fail_err(object, err, fault);
    if (object->action_text == NULL)
        sx_action_keep_error(object, code);
    (void)give_up_command(object);
    (void)!sx_auditing_command_end(object, SEXEC_NO_STATUS, fault);
    sx_fault_clear(fault);
    sx_session_close(object, 0, "OK");
    return sx_action_finish(object, code);
}

int sx_action_break_off(struct sexec *object, enum sx_err err, struct sx_fault *fault)
{
    struct sx_fault ignored = { 0 }; /* of the audit: finish tells it */
    bool is_running;
    int code;

    if (object->action == SX_ACTION_LOGOFF)
        return sx_action_end_logoff(object, err, fault);
    is_running = give_up_command(object);
    sx_auditing_refusal(object, err, fault);
    code = sx_fail_err(object, err, fault);
    if (is_running)
        snprintf(object->last_text + strlen(object->last_text),
                 sizeof object->last_text - strlen(object->last_text),
                 "; the command had been started and may still run on the server");
    sx_action_keep_error(object, code);
    (void)!sx_auditing_command_end(object, code, &ignored);
    sx_session_close(object, code, sx_action_error_text(object));
    sx_fire_error(object, code, sx_action_error_text(object));
    return sx_action_finish(object, code);
}

/* The server is asked to end what runs, as far as it takes signals; nobody waits for it. */
static void stop_command(struct sexec *object)
{
    struct sx_fault ignored = { 0 };
    bool did;

    if (object->engine == NULL || !sx_engine_is_logged_on(object->engine) ||
        sx_engine_signal(object->engine, sx_slice_text("TERM")) != SX_OK ||
        sx_engine_close_channel(object->engine) != SX_OK)
        return;
    sx_engine_disconnect(object->engine, "given up");
    object->pump.state = SX_PUMP_CLOSING;
    if (sx_pump_work(&object->pump, &ignored, &did) != SX_OK)
        return; /* the connection is broken already: there is nobody to tell */
}

int sx_action_give_up(struct sexec *object, enum sx_err err)
{
    if (object->action == SX_ACTION_EXECUTE && object->is_begun)
        stop_command(object);
    return sx_action_break_off(object, err, &object->fault);
}
