/* cli/convert.h: --convert-key. */
#ifndef SX_CLI_CONVERT_H
#define SX_CLI_CONVERT_H

#include "cli/command.h"

/* sx_cli_convert writes the key of -i in a form that every policy takes; 0, or the exit status
 * after a report. */
int sx_cli_convert(struct sx_cli *cli);

#endif
