/* cli/option_table.c: every option, and what it does to the object. */
#include "cli/options.h"

#include "cli/assign.h"
#include "cli/known_hosts.h"
#include "cli/report.h"
#include "cli/secret_file.h"
#include "cli/ssh_config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int take_help(struct sx_cli *cli, const char *value)
{
    (void)value;
    cli->mode = SX_CLI_HELP;
    return 0;
}

static int take_version(struct sx_cli *cli, const char *value)
{
    (void)value;
    if (cli->mode != SX_CLI_HELP)
        cli->mode = SX_CLI_VERSION;
    return 0;
}

static int take_query(struct sx_cli *cli, const char *value)
{
    if (cli->mode == SX_CLI_RUN)
        cli->mode = SX_CLI_QUERY;
    cli->query = value;
    return 0;
}

static int take_explain(struct sx_cli *cli, const char *value)
{
    if (cli->mode == SX_CLI_RUN)
        cli->mode = SX_CLI_EXPLAIN;
    cli->query = value;
    return 0;
}

static int take_explain_server(struct sx_cli *cli, const char *value)
{
    (void)value;
    if (cli->mode == SX_CLI_RUN)
        cli->mode = SX_CLI_EXPLAIN_SERVER;
    return 0;
}

static int take_convert(struct sx_cli *cli, const char *value)
{
    if (cli->mode == SX_CLI_RUN)
        cli->mode = SX_CLI_CONVERT;
    cli->query = value;
    return 0;
}

static int take_new_passphrase_file(struct sx_cli *cli, const char *value)
{
    cli->new_passphrase_file = value;
    return 0;
}

static int take_new_passphrase_fd(struct sx_cli *cli, const char *value)
{
    cli->new_passphrase_fd = value;
    return 0;
}

static int take_overwrite(struct sx_cli *cli, const char *value)
{
    (void)value;
    cli->is_overwriting = true;
    return 0;
}

static int take_verbose(struct sx_cli *cli, const char *value)
{
    (void)value;
    if (cli->verbosity < 3)
        cli->verbosity++;
    return 0;
}

static int take_quiet(struct sx_cli *cli, const char *value)
{
    (void)value;
    cli->is_quiet = true;
    return 0;
}

static int take_no_input(struct sx_cli *cli, const char *value)
{
    (void)value;
    cli->is_stdin_null = true;
    return 0;
}

static int take_terminal(struct sx_cli *cli, const char *value)
{
    const char *type = getenv("TERM");
    struct winsize size = { .ws_col = 0 };
    char text[16];
    int status = sx_cli_config(cli, "-t", "UseTerminal", "True");

    (void)value;
    if (status == 0 && type != NULL && type[0] != '\0')
        status = sx_cli_config(cli, "-t (TERM)", "TerminalType", type);
    if (status != 0 || ioctl(STDIN_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return status;
    (void)snprintf(text, sizeof text, "%u", size.ws_col);
    status = sx_cli_config(cli, "-t", "TerminalWidth", text);
    if (status != 0)
        return status;
    (void)snprintf(text, sizeof text, "%u", size.ws_row);
    return sx_cli_config(cli, "-t", "TerminalHeight", text);
}

static int take_no_terminal(struct sx_cli *cli, const char *value)
{
    (void)value;
    return sx_cli_config(cli, "-T", "UseTerminal", "False");
}

static int take_ipv4(struct sx_cli *cli, const char *value)
{
    (void)value;
    return sx_cli_config(cli, "-4", "UseIPv6", "0");
}

static int take_ipv6(struct sx_cli *cli, const char *value)
{
    (void)value;
    return sx_cli_config(cli, "-6", "UseIPv6", "1");
}

/* As in ssh(1): Kerberos, with and without the ticket going along. */
static int take_kerberos(struct sx_cli *cli, const char *value)
{
    int status = sx_cli_config(cli, "-K", "KerberosDelegation", "True");

    (void)value;
    if (status == 0)
        status =
            sx_cli_check(cli, "-K", sexec_set_ssh_auth_mode(cli->ssh, SEXEC_AM_GSSAPI_WITH_MIC));
    cli->has_auth_mode = cli->has_auth_mode || status == 0;
    return status;
}

static int take_no_delegation(struct sx_cli *cli, const char *value)
{
    (void)value;
    return sx_cli_config(cli, "-k", "KerberosDelegation", "False");
}

static int take_policy(struct sx_cli *cli, const char *value)
{
    return sx_cli_config(cli, "--policy", "Policy", value);
}

static int take_provider(struct sx_cli *cli, const char *value)
{
    return sx_cli_config(cli, "--provider", "Provider", value);
}

/* The library wants absolute names, as the working directory of a program may change. */
static int set_path(struct sx_cli *cli, const char *option, const char *setting, const char *value)
{
    char here[PATH_MAX];
    char path[2 * PATH_MAX];
    int n;

    if (value[0] == '/' || value[0] == '\0')
        return sx_cli_config(cli, option, setting, value);
    if (getcwd(here, sizeof here) == NULL)
        return sx_cli_report(SEXEC_FILE, "%s: the working directory can't be had", option);
    n = snprintf(path, sizeof path, "%s/%s", here, value);
    if (n < 0 || (size_t)n >= sizeof path)
        return sx_cli_report(SEXEC_INVALID_ARGUMENT, "%s: the name is too long", option);
    return sx_cli_config(cli, option, setting, path);
}

static int take_module_dir(struct sx_cli *cli, const char *value)
{
    return set_path(cli, "--module-dir", "ProviderModuleDir", value);
}

static int take_provider_config(struct sx_cli *cli, const char *value)
{
    return set_path(cli, "--provider-config", "ProviderConfigFile", value);
}

static int take_audit(struct sx_cli *cli, const char *value)
{
    return set_path(cli, "--audit", "AuditFile", value);
}

static int take_audit_key(struct sx_cli *cli, const char *value)
{
    return set_path(cli, "--audit-key", "AuditKeyFile", value);
}

/* Each adds one to the setting's list. */
static int take_fingerprint(struct sx_cli *cli, const char *value)
{
    static const char setting[] = "SSHAcceptServerHostKeyFingerPrint";
    const char *list = NULL;
    char *joined;
    size_t size;
    int status =
        sx_cli_check(cli, "--host-key-fingerprint", sexec_config(cli->ssh, setting, &list));

    if (status != 0)
        return status;
    if (value[0] == '\0')
        return sx_cli_report(SEXEC_INVALID_ARGUMENT, "--host-key-fingerprint: the value is empty");
    if (list == NULL || list[0] == '\0')
        return sx_cli_config(cli, "--host-key-fingerprint", setting, value);
    size = strlen(list) + strlen(value) + 2;
    joined = malloc(size);
    if (joined == NULL)
        return sx_cli_report(SEXEC_MEMORY, "%s", sexec_error_text(SEXEC_MEMORY));
    (void)snprintf(joined, size, "%s,%s", list, value);
    status = sx_cli_config(cli, "--host-key-fingerprint", setting, joined);
    free(joined);
    return status;
}

typedef int (*secret_reader)(const char *source, struct sx_cli_secret *out);

static int take_password(struct sx_cli *cli, const char *value, secret_reader read_secret)
{
    struct sx_cli_secret secret;
    int status = read_secret(value, &secret);

    if (status == 0)
        status = sx_cli_check(cli, "the password", sexec_set_ssh_password(cli->ssh, secret.text));
    cli->has_password = status == 0;
    sx_cli_secret_clear(&secret);
    return status;
}

static int take_password_file(struct sx_cli *cli, const char *value)
{
    return take_password(cli, value, sx_cli_secret_from_file);
}

static int take_password_fd(struct sx_cli *cli, const char *value)
{
    return take_password(cli, value, sx_cli_secret_from_descriptor);
}

static int take_passphrase(struct sx_cli *cli, const char *value, secret_reader read_secret)
{
    struct sx_cli_secret secret;
    int status = read_secret(value, &secret);

    if (status == 0)
        status = sx_cli_check(cli, "the passphrase",
                              sexec_set_ssh_cert_store_password(cli->ssh, secret.text));
    sx_cli_secret_clear(&secret);
    return status;
}

static int take_passphrase_file(struct sx_cli *cli, const char *value)
{
    return take_passphrase(cli, value, sx_cli_secret_from_file);
}

static int take_passphrase_fd(struct sx_cli *cli, const char *value)
{
    return take_passphrase(cli, value, sx_cli_secret_from_descriptor);
}

int sx_cli_defaults(struct sx_cli *cli)
{
    char seconds[16];
    int status;

    (void)snprintf(seconds, sizeof seconds, "%d", SX_CLI_LOGON_SECONDS);
    status = sx_cli_config(cli, "ConnectTimeout", "ConnectionTimeout", seconds);
    if (status == 0)
        status = sx_cli_config(cli, "AddressFamily", "UseIPv6", "2");
    return status != 0 ? status : sx_cli_known_hosts_defaults(cli);
}

const struct sx_cli_option sx_cli_options[] = {
    /* in the letters of ssh(1) */
    { '4', NULL, NULL, take_ipv4 },
    { '6', NULL, NULL, take_ipv6 },
    { 'b', NULL, "ADDRESS", sx_cli_set_bind },
    { 'c', NULL, "CIPHERS", sx_cli_set_ciphers },
    { 'i', NULL, "FILE", sx_cli_add_key },
    { 'K', NULL, NULL, take_kerberos },
    { 'k', NULL, NULL, take_no_delegation },
    { 'l', NULL, "USER", sx_cli_set_user },
    { 'm', NULL, "MACS", sx_cli_set_macs },
    { 'n', NULL, NULL, take_no_input },
    { 'o', NULL, "KEY=VALUE", sx_cli_ssh_config },
    { 'p', NULL, "PORT", sx_cli_set_port },
    { 'Q', NULL, "WHAT", take_query },
    { 'q', NULL, NULL, take_quiet },
    { 'T', NULL, NULL, take_no_terminal },
    { 't', NULL, NULL, take_terminal },
    { 'V', "version", NULL, take_version },
    { 'v', NULL, NULL, take_verbose },

    /* of this command */
    { 'h', "help", NULL, take_help },
    { '\0', "explain", "POLICY", take_explain },
    { '\0', "explain-server", NULL, take_explain_server },
    { '\0', "policy", "NAME", take_policy },
    { '\0', "provider", "NAME", take_provider },
    { '\0', "module-dir", "DIR", take_module_dir },
    { '\0', "audit", "FILE", take_audit },
    { '\0', "audit-key", "FILE", take_audit_key },
    { '\0', "provider-config", "FILE", take_provider_config },
    { '\0', "host-key-fingerprint", "FINGERPRINT", take_fingerprint },
    { '\0', "password-file", "FILE", take_password_file },
    { '\0', "password-fd", "NUMBER", take_password_fd },
    { '\0', "passphrase-file", "FILE", take_passphrase_file },
    { '\0', "passphrase-fd", "NUMBER", take_passphrase_fd },
    { '\0', "convert-key", "NEWFILE", take_convert },
    { '\0', "new-passphrase-file", "FILE", take_new_passphrase_file },
    { '\0', "new-passphrase-fd", "NUMBER", take_new_passphrase_fd },
    { '\0', "overwrite", NULL, take_overwrite },
    { '\0', "set", "NAME=VALUE", sx_cli_assign },
    { '\0', NULL, NULL, NULL },
};
