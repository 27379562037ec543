/* cli/query.h: what can be asked without a server. All print to standard output and give the
 * exit status. */
#ifndef SX_CLI_QUERY_H
#define SX_CLI_QUERY_H

#include "cli/command.h"

int sx_cli_help(void);

/* -V: the library, and the provider of the options. */
int sx_cli_version(struct sx_cli *cli);

/* -Q: policies, a policy, the provider, or one of the policy's lists. */
int sx_cli_query(struct sx_cli *cli);

#endif
