/* cli/query.c: -V and -Q. The lists are read out of the policy's own description, so that they
 * show what the library goes by. */
#include "cli/query.h"

#include "cli/report.h"
#include "cli/standard.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static int refuse_operand(const struct sx_cli *cli)
{
    if (cli->destination == NULL)
        return 0;
    return sx_cli_report(SEXEC_INVALID_ARGUMENT, "nothing is to be done with \"%s\" here",
                         cli->destination);
}

/* The lines that begin with one of the names. */
static void print_lines(const char *text, const char *const *names)
{
    while (*text != '\0') {
        size_t line = strcspn(text, "\n");

        for (size_t i = 0; names[i] != NULL; i++)
            if (strncmp(text, names[i], strlen(names[i])) == 0)
                printf("%.*s\n", (int)line, text);
        text += line + (text[line] == '\n');
    }
}

int sx_cli_version(struct sx_cli *cli)
{
    static const char *const names[] = { "libcrypto: ", "provider: ", "full name: ", "version: ",
                                         NULL };
    const char *provider;
    int status = refuse_operand(cli);
    int code;

    if (status != 0)
        return status;
    printf("sexec %s\n", sexec_version());
    code = sexec_describe_provider(cli->ssh, &provider);
    if (code == 0)
        print_lines(provider, names);
    status = sx_cli_finish_output(0);
    return code != 0 ? sx_cli_report_object(cli->ssh, code) : status;
}

static int query_provider(struct sx_cli *cli)
{
    const char *text;
    int code = sexec_describe_provider(cli->ssh, &text);

    if (code != 0)
        return sx_cli_report_object(cli->ssh, code);
    printf("%s", text);
    return sx_cli_finish_output(0);
}

/* A policy by name, or with NULL the names of all. */
static int query_policy(struct sx_cli *cli, const char *name)
{
    const char *text;
    int code = sexec_describe_policy(cli->ssh, name, &text);

    if (code != 0)
        return sx_cli_report_object(cli->ssh, code);
    printf("%s", text);
    return sx_cli_finish_output(0);
}

/* Rows look like "FIELD NUMBER: NAME more". */
static void print_names(const char *text, const char *field)
{
    size_t length = strlen(field);

    while (*text != '\0') {
        size_t line = strcspn(text, "\n");
        const char *colon = memchr(text, ':', line);

        if (strncmp(text, field, length) == 0 && text[length] == ' ' && colon != NULL) {
            const char *name = colon + 1 + strspn(colon + 1, " ");

            printf("%.*s\n", (int)strcspn(name, " \n"), name);
        }
        text += line + (text[line] == '\n');
    }
}

/* What the chosen policy allows. */
static int query_list(struct sx_cli *cli, const char *field)
{
    const char *policy = NULL;
    const char *text;
    char name[64];
    int code = sexec_config(cli->ssh, "Policy", &policy);

    if (code != 0)
        return sx_cli_report_object(cli->ssh, code);
    (void)snprintf(name, sizeof name, "%s", policy); /* lent only until the next call */
    code = sexec_describe_policy(cli->ssh, name, &text);
    if (code != 0)
        return sx_cli_report_object(cli->ssh, code);
    print_names(text, field);
    return sx_cli_finish_output(0);
}

/* A text of the library's as it stands. */
static int query_text(struct sx_cli *cli, int (*describe)(struct sexec *, const char **))
{
    const char *text;
    int code = describe(cli->ssh, &text);

    if (code != 0)
        return sx_cli_report_object(cli->ssh, code);
    printf("%s", text);
    return sx_cli_finish_output(0);
}

/* One that is allowed in any of its kinds is allowed. */
int sx_cli_explain(struct sx_cli *cli)
{
    const char *text;
    int code;
    int status;

    if (cli->destination == NULL || cli->words[0] != NULL)
        return sx_cli_report(
            SEXEC_INVALID_ARGUMENT,
            "--explain wants a policy and an algorithm: --explain fips aes256-ctr");
    code = sexec_explain(cli->ssh, cli->query, cli->destination, &text);
    if (code != 0)
        return sx_cli_report_object(cli->ssh, code);
    printf("%s", text);
    status = sx_cli_finish_output(0);
    if (status != 0)
        return status;
    return strstr(text, "\nverdict: allowed") != NULL ? 0 : 1;
}

int sx_cli_explain_server(struct sx_cli *cli)
{
    const char *text;
    int code = sexec_explain_server(cli->ssh, NULL, 0, &text);

    int status;

    if (code != 0)
        return sx_cli_report_object(cli->ssh, code);
    printf("%s", text);
    status = sx_cli_finish_output(0);
    if (status != 0)
        return status;
    return strstr(text, "\n  nothing in common") != NULL ? 1 : 0;
}

int sx_cli_query(struct sx_cli *cli)
{
    static const struct {
        const char *what;
        const char *field;
    } lists[] = {
        { "cipher", "cipher" },
        { "ciphers", "cipher" },
        { "mac", "mac" },
        { "macs", "mac" },
        { "kex", "kex" },
        { "kexalgorithms", "kex" },
        { "key", "host-key" },
        { "hostkeyalgorithms", "host-key" },
        { "key-sig", "user-key" },
        { "pubkeyacceptedalgorithms", "user-key" },
        { "compression", "compression" },
    };
    int status;

    if (strcasecmp(cli->query, "policy") == 0 && cli->destination != NULL)
        return query_policy(cli, cli->destination);
    status = refuse_operand(cli);
    if (status != 0)
        return status;
    if (strcasecmp(cli->query, "policies") == 0 || strcasecmp(cli->query, "policy") == 0)
        return query_policy(cli, NULL);
    if (strcasecmp(cli->query, "provider") == 0)
        return query_provider(cli);
    if (strcasecmp(cli->query, "machine") == 0)
        return query_text(cli, sexec_describe_machine);
    if (strcasecmp(cli->query, "interface") == 0)
        return query_text(cli, sexec_describe_interface);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (strcasecmp(cli->query, lists[i].what) == 0)
            return query_list(cli, lists[i].field);
    return sx_cli_report(
        SEXEC_INVALID_ARGUMENT,
        "-Q %s: wanted: policies, policy NAME, provider, machine, interface, cipher, mac, "
        "kex, key, key-sig or compression",
        cli->query);
}
