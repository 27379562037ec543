/* audit/audit.c: time, place and session of records, and their way to each sink. */
#include "audit/audit.h"

#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/forward.h"
#include "base/memory.h"
#include "base/text.h"
#include "net/clock.h"

enum { SESSION_BYTES = 8, PASSWD_BYTES = 4096, PENDING_MAX = 64 * 1024 };

struct sx_audit {
    struct sx_audit_crypto crypto;
    struct sx_audit_file file;
    enum sx_audit_sync sync;
    struct sx_audit_taker taker;
    struct sx_audit_forward forward;
    char *collector; /* NULL for none */
    struct sx_audit_place place;
    char session[3 * SESSION_BYTES + 1]; /* "" for none */
    struct sx_buffer pending;            /* bodies of records, until they are flushed */
    struct sx_audit_record last;         /* time, place and type of the last one of them */
    struct sx_audit_mark written;        /* what a commit must cover */
    bool is_committed;
};

const char *sx_audit_sync_name(enum sx_audit_sync sync)
{
    static const char *const names[SX_AUDIT_SYNC_COUNT] = {
        [SX_AUDIT_SYNC_GROUP] = "group",
        [SX_AUDIT_SYNC_RECORD] = "record",
        [SX_AUDIT_SYNC_SESSION] = "session",
    };

    return (unsigned)sync < SX_AUDIT_SYNC_COUNT ? names[sync] : "";
}

/* --- Place ------------------------------------------------------------------------------------ */

/* Who runs this is looked up once for each user that a process becomes, as the look-up costs more
 * than all records of a session. */
static pthread_mutex_t names_lock = PTHREAD_MUTEX_INITIALIZER;
static char known_name[sizeof((struct sx_audit_place *)0)->user];
static uid_t known_uid;

static void look_up(uid_t uid, char *out, size_t cap)
{
    char bytes[PASSWD_BYTES];
    struct passwd entry;
    struct passwd *found = NULL;

    if (getpwuid_r(uid, &entry, bytes, sizeof bytes, &found) == 0 && found != NULL)
        (void)snprintf(out, cap, "%s", found->pw_name);
    else
        (void)snprintf(out, cap, "%lu", (unsigned long)uid);
}

void sx_audit_place_init(struct sx_audit_place *place)
{
    uid_t uid = geteuid();

    memset(place, 0, sizeof *place);
    place->process = (uint64_t)getpid();
    if (gethostname(place->host, sizeof place->host - 1) != 0)
        place->host[0] = '\0';
    (void)pthread_mutex_lock(&names_lock);
    if (known_name[0] == '\0' || known_uid != uid) {
        look_up(uid, known_name, sizeof known_name);
        known_uid = uid;
    }
    memcpy(place->user, known_name, sizeof place->user);
    (void)pthread_mutex_unlock(&names_lock);
}

void sx_audit_fill(const struct sx_audit_place *place, struct sx_audit_record *record)
{
    record->time_us = sx_clock_utc_us();
    record->host = sx_slice_text(place->host);
    record->process = place->process;
    record->user = sx_slice_text(place->user);
}

/* --- Life ------------------------------------------------------------------------------------- */

/* A collector that can't be meant as it is named is an error of the audit's; one that is away isn't. */
static enum sx_err open_collector(struct sx_audit *audit, struct sx_fault *fault)
{
    struct sx_fault why = { 0 };

    if (sx_audit_forward_init(&audit->forward, audit->collector, audit->crypto.provider, &why) ==
        SX_OK)
        return SX_OK;
    return sx_fault_set_sys(fault, SX_ERR_AUDIT, why.sys, "%s", why.text);
}

static void close_collector(struct sx_audit *audit)
{
    sx_audit_forward_end(&audit->forward, &audit->file, &audit->crypto);
    sx_audit_forward_clear(&audit->forward);
}

enum sx_err sx_audit_open(const struct sx_audit_config *config, struct sx_fault *fault,
                          struct sx_audit **out)
{
    struct sx_audit *audit = sx_alloc(sizeof *audit);
    enum sx_err err;

    if (audit == NULL)
        return sx_fault_note(fault, SX_ERR_MEMORY);
    audit->file.fd = audit->file.state_fd = -1;
    audit->sync = config->sync;
    audit->taker = config->taker;
    audit->is_committed = true;
    sx_buffer_init(&audit->pending, PENDING_MAX + 2 * (size_t)SX_AUDIT_LINE_MAX);
    sx_audit_place_init(&audit->place);
    err = sx_audit_crypto_open(config->provider, &audit->crypto);
    if (err == SX_OK)
        err = sx_audit_file_open(&audit->crypto, config->file, config->key, fault, &audit->file);
    if (err == SX_OK && config->collector != NULL &&
        (audit->collector = sx_text_dup(config->collector)) == NULL)
        err = SX_ERR_MEMORY;
    if (err == SX_OK)
        err = open_collector(audit, fault);
    if (err != SX_OK) {
        sx_audit_close(audit);
        return sx_fault_note(fault, err);
    }
    *out = audit;
    return SX_OK;
}

enum sx_err sx_audit_use(struct sx_audit *audit, struct sx_provider *provider,
                         struct sx_fault *fault)
{
    struct sx_audit_crypto crypto;
    enum sx_err err;

    if (audit->crypto.provider == provider)
        return SX_OK;
    err = sx_audit_crypto_open(provider, &crypto);
    if (err != SX_OK)
        return sx_fault_note(fault, err);
    close_collector(audit);
    sx_audit_crypto_close(&audit->crypto);
    audit->crypto = crypto;
    return open_collector(audit, fault);
}

void sx_audit_close(struct sx_audit *audit)
{
    if (audit == NULL)
        return;
    sx_audit_forward_run(&audit->forward, &audit->file, &audit->crypto, audit->place.host);
    close_collector(audit);
    sx_free(audit->collector);
    sx_buffer_clear(&audit->pending);
    sx_audit_file_close(&audit->file);
    sx_audit_crypto_close(&audit->crypto);
    sx_free_wiped(audit, sizeof *audit);
}

/* Names of sessions count on from a random number that each process draws anew, also after a fork:
 * 64 bits, so that they are one of a kind. */
enum sx_err sx_audit_session_new(struct sx_audit *audit)
{
    static uint64_t next;
    static uint64_t whose;
    uint8_t bytes[SESSION_BYTES];
    enum sx_err err = SX_OK;
    uint64_t number;

    (void)pthread_mutex_lock(&names_lock);
    audit->place.process = (uint64_t)getpid();
    if (whose != audit->place.process) {
        err = sx_random_bytes(audit->crypto.provider, &next, sizeof next);
        whose = err == SX_OK ? audit->place.process : 0;
    }
    number = next++;
    (void)pthread_mutex_unlock(&names_lock);
    for (int i = 0; i < SESSION_BYTES; i++)
        bytes[i] = (uint8_t)(number >> (8 * (SESSION_BYTES - 1 - i)));
    if (err == SX_OK)
        sx_hex_encode(audit->session, sx_slice_of(bytes, sizeof bytes), '\0');
    return err;
}

void sx_audit_session_none(struct sx_audit *audit)
{
    audit->session[0] = '\0';
}

/* --- Records ---------------------------------------------------------------------------------- */

static enum sx_err hand_out(const struct sx_audit *audit, struct sx_slice lines,
                            struct sx_fault *fault)
{
    while (lines.len > 0) {
        const uint8_t *end = memchr(lines.ptr, '\n', lines.len);
        size_t len = end == NULL ? lines.len : (size_t)(end - lines.ptr) + 1;

        if (audit->taker.take(audit->taker.ctx, sx_slice_of(lines.ptr, len)) != SX_OK)
            return sx_fault_set(fault, SX_ERR_AUDIT, "the program didn't take an audit record");
        lines = sx_slice_of(lines.ptr + len, lines.len - len);
    }
    return SX_OK;
}

static enum sx_err fail(const struct sx_audit *audit, const struct sx_fault *why,
                        struct sx_fault *fault)
{
    return sx_fault_set_sys(fault, SX_ERR_AUDIT, why->sys, "audit record %s: %s",
                            sx_audit_type_name(audit->last.type), why->text);
}

enum sx_err sx_audit_flush(struct sx_audit *audit, struct sx_fault *fault)
{
    struct sx_fault why;
    struct sx_buffer lines;
    enum sx_err err;

    if (sx_buffer_len(&audit->pending) == 0)
        return SX_OK;
    sx_fault_clear(&why);
    sx_buffer_init(&lines, SIZE_MAX / 2);
    err = sx_audit_file_append(&audit->file, &audit->crypto, &audit->last,
                               sx_buffer_unread(&audit->pending), &why,
                               audit->taker.take == NULL ? NULL : &lines, &audit->written);
    sx_buffer_consume(&audit->pending, sx_buffer_len(&audit->pending));
    if (err == SX_OK)
        audit->is_committed = false;
    if (err == SX_OK && audit->taker.take != NULL)
        err = hand_out(audit, sx_buffer_unread(&lines), &why);
    sx_buffer_clear(&lines);
    return err == SX_OK ? SX_OK : fail(audit, &why, fault);
}

static enum sx_err keep(struct sx_audit *audit, struct sx_audit_record *record)
{
    const size_t before = sx_buffer_len(&audit->pending);
    enum sx_err err;

    sx_audit_fill(&audit->place, record);
    record->session = audit->session[0] == '\0' ? SX_SLICE_NONE : sx_slice_text(audit->session);
    audit->last = (struct sx_audit_record){ .time_us = record->time_us,
                                            .host = record->host,
                                            .process = record->process,
                                            .user = record->user,
                                            .type = record->type };
    err = sx_audit_body_encode(record, &audit->pending);
    if (err == SX_OK)
        err = sx_buffer_append(&audit->pending, sx_slice_text("\n"));
    if (err != SX_OK)
        sx_buffer_truncate(&audit->pending, before);
    return err;
}

enum sx_err sx_audit_write(struct sx_audit *audit, struct sx_audit_record *records, size_t count,
                           struct sx_fault *fault)
{
    enum sx_err err = SX_OK;

    for (size_t i = 0; err == SX_OK && i < count; i++)
        err = keep(audit, &records[i]);
    if (err != SX_OK) {
        struct sx_fault why = { 0 };

        (void)sx_fault_note(&why, err);
        return fail(audit, &why, fault);
    }
    if (audit->sync == SX_AUDIT_SYNC_RECORD)
        return sx_audit_commit(audit, fault);
    return sx_buffer_len(&audit->pending) > PENDING_MAX ? sx_audit_flush(audit, fault) : SX_OK;
}

enum sx_err sx_audit_commit(struct sx_audit *audit, struct sx_fault *fault)
{
    struct sx_fault why;

    SX_TRY(sx_audit_flush(audit, fault));
    if (audit->is_committed)
        return SX_OK;
    sx_fault_clear(&why);
    if (sx_audit_file_commit(&audit->file, &audit->crypto, audit->written, &why) != SX_OK)
        return sx_fault_set_sys(fault, SX_ERR_AUDIT, why.sys, "%s", why.text);
    audit->is_committed = true;
    sx_audit_forward_run(&audit->forward, &audit->file, &audit->crypto, audit->place.host);
    return SX_OK;
}

const char *sx_audit_news(struct sx_audit *audit)
{
    return sx_audit_forward_news(&audit->forward);
}
