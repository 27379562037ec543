/* keys/trust_file.h: files that say whom to trust. They hold no secret, but nobody else may be able
 * to write them. */
#ifndef SX_KEYS_TRUST_FILE_H
#define SX_KEYS_TRUST_FILE_H

#include "base/error.h"
#include "base/slice.h"

/* What is read, and how it is called in errors: "file of known hosts". */
struct sx_trust_file {
    const char *path;
    const char *what;
    size_t max; /* bytes */
};

/* sx_trust_file_load reads an open file from its beginning; *out is to be freed with sx_free.
 * SX_ERR_FILE when it can't be read, is no regular file or too long; SX_ERR_FILE_MODE when
 * everybody may write it. */
SX_MUST_USE enum sx_err sx_trust_file_load(int fd, const struct sx_trust_file *file,
                                           struct sx_fault *fault, uint8_t **out, size_t *out_len);

/* sx_trust_file_open opens it for reading; *out is -1 when there is no such file. SX_ERR_FILE. */
SX_MUST_USE enum sx_err sx_trust_file_open(const struct sx_trust_file *file, struct sx_fault *fault,
                                           int *out);

/* sx_trust_file_read does both; here a file that isn't there is SX_ERR_FILE. */
SX_MUST_USE enum sx_err sx_trust_file_read(const struct sx_trust_file *file, struct sx_fault *fault,
                                           uint8_t **out, size_t *out_len);

#endif
