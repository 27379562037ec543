/* base/mask.h: secrets that stand in a command line, covered before the command is recorded. */
#ifndef SX_BASE_MASK_H
#define SX_BASE_MASK_H

#include "base/error.h"
#include "base/slice.h"

/* What a site adds to the built-in rules: comma lists, borrowed; NULL or "" for none. Patterns are
 * letters, digits, '.', '_', '-', '*' (any run) and '?' (one character), without regard to case.
 *
 *     names       patterns of the names of options and variables whose value is secret; a name is
 *                 matched whole, without the dashes in front of it
 *     arguments   PROGRAM:OPTION: in a command in which a word's last path component matches PROGRAM,
 *                 what follows OPTION is secret, in its word or as the next one; OPTION * means every
 *                 word behind the program. OPTION is no pattern, and its case counts. */
struct sx_mask_rules {
    const char *names;
    const char *arguments;
};

enum { SX_MASK_ARGUMENTS_MAX = 64, SX_MASK_ENTRY_MAX = 64 };

/* Whether a list is written as above: no empty entry, none longer than SX_MASK_ENTRY_MAX bytes, and
 * not more than SX_MASK_ARGUMENTS_MAX. */
bool sx_mask_names_are_valid(struct sx_slice list);
bool sx_mask_arguments_are_valid(struct sx_slice list);

/* sx_mask_command gives the command with "****" for what rules (may be NULL) name, and for: the values
 * of options and variables whose names hold password, passwd, passphrase, secret, token, api-key,
 * apikey, credential or mysql_pwd, or end in pass, passin or passout (--password=X, --token X,
 * PGPASSWORD=X), in a quoted text behind a colon, too ('X-Api-Token: X'); of options of known clients
 * (-pX of MySQL's, -p of sshpass and MongoDB's, -u and -U of curl, -w of OpenLDAP's,
 * -a of redis-cli, -U of Samba's, -P of zip and unzip, -p of 7-Zip's); the password in a URL
 * (scheme://user:X@host); and what follows Bearer or Basic. Free it with sx_text_free_wiped. NULL when
 * memory is short. */
char *sx_mask_command(struct sx_slice command, const struct sx_mask_rules *rules);

#endif
