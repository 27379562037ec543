/* keys/known_hosts_add.c: adding a host's key to a file of known hosts, while others do the same. */
#include "keys/known_hosts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "keys/key_line.h"
#include "keys/known_hosts_file.h"
#include "keys/known_hosts_line.h"

enum {
    PATH_SHOWN_MAX = 512,
    LOCK_TRIES = 2000,
    LOCK_PAUSE_MICROSECONDS = 5000,
    REPLACED_TRIES = 100, /* the file may be renamed over while we wait for its lock */
};

int sx_known_file_lock(int fd, int operation)
{
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(fd, operation | LOCK_NB) == 0)
            return 0;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return -1;
        (void)usleep(LOCK_PAUSE_MICROSECONDS);
    }
    errno = EWOULDBLOCK;
    return -1;
}

static enum sx_err failed(struct sx_fault *fault, const char *path, const char *what, int sys)
{
    char shown[PATH_SHOWN_MAX];

    return sx_fault_set_sys(fault, SX_ERR_FILE, sys,
                            "%s: the new host key can't be written down there: %s (errno %d)",
                            sx_escape(shown, sizeof shown, sx_slice_text(path)), what, sys);
}

/* ~/.ssh may not be there yet. */
static void make_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL || slash == path ? NULL : sx_text_dup(path);

    if (folder == NULL)
        return;
    folder[slash - path] = '\0';
    (void)mkdir(folder, 0700); /* opening the file says what is wrong */
    sx_free(folder);
}

/* Opens and locks the file that the path names once the lock is held. */
static enum sx_err open_locked(const char *path, struct sx_fault *fault, int *out)
{
    make_folder(path);
    for (int i = 0; i < REPLACED_TRIES; i++) {
        struct stat ours;
        struct stat named;
        int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);

        if (fd < 0)
            return failed(fault, path, "it can't be opened", errno);
        if (sx_known_file_lock(fd, LOCK_EX) != 0) {
            int sys = errno;

            (void)close(fd);
            return failed(fault, path, "it can't be locked", sys);
        }
        if (fstat(fd, &ours) == 0 && stat(path, &named) == 0 && ours.st_ino == named.st_ino &&
            ours.st_dev == named.st_dev) {
            *out = fd;
            return SX_OK;
        }
        (void)close(fd);
    }
    return failed(fault, path, "it is replaced again and again", 0);
}

/* "names type base64\n", behind a line end where the last line has none; *out is to be freed. */
static enum sx_err make_line(struct sx_provider *provider, const struct sx_known_query *query,
                             bool is_hashed, const struct sx_known_file *file,
                             struct sx_fault *fault, char **out, size_t *out_len)
{
    struct sx_slice type = sx_key_line_type(query->key);
    size_t coded_cap = 4 * (query->key.len / 3 + 1) + 1;
    size_t cap = 1 + SX_KNOWN_NAME_MAX + SX_KNOWN_HASH_MAX + type.len + coded_cap + 4;
    bool is_open = file->len > 0 && file->bytes[file->len - 1] != '\n';
    struct sx_known_names names;
    char hashed[SX_KNOWN_HASH_MAX];
    char *line;
    int used;

    SX_TRY(sx_known_names_make(query->host, query->port, fault, &names));
    if (is_hashed)
        SX_TRY(sx_fault_note(fault, sx_known_name_hash(provider, names.full, hashed)));
    if (type.len == 0 || query->key.len > SX_KNOWN_BLOB_MAX)
        return sx_fault_note(fault, SX_ERR_ARGUMENT);
    line = sx_alloc(cap);
    if (line == NULL)
        return SX_ERR_MEMORY;
    used = snprintf(line, cap, "%s%s %.*s ", is_open ? "\n" : "", is_hashed ? hashed : names.full,
                    (int)type.len, (const char *)type.ptr);
    if (used < 0 || sx_base64_encode(query->key, line + used, cap - (size_t)used - 1) != SX_OK) {
        sx_free(line);
        return sx_fault_note(fault, SX_ERR_INTERNAL);
    }
    *out_len = strlen(line);
    line[(*out_len)++] = '\n';
    *out = line;
    return SX_OK;
}

/* All or nothing: what a full disk cut off goes away again, unless somebody has added to it. */
static enum sx_err append(int fd, const char *path, const char *line, size_t len,
                          struct sx_fault *fault)
{
    off_t before = lseek(fd, 0, SEEK_END);
    ssize_t n = write(fd, line, len);
    struct stat st;

    if (n >= 0 && (size_t)n == len)
        return fsync(fd) == 0 || errno == EINVAL
                   ? SX_OK
                   : failed(fault, path, "it can't be made durable", errno);
    if (n > 0 && before >= 0 && fstat(fd, &st) == 0 && st.st_size == before + n &&
        ftruncate(fd, before) != 0)
        return failed(fault, path, "half a line was written", errno);
    return failed(fault, path, "writing failed", n < 0 ? errno : 0);
}

/* With the lock held. */
static enum sx_err add_if_new(int fd, struct sx_known_hosts *now, struct sx_provider *provider,
                              const struct sx_known_query *query, bool is_hashed,
                              struct sx_fault *fault, struct sx_known_answer *out)
{
    struct sx_known_file *file = &now->files[0];
    const struct sx_trust_file source = SX_KNOWN_SOURCE(file->path);
    struct sx_known_answer answer = { .verdict = SX_KNOWN_NEW };
    char *line = NULL;
    size_t len = 0;
    enum sx_err err;

    SX_TRY(sx_trust_file_load(fd, &source, fault, &file->bytes, &file->len));
    SX_TRY(sx_known_hosts_ask(now, provider, query, fault, &answer));
    if (answer.verdict == SX_KNOWN_NEW) {
        SX_TRY(make_line(provider, query, is_hashed, file, fault, &line, &len));
        err = append(fd, file->path, line, len, fault);
        sx_free(line);
        SX_TRY(err);
    }
    *out = answer;
    return SX_OK;
}

enum sx_err sx_known_hosts_add(const char *path, struct sx_provider *provider,
                               const struct sx_known_query *query, bool is_hashed,
                               struct sx_fault *fault, struct sx_known_answer *out)
{
    struct sx_known_hosts now = { .count = 1 };
    enum sx_err err;
    int fd = -1;

    now.files[0].path = sx_text_dup(path);
    if (now.files[0].path == NULL)
        return SX_ERR_MEMORY;
    err = open_locked(path, fault, &fd);
    if (err == SX_OK)
        err = add_if_new(fd, &now, provider, query, is_hashed, fault, out);
    if (err == SX_OK)
        out->path = path;
    if (fd >= 0)
        (void)close(fd);
    sx_known_hosts_clear(&now);
    return err;
}
