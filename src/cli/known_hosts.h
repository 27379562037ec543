/* cli/known_hosts.h: whom the command trusts: the user's files and the system's, as ssh(1) does. */
#ifndef SX_CLI_KNOWN_HOSTS_H
#define SX_CLI_KNOWN_HOSTS_H

#include "cli/command.h"

/* sx_cli_known_hosts_defaults names ~/.ssh/known_hosts and /etc/ssh/ssh_known_hosts, each also with
 * a 2 behind it. 0, or the status to exit with. */
int sx_cli_known_hosts_defaults(struct sx_cli *cli);

/* The keys of ssh_config(5); values as there: files are parted by blanks, "none" is no file, and a
 * tilde stands for the home folder. */
int sx_cli_set_user_known_hosts(struct sx_cli *cli, const char *value);
int sx_cli_set_global_known_hosts(struct sx_cli *cli, const char *value);
int sx_cli_set_strict_checking(struct sx_cli *cli, const char *value);
int sx_cli_set_hash_known_hosts(struct sx_cli *cli, const char *value);
int sx_cli_set_host_key_alias(struct sx_cli *cli, const char *value);

#endif
