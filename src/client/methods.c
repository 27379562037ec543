/* client/methods.c: the reference's methods that act on the connection. */
#include <string.h>

#include "client/action.h"
#include "client/auditing.h"
#include "client/code_page.h"
#include "client/errors.h"
#include "client/events.h"
#include "client/io.h"
#include "client/session.h"
#include "client/values.h"
#include "net/clock.h"

enum { SIGNAL_MAX = 64 }; /* of a name, such as "usr1@openssh.com" */

static int refuse_busy(struct sexec *object)
{
    return sx_fail_code(object, SEXEC_BUSY);
}

/* Runs an action to its end, or lets it go on in do_events when nothing may wait. */
static int run(struct sexec *object, enum sx_action action)
{
    int code = sx_action_begin(object, action);

    if (object->action == SX_ACTION_NONE)
        return code;
    return object->values.timeout == 0 ? 0 : sx_action_wait(object);
}

static int logon(struct sexec *object, const char *host, int port)
{
    int code;

    if (sx_is_busy(object))
        return refuse_busy(object);
    if (sx_is_in_progress(object))
        return sx_fail_code(object, SEXEC_ALREADY_CONNECTED);
    if (host != NULL && host[0] != '\0') {
        code = sexec_set_ssh_host(object, host);
        if (code != 0)
            return code;
    }
    if (port != 0) {
        code = sexec_set_ssh_port(object, port);
        if (code != 0)
            return code;
    }
    return run(object, SX_ACTION_LOGON);
}

int sexec_ssh_logon(struct sexec *object, const char *host, int port)
{
    uint64_t mark = sx_auditing_mark(object);

    sx_method_begin(object);
    return sx_method_end(object,
                         sx_auditing_method(object, "ssh_logon", mark, logon(object, host, port)));
}

static int logoff(struct sexec *object)
{
    bool is_running = object->action == SX_ACTION_EXECUTE && object->is_connected;

    if (object->handler_depth > 0 || (sx_is_busy(object) && !is_running))
        return refuse_busy(object);
    if (!sx_is_in_progress(object))
        return sx_auditing_call(object, "ssh_logoff", NULL, 0);
    sx_auditing_logoff(object);
    if (!object->is_connected) {
        sx_session_close(object, 0, "OK");
        return 0;
    }
    return run(object, SX_ACTION_LOGOFF);
}

int sexec_ssh_logoff(struct sexec *object)
{
    uint64_t mark = sx_auditing_mark(object);

    sx_method_begin(object);
    return sx_method_end(object, sx_auditing_method(object, "ssh_logoff", mark, logoff(object)));
}

static int execute(struct sexec *object, const char *command)
{
    enum sx_err err;

    if (sx_is_busy(object))
        return refuse_busy(object);
    if (command == NULL || command[0] == '\0')
        return sx_fail(object, SEXEC_INVALID_ARGUMENT, "the command is empty");
    if (strlen(command) > SX_CHANNEL_COMMAND_MAX)
        return sx_fail(object, SEXEC_INVALID_ARGUMENT, "the command has %zu bytes, more than %d",
                       strlen(command), SX_CHANNEL_COMMAND_MAX);
    err = sx_text_set(&object->values.command, command);
    if (err != SX_OK)
        return sx_fail_err(object, err, &object->fault);
    object->result = (struct sx_result){ .kind = SEXEC_RESULT_NONE };
    return run(object, SX_ACTION_EXECUTE);
}

int sexec_execute(struct sexec *object, const char *command)
{
    uint64_t mark = sx_auditing_mark(object);

    sx_method_begin(object);
    return sx_method_end(object,
                         sx_auditing_method(object, "execute", mark, execute(object, command)));
}

void sexec_interrupt(struct sexec *object)
{
    atomic_store(&object->is_interrupted, true);
    sx_wake_up(&object->wake);
}

/* An idle connection is not looked at where ProcessIdleEvents=False says so. */
static bool is_left_alone(const struct sexec *object)
{
    return object->action == SX_ACTION_NONE && !object->values.process_idle;
}

static int do_events(struct sexec *object)
{
    struct sx_pump nothing = { .state = SX_PUMP_IDLE, .fd = -1 };
    bool is_alone;
    bool did = false;
    int code = 0;

    sx_auditing_count(object, SX_COUNTED_DO_EVENTS);
    if (object->handler_depth > 0)
        return refuse_busy(object);
    /* What woke a loop of the program's own must not wake it for ever. */
    sx_wake_drain(&object->wake);
    is_alone = is_left_alone(object);
    if (!is_alone)
        code = sx_action_advance(object, &did);
    if (!did && code == 0 && object->values.select_wait > 0) {
        uint64_t until = sx_clock_now() + (uint64_t)object->values.select_wait;
        uint64_t wakes = sx_action_wakes(object);

        sx_pump_wait(is_alone ? &nothing : &object->pump, &object->wake,
                     wakes < until ? wakes : until);
        if (!is_alone)
            code = sx_action_advance(object, &did);
    }
    return code;
}

int sexec_do_events(struct sexec *object)
{
    sx_method_begin(object);
    return sx_method_end(object, do_events(object));
}

bool sexec_is_busy(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return sx_is_busy(object);
}

size_t sexec_get_poll(struct sexec *object, struct pollfd *out, size_t capacity, int *out_timeout)
{
    struct pollfd fds[3];
    bool is_alone = is_left_alone(object);
    size_t count = is_alone ? 0 : sx_pump_poll(&object->pump, fds);
    uint64_t wakes = is_alone ? UINT64_MAX : sx_pump_wakes(&object->pump);
    uint64_t action_wakes = sx_action_wakes(object);
    uint64_t now = sx_clock_now();

    sx_auditing_count(object, SX_COUNTED_GETTER);
    sx_pump_acknowledge(&object->pump);
    fds[count++] = (struct pollfd){ .fd = object->wake.fd, .events = POLLIN };
    if (action_wakes < wakes)
        wakes = action_wakes;
    if (object->is_fresh || sx_auditing_is_waiting(object))
        wakes = now;
    if (out_timeout != NULL)
        *out_timeout = wakes == UINT64_MAX     ? -1
                       : wakes <= now          ? 0
                       : wakes - now > 3600000 ? 3600000
                                               : (int)(wakes - now);
    for (size_t i = 0; i < count && i < capacity; i++)
        out[i] = fds[i];
    return count < capacity ? count : capacity;
}

/* ---- input -------------------------------------------------------------------------------- */

static int check_can_send(struct sexec *object)
{
    if (object->engine == NULL || !object->is_connected)
        return sx_fail_code(object, SEXEC_NOT_CONNECTED);
    if (!object->is_begun)
        return sx_fail(object, SEXEC_BAD_STATE, "no command runs that could take input");
    return 0;
}

/* Takes what there is room for. */
static int send_some(struct sexec *object, struct sx_slice data)
{
    size_t taken;
    enum sx_err err = sx_engine_write(object->engine, data, &taken);

    object->bytes_taken += taken;
    sx_auditing_input(object, sx_slice_of(data.ptr, taken));
    if (err == SX_ERR_STATE)
        return sx_fail(object, SEXEC_BAD_STATE,
                       "the command's standard input is not open (not started yet, or ended)");
    if (err != SX_OK) {
        struct sx_fault fault = *sx_engine_fault(object->engine);

        return sx_fail_err(object, err, &fault);
    }
    return 0;
}

static int send_all(struct sexec *object, const uint8_t *bytes, size_t length)
{
    int code = check_can_send(object);

    object->bytes_taken = 0;
    if (code == 0 && bytes == NULL)
        return length == 0 ? 0 : sx_fail(object, SEXEC_INVALID_ARGUMENT, "there is no data");
    while (code == 0) {
        bool did = false;

        code = send_some(object,
                         sx_slice_of(bytes + object->bytes_taken, length - object->bytes_taken));
        if (code != 0 || object->bytes_taken == length)
            return code;
        if (object->values.timeout == 0 || object->handler_depth > 0) {
            code = sx_engine_is_exchanging(object->engine) ? SEXEC_WOULD_BLOCK_REKEY
                                                           : SEXEC_SEND_WOULD_BLOCK;
            return sx_fail_code(object, code);
        }
        code = sx_action_pump(object, &did);
        if (code == 0 && !did)
            sx_pump_wait(&object->pump, &object->wake, sx_action_wakes(object));
    }
    return code;
}

int sexec_send(struct sexec *object, const void *data, size_t length)
{
    sx_auditing_count(object, SX_COUNTED_SEND);
    sx_method_begin(object);
    return sx_method_end(object, send_all(object, data, length));
}

int sexec_send_stdin_bytes(struct sexec *object, const void *data, size_t length)
{
    return sexec_send(object, data, length);
}

static int send_text(struct sexec *object, const char *text)
{
    struct sx_slice bytes = sx_slice_text(text);
    struct sx_buffer encoded;
    enum sx_err err;
    int code;

    if (object->values.code_page == SX_CODE_PAGE_UTF8)
        return send_all(object, bytes.ptr, bytes.len);
    sx_buffer_init(&encoded, 8 * bytes.len + 64);
    err = sx_code_page_encode(object->values.code_page, bytes, &encoded);
    if (err == SX_ERR_MEMORY)
        code = sx_fail_err(object, err, &object->fault);
    else if (err != SX_OK)
        code = sx_fail(object, SEXEC_CODE_PAGE,
                       "the text is no UTF-8, or has a character that code page %d lacks",
                       object->values.code_page);
    else
        code = send_all(object, sx_buffer_unread(&encoded).ptr, sx_buffer_len(&encoded));
    sx_buffer_clear(&encoded);
    return code;
}

int sexec_send_stdin_text(struct sexec *object, const char *text)
{
    sx_auditing_count(object, SX_COUNTED_SEND);
    sx_method_begin(object);
    return sx_method_end(object, send_text(object, text));
}

int sexec_set_stdin(struct sexec *object, const void *data, size_t length)
{
    return sexec_send(object, data, length);
}

static int send_eof(struct sexec *object)
{
    enum sx_err err;

    if (object->engine == NULL || !object->is_begun) {
        object->is_eof_early = true;
        return 0;
    }
    err = sx_engine_send_eof(object->engine);
    if (err == SX_OK)
        return 0;
    return sx_fail(object, SEXEC_BAD_STATE, "no command runs that could take input");
}

int sexec_send_eof(struct sexec *object)
{
    sx_method_begin(object);
    return sx_method_end(object, sx_auditing_call(object, "send_eof", NULL, send_eof(object)));
}

static int send_signal(struct sexec *object, const char *name)
{
    int code = check_can_send(object);

    if (code != 0)
        return code;
    if (name == NULL || name[0] == '\0' || strlen(name) > SIGNAL_MAX)
        return sx_fail(object, SEXEC_INVALID_ARGUMENT,
                       "a signal's name has 1 to %d characters, such as \"TERM\"", SIGNAL_MAX);
    if (sx_engine_signal(object->engine, sx_slice_text(name)) != SX_OK)
        return sx_fail(object, SEXEC_BAD_STATE, "no command runs that could get a signal");
    return 0;
}

int sexec_send_signal(struct sexec *object, const char *name)
{
    bool is_name = name != NULL && strlen(name) <= SIGNAL_MAX;

    sx_method_begin(object);
    return sx_method_end(object, sx_auditing_call(object, "send_signal", is_name ? name : NULL,
                                                  send_signal(object, name)));
}

size_t sexec_get_bytes_taken(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->bytes_taken;
}
