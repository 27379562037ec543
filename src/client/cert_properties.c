/* client/cert_properties.c: ssh_cert_subject and ssh_cert_encoded, which search the store at once. */
#include <stdio.h>
#include <string.h>

#include "client/auditing.h"
#include "client/errors.h"
#include "client/session.h"
#include "client/user_keys.h"
#include "client/values.h"

static int refuse_in_use(struct sexec *object, const char *name)
{
    if (!sx_is_in_progress(object))
        return 0;
    return sx_fail(object, SEXEC_BAD_STATE, "%s can't be changed while a connection is in progress",
                   name);
}

/* Finds the entry for what is set, and gives its subject; out is "" when there is none. */
static enum sx_err search(const struct sexec *object, struct sx_provider *provider,
                          const char *subject, struct sx_fault *fault, char *out, bool *out_found)
{
    const struct sx_secret *encoded = &object->values.ssh_cert_encoded;
    struct sx_store wanted = { .count = 0 };
    enum sx_err err = SX_OK;

    *out_found = false;
    if (subject == NULL)
        err = sx_store_decode(provider, sx_slice_of(encoded->ptr, encoded->len - 1), SX_SLICE_NONE,
                              fault, &wanted);
    for (unsigned i = 0; err == SX_OK && !*out_found && i < object->values.store_count; i++) {
        struct sx_store store = { .count = 0 };
        const struct sx_store_entry *entry;

        err = sx_user_store_open(object, provider, i, fault, &store);
        if (err != SX_OK)
            break;
        entry = subject == NULL
                    ? sx_store_find_key(&store, sx_key_public_blob(wanted.entries[0].key))
                    : sx_store_find(&store, subject, false);
        if (entry != NULL) {
            const char *found = subject == NULL ? wanted.entries[0].subject : entry->subject;

            (void)snprintf(out, SX_CERT_NAME_MAX, "%s", found[0] == '\0' ? "*" : found);
            *out_found = true;
        }
        sx_store_clear(&store);
    }
    sx_store_clear(&wanted);
    return err;
}

/* A token is searched when it signs on: each sign-in counts against its PIN's tries. */
static bool is_searched_later(const struct sexec *object)
{
    return !sx_user_has_store(object) || object->values.ssh_cert_store_type == SEXEC_CST_PKCS11;
}

/* Sets ssh_cert_subject to what the search gives. */
static int select_entry(struct sexec *object, const char *subject)
{
    char found[SX_CERT_NAME_MAX] = "";
    struct sx_provider *provider = NULL;
    struct sx_fault *fault = &object->fault;
    bool is_found = false;
    enum sx_err err;

    sx_fault_clear(fault);
    err = sx_session_provider(object, fault, &provider);
    if (err == SX_OK)
        err = search(object, provider, subject, fault, found, &is_found);
    sx_provider_close(provider);
    object->values.is_cert_missed = !is_found;
    if (sx_text_set(&object->values.ssh_cert_subject, found) != SX_OK && err == SX_OK)
        err = SX_ERR_MEMORY;
    return sx_fail_err(object, err, fault);
}

const char *sexec_get_ssh_cert_subject(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->values.ssh_cert_subject;
}

static int set_ssh_cert_subject(struct sexec *object, const char *subject)
{
    int code = refuse_in_use(object, "ssh_cert_subject");

    if (code != 0)
        return code;
    object->values.is_cert_missed = false;
    sx_secret_clear(&object->values.ssh_cert_encoded);
    code =
        sx_fail_err(object, sx_text_set(&object->values.ssh_cert_subject, subject), &object->fault);
    if (code != 0 || subject == NULL || subject[0] == '\0' || is_searched_later(object))
        return code;
    return select_entry(object, subject);
}

int sexec_set_ssh_cert_subject(struct sexec *object, const char *subject)
{
    return sx_auditing_call(object, "set_ssh_cert_subject", subject,
                            set_ssh_cert_subject(object, subject));
}

const void *sexec_get_ssh_cert_encoded(const struct sexec *object, size_t *out_length)
{
    const struct sx_secret *encoded = &object->values.ssh_cert_encoded;

    sx_auditing_count(object, SX_COUNTED_GETTER);
    if (out_length != NULL)
        *out_length = encoded->len == 0 ? 0 : encoded->len - 1;
    return sx_secret_text(encoded);
}

static int set_ssh_cert_encoded(struct sexec *object, const void *certificate, size_t length)
{
    struct sx_secret *encoded = &object->values.ssh_cert_encoded;
    int code = refuse_in_use(object, "ssh_cert_encoded");
    enum sx_err err;

    if (code != 0)
        return code;
    object->values.is_cert_missed = false;
    err = sx_secret_reserve(encoded, length + 1);
    if (err == SX_OK)
        err = sx_secret_append(encoded, sx_slice_of(certificate, length));
    if (err == SX_OK)
        err = sx_secret_append(encoded, sx_slice_of("", 1));
    if (err == SX_OK)
        err = sx_text_set(&object->values.ssh_cert_subject, "");
    if (err != SX_OK || length == 0 || is_searched_later(object))
        return sx_fail_err(object, err, &object->fault);
    return select_entry(object, NULL);
}

int sexec_set_ssh_cert_encoded(struct sexec *object, const void *certificate, size_t length)
{
    return sx_auditing_sized(object, "set_ssh_cert_encoded", length,
                             set_ssh_cert_encoded(object, certificate, length));
}
