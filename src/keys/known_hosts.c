/* keys/known_hosts.c: what files of known hosts say of a host and its key. */
#include "keys/known_hosts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "keys/key_line.h"
#include "keys/known_hosts_file.h"
#include "keys/known_hosts_line.h"

enum { PATH_SHOWN_MAX = 512 };

/* --- Reading ---------------------------------------------------------------------------------- */

enum sx_err sx_known_hosts_read(struct sx_known_hosts *known, const char *path,
                                struct sx_fault *fault)
{
    const struct sx_trust_file source = SX_KNOWN_SOURCE(path);
    struct sx_known_file file = { 0 };
    enum sx_err err;
    int fd = -1;

    if (known->count == SX_KNOWN_FILES_MAX)
        return sx_fault_set(fault, SX_ERR_ARGUMENT, "at most %d files of known hosts can be named",
                            SX_KNOWN_FILES_MAX);
    SX_TRY(sx_trust_file_open(&source, fault, &fd));
    file.path = sx_text_dup(path);
    err = file.path == NULL ? SX_ERR_MEMORY : SX_OK;
    if (fd >= 0) {
        /* Waits for a line that is being added. Where no lock can be had (some network file
         * systems), the file is read as it is, as ssh(1) does. */
        if (err == SX_OK && sx_known_file_lock(fd, LOCK_SH) != 0 && errno == EWOULDBLOCK)
            err = sx_fault_set_sys(fault, SX_ERR_FILE, EWOULDBLOCK,
                                   "the file of known hosts is kept locked by another process");
        if (err == SX_OK)
            err = sx_trust_file_load(fd, &source, fault, &file.bytes, &file.len);
        (void)close(fd);
    }
    if (err != SX_OK) {
        sx_free(file.path);
        return err;
    }
    known->files[known->count++] = file;
    return SX_OK;
}

void sx_known_hosts_clear(struct sx_known_hosts *known)
{
    for (unsigned i = 0; i < known->count; i++) {
        sx_free(known->files[i].path);
        sx_free(known->files[i].bytes);
    }
    *known = (struct sx_known_hosts){ 0 };
}

/* --- Walking ---------------------------------------------------------------------------------- */

/* The lines that speak for a host, one after another. */
struct walk {
    const struct sx_known_hosts *known;
    struct sx_provider *provider;
    struct sx_known_names names;
    unsigned file;
    struct sx_slice rest;
    unsigned long number;

    struct sx_known_line line;
    bool is_full; /* it names the port as well, or the port is 22 */
    uint8_t *storage;
    struct sx_slice blob; /* in storage */
};

static enum sx_err walk_start(struct walk *walk, const struct sx_known_hosts *known,
                              struct sx_provider *provider, const char *host, int port,
                              struct sx_fault *fault)
{
    *walk = (struct walk){ .known = known, .provider = provider };
    SX_TRY(sx_known_names_make(host, port, fault, &walk->names));
    walk->storage = sx_alloc(SX_KNOWN_BLOB_MAX);
    if (walk->storage == NULL)
        return SX_ERR_MEMORY;
    if (known->count > 0)
        walk->rest = sx_slice_of(known->files[0].bytes, known->files[0].len);
    return SX_OK;
}

static enum sx_err bad_revocation(const struct walk *walk, struct sx_fault *fault)
{
    char shown[PATH_SHOWN_MAX];

    return sx_fault_set(
        fault, SX_ERR_FILE,
        "%s:%lu: this line of @revoked can't be read, so nobody knows which key "
        "it keeps out; mend it or take it away",
        sx_escape(shown, sizeof shown, sx_slice_text(walk->known->files[walk->file].path)),
        walk->number);
}

/* Looks at one line; *out when it speaks for the host and has a key. */
static enum sx_err walk_line(struct walk *walk, struct sx_slice text, struct sx_fault *fault,
                             bool *out)
{
    bool is_revoking = false;
    bool is_match = false;

    *out = false;
    if (!sx_known_line_parse(text, &walk->line, &is_revoking))
        return is_revoking ? bad_revocation(walk, fault) : SX_OK;
    SX_TRY(sx_known_hosts_is_match(walk->provider, walk->line.hosts, walk->names.full, &is_match));
    walk->is_full = is_match;
    if (!is_match && strcmp(walk->names.full, walk->names.plain) != 0)
        SX_TRY(sx_known_hosts_is_match(walk->provider, walk->line.hosts, walk->names.plain,
                                       &is_match));
    if (!is_match)
        return SX_OK;
    if (sx_key_line_blob(walk->line.type, walk->line.coded, walk->storage, SX_KNOWN_BLOB_MAX,
                         &walk->blob) != SX_OK)
        return is_revoking ? bad_revocation(walk, fault) : SX_OK;
    *out = true;
    return SX_OK;
}

/* *out is false at the end. */
static enum sx_err walk_next(struct walk *walk, struct sx_fault *fault, bool *out)
{
    const struct sx_known_hosts *known = walk->known;
    struct sx_slice text;

    *out = false;
    while (!*out && walk->file < known->count) {
        if (!sx_key_line_next(&walk->rest, &text)) {
            walk->file++;
            walk->number = 0;
            if (walk->file < known->count)
                walk->rest =
                    sx_slice_of(known->files[walk->file].bytes, known->files[walk->file].len);
            continue;
        }
        walk->number++;
        SX_TRY(sx_fault_note(fault, walk_line(walk, text, fault, out)));
    }
    return SX_OK;
}

/* --- Asking ----------------------------------------------------------------------------------- */

/* The one that counts more stands higher. */
static unsigned rank(enum sx_known_verdict verdict)
{
    static const unsigned ranks[] = {
        [SX_KNOWN_NEW] = 0, [SX_KNOWN_OTHER_TYPE] = 1, [SX_KNOWN_CHANGED] = 2,
        [SX_KNOWN_KEY] = 3, [SX_KNOWN_CA] = 4,         [SX_KNOWN_REVOKED] = 5,
    };

    return ranks[verdict];
}

static enum sx_known_verdict line_verdict(const struct walk *walk,
                                          const struct sx_known_query *query)
{
    bool is_key = sx_slice_is_equal(walk->blob, query->key);
    bool is_ca = query->ca.len != 0 && sx_slice_is_equal(walk->blob, query->ca);

    switch (walk->line.marker) {
    case SX_KNOWN_REVOCATION: return is_key || is_ca ? SX_KNOWN_REVOKED : SX_KNOWN_NEW;
    case SX_KNOWN_AUTHORITY: return is_ca ? SX_KNOWN_CA : SX_KNOWN_NEW;
    case SX_KNOWN_PLAIN: break;
    }
    if (is_key)
        return SX_KNOWN_KEY;
    if (!walk->is_full) /* a server on another port of the host may have keys of its own */
        return SX_KNOWN_NEW;
    return sx_slice_is_equal(walk->line.type, sx_key_line_type(query->key)) ? SX_KNOWN_CHANGED
                                                                            : SX_KNOWN_OTHER_TYPE;
}

static enum sx_err keep(const struct walk *walk, enum sx_known_verdict verdict,
                        struct sx_fault *fault, struct sx_known_answer *answer)
{
    answer->verdict = verdict;
    answer->path = walk->known->files[walk->file].path;
    answer->line = walk->number;
    sx_escape(answer->type, sizeof answer->type, walk->line.type);
    return sx_fingerprint_openssh(walk->provider, walk->blob, fault, answer->fingerprint);
}

enum sx_err sx_known_hosts_ask(const struct sx_known_hosts *known, struct sx_provider *provider,
                               const struct sx_known_query *query, struct sx_fault *fault,
                               struct sx_known_answer *out)
{
    struct sx_known_answer answer = { .verdict = SX_KNOWN_NEW };
    struct walk walk;
    bool is_line = false;
    enum sx_err err = walk_start(&walk, known, provider, query->host, query->port, fault);

    while (err == SX_OK && (err = walk_next(&walk, fault, &is_line)) == SX_OK && is_line) {
        enum sx_known_verdict verdict = line_verdict(&walk, query);

        if (rank(verdict) > rank(answer.verdict))
            err = keep(&walk, verdict, fault, &answer);
    }
    sx_free(walk.storage);
    if (err == SX_OK)
        *out = answer;
    return err;
}

/* --- Types ------------------------------------------------------------------------------------ */

static void add_type(struct sx_known_types *types, struct sx_slice type)
{
    char name[SX_KNOWN_TYPE_MAX];
    size_t used = strlen(types->types);

    if (type.len >= sizeof name || memchr(type.ptr, ',', type.len) != NULL ||
        memchr(type.ptr, '\0', type.len) != NULL)
        return;
    memcpy(name, type.ptr, type.len);
    name[type.len] = '\0';
    if (sx_list_has(sx_slice_text(types->types), name) ||
        used + 1 + type.len >= sizeof types->types)
        return;
    (void)snprintf(types->types + used, sizeof types->types - used, "%s%s", used == 0 ? "" : ",",
                   name);
}

enum sx_err sx_known_hosts_types(const struct sx_known_hosts *known, struct sx_provider *provider,
                                 const char *host, int port, struct sx_fault *fault,
                                 struct sx_known_types *out)
{
    struct sx_known_types types = { .has_ca = false };
    struct walk walk;
    bool is_line = false;
    enum sx_err err = walk_start(&walk, known, provider, host, port, fault);

    while (err == SX_OK && (err = walk_next(&walk, fault, &is_line)) == SX_OK && is_line) {
        if (walk.line.marker == SX_KNOWN_AUTHORITY)
            types.has_ca = true;
        else if (walk.line.marker == SX_KNOWN_PLAIN)
            add_type(&types, walk.line.type);
    }
    sx_free(walk.storage);
    if (err == SX_OK)
        *out = types;
    return err;
}
