/* keys/key_file.c: reads a key file within bounds. */
#include "keys/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum { PATH_SHOWN_MAX = 512 };

static enum sx_err open_failed(struct sx_fault *fault, const char *shown, int sys)
{
    switch (sys) {
    case ENOENT:
    case ENOTDIR:
        return sx_fault_set_sys(fault, SX_ERR_FILE, sys, "%s: there is no such file", shown);
    case EACCES:
    case EPERM:
        return sx_fault_set_sys(fault, SX_ERR_FILE, sys,
                                "%s: this user may not read the file (errno %d)", shown, sys);
    default:
        return sx_fault_set_sys(fault, SX_ERR_FILE, sys, "%s: the file can't be opened (errno %d)",
                                shown, sys);
    }
}

/* Only of a file of our own can it be said who should read it; root may be given others' keys. */
static bool is_loose(const struct stat *st)
{
    return st->st_uid == geteuid() && (st->st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

static enum sx_err check_file(const struct stat *st, bool allow_loose_mode, const char *shown,
                              struct sx_fault *fault)
{
    if (!S_ISREG(st->st_mode))
        return sx_fault_set(fault, SX_ERR_FILE, "%s: expected a regular file, this is %s", shown,
                            S_ISDIR(st->st_mode) ? "a directory" : "something else");
    if (st->st_size > SX_KEY_FILE_MAX)
        return sx_fault_set(fault, SX_ERR_FILE,
                            "%s: the file has %lld bytes; no private key needs more than %d", shown,
                            (long long)st->st_size, SX_KEY_FILE_MAX);
    if (is_loose(st) && !allow_loose_mode)
        return sx_fault_set(fault, SX_ERR_FILE_MODE,
                            "%s: others can get at this private key (its mode is %04o); "
                            "take that away with chmod 600, or use another key",
                            shown, (unsigned)(st->st_mode & 07777));
    return SX_OK;
}

/* Reads to the end. The file may have grown since it was looked at, so the bound is checked by
 * what comes; size: what it had then, so that not 64 KiB are wiped for a key of 300 bytes. */
static enum sx_err read_all(int fd, size_t size, const char *shown, struct sx_fault *fault,
                            struct sx_secret *out)
{
    size_t most = size > 0 ? size : SX_KEY_FILE_MAX;

    SX_TRY(sx_secret_reserve(out, most + 1));
    while (out->len < out->cap) {
        ssize_t n = read(fd, out->ptr + out->len, out->cap - out->len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return sx_fault_set_sys(fault, SX_ERR_FILE, errno,
                                    "%s: the file can't be read (errno %d)", shown, errno);
        if (n == 0)
            break;
        out->len += (size_t)n;
    }
    if (out->len == 0)
        return sx_fault_set(fault, SX_ERR_FILE, "%s: the file is empty", shown);
    if (out->len > most)
        return sx_fault_set(
            fault, SX_ERR_FILE, "%s: the file has more than %zu bytes, %s", shown, most,
            size > 0 ? "which it had when it was opened" : "which no private key needs");
    return SX_OK;
}

enum sx_err sx_key_file_read(const char *path, bool allow_loose_mode, struct sx_fault *fault,
                             struct sx_secret *out)
{
    char shown[PATH_SHOWN_MAX];
    struct stat st;
    enum sx_err err;
    int fd;

    sx_secret_clear(out);
    sx_escape(shown, sizeof shown, sx_slice_text(path));
    /* A pipe must not make us wait for who writes into it. */
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return open_failed(fault, shown, errno);
    if (fstat(fd, &st) != 0)
        err = open_failed(fault, shown, errno);
    else
        err = check_file(&st, allow_loose_mode, shown, fault);
    if (err == SX_OK)
        err = read_all(fd, (size_t)st.st_size, shown, fault, out);
    (void)close(fd);
    if (err != SX_OK)
        sx_secret_clear(out);
    return err;
}
