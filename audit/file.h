/* audit/file.h: the audit file: appended to by any number of threads and processes of one user.
 *
 * Each append takes the lock, looks where the chain stands (audit/state.h), seals the record behind
 * it and writes it whole, so the order is total and nothing is interleaved. A process that was
 * killed in between leaves whole records that the state doesn't count yet, or a piece of one: the
 * next writer takes the former over, takes the latter away, and records both.
 *
 * What was appended survives the process, but not the machine until it is committed. Committing
 * is done by one for all: who comes while another one waits for the disk finds its own records
 * on it, or waits with all others for one more round. */
#ifndef SX_AUDIT_FILE_H
#define SX_AUDIT_FILE_H

#include "audit/state.h"

struct sx_audit_file {
    char *path; /* NULL: the chain goes on without a file of its own */
    int fd;
    int state_fd;
    uint64_t generation; /* of the file that fd is */
    uint64_t device;     /* and which that is, while fd is open */
    uint64_t inode;
    struct sx_buffer lines; /* of an append; its block is kept for the next one */
};

/* sx_audit_file_open opens the state, and the file, which it makes when the chain has just begun.
 * path may be NULL for a chain that has no file; one that has is refused then. Errors here and below are SX_ERR_AUDIT with a text: what is missing, not ours,
 * changed behind our back, or full. */
SX_MUST_USE enum sx_err sx_audit_file_open(const struct sx_audit_crypto *crypto, const char *path,
                                           const char *key_path, struct sx_fault *fault,
                                           struct sx_audit_file *out);
void sx_audit_file_close(struct sx_audit_file *file);

/* sx_audit_file_append seals bodies (sx_audit_body_encode), at least one, each but perhaps the last
 * with "\n" behind it, and writes them at once: all or none. like is the last one's record; what has
 * to come before (a file's first, a recovery) takes time and place from it. out_line, which may be
 * NULL, gets all lines; *out_place is what to commit. */
SX_MUST_USE enum sx_err sx_audit_file_append(struct sx_audit_file *file,
                                             const struct sx_audit_crypto *crypto,
                                             const struct sx_audit_record *like,
                                             struct sx_slice bodies, struct sx_fault *fault,
                                             struct sx_buffer *out_line,
                                             struct sx_audit_mark *out_place);

/* sx_audit_file_append_one does so with one record. */
SX_MUST_USE enum sx_err sx_audit_file_append_one(struct sx_audit_file *file,
                                                 const struct sx_audit_crypto *crypto,
                                                 const struct sx_audit_record *record,
                                                 struct sx_fault *fault,
                                                 struct sx_audit_mark *out_place);

/* sx_audit_file_commit returns when all up to place is on disk. */
SX_MUST_USE enum sx_err sx_audit_file_commit(struct sx_audit_file *file,
                                             const struct sx_audit_crypto *crypto,
                                             struct sx_audit_mark place, struct sx_fault *fault);

/* sx_audit_file_rotate commits the file, names it aside and begins the next one, whose first record
 * says so; the chain goes on. like brings time, host, process and user. A file that is gone or
 * damaged is put aside as it is. SX_ERR_FILE when aside is there already. */
SX_MUST_USE enum sx_err sx_audit_file_rotate(const struct sx_audit_crypto *crypto, const char *path,
                                             const char *key_path, const char *aside,
                                             const struct sx_audit_record *like,
                                             struct sx_fault *fault);

/* sx_audit_file_peek gives the state as it is now. Wipe it. */
SX_MUST_USE enum sx_err sx_audit_file_peek(struct sx_audit_file *file,
                                           const struct sx_audit_crypto *crypto,
                                           struct sx_fault *fault, struct sx_audit_state *out);

/* Private to file.c and recover.c: what a locked append works on. */
struct sx_audit_append {
    struct sx_audit_file *file;
    const struct sx_audit_crypto *crypto;
    struct sx_fault *fault;
    struct sx_audit_state state;
    const struct sx_audit_record *like; /* whose time and place records of the file's own take */
    struct sx_buffer *lines;            /* sealed, to be written behind state.size */
};

/* sx_audit_append_seal adds a record to lines; state moves on. */
SX_MUST_USE enum sx_err sx_audit_append_seal(struct sx_audit_append *append,
                                             struct sx_audit_record *record);

/* sx_audit_append_recover deals with what stands behind state.size in a file of that size. */
SX_MUST_USE enum sx_err sx_audit_append_recover(struct sx_audit_append *append, uint64_t file_size);

#endif
