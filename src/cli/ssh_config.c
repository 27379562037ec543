/* cli/ssh_config.c: a table of the keys that make sense for one command on one server. */
#include "cli/ssh_config.h"

#include "cli/known_hosts.h"
#include "cli/options.h"
#include "cli/report.h"
#include "cli/values.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { KEY_BYTES = 64, VALUE_BYTES = 4096 };

static int refuse(const char *key, const char *value, const char *wanted)
{
    return sx_cli_report(SEXEC_INVALID_ARGUMENT, "%s: \"%s\" won't do; wanted: %s", key, value,
                         wanted);
}

int sx_cli_set_port(struct sx_cli *cli, const char *value)
{
    long long port;

    if (!sx_cli_number(value, 1, 65535, &port))
        return refuse("the port", value, "a number from 1 to 65535");
    return sx_cli_check(cli, "the port", sexec_set_ssh_port(cli->ssh, (int)port));
}

int sx_cli_set_user(struct sx_cli *cli, const char *value)
{
    cli->has_user = true;
    return sx_cli_check(cli, "the user", sexec_set_ssh_user(cli->ssh, value));
}

int sx_cli_add_key(struct sx_cli *cli, const char *value)
{
    bool is_first = !cli->has_key;
    int code;

    if (value[0] == '\0')
        return refuse("the identity file", value, "a file name");
    cli->has_key = true;
    code = sexec_set_ssh_cert_store_type(cli->ssh, SEXEC_CST_AUTO);
    if (code == 0)
        code = is_first ? sexec_set_ssh_cert_store(cli->ssh, value, strlen(value))
                        : sexec_add_ssh_cert_store(cli->ssh, value, strlen(value));
    return sx_cli_check(cli, "the identity file", code);
}

int sx_cli_set_ciphers(struct sx_cli *cli, const char *value)
{
    return sx_cli_check(cli, "the ciphers", sexec_set_ssh_encryption_algorithms(cli->ssh, value));
}

int sx_cli_set_macs(struct sx_cli *cli, const char *value)
{
    return sx_cli_config(cli, "the MACs", "SSHMacAlgorithms", value);
}

int sx_cli_set_bind(struct sx_cli *cli, const char *value)
{
    return sx_cli_check(cli, "the bind address", sexec_set_local_host(cli->ssh, value));
}

static int set_kex(struct sx_cli *cli, const char *value)
{
    return sx_cli_config(cli, "KexAlgorithms", "SSHKeyExchangeAlgorithms", value);
}

static int set_host_keys(struct sx_cli *cli, const char *value)
{
    return sx_cli_config(cli, "HostKeyAlgorithms", "SSHPublicKeyAlgorithms", value);
}

static int set_user_keys(struct sx_cli *cli, const char *value)
{
    return sx_cli_config(cli, "PubkeyAcceptedAlgorithms", "SSHPubKeyAuthSigAlgorithms", value);
}

/* The shell expands the tilde of "-i ~/key", but not that of "-o IdentityFile=~/key". */
static int add_identity(struct sx_cli *cli, const char *value)
{
    const char *home = getenv("HOME");
    char path[VALUE_BYTES];
    int n;

    if (value[0] != '~' || value[1] != '/' || home == NULL)
        return sx_cli_add_key(cli, value);
    n = snprintf(path, sizeof path, "%s%s", home, value + 1);
    if (n < 0 || (size_t)n >= sizeof path)
        return refuse("IdentityFile", value, "a shorter name");
    return sx_cli_add_key(cli, path);
}

static int set_connect_timeout(struct sx_cli *cli, const char *value)
{
    char text[24];
    int seconds = 0;

    if (strcasecmp(value, "none") != 0 && !sx_cli_seconds(value, &seconds))
        return refuse("ConnectTimeout", value, "seconds, a time such as 1m30s, or none");
    (void)snprintf(text, sizeof text, "%d", seconds);
    cli->has_logon_time = true;
    return sx_cli_config(cli, "ConnectTimeout", "ConnectionTimeout", text);
}

static int set_family(struct sx_cli *cli, const char *value)
{
    static const char *const names[] = { "inet", "inet6", "any" }; /* in UseIPv6's numbers */
    char text[2] = "0";

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcasecmp(value, names[i]) != 0)
            continue;
        text[0] = (char)('0' + i);
        return sx_cli_config(cli, "AddressFamily", "UseIPv6", text);
    }
    return refuse("AddressFamily", value, "any, inet or inet6");
}

static int set_rekey_limit(struct sx_cli *cli, const char *value)
{
    char bytes[32];
    char time[32];
    char text[32];
    char rest;
    long long limit = 0;
    int seconds = 0;
    int fields = sscanf(value, "%31s %31s %c", bytes, time, &rest);
    int status;

    if (fields < 1 || fields > 2 ||
        (strcasecmp(bytes, "default") != 0 && (!sx_cli_bytes(bytes, &limit) || limit == 0)) ||
        (fields == 2 && strcasecmp(time, "none") != 0 &&
         (!sx_cli_seconds(time, &seconds) || seconds == 0)))
        return refuse("RekeyLimit", value, "bytes (K, M, G), or default, then perhaps a time");
    (void)snprintf(text, sizeof text, "%lld", limit);
    status = sx_cli_config(cli, "RekeyLimit", "KeyRenegotiationThreshold", text);
    if (status != 0)
        return status;
    (void)snprintf(text, sizeof text, "%d", seconds);
    return sx_cli_config(cli, "RekeyLimit", "RekeySeconds", text);
}

static int set_log_level(struct sx_cli *cli, const char *value)
{
    static const struct {
        const char *name;
        int verbosity;
    } levels[] = {
        { "QUIET", 0 }, { "FATAL", 0 },  { "ERROR", 0 },  { "INFO", 0 },   { "VERBOSE", 1 },
        { "DEBUG", 1 }, { "DEBUG1", 1 }, { "DEBUG2", 2 }, { "DEBUG3", 3 },
    };

    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (strcasecmp(value, levels[i].name) != 0)
            continue;
        cli->verbosity = levels[i].verbosity;
        cli->is_quiet = i == 0;
        return 0;
    }
    return refuse("LogLevel", value, "QUIET, FATAL, ERROR, INFO, VERBOSE, or DEBUG1 to DEBUG3");
}

static int set_authentication(struct sx_cli *cli, const char *value)
{
    static const struct {
        const char *name;
        int mode;
    } methods[] = {
        { "none", SEXEC_AM_NONE },
        { "password", SEXEC_AM_PASSWORD },
        { "publickey", SEXEC_AM_PUBLIC_KEY },
        { "keyboard-interactive", SEXEC_AM_KEYBOARD_INTERACTIVE },
        { "gssapi-with-mic", SEXEC_AM_GSSAPI_WITH_MIC },
        { "gssapi-keyex", SEXEC_AM_GSSAPI_KEYEX },
    };

    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (strcasecmp(value, methods[i].name) != 0)
            continue;
        cli->has_auth_mode = true;
        return sx_cli_check(cli, "PreferredAuthentications",
                            sexec_set_ssh_auth_mode(cli->ssh, methods[i].mode));
    }
    return refuse("PreferredAuthentications", value,
                  "one of none, password, publickey, keyboard-interactive, gssapi-with-mic and "
                  "gssapi-keyex");
}

static int set_delegation(struct sx_cli *cli, const char *value)
{
    return sx_cli_config(cli, "GSSAPIDelegateCredentials", "KerberosDelegation", value);
}

static int set_canonical(struct sx_cli *cli, const char *value)
{
    return sx_cli_config(cli, "GSSAPITrustDns", "KerberosCanonicalizeHost", value);
}

/* The names of ssh_config say which host; Kerberos wants the service as well. */
static int set_server_identity(struct sx_cli *cli, const char *value)
{
    char name[VALUE_BYTES + 8];

    (void)snprintf(name, sizeof name, "%s%s", strchr(value, '/') == NULL ? "host/" : "", value);
    return sx_cli_config(cli, "GSSAPIServerIdentity", "KerberosSPN", name);
}

/* The agent's keys come behind those of files. */
static int set_agent(struct sx_cli *cli, const char *value)
{
    bool is_default = strcmp(value, "SSH_AUTH_SOCK") == 0;
    int status;

    if (strcasecmp(value, "none") == 0)
        return sx_cli_config(cli, "IdentityAgent", "EnablePageantAuth", "0");
    status = sx_cli_config(cli, "IdentityAgent", "SSHAgentSocket", is_default ? "" : value);
    return status != 0 ? status : sx_cli_config(cli, "IdentityAgent", "EnablePageantAuth", "1");
}

/* What this command always does; asking for it is fine, asking for anything else is not. */
static int want_yes(struct sx_cli *cli, const char *value)
{
    (void)cli;
    if (strcasecmp(value, "yes") == 0 || strcasecmp(value, "true") == 0)
        return 0;
    return refuse("BatchMode", value, "yes, as nobody is asked anything");
}

static const struct {
    const char *key;
    int (*take)(struct sx_cli *cli, const char *value);
} keys[] = {
    { "AddressFamily", set_family },
    { "BatchMode", want_yes },
    { "BindAddress", sx_cli_set_bind },
    { "Ciphers", sx_cli_set_ciphers },
    { "ConnectTimeout", set_connect_timeout },
    { "GSSAPIDelegateCredentials", set_delegation },
    { "GSSAPIServerIdentity", set_server_identity },
    { "GSSAPITrustDns", set_canonical },
    { "GlobalKnownHostsFile", sx_cli_set_global_known_hosts },
    { "HashKnownHosts", sx_cli_set_hash_known_hosts },
    { "HostKeyAlgorithms", set_host_keys },
    { "HostKeyAlias", sx_cli_set_host_key_alias },
    { "IdentityAgent", set_agent },
    { "IdentityFile", add_identity },
    { "KexAlgorithms", set_kex },
    { "LogLevel", set_log_level },
    { "MACs", sx_cli_set_macs },
    { "Port", sx_cli_set_port },
    { "PreferredAuthentications", set_authentication },
    { "PubkeyAcceptedAlgorithms", set_user_keys },
    { "PubkeyAcceptedKeyTypes", set_user_keys }, /* its name before OpenSSH 8.5 */
    { "RekeyLimit", set_rekey_limit },
    { "StrictHostKeyChecking", sx_cli_set_strict_checking },
    { "User", sx_cli_set_user },
    { "UserKnownHostsFile", sx_cli_set_user_known_hosts },
};

/* Splits "Key=Value", "Key Value" and "Key = Value"; the value loses blanks and one pair of
 * quotes around it. */
static bool split(const char *text, char *key, char *value)
{
    size_t length;

    text += strspn(text, " \t");
    length = strcspn(text, "= \t");
    if (length == 0 || length >= KEY_BYTES)
        return false;
    memcpy(key, text, length);
    key[length] = '\0';
    text += length;
    text += strspn(text, " \t");
    if (*text == '=')
        text++;
    text += strspn(text, " \t");
    length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    if (length >= 2 && text[0] == '"' && text[length - 1] == '"') {
        text++;
        length -= 2;
    }
    if (length == 0 || length >= VALUE_BYTES)
        return false;
    memcpy(value, text, length);
    value[length] = '\0';
    return true;
}

int sx_cli_ssh_config(struct sx_cli *cli, const char *text)
{
    char key[KEY_BYTES];
    char value[VALUE_BYTES];

    if (!split(text, key, value))
        return sx_cli_report(SEXEC_INVALID_ARGUMENT, "-o %s: wanted: Key=Value", text);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcasecmp(key, keys[i].key) == 0)
            return keys[i].take(cli, value);
    return sx_cli_report(SEXEC_SETTING,
                         "-o %s: this key of ssh_config isn't there; sexec --help lists those that "
                         "are",
                         key);
}
