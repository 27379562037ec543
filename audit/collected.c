/* audit/collected.c: records as a collector has them: found in its lines, sorted, once each. */
#include "audit/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

/* A record that was found: where, and what it says of itself. */
struct found {
    uint64_t number;
    uint64_t offset; /* of its brace, in its file */
    size_t len;
    size_t file;
    uint64_t line;
    uint8_t hash[SX_AUDIT_HASH_LEN];
};

static struct sx_slice find_record(struct sx_slice line)
{
    static const char start[] = "{\"v\":";
    const uint8_t *at = line.len == 0 ? NULL : memchr(line.ptr, '{', line.len);

    while (at != NULL) {
        size_t left = line.len - (size_t)(at - line.ptr);

        if (left >= sizeof start - 1 && memcmp(at, start, sizeof start - 1) == 0)
            return sx_slice_of(at, left);
        at = memchr(at + 1, '{', left - 1);
    }
    return SX_SLICE_NONE;
}

static enum sx_err gather(const struct sx_audit_verifying *verifying, struct sx_fault *fault,
                          struct sx_buffer *out)
{
    struct sx_audit_reader reader;
    enum sx_err err;

    sx_audit_reader_open(&reader, verifying->paths);
    for (;;) {
        struct sx_audit_piece piece;
        struct sx_audit_line line;
        struct sx_slice record;
        struct found found;
        bool has;

        err = sx_audit_reader_next(&reader, fault, &has, &piece);
        if (err != SX_OK || !has)
            break;
        record = find_record(piece.line);
        if (record.ptr == NULL || sx_audit_line_read(record, &line) != SX_OK)
            continue; /* other programs' lines; a damaged record is then missing */
        found = (struct found){ .number = line.sequence,
                                .offset = reader.offset + (piece.line.len - record.len),
                                .len = record.len,
                                .file = reader.file,
                                .line = reader.line };
        err = sx_audit_hash(verifying->crypto, record, found.hash);
        if (err == SX_OK)
            err = sx_buffer_append(out, sx_slice_of(&found, sizeof found));
        if (err != SX_OK)
            break;
    }
    sx_audit_reader_close(&reader);
    return err;
}

static int compare(const void *a, const void *b)
{
    const struct found *one = a;
    const struct found *other = b;

    if (one->number != other->number)
        return one->number < other->number ? -1 : 1;
    return memcmp(one->hash, other->hash, sizeof one->hash);
}

/* The line again, as the files are too large to keep. */
static enum sx_err load(const struct sx_audit_verifying *verifying, const struct found *found,
                        struct sx_fault *fault, struct sx_buffer *out)
{
    int fd = open(verifying->paths[found->file], O_RDONLY | O_CLOEXEC);
    uint8_t *room;
    ssize_t n = -1;
    enum sx_err err;

    sx_buffer_consume(out, sx_buffer_len(out));
    err = sx_buffer_reserve(out, found->len, &room);
    if (err == SX_OK && fd >= 0)
        n = pread(fd, room, found->len, (off_t)found->offset);
    if (err == SX_OK && n != (ssize_t)found->len)
        err = sx_fault_set(fault, SX_ERR_FILE, "%s can't be read again",
                           verifying->paths[found->file]);
    if (err == SX_OK)
        sx_buffer_commit(out, found->len);
    if (fd >= 0)
        close(fd);
    return err;
}

/* The first record that is there is where one starts; its prev is taken as it is. */
static enum sx_err start(const struct sx_audit_verifying *verifying, struct sx_slice bytes,
                         struct sx_audit_head *head, struct sx_audit_verdict *verdict)
{
    struct sx_audit_line line;

    SX_TRY(sx_audit_line_read(bytes, &line));
    for (; head->next < line.sequence; head->next++)
        SX_TRY(sx_sealer_skip(verifying->crypto->sealer, head->key));
    if (line.has_previous)
        memcpy(head->hash, line.previous, sizeof head->hash);
    verdict->first = line.sequence;
    return SX_OK;
}

static enum sx_err follow(const struct sx_audit_verifying *verifying, const struct found *all,
                          size_t count, struct sx_fault *fault, struct sx_audit_head *head,
                          struct sx_audit_verdict *verdict)
{
    struct sx_buffer bytes;
    enum sx_err err = SX_OK;

    sx_buffer_init(&bytes, SX_AUDIT_LINE_MAX);
    for (size_t i = 0; i < count && err == SX_OK; i++) {
        enum sx_audit_fit fit = SX_AUDIT_OTHER_NUMBER;
        struct sx_audit_line line;

        if (i > 0 && compare(&all[i], &all[i - 1]) == 0) {
            verdict->repeated++;
            continue;
        }
        verdict->path = verifying->paths[all[i].file];
        verdict->line = all[i].line;
        err = load(verifying, &all[i], fault, &bytes);
        if (err == SX_OK && i == 0)
            err = start(verifying, sx_buffer_unread(&bytes), head, verdict);
        if (err == SX_OK)
            err = sx_audit_follow(verifying->crypto, head, sx_buffer_unread(&bytes), &line, &fit);
        if (err == SX_OK && fit == SX_AUDIT_FITS) {
            if (!sx_audit_verdict_checkpoint(verifying, head, verdict))
                break;
            continue;
        }
        verdict->number = head->next;
        verdict->damage = fit == SX_AUDIT_OTHER_NUMBER && all[i].number > head->next
                              ? SX_AUDIT_REMOVED
                          : all[i].number < head->next ? SX_AUDIT_INSERTED
                                                       : SX_AUDIT_CHANGED;
        break;
    }
    sx_buffer_clear(&bytes);
    return err;
}

enum sx_err sx_audit_verify_collected(const struct sx_audit_verifying *verifying,
                                      struct sx_fault *fault, struct sx_audit_verdict *out)
{
    struct sx_audit_head head = verifying->first;
    struct sx_buffer found;
    enum sx_err err;

    sx_buffer_init(&found, SIZE_MAX / 4);
    err = gather(verifying, fault, &found);
    if (err == SX_OK) {
        struct found *all = (struct found *)(void *)sx_buffer_mut(&found);
        size_t count = sx_buffer_len(&found) / sizeof *all;

        if (count > 0)
            qsort(all, count, sizeof *all, compare);
        err = follow(verifying, all, count, fault, &head, out);
    }
    if (err == SX_OK)
        sx_audit_verdict_end(verifying, &head, out);
    sx_wipe(&head, sizeof head);
    sx_buffer_clear(&found);
    return err;
}
