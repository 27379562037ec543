/* crypto/openssl.c: OpenSSL's error queue, turned into the house's one dialect. */
#include "crypto/openssl.h"

#include <openssl/err.h>

#include <stdio.h>

const char *sx_openssl_reason(char *out, size_t cap)
{
    unsigned long code = ERR_peek_last_error();
    const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;

    if (reason != NULL)
        (void)snprintf(out, cap, "%s", reason);
    else if (code != 0)
        (void)snprintf(out, cap, "OpenSSL error %08lX", code);
    else
        (void)snprintf(out, cap, "no reason given");
    ERR_clear_error();
    return out;
}

enum sx_err sx_openssl_fault(struct sx_fault *fault, enum sx_err err, const char *what)
{
    char reason[160];

    sx_openssl_reason(reason, sizeof reason);
    return sx_fault_set(fault, err, "%s: OpenSSL says: %s", what, reason);
}
