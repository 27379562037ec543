/* cli/options.c: letters, bundles of letters and long names, by the table of option_table.c. */
#include "cli/options.h"

#include "cli/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int sx_cli_check(struct sx_cli *cli, const char *written, int code)
{
    if (code == 0)
        return 0;
    return sx_cli_report(code, "%s: %s", written, sexec_get_last_error(cli->ssh));
}

int sx_cli_config(struct sx_cli *cli, const char *written, const char *name, const char *value)
{
    size_t size = strlen(name) + strlen(value) + 2;
    char *text = malloc(size);
    int code;

    if (text == NULL)
        return sx_cli_report(SEXEC_MEMORY, "%s: %s", written, sexec_error_text(SEXEC_MEMORY));
    (void)snprintf(text, size, "%s=%s", name, value);
    code = sexec_config(cli->ssh, text, NULL);
    free(text);
    return sx_cli_check(cli, written, code);
}

static const struct sx_cli_option *find_letter(char letter)
{
    const struct sx_cli_option *option = sx_cli_options;

    for (; option->letter != '\0' || option->name != NULL; option++)
        if (letter != '\0' && option->letter == letter)
            return option;
    return NULL;
}

static const struct sx_cli_option *find_name(const char *name, size_t length)
{
    const struct sx_cli_option *option = sx_cli_options;

    for (; option->letter != '\0' || option->name != NULL; option++)
        if (option->name != NULL && strlen(option->name) == length &&
            memcmp(option->name, name, length) == 0)
            return option;
    return NULL;
}

/* Where the parser stands: args points to the argument that is being read. */
struct reader {
    struct sx_cli *cli;
    char **args;
};

/* The next argument as an option's value, which must be there. */
static int take_next(struct reader *reader, const char *shown, const struct sx_cli_option *option)
{
    if (reader->args[1] == NULL)
        return sx_cli_report(SEXEC_INVALID_ARGUMENT, "option %s needs a value: %s", shown,
                             option->value_name);
    reader->args++;
    return option->take(reader->cli, *reader->args);
}

/* "-4qp22" and its kin. */
static int read_letters(struct reader *reader)
{
    const char *at = *reader->args + 1;

    for (; *at != '\0'; at++) {
        const struct sx_cli_option *option = find_letter(*at);
        const char shown[] = { '-', *at, '\0' };
        int status;

        if (option == NULL)
            return sx_cli_report(SEXEC_INVALID_ARGUMENT,
                                 "there is no option %s; sexec --help lists them", shown);
        if (option->value_name == NULL) {
            status = option->take(reader->cli, NULL);
            if (status != 0)
                return status;
            continue;
        }
        if (at[1] != '\0')
            return option->take(reader->cli, at + 1);
        return take_next(reader, shown, option);
    }
    return 0;
}

/* "--policy fips" and "--policy=fips". */
static int read_name(struct reader *reader)
{
    const char *shown = *reader->args;
    const char *name = shown + 2;
    size_t length = strcspn(name, "=");
    bool has_value = name[length] == '=';
    const struct sx_cli_option *option = find_name(name, length);

    if (option == NULL)
        return sx_cli_report(SEXEC_INVALID_ARGUMENT,
                             "there is no option --%.*s; sexec --help lists them", (int)length,
                             name);
    if (option->value_name == NULL) {
        if (has_value)
            return sx_cli_report(SEXEC_INVALID_ARGUMENT, "option --%s takes no value",
                                 option->name);
        return option->take(reader->cli, NULL);
    }
    if (has_value)
        return option->take(reader->cli, name + length + 1);
    return take_next(reader, shown, option);
}

int sx_cli_parse(struct sx_cli *cli, char **argv)
{
    struct reader reader = { .cli = cli, .args = argv + 1 };

    for (; *reader.args != NULL; reader.args++) {
        const char *arg = *reader.args;
        int status = 0;

        if (strcmp(arg, "--") == 0) {
            reader.args++;
            break;
        }
        if (arg[0] != '-' || arg[1] == '\0') {
            if (cli->destination != NULL)
                break;
            cli->destination = arg;
            continue;
        }
        status = arg[1] == '-' ? read_name(&reader) : read_letters(&reader);
        if (status != 0)
            return status;
    }
    if (cli->destination == NULL && *reader.args != NULL)
        cli->destination = *reader.args++;
    cli->words = reader.args;
    return 0;
}
