/* audit/state.c: the state file: its block, its marks, its locks. */
#include "audit/state.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

enum {
    BLOCK_SIZE = 512,
    SUM_AT = BLOCK_SIZE - SX_AUDIT_HASH_LEN,
    MARK_SIZE = 16,
    FILE_SIZE = 1024,
};

static const char magic[8] = "SXSEAL1\n";

/* --- The block -------------------------------------------------------------------------------- */

static void put64(uint8_t *at, uint64_t number)
{
    for (int i = 0; i < 8; i++)
        at[i] = (uint8_t)(number >> (56 - 8 * i));
}

static uint64_t get64(const uint8_t *at)
{
    uint64_t number = 0;

    for (int i = 0; i < 8; i++)
        number = number << 8 | at[i];
    return number;
}

static enum sx_err encode(const struct sx_audit_crypto *crypto, const struct sx_audit_state *state,
                          uint8_t block[BLOCK_SIZE])
{
    memset(block, 0, BLOCK_SIZE);
    memcpy(block, magic, sizeof magic);
    memcpy(block + 8, state->head.chain, SX_AUDIT_CHAIN_ID_LEN);
    put64(block + 24, state->head.next);
    put64(block + 32, state->checkpoint_next);
    put64(block + 40, state->checkpoint_end);
    put64(block + 48, state->generation);
    put64(block + 56, state->size);
    put64(block + 64, state->last_len);
    memcpy(block + 88, state->head.hash, SX_AUDIT_HASH_LEN);
    memcpy(block + 120, state->head.key, SX_SEAL_KEY_LEN);
    return sx_audit_hash(crypto, sx_slice_of(block, SUM_AT), block + SUM_AT);
}

static enum sx_err decode(const struct sx_audit_crypto *crypto, const uint8_t block[BLOCK_SIZE],
                          struct sx_fault *fault, struct sx_audit_state *out)
{
    uint8_t sum[SX_AUDIT_HASH_LEN];

    if (memcmp(block, magic, sizeof magic) != 0)
        return sx_fault_set(fault, SX_ERR_AUDIT,
                            "the audit key is not a state file that sexec-audit keygen made");
    SX_TRY(sx_audit_hash(crypto, sx_slice_of(block, SUM_AT), sum));
    if (memcmp(sum, block + SUM_AT, sizeof sum) != 0)
        return sx_fault_set(fault, SX_ERR_AUDIT, "the audit key is damaged: its checksum is wrong");
    memcpy(out->head.chain, block + 8, SX_AUDIT_CHAIN_ID_LEN);
    out->head.next = get64(block + 24);
    out->checkpoint_next = get64(block + 32);
    out->checkpoint_end = get64(block + 40);
    out->generation = get64(block + 48);
    out->size = get64(block + 56);
    out->last_len = get64(block + 64);
    memcpy(out->head.hash, block + 88, SX_AUDIT_HASH_LEN);
    memcpy(out->head.key, block + 120, SX_SEAL_KEY_LEN);
    return SX_OK;
}

/* --- Bytes ------------------------------------------------------------------------------------ */

static enum sx_err fail(struct sx_fault *fault, const char *what)
{
    return sx_fault_set_sys(fault, SX_ERR_AUDIT, errno, "the audit key can't be %s: %s", what,
                            strerror(errno));
}

static enum sx_err write_at(int fd, const uint8_t *bytes, size_t n, off_t at,
                            struct sx_fault *fault)
{
    ssize_t done;

    do
        done = pwrite(fd, bytes, n, at);
    while (done < 0 && errno == EINTR);
    if (done >= 0 && (size_t)done != n)
        errno = ENOSPC;
    return done == (ssize_t)n ? SX_OK : fail(fault, "written");
}

static ssize_t read_at(int fd, uint8_t *bytes, size_t n, off_t at)
{
    ssize_t done;

    do
        done = pread(fd, bytes, n, at);
    while (done < 0 && errno == EINTR);
    return done;
}

enum sx_err sx_audit_state_create(const struct sx_audit_crypto *crypto, const char *path,
                                  const struct sx_audit_state *state, struct sx_fault *fault)
{
    uint8_t bytes[FILE_SIZE] = { 0 };
    enum sx_err err = encode(crypto, state, bytes);
    int fd;

    if (err != SX_OK)
        return sx_fault_note(fault, err);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        sx_wipe(bytes, sizeof bytes);
        return sx_fault_set_sys(fault, SX_ERR_FILE, errno, "%s can't be made: %s", path,
                                strerror(errno));
    }
    err = write_at(fd, bytes, sizeof bytes, 0, fault);
    if (err == SX_OK && fsync(fd) != 0)
        err = fail(fault, "made durable");
    sx_wipe(bytes, sizeof bytes);
    if (close(fd) != 0 && err == SX_OK)
        err = fail(fault, "written");
    if (err != SX_OK)
        (void)unlink(path);
    return err;
}

enum sx_err sx_audit_state_open(const char *path, struct sx_fault *fault, int *out_fd)
{
    struct stat st;
    /* O_NOATIME: it is read with every append, and is ours, or refused in a moment. */
    const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    int fd = open(path, flags | O_NOATIME);

    if (fd < 0 && errno == EPERM)
        fd = open(path, flags);

    if (fd < 0)
        return sx_fault_set_sys(fault, SX_ERR_AUDIT, errno,
                                "the audit key %s can't be opened for reading and writing: %s",
                                path, strerror(errno));
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return sx_fault_set(fault, SX_ERR_AUDIT, "the audit key %s is no regular file", path);
    }
    if (st.st_uid != geteuid() || (st.st_mode & 077) != 0) {
        close(fd);
        return sx_fault_set(fault, SX_ERR_AUDIT,
                            "the audit key %s must belong to who runs this, with no permission "
                            "for others (chmod 600)",
                            path);
    }
    *out_fd = fd;
    return SX_OK;
}

enum sx_err sx_audit_state_read(const struct sx_audit_crypto *crypto, int fd,
                                struct sx_fault *fault, struct sx_audit_state *out)
{
    uint8_t block[BLOCK_SIZE];
    ssize_t n = read_at(fd, block, sizeof block, 0);
    enum sx_err err;

    if (n < 0)
        return fail(fault, "read");
    if ((size_t)n != sizeof block)
        err = sx_fault_set(fault, SX_ERR_AUDIT, "the audit key is cut short");
    else
        err = decode(crypto, block, fault, out);
    sx_wipe(block, sizeof block);
    return sx_fault_note(fault, err);
}

enum sx_err sx_audit_state_write(const struct sx_audit_crypto *crypto, int fd,
                                 const struct sx_audit_state *state, struct sx_fault *fault)
{
    uint8_t block[BLOCK_SIZE];
    enum sx_err err = encode(crypto, state, block);

    if (err == SX_OK)
        err = write_at(fd, block, sizeof block, 0, fault);
    sx_wipe(block, sizeof block);
    return sx_fault_note(fault, err);
}

/* --- Locks and marks -------------------------------------------------------------------------- */

static int set_lock(int fd, enum sx_audit_lock lock, short type)
{
    struct flock range = { .l_type = type, .l_whence = SEEK_SET, .l_start = lock, .l_len = 1 };
    int done;

    do
        done = fcntl(fd, F_OFD_SETLKW, &range);
    while (done != 0 && errno == EINTR);
    return done;
}

enum sx_err sx_audit_state_lock(int fd, enum sx_audit_lock lock, struct sx_fault *fault)
{
    return set_lock(fd, lock, F_WRLCK) == 0 ? SX_OK : fail(fault, "locked");
}

void sx_audit_state_unlock(int fd, enum sx_audit_lock lock)
{
    (void)set_lock(fd, lock, F_UNLCK); /* fails for no lock that was taken */
}

static off_t mark_at(enum sx_audit_lock of)
{
    return BLOCK_SIZE + (of == SX_AUDIT_LOCK_COLLECTOR ? MARK_SIZE : 0);
}

struct sx_audit_mark sx_audit_mark_read(int fd, enum sx_audit_lock of)
{
    uint8_t bytes[MARK_SIZE];

    if (read_at(fd, bytes, sizeof bytes, mark_at(of)) != MARK_SIZE)
        return (struct sx_audit_mark){ 0 };
    return (struct sx_audit_mark){ get64(bytes), get64(bytes + 8) };
}

enum sx_err sx_audit_mark_write(int fd, enum sx_audit_lock of, struct sx_audit_mark mark,
                                struct sx_fault *fault)
{
    uint8_t bytes[MARK_SIZE];

    put64(bytes, mark.generation);
    put64(bytes + 8, mark.end);
    return write_at(fd, bytes, sizeof bytes, mark_at(of), fault);
}

bool sx_audit_mark_covers(struct sx_audit_mark mark, struct sx_audit_mark place)
{
    return mark.generation > place.generation ||
           (mark.generation == place.generation && mark.end >= place.end);
}
