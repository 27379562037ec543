/* keys/known_hosts_file.h: what reading and adding share about a file of known hosts. */
#ifndef SX_KEYS_KNOWN_HOSTS_FILE_H
#define SX_KEYS_KNOWN_HOSTS_FILE_H

#include "keys/known_hosts.h"
#include "keys/trust_file.h"

#define SX_KNOWN_SOURCE(path)                                                                      \
    {                                                                                              \
        (path), "file of known hosts", SX_KNOWN_FILE_BYTES                                         \
    }

/* sx_known_file_lock takes flock(2)'s lock and waits for it, ten seconds at most; -1 with errno
 * EWOULDBLOCK after that, or another where there is no locking. Closing fd gives it back. */
int sx_known_file_lock(int fd, int operation);

#endif
