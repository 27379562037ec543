/* cli/report.c: failures as lines. Written with one system call, so that lines of several
 * commands that share a terminal or a log don't mix. */
#include "cli/report.h"

#include "cli/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 2048 };

/* Texts of the library hold no line ends, but names from the command line may. */
static void make_one_line(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = ' ';
}

int sx_cli_report(int code, const char *fmt, ...)
{
    char text[LINE_MAX_BYTES];
    char line[LINE_MAX_BYTES + 64];
    va_list args;
    ssize_t n;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    make_one_line(text);
    (void)snprintf(line, sizeof line, "sexec: %s (code %d)\n", text, code);
    n = write(STDERR_FILENO, line, strlen(line));
    (void)n; /* nobody is left to be told */
    return SX_CLI_EXIT_FAILURE;
}

int sx_cli_report_object(const struct sexec *ssh, int code)
{
    const char *text = sexec_get_last_error_code(ssh) == code ? sexec_get_last_error(ssh) : "";

    return sx_cli_report(code, "%s", text[0] != '\0' ? text : sexec_error_text(code));
}
