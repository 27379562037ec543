/* audit/file.c: opening, appending, committing, rotating. */
#include "audit/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"

static enum sx_err fail(const struct sx_audit_file *file, struct sx_fault *fault, const char *what)
{
    return sx_fault_set_sys(fault, SX_ERR_AUDIT, errno, "the audit file %s %s: %s", file->path,
                            what, strerror(errno));
}

/* --- Opening ---------------------------------------------------------------------------------- */

/* A new name in a folder survives a power failure only with the folder. */
static enum sx_err sync_folder(const struct sx_audit_file *file, struct sx_fault *fault)
{
    const char *slash = strrchr(file->path, '/');
    char *folder = slash == NULL ? sx_text_dup(".") : sx_text_dup(file->path);
    enum sx_err err = SX_OK;
    int fd;

    if (folder == NULL)
        return SX_ERR_MEMORY;
    if (slash != NULL)
        folder[slash == file->path ? 1 : slash - file->path] = '\0';
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    sx_free(folder);
    if (fd < 0 || fsync(fd) != 0)
        err = fail(file, fault, "has a folder that can't be made durable");
    if (fd >= 0)
        close(fd);
    return err;
}

/* Opens the file that the state speaks of; is_new when it should not be there yet. *out_st is what
 * the path named then. */
static enum sx_err open_log(struct sx_audit_file *file, bool is_new, struct sx_fault *fault,
                            struct stat *out_st)
{
    int flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    struct stat st;
    int fd = open(file->path, is_new ? flags | O_CREAT : flags, 0600);

    if (fd < 0 && errno == ENOENT)
        return sx_fault_set_sys(fault, SX_ERR_AUDIT, errno,
                                "the audit file %s is gone, and its key knows of records in it; "
                                "bring it back, or begin another one with sexec-audit rotate",
                                file->path);
    if (fd < 0)
        return fail(file, fault, "can't be opened");
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || (st.st_mode & 022) != 0) {
        close(fd);
        return sx_fault_set(fault, SX_ERR_AUDIT,
                            "the audit file %s must be a regular file that only its owner can "
                            "write",
                            file->path);
    }
    if (file->fd >= 0)
        close(file->fd);
    file->fd = fd;
    file->device = st.st_dev;
    file->inode = st.st_ino;
    *out_st = st;
    return is_new && st.st_size == 0 ? sync_folder(file, fault) : SX_OK;
}

/* The last sealed line must be where the state says, or the file is another one. */
static enum sx_err check_last(const struct sx_audit_append *append)
{
    const struct sx_audit_state *state = &append->state;
    uint8_t hash[SX_AUDIT_HASH_LEN];
    bool is_same = false;
    uint8_t *line;
    enum sx_err err = SX_OK;

    if (state->size == 0)
        return SX_OK;
    if (state->last_len < 2 || state->last_len > state->size || state->last_len > SX_AUDIT_LINE_MAX)
        return sx_fault_set(append->fault, SX_ERR_AUDIT, "the audit key's numbers can't be");
    line = sx_alloc((size_t)state->last_len);
    if (line == NULL)
        return SX_ERR_MEMORY;
    if (pread(append->file->fd, line, (size_t)state->last_len,
              (off_t)(state->size - state->last_len)) == (ssize_t)state->last_len) {
        err = sx_audit_hash(append->crypto, sx_slice_of(line, (size_t)state->last_len - 1), hash);
        is_same = err == SX_OK && memcmp(hash, state->head.hash, sizeof hash) == 0;
    }
    sx_free(line);
    if (err != SX_OK || is_same)
        return err;
    return sx_fault_set(append->fault, SX_ERR_AUDIT,
                        "the audit file %s was changed: its end isn't the record that its key "
                        "sealed last; verify it, then put it aside with sexec-audit rotate",
                        append->file->path);
}

/* What fd is must still be what the path names and the state speaks of. */
static enum sx_err check_log(struct sx_audit_append *append, uint64_t *out_size)
{
    struct sx_audit_file *file = append->file;
    struct stat st;

    if (file->fd < 0 || file->generation != append->state.generation) {
        SX_TRY(open_log(file, append->state.size == 0, append->fault, &st));
        SX_TRY(check_last(append));
        file->generation = append->state.generation;
    } else if (lstat(file->path, &st) != 0 || st.st_ino != file->inode ||
               st.st_dev != file->device) {
        return sx_fault_set(append->fault, SX_ERR_AUDIT,
                            "the audit file %s was removed or replaced while in use", file->path);
    }
    if ((uint64_t)st.st_size < append->state.size)
        return sx_fault_set(append->fault, SX_ERR_AUDIT,
                            "the audit file %s was cut: it has %lld bytes, and its key sealed "
                            "%llu; verify it, then put it aside with sexec-audit rotate",
                            file->path, (long long)st.st_size,
                            (unsigned long long)append->state.size);
    *out_size = (uint64_t)st.st_size;
    return SX_OK;
}

/* --- Appending -------------------------------------------------------------------------------- */

enum sx_err sx_audit_append_seal(struct sx_audit_append *append, struct sx_audit_record *record)
{
    size_t before = sx_buffer_len(append->lines);

    SX_TRY(sx_audit_seal(append->crypto, &append->state.head, record, append->lines));
    append->state.last_len = sx_buffer_len(append->lines) - before;
    return SX_OK;
}

static enum sx_err seal_log_begin(struct sx_audit_append *append, const char *before)
{
    struct sx_audit_record record = *append->like;
    char chain[3 * SX_AUDIT_CHAIN_ID_LEN + 1];

    sx_hex_encode(chain, sx_slice_of(append->state.head.chain, SX_AUDIT_CHAIN_ID_LEN), '\0');
    record.type = SX_AUDIT_LOG_BEGIN;
    record.session = SX_SLICE_NONE;
    record.log_begin = (struct sx_audit_log_begin){ .chain = sx_slice_text(chain),
                                                    .generation = append->state.generation,
                                                    .before = sx_slice_text(before) };
    return sx_audit_append_seal(append, &record);
}

/* Writes lines behind state.size. What can't be written whole is taken back. */
static enum sx_err write_lines(struct sx_audit_append *append)
{
    struct sx_slice left = sx_buffer_unread(append->lines);
    int fd = append->file->fd;

    if (append->file->path == NULL)
        return SX_OK;
    while (left.len > 0) {
        ssize_t n = write(fd, left.ptr, left.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            int sys = n < 0 ? errno : ENOSPC;

            if (ftruncate(fd, (off_t)append->state.size) != 0)
                errno = sys; /* the next writer finds the piece, and deals with it */
            errno = sys;
            return fail(append->file, append->fault, "can't be written");
        }
        left = sx_slice_of(left.ptr + n, left.len - (size_t)n);
    }
    return SX_OK;
}

/* Lines first, then the state: who dies in between leaves what the next one can take over. */
static enum sx_err write_all(struct sx_audit_append *append)
{
    uint64_t before = append->state.size;
    enum sx_err err;

    SX_TRY(write_lines(append));
    if (append->file->path != NULL)
        append->state.size += sx_buffer_len(append->lines);
    err =
        sx_audit_state_write(append->crypto, append->file->state_fd, &append->state, append->fault);
    if (err != SX_OK && append->file->path != NULL &&
        ftruncate(append->file->fd, (off_t)before) != 0)
        return err; /* the records stay, sealed and uncounted, for the next writer */
    return err;
}

/* Bodies with a "\n" behind each, which no body holds. */
static enum sx_err seal_bodies(struct sx_audit_append *append, struct sx_slice bodies)
{
    while (bodies.len > 0) {
        const uint8_t *end = memchr(bodies.ptr, '\n', bodies.len);
        size_t len = end == NULL ? bodies.len : (size_t)(end - bodies.ptr);
        size_t before = sx_buffer_len(append->lines);

        SX_TRY(sx_audit_seal_body(append->crypto, &append->state.head, sx_slice_of(bodies.ptr, len),
                                  append->lines));
        append->state.last_len = sx_buffer_len(append->lines) - before;
        len += end == NULL ? 0 : 1;
        bodies = sx_slice_of(bodies.ptr + len, bodies.len - len);
    }
    return SX_OK;
}

/* A chain that stands in a file goes on there: a record that is kept elsewhere is missing for ever. */
static enum sx_err check_place(const struct sx_audit_append *append)
{
    if (append->file->path != NULL || append->state.size == 0)
        return SX_OK;
    return sx_fault_set(append->fault, SX_ERR_AUDIT,
                        "the audit key seals an audit file, which must be named with it: a record "
                        "that isn't in the file would break its chain");
}

static enum sx_err append_locked(struct sx_audit_append *append, struct sx_slice bodies,
                                 bool is_checkpoint)
{
    uint64_t size = 0;

    SX_TRY(
        sx_audit_state_read(append->crypto, append->file->state_fd, append->fault, &append->state));
    SX_TRY(check_place(append));
    if (append->file->path != NULL)
        SX_TRY(check_log(append, &size));
    if (size > append->state.size)
        SX_TRY(sx_audit_append_recover(append, size));
    if (append->file->path != NULL ? append->state.size == 0 : append->state.head.next == 0)
        SX_TRY(seal_log_begin(append, NULL));
    SX_TRY(seal_bodies(append, bodies));
    SX_TRY(write_all(append));
    if (is_checkpoint) {
        append->state.checkpoint_next = append->state.head.next - 1;
        append->state.checkpoint_end = append->state.size;
        return sx_audit_state_write(append->crypto, append->file->state_fd, &append->state,
                                    append->fault);
    }
    return SX_OK;
}

enum sx_err sx_audit_file_append(struct sx_audit_file *file, const struct sx_audit_crypto *crypto,
                                 const struct sx_audit_record *like, struct sx_slice bodies,
                                 struct sx_fault *fault, struct sx_buffer *out_line,
                                 struct sx_audit_mark *out_place)
{
    struct sx_audit_append append = {
        .file = file, .crypto = crypto, .fault = fault, .like = like, .lines = &file->lines
    };
    enum sx_err err;

    SX_TRY(sx_audit_state_lock(file->state_fd, SX_AUDIT_LOCK_APPEND, fault));
    err = append_locked(&append, bodies, like->type == SX_AUDIT_CHECKPOINT);
    sx_audit_state_unlock(file->state_fd, SX_AUDIT_LOCK_APPEND);
    if (sx_sealer_rest(crypto->sealer) != SX_OK && err == SX_OK)
        err = SX_ERR_SET_KEYS;
    if (err == SX_OK && out_line != NULL)
        err = sx_buffer_append(out_line, sx_buffer_unread(append.lines));
    if (err == SX_OK)
        *out_place = (struct sx_audit_mark){ append.state.generation, append.state.size };
    sx_buffer_consume(append.lines, sx_buffer_len(append.lines));
    sx_wipe(&append.state, sizeof append.state);
    return sx_fault_note(fault, err);
}

enum sx_err sx_audit_file_append_one(struct sx_audit_file *file,
                                     const struct sx_audit_crypto *crypto,
                                     const struct sx_audit_record *record, struct sx_fault *fault,
                                     struct sx_audit_mark *out_place)
{
    struct sx_buffer body;
    enum sx_err err;

    sx_buffer_init(&body, SX_AUDIT_LINE_MAX);
    err = sx_audit_body_encode(record, &body);
    if (err == SX_OK)
        err = sx_audit_file_append(file, crypto, record, sx_buffer_unread(&body), fault, NULL,
                                   out_place);
    sx_buffer_clear(&body);
    return sx_fault_note(fault, err);
}

enum sx_err sx_audit_file_peek(struct sx_audit_file *file, const struct sx_audit_crypto *crypto,
                               struct sx_fault *fault, struct sx_audit_state *out)
{
    enum sx_err err;

    SX_TRY(sx_audit_state_lock(file->state_fd, SX_AUDIT_LOCK_APPEND, fault));
    err = sx_audit_state_read(crypto, file->state_fd, fault, out);
    sx_audit_state_unlock(file->state_fd, SX_AUDIT_LOCK_APPEND);
    return err;
}

/* --- Opening and closing ---------------------------------------------------------------------- */

static enum sx_err open_locked(struct sx_audit_append *append)
{
    uint64_t size;
    enum sx_err err;

    SX_TRY(sx_audit_state_lock(append->file->state_fd, SX_AUDIT_LOCK_APPEND, append->fault));
    err =
        sx_audit_state_read(append->crypto, append->file->state_fd, append->fault, &append->state);
    if (err == SX_OK)
        err = check_place(append);
    if (err == SX_OK && append->file->path != NULL)
        err = check_log(append, &size);
    sx_audit_state_unlock(append->file->state_fd, SX_AUDIT_LOCK_APPEND);
    return sx_fault_note(append->fault, err);
}

enum sx_err sx_audit_file_open(const struct sx_audit_crypto *crypto, const char *path,
                               const char *key_path, struct sx_fault *fault,
                               struct sx_audit_file *out)
{
    struct sx_audit_file file = { .fd = -1, .state_fd = -1 };
    struct sx_audit_append append = { .file = &file, .crypto = crypto, .fault = fault };
    enum sx_err err = sx_audit_state_open(key_path, fault, &file.state_fd);

    sx_buffer_init(&file.lines, SIZE_MAX / 2);

    if (err == SX_OK && path != NULL) {
        file.path = sx_text_dup(path);
        err = file.path == NULL ? SX_ERR_MEMORY : SX_OK;
    }
    if (err == SX_OK)
        err = open_locked(&append);
    sx_wipe(&append.state, sizeof append.state);
    if (err != SX_OK) {
        sx_audit_file_close(&file);
        return sx_fault_note(fault, err);
    }
    *out = file;
    return SX_OK;
}

void sx_audit_file_close(struct sx_audit_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    if (file->state_fd >= 0)
        close(file->state_fd);
    sx_free(file->path);
    sx_buffer_clear(&file->lines);
    *file = (struct sx_audit_file){ .fd = -1, .state_fd = -1 };
}

/* --- Committing ------------------------------------------------------------------------------- */

static enum sx_err commit_locked(struct sx_audit_file *file, const struct sx_audit_crypto *crypto,
                                 struct sx_audit_mark place, struct sx_fault *fault)
{
    struct sx_audit_mark mark = sx_audit_mark_read(file->state_fd, SX_AUDIT_LOCK_SYNC);
    struct sx_fault ignored;
    struct sx_audit_state state;

    if (sx_audit_mark_covers(mark, place))
        return SX_OK;
    sx_fault_clear(&ignored);
    /* Without the lock it may be in the middle of a change, and then its checksum says so. */
    if (sx_audit_state_read(crypto, file->state_fd, &ignored, &state) != SX_OK)
        SX_TRY(sx_audit_file_peek(file, crypto, fault, &state));
    mark = (struct sx_audit_mark){ state.generation, state.size };
    sx_wipe(&state, sizeof state);
    if (mark.generation != file->generation)
        return SX_OK; /* it was rotated since, and rotating commits */
    if (fdatasync(file->fd) != 0)
        return fail(file, fault, "can't be made durable");
    return sx_audit_mark_write(file->state_fd, SX_AUDIT_LOCK_SYNC, mark, fault);
}

enum sx_err sx_audit_file_commit(struct sx_audit_file *file, const struct sx_audit_crypto *crypto,
                                 struct sx_audit_mark place, struct sx_fault *fault)
{
    enum sx_err err;

    if (file->path == NULL ||
        sx_audit_mark_covers(sx_audit_mark_read(file->state_fd, SX_AUDIT_LOCK_SYNC), place))
        return SX_OK;
    SX_TRY(sx_audit_state_lock(file->state_fd, SX_AUDIT_LOCK_SYNC, fault));
    err = commit_locked(file, crypto, place, fault);
    sx_audit_state_unlock(file->state_fd, SX_AUDIT_LOCK_SYNC);
    return err;
}

/* --- Rotating --------------------------------------------------------------------------------- */

/* Whatever the file is by now, its name becomes free; *out_was says whether there was one. */
static enum sx_err put_aside(struct sx_audit_append *append, const char *aside, bool *out_was)
{
    struct sx_audit_file *file = append->file;
    struct sx_fault why = { 0 };
    uint64_t size;
    struct stat st;

    *out_was = lstat(file->path, &st) == 0;
    if (lstat(aside, &st) == 0)
        return sx_fault_set(append->fault, SX_ERR_FILE, "%s is there already", aside);
    if (!*out_was)
        return SX_OK;
    append->fault = &why; /* what is wrong with the file may be why one rotates */
    if (check_log(append, &size) == SX_OK && fdatasync(file->fd) != 0)
        return fail(file, append->fault, "can't be made durable");
    if (rename(file->path, aside) != 0)
        return fail(file, append->fault, "can't be put aside");
    return SX_OK;
}

static enum sx_err rotate_locked(struct sx_audit_append *append, const char *aside)
{
    struct sx_audit_file *file = append->file;
    struct sx_fault *fault = append->fault;
    const char *name = strrchr(aside, '/');
    struct stat st;
    bool was_there;
    enum sx_err err;

    SX_TRY(sx_audit_state_read(append->crypto, file->state_fd, fault, &append->state));
    err = put_aside(append, aside, &was_there);
    append->fault = fault;
    if (err != SX_OK)
        return sx_fault_set(fault, err, "the audit file %s can't be put aside as %s", file->path,
                            aside);
    append->state.generation++;
    append->state.size = append->state.last_len = append->state.checkpoint_end = 0;
    SX_TRY(open_log(file, true, fault, &st));
    file->generation = append->state.generation;
    SX_TRY(seal_log_begin(append, !was_there ? NULL : name == NULL ? aside : name + 1));
    SX_TRY(write_all(append));
    if (fdatasync(file->fd) != 0)
        return fail(file, fault, "can't be made durable");
    return SX_OK;
}

enum sx_err sx_audit_file_rotate(const struct sx_audit_crypto *crypto, const char *path,
                                 const char *key_path, const char *aside,
                                 const struct sx_audit_record *like, struct sx_fault *fault)
{
    struct sx_audit_file file = { .fd = -1, .state_fd = -1 };
    struct sx_audit_append append = {
        .file = &file, .crypto = crypto, .fault = fault, .like = like, .lines = &file.lines
    };
    enum sx_err err = sx_audit_state_open(key_path, fault, &file.state_fd);

    sx_buffer_init(&file.lines, SX_AUDIT_LINE_MAX);
    if (err == SX_OK && (file.path = sx_text_dup(path)) == NULL)
        err = SX_ERR_MEMORY;
    if (err == SX_OK)
        err = sx_audit_state_lock(file.state_fd, SX_AUDIT_LOCK_APPEND, fault);
    if (err == SX_OK)
        err = rotate_locked(&append, aside); /* closing gives the lock back */
    sx_audit_file_close(&file);
    sx_wipe(&append.state, sizeof append.state);
    return sx_fault_note(fault, err);
}
