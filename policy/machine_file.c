/* policy/machine_file.c: the file that is checked is the file that is read: everything is asked of
 * the open descriptor, never of the name. */
#include "policy/machine_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

static enum sx_err refuse(struct sx_fault *fault, const char *path, const char *what)
{
    return sx_fault_set(fault, SX_ERR_POLICY_SETTING,
                        "%s %s; until this is put right, nothing "
                        "connects",
                        path, what);
}

static enum sx_err refuse_sys(struct sx_fault *fault, const char *path, const char *what, int sys)
{
    return sx_fault_set_sys(fault, SX_ERR_POLICY_SETTING, sys,
                            "%s %s (%s); until this is put right, nothing connects", path, what,
                            strerror(sys));
}

/* Group and others may not write. A POSIX ACL that lets somebody write shows in the group's bits. */
static enum sx_err check_safe(const struct stat *st, uid_t owner, const char *path,
                              struct sx_fault *fault)
{
    char what[96];

    if (st->st_uid != owner) {
        (void)snprintf(what, sizeof what, "belongs to user %lu, not to user %lu",
                       (unsigned long)st->st_uid, (unsigned long)owner);
        return refuse(fault, path, what);
    }
    if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        (void)snprintf(what, sizeof what, "can be written by others than its owner (mode %04o)",
                       (unsigned)(st->st_mode & 07777));
        return refuse(fault, path, what);
    }
    return SX_OK;
}

/* The folder is open and, where that is asked, safe; *out is -1 when it isn't there. */
static enum sx_err open_folder(const char *path, uid_t owner, unsigned trust,
                               struct sx_fault *fault, int *out)
{
    const char *slash = strrchr(path, '/');
    char folder[512];
    struct stat st;
    enum sx_err err = SX_OK;
    int fd;

    if (slash == NULL || (size_t)(slash - path) >= sizeof folder)
        return refuse(fault, path, "is no absolute path of reasonable length");
    (void)snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT)
        return refuse_sys(fault, folder, "can't be opened", errno);
    if (fd >= 0 && (trust & SX_TRUST_FOLDER) != 0) {
        if (fstat(fd, &st) != 0)
            err = refuse_sys(fault, folder, "can't be looked at", errno);
        else
            err = check_safe(&st, owner, folder, fault);
    }
    if (err != SX_OK) {
        (void)close(fd);
        return err;
    }
    *out = fd;
    return SX_OK;
}

static enum sx_err open_file(const char *path, uid_t owner, unsigned trust, struct sx_fault *fault,
                             int *out)
{
    int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    int folder = -1, fd, sys;

    *out = -1;
    SX_TRY(open_folder(path, owner, trust, fault, &folder));
    if (folder < 0)
        return SX_OK;
    if ((trust & SX_TRUST_NO_LINK) != 0)
        flags |= O_NOFOLLOW;
    fd = openat(folder, strrchr(path, '/') + 1, flags);
    sys = errno;
    (void)close(folder);
    if (fd < 0 && sys == ELOOP)
        return refuse(fault, path, "is a symbolic link");
    if (fd < 0 && sys != ENOENT)
        return refuse_sys(fault, path, "can't be opened", sys);
    *out = fd;
    return SX_OK;
}

/* Reads to the end, at most max bytes and one more, which tells that there are too many. */
static enum sx_err read_all(int fd, const char *path, size_t max, struct sx_fault *fault,
                            uint8_t **out, size_t *out_len)
{
    uint8_t *bytes = sx_alloc(max + 1);
    size_t len = 0;

    if (bytes == NULL)
        return sx_fault_set(fault, SX_ERR_MEMORY, "no memory for %s", path);
    for (;;) {
        ssize_t n = read(fd, bytes + len, max + 1 - len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || len + (size_t)n > max) {
            enum sx_err err = n < 0 ? refuse_sys(fault, path, "can't be read", errno)
                                    : refuse(fault, path, "is too large");
            sx_free(bytes);
            return err;
        }
        if (n == 0)
            break;
        len += (size_t)n;
    }
    *out = bytes;
    *out_len = len;
    return SX_OK;
}

enum sx_err sx_machine_file_read(const char *path, uid_t owner, unsigned trust, size_t max,
                                 struct sx_fault *fault, uint8_t **out, size_t *out_len)
{
    struct stat st;
    enum sx_err err;
    int fd;

    *out = NULL;
    *out_len = 0;
    SX_TRY(open_file(path, owner, trust, fault, &fd));
    if (fd < 0)
        return SX_OK;
    if (fstat(fd, &st) != 0)
        err = refuse_sys(fault, path, "can't be looked at", errno);
    else if (!S_ISREG(st.st_mode))
        err = refuse(fault, path, "is no regular file");
    else
        err = check_safe(&st, owner, path, fault);
    if (err == SX_OK)
        err = read_all(fd, path, max, fault, out, out_len);
    (void)close(fd);
    return err;
}

enum sx_err sx_machine_file_is_one(const char *path, struct sx_fault *fault, bool *out)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    enum sx_err err;
    int fd;

    SX_TRY(open_file(path, 0, 0, fault, &fd));
    if (fd < 0) {
        *out = false; /* a kernel without the switch */
        return SX_OK;
    }
    err = read_all(fd, path, 16, fault, &bytes, &len);
    (void)close(fd);
    if (err != SX_OK)
        return err;
    *out = len > 0 && bytes[0] == '1';
    sx_free(bytes);
    return SX_OK;
}
