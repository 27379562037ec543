/* policy/machine_file.h: private to this room: reading a file that only the administrator can have
 * written. */
#ifndef SX_POLICY_MACHINE_FILE_H
#define SX_POLICY_MACHINE_FILE_H

#include <sys/types.h>

#include "base/error.h"
#include "base/slice.h"

/* What is asked of the file beside its owner and mode. */
enum {
    SX_TRUST_FOLDER = 1,  /* its folder must be as safe as the file */
    SX_TRUST_NO_LINK = 2, /* it may not be a symbolic link */
};

/* sx_machine_file_read gives the bytes of a regular file that belongs to owner and that nobody else
 * can write; free them with sx_free. A file that isn't there gives NULL with SX_OK. max bounds its
 * length. SX_ERR_POLICY_SETTING, SX_ERR_MEMORY. */
SX_MUST_USE enum sx_err sx_machine_file_read(const char *path, uid_t owner, unsigned trust,
                                             size_t max, struct sx_fault *fault, uint8_t **out,
                                             size_t *out_len);

/* sx_machine_file_is_one says whether the file holds "1": the kernel's way to say yes. A file that
 * isn't there says no; one that can't be read is an error. */
SX_MUST_USE enum sx_err sx_machine_file_is_one(const char *path, struct sx_fault *fault, bool *out);

#endif
