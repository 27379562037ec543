/* cli/report.h: the one line that each failure gets. */
#ifndef SX_CLI_REPORT_H
#define SX_CLI_REPORT_H

#include <sexec/sexec.h>

/* sx_cli_report writes "sexec: TEXT (code N)" to standard error, as one line whatever is in the
 * text. It returns the exit status of the command's own failures, so that a caller can return
 * what it returns. */
int sx_cli_report(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* sx_cli_report_object is the same with the object's text for code. */
int sx_cli_report_object(const struct sexec *ssh, int code);

#endif
