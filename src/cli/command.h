/* cli/command.h: what the options of one call of the command add up to. Most of them are kept by
 * the object itself; here is only what the object has no place for. */
#ifndef SX_CLI_COMMAND_H
#define SX_CLI_COMMAND_H

#include <sexec/sexec.h>

enum {
    SX_CLI_EXIT_FAILURE = 255, /* every failure of the command's own, as with ssh(1) */
    SX_CLI_LOGON_SECONDS = 60, /* unless ConnectTimeout or timeout say otherwise */
};

enum sx_cli_mode {
    SX_CLI_RUN,
    SX_CLI_HELP,
    SX_CLI_VERSION,
    SX_CLI_QUERY,
    SX_CLI_EXPLAIN,
    SX_CLI_EXPLAIN_SERVER,
    SX_CLI_CONVERT,
};

struct sx_cli {
    struct sexec *ssh;
    enum sx_cli_mode mode;
    const char *query;               /* the argument of -Q, --explain or --convert-key */
    const char *new_passphrase_file; /* for --convert-key; NULL */
    const char *new_passphrase_fd;
    bool is_overwriting;
    const char *destination; /* the first operand: [user@]host */
    char **words;            /* the operands after it, NULL-terminated */
    int verbosity;           /* 0 to 3 */
    int timeout;             /* the property of that name, which the loop keeps; 0: none */
    bool is_quiet;
    bool is_stdin_null;
    bool has_user;
    bool has_key;
    bool has_password;
    bool has_auth_mode;
    bool has_logon_time; /* ConnectTimeout was given, so timeout doesn't count for the logon */
};

#endif
