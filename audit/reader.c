/* audit/reader.c: line by line through files. */
#include "audit/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/record.h"

enum { READ_SIZE = 256 * 1024, BYTES_MAX = SX_AUDIT_LINE_MAX + 2 * READ_SIZE };

void sx_audit_reader_open(struct sx_audit_reader *reader, const char *const *paths)
{
    *reader = (struct sx_audit_reader){ .paths = paths, .fd = -1 };
    sx_buffer_init(&reader->bytes, BYTES_MAX);
}

void sx_audit_reader_close(struct sx_audit_reader *reader)
{
    if (reader->fd >= 0)
        close(reader->fd);
    reader->fd = -1;
    sx_buffer_clear(&reader->bytes);
}

static enum sx_err fail(const struct sx_audit_reader *reader, struct sx_fault *fault)
{
    const char *path = reader->paths[reader->file];

    return sx_fault_set_sys(fault, SX_ERR_FILE, errno, "%s can't be read: %s", path,
                            strerror(errno));
}

static enum sx_err open_file(struct sx_audit_reader *reader, struct sx_fault *fault)
{
    struct stat st;

    reader->fd = open(reader->paths[reader->file], O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (reader->fd < 0)
        return fail(reader, fault);
    if (fstat(reader->fd, &st) != 0 || !S_ISREG(st.st_mode))
        return sx_fault_set(fault, SX_ERR_FILE, "%s is no regular file",
                            reader->paths[reader->file]);
    reader->line = reader->offset = reader->next_offset = 0;
    reader->is_at_end = false;
    return SX_OK;
}

/* Reads until there is a whole line, the file's end, or more than any line. */
static enum sx_err fill(struct sx_audit_reader *reader, struct sx_fault *fault)
{
    size_t looked = 0;

    while (!reader->is_at_end) {
        struct sx_slice have = sx_buffer_unread(&reader->bytes);
        uint8_t *room;
        ssize_t n;

        if (have.len > looked && memchr(have.ptr + looked, '\n', have.len - looked) != NULL)
            return SX_OK;
        looked = have.len;
        if (have.len > SX_AUDIT_LINE_MAX)
            return SX_OK;
        SX_TRY(sx_buffer_reserve(&reader->bytes, READ_SIZE, &room));
        do
            n = read(reader->fd, room, READ_SIZE);
        while (n < 0 && errno == EINTR);
        if (n < 0)
            return fail(reader, fault);
        sx_buffer_commit(&reader->bytes, (size_t)n);
        reader->is_at_end = n == 0;
    }
    return SX_OK;
}

static void give(struct sx_audit_reader *reader, struct sx_audit_piece *out)
{
    struct sx_slice have = sx_buffer_unread(&reader->bytes);
    const uint8_t *end = memchr(have.ptr, '\n', have.len);
    size_t len = end == NULL ? have.len : (size_t)(end - have.ptr);

    reader->given = end == NULL ? len : len + 1;
    reader->line++;
    reader->offset = reader->next_offset;
    reader->next_offset += reader->given;
    *out = (struct sx_audit_piece){ .line = sx_slice_of(have.ptr, len),
                                    .is_whole = end != NULL && len <= SX_AUDIT_LINE_MAX,
                                    .is_last_of_file =
                                        reader->is_at_end && reader->given == have.len };
}

enum sx_err sx_audit_reader_next(struct sx_audit_reader *reader, struct sx_fault *fault,
                                 bool *out_has, struct sx_audit_piece *out)
{
    sx_buffer_consume(&reader->bytes, reader->given);
    reader->given = 0;
    for (;;) {
        *out_has = false;
        if (reader->paths[reader->file] == NULL)
            return SX_OK;
        if (reader->fd < 0)
            SX_TRY(open_file(reader, fault));
        SX_TRY(sx_fault_note(fault, fill(reader, fault)));
        if (sx_buffer_len(&reader->bytes) > 0) {
            *out_has = true;
            give(reader, out);
            return SX_OK;
        }
        close(reader->fd);
        reader->fd = -1;
        reader->file++;
    }
}
