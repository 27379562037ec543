/* tests/interop/modules/token_faults.c: a PKCS#11 module that passes everything to the real one, but
 * for the fault that TOKEN_FAULT names: what no token does when it is asked to.
 *
 *     session-once    the first signature finds its session lost
 *     session         every signature does
 *     removed         the token is gone when it is to sign
 *     locked          the PIN is locked
 *     wrong-key       the signature is one of another message
 *     slow-sign       C_Sign stands still until the file TOKEN_GATE is there
 *     slow-login      C_Login does
 *
 * A slow call writes a byte to TOKEN_GATE.in when it begins, and one to TOKEN_GATE.out when it ends.
 * With TOKEN_LOCK one call alone is inside, as with modules that have one lock for all.
 *
 * Built by test_tokens.py. */
#include "services/cryptoki.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GATE_TURNS = 12000, GATE_TURN_US = 5000 }; /* a minute, should nobody open it */

static const struct ck_functions *real;
static struct ck_functions ours;
static int signatures;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int is_fault(const char *name)
{
    const char *fault = getenv("TOKEN_FAULT");

    return fault != NULL && strcmp(fault, name) == 0;
}

static void mark(const char *ending)
{
    char path[512];
    int fd;

    snprintf(path, sizeof path, "%s%s", getenv("TOKEN_GATE"), ending);
    fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, "x", 1) != 1)
        abort();
    close(fd);
}

static void stand_still(const char *fault)
{
    if (!is_fault(fault))
        return;
    mark(".in");
    for (int i = 0; i < GATE_TURNS && access(getenv("TOKEN_GATE"), F_OK) != 0; i++)
        usleep(GATE_TURN_US);
}

static void stood_still(const char *fault)
{
    if (is_fault(fault))
        mark(".out");
}

static void enter(void)
{
    if (getenv("TOKEN_LOCK") != NULL)
        pthread_mutex_lock(&lock);
}

static unsigned long leave(unsigned long code)
{
    if (getenv("TOKEN_LOCK") != NULL)
        pthread_mutex_unlock(&lock);
    return code;
}

static unsigned long get_slot_list(unsigned char with_token, unsigned long *slots,
                                   unsigned long *count)
{
    enter();
    return leave(real->get_slot_list(with_token, slots, count));
}

static unsigned long get_token_info(unsigned long slot, struct ck_token_info *info)
{
    enter();
    return leave(real->get_token_info(slot, info));
}

static unsigned long open_session(unsigned long slot, unsigned long flags, void *application,
                                  void *notify, unsigned long *session)
{
    enter();
    return leave(real->open_session(slot, flags, application, notify, session));
}

static unsigned long close_session(unsigned long session)
{
    enter();
    return leave(real->close_session(session));
}

static unsigned long login(unsigned long session, unsigned long user, unsigned char *pin,
                           unsigned long length)
{
    unsigned long code;

    if (is_fault("locked"))
        return CKR_PIN_LOCKED;
    enter();
    stand_still("slow-login");
    code = leave(real->login(session, user, pin, length));
    stood_still("slow-login");
    return code;
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
    unsigned long code;

    if (is_fault("wrong-key"))
        data[0] ^= 1;
    enter();
    stand_still("slow-sign");
    code = leave(real->sign(session, data, length, signature, signature_length));
    stood_still("slow-sign");
    return code;
}

unsigned long C_GetFunctionList(const struct ck_functions **out);

__attribute__((visibility("default"))) unsigned long C_GetFunctionList(
    const struct ck_functions **out)
{
    unsigned long (*get)(const struct ck_functions **) = NULL;
    void *module = dlopen(getenv("TOKEN_REAL"), RTLD_NOW);
    void *symbol = module != NULL ? dlsym(module, "C_GetFunctionList") : NULL;

    *out = &ours;
    if (real != NULL)
        return CKR_OK; /* a thread may be inside */
    if (symbol != NULL)
        memcpy(&get, &symbol, sizeof get);
    if (get == NULL || get(&real) != CKR_OK)
        return CKR_DEVICE_ERROR;
    ours = *real;
    ours.get_slot_list = get_slot_list;
    ours.get_token_info = get_token_info;
    ours.open_session = open_session;
    ours.close_session = close_session;
    ours.login = login;
    ours.sign_init = sign_init;
    ours.sign = sign;
    return CKR_OK;
}
