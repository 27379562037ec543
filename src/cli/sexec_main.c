/* cli/sexec_main.c: the command sexec. */
#include "cli/command.h"
#include "cli/convert.h"
#include "cli/options.h"
#include "cli/query.h"
#include "cli/report.h"
#include "cli/run.h"
#include "cli/standard.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The words as ssh(1) gives them to the server's shell: with a blank between each. */
static char *join(char **words)
{
    size_t size = 1;
    char *joined;
    char *end;

    for (char **word = words; *word != NULL; word++)
        size += strlen(*word) + 1;
    joined = malloc(size);
    if (joined == NULL)
        return NULL;
    end = joined;
    for (char **word = words; *word != NULL; word++) {
        size_t length = strlen(*word);

        if (word != words)
            *end++ = ' ';
        memcpy(end, *word, length);
        end += length;
    }
    *end = '\0';
    return joined;
}

/* "user@host": the last @ parts them, as users may have one. An option's user goes first. */
static int set_destination(struct sx_cli *cli)
{
    const char *at = strrchr(cli->destination, '@');
    const char *host = at == NULL ? cli->destination : at + 1;
    int status = 0;

    if (at != NULL && !cli->has_user) {
        char *user = strndup(cli->destination, (size_t)(at - cli->destination));

        if (user == NULL)
            return sx_cli_report(SEXEC_MEMORY, "%s", sexec_error_text(SEXEC_MEMORY));
        status = sx_cli_check(cli, "the user", sexec_set_ssh_user(cli->ssh, user));
        free(user);
    } else if (!cli->has_user) {
        const struct passwd *self = getpwuid(getuid());

        if (self == NULL)
            return sx_cli_report(SEXEC_INVALID_ARGUMENT,
                                 "the name of user %ld is unknown here; say -l USER",
                                 (long)getuid());
        status = sx_cli_check(cli, "the user", sexec_set_ssh_user(cli->ssh, self->pw_name));
    }
    if (status == 0 && host[0] == '\0')
        return sx_cli_report(SEXEC_INVALID_ARGUMENT, "\"%s\" names no host", cli->destination);
    return status != 0 ? status : sx_cli_check(cli, "the host", sexec_set_ssh_host(cli->ssh, host));
}

/* What the options gave says how to sign on, unless they say it themselves. */
static int set_authentication(struct sx_cli *cli)
{
    const char *agent = "0";

    if (cli->has_auth_mode)
        return 0;
    if (sexec_config(cli->ssh, "EnablePageantAuth", &agent) == 0 && strcmp(agent, "0") != 0 &&
        !cli->has_key && !cli->has_password)
        return sx_cli_check(cli, "the agent",
                            sexec_set_ssh_auth_mode(cli->ssh, SEXEC_AM_PUBLIC_KEY));
    if (cli->has_key)
        return sx_cli_check(cli, "-i", sexec_set_ssh_auth_mode(cli->ssh, SEXEC_AM_PUBLIC_KEY));
    if (cli->has_password)
        return sx_cli_check(cli, "the password",
                            sexec_set_ssh_auth_mode(cli->ssh, SEXEC_AM_PASSWORD));
    return sx_cli_report(SEXEC_AUTHENTICATION,
                         "nothing to sign on with: say -i FILE, --password-file FILE, "
                         "-o IdentityAgent=SSH_AUTH_SOCK or -o PreferredAuthentications=none");
}

static int run(struct sx_cli *cli)
{
    char *command;
    int status;

    if (cli->destination == NULL || cli->words[0] == NULL)
        return sx_cli_report(SEXEC_INVALID_ARGUMENT,
                             "%s is missing: sexec [options] [user@]host command...",
                             cli->destination == NULL ? "the host" : "the command");
    status = set_destination(cli);
    if (status == 0)
        status = set_authentication(cli);
    if (status != 0)
        return status;
    command = join(cli->words);
    if (command == NULL)
        return sx_cli_report(SEXEC_MEMORY, "%s", sexec_error_text(SEXEC_MEMORY));
    status = sx_cli_run(cli, command);
    free(command);
    return status;
}

/* Nobody signs on for this, so the user may be anybody and nothing but the host is needed. */
static int explain_server(struct sx_cli *cli)
{
    int status;

    if (cli->destination == NULL || cli->words[0] != NULL)
        return sx_cli_report(SEXEC_INVALID_ARGUMENT,
                             "--explain-server wants a host and no command");
    status = set_destination(cli);
    return status != 0 ? status : sx_cli_explain_server(cli);
}

static int do_what_was_asked(struct sx_cli *cli)
{
    switch (cli->mode) {
    case SX_CLI_HELP: return sx_cli_help();
    case SX_CLI_VERSION: return sx_cli_version(cli);
    case SX_CLI_QUERY: return sx_cli_query(cli);
    case SX_CLI_EXPLAIN: return sx_cli_explain(cli);
    case SX_CLI_EXPLAIN_SERVER: return explain_server(cli);
    case SX_CLI_CONVERT: return sx_cli_convert(cli);
    default: return run(cli);
    }
}

int main(int argc, char **argv)
{
    struct sx_cli cli = { 0 };
    int status;

    if (argc < 1 || sx_cli_open_standard() != 0)
        return SX_CLI_EXIT_FAILURE;
    cli.ssh = sexec_new();
    if (cli.ssh == NULL)
        return sx_cli_report(SEXEC_MEMORY, "%s", sexec_error_text(SEXEC_MEMORY));
    status = sx_cli_defaults(&cli);
    if (status == 0)
        status = sx_cli_parse(&cli, argv);
    if (status == 0)
        status = do_what_was_asked(&cli);
    sexec_free(cli.ssh);
    return status;
}
