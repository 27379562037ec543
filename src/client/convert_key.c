/* client/convert_key.c: writes the private key of the store in a form that every policy takes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "client/auditing.h"
#include "client/errors.h"
#include "client/session.h"
#include "client/user_keys.h"
#include "client/values.h"

enum { PEM_LINE = 64, PEM_MAX = 32 * 1024, NEW_PATH_MAX = 4096 };

static enum sx_err to_pem(struct sx_slice der, struct sx_buffer *out)
{
    static const char begin[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n";
    static const char end[] = "-----END ENCRYPTED PRIVATE KEY-----\n";
    const size_t line = PEM_LINE / 4 * 3;
    char text[PEM_LINE + 1];

    SX_TRY(sx_buffer_append(out, sx_slice_text(begin)));
    for (size_t i = 0; i < der.len; i += line) {
        struct sx_slice part = sx_slice_of(der.ptr + i, der.len - i < line ? der.len - i : line);

        SX_TRY(sx_base64_encode(part, text, sizeof text));
        SX_TRY(sx_buffer_append(out, sx_slice_text(text)));
        SX_TRY(sx_buffer_append(out, sx_slice_text("\n")));
    }
    return sx_buffer_append(out, sx_slice_text(end));
}

static bool write_all(int fd, struct sx_slice bytes)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes = sx_slice_of(bytes.ptr + n, bytes.len - (size_t)n);
    }
    return fsync(fd) == 0;
}

static enum sx_err refuse_file(const char *path, int sys, struct sx_fault *fault)
{
    char shown[512];

    sx_escape(shown, sizeof shown, sx_slice_text(path));
    if (sys == EEXIST)
        return sx_fault_set_sys(fault, SX_ERR_FILE, sys,
                                "%s: the file is there already; choose another name, or say that "
                                "it may be overwritten",
                                shown);
    return sx_fault_set_sys(fault, SX_ERR_FILE, sys, "%s: the file can't be written (errno %d)",
                            shown, sys);
}

/* Under another name first, so that there is never half a file: a link fails where a name is
 * taken, a rename takes it over. mkstemp gives the mode 0600. */
static enum sx_err write_file(const char *path, bool overwrite, struct sx_slice bytes,
                              struct sx_fault *fault)
{
    char name[NEW_PATH_MAX];
    int n = snprintf(name, sizeof name, "%s.XXXXXX", path);
    bool is_done;
    int sys;
    int fd;

    if (n < 0 || (size_t)n >= sizeof name)
        return refuse_file(path, ENAMETOOLONG, fault);
    fd = mkstemp(name);
    if (fd < 0)
        return refuse_file(path, errno, fault);
    is_done = write_all(fd, bytes);
    sys = errno;
    if (close(fd) != 0 && is_done) {
        is_done = false;
        sys = errno;
    }
    if (is_done) {
        is_done = overwrite ? rename(name, path) == 0 : link(name, path) == 0;
        sys = errno;
    }
    if (!is_done || !overwrite)
        (void)unlink(name);
    return is_done ? SX_OK : refuse_file(path, sys, fault);
}

/* The key that is chosen, or the only one. */
static enum sx_err choose(const struct sexec *object, struct sx_store *store,
                          struct sx_fault *fault, const struct sx_key **out)
{
    const char *subject = object->values.ssh_cert_subject;
    const struct sx_key *found = NULL;

    if (subject[0] != '\0') {
        const struct sx_store_entry *entry = sx_store_find(store, subject, true);

        found = entry != NULL ? entry->key : NULL;
    }
    for (unsigned i = 0; subject[0] == '\0' && i < store->count; i++) {
        if (!sx_key_is_private(store->entries[i].key))
            continue;
        if (found != NULL)
            return sx_fault_set(fault, SX_ERR_KEY_NOT_FOUND,
                                "ssh_cert_store holds several private keys; choose one with "
                                "ssh_cert_subject");
        found = store->entries[i].key;
    }
    if (found == NULL)
        return sx_fault_set(fault, SX_ERR_KEY_NOT_FOUND,
                            "ssh_cert_store holds no private key to convert");
    *out = found;
    return SX_OK;
}

static enum sx_err convert(const struct sexec *object, struct sx_provider *provider,
                           struct sx_slice passphrase, struct sx_fault *fault,
                           struct sx_buffer *out)
{
    struct sx_store store = { .count = 0 };
    struct sx_buffer der;
    const struct sx_key *key = NULL;
    enum sx_err err;

    sx_buffer_init(&der, PEM_MAX);
    err = sx_user_store_open(object, provider, 0, fault, &store);
    if (err == SX_OK)
        err = choose(object, &store, fault, &key);
    if (err == SX_OK)
        err = sx_key_to_encrypted_der(key, passphrase, fault, &der);
    if (err == SX_OK)
        err = to_pem(sx_buffer_unread(&der), out);
    sx_buffer_clear(&der);
    sx_store_clear(&store);
    return err;
}

static int convert_key(struct sexec *object, const char *path, const char *passphrase,
                       bool overwrite)
{
    struct sx_slice secret = passphrase != NULL
                                 ? sx_slice_text(passphrase)
                                 : sx_secret_text_slice(&object->values.ssh_cert_store_password);
    struct sx_fault *fault = &object->fault;
    struct sx_provider *provider = NULL;
    struct sx_buffer pem;
    enum sx_err err;

    sx_fault_clear(fault);
    if (path == NULL || path[0] == '\0' || secret.len == 0)
        return sx_fail(object, SEXEC_INVALID_ARGUMENT,
                       secret.len == 0 ? "a passphrase is needed for the converted key"
                                       : "the converted key needs a file name");
    sx_buffer_init(&pem, 2 * PEM_MAX);
    err = sx_session_provider(object, fault, &provider);
    if (err == SX_OK)
        err = convert(object, provider, secret, fault, &pem);
    if (err == SX_OK)
        err = write_file(path, overwrite, sx_buffer_unread(&pem), fault);
    sx_buffer_clear(&pem);
    sx_provider_close(provider);
    return sx_fail_err(object, err, fault);
}

int sexec_convert_key(struct sexec *object, const char *path, const char *passphrase,
                      bool overwrite)
{
    return sx_auditing_call(object, "convert_key", path,
                            convert_key(object, path, passphrase, overwrite));
}
