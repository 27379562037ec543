/* client/action.c: logon, execute, logoff: how they begin and their steps. */
#include "client/action_inside.h"

#include "client/auditing.h"
#include "client/errors.h"
#include "client/events.h"
#include "client/io.h"
#include "client/log_lines.h"
#include "client/logging.h"
#include "client/session.h"
#include "net/clock.h"

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
    return sx_action_break_off(object, err, &object->fault);
}

/* A command goes when it is certain that there is a record of it. */
static int record_command(struct sexec *object)
{
    bool is_ready;
    enum sx_err err = sx_auditing_command_begin(object, &object->fault, &is_ready);

    if (err != SX_OK)
        return sx_action_break_off(object, err, &object->fault);
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
            return sx_action_end_logoff(object, SX_OK, &object->fault);
        await(object, SX_LOGOFF_SERVER, SX_PUMP_LEFT);
        return 0;
    case SX_LOGOFF_SERVER:
        return object->pump.is_peer_closed ? sx_action_end_logoff(object, SX_OK, &object->fault)
                                           : 0;
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
    sx_action_keep_error(object, code);
    if (code != 0 && code != SEXEC_EXITED_NON_ZERO)
        sx_fire_error(object, code, sx_action_error_text(object));
    if (sx_auditing_command_end(object, code, &object->fault) != SX_OK)
        return sx_action_break_off(object, SX_ERR_AUDIT, &object->fault);
    if (object->engine == NULL || (!object->is_auto_logoff && !object->values.disconnect_on_close))
        return sx_action_finish(object, code);
    return begin_logoff(object, code);
}

/* Goes on to the next step when the present one is complete. */
static int next_step(struct sexec *object)
{
    switch (object->action) {
    case SX_ACTION_LOGON: return object->is_connected ? sx_action_finish(object, 0) : 0;
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
    err = sx_action_check_time(object, &object->fault);
    return err == SX_OK ? 0 : sx_action_break_off(object, err, &object->fault);
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
    sx_action_note_progress(object);
    if (err != SX_OK) {
        /* What the server told before it went counts: a closed channel is a complete command. */
        const struct sx_fault *latched = sx_engine_fault(object->engine);

        if (object->action == SX_ACTION_EXECUTE && object->is_begun &&
            sx_engine_channel_state(object->engine) == SX_CHANNEL_CLOSED) {
            if (object->fault.err == err) /* else it is why the command didn't run */
                sx_fault_clear(&object->fault);
            object->is_auto_logoff = true; /* there is nothing to stay on */
            code = end_command(object);
            return object->action == SX_ACTION_LOGOFF
                       ? sx_action_end_logoff(object, SX_OK, &object->fault)
                       : code;
        }
        if (object->fault.err == SX_OK && latched->err == err)
            object->fault = *latched;
        return sx_action_break_off(object, err, &object->fault);
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
    err = sx_action_check_time(object, &object->fault);
    if (err == SX_ERR_TIMEOUT && object->action == SX_ACTION_LOGOFF &&
        object->logoff == SX_LOGOFF_CHANNEL) {
        sx_fault_clear(&object->fault);
        say_farewell(object);
        *out_did = true;
        return 0;
    }
    return err == SX_OK ? 0 : sx_action_give_up(object, err);
}

int sx_action_pump(struct sexec *object, bool *out_did)
{
    enum sx_err err = work(object, out_did);

    sx_action_note_progress(object);
    if (err == SX_OK) {
        err = sx_action_check_time(object, &object->fault);
        return err == SX_OK ? 0 : sx_action_give_up(object, err);
    }
    if (object->fault.err == SX_OK && sx_engine_fault(object->engine)->err == err)
        object->fault = *sx_engine_fault(object->engine);
    return sx_action_break_off(object, err, &object->fault);
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
        sx_action_keep_error(object, code);
        if (!object->is_connected)
            sx_session_close(object, code, sx_action_error_text(object));
        sx_fire_error(object, code, sx_action_error_text(object));
        return sx_action_finish(object, code);
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
