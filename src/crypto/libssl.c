/* crypto/libssl.c: finding libssl and its functions. */
#include "crypto/libssl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/opensslv.h>

#define TO_TEXT_(number) #number
#define TO_TEXT(number) TO_TEXT_(number)

static const char library_name[] = "libssl.so." TO_TEXT(OPENSSL_SHLIB_VERSION);

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct sx_libssl libssl;
static char why_not[256]; /* empty when libssl is usable */

/* ISO C has no conversion from dlsym's object pointer to a function's; POSIX promises that the
 * bytes are good for both. */
static bool find(void *handle, const char *name, void *out_function)
{
    void *found = dlsym(handle, name);

    memcpy(out_function, &found, sizeof found);
    if (found == NULL)
        (void)snprintf(why_not, sizeof why_not, "%s has no function %s", library_name, name);
    return found != NULL;
}

/* A libssl that brought a libcrypto of its own would take our objects for its own. */
static bool shares_libcrypto(void *handle)
{
    __typeof__(OSSL_LIB_CTX_new) *theirs;

    if (!find(handle, "OSSL_LIB_CTX_new", &theirs))
        return false;
    if (theirs == OSSL_LIB_CTX_new)
        return true;
    (void)snprintf(why_not, sizeof why_not, "%s belongs to another libcrypto than this library",
                   library_name);
    return false;
}

static void load(void)
{
    void *handle = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);

    if (handle == NULL) {
        (void)snprintf(why_not, sizeof why_not, "%s can't be loaded, and TLS needs it",
                       library_name);
        return;
    }
    if (!shares_libcrypto(handle))
        return;
#define FIND(name)                                                                                 \
    if (!find(handle, #name, &libssl.name))                                                        \
        return;
    SX_LIBSSL_FUNCTIONS(FIND)
#undef FIND
}

enum sx_err sx_libssl_get(struct sx_fault *fault, const struct sx_libssl **out)
{
    if (pthread_once(&once, load) != 0)
        return SX_ERR_INTERNAL;
    if (why_not[0] != '\0')
        return sx_fault_set(fault, SX_ERR_PROVIDER, "%s", why_not);
    *out = &libssl;
    return SX_OK;
}
