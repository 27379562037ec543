/* client/input.c: the command's standard input from StdInFile, or from the handler. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "client/auditing.h"
#include "client/events.h"
#include "client/io.h"

enum { READ_SIZE = 64 * 1024 };

enum sx_err sx_input_open(struct sexec *object, struct sx_fault *fault)
{
    const char *path = object->values.stdin_file;
    struct stat info;

    sx_input_close(object);
    if (path[0] == '\0')
        return SX_OK;
    object->stdin_fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (object->stdin_fd < 0)
        return sx_fault_set_sys(fault, SX_ERR_FILE, errno, "StdInFile \"%s\": %s", path,
                                strerror(errno));
    /* A pipe or a terminal may have nothing to read for a while, and no timeout or interrupt would
     * end that: such input goes through send. */
    if (fstat(object->stdin_fd, &info) != 0 ||
        !(S_ISREG(info.st_mode) || (S_ISCHR(info.st_mode) && !isatty(object->stdin_fd)))) {
        sx_input_close(object);
        return sx_fault_set(fault, SX_ERR_FILE, "StdInFile \"%s\" is not a regular file", path);
    }
    return SX_OK;
}

void sx_input_close(struct sexec *object)
{
    if (object->stdin_fd >= 0)
        close(object->stdin_fd);
    object->stdin_fd = -1;
    sx_secret_clear(&object->stdin_left);
    object->stdin_offset = 0;
}

/* Reads the next piece when the last one was taken; false at the file's end. */
static enum sx_err refill(struct sexec *object, bool *out_has)
{
    ssize_t n;

    *out_has = object->stdin_offset < object->stdin_left.len;
    if (*out_has)
        return SX_OK;
    if (object->stdin_left.cap == 0)
        SX_TRY(sx_secret_reserve(&object->stdin_left, READ_SIZE));
    do
        n = read(object->stdin_fd, object->stdin_left.ptr, READ_SIZE);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return sx_fault_set_sys(&object->fault, SX_ERR_FILE, errno,
                                "StdInFile \"%s\" can't be read: %s", object->values.stdin_file,
                                strerror(errno));
    object->stdin_left.len = (size_t)n;
    object->stdin_offset = 0;
    *out_has = n > 0;
    return SX_OK;
}

static enum sx_err feed_file(struct sexec *object)
{
    for (;;) {
        struct sx_slice rest;
        size_t taken;
        bool has;

        SX_TRY(refill(object, &has));
        if (!has) {
            sx_input_close(object);
            return sx_engine_send_eof(object->engine);
        }
        rest = sx_slice_of(object->stdin_left.ptr + object->stdin_offset,
                           object->stdin_left.len - object->stdin_offset);
        SX_TRY(sx_engine_write(object->engine, rest, &taken));
        sx_auditing_input(object, sx_slice_of(rest.ptr, taken));
        object->stdin_offset += taken;
        if (taken < rest.len)
            return SX_OK; /* goes on when there is room */
    }
}

void sx_input_ready(struct sexec *object)
{
    enum sx_err err;

    if (object->stdin_fd < 0) {
        sx_fire_stdin_ready(object);
        return;
    }
    err = feed_file(object);
    /* A command whose input failed must not take it for a short file: its input stays open and
     * the action ends. */
    if (err != SX_OK && sx_err_blame(err) == SX_BLAME_IO)
        object->stream_error = err;
}
