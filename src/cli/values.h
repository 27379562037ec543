/* cli/values.h: values of options as numbers. */
#ifndef SX_CLI_VALUES_H
#define SX_CLI_VALUES_H

#include <stdbool.h>

/* sx_cli_number reads digits and nothing else, within min and max. *out is untouched on failure,
 * here and below. */
bool sx_cli_number(const char *text, long long min, long long max, long long *out);

/* sx_cli_bytes reads a number with K, M or G behind it, as RekeyLimit of ssh_config has them. */
bool sx_cli_bytes(const char *text, long long *out);

/* sx_cli_seconds reads the times of ssh_config: seconds, or numbers with s, m, h, d or w behind
 * each, such as "1h30m". */
bool sx_cli_seconds(const char *text, int *out);

#endif
