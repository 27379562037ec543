/* cli/query.h: what can be asked without a server. All print to standard output and give the
 * exit status. */
#ifndef SX_CLI_QUERY_H
#define SX_CLI_QUERY_H

#include "cli/command.h"

int sx_cli_help(void);

/* -V: the library, and the provider of the options. */
int sx_cli_version(struct sx_cli *cli);

/* -Q: policies, a policy, the provider, the machine's rules, or one of the policy's lists. */
int sx_cli_query(struct sx_cli *cli);

/* --explain POLICY ALGORITHM: whether it is allowed and why not; 1 when it isn't. */
int sx_cli_explain(struct sx_cli *cli);

/* --explain-server HOST: the server's offer, row by row; 1 when something has nothing in common. */
int sx_cli_explain_server(struct sx_cli *cli);

#endif
