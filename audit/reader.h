/* audit/reader.h: the lines of one or more audit files, one after the other, in bounded memory. */
#ifndef SX_AUDIT_READER_H
#define SX_AUDIT_READER_H

#include "base/buffer.h"
#include "base/error.h"

struct sx_audit_reader {
    const char *const *paths; /* NULL-terminated, borrowed */
    size_t file;              /* index of the one being read */
    int fd;                   /* -1 between files */
    bool is_at_end;           /* of the present file */
    uint64_t line;            /* number in its file of the last line given, from 1 */
    uint64_t offset;          /* where the last line given begins in its file */
    uint64_t next_offset;
    size_t given; /* bytes of the buffer that the last line took */
    struct sx_buffer bytes;
};

struct sx_audit_piece {
    struct sx_slice line; /* without its "\n"; lives until the next call */
    bool is_whole;        /* false: the file ended before a "\n", or the line is beyond any bound */
    bool is_last_of_file; /* nothing follows in this file */
};

void sx_audit_reader_open(struct sx_audit_reader *reader, const char *const *paths);

/* sx_audit_reader_next gives the next line; *out_has is false behind the last one of the last file.
 * SX_ERR_FILE with a text. */
SX_MUST_USE enum sx_err sx_audit_reader_next(struct sx_audit_reader *reader, struct sx_fault *fault,
                                             bool *out_has, struct sx_audit_piece *out);
void sx_audit_reader_close(struct sx_audit_reader *reader);

#endif
