/* tests/interop/modules/token_faults.c: a PKCS#11 module that passes everything to the real one, but
 * for the fault that TOKEN_FAULT names: what no token does when it is asked to.
 *
 *     session-once    the first signature finds its session lost
 *     session         every signature does
 *     removed         the token is gone when it is to sign
 *     locked          the PIN is locked
 *     wrong-key       the signature is one of another message
 *
 * Built by test_tokens.py. */
#include "services/cryptoki.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

static const struct ck_functions *real;
static struct ck_functions ours;
static int signatures;

static int is_fault(const char *name)
{
    const char *fault = getenv("TOKEN_FAULT");

    return fault != NULL && strcmp(fault, name) == 0;
}

static unsigned long login(unsigned long session, unsigned long user, unsigned char *pin,
                           unsigned long length)
{
    if (is_fault("locked"))
        return CKR_PIN_LOCKED;
    return real->login(session, user, pin, length);
}

static unsigned long sign_init(unsigned long session, struct ck_mechanism *mechanism,
                               unsigned long key)
{
    signatures++;
    if (is_fault("session") || (is_fault("session-once") && signatures == 1))
        return CKR_SESSION_HANDLE_INVALID;
    if (is_fault("removed"))
        return CKR_DEVICE_REMOVED;
    return real->sign_init(session, mechanism, key);
}

static unsigned long sign(unsigned long session, unsigned char *data, unsigned long length,
                          unsigned char *signature, unsigned long *signature_length)
{
    if (is_fault("wrong-key"))
        data[0] ^= 1;
    return real->sign(session, data, length, signature, signature_length);
}

unsigned long C_GetFunctionList(const struct ck_functions **out);

__attribute__((visibility("default"))) unsigned long C_GetFunctionList(
    const struct ck_functions **out)
{
    unsigned long (*get)(const struct ck_functions **) = NULL;
    void *module = dlopen(getenv("TOKEN_REAL"), RTLD_NOW);
    void *symbol = module != NULL ? dlsym(module, "C_GetFunctionList") : NULL;

    if (symbol != NULL)
        memcpy(&get, &symbol, sizeof get);
    if (get == NULL || get(&real) != CKR_OK)
        return CKR_DEVICE_ERROR;
    ours = *real;
    ours.login = login;
    ours.sign_init = sign_init;
    ours.sign = sign;
    *out = &ours;
    return CKR_OK;
}
