/* cli/report.c: failures as lines. Written with one system call, so that lines of several
 * commands that share a terminal or a log don't mix. */
#include "cli/report.h"

#include "cli/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 2048 };

/* One line, whatever is in the text. */
static void write_line(int code, const char *text)
{
    char line[LINE_MAX_BYTES + 64];
    size_t used;
    ssize_t n;

    (void)snprintf(line, sizeof line, "sexec: %s (code %d)", text, code);
    for (char *p = line; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = ' ';
    used = strlen(line);
    line[used] = '\n';
    n = write(STDERR_FILENO, line, used + 1);
    (void)n; /* nobody is left to be told */
}

/* Names from the command line may hold anything; only printable ASCII stays. */
static void make_plain(const char *text, char *out, size_t cap)
{
    size_t used = 0;

    for (; *text != '\0' && used + 5 <= cap; text++) {
        unsigned char byte = (unsigned char)*text;

        if (byte >= 0x20 && byte <= 0x7e)
            out[used++] = *text;
        else
            used += (size_t)snprintf(out + used, 5, "\\x%02x", byte);
    }
    out[used] = '\0';
}

int sx_cli_report(int code, const char *fmt, ...)
{
    char text[LINE_MAX_BYTES];
    char plain[LINE_MAX_BYTES];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    make_plain(text, plain, sizeof plain);
    write_line(code, plain);
    return SX_CLI_EXIT_FAILURE;
}

/* The library's texts are escaped already, and keep what people write in their own languages. */
int sx_cli_report_object(const struct sexec *ssh, int code)
{
    const char *text = sexec_get_last_error_code(ssh) == code ? sexec_get_last_error(ssh) : "";

    write_line(code, text[0] != '\0' ? text : sexec_error_text(code));
    return SX_CLI_EXIT_FAILURE;
}
