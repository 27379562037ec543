/* cli/secret_file.c: one line of a file, into storage that is wiped. */
#include "cli/secret_file.h"

#include "cli/report.h"
#include "cli/values.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void sx_cli_secret_clear(struct sx_cli_secret *secret)
{
    explicit_bzero(secret, sizeof *secret);
}

/* Byte by byte: what follows the line belongs to somebody else. */
static int read_line(int fd, const char *name, struct sx_cli_secret *out)
{
    size_t length = 0;

    for (;;) {
        char c;
        ssize_t n = read(fd, &c, 1);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return sx_cli_report(SEXEC_FILE, "the secret in %s can't be read (%s)", name,
                                 strerror(errno));
        if (n == 0 || c == '\n')
            break;
        if (c == '\0')
            return sx_cli_report(SEXEC_INVALID_ARGUMENT, "the secret in %s has a zero byte", name);
        if (length == SX_CLI_SECRET_MAX)
            return sx_cli_report(SEXEC_INVALID_ARGUMENT,
                                 "the first line of %s is longer than %d bytes", name,
                                 SX_CLI_SECRET_MAX);
        out->text[length++] = c;
    }
    out->text[length] = '\0';
    if (length == 0)
        return sx_cli_report(SEXEC_INVALID_ARGUMENT, "the first line of %s is empty", name);
    return 0;
}

static int refuse_loose(int fd, const char *path)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return sx_cli_report(SEXEC_FILE, "%s can't be examined (%s)", path, strerror(errno));
    if (S_ISREG(st.st_mode) && (st.st_mode & 077) != 0)
        return sx_cli_report(SEXEC_KEY_FILE_MODE,
                             "others can read or write the secret in %s (mode %03o); make it your "
                             "own: chmod 600 %s",
                             path, (unsigned)st.st_mode & 0777u, path);
    return 0;
}

int sx_cli_secret_from_file(const char *path, struct sx_cli_secret *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    int status;

    if (fd < 0)
        return sx_cli_report(SEXEC_FILE, "%s can't be opened (%s)", path, strerror(errno));
    status = refuse_loose(fd, path);
    if (status == 0)
        status = read_line(fd, path, out);
    (void)close(fd);
    return status;
}

int sx_cli_secret_from_descriptor(const char *number, struct sx_cli_secret *out)
{
    long long fd;
    int status;

    if (!sx_cli_number(number, 0, INT_MAX, &fd))
        return sx_cli_report(SEXEC_INVALID_ARGUMENT, "\"%s\" is no descriptor's number", number);
    status = read_line((int)fd, "the descriptor", out);
    if (fd > STDERR_FILENO)
        (void)close((int)fd);
    return status;
}
