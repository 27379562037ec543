/* audit/verify.c: following the chain through the files. */
#include "audit/verify.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

const char *sx_audit_damage_name(enum sx_audit_damage damage)
{
    static const char *const names[] = {
        [SX_AUDIT_WHOLE] = "whole",         [SX_AUDIT_CHANGED] = "changed",
        [SX_AUDIT_REMOVED] = "removed",     [SX_AUDIT_INSERTED] = "inserted",
        [SX_AUDIT_REORDERED] = "reordered", [SX_AUDIT_CUT_OFF] = "cut off",
        [SX_AUDIT_RESEALED] = "resealed",   [SX_AUDIT_TORN] = "torn",
    };

    return names[damage];
}

/* --- Verdicts --------------------------------------------------------------------------------- */

bool sx_audit_verdict_checkpoint(const struct sx_audit_verifying *verifying,
                                 const struct sx_audit_head *head, struct sx_audit_verdict *verdict)
{
    for (size_t i = 0; i < verifying->covered_count; i++) {
        const struct sx_audit_covered *covered = &verifying->covered[i];

        if (covered->records != head->next)
            continue;
        verdict->covered = covered->records;
        if (memcmp(covered->head, head->hash, sizeof head->hash) == 0)
            continue;
        verdict->damage = SX_AUDIT_RESEALED;
        verdict->number = head->next - 1;
        return false;
    }
    return true;
}

static uint64_t most_covered(const struct sx_audit_verifying *verifying)
{
    uint64_t most = 0;

    for (size_t i = 0; i < verifying->covered_count; i++)
        if (verifying->covered[i].records > most)
            most = verifying->covered[i].records;
    return most;
}

void sx_audit_verdict_end(const struct sx_audit_verifying *verifying,
                          const struct sx_audit_head *head, struct sx_audit_verdict *verdict)
{
    uint64_t most = most_covered(verifying);

    verdict->records = head->next - verdict->first;
    memcpy(verdict->head, head->hash, sizeof verdict->head);
    if (verdict->damage != SX_AUDIT_WHOLE && verdict->number < head->next) {
        /* Sealed, and yet not what a checkpoint signed: nobody knows how far back that goes. */
        verdict->records = verdict->number - verdict->first;
        memset(verdict->head, 0, sizeof verdict->head);
    }
    if (verdict->damage == SX_AUDIT_WHOLE || verdict->damage == SX_AUDIT_TORN) {
        verdict->covered = verdict->covered > most ? verdict->covered : most;
        if (most > head->next || verdict->records == 0) {
            verdict->damage = SX_AUDIT_CUT_OFF;
            verdict->number = head->next;
        }
    }
}

/* The sentence, from what was found. */
static void say(struct sx_audit_verdict *verdict)
{
    static const char *const meanings[] = {
        [SX_AUDIT_CHANGED] = "it isn't what was sealed",
        [SX_AUDIT_REMOVED] = "it is missing, and records after it are there",
        [SX_AUDIT_INSERTED] = "a line stands in its place that doesn't belong there",
        [SX_AUDIT_REORDERED] = "it stands further on, behind a later one",
        [SX_AUDIT_CUT_OFF] = "it and all after it are missing",
        [SX_AUDIT_RESEALED] = "hashes were recomputed to hide that it isn't what was sealed",
        [SX_AUDIT_TORN] = "the file ends inside of it: its writer died, or the rest was cut off",
    };

    if (verdict->damage == SX_AUDIT_WHOLE)
        (void)snprintf(verdict->text, sizeof verdict->text,
                       "%llu records, from number %llu on, are whole and in order",
                       (unsigned long long)verdict->records, (unsigned long long)verdict->first);
    else
        (void)snprintf(verdict->text, sizeof verdict->text,
                       "%s: record %llu: %s; the %llu records before it are whole",
                       sx_audit_damage_name(verdict->damage), (unsigned long long)verdict->number,
                       meanings[verdict->damage], (unsigned long long)verdict->records);
}

/* --- Following -------------------------------------------------------------------------------- */

struct walk {
    const struct sx_audit_verifying *verifying;
    struct sx_audit_reader reader;
    struct sx_audit_head head;
    struct sx_buffer seen; /* 8 bytes of each good record's hash */
    struct sx_fault *fault;
    struct sx_audit_verdict *verdict;
};

/* A file that isn't the chain's first begins with a log_begin of a later number. Then the records
 * before it are not here to be looked at. */
static enum sx_err start_at(struct walk *walk, struct sx_slice bytes)
{
    const struct sx_audit_crypto *crypto = walk->verifying->crypto;
    const struct sx_audit_member *type;
    struct sx_audit_line line;

    if (sx_audit_line_read(bytes, &line) != SX_OK || line.sequence == 0 || !line.has_previous)
        return SX_OK;
    type = sx_audit_line_find(&line, "type");
    if (type == NULL || !sx_slice_is_text(type->raw, "log_begin"))
        return SX_OK;
    for (uint64_t i = 0; i < line.sequence; i++)
        SX_TRY(sx_sealer_skip(crypto->sealer, walk->head.key));
    walk->head.next = line.sequence;
    memcpy(walk->head.hash, line.previous, sizeof walk->head.hash);
    walk->verdict->first = line.sequence;
    return SX_OK;
}

static enum sx_err diagnose(struct walk *walk, struct sx_slice bad, enum sx_audit_fit fit)
{
    const struct sx_audit_break at = {
        .verifying = walk->verifying,
        .head = walk->head,
        .seen = (uint64_t *)(void *)sx_buffer_mut(&walk->seen),
        .first = walk->verdict->first,
        .fit = fit,
    };

    return sx_audit_diagnose(&at, &walk->reader, bad, walk->fault, walk->verdict);
}

static enum sx_err note_seen(struct walk *walk)
{
    return sx_buffer_append(&walk->seen, sx_slice_of(walk->head.hash, sizeof(uint64_t)));
}

/* One line; *out_goes_on is false at the first damage. */
static enum sx_err take_line(struct walk *walk, const struct sx_audit_piece *piece,
                             bool *out_goes_on)
{
    struct sx_audit_line line;
    enum sx_audit_fit fit;

    *out_goes_on = false;
    if (!piece->is_whole && piece->is_last_of_file) {
        walk->verdict->damage = SX_AUDIT_TORN;
        walk->verdict->number = walk->head.next;
        return SX_OK;
    }
    SX_TRY(sx_audit_follow(walk->verifying->crypto, &walk->head, piece->line, &line, &fit));
    if (fit != SX_AUDIT_FITS)
        return diagnose(walk, piece->line, fit);
    SX_TRY(note_seen(walk));
    *out_goes_on = sx_audit_verdict_checkpoint(walk->verifying, &walk->head, walk->verdict);
    return SX_OK;
}

static enum sx_err follow_files(struct walk *walk)
{
    bool is_first = true;

    for (;;) {
        struct sx_audit_piece piece;
        bool goes_on;

        SX_TRY(sx_audit_reader_next(&walk->reader, walk->fault, &goes_on, &piece));
        if (!goes_on)
            return SX_OK;
        walk->verdict->path = walk->reader.paths[walk->reader.file];
        walk->verdict->line = walk->reader.line;
        if (is_first)
            SX_TRY(start_at(walk, piece.line));
        is_first = false;
        SX_TRY(take_line(walk, &piece, &goes_on));
        if (!goes_on)
            return SX_OK;
    }
}

enum sx_err sx_audit_verify(const struct sx_audit_verifying *verifying, struct sx_fault *fault,
                            struct sx_audit_verdict *out)
{
    struct sx_audit_verdict verdict = { 0 };
    struct walk walk = {
        .verifying = verifying, .head = verifying->first, .fault = fault, .verdict = &verdict
    };
    enum sx_err err;

    if (verifying->is_collected) {
        err = sx_audit_verify_collected(verifying, fault, &verdict);
    } else {
        sx_audit_reader_open(&walk.reader, verifying->paths);
        sx_buffer_init(&walk.seen, SIZE_MAX / 4);
        err = follow_files(&walk);
        if (err == SX_OK)
            sx_audit_verdict_end(verifying, &walk.head, &verdict);
        sx_audit_reader_close(&walk.reader);
        sx_buffer_clear(&walk.seen);
    }
    sx_wipe(&walk.head, sizeof walk.head);
    if (err != SX_OK)
        return sx_fault_note(fault, err);
    say(&verdict);
    *out = verdict;
    return SX_OK;
}
