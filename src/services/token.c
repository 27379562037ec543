/* services/token.c: the module, the token, and a session that is signed in. */
#include "services/token_inside.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"

enum { SLOTS_MAX = 64 };

enum sx_err sx_token_error(const struct sx_token *token, unsigned long code, const char *what,
                           struct sx_fault *fault)
{
    const char *name = token->label[0] != '\0' ? token->label : token->uri.module;
    char shown[SX_TOKEN_PATH_MAX];

    sx_escape(shown, sizeof shown, sx_slice_text(name));
    switch (code) {
    case CKR_PIN_INCORRECT:
    case CKR_PIN_INVALID:
    case CKR_PIN_LEN_RANGE:
        return sx_fault_set(fault, SX_ERR_TOKEN_PIN,
                            "token %s: the PIN is wrong; set ssh_cert_store_password, before too "
                            "many tries lock the token",
                            shown);
    case CKR_PIN_LOCKED:
    case CKR_PIN_EXPIRED:
        return sx_fault_set(fault, SX_ERR_TOKEN_LOCKED,
                            "token %s: the PIN is %s; only the token's own tools can unlock it",
                            shown, code == CKR_PIN_LOCKED ? "locked" : "expired");
    case CKR_DEVICE_REMOVED:
    case CKR_TOKEN_NOT_PRESENT:
    case CKR_SLOT_ID_INVALID:
        return sx_fault_set(fault, SX_ERR_TOKEN_REMOVED,
                            "token %s: it was removed (%s); put it back and sign on anew", shown,
                            what);
    case CKR_SESSION_CLOSED:
    case CKR_SESSION_HANDLE_INVALID:
    case CKR_USER_NOT_LOGGED_IN:
        return sx_fault_set(fault, SX_ERR_TOKEN_SESSION,
                            "token %s: its session is lost (%s), and a new one was lost, too",
                            shown, what);
    default:
        return sx_fault_set(fault, SX_ERR_TOKEN, "token %s: %s failed with PKCS#11 error 0x%lx",
                            shown, what, code);
    }
}

/* --- The module ------------------------------------------------------------------------------- */

/* Who can write the file runs as us. */
static enum sx_err check_module(const char *path, const char *shown, struct sx_fault *fault)
{
    struct stat st;

    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return sx_fault_set(fault, SX_ERR_TOKEN, "%s: there is no such PKCS#11 module", shown);
    if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0 || (st.st_uid != 0 && st.st_uid != geteuid()))
        return sx_fault_set(fault, SX_ERR_TOKEN,
                            "%s: others can write this PKCS#11 module, so it isn't loaded", shown);
    return SX_OK;
}

/* Modules are for threads once they are initialised, which itself is for one alone. */
static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;

static unsigned long initialise(struct sx_token *token, void *symbol, bool *out_is_module)
{
    struct ck_initialize_args args = { .flags = CKF_OS_LOCKING_OK };
    unsigned long (*get)(const struct ck_functions **out) = NULL;
    unsigned long code = CKR_OK;

    memcpy(&get, &symbol, sizeof get); /* ISO C has no cast for this */
    pthread_mutex_lock(&loading);
    *out_is_module = get(&token->calls) == CKR_OK && token->calls != NULL;
    if (*out_is_module)
        code = token->calls->initialize(&args);
    pthread_mutex_unlock(&loading);
    return code;
}

static enum sx_err load(struct sx_token *token, struct sx_fault *fault)
{
    char shown[SX_TOKEN_PATH_MAX];
    bool is_module = false;
    unsigned long code = CKR_OK;
    void *symbol;
    void *module;

    sx_escape(shown, sizeof shown, sx_slice_text(token->uri.module));
    SX_TRY(check_module(token->uri.module, shown, fault));
    module = dlopen(token->uri.module, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    symbol = module != NULL ? dlsym(module, "C_GetFunctionList") : NULL;
    if (symbol != NULL)
        code = initialise(token, symbol, &is_module);
    if (!is_module)
        return sx_fault_set(fault, SX_ERR_TOKEN, "%s: this is no PKCS#11 module", shown);
    if (code != CKR_OK && code != CKR_ALREADY_INITIALIZED)
        return sx_token_error(token, code, "C_Initialize", fault);
    return SX_OK;
}

/* --- The token -------------------------------------------------------------------------------- */

/* A field is padded with blanks, without a NUL; an empty text is any. */
static bool is_text(const unsigned char *field, size_t size, const char *wanted)
{
    size_t n = strlen(wanted);

    if (n == 0)
        return true;
    if (n > size || memcmp(field, wanted, n) != 0)
        return false;
    while (n < size && field[n] == ' ')
        n++;
    return n == size;
}

static bool is_meant(const struct sx_token *token, unsigned long slot,
                     const struct ck_token_info *info)
{
    return (info->flags & CKF_TOKEN_INITIALIZED) != 0 &&
           (!token->uri.has_slot || token->uri.slot == slot) &&
           is_text(info->label, sizeof info->label, token->uri.token) &&
           is_text(info->serial, sizeof info->serial, token->uri.serial);
}

static void keep_label(struct sx_token *token, const struct ck_token_info *info)
{
    size_t n = sizeof info->label;

    memcpy(token->label, info->label, n);
    while (n > 0 && token->label[n - 1] == ' ')
        n--;
    token->label[n] = '\0';
}

/* A PIN that is tried on the wrong token counts there, so there must be no doubt. */
static enum sx_err find(struct sx_token *token, struct ck_token_info *out, struct sx_fault *fault)
{
    unsigned long slots[SLOTS_MAX];
    unsigned long count = SLOTS_MAX;
    unsigned long code = token->calls->get_slot_list(1, slots, &count);
    unsigned found = 0;

    if (code != CKR_OK)
        return sx_token_error(token, code, "C_GetSlotList", fault);
    for (unsigned long i = 0; i < count && i < SLOTS_MAX; i++) {
        struct ck_token_info info;

        memset(&info, 0, sizeof info);
        if (token->calls->get_token_info(slots[i], &info) != CKR_OK ||
            !is_meant(token, slots[i], &info))
            continue;
        *out = info;
        token->slot = slots[i];
        found++;
    }
    if (found == 1) {
        keep_label(token, out);
        return SX_OK;
    }
    return sx_fault_set(fault, SX_ERR_TOKEN,
                        found == 0 ? "the PKCS#11 module has no token that ssh_cert_store means: "
                                     "is it there, and are its label and slot right?"
                                   : "the PKCS#11 module has several tokens that ssh_cert_store "
                                     "means; name one with token=, serial= or slot-id=");
}

/* --- The session ------------------------------------------------------------------------------ */

void sx_token_session_end(struct sx_token *token)
{
    if (token->has_session)
        (void)token->calls->close_session(token->session); /* the last one signs out */
    token->has_session = false;
}

enum sx_err sx_token_session(struct sx_token *token, struct sx_fault *fault)
{
    struct ck_token_info info;
    unsigned long code;

    sx_token_session_end(token);
    memset(&info, 0, sizeof info);
    code = token->calls->get_token_info(token->slot, &info);
    if (code != CKR_OK)
        return sx_token_error(token, code, "C_GetTokenInfo", fault);
    if ((info.flags & CKF_USER_PIN_LOCKED) != 0)
        return sx_token_error(token, CKR_PIN_LOCKED, "C_GetTokenInfo", fault);
    code = token->calls->open_session(token->slot, CKF_SERIAL_SESSION, NULL, NULL, &token->session);
    if (code != CKR_OK)
        return sx_token_error(token, code, "C_OpenSession", fault);
    token->has_session = true;
    if ((info.flags & CKF_LOGIN_REQUIRED) == 0)
        return SX_OK;
    /* Without a PIN the token may ask by itself (a reader with keys of its own). */
    code = token->calls->login(token->session, CKU_USER,
                               token->pin.len != 0 ? token->pin.ptr : NULL, token->pin.len);
    if (code != CKR_OK && code != CKR_USER_ALREADY_LOGGED_IN)
        return token->pin.len == 0 && code != CKR_PIN_LOCKED
                   ? sx_fault_set(fault, SX_ERR_TOKEN_PIN,
                                  "token %s wants a PIN: set ssh_cert_store_password", token->label)
                   : sx_token_error(token, code, "C_Login", fault);
    return SX_OK;
}

/* --- A token's life ---------------------------------------------------------------------------- */

enum sx_err sx_token_new(struct sx_provider *provider, const struct sx_token_spec *spec,
                         struct sx_fault *fault, struct sx_token **out)
{
    struct sx_token *token = sx_alloc(sizeof *token);
    enum sx_err err;

    if (token == NULL)
        return SX_ERR_MEMORY;
    atomic_init(&token->references, 1);
    token->provider = sx_provider_hold(provider);
    sx_buffer_init(&token->wanted, SX_TOKEN_WANTED_MAX);
    token->subject = sx_text_dup(spec->subject);
    err = token->subject == NULL ? SX_ERR_MEMORY : sx_buffer_append(&token->wanted, spec->wanted);
    if (err == SX_OK)
        err = sx_token_uri_parse(spec->uri, fault, &token->uri);
    if (err == SX_OK && spec->pin.len > 0)
        err = sx_secret_set(&token->pin, spec->pin);
    if (err == SX_OK)
        *out = token;
    else
        sx_token_free(token);
    return err;
}

enum sx_err sx_token_open(struct sx_token *token, struct sx_fault *fault)
{
    struct ck_token_info info;

    memset(&info, 0, sizeof info);
    SX_TRY(load(token, fault));
    SX_TRY(find(token, &info, fault));
    SX_TRY(sx_token_session(token, fault));
    return sx_token_list(token, fault);
}

unsigned sx_token_key_count(const struct sx_token *token)
{
    return token->count;
}

const struct sx_key *sx_token_key(const struct sx_token *token, unsigned index)
{
    return token->entries[index].key;
}

struct sx_token *sx_token_hold(struct sx_token *token)
{
    atomic_fetch_add(&token->references, 1);
    return token;
}

void sx_token_end(struct sx_token *token)
{
    sx_token_session_end(token);
    sx_secret_clear(&token->pin);
}

void sx_token_free(struct sx_token *token)
{
    if (token == NULL || atomic_fetch_sub(&token->references, 1) != 1)
        return;
    sx_token_end(token);
    for (unsigned i = 0; i < token->count; i++)
        sx_key_free(token->entries[i].key);
    sx_buffer_clear(&token->wanted);
    sx_free(token->subject);
    sx_provider_close(token->provider);
    sx_free_wiped(token, sizeof *token);
}
