/* audit/state.h: the machine's state of a chain: a small private file that holds the sealing key.
 *
 * One block of 512 bytes, written in place under the append lock, so that a key that was used is
 * overwritten by the one after it; behind it two marks that hold no secret. Integers are
 * big-endian.
 *
 *   0  "SXSEAL1\n"          48  generation      88  hash of the last line, 32
 *   8  chain, 16            56  sealed bytes   120  key of the next record, 32
 *  24  next number          64  last line's    152  zeros
 *  32  checkpoint's number      length         480  SHA-256 of the 480 bytes before
 *  40  checkpoint's end     72  zeros, 16
 *
 * Locks are on ranges of this file and belong to the descriptor, so that they hold between threads
 * and between processes alike. */
#ifndef SX_AUDIT_STATE_H
#define SX_AUDIT_STATE_H

#include "audit/chain.h"

/* The chain's head, and which bytes of which file it seals. Holds a key: wipe it. */
struct sx_audit_state {
    struct sx_audit_head head;
    uint64_t generation;      /* of the file: one more with each rotation */
    uint64_t size;            /* bytes of the file that are sealed records */
    uint64_t last_len;        /* of the last line in it, with its "\n"; 0 when there is none */
    uint64_t checkpoint_next; /* records that the last checkpoint covers */
    uint64_t checkpoint_end; /* and where in the file its own record ends; 0 for not in this file */
};

enum sx_audit_lock { SX_AUDIT_LOCK_APPEND, SX_AUDIT_LOCK_SYNC, SX_AUDIT_LOCK_COLLECTOR };

/* sx_audit_state_create makes the file, which must not be there yet, for its owner alone, and makes
 * it durable. SX_ERR_FILE. */
SX_MUST_USE enum sx_err sx_audit_state_create(const struct sx_audit_crypto *crypto,
                                              const char *path, const struct sx_audit_state *state,
                                              struct sx_fault *fault);

/* sx_audit_state_open: a regular file that is ours and that nobody else has any permission on, and
 * no symbolic link. Errors here and below are SX_ERR_AUDIT with a text. */
SX_MUST_USE enum sx_err sx_audit_state_open(const char *path, struct sx_fault *fault, int *out_fd);

/* sx_audit_state_lock waits for the lock. */
SX_MUST_USE enum sx_err sx_audit_state_lock(int fd, enum sx_audit_lock lock,
                                            struct sx_fault *fault);
void sx_audit_state_unlock(int fd, enum sx_audit_lock lock);

/* Under SX_AUDIT_LOCK_APPEND. */
SX_MUST_USE enum sx_err sx_audit_state_read(const struct sx_audit_crypto *crypto, int fd,
                                            struct sx_fault *fault, struct sx_audit_state *out);
SX_MUST_USE enum sx_err sx_audit_state_write(const struct sx_audit_crypto *crypto, int fd,
                                             const struct sx_audit_state *state,
                                             struct sx_fault *fault);

/* How far something came in a file: what is on disk, or what collectors took. */
struct sx_audit_mark {
    uint64_t generation;
    uint64_t end;
};
struct sx_audit_mark sx_audit_mark_read(int fd, enum sx_audit_lock of);
SX_MUST_USE enum sx_err sx_audit_mark_write(int fd, enum sx_audit_lock of,
                                            struct sx_audit_mark mark, struct sx_fault *fault);

/* Whether a mark reaches another one. */
bool sx_audit_mark_covers(struct sx_audit_mark mark, struct sx_audit_mark place);

#endif
