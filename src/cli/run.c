/* cli/run.c: the loop. The object runs with timeout 0, so nothing here waits but one poll for
 * everything: the connection, standard input, and the outputs that have something waiting. So no
 * stream can hold up another, whatever order their other ends are read in. */
#include "cli/run.h"

#include "cli/input.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/session.h"
#include "cli/signals.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { FLUSH_TICK_MS = 1000, OWN_FDS = 3, OBJECT_FDS = 4 };

static void on_stdout(struct sexec *ssh, const struct sexec_stdout_event *event, void *context)
{
    struct sx_cli_session *session = context;
    size_t length;
    const void *text = sexec_stdout_event_text(event, &length);

    sexec_hold_output(ssh, sx_cli_output_put(&session->out, text, length));
    session->is_active = true;
}

static void on_stderr(struct sexec *ssh, const struct sexec_stderr_event *event, void *context)
{
    struct sx_cli_session *session = context;
    size_t length;
    const void *text = sexec_stderr_event_text(event, &length);

    sexec_hold_output(ssh, sx_cli_output_put(&session->err, text, length));
    session->is_active = true;
}

static void on_stdin_ready(struct sexec *ssh, void *context)
{
    struct sx_cli_session *session = context;

    (void)ssh;
    session->in.is_open = true;
    session->in.is_blocked = false;
}

static void flush(struct sx_cli_session *session, struct sx_cli_output *output)
{
    size_t released = sx_cli_output_flush(output);

    if (released > 0) /* fails with the connection, which do_events tells */
        (void)sexec_release_output(session->ssh, released);
}

/* Output or input that can't go on ends the session; the first reason counts. */
static void check_streams(struct sx_cli_session *session)
{
    if (session->stream != NULL)
        return;
    if (session->out.error != 0) {
        session->stream = "standard output can't be written";
        session->stream_errno = session->out.error;
    } else if (session->err.error != 0) {
        session->stream = "standard error can't be written";
        session->stream_errno = session->err.error;
    } else if (session->in.error != 0) {
        session->stream = "standard input can't be read";
        session->stream_errno = session->in.error;
    }
    if (session->stream != NULL)
        sexec_interrupt(session->ssh);
}

/* Anything that moved gives the session its time again. */
static void check_activity(struct sx_cli_session *session)
{
    bool is_active = session->is_active || session->out.did_write || session->err.did_write;

    session->is_active = false;
    session->out.did_write = false;
    session->err.did_write = false;
    if (is_active && session->is_timer_restarted)
        sx_cli_timer_start(session->cli->timeout);
}

/* Waits for whatever can go on, and does it with the streams. */
static void wait_streams(struct sx_cli_session *session)
{
    struct pollfd fds[OBJECT_FDS + OWN_FDS];
    int timeout = -1;
    size_t count = sexec_get_poll(session->ssh, fds, OBJECT_FDS, &timeout);
    struct pollfd *in = &fds[count];
    struct pollfd *out = &fds[count + 1];
    struct pollfd *err = &fds[count + 2];

    /* A negative descriptor is one that poll passes over. */
    *in = (struct pollfd){ .fd = -1, .events = POLLIN };
    *out = (struct pollfd){ .fd = -1, .events = POLLOUT };
    *err = (struct pollfd){ .fd = -1, .events = POLLOUT };
    if (sx_cli_input_wants(&session->in))
        in->fd = session->in.fd;
    if (sx_cli_output_is_waiting(&session->out))
        out->fd = session->out.fd;
    if (sx_cli_output_is_waiting(&session->err))
        err->fd = session->err.fd;
    if (poll(fds, (nfds_t)(count + OWN_FDS), timeout) <= 0)
        return;
    if (in->revents != 0)
        sx_cli_input_read(&session->in, session->ssh);
    if (out->revents != 0)
        flush(session, &session->out);
    if (err->revents != 0)
        flush(session, &session->err);
}

/* Serves the object until what it was asked for has ended; the code with which it did. begun is
 * what the asking method gave: an action that ended there has its code already. */
static int serve(struct sx_cli_session *session, int begun)
{
    int code = begun;

    /* A signal that came before the action began was for nobody. */
    if (sx_cli_signals_caught() != 0)
        sexec_interrupt(session->ssh);
    while (sexec_is_busy(session->ssh)) {
        code = sexec_do_events(session->ssh);
        session->is_active |= sx_cli_input_send(&session->in, session->ssh);
        check_streams(session);
        check_activity(session);
        if (sexec_is_busy(session->ssh))
            wait_streams(session);
    }
    return code;
}

/* What arrived is delivered, however slow its reader is. */
static void deliver(struct sx_cli_session *session)
{
    sx_cli_timer_start(0);
    while (sx_cli_signals_caught() == 0 &&
           (sx_cli_output_is_waiting(&session->out) || sx_cli_output_is_waiting(&session->err))) {
        struct pollfd fds[] = {
            { .fd = sx_cli_output_is_waiting(&session->out) ? session->out.fd : -1,
              .events = POLLOUT },
            { .fd = sx_cli_output_is_waiting(&session->err) ? session->err.fd : -1,
              .events = POLLOUT },
        };

        (void)poll(fds, 2, FLUSH_TICK_MS);
        (void)sx_cli_output_flush(&session->out);
        (void)sx_cli_output_flush(&session->err);
    }
    check_streams(session);
}

static int run_command(struct sx_cli_session *session, const char *command)
{
    struct sexec *ssh = session->ssh;
    int code = sexec_ssh_logon(ssh, NULL, 0);

    code = serve(session, code);
    if (code != 0)
        return code;
    sx_cli_session_tell_negotiated(session);
    if (session->cli->is_stdin_null)
        (void)sexec_send_eof(ssh);
    session->in.is_over = session->cli->is_stdin_null;
    sx_cli_timer_start(session->cli->timeout);
    code = sexec_execute(ssh, command);
    code = serve(session, code);
    sx_cli_timer_start(0);
    if (sexec_get_connected(ssh)) /* how the farewell goes changes nothing */
        (void)serve(session, sexec_ssh_logoff(ssh));
    return code;
}

int sx_cli_run(struct sx_cli *cli, const char *command)
{
    struct sx_cli_session session = { .cli = cli, .ssh = cli->ssh };
    int status = sx_cli_session_open(&session);
    int code;

    if (status != 0)
        return status;
    session.in.fd = STDIN_FILENO;
    sexec_on_stdout(cli->ssh, on_stdout, &session);
    sexec_on_stderr(cli->ssh, on_stderr, &session);
    sexec_on_stdin_ready(cli->ssh, on_stdin_ready, &session);
    sx_cli_signals_open(cli->ssh);
    code = run_command(&session, command);
    deliver(&session);
    sx_cli_signals_close();
    status = sx_cli_session_judge(&session, code);
    sx_cli_session_close(&session);
    return status;
}
