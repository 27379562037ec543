/* keys/key_store.c: entries of a store: filled by the readers of forms, then searched. */
#include "keys/key_store.h"

#include <string.h>

#include "base/memory.h"
#include "crypto/user_cert.h"
#include "keys/store_decode.h"

/* --- Filling ---------------------------------------------------------------------------------- */

/* An entry with this public key. */
static struct sx_store_entry *entry_of(struct sx_store *store, struct sx_slice blob)
{
    for (unsigned i = 0; i < store->count; i++) {
        if (store->entries[i].key != NULL &&
            sx_slice_is_equal(sx_key_public_blob(store->entries[i].key), blob))
            return &store->entries[i];
    }
    return NULL;
}

static enum sx_err entry_add(struct sx_store *store, struct sx_key *take_key,
                             struct sx_fault *fault, struct sx_store_entry **out)
{
    struct sx_store_entry *entry = entry_of(store, sx_key_public_blob(take_key));

    if (entry != NULL) { /* the private key is the better one */
        if (sx_key_is_private(take_key) && !sx_key_is_private(entry->key)) {
            struct sx_key *old = entry->key;

            entry->key = take_key;
            take_key = old;
        }
        sx_key_free(take_key);
        *out = entry;
        return SX_OK;
    }
    if (store->entries == NULL)
        store->entries = sx_alloc_array(SX_STORE_ENTRIES_MAX, sizeof *store->entries);
    if (store->entries == NULL || store->count == SX_STORE_ENTRIES_MAX) {
        sx_key_free(take_key);
        if (store->entries == NULL)
            return SX_ERR_MEMORY;
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "the store holds more than %d keys and certificates",
                            SX_STORE_ENTRIES_MAX);
    }
    *out = &store->entries[store->count++];
    (*out)->key = take_key;
    return SX_OK;
}

enum sx_err sx_store_add_key(struct sx_store *store, struct sx_key *take_key,
                             struct sx_fault *fault)
{
    struct sx_store_entry *entry;

    return entry_add(store, take_key, fault, &entry);
}

/* A certificate that can't be read, or for a key of a kind that SSH has no use for, is nobody's
 * loss here. */
enum sx_err sx_store_add_certificate(struct sx_store *store, struct sx_provider *provider,
                                     struct sx_slice der, struct sx_fault *fault)
{
    char subject[SX_CERT_NAME_MAX] = "";
    struct sx_key *key = NULL;
    struct sx_store_entry *entry;
    enum sx_err err = sx_user_cert_read(provider, der, NULL, &key, subject);

    if (err == SX_ERR_KEY_FORMAT || err == SX_ERR_PROVIDER)
        return SX_OK;
    if (err != SX_OK)
        return err;
    SX_TRY(entry_add(store, key, fault, &entry));
    if (entry->certificate.len != 0)
        return SX_OK; /* a renewed one: the first counts */
    memcpy(entry->subject, subject, sizeof entry->subject);
    return sx_secret_set(&entry->certificate, der);
}

enum sx_err sx_store_merge(struct sx_store *store, struct sx_store *from, struct sx_fault *fault)
{
    for (unsigned i = 0; i < from->count; i++) {
        struct sx_store_entry *entry = &from->entries[i];
        struct sx_store_entry *added;

        SX_TRY(entry_add(store, sx_store_take_key(entry), fault, &added));
        if (added->certificate.len != 0 || entry->certificate.len == 0)
            continue;
        memcpy(added->subject, entry->subject, sizeof added->subject);
        sx_secret_move(&added->certificate, &entry->certificate);
    }
    return SX_OK;
}

void sx_store_clear(struct sx_store *store)
{
    for (unsigned i = 0; i < store->count; i++) {
        sx_key_free(store->entries[i].key);
        sx_secret_clear(&store->entries[i].certificate);
    }
    sx_free(store->entries);
    store->entries = NULL;
    store->count = 0;
}

/* --- Searching -------------------------------------------------------------------------------- */

/* The next field of a name, without blanks around it; commas in quotes don't part. */
static bool next_field(const char **rest, struct sx_slice *out)
{
    const char *start = *rest;
    const char *end;
    bool is_quoted = false;

    if (*start == '\0')
        return false;
    for (end = start; *end != '\0' && (is_quoted || *end != ','); end++) {
        if (*end == '"')
            is_quoted = !is_quoted;
    }
    *rest = *end == ',' ? end + 1 : end;
    while (start < end && *start == ' ')
        start++;
    while (end > start && end[-1] == ' ')
        end--;
    *out = sx_slice_of(start, (size_t)(end - start));
    return true;
}

static bool is_same_name(const char *a, const char *b)
{
    struct sx_slice field_a;
    struct sx_slice field_b;

    for (;;) {
        bool has_a = next_field(&a, &field_a);
        bool has_b = next_field(&b, &field_b);

        if (!has_a || !has_b)
            return has_a == has_b;
        if (!sx_slice_is_equal(field_a, field_b))
            return false;
    }
}

enum match { MATCH_EXACT, MATCH_CONTAINED, MATCH_ANY };

static struct sx_store_entry *find(struct sx_store *store, const char *subject, enum match match,
                                   bool is_private)
{
    for (unsigned i = 0; i < store->count; i++) {
        struct sx_store_entry *entry = &store->entries[i];

        if (entry->key == NULL || (is_private && !sx_key_is_private(entry->key)))
            continue;
        if (match == MATCH_ANY ||
            (match == MATCH_EXACT && entry->subject[0] != '\0' &&
             is_same_name(entry->subject, subject)) ||
            (match == MATCH_CONTAINED && strstr(entry->subject, subject) != NULL))
            return entry;
    }
    return NULL;
}

struct sx_store_entry *sx_store_find(struct sx_store *store, const char *subject,
                                     bool is_private_only)
{
    const bool is_any = strcmp(subject, "*") == 0;

    for (int kind = 0; kind < (is_private_only ? 1 : 2); kind++) {
        struct sx_store_entry *entry =
            find(store, subject, is_any ? MATCH_ANY : MATCH_EXACT, kind == 0);

        if (entry != NULL)
            return entry;
    }
    for (int kind = 0; !is_any && subject[0] != '\0' && kind < (is_private_only ? 1 : 2); kind++) {
        struct sx_store_entry *entry = find(store, subject, MATCH_CONTAINED, kind == 0);

        if (entry != NULL)
            return entry;
    }
    return NULL;
}

struct sx_store_entry *sx_store_find_key(struct sx_store *store, struct sx_slice public_blob)
{
    struct sx_store_entry *entry = entry_of(store, public_blob);

    return entry != NULL && sx_key_is_private(entry->key) ? entry : NULL;
}

enum sx_err sx_key_decode(struct sx_provider *provider, struct sx_slice bytes,
                          struct sx_slice passphrase, struct sx_fault *fault, struct sx_key **out)
{
    struct sx_store store = { .count = 0 };
    struct sx_store_entry *found = NULL;
    enum sx_err err = sx_store_decode(provider, bytes, passphrase, fault, &store);

    for (unsigned i = 0; err == SX_OK && i < store.count; i++) {
        if (!sx_key_is_private(store.entries[i].key))
            continue;
        if (found != NULL)
            err = sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                               "there is more than one private key in it; expected one");
        found = &store.entries[i];
    }
    if (err == SX_OK && found == NULL)
        err = sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                           "there is a public key or a certificate in it, but no private key; the "
                           "private key is needed");
    if (err == SX_OK)
        *out = sx_store_take_key(found);
    sx_store_clear(&store);
    return err;
}

struct sx_key *sx_store_take_key(struct sx_store_entry *entry)
{
    struct sx_key *key = entry->key;

    entry->key = NULL;
    return key;
}
