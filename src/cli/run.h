/* cli/run.h: one command on one server, with the streams of this process. */
#ifndef SX_CLI_RUN_H
#define SX_CLI_RUN_H

#include "cli/command.h"

/* sx_cli_run signs on, runs command and signs off. The exit status: the remote command's, or 255
 * after a report. */
int sx_cli_run(struct sx_cli *cli, const char *command);

#endif
