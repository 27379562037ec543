/* cli/report.c: failures as lines. Written with one system call, so that lines of several
 * commands that share a terminal or a log don't mix. */
#include "cli/report.h"

#include "base/text.h"
#include "cli/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 2048 };

/* Texts of the library hold nothing that a terminal would act on, but names from the command line may;
 * a backslash stays, as the library's own escapes have it. */
static void make_plain(const char *text, char *out, size_t cap)
{
    struct sx_slice rest = sx_slice_text(text);
    size_t used = 0;

    while (rest.len > 0 && used + 5 <= cap) {
        size_t len = sx_plain_length(rest);

        if (len > 0)
            memcpy(out + used, rest.ptr, len);
        else
            (void)snprintf(out + used, 5, "\\x%02x", rest.ptr[0]);
        used += len > 0 ? len : 4;
        len = len > 0 ? len : 1;
        rest = sx_slice_of(rest.ptr + len, rest.len - len);
    }
    out[used] = '\0';
}

int sx_cli_report(int code, const char *fmt, ...)
{
    char text[LINE_MAX_BYTES];
    char plain[LINE_MAX_BYTES];
    char line[LINE_MAX_BYTES + 64];
    va_list args;
    ssize_t n;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    make_plain(text, plain, sizeof plain);
    (void)snprintf(line, sizeof line, "sexec: %s (code %d)\n", plain, code);
    n = write(STDERR_FILENO, line, strlen(line));
    (void)n; /* nobody is left to be told */
    return SX_CLI_EXIT_FAILURE;
}

int sx_cli_report_object(const struct sexec *ssh, int code)
{
    const char *text = sexec_get_last_error_code(ssh) == code ? sexec_get_last_error(ssh) : "";

    return sx_cli_report(code, "%s", text[0] != '\0' ? text : sexec_error_text(code));
}
