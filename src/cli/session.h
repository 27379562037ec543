/* cli/session.h: what the loop of run.c works on, and what is told about it. */
#ifndef SX_CLI_SESSION_H
#define SX_CLI_SESSION_H

#include "cli/command.h"
#include "cli/input.h"
#include "cli/output.h"

struct sx_cli_session {
    struct sx_cli *cli;
    struct sexec *ssh;
    struct sx_cli_input in;
    struct sx_cli_output out;
    struct sx_cli_output err;
    bool is_active;          /* data of the command moved since the last look */
    bool is_timer_restarted; /* the timeout is one of inactivity, not AbsoluteTimeout */
    const char *stream;      /* which stream of our own failed, as text; NULL for none */
    int stream_errno;
};

/* sx_cli_session_open gives the object the settings that the loop needs, and what is told with -v
 * its handlers. 0, or the exit status after a report. */
int sx_cli_session_open(struct sx_cli_session *session);
void sx_cli_session_close(struct sx_cli_session *session);

/* With -v: what the open connection agreed on. */
void sx_cli_session_tell_negotiated(struct sx_cli_session *session);

/* sx_cli_session_judge reports how the session ended, if it failed, and gives the exit status.
 * code is what the last action ended with. */
int sx_cli_session_judge(struct sx_cli_session *session, int code);

#endif
