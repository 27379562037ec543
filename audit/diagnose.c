/* audit/diagnose.c: what was done to a file where it stops following its chain.
 *
 * Judged from three questions about the lines behind the bad one: does the record that should have
 * come still come? does the bad one, if it is sealed with the key of its own number, come again?
 * does the next line hold the bad one's hash? */
#include "audit/verify.h"

#include <string.h>

#include "base/memory.h"

/* A number that is further away isn't worth its derivations: nothing is missing so long. */
enum { SKIP_MAX = 4000000 };

struct bad {
    bool is_line;
    bool is_sealed; /* with the key of the number that it claims */
    bool is_copy;   /* of a record before */
    uint64_t number;
    uint8_t hash[SX_AUDIT_HASH_LEN];
    uint8_t key[SX_SEAL_KEY_LEN]; /* of that number */
};

struct behind {
    bool is_expected_there;
    bool is_bad_again;
    bool is_bad_followed; /* by a line that holds its hash */
};

static enum sx_err is_sealed_with(const struct sx_audit_crypto *crypto, const uint8_t *key,
                                  const struct sx_audit_line *line, bool *out)
{
    uint8_t copy[SX_SEAL_KEY_LEN];
    uint8_t tag[SX_SEAL_TAG_LEN];
    enum sx_err err;

    memcpy(copy, key, sizeof copy);
    err = sx_sealer_step(crypto->sealer, copy, line->sealed, tag);
    *out = err == SX_OK && sx_is_equal_secret(tag, line->tag, sizeof tag);
    sx_wipe(copy, sizeof copy);
    sx_wipe(tag, sizeof tag);
    return err;
}

static bool is_copy(const struct sx_audit_break *at, const struct bad *bad)
{
    return bad->number >= at->first && bad->number < at->head.next &&
           memcmp(&at->seen[bad->number - at->first], bad->hash, sizeof *at->seen) == 0;
}

static enum sx_err look_at_bad(const struct sx_audit_break *at, struct sx_slice bytes,
                               struct bad *bad)
{
    const struct sx_audit_crypto *crypto = at->verifying->crypto;
    uint64_t from = at->head.next;
    struct sx_audit_line line;

    SX_TRY(sx_audit_hash(crypto, bytes, bad->hash));
    bad->is_line = sx_audit_line_read(bytes, &line) == SX_OK;
    if (!bad->is_line)
        return SX_OK;
    bad->number = line.sequence;
    bad->is_copy = is_copy(at, bad);
    if (bad->number < at->head.next) {
        from = 0;
        memcpy(bad->key, at->verifying->first.key, sizeof bad->key);
    } else {
        memcpy(bad->key, at->head.key, sizeof bad->key);
    }
    if (bad->number - from > SKIP_MAX)
        return SX_OK;
    for (uint64_t i = from; i < bad->number; i++)
        SX_TRY(sx_sealer_skip(crypto->sealer, bad->key));
    return is_sealed_with(crypto, bad->key, &line, &bad->is_sealed);
}

static enum sx_err look_at_line(const struct sx_audit_break *at, const struct bad *bad,
                                struct sx_slice bytes, bool is_next, struct behind *behind)
{
    const struct sx_audit_crypto *crypto = at->verifying->crypto;
    struct sx_audit_line line;
    bool is_it;

    if (sx_audit_line_read(bytes, &line) != SX_OK)
        return SX_OK;
    if (is_next && line.has_previous)
        behind->is_bad_followed = memcmp(line.previous, bad->hash, sizeof bad->hash) == 0;
    if (line.sequence == at->head.next) {
        SX_TRY(is_sealed_with(crypto, at->head.key, &line, &is_it));
        behind->is_expected_there |= is_it;
    }
    if (bad->is_sealed && line.sequence == bad->number) {
        SX_TRY(is_sealed_with(crypto, bad->key, &line, &is_it));
        behind->is_bad_again |= is_it;
    }
    return SX_OK;
}

static enum sx_err look_behind(const struct sx_audit_break *at, const struct bad *bad,
                               struct sx_audit_reader *reader, struct sx_fault *fault,
                               struct behind *behind)
{
    bool is_next = true;

    for (;;) {
        struct sx_audit_piece piece;
        bool has;

        SX_TRY(sx_audit_reader_next(reader, fault, &has, &piece));
        if (!has)
            return SX_OK;
        SX_TRY(look_at_line(at, bad, piece.line, is_next, behind));
        is_next = false;
    }
}

static enum sx_audit_damage judge(const struct sx_audit_break *at, const struct bad *bad,
                                  const struct behind *behind)
{
    if (bad->is_sealed && bad->number > at->head.next) {
        if (!behind->is_expected_there)
            return SX_AUDIT_REMOVED;
        return behind->is_bad_again ? SX_AUDIT_INSERTED : SX_AUDIT_REORDERED;
    }
    if (bad->is_sealed && bad->number < at->first)
        return SX_AUDIT_REORDERED; /* files in another order than their own */
    if (bad->is_copy || behind->is_expected_there)
        return SX_AUDIT_INSERTED;
    return !bad->is_sealed && behind->is_bad_followed ? SX_AUDIT_RESEALED : SX_AUDIT_CHANGED;
}

enum sx_err sx_audit_diagnose(const struct sx_audit_break *at, struct sx_audit_reader *reader,
                              struct sx_slice bad_line, struct sx_fault *fault,
                              struct sx_audit_verdict *out)
{
    const char *path = out->path;
    uint64_t line = reader->line;
    struct behind behind = { 0 };
    struct bad bad = { 0 };
    enum sx_err err = look_at_bad(at, bad_line, &bad);

    if (err == SX_OK)
        err = look_behind(at, &bad, reader, fault, &behind);
    if (err == SX_OK) {
        out->damage = judge(at, &bad, &behind);
        out->number = at->head.next;
        /* The right record, sealed with its own key over another one before it: that one was
         * changed by somebody who had its key. */
        if (at->fit == SX_AUDIT_OTHER_BEFORE && out->number > at->first)
            out->number--;
        out->path = path;
        out->line = line;
    }
    sx_wipe(&bad, sizeof bad);
    return err;
}
