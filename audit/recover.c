/* audit/recover.c: what a writer that was killed left behind the last counted record. */
#include "audit/file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"

/* A writer dies with one append under way; more than a few lines are somebody else's. After a power
 * failure the state can be older than the file by what the kernel had not written yet. */
enum { TAIL_MAX = 64 * 1024 * 1024 };

static enum sx_err read_tail(struct sx_audit_append *append, uint8_t *tail, size_t len)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n =
            pread(append->file->fd, tail + done, len - done, (off_t)(append->state.size + done));

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return sx_fault_set_sys(append->fault, SX_ERR_AUDIT, n < 0 ? errno : 0,
                                    "the audit file %s can't be read", append->file->path);
        done += (size_t)n;
    }
    return SX_OK;
}

/* Takes over the whole lines; *out_rest is the piece that is left. */
static enum sx_err adopt(struct sx_audit_append *append, struct sx_slice tail, uint64_t *out_count,
                         struct sx_slice *out_rest)
{
    const uint8_t *end;

    *out_count = 0;
    while (tail.len > 0 && (end = memchr(tail.ptr, '\n', tail.len)) != NULL) {
        struct sx_slice line = sx_slice_of(tail.ptr, (size_t)(end - tail.ptr));
        struct sx_audit_line taken;
        enum sx_audit_fit fit;
        enum sx_err err = sx_audit_follow(append->crypto, &append->state.head, line, &taken, &fit);

        if (err != SX_OK)
            return sx_fault_note(append->fault, err);
        if (fit != SX_AUDIT_FITS)
            return sx_fault_set(append->fault, SX_ERR_AUDIT,
                                "the audit file %s holds what this key didn't seal, behind record "
                                "%llu: verify it, then put it aside with sexec-audit rotate",
                                append->file->path, (unsigned long long)append->state.head.next);
        append->state.size += line.len + 1;
        append->state.last_len = line.len + 1;
        (*out_count)++;
        tail = sx_slice_of(end + 1, tail.len - line.len - 1);
    }
    *out_rest = tail;
    return SX_OK;
}

static enum sx_err record_recovery(struct sx_audit_append *append, uint64_t adopted,
                                   struct sx_slice torn)
{
    struct sx_audit_record record = *append->like;
    uint8_t hash[SX_AUDIT_HASH_LEN];
    char hex[3 * SX_AUDIT_HASH_LEN + 1];

    record.type = SX_AUDIT_RECOVERY;
    record.session = SX_SLICE_NONE;
    record.recovery = (struct sx_audit_recovery){ .adopted = adopted, .torn_bytes = torn.len };
    if (torn.len > 0) {
        SX_TRY(sx_audit_hash(append->crypto, torn, hash));
        record.recovery.torn_sha256 =
            sx_slice_text(sx_hex_encode(hex, sx_slice_of(hash, sizeof hash), '\0'));
    }
    return sx_audit_append_seal(append, &record);
}

enum sx_err sx_audit_append_recover(struct sx_audit_append *append, uint64_t file_size)
{
    uint64_t len = file_size - append->state.size;
    struct sx_slice rest;
    uint64_t adopted;
    uint8_t *tail;
    enum sx_err err;

    if (len > TAIL_MAX)
        return sx_fault_set(append->fault, SX_ERR_AUDIT,
                            "the audit file %s has %llu bytes that its key doesn't know of: "
                            "verify it, then put it aside with sexec-audit rotate",
                            append->file->path, (unsigned long long)len);
    tail = sx_alloc((size_t)len);
    if (tail == NULL)
        return SX_ERR_MEMORY;
    err = read_tail(append, tail, (size_t)len);
    if (err == SX_OK)
        err = adopt(append, sx_slice_of(tail, (size_t)len), &adopted, &rest);
    /* Nobody was ever told that the piece is safe. */
    if (err == SX_OK && rest.len > 0 && ftruncate(append->file->fd, (off_t)append->state.size) != 0)
        err = sx_fault_set_sys(append->fault, SX_ERR_AUDIT, errno,
                               "the torn record at the end of audit file %s can't be taken away",
                               append->file->path);
    if (err == SX_OK)
        err = record_recovery(append, adopted, rest);
    sx_free(tail);
    return err;
}
