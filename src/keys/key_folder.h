/* keys/key_folder.h: the user's and the machine's key store: on this platform a folder of key files.
 *
 *     type 0, the user's       ~/.config/sexec/keys (the home folder of the user database)
 *     type 1, the machine's    /etc/sexec/keys
 *
 * The store named "MY", the default, is the folder itself; another name is a folder in it, and an
 * absolute path any folder. */
#ifndef SX_KEYS_KEY_FOLDER_H
#define SX_KEYS_KEY_FOLDER_H

#include "keys/key_store.h"

enum { SX_FOLDER_FILES_MAX = 64 };

/* sx_key_folder_open reads every file of the folder in the order of names, but for hidden ones and
 * ".pub"; each is of any form and under the same passphrase. Files that can't be read are passed
 * over when another can. SX_ERR_AUTH_NO_CREDENTIALS when the folder isn't there or is empty, with
 * its name; SX_ERR_FILE_MODE when others may write into it; else the first file's error. */
SX_MUST_USE enum sx_err sx_key_folder_open(struct sx_provider *provider,
                                           const struct sx_store_spec *spec, struct sx_fault *fault,
                                           struct sx_store *out);

#endif
