/* keys/key_file.h: the content of a file that holds keys. */
#ifndef SX_KEYS_KEY_FILE_H
#define SX_KEYS_KEY_FILE_H

#include "base/secret.h"

enum { SX_KEY_FILE_MAX = 64 * 1024 };

/* sx_key_file_read takes the whole content of a regular file of at most SX_KEY_FILE_MAX bytes.
 * SX_ERR_FILE: missing, not readable, no regular file, empty, or too large, each with its own text.
 * SX_ERR_FILE_MODE: the file is ours and others have any permission on it, and allow_loose_mode
 * is false. out is cleared first and empty on failure. */
SX_MUST_USE enum sx_err sx_key_file_read(const char *path, bool allow_loose_mode,
                                         struct sx_fault *fault, struct sx_secret *out);

#endif
