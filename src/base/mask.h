/* base/mask.h: secrets that stand in a command line, covered before the command is recorded. */
#ifndef SX_BASE_MASK_H
#define SX_BASE_MASK_H

#include "base/error.h"
#include "base/slice.h"

/* sx_mask_command gives the command with "****" for: the values of options and variables whose names
 * hold password, passwd, passphrase, secret, token, api-key or apikey (--password=X, --token X,
 * PGPASSWORD=X); of -p of MySQL's clients (-pX); of sshpass (-p X); the password in a URL
 * (scheme://user:X@host); and what follows Bearer or Basic. Free it with sx_text_free_wiped. NULL
 * when memory is short. */
char *sx_mask_command(struct sx_slice command);

#endif
