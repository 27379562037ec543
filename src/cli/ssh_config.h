/* cli/ssh_config.h: -o Key=Value, in the words of ssh_config(5). */
#ifndef SX_CLI_SSH_CONFIG_H
#define SX_CLI_SSH_CONFIG_H

#include "cli/command.h"

/* sx_cli_ssh_config takes "Key=Value" or "Key Value". A key that isn't built, or a value that
 * asks for what isn't there, is an error that says so; nothing is silently ignored. */
int sx_cli_ssh_config(struct sx_cli *cli, const char *text);

/* The keys' own work, for the options that are short for them. */
int sx_cli_set_port(struct sx_cli *cli, const char *value);
int sx_cli_set_user(struct sx_cli *cli, const char *value);
int sx_cli_add_key(struct sx_cli *cli, const char *value);
int sx_cli_set_ciphers(struct sx_cli *cli, const char *value);
int sx_cli_set_macs(struct sx_cli *cli, const char *value);
int sx_cli_set_bind(struct sx_cli *cli, const char *value);

#endif
