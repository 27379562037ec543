/* keys/trust_file.c: reads a public file within bounds, if it can be believed. */
#include "keys/trust_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"

enum { PATH_SHOWN_MAX = 512 };

static enum sx_err failed(struct sx_fault *fault, const struct sx_trust_file *file,
                          const char *what, int sys)
{
    char shown[PATH_SHOWN_MAX];

    return sx_fault_set_sys(fault, SX_ERR_FILE, sys, "%s: the %s %s (errno %d)",
                            sx_escape(shown, sizeof shown, sx_slice_text(file->path)), file->what,
                            what, sys);
}

static enum sx_err check(const struct stat *st, const struct sx_trust_file *file,
                         struct sx_fault *fault)
{
    char shown[PATH_SHOWN_MAX];

    sx_escape(shown, sizeof shown, sx_slice_text(file->path));
    if (!S_ISREG(st->st_mode))
        return sx_fault_set(fault, SX_ERR_FILE, "%s: the %s must be a regular file", shown,
                            file->what);
    if ((st->st_mode & S_IWOTH) != 0)
        return sx_fault_set(fault, SX_ERR_FILE_MODE,
                            "%s: everybody may write this %s (its mode is %04o), so it proves "
                            "nothing; take that away with chmod o-w",
                            shown, file->what, (unsigned)(st->st_mode & 07777));
    if (st->st_size < 0 || (unsigned long long)st->st_size > file->max)
        return sx_fault_set(fault, SX_ERR_FILE, "%s: the %s has %lld bytes; at most %zu are read",
                            shown, file->what, (long long)st->st_size, file->max);
    return SX_OK;
}

enum sx_err sx_trust_file_load(int fd, const struct sx_trust_file *file, struct sx_fault *fault,
                               uint8_t **out, size_t *out_len)
{
    struct stat st;
    uint8_t *bytes;
    size_t size;
    size_t len = 0;

    if (fstat(fd, &st) != 0)
        return failed(fault, file, "can't be looked at", errno);
    SX_TRY(check(&st, file, fault));
    size = (size_t)st.st_size;
    bytes = sx_alloc(size + 1);
    if (bytes == NULL)
        return SX_ERR_MEMORY;
    while (len < size) {
        ssize_t n = pread(fd, bytes + len, size - len, (off_t)len);
        int sys = errno;

        if (n < 0 && sys == EINTR)
            continue;
        if (n < 0) {
            sx_free(bytes);
            return failed(fault, file, "can't be read", sys);
        }
        if (n == 0)
            break;
        len += (size_t)n;
    }
    *out = bytes;
    *out_len = len;
    return SX_OK;
}

enum sx_err sx_trust_file_open(const struct sx_trust_file *file, struct sx_fault *fault, int *out)
{
    /* A pipe must not make us wait for who writes into it. */
    int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
        return failed(fault, file, "can't be opened", errno);
    *out = fd;
    return SX_OK;
}

enum sx_err sx_trust_file_read(const struct sx_trust_file *file, struct sx_fault *fault,
                               uint8_t **out, size_t *out_len)
{
    enum sx_err err;
    int fd = -1;

    SX_TRY(sx_trust_file_open(file, fault, &fd));
    if (fd < 0)
        return failed(fault, file, "isn't there", ENOENT);
    err = sx_trust_file_load(fd, file, fault, out, out_len);
    (void)close(fd);
    return err;
}
