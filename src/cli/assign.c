/* cli/assign.c: properties by a table; what isn't in it is a setting, which the object knows. */
#include "cli/assign.h"

#include "cli/options.h"
#include "cli/report.h"
#include "cli/values.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum property_kind { TEXT, BYTES, NUMBER, REFUSED };

struct property {
    const char *name;
    enum property_kind kind;
    int (*set_text)(struct sexec *ssh, const char *value);
    int (*set_bytes)(struct sexec *ssh, const void *value, size_t length);
    int (*set_number)(struct sexec *ssh, int value);
    const char *reason; /* REFUSED */
};

static const char timeout_name[] = "timeout";
static const char user_name[] = "ssh_user";
static const char auth_mode_name[] = "ssh_auth_mode";

static const char no_proxy_secret[] =
    "a secret on the command line can be read by others; say it in the environment's all_proxy, with "
    "--set FirewallAutoDetect=True";

static const struct property properties[] = {
    { "ssh_host", TEXT, sexec_set_ssh_host, NULL, NULL, NULL },
    { "ssh_port", NUMBER, NULL, NULL, sexec_set_ssh_port, NULL },
    { user_name, TEXT, sexec_set_ssh_user, NULL, NULL, NULL },
    { auth_mode_name, NUMBER, NULL, NULL, sexec_set_ssh_auth_mode, NULL },
    { "ssh_cert_store", BYTES, NULL, sexec_set_ssh_cert_store, NULL, NULL },
    { "ssh_cert_store_type", NUMBER, NULL, NULL, sexec_set_ssh_cert_store_type, NULL },
    { "ssh_cert_subject", TEXT, sexec_set_ssh_cert_subject, NULL, NULL, NULL },
    { "ssh_cert_encoded", BYTES, NULL, sexec_set_ssh_cert_encoded, NULL, NULL },
    { "ssh_accept_server_host_key_encoded", BYTES, NULL,
      sexec_set_ssh_accept_server_host_key_encoded, NULL, NULL },
    { "ssh_encryption_algorithms", TEXT, sexec_set_ssh_encryption_algorithms, NULL, NULL, NULL },
    { "ssh_compression_algorithms", TEXT, sexec_set_ssh_compression_algorithms, NULL, NULL, NULL },
    { "local_host", TEXT, sexec_set_local_host, NULL, NULL, NULL },
    { "local_port", NUMBER, NULL, NULL, sexec_set_local_port, NULL },
    { "firewall_type", NUMBER, NULL, NULL, sexec_set_firewall_type, NULL },
    { "firewall_host", TEXT, sexec_set_firewall_host, NULL, NULL, NULL },
    { "firewall_port", NUMBER, NULL, NULL, sexec_set_firewall_port, NULL },
    { "firewall_user", TEXT, sexec_set_firewall_user, NULL, NULL, NULL },
    { timeout_name, NUMBER, NULL, NULL, sexec_set_timeout, NULL },
    { "ssh_password", REFUSED, NULL, NULL, NULL,
      "a secret on the command line can be read by others; use --password-file or --password-fd" },
    { "ssh_cert_store_password", REFUSED, NULL, NULL, NULL,
      "a secret on the command line can be read by others; use --passphrase-file or "
      "--passphrase-fd" },
    { "firewall_password", REFUSED, NULL, NULL, NULL, no_proxy_secret },
    { "FirewallPassword", REFUSED, NULL, NULL, NULL, no_proxy_secret },
    { "command", REFUSED, NULL, NULL, NULL, "write the command behind the host" },
    { "stdin", REFUSED, NULL, NULL, NULL, "the command's input is this program's own" },
    { "connected", REFUSED, NULL, NULL, NULL, "this program connects by itself" },
    { "exit_status", REFUSED, NULL, NULL, NULL, "it can only be read" },
    { "error_message", REFUSED, NULL, NULL, NULL, "it can only be read" },
};

/* The loop runs with the object's timeout 0 and keeps this one itself, but for the logon. */
static int assign_timeout(struct sx_cli *cli, int seconds)
{
    char text[16];

    cli->timeout = seconds;
    if (cli->has_logon_time)
        return 0;
    (void)snprintf(text, sizeof text, "%d", seconds);
    return sx_cli_config(cli, "--set timeout", "ConnectionTimeout", text);
}

/* Settings that mean something to this program too. */
static int assign_setting(struct sx_cli *cli, const char *text, size_t length)
{
    static const char log_level[] = "LogLevel";
    static const char logon_time[] = "ConnectionTimeout";
    long long level;
    int code = sexec_config(cli->ssh, text, NULL);

    if (code != 0)
        return sx_cli_check(cli, "--set", code);
    if (length == strlen(logon_time) && strncasecmp(text, logon_time, length) == 0)
        cli->has_logon_time = true;
    if (length == strlen(log_level) && strncasecmp(text, log_level, length) == 0 &&
        sx_cli_number(text + length + 1, 0, 3, &level))
        cli->verbosity = (int)level;
    return 0;
}

static int assign_property(struct sx_cli *cli, const struct property *property, const char *value)
{
    long long number;
    int code;

    switch (property->kind) {
    case REFUSED:
        return sx_cli_report(SEXEC_SETTING, "--set %s: %s", property->name, property->reason);
    case TEXT: code = property->set_text(cli->ssh, value); break;
    case BYTES: code = property->set_bytes(cli->ssh, value, strlen(value)); break;
    default:
        if (!sx_cli_number(value, 0, INT_MAX, &number))
            return sx_cli_report(SEXEC_INVALID_ARGUMENT, "--set %s: \"%s\" is not a number",
                                 property->name, value);
        code = property->set_number(cli->ssh, (int)number);
        if (code == 0 && property->name == timeout_name)
            return assign_timeout(cli, (int)number);
        break;
    }
    if (property->name == user_name)
        cli->has_user = true;
    if (property->name == auth_mode_name)
        cli->has_auth_mode = true;
    return sx_cli_check(cli, property->name, code);
}

int sx_cli_assign(struct sx_cli *cli, const char *text)
{
    const char *equals = strchr(text, '=');
    size_t length = equals == NULL ? strlen(text) : (size_t)(equals - text);

    /* The text is shown only up to its equals sign: behind it could stand a secret. */
    if (equals == NULL || length == 0)
        return sx_cli_report(SEXEC_INVALID_ARGUMENT, "--set: wanted: NAME=VALUE");
    for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++)
        if (strlen(properties[i].name) == length &&
            strncasecmp(properties[i].name, text, length) == 0)
            return assign_property(cli, &properties[i], equals + 1);
    return assign_setting(cli, text, length);
}
