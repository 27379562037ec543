/* cli/values.c: strict number parsing: no blanks, no signs, no overflow. */
#include "cli/values.h"

#include <ctype.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>

/* The longest run of digits at *text, which is moved behind it. */
static bool read_digits(const char **text, long long *out)
{
    const char *p = *text;
    long long value = 0;

    if (!isdigit((unsigned char)*p))
        return false;
    for (; isdigit((unsigned char)*p); p++) {
        int digit = *p - '0';

        if (value > (LLONG_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *text = p;
    *out = value;
    return true;
}

bool sx_cli_number(const char *text, long long min, long long max, long long *out)
{
    long long value;

    if (!read_digits(&text, &value) || *text != '\0' || value < min || value > max)
        return false;
    *out = value;
    return true;
}

/* What one unit of each letter is, in the smallest ones; 0 for no such letter. */
static long long unit_of(char letter, const char *letters, const long long *units)
{
    const char *at = letter == '\0' ? NULL : strchr(letters, tolower((unsigned char)letter));

    return at == NULL ? 0 : units[at - letters];
}

bool sx_cli_bytes(const char *text, long long *out)
{
    static const long long units[] = { 1LL << 10, 1LL << 20, 1LL << 30 };
    long long value;
    long long unit = 1;

    if (!read_digits(&text, &value))
        return false;
    if (*text != '\0') {
        unit = unit_of(*text, "kmg", units);
        text++;
    }
    if (unit == 0 || *text != '\0' || value > LLONG_MAX / unit)
        return false;
    *out = value * unit;
    return true;
}

bool sx_cli_seconds(const char *text, int *out)
{
    static const long long units[] = { 1, 60, 3600, 86400, 604800 };
    long long total = 0;

    do {
        long long value;
        long long unit = 1;

        if (!read_digits(&text, &value))
            return false;
        if (*text != '\0') {
            unit = unit_of(*text, "smhdw", units);
            text++;
        }
        if (unit == 0 || value > INT_MAX / unit)
            return false;
        total += value * unit;
        if (total > INT_MAX)
            return false;
    } while (*text != '\0');
    *out = (int)total;
    return true;
}
