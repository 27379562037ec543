/* cli/assign.h: --set NAME=VALUE, any property or setting of the interface. */
#ifndef SX_CLI_ASSIGN_H
#define SX_CLI_ASSIGN_H

#include "cli/command.h"

/* sx_cli_assign takes "NAME=VALUE". A secret is refused, as other users can read the command
 * line; so are the properties that belong to the command itself. */
int sx_cli_assign(struct sx_cli *cli, const char *text);

#endif
