/* client/action.c: logon, execute, logoff: their steps, their time, their end. */
#include "client/action.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "client/auditing.h"
#include "client/codes.h"
#include "client/errors.h"
#include "client/events.h"
#include "client/io.h"
#include "client/log_lines.h"
#include "client/logging.h"
#include "client/session.h"
#include "client/values.h"
#include "net/clock.h"

enum {
    LOGOFF_MS = 2000
}; /* how long the farewell may take to leave, and the rest with timeout 0 */

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

static void note_progress(struct sexec *object)
{
    uint64_t progress = object->engine == NULL ? 0 : sx_engine_progress(object->engine);

    if (progress == object->last_progress)
        return;
    object->last_progress = progress;
    object->last_progress_at = sx_clock_now();
}

/* ---- the end of an action ----------------------------------------------------------------- */

/* The action ends with the error that was just kept. Handlers that are still to come may fail at what
 * they try; it is the action's error that counts when the method returns. */
static void keep_error(struct sexec *object, int code)
{
    if (code == 0)
        return;
    sx_text_free_wiped(object->action_text);
    object->action_text =
        sx_text_dup(object->last_text); /* NULL: what the handlers leave must do */
}

static const char *error_text(const struct sexec *object)
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

static int finish(struct sexec *object, int code)
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

/* A logoff is over, whatever ended it: the farewell is out or can't be sent. */
static int end_logoff(struct sexec *object, enum sx_err err, struct sx_fault *fault)
{
    int code = object->action_code;

    if (err == SX_ERR_INTERRUPTED && code == 0)
        code = sx_fail_err(object, err, fault);
    if (object->action_text == NULL)
        keep_error(object, code);
    (void)give_up_command(object);
    (void)!sx_auditing_command_end(object, SEXEC_NO_STATUS, fault);
    sx_fault_clear(fault);
    sx_session_close(object, 0, "OK");
    return finish(object, code);
}

/* The connection is lost or given up: whatever ran ends with it. */
static int break_off(struct sexec *object, enum sx_err err, struct sx_fault *fault)
{
    struct sx_fault ignored = { 0 }; /* of the audit: finish tells it */
    bool is_running;
    int code;

    if (object->action == SX_ACTION_LOGOFF)
        return end_logoff(object, err, fault);
    is_running = give_up_command(object);
    sx_auditing_refusal(object, err, fault);
    code = sx_fail_err(object, err, fault);
    if (is_running)
        snprintf(object->last_text + strlen(object->last_text),
                 sizeof object->last_text - strlen(object->last_text),
                 "; the command had been started and may still run on the server");
    keep_error(object, code);
    (void)!sx_auditing_command_end(object, code, &ignored);
    sx_session_close(object, code, error_text(object));
    sx_fire_error(object, code, error_text(object));
    return finish(object, code);
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

/* Time or patience is over. */
static int give_up(struct sexec *object, enum sx_err err)
{
    if (object->action == SX_ACTION_EXECUTE && object->is_begun)
        stop_command(object);
    return break_off(object, err, &object->fault);
}

/* ---- steps -------------------------------------------------------------------------------- */

static int start_command(struct sexec *object)
{
    struct sx_slice command = sx_slice_text(object->values.command);
    enum sx_err err;

    sx_logging_command(object);
    /* The time since the last thing that was done is no part of the path's round trip. */
    err = sx_engine_tick(object->engine, sx_clock_now());
    if (err == SX_OK)
        err = sx_engine_execute(object->engine, command);
    object->is_begun = true;
    if (err == SX_OK && object->is_eof_early)
        err = sx_engine_send_eof(object->engine);
    object->is_eof_early = false;
    if (err == SX_OK)
        return 0;
    (void)sx_fault_set(&object->fault, err, "%s", sx_engine_fault(object->engine)->text);
    return break_off(object, err, &object->fault);
}

/* A command goes when it is certain that there is a record of it. */
static int record_command(struct sexec *object)
{
    bool is_ready;
    enum sx_err err = sx_auditing_command_begin(object, &object->fault, &is_ready);

    if (err != SX_OK)
        return break_off(object, err, &object->fault);
    return is_ready ? start_command(object) : 0;
}

static void await(struct sexec *object, enum sx_logoff what, enum sx_pump_state state)
{
    object->logoff = what;
    object->pump.state = state;
    object->action_started = sx_clock_now();
}

static void say_farewell(struct sexec *object)
{
    sx_engine_disconnect(object->engine, "bye");
    await(object, SX_LOGOFF_FAREWELL, SX_PUMP_CLOSING);
}

static bool is_channel_open(const struct sexec *object)
{
    enum sx_channel_state state = sx_engine_channel_state(object->engine);

    return state != SX_CHANNEL_NONE && state != SX_CHANNEL_CLOSED;
}

/* A command that still runs is left behind: its channel is closed first. */
static int begin_logoff(struct sexec *object, int code)
{
    object->action = SX_ACTION_LOGOFF;
    object->action_code = code;
    sx_input_close(object);
    if (is_channel_open(object) && sx_engine_close_channel(object->engine) == SX_OK &&
        object->values.wait_channel_close)
        await(object, SX_LOGOFF_CHANNEL, SX_PUMP_RUNNING);
    else
        say_farewell(object);
    return 0;
}

static int step_logoff(struct sexec *object)
{
    switch (object->logoff) {
    case SX_LOGOFF_CHANNEL:
        if (!is_channel_open(object))
            say_farewell(object);
        return 0;
    case SX_LOGOFF_FAREWELL:
        if (sx_engine_to_send(object->engine).len > 0)
            return 0;
        if (!object->values.wait_server_disconnect)
            return end_logoff(object, SX_OK, &object->fault);
        await(object, SX_LOGOFF_SERVER, SX_PUMP_LEFT);
        return 0;
    case SX_LOGOFF_SERVER:
        return object->pump.is_peer_closed ? end_logoff(object, SX_OK, &object->fault) : 0;
    }
    return 0;
}

void sx_action_leave(struct sexec *object)
{
    (void)begin_logoff(object, 0);
}

/* How the command ended, as a code of its own. */
static int result_code(struct sexec *object)
{
    const struct sx_result *result = &object->result;

    switch (result->kind) {
    case SEXEC_RESULT_EXITED:
        if (result->exit_status == 0)
            return 0;
        return sx_fail(object, SEXEC_EXITED_NON_ZERO, "the command exited with status %d",
                       result->exit_status);
    case SEXEC_RESULT_SIGNALED:
        return sx_fail(object, SEXEC_KILLED_BY_SIGNAL, "the command was ended by signal %s%s",
                       result->signal, result->is_core_dumped ? " (core dumped)" : "");
    default:
        return sx_fail(object, SEXEC_NO_STATUS,
                       "the server closed the session without telling how the command ended; it "
                       "may still run");
    }
}

/* The channel is closed: the command is over. A channel that never ran it has its own error. */
static int end_command(struct sexec *object)
{
    int code;

    sx_output_flush(object);
    if (object->fault.err != SX_OK)
        code = sx_fail_err(object, object->fault.err, &object->fault);
    else
        code = result_code(object);
    keep_error(object, code);
    if (code != 0 && code != SEXEC_EXITED_NON_ZERO)
        sx_fire_error(object, code, error_text(object));
    if (sx_auditing_command_end(object, code, &object->fault) != SX_OK)
        return break_off(object, SX_ERR_AUDIT, &object->fault);
    if (object->engine == NULL || (!object->is_auto_logoff && !object->values.disconnect_on_close))
        return finish(object, code);
    return begin_logoff(object, code);
}

/* Goes on to the next step when the present one is complete. */
static int next_step(struct sexec *object)
{
    switch (object->action) {
    case SX_ACTION_LOGON: return object->is_connected ? finish(object, 0) : 0;
    case SX_ACTION_EXECUTE:
        if (!object->is_connected)
            return 0;
        if (!object->is_begun)
            return record_command(object);
        if (sx_engine_channel_state(object->engine) == SX_CHANNEL_CLOSED)
            return end_command(object);
        return 0;
    case SX_ACTION_LOGOFF: return step_logoff(object);
    case SX_ACTION_NONE: break;
    }
    return 0;
}

static enum sx_err check_time(struct sexec *object, struct sx_fault *fault)
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

/* Answers of threads first: the engine waits for them. */
static enum sx_err work(struct sexec *object, bool *out_did)
{
    bool has_answered = sx_task_work(object);
    enum sx_err err = sx_pump_work(&object->pump, &object->fault, out_did);

    sx_log_lines_tell(object);
    *out_did |= has_answered;
    return err;
}

/* Tokens are opened first; without them there is nothing to connect with. */
static int await_tokens(struct sexec *object, bool *out_did)
{
    enum sx_err err;

    *out_did = sx_task_work(object);
    err = check_time(object, &object->fault);
    return err == SX_OK ? 0 : break_off(object, err, &object->fault);
}

int sx_action_advance(struct sexec *object, bool *out_did)
{
    enum sx_err err = SX_OK;
    bool was_busy = object->action != SX_ACTION_NONE;
    bool was_begun;
    enum sx_action was;
    int code;

    *out_did = false;
    object->is_fresh = false;
    if (object->engine == NULL)
        return sx_task_is_running(object) ? await_tokens(object, out_did) : 0;
    err = work(object, out_did);
    note_progress(object);
    if (err != SX_OK) {
        /* What the server told before it went counts: a closed channel is a complete command. */
        const struct sx_fault *latched = sx_engine_fault(object->engine);

        if (object->action == SX_ACTION_EXECUTE && object->is_begun &&
            sx_engine_channel_state(object->engine) == SX_CHANNEL_CLOSED) {
            if (object->fault.err == err) /* else it is why the command didn't run */
                sx_fault_clear(&object->fault);
            object->is_auto_logoff = true; /* there is nothing to stay on */
            code = end_command(object);
            return object->action == SX_ACTION_LOGOFF ? end_logoff(object, SX_OK, &object->fault)
                                                      : code;
        }
        if (object->fault.err == SX_OK && latched->err == err)
            object->fault = *latched;
        return break_off(object, err, &object->fault);
    }
    if (!was_busy) {
        if (!*out_did)
            sx_engine_rest(object->engine);
        return 0;
    }
    was = object->action;
    was_begun = object->is_begun;
    code = next_step(object);
    if (object->action == SX_ACTION_NONE)
        return code;
    /* A new step has something to send, for which nobody needs to wait. */
    *out_did |= object->action != was || object->is_begun != was_begun;
    *out_did |= sx_auditing_is_waiting(object);
    err = check_time(object, &object->fault);
    if (err == SX_ERR_TIMEOUT && object->action == SX_ACTION_LOGOFF &&
        object->logoff == SX_LOGOFF_CHANNEL) {
        sx_fault_clear(&object->fault);
        say_farewell(object);
        *out_did = true;
        return 0;
    }
    return err == SX_OK ? 0 : give_up(object, err);
}

int sx_action_pump(struct sexec *object, bool *out_did)
{
    enum sx_err err = work(object, out_did);

    note_progress(object);
    if (err == SX_OK) {
        err = check_time(object, &object->fault);
        return err == SX_OK ? 0 : give_up(object, err);
    }
    if (object->fault.err == SX_OK && sx_engine_fault(object->engine)->err == err)
        object->fault = *sx_engine_fault(object->engine);
    return break_off(object, err, &object->fault);
}

int sx_action_begin(struct sexec *object, enum sx_action action)
{
    enum sx_err err = SX_OK;

    sx_fault_clear(&object->fault);
    object->action = action;
    object->is_fresh = true;
    object->action_started = sx_clock_now();
    object->last_progress_at = object->action_started;
    /* An interrupt that came when nothing ran does nothing. */
    atomic_store(&object->is_interrupted, false);
    sx_wake_drain(&object->wake);
    if (action == SX_ACTION_LOGOFF)
        return begin_logoff(object, 0);
    err = sx_auditing_begin(object, &object->fault);
    /* Before anything is sent: a command whose input is missing must not start. */
    if (err == SX_OK && action == SX_ACTION_EXECUTE)
        err = sx_input_open(object, &object->fault);
    if (err == SX_OK && object->engine == NULL) {
        object->is_auto_logoff = action == SX_ACTION_EXECUTE;
        err = sx_session_open(object, &object->fault);
    }
    if (err != SX_OK) {
        int code;

        sx_auditing_refusal(object, err, &object->fault);
        code = sx_fail_err(object, err, &object->fault);
        keep_error(object, code);
        if (!object->is_connected)
            sx_session_close(object, code, error_text(object));
        sx_fire_error(object, code, error_text(object));
        return finish(object, code);
    }
    return 0;
}

int sx_action_wait(struct sexec *object)
{
    for (;;) {
        bool did;
        int code = sx_action_advance(object, &did);

        if (object->action == SX_ACTION_NONE)
            return code;
        if (!did)
            sx_pump_wait(&object->pump, &object->wake, sx_action_wakes(object));
    }
}
