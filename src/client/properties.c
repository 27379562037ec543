/* client/properties.c: the reference's properties. */
#include <string.h>

#include "base/memory.h"
#include "client/action.h"
#include "client/auditing.h"
#include "client/errors.h"
#include "client/values.h"
#include "keys/key_store.h"

/* A text or secret that may be set at any time between connections. */
static int set_text(struct sexec *object, char **text, const char *value)
{
    enum sx_err err = sx_text_set(text, value);

    return err == SX_OK ? 0 : sx_fail_err(object, err, &object->fault);
}

/* Refuses a change of the connection's ends while it is in progress. */
static int refuse_connected(struct sexec *object, int code)
{
    if (!sx_is_in_progress(object))
        return 0;
    return sx_fail_code(object, code);
}

/* What the running connection borrows can't change under it. */
static int refuse_in_use(struct sexec *object, const char *name)
{
    if (!sx_is_in_progress(object))
        return 0;
    return sx_fail(object, SEXEC_BAD_STATE, "%s can't be changed while a connection is in progress",
                   name);
}

#define TRY_CODE(call)                                                                             \
    do {                                                                                           \
        int try_code = (call);                                                                     \
        if (try_code != 0)                                                                         \
            return try_code;                                                                       \
    } while (0)

const char *sexec_get_ssh_host(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->values.ssh_host;
}

static int set_ssh_host(struct sexec *object, const char *host)
{
    TRY_CODE(refuse_connected(object, SEXEC_CANNOT_CHANGE_HOST));
    return set_text(object, &object->values.ssh_host, host);
}

int sexec_set_ssh_host(struct sexec *object, const char *host)
{
    return sx_auditing_call(object, "set_ssh_host", host, set_ssh_host(object, host));
}

int sexec_get_ssh_port(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->values.ssh_port;
}

static int set_ssh_port(struct sexec *object, int port)
{
    TRY_CODE(refuse_connected(object, SEXEC_CANNOT_CHANGE_PORT));
    if (port == 0)
        return sx_fail_code(object, SEXEC_ZERO_PORT);
    if (port < 1 || port > 65535)
        return sx_fail(object, SEXEC_INVALID_ARGUMENT, "ssh_port must be 1 to 65535, not %d", port);
    object->values.ssh_port = port;
    return 0;
}

int sexec_set_ssh_port(struct sexec *object, int port)
{
    return sx_auditing_number(object, "set_ssh_port", port, set_ssh_port(object, port));
}

const char *sexec_get_ssh_user(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->values.ssh_user;
}

static int set_ssh_user(struct sexec *object, const char *user)
{
    TRY_CODE(refuse_in_use(object, "ssh_user"));
    return set_text(object, &object->values.ssh_user, user);
}

int sexec_set_ssh_user(struct sexec *object, const char *user)
{
    return sx_auditing_call(object, "set_ssh_user", user, set_ssh_user(object, user));
}

const char *sexec_get_ssh_password(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return sx_secret_text(&object->values.ssh_password);
}

static int set_ssh_password(struct sexec *object, const char *password)
{
    TRY_CODE(refuse_in_use(object, "ssh_password"));
    return sx_fail_err(object, sx_secret_text_set(&object->values.ssh_password, password),
                       &object->fault);
}

int sexec_set_ssh_password(struct sexec *object, const char *password)
{
    return sx_auditing_call(object, "set_ssh_password", "****", set_ssh_password(object, password));
}

int sexec_get_ssh_auth_mode(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->values.ssh_auth_mode;
}

static int set_ssh_auth_mode(struct sexec *object, int mode)
{
    TRY_CODE(refuse_in_use(object, "ssh_auth_mode"));
    if (mode < SEXEC_AM_NONE || mode > SEXEC_AM_GSSAPI_KEYEX)
        return sx_fail(object, SEXEC_INVALID_ARGUMENT,
                       "ssh_auth_mode must be 0 (none), 1 (multi-factor), 2 (password), 3 (public "
                       "key), 4 (keyboard-interactive), 5 (gssapi-with-mic), 6 (custom) or 7 "
                       "(gssapi-keyex), not %d",
                       mode);
    object->values.ssh_auth_mode = mode;
    return 0;
}

int sexec_set_ssh_auth_mode(struct sexec *object, int mode)
{
    return sx_auditing_number(object, "set_ssh_auth_mode", mode, set_ssh_auth_mode(object, mode));
}

const void *sexec_get_ssh_cert_store(const struct sexec *object, size_t *out_length)
{
    const struct sx_secret *store = &object->values.stores[0];

    sx_auditing_count(object, SX_COUNTED_GETTER);
    if (out_length != NULL)
        *out_length = store->len == 0 ? 0 : store->len - 1;
    return sx_secret_text(store);
}

/* Stores are kept with a NUL behind them, so that a file name is a text. */
static int set_store(struct sexec *object, unsigned index, const void *store, size_t length)
{
    struct sx_secret *target = &object->values.stores[index];
    enum sx_err err;

    TRY_CODE(refuse_in_use(object, "ssh_cert_store"));
    err = sx_secret_reserve(target, length + 1);
    if (err == SX_OK)
        err = sx_secret_append(target, sx_slice_of(store, length));
    if (err == SX_OK)
        err = sx_secret_append(target, sx_slice_of("", 1));
    return sx_fail_err(object, err, &object->fault);
}

static int set_ssh_cert_store(struct sexec *object, const void *store, size_t length)
{
    TRY_CODE(set_store(object, 0, store, length));
    for (unsigned i = 1; i < object->values.store_count; i++)
        sx_secret_clear(&object->values.stores[i]);
    object->values.store_count = 1;
    return 0;
}

int sexec_set_ssh_cert_store(struct sexec *object, const void *store, size_t length)
{
    return sx_auditing_sized(object, "set_ssh_cert_store", length,
                             set_ssh_cert_store(object, store, length));
}

static int add_ssh_cert_store(struct sexec *object, const void *store, size_t length)
{
    if (object->values.store_count == SX_STORES_MAX)
        return sx_fail(object, SEXEC_INVALID_ARGUMENT, "more than %d keys", SX_STORES_MAX);
    TRY_CODE(set_store(object, object->values.store_count, store, length));
    object->values.store_count++;
    return 0;
}

int sexec_add_ssh_cert_store(struct sexec *object, const void *store, size_t length)
{
    return sx_auditing_sized(object, "add_ssh_cert_store", length,
                             add_ssh_cert_store(object, store, length));
}

int sexec_get_ssh_cert_store_type(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->values.ssh_cert_store_type;
}

static int set_ssh_cert_store_type(struct sexec *object, int type)
{
    TRY_CODE(refuse_in_use(object, "ssh_cert_store_type"));
    if (!sx_store_type_is_known(type))
        return sx_fail(object, SEXEC_INVALID_ARGUMENT,
                       "ssh_cert_store_type %d is none: it is 0 to 19, 21 to 23 or 99 (automatic)",
                       type);
    object->values.ssh_cert_store_type = type;
    return 0;
}

int sexec_set_ssh_cert_store_type(struct sexec *object, int type)
{
    return sx_auditing_number(object, "set_ssh_cert_store_type", type,
                              set_ssh_cert_store_type(object, type));
}

const char *sexec_get_ssh_cert_store_password(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return sx_secret_text(&object->values.ssh_cert_store_password);
}

static int set_ssh_cert_store_password(struct sexec *object, const char *password)
{
    TRY_CODE(refuse_in_use(object, "ssh_cert_store_password"));
    return sx_fail_err(object,
                       sx_secret_text_set(&object->values.ssh_cert_store_password, password),
                       &object->fault);
}

int sexec_set_ssh_cert_store_password(struct sexec *object, const char *password)
{
    return sx_auditing_call(object, "set_ssh_cert_store_password", "****",
                            set_ssh_cert_store_password(object, password));
}

const void *sexec_get_ssh_accept_server_host_key_encoded(const struct sexec *object,
                                                         size_t *out_length)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    if (out_length != NULL)
        *out_length = strlen(object->values.accept_host_key);
    return object->values.accept_host_key;
}

static int set_ssh_accept_server_host_key_encoded(struct sexec *object, const void *key,
                                                  size_t length)
{
    char *text;
    int code;

    if (length > 0 && memchr(key, '\0', length) != NULL)
        return sx_fail(object, SEXEC_INVALID_ARGUMENT,
                       "ssh_accept_server_host_key_encoded must be one public key line");
    text = sx_alloc(length + 1);
    if (text == NULL)
        return sx_fail_err(object, SX_ERR_MEMORY, &object->fault);
    if (length > 0)
        memcpy(text, key, length);
    code = set_text(object, &object->values.accept_host_key, text);
    sx_free(text);
    return code;
}

int sexec_set_ssh_accept_server_host_key_encoded(struct sexec *object, const void *key,
                                                 size_t length)
{
    return sx_auditing_sized(object, "set_ssh_accept_server_host_key_encoded", length,
                             set_ssh_accept_server_host_key_encoded(object, key, length));
}

static int set_ssh_encryption_algorithms(struct sexec *object, const char *list)
{
    TRY_CODE(refuse_in_use(object, "ssh_encryption_algorithms"));
    return set_text(object, &object->values.lists[SX_ALG_CIPHER], list);
}

int sexec_set_ssh_encryption_algorithms(struct sexec *object, const char *list)
{
    return sx_auditing_call(object, "set_ssh_encryption_algorithms", list,
                            set_ssh_encryption_algorithms(object, list));
}

static int set_ssh_compression_algorithms(struct sexec *object, const char *list)
{
    TRY_CODE(refuse_in_use(object, "ssh_compression_algorithms"));
    return set_text(object, &object->values.lists[SX_ALG_COMPRESSION], list);
}

int sexec_set_ssh_compression_algorithms(struct sexec *object, const char *list)
{
    return sx_auditing_call(object, "set_ssh_compression_algorithms", list,
                            set_ssh_compression_algorithms(object, list));
}

const char *sexec_get_local_host(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->local_host_shown[0] != '\0' ? object->local_host_shown
                                               : object->values.local_host;
}

static int set_local_host(struct sexec *object, const char *host)
{
    TRY_CODE(refuse_connected(object, SEXEC_CANNOT_CHANGE_LOCAL_HOST));
    return set_text(object, &object->values.local_host, host);
}

int sexec_set_local_host(struct sexec *object, const char *host)
{
    return sx_auditing_call(object, "set_local_host", host, set_local_host(object, host));
}

int sexec_get_local_port(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    char host[128];
    int port;

    if (object->is_tcp_open && sx_pump_local_address(&object->pump, host, sizeof host, &port))
        return port;
    return object->values.local_port;
}

static int set_local_port(struct sexec *object, int port)
{
    TRY_CODE(refuse_connected(object, SEXEC_CANNOT_CHANGE_LOCAL_PORT));
    if (port < 0 || port > 65535)
        return sx_fail(object, SEXEC_INVALID_ARGUMENT, "local_port must be 0 to 65535, not %d",
                       port);
    object->values.local_port = port;
    return 0;
}

int sexec_set_local_port(struct sexec *object, int port)
{
    return sx_auditing_number(object, "set_local_port", port, set_local_port(object, port));
}

int sexec_get_timeout(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->values.timeout;
}

static int set_timeout(struct sexec *object, int seconds)
{
    if (seconds < 0)
        return sx_fail(object, SEXEC_INVALID_ARGUMENT, "timeout must not be negative");
    object->values.timeout = seconds;
    return 0;
}

int sexec_set_timeout(struct sexec *object, int seconds)
{
    return sx_auditing_number(object, "set_timeout", seconds, set_timeout(object, seconds));
}

bool sexec_get_connected(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->is_connected;
}

static int set_connected(struct sexec *object, bool connected)
{
    if (connected == object->is_connected && (connected || !sx_is_in_progress(object)))
        return 0;
    if (connected && sx_is_in_progress(object) && object->handler_depth == 0)
        return sx_fail_code(object, SEXEC_ALREADY_CONNECTING);
    return connected ? sexec_ssh_logon(object, NULL, 0) : sexec_ssh_logoff(object);
}

int sexec_set_connected(struct sexec *object, bool connected)
{
    sx_method_begin(object); /* a handler's free waits for the record as well */
    return sx_method_end(object,
                         sx_auditing_call(object, "set_connected", connected ? "True" : "False",
                                          set_connected(object, connected)));
}

const char *sexec_get_command(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->values.command;
}

static int set_command(struct sexec *object, const char *command)
{
    return sexec_execute(object, command);
}

int sexec_set_command(struct sexec *object, const char *command)
{
    sx_method_begin(object);
    return sx_method_end(object, sx_auditing_sized(object, "set_command",
                                                   command == NULL ? 0 : strlen(command),
                                                   set_command(object, command)));
}

int sexec_get_exit_status(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->result.exit_status;
}

const char *sexec_get_error_message(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->result.message;
}

enum sexec_result sexec_get_result(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->result.kind;
}

const char *sexec_get_exit_signal(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->result.signal;
}

bool sexec_get_core_dumped(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->result.is_core_dumped;
}

bool sexec_get_may_still_run(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->result.is_started && object->result.kind != SEXEC_RESULT_EXITED &&
           object->result.kind != SEXEC_RESULT_SIGNALED;
}
