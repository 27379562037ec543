/* cli/convert.c: the new file's passphrase, and the call of the library. */
#include "cli/convert.h"

#include "cli/options.h"
#include "cli/report.h"
#include "cli/secret_file.h"

#include <stddef.h>

int sx_cli_convert(struct sx_cli *cli)
{
    struct sx_cli_secret secret = { "" };
    bool has_secret = cli->new_passphrase_file != NULL || cli->new_passphrase_fd != NULL;
    int status = 0;

    if (!cli->has_key || cli->destination != NULL)
        return sx_cli_report(SEXEC_INVALID_ARGUMENT,
                             "--convert-key NEWFILE wants -i FILE, and no host");
    if (cli->new_passphrase_file != NULL)
        status = sx_cli_secret_from_file(cli->new_passphrase_file, &secret);
    else if (cli->new_passphrase_fd != NULL)
        status = sx_cli_secret_from_descriptor(cli->new_passphrase_fd, &secret);
    if (status == 0)
        status =
            sx_cli_check(cli, "--convert-key",
                         sexec_convert_key(cli->ssh, cli->query, has_secret ? secret.text : NULL,
                                           cli->is_overwriting));
    sx_cli_secret_clear(&secret);
    return status;
}
