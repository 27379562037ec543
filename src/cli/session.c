/* cli/session.c: settings, -v, and the verdict. */
#include "cli/session.h"

#include "cli/options.h"
#include "cli/report.h"
#include "cli/signals.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { NOTE_BYTES = 4096, LAST_STATUS = 255 };

/* ---- what -v tells ------------------------------------------------------------------------ */

static void note(struct sx_cli_session *session, const char *what, const char *text)
{
    char line[NOTE_BYTES];

    (void)snprintf(line, sizeof line, "sexec: %s%.*s\n", what, NOTE_BYTES - 64, text);
    sx_cli_output_note(&session->err, line);
}

/* Each line of a text, or only those that begin with one of some names. */
static void note_lines(struct sx_cli_session *session, const char *what, const char *text,
                       const char *const *names)
{
    while (*text != '\0') {
        char line[NOTE_BYTES / 2];
        size_t length = strcspn(text, "\n");
        bool is_wanted = names == NULL;

        for (size_t i = 0; !is_wanted && names[i] != NULL; i++)
            is_wanted = strncmp(text, names[i], strlen(names[i])) == 0;
        (void)snprintf(line, sizeof line, "%.*s", (int)length, text);
        if (is_wanted)
            note(session, what, line);
        text += length + (text[length] == '\n');
    }
}

static void on_log(struct sexec *ssh, const struct sexec_log_event *event, void *context)
{
    (void)ssh;
    note(context, "log: ", sexec_log_event_message(event));
}

static void on_status(struct sexec *ssh, const struct sexec_ssh_status_event *event, void *context)
{
    (void)ssh;
    note(context, "", sexec_ssh_status_event_message(event));
}

/* The provider is told of before anything is sent. That it can't be had is the logon's to report,
 * in one line. */
static int tell_provider(struct sx_cli_session *session)
{
    static const char *const names[] = { "provider: ",  "full name: ", "version: ",
                                         "libcrypto: ", "module",      NULL };
    const char *text;
    int code = sexec_describe_provider(session->ssh, &text);

    if (code != 0)
        return sx_cli_report_object(session->ssh, code);
    note_lines(session, "crypto ", text, session->cli->verbosity > 1 ? NULL : names);
    return 0;
}

static int open_verbose(struct sx_cli_session *session)
{
    char level[8];
    int status;

    (void)snprintf(level, sizeof level, "%d", session->cli->verbosity);
    status = sx_cli_config(session->cli, "-v", "LogLevel", level);
    if (status != 0)
        return status;
    sexec_on_log(session->ssh, on_log, session);
    sexec_on_ssh_status(session->ssh, on_status, session);
    return tell_provider(session);
}

void sx_cli_session_tell_negotiated(struct sx_cli_session *session)
{
    if (session->cli->verbosity > 0 && !session->cli->is_quiet)
        note_lines(session, "negotiated ", sexec_get_negotiated(session->ssh), NULL);
}

/* ---- settings ----------------------------------------------------------------------------- */

int sx_cli_session_open(struct sx_cli_session *session)
{
    struct sx_cli *cli = session->cli;
    const char *absolute = "";
    int status = sx_cli_check(cli, "timeout", sexec_set_timeout(cli->ssh, 0));

    if (status == 0)
        status = sx_cli_config(cli, "the loop", "SelectWaitMillis", "0");
    if (status == 0)
        status = sx_cli_config(cli, "the loop", "OutputMode", "chunks");
    if (status == 0)
        status = sx_cli_check(cli, "AbsoluteTimeout",
                              sexec_config(cli->ssh, "AbsoluteTimeout", &absolute));
    session->is_timer_restarted = strcasecmp(absolute, "True") != 0;
    sx_cli_output_init(&session->out, STDOUT_FILENO);
    sx_cli_output_init(&session->err, STDERR_FILENO);
    if (status == 0 && cli->verbosity > 0 && !cli->is_quiet)
        status = open_verbose(session);
    return status;
}

void sx_cli_session_close(struct sx_cli_session *session)
{
    sx_cli_output_clear(&session->out);
    sx_cli_output_clear(&session->err);
}

/* ---- the verdict -------------------------------------------------------------------------- */

/* "; the command may still run" where it may. */
static const char *still_runs(const struct sx_cli_session *session)
{
    return sexec_get_may_still_run(session->ssh)
               ? "; the command had been started and may still run on the server"
               : "";
}

static int judge_failure(struct sx_cli_session *session, int code)
{
    int signal = sx_cli_signals_caught();

    if (session->stream != NULL)
        return sx_cli_report(SEXEC_FILE, "%s (%s)%s", session->stream,
                             strerror(session->stream_errno), still_runs(session));
    if (signal != 0)
        return sx_cli_report(SEXEC_INTERRUPTED, "ended by %s%s", sx_cli_signals_name(signal),
                             still_runs(session));
    if (sx_cli_timer_is_over())
        return sx_cli_report(SEXEC_TIMEOUT, "%s within %d seconds%s",
                             session->is_timer_restarted ? "timeout: nothing moved"
                                                         : "timeout: the command did not end",
                             session->cli->timeout, still_runs(session));
    if (code == SEXEC_HOST_KEY_REJECTED) /* the library's text names its setting */
        return sx_cli_report(code,
                             "%s; the option that accepts a key is --host-key-fingerprint, and -o "
                             "UserKnownHostsFile=FILE names known ones",
                             sexec_get_last_error(session->ssh));
    return sx_cli_report_object(session->ssh, code);
}

int sx_cli_session_judge(struct sx_cli_session *session, int code)
{
    int status = sexec_get_exit_status(session->ssh);

    if (session->stream != NULL || (code != 0 && code != SEXEC_EXITED_NON_ZERO))
        return judge_failure(session, code);
    if (sx_cli_signals_caught() != 0 &&
        (sx_cli_output_is_waiting(&session->out) || sx_cli_output_is_waiting(&session->err)))
        return judge_failure(session, code); /* not all of the output was delivered */
    if (status > LAST_STATUS) /* a shell would see it modulo 256, and 256 as success */
        return sx_cli_report(SEXEC_EXITED_NON_ZERO, "the command exited with status %d", status);
    return status;
}
