/* cli/standard.c: the standard descriptors. */
#include "cli/standard.h"

#include "cli/command.h"
#include "cli/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int sx_cli_open_standard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) != -1 || errno != EBADF)
            continue;
        if (open("/dev/null", O_RDONLY) != fd)
            return SX_CLI_EXIT_FAILURE;
    }
    return 0;
}

int sx_cli_finish_output(int status)
{
    if (fflush(stdout) != 0)
        return sx_cli_report(SEXEC_FILE, "standard output can't be written (%s)", strerror(errno));
    if (ferror(stdout)) /* of an earlier write, whose reason is forgotten */
        return sx_cli_report(SEXEC_FILE, "standard output can't be written");
    return status;
}
