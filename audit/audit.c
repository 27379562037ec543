/* audit/audit.c: time, place and session of records, and their way to each sink. */
#include "audit/audit.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/forward.h"
#include "base/memory.h"
#include "base/text.h"
#include "net/clock.h"

enum { SESSION_BYTES = 8, PASSWD_BYTES = 4096 };

struct sx_audit {
    struct sx_audit_crypto crypto;
    struct sx_audit_file file;
    enum sx_audit_sync sync;
    struct sx_audit_taker taker;
    struct sx_audit_forward forward;
    char *collector; /* NULL for none */
    struct sx_audit_place place;
    char session[3 * SESSION_BYTES + 1]; /* "" for none */
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

void sx_audit_place_init(struct sx_audit_place *place)
{
    char bytes[PASSWD_BYTES];
    struct passwd entry;
    struct passwd *found = NULL;

    memset(place, 0, sizeof *place);
    if (gethostname(place->host, sizeof place->host - 1) != 0)
        place->host[0] = '\0';
    if (getpwuid_r(geteuid(), &entry, bytes, sizeof bytes, &found) == 0 && found != NULL)
        (void)snprintf(place->user, sizeof place->user, "%s", found->pw_name);
    else
        (void)snprintf(place->user, sizeof place->user, "%lu", (unsigned long)geteuid());
}

void sx_audit_fill(const struct sx_audit_place *place, struct sx_audit_record *record)
{
    record->time_us = sx_clock_utc_us();
    record->host = sx_slice_text(place->host);
    record->process = (uint64_t)getpid();
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
    sx_audit_file_close(&audit->file);
    sx_audit_crypto_close(&audit->crypto);
    sx_free_wiped(audit, sizeof *audit);
}

enum sx_err sx_audit_session_new(struct sx_audit *audit)
{
    uint8_t bytes[SESSION_BYTES];

    SX_TRY(sx_random_bytes(audit->crypto.provider, bytes, sizeof bytes));
    sx_hex_encode(audit->session, sx_slice_of(bytes, sizeof bytes), '\0');
    return SX_OK;
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

enum sx_err sx_audit_write(struct sx_audit *audit, struct sx_audit_record *records, size_t count,
                           struct sx_fault *fault)
{
    struct sx_fault why = { 0 };
    struct sx_buffer lines;
    enum sx_err err;

    for (size_t i = 0; i < count; i++) {
        sx_audit_fill(&audit->place, &records[i]);
        records[i].session =
            audit->session[0] == '\0' ? SX_SLICE_NONE : sx_slice_text(audit->session);
    }
    sx_buffer_init(&lines, (count + 2) * (size_t)SX_AUDIT_LINE_MAX);
    err = sx_audit_file_append(&audit->file, &audit->crypto, records, count, &why,
                               audit->taker.take == NULL ? NULL : &lines, &audit->written);
    if (err == SX_OK)
        audit->is_committed = false;
    if (err == SX_OK && audit->taker.take != NULL)
        err = hand_out(audit, sx_buffer_unread(&lines), &why);
    sx_buffer_clear(&lines);
    if (err == SX_OK)
        return audit->sync == SX_AUDIT_SYNC_RECORD ? sx_audit_commit(audit, fault) : SX_OK;
    return sx_fault_set_sys(fault, SX_ERR_AUDIT, why.sys, "audit record %s: %s",
                            sx_audit_type_name(records[0].type), why.text);
}

enum sx_err sx_audit_commit(struct sx_audit *audit, struct sx_fault *fault)
{
    struct sx_fault why = { 0 };

    if (audit->is_committed)
        return SX_OK;
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
