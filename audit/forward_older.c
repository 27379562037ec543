/* audit/forward_older.c: what a collector still lacks of files that were rotated away. Each file's
 * first record names the one before it, in the same folder. */
#include "audit/forward.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/line.h"
#include "base/memory.h"
#include "base/text.h"

enum { FILES_MAX = 64, FIRST_LINE_MAX = 4096, PATH_SIZE = 4096 };

/* What the first record of a file says. */
struct first {
    uint64_t generation;
    char before[FIRST_LINE_MAX]; /* "" when there is none */
};

static bool read_first(int fd, struct first *out)
{
    uint8_t bytes[FIRST_LINE_MAX];
    ssize_t n = pread(fd, bytes, sizeof bytes, 0);
    const uint8_t *end = n <= 0 ? NULL : memchr(bytes, '\n', (size_t)n);
    const struct sx_audit_member *type;
    const struct sx_audit_member *generation;
    struct sx_audit_line line;

    if (end == NULL ||
        sx_audit_line_read(sx_slice_of(bytes, (size_t)(end - bytes)), &line) != SX_OK)
        return false;
    type = sx_audit_line_find(&line, "type");
    generation = sx_audit_line_find(&line, "generation");
    if (type == NULL || !sx_slice_is_text(type->raw, "log_begin") || generation == NULL ||
        generation->kind != SX_AUDIT_KIND_NUMBER)
        return false;
    out->generation = generation->number;
    (void)sx_audit_member_text(sx_audit_line_find(&line, "before"), out->before,
                               sizeof out->before);
    return true;
}

/* Opens what stood before: beside the file, by a plain name. */
static int open_before(const struct sx_audit_file *file, const char *name, uint64_t *out_size)
{
    const char *slash = strrchr(file->path, '/');
    int folder = slash == NULL ? 0 : (int)(slash - file->path) + 1;
    char path[PATH_SIZE];
    struct stat st;
    int fd;

    if (name[0] == '\0' || strchr(name, '/') != NULL ||
        (size_t)snprintf(path, sizeof path, "%.*s%s", folder, file->path, name) >= sizeof path)
        return -1;
    fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return -1;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return -1;
    }
    *out_size = (uint64_t)st.st_size;
    return fd;
}

enum sx_err sx_audit_forward_older(struct sx_audit_forward *forward,
                                   const struct sx_audit_file *file, uint64_t generation,
                                   const char *host)
{
    int fds[FILES_MAX];
    uint64_t sizes[FILES_MAX];
    unsigned count = 0;
    int at = file->fd;
    enum sx_err err = SX_OK;

    /* Backwards to where the mark stands ... */
    for (uint64_t left = generation; count < FILES_MAX && left > forward->sent.generation; left--) {
        struct first first;

        if (!read_first(at, &first) || first.generation != left ||
            (at = open_before(file, first.before, &sizes[count])) < 0) {
            (void)sx_fault_set(&forward->why, SX_ERR_FILE,
                               "the log collector lacks records of an audit file that was put "
                               "aside and isn't beside %s any more",
                               file->path);
            break;
        }
        fds[count++] = at;
    }
    /* ... and forwards again. */
    while (count > 0) {
        uint64_t its = generation - count;

        count--;
        if (forward->sent.generation != its)
            forward->sent = (struct sx_audit_mark){ its, 0 };
        if (err == SX_OK)
            err = sx_audit_forward_until(forward, fds[count], sizes[count], host);
        close(fds[count]);
    }
    if (err == SX_OK)
        forward->sent = (struct sx_audit_mark){ generation, 0 };
    return err;
}
