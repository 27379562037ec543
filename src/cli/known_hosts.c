/* cli/known_hosts.c: options of ssh_config(5) about known hosts, as settings of the object. */
#include "cli/known_hosts.h"

#include "cli/options.h"
#include "cli/report.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { LIST_BYTES = 8192 };

static const char user_files[] = "KnownHostsFile";
static const char global_files[] = "KnownHostsGlobalFile";

/* HOME where it is set, as a test or a service may have one of its own. NULL when there is none. */
static const char *home(void)
{
    const char *set = getenv("HOME");
    const struct passwd *self;

    if (set != NULL && set[0] == '/')
        return set;
    self = getpwuid(getuid());
    return self == NULL ? NULL : self->pw_dir;
}

/* Files parted by blanks become a list with commas. */
static bool make_list(const char *value, char out[LIST_BYTES])
{
    const char *folder = home();
    size_t used = 0;

    out[0] = '\0';
    while (*(value += strspn(value, " \t")) != '\0') {
        size_t length = strcspn(value, " \t");
        bool is_home = length > 1 && value[0] == '~' && value[1] == '/';
        int n;

        if (memchr(value, ',', length) != NULL || (is_home && folder == NULL))
            return false;
        n = snprintf(out + used, LIST_BYTES - used, "%s%s%.*s", used == 0 ? "" : ",",
                     is_home ? folder : "", (int)length - is_home, value + is_home);
        if (n < 0 || (size_t)n >= LIST_BYTES - used)
            return false;
        used += (size_t)n;
        value += length;
    }
    return true;
}

static int set_files(struct sx_cli *cli, const char *key, const char *setting, const char *value)
{
    char list[LIST_BYTES];

    if (strcasecmp(value, "none") == 0)
        return sx_cli_config(cli, key, setting, "");
    if (!make_list(value, list))
        return sx_cli_report(SEXEC_INVALID_ARGUMENT,
                             "%s: \"%s\" won't do; wanted: names of files, parted by blanks and "
                             "without commas, or none",
                             key, value);
    return sx_cli_config(cli, key, setting, list);
}

int sx_cli_set_user_known_hosts(struct sx_cli *cli, const char *value)
{
    return set_files(cli, "UserKnownHostsFile", user_files, value);
}

int sx_cli_set_global_known_hosts(struct sx_cli *cli, const char *value)
{
    return set_files(cli, "GlobalKnownHostsFile", global_files, value);
}

int sx_cli_known_hosts_defaults(struct sx_cli *cli)
{
    char list[LIST_BYTES];
    int status = 0;

    /* Without a home, or with one that a list can't name, there are no files of the user's. */
    if (home() != NULL && strpbrk(home(), ", \t") == NULL &&
        make_list("~/.ssh/known_hosts ~/.ssh/known_hosts2", list))
        status = sx_cli_config(cli, "known hosts", user_files, list);
    if (status != 0)
        return status;
    return sx_cli_config(cli, "known hosts", global_files,
                         "/etc/ssh/ssh_known_hosts,/etc/ssh/ssh_known_hosts2");
}

/* "ask" would need somebody to ask. */
int sx_cli_set_strict_checking(struct sx_cli *cli, const char *value)
{
    const char *mode = value;

    if (strcasecmp(value, "off") == 0 || strcasecmp(value, "false") == 0)
        mode = "no";
    if (strcasecmp(value, "true") == 0)
        mode = "yes";
    if (strcasecmp(mode, "yes") != 0 && strcasecmp(mode, "no") != 0 &&
        strcasecmp(mode, "accept-new") != 0)
        return sx_cli_report(SEXEC_INVALID_ARGUMENT,
                             "StrictHostKeyChecking: \"%s\" won't do; wanted: yes, accept-new or "
                             "no, as nobody is asked anything",
                             value);
    return sx_cli_config(cli, "StrictHostKeyChecking", "KnownHostsMode", mode);
}

int sx_cli_set_hash_known_hosts(struct sx_cli *cli, const char *value)
{
    return sx_cli_config(cli, "HashKnownHosts", "KnownHostsHashNames", value);
}

int sx_cli_set_host_key_alias(struct sx_cli *cli, const char *value)
{
    return sx_cli_config(cli, "HostKeyAlias", "HostKeyAlias", value);
}
