/* cli/options.h: the command line. */
#ifndef SX_CLI_OPTIONS_H
#define SX_CLI_OPTIONS_H

#include "cli/command.h"

/* One option: a letter, a long name, or both. take gets NULL for an option without a value; it
 * gives 0, or reports what is wrong and gives the exit status. */
struct sx_cli_option {
    char letter;            /* '\0' for none */
    const char *name;       /* NULL for none */
    const char *value_name; /* NULL: takes no value */
    int (*take)(struct sx_cli *cli, const char *value);
};

/* All options; the last has neither letter nor name. */
extern const struct sx_cli_option sx_cli_options[];

/* sx_cli_parse reads argv into cli and its object. As with ssh(1), options may stand before and
 * right after the destination; the command begins with the next operand, and what looks like an
 * option in it belongs to it. 0, or the exit status after a report. */
int sx_cli_parse(struct sx_cli *cli, char **argv);

/* sx_cli_defaults gives the object what differs for the command: a limit for signing on, and both
 * kinds of addresses. */
int sx_cli_defaults(struct sx_cli *cli);

/* sx_cli_config sets a setting of the object; 0, or the exit status after a report that begins
 * with what the user wrote. */
int sx_cli_config(struct sx_cli *cli, const char *written, const char *name, const char *value);

/* sx_cli_check turns a code of the object into an exit status, after a report. */
int sx_cli_check(struct sx_cli *cli, const char *written, int code);

#endif
