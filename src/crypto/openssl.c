/* crypto/openssl.c: OpenSSL's error queue, turned into the house's one dialect. */
#include "crypto/openssl.h"

#include <openssl/err.h>

#include <stdio.h>

/* Takes the last error, and says whether one of them all was our indicator's. */
static bool take_errors(char *out, size_t cap)
{
    unsigned long code;
    const char *data = NULL;
    const char *reason;
    int flags = 0;
    bool is_unapproved = false;

    (void)snprintf(out, cap, "no reason given");
    while ((code = ERR_get_error_all(NULL, NULL, NULL, &data, &flags)) != 0) {
        if (is_unapproved)
            continue; /* what follows is only its consequence */
        reason = ERR_reason_error_string(code);
        is_unapproved =
            ERR_GET_LIB(code) == ERR_LIB_USER && ERR_GET_REASON(code) == SX_REASON_UNAPPROVED;
        if (is_unapproved)
            (void)snprintf(out, cap, "%s", data != NULL && (flags & ERR_TXT_STRING) ? data : "");
        else if (reason != NULL)
            (void)snprintf(out, cap, "%s", reason);
        else
            (void)snprintf(out, cap, "OpenSSL error %08lX", code);
    }
    return is_unapproved;
}

const char *sx_openssl_reason(char *out, size_t cap)
{
    (void)take_errors(out, cap);
    return out;
}

enum sx_err sx_openssl_fault(struct sx_fault *fault, enum sx_err err, const char *what)
{
    char reason[160];

    if (take_errors(reason, sizeof reason))
        return sx_fault_set(fault, SX_ERR_UNAPPROVED,
                            "%s: the FIPS module says that this is not an approved service: %s",
                            what, reason);
    return sx_fault_set(fault, err, "%s: OpenSSL says: %s", what, reason);
}

bool sx_provider_is_maker(const struct sx_provider *provider, const OSSL_PROVIDER *maker)
{
    return maker != NULL && maker == provider->handle;
}
